"""Reads the criteria sheet: one fixed row for each criterion of the score table, known by its id."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.facts import Fact, Row
from pipeline.findings import nearest
from pipeline.intake.collect import Collected, covered_cells
from pipeline.intake.constraints import Constraints
from pipeline.intake.places import Context, TableSpot
from pipeline.intake.read_tables import SheetRow, put_table_places, read_row, sheet_rows
from pipeline.intake.values import Question, value_text
from pipeline.intake.words import clean, folded, listed, shown
from pipeline.intake.workbook import Cell, CellKind
from pipeline.messages import finding
from pipeline.standard.criteria_sheet import FIXED_COLUMNS, JUDGED_BY_PROGRAM
from pipeline.standard.types import Criterion

ID, TEXT = "criterion", "text"
Criteria = Mapping[str, Criterion]
"""By id, what the workbook lists: those of every edition."""


def read_criteria(
    context: Context, spot: TableSpot, criteria: Criteria, constraints: Constraints, into: Collected
) -> None:
    """Rows in the order of the score table; unknown, missing and doubled criteria as findings."""
    put_table_places(context, spot, into)
    found = match_criteria(context, spot, criteria, into)
    asked_columns = [c.id for c in spot.table.columns if c.id == ID or c.id not in FIXED_COLUMNS]
    asked_spot = TableSpot(
        spot.table,
        spot.header_row,
        {c: p for c, p in spot.columns.items() if c in asked_columns},
        spot.first_row,
        spot.last_row,
        spot.refused_columns - set(FIXED_COLUMNS),
    )
    questions = {
        (row.row, place): _question(context, asked_spot, criterion, column, row.row)
        for criterion, row in found.items()
        for column, place in asked_spot.columns.items()
    }
    covered = covered_cells(context, questions)
    into.findings += covered.findings
    printed = {str(row[ID]): row for row in spot.table.prefill}
    into.tables[spot.table.id] = tuple(
        _row(context, asked_spot, c, found[c], questions, covered.places, constraints, into, printed[c])
        for c in criteria
        if c in found
    )


def match_criteria(
    context: Context, spot: TableSpot, criteria: Criteria, into: Collected
) -> dict[str, SheetRow]:
    """The row of each criterion that has exactly one; the others as findings."""
    return _Matched(context, spot, criteria, into).run()


def _question(context: Context, spot: TableSpot, criterion: str, column: str, row: int) -> Question:
    asked = spot.table.column(column)
    where = context.ref(row, spot.columns[column], f"{criterion} {asked.label}")
    return Question(asked, f"{spot.table.id}.{column}", where)


def _row(
    context: Context,
    spot: TableSpot,
    criterion: str,
    row: SheetRow,
    questions: Mapping[tuple[int, int], Question],
    covered: frozenset[tuple[int, int]],
    constraints: Constraints,
    into: Collected,
    fixed: Mapping[str, str],
) -> Row:
    """The facts of a criterion; what the table prints (`fixed`) is the pack's word, whatever stands in the cells."""
    key = f"{spot.table.id}[{criterion}]"
    asked = {c: questions[row.row, place] for c, place in spot.columns.items()}
    cells = {c: cell for c, cell in row.cells.items() if not is_judged_mark(c, cell)}
    cells[ID] = Cell(criterion, CellKind.TEXT)
    refused = spot.refused_columns | {c for c, p in spot.columns.items() if (row.row, p) in covered}
    verdict = spot.columns.get("verdict", min(spot.columns.values()))
    into.places[key] = context.ref(row.row, verdict, f"{criterion} {spot.table.column('verdict').label}")
    read = read_row(context, spot, SheetRow(row.row, cells), asked, refused, key, constraints, into)
    printed = {c: Fact(text) for c, text in fixed.items() if c in FIXED_COLUMNS and c != ID}
    return Row({**read.facts, **printed}, read.source)


def is_judged_mark(column: str, cell: Cell) -> bool:
    """The words that stand in place of a verdict where the program judges."""
    return (
        column == "verdict"
        and isinstance(cell.value, str)
        and folded(cell.value) == folded(JUDGED_BY_PROGRAM)
    )


class _Matched:
    """Which row is which criterion: by id; where the id is gone, by the words of the row."""

    def __init__(self, context: Context, spot: TableSpot, criteria: Criteria, into: Collected) -> None:
        self.context, self.spot, self.into = context, spot, into
        self.by_key = {folded(c): c for c in criteria}
        texts: dict[str, list[str]] = {}
        for criterion in criteria.values():
            texts.setdefault(folded(criterion.text), []).append(criterion.id)
        self.by_text = {text: ids[0] for text, ids in texts.items() if len(ids) == 1}
        self.found: dict[str, SheetRow] = {}
        self.doubled: set[str] = set()
        self.seen: set[int] = set()
        self.unknown: list[tuple[SheetRow, str]] = []

    def run(self) -> dict[str, SheetRow]:
        rows = sheet_rows(self.context, self.spot, self.into.findings)
        for row in rows:  # rows whose id and words agree settle first
            if self._by_id(row) == self._by_words(row) is not None:
                self._take(row, self._by_id(row) or "")
        for row in rows:
            if row.row not in self.seen:
                self._match(row)
        missing = [c for c in self.by_key.values() if c not in self.found]
        for row, text in self.unknown:
            self._report_unknown(row, text, missing)
        if missing:
            self._refuse(missing)
            where = self.context.ref(
                self.spot.header_row, min(self.spot.columns.values()), self.spot.table.label
            )
            self.into.findings.append(
                finding("criterion_missing", self.spot.table.id, where, missing=listed(missing))
            )
        self._refuse(sorted(self.doubled))
        return {c: r for c, r in self.found.items() if c not in self.doubled}

    def _id_text(self, row: SheetRow) -> str:
        return clean(value_text(row.cells[ID].value)) if ID in row.cells else ""

    def _by_id(self, row: SheetRow) -> str | None:
        return self.by_key.get(folded(self._id_text(row)))

    def _by_words(self, row: SheetRow) -> str | None:
        words = row.cells.get(TEXT)
        return self.by_text.get(folded(value_text(words.value))) if words else None

    def _take(self, row: SheetRow, criterion: str) -> None:
        self.seen.add(row.row)
        if criterion in self.found:
            self.doubled.add(criterion)
            self._add("criterion_duplicated", row, found=criterion)
        else:
            self.found[criterion] = row

    def _match(self, row: SheetRow) -> None:
        """A row whose id and words do not agree: the one that is still free decides."""
        by_id, by_words = self._by_id(row), self._by_words(row)
        if by_words is not None and by_words not in self.found and (by_id is None or by_id in self.found):
            if ID in self.spot.columns:
                how = {"label": by_words, "found": shown(self._id_text(row)), "how": "评价要素文字"}
                self._add("label_changed", row, **how)
            self._take(row, by_words)
        elif by_id is not None:
            self._take(row, by_id)
        else:
            self.unknown.append((row, self._id_text(row)))

    def _report_unknown(self, row: SheetRow, text: str, missing: list[str]) -> None:
        """An unknown id explains a missing one: both are one fault."""
        near = nearest(text, missing) or (
            missing[0] if len(missing) == 1 and len(self.unknown) == 1 else None
        )
        if near is not None:
            missing.remove(near)
            self._refuse([near])
        self._add("criterion_unknown", row, found=shown(text), near=f"，是否为“{near}”" if near else "")

    def _refuse(self, criteria: list[str]) -> None:
        columns = [c.id for c in self.spot.table.columns if c.id not in FIXED_COLUMNS]
        for criterion in criteria:
            key = f"{self.spot.table.id}[{criterion}]"
            self.into.refused |= {key, *(f"{key}.{c}" for c in columns)}

    def _add(self, code: str, row: SheetRow, **words: str) -> None:
        column = self.spot.columns.get(ID, min(self.spot.columns.values()))
        where = self.context.ref(row.row, column, self.spot.table.column(ID).label)
        subject = f"{self.spot.table.id}.{ID}"
        self.into.findings.append(finding(code, subject, where, **words))
