"""Checks over a pack: derived dates and texts, computed columns, and that nothing is computed from itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from pipeline.formula import syntax as s
from pipeline.formula.typing import DATE, TEXT, TRUTH, Kind, KindError
from pipeline.standard import types as t
from pipeline.standard.kinds import DERIVED_KINDS, column_kind, kinds_of

PLACES = re.compile(r"\{([^{}]*)\}")
"""Formulas in the texts of a pack."""
KIND_WORDS = {TEXT: "文字", DATE: "日期", TRUTH: "条件"}


def check_derived(standard: t.Standard) -> list[str]:
    """Every fault as a sentence."""
    return [*_columns(standard), *_derived(standard), *_cycles(standard), *_references(standard)]


def derived_formulas(standard: t.Standard) -> Iterator[tuple[str, str, str | None, Kind]]:
    """(where, formula, table whose row is at hand, wanted kind) of computed columns and derived values."""
    for column in standard.indicators.columns:
        where = f"{standard.places.at('indicators.yaml', 'columns', column.id)}：计算列 {column.id}"
        yield where, column.formula, column.table, column_kind(column)
        if column.when is not None:
            yield f"{where} 的 when", column.when, column.table, TRUTH
    for derived in standard.indicators.derived:
        where = f"{standard.places.at('indicators.yaml', 'derived', derived.id)}：推定项 {derived.id}"
        if derived.formula is not None:
            yield where, derived.formula, None, DERIVED_KINDS[derived.type]
        for condition in (derived.when, *(case.when for case in derived.cases)):
            if condition is not None:
                yield f"{where} 的 when", condition, None, TRUTH


def _references(standard: t.Standard) -> Iterator[str]:
    schema = standard.intake
    asked = [*schema.fields.items()]
    asked += [(f"{table.id}.{c.id}", c) for table in schema.tables.values() for c in table.columns]
    for name, field in asked:
        if field.refers_to is None:
            continue
        table_id, _, column = field.refers_to.partition(".")
        known = table_id in schema.tables and column in schema.tables[table_id].by_id
        if not known or field.type != "text" or schema.tables[table_id].by_id[column].type != "text":
            yield f"intake.yaml：填报项“{name}”的 refers_to“{field.refers_to}”应是一张表的文字列，填报项本身也应是文字"


def _columns(standard: t.Standard) -> Iterator[str]:
    for column in standard.indicators.columns:
        if (column.type == "number") != bool(column.unit):
            yield f'indicators.yaml：计算列 {column.id}：数值要有 unit（纯数写 "1"），文字、日期和是非不能有'


def _derived(standard: t.Standard) -> Iterator[str]:
    kinds = kinds_of(standard)
    for derived in standard.indicators.derived:
        where = f"{standard.places.at('indicators.yaml', 'derived', derived.id)}：推定项 {derived.id}"
        if (derived.formula is None) == (not derived.cases):
            yield f"{where}要有 formula 或 cases 之一"
        if derived.cases and derived.type != "text":
            yield f"{where}：只有文字可以用 cases"
        for place in (p for case in derived.cases for p in PLACES.findall(case.text)):
            try:
                kinds.of(s.parse(place))
            except (s.FormulaError, KindError) as error:
                yield f"{where} 的 text 里的“{{{place}}}”：{error}"


def _cycles(standard: t.Standard) -> Iterator[str]:
    """Quantities, columns and derived values that need themselves."""
    graph: dict[str, set[str]] = {}
    for indicator in standard.indicators.by_id.values():
        graph[indicator.id] = _reads(indicator.formula, indicator.when)
    for column in standard.indicators.columns:
        graph[column.id] = _reads(column.formula, column.when)
    for derived in standard.indicators.derived:
        places = [p for case in derived.cases for p in PLACES.findall(case.text)]
        graph[derived.id] = _reads(derived.formula, derived.when, *(c.when for c in derived.cases), *places)
    known = set(graph)
    try:
        tuple(TopologicalSorter({k: v & known for k, v in graph.items()}).static_order())
    except CycleError as error:
        yield f"{_place(standard, error.args[1][0])}：{error.args[1][0]} 互相引用，算不出来：{' → '.join(error.args[1])}"


def _place(standard: t.Standard, name: str) -> str:
    """Where a computed thing stands in the pack."""
    kinds = ("quantities", "indicators", "columns", "derived")
    places = (standard.places.items.get(("indicators.yaml", kind, name)) for kind in kinds)
    return str(next((p for p in places if p is not None), "indicators.yaml"))


def _reads(*texts: str | None) -> set[str]:
    found: set[str] = set()
    for text in texts:
        if text is None:
            continue
        try:
            node = s.parse(text)
        except s.FormulaError:
            continue
        found |= s.names(node) | {f"{c.table}.{c.column}" for c in s.columns(node)}
    return found
