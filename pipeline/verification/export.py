"""The JSON of a verified evaluation: the usual record over verified values, and what was compared."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipeline.export import evaluation_record, value_record
from pipeline.quantity import plain
from pipeline.verification.compare import IndicatorComparison, ScoreComparison, ValueComparison
from pipeline.verification.verify import Verification


def verified_record(verification: Verification) -> dict[str, Any]:
    """The record of the evaluation with the key `verification` besides; figures as decimal strings."""
    return evaluation_record(verification.evaluation) | {"verification": _record(verification)}


def _record(verification: Verification) -> dict[str, Any]:
    intake = verification.intake
    return {
        "workbook": verification.workbook,
        "workbook_sha256": verification.workbook_sha256,
        "stale": verification.stale,
        "materiality": plain(verification.pack.materiality),
        "conclusion": value_record(intake.fact(verification.pack.roles.conclusion.field).value),
        "values": [_value(v) for v in verification.values],
        "indicators": [_indicator(i) for i in verification.indicators],
        "scores": [_score(s) for s in verification.scores],
        "facts": {i: value_record(f.value) for i, f in intake.facts.items() if not f.is_missing},
    }


def _number(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _value(value: ValueComparison) -> dict[str, Any]:
    declared, answer = value.declared, value.answer
    return {
        "key": declared.key,
        "label": declared.label,
        "place": declared.place_text,
        "unit": declared.unit,
        "declared": value_record(declared.fact.value),
        "verified": value_record(answer.verified.value),
        "deviation": _number(value.deviation),
        "deviation_percent": _number(value.percent),
        "above": value.above,
        "method": answer.method,
        "evidence": list(answer.evidence),
        "cause": answer.cause,
        "pending": value.is_pending,
    }


def _indicator(indicator: IndicatorComparison) -> dict[str, Any]:
    return {
        "id": indicator.id,
        "declared": _number(indicator.declared.number),
        "verified": _number(indicator.verified.number),
        "deviation": _number(indicator.deviation),
        "level_declared": indicator.declared.level,
        "level_verified": indicator.verified.level,
        "pending": indicator.pending,
    }


def _score(score: ScoreComparison) -> dict[str, Any]:
    return {
        "id": score.own.criterion.id,
        "self_verdict": score.own.verdict,
        "self_score": _number(score.own.score),
        "verdict": score.verified.verdict,
        "score": _number(score.verified.score),
        "difference": _number(score.difference),
        "reason": score.reason,
        "pending": score.pending,
    }
