"""Functions that need nothing but the values of their arguments: what they give, of which kind, and how they read.

Dates, comparisons with a sign from the workbook, printed figures, discounting. Adding one here (and its number of arguments
in `syntax.FUNCTIONS`) makes it known everywhere.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, cast

from pipeline.formula import finance
from pipeline.formula.values import Num, Outcome, aligned, compare
from pipeline.quantity import MISSING, NoSolution, round_half_even
from pipeline.units import ONE, PERCENT

Given = Num | str | bool | dt.date
_SIGNS: Final = {"≤": "<=", "<": "<", "＜": "<", "≥": ">=", ">": ">", "＞": ">", "=": "=="}
NO_RATE: Final = "各年净现金流量折现后没有不小于 0 的内部收益率"
SEVERAL_RATES: Final = "各年净现金流量正负交替，不小于 0 的内部收益率不止一个"


def add_months(start: Given, months: Given) -> Outcome:
    """The same day so many months later; the last day of the month where it has no such day."""
    if not isinstance(start, dt.date) or not isinstance(months, Num) or months.value % 1:
        return MISSING
    number = start.year * 12 + start.month - 1 + int(months.value)
    year, month = divmod(number, 12)
    if not 1 <= year <= 9999:
        return MISSING
    return dt.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def meets(value: Given, sign: Given, limit: Given) -> Outcome:
    """Whether the comparison holds whose sign stands in the workbook."""
    op = _SIGNS.get(sign) if isinstance(sign, str) else None
    return MISSING if op is None else compare(op, value, limit)


def agrees(printed: Given, computed: Given) -> Outcome:
    """Whether a printed figure is the computed one, rounded to as many places as were printed (half up or half even)."""
    if not isinstance(printed, Num) or not isinstance(computed, Num):
        return MISSING
    value = aligned(printed, computed)[0]
    places = max(-int(printed.value.normalize().as_tuple().exponent), 0)
    half_up = value.quantize(Decimal(1).scaleb(-places), rounding="ROUND_HALF_UP")
    return printed.value in (round_half_even(value, places), half_up)


def discount(amount: Given, rate: Given, years: Given) -> Outcome:
    """The amount, so many years before it is due."""
    base = _pure(rate)
    if not isinstance(amount, Num) or not isinstance(years, Num) or base is None or base <= -1:
        return MISSING
    return Num(amount.value / (1 + base) ** years.value, amount.unit)


def npv(rate: Given, investment: Given, flow: Given, years: Given) -> Outcome:
    """The net present value of an even flow over whole years."""
    base, flows = _pure(rate), _even(investment, flow, years)
    if base is None or flows is None or base <= -1:
        return MISSING
    return Num(finance.present_value(base, flows), cast(Num, investment).unit)


def irr(investment: Given, flow: Given, years: Given) -> Outcome:
    """The internal rate of return, exactly."""
    return _rate(finance.internal_rate, _even(investment, flow, years))


def irr_trial(investment: Given, flow: Given, years: Given) -> Outcome:
    """The internal rate of return as the manuals find it, by interpolation between two whole per cents."""
    return _rate(finance.interpolated_rate, _even(investment, flow, years))


VALUES: Final[Mapping[str, Callable[..., Outcome]]] = {
    "add_months": add_months,
    "meets": meets,
    "agrees": agrees,
    "discount": discount,
    "npv": npv,
    "irr": irr,
    "irr_trial": irr_trial,
}

WORDS: Final[Mapping[str, str]] = {
    "add_months": "{0}之后 {1} 个月",
    "meets": "{0} {1} {2}",
    "agrees": "{0}与{1}相符",
    "discount": "{0}按 {1} 折现 {2} 年",
    "npv": "NPV（贴现率 {0}，投资 {1}，年净现金流量 {2}，{3} 年）",
    "irr": "IRR（投资 {0}，年净现金流量 {1}，{2} 年）",
    "irr_trial": "IRR 内插法（投资 {0}，年净现金流量 {1}，{2} 年）",
    "outer": "本行的{0}",
    "first": "{0}首次出现",
    "applicable": "{0}适用",
}
"""How calls read; `{0}` is the first argument."""


def _pure(rate: Given) -> Decimal | None:
    if not isinstance(rate, Num):
        return None
    return rate.value if rate.unit is None else rate.value * rate.unit.factor_to(ONE)


def _even(investment: Given, flow: Given, years: Given) -> tuple[Decimal, ...] | None:
    """The flows; None where the life is no whole number of years within reason."""
    if not (isinstance(investment, Num) and isinstance(flow, Num) and isinstance(years, Num)):
        return None
    life = years.value
    if life % 1 or not 1 <= life <= finance.MAX_YEARS:
        return None
    scale = Decimal(1)
    if investment.unit is not None and flow.unit is not None:
        scale = flow.unit.scale / investment.unit.scale
    return finance.even_flows(investment.value, flow.value * scale, int(life))


def _rate(method: Callable[[tuple[Decimal, ...]], Decimal], flows: tuple[Decimal, ...] | None) -> Outcome:
    if flows is None:
        return MISSING
    try:
        return Num(method(flows) * 100, PERCENT)
    except finance.NoRate as none:
        return no_rate(none)


def no_rate(none: finance.NoRate) -> NoSolution:
    """What is said instead of a rate."""
    return NoSolution(SEVERAL_RATES, "多解") if none.several else NoSolution(NO_RATE, "无解")
