"""Words that must stand elsewhere in the workbook: the number of an option, the name of a unit operation (`refers_to`)."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.calc.calculator import Calculator
from pipeline.facts import Fact
from pipeline.findings import CellRef, Finding, nearest
from pipeline.intake.words import shown
from pipeline.messages import finding
from pipeline.standard.types import Field


def check_references(calculator: Calculator) -> Iterator[Finding]:
    """Every word that refers to nothing, with the nearest one that is there."""
    schema, intake = calculator.standard.intake, calculator.intake
    for field in schema.fields.values():
        if field.refers_to is not None:
            place = intake.fact(field.id).source
            yield from _check(calculator, field, intake.fact(field.id), field.id, place)
    for table in schema.tables.values():
        for column in (c for c in table.columns if c.refers_to is not None):
            for row in intake.rows(table.id):
                fact = row.fact(column.id)
                place = fact.source or row.source
                yield from _check(calculator, column, fact, f"{table.id}.{column.id}", place)


def _check(
    calculator: Calculator, field: Field, fact: Fact, subject: str, place: CellRef | None
) -> Iterator[Finding]:
    table_id, _, column = (field.refers_to or "").partition(".")
    if not isinstance(fact.value, str) or table_id in calculator.intake.refused:
        return
    rows = calculator.intake.rows(table_id)
    known = [v for row in rows if isinstance(v := row.fact(column).value, str)]
    if fact.value in (*known, *field.refers_also):
        return
    near = nearest(fact.value, [*known, *field.refers_also])
    table = calculator.standard.intake.tables[table_id]
    words = {
        "found": shown(fact.value),
        "table": table.label,
        "column": table.by_id[column].label,
        "near": f"，是否为“{near}”" if near else "",
    }
    yield finding("unknown_reference", subject, place, **words)
