"""Sentences of a third party's report. Nothing here decides; it only says what was compared and scored."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from pipeline.calc.scorecard import MET, NOT_APPLICABLE, UNDECIDED, CriterionScore, Total
from pipeline.quantity import fixed, plain
from pipeline.report.conclusion import performance, undecided
from pipeline.verification.rules import percent_text
from pipeline.verification.verify import Verification

ZERO = Decimal(0)


def total(of: Total, decimals: int) -> dict[str, Any]:
    """A total as text."""
    return {
        "score": fixed(of.score, decimals),
        "weight": plain(of.weight),
        "confirmed": fixed(of.confirmed, decimals),
        "complete": of.complete,
    }


def difference(own: Total, verified: Total, decimals: int) -> str:
    """Verified − own score of a total."""
    value = verified.score - own.score
    return f"{'+' if value > 0 else ''}{fixed(value, decimals)}"


def apart(own: Total, verified: Total, decimals: int) -> str:
    """`核查比自评低 2.64 分`."""
    value = verified.score - own.score
    if fixed(abs(value), decimals) == fixed(ZERO, decimals):
        return "两者相同"
    return f"核查比自评{'高' if value > 0 else '低'} {fixed(abs(value), decimals)} 分"


def score_words(row: CriterionScore) -> str:
    """`部分符合 15 分`."""
    return f"“{row.verdict}”" if row.score is None else f"“{row.verdict}”{plain(row.score)} 分"


# -- values and scores --------------------------------------------------------------------------------------
def values(verification: Verification) -> str:
    """How many values were verified, how many deviate, the largest deviation."""
    compared = verification.values
    given = [v for v in compared if v.answer.is_given]
    pending = sum(1 for v in compared if v.is_pending)
    limit = f"{plain(verification.pack.materiality)}%"
    ways = Counter(v.answer.method for v in given if v.answer.method)
    listed = "、".join(f"{way} {ways[way]} 项" for way in verification.pack.methods if ways[way])
    text = f"评价指标和评分所用的申报数值共 {len(compared)} 项，核查 {len(given)} 项"
    text += f"（{listed}）。" if listed else "。"
    differing = [v for v in given if v.differs]
    above = [v for v in given if v.above]
    if not differing:
        text += "核查值与申报值全部一致。" if given else ""
    else:
        text += (
            f"其中 {len(differing)} 项与申报值不同，{len(above)} 项超过重要性限值 {limit} 或属于实质性差异。"
        )
        measured = [(abs(v.percent), v) for v in differing if v.percent is not None]
        if measured:
            largest = max(measured, key=lambda pair: pair[0])[1]
            text += f"偏差最大的是{largest.declared.label}，为 {percent_text(largest.percent or ZERO)}。"
    if pending:
        text += f"另有 {pending} 项没有核查或缺少核查证据，列为“待核”，与之有关的得分不计入已确认得分。"
    return text


def scores(verification: Verification) -> str:
    """How many rows are judged otherwise."""
    rows = verification.scores
    lower = sum(1 for r in rows if r.difference is not None and r.difference < 0)
    higher = sum(1 for r in rows if r.difference is not None and r.difference > 0)
    changed = sum(1 for r in rows if r.differs)
    pending = sum(1 for r in rows if r.pending)
    text = f"评价要素共 {len(rows)} 项，"
    if not changed:
        text += "核查结论与自评结论全部一致。"
    else:
        text += f"{changed} 项的核查结论或得分与自评不同，其中得分调低 {lower} 项、调高 {higher} 项。"
    return text + (f"有 {pending} 项待核。" if pending else "")


def problems(verification: Verification) -> str:
    """One sentence before the list of problems."""
    above = sum(1 for v in verification.values if v.above)
    wrong = sum(1 for v in verification.values if v.differs)
    judged = sum(1 for r in verification.scores if r.differs and not r.own.criterion.is_judged_by_program)
    if not wrong and not judged:
        return "核查未发现申报数值与证据不符，也未发现自评结论不当。"
    parts = []
    if wrong:
        parts.append(f"{wrong} 项申报数值与证据不符（{above} 项超过重要性限值或属于实质性差异）")
    if judged:
        parts.append(f"{judged} 项自评结论不当")
    return f"核查发现{'，'.join(parts)}。"


# -- veto, basic requirements, totals -----------------------------------------------------------------------
def veto(verification: Verification, results: list[Any]) -> str:
    """The result of all conditions that exclude a factory."""
    role = verification.pack.roles.veto
    assert role is not None
    rows = verification.intake.rows(role.table)
    hit = [
        str(row.fact(role.condition).value)
        for row, result in zip(rows, results, strict=True)
        if isinstance(result, str) and result != role.clear
    ]
    blank = sum(1 for r in results if not isinstance(r, str))
    count = len(results)
    if hit:
        return f"否决条件共 {count} 项，其中{'；'.join(hit)}，构成一票否决。"
    if blank:
        return f"否决条件共 {count} 项，其中 {blank} 项尚未查询。"
    return f"否决条件共 {count} 项，经查询，受评价方均不涉及。"


def basic(verification: Verification) -> str:
    """The basic requirements by the third party's verdicts."""
    rows = verification.evaluation.scorecard.basic_requirements.rows
    pending = {c.own.criterion.id for c in verification.scores if c.pending}
    failed = [r for r in rows if r.verdict not in (MET, UNDECIDED, NOT_APPLICABLE)]
    open_rows = [r for r in rows if r.verdict == UNDECIDED or r.criterion.id in pending]
    if failed:
        clauses = "、".join(r.criterion.clause for r in failed)
        return f"基本要求共 {len(rows)} 项，经核查，第 {clauses} 条不满足。基本要求为准入条款，一票否决。"
    if open_rows:
        clauses = "、".join(r.criterion.clause for r in open_rows)
        return f"基本要求共 {len(rows)} 项，第 {clauses} 条尚待核查，暂不能判定是否满足准入条件。"
    return f"基本要求共 {len(rows)} 项，经核查全部符合。"


def printed(verification: Verification) -> str:
    """The total of the printed part, own and verified; "" when nothing is printed."""
    standard = verification.declared.standard
    card = verification.evaluation.scorecard
    own, new = verification.declared.scorecard.printed, card.printed
    if card.has_provisional and new.weight == 0:
        return ""
    decimals = standard.scoring.decimals
    part = "中原文印出的部分" if card.has_provisional else ""
    return (
        f"按本标准“{standard.scoring.title}”{part}（二级指标权重合计 {plain(new.weight)}）计算，"
        f"企业自评得分 {fixed(own.score, decimals)} 分，第三方核查得分 {fixed(new.score, decimals)} 分，"
        f"{apart(own, new, decimals)}，其中已有核查证据确认的得分为 {fixed(new.confirmed, decimals)} 分"
        f"{undecided(new)}。"
    )


def provisional(verification: Verification) -> str:
    """The total of the whole table, own and verified; "" when nothing is provisional."""
    card = verification.evaluation.scorecard
    if not card.has_provisional:
        return ""
    own, new = verification.declared.scorecard.whole, card.whole
    scoring = verification.declared.standard.scoring
    decimals = scoring.decimals
    return (
        f"{scoring.provisional_intro}（权重合计 {plain(new.weight)}），"
        f"企业自评得分 {fixed(own.score, decimals)} 分（暂拟），第三方核查得分 {fixed(new.score, decimals)} 分（暂拟），"
        f"{apart(own, new, decimals)}，其中已有核查证据确认的得分为 {fixed(new.confirmed, decimals)} 分"
        f"{undecided(new)}。"
    )


def whole(verification: Verification) -> list[str]:
    """The sentences before the conclusion; one paragraph each."""
    role = verification.pack.roles.veto
    results = [r.fact(role.result).value for r in verification.intake.rows(role.table)] if role else []
    parts = [veto(verification, results)] if role else []
    parts += [basic(verification), *performance(verification.evaluation)]
    parts += [printed(verification), provisional(verification)]
    return [part for part in parts if part]
