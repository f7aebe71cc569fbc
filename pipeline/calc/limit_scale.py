"""Limits in % that a workbook gives as fractions: 0.4 where 40 is meant, beside an indicator of 26 %."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, localcontext
from typing import Final

from pipeline.calc.calculator import Calculator
from pipeline.calc.scope import Scope
from pipeline.findings import Finding
from pipeline.formula import syntax as s
from pipeline.formula.evaluate import Evaluator
from pipeline.messages import finding
from pipeline.quantity import PRECISION, fixed, plain
from pipeline.standard.types import Indicator

_SUSPECT: Final = Decimal(25)
"""From how many times its limit on a value in % makes one ask whether the limit is a fraction (then it is 100 times)."""
_ONE, _WHOLE = Decimal(1), Decimal(100)


def limits_like_fractions(calculator: Calculator) -> Iterator[Finding]:
    """A warning at each limit of the workbook that is at most 1 % while the indicator is a multiple of all its limits."""
    for indicator in calculator.standard.indicators.by_id.values():
        thresholds = indicator.thresholds
        if indicator.unit != "%" or thresholds is None or not thresholds.levels_from:
            continue
        limits = [limit for limit in thresholds.levels.values() if limit > 0]
        value = calculator.indicator(indicator.id).number
        if value is None or not limits or max(limits) > _ONE:
            continue
        if _SUSPECT * max(limits) <= value <= _WHOLE:
            yield from _told(calculator, indicator, value)


def _told(calculator: Calculator, indicator: Indicator, value: Decimal) -> Iterator[Finding]:
    assert indicator.thresholds is not None
    for level, formula in indicator.thresholds.levels_from.items():
        scope = Scope(calculator, subject=indicator.label)
        with localcontext(prec=PRECISION):
            Evaluator(scope).run(s.parse(formula))
        limit = indicator.thresholds.levels.get(level)
        where = next((o.where for o in scope.operands if o.where is not None), None)
        if where is not None and limit:
            words = {
                "indicator": indicator.label,
                "value": fixed(value, indicator.decimals),
                "level": calculator.standard.indicators.levels[level],
                "limit": plain(limit),
                "percent": plain(limit * _WHOLE),
            }
            yield finding("limit_like_a_fraction", indicator.id, where, **words)
