"""Dates, texts and truth values that follow from the facts, as text of the report."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from pipeline.calc.say import PLACES, say
from pipeline.evaluation import Evaluation
from pipeline.formula.values import Num
from pipeline.quantity import fixed
from pipeline.report import words as w
from pipeline.report.marks import compose, figure
from pipeline.report.tagging import indicator_figure
from pipeline.standard.types import Derived


def derived_context(evaluation: Evaluation) -> dict[str, str]:
    """Every derived value by its id; `不适用` where the question does not arise, — while it cannot be told."""
    return {d.id: _text(evaluation, d) for d in evaluation.standard.indicators.derived}


def _text(evaluation: Evaluation, derived: Derived) -> str:
    outcome = evaluation.calculator.derived(derived.id)
    if isinstance(outcome, dt.date):
        return figure(w.date_text(outcome), f"d:{derived.id}", derived.label)
    case = evaluation.calculator.saying(derived) if derived.cases and isinstance(outcome, str) else None
    if case is None:
        return w.outcome_text(outcome, 2)
    parts = [_place(evaluation, place) for place in PLACES.findall(case.text)]
    return compose(PLACES.sub("{}", case.text), *parts)


def _place(evaluation: Evaluation, expression: str) -> str:
    """What stands in a place: the figure of an indicator, or the value in words."""
    calculator = evaluation.calculator
    indicator = evaluation.standard.indicators.by_id.get(expression.strip())
    if indicator is None or not isinstance(calculator.condition(expression), Num):
        return say(calculator, expression)
    number = fixed(calculator.indicator(indicator.id).number or Decimal(0), indicator.decimals)
    return indicator_figure(evaluation.standard, indicator, number) + w.unit_text(indicator.unit)
