"""The two sheets that every verification workbook has: declared values and criteria beside what was verified.

Their rows depend on the enterprise's workbook (`pipeline/verification/schema.py`); the columns, and the combined schema
over which a pack's verification rules speak, do not.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from pipeline.standard.criteria_sheet import JUDGED_BY_PROGRAM, VERDICTS
from pipeline.standard.criteria_sheet import rows as criteria_rows
from pipeline.standard.types import Field, IntakeSchema, RowTable, Rule, Scoring, Sheet, Standard, Table

VALUES_TABLE, SCORES_TABLE = "verified_values", "verified_criteria"
VALUES_TITLE, SCORES_TITLE = "核查数值", "核查评分"

VALUE_COLUMNS = (
    Field("key", "标识", "text"),
    Field("label", "填报项", "text"),
    Field("place", "录入表位置", "text"),
    Field("declared", "申报值", "text"),
    Field("unit", "单位", "text"),
    Field("used", "用于", "text"),
    Field("verified", "核查值", "text", help="核查确认的数值，与申报值相同也要填写；留空表示没有核查。"),
    Field("method", "核查方式", "text"),
    Field("evidence", "证据编号", "text", help="企业证明材料或现场证据的编号，多个用“、”分开。"),
    Field("cause", "说明（偏差原因）", "long_text", max_length=1000, help="与申报值不同时写明原因。"),
)
VALUE_FIXED = ("key", "label", "place", "declared", "unit", "used")
SCORE_COLUMNS = (
    Field("criterion", "编号", "text"),
    Field("clause", "条款", "text"),
    Field("subcategory", "二级指标", "text"),
    Field("text", "评价要素", "long_text"),
    Field("obligation", "必选/可选", "text"),
    Field("points", "分值", "text"),
    Field("self_verdict", "自评结论", "text"),
    Field("self_score", "自评得分", "text"),
    Field("self_statement", "自评说明", "long_text"),
    Field("self_evidence", "自评证据", "text"),
    Field("verdict", "核查结论", "choice", options=VERDICTS, help="按核查情况选择；留空表示没有核查。"),
    Field("score", "核查得分", "number", unit="1", help="只在“部分符合”时填写，介于 0 与分值之间。"),
    Field("reason", "核查理由", "long_text", max_length=2000, help="与自评不同时写明理由。"),
    Field("evidence", "核查证据", "text", help="核实所用材料的编号，多个用“、”分开。"),
)
SCORE_FIXED = tuple(c.id for c in SCORE_COLUMNS[:10])
WIDTHS = {
    "key": 20, "label": 30, "unit": 9, "place": 18, "declared": 14, "used": 26, "verified": 14, "method": 10, "evidence": 14,
    "cause": 34, "criterion": 7, "clause": 10, "subcategory": 12, "text": 40, "obligation": 9, "points": 6,
    "self_verdict": 10, "self_score": 9, "self_statement": 40, "self_evidence": 14, "verdict": 10, "score": 9,
    "reason": 36,
}  # fmt: skip


def _wide(columns: tuple[Field, ...]) -> tuple[Field, ...]:
    return tuple(replace(c, width=Decimal(WIDTHS[c.id])) if c.id in WIDTHS else c for c in columns)


def values_table(methods: tuple[str, ...]) -> RowTable:
    """核查数值 without its rows."""
    columns = tuple(
        replace(c, type="choice", options=methods) if c.id == "method" else c for c in VALUE_COLUMNS
    )
    return RowTable(
        VALUES_TABLE,
        "申报数值核查",
        _wide(columns),
        key=("key",),
        fixed=VALUE_FIXED,
        asked=("verified",),
        unseen=("key",),
    )


def scores_table(scoring: Scoring) -> RowTable:
    """核查评分 with the rows of the score table, before the self-assessment is put in."""
    rows = tuple(dict(row) for row in criteria_rows(scoring))
    questions: dict[str, dict[str, Field | None]] = {}
    for row in rows:
        criterion = scoring.criteria[str(row["criterion"])]
        if criterion.is_judged_by_program:
            row["verdict"] = JUDGED_BY_PROGRAM
            questions[criterion.id] = {"verdict": None, "score": None}
        elif criterion.points is None:
            questions[criterion.id] = {"score": None}
        else:
            score = next(c for c in SCORE_COLUMNS if c.id == "score")
            questions[criterion.id] = {"score": replace(score, min=Decimal(0), max=criterion.points)}
    return RowTable(
        SCORES_TABLE, "评价要素核查", _wide(SCORE_COLUMNS), key=("criterion",), fixed=SCORE_FIXED, prefill=rows,
        questions=questions, asked=("verdict",),
    )  # fmt: skip


def verification_sheets(values: Table, scores: Table, pack_sheets: tuple[Sheet, ...]) -> tuple[Sheet, ...]:
    """All sheets of the verification workbook, in order."""
    return (
        Sheet(VALUES_TABLE, VALUES_TITLE, tables=(values,), intro="申报值由程序从企业的录入表取出，不能修改。逐行填写核查值。"),
        Sheet(SCORES_TABLE, SCORES_TITLE, tables=(scores,), intro="自评结论由程序从企业的录入表取出。逐行填写核查结论、理由和证据。"),
        *pack_sheets,
    )  # fmt: skip


def combined(standard: Standard, values: Table, scores: Table) -> Standard:
    """The pack whose rules are those of verification.yaml, over the enterprise's facts and those of the verification."""
    pack = standard.verification
    own = pack.sheets if pack else ()
    rules: tuple[Rule, ...] = pack.rules if pack else ()
    sheets = (*standard.intake.sheets, *verification_sheets(values, scores, own))
    return replace(standard, intake=IntakeSchema(sheets, rules))
