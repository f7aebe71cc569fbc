"""The charts of a pack, filled with the figures of one evaluation; None where the data are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_FLOOR, Decimal, localcontext
from typing import Final

from pipeline.calc.scorecard import CategoryScore, SubcategoryScore
from pipeline.evaluation import Evaluation
from pipeline.quantity import PRECISION, NotApplicable, round_half_even
from pipeline.report.chart_spec import Chart, Series, label_text
from pipeline.report.chart_table import YEARS, table_data
from pipeline.standard.chart_types import (
    ChartDefinition,
    FieldsSource,
    IndicatorsSource,
    ScorecardSource,
    TableSource,
    YearlySource,
)
from pipeline.standard.types import Indicator, Limits

HUNDRED: Final = Decimal(100)
SHARE_DECIMALS: Final = 1
ATTAINMENT: Final = "达标程度"
ATTAINMENT_NOTE: Final = "达标程度：越大越好的指标为指标值除以限值，越小越好的指标为限值除以指标值，以%表示，不低于100%即达到该限值。"


def chart_specs(evaluation: Evaluation) -> Mapping[str, Chart | None]:
    """Every chart of the pack by id, in the order of the pack; None when there is not enough to draw."""
    return {
        definition.id: _chart(evaluation, definition) for definition in evaluation.standard.identity.charts
    }


def _chart(evaluation: Evaluation, definition: ChartDefinition) -> Chart | None:
    (source,) = definition.sources.values()
    if isinstance(source, TableSource):
        chart = _from_table(evaluation, definition, source)
    elif isinstance(source, IndicatorsSource):
        chart = _from_indicators(evaluation, definition, source)
    elif isinstance(source, ScorecardSource):
        chart = _from_scorecard(evaluation, definition, source)
    elif isinstance(source, YearlySource):
        chart = _from_years(evaluation, definition, source)
    else:
        chart = _from_fields(evaluation, definition, source)
    return chart if chart.is_drawable else None


def _from_table(evaluation: Evaluation, definition: ChartDefinition, source: TableSource) -> Chart:
    categories, series = table_data(evaluation, definition, source)
    table = evaluation.standard.intake.tables[source.table]
    columns = {c.id: (c.label, c.unit) for c in table.columns}
    computed = (c for c in evaluation.standard.indicators.columns if c.table == table.id)
    columns |= {c.column: (c.label, c.unit) for c in computed}
    label, unit = columns[source.values[0]]
    # a series of zeros would stand in the legend only; one of which nothing is known stays
    series = tuple(s for s in series if any(s.values) or all(v is None for v in s.values)) or series
    return _made(definition, categories, series, unit or "", label)


def _made(
    definition: ChartDefinition,
    categories: tuple[str, ...],
    series: tuple[Series, ...],
    unit: str,
    axis: str,
) -> Chart:
    return Chart(
        definition.id,
        definition.kind,
        definition.title,
        categories,
        series,
        unit,
        definition.axis or axis,
        definition.stacked,
    )


# -- single values: fields, quantities and indicators --------------------------------------------------------
def _item(evaluation: Evaluation, name: str, back: int = 0) -> Decimal | None:
    """The value of a field or indicator as the report prints it, None for every kind of blank."""
    if name in evaluation.standard.intake.fields:
        value = evaluation.intake.fact(name, back).value
        decimals = evaluation.standard.intake.fields[name].decimals
        if not isinstance(value, Decimal):
            return None
        return value if decimals is None else round_half_even(value, decimals)
    indicators = evaluation.indicators if back == 0 else evaluation.earlier.get(back, {})
    return indicators[name].number if name in indicators else None


def _about(evaluation: Evaluation, name: str) -> tuple[str, str, int | None]:
    """Label, unit and decimals of a field or indicator; totals are printed without idle zeros, as in the text."""
    field = evaluation.standard.intake.fields.get(name)
    if field is not None:
        return field.label, field.unit or "", field.decimals
    indicator = evaluation.standard.indicators.by_id[name]
    return indicator.label, indicator.unit, indicator.decimals if indicator.thresholds else None


def _from_years(evaluation: Evaluation, definition: ChartDefinition, source: YearlySource) -> Chart:
    year = evaluation.evaluation_year
    backs = [] if year is None else list(reversed(range(YEARS)))
    series = []
    for name in source.items:
        label, _unit, decimals = _about(evaluation, name)
        values = tuple(_item(evaluation, name, back) for back in backs)
        series.append(Series(label_text(label), values, decimals))
    label, unit, _decimals = _about(evaluation, source.items[0])
    categories = tuple(f"{(year or 0) - back}年" for back in backs)
    return _made(definition, categories, tuple(series), unit, label if len(series) == 1 else "")


def _from_fields(evaluation: Evaluation, definition: ChartDefinition, source: FieldsSource) -> Chart:
    first = source.series[0]
    labels = source.categories or tuple(_about(evaluation, name)[0] for name in first.items)
    series = []
    for each in source.series:
        places = [_about(evaluation, name)[2] for name in each.items]
        decimals = None if None in places else max(place for place in places if place is not None)
        values = tuple(_item(evaluation, name) for name in each.items)
        series.append(Series(label_text(each.name or definition.title), values, decimals))
    unit = _about(evaluation, first.items[0])[1]
    if definition.kind == "pie" and any(None in each.values for each in series):
        series = []
    return _made(definition, tuple(map(label_text, labels)), tuple(series), unit, "")


# -- indicators against their limits --------------------------------------------------------------------------
def _from_indicators(evaluation: Evaluation, definition: ChartDefinition, source: IndicatorsSource) -> Chart:
    words = evaluation.standard.indicators.levels
    levels = source.levels or tuple(words)
    shown = list(_judged(evaluation, source))
    series = tuple(
        Series(
            f"与{words[level]}相比",
            tuple(
                _attainment(evaluation, indicator, limits.levels.get(level)) for indicator, limits in shown
            ),
            SHARE_DECIMALS,
        )
        for level in levels
    )
    return Chart(
        definition.id,
        definition.kind,
        definition.title,
        tuple(label_text(indicator.label) for indicator, _limits in shown),
        series,
        "%",
        definition.axis or ATTAINMENT,
        baseline=HUNDRED,
        note=ATTAINMENT_NOTE,
    )


def _judged(evaluation: Evaluation, source: IndicatorsSource) -> Iterator[tuple[Indicator, Limits]]:
    """The indicators that have limits and apply; one judged by the worst of others gives way to those."""
    by_id = evaluation.standard.indicators.by_id
    wanted = source.ids or tuple(i for i, indicator in by_id.items() if indicator.thresholds is not None)
    done: set[str] = set()
    for name in wanted:
        limits = _limits(evaluation, by_id[name])
        for each in limits.worst_of if limits is not None and limits.worst_of else (name,):
            found = _limits(evaluation, by_id[each])
            blank = isinstance(evaluation.indicators[each].value, NotApplicable)
            if found is not None and found.levels and not blank and each not in done:
                done.add(each)
                yield by_id[each], found


def _limits(evaluation: Evaluation, indicator: Indicator) -> Limits | None:
    thresholds = indicator.thresholds
    if thresholds is None:
        return None
    variant = evaluation.intake.fact(thresholds.by).value if thresholds.by else None
    return thresholds.limits_for(variant if isinstance(variant, str) else None)


def _attainment(evaluation: Evaluation, indicator: Indicator, limit: Decimal | None) -> Decimal | None:
    """The value as per cent of a limit, more being better; None when it cannot be said (a value or limit of zero)."""
    trace = evaluation.indicators[indicator.id].trace
    full = evaluation.standard.identity.comparison == "full_value"
    value = trace.unrounded if full else trace.rounded
    if value is None or limit is None:
        return None
    upper, lower = (value, limit) if indicator.direction == "higher" else (limit, value)
    return _percent(upper, lower) if lower > 0 and upper >= 0 else None


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    """Per cent with one decimal, never rounded up to 100: what falls short of the whole must not look like it."""
    with localcontext(prec=PRECISION):
        exact = part / whole * HUNDRED
        rounded = round_half_even(exact, SHARE_DECIMALS)
        if exact < HUNDRED <= rounded:
            return exact.quantize(Decimal(1).scaleb(-SHARE_DECIMALS), rounding=ROUND_FLOOR)
    return rounded


# -- the score table ------------------------------------------------------------------------------------------
def _from_scorecard(evaluation: Evaluation, definition: ChartDefinition, source: ScorecardSource) -> Chart:
    scored = [
        (category, counted)
        for category in evaluation.scorecard.categories
        if (counted := _counted(category, source))
    ]
    provisional = any(sub.provisional for _category, counted in scored for sub in counted)
    mark = "（%，暂拟）" if provisional else "（%）"
    shares = tuple(_share(counted, confirmed=False) for _category, counted in scored)
    series = [Series(f"得分率{mark}", shares, SHARE_DECIMALS)]
    if source.confirmed:
        shares = tuple(_share(counted, confirmed=True) for _category, counted in scored)
        series.append(Series(f"已有证明材料支持的得分率{mark}", shares, SHARE_DECIMALS))
    return Chart(
        definition.id,
        definition.kind,
        definition.title,
        tuple(label_text(category.category.title) for category, _counted in scored),
        tuple(series),
        "%",
        definition.axis or "得分率",
        limits=(Decimal(0), HUNDRED),
        note="得分率为各一级指标加权得分占适用权重的百分比。",
    )


def _counted(category: CategoryScore, source: ScorecardSource) -> list[SubcategoryScore]:
    """The subcategories with a weight that apply (and are printed in the standard, where only those are asked)."""
    return [
        sub
        for sub in category.subcategories
        if sub.subcategory.weight and sub.applicable and not (source.part == "printed" and sub.provisional)
    ]


def _share(counted: list[SubcategoryScore], *, confirmed: bool) -> Decimal | None:
    """Points earned as per cent of the weight; None as long as a row is undecided."""
    earned = [sub.confirmed if confirmed else sub.weighted for sub in counted]
    known = [points for points in earned if points is not None]
    if len(known) < len(earned) or any(sub.points is None for sub in counted):
        return None
    weight = sum((sub.subcategory.weight or Decimal(0) for sub in counted), Decimal(0))
    return _percent(sum(known, Decimal(0)), weight)
