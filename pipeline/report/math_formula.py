"""Formula trees as equations: in symbols from the tree of the pack, in numbers from the tree of the trace."""

from __future__ import annotations

import re
from typing import Final

from pipeline.formula import syntax as s
from pipeline.formula.figures import Figure, Figures, Operation, Opposite, Terms
from pipeline.formula.functions import WORDS
from pipeline.formula.render import COMPARISONS, Namer
from pipeline.formula.years import years_back, years_words
from pipeline.quantity import plain
from pipeline.report import math as om
from pipeline.report.math import Row
from pipeline.report.math_lines import LINE, broken, width
from pipeline.report.ooxml import qn

_SIGN: Final = {"+": "+", "-": "−", "*": "×"}
_SUM, _PRODUCT, _ATOM = 3, 4, 5
_FUNCTIONS: Final = {
    "count": "计数", "distinct": "不同的个数", "min": "min", "max": "max", "avg": "平均", "rank": "名次", "irr_flows": "IRR", "payback_flows": "偿还期",
}  # fmt: skip
_PLACE: Final = re.compile(r"\{(\d)\}")
_CASES_ROOM: Final = LINE * 0.85
"""What a case distinction may take, beside the brace and the left side."""


def in_numbers(figures: Figures, *, as_factor: bool = False) -> Row:
    """The formula with its numbers: a fraction of numbers, sums in brackets only where they need them.

    `as_factor`: something will be multiplied to it, so a sum needs them.
    """
    return _bracketed(*_numbers(figures), _PRODUCT if as_factor else 0)


def _numbers(figures: Figures) -> tuple[Row, int]:
    """The row and how tightly it binds."""
    match figures:
        case Figure(text):
            return om.number(text), _ATOM
        case Terms(texts):
            row = om.number(texts[0])
            for text in texts[1:]:
                row = [*row, om.math("+"), *_guarded(om.number(text))]
            return row, _SUM
        case Opposite(operand):
            return [om.math("−"), *_guarded(_bracketed(*_numbers(operand), _ATOM))], _SUM
        case Operation(op, left, right):
            return _operation(op, _numbers(left), _numbers(right))


def _operation(op: str, left: tuple[Row, int], right: tuple[Row, int]) -> tuple[Row, int]:
    if op == "/":
        return [om.fraction(left[0], right[0])], _ATOM
    mine = _PRODUCT if op == "*" else _SUM
    first = _bracketed(*left, mine)
    if op == "*" and first[-1].tag == qn("m:nary"):
        first = [om.enclosed(first)]
    second = _guarded(_bracketed(*right, mine + (op == "-")))
    return [*first, om.math(_SIGN[op]), *second], mine


def _bracketed(row: Row, binds: int, needed: int) -> Row:
    return row if binds >= needed else [om.enclosed(row)]


def _guarded(row: Row) -> Row:
    """No two signs side by side."""
    return [om.enclosed(row)] if om.run_text(row[0]) == "−" else row


class Symbols:
    """Sets formulas in symbols; `name` gives the symbol of a name, or its label."""

    def __init__(self, name: Namer) -> None:
        self._name = name

    def row(self, node: s.Node) -> Row:
        """The whole formula."""
        return self._bound(node)[0]

    def _inside(self, node: s.Node, needed: int) -> Row:
        return _bracketed(*self._bound(node), needed)

    def _bound(self, node: s.Node) -> tuple[Row, int]:
        """The row and how tightly it binds: 0 or, 1 and, 2 conditions, 3 sums, 4 products, 5 what stands by itself."""
        match node:
            case s.Number(value):
                return om.number(plain(value)), _ATOM
            case s.Text(value):
                return [om.words(f"“{value}”")], _ATOM
            case s.Name() | s.Column():
                return om.symbol(self._name(node)), _ATOM
            case s.Negate(operand):
                return [om.math("−"), *_guarded(self._inside(operand, _ATOM))], _SUM
            case s.Binary(op, left, right):
                return _operation(op, self._bound(left), self._bound(right))
            case s.Aggregate(kind, expression):
                return self._aggregate(kind, expression)
            case s.Call("if"):
                return self._cases(node), 0
            case s.Call(function, arguments):
                return self._call(function, arguments)
            case _:
                return self._condition(node)

    def _aggregate(self, kind: str, expression: s.Node) -> tuple[Row, int]:
        if kind == "sum":
            return [om.total(self._inside(expression, _PRODUCT))], _PRODUCT
        return [om.applied(_FUNCTIONS[kind], [om.enclosed(self.row(expression))])], _ATOM

    def _condition(self, node: s.Node) -> tuple[Row, int]:
        match node:
            case s.Compare(op, left, right):
                sign = om.math(COMPARISONS[op])
                return [*self._inside(left, _SUM), sign, *_guarded(self._inside(right, _SUM))], 2
            case s.Among(operand, options):
                listed = [om.words("，".join(_option(option) for option in options))]
                return [*self._inside(operand, _SUM), om.math("∈"), om.enclosed(listed, "{", "}")], 2
            case s.Logic(op, left, right):
                mine = 1 if op == "and" else 0
                joined = om.words(" 且 " if op == "and" else " 或 ")
                return [*self._inside(left, mine), joined, *self._inside(right, mine)], mine
            case s.Not(operand):
                return [om.words("非"), om.enclosed(self.row(operand))], 2
            case _:
                raise TypeError(f"{type(node).__name__} is no condition")

    def _call(self, function: str, arguments: tuple[s.Node, ...]) -> tuple[Row, int]:
        def inside(at: int) -> Row:
            return self._inside(arguments[at], _ATOM)

        match function:
            case "abs":
                return [om.enclosed(self.row(arguments[0]), "|", "|")], _ATOM
            case "prev":
                return self._earlier(arguments[0]), _ATOM
            case "yoy":
                before = self._earlier(arguments[0])
                rise = [*self._inside(arguments[0], _SUM), om.math("−"), *self._earlier(arguments[0])]
                return [om.fraction(rise, before), om.math("×"), om.words("100%")], _PRODUCT
            case "present":
                return [om.words("已填"), *inside(0)], 2
            case "note":
                return [*inside(0), om.words("的备注")], _ATOM
            case "has":
                return [*inside(0), om.words("含"), *inside(1)], 2
            case "year_of":
                return [*inside(0), om.words("的年份")], _ATOM
            case "at":
                return [*inside(0), om.words("（"), *inside(1), om.words("）")], _ATOM
            case "linear":
                rise = [*self._inside(arguments[0], _SUM), om.math("−"), *inside(1)]
                reach = [*self._inside(arguments[2], _SUM), om.math("−"), *inside(1)]
                return [om.fraction(rise, reach)], _PRODUCT
            case "factor":
                return [*inside(2), om.words("的系数")], _ATOM
            case "apply_factor":
                amount = self._inside(arguments[3], _PRODUCT)
                return [*amount, om.math("×"), *inside(2), om.words("的系数")], _PRODUCT
            case "npv":
                return self._present_value(arguments), _SUM
            case "irr" | "irr_trial":
                listed = [*inside(0), om.words("，"), *inside(1), om.words("，"), *inside(2)]
                return [om.applied("IRR", [om.enclosed(listed)])], _ATOM
            case "has_factor":
                return [*inside(2), om.words("有系数")], 2
            case _:
                return self._in_words(function, arguments), _ATOM

    def _earlier(self, node: s.Node) -> Row:
        """The value of the year before, in one word however many years that is by now."""
        back, earlier = years_back(node)
        return [om.words(years_words(back + 1)), *self._inside(earlier, _ATOM)]

    def _present_value(self, arguments: tuple[s.Node, ...]) -> Row:
        """Σ F / (1 + i)^j − I, j running over the life."""
        rate, investment, flow, life = arguments
        grown = [om.enclosed([om.math("1"), om.math("+"), *self._inside(rate, _PRODUCT)])]
        share = om.fraction(self.row(flow), [om.raised(grown, [om.math("j")])])
        years = [om.words("（j=1…"), *self._inside(life, _ATOM), om.words("）")]
        return [om.total([share]), *years, om.math("−"), *_guarded(self._inside(investment, _PRODUCT))]

    def _in_words(self, function: str, arguments: tuple[s.Node, ...]) -> Row:
        """A call as it reads, its arguments in symbols."""
        row: Row = []
        for part in _PLACE.split(WORDS[function]):
            if part.isdigit():
                row = [*row, *self._inside(arguments[int(part)], _ATOM)]
            elif part:
                row = [*row, om.words(part)]
        return row

    def _cases(self, node: s.Node) -> Row:
        """A case distinction: one line a case, its condition beside it, or below it when there is no room.

        Every line begins with text, a blank if need be: LibreOffice sets only such lines to the left.
        """
        cases: list[tuple[Row, Row]] = []
        rest = node
        while isinstance(rest, s.Call) and rest.function == "if":
            condition, value, rest = rest.arguments
            cases.append(([om.words(" "), *self.row(value)], [om.words("若"), *self.row(condition)]))
        cases.append(([om.words(" "), *self.row(rest)], [om.words("其他情形")]))
        wide = max(width(value) for value, _ in cases) + max(width(when) for _, when in cases) + 3
        if wide <= _CASES_ROOM:
            return [om.enclosed([om.matrix([*cases])], "{", "")]
        lines: list[Row] = []
        for shown, when in cases:
            lines += broken(shown, _CASES_ROOM)
            lines += broken([om.words(" （"), *when, om.words("）")], _CASES_ROOM)
        return [om.enclosed([om.matrix([[line] for line in lines])], "{", "")]


def _option(option: s.Number | s.Text) -> str:
    return plain(option.value) if isinstance(option, s.Number) else f"“{option.value}”"
