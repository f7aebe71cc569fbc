"""What the verification workbook asks: made from the pack and from what the enterprise declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.evaluation import Evaluation
from pipeline.findings import LvbaoError
from pipeline.intake.cell_texts import shown_text
from pipeline.intake.identity import WORKBOOK_KEY, WORKBOOK_NAME_KEY
from pipeline.quantity import plain
from pipeline.standard.types import CRITERIA_TABLE, Field, IntakeSchema, RowTable, Standard, VerificationPack
from pipeline.standard.verification_sheet import scores_table, values_table, verification_sheets
from pipeline.verification.declared import Declared, declared_values, question

STEPS = (
    "本表由程序从企业的录入表生成，只对那一份录入表有效；录入表改动后要重新生成本表。",
    "“核查数值”表逐行填写核查值：与申报值相同也要填写，留空表示没有核查，有关得分列为“待核”。与申报值不同的写明偏差原因。",
    "“核查评分”表逐行选择核查结论，写明理由和证据编号；标“由程序计算”的行按核查值自动判定，只填证据编号。",
    "证据编号写企业证明材料清单或“现场证据”表中的编号，多个用“、”分开。",
    "填完保存，运行 lvbao run 录入表.xlsx --verification 核查表.xlsx -o output，得到第三方评价报告和问题清单。",
)


def pack_of(standard: Standard) -> VerificationPack:
    """verification.yaml of the pack. Raises LvbaoError when it has none."""
    if standard.verification is None:
        raise LvbaoError(f"标准包 {standard.id} 没有第三方核查（缺 verification.yaml）")
    return standard.verification


def verification_standard(evaluation: Evaluation) -> Standard:
    """The standard whose workbook is the verification sheet of this evaluation. Raises LvbaoError."""
    standard, pack = evaluation.standard, pack_of(evaluation.standard)
    values = values_with_rows(pack, declared_values(evaluation))
    schema = IntakeSchema(
        verification_sheets(values, scores_with_self(evaluation), pack.sheets),
        pack.rules,
        pack.option_sets,
        document=pack.document,
        steps=pack.steps or STEPS,
    )
    stamps = (
        (WORKBOOK_KEY, evaluation.receipt.workbook_sha256),
        (WORKBOOK_NAME_KEY, evaluation.receipt.workbook),
    )
    return replace(standard, intake=schema, stamps=stamps, cases=(), errata=())


def values_with_rows(pack: VerificationPack, declared: tuple[Declared, ...]) -> RowTable:
    """核查数值 with a fixed row for each declared value."""
    rows = tuple(
        {"key": d.key, "label": d.label, "place": d.place_text, "declared": d.text, "unit": d.unit, "used": d.used}
        for d in declared
    )  # fmt: skip
    questions: Mapping[str, Mapping[str, Field | None]] = {d.key: {"verified": question(d)} for d in declared}
    return replace(values_table(pack.methods), prefill=rows, questions=questions)


def scores_with_self(evaluation: Evaluation) -> RowTable:
    """核查评分 with what the enterprise says of each criterion."""
    table = scores_table(evaluation.standard.scoring)
    given = {str(r.fact("criterion").value): r for r in evaluation.intake.rows(CRITERIA_TABLE)}
    scored = {r.criterion.id: r for r in evaluation.scorecard.rows}
    rows: list[Mapping[str, Any]] = []
    for row in table.prefill:
        criterion = str(row["criterion"])
        result, said = scored[criterion], given.get(criterion)
        rows.append(
            {
                **row,
                "self_verdict": result.verdict,
                "self_score": "" if result.score is None else plain(result.score),
                "self_statement": result.statement,
                "self_evidence": shown_text(said.fact("evidence").value) if said else "",
            }
        )
    return replace(table, prefill=tuple(rows))
