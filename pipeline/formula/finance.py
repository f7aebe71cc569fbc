"""Discounting: net present value, internal rate of return, payback. Decimals and exact fractions, never binary floats.

Flows are yearly amounts, year 0 being the investment as a negative number. A rate is a pure number (0.08 for 8 %).

The internal rate of return is looked for among rates from 0 up. With x = 1 / (1 + r) the condition is a polynomial in x on
(0, 1]; a Sturm sequence over exact fractions counts its distinct roots there, so that 无解 and 多解 are proved and
not guessed. The only root is then halved out 120 times, which leaves an error below 10⁻³⁵ in x.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import Final

MAX_YEARS: Final = 100
"""Longer lives are refused: no project is appraised over more, and the work grows with the square."""
_HALVINGS: Final = 120
_PRECISION: Final = 50
_STEP: Final = Decimal("0.01")
"""Rates tried by hand lie one percentage point apart."""

Polynomial = list[Fraction]
"""Coefficients, the constant first, the last one not 0."""


class NoRate(ValueError):
    """There is no internal rate of return from 0 up, or more than one; `several` tells which."""

    def __init__(self, *, several: bool) -> None:
        self.several = several
        super().__init__("several" if several else "none")


def even_flows(investment: Decimal, flow: Decimal, years: int) -> tuple[Decimal, ...]:
    """The investment in year 0, the same flow in each of the years after it."""
    return (-investment, *[flow] * years)


def present_value(rate: Decimal, flows: Sequence[Decimal]) -> Decimal:
    """Σ F_j / (1 + rate)^j."""
    total, factor = Decimal(0), Decimal(1)
    for flow in flows:
        total += flow * factor
        factor /= 1 + rate
    return total


def internal_rate(flows: Sequence[Decimal]) -> Decimal:
    """The one rate from 0 up at which the present value is 0. Raises NoRate."""
    polynomial = _simple(_trimmed([Fraction(flow) for flow in flows]))
    low, high = Fraction(0), Fraction(1)
    count = _roots(_sturm(polynomial), low, high)
    if count != 1:
        raise NoRate(several=count > 1)
    below = _sign(polynomial, low)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _sign(polynomial, middle) == below:
            low = middle
        else:
            high = middle
    with localcontext(prec=_PRECISION):
        # `high` is the root itself where the halving met it (a rate of 0, say), else it differs by less than 2⁻¹²⁰
        return Decimal(high.denominator) / Decimal(high.numerator) - 1


def interpolated_rate(flows: Sequence[Decimal]) -> Decimal:
    """The rate as the manuals find it: between the two whole per cents where the present value changes its sign,
    i1 + NPV1 (i2 − i1) / (NPV1 + |NPV2|). Raises NoRate."""
    exact = internal_rate(flows)
    first = (exact / _STEP).to_integral_value(rounding="ROUND_FLOOR") * _STEP
    upper = present_value(first, flows)
    lower = present_value(first + _STEP, flows)
    if upper == lower:
        return first
    return first + upper * _STEP / (abs(upper) + abs(lower))


def payback_years(flows: Sequence[Decimal]) -> Decimal | None:
    """The years until the sum of the flows is 0 for good, within the year in proportion; None when it never is."""
    sums, total = [], Decimal(0)
    for flow in flows:
        total += flow
        sums.append(total)
    if not sums or sums[-1] < 0:
        return None
    negative = [year for year, reached in enumerate(sums) if reached < 0]
    if not negative:
        return Decimal(0)
    last = negative[-1]
    return last + -sums[last] / flows[last + 1]


# -- polynomials ---------------------------------------------------------------------------------------------------
def _trimmed(polynomial: Polynomial) -> Polynomial:
    """Without zeros at the end, and without roots at 0 (a rate without bounds)."""
    while polynomial and polynomial[-1] == 0:
        polynomial = polynomial[:-1]
    while polynomial and polynomial[0] == 0:
        polynomial = polynomial[1:]
    return polynomial


def _simple(polynomial: Polynomial) -> Polynomial:
    """The polynomial with the same roots, each of them once."""
    common = _sturm(polynomial)[-1]
    return _quotient(polynomial, common) if len(common) > 1 else polynomial


def _sturm(polynomial: Polynomial) -> list[Polynomial]:
    """The polynomial, its derivative, and the negated remainders; the last one divides them all."""
    if len(polynomial) < 2:
        return [polynomial]
    chain = [polynomial, [k * c for k, c in enumerate(polynomial)][1:]]
    while len(chain[-1]) > 1:
        rest = _scaled([-c for c in _remainder(chain[-2], chain[-1])])
        if not rest:
            break
        chain.append(rest)
    return chain


def _divided(left: Polynomial, right: Polynomial) -> tuple[Polynomial, Polynomial]:
    """Quotient and remainder."""
    rest = list(left)
    quotient = [Fraction(0)] * max(len(left) - len(right) + 1, 0)
    while len(rest) >= len(right):
        share, shift = rest[-1] / right[-1], len(rest) - len(right)
        quotient[shift] = share
        for k, c in enumerate(right):
            rest[shift + k] -= share * c
        rest.pop()
        while rest and rest[-1] == 0:
            rest.pop()
    return quotient, rest


def _quotient(left: Polynomial, right: Polynomial) -> Polynomial:
    return _divided(left, right)[0]


def _remainder(left: Polynomial, right: Polynomial) -> Polynomial:
    return _divided(left, right)[1]


def _scaled(polynomial: Polynomial) -> Polynomial:
    """With a leading coefficient of ±1, which keeps the fractions short and the signs."""
    return [c / abs(polynomial[-1]) for c in polynomial] if polynomial else polynomial


def _roots(chain: list[Polynomial], low: Fraction, high: Fraction) -> int:
    """How many distinct roots lie in (low, high]."""
    return _changes(chain, low) - _changes(chain, high)


def _changes(chain: list[Polynomial], at: Fraction) -> int:
    signs = [s for p in chain if (s := _sign(p, at)) != 0]
    return sum(1 for a, b in pairwise(signs) if a != b)


def _sign(polynomial: Polynomial, at: Fraction) -> int:
    value = Fraction(0)
    for c in reversed(polynomial):
        value = value * at + c
    return (value > 0) - (value < 0)
