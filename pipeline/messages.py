"""The catalogue of finding codes: what is wrong, why it matters, 怎么改. One entry a code; `docs/findings.md` is made from it.

`{name}` in a text is filled from the finding's details; texts of the client are put in as they are, never interpreted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.findings import CellRef, Finding, Severity, UnreadableFile

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
    # -- reading: files that are refused before anything is parsed (intake/guard.py)
    "file_not_found": Message(ERROR, "找不到这个文件", "请核对路径和文件名。"),
    "file_not_openable": Message(
        ERROR, "打不开这个文件", "请确认它不是文件夹、没有被其他程序占用，并且有读取权限。"
    ),
    "file_empty": Message(ERROR, "文件是空的（0 字节）", "请重新保存或重新发送原文件。"),
    "file_too_large": Message(
        ERROR, "文件有 {size} MB，超过 {limit} MB 的上限", "请删去图片和无关的工作表后再提交。"
    ),
    "file_encrypted": Message(
        ERROR, "文件设有打开密码，无法读取", "请在 Excel/WPS 中取消密码，另存后再提交。"
    ),
    "file_old_xls": Message(
        ERROR, "这是旧版 Excel 文件（.xls）", "请用 Excel/WPS 打开，另存为“Excel 工作簿（.xlsx）”后再提交。"
    ),
    "file_wps_et": Message(
        ERROR, "这是 WPS 表格自有格式（.et）", "请用 WPS 打开，另存为“Excel 文件（.xlsx）”后再提交。"
    ),
    "file_is_text": Message(
        ERROR,
        "内容是纯文本（如 CSV），不是 Excel 工作簿，只是扩展名写成了 {suffix}",
        "请把数据填入录入表（.xlsx），不要只改扩展名。",
    ),
    "file_is_html": Message(
        ERROR,
        "内容是网页或 XML 表格，不是 Excel 工作簿（常见于从系统“导出 Excel”的文件）",
        "请用 Excel/WPS 打开，另存为“Excel 工作簿（.xlsx）”后再提交。",
    ),
    "file_is_pdf": Message(ERROR, "这是 PDF 文件，不是 Excel 工作簿", "请提交填好的录入表（.xlsx）原件。"),
    "file_is_word": Message(ERROR, "这是 Word 文件，不是 Excel 工作簿", "请提交填好的录入表（.xlsx）。"),
    "file_not_xlsx": Message(
        ERROR,
        "内容不是 .xlsx 工作簿（识别为{kind}）",
        "请用 Excel/WPS 另存为“Excel 工作簿（.xlsx）”后再提交。",
    ),
    "file_truncated": Message(ERROR, "文件不完整，可能没有传完", "请重新复制或重新发送原文件。"),
    "file_damaged": Message(
        ERROR, "文件已损坏，无法读取{part}", "请用 Excel/WPS 打开（必要时选择“修复”），另存后再提交。"
    ),
    "file_too_many_parts": Message(
        ERROR, "压缩包内有 {count} 个部件，超过 {limit} 个的上限", "请把数据复制到新的空白录入表后再提交。"
    ),
    "file_unpacks_too_large": Message(
        ERROR, "解压后超过 {limit} MB 的上限", "请删去多余的行、图片和工作表；或把数据复制到新的空白录入表。"
    ),
    "file_ratio": Message(
        ERROR,
        "压缩比异常（{part}，约 {ratio} 倍，上限 {limit} 倍），为安全起见不予打开",
        "请把数据复制到新的空白录入表后再提交。",
    ),
    "file_path_trick": Message(
        ERROR, "压缩包内有不安全的路径“{part}”，为安全起见不予打开", "请用 Excel/WPS 另存一份后再提交。"
    ),
    "file_duplicate_parts": Message(
        ERROR, "压缩包内有重名部件“{part}”，内容不可信", "请用 Excel/WPS 打开并另存后再提交。"
    ),
    "file_doctype": Message(
        ERROR,
        "部件“{part}”中含有 DOCTYPE 或实体声明，为安全起见不予打开",
        "请用 Excel/WPS 打开并另存后再提交。",
    ),
    "file_macros": Message(
        ERROR, "文件含有宏，为安全起见不予打开", "请另存为不带宏的“Excel 工作簿（.xlsx）”后再提交。"
    ),
    "file_far_cell": Message(
        ERROR,
        "{part}的内容散布到 {cell}，范围超过 {limit} 万个单元格",
        "请删去远处的多余内容（按 Ctrl+End 可以找到），保存后再提交。",
    ),
}


_BRACED = re.compile(r"\{([a-z_]+)\}")


def fill(text: str, details: Mapping[str, str]) -> str:
    """`text` with `{name}` replaced once by the details; what is put in is not looked at again."""
    return _BRACED.sub(lambda match: details.get(match.group(1), ""), text)


def finding(
    code: str,
    subject: str = "",
    where: CellRef | None = None,
    *,
    severity: Severity | None = None,
    blocks: tuple[str, ...] = (),
    **details: str,
) -> Finding:
    """A finding of the catalogue with its words filled in. KeyError for an unknown code: a programmer's mistake."""
    message = CATALOGUE[code]
    return Finding(
        code=code,
        severity=severity or message.severity,
        subject=subject,
        where=where,
        details=details,
        blocks=blocks,
        message=fill(message.text, details),
        fix=fill(message.fix, details),
        why=fill(message.why, details),
    )


def unreadable(code: str, file: str, **details: str) -> UnreadableFile:
    """The exception for a file that cannot be read, with the words of the catalogue. KeyError for an unknown code."""
    message = CATALOGUE[code]
    return UnreadableFile(f"{file}：{fill(message.text, details)}。{fill(message.fix, details)}", code)
