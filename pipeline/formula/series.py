"""Aggregates over a series of yearly flows: rows with an amount and the number of their year, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pipeline.formula import finance
from pipeline.formula.functions import no_rate
from pipeline.formula.values import Num, Outcome, aligned
from pipeline.quantity import MISSING, Missing, NotApplicable
from pipeline.units import PERCENT, unit


def of_series(
    kind: str, amounts: Sequence[Num], periods: Sequence[Outcome], blanks: Sequence[Outcome]
) -> Outcome:
    """The internal rate of return or the payback of the flows; missing while an amount or a year is."""
    if any(isinstance(b, Missing) for b in blanks) or not amounts or len(periods) != len(amounts):
        return MISSING
    flows = _in_years(amounts, periods)
    if flows is None:
        return MISSING
    if kind == "payback_flows":
        years = finance.payback_years(flows)
        return NotApplicable("寿命期内收不回投资") if years is None else Num(years, unit("年"))
    try:
        return Num(finance.internal_rate(flows) * 100, PERCENT)
    except finance.NoRate as none:
        return no_rate(none)


def _in_years(amounts: Sequence[Num], periods: Sequence[Outcome]) -> list[Decimal] | None:
    """The flow of each year from 0 on; None where a year is no whole number within reason."""
    by_year: dict[int, Decimal] = {}
    for amount, period in zip(amounts, periods, strict=True):
        if not isinstance(period, Num) or period.value % 1 or not 0 <= period.value <= finance.MAX_YEARS:
            return None
        year = int(period.value)
        by_year[year] = by_year.get(year, Decimal(0)) + aligned(amounts[0], amount)[0]
    return [by_year.get(year, Decimal(0)) for year in range(max(by_year) + 1)]
