"""Comparisons between figures that were rounded before they were declared.

A declared 12.3 means something from 12.25 to 12.35. The parts of a sum bring their own halves with them, so that 1,204 and
1,180＋31 are compared within half a unit of the last digit times the three figures. Counted things and 0 are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from pipeline.formula import syntax as s
from pipeline.formula.environment import Bound
from pipeline.formula.evaluate import Evaluator
from pipeline.formula.values import Num, aligned

Declared = Callable[[s.Name | s.Column], bool]
"""Whether a name stands for a measured figure of the workbook (and not for a constant, a count or a result)."""

_HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far two sides may be apart: by the digits they were declared with, or by a share (in %) of the larger one."""

    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides of a comparison, the right one in the left one's unit."""

    left: Num
    right: Num
    allowed: Decimal

    @property
    def difference(self) -> Num:
        """How far they are apart."""
        return Num(abs(self.left.value - self.right.value), self.left.unit)

    def holds(self, op: str) -> bool:
        """Whether `left op right` within what is allowed."""
        gap = self.left.value - self.right.value
        if op == "==":
            return abs(gap) <= self.allowed
        if op in (">", ">="):
            gap = -gap
        return gap < 0 if op in ("<", ">") and not self.allowed else gap <= self.allowed


def compared(
    node: s.Compare, evaluator: Evaluator, bound: Bound, declared: Declared, tolerance: Tolerance | None
) -> Comparison | None:
    """Both sides with what they may be apart; None when one of them is no number."""
    left, right = evaluator.run(node.left, bound), evaluator.run(node.right, bound)
    if not isinstance(left, Num) or not isinstance(right, Num):
        return None
    converted, measure = aligned(left, right)
    allowed = Decimal(0)
    if tolerance is not None and tolerance.percent is not None:
        allowed = max(abs(left.value), abs(converted)) * tolerance.percent / 100
    elif tolerance is not None:
        spreads = _Spreads(evaluator, declared)
        allowed = spreads.of(node.left, bound, 0)
        allowed += spreads.of(node.right, bound, 0) * _factor(left, right)
    return Comparison(Num(left.value, measure), Num(converted, measure), allowed)


def half_unit(value: Decimal) -> Decimal:
    """Half a unit of the last digit that a number was written with: 0.05 for 12.3, 0.5 for 1200, nothing for 0."""
    exponent = value.as_tuple().exponent
    if value == 0 or not isinstance(exponent, int):
        return Decimal(0)
    return _HALF.scaleb(min(exponent, 0))


def _factor(left: Num, right: Num) -> Decimal:
    return Decimal(1) if left.unit is None or right.unit is None else right.unit.factor_to(left.unit)


@dataclass(frozen=True, slots=True)
class _Spreads:
    """How far each part of a formula may be from its true value, in the unit of its outcome (first order)."""

    evaluator: Evaluator
    declared: Declared

    def of(self, node: s.Node, bound: Bound, back: int) -> Decimal:
        match node:
            case s.Name() | s.Column():
                value = self.evaluator.outcome(node, bound, back)
                return (
                    half_unit(value.value) if isinstance(value, Num) and self.declared(node) else Decimal(0)
                )
            case s.Negate(operand):
                return self.of(operand, bound, back)
            case s.Binary():
                return self._binary(node, bound, back)
            case s.Aggregate():
                return self._aggregate(node, bound, back)
            case s.Call("abs", (inner,)):
                return self.of(inner, bound, back)
            case s.Call("prev", (inner,)):
                return self.of(inner, bound, back + 1)
            case s.Call("if", (condition, first, second)):
                taken = first if self.evaluator.outcome(condition, bound, back) is True else second
                return self.of(taken, bound, back)
            case _:
                return Decimal(0)

    def _binary(self, node: s.Binary, bound: Bound, back: int) -> Decimal:
        a, b = (self.evaluator.outcome(n, bound, back) for n in (node.left, node.right))
        if not isinstance(a, Num) or not isinstance(b, Num):
            return Decimal(0)
        of_a, of_b = self.of(node.left, bound, back), self.of(node.right, bound, back)
        if node.op in "+-":
            return of_a + of_b * _factor(a, b)
        if node.op == "*":
            return abs(a.value) * of_b + abs(b.value) * of_a
        return (of_a + abs(a.value / b.value) * of_b) / abs(b.value) if b.value else Decimal(0)

    def _aggregate(self, node: s.Aggregate, bound: Bound, back: int) -> Decimal:
        """A sum adds its rows' spreads, an average divides them, the extremes have that of one row."""
        self.evaluator.outcome(node, bound, back)
        if node.kind == "count":
            return Decimal(0)
        rows = [(t, r) for t, r, _ in self.evaluator.terms.get(id(node), [])]
        spreads = [self.of(node.expression, {**bound, t: r}, back) for t, r in rows]
        if not spreads:
            return Decimal(0)
        if node.kind in ("min", "max"):
            return max(spreads)
        return sum(spreads, Decimal(0)) / (len(spreads) if node.kind == "avg" else 1)
