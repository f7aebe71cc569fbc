"""The score table, the basic requirements and the conclusion as a report prints them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipeline.calc.methods import LEVEL_BASIS, band_words
from pipeline.calc.scorecard import (
    NOT_APPLICABLE,
    UNDECIDED,
    CategoryScore,
    CriterionScore,
    SubcategoryScore,
)
from pipeline.evaluation import Evaluation
from pipeline.quantity import fixed, plain
from pipeline.report import words as w
from pipeline.report.conclusion import basic_sentence, sentence_printed, sentence_provisional, total_context
from pipeline.report.context_provisional import own_words, points_status
from pipeline.report.marks import compose, figure, joined
from pipeline.report.tagging import indicator_figure, share_figure, weight_figure
from pipeline.standard.criteria_sheet import OBLIGATION_WORDS
from pipeline.standard.types import STATUS_WORDS, Band, Category, Criterion

Context = dict[str, Any]


def scorecard_context(evaluation: Evaluation) -> Context:
    """Rows, categories, totals and their sentences."""
    card = evaluation.scorecard
    rows: list[Context] = []
    for category in card.categories:
        for sub in category.subcategories:
            rows += [_row(evaluation, category, sub, row, len(rows) + n) for n, row in enumerate(sub.rows, 1)]
    decimals = evaluation.standard.scoring.decimals
    return {
        "title": evaluation.standard.scoring.title,
        "rows": rows,
        "printed_rows": [r for r in rows if not r["status_mark"]],
        "provisional_rows": [r for r in rows if r["status_mark"]],
        "categories": [_category(c, decimals) for c in card.categories],
        "subcategories": [
            {"category": c.category.title, **_subcategory(s, decimals)}
            for c in card.categories
            for s in c.subcategories
        ],
        "printed": total_context(card.printed, decimals, "printed"),
        "provisional": total_context(card.whole, decimals, "provisional"),
        "has_provisional": card.has_provisional,
        "sentence_printed": sentence_printed(evaluation),
        "sentence_provisional": sentence_provisional(evaluation),
    }


def _row(
    evaluation: Evaluation, category: CategoryScore, sub: SubcategoryScore, row: CriterionScore, number: int
) -> Context:
    criterion = row.criterion
    claimed = row.score is not None and row.score > 0
    own = w.closed(_own_basis(evaluation, row)) if criterion.is_judged_by_program else ""
    return {
        "no": str(number),
        "id": criterion.id,
        "category": category.category.title,
        "category_weight": _of_category(category.category.weight, category.category, "weight", "权重"),
        "subcategory": sub.subcategory.title,
        "subcategory_weight": weight_figure(sub.subcategory),
        "text": criterion.report_text,
        "obligation": OBLIGATION_WORDS[criterion.obligation],
        "points": _points(criterion),
        "score": _score_text(row),
        "verdict": _verdict(row),
        "statement": joined([t for t in (own, row.statement) if t], "\n") or w.NOTHING,
        "evidence": w.numbers_text(row.evidence) or w.NOTHING,
        "evidence_asked": criterion.evidence_text or w.NOTHING,
        **_value_and_limits(evaluation, criterion),
        "clause": criterion.clause,
        "status_mark": "暂拟" if row.provisional else "",
        "points_mark": ""
        if criterion.points is None
        else own_words(points_status(sub.subcategory, criterion)),
        "rule_mark": own_words(criterion.status),
        "confirmed_mark": "待补证据" if claimed and not row.confirmed else "",
        "basis": row.basis,
    }


def _value_and_limits(evaluation: Evaluation, criterion: Criterion) -> Context:
    """The indicator of a row that the program judges, and the limits that it was compared with."""
    indicator = evaluation.standard.indicators.by_id.get(criterion.indicator or "")
    if indicator is None:
        return {"value": w.NOTHING, "limit_text": _rule_text(evaluation, criterion, "") or w.NOTHING}
    value = evaluation.indicators[indicator.id]
    basis = value.trace.level
    number = w.number_text(value, indicator)
    shown = w.NOTHING
    if value.number is not None:
        number = indicator_figure(evaluation.standard, indicator, number)
        shown = compose("{}{}", number, w.unit_text(indicator.unit))
    measure = w.unit_text(indicator.unit)
    limits = w.limits_text(evaluation.standard, indicator, basis.limits, measure) if basis else ""
    limits = _rule_text(evaluation, criterion, measure) or limits
    return {"value": shown, "limit_text": limits or w.NOTHING}


def _rule_text(evaluation: Evaluation, criterion: Criterion, measure: str) -> str:
    """The rule of a row that has its own: its formula, its condition, or its bands."""
    if criterion.formula is not None:
        return f"得分 = {evaluation.calculator.condition_words(criterion.formula)}"
    if criterion.condition is not None:
        return evaluation.calculator.condition_words(criterion.condition)
    return "；".join(_band_text(band, measure) for band in criterion.bands)


def _band_text(band: Band, measure: str) -> str:
    points = "分值未取得原文" if band.points is None else f"{plain(band.points)} 分"
    return f"{band_words(band, measure)}：{points}{_marked(band.status)}"


def _marked(status: str) -> str:
    """（推断）, nothing of what is printed."""
    mark = own_words(status)
    return f"（{mark}）" if mark else ""


def _score_text(row: CriterionScore) -> str:
    if row.verdict == NOT_APPLICABLE:
        return NOT_APPLICABLE
    if not row.criterion.points_known and row.share is not None:
        share = figure(fixed(row.share * 100, 2), f"s:{row.criterion.id}/share", f"{row.criterion.id} 得分率")
        return compose("满分的 {}%", share)
    if row.criterion.points is None:
        return UNDECIDED if not row.criterion.points_known else "/"
    if row.score is None:
        return UNDECIDED
    return figure(plain(row.score), f"s:{row.criterion.id}", f"{row.criterion.id} 得分")


def _points(criterion: Criterion) -> str:
    if criterion.points is None:
        return "/" if criterion.points_known else STATUS_WORDS["unknown"]
    return figure(plain(criterion.points), f"s:{criterion.id}/points", f"{criterion.id} 分值")


def _verdict(row: CriterionScore) -> str:
    """The verdict in words; 不适用 and 待定 are signs and no figures."""
    if row.verdict in (NOT_APPLICABLE, UNDECIDED):
        return row.verdict
    return figure(row.verdict, f"v:{row.criterion.id}", f"{row.criterion.id} 自评结果")


def _own_basis(evaluation: Evaluation, row: CriterionScore) -> str:
    """Why the program decided so, with the indicator's value and level as figures."""
    indicator = evaluation.standard.indicators.by_id.get(row.criterion.indicator or "")
    value = None if indicator is None else evaluation.indicators[indicator.id]
    if indicator is None or value is None or value.number is None or value.level is None:
        return row.basis
    standard = evaluation.standard
    share = standard.scoring.methods.by_level.get(value.level, Decimal(0))
    words = standard.indicators.levels.get(value.level)
    made = compose(
        LEVEL_BASIS,
        value.label,
        indicator_figure(standard, indicator, fixed(value.number, indicator.decimals)),
        "" if value.unit == "1" else value.unit if value.unit == "%" else f" {value.unit}",
        w.level_words(standard, indicator, value.level) if words else "未达到最低限值",
        share_figure(value.level, share),
    )
    return made if made == row.basis else row.basis


def _of_category(value: Decimal | None, category: Category, aspect: str, word: str) -> str:
    if value is None:
        return "/"
    return figure(plain(value), f"cat:{category.id}/{aspect}", f"{category.title} {word}")


def _category(score: CategoryScore, decimals: int) -> Context:
    category = score.category
    weight, weighted, confirmed = category_sums(score)
    counted = weight is not None
    complete = all(s.points is not None for s in _counted(score) if s.applicable)
    number = figure(fixed(weighted, decimals), f"cat:{category.id}", f"{category.title} 得分")
    proven = f"{category.title} 已有证明材料支持的得分"
    return {
        "title": category.title,
        "weight": _of_category(weight, category, "weights", "所计权重"),
        "score": compose("{}{}", number, "" if complete else "（有待定项）") if counted else "/",
        "confirmed": figure(fixed(confirmed, decimals), f"cat:{category.id}/confirmed", proven)
        if counted
        else "/",
        "printed": not any(s.provisional for s in score.subcategories),
        "status_mark": _category_mark(score),
        "known": category.status != "unknown",
    }


def _category_mark(score: CategoryScore) -> str:
    if score.category.status == "unknown":
        return STATUS_WORDS["unknown"]
    return "暂拟" if any(s.provisional for s in score.subcategories) else ""


def _counted(score: CategoryScore) -> list[SubcategoryScore]:
    return [s for s in score.subcategories if s.subcategory.weight is not None]


def category_sums(score: CategoryScore) -> tuple[Decimal | None, Decimal, Decimal]:
    """(weight counted or None, weighted score, confirmed score) of a category."""
    counted, zero = _counted(score), Decimal(0)
    weight = sum((s.subcategory.weight or zero for s in counted), zero)
    weighted = sum((s.weighted or zero for s in counted), zero)
    return weight if counted else None, weighted, sum((s.confirmed or zero for s in counted), zero)


def _subcategory(score: SubcategoryScore, decimals: int) -> Context:
    sub = score.subcategory

    def shown(text: str, aspect: str, word: str) -> str:
        return figure(text, f"sub:{sub.id}{aspect}", f"{sub.title} {word}")

    points = UNDECIDED if score.points is None else shown(plain(score.points), "/points", "实得分")
    return {
        "title": sub.title,
        "weight": weight_figure(sub),
        "points": "/" if sub.weight is None else points,
        "max_points": "/" if sub.weight is None else shown(plain(sub.max_points), "/max_points", "满分"),
        "score": "/" if score.weighted is None else shown(fixed(score.weighted, decimals), "", "得分"),
        "confirmed": "/"
        if score.confirmed is None
        else shown(fixed(score.confirmed, decimals), "/confirmed", "已有证明材料支持的得分"),
        "status_mark": "暂拟" if score.provisional else "",
    }


def _reason(row: CriterionScore) -> str:
    """Why a row does not apply, where the program found that."""
    decided = row.verdict == NOT_APPLICABLE and row.criterion.is_judged_by_program
    return w.closed(row.basis) if decided else ""


def basic_context(evaluation: Evaluation) -> Context:
    """The basic requirements with one sentence on them."""
    basic = evaluation.scorecard.basic_requirements
    return {
        "met": basic.met is True,
        "failed": basic.met is False,
        "decided": basic.met is not None,
        "rows": [
            {
                "no": str(number),
                "id": r.criterion.id,
                "clause": r.criterion.clause,
                "text": r.criterion.report_text,
                "verdict": _verdict(r),
                "statement": joined([x for x in (_reason(r), r.statement) if x], "\n") or w.NOTHING,
                "evidence": w.numbers_text(r.evidence) or w.NOTHING,
            }
            for number, r in enumerate(basic.rows, 1)
        ],
        "sentence": basic_sentence(evaluation),
    }
