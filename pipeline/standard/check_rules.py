"""Checks of a pack's rules beside their formulas: places, words in messages, life-cycle, tolerance, explanations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.formula import syntax as s
from pipeline.formula.typing import KindError
from pipeline.standard import types as t
from pipeline.standard.kinds import kinds_of


def check_rules(standard: t.Standard) -> Iterator[str]:
    """What is wrong with the places, words and stages of a pack's rules."""
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
        yield from _rule_life(standard, rule, where)
        sides = t.RULE_SIDES if isinstance(_parsed(rule.require), s.Compare) else frozenset()
        for name in re.findall(r"\{([^{}]*)\}", rule.message + rule.fix):
            if name in sides:
                continue
            bound = frozenset({rule.for_each}) if rule.for_each else frozenset()
            try:
                kinds.of(s.parse(name), bound)
            except (s.FormulaError, KindError) as error:
                yield f"{where} 的 message 里的“{{{name}}}”：{error}"


def _parsed(text: str) -> s.Node | None:
    try:
        return s.parse(text)
    except s.FormulaError:
        return None  # reported where the formulas are checked


def _rule_life(standard: t.Standard, rule: t.Rule, where: str) -> Iterator[str]:
    """Stage, tolerance and the place of the client's explanation."""
    if rule.stage is not None and rule.severity is not None:
        yield f"{where}：stage 和 severity 只能写一个"
    if (rule.stage is None) != (rule.since is None):
        yield f"{where}：stage 和 since（进入该阶段的日期）要一起写"
    if rule.since is not None and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", rule.since):
        yield f"{where}：since 应为日期（如 2026-01-01），这里是“{rule.since}”"
    try:
        if rule.permitted is not None and not isinstance(_parsed(rule.require), s.Compare):
            yield f"{where}：tolerance 只用于一个比较式的 require（如 a == b + c）"
    except ValueError as error:
        yield f"{where}：{error}"
    if rule.explain is not None:
        table = standard.intake.tables.get(rule.at.partition(".")[0])
        column = table.by_id.get(rule.explain) if table is not None else None
        if column is None or column.type not in ("text", "long_text"):
            yield f"{where} 的 explain“{rule.explain}”不是 at 所在表的文字列"


def _is_answer(standard: t.Standard, key: str) -> bool:
    """Whether the key is a field, or `field@1`, `field@2` for one of its earlier years."""
    name, earlier, back = key.partition("@")
    field = standard.intake.fields.get(name)
    return field is not None and (not earlier or back in ("1", "2")[: field.years - 1])
