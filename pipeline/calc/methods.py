"""The scoring methods of rows that the program judges: a closed set; a pack only names them.

Each gives a verdict, the share of the points that is earned and the points themselves, in words that a reviewer can
follow. Points that the pack does not know are never made up: the share is all that is said then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from pipeline.calc.calculator import Calculator
from pipeline.calc.scorecard import MET, NOT_APPLICABLE, NOT_MET, PARTLY, UNDECIDED
from pipeline.calc.trace import IndicatorValue
from pipeline.formula.render import COMPARISONS
from pipeline.formula.values import Num
from pipeline.quantity import NotApplicable, fixed, interpolated, plain, round_half_even
from pipeline.standard.types import Band, Criterion
from pipeline.units import ONE

LEVEL_BASIS = "{} {}{}，{}，按分值的 {}% 计"
"""Indicator, number, unit, level reached, share of the points."""
SHARE_ONLY = "；满分值未取得原文，只得出得分率 {}%，不计入得分"
ZERO, FULL = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a method says of a row. `unknown`: the part of the rule whose points the pack does not know."""

    verdict: str = UNDECIDED
    score: Decimal | None = None
    share: Decimal | None = None
    basis: str = ""
    unknown: str = ""


def judge(calculator: Calculator, criterion: Criterion) -> Judged:
    """The outcome of a row that the program judges; undecided where something that it needs is missing."""
    methods: Mapping[str, Callable[[Calculator, Criterion], Judged]] = {
        "level": _by_level,
        "linear": _linear,
        "bands": _banded,
        "formula": _by_formula,
        "condition": _by_condition,
    }
    refused = _requirement(calculator, criterion)
    judged = refused if refused is not None else methods[criterion.method](calculator, criterion)
    if judged.share is None or criterion.points_known:
        return judged
    return replace(judged, basis=judged.basis + SHARE_ONLY.format(fixed(judged.share * 100, 2)))


def _requirement(calculator: Calculator, criterion: Criterion) -> Judged | None:
    """What the row's precondition (`requires`) decides by itself; None when it holds or there is none."""
    if criterion.requires is None:
        return None
    outcome = calculator.condition(criterion.requires, subject=criterion.id)
    if outcome is True:
        return None
    if isinstance(outcome, NotApplicable):
        return Judged(NOT_APPLICABLE, basis=outcome.reason)
    if outcome is not False:
        return Judged()
    words = calculator.condition_words(criterion.requires)
    return _earned(calculator, criterion, ZERO, NOT_MET, f"计分前提“{words}”不成立，不得分")


def _earned(calculator: Calculator, criterion: Criterion, share: Decimal, verdict: str, basis: str) -> Judged:
    """A share of the row's points, rounded as they are printed."""
    points = None
    if criterion.points is not None:
        points = round_half_even(criterion.points * share, calculator.standard.scoring.decimals)
    return Judged(verdict, points, share, basis)


def _no_limits(calculator: Calculator, value: IndicatorValue) -> Judged:
    """Undecided for want of limits; where the pack has none for what the enterprise is, that is said."""
    found = calculator.standard.indicators.by_id[value.id].thresholds
    chosen = calculator.intake.fact(found.by).value if found is not None and found.by is not None else None
    if (
        value.number is None
        or found is None
        or not isinstance(chosen, str)
        or found.limits_for(chosen) is not None
    ):
        return Judged()
    return Judged(basis=f"“{chosen}”的{value.label}限值未取得原文", unknown=f"“{chosen}”的{value.label}限值")


def _verdict(share: Decimal) -> str:
    return MET if share >= FULL else PARTLY if share > ZERO else NOT_MET


def _blank(value: IndicatorValue) -> Judged | None:
    """The outcome where the indicator has no number."""
    if isinstance(value.value, NotApplicable):
        return Judged(NOT_APPLICABLE, basis=value.value.reason)
    return Judged() if value.number is None else None


# -- levels ------------------------------------------------------------------------------------------------------
def _by_level(calculator: Calculator, criterion: Criterion) -> Judged:
    """A share of the points for the level that the indicator reaches."""
    standard = calculator.standard
    value = calculator.indicator(criterion.indicator or "")
    if isinstance(value.value, NotApplicable):
        return Judged(NOT_APPLICABLE, basis=value.value.reason)
    if value.level is None:
        return _no_limits(calculator, value)
    per_cent = standard.scoring.methods.by_level.get(value.level, ZERO)
    points = None if criterion.points is None else criterion.points * per_cent / 100
    words = standard.indicators.levels.get(value.level)
    reached = f"达到{words}" if words else "未达到最低限值"
    decimals = standard.indicators.by_id[value.id].decimals
    number = "" if value.number is None else fixed(value.number, decimals)
    basis = LEVEL_BASIS.format(value.label, number, _measure(value), reached, plain(per_cent))
    return Judged(MET if words else NOT_MET, points, per_cent / 100, basis)


def _linear(calculator: Calculator, criterion: Criterion) -> Judged:
    """Points by the distance between the lowest limit (none) and the highest (all)."""
    value = calculator.indicator(criterion.indicator or "")
    blank = _blank(value)
    if blank is not None:
        return blank
    compared = calculator.compared(value)
    if value.trace.level is None or compared is None:
        return _no_limits(calculator, value)
    levels = calculator.standard.indicators
    limits = value.trace.level.limits
    best = value.level == levels.highest
    share = FULL if best else ZERO
    if not best and limits[levels.lowest] != limits[levels.highest]:
        share = interpolated(compared, limits[levels.lowest], limits[levels.highest])
    verdict = MET if best else PARTLY if share > ZERO else NOT_MET
    words = _words(calculator, criterion)
    return _earned(calculator, criterion, share, verdict, _linear_basis(calculator, value, share, words))


def _words(calculator: Calculator, criterion: Criterion) -> str:
    """What the pack prints instead of the limits, where they are only the ends of a degree."""
    thresholds = calculator.standard.indicators.by_id[criterion.indicator or ""].thresholds
    return thresholds.words if thresholds else ""


def _linear_basis(calculator: Calculator, value: IndicatorValue, share: Decimal, words: str) -> str:
    """`容积率 1.03，介于基准值 0.60 与引领值 1.20 之间，按线性比例 71.67% 计`; of a degree `对标程度 64.09%（……），按对标程度计`."""
    pack = calculator.standard.indicators
    limits = value.trace.level.limits if value.trace.level else {}
    measure = _measure(value)
    zero = f"{pack.levels[pack.lowest]} {limits[pack.lowest]:f}{measure}"
    full = f"{pack.levels[pack.highest]} {limits[pack.highest]:f}{measure}"
    number = _number(calculator, value)
    if words:
        return f"{value.label} {number}{measure}（{words}），按对标程度计"
    if value.level == pack.highest:
        return f"{value.label} {number}{measure}，达到{full}，得满分"
    if value.level == "below":
        return f"{value.label} {number}{measure}，未达到{zero}，不得分"
    if share == 0:
        return f"{value.label} {number}{measure}，未优于{zero}，不得分"
    gap = "" if measure[-1:] >= "一" else " "
    between = f"介于{zero}{gap}与{full}{gap}之间"
    return f"{value.label} {number}{measure}，{between}，按线性比例 {fixed(share * 100, 2)}% 计"


def _number(calculator: Calculator, value: IndicatorValue) -> str:
    """The number as the report prints it elsewhere: with its places where there are limits, else without idle zeros."""
    if value.number is None:
        return ""
    indicator = calculator.standard.indicators.by_id[value.id]
    return fixed(value.number, indicator.decimals) if indicator.thresholds else plain(value.number)


def _measure(value: IndicatorValue) -> str:
    return "" if value.unit == "1" else value.unit if value.unit == "%" else f" {value.unit}"


# -- bands -------------------------------------------------------------------------------------------------------
def band_words(band: Band, measure: str) -> str:
    """`≥ 50% 且 < 70%`; `measure` is the unit as it follows a number."""
    parts = [
        (sign, getattr(band, name)) for name, sign in (("ge", ">="), ("gt", ">"), ("le", "<="), ("lt", "<"))
    ]
    return " 且 ".join(
        f"{COMPARISONS[sign]} {plain(limit)}{measure}" for sign, limit in parts if limit is not None
    )


def _banded(calculator: Calculator, criterion: Criterion) -> Judged:
    """The points of the one interval that the indicator lies in (the check of the pack has seen to it that it is one)."""
    value = calculator.indicator(criterion.indicator or "")
    blank = _blank(value)
    if blank is not None:
        return blank
    compared = calculator.compared(value)
    band = next((b for b in criterion.bands if compared is not None and b.holds(compared)), None)
    if band is None:
        return Judged()
    measure = _measure(value)
    where = f"{value.label} {_number(calculator, value)}{measure}，在“{band_words(band, measure)}”一档"
    if band.points is None:
        return Judged(basis=f"{where}，该档分值未取得原文", unknown=f"{where}，这一档的分值")
    share = band.points / criterion.points if criterion.points else ZERO
    return Judged(_verdict(share), band.points, share, f"{where}，得 {plain(band.points)} 分")


# -- formulas and conditions -------------------------------------------------------------------------------------
def _by_formula(calculator: Calculator, criterion: Criterion) -> Judged:
    """The points that a formula gives, never below none and never above those of the row."""
    text, most = criterion.formula or "0", criterion.points or ZERO
    outcome, numbers = calculator.worked(text)
    if isinstance(outcome, NotApplicable):
        return Judged(NOT_APPLICABLE, basis=outcome.reason)
    if not isinstance(outcome, Num):
        return Judged()
    points = outcome.value * (outcome.unit.factor_to(ONE) if outcome.unit else FULL)
    kept = min(max(points, ZERO), most)
    shown = round_half_even(kept, calculator.standard.scoring.decimals)
    bounded = "" if kept == points else f"，{'低于 0' if points < 0 else '高于满分'}"
    words = calculator.condition_words(text)
    exact = plain(round_half_even(points, max(calculator.standard.scoring.decimals, 2)))
    basis = f"得分 = {words} = {numbers} = {exact}{bounded}，计 {plain(shown)} 分"
    share = kept / most if most else ZERO
    return Judged(_verdict(share), shown, share, basis)


def _by_condition(calculator: Calculator, criterion: Criterion) -> Judged:
    """All points where the condition holds, none where it does not."""
    outcome = calculator.condition(criterion.condition or "", subject=criterion.id)
    if isinstance(outcome, NotApplicable):
        return Judged(NOT_APPLICABLE, basis=outcome.reason)
    if not isinstance(outcome, bool):
        return Judged()
    words = calculator.condition_words(criterion.condition or "")
    basis = f"{words}：{'成立' if outcome else '不成立'}"
    if criterion.points is None:
        share = (FULL if outcome else ZERO) if not criterion.points_known else None
        return Judged(MET if outcome else NOT_MET, None, share, basis)
    return Judged(
        MET if outcome else NOT_MET, criterion.points if outcome else ZERO, Decimal(int(outcome)), basis
    )
