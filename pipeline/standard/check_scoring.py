"""Checks of limits and of the score table on load: order, bands, methods, sums."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.quantity import plain
from pipeline.standard import types as t
from pipeline.standard.check_criteria import check_criterion
from pipeline.standard.check_formulas import where_of
from pipeline.standard.check_intake import duplicates


def check_thresholds(standard: t.Standard) -> Iterator[str]:
    """Every fault of the limits, as a sentence."""
    order = list(standard.indicators.levels)
    for indicator in standard.indicators.by_id.values():
        found = indicator.thresholds
        if found is None:
            continue
        where = f"{where_of(standard, indicator)} 的 thresholds"
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
        yield f"{where}：各水平的限值顺序与方向（{indicator.direction}）不合，请核对数值或 direction"


FILE = "scoring.yaml"


def check_scoring(standard: t.Standard) -> Iterator[str]:
    """Every fault of the score table, as a sentence."""
    scoring, at = standard.scoring, standard.places.at
    for duplicate in duplicates(c.id for _, sub in scoring.subcategories for c in sub.criteria):
        yield f"{at(FILE, 'criteria', duplicate)}：评价要素“{duplicate}”重复，请给其中一行换一个编号"
    for duplicate in duplicates([sub.id for _, sub in scoring.subcategories]):
        yield f"{at(FILE, 'subcategories', duplicate)}：二级指标“{duplicate}”重复，请给其中一个换一个 id"
    for duplicate in duplicates(i.id for c in scoring.criteria.values() for i in c.evidence_items):
        yield f"{FILE}：要求的证明材料“{duplicate}”重复，请给其中一项换一个 id"
    for level in scoring.methods.by_level:
        if level != "below" and level not in standard.indicators.levels:
            where = standard.places.top(FILE, "methods")
            yield f"{where}：by_level 的“{level}”没有在 indicators.yaml 的 levels 里声明"
    for criterion in scoring.criteria.values():
        yield from check_criterion(criterion, standard)
    for category in scoring.categories:
        yield from _category(category, standard)
    yield from _total(standard)


def _category(category: t.Category, standard: t.Standard) -> Iterator[str]:
    scoring, at = standard.scoring, standard.places.at
    where = f"{at(FILE, 'categories', category.id)}：一级指标“{category.title}”"
    if not category.subcategories and category.status != "unknown":
        yield f"{where}没有二级指标；没有取得原文的写 status: unknown 和 source，否则补上 subcategories"
    if category.subcategories and category.status == "unknown":
        yield f"{where}已有二级指标，不能写 status: unknown；只有部分已知的，把未知的部分单列一个一级指标"
    if category.minimum is not None and not 0 < category.minimum <= 100:
        yield f"{where}的 minimum 是最低得分率（%），应大于 0、不超过 100"
    weights = [sub.weight for sub in category.subcategories if sub.weight is not None]
    if category.weight is not None and sum(weights, Decimal(0)) != category.weight:
        yield f"{where}的权重 {plain(category.weight)} 不等于各二级指标之和 {plain(sum(weights, Decimal(0)))}，请改正其中一处"
    for sub in category.subcategories:
        if sub.weight is not None and sub.max_points > scoring.normalise_to:
            yield (
                f"{at(FILE, 'subcategories', sub.id)}：二级指标“{sub.title}”的分值合计 {plain(sub.max_points)} "
                f"超过 {plain(scoring.normalise_to)}，请核对各行分值或 normalise_to"
            )


def _total(standard: t.Standard) -> Iterator[str]:
    """The weights of the whole table against the total that the source states."""
    scoring = standard.scoring
    if scoring.total is None:
        return
    weights = [s.weight for _, s in scoring.subcategories if s.weight is not None]
    if sum(weights, Decimal(0)) != scoring.total:
        yield (
            f"{standard.places.top(FILE, 'total')}：total 为 {plain(scoring.total)}，各二级指标权重合计 "
            f"{plain(sum(weights, Decimal(0)))}，请核对权重；原文只取得一部分的不写 total"
        )
