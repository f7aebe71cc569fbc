"""The catalogue of finding codes: what is wrong, why it matters, 怎么改. One entry a code; `docs/findings.md` is made from it.

`{name}` in a text is filled from the finding's details; texts of the client are put in as they are, never interpreted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.findings import CellRef, Finding, Severity

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


@dataclass(frozen=True, slots=True)
class Message:
    """The words of one code."""

    severity: Severity
    text: str
    fix: str
    why: str = ""


CATALOGUE: Mapping[str, Message] = {
    # -- values that are asked (validate.py)
    "missing": Message(ERROR, "还没有填写", "请填写{what}。", "没有这个值，相关指标和章节无法生成。"),
    "table_empty": Message(ERROR, "表“{table}”至少要填 {min} 行", "请在表中填写；列名下方第一行开始。"),
    "yoy_without_reason": Message(
        WARNING,
        "比上一年变化 {change}%，超过 ±{limit}%",
        "请核对两年的数值；若属实，请在“备注”栏写明变动原因，原因会写入报告。",
        "同比变化过大常是单位或口径错误，评审时会被问到。",
    ),
    "reason_missing": Message(ERROR, "填了“不适用”，但没有写理由", "请在“备注”栏写明不适用的理由。"),
    # -- calculation
    "division_by_zero": Message(ERROR, "计算“{indicator}”时除数为 0", "请核对除数“{operand}”。"),
    "factor_missing": Message(
        ERROR,
        "系数表“{family}”的“{set}”中没有“{key}”的系数",
        "请换用系数表中有的名称或版本，或填写实测系数。",
    ),
    "factor_unit": Message(
        ERROR, "“{key}”的系数按 {per} 计，计量单位“{unit}”不能换算成 {per}", "请改用可换算成 {per} 的单位。"
    ),
    # -- scoring
    "criteria_empty": Message(
        ERROR, "“{table}”还没有填写自评结论", "请逐行选择自评结论，写明自评说明和证明材料编号。"
    ),
    "row_undecided": Message(
        WARNING, "“{criterion}”缺少数据，无法评分", "请补填：{what}。", "没有得分的行不进入合计。"
    ),
    "verdict_missing": Message(
        ERROR, "“{criterion}”还没有自评结论", "请选择 符合、部分符合、不符合 或 不适用。"
    ),
    "score_missing": Message(
        ERROR, "“{criterion}”为部分符合，但没有填自评得分", "请填 0～{max} 之间的得分。"
    ),
    "score_out_of_range": Message(ERROR, "得分 {score} 不在 0～{max} 之间", "请填 0～{max} 之间的得分。"),
    "score_contradicts": Message(
        ERROR,
        "结论为“{verdict}”，应得 {expected} 分，这里填了 {score} 分",
        "请改结论，或清空自评得分（由程序计算）。",
    ),
    "statement_missing": Message(
        WARNING, "“{criterion}”没有自评说明", "请写明做法和依据，会原样进入自评价表。"
    ),
    "evidence_missing": Message(
        WARNING,
        "“{criterion}”计了分，但没有证明材料编号",
        "请填证明材料清单中的编号；没有证明材料的得分列为“待补证据”，不进入已确认得分。",
    ),
    "evidence_unknown": Message(
        ERROR, "证明材料编号“{number}”不在证明材料清单中{near}", "请改正编号，或在证明材料清单中补上这一项。"
    ),
    "basic_requirement_not_met": Message(
        WARNING,
        "基本要求“{criterion}”不符合，评价结论为不符合绿色工厂要求（一票否决）",
        "如填写有误请改正；属实的，结论不能改变。",
        "基本要求是准入条款。",
    ),
    "not_applicable_score": Message(NOTE, "“{criterion}”为不适用：{reason}", "如适用请改选结论。"),
}


_BRACED = re.compile(r"\{([a-z_]+)\}")


def fill(text: str, details: Mapping[str, str]) -> str:
    """`text` with `{name}` replaced once by the details; what is put in is not looked at again."""
    return _BRACED.sub(lambda match: details.get(match.group(1), ""), text)


def finding(code: str, subject: str = "", where: CellRef | None = None, **details: str) -> Finding:
    """A finding of the catalogue with its words filled in. KeyError for an unknown code: a programmer's mistake."""
    return finding_with(code, subject, where, details)


def finding_with(code: str, subject: str, where: CellRef | None, details: Mapping[str, str]) -> Finding:
    """Like `finding`, with the details as a mapping."""
    message = CATALOGUE[code]
    return Finding(
        code=code,
        severity=message.severity,
        subject=subject,
        where=where,
        details=dict(details),
        message=fill(message.text, details),
        fix=fill(message.fix, details),
        why=fill(message.why, details),
    )
