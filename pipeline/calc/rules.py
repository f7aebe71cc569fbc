"""Checks over several facts: what is required, year-on-year changes, the rules of the pack.

Each fault is reported once: a value that was refused when it was read is not reported as missing as well, and a rule
is tried only when every value it reads is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from pipeline.calc.calculator import Calculator
from pipeline.calc.dependencies import Dependencies
from pipeline.facts import Fact, Row
from pipeline.findings import CellRef, Finding, Severity
from pipeline.formula.evaluate import Num
from pipeline.messages import finding
from pipeline.quantity import NotApplicable, fixed, plain
from pipeline.standard.types import CRITERIA_TABLE, Field, Rule, Standard, Table

_EXPRESSION = re.compile(r"\{([^{}]*)\}")


def check_rules(calculator: Calculator) -> tuple[Finding, ...]:
    """Every finding over the facts as a whole, with what each blocks."""
    standard = calculator.standard
    depends = Dependencies(standard)
    found = [*_fields(calculator), *_tables(calculator)]
    for rule in standard.intake.rules:
        found += _rule(calculator, rule)
    return tuple(replace(f, blocks=depends.blocked_by(f.subject)) if not f.blocks else f for f in found)


def with_blocks(findings: Iterable[Finding], standard: Standard) -> tuple[Finding, ...]:
    """The findings of reading; the errors with what cannot be done without the value that was refused."""
    depends, known = Dependencies(standard), dict[str, tuple[str, ...]]()
    done = []
    for found in findings:
        if found.severity is Severity.ERROR and found.subject and not found.blocks:
            if found.subject not in known:
                known[found.subject] = depends.blocked_by(found.subject)
            found = replace(found, blocks=known[found.subject])
        done.append(found)
    return tuple(done)


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
        elif field.yoy_limit is not None:
            yield from _year_on_year(calculator, field, fact, place)


def _what(field: Field) -> str:
    measure = f"，单位 {field.unit}" if field.unit and field.unit != "1" else ""
    return f"“{field.label}”{measure}"


def _year_on_year(
    calculator: Calculator, field: Field, fact: Fact, place: CellRef | None
) -> Iterator[Finding]:
    before = calculator.intake.fact(field.id, 1).value
    limit = field.yoy_limit
    if limit is None or not isinstance(fact.value, Decimal) or not isinstance(before, Decimal) or before == 0:
        return
    change = (fact.value - before) / abs(before) * 100
    if abs(change) > limit and not fact.note.strip():
        sign = "+" if change > 0 else ""
        yield finding(
            "yoy_without_reason", field.id, place, change=f"{sign}{fixed(change, 1)}", limit=plain(limit)
        )


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


def _rule(calculator: Calculator, rule: Rule) -> Iterator[Finding]:
    if rule.for_each is None:
        places: list[tuple[str, int] | None] = [None]
    else:
        places = [(rule.for_each, i) for i in range(len(calculator.intake.rows(rule.for_each)))]
    for row in places:
        if not _applies(calculator, rule.when, row) or calculator.condition(rule.require, row) is not False:
            continue
        details = {e: _say(calculator, e, row) for e in _EXPRESSION.findall(rule.message + rule.fix)}
        yield Finding(
            code=rule.id,
            severity=Severity(rule.severity),
            subject=rule.at,
            where=_place(calculator, rule, row),
            details=details,
            message=_filled(rule.message, details),
            fix=_filled(rule.fix, details),
            why=rule.why + (f"（{rule.clause}）" if rule.clause else ""),
        )


def _filled(text: str, details: dict[str, str]) -> str:
    return _EXPRESSION.sub(lambda m: details[m.group(1)], text)


def _place(calculator: Calculator, rule: Rule, row: tuple[str, int] | None) -> CellRef | None:
    intake = calculator.intake
    table, dot, column = rule.at.partition(".")
    if dot and row is not None:
        source = intake.rows(table)[row[1]]
        return source.fact(column).source or source.source
    return intake.fact(rule.at).source or intake.places.get(rule.at)


def _say(calculator: Calculator, expression: str, row: tuple[str, int] | None) -> str:
    outcome = calculator.condition(expression, row)
    if isinstance(outcome, Num):
        text = (
            plain(outcome.value)
            if outcome.value.as_tuple().exponent in range(-6, 1)
            else fixed(outcome.value, 2)
        )
        measure = outcome.unit.text if outcome.unit is not None and outcome.unit.text != "1" else ""
        return f"{text} {measure}".strip()
    if isinstance(outcome, bool):
        return "是" if outcome else "否"
    return "、".join(outcome) if isinstance(outcome, tuple) else str(outcome)
