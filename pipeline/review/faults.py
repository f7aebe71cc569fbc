"""What can be wrong with a report that people have edited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from pipeline.review.segment import Piece

FaultKind = Literal[
    "stale", "typed_over", "removed", "number", "unit", "year", "edition", "fact", "row", "chart", "evidence",
    "arithmetic", "contradiction", "verdict",
]  # fmt: skip
FAULT_WORDS: Final[dict[FaultKind, str]] = {
    "stale": "数据已变，报告没有更新",
    "typed_over": "数值被改写",
    "removed": "数值被删去",
    "number": "手工写的数值没有数据支持",
    "unit": "单位不符",
    "year": "年份不符",
    "edition": "系数或标准的版本不符",
    "fact": "与填报内容矛盾",
    "row": "手工增加的行没有数据支持",
    "chart": "图与数据不符",
    "evidence": "证明材料编号对不上",
    "arithmetic": "合计与各项之和不符",
    "contradiction": "报告前后矛盾",
    "verdict": "结论与评价结果不符",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where it stands, what the report says there now and what the data give."""

    kind: FaultKind
    where: str
    printed: str
    computed: str = ""
    label: str = ""
    tag: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """One narrative edit, respected: people may write what they like where no figure is touched."""

    act: str
    where: str
    old: str = ""
    new: str = ""
    pieces: tuple[Piece, ...] = ()
