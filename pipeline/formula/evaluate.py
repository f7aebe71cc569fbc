"""Evaluates a formula tree over an environment and keeps what it read, for the trace.

Blanks propagate: one missing operand makes the result missing, one that is not applicable makes it not applicable.
Conditions follow three-valued logic, so that `x > 0 or not present(x)` is true for a missing x.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Protocol

from pipeline.formula import syntax as s
from pipeline.formula.functions import VALUES, Given
from pipeline.formula.series import of_series
from pipeline.formula.values import Num, Outcome, aligned, blank_of, compare
from pipeline.quantity import MISSING, Missing, NoSolution, NotApplicable, interpolated, plain
from pipeline.units import ONE, PERCENT, Unit, UnknownUnit, unit

BETTER = {"higher": "数值越大越好", "lower": "数值越小越好"}
"""The direction of an indicator in words."""
Bound = dict[str, int]
"""Table id → index of the row at hand; `^table` → that of the row outside, where an aggregate over the same table runs."""
Known = dict[tuple[int, int], tuple[s.Node, Outcome]]
"""Aggregates of one workbook that are the same for every row, by identity and years back; the tree is kept alive."""
_FINDINGS = {"无解": "irr_none", "多解": "irr_several"}


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient as the environment gives it."""

    value: Decimal
    result: Unit
    per: Unit


class Environment(Protocol):
    """Where names get their values. Every method notes what was read, so that the trace can name it."""

    def value(self, name: str, years_back: int) -> Outcome: ...
    def cell(self, table: str, row: int, column: str, *, wanted: bool = False) -> Outcome: ...
    def row_count(self, table: str, years_back: int | None) -> int | None: ...
    def note(self, name: str) -> str: ...
    def keyed_row(self, table: str, key: str) -> int | None: ...
    def is_edition(self, name: str) -> bool: ...
    def coefficient(self, family: str, set_name: str, key: str) -> Coefficient | None: ...
    def factor_used(self, use: FactorUse) -> None: ...
    def problem(
        self, code: str, details: dict[str, str], row: tuple[str, int] | None, column: str
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class FactorUse:
    """An amount times a coefficient: what the trace prints for a row."""

    family: str
    set: str
    key: str
    amount: Decimal
    amount_unit: Unit
    coefficient: Decimal
    per: Unit
    result: Unit
    overridden: bool


@dataclass(slots=True)
class Evaluator:
    """Evaluates one formula. `values` remembers the outcome of every node by identity, `terms` the rows of aggregates.

    `lazy` is for conditions that nobody traces: nothing is remembered of their parts, and the right side of `and` and `or`
    is left alone where the left one decides. `known` then keeps the aggregates that are the same for every row.
    """

    environment: Environment
    years_back: int = 0
    lazy: bool = False
    known: Known | None = None
    values: dict[int, Outcome] = field(default_factory=dict)
    terms: dict[int, list[tuple[str, int, Num]]] = field(default_factory=dict)

    def run(self, node: s.Node, bound: Bound | None = None) -> Outcome:
        """The outcome of the formula, with the rows in `bound` at hand."""
        return self._eval(node, bound or {}, self.years_back)

    def outcome(self, node: s.Node, bound: Bound, back: int) -> Outcome:
        """The outcome of a part of a formula, `back` years before the evaluation year."""
        return self._eval(node, bound, back)

    def _eval(self, node: s.Node, bound: Bound, back: int) -> Outcome:
        result = _WAYS[type(node)](self, node, bound, back)
        if not self.lazy:
            self.values[id(node)] = result
        return result

    def _number(self, node: s.Number, bound: Bound, back: int) -> Outcome:
        return Num(node.value)

    def _text(self, node: s.Text, bound: Bound, back: int) -> Outcome:
        return node.value

    def _name(self, node: s.Name, bound: Bound, back: int) -> Outcome:
        return self.environment.value(node.id, back)

    def _column(self, node: s.Column, bound: Bound, back: int) -> Outcome:
        return self.environment.cell(node.table, bound[node.table], node.column)

    def _negate(self, node: s.Negate, bound: Bound, back: int) -> Outcome:
        inner = self._eval(node.operand, bound, back)
        return Num(-inner.value, inner.unit) if isinstance(inner, Num) else inner

    def _compare(self, node: s.Compare, bound: Bound, back: int) -> Outcome:
        left, right = self._eval(node.left, bound, back), self._eval(node.right, bound, back)
        return compare(node.op, left, right)

    def _logic(self, node: s.Logic, bound: Bound, back: int) -> Outcome:
        first = self._eval(node.left, bound, back)
        if self.lazy and first is (node.op == "or"):
            return first
        return _logic(node.op, first, self._eval(node.right, bound, back))

    def _not(self, node: s.Not, bound: Bound, back: int) -> Outcome:
        inner = self._eval(node.operand, bound, back)
        return (not inner) if isinstance(inner, bool) else inner

    def _binary(self, node: s.Binary, bound: Bound, back: int) -> Outcome:
        left, right = self._eval(node.left, bound, back), self._eval(node.right, bound, back)
        if not isinstance(left, Num) or not isinstance(right, Num):
            return blank_of(left, right)
        if node.op == "+" or node.op == "-":
            converted, measure = aligned(left, right)
            return Num(left.value + converted if node.op == "+" else left.value - converted, measure)
        bare = left.unit is None and right.unit is None
        a, b = left.unit or ONE, right.unit or ONE
        if node.op == "*":
            return Num(left.value * right.value, None if bare else a * b)
        if right.value == 0:
            operand = node.right.id if isinstance(node.right, s.Name) else _column_of(node.right)
            self.environment.problem("division_by_zero", {"operand": operand}, _row_of(bound), operand)
            return MISSING
        return Num(left.value / right.value, ONE if bare else a / b)

    def _among(self, node: s.Among, bound: Bound, back: int) -> Outcome:
        value = self._eval(node.operand, bound, back)
        if isinstance(value, Missing | NotApplicable):
            return value
        return any(compare("==", value, self._eval(o, bound, back)) is True for o in node.options)

    def _known_aggregate(self, node: s.Aggregate, bound: Bound, back: int) -> Outcome:
        if self.known is None or not s.is_closed(node):
            return self._aggregate(node, bound, back)
        key = id(node), back
        if key not in self.known:
            self.known[key] = node, self._aggregate(node, bound, back)
        return self.known[key][1]

    def _aggregate(self, node: s.Aggregate, bound: Bound, back: int) -> Outcome:
        (table,) = s.aggregate_tables(node)
        count = self.environment.row_count(table, None if node.kind == "count" else back)
        if count is None:
            return Num(Decimal(0), ONE) if node.kind == "count" else MISSING
        kept: list[tuple[str, int, Num]] = []
        periods: list[Outcome] = []
        blanks: list[Outcome] = []
        different: set[Outcome] = set()
        for row in range(count):
            inner = within(bound, table, row)
            condition = True if node.where is None else self._eval(node.where, inner, back)
            if condition is False:
                continue
            if condition is not True:
                blanks.append(condition)
                continue
            value = Num(Decimal(1), ONE) if node.kind == "count" else self._eval(node.expression, inner, back)
            if node.period is not None:
                periods.append(self._eval(node.period, inner, back))
            if node.kind == "distinct" and not isinstance(value, Missing | NotApplicable):
                different.add(value)
            elif isinstance(value, Num):
                kept.append((table, row, value))
            else:
                blanks.append(value)
        if node.kind == "distinct":
            return (
                MISSING if any(isinstance(b, Missing) for b in blanks) else Num(Decimal(len(different)), ONE)
            )
        self.terms[id(node)] = kept
        numbers = [n for _, _, n in kept]
        if node.kind == "rank":
            own = self._eval(node.expression, bound, back)
            return _rank(
                own if any(r == bound[table] for _, r, _ in kept) else blank_of(own), numbers, blanks
            )
        if node.period is not None:
            return self._told(of_series(node.kind, numbers, periods, blanks), node, bound)
        return _reduced(node.kind, numbers, blanks)

    def _told(self, outcome: Outcome, node: s.Call | s.Aggregate, bound: Bound) -> Outcome:
        """The outcome; that there is no solution becomes a finding as well."""
        if isinstance(outcome, NoSolution):
            self.environment.problem(_FINDINGS[outcome.word], {"reason": outcome.reason}, _row_of(bound), "")
        return outcome

    def _call(self, node: s.Call, bound: Bound, back: int) -> Outcome:
        args = node.arguments
        match node.function:
            case "abs":
                inner = self._eval(args[0], bound, back)
                return Num(abs(inner.value), inner.unit) if isinstance(inner, Num) else inner
            case "prev":
                return self._eval(args[0], bound, back + 1)
            case "yoy":
                return self._yoy(args[0], bound, back)
            case "present":
                return not isinstance(self._eval(args[0], bound, back), Missing)
            case "note":
                assert isinstance(args[0], s.Name)  # the pack check has seen to it
                return self.environment.note(args[0].id) or MISSING
            case "has":
                chosen = self._eval(args[0], bound, back)
                wanted = self._eval(args[1], bound, back)
                return wanted in chosen if isinstance(chosen, tuple) else MISSING
            case "year_of":
                date = self._eval(args[0], bound, back)
                return Num(Decimal(date.year)) if isinstance(date, dt.date) else MISSING
            case "if":
                condition = self._eval(args[0], bound, back)
                if not isinstance(condition, bool):
                    return blank_of(condition)
                return self._eval(args[1] if condition else args[2], bound, back)
            case "edition":
                assert isinstance(args[0], s.Text)  # the pack check has seen to it
                return self.environment.is_edition(args[0].value)
            case "at":
                return self._cell_of_key(args[0], self._eval(args[1], bound, back))
            case "outer":
                return self._outer(args[0], bound)
            case "first":
                return self._is_first(args, bound)
            case "applicable":
                inner = self._eval(args[0], bound, back)
                return inner if isinstance(inner, Missing) else not isinstance(inner, NotApplicable)
            case "linear":
                return self._linear(args, bound, back)
            case name if name in VALUES:
                return self._plain(node, bound, back)
            case _:
                return self._factor(node, bound, back)

    def _plain(self, node: s.Call, bound: Bound, back: int) -> Outcome:
        """A function that needs nothing but the values of its arguments."""
        given: list[Given] = []
        for argument in node.arguments:
            outcome = self._needed(argument, bound, back)
            if isinstance(outcome, Missing | NotApplicable | tuple):
                return blank_of(*(self._needed(a, bound, back) for a in node.arguments))
            given.append(outcome)
        return self._told(VALUES[node.function](*given), node, bound)

    def _outer(self, column: s.Node, bound: Bound) -> Outcome:
        assert isinstance(column, s.Column)  # the pack check has seen to it
        row = bound.get(f"^{column.table}", bound[column.table])
        return self.environment.cell(column.table, row, column.column)

    def _is_first(self, columns: tuple[s.Node, ...], bound: Bound) -> Outcome:
        """Whether no row above has the same values in all of the columns."""
        named = [c for c in columns if isinstance(c, s.Column)]
        here = bound[named[0].table]

        def values(row: int) -> list[Outcome]:
            return [self.environment.cell(c.table, row, c.column) for c in named]

        own = values(here)
        if any(isinstance(v, Missing) for v in own):
            return MISSING
        return all(values(row) != own for row in range(here))

    def _cell_of_key(self, cell: s.Node, key: Outcome) -> Outcome:
        assert isinstance(cell, s.Column)  # the pack check has seen to it
        if not isinstance(key, str):
            return blank_of(key)
        row = self.environment.keyed_row(cell.table, key)
        return MISSING if row is None else self.environment.cell(cell.table, row, cell.column, wanted=True)

    def _needed(self, node: s.Node, bound: Bound, back: int) -> Outcome:
        """The outcome; a column that is optional by itself but needed here is named among the causes."""
        outcome = self._eval(node, bound, back)
        if isinstance(node, s.Column) and isinstance(outcome, Missing):
            self.environment.cell(node.table, bound[node.table], node.column, wanted=True)
        return outcome

    def _linear(self, args: tuple[s.Node, ...], bound: Bound, back: int) -> Outcome:
        """How far a value has come from `zero` (0) to `full` (1), clamped to both ends.

        With a direction the limits must follow it, and where both are the same the value reaches them or not.
        """
        value, zero, full = (self._needed(a, bound, back) for a in args[:3])
        if not (isinstance(value, Num) and isinstance(zero, Num) and isinstance(full, Num)):
            return blank_of(value, zero, full)
        start, end = aligned(value, zero)[0], aligned(value, full)[0]
        rising = None if len(args) == 3 else self._eval(args[3], bound, back) == "higher"
        if rising is None and start == end:
            self._limits_problem("limits_equal", {"limit": plain(end)}, args[2], bound)
            return MISSING
        if rising is not None and (start > end if rising else start < end):
            shown = {
                "limits": f"{plain(start)}、{plain(end)}",
                "direction": BETTER["higher" if rising else "lower"],
            }
            self._limits_problem("limits_disordered", shown, args[2], bound)
            return MISSING
        if start == end:
            reached = value.value >= end if rising else value.value <= end
            return Num(Decimal(int(reached)), ONE)
        return Num(interpolated(value.value, start, end), ONE)

    def _limits_problem(self, code: str, details: dict[str, str], limit: s.Node, bound: Bound) -> None:
        """Tells of limits at the cell of the better one."""
        row = _row_of(bound)
        match limit:
            case s.Call("at", (s.Column(table, column), s.Text(key))):
                index = self.environment.keyed_row(table, key)
                row = None if index is None else (table, index)
            case _:
                column = _column_of(limit)
        self.environment.problem(code, details, row, column)

    def _yoy(self, node: s.Node, bound: Bound, back: int) -> Outcome:
        before = self._eval(node, bound, back + 1)
        now = self._eval(node, bound, back)
        if not isinstance(now, Num) or not isinstance(before, Num):
            return blank_of(now, before)
        if before.value == 0:
            return MISSING
        return Num((now.value - before.value) / before.value * 100, PERCENT)

    def _factor(self, node: s.Call, bound: Bound, back: int) -> Outcome:
        family, set_name, key = (self._eval(a, bound, back) for a in node.arguments[:3])
        if not (isinstance(family, str) and isinstance(set_name, str) and isinstance(key, str)):
            return blank_of(set_name, key)
        found = self.environment.coefficient(family, set_name, key)
        if node.function == "has_factor":
            return found is not None
        if found is None:
            details = {"family": family, "set": set_name, "key": key}
            self.environment.problem("factor_missing", details, _row_of(bound), _column_of(node.arguments[2]))
            return MISSING
        if node.function == "factor":
            return Num(found.value, found.result / found.per)
        return self._applied(node, found, (family, set_name, key), bound, back)

    def _applied(
        self, node: s.Call, found: Coefficient, names: tuple[str, str, str], bound: Bound, back: int
    ) -> Outcome:
        amount = self._eval(node.arguments[3], bound, back)
        spelled = self._eval(node.arguments[4], bound, back)
        if not isinstance(amount, Num) or not isinstance(spelled, str):
            return blank_of(amount, spelled)
        try:
            measured = unit(spelled)
            factor = measured.factor_to(found.per)
        except (UnknownUnit, ValueError):
            details = {"key": names[2], "per": found.per.text, "unit": spelled}
            self.environment.problem("factor_unit", details, _row_of(bound), _column_of(node.arguments[4]))
            return MISSING
        override = self._eval(node.arguments[5], bound, back) if len(node.arguments) == 6 else MISSING
        value = override.value if isinstance(override, Num) else found.value
        use = FactorUse(
            *names, amount.value, measured, value, found.per, found.result, isinstance(override, Num)
        )
        self.environment.factor_used(use)
        return Num(amount.value * factor * value, found.result)


def within(bound: Bound, table: str, row: int) -> Bound:
    """The rows at hand inside an aggregate over `table`."""
    outside = {f"^{table}": bound[table]} if table in bound else {}
    return {**bound, **outside, table: row}


def _rank(own: Outcome, values: list[Num], blanks: list[Outcome]) -> Outcome:
    """1 + how many are larger: equal values have the same rank, and the next one leaves out as many. Missing as long as
    one of them is missing; what is not applicable is not ranked."""
    if not isinstance(own, Num):
        return own
    if any(isinstance(b, Missing) for b in blanks):
        return MISSING
    return Num(Decimal(1 + sum(1 for v in values if aligned(own, v)[0] > own.value)), ONE)


def _row_of(bound: Bound) -> tuple[str, int] | None:
    return next(iter(bound.items()), None)


def _column_of(node: s.Node) -> str:
    return node.column if isinstance(node, s.Column) else ""


def _logic(op: str, left: Outcome, right: Outcome) -> Outcome:
    decisive = op == "or"
    if left is decisive or right is decisive:
        return decisive
    if isinstance(left, bool) and isinstance(right, bool):
        return not decisive
    return blank_of(left, right)


def _reduced(kind: str, values: list[Num], blanks: list[Outcome]) -> Outcome:
    """The aggregate of the rows kept. Rows that are not applicable drop out; a missing one makes the whole missing."""
    if any(isinstance(b, Missing) for b in blanks):
        return MISSING
    if not values:
        return Num(Decimal(0)) if kind in ("sum", "count") else MISSING
    total, measure = values[0].value, values[0].unit
    alike = [total]
    for value in values[1:]:
        converted, measure = aligned(Num(total, measure), value)
        alike.append(converted)
    match kind:
        case "sum" | "count":
            return Num(sum(alike, Decimal(0)), measure)
        case "min":
            return Num(min(alike), measure)
        case "max":
            return Num(max(alike), measure)
        case _:
            return Num(sum(alike, Decimal(0)) / len(alike), measure)


_WAYS: Final[Mapping[type, Callable[[Evaluator, Any, Bound, int], Outcome]]] = {
    s.Number: Evaluator._number,
    s.Text: Evaluator._text,
    s.Name: Evaluator._name,
    s.Column: Evaluator._column,
    s.Negate: Evaluator._negate,
    s.Binary: Evaluator._binary,
    s.Compare: Evaluator._compare,
    s.Among: Evaluator._among,
    s.Logic: Evaluator._logic,
    s.Not: Evaluator._not,
    s.Aggregate: Evaluator._known_aggregate,
    s.Call: Evaluator._call,
}
"""How each kind of node is evaluated; looked up, because trying one kind after the other costs more than evaluating."""
