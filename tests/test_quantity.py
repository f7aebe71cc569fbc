"""Rounding by GB/T 8170 and printing of numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.quantity import fixed, from_float, plain, round_half_even, round_to_step, significant


@pytest.mark.parametrize(
    ("number", "decimals", "expected"),
    [
        ("0.35", 1, "0.4"),  # 3 is odd: up
        ("1.050", 1, "1.0"),  # 0 is even: stays
        ("1.051", 1, "1.1"),  # more than half
        ("2.675", 2, "2.68"),
        ("2.665", 2, "2.66"),
        ("-2.665", 2, "-2.66"),
        ("0.004", 2, "0.00"),
        ("-0.004", 2, "0.00"),  # never a negative zero
        ("6138", 0, "6138"),
    ],
)
def test_an_exact_half_goes_to_the_even_digit(number: str, decimals: int, expected: str) -> None:
    assert fixed(Decimal(number), decimals) == expected


@pytest.mark.parametrize(
    ("number", "step", "expected"),
    [("60.25", "0.5", "60.0"), ("60.38", "0.5", "60.5"), ("-60.75", "0.5", "-61.0"), ("830", "20", "840"),
     ("842", "20", "840"), ("-930", "20", "-920")],
)  # fmt: skip
def test_half_and_fifth_unit_rounding_follow_the_examples_of_the_standard(
    number: str, step: str, expected: str
) -> None:
    assert round_to_step(Decimal(number), Decimal(step)) == Decimal(expected)


def test_a_cell_shows_fifteen_digits_and_not_the_binary_number() -> None:
    assert from_float(0.1) == Decimal("0.1")
    assert from_float(0.1 + 0.2) == Decimal("0.3")
    assert from_float(1234567.0) == Decimal("1234567")


def test_large_and_small_numbers_are_printed_without_exponent() -> None:
    assert plain(Decimal("2.2E+2")) == "220"
    assert plain(Decimal("1E-7")) == "0.0000001"
    assert plain(Decimal("0.7200")) == "0.72"
    assert significant(Decimal("171.6782843123456"), 10) == "171.6782843"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6))
def test_rounding_moves_a_number_by_at_most_half_a_unit(number: Decimal) -> None:
    assert abs(round_half_even(number, 2) - number) <= Decimal("0.005")
