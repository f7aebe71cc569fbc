"""The shape of a report context before any data exists: what templates are checked against.

It is taken from a real context over an intake in which everything is filled with stand-ins, so that it cannot drift
from what `context.py` gives. The stand-ins themselves never reach anybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from pipeline.calc.calculator import Calculator
from pipeline.calc.scoring import score
from pipeline.evaluation import Evaluation
from pipeline.evidence import Evidence, EvidenceFile
from pipeline.facts import Fact, Intake, Row
from pipeline.findings import Finding, Severity
from pipeline.formula.environment import FactorUse
from pipeline.picture import Picture
from pipeline.quantity import Value
from pipeline.receipt import Receipt
from pipeline.report.context import report_context
from pipeline.report.shapes import MapOf, shape_of
from pipeline.standard.types import CRITERIA_TABLE, Field, Report, Standard, Table
from pipeline.units import unit

_DATE = dt.date(2025, 1, 1)


def context_shape(standard: Standard, report: Report | None = None) -> MapOf:
    """Every name that a template of the report (the pack's first) may use, with what it is."""
    evaluation = stand_in(standard)
    shape = shape_of(report_context(evaluation, report or standard.identity.reports[0], draft=True))
    assert isinstance(shape, MapOf)
    return shape


def stand_in_value(field: Field) -> Value:
    """A value of the field's type."""
    if field.is_number:
        return Decimal(1)
    match field.type:
        case "year":
            return Decimal(2024)
        case "date":
            return _DATE
        case "yes_no":
            return True
        case "choice":
            return field.choices[0]
        case "multi_choice":
            return (field.choices[0],)
        case _:
            return "文"


def _rows(table: Table) -> tuple[Row, ...]:
    if table.id == CRITERIA_TABLE:
        filled = {"verdict": Fact("符合"), "statement": Fact("文"), "evidence": Fact("文")}
        return tuple(Row({**{k: Fact(str(v)) for k, v in row.items()}, **filled}) for row in table.prefill)
    return (Row({c.id: Fact(stand_in_value(c)) for c in table.columns}),)


def stand_in(standard: Standard) -> Evaluation:
    """An evaluation in which everything is filled with stand-ins; it never reaches anybody."""
    facts: Mapping[str, Fact] = {f.id: Fact(stand_in_value(f)) for f in standard.intake.fields.values()}
    tables = {t.id: _rows(t) for t in standard.intake.tables.values()}
    intake = Intake(facts, {1: facts, 2: facts}, tables)
    calculator = Calculator(standard, intake)
    standard = calculator.standard
    indicators = {i: calculator.indicator(i) for i in standard.indicators.by_id}
    yearly = [i.id for i in standard.indicators.by_id.values() if i.yearly]
    for family in standard.factors.values():
        entry = family.sets[0].entries[0]
        per, result = unit(entry.per), unit(family.result_unit)
        use = FactorUse(
            family.family, family.sets[0].set, entry.key, Decimal(1), per, Decimal(1), per, result, False
        )
        calculator.note_factor(use, "文")
    card, _ = score(calculator)
    return Evaluation(
        standard=standard,
        intake=intake,
        indicators=indicators,
        earlier={back: {i: calculator.indicator(i, back) for i in yearly} for back in (1, 2)},
        scorecard=card,
        findings=tuple(Finding("stand_in", s, "") for s in Severity),
        calculator=calculator,
        receipt=Receipt("", "", standard.id, "", "", "", "", None, evidence_sha256=(("文", "文"),)),
        evidence=Evidence((EvidenceFile("文", "文", "文", "文", Picture(b"", "png", 1, 1)),)),
    )
