"""Whether a workbook is that of the draft: the same standard, the same enterprise."""

from __future__ import annotations

import re
from typing import Final

from pipeline.evaluation import Evaluation
from pipeline.findings import LvbaoError
from pipeline.report.reading import normal
from pipeline.review.document import Document
from pipeline.standard.types import Standard

_CODE: Final = re.compile(r"(?<![0-9A-Za-z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Za-z])")
_FORMAT: Final = "credit_code"
FORCED: Final = "确是同一家企业（代码或名称原先填错，现已改正）时请加 --force。"


def refuse_other_standard(drafted: str, standard: Standard) -> None:
    """Raises LvbaoError when the workbook is of another standard than the draft (`drafted`, by its receipt)."""
    if drafted and drafted != standard.id:
        raise LvbaoError(
            f"草稿是按标准包 {drafted} 生成的，录入表是 {standard.id} 的，不能用来更新；"
            "请给出同一标准的录入表，或用 lvbao run 另行生成报告。"
        )


def refuse_other_enterprise(draft: Document, evaluation: Evaluation) -> None:
    """Raises LvbaoError when the draft names other credit codes than the workbook, or without any code another enterprise."""
    said = [normal(line.text) for _place, line in draft.lines()]
    drafted = {code for text in said for code in _CODE.findall(text)}
    codes = _codes(evaluation)
    if drafted and codes:
        if not drafted & codes:
            raise LvbaoError(
                f"草稿是另一家企业的：其中的统一社会信用代码是 {'、'.join(sorted(drafted))}，"
                f"录入表中是 {'、'.join(sorted(codes))}。请核对是不是拿错了文件；{FORCED}"
            )
        return
    name = evaluation.intake.fact(evaluation.standard.identity.roles.enterprise).value
    if isinstance(name, str) and normal(name) and not any(normal(name) in text for text in said):
        raise LvbaoError(
            f"草稿里没有录入表中的企业“{normal(name)}”，也没有可以对照的统一社会信用代码，不能确定是同一家企业。"
            f"请核对是不是拿错了文件；{FORCED}"
        )


def _codes(evaluation: Evaluation) -> set[str]:
    """The credit codes of the enterprise itself in the workbook."""
    fields = evaluation.standard.intake.fields
    values = (evaluation.intake.fact(f).value for f, field in fields.items() if field.format == _FORMAT)
    return {normal(v).upper() for v in values if isinstance(v, str) and normal(v)}
