"""Units: parsing, conversion, refusal."""

from __future__ import annotations

import subprocess
import sys
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


def test_a_unit_is_the_same_whoever_asks_for_it_first() -> None:
    """One kWh is 3600 kJ: 1/3600 has no end, and a thousandfold of it must stay one."""
    code = (
        "from decimal import Decimal, localcontext\nfrom pipeline.units import unit\n"
        "with localcontext(prec={}):\n    made = unit('tCO2') / unit('kWh'), unit('万m³/kWh')\n"
        "with localcontext(prec={}):\n    made += unit('kgCO2/kWh'), unit('L') / unit('kWh')\n"
        "print([str(m.scale) for m in made], int(made[0].factor_to(made[2])))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code.format(*precisions)], capture_output=True, text=True, check=True
        ).stdout
        for precisions in ((28, 34), (34, 28), (50, 10))
    }
    assert len(found) == 1
    assert found.pop().endswith(" 1000\n")


def test_equal_units_keep_their_own_spelling_in_a_quotient() -> None:
    assert [(unit("t") / unit(area)).text for area in ("m²", "m2")] == ["t/m²", "t/m2"]
