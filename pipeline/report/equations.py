"""The equations of an evaluation, by the keys that templates ask for (`floor_area_ratio/symbolic`)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pipeline.calc.scope import Scope, plain_or_short
from pipeline.calc.trace import IndicatorValue, Trace
from pipeline.evaluation import Evaluation
from pipeline.formula.figures import Figure
from pipeline.formula.syntax import parse
from pipeline.report import math as om
from pipeline.report.math import Row
from pipeline.report.math_formula import Symbols, in_numbers
from pipeline.report.math_lines import fitted
from pipeline.report.ooxml import Element
from pipeline.report.row_equations import row_equations
from pipeline.report.words import number_text, unit_text
from pipeline.standard.types import Indicator


def equations_of(evaluation: Evaluation) -> Mapping[str, Element]:
    """Two equations for each indicator and quantity: `<id>/symbolic`, and `<id>/substituted` unless it is blank; and those
    of computed columns (`row_equations`)."""
    equations: dict[str, Element] = dict(row_equations(evaluation))
    for indicator in evaluation.standard.indicators.by_id.values():
        scope = Scope(evaluation.calculator, symbols=indicator.symbols)
        formula = Symbols(scope.symbol).row(parse(indicator.formula))
        equations[f"{indicator.id}/symbolic"] = _display([*_left(indicator), om.math("="), *formula])
        value = evaluation.indicators[indicator.id]
        if value.number is not None:
            row = [*_left(indicator), *_numbers(value), om.math("="), *_result(indicator, value)]
            equations[f"{indicator.id}/substituted"] = _display(row)
    return equations


def _display(row: Row) -> Element:
    return om.display(fitted(row))


def _left(indicator: Indicator) -> Row:
    return om.symbol(indicator.symbol or indicator.label)


def _numbers(value: IndicatorValue) -> Row:
    """`= numbers × conversion`; nothing when that is the result itself."""
    trace = value.trace
    same = isinstance(trace.figures, Figure) and not trace.conversion and trace.unrounded == value.number
    if same:
        return []
    converted = bool(trace.conversion) and trace.conversion_factor is not None
    row = [om.math("="), *in_numbers(trace.figures, as_factor=converted)]
    return [*row, *_conversion(trace)] if converted else row


def _conversion(trace: Trace) -> Row:
    """`× 10000`, `× 100%`: the factor between the units of the formula and of the result."""
    factor = plain_or_short(trace.conversion_factor or Decimal(1))
    shown = om.words(f"{factor}%") if trace.conversion.endswith("%") else om.math(factor)
    return [om.math("×"), shown]


def _result(indicator: Indicator, value: IndicatorValue) -> Row:
    """The rounded value with its unit, as the sentence about it prints them."""
    return [*om.number(number_text(value, indicator)), *om.unit(unit_text(indicator.unit))]
