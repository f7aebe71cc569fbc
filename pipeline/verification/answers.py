"""What the third party filled in: an answer for each declared value and each criterion."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.facts import Fact, Intake, Row
from pipeline.findings import CellRef
from pipeline.standard.verification_sheet import SCORES_TABLE, VALUES_TABLE

_SEPARATORS = re.compile(r"[、，,；;\s]+")


@dataclass(frozen=True, slots=True)
class ValueAnswer:
    """The row of one declared value in 核查数值."""

    verified: Fact
    method: str = ""
    evidence: tuple[str, ...] = ()
    cause: str = ""
    places: Mapping[str, CellRef | None] | None = None

    @property
    def is_given(self) -> bool:
        """Whether a verified value stands there."""
        return not self.verified.is_missing

    @property
    def is_proven(self) -> bool:
        """Whether the value was verified by some method on some evidence."""
        return self.is_given and bool(self.method) and bool(self.evidence)


@dataclass(frozen=True, slots=True)
class ScoreAnswer:
    """The row of one criterion in 核查评分."""

    verdict: Fact
    score: Fact
    reason: str
    evidence: Fact
    place: CellRef

    @property
    def is_given(self) -> bool:
        """Whether a verdict of the third party stands there."""
        return not self.verdict.is_missing


def value_answers(intake: Intake) -> dict[str, ValueAnswer]:
    """Answers by the key of the declared value."""
    return {_text(row, "key"): _value(row) for row in intake.rows(VALUES_TABLE)}


def score_answers(intake: Intake) -> dict[str, ScoreAnswer]:
    """Answers by criterion."""
    return {_text(row, "criterion"): _score(row) for row in intake.rows(SCORES_TABLE)}


def numbers(text: str) -> tuple[str, ...]:
    """The evidence numbers in a cell."""
    return tuple(n for n in _SEPARATORS.split(text) if n)


def _value(row: Row) -> ValueAnswer:
    places = {c: row.fact(c).source or row.source for c in ("verified", "method", "evidence", "cause")}
    return ValueAnswer(
        row.fact("verified"),
        _text(row, "method"),
        numbers(_text(row, "evidence")),
        _text(row, "cause"),
        places,
    )


def _score(row: Row) -> ScoreAnswer:
    return ScoreAnswer(
        row.fact("verdict"), row.fact("score"), _text(row, "reason"), row.fact("evidence"), row.source
    )


def _text(row: Row, column: str) -> str:
    value = row.fact(column).value
    return value if isinstance(value, str) else ""
