"""The catalogue of finding codes: what is wrong, why it matters, 怎么改. One entry a code; `docs/findings.md` is made from it.

`{name}` in a text is filled from the finding's details; texts of the client are put in as they are, never interpreted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.findings import CellRef, Finding, UnreadableFile
from pipeline.message import ERROR, EXPLAINED, NOTE, WARNING, Message
from pipeline.messages_standard import STANDARD_MESSAGES

CATALOGUE: Mapping[str, Message] = {
    **STANDARD_MESSAGES,
    # -- values that are asked (validate.py)
    "missing": Message(ERROR, "还没有填写", "请填写{what}。", "没有这个值，相关指标和章节无法生成。"),
    "table_empty": Message(ERROR, "表“{table}”至少要填 {min} 行", "请在表中填写；列名下方第一行开始。"),
    "yoy_without_reason": Message(
        WARNING,
        "{against}变化 {change}%，超过 ±{limit}%",
        "请核对两年的数值和单位；若属实，请在“备注”栏写明变动原因，原因会写入报告。",
        "同比变化过大常是单位或口径错误，评审时会被问到。",
    ),
    "yoy_explained": Message(
        EXPLAINED,
        "{against}变化 {change}%，超过 ±{limit}%，企业已说明原因",
        "无需修改；说明会印入报告附录。",
    ),
    "date_not_past": Message(
        WARNING,
        "填的是 {raw}，在评价日期 {date} 之后",
        "请核对日期；确在评价日期之后的，不作为本次评价的依据。",
        "评价时这件事应已完成。",
    ),
    "evaluation_date_early": Message(
        WARNING,
        "有 {count} 处已完成事项的日期晚于评价日期 {date}",
        "请核对评价日期；评价日期无误的，逐处核对这些日期。",
        "评价时这些事应已完成。",
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
    "unknown_reference": Message(
        ERROR,
        "填的是“{found}”，表“{table}”的“{column}”中没有{near}",
        "请改成那张表里有的写法，或在那张表里补上这一行。",
        "两处对不上，名称和数值就带不过来。",
    ),
    "program_words": Message(
        WARNING,
        "文字里有“{found}”，像是别的程序的内部代号",
        "请换成给人看的中文。",
        "代号会原样印进报告。",
    ),
    "irr_none": Message(
        WARNING,
        "“{indicator}”无解：{reason}",
        "请核对投资、年净现金流量和年限；数据无误的，该方案按没有内部收益率判定。",
        "没有内部收益率不能当作 0 或任何数。",
    ),
    "irr_several": Message(
        WARNING,
        "“{indicator}”多解：{reason}",
        "请改按净现值判定，并在报告中说明。",
        "取其中任何一个都会误导。",
    ),
    "limits_equal": Message(
        ERROR,
        "计算“{indicator}”时引领值与基准值相同（{limit}），无法按线性比例计分",
        "请核对引领值和基准值。",
    ),
    "limits_disordered": Message(
        ERROR,
        "“{indicator}”的限值 {limits} 次序不对：{direction}，后一级应不差于前一级",
        "请核对各级限值是否填反。",
        "次序不对的限值不能用来评分。",
    ),
    "limit_like_a_fraction": Message(
        WARNING,
        "{level}填的是 {limit}，单位是 %；“{indicator}”的值是 {value}%，两者相差几十倍以上",
        "如果{level}是 {percent}%，请填 {percent}；确实是 {limit}% 的，无需修改。",
        "把百分数填成小数，限值会差 100 倍，得分随之出错。",
    ),
    # -- scoring
    "scheme_points_total": Message(
        ERROR,
        "评价方案中采用的指标分值合计为 {total}，应为 {whole}",
        "请核对各项分值和“是否采用”；不采用的指标，其分值应分配给其他指标。",
        "得分按百分制计算。",
    ),
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
        "请填证明材料清单中的编号；没有证明材料的得分列为“待补证据”，不计入已有证明材料支持的得分。",
    ),
    "evidence_unknown": Message(
        ERROR,
        "证明材料编号“{number}”不在证明材料清单中{near}{rows}",
        "请改正编号，或在证明材料清单中补上这一项。",
    ),
    "evidence_asked_unknown": Message(
        ERROR,
        "“{item}”不是要求的证明材料的编号{near}",
        "请按自评价报告“证明材料核对表”中的编号填写，如 G01-1；不对应哪一项的可以不填。",
    ),
    # -- evidence files (evidence/)
    "evidence_folder_missing": Message(
        WARNING,
        "录入表旁边没有“附件”文件夹，证明材料清单中的 {count} 个文件（{files}）都没有找到",
        "请在录入表所在的文件夹中建“附件”文件夹，把文件放进去；不提供文件的，请清空文件名。",
        "找不到的证明材料不会印在报告的附录中。",
    ),
    "evidence_file_missing": Message(
        WARNING,
        "证明材料 {number} 的文件“{file}”没有找到{near}",
        "请把文件放进录入表旁边的“附件”文件夹，或改正文件名（连同扩展名）；多个文件名用“、”分开。",
        "找不到的证明材料不会印在报告的附录中。",
    ),
    "evidence_file_outside": Message(
        ERROR,
        "文件名“{file}”指向“附件”文件夹以外的地方，没有读取",
        "请把文件复制到“附件”文件夹，只填文件名（可带其中的子文件夹）。",
        "报告只取用录入表旁边的文件，不按填报的路径到别处读取。",
    ),
    "evidence_file_type": Message(
        WARNING,
        "证明材料文件“{file}”{problem}，不能采用",
        "图片请用 PNG、JPEG、GIF、BMP 或 TIFF，文档请用 PDF、Word 或 Excel；请另存为其中一种，不要只改扩展名。",
    ),
    "evidence_file_too_big": Message(
        WARNING,
        "证明材料文件“{file}”{problem}，没有采用",
        "请缩小图片（A4 幅面 200 dpi 即可）或拆分文件后再放入“附件”文件夹。",
    ),
    "evidence_file_corrupt": Message(
        WARNING,
        "证明材料文件“{file}”{problem}",
        "请打开原件核对，重新扫描、导出或复制后再放入“附件”文件夹。",
    ),
    "basic_requirement_not_met": Message(
        WARNING,
        "基本要求“{criterion}”不符合，评价结论为不符合{award}要求（一票否决）",
        "如填写有误请改正；属实的，结论不能改变。",
        "基本要求是准入条款。",
    ),
    "not_applicable_score": Message(NOTE, "“{criterion}”为不适用：{reason}", "如适用请改选结论。"),
    # -- reading: files that are refused before anything is parsed (intake/guard.py)
    "file_not_found": Message(ERROR, "找不到这个文件", "请核对路径和文件名。"),
    "file_not_openable": Message(
        ERROR, "打不开这个文件", "请确认它不是文件夹、没有被其他程序占用，并且有读取权限。"
    ),
    "file_lock": Message(
        ERROR,
        "这是表格软件打开文件时的临时文件，不是录入表",
        "请在 Excel/WPS 中保存并关闭录入表，然后选择文件名不带“~$”“.~lock”的那一个。",
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
    # -- reading: values (intake/values.py)
    "normalised": Message(
        NOTE, "填的是“{raw}”，已按“{value}”读取（{how}）", "无需修改；如读取有误，请改成规范写法。"
    ),
    "cell_error": Message(
        ERROR, "单元格显示错误值 {raw}", "请改正公式，或直接填写{kind}。", "错误值不是空白，也不能当作 0。"
    ),
    "formula_without_result": Message(
        ERROR, "公式没有保存计算结果", "请用 Excel/WPS 打开并保存后再提交；或直接填写{kind}。"
    ),
    "picture_in_cell": Message(ERROR, "单元格里放的是图片", "请把内容改为文字或数字；图片作为附件提交。"),
    "merged_cells": Message(
        ERROR, "合并单元格 {range} 盖住了应分别填写的格，只有第一格的内容算数", "请取消合并，每格分别填写。"
    ),
    "not_a_number": Message(ERROR, "填的是“{raw}”，应为数字", "请只填数字{unit}。{proposal}"),
    "not_an_integer": Message(ERROR, "填的是“{raw}”，应为整数", "请填整数{unit}。"),
    "other_unit": Message(
        ERROR, "填的是“{raw}”，单位与要求的“{unit}”不同", "请换算后只填数字，单位 {unit}。{proposal}"
    ),
    "percent_unexpected": Message(
        ERROR, "填的是百分数“{raw}”，本项单位为{unit}", "请按要求的单位填写数字。{proposal}"
    ),
    "like_a_fraction": Message(
        WARNING,
        "填的是 {raw}，单位是 %，按 {raw}% 计算",
        "如果是 {percent}%，请填 {percent}；确实是 {raw}% 的，无需修改。",
        "把百分数填成小数，结果会差 100 倍。",
    ),
    "not_a_date": Message(
        ERROR, "填的是“{raw}”，应为日期", "请按 2024-03-05 的样子填写年、月、日。{proposal}"
    ),
    "not_a_year": Message(ERROR, "填的是“{raw}”，应为年份", "请填 4 位年份，如 2024。{proposal}"),
    "not_a_month": Message(ERROR, "填的是“{raw}”，应为年月", "请按 2024-03 的样子填写。{proposal}"),
    "not_an_option": Message(ERROR, "填的是“{raw}”，不在可选项中{near}", "请从下列选项中选择：{options}。"),
    "not_text": Message(ERROR, "填的是“{raw}”，应为文字", "请填写文字。"),
    "placeholder": Message(
        ERROR, "填的是“{raw}”，看不出是没有填还是不适用", "请填写{what}；未填请留空。{proposal}"
    ),
    "not_applicable_forbidden": Message(
        ERROR, "填的是“{raw}”，但本项不能不适用", "请填写{what}；确实没有发生的数量填 0。"
    ),
    "not_detected_forbidden": Message(
        ERROR, "填的是“{raw}”，但本项不接受“未检出”", "请填写{what}。{proposal}"
    ),
    "out_of_range": Message(ERROR, "填的是 {raw}，应{limit}", "请核对数值和单位后改正。"),
    "too_long": Message(ERROR, "共 {length} 字，超过 {limit} 字的上限", "请精简到 {limit} 字以内。"),
    "pattern": Message(ERROR, "填的是“{raw}”，格式应为{hint}", "请按{hint}的格式填写。"),
    "credit_code": Message(
        ERROR,
        "填的是“{raw}”，{problem}，不是有效的统一社会信用代码",
        "请按营业执照逐位核对 18 位代码（不用字母 I、O、S、V、Z），并把单元格设为文本格式。",
        "第 18 位是校验码（GB 32100-2015），可以发现抄写错误。",
    ),
    "email": Message(ERROR, "填的是“{raw}”，不是有效的电子邮箱", "请按 name@example.com 的样子填写。"),
    "phone": Message(ERROR, "填的是“{raw}”，不是有效的电话号码", "请填手机号，或“区号-号码”。"),
    "postcode": Message(ERROR, "填的是“{raw}”，不是有效的邮政编码", "请填 6 位数字。"),
    # -- reading: the file and its structure (intake/locate*.py, read.py)
    "identity_missing": Message(
        WARNING,
        "找不到录入表的版本信息（隐藏工作表 _lvbao）",
        "请尽量使用由本软件生成的录入表；现按标准“{standard}”读取。",
    ),
    "wrong_standard": Message(
        ERROR,
        "这份录入表属于标准“{found}”，不是“{expected}”",
        "请选用对应的标准，或改填“{expected}”的录入表。",
    ),
    "other_pack_version": Message(
        WARNING, "录入表的版本是 {found}，当前标准包是 {expected}", "可继续使用；建议把数据转入新版录入表。"
    ),
    "not_recalculated": Message(
        NOTE, "录入表由程序写出，还没有用 Excel/WPS 打开保存过", "如表中有自己写的公式，请打开并保存一次。"
    ),
    "external_links": Message(
        WARNING, "工作簿引用了别的文件（外部链接），数值可能不是最新的", "请把引用改为数值后保存。"
    ),
    "dates_1904": Message(
        WARNING,
        "工作簿采用 1904 日期系统，其中的日期可能整体相差 4 年零 1 天",
        "请逐一核对日期；有误的，请把数据复制到新的空白录入表并改正日期。",
        "在两种日期系统之间复制工作表时，日期会悄悄变化。",
    ),
    "sheet_missing": Message(
        ERROR, "找不到工作表“{title}”{near}", "请恢复这张工作表（名称和表头不要改），再提交。"
    ),
    "sheet_renamed": Message(NOTE, "工作表“{title}”改名为“{found}”，按{how}认出", "建议改回原名。"),
    "sheet_duplicated": Message(
        ERROR, "工作表“{found}”像是“{title}”的副本，内容{same}，没有读取", "请只保留一张，删去多余的副本。"
    ),
    "sheet_extra": Message(NOTE, "工作表“{found}”不属于录入表，没有读取", "无需修改；其内容不会进入报告。"),
    "sheet_hidden": Message(NOTE, "工作表“{title}”被隐藏，仍按其内容读取", "建议取消隐藏并核对内容。"),
    "header_missing": Message(
        ERROR, "找不到填报项的表头（“{header}”一栏）", "请恢复表头行：序号、填报项、单位、填报值、备注。"
    ),
    "header_changed": Message(NOTE, "“{header}”一栏的表头不见了，按位置读取", "建议恢复原表头。"),
    "label_missing": Message(ERROR, "找不到填报项“{label}”{near}", "请恢复这一行的填报项名称。"),
    "label_changed": Message(NOTE, "填报项“{label}”的名称变成了“{found}”，按{how}认出", "建议改回原名称。"),
    "label_duplicated": Message(ERROR, "填报项“{label}”出现了不止一次", "请只保留一行。"),
    "row_unknown": Message(NOTE, "“{found}”不是本表的填报项，没有读取", "如需说明，请写在备注栏。"),
    "unit_changed": Message(
        ERROR, "单位写成了“{found}”，应为“{unit}”", "请恢复单位，并按“{unit}”核对填报的数值。"
    ),
    "table_missing": Message(ERROR, "找不到表“{table}”的表头", "请恢复表头行（列名不要改）：{columns}。"),
    "table_duplicated": Message(
        ERROR, "表“{table}”出现了不止一次，只读取了第一张", "请把数据并入第一张表，删去其余。"
    ),
    "column_missing": Message(ERROR, "表“{table}”缺少“{column}”一列{near}", "请恢复这一列的列名。"),
    "column_changed": Message(NOTE, "列“{column}”的列名变成了“{found}”，按{how}认出", "建议改回原列名。"),
    "column_duplicated": Message(ERROR, "表“{table}”中“{column}”一列出现了不止一次", "请只保留一列。"),
    "total_row_skipped": Message(NOTE, "“{found}”行不是数据，没有读取", "无需修改；合计由程序计算。"),
    "remark_row_skipped": Message(NOTE, "“{found}”看作表下的说明，没有读取", "无需修改；说明请写在说明栏。"),
    "duplicate_row": Message(
        ERROR, "与第 {first} 行重复（{key}）", "请合并为一行，或改正其中一行。", "重复的行会被计算两次。"
    ),
    "criterion_unknown": Message(ERROR, "评价要素编号“{found}”不在评价表中{near}", "请恢复原编号。"),
    "criterion_duplicated": Message(ERROR, "评价要素“{found}”出现了不止一次", "请只保留一行。"),
    "fixed_row_missing": Message(ERROR, "表“{table}”中缺少 {missing}", "请恢复被删去的行。"),
    "fixed_row_unknown": Message(
        ERROR, "“{found}”不是表“{table}”的行", "请恢复原来的“{column}”，或删去这一行。"
    ),
    "fixed_row_duplicated": Message(ERROR, "“{found}”这一行出现了不止一次", "请只保留一行。"),
    "fixed_cell_changed": Message(
        WARNING, "“{column}”的固定内容被改成了“{found}”，应为“{given}”", "请恢复原内容；程序按原内容处理。"
    ),
    # -- verification by the third party (verification/)
    "verification_stale": Message(
        ERROR,
        "录入表在核查表编制之后改动过：{change}",
        "请用 lvbao verify-sheet 录入表.xlsx --from 核查表.xlsx -o 新核查表.xlsx 重新编制：没有变化的核查结果会带过去，有变化的要重新核查。",
        "核查结果只对被核查过的那一份录入表有效。",
    ),
    "verification_open": Message(
        WARNING,
        "有 {count} 行没有核查：{rows}",
        "请逐行填写；没有核查的按申报值计算，与之有关的得分列为“待核”，不进入已确认得分。",
    ),
    "verification_value_evidence": Message(
        WARNING, "填了核查值，但没有{what}", "请补填；补填之前该数值按“待核”处理，有关得分不进入已确认得分。"
    ),
    "verification_cause_missing": Message(
        ERROR,
        "核查值与申报值不同（{deviation}），{above}，但没有写明原因",
        "请在“说明（偏差原因）”栏写明偏差的原因，会原样进入报告。",
    ),
    "verification_reason_missing": Message(
        ERROR,
        "“{criterion}”的核查结论与自评不同（{change}），但没有写明理由",
        "请在“核查理由”栏写明理由，会原样进入报告。",
    ),
    "verification_conclusion": Message(
        ERROR,
        "评价结论为“{conclusion}”，但{why}",
        "请改正结论；属于核查有误的，改正有关的行。",
        "结论不能与否决条件、基本要求和必选要求的核查结果相反。",
    ),
    "criterion_missing": Message(ERROR, "评价表中缺少评价要素 {missing}", "请恢复被删去的行。"),
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


def unreadable(code: str, file: str, **details: str) -> UnreadableFile:
    """The exception for a file that cannot be read, with the words of the catalogue. KeyError for an unknown code."""
    message = CATALOGUE[code]
    return UnreadableFile(f"{file}：{fill(message.text, details)}。{fill(message.fix, details)}", code)
