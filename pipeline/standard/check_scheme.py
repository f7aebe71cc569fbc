"""Checks over a pack: limits that the workbook gives, linear rows, cells named by key, the user's scheme."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.formula import syntax as s
from pipeline.standard import types as t
from pipeline.standard.check_formulas import names_in, where_of


def check_scheme(standard: t.Standard) -> list[str]:
    """Every fault as a sentence."""
    return [*_keyed_cells(standard), *_limits(standard), *_linear(standard), *_scheme(standard)]


def _formulas(standard: t.Standard) -> Iterator[tuple[str, str]]:
    for computed in standard.indicators.columns:
        where = standard.places.at("indicators.yaml", "columns", computed.id)
        yield f"{where}：计算列 {computed.id}", computed.formula
    for indicator in standard.indicators.by_id.values():
        yield where_of(standard, indicator), indicator.formula
        for formula in indicator.thresholds.levels_from.values() if indicator.thresholds else ():
            yield f"{where_of(standard, indicator)} 的 levels_from", formula


def _keyed_cells(standard: t.Standard) -> Iterator[str]:
    """`at(table.column, 'key')` needs a table with one key column, and a key that stands in it beforehand."""
    for where, text in _formulas(standard):
        try:
            nodes = tuple(s.walk(s.parse(text)))
        except s.FormulaError:
            continue
        for node in nodes:
            match node:
                case s.Call("at", (s.Column(table_id), key)):
                    word = key.value if isinstance(key, s.Text) else None
                    yield from _keyed_cell(standard, where, table_id, word)


def _keyed_cell(standard: t.Standard, where: str, table_id: str, key: str | None) -> Iterator[str]:
    table = standard.intake.tables.get(table_id)
    if table is None:
        return
    if len(table.key) != 1:
        yield f"{where}：at( … ) 要求表“{table_id}”的 key 恰好是一列"
        return
    known = [str(row.get(table.key[0])) for row in table.prefill]
    if known and key is not None and key not in known:
        yield f"{where}：at( … ) 的“{key}”不是表“{table_id}”预先写好的行；有：{'、'.join(known)}"


def _limits(standard: t.Standard) -> Iterator[str]:
    allowed = {*standard.intake.fields, *standard.intake.tables, *standard.indicators.constants_by_id}
    for indicator in standard.indicators.by_id.values():
        found = indicator.thresholds
        if found is None:
            continue
        where = f"{where_of(standard, indicator)} 的 thresholds"
        if found.unset:
            yield f"{where}：unset 由程序填写，标准包中不能写"
        if found.by is not None and found.levels_from:
            yield f"{where}：by 与 levels_from 不能同时使用"
        for level, formula in found.levels_from.items():
            if level not in standard.indicators.levels:
                yield f"{where}：水平“{level}”没有在 levels 里声明"
            for name in sorted(names_in(formula) - allowed):
                yield f"{where}：限值只能取自填报项、表和常量，不能用指标“{name}”"


def _linear(standard: t.Standard) -> Iterator[str]:
    levels = list(standard.indicators.levels)
    for criterion in standard.scoring.criteria.values():
        indicator = standard.indicators.by_id.get(criterion.indicator or "")
        if criterion.method != "linear" or indicator is None or indicator.thresholds is None:
            continue
        found = indicator.thresholds
        variants = list(found.variants.values()) if found.by else [{**found.levels, **found.levels_from}]
        if len(levels) < 2 or any(k not in v for v in variants for k in (levels[0], levels[-1])):
            yield (
                f"{standard.places.at('scoring.yaml', 'criteria', criterion.id)}：{criterion.id}：method: linear 要求指标 {indicator.id} 有最低和最高两级限值"
                f"（{'、'.join(levels)}）"
            )


def _scheme(standard: t.Standard) -> Iterator[str]:
    scheme, scoring = standard.scoring.scheme, standard.scoring
    if scheme is None:
        return
    at = standard.places.top("scoring.yaml", "scheme")
    table = standard.intake.tables.get(scheme.table)
    if table is None or len(table.key) != 1:
        yield f"{at}：scheme.table“{scheme.table}”应是 key 恰好一列的表"
        return
    wanted = {"points": (scheme.points, "number"), "adopted": (scheme.adopted, "yes_no"), "source": (scheme.source, "text")}  # fmt: skip
    for name, (column, kind) in wanted.items():
        if column is not None and (column not in table.by_id or table.by_id[column].type != kind):
            yield f"{at}：scheme.{name}“{column}”应是表“{scheme.table}”中 {kind} 类型的列"
    if scoring.normalise != "group_max":
        yield f"{at}：有 scheme 的评分表应写 normalise: group_max（每行按自己的分值计）"
    for _, sub in scoring.subcategories:
        if sub.weight is not None and sub.weight != sub.max_points:
            where = standard.places.at("scoring.yaml", "subcategories", sub.id)
            yield f"{where}：有 scheme 时二级指标“{sub.title}”的权重应等于分值合计 {sub.max_points}"
    listed = {str(row.get(table.key[0])) for row in table.prefill}
    for criterion in scoring.criteria.values():
        if (
            criterion.points is not None
            and criterion.points > Decimal(0)
            and listed
            and criterion.id not in listed
        ):
            yield f"{standard.places.at('intake.yaml', 'tables', scheme.table)}：表“{scheme.table}”没有预先写好评价要素 {criterion.id} 的行"
