"""The shared coefficient tables: every value against its own base, every set with edition, source and validity."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.quantity import round_half_even
from pipeline.standard import Standard
from tests.conftest import Evaluate


def test_every_coal_coefficient_with_a_calorific_base_is_that_base_over_7000(adhesive: Standard) -> None:
    checked = 0
    for factor_set in adhesive.factors["coal"].sets:
        for entry in factor_set.entries:
            if entry.kcal is not None and entry.value is not None:
                assert abs(entry.value - round_half_even(entry.kcal / 7000, 4)) <= Decimal("0.0001"), (
                    entry.key
                )
                checked += 1
    assert checked > 20


@pytest.mark.parametrize(
    ("fuel", "factor", "derivation"),
    [
        ("柴油", "3.0959", "42.652 × 0.0202 × 98 % × 44/12"),
        ("汽油", "2.9251", "43.07 × 0.0189 × 98 % × 44/12"),
        ("天然气", "21.6219", "389.31 × 0.0153 × 99 % × 44/12 per 万m³"),
    ],
)
def test_fuel_factors_follow_from_their_parameters(
    adhesive: Standard, fuel: str, factor: str, derivation: str
) -> None:
    entry = adhesive.factors["fuel_co2"].entry("通用燃料参数", fuel)

    assert entry is not None, derivation
    assert entry.value is not None, derivation
    assert round_half_even(entry.value, 4) == Decimal(factor), derivation


def test_the_grid_factors_of_2021_and_2022_are_not_swapped(adhesive: Standard) -> None:
    values = {s.set: s.entries[0].value for s in adhesive.factors["grid"].sets}

    assert values == {"2021年": Decimal("0.5568"), "2022年": Decimal("0.5366"), "2023年": Decimal("0.5306")}


def test_every_set_names_its_source(adhesive: Standard) -> None:
    for family in adhesive.factors.values():
        for factor_set in family.sets:
            assert factor_set.source or all(e.source for e in factor_set.entries), (
                family.family,
                factor_set.set,
            )


def test_a_coefficient_table_outside_its_validity_is_told_at_its_choice(evaluate_adhesive: Evaluate) -> None:
    row = {"process": "公用", "energy": "电力", "year": 2024, "amount": 1000, "unit": "kWh"}
    facts = {"evaluation_year": 2024, "evaluation_date": "2025-03-01", "energy_use": [row]}
    old = evaluate_adhesive({**facts, "coal_factor_edition": "GB/T 2589-2008"})
    new = evaluate_adhesive({**facts, "coal_factor_edition": "GB/T 2589-2020"})

    code = "factor_set_not_in_force"
    assert [(f.subject, f.message) for f in old.findings if f.code == code] == [
        (
            "coal_factor_edition",
            "评价日期 2025-03-01 不在“GB/T 2589-2008”的有效期内（2008-06-01 至 2021-03-31），折标准煤系数仍按所选版本取用",
        )
    ]
    assert [f for f in new.findings if f.code == code] == []
