"""What is required, changes against last year, the rules of a pack."""

from __future__ import annotations

from typing import Any

from tests.conftest import Evaluate, found

FULL: dict[str, Any] = {
    "enterprise_name": "某某玩具有限公司",
    "evaluation_year": 2024,
    "evaluation_date": "2025-03-01",
    "process_type": "冷法",
    "coal_edition": "GB/T 2589-2020",
    "has_boiler": "否",
    "land_area": 100000,
    "building_floor_area": 120000,
    "structure_floor_area": 0,
    "gross_output_value": {2024: 30000, 2023: 29000},
    "qualified_output": {2024: 9000, 2023: 8900},
    "nmhc_measured": 12,
    "recycling_rate": 60,
    "energy_use": [
        {"energy": "电力", "year": 2024, "amount": 1200000, "unit": "kWh"},
        {"energy": "电力", "year": 2023, "amount": 1150000, "unit": "kWh"},
    ],
    "evidence": [{"number": "E01", "name": "营业执照"}],
    "criteria": {
        "T01": {"verdict": "符合", "statement": "有营业执照。", "evidence": "E01"},
        "T02": {"verdict": "符合", "statement": "符合规范。", "evidence": "E01"},
        "T03": {"verdict": "符合", "statement": "均为多层。", "evidence": "E01"},
        **{key: {"evidence": "E01"} for key in ("T04", "T05", "T06", "T07")},
    },
}


def test_a_complete_workbook_has_no_findings(evaluate_toy: Evaluate) -> None:
    assert found(evaluate_toy(FULL)) == []


def test_a_missing_value_is_one_finding_with_all_that_it_blocks(evaluate_toy: Evaluate) -> None:
    evaluation = evaluate_toy({**FULL, "land_area": None})

    assert found(evaluation) == [("missing", "D4", "land_area")]
    assert evaluation.findings[0].blocks == (
        "指标“容积率”",
        "指标“单位用地面积产值”",
        "评分行 T04",
        "评分行 T05",
        "报告“二、1 基础设施”",
    )


def test_a_conditional_value_is_asked_only_under_its_condition(evaluate_toy: Evaluate) -> None:
    assert found(evaluate_toy({**FULL, "has_boiler": "是"})) == [("missing", "D11", "boiler_count")]


def test_a_large_change_wants_a_reason(evaluate_toy: Evaluate) -> None:
    risen = {**FULL, "gross_output_value": {2024: 30000, 2023: 20000}}

    evaluation = evaluate_toy(risen)

    assert found(evaluation) == [("yoy_without_reason", "D7", "gross_output_value")]
    assert evaluation.findings[0].message == "比上一年变化 +50.0%，超过 ±30%"

    explained = evaluate_toy({**risen, "notes": {"gross_output_value": "二期投产"}})

    assert found(explained) == [("yoy_explained", "D7", "gross_output_value")]
    assert (explained.findings[0].severity, explained.findings[0].explanation) == ("explained", "二期投产")
    assert explained.is_final


def test_a_rule_of_the_pack_blames_its_cell_with_the_clients_own_figures(evaluate_toy: Evaluate) -> None:
    rows = [*FULL["energy_use"], {"energy": "电力", "year": 2020, "amount": 1, "unit": "kWh"}]

    evaluation = evaluate_toy({**FULL, "energy_use": rows})

    assert found(evaluation) == [("energy_year_in_period", "C8", "energy_use.year")]
    assert evaluation.findings[0].message == "年度 2020 不在评价年度 2024 及其前两年之内"


def test_a_rule_whose_values_are_missing_is_not_tried(evaluate_toy: Evaluate) -> None:
    assert [c for c, _, _ in found(evaluate_toy({**FULL, "building_floor_area": None}))] == ["missing"]


def test_not_applicable_needs_its_reason(evaluate_toy: Evaluate) -> None:
    assert found(evaluate_toy({**FULL, "structure_floor_area": "不适用"})) == [
        ("reason_missing", "D6", "structure_floor_area")
    ]


def test_an_empty_required_table_is_one_finding(evaluate_toy: Evaluate) -> None:
    assert found(evaluate_toy({**FULL, "energy_use": []})) == [("table_empty", "B6", "energy_use")]
