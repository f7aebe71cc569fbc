"""Words that several files of a pack share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Status = Literal["printed", "inferred", "provisional", "user", "unknown"]
FieldType = Literal[
    "text", "long_text", "number", "integer", "date", "year", "month", "choice", "multi_choice", "yes_no"
]
Carry = Literal["keep", "clear", "shift"]
_LASTING_TYPES = ("text", "long_text", "choice", "multi_choice")
STATUS_WORDS: Mapping[str, str] = {
    "printed": "原文",
    "inferred": "推断",
    "provisional": "暂拟",
    "user": "用户录入",
    "unknown": "未取得原文",
}

CRITERIA_TABLE = "criteria"
"""Id of the table that a sheet with `criteria: true` makes."""
