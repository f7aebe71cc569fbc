"""What each chart was drawn from: the tags of its figures, for the trace."""

from __future__ import annotations

from typing import Final

from pipeline.calc.calculator import Calculator
from pipeline.evaluation import Evaluation
from pipeline.report.tagging import cell_tag, indicator_tag, year_suffix
from pipeline.report.trace_part import TraceEntry, TraceOperand
from pipeline.standard.chart_types import (
    ChartDefinition,
    FieldsSource,
    IndicatorsSource,
    ScorecardSource,
    TableSource,
    YearlySource,
)

YEARS: Final = 3


def chart_tag(definition: ChartDefinition) -> str:
    """The tag of a chart: `chart:energy_by_kind`."""
    return f"chart:{definition.id}"


def chart_entry(evaluation: Evaluation, id_: str) -> TraceEntry | None:
    """The entry of a chart; None for an id that the pack does not have."""
    definition = next((c for c in evaluation.standard.identity.charts if c.id == id_), None)
    if definition is None:
        return None
    tags = tuple(dict.fromkeys(_tags(evaluation, definition)))
    return TraceEntry(chart_tag(definition), definition.title, operands=tuple(map(TraceOperand, tags)))


def _tags(evaluation: Evaluation, definition: ChartDefinition) -> list[str]:
    (source,) = definition.sources.values()
    if isinstance(source, TableSource):
        rows = range(len(evaluation.intake.rows(source.table)))
        return [cell_tag(source.table, n, column) for n in rows for column in source.values]
    if isinstance(source, YearlySource):
        return [_item(evaluation, i, back) for i in source.items for back in range(YEARS)]
    if isinstance(source, FieldsSource):
        return [_item(evaluation, i, 0) for series in source.series for i in series.items]
    if isinstance(source, ScorecardSource):
        return _scores(evaluation, source)
    return _judged(evaluation.calculator, source)


def _item(evaluation: Evaluation, name: str, back: int) -> str:
    if name in evaluation.standard.intake.fields:
        return f"f:{name}{year_suffix(back)}"
    return indicator_tag(evaluation.standard, name, back)


def _scores(evaluation: Evaluation, source: ScorecardSource) -> list[str]:
    subs = [s for c in evaluation.scorecard.categories for s in c.subcategories]
    ids = [s.subcategory.id for s in subs if not (source.part == "printed" and s.provisional)]
    tags = [f"sub:{i}" for i in ids] + [f"sub:{i}/weight" for i in ids]
    return tags + ([f"sub:{i}/confirmed" for i in ids] if source.confirmed else [])


def _judged(calculator: Calculator, source: IndicatorsSource) -> list[str]:
    standard = calculator.standard
    by_id = standard.indicators.by_id
    wanted = source.ids or tuple(i for i, indicator in by_id.items() if indicator.thresholds is not None)
    tags = []
    for name in wanted:
        basis = calculator.indicator(name).trace.level
        tags.append(indicator_tag(standard, name))
        tags += [f"lim:{name}/{level}" for level in (() if basis is None else basis.limits)]
    return tags
