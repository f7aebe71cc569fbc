"""One client under two standards: what became of every row of the score table, on one page.

The pairs come from the newer pack's correspondence.yaml; nothing is matched by the program itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from pipeline.calc.evidence_list import asked_evidence, register_of
from pipeline.calc.scorecard import NOT_APPLICABLE, UNDECIDED, CriterionScore, SubcategoryScore, Total
from pipeline.evaluation import Evaluation
from pipeline.findings import LvbaoError, Severity
from pipeline.quantity import fixed, is_blank, plain
from pipeline.report import words as w
from pipeline.standard.types import CHANGE_WORDS, Correspondence, RowPair

Context = dict[str, Any]
ZERO = Decimal(0)
_MOST_NAMED = 8


def comparison_context(old: Evaluation, new: Evaluation) -> Context:
    """Everything that the page may print. Raises LvbaoError for two enterprises, or packs without a correspondence."""
    pairs = new.standard.correspondence(old.standard.id)
    if not pairs.rows and old.standard.id == new.standard.id:
        raise LvbaoError(
            "两份录入表是同一个标准的，没有新旧标准可对照；看两个年度的变化请比较两份报告：lvbao diff 旧报告.docx 新报告.docx"
        )
    if not pairs.rows:
        raise LvbaoError(
            f"标准包 {new.standard.id} 没有写明与 {old.standard.id} 的对应关系（correspondence.yaml 的 rows），不能对照。"
        )
    if old.enterprise != new.enterprise:
        raise LvbaoError(f"两份录入表不是同一家工厂：“{old.enterprise}”与“{new.enterprise}”。")
    return {
        "enterprise": new.enterprise or w.gap("工厂名称"),
        "year": str(new.evaluation_year or w.gap("评价年度")),
        "old": _standard(old),
        "new": _standard(new),
        "rows": _Rows(old, new, pairs).rows(),
        "sentence_standards": _standards(old, new),
        "sentence_totals": f"{_total(old, old.scorecard.whole)}；{_total(new, new.scorecard.whole)}。",
        "sentence_dropped": _dropped(old, pairs),
        "prepare": list(_prepare(old, new)),
        "footnote": "注："
        + "".join([*pairs.notes, "标 * 的对应关系是按含义推断的，两个标准没有给出对照表。"]),
    }


def _standard(evaluation: Evaluation) -> Context:
    identity = evaluation.standard.identity
    return {"number": identity.number, "title": identity.title, "edition": identity.edition}


def _standards(old: Evaluation, new: Evaluation) -> str:
    before, after = old.standard.identity, new.standard.identity
    return f"旧标准 {before.number}《{before.title}》，新标准 {after.number}《{after.title}》。"


def _total(evaluation: Evaluation, total: Total) -> str:
    identity, scoring = evaluation.standard.identity, evaluation.standard.scoring
    basic = evaluation.scorecard.basic_requirements.met
    gates = "待定" if basic is None else "符合" if basic else "不符合"
    provisional = "（暂拟）" if evaluation.scorecard.has_provisional else ""
    bound = "" if total.complete else "，有待定项，为下限"
    return f"{identity.number} 得分 {fixed(total.score, scoring.decimals)}／{plain(total.weight)}{provisional}{bound}，基本要求{gates}"


class _Rows:
    """The rows of the newer score table with what answers to them in the older one."""

    def __init__(self, old: Evaluation, new: Evaluation, pairs: Correspondence) -> None:
        self._old, self._new = old, new
        self._pairs = pairs
        self._subs = {s.subcategory.id: s for c in old.scorecard.categories for s in c.subcategories}
        self._sub_of = {r.criterion.id: s for s in self._subs.values() for r in s.rows}

    def rows(self) -> list[Context]:
        """One mapping a criterion of the newer table that applies."""
        by_new = {name: pair for pair in self._pairs.rows for name in pair.new}
        found = []
        for category in self._new.scorecard.categories:
            weight = category.category.weight
            title = category.category.title + ("" if weight is None else f"（{plain(weight)}）")
            for row in (r for s in category.subcategories for r in s.rows):
                found.append({"category": title, **self._row(row, by_new.get(row.criterion.id))})
        return found

    def _row(self, row: CriterionScore, pair: RowPair | None) -> Context:
        criterion = row.criterion
        sub = self._new.standard.scoring.subcategory_of[criterion.id]
        title = sub.title if sub.weight is not None else criterion.clause
        return {
            "name": f"{criterion.id} {title}",
            "points": "不计分" if criterion.points is None else plain(criterion.points),
            "value": _value(self._new, row) or row.verdict,
            "score": _score(row),
            "old": self._named(pair.old) if pair and pair.old else w.NOTHING,
            "old_score": self._old_score(pair.old) if pair and pair.old else w.NOTHING,
            "change": _change(pair),
        }

    def _named(self, names: Sequence[str]) -> str:
        """The old rows with their values; rows without a value by their subcategory, those of one together."""
        found: dict[str, list[str]] = {}
        for name in names:
            row = None if name in self._subs else self._row_of(name)
            value = _value(self._old, row) if row is not None else ""
            indicator = (
                self._old.standard.indicators.by_id.get(row.criterion.indicator or "") if row else None
            )
            if indicator is not None:
                found[f"{indicator.label} {value}"] = [name]
            else:
                sub = self._subs.get(name) or self._sub_of[name]
                found.setdefault(sub.subcategory.title, []).extend([] if row is None else [name])
        return "；".join(f"{'、'.join(ids)} {label}".strip() for label, ids in found.items())

    def _row_of(self, name: str) -> CriterionScore:
        return next(r for r in self._sub_of[name].rows if r.criterion.id == name)

    def _old_score(self, names: Sequence[str]) -> str:
        """Weighted points and the most that could be had; a basic requirement has none."""
        earned, most, known = ZERO, ZERO, True
        for name in names:
            got, full = self._weighted(name)
            most += full
            known = known and got is not None
            earned += got or ZERO
        if most == 0:
            return "不计分"
        decimals = self._old.standard.scoring.decimals
        return f"{fixed(earned, decimals) if known else UNDECIDED}／{fixed(most, decimals)}"

    def _weighted(self, name: str) -> tuple[Decimal | None, Decimal]:
        sub = self._subs.get(name) or self._sub_of[name]
        weight = sub.subcategory.weight
        if weight is None:
            return ZERO, ZERO
        if name in self._subs:
            return sub.weighted, weight
        scoring = self._old.standard.scoring
        whole = sub.subcategory.max_points if scoring.normalise == "group_max" else scoring.normalise_to
        row = self._row_of(name)
        full = (row.criterion.points or ZERO) / whole * weight
        return (None if row.score is None else row.score / whole * weight), full


def _value(evaluation: Evaluation, row: CriterionScore) -> str:
    indicator = evaluation.standard.indicators.by_id.get(row.criterion.indicator or "")
    if indicator is None:
        return ""
    value = evaluation.indicators[indicator.id]
    if value.number is None:
        return NOT_APPLICABLE if row.verdict == NOT_APPLICABLE else UNDECIDED
    return f"{w.number_text(value, indicator)}{w.unit_text(indicator.unit)}"


def _score(row: CriterionScore) -> str:
    if row.criterion.points is None or row.verdict == NOT_APPLICABLE:
        return "/"
    return UNDECIDED if row.score is None else plain(row.score)


def _change(pair: RowPair | None) -> str:
    if pair is None:
        return "没有说明"
    status = "" if pair.status == "printed" else "*"
    clause = f"（{pair.clause}）" if pair.clause else ""
    return f"{CHANGE_WORDS[pair.change]}{status}：{pair.note}{clause}"


def _dropped(old: Evaluation, pairs: Correspondence) -> str:
    """What is scored no longer, with its old weight."""
    subs = {s.subcategory.id: (c.category, s) for c in old.scorecard.categories for s in c.subcategories}
    titles = Counter(s.subcategory.title for _, s in subs.values())
    names = [name for pair in pairs.rows if pair.change == "dropped" for name in pair.old if name in subs]
    kept = {name for pair in pairs.rows if pair.change != "dropped" for name in pair.old}
    listed = []
    for category, sub in (subs[name] for name in names):
        title = sub.subcategory.title
        full = title if titles[title] == 1 else f"{category.title}的{title}"
        listed.append((full, _unpaired(sub, kept, old)))
    if not listed:
        return ""
    words = "、".join(f"{title} {plain(weight)}" for title, weight in listed)
    return f"取消的项目（旧权重合计 {plain(sum((w_ for _, w_ in listed), ZERO))}）：{words}。"


def _unpaired(sub: SubcategoryScore, kept: set[str], old: Evaluation) -> Decimal:
    """The weight of a subcategory without its rows that live on in the newer standard."""
    scoring = old.standard.scoring
    weight = sub.subcategory.weight or ZERO
    whole = sub.subcategory.max_points if scoring.normalise == "group_max" else scoring.normalise_to
    points = sum((r.criterion.points or ZERO for r in sub.rows if r.criterion.id in kept), ZERO)
    return weight - points / whole * weight


# -- what is still to be done --------------------------------------------------------------------------------
def _prepare(old: Evaluation, new: Evaluation) -> Iterator[str]:
    rows = [r for r in new.scorecard.rows if r.verdict == UNDECIDED]
    subs = new.standard.scoring.subcategory_of
    errors = sum(1 for f in new.findings if f.severity is Severity.ERROR)
    parts = []
    if rows:
        named = "、".join(
            r.criterion.id if len(rows) > _MOST_NAMED else f"{r.criterion.id} {subs[r.criterion.id].title}"
            for r in rows
        )
        parts.append(f"还须填写，{len(rows)} 项待定：{named}")
    if errors:
        parts.append(f"新录入表还有 {errors} 处错误，用 lvbao check 列出")
    if parts:
        yield f"{'；'.join(parts)}。"
    asked = asked_evidence(new.scorecard.rows, register_of(new.intake, new.standard))
    missing = [r for r in asked if r.state == "missing"]
    if missing:
        names = list(dict.fromkeys(r.item.name for r in missing))
        more = "等" if len(names) > _MOST_NAMED else ""
        yield f"还须准备的证明材料（{len(missing)} 项）：{'、'.join(names[:_MOST_NAMED])}{more}。"
    different = list(_different(old, new))
    if different:
        yield f"两份录入表中共有而不一致的数值，请核对：{'、'.join(different)}。"


def _different(old: Evaluation, new: Evaluation) -> Iterator[str]:
    """Numbers of the evaluation year that both workbooks ask and that differ."""
    for name, field in old.standard.intake.fields.items():
        other = new.standard.intake.fields.get(name)
        if other is None or not field.is_number or not field.measure.same_kind(other.measure):
            continue
        one, two = old.intake.fact(name).value, new.intake.fact(name).value
        if is_blank(one) or is_blank(two) or not isinstance(one, Decimal) or not isinstance(two, Decimal):
            continue
        if one * field.measure.factor_to(other.measure) != two:
            yield f"{field.label}（{plain(one)} 与 {plain(two)}）"
