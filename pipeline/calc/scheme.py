"""The pack as one workbook makes it: limits and points that the user's scheme (评价方案) gives instead of the standard.

A limit that is not given stays unknown: the rows that need it are undecided, and nothing is put in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from pipeline.calc.scope import Scope
from pipeline.facts import Intake, Row
from pipeline.formula import syntax as s
from pipeline.formula.calls import BETTER
from pipeline.formula.evaluate import Evaluator
from pipeline.formula.values import Num
from pipeline.messages import finding
from pipeline.quantity import PRECISION, plain
from pipeline.standard.types import (
    Category,
    Criterion,
    Indicator,
    IndicatorSet,
    Scoring,
    Standard,
    Subcategory,
    Thresholds,
)

if TYPE_CHECKING:
    from pipeline.calc.calculator import Calculator


def effective(calculator: Calculator) -> Standard:
    """The calculator's standard with the limits and points of its workbook."""
    standard = calculator.standard
    with localcontext(prec=PRECISION):
        indicators = _indicators(calculator)
    scoring = _scoring(standard, calculator.intake)
    if indicators is standard.indicators and scoring is standard.scoring:
        return standard
    return replace(standard, indicators=indicators, scoring=scoring, origin=standard)


# -- limits ------------------------------------------------------------------------------------------------------
def _indicators(calculator: Calculator) -> IndicatorSet:
    given = calculator.standard.indicators
    if not any(i.thresholds is not None and i.thresholds.levels_from for i in given.by_id.values()):
        return given
    return replace(
        given,
        quantities=tuple(_with_limits(calculator, i) for i in given.quantities),
        indicators=tuple(_with_limits(calculator, i) for i in given.indicators),
    )


def _with_limits(calculator: Calculator, indicator: Indicator) -> Indicator:
    thresholds = indicator.thresholds
    if thresholds is None or not thresholds.levels_from:
        return indicator
    levels, unset = dict(thresholds.levels), dict[str, None]()
    scope = Scope(calculator, subject=indicator.label)
    for level, formula in thresholds.levels_from.items():
        outcome = Evaluator(scope).run(s.parse(formula))
        if isinstance(outcome, Num):
            factor = outcome.unit.factor_to(indicator.measure) if outcome.unit else Decimal(1)
            levels[level] = outcome.value * factor
        elif level not in levels:
            unset |= dict.fromkeys(scope.causes or (calculator.standard.indicators.levels[level],))
    if not unset and not _in_order(calculator.standard, indicator, levels):
        where = next((o.where for o in scope.operands if o.where is not None), None)
        shown = "、".join(plain(v) for v in levels.values())
        words = {"indicator": indicator.label, "limits": shown, "direction": BETTER[indicator.direction]}
        calculator.note_finding(finding("limits_disordered", indicator.id, where, **words))
        levels, unset = {}, {"次序正确的限值": None}
    return replace(indicator, thresholds=_resolved(thresholds, levels, tuple(unset)))


def _resolved(thresholds: Thresholds, levels: Mapping[str, Decimal], unset: tuple[str, ...]) -> Thresholds:
    changed = dict(levels) != dict(thresholds.levels)
    return replace(thresholds, levels=levels, unset=unset, status="user" if changed else thresholds.status)


def _in_order(standard: Standard, indicator: Indicator, levels: Mapping[str, Decimal]) -> bool:
    values = [levels[k] for k in standard.indicators.levels if k in levels]
    return values == sorted(values, reverse=indicator.direction == "lower")


# -- points ------------------------------------------------------------------------------------------------------
def _scoring(standard: Standard, intake: Intake) -> Scoring:
    """The score table with the user's choice of rows and points; the pack's own when the user changes nothing."""
    scoring = standard.scoring
    if scoring.scheme is None:
        return scoring
    rows = _scheme_rows(scoring, standard, intake)
    categories = tuple(_category(scoring, c, rows) for c in scoring.categories)
    if _points(categories) == _points(scoring.categories):
        return scoring
    return replace(scoring, categories=tuple(_of_user(c) for c in categories if c.subcategories))


def _scheme_rows(scoring: Scoring, standard: Standard, intake: Intake) -> Mapping[str, Row]:
    """The rows of the scheme by criterion."""
    assert scoring.scheme is not None
    (key,) = standard.intake.tables[scoring.scheme.table].key
    return {str(row.fact(key).value): row for row in intake.rows(scoring.scheme.table)}


def _category(scoring: Scoring, category: Category, rows: Mapping[str, Row]) -> Category:
    subs = []
    for sub in category.subcategories:
        criteria = tuple(_criteria(scoring, sub, rows))
        if criteria:
            subs.append(replace(sub, criteria=criteria))
    return replace(category, subcategories=tuple(subs))


def _criteria(scoring: Scoring, sub: Subcategory, rows: Mapping[str, Row]) -> Iterator[Criterion]:
    scheme = scoring.scheme
    assert scheme is not None
    for criterion in sub.criteria:
        row = rows.get(criterion.id)
        if row is None or criterion.points is None:
            yield criterion
            continue
        if scheme.adopted and row.fact(scheme.adopted).value is False:
            continue
        points = row.fact(scheme.points).value if scheme.points else None
        if isinstance(points, Decimal) and points != criterion.points:
            yield replace(criterion, points=points, points_status="user")
        else:
            yield criterion


def _points(categories: tuple[Category, ...]) -> dict[str, Decimal | None]:
    return {c.id: c.points for category in categories for s_ in category.subcategories for c in s_.criteria}


def _of_user(category: Category) -> Category:
    """Weights follow from the user's points: each row counts with the points that it has."""
    subs = tuple(
        sub if sub.weight is None else replace(sub, weight=sub.max_points, weight_status="user")
        for sub in category.subcategories
    )
    if category.weight is None:
        return replace(category, subcategories=subs)
    weight = sum((sub.weight for sub in subs if sub.weight is not None), Decimal(0))
    return replace(category, subcategories=subs, weight=weight, weight_status="user")
