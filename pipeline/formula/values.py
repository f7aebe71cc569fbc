"""What a formula gives: a number with its unit, a text, a truth value, a date, several choices, or a blank."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from pipeline.quantity import MISSING, Missing, NotApplicable
from pipeline.units import Unit


@dataclass(frozen=True, slots=True)
class Num:
    """A number in a unit; `unit` None is a bare number that fits any unit."""

    value: Decimal
    unit: Unit | None = None


Outcome = Num | str | bool | dt.date | tuple[str, ...] | Missing | NotApplicable


def aligned(left: Num, right: Num) -> tuple[Decimal, Unit | None]:
    """The right value in the left's unit, and the unit of both."""
    if left.unit is None or right.unit is None or left.unit.scale == right.unit.scale:
        return right.value, left.unit or right.unit
    return right.value * right.unit.factor_to(left.unit), left.unit


def blank_of(*outcomes: Outcome) -> Missing | NotApplicable:
    """The blank that results: missing before not applicable."""
    blanks = [o for o in outcomes if isinstance(o, Missing | NotApplicable)]
    return next((b for b in blanks if isinstance(b, Missing)), blanks[0] if blanks else MISSING)


_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def compare(op: str, left: Outcome, right: Outcome) -> Outcome:
    """The truth of a comparison, or the blank that prevents it."""
    holds = _OPERATORS[op]
    if isinstance(left, Num) and isinstance(right, Num):
        return holds(left.value, aligned(left, right)[0])
    if isinstance(left, str) and isinstance(right, str):
        return holds(left, right)
    if isinstance(left, Missing | NotApplicable) or isinstance(right, Missing | NotApplicable):
        return blank_of(left, right)
    if isinstance(left, bool) and isinstance(right, str):
        return holds("是" if left else "否", right)
    if isinstance(right, bool) and isinstance(left, str):
        return holds(left, "是" if right else "否")
    return holds(left, right)
