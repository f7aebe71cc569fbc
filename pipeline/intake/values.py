"""A cell becomes a typed value of its field, or one finding says why not.

Accepted is what has one meaning only; unless it was written as we ask for it, a note tells how it was read. Everything
else is refused with the reading that we would propose.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from pipeline.findings import CellRef, Finding, nearest
from pipeline.intake import dates, texts
from pipeline.intake.numbers import Asked, NoNumber, asked_in, in_reason, parse_number, percent_number
from pipeline.intake.words import clean, folded, listed, shown
from pipeline.intake.workbook import Cell, CellKind
from pipeline.messages import finding
from pipeline.quantity import MISSING, NotApplicable, NotDetected, Value, plain
from pipeline.standard.types import Field

_LONGEST_WORD: Final = 1000
"""Longer texts are no kinds of blank."""
_NOT_FILLED = frozenset({"未填", "待填", "待补", "待补充", "未填写", "请填写", "请选择"})
_PLACEHOLDER = re.compile(r"[/\\\-−–—―_~～·.。、*#?？]+")
_NOT_APPLICABLE = re.compile(
    r"(?:不适用|不涉及|n\s*/?\s*a|n\.a\.?)\s*(?:[(（:：,，、]\s*(?P<reason>.*?)\s*[)）]?)?", re.I | re.S
)
_NOT_DETECTED = re.compile(
    r"(?:未检出|nd|n\.d\.?|低于检出限|<\s*检出限)\s*(?:[(（:：,，]?\s*(?:检出限)?\s*[:：=为]?\s*(?P<limit>.*?)\s*[)）]?)?",
    re.I | re.S,
)
_BELOW = re.compile(r"[<＜]\s*(?P<limit>.+)", re.S)
_YES: Final = frozenset({"是", "是的", "√", "✓", "✔", "☑", "y", "yes", "有", "true", "1", "对", "已有"})
_NO: Final = frozenset(
    {"否", "不是", "×", "✗", "✘", "x", "n", "no", "无", "没有", "false", "0", "错", "未有"}
)
_TICKED: Final = "☑■√✓✔"
_BOXES = re.compile(rf"([{_TICKED}□☐])是[/、]?([{_TICKED}□☐])否")
_PICTURE_FORMULA = re.compile(r"=(?:_xlfn\.)?DISPIMG\(", re.I)
_SEPARATORS = re.compile(r"[、，,；;\n]")


class Reading(NamedTuple):
    """What was read. `refused` tells that something stands in the cell but is no answer: `value` is then MISSING."""

    value: Value
    finding: Finding | None = None
    refused: bool = False


NOTHING: Final = Reading(MISSING)


class Question(NamedTuple):
    """A field asked at a cell: `subject` names it in findings, `note` is the text of the 备注 cell, `unit` that of the
    cell in its row that names its unit (`unit_from`).

    Named tuples here: thousands are made of each workbook, at a third of the cost of a frozen record.
    """

    field: Field
    subject: str
    where: CellRef
    note: str = ""
    unit: str = ""

    @property
    def asked(self) -> Asked:
        """The unit that a number is asked in here."""
        return asked_in(self.field, self.unit)

    def refuse(self, code: str, cell: Cell, **details: str) -> Reading:
        """The cell is no answer."""
        kind = "数值" if self.field.is_number else "内容"
        words = {"raw": raw_text(cell), "what": self.field.label, "kind": kind, **details}
        return Reading(MISSING, finding(code, self.subject, self.where, **words), refused=True)

    def accept(self, value: Value, cell: Cell, as_asked: bool) -> Reading:
        """The cell is an answer; a note tells how it was read unless it was written as we ask for it."""
        if as_asked:
            return Reading(value)
        words = {"raw": raw_text(cell), "value": shown(value_text(value))}
        words["how"] = "文本格式的数字" if words["raw"] == words["value"] else "已规范化"
        return Reading(value, finding("normalised", self.subject, self.where, **words))


def read_value(cell: Cell, question: Question) -> Reading:
    """The typed value of a cell for the question that is asked there."""
    if cell.kind is CellKind.BLANK:
        return NOTHING
    if cell.kind is CellKind.ERROR:
        return question.refuse("cell_error", cell)
    if cell.kind is CellKind.NO_RESULT:
        return question.refuse("formula_without_result", cell)
    if isinstance(cell.value, str):
        if question.field.type == "choice" and cell.value in question.field.options:
            return Reading(cell.value)
        special = _special_text(cell, clean(cell.value), question)
        if special is not None:
            return special
    return _READERS[question.field.type](cell, question)


def raw_text(cell: Cell) -> str:
    """What stands in the cell, for a message."""
    if cell.percent and isinstance(cell.value, Decimal):
        return f"{plain(cell.value * 100)}%"
    return shown(value_text(cell.value)) if cell.value is not None else ""


def value_text(value: object) -> str:
    """A value for a message."""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return listed(value)
    if isinstance(value, NotApplicable):
        return f"不适用（{value.reason}）" if value.reason else "不适用"
    if isinstance(value, NotDetected):
        return "未检出" if value.limit is None else f"未检出(<{plain(value.limit)})"
    return value.isoformat(" ") if isinstance(value, dt.datetime) else str(value)


def _proposal(text: str) -> str:
    return f"如果是 {text}，请填 {text}。" if text else ""


# -- texts that are no value -----------------------------------------------------------------------------------
def _special_text(cell: Cell, text: str, question: Question) -> Reading | None:
    """The kinds of blank and what is never an answer; None for an ordinary text."""
    field = question.field
    if not text or (folded(text) in _NOT_FILLED and text not in field.choices):
        return NOTHING
    if text[0] == "=" and _PICTURE_FORMULA.match(text):
        return question.refuse("picture_in_cell", cell)
    if field.choices and folded(text) in map(folded, field.choices):
        return None
    if _PLACEHOLDER.fullmatch(text):
        return _placeholder(cell, question)
    if len(text) > _LONGEST_WORD:
        return None
    if _NOT_APPLICABLE.fullmatch(text):
        return _not_applicable(cell, text, question)
    if field.type in ("number", "integer"):
        return _not_detected(cell, text, question)
    return None


def _placeholder(cell: Cell, question: Question) -> Reading:
    """`/` and its like. Where the question may not arise at all (`when`), it is as good as blank."""
    field = question.field
    if field.when is not None or (field.type in ("text", "long_text") and not field.required):
        return NOTHING
    forbidden = field.not_applicable == "forbidden"
    advice = "本项不能不适用。" if forbidden else "不适用请写“不适用”，并在备注写明理由。"
    if not field.is_number:
        return question.refuse("placeholder", cell, proposal=advice)
    advice = f"未填请留空；没有发生填 0{'。' if forbidden else '；'}{advice}"
    return question.refuse("not_a_number", cell, unit=_unit_words(question), proposal=advice)


def _not_applicable(cell: Cell, text: str, question: Question) -> Reading | None:
    field = question.field
    match = _NOT_APPLICABLE.fullmatch(text)
    reason = clean((match and match.group("reason")) or "") or question.note
    if field.not_applicable != "forbidden":
        return Reading(NotApplicable(reason))
    if field.when is not None:
        return NOTHING
    free_text = field.type in ("text", "long_text") and not (field.pattern or field.format)
    if free_text and not field.required:
        return None
    return question.refuse("not_applicable_forbidden", cell)


def _not_detected(cell: Cell, text: str, question: Question) -> Reading | None:
    """`未检出`, `ND`, `未检出(<0.5)`, `<0.5`; None when the text says nothing of the kind."""
    match = _BELOW.fullmatch(text)
    if match is None:
        match = _NOT_DETECTED.fullmatch(text)
        if match is None:
            return None
    limit_text = (match.group("limit") or "").lstrip("<＜").strip("()（） ")
    limit = parse_number(limit_text, question.asked) if limit_text else None
    if isinstance(limit, NoNumber):
        return question.refuse("not_a_number", cell, unit=_unit_words(question))
    if question.field.not_detected == "forbidden":
        return question.refuse("not_detected_forbidden", cell)
    return Reading(NotDetected(limit.value if limit else None))


# -- numbers -----------------------------------------------------------------------------------------------------
def _unit_words(question: Question) -> str:
    unit = question.asked.text
    if unit is None and question.field.unit_from is not None:
        return "，单位写在本行的单位一栏"
    return f"，单位 {unit}" if unit and unit != "1" else ""


def _number(cell: Cell, question: Question) -> Reading:
    if isinstance(cell.value, Decimal):
        result = percent_number(cell.value, question.asked) if cell.percent else in_reason(cell.value)
    elif isinstance(cell.value, str):
        result = parse_number(cell.value, question.asked)
    else:
        result = NoNumber("not_a_number")
    if isinstance(result, NoNumber):
        return _no_number(cell, question, result)
    if question.field.type == "integer" and result.value != result.value.to_integral_value():
        return question.refuse("not_an_integer", cell, unit=_unit_words(question))
    if _like_a_fraction(result.value, cell, question.field):
        words = {"raw": plain(result.value), "percent": plain(result.value * 100)}
        return Reading(result.value, finding("like_a_fraction", question.subject, question.where, **words))
    return question.accept(result.value, cell, cell.kind is CellKind.NUMBER and not cell.percent)


def _like_a_fraction(value: Decimal, cell: Cell, field: Field) -> bool:
    """Whether a bare 0.92 stands where per cent are asked; who writes 0.92% or formats the cell as % means it."""
    if field.unit != "%" or field.below_one or not 0 < value <= 1 or cell.percent:
        return False
    return not (isinstance(cell.value, str) and "%" in unicodedata.normalize("NFKC", cell.value))


def _no_number(cell: Cell, question: Question, result: NoNumber) -> Reading:
    unit = "1（无量纲）" if question.asked.text == "1" else question.asked.text or ""
    words = {"not_a_number": _unit_words(question), "other_unit": unit}.get(result.code, f" {unit}")
    proposed = _proposal("" if result.proposal is None else plain(result.proposal))
    return question.refuse(result.code, cell, unit=words, proposal=proposed)


# -- dates -------------------------------------------------------------------------------------------------------
def _dated(
    parse: Callable[[Cell], dates.Read | dates.NotRead], code: str
) -> Callable[[Cell, Question], Reading]:
    def read(cell: Cell, question: Question) -> Reading:
        result = parse(cell) if not isinstance(cell.value, bool) else dates.NotRead()
        if isinstance(result, dates.NotRead):
            return question.refuse(code, cell, proposal=_proposal(result.proposal))
        return question.accept(result.value, cell, result.exact)

    return read


# -- choices -----------------------------------------------------------------------------------------------------
def _option(text: str, field: Field) -> str | None:
    """The option that the text means: the same words, the same but for width, blanks and case, or an alias."""
    options = field.choices
    if text in options:
        return text
    alike = [o for o in options if folded(o) == folded(text)]
    alike = alike or [o for o in options if folded(text) in map(folded, field.option_aliases.get(o, ()))]
    return alike[0] if len(alike) == 1 else None


def _not_an_option(cell: Cell, text: str, question: Question) -> Reading:
    options = question.field.choices
    near = nearest(text, options)
    listing = listed(options[:12]) + ("……" if len(options) > 12 else "")
    return question.refuse(
        "not_an_option", cell, raw=shown(text), near=f"，是否为“{near}”" if near else "", options=listing
    )


def _plain_text(cell: Cell) -> str:
    if isinstance(cell.value, bool):
        return "TRUE" if cell.value else "FALSE"
    return clean(value_text(cell.value))


def _choice(cell: Cell, question: Question) -> Reading:
    text = _plain_text(cell)
    option = _option(text, question.field)
    if option is None:
        return _not_an_option(cell, text, question)
    return question.accept(option, cell, option == text)


def _multi_choice(cell: Cell, question: Question) -> Reading:
    options = question.field.choices
    text = _plain_text(cell)
    whole = _option(text, question.field)
    parts = [text] if whole is not None else [p for p in map(clean, _SEPARATORS.split(text)) if p]
    chosen: set[str] = set()
    for part in parts:
        option = _option(part, question.field)
        if option is None:
            return _not_an_option(cell, part, question)
        chosen.add(option)
    value = tuple(o for o in options if o in chosen)
    as_asked = sorted(text.split("、")) == sorted(value) or text in value
    return question.accept(value, cell, as_asked)


def _yes_no(cell: Cell, question: Question) -> Reading:
    text = _plain_text(cell)
    key = folded(text)
    if key in _YES or key in _NO:
        return question.accept(key in _YES, cell, text in ("是", "否"))
    boxes = _BOXES.fullmatch(key)
    ticked = [box in _TICKED for box in boxes.groups()] if boxes else []
    if sum(ticked) == 1:
        return question.accept(ticked[0], cell, False)
    return _not_an_option(cell, text, question)


# -- texts -------------------------------------------------------------------------------------------------------
def _text(cell: Cell, question: Question) -> Reading:
    field = question.field
    text = _plain_text(cell)
    if field.format is None:
        return Reading(text)
    compact = "".join(unicodedata.normalize("NFKC", text).split())
    problem = texts.FORMATS[field.format](compact)
    if problem is not None:
        return question.refuse(field.format, cell, problem=problem)
    value = compact.upper() if field.format == "credit_code" else compact
    return question.accept(value, cell, value == text)


_READERS: Final[Mapping[str, Callable[[Cell, Question], Reading]]] = {
    "text": _text,
    "long_text": _text,
    "number": _number,
    "integer": _number,
    "date": _dated(dates.parse_date, "not_a_date"),
    "year": _dated(dates.parse_year, "not_a_year"),
    "month": _dated(dates.parse_month, "not_a_month"),
    "choice": _choice,
    "multi_choice": _multi_choice,
    "yes_no": _yes_no,
}
