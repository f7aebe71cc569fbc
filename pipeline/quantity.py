"""Values of facts and indicators: decimals, the kinds of blank, rounding by GB/T 8170, printing of numbers.

Missing, not applicable, not detected and zero are four different values; nothing becomes 0 by default.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Final

PRECISION: Final = 34
"""Digits carried in calculations; results are rounded once, at the end."""


@dataclass(frozen=True, slots=True)
class Missing:
    """No value: not filled in, or it could not be computed."""


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The question does not arise; `reason` is what the client (or the pack) says."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class NoSolution(NotApplicable):
    """The question has no answer in numbers, which is an answer: 无解, 多解."""

    word: str = "无解"


@dataclass(frozen=True, slots=True)
class NotDetected:
    """Measured, below the detection limit; `limit` is None when the client did not give it."""

    limit: Decimal | None = None


MISSING: Final = Missing()

Blank = Missing | NotApplicable | NotDetected
Value = Decimal | str | bool | dt.date | tuple[str, ...] | Missing | NotApplicable | NotDetected


def is_blank(value: object) -> bool:
    """Whether the value is one of the three kinds of blank."""
    return isinstance(value, Missing | NotApplicable | NotDetected)


def round_half_even(value: Decimal, decimals: int) -> Decimal:
    """`value` rounded to `decimals` places, an exact half going to the even digit (GB/T 8170-2008, 3.2)."""
    with localcontext(Context(prec=PRECISION + 30)):
        return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)


def round_to_step(value: Decimal, step: Decimal) -> Decimal:
    """`value` rounded to a multiple of `step` (0.5 and 0.2 unit rounding, GB/T 8170-2008, 3.4)."""
    with localcontext(Context(prec=PRECISION + 30)):
        return (value / step).quantize(Decimal(1), rounding=ROUND_HALF_EVEN) * step


def interpolated(value: Decimal, zero: Decimal, full: Decimal) -> Decimal:
    """How far `value` has come from `zero` (0) to `full` (1), whichever of the two is larger; clamped to 0 … 1.

    `zero` and `full` must differ.
    """
    share = (value - zero) / (full - zero)
    return min(max(share, Decimal(0)), Decimal(1))


def plain(value: Decimal) -> str:
    """The decimal in full, without exponent and without trailing zeros after the point: 6138, 0.72, -0.5."""
    if value == 0:
        return "0"
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text


def fixed(value: Decimal, decimals: int) -> str:
    """The decimal rounded half to even and printed with exactly `decimals` places; never `-0.00`."""
    rounded = round_half_even(value, decimals)
    if rounded == 0:
        rounded = abs(rounded)
    return format(rounded, "f")


def significant(value: Decimal, digits: int) -> str:
    """The decimal with at most `digits` significant digits, without exponent; for intermediate figures in a trace."""
    if value == 0:
        return "0"
    return plain(round_half_even(value, max(digits - 1 - value.adjusted(), 0)))


def from_float(number: float) -> Decimal:
    """The decimal that a spreadsheet cell shows for a stored binary number (15 significant digits, as Excel)."""
    exact = Decimal(repr(number))
    if len(exact.as_tuple().digits) <= 15:
        return exact
    return Context(prec=15).create_decimal(exact).normalize()
