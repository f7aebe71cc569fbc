"""What the summary says of one report: plain data, taken from the evaluation in the worker and kept in the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pipeline.calc.trace import IndicatorValue
from pipeline.deliver import Produced
from pipeline.evaluation import Evaluation
from pipeline.findings import SILENT, Severity
from pipeline.quantity import NotApplicable, fixed, plain

FIRST: Final = 3
"""Findings named in the summary; the rest stand in the report's annex and in evaluation.json."""


def line_of(produced: Produced) -> dict[str, Any]:
    """The line of a report. Figures are strings; `indicators` only those that are judged, in the pack's order."""
    evaluation = produced.evaluation
    identity, card = evaluation.standard.identity, evaluation.scorecard
    decimals = evaluation.standard.scoring.decimals
    return {
        "enterprise": evaluation.enterprise,
        "year": evaluation.evaluation_year,
        "standard": identity.id,
        "number": identity.number,
        "title": identity.title,
        "pack_version": identity.pack_version,
        "verified": produced.verification is not None,
        "basic": _basic(evaluation),
        "printed": fixed(card.printed.score, decimals),
        "printed_of": plain(card.printed.weight),
        "whole": fixed(card.whole.score, decimals),
        "whole_of": plain(card.whole.weight),
        "confirmed": fixed(card.whole.confirmed, decimals),
        "complete": card.whole.complete,
        "errors": _number(evaluation, Severity.ERROR),
        "warnings": _number(evaluation, Severity.WARNING),
        "findings": first_findings(evaluation),
        "levels": _ladder(evaluation),
        "indicators": [
            _indicator(evaluation, i, v) for i, v in evaluation.indicators.items() if _judged(evaluation, i)
        ],
    }


def _basic(evaluation: Evaluation) -> str:
    """Whether the basic requirements are met; "" where the standard has none."""
    basic = evaluation.scorecard.basic_requirements
    if not basic.rows:
        return ""
    return "待定" if basic.met is None else "符合" if basic.met else "不符合"


def _number(evaluation: Evaluation, severity: Severity) -> int:
    return sum(f.severity is severity for f in evaluation.findings)


def first_findings(evaluation: Evaluation) -> list[str]:
    """The gravest findings with their places."""
    graver = sorted(
        (f for f in evaluation.findings if f.severity not in SILENT),
        key=lambda f: f.severity is Severity.WARNING,
    )
    return [f"{f.where}：{f.message}" if f.where is not None else f.message for f in graver[:FIRST]]


def _judged(evaluation: Evaluation, indicator: str) -> bool:
    return bool(evaluation.standard.indicators.by_id[indicator].thresholds)


def _indicator(evaluation: Evaluation, id_: str, value: IndicatorValue) -> Mapping[str, Any]:
    definition = evaluation.standard.indicators.by_id[id_]
    number = None if value.number is None else fixed(value.number, definition.decimals)
    return {
        "id": id_,
        "label": value.label,
        "unit": value.unit,
        "value": number,
        "level": _level(evaluation, value),
    }


def _ladder(evaluation: Evaluation) -> list[str]:
    """The words of the levels, the lowest first."""
    words = list(evaluation.standard.indicators.levels.values())
    return [f"未达到{words[0]}", *words] if words else []


def _level(evaluation: Evaluation, value: IndicatorValue) -> str:
    """The level in the pack's words; a kind of nothing where none was reached."""
    words = evaluation.standard.indicators.levels
    if isinstance(value.value, NotApplicable):
        return "不适用"
    if value.number is None:
        return "无法计算"
    if value.level is None or not words:
        return "未评定"
    return f"未达到{next(iter(words.values()))}" if value.level == "below" else words[value.level]
