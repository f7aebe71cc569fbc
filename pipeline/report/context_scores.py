"""The score table, the basic requirements and the conclusion as a report prints them."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from pipeline.calc.methods import LEVEL_BASIS, band_words
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
from pipeline.report.marks import compose, figure, joined
from pipeline.report.tagging import indicator_figure, share_figure, weight_figure
from pipeline.standard.criteria_sheet import OBLIGATION_WORDS
from pipeline.standard.types import STATUS_WORDS, Category, Criterion

Context = dict[str, Any]
TOTAL_WORDS = {"printed": "原文印出部分", "provisional": "全表（暂拟）"}


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
        "printed": _total(card.printed, decimals, "printed"),
        "provisional": _total(card.whole, decimals, "provisional"),
        "has_provisional": card.has_provisional,
        "sentence_printed": _sentence_printed(evaluation),
        "sentence_provisional": _sentence_provisional(evaluation),
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
    limits = w.limits_text(evaluation.standard, indicator, basis.limits) if basis else ""
    limits = _rule_text(evaluation, criterion, w.unit_text(indicator.unit)) or limits
    return {"value": shown, "limit_text": limits or w.NOTHING}


def _rule_text(evaluation: Evaluation, criterion: Criterion, measure: str) -> str:
    """The rule of a row that has its own: its bands, or its formula."""
    if criterion.formula is not None:
        return f"得分 = {evaluation.calculator.condition_words(criterion.formula)}"
    bands = [
        f"{band_words(b, measure)}：{'分值未取得原文' if b.points is None else f'{plain(b.points)} 分'}"
        for b in criterion.bands
    ]
    return "；".join(bands)


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
    proven = f"{category.title} 已有证明材料的得分"
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
        else shown(fixed(score.confirmed, decimals), "/confirmed", "已有证明材料的得分"),
        "status_mark": "暂拟" if score.provisional else "",
    }


def _total(total: Total, decimals: int, name: str) -> Context:
    word = TOTAL_WORDS[name]
    return {
        "score": figure(fixed(total.score, decimals), f"tot:{name}", f"{word}得分"),
        "weight": figure(plain(total.weight), f"tot:{name}/weight", f"{word}权重合计"),
        "confirmed": figure(
            fixed(total.confirmed, decimals), f"tot:{name}/confirmed", f"{word}已有证明材料的得分"
        ),
        "complete": total.complete,
    }


def undecided(total: Total) -> str:
    """What is said of a total with rows that could not be decided: that it is a lower bound."""
    if total.complete:
        return ""
    return "；其中有待定的行，按 0 分计入，因此这是下限"


def _sentence_printed(evaluation: Evaluation) -> str:
    total = evaluation.scorecard.printed
    if evaluation.scorecard.has_provisional and total.weight == 0:
        return ""
    part = "中原文印出的部分" if evaluation.scorecard.has_provisional else _by_scheme(evaluation)
    if not part and _unknown_parts(evaluation):
        part = "中已取得原文的部分"
    shown = _total(total, evaluation.standard.scoring.decimals, "printed")
    return compose(
        "按{}{}（二级指标权重合计 {}）计算，自评得分为 {} 分，其中已列出证明材料的得分为 {} 分{}。{}",
        evaluation.standard.scoring.title,
        part,
        shown["weight"],
        shown["score"],
        shown["confirmed"],
        undecided(total),
        _sentence_unknown(evaluation, shown["weight"]),
    )


def _unknown_parts(evaluation: Evaluation) -> list[str]:
    """What the source of which was not at hand: whole categories, and rows whose points are not known."""
    scoring = evaluation.standard.scoring
    parts = [f"一级指标“{c.title}”" for c in scoring.unknown]
    rows = [s.title for _, s in scoring.subcategories for c in s.criteria if not c.points_known]
    return [*parts, *(f"“{title}”的满分值" for title in rows)]


def _sentence_unknown(evaluation: Evaluation, weight: str) -> str:
    """That the score is only a part of the whole, and which part is wanting."""
    parts = _unknown_parts(evaluation)
    if not parts:
        return ""
    return compose(
        "{}没有取得标准原文，没有计入，因此这是已知 {} 分的部分得分，不是全部指标的总分。",
        "、".join(parts),
        weight,
    )


def _by_scheme(evaluation: Evaluation) -> str:
    """Whether the user's own scheme replaced points of the standard."""
    criteria = evaluation.standard.scoring.criteria.values()
    return "和评价方案确定的分值" if any(c.points_status == "user" for c in criteria) else ""


def _sentence_provisional(evaluation: Evaluation) -> str:
    card = evaluation.scorecard
    if not card.has_provisional:
        return ""
    scoring = evaluation.standard.scoring
    shown = _total(card.whole, scoring.decimals, "provisional")
    return compose(
        "{}（权重合计 {}），全表得分为 {} 分（暂拟），其中已列出证明材料的得分为 {} 分{}。{}",
        scoring.provisional_intro,
        shown["weight"],
        shown["score"],
        shown["confirmed"],
        undecided(card.whole),
        scoring.provisional_note,
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
                "verdict": _verdict(r),
                "statement": r.statement or w.NOTHING,
                "evidence": w.numbers_text(r.evidence) or w.NOTHING,
            }
            for number, r in enumerate(basic.rows, 1)
        ],
        "sentence": _basic_sentence(evaluation),
    }


def _basic_sentence(evaluation: Evaluation) -> str:
    basic = evaluation.scorecard.basic_requirements
    count = _count(len(basic.rows), "basic", "基本要求项数")
    if basic.met is True:
        return compose("基本要求共 {} 项，自评价全部符合。", count)
    failed = [r for r in basic.rows if r.verdict not in (MET, UNDECIDED, NOT_APPLICABLE)]
    if basic.met is False:
        clauses = "、".join(r.criterion.clause for r in failed)
        return compose(
            "基本要求共 {} 项，其中第 {} 条不满足。基本要求为准入条款，一票否决，"
            "本次自评价结论为不符合绿色工厂要求。",
            count,
            clauses,
        )
    undecided = sum(1 for r in basic.rows if r.verdict == UNDECIDED)
    return compose(
        "基本要求共 {} 项，其中 {} 项尚未作出结论，本次自评价暂不能判定是否满足准入条件。",
        count,
        _count(undecided, "basic/undecided", "未作出结论的基本要求项数"),
    )


def _count(number: int, key: str, label: str) -> str:
    return figure(str(number), f"n:{key}", label)


def conclusion(evaluation: Evaluation) -> list[str]:
    """The sentences of the whole: basic requirements, performance, scores; one paragraph each."""
    sentences = [_basic_sentence(evaluation), *performance(evaluation), _sentence_printed(evaluation)]
    return [sentence for sentence in (*sentences, _sentence_provisional(evaluation)) if sentence]


def performance(evaluation: Evaluation) -> list[str]:
    """One sentence on the levels reached; none when nothing is judged."""
    standard = evaluation.standard
    if any(c.method == "linear" for c in standard.scoring.criteria.values()):
        return _linear_performance(evaluation)
    parts_of_others = _variants(evaluation)
    judged = [
        i for i in standard.indicators.indicators if i.thresholds is not None and i.id not in parts_of_others
    ]
    counted = Counter(evaluation.indicators[i.id].level or "unknown" for i in judged)
    parts = [
        compose("{} 项达到{}", _count(counted[k], f"levels/{k}", f"达到{word}的指标项数"), word)
        for k, word in reversed(list(standard.indicators.levels.items()))
        if counted[k]
    ]
    if counted["below"]:
        lowest = next(iter(standard.indicators.levels.values()))
        labels = "、".join(i.label for i in judged if evaluation.indicators[i.id].level == "below")
        number = _count(counted["below"], "levels/below", f"未达到{lowest}的指标项数")
        parts.append(compose("{} 项未达到{}（{}）", number, lowest, labels))
    if not parts:
        return []
    total = _count(sum(n for k, n in counted.items() if k != "unknown"), "levels", "已评价的指标项数")
    reached = joined(parts, "，")
    return [compose("设有限值并已得出结果的绩效指标共 {} 项，其中{}。", total, reached)]


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
    parts = [
        compose("{} 项{}", _count(counted[verdict], f"linear/{verdict}", f"{text}的指标项数"), text)
        for verdict, text in words.items()
        if counted[verdict]
    ]
    total = _count(len(rows), "linear", "定量指标项数")
    return [compose("定量指标共 {} 项，其中 {}。", total, joined(parts, "，"))]


def _variants(evaluation: Evaluation) -> frozenset[str]:
    """Indicators that only serve to judge another one (per process type): they are not counted apart."""
    thresholds = [i.thresholds for i in evaluation.standard.indicators.indicators if i.thresholds is not None]
    limits = [t.limits_for(word) for t in thresholds for word in t.variants]
    return frozenset(name for found in limits if found is not None for name in found.worst_of)
