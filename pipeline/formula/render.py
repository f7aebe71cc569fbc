"""Prints a formula tree: in words, in symbols, and with the numbers put in."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.formula import syntax as s
from pipeline.formula.figures import Figure, Figures, Operation, Opposite, Terms
from pipeline.formula.functions import WORDS
from pipeline.formula.years import years_back, years_words
from pipeline.quantity import plain

_LEVEL = {"+": 1, "-": 1, "*": 2, "/": 2}
_SIGN = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "}
_AGGREGATES = {
    "sum": "Σ", "count": "计数", "distinct": "不同的个数", "min": "最小", "max": "最大", "avg": "平均", "rank": "名次",
    "irr_flows": "IRR", "payback_flows": "偿还期",
}  # fmt: skip
COMPARISONS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥", "<": "<", ">": ">"}
"""How comparisons are printed."""

Namer = Callable[[s.Name | s.Column], str]


def words(node: s.Node, name: Namer, measure: Namer = lambda _: "") -> str:
    """The formula in words: `（建筑面积 + 构筑物面积） ÷ 用地面积`.

    `measure` gives the unit of a name as it follows a number: a bare number compared with it is of that unit.
    """
    return _print(node, 0, lambda n: _leaf_words(n, name, measure))


def symbolic(node: s.Node, name: Namer) -> str:
    """The formula in symbols: `(A_ZJZW + A_ZGZW) / A_YD`."""
    return words(node, name).replace(" ÷ ", " / ").replace("（", "(").replace("）", ")")


def substituted(figures: Figures, level: int = 0) -> str:
    """The formula with the numbers of an evaluation put in: `(79379 + 0) ÷ 77037`."""
    match figures:
        case Figure(text):
            return text
        case Terms(texts):
            return f"({' + '.join(texts)})"
        case Opposite(operand):
            return f"−{substituted(operand, 3)}"
        case Operation(op, left, right):
            mine = _LEVEL[op]
            first, second = substituted(left, mine), substituted(right, mine + (1 if op in "-/" else 0))
            whole = f"{first}{_SIGN[op]}{second}"
            return f"({whole})" if mine < level else whole


def _print(node: s.Node, level: int, leaf: Callable[[s.Node], str | None]) -> str:
    text = leaf(node)
    if text is not None:
        return text
    match node:
        case s.Binary(op, left, right):
            mine = _LEVEL[op]
            first = _print(left, mine, leaf)
            second = _print(right, mine + (1 if op in "-/" else 0), leaf)
            whole = f"{first}{_SIGN[op]}{second}"
            return f"({whole})" if mine < level else whole
        case s.Negate(operand):
            return f"−{_print(operand, 3, leaf)}"
        case s.Call("if", (condition, first_node, second_node)):
            yes, no = _print(first_node, 0, leaf), _print(second_node, 0, leaf)
            return f"［若 {_print(condition, 0, leaf)}：{yes}；否则：{no}］"
        case _:
            return "—"


def _leaf_words(node: s.Node, name: Namer, measure: Namer) -> str | None:
    def inner(n: s.Node) -> str:
        return words(n, name, measure)

    def side(n: s.Node, other: s.Node) -> str:
        known = isinstance(n, s.Number) and isinstance(other, s.Name | s.Column)
        return inner(n) + (measure(other) if known else "")  # type: ignore[arg-type]

    match node:
        case s.Number(value):
            return plain(value)
        case s.Text(value):
            return f"“{value}”"
        case s.Name() | s.Column():
            return name(node)
        case s.Compare(op, left, right):
            return f"{side(left, right)} {COMPARISONS[op]} {side(right, left)}"
        case s.Logic(op, left, right):
            sides = (
                f"（{inner(n)}）" if isinstance(n, s.Logic) and n.op != op else inner(n)
                for n in (left, right)
            )
            return (" 且 " if op == "and" else " 或 ").join(sides)
        case s.Not(operand):
            return f"非（{inner(operand)}）"
        case s.Among(operand, options):
            return f"{inner(operand)} 属于 {'、'.join(inner(o) for o in options)}"
        case s.Aggregate(kind, expression, where):
            sign = _AGGREGATES[kind]
            condition = f"，{inner(where)}" if where is not None else ""
            return f"{sign}（{inner(expression)}{condition}）"
        case s.Call("at", (cell, key)):
            return f"{inner(cell)}（{key.value if isinstance(key, s.Text) else inner(key)}）"
        case s.Call("prev"):
            back, earlier = years_back(node)
            shown = inner(earlier)
            return f"{years_words(back)}{f'（{shown}）' if isinstance(earlier, s.Binary) else shown}"
        case s.Call(function, arguments) if function != "if":
            return _call_words(function, [inner(a) for a in arguments])
        case _:
            return None


def _call_words(function: str, arguments: list[str]) -> str:
    if function in WORDS:
        return WORDS[function].format(*arguments)
    match function:
        case "abs":
            return f"|{arguments[0]}|"
        case "yoy":
            return f"{arguments[0]}的同比变化"
        case "present":
            return f"已填{arguments[0]}"
        case "note":
            return f"{arguments[0]}的备注"
        case "has":
            return f"{arguments[0]}含{arguments[1]}"
        case "edition":
            return f"按 {arguments[0].strip('“”')} 版评价"
        case "year_of":
            return f"{arguments[0]}的年份"
        case "linear":
            return f"{arguments[0]}由 {arguments[1]} 到 {arguments[2]} 的线性比例"
        case "apply_factor":
            return f"{arguments[3]} × {arguments[2]}的系数"
        case "factor":
            return f"{arguments[2]}的系数"
        case _:
            return f"{arguments[2]}有系数"
