"""What a third party's report may print besides: declared beside verified, the verification sheet, its sentences.

In such a report `f`, `i`, `q`, `tables`, `scorecard` and `basic` are those of the verified evaluation.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pipeline.calc.evidence_list import Document, register_of
from pipeline.calc.scorecard import NOT_APPLICABLE
from pipeline.facts import Fact, Intake
from pipeline.intake.cell_texts import shown_text
from pipeline.quantity import is_blank, plain
from pipeline.report import words as w
from pipeline.report.context_evidence import asked_context
from pipeline.report.marks import joined
from pipeline.standard.types import Field, Table
from pipeline.verification import sentences as s
from pipeline.verification.answers import numbers
from pipeline.verification.compare import IndicatorComparison, ScoreComparison, ValueComparison
from pipeline.verification.declared import Declared
from pipeline.verification.origin import Origins
from pipeline.verification.rules import percent_text
from pipeline.verification.verify import Verification

Context = dict[str, Any]
PENDING = "待核"
REFUSED = "填写有误"
_SHOWN_CELLS = 3
"""More cells of one table than these are named by the table and their number."""


def with_verification(context: Mapping[str, Any], verification: Verification) -> Context:
    """The context of the verified evaluation with everything that the verification adds."""
    values = [_value(verification, v, n) for n, v in enumerate(verification.values, 1)]
    origins = Origins(verification)
    return {
        **context,
        "report": _report(context["report"], verification),
        "declared": _declared(verification),
        "origin": origins.marks(),
        "change_origin": origins.changes(),
        **_sheet(verification),
        "comparison": values,
        "comparison_above": [v for v in values if v["above"]],
        "comparison_differs": [v for v in values if v["differs"]],
        "comparison_pending": [v for v in values if v["pending"]],
        "indicator_comparison": [_indicator(verification, i) for i in verification.indicators],
        "scorecard": _scorecard(context["scorecard"], verification),
        "basic": {**context["basic"], "rows": _basic_rows(context, verification), "sentence": s.basic(verification)},
        "conclusion": joined(s.whole(verification)),
        "conclusion_list": s.whole(verification),
        "veto": _veto(verification),
        "problems": _problems(verification),
        "evidence": _evidence(context["evidence"], verification),
        "asked_evidence": asked_context(verification.evaluation, _documents(verification)),
        "verification": _about(verification),
    }  # fmt: skip


def _report(report: Mapping[str, Any], verification: Verification) -> Context:
    """The date of a third party's report is its own, not that of the self-evaluation."""
    date = verification.intake.fact(verification.pack.roles.report_date).value
    known = isinstance(date, dt.date)
    return {
        **report,
        "date": w.date_text(date) if isinstance(date, dt.date) else w.gap("报告日期"),
        "date_upper": w.date_upper(date) if isinstance(date, dt.date) else w.gap("报告日期"),
        "has_date": known,
    }


def _declared(verification: Verification) -> Context:
    intake = verification.declared.intake
    fields = verification.declared.standard.intake.fields
    return {
        i: w.value_text(intake.fact(i).value, f, in_table=True, refused=_refusal(intake, i))
        for i, f in fields.items()
    }


# -- the sheet ----------------------------------------------------------------------------------------------
def _sheet(verification: Verification) -> Context:
    """The fields and tables of verification.yaml."""
    intake = verification.intake
    sheets = verification.pack.sheets
    fields = [f for sheet in sheets for f in sheet.fields]
    tables = [t for sheet in sheets for t in sheet.tables]
    return {
        "vf": {f.id: _text(f, intake.fact(f.id), _refusal(intake, f.id)) for f in fields},
        "vhas": {f.id: not is_blank(intake.fact(f.id).value) for f in fields}
        | {t.id: bool(intake.rows(t.id)) for t in tables},
        "vyes": {f.id: intake.fact(f.id).value is True for f in fields if f.type == "yes_no"},
        "vtables": {t.id: _rows(verification, t) for t in tables},
    }


def _refusal(intake: Intake, key: str) -> str:
    """What is printed for an answer that could not be read; "" for every other."""
    return REFUSED if key in intake.refused else ""


def _text(field: Field, fact: Fact, refused: str) -> str:
    return w.value_text(fact.value, field, asked=field.when is None or not fact.is_missing, refused=refused)


def _rows(verification: Verification, table: Table) -> list[Context]:
    intake = verification.intake
    rows = []
    for number, row in enumerate(intake.rows(table.id), 1):
        cells: Context = {"no": str(number)}
        for column in table.columns:
            refused = _refusal(intake, f"{table.id}[{number}].{column.id}")
            asked = column.when is None
            cells[column.id] = w.value_text(
                row.fact(column.id).value, column, in_table=True, asked=asked, refused=refused
            )
        rows.append(cells)
    return rows


# -- comparisons --------------------------------------------------------------------------------------------
def _signed(value: Decimal | None) -> str:
    if value is None:
        return w.NOTHING
    return f"{'+' if value > 0 else ''}{plain(value)}"


def _value(verification: Verification, value: ValueComparison, number: int) -> Context:
    declared, answer = value.declared, value.answer
    sheets = verification.declared.standard.intake.sheet_of
    return {
        "no": str(number),
        "key": declared.key,
        "label": declared.label,
        "sheet": sheets[declared.owner].title,
        "place": declared.place_text or w.NOTHING,
        "declared": declared.text,
        "verified": value.verified_text or PENDING,
        "unit": w.unit_name(declared.unit) or w.NOTHING,
        "used": declared.used,
        "deviation": _signed(value.deviation) if answer.is_given else w.NOTHING,
        "deviation_pct": w.NOTHING if value.percent is None else percent_text(value.percent),
        "differs": value.differs,
        "above": value.above,
        "pending": value.is_pending,
        "mark": PENDING if value.is_pending else "超限" if value.above else "",
        "method": answer.method or w.NOTHING,
        "evidence": w.numbers_text(answer.evidence) or w.NOTHING,
        "cause": answer.cause or w.NOTHING,
    }


def _indicator(verification: Verification, item: IndicatorComparison) -> Context:
    standard = verification.declared.standard
    definition = standard.indicators.by_id[item.id]
    return {
        "id": item.id,
        "label": definition.label,
        "unit": w.unit_name(definition.unit),
        "group": definition.group,
        "clause": definition.clause or "",
        "declared": w.number_text(item.declared, definition),
        "verified": w.number_text(item.verified, definition),
        "deviation": _signed(item.deviation),
        "level_declared": w.level_words(standard, definition, item.declared.level) or w.NOTHING,
        "level_verified": w.level_words(standard, definition, item.verified.level) or w.NOTHING,
        "changed": item.changed_level,
        "judged": definition.thresholds is not None,
        "mark": PENDING if item.pending else "",
        "pending": item.pending,
    }


# -- scores -------------------------------------------------------------------------------------------------
def _scorecard(card: Mapping[str, Any], verification: Verification) -> Context:
    compared = {c.own.criterion.id: c for c in verification.scores}
    rows = [{**row, **_score(compared[row["id"]])} for row in card["rows"]]
    own = verification.declared.scorecard
    decimals = verification.declared.standard.scoring.decimals
    return {
        **card,
        "rows": rows,
        "printed_rows": [r for r in rows if not r["status_mark"]],
        "provisional_rows": [r for r in rows if r["status_mark"]],
        "different_rows": [r for r in rows if r["differs"]],
        "pending_rows": [r for r in rows if r["pending"]],
        "self_printed": s.total(own.printed, decimals),
        "self_provisional": s.total(own.whole, decimals),
        "difference_printed": s.difference(own.printed, verification.evaluation.scorecard.printed, decimals),
        "difference_provisional": s.difference(own.whole, verification.evaluation.scorecard.whole, decimals),
        "sentence_printed": s.printed(verification),
        "sentence_provisional": s.provisional(verification),
    }


def _score(score: ScoreComparison) -> Context:
    own = score.own
    shown = (
        NOT_APPLICABLE if own.verdict == NOT_APPLICABLE
        else "/" if own.criterion.points is None
        else "待定" if own.score is None
        else plain(own.score)
    )  # fmt: skip
    return {
        "self_verdict": own.verdict,
        "self_score": shown,
        "self_evidence": w.numbers_text(own.evidence) or w.NOTHING,
        "difference": _signed(score.difference)
        if score.difference
        else "0"
        if score.difference == 0
        else w.NOTHING,
        "differs": score.differs,
        "reason": score.reason or w.NOTHING,
        "pending": score.pending,
        "confirmed_mark": PENDING if score.pending else "",
    }


def _basic_rows(context: Mapping[str, Any], verification: Verification) -> list[Context]:
    compared = {c.own.criterion.clause: c for c in verification.scores}
    return [{**row, **_score(compared[row["clause"]])} for row in context["basic"]["rows"]]


def _veto(verification: Verification) -> Context:
    role = verification.pack.roles.veto
    if role is None:
        return {"rows": [], "clear": True, "sentence": ""}
    table = next(t for sheet in verification.pack.sheets for t in sheet.tables if t.id == role.table)
    rows = _rows(verification, table)
    results = [r.fact(role.result).value for r in verification.intake.rows(role.table)]
    return {
        "rows": rows,
        "clear": bool(results) and all(r == role.clear for r in results),
        "sentence": s.veto(verification, results),
    }


# -- what was found -----------------------------------------------------------------------------------------
def _problems(verification: Verification) -> list[Context]:
    """What the verification found otherwise than the enterprise had it."""
    found: list[tuple[str, str, str, str]] = []
    for v in verification.values:
        if v.differs:
            pct = "" if v.percent is None else f"，偏差 {percent_text(v.percent)}"
            unit = w.unit_text(v.declared.unit)
            what = f"{v.declared.label}申报为 {v.declared.text}{unit}，核查为 {v.verified_text}{unit}{pct}"
            found.append(("申报数值偏差", v.declared.place_text, what, v.answer.cause))
    for i in verification.indicators:
        if i.changed_level and i.declared.level is not None:
            standard = verification.declared.standard
            definition = standard.indicators.by_id[i.id]
            before = w.level_words(standard, definition, i.declared.level)
            after = w.level_words(standard, definition, i.verified.level) or "不能判定"
            what = f"{i.verified.label}按申报值{before}，按核查值{after}"
            found.append(("指标水平变化", "", what, ""))
    for c in verification.scores:
        if c.differs and not c.own.criterion.is_judged_by_program:
            what = f"{c.own.criterion.id}（{c.own.criterion.clause}）自评{s.score_words(c.own)}，核查{s.score_words(c.verified)}"
            found.append(("自评结论不当", "", what, c.reason))
    return [
        {"no": str(n), "kind": kind, "place": place or w.NOTHING, "what": what, "cause": cause or w.NOTHING}
        for n, (kind, place, what, cause) in enumerate(found, 1)
    ]


def _evidence(rows: list[Context], verification: Verification) -> list[Context]:
    """The register of evidence and what the third party found itself, with what rests on each document."""
    uses: dict[str, list[Declared]] = {}
    for value in verification.values:
        for number in value.answer.evidence:
            uses.setdefault(number, []).append(value.declared)
    cited: dict[str, list[str]] = {}
    for row in verification.evaluation.scorecard.rows:
        for number in row.evidence:
            cited.setdefault(number, []).append(row.criterion.id)
    table = verification.standard.intake.tables[verification.pack.roles.evidence]
    records = _records(verification)
    known = uses.keys() | cited.keys() | records.keys()
    columns = dict.fromkeys(rows[0] if rows else ("number", "name", "criteria"), w.NOTHING)
    on_site = [{**columns, **row} for row in _rows(verification, table)]
    return [
        {
            **row,
            "criteria": w.numbers_text(cited.get(str(row["number"]), [])) or w.NOTHING,
            "values": _supported(uses.get(str(row["number"]), []), verification) or w.NOTHING,
            "records": "、".join(records.get(str(row["number"]), ())),
            "on_site": found,
            "used": found or str(row["number"]) in known,
        }
        for source, found in ((rows, False), (on_site, True))
        for row in source
    ]


def _records(verification: Verification) -> dict[str, list[str]]:
    """For every number of evidence the records of the verification sheet that cite it: 否决条件核查."""
    found: dict[str, list[str]] = {}
    register = verification.pack.roles.evidence
    tables = [t for sheet in verification.pack.sheets for t in sheet.tables if t.id != register]
    for table in (t for t in tables if any(c.id == "evidence" for c in t.columns)):
        for row in verification.intake.rows(table.id):
            for number in numbers(shown_text(row.fact("evidence").value)):
                found.setdefault(number, []).append(table.label)
    return {number: list(dict.fromkeys(labels)) for number, labels in found.items()}


def _supported(values: Sequence[Declared], verification: Verification) -> str:
    """The values that one document supports; many cells of one table in one word with their number."""
    tables = verification.evaluation.standard.intake.tables
    cells = Counter(v.owner for v in values if v.row is not None)
    words = [
        f"{tables[v.owner].label}（{cells[v.owner]} 处）" if cells[v.owner] > _SHOWN_CELLS else v.label
        for v in values
    ]
    return "、".join(dict.fromkeys(words))


def _documents(verification: Verification) -> tuple[Document, ...]:
    """The register of the enterprise and what the third party found itself."""
    rows = verification.intake.rows(verification.pack.roles.evidence)
    found = [Document(str(r.fact("number").value), str(r.fact("name").value)) for r in rows]
    return (*register_of(verification.evaluation.intake, verification.declared.standard), *found)


def _about(verification: Verification) -> Context:
    values = verification.values
    role = verification.pack.roles.conclusion
    conclusion = verification.intake.fact(role.field).value
    contradicted = any(f.code == "verification_conclusion" for f in verification.evaluation.findings)
    return {
        "materiality": plain(verification.pack.materiality),
        "sheet_name": verification.workbook,
        "sheet_sha256": verification.workbook_sha256,
        "count": str(len(values)),
        "count_verified": str(sum(1 for v in values if v.answer.is_given)),
        "count_pending": str(sum(1 for v in values if v.is_pending)),
        "count_above": str(sum(1 for v in values if v.above)),
        "met": conclusion == role.met,
        "consistent": not contradicted,
        "sentence_values": s.values(verification),
        "sentence_scores": s.scores(verification),
        "sentence_problems": s.problems(verification),
    }
