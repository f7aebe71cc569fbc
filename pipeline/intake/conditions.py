"""The `when` of a field as a spreadsheet formula, as Chinese words, and as a truth for the cells just written.

Only conditions over single answers are translated (是/否, choices, comparisons with a number); any other condition has
no translation, and its field is shown as optional.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipeline.formula import syntax as s
from pipeline.quantity import plain
from pipeline.standard.types import Field

CellText = str | Decimal | None
"""What stands in a cell, as the formulas see it: text, a number, or nothing."""

_EXCEL_OPS: Mapping[str, str] = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_WORDS: Mapping[str, str] = {
    "==": "为",
    "!=": "不为",
    "<": "小于",
    "<=": "不大于",
    ">": "大于",
    ">=": "不小于",
}


class Untranslatable(Exception):
    """The condition reads more than single answers."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A translated condition. `excel` has no leading equals sign."""

    excel: str
    words: str
    holds: Callable[[Callable[[s.Name | s.Column], CellText]], bool]


@dataclass(frozen=True, slots=True)
class Names:
    """How a condition's names are found: the field, and the reference (a defined name or a cell) of its answer."""

    field: Callable[[s.Name | s.Column], Field | None]
    reference: Callable[[s.Name | s.Column], str]
    edition: Callable[[str], Condition | None] = lambda _: None


def translate(when: str, names: Names) -> Condition | None:
    """The condition, or None when it cannot be put into a simple formula."""
    try:
        return _node(s.parse(when), names)
    except Untranslatable:
        return None


def quoted(text: str) -> str:
    """The text as a string in a formula."""
    return '"' + text.replace('"', '""') + '"'


def _node(node: s.Node, names: Names) -> Condition:
    match node:
        case s.Name() | s.Column():
            return _is_yes(node, names)
        case s.Compare(op, s.Name() | s.Column() as left, s.Text(text)):
            return _is_text(left, op, text, names)
        case s.Compare(op, s.Name() | s.Column() as left, s.Number(number)):
            return _compares(left, op, number, names)
        case s.Among(s.Name() | s.Column() as left, options):
            return _among(left, options, names)
        case s.Logic(op, left, right):
            return _logic(op, _node(left, names), _node(right, names))
        case s.Not(operand):
            inner = _node(operand, names)
            return Condition(
                f"NOT({inner.excel})", f"并非（{inner.words}）", lambda cell: not inner.holds(cell)
            )
        case s.Call("has", (s.Name() | s.Column() as left, s.Text(text))):
            return _has(left, text, names)
        case s.Call("present", (s.Name() | s.Column() as left,)):
            label, at = _label(left, names), names.reference(left)
            return Condition(f"LEN({at})>0", f"“{label}”已填", lambda cell: cell(left) is not None)
        case s.Call("edition", (s.Text(name),)):
            return _edition(name, names)
        case _:
            raise Untranslatable


def _edition(name: str, names: Names) -> Condition:
    condition = names.edition(name)
    if condition is None:
        raise Untranslatable
    return condition


def _label(node: s.Name | s.Column, names: Names) -> str:
    field = names.field(node)
    if field is None:
        raise Untranslatable
    return field.label


def _is_yes(node: s.Name | s.Column, names: Names) -> Condition:
    field = names.field(node)
    if field is None or field.type != "yes_no":
        raise Untranslatable
    return _is_text(node, "==", "是", names)


def _is_text(node: s.Name | s.Column, op: str, text: str, names: Names) -> Condition:
    label, at = _label(node, names), names.reference(node)
    if op not in ("==", "!="):
        raise Untranslatable
    excel = f"{at}={quoted(text)}"
    if op == "==":
        return Condition(excel, f"“{label}”为“{text}”", lambda cell: cell(node) == text)
    return Condition(
        f"AND(LEN({at})>0,NOT({excel}))",
        f"“{label}”不为“{text}”",
        lambda cell: cell(node) not in (None, text),
    )


def _compares(node: s.Name | s.Column, op: str, number: Decimal, names: Names) -> Condition:
    label, at = _label(node, names), names.reference(node)

    def holds(cell: Callable[[s.Name | s.Column], CellText]) -> bool:
        value = cell(node)
        return isinstance(value, Decimal) and _compare(op, value, number)

    figure = plain(number)
    return Condition(
        f"AND(ISNUMBER({at}),{at}{_EXCEL_OPS[op]}{figure})", f"“{label}”{_WORDS[op]} {figure}", holds
    )


def _compare(op: str, left: Decimal, right: Decimal) -> bool:
    results = {
        "==": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }
    return results[op]


def _among(node: s.Name | s.Column, options: tuple[s.Number | s.Text, ...], names: Names) -> Condition:
    parts = [
        _is_text(node, "==", o.value, names)
        if isinstance(o, s.Text)
        else _compares(node, "==", o.value, names)
        for o in options
    ]
    wanted = "、".join(o.value if isinstance(o, s.Text) else plain(o.value) for o in options)
    return Condition(
        f"OR({','.join(p.excel for p in parts)})",
        f"“{_label(node, names)}”为“{wanted}”之一",
        lambda cell: any(p.holds(cell) for p in parts),
    )


def _logic(op: str, left: Condition, right: Condition) -> Condition:
    if op == "and":
        return Condition(
            f"AND({left.excel},{right.excel})",
            f"{left.words}且{right.words}",
            lambda cell: left.holds(cell) and right.holds(cell),
        )
    return Condition(
        f"OR({left.excel},{right.excel})",
        f"{left.words}或{right.words}",
        lambda cell: left.holds(cell) or right.holds(cell),
    )


def _has(node: s.Name | s.Column, text: str, names: Names) -> Condition:
    label, at = _label(node, names), names.reference(node)

    def holds(cell: Callable[[s.Name | s.Column], CellText]) -> bool:
        value = cell(node)
        return isinstance(value, str) and f"、{text}、" in f"、{value}、"

    excel = f'ISNUMBER(FIND({quoted(f"、{text}、")},"、"&{at}&"、"))'
    return Condition(excel, f"“{label}”含“{text}”", holds)
