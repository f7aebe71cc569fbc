"""Checks over a whole pack on load: ids, names, units, formulas, sums, orders. A wrong pack is never reported as wrong data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter

from pipeline.findings import nearest
from pipeline.formula import syntax as s
from pipeline.formula.typing import BARE, TRUTH, Kind, KindError, Kinds
from pipeline.standard import types as t
from pipeline.standard.check_charts import check_charts
from pipeline.standard.check_rules import check_rules
from pipeline.standard.check_scheme import check_scheme
from pipeline.standard.kinds import kinds_of, scope_names
from pipeline.units import Unit, UnknownUnit, unit

_ID = re.compile(r"[a-z][a-z0-9_]*")
_SHEET_FORBIDDEN = set("[]:*?/\\'")


def check_pack(standard: t.Standard, folder_name: str) -> list[str]:
    """Every fault of the pack as a sentence; empty when it is sound."""
    problems = [*_identity(standard, folder_name), *_intake(standard), *_units(standard)]
    if not problems:
        problems = [*_formulas(standard), *_thresholds(standard), *_scoring(standard), *_errata(standard)]
        problems += check_charts(standard)
        problems += check_scheme(standard)
    return problems


def _duplicates(ids: Iterable[str]) -> list[str]:
    return sorted(i for i, n in Counter(ids).items() if n > 1)


def _identity(standard: t.Standard, folder_name: str) -> Iterator[str]:
    identity = standard.identity
    if identity.id != folder_name:
        yield f"standard.yaml：id“{identity.id}”与文件夹名“{folder_name}”不同"
    roles = identity.roles
    wanted = {"enterprise": "text", "evaluation_year": "year", "evaluation_date": "date"}
    for role, kind in wanted.items():
        field = standard.intake.fields.get(getattr(roles, role))
        if field is None:
            yield f"standard.yaml：roles.{role} 指的填报项“{getattr(roles, role)}”不存在"
        elif field.type != kind:
            yield f"standard.yaml：roles.{role} 指的填报项应为 {kind} 类型"
    for report in identity.reports:
        yield from _report(report)
    if roles.evidence is not None:
        table = standard.intake.tables.get(roles.evidence)
        if table is None or not {"number", "name"} <= set(table.by_id):
            yield "standard.yaml：roles.evidence 应是有 number、name 两列的表"
        elif roles.evidence_file not in ("file", *table.by_id):
            yield f"standard.yaml：roles.evidence_file 指的列“{roles.evidence_file}”不在表 {table.id} 中"


def _report(report: t.Report) -> Iterator[str]:
    where = f"standard.yaml：报告“{report.id}”"
    if bool(report.template) == bool(report.forms):
        yield f"{where}要有 template 或 forms 之一"
    if report.forms and report.default_form not in report.forms:
        yield f"{where}的 default_form 应是 forms 之一：{'、'.join(report.forms)}"


def _intake(standard: t.Standard) -> Iterator[str]:
    intake = standard.intake
    ids = [*intake.fields, *intake.tables, *standard.indicators.by_id, *standard.indicators.constants_by_id]
    items = [f.id for sheet in intake.sheets for f in sheet.fields]
    items += [table.id for sheet in intake.sheets for table in sheet.tables]
    for duplicate in _duplicates([*items, *standard.indicators.by_id, *standard.indicators.constants_by_id]):
        yield f"标识“{duplicate}”用了不止一次"
    for name in ids:
        if not _ID.fullmatch(name):
            yield f"标识“{name}”应为小写字母、数字和下划线"
    for duplicate in _duplicates(sheet.title for sheet in intake.sheets):
        yield f"intake.yaml：工作表名“{duplicate}”重复"
    for sheet in intake.sheets:
        if len(sheet.title) > 31 or _SHEET_FORBIDDEN & set(sheet.title):
            yield f"intake.yaml：工作表名“{sheet.title}”超过 31 个字符或含有 []:*?/\\'"
        for duplicate in _duplicates(f.label for f in sheet.fields):
            yield f"intake.yaml：工作表“{sheet.title}”中填报项名称“{duplicate}”重复"
        for field in sheet.fields:
            yield from _field(field, field.id)
        for table in sheet.tables:
            yield from _table(table)
    for duplicate in _duplicates(rule.id for rule in intake.rules):
        yield f"intake.yaml：规则“{duplicate}”重复"


def _table(table: t.Table) -> Iterator[str]:
    for duplicate in _duplicates(c.id for c in table.columns):
        yield f"intake.yaml：表“{table.id}”的列“{duplicate}”重复"
    for duplicate in _duplicates(c.heading for c in table.columns):
        yield f"intake.yaml：表“{table.id}”的列名“{duplicate}”重复"
    for column in table.columns:
        yield from _field(column, f"{table.id}.{column.id}")
        if column.years != 1:
            yield f"intake.yaml：{table.id}.{column.id}：表的列不能有 years"
        if column.yoy_limit is not None and table.period_column is None:
            yield f"intake.yaml：{table.id}.{column.id}：有 yoy_limit 的表，key 中应有年度"
    for key in table.key:
        if key not in table.by_id:
            yield f"intake.yaml：表“{table.id}”的 key“{key}”不是它的列"
    yield from _carry(table)
    for row in table.prefill:
        for key in row:
            if key not in table.by_id:
                yield f"intake.yaml：表“{table.id}”的 prefill 用了不存在的列“{key}”"
    if table.fixed:
        yield from _fixed(table)


def _fixed(table: t.Table) -> Iterator[str]:
    where = f"intake.yaml：表“{table.id}”的 fixed"
    for column in table.fixed:
        if column not in table.by_id:
            yield f"{where} 用了不存在的列“{column}”"
    if len(table.key) != 1 or table.key[0] not in table.fixed:
        yield f"{where}：固定行的表要有一个 key 列，且在 fixed 之中"
        return
    keys = [str(row.get(table.key[0], "")) for row in table.prefill]
    if "" in keys or _duplicates(keys):
        yield f"{where}：prefill 的每一行都要有各不相同的“{table.key[0]}”"


def _carry(table: t.Table) -> Iterator[str]:
    """What is said of the next year must be possible."""
    if table.carry == "shift" and table.period_column is None:
        yield f"intake.yaml：表“{table.id}”的 carry 为 shift，但 key 中没有年度列"
    for column in table.columns:
        if column.earlier is not None and column.earlier not in table.by_id:
            yield f"intake.yaml：{table.id}.{column.id} 的 earlier“{column.earlier}”不是这张表的列"
        if column.carry == "shift" and column.earlier is None:
            yield f"intake.yaml：{table.id}.{column.id} 的 carry 为 shift，应写 earlier（上一年的列）"


def _field(field: t.Field, name: str) -> Iterator[str]:
    where = f"intake.yaml：填报项“{name}”"
    in_table = "." in name  # a column's unit may stand in another column of the row
    if field.type == "number" and field.unit is None and not in_table:
        yield f'{where}是数值，应写 unit（纯数写 "1"）'
    if not field.is_number and field.unit is not None:
        yield f"{where}不是数值，不应有 unit"
    if field.type in ("choice", "multi_choice") and not field.choices:
        yield f"{where}是选择项，应有 options"
    for duplicate in _duplicates(field.choices):
        yield f"{where}的选项“{duplicate}”重复"
    if not in_table and field.earlier is not None:
        yield f"{where}不是表的列，不能有 earlier；多年的值请用 years"
    if not in_table and field.carry == "shift" and field.years == 1:
        yield f"{where}只有一年的值，carry 不能为 shift"
    if field.past and field.type not in ("date", "year"):
        yield f"{where}不是日期或年份，不能写 past"
    if field.years < 1 or field.years > 3:
        yield f"{where}的 years 应为 1～3"
    if field.pattern is not None:
        try:
            re.compile(field.pattern)
        except re.error as error:
            yield f"{where}的 pattern 写法有误：{error}"


def _units(standard: t.Standard) -> Iterator[str]:
    used: list[tuple[str, str | None]] = [(f"填报项 {f.id}", f.unit) for f in standard.intake.fields.values()]
    for table in standard.intake.tables.values():
        used += [(f"列 {table.id}.{c.id}", c.unit) for c in table.columns]
    used += [(f"常量 {c.id}", c.unit) for c in standard.indicators.constants]
    used += [(f"计算列 {c.id}", c.unit) for c in standard.indicators.columns]
    used += [(f"指标 {i.id}", i.unit) for i in standard.indicators.by_id.values()]
    for name, text in used:
        if text is None:
            continue
        try:
            unit(text)
        except UnknownUnit as error:
            yield f"{name}的单位“{text}”不认识（{error}）"


def _formulas(standard: t.Standard) -> Iterator[str]:
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
        if wanted == TRUTH and kind != TRUTH:
            yield f"{where}：“{text}”应为条件"
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
    yield from _cycles(standard, kinds)


def _names(text: str) -> frozenset[str]:
    try:
        node = s.parse(text)
    except s.FormulaError:
        return frozenset()
    return s.names(node) | {c.table for c in s.columns(node)}


def _all_formulas(standard: t.Standard) -> Iterator[tuple[str, str, str | None, Kind]]:
    """(where, formula, table whose row is at hand, wanted kind)."""
    for sheet in standard.intake.sheets:
        for field in sheet.fields:
            if field.when is not None:
                yield f"intake.yaml：填报项 {field.id} 的 when", field.when, None, TRUTH
        for table in sheet.tables:
            if table.when is not None:
                yield f"intake.yaml：表 {table.id} 的 when", table.when, None, TRUTH
            for column in table.columns:
                if column.when is not None:
                    yield f"intake.yaml：列 {table.id}.{column.id} 的 when", column.when, table.id, TRUTH
    for rule in standard.intake.rules:
        yield f"intake.yaml：规则 {rule.id} 的 require", rule.require, rule.for_each, TRUTH
        if rule.when is not None:
            yield f"intake.yaml：规则 {rule.id} 的 when", rule.when, rule.for_each, TRUTH
    for computed in standard.indicators.columns:
        yield f"indicators.yaml：计算列 {computed.id}", computed.formula, computed.table, computed.measure
    for indicator in standard.indicators.by_id.values():
        yield f"indicators.yaml：指标 {indicator.id}", indicator.formula, None, indicator.measure
        if indicator.when is not None:
            yield f"indicators.yaml：指标 {indicator.id} 的 when", indicator.when, None, TRUTH
        limits = indicator.thresholds.levels_from if indicator.thresholds else {}
        for level, formula in limits.items():
            yield (
                f"indicators.yaml：指标 {indicator.id} 的 levels_from.{level}",
                formula,
                None,
                indicator.measure,
            )
    for criterion in standard.scoring.criteria.values():
        if criterion.condition is not None:
            yield f"scoring.yaml：{criterion.id} 的 condition", criterion.condition, None, TRUTH


def _cycles(standard: t.Standard, kinds: Kinds) -> Iterator[str]:
    indicators = standard.indicators.by_id
    graph = {i.id: s.names(s.parse(i.formula)) & set(indicators) for i in indicators.values()}
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        yield f"indicators.yaml：指标互相引用：{' → '.join(error.args[1])}"


def _thresholds(standard: t.Standard) -> Iterator[str]:
    order = list(standard.indicators.levels)
    for indicator in standard.indicators.by_id.values():
        found = indicator.thresholds
        if found is None:
            continue
        where = f"indicators.yaml：指标 {indicator.id} 的 thresholds"
        variants: list[tuple[str, t.Limits | None]] = [("", found.limits_for(None))]
        if found.by is not None:
            field = standard.intake.fields.get(found.by)
            if field is None or field.type != "choice":
                yield f"{where}：by“{found.by}”应是一个选择项"
                continue
            for word in found.variants:
                if word not in field.choices:
                    yield f"{where}：“{word}”不是 {found.by} 的选项"
            variants = [(word, found.limits_for(word)) for word in found.variants]
        for word, limits in variants:
            if limits is not None:
                yield from _ordered(
                    where + (f"（{word}）" if word else ""), limits, order, indicator, standard
                )


def _ordered(
    where: str, limits: t.Limits, order: list[str], indicator: t.Indicator, standard: t.Standard
) -> Iterator[str]:
    for other in limits.worst_of:
        if other not in standard.indicators.by_id:
            yield f"{where}：worst_of 的“{other}”不存在"
    for level in limits.levels:
        if level not in order:
            yield f"{where}：水平“{level}”没有在 levels 里声明"
    values = [limits.levels[level] for level in order if level in limits.levels]
    rising = sorted(values) == values
    falling = sorted(values, reverse=True) == values
    if not (rising if indicator.direction == "higher" else falling):
        yield f"{where}：各水平的限值顺序与方向（{indicator.direction}）不合"


def _scoring(standard: t.Standard) -> Iterator[str]:
    scoring = standard.scoring
    ids = [c.id for _, sub in scoring.subcategories for c in sub.criteria]
    for duplicate in _duplicates(ids):
        yield f"scoring.yaml：评价要素“{duplicate}”重复"
    for duplicate in _duplicates([sub.id for _, sub in scoring.subcategories]):
        yield f"scoring.yaml：二级指标“{duplicate}”重复"
    for level in scoring.methods.by_level:
        if level != "below" and level not in standard.indicators.levels:
            yield f"scoring.yaml：by_level 的“{level}”没有在 indicators.yaml 的 levels 里声明"
    for criterion in scoring.criteria.values():
        yield from _criterion(criterion, standard)
    for category in scoring.categories:
        weights = [sub.weight for sub in category.subcategories if sub.weight is not None]
        if category.weight is not None and sum(weights, Decimal(0)) != category.weight:
            yield f"scoring.yaml：一级指标“{category.title}”的权重 {category.weight} 不等于各二级指标之和 {sum(weights)}"
        for sub in category.subcategories:
            if sub.weight is not None and sub.max_points > scoring.normalise_to:
                yield f"scoring.yaml：二级指标“{sub.title}”的分值合计 {sub.max_points} 超过 {scoring.normalise_to}"


def _criterion(criterion: t.Criterion, standard: t.Standard) -> Iterator[str]:
    where = f"scoring.yaml：{criterion.id}"
    if criterion.method in ("level", "linear"):
        indicator = standard.indicators.by_id.get(criterion.indicator or "")
        if indicator is None or indicator.thresholds is None:
            yield f"{where}：method: {criterion.method} 要有一个带 thresholds 的 indicator"
    if (criterion.method == "condition") != (criterion.condition is not None):
        yield f"{where}：condition 与 method: condition 应同时出现"
    if criterion.is_judged_by_program and criterion.points is None:
        yield f"{where}：由程序计分的行要有 points"


def _errata(standard: t.Standard) -> Iterator[str]:
    for duplicate in _duplicates(e.id for e in standard.errata):
        yield f"errata.yaml：“{duplicate}”重复"
    for case in standard.cases:
        for name in (*case.expect.indicators,):
            if name not in standard.indicators.by_id:
                yield f"cases：“{case.name}”期望的指标“{name}”不存在"
