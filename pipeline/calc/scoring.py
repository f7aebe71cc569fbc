"""Fills the score table: a closed set of methods over the assessor's verdicts and the computed indicators."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from pipeline.calc.calculator import Calculator
from pipeline.calc.dependencies import Dependencies
from pipeline.calc.evidence import Register
from pipeline.calc.evidence_list import unknown_codes
from pipeline.calc.scorecard import (
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    PARTLY,
    UNDECIDED,
    BasicRequirements,
    CategoryScore,
    CriterionScore,
    Scorecard,
    SubcategoryScore,
    Total,
)
from pipeline.calc.trace import IndicatorValue
from pipeline.facts import NO_FACT, Row
from pipeline.findings import CellRef, Finding
from pipeline.messages import finding
from pipeline.quantity import PRECISION, NotApplicable, fixed, interpolated, plain, round_half_even
from pipeline.standard.types import CRITERIA_TABLE, Criterion, IndicatorSet, Subcategory

LEVEL_BASIS = "{} {}{}，{}，按分值的 {}% 计"
"""Indicator, number, unit, level reached, share of the points."""
_SEPARATORS = re.compile(r"[、，,；;\s]+")
_NO_ROW = Row({})


@dataclass(frozen=True, slots=True)
class Proof:
    """What a third party adds: criteria whose scores stay out of the confirmed totals whatever they cite, and the
    numbers of evidence that it found itself."""

    unconfirmed: frozenset[str] = frozenset()
    evidence: frozenset[str] = frozenset()


OWN_PROOF = Proof()
"""The enterprise's own evaluation: what cites evidence of the register is confirmed."""


def score(
    calculator: Calculator, earlier: tuple[Finding, ...] = (), proof: Proof = OWN_PROOF
) -> tuple[Scorecard, tuple[Finding, ...]]:
    """The score table and the findings about it. `earlier` are the findings so far: a row that cannot be decided
    because of one of them is not reported again."""
    with localcontext(prec=PRECISION):
        return _Scorer(calculator, earlier, proof).run()


class _Scorer:
    def __init__(self, calculator: Calculator, earlier: tuple[Finding, ...], proof: Proof) -> None:
        self.calculator = calculator
        self.proof = proof
        self.standard = calculator.standard
        self.intake = calculator.intake
        self.findings: list[Finding] = []
        self.reported = {f.subject for f in earlier} | set(self.intake.refused)
        self.rows = {str(row.fact("criterion").value): row for row in self.intake.rows(CRITERIA_TABLE)}
        self.evidence = Register(self.standard, self.intake, proof.evidence)
        asked = [c for c in self.standard.scoring.criteria.values() if not c.is_judged_by_program]
        self.untouched = bool(asked) and all(
            self._row(c).fact("verdict").is_missing and not self._refused(c, "verdict") for c in asked
        )

    def run(self) -> tuple[Scorecard, tuple[Finding, ...]]:
        if self.untouched and CRITERIA_TABLE in self.standard.intake.tables:
            table = self.standard.intake.tables[CRITERIA_TABLE]
            place = self.intake.places.get(CRITERIA_TABLE)
            self.findings.append(finding("criteria_empty", CRITERIA_TABLE, place, table=table.label))
        categories = tuple(
            CategoryScore(c, tuple(self._subcategory(s) for s in c.subcategories))
            for c in self.standard.scoring.categories
        )
        rows = tuple(r for c in categories for s in c.subcategories for r in s.rows)
        subs = [s for c in categories for s in c.subcategories]
        cited = [(c, self._numbers(c)) for c in self.standard.scoring.criteria.values()]
        self.findings += self.evidence.findings(cited, self._place)
        self.findings += unknown_codes(self.intake, self.standard)
        card = Scorecard(
            categories,
            self._basic(rows),
            printed=_total([s for s in subs if not s.provisional]),
            whole=_total(subs),
        )
        self._check_scheme()
        return card, tuple(self.findings)

    def _check_scheme(self) -> None:
        """Points that the user chose add up to the whole (百分制)."""
        scoring = self.standard.scoring
        if scoring.scheme is None:
            return
        subs = [s for _, s in scoring.subcategories if s.weight is not None]
        total = sum((s.weight or Decimal(0) for s in subs), Decimal(0))
        if total != scoring.normalise_to and any(s.weight_status == "user" for s in subs):
            place = self.intake.places.get(scoring.scheme.table)
            words = {"total": plain(total), "whole": plain(scoring.normalise_to)}
            self.findings.append(finding("scheme_points_total", scoring.scheme.table, place, **words))

    # -- one row ---------------------------------------------------------------------------------------
    def _row(self, criterion: Criterion) -> Row:
        return self.rows.get(criterion.id, _NO_ROW)

    def _refused(self, criterion: Criterion, column: str) -> bool:
        whole = (CRITERIA_TABLE, f"{CRITERIA_TABLE}[{criterion.id}]")
        return bool({*whole, f"{whole[1]}.{column}"} & self.intake.refused)

    def _place(self, criterion: Criterion, column: str) -> CellRef | None:
        row = self.rows.get(criterion.id)
        if row is None:
            return self.intake.places.get(f"{CRITERIA_TABLE}[{criterion.id}]")
        return row.fact(column).source or row.source

    def _report(self, code: str, criterion: Criterion, column: str, **details: str) -> None:
        name = f"{criterion.id} {criterion.texts[0][:24]}"
        self.findings.append(
            finding(code, criterion.id, self._place(criterion, column), criterion=name, **details)
        )

    def _text(self, criterion: Criterion, column: str) -> str:
        value = self._row(criterion).facts.get(column, NO_FACT).value
        return value if isinstance(value, str) else ""

    def _criterion(self, criterion: Criterion) -> CriterionScore:
        match criterion.method:
            case "level":
                result = self._by_level(criterion)
            case "linear":
                result = self._linear(criterion)
            case "condition":
                result = self._by_condition(criterion)
            case _:
                result = self._assessed(criterion)
        return self._with_evidence(result)

    def _assessed(self, criterion: Criterion) -> CriterionScore:
        verdict = self._text(criterion, "verdict")
        entered = self._row(criterion).fact("score").value
        statement = self._text(criterion, "statement")
        blank = CriterionScore(criterion, UNDECIDED, None, where=self._place(criterion, "verdict"))
        if verdict not in (MET, PARTLY, NOT_MET, NOT_APPLICABLE):
            if not self.untouched and not self._refused(criterion, "verdict"):
                self._report("verdict_missing", criterion, "verdict")
            return replace(blank, statement=statement)
        if not statement and not self._refused(criterion, "statement"):
            self._report("statement_missing", criterion, "statement")
        result = replace(blank, verdict=verdict, statement=statement, basis=f"自评结论：{verdict}")
        if criterion.points is None or verdict == NOT_APPLICABLE:
            return self._not_applicable(result) if criterion.points is not None else result
        return self._points(result, entered if isinstance(entered, Decimal) else None)

    def _points(self, result: CriterionScore, entered: Decimal | None) -> CriterionScore:
        criterion = result.criterion
        most = criterion.points or Decimal(0)
        if result.verdict == PARTLY:
            if entered is None:
                if not self._refused(criterion, "score"):
                    self._report("score_missing", criterion, "score", max=plain(most))
                return result
            if not 0 <= entered <= most:
                self._report("score_out_of_range", criterion, "score", max=plain(most), score=plain(entered))
                return result
            return replace(result, score=entered, basis=f"部分符合，自评得分 {plain(entered)}")
        full = most if result.verdict == MET else Decimal(0)
        if entered is not None and entered != full:
            self._report(
                "score_contradicts", criterion, "score",
                verdict=result.verdict, expected=plain(full), score=plain(entered),
            )  # fmt: skip
        return replace(result, score=full)

    def _not_applicable(self, result: CriterionScore) -> CriterionScore:
        """Full or no points where the pack says so; by default the row drops out of its group."""
        policy = self.standard.scoring.methods.not_applicable
        if policy == "drop":
            return result
        return replace(result, score=result.criterion.points if policy == "full" else Decimal(0))

    def _by_level(self, criterion: Criterion) -> CriterionScore:
        value = self.calculator.indicator(criterion.indicator or "")
        result = self._judged(criterion)
        if isinstance(value.value, NotApplicable):
            return self._not_applicable(replace(result, verdict=NOT_APPLICABLE, basis=value.value.reason))
        if value.level is None:
            return self._undecided(result)
        share = self.standard.scoring.methods.by_level.get(value.level, Decimal(0))
        points = (criterion.points or Decimal(0)) * share / 100
        words = self.standard.indicators.levels.get(value.level)
        reached = f"达到{words}" if words else "未达到最低限值"
        decimals = self.standard.indicators.by_id[value.id].decimals
        number = "" if value.number is None else fixed(value.number, decimals)
        measure = "" if value.unit == "1" else value.unit if value.unit == "%" else f" {value.unit}"
        basis = LEVEL_BASIS.format(value.label, number, measure, reached, plain(share))
        return replace(result, verdict=MET if words else NOT_MET, score=points, basis=basis)

    def _linear(self, criterion: Criterion) -> CriterionScore:
        """Points by the distance between the lowest limit (none) and the highest (all), rounded as they are printed."""
        value = self.calculator.indicator(criterion.indicator or "")
        result = self._judged(criterion)
        if isinstance(value.value, NotApplicable):
            return self._not_applicable(replace(result, verdict=NOT_APPLICABLE, basis=value.value.reason))
        compared = self.calculator.compared(value)
        if value.trace.level is None or compared is None:
            return self._undecided(result)
        levels = self.standard.indicators
        limits = value.trace.level.limits
        best = value.level == levels.highest
        share = Decimal(1) if best else Decimal(0)
        if not best and limits[levels.lowest] != limits[levels.highest]:
            share = interpolated(compared, limits[levels.lowest], limits[levels.highest])
        points = round_half_even((criterion.points or Decimal(0)) * share, self.standard.scoring.decimals)
        verdict = MET if best else PARTLY if share > 0 else NOT_MET
        return replace(
            result,
            verdict=verdict,
            score=points,
            basis=_linear_basis(value, levels, share, self._words(criterion)),
        )

    def _words(self, criterion: Criterion) -> str:
        thresholds = self.standard.indicators.by_id[criterion.indicator or ""].thresholds
        return thresholds.words if thresholds else ""

    def _by_condition(self, criterion: Criterion) -> CriterionScore:
        outcome = self.calculator.condition(criterion.condition or "", subject=criterion.id)
        result = self._judged(criterion)
        if isinstance(outcome, NotApplicable):
            return self._not_applicable(replace(result, verdict=NOT_APPLICABLE, basis=outcome.reason))
        if not isinstance(outcome, bool):
            return self._undecided(result)
        words = self.calculator.condition_words(criterion.condition or "")
        basis = f"{words}：{'成立' if outcome else '不成立'}"
        points = criterion.points if outcome else Decimal(0)
        return replace(result, verdict=MET if outcome else NOT_MET, score=points, basis=basis)

    def _judged(self, criterion: Criterion) -> CriterionScore:
        return CriterionScore(
            criterion,
            UNDECIDED,
            None,
            statement=self._text(criterion, "statement"),
            where=self._place(criterion, "verdict"),
        )

    def _undecided(self, result: CriterionScore) -> CriterionScore:
        indicator = self.standard.indicators.by_id.get(result.criterion.indicator or "")
        if indicator is not None and indicator.thresholds is not None and indicator.thresholds.unset:
            self._report(
                "row_undecided", result.criterion, "verdict", what="、".join(indicator.thresholds.unset)
            )
            return result
        reads = Dependencies(self.standard).criterion_reads(result.criterion)
        owners = reads | {key.partition(".")[0] for key in reads}
        reported = {key.partition("[")[0].partition("@")[0] for key in self.reported} | self.reported
        if not owners & reported:
            self._report(
                "row_undecided", result.criterion, "verdict", what=self._wanted(result.criterion, reads)
            )
        return result

    def _wanted(self, criterion: Criterion, reads: frozenset[str]) -> str:
        schema = self.standard.intake
        labels = [
            f.label for key, f in schema.fields.items() if key in reads and self.intake.fact(key).is_missing
        ]
        labels += [t.label for key, t in schema.tables.items() if key in reads and not self.intake.rows(key)]
        if not labels and criterion.indicator is not None:
            labels = list(self.calculator.indicator(criterion.indicator).trace.causes)
        return "、".join(labels) or "有关数据"

    def _with_evidence(self, result: CriterionScore) -> CriterionScore:
        criterion = result.criterion
        numbers = self._numbers(criterion)
        scored = result.score is not None and result.score > 0 and result.verdict != NOT_APPLICABLE
        asserted = scored or (criterion.points is None and result.verdict == MET)
        opened = criterion.id in self.proof.unconfirmed
        if asserted and not numbers and not opened and not self._refused(criterion, "evidence"):
            self._report("evidence_missing", criterion, "evidence")
        proven = bool(numbers) and self.evidence.holds(numbers) and not opened
        return replace(result, evidence=numbers, confirmed=asserted and proven)

    def _numbers(self, criterion: Criterion) -> tuple[str, ...]:
        return tuple(n for n in _SEPARATORS.split(self._text(criterion, "evidence")) if n)

    # -- sums ------------------------------------------------------------------------------------------
    def _subcategory(self, subcategory: Subcategory) -> SubcategoryScore:
        rows = tuple(self._criterion(c) for c in subcategory.criteria)
        if subcategory.weight is None:
            return SubcategoryScore(subcategory, rows, None, None, None)
        scored = [r for r in rows if r.criterion.points is not None]
        applicable = [r for r in scored if r.verdict != NOT_APPLICABLE or r.score is not None]
        most = sum((r.criterion.points or Decimal(0) for r in applicable), Decimal(0))
        if most == 0:
            return SubcategoryScore(subcategory, rows, None, None, None, applicable=False)
        scoring = self.standard.scoring
        whole = subcategory.max_points if scoring.normalise == "group_max" else scoring.normalise_to
        # rows that are not applicable drop out: the others are stretched to the points of the whole group
        stretch = subcategory.max_points / most
        factor = subcategory.weight / whole * stretch
        points = sum((r.score for r in applicable if r.score is not None), Decimal(0))
        confirmed = sum((r.score for r in applicable if r.score is not None and r.confirmed), Decimal(0))
        complete = all(r.score is not None for r in applicable)
        return SubcategoryScore(
            subcategory, rows, points if complete else None, points * factor, confirmed * factor
        )

    def _basic(self, rows: tuple[CriterionScore, ...]) -> BasicRequirements:
        mandatory = self.standard.scoring.mandatory_veto
        gates = tuple(
            r for r in rows if r.criterion.veto or (mandatory and r.criterion.obligation == "mandatory")
        )
        for row in gates:
            if row.verdict == NOT_MET:
                self._report("basic_requirement_not_met", row.criterion, "verdict")
        verdicts = {r.verdict for r in gates}
        if NOT_MET in verdicts or PARTLY in verdicts:
            return BasicRequirements(gates, False)
        return BasicRequirements(gates, None if UNDECIDED in verdicts else True)


def _linear_basis(value: IndicatorValue, pack: IndicatorSet, share: Decimal, words: str) -> str:
    """`容积率 1.03，介于基准值 0.6 与引领值 1.2 之间，按线性比例 71.67% 计`; of a degree `对标程度 64.09%，……，按对标程度计`."""
    limits = value.trace.level.limits if value.trace.level else {}
    zero = f"{pack.levels[pack.lowest]} {plain(limits[pack.lowest])}"
    full = f"{pack.levels[pack.highest]} {plain(limits[pack.highest])}"
    measure = "" if value.unit == "1" else value.unit if value.unit == "%" else f" {value.unit}"
    number = "" if value.number is None else plain(value.number)
    if words:
        return f"{value.label} {number}{measure}（{words}），按对标程度计"
    if value.level == pack.highest:
        return f"{value.label} {number}{measure}，达到{full}，得满分"
    if value.level == "below":
        return f"{value.label} {number}{measure}，未达到{zero}，不得分"
    if share == 0:
        return f"{value.label} {number}{measure}，未优于{zero}，不得分"
    return (
        f"{value.label} {number}{measure}，介于{zero} 与{full} 之间，按线性比例 {fixed(share * 100, 2)}% 计"
    )


def _total(subcategories: list[SubcategoryScore]) -> Total:
    zero = Decimal(0)
    counted = [s for s in subcategories if s.subcategory.weight is not None and s.applicable]
    weight = sum((s.subcategory.weight or zero for s in counted), zero)
    decided = sum((s.subcategory.weight or zero for s in counted if s.points is not None), zero)
    return Total(
        score=sum((s.weighted or zero for s in counted), zero),
        confirmed=sum((s.confirmed or zero for s in counted), zero),
        weight=weight,
        decided_weight=decided,
        complete=all(s.points is not None for s in counted),
    )
