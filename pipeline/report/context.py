"""The report context: the only names a template may use. Plain mappings, lists, text and truth values, formatted already.

docs/templates.md lists the names; a test compares.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pipeline.calc.evidence_list import register_of
from pipeline.calc.trace import Operand
from pipeline.evaluation import Evaluation
from pipeline.findings import Finding, Severity
from pipeline.quantity import NotApplicable, is_blank
from pipeline.report import words as w
from pipeline.report.chart_data import chart_specs
from pipeline.report.conclusion import conclusion
from pipeline.report.context_derived import derived_context
from pipeline.report.context_evidence import asked_context, pictures_context
from pipeline.report.context_provisional import factor_rows, provisional_factors, provisional_rows
from pipeline.report.context_scores import basic_context, scorecard_context
from pipeline.report.context_tables import fact_text, table_rows, table_totals
from pipeline.report.diagram_data import diagram_specs
from pipeline.report.marks import compose, figure, joined
from pipeline.report.tagging import indicator_tag, operand_figure, split_cell
from pipeline.standard.types import STATUS_WORDS, Indicator, Report

Context = dict[str, Any]
STATUS_OF_STANDARD = {"draft": "征求意见稿", "enacted": "现行", "superseded": "已被代替"}


def report_context(
    evaluation: Evaluation, report: Report, *, draft: bool, form: Mapping[str, str] | None = None
) -> Context:
    """Everything a template of this report may print. `form` are the words of the form's parts by their fields."""
    standard = evaluation.standard
    indicators = {i.id: _indicator(evaluation, i) for i in standard.indicators.indicators}
    numbered = [{"no": str(n), **m} for n, m in enumerate(indicators.values(), 1)]
    return {
        "report": {
            **_report(evaluation, report, draft),
            "form": {i: (form or {}).get(i, "") for i in report.form_by},
        },
        "standard": _standard(evaluation),
        **_facts(evaluation),
        "tables": {t.id: table_rows(evaluation, t) for t in standard.intake.tables.values()},
        "totals": {t.id: table_totals(evaluation, t) for t in standard.intake.tables.values()},
        "q": {i.id: _indicator(evaluation, i) for i in standard.indicators.quantities},
        "i": indicators,
        "d": derived_context(evaluation),
        "indicator_list": numbered,
        "scorecard": scorecard_context(evaluation),
        "basic": basic_context(evaluation),
        "conclusion": joined(conclusion(evaluation)),
        "conclusion_list": conclusion(evaluation),
        "charts": {id_: chart is not None for id_, chart in chart_specs(evaluation).items()},
        "diagrams": {id_: spec is not None for id_, spec in diagram_specs(evaluation).items()},
        "evidence": _evidence(evaluation),
        "asked_evidence": asked_context(evaluation, register_of(evaluation.intake, standard)),
        "pictures": pictures_context(evaluation),
        "errata": [
            {"id": e.id, "where": e.where, "says": e.says, "does": e.does, "why": e.why}
            for e in standard.errata
        ],
        "factors": factor_rows(evaluation),
        "provisional": provisional_rows(evaluation),
        "findings": _findings(evaluation),
        "computed_columns": _computed_columns(evaluation),
        "trace": [_trace(evaluation, i) for i in standard.indicators.by_id.values()],
        "receipt": _receipt(evaluation),
    }


def _report(evaluation: Evaluation, report: Report, draft: bool) -> Context:
    date = evaluation.intake.fact(evaluation.standard.identity.roles.evaluation_date).value
    year = evaluation.evaluation_year
    known = isinstance(date, dt.date)
    return {
        "title": report.title,
        "kind": report.id,
        "draft": draft,
        "date": w.date_text(date) if isinstance(date, dt.date) else w.gap("评价日期"),
        "date_upper": w.date_upper(date) if isinstance(date, dt.date) else w.gap("评价日期"),
        "has_date": known,
        "year": str(year) if year else w.gap("评价年度"),
        "year_1": str(year - 1) if year else "上一年",
        "year_2": str(year - 2) if year else "前年",
        "file_name": report.file_name,
    }


def _standard(evaluation: Evaluation) -> Context:
    identity = evaluation.standard.identity
    return {
        "number": identity.number,
        "title": identity.title,
        "full_name": f"{identity.number}《{identity.title}》",
        "edition": identity.edition,
        "status_text": STATUS_OF_STANDARD[identity.status],
        "publisher": identity.publisher,
        "pack_version": identity.pack_version,
        "references": [{"number": r.number, "title": r.title} for r in identity.references],
        "notes": list(identity.notes),
        "comparison": {
            "full_value": "全数值比较法（以修约前的数值与限值比较）",
            "rounded_value": "修约值比较法（以修约后的数值与限值比较）",
        }[identity.comparison],
        "rounding": f"{identity.rounding.source}，四舍六入五成双，只在最后修约一次",
    }


def _facts(evaluation: Evaluation) -> Context:
    schema, intake = evaluation.standard.intake, evaluation.intake
    fields = schema.fields
    yearly = [f for f in fields.values() if f.years > 1]
    change = {
        f.id: w.change_text(intake.fact(f.id).value, intake.fact(f.id, 1).value, f.id, f.label, f.unit)
        for f in yearly
    }
    for quantity in (i for i in evaluation.standard.indicators.by_id.values() if i.yearly):
        change[quantity.id] = _change(evaluation, quantity)
    return {
        "f": {i: fact_text(evaluation, f) for i, f in fields.items()},
        "f1": {f.id: fact_text(evaluation, f, 1) for f in yearly},
        "f2": {f.id: fact_text(evaluation, f, 2) for f in yearly},
        "u": {i: w.unit_name(f.unit) for i, f in fields.items()},
        "note": {i: w.closed(intake.fact(i).note) for i in fields},
        "has": {i: not is_blank(intake.fact(i).value) for i in fields}
        | {t: bool(intake.rows(t)) for t in schema.tables},
        "yes": {i: intake.fact(i).value is True for i, f in fields.items() if f.type == "yes_no"},
        "change": change,
    }


def _indicator(evaluation: Evaluation, indicator: Indicator) -> Context:
    standard = evaluation.standard
    value = evaluation.indicators[indicator.id]
    trace = value.trace
    limits = _limits(evaluation, indicator)
    unit = w.unit_name(indicator.unit)
    shown = {k: w.limit_text(standard, indicator, k, v) for k, v in limits.items()}
    return {
        "id": indicator.id,
        "label": indicator.label,
        "symbol": indicator.symbol or "",
        "unit": unit,
        "value": w.number_figure(standard, indicator, value),
        "value_1": _earlier_value(evaluation, indicator, 1),
        "value_2": _earlier_value(evaluation, indicator, 2),
        "known": value.number is not None,
        "applicable": not isinstance(value.value, NotApplicable),
        "judged": indicator.thresholds is not None,
        "level": value.level or "",
        "level_text": w.level_words(standard, indicator, value.level),
        "reached": value.level not in (None, "below"),
        "formula": trace.words,
        "symbolic": trace.symbolic,
        "substituted": w.NOTHING if value.number is None else _equation(evaluation, indicator),
        "where": _where_list(evaluation, trace.operands),
        "limits": shown,
        "limit_text": w.limits_text(standard, indicator, limits) or w.NOTHING,
        **{level: shown.get(level, w.NOTHING) for level in standard.indicators.levels},
        "clause": indicator.clause or "",
        "threshold_clause": (indicator.thresholds.clause or "") if indicator.thresholds else "",
        "group": indicator.group,
        "note": indicator.note or "",
        "status_text": "" if indicator.status == "printed" else STATUS_WORDS[indicator.status],
        "sentence": w.indicator_sentence(standard, indicator, value),
        "change": _change(evaluation, indicator),
        "provisional_factors": provisional_factors(evaluation, indicator.id),
    }


def _limits(evaluation: Evaluation, indicator: Indicator) -> Mapping[str, Decimal]:
    thresholds = indicator.thresholds
    if thresholds is None:
        return {}
    variant = evaluation.intake.fact(thresholds.by).value if thresholds.by else None
    found = thresholds.limits_for(variant if isinstance(variant, str) else None)
    return found.levels if found else {}


def _earlier_value(evaluation: Evaluation, indicator: Indicator, back: int) -> str:
    value = evaluation.earlier.get(back, {}).get(indicator.id)
    if value is None or value.number is None:
        return w.NOTHING
    return w.number_figure(evaluation.standard, indicator, value, back)


def _substituted(evaluation: Evaluation, indicator: Indicator) -> str:
    """The formula with the numbers put in, as one figure."""
    trace = evaluation.indicators[indicator.id].trace
    tag = f"{indicator_tag(evaluation.standard, indicator.id)}/substituted"
    return figure(
        w.chemical(f"{trace.substituted} {trace.conversion}".strip()), tag, f"{indicator.label}代入数值"
    )


def _equation(evaluation: Evaluation, indicator: Indicator) -> str:
    """`R = (79379 + 0) ÷ 77037 = 1.03`."""
    number = w.number_figure(evaluation.standard, indicator, evaluation.indicators[indicator.id])
    left = indicator.symbol or indicator.label
    numbers = _substituted(evaluation, indicator)
    return compose("{} = {} = {}{}", left, numbers, number, w.unit_text(indicator.unit))


def _change(evaluation: Evaluation, indicator: Indicator) -> str:
    before = evaluation.earlier.get(1, {}).get(indicator.id)
    now = evaluation.indicators[indicator.id].trace.unrounded
    unrounded = before.trace.unrounded if before else None
    return w.change_text(now, unrounded, indicator.id, indicator.label, indicator.unit)


def _place(evaluation: Evaluation, operand: Operand) -> str:
    """The cell; of a computed column, which stands in none, the row; else the document or the computation."""
    cell = split_cell(operand.id) if operand.kind == "row" else None
    if cell is not None and (cell[0], cell[2]) in evaluation.calculator.computed_columns:
        row = operand.where.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") if operand.where is not None else ""
        sheet = operand.where.sheet if operand.where is not None else ""
        return f"{sheet} 第 {row} 行，按公式计算" if row else "按公式计算"
    if operand.where is not None and operand.where.cell:
        return f"{operand.where.sheet}!{operand.where.cell}"
    return w.chemical(operand.source) or ("由计算得出" if operand.kind == "quantity" else "")


def _operand(evaluation: Evaluation, operand: Operand) -> str:
    return operand_figure(evaluation.standard, evaluation.intake, operand)


def _where_list(evaluation: Evaluation, operands: tuple[Operand, ...]) -> list[Context]:
    """The 式中 list: facts, constants and quantities of the formula (rows and coefficients stand in the trace)."""
    return [
        {"symbol": o.symbol or o.label, "label": o.label, "value": _operand(evaluation, o),
         "unit": w.unit_name(o.unit), "place": _place(evaluation, o)}
        for o in operands
        if o.kind in ("fact", "constant", "quantity")
    ]  # fmt: skip


def _trace(evaluation: Evaluation, indicator: Indicator) -> Context:
    standard, value = evaluation.standard, evaluation.indicators[indicator.id]
    trace, known = value.trace, value.number is not None
    basis = trace.level
    number = w.number_figure(standard, indicator, value)
    judged = ""
    if basis is not None:
        degree = indicator.thresholds is not None and indicator.thresholds.words
        shown = [] if degree else [w.level_words(standard, indicator, basis.level)]
        limits = w.limits_text(standard, indicator, basis.limits, w.unit_text(indicator.unit))
        shown += [text for text in [limits] if text]
        judged = compose("{}（{}）", joined(shown, "；"), basis.clause)
    return {
        "id": indicator.id,
        "label": indicator.label,
        "clause": indicator.clause or "",
        "formula": trace.words,
        "symbolic": trace.symbolic,
        "substituted": _substituted(evaluation, indicator) if known else trace.substituted,
        "operands": [
            {"label": o.label, "value": _operand(evaluation, o), "unit": w.unit_name(o.unit), "place": _place(evaluation, o),
             "source": o.source or o.detail, "detail": o.detail}
            for o in trace.operands
        ],
        "result": compose("{}{}", number, w.unit_text(indicator.unit) if known else ""),
        "rounding": trace.rounding,
        "level_basis": judged,
        "causes": "、".join(trace.causes) if not known else "",
        "known": known,
    }  # fmt: skip


def _computed_columns(evaluation: Evaluation) -> list[Context]:
    """The formulas of the columns that are computed for each row, of the tables that have rows."""
    standard, calculator = evaluation.standard, evaluation.calculator
    return [
        {
            "table": standard.intake.tables[column.table].label,
            "label": column.label,
            "formula": w.chemical(f"{column.label} = {calculator.condition_words(column.formula)}"),
            "unit": w.unit_name(column.unit),
            "clause": column.clause or "",
        }
        for column in standard.indicators.columns
        if evaluation.intake.rows(column.table)
    ]


def _evidence(evaluation: Evaluation) -> list[Context]:
    table_id = evaluation.standard.identity.roles.evidence
    if table_id is None:
        return []
    cited: dict[str, list[str]] = {}
    for row in evaluation.scorecard.rows:
        for number in row.evidence:
            cited.setdefault(number, []).append(row.criterion.id)
    table = evaluation.standard.intake.tables[table_id]
    return [
        {**cells, "criteria": w.numbers_text(cited.get(str(cells["number"]), [])) or w.NOTHING}
        for cells in table_rows(evaluation, table)
    ]


def _findings(evaluation: Evaluation) -> Context:
    def listed(severity: Severity) -> list[Context]:
        return [_finding(f) for f in evaluation.findings if f.severity is severity]

    return {
        "errors": listed(Severity.ERROR),
        "warnings": listed(Severity.WARNING),
        "notes": listed(Severity.NOTE),
        "explained": listed(Severity.EXPLAINED),
    }


def _finding(found: Finding) -> Context:
    place = str(found.where) if found.where else found.subject
    return {
        "place": place,
        "message": found.message,
        "fix": found.fix,
        "code": found.code,
        "explanation": found.explanation,
    }


def _receipt(evaluation: Evaluation) -> Context:
    receipt = evaluation.receipt
    return {
        "workbook_name": receipt.workbook,
        "workbook_sha256": receipt.workbook_sha256,
        "pack_sha256": receipt.pack_sha256,
        "factors_sha256": receipt.factors_sha256,
        "template_sha256": receipt.template_sha256,
        "version": receipt.version,
        "evidence": [{"file": file, "sha256": digest} for file, digest in receipt.evidence_sha256],
    }
