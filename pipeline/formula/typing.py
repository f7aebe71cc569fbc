"""What kind of value a formula gives: units are followed through the tree when a pack is loaded.

A kind is a `Unit` (a number in that unit), or one of the words below. A bare number fits any unit when it is added
to or compared with a quantity, and is a pure number when multiplied.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pipeline.formula.syntax import (
    Aggregate,
    Among,
    Binary,
    Call,
    Column,
    Compare,
    Logic,
    Name,
    Negate,
    Node,
    Not,
    Number,
    Text,
    aggregate_tables,
)
from pipeline.units import ONE, PERCENT, Unit, unit

TEXT: Final = "text"
TRUTH: Final = "truth"
DATE: Final = "date"
YEAR: Final = "year"
CHOICES: Final = "choices"
TABLE: Final = "table"
BARE: Final = "bare"
Kind = Unit | str


class KindError(ValueError):
    """The parts of the formula do not fit together."""


Lookup = Callable[[str], Kind | None]
ColumnLookup = Callable[[str, str], Kind | None]
FactorUnit = Callable[[str, str], Unit | None]
"""(family, what) -> unit; what is "result" or "value"."""


class Kinds:
    """Finds the kind of a formula, given the kinds of names and columns. Raises KindError."""

    def __init__(
        self, name: Lookup, column: ColumnLookup, factor: FactorUnit, editions: tuple[str, ...] = ()
    ) -> None:
        self._editions = editions
        self._name = name
        self._column = column
        self._factor = factor

    def of(self, node: Node, bound: frozenset[str] = frozenset()) -> Kind:
        """The kind of `node`; `bound` are the tables whose row is at hand."""
        match node:
            case Number():
                return BARE
            case Text():
                return TEXT
            case Name(id):
                return self._known(self._name(id), id)
            case Column(table, column):
                if table not in bound:
                    raise KindError(f"“{table}.{column}”只能用在 {table} 的逐行公式或 sum( … ) 之类里")
                return self._known(self._column(table, column), f"{table}.{column}")
            case Negate(operand):
                return self._number(operand, bound)
            case Binary(op, left, right):
                return self._arithmetic(op, left, right, bound)
            case Compare(op, left, right):
                self._comparable(op, self.of(left, bound), self.of(right, bound))
                return TRUTH
            case Among(operand, options):
                for option in options:
                    self._comparable("==", self.of(operand, bound), self.of(option, bound))
                return TRUTH
            case Logic(_, left, right):
                self._truth(left, bound)
                self._truth(right, bound)
                return TRUTH
            case Not(operand):
                self._truth(operand, bound)
                return TRUTH
            case Aggregate():
                return self._aggregate(node, bound)
            case Call():
                return self._call(node, bound)

    @staticmethod
    def _known(kind: Kind | None, name: str) -> Kind:
        if kind is None:
            raise KindError(f"没有名为“{name}”的填报项、指标、常量或列")
        return kind

    def _truth(self, node: Node, bound: frozenset[str]) -> None:
        if self.of(node, bound) != TRUTH:
            raise KindError("and / or / not / where 的两边应为条件")

    def _number(self, node: Node, bound: frozenset[str]) -> Kind:
        kind = self.of(node, bound)
        if isinstance(kind, Unit) or kind in (BARE, YEAR):
            return kind
        raise KindError("四则运算只能用于数值")

    def _arithmetic(self, op: str, left: Node, right: Node, bound: frozenset[str]) -> Kind:
        a, b = self._number(left, bound), self._number(right, bound)
        if op in "+-":
            return self._alike(a, b)
        if YEAR in (a, b):
            raise KindError("年份不能相乘除")
        if a == BARE and b == BARE:
            return (
                BARE if op == "*" else ONE
            )  # a share of two bare numbers is a pure number, so that it can be a per cent
        first = a if isinstance(a, Unit) else ONE
        second = b if isinstance(b, Unit) else ONE
        return first * second if op == "*" else first / second

    @staticmethod
    def _alike(a: Kind, b: Kind) -> Kind:
        if a == BARE:
            return b
        if b == BARE:
            return a
        if a == YEAR and b == YEAR:
            return YEAR
        if isinstance(a, Unit) and isinstance(b, Unit) and a.same_kind(b):
            return a
        raise KindError(f"{_say(a)} 与 {_say(b)} 不能相加减")

    @staticmethod
    def _comparable(op: str, a: Kind, b: Kind) -> None:
        if isinstance(a, Unit) and isinstance(b, Unit) and a.same_kind(b):
            return
        numeric = all(isinstance(k, Unit) or k in (BARE, YEAR) for k in (a, b))
        if numeric and (BARE in (a, b) or (a == YEAR and b == YEAR)):
            return
        if a == b == DATE:
            return
        if a == b and a in (TEXT, TRUTH) and op in ("==", "!="):
            return
        if {a, b} == {TEXT, TRUTH} and op in ("==", "!="):  # yes_no == '是'
            return
        raise KindError(f"{_say(a)} 与 {_say(b)} 不能用“{op}”比较")

    def _aggregate(self, node: Aggregate, bound: frozenset[str]) -> Kind:
        (table,) = aggregate_tables(node)
        if self._name(table) != TABLE:
            raise KindError(f"没有名为“{table}”的表")
        inner = bound | {table} | ({f"^{table}"} if table in bound else frozenset())
        if node.kind == "rank" and table not in bound:
            raise KindError(f"rank( … ) 只能用在 {table} 的逐行公式里")
        if node.where is not None:
            self._truth(node.where, inner)
        if node.kind == "count":
            return ONE
        if node.kind == "distinct":
            self.of(node.expression, inner)
            return ONE
        kind = self._number(node.expression, inner)
        if node.period is not None:
            self._number(node.period, inner)
            return PERCENT if node.kind == "irr_flows" else unit("年")
        return ONE if node.kind == "rank" else kind

    def _call(self, node: Call, bound: frozenset[str]) -> Kind:
        args = node.arguments
        match node.function:
            case "abs" | "prev":
                return self._number(args[0], bound)
            case "yoy":
                self._number(args[0], bound)
                return PERCENT
            case "present":
                self.of(args[0], bound)
                return TRUTH
            case "note":
                if not isinstance(args[0], Name):
                    raise KindError("note( … ) 里写填报项")
                self.of(args[0], bound)
                return TEXT
            case "has":
                if self.of(args[0], bound) != CHOICES or not isinstance(args[1], Text):
                    raise KindError("has(多选项, '选项')")
                return TRUTH
            case "year_of":
                if self.of(args[0], bound) != DATE:
                    raise KindError("year_of( … ) 里写日期")
                return YEAR
            case "if":
                self._truth(args[0], bound)
                first, second = self.of(args[1], bound), self.of(args[2], bound)
                return first if first == second else self._alike(first, second)
            case "edition":
                return self._edition(args[0])
            case "at":
                return self._cell(args[0], args[1], bound)
            case "outer":
                return self._outer(args[0], bound)
            case "first":
                return self._first(args, bound)
            case "applicable":
                self.of(args[0], bound)
                return TRUTH
            case "add_months":
                if self.of(args[0], bound) != DATE:
                    raise KindError("add_months(日期, 月数)")
                self._number(args[1], bound)
                return DATE
            case "meets":
                self._comparable("<=", self._number(args[0], bound), self._number(args[2], bound))
                if self.of(args[1], bound) != TEXT:
                    raise KindError("meets(数, 比较符号, 限值)")
                return TRUTH
            case "agrees":
                self._alike(self._number(args[0], bound), self._number(args[1], bound))
                return TRUTH
            case "discount":
                self._ratio(args[1], bound)
                self._number(args[2], bound)
                return self._number(args[0], bound)
            case "npv":
                self._ratio(args[0], bound)
                return self._project(args[1:], bound)
            case "irr" | "irr_trial":
                self._project(args, bound)
                return PERCENT
            case "linear":
                kind = self._number(args[0], bound)
                if len(args) == 4 and args[3] not in (Text("higher"), Text("lower")):
                    raise KindError("linear( … ) 的第 4 个参数写 'higher' 或 'lower'")
                for limit in args[1:3]:
                    self._alike(kind, self._number(limit, bound))
                return ONE
            case _:
                return self._factor_call(node, bound)

    def _edition(self, name: Node) -> Kind:
        if not isinstance(name, Text) or name.value not in self._editions:
            known = "、".join(f"'{e}'" for e in self._editions) or "（这个标准包只有一版）"
            raise KindError(f"edition( … ) 里写版次，有：{known}")
        return TRUTH

    def _cell(self, cell: Node, key: Node, bound: frozenset[str]) -> Kind:
        if not isinstance(cell, Column) or self.of(key, bound) != TEXT:
            raise KindError("at(表.列, '行的编号')")
        return self._known(self._column(cell.table, cell.column), f"{cell.table}.{cell.column}")

    def _outer(self, column: Node, bound: frozenset[str]) -> Kind:
        if not isinstance(column, Column) or not {column.table, f"^{column.table}"} & bound:
            raise KindError("outer(表.列) 只能用在逐行公式的 sum( … ) 之类里，指本行的值")
        return self._known(self._column(column.table, column.column), f"{column.table}.{column.column}")

    def _first(self, columns: tuple[Node, ...], bound: frozenset[str]) -> Kind:
        named = [c for c in columns if isinstance(c, Column)]
        if len(named) != len(columns) or len({c.table for c in named}) != 1:
            raise KindError("first(表.列, 表.列) 里写同一张表的列")
        for column in named:
            self.of(column, bound)
        return TRUTH

    def _ratio(self, rate: Node, bound: frozenset[str]) -> None:
        kind = self._number(rate, bound)
        if isinstance(kind, Unit) and not kind.is_ratio:
            raise KindError(f"贴现率应为 % 或纯数，这里是 {kind.text}")

    def _project(self, parts: tuple[Node, ...], bound: frozenset[str]) -> Kind:
        """Investment, yearly flow (in money, or money a year), life in years."""
        investment, flow, life = (self._number(p, bound) for p in parts)
        if isinstance(flow, Unit) and isinstance(investment, Unit) and not flow.same_kind(investment):
            self._alike(flow, investment / unit("年"))
        self._alike(life, unit("年"))
        return investment

    def _factor_call(self, node: Call, bound: frozenset[str]) -> Kind:
        family = node.arguments[0]
        if not isinstance(family, Text):
            raise KindError("系数表名要用引号直接写出")
        for argument in node.arguments[1:3]:
            if self.of(argument, bound) != TEXT:
                raise KindError(f"{node.function}( … ) 的系数版本与名称应为文字")
        if node.function == "apply_factor":
            self._number(node.arguments[3], bound)
            if self.of(node.arguments[4], bound) != TEXT:
                raise KindError("apply_factor( … ) 的第 5 个参数应为计量单位")
            if len(node.arguments) == 6:
                self._number(node.arguments[5], bound)
        found = self._factor(family.value, "value" if node.function == "factor" else "result")
        if found is None:
            raise KindError(f"没有名为“{family.value}”的系数表，或其中各条单位不一致")
        return TRUTH if node.function == "has_factor" else found


def _say(kind: Kind) -> str:
    words = {
        TEXT: "文字",
        TRUTH: "条件",
        DATE: "日期",
        YEAR: "年份",
        CHOICES: "多选项",
        TABLE: "表",
        BARE: "数",
    }
    return kind.text if isinstance(kind, Unit) else words.get(kind, kind)
