"""One value of a data file, checked against its field: `--data` files and worked cases write values by these rules."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pipeline.findings import nearest
from pipeline.intake.workbook import Cell
from pipeline.quantity import MISSING, NotApplicable, NotDetected, Value, from_float, plain
from pipeline.standard.types import Field

NOT_APPLICABLE_WORD = "不适用"
NOT_DETECTED_WORD = "未检出"
SEPARATOR = "、"
CELL_LIMIT = 32767
"""Most characters (UTF-16 units) that a spreadsheet cell holds."""

_LARGEST_EXPONENT = 300

_NOT_DETECTED = re.compile(r"未检出\s*(?:[(（]\s*[<＜]\s*(\d+(?:\.\d+)?)\s*[)）])?")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
UNSAVEABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")


class ValueProblem(ValueError):
    """The value does not suit its field; the message is a part of a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Raw:
    """What stands in the cell as it is, whatever the field asks for: text as text, a number as a number."""

    value: str | Decimal


CellContent = Value | Raw | Cell
"""What a cell is written with; a `Cell` stands as it stood in the workbook it is carried from."""


def shown(value: object) -> str:
    """The value as messages quote it, cut when long."""
    short = isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) <= 20
    text = plain(value) if isinstance(value, Decimal) and short else str(value)
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


def content(field: Field, value: object) -> CellContent:
    """The cell content of a data file's value; `{raw: …}` is taken as it is. Raises ValueProblem."""
    if isinstance(value, Mapping):
        if set(value) != {"raw"}:
            raise ValueProblem("应是一个值（或 {raw: 原样文字}），不是一组键")
        return raw(value["raw"])
    return typed(field, value)


def raw(value: object) -> Raw:
    """Text or number that is written without any check of type. Raises ValueProblem."""
    if isinstance(value, str):
        return Raw(_saveable(value))
    number = _decimal(value)
    if number is None:
        raise ValueProblem(f"raw 只能是文字或数值，不能是{shown(value)}")
    return Raw(number)


def typed(field: Field, value: object) -> Value:
    """The value as the field's type. Raises ValueProblem."""
    if value is None or value == "":
        return MISSING
    if isinstance(value, NotApplicable | NotDetected):
        return value
    if isinstance(value, str):
        value = _saveable(value)
        if value.strip() == NOT_APPLICABLE_WORD and value.strip() not in field.choices:
            return NotApplicable()
    match field.type:
        case "text" | "long_text":
            return _text(value)
        case "number" | "integer":
            return _number(field, value)
        case "year":
            return _year(value)
        case "date":
            return _date(value)
        case "month":
            return _month(value)
        case "yes_no":
            return _yes_no(value)
        case "choice":
            return _choice(field, value)
        case "multi_choice":
            return _choices(field, value)


def _saveable(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if UNSAVEABLE.search(text):
        raise ValueProblem("含有无法存入表格的字符")
    length = len(text.encode("utf-16-le")) // 2
    if length > CELL_LIMIT:
        raise ValueProblem(f"有 {length} 个字符，一个单元格最多 {CELL_LIMIT} 个")
    return text


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        value = from_float(value)
    return value if isinstance(value, Decimal) and _fits_a_cell(value) else None


def _fits_a_cell(value: Decimal) -> bool:
    """Whether a cell can hold the number: binary, of double precision, neither infinite nor turned into 0."""
    return value.is_finite() and (value == 0 or abs(value.adjusted()) <= _LARGEST_EXPONENT)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    hint = "，请加引号" if isinstance(value, Decimal | int | float) else ""
    raise ValueProblem(f"应为文字，这里是{shown(value)}{hint}")


def _number(field: Field, value: object) -> Decimal | NotDetected:
    number = _decimal(value)
    if isinstance(value, str):
        word = value.strip()
        found = _NOT_DETECTED.fullmatch(word)
        if found:
            return NotDetected(Decimal(found.group(1)) if found.group(1) else None)
        if _NUMBER.fullmatch(word):
            try:
                number = _decimal(Decimal(word))
            except InvalidOperation:
                number = None
    if number is None:
        unit = f"（单位 {field.unit}）" if field.unit and field.unit != "1" else ""
        raise ValueProblem(f"应为数值{unit}，这里是{shown(value)}")
    if field.type == "integer" and number != number.to_integral_value():
        raise ValueProblem(f"应为整数，这里是{shown(value)}")
    return number


def _year(value: object) -> Decimal:
    number = _decimal(value)
    if isinstance(value, str) and re.fullmatch(r"\d{4}", value.strip()):
        number = Decimal(value.strip())
    if number is None or number != number.to_integral_value() or not 1900 <= number <= 2100:
        raise ValueProblem(f"应为四位年份，这里是{shown(value)}")
    return number


def _date(value: object) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    found = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found:
        try:
            date = dt.date(int(found.group(1)), int(found.group(2)), int(found.group(3)))
        except ValueError:
            date = None
        if date is not None and date.year >= 1900:
            return date
    raise ValueProblem(f"应为日期，写成 2025-03-01 的样子，这里是{shown(value)}")


def _month(value: object) -> str:
    if isinstance(value, str) and _MONTH.fullmatch(value.strip()):
        return value.strip()
    raise ValueProblem(f"应为月份，写成 2025-03 的样子，这里是{shown(value)}")


def _yes_no(value: object) -> bool:
    if isinstance(value, bool):
        return value
    answers = {"是": True, "否": False}
    if isinstance(value, str) and value.strip() in answers:
        return answers[value.strip()]
    raise ValueProblem(f"应为 是 或 否，这里是{shown(value)}")


def _choice(field: Field, value: object) -> str:
    text = plain(number) if (number := _decimal(value)) is not None else value
    if isinstance(text, str) and text in field.choices:
        return text
    if isinstance(text, str) and text.strip() in field.choices:
        return text.strip()
    part = next((c for c in field.choices if len(str(text)) > 1 and str(text) in c), None)
    near = nearest(str(text), field.choices) or part
    hint = f"，是否为“{near}”？" if near else ""
    raise ValueProblem(f"{shown(value)}不在选项中{hint}可选：{_listed(field.choices)}")


def _choices(field: Field, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        parts: list[object] = [value] if value in field.choices else list(value.split(SEPARATOR))
    elif isinstance(value, list | tuple):
        parts = list(value)
    else:
        raise ValueProblem(f"应为若干选项的列表，这里是{shown(value)}")
    return tuple(_choice(field, part) for part in parts)


def _listed(options: tuple[str, ...]) -> str:
    text = SEPARATOR.join(options[:12])
    return f"{text}…（共 {len(options)} 项）" if len(options) > 12 else text
