"""Checks over several facts: what is required, year-on-year changes, the rules of the pack.

Each fault is reported once: a value that was refused when it was read is not reported as missing as well, a rule
is tried only when every value it reads is there, and not where one of them has a finding already (`blame`).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain

from pipeline.calc.blame import Blamed
from pipeline.calc.calculator import Calculator
from pipeline.calc.leaks import check_leaks
from pipeline.calc.pack_rules import tried
from pipeline.calc.past import dated, not_yet
from pipeline.calc.references import check_references
from pipeline.calc.yearly import of_field, of_table
from pipeline.facts import Row
from pipeline.findings import Finding
from pipeline.messages import finding
from pipeline.quantity import NotApplicable
from pipeline.standard.types import CRITERIA_TABLE, Field, Table


def check_rules(calculator: Calculator, earlier: tuple[Finding, ...] = ()) -> tuple[Finding, ...]:
    """Every finding over the facts as a whole. `earlier` are the findings of the reading."""
    standard = calculator.standard
    found = [*_fields(calculator), *_tables(calculator)]
    found += [*check_references(calculator), *check_leaks(calculator)]
    blamed = Blamed(standard, calculator.intake, (*earlier, *found))
    lasting = [r for r in standard.intake.rules if r.stage != "trial"]
    strict = [r for r in lasting if r.grade == "error"]
    others = [r for r in lasting if r.grade != "error"]
    checks = [
        *(tried(calculator, r, blamed) for r in strict),
        _past(calculator, blamed),
        _changes(calculator, blamed),
    ]
    results = {r.id for r in standard.intake.rules if not r.explains}
    for broken in chain(*checks, *(tried(calculator, r, blamed) for r in others)):
        if broken.code not in results:
            blamed.add(broken)
        found.append(broken)
    return tuple(found)


def try_rules(calculator: Calculator, known: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What the rules on trial would say; `known` are all findings that there are."""
    standard = calculator.standard
    blamed = Blamed(standard, calculator.intake, known)
    on_trial = [r for r in standard.intake.rules if r.stage == "trial"]
    return tuple(f for r in on_trial for f in tried(calculator, r, blamed))


def _applies(calculator: Calculator, when: str | None, row: tuple[str, int] | None = None) -> bool:
    return when is None or calculator.condition(when, row) is True


def _fields(calculator: Calculator) -> Iterator[Finding]:
    intake = calculator.intake
    for field in calculator.standard.intake.fields.values():
        fact = intake.fact(field.id)
        place = fact.source or intake.places.get(field.id)
        if fact.is_missing:
            wanted = field.required and field.id not in intake.refused
            if wanted and _applies(calculator, field.when):
                yield finding("missing", field.id, place, what=_what(field))
        elif isinstance(fact.value, NotApplicable) and not fact.value.reason.strip():
            yield finding("reason_missing", field.id, place)


def _what(field: Field) -> str:
    measure = f"，单位 {field.unit}" if field.unit and field.unit != "1" else ""
    return f"“{field.label}”{measure}"


def _tables(calculator: Calculator) -> Iterator[Finding]:
    intake = calculator.intake
    for table in calculator.standard.intake.tables.values():
        if table.id == CRITERIA_TABLE or not _applies(calculator, table.when):
            continue
        rows = intake.rows(table.id)
        if len(rows) < table.min_rows and table.id not in intake.refused:
            place = intake.places.get(table.id)
            yield finding("table_empty", table.id, place, table=table.label, min=str(table.min_rows))
        for index, row in enumerate(rows):
            yield from _row(calculator, table, index, row)


def _row(calculator: Calculator, table: Table, index: int, row: Row) -> Iterator[Finding]:
    for column in table.columns:
        fact = row.fact(column.id)
        if not fact.is_missing or not column.required:
            continue
        if f"{table.id}[{index + 1}].{column.id}" in calculator.intake.refused:
            continue
        if _applies(calculator, column.when, (table.id, index)):
            yield finding("missing", f"{table.id}.{column.id}", fact.source or row.source, what=_what(column))


def _past(calculator: Calculator, blamed: Blamed) -> Iterator[Finding]:
    """Dates after the evaluation date, where no error is known in them."""
    standard, intake = calculator.standard, calculator.intake
    day = intake.fact(standard.identity.roles.evaluation_date).source
    if day is None or blamed.explain_places([day]):
        return
    known = [
        d for d in dated(standard, intake) if d.place is not None and not blamed.explain_places([d.place])
    ]
    yield from not_yet(standard, intake, known)


def _changes(calculator: Calculator, blamed: Blamed) -> Iterator[Finding]:
    """Changes from year to year, where no error is known in the figures."""
    schema, intake = calculator.standard.intake, calculator.intake
    series = [s for f in schema.fields.values() for s in of_field(intake, f)]
    year = intake.fact(calculator.standard.identity.roles.evaluation_year).value
    if isinstance(year, Decimal):
        series += [s for t in schema.tables.values() for s in of_table(intake, t, year)]
    for each in series:
        if not blamed.explain_places(each.places):
            yield from each.finding()
