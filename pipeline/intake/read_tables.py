"""Reads the rows of a table into facts: which rows are data, what their cells say, which are doubled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.facts import Fact, Row
from pipeline.findings import Finding
from pipeline.intake.collect import Answer, Collected, Covered, ask, covered_cells, fact_of, judged, no_fact
from pipeline.intake.constraints import Constraints
from pipeline.intake.places import Context, TableSpot
from pipeline.intake.values import Question, value_text
from pipeline.intake.words import bare_heading, clean, folded, shown
from pipeline.intake.workbook import BLANK_CELL, Cell
from pipeline.messages import finding
from pipeline.quantity import Missing
from pipeline.standard.types import Field, Table

_TOTALS: Final = frozenset({"合计", "小计", "总计", "累计", "共计", "总和", "总合计", "合计数"})
_REMARK = re.compile(
    r"(?:注|备注|说明|填表说明|数据来源|填表人|填报人|审核人|负责人|单位负责人)\s*\d*\s*[:：.、].*", re.S
)


def read_table(context: Context, spot: TableSpot, constraints: Constraints, into: Collected) -> None:
    """Rows, places, refused keys and findings of one table."""
    table = spot.table
    put_table_places(context, spot, into)
    data = []
    for row in sheet_rows(context, spot, into.findings):
        if _is_only_prefilled(row, table):
            _put_unfilled_places(context, spot, row, into)
        else:
            data.append(row)
    asked_of = [_questions(context, spot, row) for row in data]
    covered = Covered()
    if context.cells.merged:
        places = ((row.row, asked) for row, asked in zip(data, asked_of, strict=True))
        covered = covered_cells(context, {(r, spot.columns[c]): q for r, a in places for c, q in a.items()})
    into.findings += covered.findings
    rows = []
    for number, (row, asked) in enumerate(zip(data, asked_of, strict=True), 1):
        key = f"{table.id}[{number}]"
        refused = spot.refused_columns
        if covered.places:
            refused |= {c for c, p in spot.columns.items() if (row.row, p) in covered.places}
        rows.append(read_row(context, spot, row, asked, refused, key, constraints, into))
    into.tables[table.id] = tuple(rows)
    into.findings += _doubled(table, rows, into.refused)


def put_table_places(context: Context, spot: TableSpot, into: Collected) -> None:
    """Places of the table and its headings; keys of columns that have a finding."""
    table = spot.table
    first = min(spot.columns.values(), default=0)
    into.places[table.id] = context.ref(spot.first_row, first, table.label)
    for column in table.columns:
        key = f"{table.id}.{column.id}"
        place = spot.columns.get(column.id)
        into.places[key] = context.ref(spot.header_row, first if place is None else place, column.label)
        if column.id in spot.refused_columns:
            into.refused.add(key)


def _put_unfilled_places(context: Context, spot: TableSpot, row: SheetRow, into: Collected) -> None:
    """Where the answers of a row would stand that says nothing yet but the key that the pack wrote there."""
    table = spot.table
    if len(table.key) == 1 and table.key[0] in row.cells:
        key = clean(value_text(row.cells[table.key[0]].value))
        for column, place in spot.columns.items():
            label = f"{shown(key)} {table.column(column).label}"
            into.places[f"{table.id}[{key}].{column}"] = context.ref(row.row, place, label)


# -- rows --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of the sheet with the filled cells of the table's columns."""

    row: int
    cells: Mapping[str, Cell]


def sheet_rows(context: Context, spot: TableSpot, findings: list[Finding]) -> list[SheetRow]:
    """The data rows: without blank rows, sums and remarks (those with a note)."""
    at = {place: column for column, place in spot.columns.items()}
    filled: dict[int, dict[str, Cell]] = {}
    margin = min(at, default=0)
    first_text: dict[int, tuple[int, str]] = {}
    for r, in_row in context.cells.filled.items():
        if not spot.first_row <= r <= spot.last_row:
            continue
        for c, cell in in_row.items():
            if c in at:
                filled.setdefault(r, {})[at[c]] = cell
            if isinstance(cell.value, str) and (c in at or c < margin):
                first_text.setdefault(r, (c, cell.value))
    rows = []
    for r, cells in filled.items():
        column, text = first_text.get(r, (0, ""))
        code = _skipped(text, cells)
        if code:
            where = context.ref(r, column, spot.table.label)
            findings.append(finding(code, spot.table.id, where, found=shown(text)))
        else:
            rows.append(SheetRow(r, cells))
    return rows


def _skipped(text: str, cells: Mapping[str, Cell]) -> str | None:
    """The code of the note for a row that is no data, or None."""
    if len(text) < 20 and bare_heading(text) in _TOTALS:
        return "total_row_skipped"
    if len(cells) == 1 and _REMARK.fullmatch(clean(text)):
        return "remark_row_skipped"
    return None


def _is_only_prefilled(row: SheetRow, table: Table) -> bool:
    """Whether nothing stands in the row but what the pack wrote there beforehand."""
    if not table.prefill:
        return False
    stands = {column: folded(value_text(cell.value)) for column, cell in row.cells.items()}
    return any(
        all(column in given and folded(value_text(given[column])) == text for column, text in stands.items())
        for given in table.prefill
    )


def _questions(context: Context, spot: TableSpot, row: SheetRow) -> dict[str, Question]:
    table = spot.table
    keys = {c: clean(value_text(row.cells[c].value)) for c in table.key if c in row.cells}
    note = table.note_column
    note_cell = row.cells.get(note.id, BLANK_CELL) if note else BLANK_CELL
    note_text = "" if note_cell.value is None else clean(value_text(note_cell.value))
    names = {c: shown(text) for c, text in keys.items() if text}
    row_name = "".join(f"{name} " for name in names.values())
    questions = {}
    for column, place in spot.columns.items():
        asked, name = table.column(column), row_name
        if column in names:  # a key does not name itself
            name = "".join(f"{n} " for c, n in names.items() if c != column)
        where = context.ref(row.row, place, name + asked.label)
        unit = unit_named(table, asked, row) if asked.unit_from is not None else ""
        questions[column] = Question(asked, f"{table.id}.{column}", where, note_text, unit)
    return questions


def unit_named(table: Table, asked: Field, row: SheetRow) -> str:
    """What the row says of the unit of one of its columns; where it says nothing, what the pack wrote there for the row
    of the same key. "" where neither does."""
    column = asked.unit_from or ""
    cell = row.cells.get(column, BLANK_CELL)
    if cell.value is not None:
        return clean(value_text(cell.value))
    keys = {key: folded(value_text(row.cells[key].value)) for key in table.key if key in row.cells}
    for given in table.prefill:
        if keys and all(folded(value_text(given.get(key, ""))) == word for key, word in keys.items()):
            return str(given.get(column, ""))
    return ""


def read_row(
    context: Context,
    spot: TableSpot,
    row: SheetRow,
    asked: Mapping[str, Question],
    refused: frozenset[str],
    key: str,
    constraints: Constraints,
    into: Collected,
) -> Row:
    """The facts of one row; `refused` are columns that have a finding already, `key` names the row in refused keys."""
    table = spot.table
    answers: dict[str, Answer] = {
        column: ask(cell, asked[column])
        for column, cell in row.cells.items()
        if column in asked and column not in refused
    }
    values = {c: a.reading.value for c, a in answers.items()}
    broken = constraints.broken_row(table, {c: a.question.field for c, a in answers.items()}, values)
    facts: dict[str, Fact] = {}
    into.refused |= {f"{key}.{column}" for column in refused}
    for column in table.columns:
        if column.id not in answers:
            question = asked.get(column.id)
            if question is None:
                facts[column.id] = no_fact(column, into.places[f"{table.id}.{column.id}"])
            elif column.id in refused:
                facts[column.id] = no_fact(column, question.where)
            else:  # a blank cell
                facts[column.id] = no_fact(question.field, question.where, question.note)
            continue
        answer = judged(answers[column.id], broken) if broken else answers[column.id]
        facts[column.id] = fact_of(answer)
        if answer.reading.finding is not None:
            into.findings.append(answer.reading.finding)
        if answer.reading.refused:
            into.refused.add(f"{key}.{column.id}")
    return Row(facts, context.ref(row.row, min(spot.columns.values()), table.label))


# -- doubled rows ------------------------------------------------------------------------------------------------
def _doubled(table: Table, rows: list[Row], refused: set[str]) -> list[Finding]:
    """Rows that agree in all key columns; blamed is the first key cell of the second one."""
    seen: dict[tuple[str, ...], Row] = {}
    found = []
    for number, row in enumerate(rows, 1):
        facts = [row.fact(c) for c in table.key]
        if not table.key or any(f"{table.id}[{number}].{c}" in refused for c in table.key):
            continue
        if any(f.is_missing and table.column(c).required for f, c in zip(facts, table.key, strict=True)):
            continue
        key = tuple("" if isinstance(f.value, Missing) else folded(value_text(f.value)) for f in facts)
        if not any(key):
            continue
        first = seen.setdefault(key, row)
        if first is not row:
            words = {
                "first": _row_number(first),
                "key": " ".join(value_text(f.value) for f in facts if not f.is_missing),
            }
            where = row.fact(table.key[0]).source
            found.append(finding("duplicate_row", table.id, where, **words))
    return found


def _row_number(row: Row) -> str:
    return "".join(c for c in row.source.cell if c.isdigit())
