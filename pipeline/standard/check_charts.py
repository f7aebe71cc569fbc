"""Checks of the charts of a pack: ids, sources, names, kinds that suit their data, units that agree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pipeline.findings import nearest
from pipeline.standard import types as t
from pipeline.standard.chart_types import (
    ChartDefinition,
    FieldsSource,
    IndicatorsSource,
    TableSource,
    YearlySource,
)

KINDS_OF_SOURCE: Final[Mapping[str, tuple[str, ...]]] = {
    "table": ("column", "bar", "line", "radar", "pie"),
    "indicators": ("bar", "column"),
    "scorecard": ("radar", "bar", "column"),
    "yearly": ("column", "line", "bar"),
    "fields": ("column", "bar", "radar", "pie"),
}
_ID: Final = re.compile(r"[a-z][a-z0-9_]*")
_CATEGORY_TYPES: Final = ("text", "choice", "year", "month")


def check_charts(standard: t.Standard) -> Iterator[str]:
    """Every fault of the charts as a sentence."""
    charts = standard.identity.charts
    for id_, count in sorted(Counter(chart.id for chart in charts).items()):
        if count > 1:
            yield f"{standard.places.at('standard.yaml', 'charts', id_)}：图“{id_}”重复，请换一个 id"
    for chart in charts:
        where = f"{standard.places.at('standard.yaml', 'charts', chart.id)}：图“{chart.id}”"
        if not _ID.fullmatch(chart.id):
            yield f"{where}：id 应为小写字母、数字和下划线"
        if len(chart.sources) != 1:
            yield f"{where}：table、indicators、scorecard、yearly、fields 应恰好写一个"
            continue
        yield from (f"{where}：{fault}" for fault in _chart(chart, standard))


def _chart(chart: ChartDefinition, standard: t.Standard) -> Iterator[str]:
    (key, source) = next(iter(chart.sources.items()))
    if chart.kind not in KINDS_OF_SOURCE[key]:
        yield f"{key} 的数据可画成 {'、'.join(KINDS_OF_SOURCE[key])}，不能画成 {chart.kind}"
    if chart.stacked and (chart.kind not in ("column", "bar") or key in ("indicators", "scorecard")):
        yield "stacked 只用于可以相加的柱形图和条形图"
    if isinstance(source, TableSource):
        yield from _table(chart, source, standard)
    elif isinstance(source, IndicatorsSource):
        yield from _indicators(source, standard)
    elif isinstance(source, YearlySource):
        yield from _items(source.items, standard, yearly=True)
    elif isinstance(source, FieldsSource):
        yield from _fields(chart, source, standard)


def _table(chart: ChartDefinition, source: TableSource, standard: t.Standard) -> Iterator[str]:
    table = standard.intake.tables.get(source.table)
    if table is None:
        yield f"没有名为“{source.table}”的表{_hint(source.table, standard.intake.tables)}"
        return
    for name in filter(None, (source.category, source.series)):
        column = table.by_id.get(name)
        if column is None:
            yield f"表“{table.id}”没有列“{name}”{_hint(name, table.by_id)}"
        elif column.type not in _CATEGORY_TYPES:
            yield f"列“{table.id}.{name}”不能用来分类，应为文字、选择、年度或月份"
    units = {name: _column_unit(standard, table, name) for name in source.values}
    known = {*table.by_id, *(c.column for c in standard.indicators.columns if c.table == table.id)}
    for name, unit in units.items():
        if name not in known:
            yield f"表“{table.id}”没有列“{name}”{_hint(name, known)}"
        elif unit is None:
            yield f"列“{table.id}.{name}”不是有固定单位的数值，不能画图"
    if not source.values:
        yield "value 是空的"
    yield from _one_unit(units.values())
    if len(source.values) > 1 and source.series is not None:
        yield "有几个 value 时不能再写 series"
    if chart.kind == "pie" and (len(source.values) > 1 or source.series is not None):
        yield "饼图只能有一组数据"


def _column_unit(standard: t.Standard, table: t.Table, name: str) -> str | None:
    column = table.by_id.get(name)
    if column is not None:
        return column.unit if column.is_number else None
    computed = (c for c in standard.indicators.columns if c.table == table.id and c.column == name)
    return next((c.unit or None for c in computed), None)


def _indicators(source: IndicatorsSource, standard: t.Standard) -> Iterator[str]:
    judged = {i.id for i in standard.indicators.by_id.values() if i.thresholds is not None}
    for name in source.ids:
        if name not in judged:
            yield f"“{name}”不是有限值的指标{_hint(name, judged)}"
    for level in source.levels:
        if level not in standard.indicators.levels:
            yield f"水平“{level}”没有在 indicators.yaml 的 levels 里声明"


def _items(items: Sequence[str], standard: t.Standard, *, yearly: bool) -> Iterator[str]:
    units: list[str] = []
    known: dict[str, t.Field | t.Indicator] = {**standard.intake.fields, **standard.indicators.by_id}
    for name in items:
        found = known.get(name)
        if found is None:
            yield f"没有名为“{name}”的填报项或指标{_hint(name, known)}"
        elif isinstance(found, t.Field) and not found.is_number:
            yield f"填报项“{name}”不是数值"
        elif yearly and not (found.years > 1 if isinstance(found, t.Field) else found.yearly):
            yield f"“{name}”只有评价年度的数据，不能逐年画图"
        else:
            units.append(found.unit or "1")
    if not items:
        yield "没有写要画的填报项或指标"
    yield from _one_unit(units)


def _fields(chart: ChartDefinition, source: FieldsSource, standard: t.Standard) -> Iterator[str]:
    yield from _items([item for series in source.series for item in series.items], standard, yearly=False)
    count = len(source.categories)
    if len(source.series) > 1 and (not count or not all(series.name for series in source.series)):
        yield "有几组数据时，要写 categories 和每组的 name"
    if count and any(len(series.items) != count for series in source.series):
        yield f"每组数据应与 categories 一样有 {count} 项"
    if chart.kind == "pie" and len(source.series) > 1:
        yield "饼图只能有一组数据"


def _one_unit(units: Iterable[str | None]) -> Iterator[str]:
    found = sorted({unit for unit in units if unit is not None})
    if len(found) > 1:
        yield f"单位不同（{'、'.join(found)}），不能画在一张图里"


def _hint(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return f"（是否为“{near}”？）" if near else ""
