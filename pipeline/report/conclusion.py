"""What a report concludes in words: basic requirements, performance, scores, minima, and what is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from pipeline.calc.scorecard import MET, NOT_APPLICABLE, NOT_MET, PARTLY, UNDECIDED, Total
from pipeline.evaluation import Evaluation
from pipeline.quantity import fixed, plain
from pipeline.report.marks import compose, figure, joined

Context = dict[str, Any]
TOTAL_WORDS = {"printed": "原文印出部分", "provisional": "全表（暂拟）"}


def total_context(total: Total, decimals: int, name: str) -> Context:
    """A sum of the score table as text."""
    word = TOTAL_WORDS[name]
    return {
        "score": figure(fixed(total.score, decimals), f"tot:{name}", f"{word}得分"),
        "weight": figure(plain(total.weight), f"tot:{name}/weight", f"{word}权重合计"),
        "confirmed": figure(
            fixed(total.confirmed, decimals), f"tot:{name}/confirmed", f"{word}已有证明材料支持的得分"
        ),
        "complete": total.complete,
    }


def undecided(total: Total) -> str:
    """What is said of a total with rows that could not be decided: that it is a lower bound."""
    if total.complete:
        return ""
    return "；其中有待定的行，按 0 分计入，因此这是下限"


def sentence_printed(evaluation: Evaluation) -> str:
    """The score over what stands in the source."""
    total = evaluation.scorecard.printed
    if evaluation.scorecard.has_provisional and total.weight == 0:
        return ""
    part = "中原文印出的部分" if evaluation.scorecard.has_provisional else _by_scheme(evaluation)
    if not part and _unknown_parts(evaluation):
        part = "中已取得原文的部分"
    shown = total_context(total, evaluation.standard.scoring.decimals, "printed")
    return compose(
        "按本标准“{}”{}（二级指标权重合计 {}）计算，自评得分为 {} 分，其中已有证明材料支持的得分为 {} 分{}。{}",
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
    whole = "、".join(f"“{c.title}”" for c in scoring.unknown)
    rows = "、".join(
        f"“{s.title}”" for _, s in scoring.subcategories if not all(c.points_known for c in s.criteria)
    )
    return [text for text in (whole and f"一级指标{whole}", rows and f"二级指标{rows}的满分值") if text]


def _sentence_unknown(evaluation: Evaluation, weight: str) -> str:
    """That the score is only a part of the whole, and which part is wanting."""
    parts = _unknown_parts(evaluation)
    if not parts:
        return ""
    return compose(
        "{}没有取得标准原文，没有计入，因此这是已知 {} 分的部分得分，不是全部指标的总分。",
        "，以及".join(parts),
        weight,
    )


def _by_scheme(evaluation: Evaluation) -> str:
    """Whether the user's own scheme replaced points of the standard."""
    criteria = evaluation.standard.scoring.criteria.values()
    return "和评价方案确定的分值" if any(c.points_status == "user" for c in criteria) else ""


def sentence_provisional(evaluation: Evaluation) -> str:
    """The score over the whole table, where some of it is our proposal."""
    card = evaluation.scorecard
    if not card.has_provisional:
        return ""
    scoring = evaluation.standard.scoring
    shown = total_context(card.whole, scoring.decimals, "provisional")
    return compose(
        "{}（权重合计 {}），全表得分为 {} 分（暂拟），其中已有证明材料支持的得分为 {} 分{}。{}",
        scoring.provisional_intro,
        shown["weight"],
        shown["score"],
        shown["confirmed"],
        undecided(card.whole),
        scoring.provisional_note,
    )


def basic_sentence(evaluation: Evaluation) -> str:
    """The basic requirements in one sentence; nothing where there are none."""
    basic = evaluation.scorecard.basic_requirements
    if not basic.rows:
        return ""
    title = _basic_title(evaluation)
    count = count_figure(len(basic.rows), "basic", f"{title}项数")
    if basic.met is True:
        idle = sum(1 for r in basic.rows if r.verdict == NOT_APPLICABLE)
        if idle:
            left_out = count_figure(idle, "basic/not_applicable", f"不适用的{title}项数")
            return compose("{}共 {} 项，其中 {} 项不适用，其余自评价全部符合。", title, count, left_out)
        return compose("{}共 {} 项，自评价全部符合。", title, count)
    failed = [r for r in basic.rows if r.verdict not in (MET, UNDECIDED, NOT_APPLICABLE)]
    if basic.met is False:
        clauses = {r.criterion.clause for r in basic.rows}
        told = len(clauses) == len(basic.rows)  # else the clause does not say which row it is
        return compose(
            "{}共 {} 项，其中{}不满足。{}为准入条款，一票否决，本次自评价结论为不符合{}要求。",
            title,
            count,
            f"第 {'、'.join(r.criterion.clause for r in failed)} 条"
            if told
            else f" {'、'.join(r.criterion.id for r in failed)} ",
            title,
            evaluation.standard.identity.award,
        )
    undecided = sum(1 for r in basic.rows if r.verdict == UNDECIDED)
    return compose(
        "{}共 {} 项，其中 {} 项尚未作出结论，本次自评价暂不能判定是否满足准入条件。",
        title,
        count,
        count_figure(undecided, "basic/undecided", f"未作出结论的{title}项数"),
    )


def _basic_title(evaluation: Evaluation) -> str:
    """What the pack calls its basic requirements: the title of the category in which all of them stand."""
    wanted = {r.criterion.id for r in evaluation.scorecard.basic_requirements.rows}
    for score in evaluation.scorecard.categories:
        if wanted <= {r.criterion.id for sub in score.subcategories for r in sub.rows}:
            return score.category.title
    return "基本要求"


def sentence_minima(evaluation: Evaluation) -> str:
    """Whether each category reaches the least share of its points that the standard asks of it."""
    asked = [c for c in evaluation.scorecard.categories if c.category.minimum is not None]
    if not asked:
        return ""
    award = evaluation.standard.identity.award
    below = [c for c in asked if c.below_minimum]
    if below:
        parts = [
            compose(
                "“{}”得分率 {}%，低于要求的 {}%",
                c.category.title,
                figure(
                    fixed((c.share or Decimal(0)) * 100, 2),
                    f"cat:{c.category.id}/share",
                    f"{c.category.title} 得分率",
                ),
                plain(c.category.minimum or Decimal(0)),
            )
            for c in below
        ]
        return compose("一级指标{}，评价结论为不符合{}要求。", joined(parts, "；"), award)
    if any(c.share is None for c in asked):
        return "部分一级指标有待定的行，还不能判定是否达到各自的最低得分率。"
    return "规定了最低得分率的一级指标均达到要求。"


def count_figure(number: int, key: str, label: str) -> str:
    """A number of things as a figure."""
    return figure(str(number), f"n:{key}", label)


def conclusion(evaluation: Evaluation) -> list[str]:
    """The sentences of the whole: basic requirements, performance, scores; one paragraph each."""
    sentences = [
        basic_sentence(evaluation),
        *performance(evaluation),
        sentence_printed(evaluation),
        sentence_minima(evaluation),
    ]
    return [sentence for sentence in (*sentences, sentence_provisional(evaluation)) if sentence]


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
    classes = [
        _Class(k, f"达到{word}", counted[k]) for k, word in reversed(list(standard.indicators.levels.items()))
    ]
    lowest = next(iter(standard.indicators.levels.values()), "")
    labels = "、".join(i.label for i in judged if evaluation.indicators[i.id].level == "below")
    classes.append(_Class("below", f"未达到{lowest}", counted["below"], f"（{labels}）"))
    parts = any(evaluation.indicators[name].level is not None for name in parts_of_others)
    what = f"设有限值并已得出结果的绩效指标{'（分类评价的指标并入其所属指标，只计一次）' if parts else ''}"
    return _counted(what, "levels", "已评价的指标项数", classes)


class _Class(NamedTuple):
    """So many of the things counted that are alike; `names` says which."""

    key: str
    words: str
    number: int
    names: str = ""


def _counted(what: str, key: str, label: str, classes: Iterable[_Class]) -> list[str]:
    """`指标共 5 项，其中 3 项甲，2 项乙。`, `指标共 5 项，均甲。` where all are alike; nothing where there are none."""
    found = [each for each in classes if each.number]
    if not found:
        return []
    total = count_figure(sum(each.number for each in found), key, label)
    if len(found) == 1:
        (only,) = found
        return [
            compose(
                "{}共 {} 项，{}{}{}。", what, total, "均" if only.number > 1 else "", only.words, only.names
            )
        ]
    parts = [
        compose(
            "{} 项{}{}",
            count_figure(each.number, f"{key}/{each.key}", f"{each.words}的指标项数"),
            each.words,
            each.names,
        )
        for each in found
    ]
    return [compose("{}共 {} 项，其中 {}。", what, total, joined(parts, "，"))]


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
    classes = [_Class(verdict, text, counted[verdict]) for verdict, text in words.items()]
    return _counted(f"按{zero}和{full}计分的指标", "linear", f"按{zero}和{full}计分的指标项数", classes)


def _variants(evaluation: Evaluation) -> frozenset[str]:
    """Indicators that only serve to judge another one (per process type): they are not counted apart."""
    thresholds = [i.thresholds for i in evaluation.standard.indicators.indicators if i.thresholds is not None]
    limits = [t.limits_for(word) for t in thresholds for word in t.variants]
    return frozenset(name for found in limits if found is not None for name in found.worst_of)
