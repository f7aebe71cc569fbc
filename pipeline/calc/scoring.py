"""Fills the score table: a closed set of methods over the assessor's verdicts and the computed indicators."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from pipeline.calc.calculator import Calculator
from pipeline.calc.dependencies import dependencies
from pipeline.calc.evidence import Register
from pipeline.calc.evidence_list import unknown_codes
from pipeline.calc.limit_scale import limits_like_fractions
from pipeline.calc.methods import judge
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
from pipeline.calc.wanted import wanted, wanted_limits
from pipeline.facts import NO_FACT, Row
from pipeline.findings import CellRef, Finding
from pipeline.messages import finding
from pipeline.quantity import PRECISION, fixed, plain
from pipeline.standard.types import CRITERIA_TABLE, Criterion, Subcategory

_SEPARATORS = re.compile(r"[、，,；;\s]+")
_NO_ROW = Row({})
_NAMED = 6
"""How many cells to fill in are named."""


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
        self._check_minima(categories)
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
        self.findings += limits_like_fractions(self.calculator)
        return card, tuple(self.findings)

    def _check_minima(self, categories: tuple[CategoryScore, ...]) -> None:
        """Categories that fall short of the share that the standard asks of each."""
        for score in (c for c in categories if c.below_minimum):
            words = {
                "category": score.category.title,
                "share": fixed((score.share or Decimal(0)) * 100, 2),
                "minimum": plain(score.category.minimum or Decimal(0)),
                "award": self.standard.identity.award,
            }
            self.findings.append(finding("category_below_minimum", score.category.id, None, **words))

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
        program = criterion.is_judged_by_program
        return self._with_evidence(self._by_program(criterion) if program else self._assessed(criterion))

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

    def _by_program(self, criterion: Criterion) -> CriterionScore:
        found = judge(self.calculator, criterion)
        result = replace(
            self._judged(criterion),
            verdict=found.verdict, score=found.score, share=found.share, basis=found.basis,
        )  # fmt: skip
        if found.verdict == NOT_APPLICABLE and criterion.points is not None:
            return self._not_applicable(result)
        if found.unknown:
            self._report("points_unknown", criterion, "verdict", what=found.unknown)
        elif found.verdict == UNDECIDED:
            return self._undecided(result)
        return result

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
            limits = wanted_limits(self.calculator, indicator) or indicator.thresholds.unset
            self._report("row_undecided", result.criterion, "verdict", what=_listed(limits))
            return result
        reads = dependencies(self.standard).criterion_reads(result.criterion)
        owners = reads | {key.partition(".")[0] for key in reads}
        reported = {key.partition("[")[0].partition("@")[0] for key in self.reported} | self.reported
        if not owners & reported:
            blank = wanted(self.calculator, result.criterion)
            what = _listed(blank or self._causes(result.criterion)) or "有关数据"
            self._report("row_undecided", result.criterion, "verdict", what=what)
        return result

    def _causes(self, criterion: Criterion) -> tuple[str, ...]:
        """Why the row's indicator is missing, where no blank cell is the cause."""
        indicator = criterion.indicator
        return () if indicator is None else self.calculator.indicator(indicator).trace.causes

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
                award = self.standard.identity.award
                self._report("basic_requirement_not_met", row.criterion, "verdict", award=award)
        verdicts = {r.verdict for r in gates}
        if NOT_MET in verdicts or PARTLY in verdicts:
            return BasicRequirements(gates, False)
        return BasicRequirements(gates, None if UNDECIDED in verdicts else True)


def _listed(cells: tuple[str, ...]) -> str:
    """Cells to fill in, the first ones by name."""
    more = f" 等 {len(cells)} 处" if len(cells) > _NAMED else ""
    return "、".join(cells[:_NAMED]) + more


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
