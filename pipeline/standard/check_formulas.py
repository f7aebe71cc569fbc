"""Checks of every formula of a pack on load: names, units, kinds, circles; places of rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from pipeline.findings import nearest
from pipeline.formula import syntax as s
from pipeline.formula.typing import BARE, TRUTH, Kind, KindError
from pipeline.standard import types as t
from pipeline.standard.kinds import kinds_of, scope_names
from pipeline.units import ONE, Unit


def check_formulas(standard: t.Standard) -> list[str]:
    """Every formula that does not hold together, as a sentence."""
    kinds, known = kinds_of(standard), scope_names(standard)
    problems: list[str] = []
    for where, text, table, wanted in _all_formulas(standard):
        if table is not None and standard.intake.tables.get(table) is None:
            problems.append(f"{where}：没有名为“{table}”的表")
            continue
        bound = frozenset({table}) if table else frozenset()
        try:
            kind = kinds.of(s.parse(text), bound)
        except (s.FormulaError, KindError) as error:
            problems.append(f"{where}：公式“{text}”：{error}{_hint(text, known)}")
            continue
        problems += _of_kind(where, text, kind, wanted)
    problems += _rule_places(standard)
    return problems or list(_cycles(standard))


def _hint(text: str, known: frozenset[str]) -> str:
    unknown = sorted(names_in(text) - known)
    near = nearest(unknown[0], known) if unknown else None
    return f"（是否为“{near}”？）" if near else ""


def _of_kind(where: str, text: str, kind: Kind, wanted: Kind) -> Iterator[str]:
    if wanted == TRUTH and kind != TRUTH:
        yield f"{where}：“{text}”应为条件（用 ==、<=、>= 等比较，或是／否填报项）"
    if not isinstance(wanted, Unit) or kind == BARE:
        return
    if not (isinstance(kind, Unit) and kind.same_kind(wanted)):
        got = kind.text if isinstance(kind, Unit) else kind
        yield f"{where}：公式“{text}”得到的是 {got}，与声明的单位 {wanted.text} 不同类，请核对公式或 unit"


def names_in(text: str) -> frozenset[str]:
    """The names that a formula reads, its tables among them; none where it cannot be parsed."""
    try:
        node = s.parse(text)
    except s.FormulaError:
        return frozenset()
    return s.names(node) | {c.table for c in s.columns(node)}


def _all_formulas(standard: t.Standard) -> Iterator[Formula]:
    yield from _intake_formulas(standard)
    yield from _indicator_formulas(standard)
    for criterion in standard.scoring.criteria.values():
        where = f"{standard.places.at('scoring.yaml', 'criteria', criterion.id)}：{criterion.id}"
        if criterion.condition is not None:
            yield f"{where} 的 condition", criterion.condition, None, TRUTH
        if criterion.requires is not None:
            yield f"{where} 的 requires", criterion.requires, None, TRUTH
        if criterion.formula is not None:
            yield f"{where} 的 formula", criterion.formula, None, ONE


Formula = tuple[str, str, str | None, Kind]
"""Where, formula, the table whose row is at hand, the wanted kind."""


def _intake_formulas(standard: t.Standard) -> Iterator[Formula]:
    at, file = standard.places.at, "intake.yaml"
    for sheet in standard.intake.sheets:
        for field in sheet.fields:
            if field.when is not None:
                yield f"{at(file, 'fields', field.id)}：填报项 {field.id} 的 when", field.when, None, TRUTH
        for table in sheet.tables:
            if table.when is not None:
                yield f"{at(file, 'tables', table.id)}：表 {table.id} 的 when", table.when, None, TRUTH
            for column in table.columns:
                name = f"{table.id}.{column.id}"
                if column.when is not None:
                    yield f"{at(file, 'columns', name)}：列 {name} 的 when", column.when, table.id, TRUTH
    for rule in standard.intake.rules:
        where = f"{at(file, 'rules', rule.id)}：规则 {rule.id}"
        yield f"{where} 的 require", rule.require, rule.for_each, TRUTH
        if rule.when is not None:
            yield f"{where} 的 when", rule.when, rule.for_each, TRUTH


def where_of(standard: t.Standard, indicator: t.Indicator) -> str:
    """`indicators.yaml 第 12 行：指标 pue`."""
    kind = "quantities" if indicator in standard.indicators.quantities else "indicators"
    return f"{standard.places.at('indicators.yaml', kind, indicator.id)}：指标 {indicator.id}"


def _indicator_formulas(standard: t.Standard) -> Iterator[Formula]:
    for computed in standard.indicators.columns:
        where = f"{standard.places.at('indicators.yaml', 'columns', computed.id)}：计算列 {computed.id}"
        yield where, computed.formula, computed.table, computed.measure
    for indicator in standard.indicators.by_id.values():
        where = where_of(standard, indicator)
        yield where, indicator.formula, None, indicator.measure
        if indicator.when is not None:
            yield f"{where} 的 when", indicator.when, None, TRUTH
        limits = indicator.thresholds.levels_from if indicator.thresholds else {}
        for level, formula in limits.items():
            yield f"{where} 的 levels_from.{level}", formula, None, indicator.measure


def _rule_places(standard: t.Standard) -> Iterator[str]:
    kinds = kinds_of(standard)
    for rule in standard.intake.rules:
        where = f"{standard.places.at('intake.yaml', 'rules', rule.id)}：规则 {rule.id}"
        table_id, dot, column = rule.at.partition(".")
        if dot:
            table = standard.intake.tables.get(table_id)
            if table is None or column not in table.by_id:
                yield f"{where} 的 at“{rule.at}”不存在"
            elif rule.for_each != table_id:
                yield f"{where} 的 at 指向表“{table_id}”，应写 for_each: {table_id}"
        elif rule.at not in standard.intake.tables and not _is_answer(standard, rule.at):
            yield f"{where} 的 at“{rule.at}”不存在"
        for name in re.findall(r"\{([^{}]*)\}", rule.message + rule.fix):
            bound = frozenset({rule.for_each}) if rule.for_each else frozenset()
            try:
                kinds.of(s.parse(name), bound)
            except (s.FormulaError, KindError) as error:
                yield f"{where} 的 message 里的“{{{name}}}”：{error}"


def _is_answer(standard: t.Standard, key: str) -> bool:
    """Whether the key is a field, or `field@1`, `field@2` for one of its earlier years."""
    name, earlier, back = key.partition("@")
    field = standard.intake.fields.get(name)
    return field is not None and (not earlier or back in ("1", "2")[: field.years - 1])


def _cycles(standard: t.Standard) -> Iterator[str]:
    """Indicators and computed columns that need themselves."""
    indicators = standard.indicators.by_id
    columns = {c.id: c for c in standard.indicators.columns}
    formulas = {**{i: d.formula for i, d in indicators.items()}, **{c: d.formula for c, d in columns.items()}}
    graph = {name: _reads(s.parse(formula)) & set(formulas) for name, formula in formulas.items()}
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        first = error.args[1][0]
        if first in indicators:
            where = where_of(standard, indicators[first])
        else:
            where = f"{standard.places.at('indicators.yaml', 'columns', first)}：计算列 {first}"
        yield f"{where}：互相引用，算不出来：{' → '.join(error.args[1])}"


def _reads(node: s.Node) -> set[str]:
    return {*s.names(node), *(f"{c.table}.{c.column}" for c in s.columns(node))}
