"""What entered a report and does not stand in the standard: formulas, limits, points, coefficients, each with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from pipeline.calc.scorecard import NOT_APPLICABLE
from pipeline.evaluation import Evaluation
from pipeline.quantity import plain
from pipeline.report import words as w
from pipeline.report.marks import compose, figure, joined
from pipeline.report.tagging import factor_figure, share_figure, split_cell, weight_figure
from pipeline.standard.types import STATUS_WORDS, Criterion, Subcategory

Context = dict[str, Any]
_REASONS: Final = {
    "inferred": "标准文本没有写明，由标准包推断",
    "provisional": "标准文本中没有，由标准包拟定",
}
_OWN: Final = ("inferred", "provisional")
_NOT_APPLICABLE_WORDS: Final = {
    "drop": "不计入本组，其余各行按比例放大到本组满分",
    "full": "按满分计",
    "zero": "按 0 分计",
}


def provisional_rows(evaluation: Evaluation) -> list[Context]:
    """Everything that entered and is not printed in the standard, with its reason."""
    return [
        *_formulas(evaluation),
        *_limits(evaluation),
        *_points(evaluation),
        *_methods(evaluation),
        *_coefficients(evaluation),
    ]


def own_words(status: str | None) -> str:
    """推断 or 暂拟 of what the pack has added to its source, nothing of what is printed, unknown or the user's."""
    return STATUS_WORDS[status] if status in _OWN else ""


def points_status(sub: Subcategory, criterion: Criterion) -> str:
    """How well the points of a row are known: its own word, else that of the whole row, else that of its group."""
    if criterion.points_status is not None:
        return criterion.points_status
    return criterion.status if criterion.status != "printed" else sub.status


def provisional_factors(evaluation: Evaluation, indicator_id: str) -> str:
    """The coefficients without a settled value that an indicator rests on, however far back; nothing where there are none."""
    calculator, mark = evaluation.calculator, f"，{STATUS_WORDS['provisional']}"
    found: dict[str, None] = {}
    seen: set[tuple[str, str, int]] = set()
    waiting = list(calculator.indicator(indicator_id).trace.operands)
    while waiting:
        operand = waiting.pop()
        key = (operand.kind, operand.id, operand.years_back)
        if key in seen:
            continue
        seen.add(key)
        if operand.kind == "factor" and operand.source.endswith(mark):
            found.setdefault(operand.label)
        elif operand.kind == "row":
            cell = split_cell(operand.id)
            waiting += () if cell is None else calculator.cell_operands(*cell)
        elif operand.kind == "quantity":
            waiting += calculator.indicator(operand.id, operand.years_back).trace.operands
    return "、".join(sorted(found))


def factor_rows(evaluation: Evaluation) -> list[Context]:
    """Every coefficient that entered, with its source."""
    rows = []
    for use, source in evaluation.calculator.factors_used:
        family = evaluation.standard.factors[use.family]
        entry = family.entry(use.set, use.key)
        status = "user" if use.overridden else (entry.status if entry else "printed")
        source = w.chemical(source.removesuffix(f"，{STATUS_WORDS[status]}"))
        rows.append(
            {"family": family.label, "set": use.set, "key": use.key, "value": factor_figure(use, family.label),
             "unit": w.unit_name(f"{use.result.text}/{use.per.text}"), "source": source, "status_text": STATUS_WORDS[status]}
        )  # fmt: skip
    return rows


def _row(what: str, value: str, status: str, reason: str | None) -> Context:
    return {
        "what": what,
        "value": value,
        "why": f"{STATUS_WORDS[status]}；{reason or _REASONS.get(status, w.NOTHING)}",
    }


def _formulas(evaluation: Evaluation) -> Iterator[Context]:
    standard = evaluation.standard
    for indicator in standard.indicators.by_id.values():
        if indicator.status != "printed":
            reason = indicator.note if indicator.source is None else indicator.source
            yield _row(f"指标“{indicator.label}”的公式", w.NOTHING, indicator.status, reason)
    for column in standard.indicators.columns:
        if column.status != "printed" and evaluation.intake.rows(column.table):
            table = standard.intake.tables[column.table].label
            yield _row(f"“{table}”中“{column.label}”的公式", w.NOTHING, column.status, column.note)


def _limits(evaluation: Evaluation) -> Iterator[Context]:
    standard = evaluation.standard
    for indicator in standard.indicators.indicators:
        thresholds = indicator.thresholds
        if thresholds is not None and thresholds.status in _OWN:
            words = w.limits_text(standard, indicator, thresholds.levels, w.unit_text(indicator.unit))
            yield _row(
                f"指标“{indicator.label}”的限值", words or w.NOTHING, thresholds.status, thresholds.source
            )


# -- the score table ---------------------------------------------------------------------------------------------
def _points(evaluation: Evaluation) -> Iterator[Context]:
    groups = evaluation.standard.scoring.subcategories
    named = Counter(sub.title for _, sub in groups)
    for category, sub in groups:
        title = sub.title if named[sub.title] == 1 else f"{category.title}：{sub.title}"
        weighed = sub.weight is not None and bool(own_words(sub.status) or own_words(sub.weight_status))
        scored = [c for c in sub.criteria if c.points is not None]
        together = weighed and bool(scored) and all(own_words(points_status(sub, c)) for c in scored)
        if weighed:
            points = ("和各行分值" if len(scored) > 1 else "和分值") if together else ""
            status = sub.status if own_words(sub.status) else sub.weight_status
            yield _row(
                f"评分表“{title}”的权重{points}",
                compose("权重 {}", weight_figure(sub)), status, sub.source or sub.note,
            )  # fmt: skip
        if not together:
            yield from _own_points(sub)
        yield from _own_rules(sub)


def _own_points(sub: Subcategory) -> Iterator[Context]:
    for criterion in sub.criteria:
        status = points_status(sub, criterion)
        if criterion.points is not None and own_words(status):
            shown = figure(plain(criterion.points), f"s:{criterion.id}/points", f"{criterion.id} 分值")
            yield _row(
                f"评分表 {criterion.id} 的分值",
                compose("{} 分", shown),
                status,
                criterion.source or criterion.note,
            )


def _own_rules(sub: Subcategory) -> Iterator[Context]:
    """Rows that the program judges by a rule of which the source says only a part, and bands of it."""
    for criterion in sub.criteria:
        if criterion.points_status is not None and own_words(criterion.status):
            reason = criterion.source or criterion.note
            yield _row(f"评分表 {criterion.id}“{sub.title}”的评分规则", w.NOTHING, criterion.status, reason)
        for number, band in enumerate(criterion.bands, 1):
            if own_words(band.status):
                points = w.NOTHING if band.points is None else f"{plain(band.points)} 分"
                yield _row(
                    f"评分表 {criterion.id}“{sub.title}”第 {number} 档", points, band.status, band.source
                )


def _methods(evaluation: Evaluation) -> Iterator[Context]:
    standard = evaluation.standard
    methods = standard.scoring.methods
    if methods.by_level:
        levels = {"below": "未达到最低限值", **standard.indicators.levels}
        parts = [compose("{} {}%", levels[k], share_figure(k, v)) for k, v in methods.by_level.items()]
        yield {"what": "指标水平折算为得分的比例", "value": joined(parts, "，"),
               "why": STATUS_WORDS[methods.by_level_status]}  # fmt: skip
    if any(r.verdict == NOT_APPLICABLE for r in evaluation.scorecard.rows):
        yield {"what": "不适用的行", "value": _NOT_APPLICABLE_WORDS[methods.not_applicable],
               "why": STATUS_WORDS[methods.not_applicable_status]}  # fmt: skip


def _coefficients(evaluation: Evaluation) -> Iterator[Context]:
    for factor in factor_rows(evaluation):
        if factor["status_text"] != STATUS_WORDS["printed"]:
            yield {
                "what": f"{factor['family']}：{factor['key']}",
                "value": compose("{} {}", factor["value"], factor["unit"]),
                "why": f"{factor['status_text']}；{factor['source']}",
            }
