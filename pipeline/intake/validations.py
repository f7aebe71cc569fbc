"""What a cell takes: the entry rule, the input hint and the error words of a field, as XlsxWriter options.

Numbers take 不适用 and 未检出 where the field allows them. The rules help while typing; pasted values escape them, so the
reader checks everything again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pipeline.intake.data_values import NOT_APPLICABLE_WORD, NOT_DETECTED_WORD
from pipeline.quantity import plain
from pipeline.standard.types import Field

_HINT_LIMIT = 250  # Excel's limit is 255
_TITLE_LIMIT = 30  # and 32
_ERROR_LIMIT = 220
_YEARS = (1900, 2100)
_MANY_DIGITS = Decimal(10) ** 15

TYPE_WORDS: Mapping[str, str] = {
    "text": "文字",
    "long_text": "长文字",
    "number": "数值",
    "integer": "整数",
    "date": "日期",
    "year": "年份",
    "month": "月份",
    "choice": "单选",
    "multi_choice": "多选",
    "yes_no": "是/否",
}
_FORMAT_WORDS: Mapping[str, str] = {
    "credit_code": "18 位统一社会信用代码",
    "email": "电子邮箱地址",
    "phone": "电话号码（区号或手机号）",
    "postcode": "6 位邮政编码",
}


def validation(field: Field, cell: str, list_name: str | None, condition: str = "") -> dict[str, Any]:
    """The options of `Worksheet.data_validation` for a cell (or a range whose first cell is `cell`)."""
    rule = _rule(field, cell, list_name)
    title = _cut(field.label, _TITLE_LIMIT)
    hint = _cut(hint_text(field, condition), _HINT_LIMIT)
    if hint:
        rule |= {"input_title": title, "input_message": hint}
    if rule["validate"] != "any":
        rule |= {"error_title": "填写有误", "error_message": _cut(_error(field), _ERROR_LIMIT)}
    return rule


def hint_text(field: Field, condition: str = "") -> str:
    """The explanation beside a cell: required or not, what is taken, help, example, clause."""
    required = "必填" if field.required else "选填"
    parts = [f"{required}（{condition}时）" if condition else required, what_is_taken(field)]
    parts.append(field.help)
    if field.example:
        parts.append(f"例：{field.example}")
    if field.clause:
        parts.append(f"依据：{field.clause}")
    return "。".join(p.strip().rstrip("。") for p in parts if p) + "。"


def what_is_taken(field: Field) -> str:
    """What may be entered, in words: limits, unit, format, and the kinds of blank."""
    words: list[str] = []
    if field.is_number:
        kind = "整数" if field.type == "integer" else "数值"
        limits = limit_words(field)
        unit = f"，单位 {field.unit}" if field.unit and field.unit != "1" else ""
        words.append(f"填{limits}{kind}{unit}" if limits else f"填{kind}{unit}")
    elif field.type == "date":
        words.append("填日期，如 2025-03-01")
    elif field.type == "year":
        words.append("填四位年份，如 2024")
    elif field.type == "month":
        words.append("填月份，如 2025-03")
    elif field.type in ("choice", "yes_no"):
        words.append("从下拉列表选择")
    elif field.type == "multi_choice":
        words.append("可填多项，用“、”分开")
    if field.format or field.pattern_hint:
        words.append(field.pattern_hint or _FORMAT_WORDS[str(field.format)])
    if field.not_applicable != "forbidden":
        words.append("不涉及时填“不适用”并在备注写明理由")
    if field.not_detected != "forbidden":
        words.append("未检出时填“未检出(<检出限)”，如 未检出(<0.5)")
    return "，".join(words)


def limit_words(field: Field) -> str:
    """The declared limits: `0～100 的`, `大于 0 的`, "" without limits."""
    low = ("大于", field.above) if field.above is not None else ("不小于", field.min)
    high = ("小于", field.below) if field.below is not None else ("不大于", field.max)
    if field.min is not None and field.max is not None and field.above is None and field.below is None:
        return f" {plain(field.min)}～{plain(field.max)} 的"
    words = [f"{word} {plain(limit)}" for word, limit in (low, high) if limit is not None]
    return f"{'、'.join(words)} 的" if words else ""


def _rule(field: Field, cell: str, list_name: str | None) -> dict[str, Any]:
    match field.type:
        case "number" | "integer":
            return _number_rule(field, cell)
        case "year":
            return {"validate": "integer", "criteria": "between", "minimum": _YEARS[0], "maximum": _YEARS[1]}
        case "date":
            first, last = dt.date(_YEARS[0], 1, 1), dt.date(_YEARS[1], 12, 31)
            return {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}
        case "month":
            formula = f'=AND(LEN({cell})=7,MID({cell},5,1)="-")'
            return {"validate": "custom", "value": formula, "error_type": "warning"}
        case "choice" | "yes_no" if list_name:
            return {"validate": "list", "source": f"={list_name}"}
        case "multi_choice" if list_name:
            # several options in one cell are no entry of the list, so nothing is refused here
            return {"validate": "list", "source": f"={list_name}", "show_error": False}
        case _:
            return _text_rule(field)


def _text_rule(field: Field) -> dict[str, Any]:
    if field.max_length is None:
        return {"validate": "any"}
    return {"validate": "length", "criteria": "<=", "value": field.max_length, "error_type": "warning"}


def _number_rule(field: Field, cell: str) -> dict[str, Any]:
    words = []
    if field.not_applicable != "forbidden":
        words.append(f'{cell}="{NOT_APPLICABLE_WORD}"')
    if field.not_detected != "forbidden":
        words.append(f'LEFT({cell},{len(NOT_DETECTED_WORD)})="{NOT_DETECTED_WORD}"')
    tests = [f"ISNUMBER({cell})", *_limits(field, cell)]
    if field.type == "integer":
        tests.append(f"INT({cell})={cell}")
    if words:
        # numbers are tested by arithmetic that words do not reach: a word is only compared as text
        number = f"IF(ISNUMBER({cell}),AND({','.join(tests)}),FALSE)"
        return {"validate": "custom", "value": f"=OR({number},{','.join(words)})"}
    simple = _simple_limits(field)
    if simple is not None:
        return {"validate": "integer" if field.type == "integer" else "decimal", **simple}
    return {"validate": "custom", "value": f"=IF(ISNUMBER({cell}),AND({','.join(tests)}),FALSE)"}


def _limits(field: Field, cell: str) -> list[str]:
    limits = ((">=", field.min), (">", field.above), ("<=", field.max), ("<", field.below))
    return [f"{cell}{op}{plain(limit)}" for op, limit in limits if limit is not None]


def _simple_limits(field: Field) -> dict[str, Any] | None:
    """The limits as one comparison, or None when they need a formula."""
    given = {
        op: limit
        for op, limit in ((">=", field.min), (">", field.above), ("<=", field.max), ("<", field.below))
        if limit is not None
    }
    if not given:
        return {"criteria": "between", "minimum": -_number(_MANY_DIGITS), "maximum": _number(_MANY_DIGITS)}
    if len(given) == 1:
        ((op, limit),) = given.items()
        return {"criteria": op, "value": _number(limit)}
    if set(given) == {">=", "<="}:
        return {"criteria": "between", "minimum": _number(given[">="]), "maximum": _number(given["<="])}
    return None


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _error(field: Field) -> str:
    if field.type in ("choice", "yes_no"):
        return f"“{_cut(field.label, 60)}”只能从下拉列表中选择。"
    if field.max_length is not None and not field.is_number:
        return f"“{_cut(field.label, 60)}”最多 {field.max_length} 个字符。"
    return f"“{_cut(field.label, 60)}”应{what_is_taken(field)}。"


def _cut(text: str, limit: int) -> str:
    """The text with at most `limit` UTF-16 units, which is what Excel counts."""
    if len(text.encode("utf-16-le")) // 2 <= limit:
        return text
    while len(text.encode("utf-16-le")) // 2 > limit - 1:
        text = text[:-1]
    return text + "…"
