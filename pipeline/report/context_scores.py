"""The score table, the basic requirements and the conclusion as a report prints them."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from pipeline.calc.scorecard import (
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    PARTLY,
    UNDECIDED,
    CategoryScore,
    CriterionScore,
    SubcategoryScore,
    Total,
)
from pipeline.evaluation import Evaluation
from pipeline.quantity import fixed, plain
from pipeline.report import words as w
from pipeline.standard.criteria_sheet import OBLIGATION_WORDS
from pipeline.standard.types import Criterion

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
        "printed": _total(card.printed, decimals),
        "provisional": _total(card.whole, decimals),
        "has_provisional": card.has_provisional,
        "sentence_printed": _sentence_printed(evaluation),
        "sentence_provisional": _sentence_provisional(evaluation),
    }


def _row(
    evaluation: Evaluation, category: CategoryScore, sub: SubcategoryScore, row: CriterionScore, number: int
) -> Context:
    criterion = row.criterion
    weight = sub.subcategory.weight
    claimed = row.score is not None and row.score > 0
    own = row.basis if criterion.is_judged_by_program else ""
    return {
        "no": str(number),
        "id": criterion.id,
        "category": category.category.title,
        "category_weight": "/" if category.category.weight is None else plain(category.category.weight),
        "subcategory": sub.subcategory.title,
        "subcategory_weight": "/" if weight is None else plain(weight),
        "text": criterion.report_text,
        "obligation": OBLIGATION_WORDS[criterion.obligation],
        "points": "/" if criterion.points is None else plain(criterion.points),
        "score": _score_text(row),
        "verdict": row.verdict,
        "statement": "\n".join(t for t in (own, row.statement) if t) or w.NOTHING,
        "evidence": "、".join(row.evidence) or w.NOTHING,
        "evidence_asked": criterion.evidence or w.NOTHING,
        **_value_and_limits(evaluation, criterion),
        "clause": criterion.clause,
        "status_mark": "暂拟" if row.provisional else "",
        "confirmed_mark": "待补证据" if claimed and not row.confirmed else "",
        "basis": row.basis,
    }


def _value_and_limits(evaluation: Evaluation, criterion: Criterion) -> Context:
    """The indicator of a row that the program judges, and the limits that it was compared with."""
    indicator = evaluation.standard.indicators.by_id.get(criterion.indicator or "")
    if indicator is None:
        return {"value": w.NOTHING, "limit_text": w.NOTHING}
    value = evaluation.indicators[indicator.id]
    basis = value.trace.level
    shown = (
        f"{w.number_text(value, indicator)}{w.unit_text(indicator.unit)}"
        if value.number is not None
        else w.NOTHING
    )
    limits = w.limits_text(evaluation.standard, indicator, basis.limits) if basis else ""
    return {"value": shown, "limit_text": limits or w.NOTHING}


def _score_text(row: CriterionScore) -> str:
    if row.verdict == NOT_APPLICABLE:
        return NOT_APPLICABLE
    if row.criterion.points is None:
        return "/"
    return UNDECIDED if row.score is None else plain(row.score)


def _category(score: CategoryScore, decimals: int) -> Context:
    counted = [s for s in score.subcategories if s.subcategory.weight is not None]
    weight = sum((s.subcategory.weight or Decimal(0) for s in counted), Decimal(0))
    weighted = sum((s.weighted or Decimal(0) for s in counted), Decimal(0))
    confirmed = sum((s.confirmed or Decimal(0) for s in counted), Decimal(0))
    complete = all(s.points is not None for s in counted if s.applicable)
    return {
        "title": score.category.title,
        "weight": plain(weight) if counted else "/",
        "score": fixed(weighted, decimals) + ("" if complete else "（有待定项）") if counted else "/",
        "confirmed": fixed(confirmed, decimals) if counted else "/",
        "printed": not any(s.provisional for s in score.subcategories),
        "status_mark": "暂拟" if any(s.provisional for s in score.subcategories) else "",
    }


def _subcategory(score: SubcategoryScore, decimals: int) -> Context:
    weight = score.subcategory.weight
    return {
        "title": score.subcategory.title,
        "weight": "/" if weight is None else plain(weight),
        "points": "/" if weight is None else UNDECIDED if score.points is None else plain(score.points),
        "max_points": "/" if weight is None else plain(score.subcategory.max_points),
        "score": "/" if score.weighted is None else fixed(score.weighted, decimals),
        "confirmed": "/" if score.confirmed is None else fixed(score.confirmed, decimals),
        "status_mark": "暂拟" if score.provisional else "",
    }


def _total(total: Total, decimals: int) -> Context:
    return {
        "score": fixed(total.score, decimals),
        "weight": plain(total.weight),
        "confirmed": fixed(total.confirmed, decimals),
        "complete": total.complete,
    }


def _undecided(total: Total) -> str:
    if total.complete:
        return ""
    return "；其中有待定的行，按 0 分计入，因此这是下限"


def _sentence_printed(evaluation: Evaluation) -> str:
    total = evaluation.scorecard.printed
    decimals = evaluation.standard.scoring.decimals
    if evaluation.scorecard.has_provisional and total.weight == 0:
        return ""
    part = "中原文印出的部分" if evaluation.scorecard.has_provisional else _by_scheme(evaluation)
    return (
        f"按{evaluation.standard.scoring.title}{part}（二级指标权重合计 {plain(total.weight)}）计算，"
        f"自评得分为 {fixed(total.score, decimals)} 分，其中已列出证明材料的得分为 "
        f"{fixed(total.confirmed, decimals)} 分{_undecided(total)}。"
    )


def _by_scheme(evaluation: Evaluation) -> str:
    """Whether the user's own scheme replaced points of the standard."""
    criteria = evaluation.standard.scoring.criteria.values()
    return "和评价方案确定的分值" if any(c.points_status == "user" for c in criteria) else ""


def _sentence_provisional(evaluation: Evaluation) -> str:
    card = evaluation.scorecard
    if not card.has_provisional:
        return ""
    total = card.whole
    decimals = evaluation.standard.scoring.decimals
    return (
        f"{evaluation.standard.scoring.provisional_intro}（权重合计 {plain(total.weight)}），"
        f"全表得分为 {fixed(total.score, decimals)} 分（暂拟），其中已列出证明材料的得分为 "
        f"{fixed(total.confirmed, decimals)} 分{_undecided(total)}。{evaluation.standard.scoring.provisional_note}"
    )


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
                "clause": r.criterion.clause,
                "text": r.criterion.report_text,
                "verdict": r.verdict,
                "statement": r.statement or w.NOTHING,
                "evidence": "、".join(r.evidence) or w.NOTHING,
            }
            for number, r in enumerate(basic.rows, 1)
        ],
        "sentence": _basic_sentence(evaluation),
    }


def _basic_sentence(evaluation: Evaluation) -> str:
    basic = evaluation.scorecard.basic_requirements
    count = len(basic.rows)
    if basic.met is True:
        return f"基本要求共 {count} 项，自评价全部符合。"
    failed = [r for r in basic.rows if r.verdict not in (MET, UNDECIDED, NOT_APPLICABLE)]
    if basic.met is False:
        clauses = "、".join(r.criterion.clause for r in failed)
        return f"基本要求共 {count} 项，其中第 {clauses} 条不满足。基本要求为准入条款，一票否决，本次自评价结论为不符合绿色工厂要求。"
    undecided = sum(1 for r in basic.rows if r.verdict == UNDECIDED)
    return f"基本要求共 {count} 项，其中 {undecided} 项尚未作出结论，本次自评价暂不能判定是否满足准入条件。"


def conclusion(evaluation: Evaluation) -> str:
    """The sentences of the whole: basic requirements, performance, scores."""
    sentences = [_basic_sentence(evaluation), *_performance(evaluation)]
    sentences.append(_sentence_printed(evaluation))
    provisional = _sentence_provisional(evaluation)
    return "".join([*sentences, provisional])


def _performance(evaluation: Evaluation) -> list[str]:
    standard = evaluation.standard
    if any(c.method == "linear" for c in standard.scoring.criteria.values()):
        return _linear_performance(evaluation)
    parts_of_others = _variants(evaluation)
    judged = [
        i for i in standard.indicators.indicators if i.thresholds is not None and i.id not in parts_of_others
    ]
    counted = Counter(evaluation.indicators[i.id].level or "unknown" for i in judged)
    parts = [
        f"{counted[k]} 项达到{word}"
        for k, word in reversed(list(standard.indicators.levels.items()))
        if counted[k]
    ]
    if counted["below"]:
        labels = "、".join(i.label for i in judged if evaluation.indicators[i.id].level == "below")
        parts.append(
            f"{counted['below']} 项未达到{next(iter(standard.indicators.levels.values()))}（{labels}）"
        )
    if not parts:
        return []
    total = sum(n for k, n in counted.items() if k != "unknown")
    return [f"设有限值并已得出结果的绩效指标共 {total} 项，其中{'，'.join(parts)}。"]


def _linear_performance(evaluation: Evaluation) -> list[str]:
    """Of a score table with points between two limits: how many rows reach which end."""
    levels = evaluation.standard.indicators
    rows = [r for r in evaluation.scorecard.rows if r.criterion.method == "linear"]
    counted = Counter(r.verdict for r in rows)
    zero, full = levels.levels[levels.lowest], levels.levels[levels.highest]
    words = {
        MET: f"达到{full}",
        PARTLY: f"介于{zero}与{full}之间",
        NOT_MET: f"未优于{zero}、不得分",
        UNDECIDED: "待定",
        NOT_APPLICABLE: "不适用",
    }
    parts = [f"{counted[verdict]} 项{text}" for verdict, text in words.items() if counted[verdict]]
    return [f"定量指标共 {len(rows)} 项，其中 {'，'.join(parts)}。"]


def _variants(evaluation: Evaluation) -> frozenset[str]:
    """Indicators that only serve to judge another one (per process type): they are not counted apart."""
    thresholds = [i.thresholds for i in evaluation.standard.indicators.indicators if i.thresholds is not None]
    limits = [t.limits_for(word) for t in thresholds for word in t.variants]
    return frozenset(name for found in limits if found is not None for name in found.worst_of)
