"""The equations of an evaluation, by the keys that templates ask for (`floor_area_ratio/symbolic`)."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial

from pipeline.calc.scope import Scope, plain_or_short
from pipeline.calc.trace import IndicatorValue, Trace
from pipeline.evaluation import Evaluation
from pipeline.formula.figures import Figure
from pipeline.formula.syntax import parse
from pipeline.memo import per_object
from pipeline.report import math as om
from pipeline.report.math import Row
from pipeline.report.math_formula import Symbols, in_numbers
from pipeline.report.math_lines import fitted
from pipeline.report.ooxml import Element
from pipeline.report.row_equations import Make, row_equations
from pipeline.report.words import number_text, unit_text
from pipeline.standard.types import Indicator, Standard


def equations_of(evaluation: Evaluation) -> Mapping[str, Element]:
    """Two equations for each indicator and quantity: `<id>/symbolic`, and `<id>/substituted` unless it is blank; and those
    of computed columns (`row_equations`). Each is made when it is asked for: a template shows about half of them."""
    makers: dict[str, Make] = dict(row_equations(evaluation))
    for indicator in evaluation.standard.indicators.by_id.values():
        makers[f"{indicator.id}/symbolic"] = partial(_symbolic, evaluation, indicator)
        if evaluation.indicators[indicator.id].number is not None:
            makers[f"{indicator.id}/substituted"] = partial(_substituted, evaluation, indicator)
    return _Equations(makers)


class _Equations(Mapping[str, Element]):
    """Equations by key, made once each."""

    def __init__(self, makers: Mapping[str, Make]) -> None:
        self._makers = makers
        self._made: dict[str, Element] = {}

    def __getitem__(self, key: str) -> Element:
        if key not in self._made:
            self._made[key] = self._makers[key]()
        return self._made[key]

    def __contains__(self, key: object) -> bool:
        return key in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


@per_object(16)
def _in_symbols(standard: Standard) -> dict[str, Element]:
    """The formulas of a pack in symbols, by indicator, as far as they were asked for: the same in every report."""
    return {}


def _symbolic(evaluation: Evaluation, indicator: Indicator) -> Element:
    kept = _in_symbols(evaluation.standard)
    if indicator.id not in kept:
        scope = Scope(evaluation.calculator, symbols=indicator.symbols)
        formula = Symbols(scope.symbol).row(parse(indicator.formula))
        kept[indicator.id] = _display([*_left(indicator), om.math("="), *formula])
    return copy.deepcopy(kept[indicator.id])  # whoever gets it may hang it into a document


def _substituted(evaluation: Evaluation, indicator: Indicator) -> Element:
    value = evaluation.indicators[indicator.id]
    return _display([*_left(indicator), *_numbers(value), om.math("="), *_result(indicator, value)])


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
