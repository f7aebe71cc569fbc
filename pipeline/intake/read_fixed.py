"""Reads a table with fixed rows: each row known by its key, the given words trusted from the pack, not from the cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.facts import Fact, Row
from pipeline.findings import CellRef
from pipeline.intake.cell_texts import shown_text
from pipeline.intake.collect import Collected, covered_cells
from pipeline.intake.constraints import Constraints
from pipeline.intake.data_values import content, typed
from pipeline.intake.places import Context, TableSpot
from pipeline.intake.read_tables import SheetRow, put_table_places, read_row, sheet_rows, unit_named
from pipeline.intake.values import Question, value_text
from pipeline.intake.words import clean, folded, listed, shown
from pipeline.intake.workbook import BLANK_CELL
from pipeline.messages import finding
from pipeline.standard.types import Field

_REMARKS = ("remark", "note", "cause")
"""Columns whose words are the reason of a 不适用 in the same row."""


def read_fixed(context: Context, spot: TableSpot, constraints: Constraints, into: Collected) -> None:
    """Rows in the order of the pack; unknown, missing and doubled rows as findings."""
    put_table_places(context, spot, into)
    reader = _FixedReader(context, spot, into)
    rows = reader.match()
    questions = {
        (row.row, spot.columns[column]): reader.question(key, column, field, row)
        for key, row in rows.items()
        for column, field in reader.asked(key).items()
    }
    covered = covered_cells(context, questions)
    into.findings += covered.findings
    read = []
    for given in spot.table.prefill:
        key = str(given[spot.table.key[0]])
        if key not in rows:
            read.append(Row(_given_facts(spot, given), into.places[spot.table.id]))
            continue
        row = rows[key]
        asked = {c: questions[row.row, spot.columns[c]] for c in reader.asked(key)}
        hidden = {c for c in asked if (row.row, spot.columns[c]) in covered.places}
        refused = frozenset((spot.refused_columns - set(spot.table.fixed)) | hidden)
        name = f"{spot.table.id}[{key}]"
        answers = read_row(context, spot, row, asked, refused, name, constraints, into)
        read.append(Row({**answers.facts, **_given_facts(spot, given, context, row)}, answers.source))
    into.tables[spot.table.id] = tuple(read)


def match_fixed(context: Context, spot: TableSpot) -> dict[str, SheetRow]:
    """The row of the sheet for each key of the pack; without those that stand there twice."""
    return _FixedReader(context, spot, Collected()).match()


def _given_facts(
    spot: TableSpot, given: Mapping[str, Any], context: Context | None = None, row: SheetRow | None = None
) -> dict[str, Fact]:
    facts = {}
    for column in spot.table.fixed:
        value = typed(spot.table.column(column), given.get(column))
        place = spot.columns.get(column)
        where = context.ref(row.row, place) if context and row and place is not None else None
        facts[column] = Fact(value, spot.table.column(column).unit, where)
    return facts


class _FixedReader:
    """Which row of the sheet is which row of the pack."""

    def __init__(self, context: Context, spot: TableSpot, into: Collected) -> None:
        self.context, self.spot, self.into, self.table = context, spot, into, spot.table
        self.key_column = spot.table.key[0]
        self.given = {folded(str(row[self.key_column])): row for row in spot.table.prefill}
        self._named = "label" if self.key_column in spot.table.hidden else self.key_column

    def asked(self, key: str) -> dict[str, Field]:
        """The questions of a row, by column."""
        columns = self.spot.columns
        return {c: f for c in columns if (f := self.table.question(key, c)) is not None}

    def question(self, key: str, column: str, asked: Field, row: SheetRow) -> Question:
        """The question of one cell; its label names the row as people see it."""
        remark = next((c for c in _REMARKS if c in self.spot.columns and c in self.table.by_id), None)
        cell = row.cells.get(remark, BLANK_CELL) if remark else BLANK_CELL
        note = "" if cell.value is None else clean(value_text(cell.value))
        name = self._name(key)
        where = self.context.ref(
            row.row, self.spot.columns[column], f"{name} {self.table.column(column).label}"
        )
        unit = unit_named(self.table, asked, row) if asked.unit_from is not None else ""
        return Question(asked, f"{self.table.id}[{key}].{column}", where, note, unit)

    def _name(self, key: str) -> str:
        given = self.given[folded(key)]
        return shown(str(given.get("label") or key))

    def match(self) -> dict[str, SheetRow]:
        """The row of the sheet for each key."""
        found: dict[str, SheetRow] = {}
        doubled: set[str] = set()
        for row in sheet_rows(self.context, self.spot, self.into.findings):
            text = clean(value_text(row.cells[self.key_column].value)) if self.key_column in row.cells else ""
            given = self.given.get(folded(text))
            if given is None:
                self._report(
                    "fixed_row_unknown", row, found=self._words(row), column=self._label(self._named)
                )
                continue
            key = str(given[self.key_column])
            if key in found:
                doubled.add(key)
                self._report("fixed_row_duplicated", row, found=self._words(row))
                continue
            found[key] = row
            self._compare(row, given)
            self.into.places[f"{self.table.id}[{key}]"] = self._ref(row)
        missing = [
            str(g[self.key_column]) for g in self.given.values() if str(g[self.key_column]) not in found
        ]
        self._refuse([*missing, *sorted(doubled)])
        if missing:
            where = self.context.ref(self.spot.header_row, self._first(), self.table.label)
            names = [self._name(key) for key in missing] if self.table.hidden else missing
            words = {"missing": listed(names), "table": self.table.label}
            self.into.findings.append(finding("fixed_row_missing", self.table.id, where, **words))
        return {key: row for key, row in found.items() if key not in doubled}

    def _compare(self, row: SheetRow, given: Mapping[str, Any]) -> None:
        """The locked words, where they were changed all the same."""
        for column in self.table.fixed:
            if column not in self.spot.columns:
                continue
            wanted = shown_text(content(self.table.column(column), given.get(column)))
            cell = row.cells.get(column, BLANK_CELL)
            found = "" if cell.value is None else value_text(cell.value)
            if folded(found) != folded(wanted):
                words = {"found": shown(found), "given": shown(wanted), "column": self._label(column)}
                where = self.context.ref(row.row, self.spot.columns[column], self._label(column))
                self.into.findings.append(finding("fixed_cell_changed", self.table.id, where, **words))

    def _label(self, column: str) -> str:
        return self.table.column(column).label

    def _words(self, row: SheetRow) -> str:
        """What people see a row by."""
        cell = row.cells.get(self._named, BLANK_CELL)
        return shown("" if cell.value is None else clean(value_text(cell.value)))

    def _ref(self, row: SheetRow) -> CellRef:
        return self.context.ref(row.row, self._first(), self.table.label)

    def _first(self) -> int:
        """The first column that people see."""
        return min(place for column, place in self.spot.columns.items() if column not in self.table.hidden)

    def _report(self, code: str, row: SheetRow, **words: str) -> None:
        self.into.findings.append(
            finding(code, self.table.id, self._ref(row), table=self.table.label, **words)
        )

    def _refuse(self, keys: list[str]) -> None:
        for key in keys:
            name = f"{self.table.id}[{key}]"
            self.into.refused |= {name, *(f"{name}.{c.id}" for c in self.table.columns)}
