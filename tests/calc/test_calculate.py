"""Indicators, traces, levels: workbook in, values out."""

from __future__ import annotations

from decimal import Decimal

from pipeline.quantity import MISSING
from tests.conftest import Evaluate

LAND = {"land_area": 77037, "building_floor_area": 79379, "structure_floor_area": 0}


def test_the_floor_area_ratio_of_a_published_report_comes_out(evaluate_toy: Evaluate) -> None:
    value = evaluate_toy(LAND).indicators["floor_area_ratio"]

    assert value.value == Decimal("1.03")  # 79379 ÷ 77037 = 1.0304
    assert value.level == "recommended"  # ≥ 0.72, < 1.20
    assert value.trace.substituted == "(79379 + 0) ÷ 77037"
    assert value.trace.symbolic == "R = (A_ZJZW + A_ZGZW) / A_YD"
    assert [(o.label, o.value, o.unit, str(o.where)) for o in value.trace.operands] == [
        ("建筑面积", "79379", "m²", "用地与产出!D5（建筑面积）"),
        ("构筑物面积", "0", "m²", "用地与产出!D6（构筑物面积）"),
        ("用地面积", "77037", "m²", "用地与产出!D4（用地面积）"),
    ]


def test_units_are_converted_and_the_conversion_is_shown(evaluate_toy: Evaluate) -> None:
    facts = {"land_area": 25000, "gross_output_value": 5000}

    value = evaluate_toy(facts).indicators["output_per_land_area"]

    assert value.value == Decimal("2000.00")  # 5000 万元 ÷ 2.5 公顷
    assert value.trace.conversion == "× 10000（万元/m² → 万元/公顷）"
    assert value.level == "entry"


def test_energy_adds_up_over_kinds_and_units_of_the_evaluation_year_only(evaluate_toy: Evaluate) -> None:
    facts = {
        "evaluation_year": 2024,
        "coal_edition": "GB/T 2589-2020",
        "process_type": "冷法",
        "qualified_output": 9000,
        "energy_use": [
            {"energy": "电力", "year": 2024, "amount": 120, "unit": "万kWh"},
            {"energy": "天然气", "year": 2024, "amount": "1.5", "unit": "万m³"},
            {"energy": "电力", "year": 2023, "amount": 999999, "unit": "kWh"},
        ],
    }

    evaluation = evaluate_toy(facts)

    # 1 200 000 × 0.1229 + 15 000 × 1.33 = 147 480 + 19 950 = 167 430 kgce
    assert evaluation.indicators["comprehensive_energy"].value == Decimal("167.43")
    assert evaluation.indicators["unit_energy"].value == Decimal("18.60")  # 167 430 ÷ 9000 = 18.603
    assert evaluation.indicators["unit_energy"].level == "recommended"  # ≤ 20, > 18
    rows = [o for o in evaluation.indicators["comprehensive_energy"].trace.operands if o.kind == "row"]
    assert [o.detail for o in rows] == ["120 万kWh × 0.1229 kgce/kWh", "1.5 万m³ × 1.33 kgce/m³"]


def test_a_measured_coefficient_replaces_the_table_and_says_so(evaluate_toy: Evaluate) -> None:
    facts = {
        "evaluation_year": 2024,
        "coal_edition": "GB/T 2589-2020",
        "energy_use": [
            {"energy": "柴油", "year": 2024, "amount": 10, "unit": "t", "factor_override": "1.4"},
        ],
    }

    value = evaluate_toy(facts).indicators["comprehensive_energy"]

    assert value.value == Decimal("14.00")  # 10 000 kg × 1.4
    assert value.trace.operands[0].source == "实测系数（填报）"


def test_a_missing_operand_makes_the_indicator_missing_with_its_cause(evaluate_toy: Evaluate) -> None:
    value = evaluate_toy({"building_floor_area": 100, "structure_floor_area": 0}).indicators[
        "floor_area_ratio"
    ]

    assert value.value == MISSING
    assert value.level is None
    assert value.trace.causes == ("用地面积（用地与产出!D4）",)


def test_not_applicable_enters_as_zero_only_where_the_pack_says_so(evaluate_toy: Evaluate) -> None:
    facts = {"land_area": 100, "building_floor_area": 72, "structure_floor_area": "不适用"}
    facts["notes"] = {"structure_floor_area": "厂区没有构筑物"}  # type: ignore[assignment]

    value = evaluate_toy(facts).indicators["floor_area_ratio"]

    assert value.value == Decimal("0.72")
    assert value.trace.operands[1].detail == "不适用，按 0 计"


def test_what_was_not_detected_counts_with_its_detection_limit(evaluate_toy: Evaluate) -> None:
    value = evaluate_toy({"nmhc_measured": "未检出(<0.5)"}).indicators["nmhc"]

    assert value.value == Decimal("0.5")
    assert value.level == "excellent"


def test_a_value_on_the_limit_reaches_it_and_one_just_short_does_not(evaluate_toy: Evaluate) -> None:
    def level(building: str) -> str | None:
        facts = {"land_area": 100000, "building_floor_area": building, "structure_floor_area": 0}
        return evaluate_toy(facts).indicators["floor_area_ratio"].level

    assert level("120000") == "excellent"
    assert level("119999") == "recommended"  # 1.19999 prints as 1.20 and is compared unrounded
    assert level("60000") == "entry"
    assert level("59999") == "below"


def test_limits_follow_the_process_type(evaluate_toy: Evaluate) -> None:
    def level(process: str) -> str | None:
        facts = {
            "evaluation_year": 2024,
            "coal_edition": "GB/T 2589-2020",
            "process_type": process,
            "qualified_output": 1000,
            "energy_use": [
                {"energy": "柴油", "year": 2024, "amount": 20000, "unit": "kg", "factor_override": 1}
            ],
        }
        return evaluate_toy(facts).indicators["unit_energy"].level

    assert level("冷法") == "recommended"  # 20 kgce/t ≤ 20
    assert level("热法") == "excellent"  # 20 kgce/t ≤ 30
    assert level("混合") is None  # the pack has no limits for it


def test_an_unfilled_table_is_missing_and_not_zero(evaluate_toy: Evaluate) -> None:
    evaluation = evaluate_toy({"evaluation_year": 2024})

    assert evaluation.indicators["comprehensive_energy"].value == MISSING


def test_a_year_without_rows_is_missing_and_not_zero(evaluate_toy: Evaluate) -> None:
    facts = {
        "evaluation_year": 2024,
        "coal_edition": "GB/T 2589-2020",
        "energy_use": [{"energy": "电力", "year": 2024, "amount": 1, "unit": "kWh"}],
    }

    evaluation = evaluate_toy(facts)

    assert evaluation.earlier[1]["comprehensive_energy"].value == MISSING


def test_a_unit_that_does_not_fit_is_one_finding_at_its_cell(evaluate_toy: Evaluate) -> None:
    facts = {
        "evaluation_year": 2024,
        "coal_edition": "GB/T 2589-2020",
        "energy_use": [{"energy": "电力", "year": 2024, "amount": 5, "unit": "t"}],
    }

    evaluation = evaluate_toy(facts)

    assert [(f.code, f.where.cell) for f in evaluation.findings if f.code == "factor_unit" and f.where] == [
        ("factor_unit", "E6")
    ]
    assert evaluation.indicators["comprehensive_energy"].value == MISSING


def test_a_year_that_only_describes_a_row_is_not_its_period(evaluate_adhesive: Evaluate) -> None:
    facts = {
        "evaluation_year": 2024,
        "qualified_output": {2024: 20000},
        "products": [{"name": "白乳胶", "category": "水性胶粘剂", "process": "复配混合型", "output": 20000}],
        "plants": [{"name": "一号线", "capacity": 2000, "commissioned": 2016}],
    }

    codes = [f.code for f in evaluate_adhesive(facts).findings]

    assert "output_within_capacity" in codes  # 20 000 t from plants of 2 000 t
