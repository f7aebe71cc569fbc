"""How much of what is required is filled in: formulas for the instructions sheet, with their results computed here.

A required field counts one; a required table one as soon as it has its fewest rows; a criterion one by its verdict.
Fields whose condition has no translation are not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from pipeline.intake.cell_texts import cell_text
from pipeline.intake.edition_condition import edition_condition
from pipeline.intake.layout import FIELD_NAME_PREFIX, FieldPlace, SheetLayout, TablePlace
from pipeline.intake.sheet_book import Book, absolute_range
from pipeline.intake.table_block import ROWS_BEYOND, prefilled_columns, table_rows
from pipeline.standard import criteria_sheet
from pipeline.standard.types import CRITERIA_TABLE, Field

_MOST_ARGUMENTS = 200


@dataclass(frozen=True, slots=True)
class Count:
    """Required and filled: formulas (without equals sign) and what they give for the data written."""

    required_formula: str
    required: int
    filled_formula: str
    filled: int


@dataclass(frozen=True, slots=True)
class _Item:
    required: str
    required_now: int
    filled: str
    filled_now: int


def count(book: Book, plan: SheetLayout) -> Count:
    """The counts of one topic sheet."""
    always = [p.field for p in plan.fields if p.field.required and p.field.when is None]
    items = [_always(book, always)] if always else []
    items += [item for p in plan.fields if (item := _conditional(book, p)) is not None]
    items += [item for t in plan.tables if (item := _table(book, plan, t)) is not None]
    return Count(
        "+".join(i.required for i in items) or "0",
        sum(i.required_now for i in items),
        "+".join(i.filled for i in items) or "0",
        sum(i.filled_now for i in items),
    )


def _always(book: Book, fields: list[Field]) -> _Item:
    names = [FIELD_NAME_PREFIX + f.id for f in fields]
    groups = [names[at : at + _MOST_ARGUMENTS] for at in range(0, len(names), _MOST_ARGUMENTS)]
    filled = sum(cell_text(book.data.fields.get(f.id)) is not None for f in fields)
    return _Item(
        str(len(fields)), len(fields), "+".join(f"COUNTA({','.join(group)})" for group in groups), filled
    )


def _conditional(book: Book, place: FieldPlace) -> _Item | None:
    field = place.field
    condition = book.condition(field.when)
    if not field.required or condition is None:
        return None
    asked = condition.holds(book.answer)
    filled = asked and cell_text(book.data.fields.get(field.id)) is not None
    name = FIELD_NAME_PREFIX + field.id
    return _Item(
        f"IF({condition.excel},1,0)", int(asked), f"IF({condition.excel},COUNTA({name}),0)", int(filled)
    )


def _table(book: Book, plan: SheetLayout, place: TablePlace) -> _Item | None:
    if place.table.id == CRITERIA_TABLE:
        return _criteria(book, plan, place)
    table = place.table
    if table.fixed:
        return _fixed(book, plan, place)
    condition = book.condition(table.when)
    if not table.min_rows or (table.when is not None and condition is None):
        return None
    column = _telling_column(place)
    at, last = place.column(column.id), place.last_row + (ROWS_BEYOND if place is plan.tables[-1] else 0)
    cells = absolute_range(plan.sheet.title, place.first_row, at, last, at)
    rows = sum(cell_text(row.get(column.id)) is not None for row in table_rows(book, table))
    enough = f"IF(COUNTA({cells})>={table.min_rows},1,0)"
    if condition is None:
        return _Item("1", 1, enough, int(rows >= table.min_rows))
    asked = condition.holds(book.answer)
    return _Item(
        f"IF({condition.excel},1,0)",
        int(asked),
        f"IF({condition.excel},{enough},0)",
        int(asked and rows >= table.min_rows),
    )


def _fixed(book: Book, plan: SheetLayout, place: TablePlace) -> _Item | None:
    """A row with fixed words counts one by the first column that everyone fills."""
    table = place.table
    if not table.wanted:
        return None
    column = table.wanted[0]
    keys = [str(row[table.key[0]]) for row in table.prefill]
    asked = [key for key in keys if table.question(key, column) is not None]
    locked = sum(
        bool(row.get(column)) for key, row in zip(keys, table.prefill, strict=True) if key not in asked
    )
    answers = book.data.fixed.get(table.id, {})
    filled = sum(cell_text(answers.get(key, {}).get(column)) is not None for key in asked)
    at = place.column(column)
    cells = absolute_range(plan.sheet.title, place.first_row, at, place.last_row, at)
    return _Item(str(len(asked)), len(asked), f"COUNTA({cells})-{locked}", filled)


def _telling_column(place: TablePlace) -> Field:
    """The column whose cells tell how many rows are filled: the first required one that is not prefilled."""
    prefilled = prefilled_columns(place.table)
    open_columns = [c for c in place.table.columns if c.id not in prefilled] or list(place.table.columns)
    return next((c for c in open_columns if c.required and c.when is None), open_columns[0])


def _criteria(book: Book, plan: SheetLayout, place: TablePlace) -> _Item:
    """The rows that a person judges; those of another edition than the date asks for do not count."""
    ids = [str(row["criterion"]) for row in place.table.prefill]
    parts, at = [], place.first_row
    for editions, group in groupby(ids, lambda id_: _editions_of(book, id_)):
        together = list(group)
        parts.append(_criteria_rows(book, plan, place, (at, together), editions))
        at += len(together)
    return _Item(
        "+".join(p.required for p in parts),
        sum(p.required_now for p in parts),
        "+".join(p.filled for p in parts),
        sum(p.filled_now for p in parts),
    )


def _editions_of(book: Book, criterion: str) -> tuple[str, ...]:
    """The editions that have the criterion; none where all have it."""
    family = book.standard.family
    having = tuple(e.edition for e in family if criterion in e.criteria)
    return having if len(having) < len(family) else ()


def _criteria_rows(
    book: Book, plan: SheetLayout, place: TablePlace, rows: tuple[int, list[str]], editions: tuple[str, ...]
) -> _Item:
    """Rows one below the other that the same editions have."""
    first, ids = rows
    criteria = [book.standard.listed[id_] for id_ in ids]
    judged = sum(c.is_judged_by_program for c in criteria)
    asked = [c.id for c in criteria if not c.is_judged_by_program]
    filled = sum(cell_text(book.data.criteria.get(id_, {}).get("verdict")) is not None for id_ in asked)
    at = place.column("verdict")
    cells = absolute_range(plan.sheet.title, first, at, first + len(ids) - 1, at)
    required = f"ROWS({cells})-{judged}"
    counted = f'COUNTA({cells})-COUNTIF({cells},"{criteria_sheet.JUDGED_BY_PROGRAM}")'
    conditions = [c for e in editions if (c := edition_condition(book.standard, e)) is not None]
    if not conditions:
        return _Item(required, len(asked), counted, filled)
    holds = any(c.holds(book.answer) for c in conditions)
    excel = f"OR({','.join(c.excel for c in conditions)})"
    return _Item(
        f"IF({excel},{required},0)",
        len(asked) if holds else 0,
        f"IF({excel},{counted},0)",
        filled if holds else 0,
    )
