"""The JSON of an evaluation: versioned, figures as decimal strings, every value with its place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from pipeline.calc.scorecard import CategoryScore, CriterionScore, SubcategoryScore, Total
from pipeline.calc.trace import IndicatorValue, Operand, Trace
from pipeline.evaluation import Evaluation
from pipeline.facts import Fact
from pipeline.findings import CellRef, Finding
from pipeline.formula.values import Num, Outcome
from pipeline.json_text import json_text
from pipeline.quantity import Missing, NoSolution, NotApplicable, NotDetected, Value, is_blank, plain
from pipeline.standard.types import Derived

SCHEMA = "lvbao-evaluation/1"


def to_json(data: object) -> str:
    """The text of a JSON document, the same for the same data."""
    return json_text(data) + "\n"


def evaluation_record(evaluation: Evaluation) -> dict[str, Any]:
    """The whole evaluation as plain data. A verified one has `verification` besides (pipeline/verification/export.py)."""
    standard = evaluation.standard
    identity = standard.identity
    return {
        "schema": SCHEMA,
        "standard": {
            "id": identity.id,
            "number": identity.number,
            "title": identity.title,
            "edition": identity.edition,
            "status": identity.status,
            "pack_version": identity.pack_version,
        },
        "enterprise": evaluation.enterprise,
        "evaluation_year": evaluation.evaluation_year,
        "evaluation_date": evaluation.receipt.evaluation_date,
        "facts": _facts(evaluation),
        "tables": _tables(evaluation),
        "indicators": {i: _indicator(v) for i, v in evaluation.indicators.items()},
        "earlier": {
            str(back): {i: _indicator(v) for i, v in values.items()}
            for back, values in sorted(evaluation.earlier.items())
        },
        "derived": {d.id: _derived(evaluation, d) for d in evaluation.standard.indicators.derived},
        "computed": _computed(evaluation),
        "scorecard": _scorecard(evaluation),
        "findings": findings_record((*evaluation.findings, *evaluation.on_trial)),
        "receipt": asdict(evaluation.receipt),
    }


def _derived(evaluation: Evaluation, derived: Derived) -> dict[str, Any]:
    outcome = evaluation.calculator.derived(derived.id)
    return {"label": derived.label, **_outcome(outcome), "clause": derived.clause or ""}


def _computed(evaluation: Evaluation) -> dict[str, Any]:
    """Computed columns: `table.column` → one value a row, unrounded."""
    calculator, intake = evaluation.calculator, evaluation.intake
    return {
        c.id: [
            _outcome(calculator.computed_cell(c.table, i, c.column)) for i in range(len(intake.rows(c.table)))
        ]
        for c in evaluation.standard.indicators.columns
    }


def _outcome(outcome: Outcome | None) -> dict[str, Any]:
    if isinstance(outcome, Num):
        return {"value": format(outcome.value, "f"), "unit": outcome.unit.text if outcome.unit else ""}
    if isinstance(outcome, NoSolution):
        return {"value": None, "kind": "no_solution", "word": outcome.word, "reason": outcome.reason}
    if isinstance(outcome, bool | str):
        return {"value": outcome}
    if isinstance(outcome, dt.date):
        return {"value": outcome.isoformat()}
    return {"value": None, **(_kind(outcome) if isinstance(outcome, Missing | NotApplicable) else {})}


def findings_record(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as plain data."""
    return [
        {
            "code": f.code,
            "severity": str(f.severity),
            "subject": f.subject,
            "where": _where(f.where),
            "message": f.message,
            "fix": f.fix,
            "why": f.why,
            "blocks": list(f.blocks),
            **({"explanation": f.explanation} if f.explanation else {}),
            **({"stage": f.stage} if f.stage else {}),
        }
        for f in findings
    ]


def _where(where: CellRef | None) -> dict[str, str] | None:
    if where is None:
        return None
    return {"file": where.file, "sheet": where.sheet, "cell": where.cell, "label": where.label}


def value_record(value: Value) -> Any:
    """A value as JSON: decimals as strings, blanks as null (their kind stands in `kind`)."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return None if is_blank(value) else value


def _kind(value: object) -> dict[str, Any]:
    if isinstance(value, NotApplicable):
        return {"kind": "not_applicable", "reason": value.reason}
    if isinstance(value, NotDetected):
        return {"kind": "not_detected", "limit": None if value.limit is None else plain(value.limit)}
    return {"kind": "missing"} if is_blank(value) else {}


def _fact(fact: Fact) -> dict[str, Any]:
    record = {"value": value_record(fact.value), **_kind(fact.value), "unit": fact.unit}
    record["where"] = _where(fact.source)
    if fact.note:
        record["note"] = fact.note
    return record


def _facts(evaluation: Evaluation) -> dict[str, Any]:
    intake = evaluation.intake
    facts = {i: _fact(intake.fact(i)) for i in evaluation.standard.intake.fields}
    for back, values in sorted(intake.earlier.items()):
        facts |= {f"{i}@-{back}": _fact(f) for i, f in values.items() if not f.is_missing}
    return facts


def _tables(evaluation: Evaluation) -> dict[str, Any]:
    intake = evaluation.intake
    return {
        table: [{c: _fact(f) for c, f in row.facts.items() if not f.is_missing} for row in intake.rows(table)]
        for table in evaluation.standard.intake.tables
    }


def _indicator(value: IndicatorValue) -> dict[str, Any]:
    number = value.number
    return {
        "label": value.label,
        "value": None if number is None else format(number, "f"),
        **_kind(value.value),
        "unit": value.unit,
        "level": value.level,
        "clause": value.clause,
        "trace": _trace(value.trace),
    }


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _trace(trace: Trace) -> dict[str, Any]:
    basis = trace.level
    return {
        "formula": trace.formula,
        "words": trace.words,
        "symbolic": trace.symbolic,
        "substituted": trace.substituted,
        "conversion": trace.conversion,
        "operands": [_operand(o) for o in trace.operands],
        "unrounded": _number(trace.unrounded),
        "rounded": _number(trace.rounded),
        "decimals": trace.decimals,
        "rounding": trace.rounding,
        "level": None
        if basis is None
        else {
            "level": basis.level,
            "direction": basis.direction,
            "limits": {k: plain(v) for k, v in basis.limits.items()},
            "clause": basis.clause,
            "variant": basis.variant,
            "comparison": basis.comparison,
            "worst_of": list(basis.worst_of),
        },
        "causes": list(trace.causes),
    }


def _operand(operand: Operand) -> dict[str, Any]:
    record: dict[str, Any] = {
        "kind": operand.kind,
        "id": operand.id,
        "label": operand.label,
        "value": operand.value,
        "unit": operand.unit,
    }
    extra: Mapping[str, Any] = {
        "symbol": operand.symbol,
        "where": _where(operand.where),
        "source": operand.source,
        "detail": operand.detail,
    }
    return record | {k: v for k, v in extra.items() if v}


def _scorecard(evaluation: Evaluation) -> dict[str, Any]:
    card = evaluation.scorecard
    basic = card.basic_requirements
    return {
        "basic_requirements": {
            "met": basic.met,
            "rows": [{"id": r.criterion.id, "verdict": r.verdict} for r in basic.rows],
        },
        "categories": [_category(c) for c in card.categories],
        "totals": {
            "printed": _total(card.printed),
            "provisional": _total(card.whole),
            "confirmed": {
                "printed": plain(card.printed.confirmed),
                "provisional": plain(card.whole.confirmed),
            },
        },
    }


def _total(total: Total) -> dict[str, Any]:
    return {
        "score": plain(total.score),
        "confirmed": plain(total.confirmed),
        "weight": plain(total.weight),
        "decided_weight": plain(total.decided_weight),
        "complete": total.complete,
    }


def _category(score: CategoryScore) -> dict[str, Any]:
    return {
        "id": score.category.id,
        "title": score.category.title,
        "minimum": _number(score.category.minimum),
        "below_minimum": score.below_minimum,
        "subcategories": [_subcategory(s) for s in score.subcategories],
    }


def _subcategory(score: SubcategoryScore) -> dict[str, Any]:
    return {
        "id": score.subcategory.id,
        "title": score.subcategory.title,
        "weight": _number(score.subcategory.weight),
        "points": _number(score.points),
        "score": None if score.weighted is None else plain(score.weighted),
        "confirmed": None if score.confirmed is None else plain(score.confirmed),
        "provisional": score.provisional,
        "criteria": [_criterion(r) for r in score.rows],
    }


def _criterion(row: CriterionScore) -> dict[str, Any]:
    criterion = row.criterion
    return {
        "id": criterion.id,
        "clause": criterion.clause,
        "obligation": criterion.obligation,
        "max_points": _number(criterion.points),
        "score": None if row.score is None else plain(row.score),
        "verdict": row.verdict,
        "basis": row.basis,
        "statement": row.statement,
        "evidence": list(row.evidence),
        "confirmed": row.confirmed,
        "provisional": row.provisional,
        "where": _where(row.where),
    }
