"""Evaluates a formula tree over an environment and keeps what it read, for the trace.

Blanks propagate: one missing operand makes the result missing, one that is not applicable makes it not applicable.
Conditions follow three-valued logic, so that `x > 0 or not present(x)` is true for a missing x.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from pipeline.formula import syntax as s
from pipeline.formula.aggregates import Rows, distinct, rank, reduced
from pipeline.formula.calls import CALLS, Site
from pipeline.formula.environment import Bound, Environment, column_of, row_of, told, within
from pipeline.formula.series import of_series
from pipeline.formula.values import Num, Outcome, aligned, blank_of, compare
from pipeline.quantity import MISSING, Missing, NotApplicable
from pipeline.units import ONE

Known = dict[tuple[int, int], tuple[s.Node, Outcome]]
"""Aggregates of one workbook that are the same for every row, by identity and years back; the tree is kept alive."""


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
            operand = node.right.id if isinstance(node.right, s.Name) else column_of(node.right)
            self.environment.problem("division_by_zero", {"operand": operand}, row_of(bound), operand)
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
        rows = self._gathered(node, table, count, bound, back)
        if node.kind == "distinct":
            return distinct(rows)
        self.terms[id(node)] = [(table, row, value) for row, value in rows.kept]
        if node.kind == "rank":
            own = self._eval(node.expression, bound, back)
            is_kept = any(row == bound[table] for row, _ in rows.kept)
            return rank(own if is_kept else blank_of(own), rows)
        if node.period is not None:
            outcome = of_series(node.kind, rows.numbers, rows.periods, rows.blanks)
            return told(outcome, self.environment, bound)
        return reduced(node.kind, rows)

    def _gathered(self, node: s.Aggregate, table: str, count: int, bound: Bound, back: int) -> Rows:
        """What the rows of the table give, those apart for which the condition does not hold."""
        rows = Rows()
        for row in range(count):
            inner = within(bound, table, row)
            condition = True if node.where is None else self._eval(node.where, inner, back)
            if condition is False:
                continue
            if condition is not True:
                rows.blanks.append(condition)
                continue
            value = Num(Decimal(1), ONE) if node.kind == "count" else self._eval(node.expression, inner, back)
            if node.period is not None:
                rows.periods.append(self._eval(node.period, inner, back))
            if node.kind == "distinct" and not isinstance(value, Missing | NotApplicable):
                rows.different.add(value)
            elif isinstance(value, Num):
                rows.kept.append((row, value))
            else:
                rows.blanks.append(value)
        return rows

    def _call(self, node: s.Call, bound: Bound, back: int) -> Outcome:
        return CALLS[node.function](Site(self, bound, back), node.arguments)


def _logic(op: str, left: Outcome, right: Outcome) -> Outcome:
    decisive = op == "or"
    if left is decisive or right is decisive:
        return decisive
    if isinstance(left, bool) and isinstance(right, bool):
        return not decisive
    return blank_of(left, right)


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
