"""Facts by field ids: what a data file may say, and how every fault in it is told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.findings import LvbaoError
from pipeline.intake.data_file import DataFileError, IntakeData, read_data
from pipeline.intake.data_values import Raw
from pipeline.quantity import NotApplicable, NotDetected
from pipeline.standard.types import Standard


def problems(facts: dict[str, Any], standard: Standard) -> tuple[str, ...]:
    with pytest.raises(DataFileError) as caught:
        read_data(facts, standard)
    return caught.value.problems


def test_every_type_of_value_is_read_as_what_the_field_declares(toy: Standard) -> None:
    data = read_data(
        {
            "enterprise_name": "某某玩具有限公司",
            "evaluation_year": 2024,
            "evaluation_date": "2025-03-01",
            "process_type": "冷法",
            "has_boiler": "是",
            "boiler_count": 2,
            "land_area": "77037.50",
            "recycling_rate": 0.1,
        },
        toy,
    )
    assert data.fields == {
        "enterprise_name": "某某玩具有限公司",
        "evaluation_year": Decimal(2024),
        "evaluation_date": dt.date(2025, 3, 1),
        "process_type": "冷法",
        "has_boiler": True,
        "boiler_count": Decimal(2),
        "land_area": Decimal("77037.50"),
        "recycling_rate": Decimal("0.1"),
    }


def test_yaml_and_json_say_the_same_with_decimals_to_the_last_digit(toy: Standard, tmp_path: Path) -> None:
    yaml, json = tmp_path / "facts.yaml", tmp_path / "facts.json"
    yaml.write_text("land_area: 0.1234567890123456789\nhas_boiler: true\n", encoding="utf-8")
    json.write_text('{"land_area": 0.1234567890123456789, "has_boiler": true}', encoding="utf-8")
    expected = IntakeData(fields={"land_area": Decimal("0.1234567890123456789"), "has_boiler": True})
    assert read_data(yaml, toy) == expected
    assert read_data(json, toy) == expected


def test_several_years_are_told_by_year_or_by_a_bare_value_for_the_evaluation_year(toy: Standard) -> None:
    data = read_data(
        {"evaluation_year": 2024, "gross_output_value": {2024: 3, "2023": 2, 2022: 1}, "qualified_output": 9},
        toy,
    )
    assert data.fields["gross_output_value"] == Decimal(3)
    assert data.fields["qualified_output"] == Decimal(9)
    assert data.earlier == {1: {"gross_output_value": Decimal(2)}, 2: {"gross_output_value": Decimal(1)}}


def test_the_kinds_of_blank_stay_apart(toy: Standard) -> None:
    data = read_data(
        {
            "structure_floor_area": "不适用",
            "nmhc_measured": "未检出(<0.5)",
            "land_area": None,
            "building_floor_area": 0,
            "notes": {"structure_floor_area": "没有构筑物"},
        },
        toy,
    )
    assert data.fields == {
        "structure_floor_area": NotApplicable(),
        "nmhc_measured": NotDetected(Decimal("0.5")),
        "building_floor_area": Decimal(0),
    }
    assert data.notes == {"structure_floor_area": "没有构筑物"}
    assert read_data({"nmhc_measured": "未检出"}, toy).fields == {"nmhc_measured": NotDetected(None)}
    assert read_data({"nmhc_measured": "未检出（＜1.5）"}, toy).fields == {
        "nmhc_measured": NotDetected(Decimal("1.5"))
    }


def test_tables_and_criteria_are_read_row_by_row(toy: Standard) -> None:
    data = read_data(
        {
            "energy_use": [{"energy": "电力", "year": 2024, "amount": 5, "unit": "万kWh"}, {}],
            "criteria": {
                "T01": {"verdict": "符合", "statement": "已办理。", "evidence": ["E01", "E02"]},
                "T02": {"verdict": "不适用"},
            },
        },
        toy,
    )
    row = {"energy": "电力", "year": Decimal(2024), "amount": Decimal(5), "unit": "万kWh"}
    assert data.tables == {"energy_use": (row, {})}
    assert data.criteria == {
        "T01": {"verdict": "符合", "statement": "已办理。", "evidence": "E01、E02"},
        "T02": {"verdict": "不适用"},
    }


def test_dirty_values_pass_only_when_marked_as_raw(toy: Standard) -> None:
    data = read_data(
        {
            "evaluation_year": 2024,
            "raw": {"land_area": "约6138", "gross_output_value": {2023: "无数据"}, "enterprise_name": 12},
            "energy_use": [{"amount": {"raw": "１２３．５"}}],
        },
        toy,
    )
    assert data.fields["land_area"] == Raw("约6138")
    assert data.fields["enterprise_name"] == Raw(Decimal(12))
    assert data.earlier == {1: {"gross_output_value": Raw("无数据")}}
    assert data.tables["energy_use"] == ({"amount": Raw("１２３．５")},)
    assert len(problems({"land_area": "约6138"}, toy)) == 1


def test_unknown_ids_are_all_told_at_once_with_the_nearest_name(toy: Standard) -> None:
    found = problems(
        {
            "land_aera": 1,
            "energy_use": [{"enrgy": "电力"}],
            "criteria": {"T1": {"verdict": "符合"}, "T02": {"verdikt": "符合"}},
            "notes": {"land_are": "…"},
            "raw": {"lnd_area": "…"},
        },
        toy,
    )
    nearest = ["land_area", "energy", None, "verdict", "land_area", "land_area"]
    assert len(found) == len(nearest)
    for problem, near in zip(found, nearest, strict=True):
        assert near is None or f"“{near}”" in problem


@pytest.mark.parametrize(
    ("facts", "place"),
    [
        ({"land_area": True}, "land_area"),
        ({"land_area": [1]}, "land_area"),
        ({"land_area": {"value": 1}}, "land_area"),
        ({"land_area": float("nan")}, "land_area"),
        ({"land_area": "1e999999999"}, "land_area"),
        ({"land_area": Decimal("1e999999999")}, "land_area"),
        ({"land_area": "1e-999999999"}, "land_area"),
        ({"boiler_count": "1.5"}, "boiler_count"),
        ({"credit_code": 91320000}, "credit_code"),
        ({"evaluation_date": "2025-02-30"}, "evaluation_date"),
        ({"evaluation_date": 2025}, "evaluation_date"),
        ({"evaluation_year": "去年"}, "evaluation_year"),
        ({"process_type": "冷"}, "process_type"),
        ({"has_boiler": "有"}, "has_boiler"),
        ({"enterprise_name": "名" * 32768}, "enterprise_name"),
        ({"enterprise_name": "\ud800"}, "enterprise_name"),
        ({"gross_output_value": {2024: 1}}, "gross_output_value"),
        ({"evaluation_year": 2024, "gross_output_value": {2021: 1}}, "gross_output_value"),
        ({"evaluation_year": 2024, "land_area": {2023: 1}}, "land_area"),
        ({"land_area": 1, "raw": {"land_area": "1"}}, "raw.land_area"),
        ({"energy_use": {"energy": "电力"}}, "energy_use"),
        ({"energy_use": ["电力"]}, "energy_use 第 1 行"),
        ({"energy_use": [{"energy": "煤"}]}, "energy_use 第 1 行 energy"),
        ({"criteria": ["T01"]}, "criteria"),
        ({"criteria": {"T01": "符合"}}, "criteria.T01"),
        ({"criteria": {"T01": {"verdict": "合格"}}}, "criteria.T01 verdict"),
        ({"criteria": {"T01": {"text": "改写"}}}, "criteria.T01"),
        ({"criteria": {"T04": {"verdict": "符合"}}}, "criteria.T04 verdict"),
        ({"notes": {"land_area": 5}}, "notes.land_area"),
        ({"notes": "x"}, "notes"),
    ],
)
def test_a_wrong_value_is_one_problem_that_names_its_place(
    facts: dict[str, Any], place: str, toy: Standard
) -> None:
    (problem,) = problems(facts, toy)
    assert problem.startswith(place)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("facts.txt", b"land_area: 1"),
        ("facts.yaml", b"land_area: [1"),
        ("facts.yaml", b"land_area: 1\nland_area: 2"),
        ("facts.yaml", b"- 1"),
        ("facts.yaml", b"\xff\xfe"),
        ("facts.json", b'{"land_area": 1,}'),
        ("facts.json", b'{"land_area": 1, "land_area": 2}'),
        ("facts.json", b"\xff\xfe"),
        ("facts.json", b"[" * 100000),
    ],
)
def test_a_file_that_cannot_be_read_ends_in_one_clear_error(
    name: str, content: bytes, toy: Standard, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(LvbaoError, match=name):
        read_data(path, toy)
    with pytest.raises(LvbaoError, match=r"absent\.yaml"):
        read_data(tmp_path / "absent.yaml", toy)


def test_an_empty_file_gives_an_empty_workbook(toy: Standard, tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text("", encoding="utf-8")
    assert read_data(path, toy) == IntakeData()


@pytest.mark.parametrize(("word", "near"), [("T/OY", None), ("冷法法", "冷法"), ("2589", "GB/T 2589-2020")])
def test_an_option_that_is_not_allowed_is_told_with_the_nearest_one(
    word: str, near: str | None, toy: Standard
) -> None:
    (problem,) = problems({"coal_edition" if word == "2589" else "process_type": word}, toy)
    assert ("是否为" in problem) is (near is not None)
    assert near is None or f"是否为“{near}”" in problem
