"""The sheet that lists the criteria of scoring.yaml as a table with fixed rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.quantity import plain
from pipeline.standard.types import CRITERIA_TABLE, Field, IntakeSchema, Scoring, Table

VERDICTS = ("符合", "部分符合", "不符合", "不适用")
OBLIGATION_WORDS: Mapping[str, str] = {"mandatory": "必选", "optional": "可选"}
JUDGED_BY_PROGRAM = "由程序计算"

COLUMNS = (
    Field("criterion", "编号", "text", required=True),
    Field("clause", "条款", "text"),
    Field("subcategory", "二级指标", "text"),
    Field("text", "评价要素", "long_text"),
    Field("obligation", "必选/可选", "text"),
    Field("points", "分值", "text"),
    Field(
        "verdict",
        "自评结论",
        "choice",
        options=VERDICTS,
        help="按实际情况选择；不适用的请在自评说明中写明理由。",
    ),
    Field(
        "score", "自评得分", "number", unit="1", min=None, help="只在“部分符合”时填写，介于 0 与分值之间。"
    ),
    Field("statement", "自评说明", "long_text", max_length=4000, help="写明做法和依据，会原样进入自评价表。"),
    Field("evidence", "证明材料编号", "text", help="证明材料清单里的编号，多个用“、”分开。"),
)
FIXED_COLUMNS = ("criterion", "clause", "subcategory", "text", "obligation", "points")
WIDTHS = {"criterion": 7, "clause": 10, "subcategory": 14, "text": 48, "obligation": 9, "points": 7,
          "verdict": 10, "score": 9, "statement": 48, "evidence": 16}  # fmt: skip


def with_criteria_table(
    intake: IntakeSchema, scoring: Scoring, later: Sequence[tuple[str, Scoring]] = ()
) -> IntakeSchema:
    """The schema in which the sheet marked `criteria: true` holds the table `criteria`.

    `later`: the score tables of later editions by name; what only they have stands below, marked with the edition.
    """
    given = [*rows(scoring)]
    for edition, its_scoring in later:
        known = {row["criterion"] for row in given}
        own = (row for row in rows(its_scoring) if row["criterion"] not in known)
        given += [{**row, "subcategory": f"{row['subcategory']}（{edition} 版）"} for row in own]
    table = Table(
        id=CRITERIA_TABLE,
        label=scoring.title,
        columns=COLUMNS,
        rows=len(given),
        key=("criterion",),
        prefill=tuple(given),
        intro="每行选择自评结论，写明自评说明和证明材料编号；标“由程序计算”的行按填报数据自动判定。",
    )
    sheets = tuple(replace(s, tables=(*s.tables, table)) if s.criteria else s for s in intake.sheets)
    return replace(intake, sheets=sheets)


def rows(scoring: Scoring) -> Iterator[Mapping[str, str]]:
    """The fixed words of every criterion, in the order of the score table."""
    for _, subcategory in scoring.subcategories:
        for criterion in subcategory.criteria:
            yield {
                "criterion": criterion.id,
                "clause": criterion.clause,
                "subcategory": subcategory.title,
                "text": criterion.text,
                "obligation": OBLIGATION_WORDS[criterion.obligation],
                "points": "/" if criterion.points is None else plain(criterion.points),
                **({"verdict": JUDGED_BY_PROGRAM} if criterion.is_judged_by_program else {}),
            }
