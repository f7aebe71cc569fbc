"""Checks of every formula of a pack on load: names, units, kinds, circles; places of rules."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.findings import nearest
from pipeline.formula import syntax as s
from pipeline.formula.typing import BARE, TRUTH, Kind, KindError
from pipeline.standard import types as t
from pipeline.standard.check_derived import KIND_WORDS, derived_formulas
from pipeline.standard.check_rules import check_rules
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
            node = s.parse(text)
            kind = kinds.of(node, bound)
        except (s.FormulaError, KindError) as error:
            problems.append(f"{where}：公式“{text}”：{error}{_hint(text, known)}")
            continue
        problems += _of_kind(where, text, kind, wanted)
        problems += _converted_twice(where, text, node, kind, wanted)
    return [*problems, *check_rules(standard)]


def _hint(text: str, known: frozenset[str]) -> str:
    unknown = sorted(names_in(text) - known)
    near = nearest(unknown[0], known) if unknown else None
    return f"（是否为“{near}”？）" if near else ""


def _of_kind(where: str, text: str, kind: Kind, wanted: Kind) -> Iterator[str]:
    if wanted in KIND_WORDS and kind != wanted:
        hint = "（用 ==、<=、>= 等比较，或是／否填报项）" if wanted == TRUTH else ""
        yield f"{where}：“{text}”应为{KIND_WORDS[str(wanted)]}{hint}"
    if not isinstance(wanted, Unit) or kind == BARE:
        return
    if not (isinstance(kind, Unit) and kind.same_kind(wanted)):
        got = kind.text if isinstance(kind, Unit) else kind
        yield f"{where}：公式“{text}”得到的是 {got}，与声明的单位 {wanted.text} 不同类，请核对公式或 unit"


def _converted_twice(where: str, text: str, node: s.Node, kind: Kind, wanted: Kind) -> Iterator[str]:
    """A literal that converts to the declared unit (`100 *` for %, `1000 *` from t to kg): it is done anyway."""
    if not (isinstance(kind, Unit) and isinstance(wanted, Unit) and kind.same_kind(wanted)):
        return
    factor = kind.factor_to(wanted)
    if factor != 1 and factor in set(_literal_factors(node)):
        got = "比值" if kind == ONE else kind.text
        yield (
            f"{where}：公式“{text}”得到的是 {got}，换算为 {wanted.text} 由程序完成，"
            f"公式里不要再乘 {factor.normalize():f}"
        )


def _literal_factors(node: s.Node) -> Iterator[Decimal]:
    """The numbers that the whole of a formula is multiplied by, on any way through it."""
    match node:
        case s.Number(value):
            yield value
        case s.Negate(operand):
            yield from _literal_factors(operand)
        case s.Binary("*", left, right):
            yield from _literal_factors(left)
            yield from _literal_factors(right)
        case s.Binary("/", left, right):
            yield from _literal_factors(left)
            yield from (1 / value for value in _literal_factors(right) if value)
        case s.Call(function="if", arguments=(_, first, second)):
            yield from _literal_factors(first)
            yield from _literal_factors(second)
        case s.Aggregate(kind="sum" | "avg" | "min" | "max", expression=expression):
            yield from _literal_factors(expression)


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
    for report in standard.identity.reports:
        if report.when is not None:
            where = at("standard.yaml", "reports", report.id)
            yield f"{where}：报告 {report.id} 的 when", report.when, None, TRUTH
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
