"""Checks of the diagrams of a pack: ids, sources, tables and columns, words that a column can hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from pipeline.findings import nearest
from pipeline.standard import types as t
from pipeline.standard.diagram_types import (
    BalanceSource,
    DiagramDefinition,
    FlowSource,
    Selection,
    TreeSource,
)

_ID: Final = re.compile(r"[a-z][a-z0-9_]*")


def check_diagrams(standard: t.Standard) -> Iterator[str]:
    """Every fault of the diagrams as a sentence."""
    diagrams = standard.identity.diagrams
    for id_, count in sorted(Counter(diagram.id for diagram in diagrams).items()):
        if count > 1:
            yield f"standard.yaml：示意图“{id_}”重复"
    for diagram in diagrams:
        where = f"standard.yaml：示意图“{diagram.id}”"
        if not _ID.fullmatch(diagram.id):
            yield f"{where}：id 应为小写字母、数字和下划线"
        if len(diagram.sources) != 1:
            yield f"{where}：flow、balance、teams、tree 应恰好写一个"
            continue
        yield from (f"{where}：{fault}" for fault in _diagram(diagram, standard))


def _diagram(diagram: DiagramDefinition, standard: t.Standard) -> Iterator[str]:
    (source,) = diagram.sources.values()
    if isinstance(source, FlowSource):
        yield from _flow(source, standard)
    elif isinstance(source, BalanceSource):
        yield from _balance(source, standard)
    elif isinstance(source, TreeSource):
        yield from _columns(standard, source.table, source.name, source.parent, source.note)
        yield from _selection(standard, source.table, source.select)
    else:
        for team in source:
            yield from _columns(standard, team.table, team.name, team.role, team.unit)
            yield from _selection(standard, team.table, team.select)
            words = tuple(word for level in team.levels for word in level)
            yield from _words(standard, team.table, team.role, words)


def _flow(source: FlowSource, standard: t.Standard) -> Iterator[str]:
    columns = (source.name, source.note, source.inputs, source.outputs, source.passed, source.group)
    yield from _columns(standard, source.table, *columns)
    yield from _selection(standard, source.table, source.select)
    streams, links = source.streams, source.links
    if links is not None:
        yield from _columns(standard, links.table, links.origin, links.target)
        yield from _selection(standard, links.table, links.select)
        if streams is not None:
            yield "links 只用于没有 streams 的流程：有 streams 的，箭头按物流画"
    if streams is None:
        return
    by_side, by_way = streams.node is not None, streams.origin is not None and streams.target is not None
    if by_side == by_way:
        yield "streams 应写 node、inputs、outputs，或写 origin、target、outside"
    columns = (streams.name, streams.node, streams.origin, streams.target, streams.unit, streams.group)
    yield from _columns(standard, streams.table, *columns)
    yield from _amount(standard, streams.table, streams.amount)
    for selection in (streams.select, streams.inputs, streams.outputs):
        yield from _selection(standard, streams.table, selection)


def _balance(source: BalanceSource, standard: t.Standard) -> Iterator[str]:
    yield from _columns(standard, source.table, source.name, source.unit, source.group)
    yield from _amount(standard, source.table, source.amount)
    for selection in (source.select, source.inputs, source.outputs):
        yield from _selection(standard, source.table, selection)
    if not source.process and source.group is None:
        yield "balance 应写 process 或 group"
    for name in source.show:
        if name not in standard.indicators.by_id:
            yield f"没有名为“{name}”的指标{_hint(name, standard.indicators.by_id)}"


def _columns(standard: t.Standard, table_id: str, *names: str | None) -> Iterator[str]:
    table = standard.intake.tables.get(table_id)
    if table is None:
        yield f"没有名为“{table_id}”的表{_hint(table_id, standard.intake.tables)}"
        return
    known = {*table.by_id, *(c.column for c in standard.indicators.columns if c.table == table_id)}
    for name in filter(None, names):
        if name not in known:
            yield f"表“{table_id}”没有列“{name}”{_hint(name, known)}"


def _amount(standard: t.Standard, table_id: str, name: str | None) -> Iterator[str]:
    table = standard.intake.tables.get(table_id)
    if table is None or name is None:
        return
    computed = {c.column for c in standard.indicators.columns if c.table == table_id}
    if name not in table.by_id and name not in computed:
        yield f"表“{table_id}”没有列“{name}”{_hint(name, {*table.by_id, *computed})}"
    elif name in table.by_id and not table.by_id[name].is_number:
        yield f"列“{table_id}.{name}”不是数值"


def _selection(standard: t.Standard, table_id: str, select: Selection) -> Iterator[str]:
    yield from _columns(standard, table_id, *select) if select else ()
    for column, words in select.items():
        yield from _words(standard, table_id, column, words)


def _words(standard: t.Standard, table_id: str, column: str, words: Iterable[str]) -> Iterator[str]:
    """Words that a column of choices can never hold."""
    table = standard.intake.tables.get(table_id)
    field = table.by_id.get(column) if table is not None else None
    if field is None or field.type != "choice":
        return
    for word in words:
        if word not in field.choices:
            yield f"列“{table_id}.{column}”没有选项“{word}”{_hint(word, field.choices)}"


def _hint(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return f"（是否为“{near}”？）" if near else ""
