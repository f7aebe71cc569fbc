"""What a pack's author should know beyond its faults: what does not add up, what nobody uses, what no case proves, what
is not verified. Every line names file and line, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from pipeline.quantity import plain
from pipeline.standard.templates import template_path, templates_of
from pipeline.standard.types import CRITERIA_TABLE, STATUS_WORDS, Indicator, Standard, Subcategory
from pipeline.standard.usage import unused

_VERIFIED = ("printed", "user")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The findings about a whole pack, as sentences; `faults` make it unfit for use."""

    faults: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()


def catalogue(standard: Standard) -> Catalogue:
    """Looks through a whole pack with all its editions."""
    found = [_one(each, standard) for each in (standard, *standard.editions)]
    return Catalogue(*(_merged(getattr(c, f.name) for c in found) for f in fields(Catalogue)))


def _merged(lists: Iterator[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for each in lists for line in each))


def _one(standard: Standard, whole: Standard) -> Catalogue:
    first = standard is whole
    return Catalogue(
        tuple(_faults(standard)),
        tuple(_sums(standard)),
        tuple(unused(whole)) if first else (),
        tuple(_unjudged(standard)),
        tuple(_unverified(standard)),
        tuple(_uncovered(standard)),
    )


def _faults(standard: Standard) -> Iterator[str]:
    at = standard.places.at
    if not standard.identity.reports:
        yield "standard.yaml：没有 reports，请写至少一个报告和它的模板"
    for report in standard.identity.reports:
        for name in templates_of(report):
            if not template_path(standard, name).is_file():
                source = f"{name.removesuffix('.docx')}.md"
                yield (
                    f"{at('standard.yaml', 'reports', report.id)}：报告 {report.id} 的模板 {name} 不存在；"
                    f"请在标准包文件夹或 report_templates 中写好 {source}，再运行 lvbao template build"
                )
    asked = [c for c in standard.scoring.criteria.values() if not c.is_judged_by_program]
    if asked and CRITERIA_TABLE not in standard.intake.tables:
        yield (
            f"{at('scoring.yaml', 'criteria', asked[0].id)}：{'、'.join(c.id for c in asked[:5])} 等 {len(asked)} 行由人评定，"
            "但 intake.yaml 没有 criteria: true 的工作表，请加一张"
        )


# -- sums --------------------------------------------------------------------------------------------------------
def _sums(standard: Standard) -> Iterator[str]:
    """Groups whose points do not add up to the whole, unless an erratum says what is done about it."""
    scoring = standard.scoring
    if scoring.normalise == "group_max":
        return
    explained = {id_ for erratum in standard.errata for id_ in erratum.affects}
    for _, sub in scoring.subcategories:
        known = {sub.id, *(c.id for c in sub.criteria)} & explained
        if sub.weight is not None and sub.max_points != scoring.normalise_to and not known:
            yield (
                f"{_of_sub(standard, sub)}的分值合计 {plain(sub.max_points)}，不是 {plain(scoring.normalise_to)}；"
                "请核对各行分值，原文如此的在 errata.yaml 写明怎样处理（affects 写这些行的编号）"
            )


def _of_sub(standard: Standard, sub: Subcategory) -> str:
    return f"{standard.places.at('scoring.yaml', 'subcategories', sub.id)}：二级指标 {sub.id}（{sub.title}）"


def _unjudged(standard: Standard) -> Iterator[str]:
    """Rows that are left to a person without a word why."""
    if standard.scoring.methods.assessed:
        return
    for criterion in standard.scoring.criteria.values():
        if criterion.method == "assessed" and not criterion.judged:
            yield (
                f"{standard.places.at('scoring.yaml', 'criteria', criterion.id)}：{criterion.id} 由人评定，没有写理由；"
                "请在这一行写 judged，或在 methods.assessed 统一写明；能计算的改用指标或条件"
            )


# -- what is not the standard's own ------------------------------------------------------------------------------
def _unverified(standard: Standard) -> Iterator[str]:
    """Questions, numbers and formulas that do not stand in the standard, or that nobody has seen there."""
    at, file = standard.places.at, "indicators.yaml"
    for field in standard.intake.fields.values():
        if field.status not in _VERIFIED:
            yield f"{at('intake.yaml', 'fields', field.id)}：填报项 {field.id}（{STATUS_WORDS[field.status]}）"
    for table in standard.intake.tables.values():
        if table.status not in _VERIFIED:
            yield f"{at('intake.yaml', 'tables', table.id)}：表 {table.id} 的栏目（{STATUS_WORDS[table.status]}）"
    for derived in standard.indicators.derived:
        if derived.status not in _VERIFIED:
            yield f"{at(file, 'derived', derived.id)}：推定项 {derived.id}（{STATUS_WORDS[derived.status]}）"
    for constant in standard.indicators.constants:
        if constant.status not in _VERIFIED:
            where = at(file, "constants", constant.id)
            yield f"{where}：常量 {constant.id} 的数值（{STATUS_WORDS[constant.status]}）"
    for column in standard.indicators.columns:
        if column.status not in _VERIFIED:
            where = at(file, "columns", column.id)
            yield f"{where}：计算列 {column.id} 的公式（{STATUS_WORDS[column.status]}）"
    for kind in ("quantities", "indicators"):
        for indicator in getattr(standard.indicators, kind):
            yield from _of_indicator(indicator, at(file, kind, indicator.id))
    for rule in standard.intake.rules:
        if rule.status not in _VERIFIED:
            yield f"{at('intake.yaml', 'rules', rule.id)}：规则 {rule.id}（{STATUS_WORDS[rule.status]}）"
    yield from _of_scoring(standard)


def _of_indicator(indicator: Indicator, where: str) -> Iterator[str]:
    if indicator.status not in _VERIFIED:
        yield f"{where}：指标 {indicator.id} 的公式（{STATUS_WORDS[indicator.status]}）"
    if indicator.thresholds is not None and indicator.thresholds.status not in _VERIFIED:
        yield f"{where}：指标 {indicator.id} 的限值（{STATUS_WORDS[indicator.thresholds.status]}）"


def _of_scoring(standard: Standard) -> Iterator[str]:
    at, file = standard.places.at, "scoring.yaml"
    for category in standard.scoring.categories:
        where = f"{at(file, 'categories', category.id)}：一级指标 {category.id}（{category.title}）"
        if category.status == "unknown":
            yield f"{where}的各行（{STATUS_WORDS[category.status]}）"
        elif category.weight is not None and category.weight_status not in _VERIFIED:
            yield f"{where}的权重 {plain(category.weight)}（{STATUS_WORDS[category.weight_status]}）"
    for _, sub in standard.scoring.subcategories:
        if sub.weight is not None and sub.weight_status not in _VERIFIED:
            yield f"{_of_sub(standard, sub)}的权重 {plain(sub.weight)}（{STATUS_WORDS[sub.weight_status]}）"
    for criterion in standard.scoring.criteria.values():
        where = f"{at(file, 'criteria', criterion.id)}：评价要素 {criterion.id}"
        status = criterion.points_status or criterion.status
        if status not in _VERIFIED and (criterion.points is not None or not criterion.points_known):
            points = "" if criterion.points is None else f" {plain(criterion.points)}"
            yield f"{where} 的分值{points}（{STATUS_WORDS[status]}）"
        if criterion.points_status is not None and criterion.status not in _VERIFIED:
            yield f"{where} 的评分规则（{STATUS_WORDS[criterion.status]}）"
        for number, band in enumerate(criterion.bands, 1):
            if band.status not in _VERIFIED:
                yield f"{where} 第 {number} 档的分值（{STATUS_WORDS[band.status]}）"


# -- what no case proves -----------------------------------------------------------------------------------------
def _uncovered(standard: Standard) -> Iterator[str]:
    """Indicators and rows scored by the program that no worked case expects."""
    expected = [case.expect for case in standard.cases]
    indicators = {name for e in expected for name in e.indicators} | _proved_before(standard)
    scores = {name for e in expected for name in (*e.scores, *e.shares, *e.verdicts)}
    at = standard.places.at
    for indicator in standard.indicators.indicators:
        if indicator.id not in indicators:
            where = at("indicators.yaml", "indicators", indicator.id)
            yield f"{where}：指标 {indicator.id}（{indicator.label}）"
    for criterion in standard.scoring.criteria.values():
        direct = criterion.indicator in indicators and criterion.method == "level"
        if criterion.is_judged_by_program and criterion.id not in scores and not direct:
            where = at("scoring.yaml", "criteria", criterion.id)
            yield f"{where}：评价要素 {criterion.id}（{criterion.texts[0][:20]}）"


def _proved_before(standard: Standard) -> frozenset[str]:
    """The indicators of a later edition whose formula a case of the first one proves."""
    first = standard.first
    if first is None:
        return frozenset()
    proved = {name for case in first.cases for name in case.expect.indicators}
    same = (
        i.id
        for i in standard.indicators.indicators
        if i.id in proved and first.indicators.by_id[i.id].formula == i.formula and i.thresholds is None
    )
    return frozenset(same)
