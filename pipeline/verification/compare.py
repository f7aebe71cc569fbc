"""Declared beside verified: values, indicators, score rows, with their differences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipeline.calc.scorecard import MET, CriterionScore
from pipeline.calc.trace import IndicatorValue
from pipeline.evaluation import Evaluation
from pipeline.intake.cell_texts import shown_text
from pipeline.quantity import NotApplicable
from pipeline.verification.answers import ScoreAnswer, ValueAnswer
from pipeline.verification.declared import Declared
from pipeline.verification.verified import NO_ANSWER


@dataclass(frozen=True, slots=True)
class ValueComparison:
    """One declared value. `deviation` is verified − declared, `percent` of the declared value (None: not a number,
    or the declared one is zero). `above`: larger than the materiality limit."""

    declared: Declared
    answer: ValueAnswer
    deviation: Decimal | None
    percent: Decimal | None
    differs: bool
    above: bool

    @property
    def verified_text(self) -> str:
        """The verified value as text, "" when nothing was verified."""
        return shown_text(self.answer.verified.value)

    @property
    def is_pending(self) -> bool:
        """Whether the value is not proven."""
        return not self.answer.is_proven


@dataclass(frozen=True, slots=True)
class IndicatorComparison:
    """One indicator by declared and by verified values."""

    id: str
    declared: IndicatorValue
    verified: IndicatorValue
    pending: bool

    @property
    def deviation(self) -> Decimal | None:
        """Verified − declared, of the rounded values."""
        if self.declared.number is None or self.verified.number is None:
            return None
        return self.verified.number - self.declared.number

    @property
    def changed_level(self) -> bool:
        """Whether another limit is reached."""
        return self.declared.level != self.verified.level


@dataclass(frozen=True, slots=True)
class ScoreComparison:
    """One criterion as the enterprise and as the third party judge it."""

    own: CriterionScore
    verified: CriterionScore
    reason: str
    pending: bool

    @property
    def difference(self) -> Decimal | None:
        """Verified − own score; None unless both have one."""
        if self.own.score is None or self.verified.score is None:
            return None
        return self.verified.score - self.own.score

    @property
    def differs(self) -> bool:
        """Whether verdict or score changed."""
        return (self.own.verdict, self.own.score) != (self.verified.verdict, self.verified.score)


def compare_values(
    declared: Iterable[Declared], answers: Mapping[str, ValueAnswer], materiality: Decimal
) -> tuple[ValueComparison, ...]:
    """Every declared value beside its answer."""
    return tuple(_compare(d, answers.get(d.key, NO_ANSWER), materiality) for d in declared)


def _compare(declared: Declared, answer: ValueAnswer, materiality: Decimal) -> ValueComparison:
    old, new = declared.fact.value, answer.verified.value
    if not answer.is_given:
        return ValueComparison(declared, answer, None, None, False, False)
    if not isinstance(old, Decimal) or not isinstance(new, Decimal) or not declared.asked.is_number:
        differs = old != new and not (isinstance(old, NotApplicable) and isinstance(new, NotApplicable))
        return ValueComparison(declared, answer, None, None, differs, differs)
    deviation = new - old
    if old == 0:
        return ValueComparison(declared, answer, deviation, None, deviation != 0, deviation != 0)
    percent = deviation / abs(old) * 100
    return ValueComparison(declared, answer, deviation, percent, deviation != 0, abs(percent) > materiality)


def compare_indicators(
    own: Evaluation, verified: Evaluation, pending: frozenset[str]
) -> tuple[IndicatorComparison, ...]:
    """Every indicator (not the quantities in between)."""
    ids = [i.id for i in own.standard.indicators.indicators]
    return tuple(IndicatorComparison(i, own.indicators[i], verified.indicators[i], i in pending) for i in ids)


def compare_scores(
    own: Evaluation, verified: Evaluation, answers: Mapping[str, ScoreAnswer], pending: frozenset[str]
) -> tuple[ScoreComparison, ...]:
    """Every row of the score table."""
    return tuple(
        ScoreComparison(
            before, after, answers[before.criterion.id].reason if before.criterion.id in answers else "",
            before.criterion.id in pending or (_asserts(after) and not after.confirmed),
        )
        for before, after in zip(own.scorecard.rows, verified.scorecard.rows, strict=True)
    )  # fmt: skip


def _asserts(row: CriterionScore) -> bool:
    """Whether the row claims something that wants evidence: points, or an unscored requirement that is met."""
    return bool(row.score) or (row.criterion.points is None and row.verdict == MET)
