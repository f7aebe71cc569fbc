"""The formula language: tokens and grammar. A closed expression language without attribute access and without code.

expression := or
or         := and ("or" and)*
and        := not ("and" not)*
not        := "not" not | comparison
comparison := sum (("==" | "!=" | "<" | "<=" | ">" | ">=") sum | "in" "[" literal ("," literal)* "]")?
sum        := term (("+" | "-") term)*
term       := unary (("*" | "/") unary)*
unary      := "-" unary | atom
atom       := number | 'text' | name | table "." column | call | "(" expression ")"
call       := name "(" (expression ("," expression)*)? ")"
            | aggregate "(" expression ("," expression)? ("where" expression)? ")"
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from pipeline.memo import per_object

AGGREGATES = ("sum", "count", "distinct", "min", "max", "avg", "rank", "irr_flows", "payback_flows")
_ALIKE = ("sum", "count", "distinct", "min", "max", "avg")
"""Aggregates that know nothing of the row at hand."""
BY_PERIOD = ("irr_flows", "payback_flows")
"""Aggregates with a second expression: the year that a row's flow belongs to."""
FUNCTIONS: dict[str, tuple[int, int]] = {
    # name: (fewest, most arguments)
    "abs": (1, 1),
    "prev": (1, 1),
    "yoy": (1, 1),
    "present": (1, 1),
    "note": (1, 1),
    "has": (2, 2),
    "year_of": (1, 1),
    "if": (3, 3),
    "factor": (3, 3),
    "has_factor": (3, 3),
    "apply_factor": (5, 6),
    "at": (2, 2),
    "linear": (3, 4),
    "edition": (1, 1),
    "outer": (1, 1),
    "first": (1, 3),
    "applicable": (1, 1),
    "add_months": (2, 2),
    "meets": (3, 3),
    "agrees": (2, 2),
    "discount": (3, 3),
    "npv": (4, 4),
    "irr": (3, 3),
    "irr_trial": (3, 3),
}
_WORDS = {"and", "or", "not", "in", "where"}
_MAX_DEPTH = 60
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'[^']*')|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<op>==|!=|<=|>=|[-+*/()<>,.\[\]]))"
)


class FormulaError(ValueError):
    """The formula does not follow the grammar; the message says where."""


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Name:
    """A field, quantity, indicator or constant."""

    id: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the row at hand."""

    table: str
    column: str


@dataclass(frozen=True, slots=True)
class Negate:
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """`+ - * /`."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare:
    """`== != < <= > >=`."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Among:
    """`x in [literal, …]`."""

    operand: Node
    options: tuple[Number | Text, ...]


@dataclass(frozen=True, slots=True)
class Logic:
    """`and`, `or`."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Not:
    operand: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the fixed table FUNCTIONS."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`sum(expression where condition)` over the rows of one table; `count(table where condition)` has a Name inside.

    `period`: of a series of flows, the year of each row.
    """

    kind: str
    expression: Node
    where: Node | None
    period: Node | None = None


Node = Number | Text | Name | Column | Negate | Binary | Compare | Among | Logic | Not | Call | Aggregate


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, in the order of the text."""
    match node:
        case Negate(operand) | Not(operand) | Among(operand, _):
            return (operand,)
        case Binary(_, left, right) | Compare(_, left, right) | Logic(_, left, right):
            return left, right
        case Call(_, arguments):
            return arguments
        case Aggregate(_, expression, where, period):
            return tuple(n for n in (expression, period, where) if n is not None)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, depth first."""
    yield node
    for child in children(node):
        yield from walk(child)


@per_object(4096)
def names(node: Node) -> frozenset[str]:
    """The ids of fields, quantities, indicators and constants that the formula reads."""
    return frozenset(n.id for n in walk(node) if isinstance(n, Name))


@per_object(4096)
def columns(node: Node) -> frozenset[Column]:
    """The table columns that the formula reads."""
    return frozenset(n for n in walk(node) if isinstance(n, Column))


@per_object(4096)
def is_closed(node: Aggregate) -> bool:
    """Whether the aggregate is the same whatever row is at hand outside of it: it reads columns of its own table only, and
    nothing in it can be a fault (division, functions) that would be told at that row."""
    tables = aggregate_tables(node)
    inner = [n for n in walk(node) if n is not node]
    if any(isinstance(n, Aggregate | Call) or (isinstance(n, Binary) and n.op == "/") for n in inner):
        return False
    return node.kind in _ALIKE and all(n.table in tables for n in inner if isinstance(n, Column))


@per_object(4096)
def aggregate_tables(node: Aggregate) -> frozenset[str]:
    """The tables that the aggregate's expression names (condition, inner aggregates and looked-up cells apart)."""
    if isinstance(node.expression, Name):
        return frozenset({node.expression.id})
    found: set[str] = set()
    pending: list[Node] = [node.expression]
    while pending:
        current = pending.pop()
        if isinstance(current, Column):
            found.add(current.table)
        if not isinstance(current, Aggregate) and not (
            isinstance(current, Call) and current.function in ("at", "outer")
        ):
            pending.extend(children(current))
    return frozenset(found)


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """The tree of a formula. Raises FormulaError with the place and what was expected there."""
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        self.position = 0
        self.depth = 0
        self._tokenize()

    def _tokenize(self) -> None:
        at = 0
        text = self.text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise FormulaError(f"第 {at + 1} 个字符“{text[at : at + 8].strip()}”不认识")
            kind = str(match.lastgroup)
            self.tokens.append((kind, match.group(kind), match.start(kind)))
            at = match.end()
        self.tokens.append(("end", "", len(text)))

    # -- helpers ---------------------------------------------------------------------------------------
    @property
    def token(self) -> tuple[str, str, int]:
        return self.tokens[self.position]

    def _is(self, word: str) -> bool:
        kind, value, _ = self.token
        return value == word and (kind == "op" or (kind == "name" and word in _WORDS))

    def _accept(self, word: str) -> bool:
        if self._is(word):
            self.position += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            kind, value, at = self.token
            seen = "公式在此结束" if kind == "end" else f"这里是“{value}”"
            raise FormulaError(f"第 {at + 1} 个字符处应为“{word}”，{seen}")

    def whole(self) -> Node:
        node = self.expression()
        if self.token[0] != "end":
            raise FormulaError(f"第 {self.token[2] + 1} 个字符“{self.token[1]}”处不应再有内容")
        return node

    # -- grammar ---------------------------------------------------------------------------------------
    def expression(self) -> Node:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise FormulaError("公式嵌套过深")
        node = self._and()
        while self._accept("or"):
            node = Logic("or", node, self._and())
        self.depth -= 1
        return node

    def _and(self) -> Node:
        node = self._not()
        while self._accept("and"):
            node = Logic("and", node, self._not())
        return node

    def _not(self) -> Node:
        if self._accept("not"):
            return Not(self._not())
        return self._comparison()

    def _comparison(self) -> Node:
        left = self._sum()
        if self._accept("in"):
            self._expect("[")
            options = [self._literal()]
            while self._accept(","):
                options.append(self._literal())
            self._expect("]")
            return Among(left, tuple(options))
        for op in ("==", "!=", "<=", ">=", "<", ">"):
            if self._accept(op):
                return Compare(op, left, self._sum())
        return left

    def _literal(self) -> Number | Text:
        node = self._unary()
        if isinstance(node, Negate) and isinstance(node.operand, Number):
            return Number(-node.operand.value)
        if isinstance(node, Number | Text):
            return node
        raise FormulaError("“in [ … ]”里只能写数字或引号里的文字")

    def _sum(self) -> Node:
        node = self._term()
        while self._is("+") or self._is("-"):
            op = self.token[1]
            self.position += 1
            node = Binary(op, node, self._term())
        return node

    def _term(self) -> Node:
        node = self._unary()
        while self._is("*") or self._is("/"):
            op = self.token[1]
            self.position += 1
            node = Binary(op, node, self._unary())
        return node

    def _unary(self) -> Node:
        if self._accept("-"):
            self.depth += 1
            if self.depth > _MAX_DEPTH:
                raise FormulaError("公式嵌套过深")
            node = Negate(self._unary())
            self.depth -= 1
            return node
        return self._atom()

    def _atom(self) -> Node:
        kind, value, at = self.token
        if kind == "number":
            self.position += 1
            return Number(Decimal(value))
        if kind == "text":
            self.position += 1
            return Text(value[1:-1])
        if kind == "name" and value not in _WORDS:
            self.position += 1
            return self._named(value, at)
        if self._accept("("):
            node = self.expression()
            self._expect(")")
            return node
        seen = "公式在此结束" if kind == "end" else f"这里是“{value}”"
        raise FormulaError(f"第 {at + 1} 个字符处应为数值、名称或括号，{seen}")

    def _named(self, name: str, at: int) -> Node:
        if self._accept("."):
            kind, column, column_at = self.token
            if kind != "name":
                raise FormulaError(f"第 {column_at + 1} 个字符处应为列名")
            self.position += 1
            return Column(name, column)
        if not self._accept("("):
            return Name(name)
        if name in AGGREGATES:
            return self._aggregate(name)
        if name not in FUNCTIONS:
            raise FormulaError(f"第 {at + 1} 个字符处的函数“{name}”不存在")
        arguments: list[Node] = []
        if not self._is(")"):
            arguments.append(self.expression())
            while self._accept(","):
                arguments.append(self.expression())
        self._expect(")")
        fewest, most = FUNCTIONS[name]
        if not fewest <= len(arguments) <= most:
            wanted = str(fewest) if fewest == most else f"{fewest}～{most}"
            raise FormulaError(f"函数“{name}”要 {wanted} 个参数，这里有 {len(arguments)} 个")
        return Call(name, tuple(arguments))

    def _aggregate(self, kind: str) -> Node:
        expression = self.expression()
        period = None
        if kind in BY_PERIOD:
            self._expect(",")
            period = self.expression()
        where = self.expression() if self._accept("where") else None
        self._expect(")")
        node = Aggregate(kind, expression, where, period)
        tables = aggregate_tables(node)
        if len(tables) != 1:
            raise FormulaError(f"“{kind}( … )”里应当恰好是一张表的列")
        if kind == "count" and not isinstance(expression, Name):
            raise FormulaError("“count( … )”里写表名")
        return node
