"""Checks of every formula of a pack on load: names, units, kinds, circles; places of rules."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.findings import nearest
from pipeline.formula import syntax as s
from pipeline.formula.typing import BARE, TRUTH, Kind, KindError
from pipeline.standard import types as t
from pipeline.standard.check_derived import KIND_WORDS, derived_formulas
from pipeline.standard.check_rules import check_rules
from pipeline.standard.kinds import kinds_of, scope_names
from pipeline.units import ONE, Unit


def check_formulas(standard: t.Standard) -> Iterator[str]:
    """Every formula that does not hold together, as a sentence."""
    kinds = kinds_of(standard)
    known = scope_names(standard)

    def check(where: str, text: str, bound: frozenset[str], wanted: Kind | None) -> Iterator[str]:
        try:
            kind = kinds.of(s.parse(text), bound)
        except (s.FormulaError, KindError) as error:
            unknown = sorted(_names(text) - known)
            near = nearest(unknown[0], known) if unknown else None
            hint = f"（是否为“{near}”？）" if near else ""
            yield f"{where}：公式“{text}”：{error}{hint}"
            return
        if wanted in KIND_WORDS and kind != wanted:
            yield f"{where}：“{text}”应为{KIND_WORDS[str(wanted)]}"
        if (
            isinstance(wanted, Unit)
            and kind != BARE
            and not (isinstance(kind, Unit) and kind.same_kind(wanted))
        ):
            got = kind.text if isinstance(kind, Unit) else kind
            yield f"{where}：公式“{text}”得到的是 {got}，与声明的单位 {wanted.text} 不同类"

    for where, text, table, wanted in _all_formulas(standard):
        if table is not None and standard.intake.tables.get(table) is None:
            yield f"{where}：没有名为“{table}”的表"
            continue
        yield from check(where, text, frozenset({table}) if table else frozenset(), wanted)
    yield from check_rules(standard)


def _names(text: str) -> frozenset[str]:
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
    yield from derived_formulas(standard)
    for indicator in standard.indicators.by_id.values():
        where = where_of(standard, indicator)
        yield where, indicator.formula, None, indicator.measure
        if indicator.when is not None:
            yield f"{where} 的 when", indicator.when, None, TRUTH
        limits = indicator.thresholds.levels_from if indicator.thresholds else {}
        for level, formula in limits.items():
            yield f"{where} 的 levels_from.{level}", formula, None, indicator.measure
