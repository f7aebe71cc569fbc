"""From the file to the facts: clean workbooks give no findings, every fault gives exactly one at its cell."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.findings import CellRef
from pipeline.quantity import MISSING
from pipeline.standard.types import Standard
from tests.intake.builder import brief, clean_book, read

SITE, ENERGY, BASIC, PROOF, SELF = "用地与产出", "能源消耗", "基本信息", "证明材料", "自评价表"


def test_a_clean_workbook_gives_no_findings(toy: Standard, tmp_path: Path) -> None:
    intake, findings = read(clean_book(toy), toy, tmp_path)
    assert brief(findings) == []
    assert intake.refused == frozenset()


def test_values_have_their_types_units_and_cells(toy: Standard, tmp_path: Path) -> None:
    intake, _ = read(clean_book(toy), toy, tmp_path)
    assert intake.fact("land_area").value == Decimal(77037)
    assert intake.fact("land_area").unit == "m²"
    assert intake.fact("land_area").source == CellRef("录入表.xlsx", SITE, "D4", "用地面积")
    assert intake.fact("evaluation_date").value == dt.date(2025, 3, 1)
    assert intake.fact("evaluation_year").value == Decimal(2024)
    assert intake.fact("has_boiler").value is True
    assert intake.fact("gross_output_value", 2).value == Decimal(10000)
    assert intake.fact("gross_output_value", 1).source == CellRef("录入表.xlsx", SITE, "E7", "2023 年总产值")
    rows = intake.rows("energy_use")
    assert [r.fact("amount").value for r in rows] == [Decimal(5000), Decimal(300), Decimal(4800)]
    assert rows[2].fact("amount").source == CellRef("录入表.xlsx", ENERGY, "D8", "电力 2023 消耗量")
    assert [r.fact("criterion").value for r in intake.rows("criteria")] == [f"T0{n}" for n in range(1, 8)]
    assert intake.rows("criteria")[3].fact("verdict").value == MISSING  # judged by the program


def test_every_field_and_table_has_a_place_even_when_it_is_empty(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy).put(f"{SITE}!D4", None).put(f"{SITE}!E7", None)
    for row in (6, 7):
        book.put(f"{PROOF}!B{row}", None).put(f"{PROOF}!C{row}", None)
    intake, findings = read(book, toy, tmp_path)
    assert findings == ()
    places = {key: str(where) for key, where in intake.places.items()}
    assert places["land_area"] == f"{SITE}!D4（用地面积）"
    assert places["gross_output_value@1"] == f"{SITE}!E7（2023 年总产值）"
    assert places["evidence"] == f"{PROOF}!B6（证明材料清单）"
    assert places["criteria[T02]"] == f"{SELF}!H7（T02 自评结论）"
    assert {*toy.intake.fields, *toy.intake.tables} <= set(places)
    assert intake.rows("evidence") == ()


# -- one fault, one finding --------------------------------------------------------------------------------------
FAULTS: dict[str, tuple[str, object, str, str]] = {
    "an approximate number": (f"{SITE}!D4", "约6138", "not_a_number", "land_area"),
    "a word for a number": (f"{SITE}!D5", "七万", "not_a_number", "building_floor_area"),
    "a slash for a number": (f"{SITE}!D4", "/", "not_a_number", "land_area"),
    "a dash for a number": (f"{SITE}!D5", "——", "not_a_number", "building_floor_area"),
    "a number below its limit": (f"{SITE}!D4", 0, "out_of_range", "land_area"),
    "a per cent above 100": (f"{SITE}!D10", 850, "out_of_range", "recycling_rate"),
    "a negative amount of last year": (f"{SITE}!E7", -5, "out_of_range", "gross_output_value"),
    "another unit behind the number": (f"{SITE}!D4", "7.7公顷", "other_unit", "land_area"),
    "a per cent for an area": (f"{SITE}!D5", "12%", "percent_unexpected", "building_floor_area"),
    "an error value": (f"{SITE}!D8", "#DIV/0!", "cell_error", "qualified_output"),
    "a formula without result": (f"{SITE}!D4", "=1+1", "formula_without_result", "land_area"),
    "not applicable where it may not be": (f"{SITE}!D4", "不适用", "not_applicable_forbidden", "land_area"),
    "not detected where it may not be": (f"{SITE}!D4", "未检出", "not_detected_forbidden", "land_area"),
    "a word that is no option": (f"{BASIC}!D8", "冷法工艺", "not_an_option", "process_type"),
    "a code with a wrong check digit": (f"{BASIC}!D5", "91110108551385082A", "credit_code", "credit_code"),
    "a name that is too long": (f"{BASIC}!D4", "长" * 101, "too_long", "enterprise_name"),
    "a date that does not exist": (f"{BASIC}!D7", "2025-02-30", "not_a_date", "evaluation_date"),
    "a date without century": (f"{BASIC}!D7", "25.3.1", "not_a_date", "evaluation_date"),
    "a year with two digits": (f"{BASIC}!D6", 24, "not_a_year", "evaluation_year"),
    "neither yes nor no": (f"{BASIC}!D10", "也许", "not_an_option", "has_boiler"),
    "half a boiler": (f"{BASIC}!D11", 1.5, "not_an_integer", "boiler_count"),
    "a picture in the cell": (f"{SITE}!D4", '\'=DISPIMG("ID_1",1)', "picture_in_cell", "land_area"),
    "a placeholder for a name": (f"{BASIC}!D4", "/", "placeholder", "enterprise_name"),
    "a changed unit beside the value": (f"{SITE}!C4", "公顷", "unit_changed", "land_area"),
    "an approximate amount in a table": (f"{ENERGY}!D7", "≈300", "not_a_number", "energy_use.amount"),
    "a negative amount in a table": (f"{ENERGY}!D7", -300, "out_of_range", "energy_use.amount"),
    "an unknown energy": (f"{ENERGY}!B7", "天燃气", "not_an_option", "energy_use.energy"),
    "a formula error in a table": (f"{ENERGY}!D6", "#REF!", "cell_error", "energy_use.amount"),
    "a year in words": (f"{ENERGY}!C6", "去年", "not_a_year", "energy_use.year"),
    "a doubled row": (f"{ENERGY}!C8", 2024, "duplicate_row", "energy_use"),
    "an unknown verdict": (f"{SELF}!H7", "基本符合", "not_an_option", "criteria.verdict"),
    "a criterion's id overwritten": (f"{SELF}!B7", "T99", "label_changed", "criteria.criterion"),
    "a criterion's id overwritten with another": (f"{SELF}!B7", "T03", "label_changed", "criteria.criterion"),
    "a renamed column": (f"{ENERGY}!D5", "XXX", "column_missing", "energy_use.amount"),
    "a doubled column": (f"{ENERGY}!G5", "消耗量", "column_duplicated", "energy_use.amount"),
    "a heading overwritten with its neighbour's": (
        f"{ENERGY}!D5",
        "年度",
        "column_duplicated",
        "energy_use.year",
    ),
    "the first label overwritten with the second": (
        f"{SITE}!B4",
        "建筑面积",
        "label_duplicated",
        "building_floor_area",
    ),
    "a doubled label": (f"{SITE}!B6", "建筑面积", "label_duplicated", "building_floor_area"),
}
AT = {"a doubled row": f"{ENERGY}!B8"}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_gives_one_finding_at_its_cell(fault: str, toy: Standard, tmp_path: Path) -> None:
    place, value, code, subject = FAULTS[fault]
    _, findings = read(clean_book(toy).put(place, value), toy, tmp_path)
    assert brief(findings) == [(code, AT.get(fault, place), subject)]
    assert all(f.message and f.fix for f in findings)
