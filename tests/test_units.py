"""Units: parsing, conversion, refusal."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.units import UnknownUnit, unit


@pytest.mark.parametrize(
    ("quotient", "declared", "factor"),
    [
        (unit("万元") / unit("m²"), "万元/公顷", "10000"),
        (unit("tce") / unit("t"), "kgce/t", "1000"),
        (unit("t") / unit("t"), "%", "100"),
        (unit("万m³"), "m³", "10000"),
        (unit("万kWh"), "kWh", "10000"),
        (unit("kWh"), "MJ", "3.6"),
        (unit("kWh") / (unit("人") * unit("年")), "kWh/(人·年)", "1"),
        (unit("亩"), "m²", "666.6666666666666666666666667"),
    ],
)
def test_results_are_converted_to_the_declared_unit(quotient: object, declared: str, factor: str) -> None:
    assert quotient.factor_to(unit(declared)) == Decimal(factor)  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["", "元宝", "m³/", "t/t/?", "(t", "kWh）"])
def test_an_unknown_unit_is_refused(text: str) -> None:
    with pytest.raises(UnknownUnit):
        unit(text)


def test_coal_equivalent_is_not_mass_and_people_are_not_machines() -> None:
    assert not unit("tce").same_kind(unit("t"))
    assert not unit("人").same_kind(unit("台"))
    with pytest.raises(ValueError, match="不是同类单位"):
        unit("tce").factor_to(unit("t"))


def test_energy_in_an_hour_is_power() -> None:
    assert (unit("kWh") / unit("h")).factor_to(unit("kW")) == 1
    assert (unit("kW") * unit("h")).factor_to(unit("kWh")) == 1
    assert (unit("MWh") / unit("h")).factor_to(unit("kW")) == 1000
    assert unit("W").factor_to(unit("kW")) == Decimal("0.001")
    assert not unit("kW").same_kind(unit("kWh"))
