"""A column measured in the unit that its row names: what stands beside the number is read, converted or refused by that."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from pipeline.evaluate import evaluate
from pipeline.findings import CellRef
from pipeline.intake.read import read_intake
from pipeline.intake.reader import read_workbook
from pipeline.intake.values import Question, Reading, read_value
from pipeline.intake.workbook import Cell, CellKind
from pipeline.quantity import MISSING
from pipeline.standard import load_standard
from pipeline.standard.types import Field
from tests.conftest import ROOT
from tests.intake.test_values import cell, code

WHERE = CellRef("表.xlsx", "甲", "D4", "消耗量")
AMOUNT = Field("amount", "消耗量", "number", unit_from="unit")
OUTPUT = Field("output", "产量", "number", unit="产品单位", unit_from="product_unit")
ELSEWHERE = Field("output_0", "产量", "number")
FLOORS = Field("floors", "层数", "integer")
GBT = load_standard(ROOT / "standards" / "gbt-36132-2025")
SAMPLE = ROOT / "samples" / "09-通则2025" / "录入表.xlsx"


def reading(field: Field, unit: str, value: Any) -> Reading:
    """What is read in a row that names this unit."""
    return read_value(cell(value), Question(field, field.id, WHERE, unit=unit))


@pytest.mark.parametrize(
    ("field", "unit", "value", "expected"),
    [
        (AMOUNT, "万kWh", "300万kWh", 300),
        (AMOUNT, "万kWh", "300 万千瓦时", 300),
        (AMOUNT, "万度", "300万kWh", 300),
        (AMOUNT, "kWh", "300万", 3_000_000),
        (AMOUNT, "%", "40%", 40),
        (AMOUNT, "%", Cell(Decimal("0.4"), CellKind.NUMBER, percent=True), 40),
        (OUTPUT, "台", "20000台", 20_000),
        (OUTPUT, "t", "3000吨", 3000),
        (OUTPUT, "桶", "20桶", 20),
        (OUTPUT, "桶", "3万", 30_000),
    ],
)
def test_the_unit_of_the_row_beside_the_number_is_accepted_with_a_note(
    field: Field, unit: str, value: Any, expected: int
) -> None:
    result = reading(field, unit, value)
    assert (result.value, code(result), result.refused) == (Decimal(expected), "normalised", False)


@pytest.mark.parametrize(
    ("field", "unit", "value", "expected", "fix"),
    [
        (AMOUNT, "万kWh", "3000000 kWh", "other_unit", "请换算后只填数字，单位 万kWh。如果是 300，请填 300。"),
        (AMOUNT, "kWh", "300万kWh", "other_unit", "请换算后只填数字，单位 kWh。如果是 3000000，请填 3000000。"),
        (AMOUNT, "万kWh", "约3000000 kWh", "not_a_number", "请只填数字，单位 万kWh。如果是 300，请填 300。"),
        (AMOUNT, "万kWh", "300万", "not_a_number", "请只填数字，单位 万kWh。"),  # of kWh, or 万 of 万kWh
        (AMOUNT, "万kWh", "5t", "other_unit", "请换算后只填数字，单位 万kWh。"),
        (AMOUNT, "", "3000000 kWh", "not_a_number", "请只填数字，单位写在本行的单位一栏。"),
        (AMOUNT, "—", "300万", "not_a_number", "请只填数字，单位写在本行的单位一栏。"),
        (AMOUNT, "", Cell(Decimal("0.4"), CellKind.NUMBER, percent=True), "not_a_number",
         "请只填数字，单位写在本行的单位一栏。"),
        (AMOUNT, "t", "40%", "percent_unexpected", "请按要求的单位填写数字。"),
        (OUTPUT, "台", "2万台", "other_unit", "请换算后只填数字，单位 台。如果是 20000，请填 20000。"),
        (OUTPUT, "桶", "2万桶", "other_unit", "请换算后只填数字，单位 桶。如果是 20000，请填 20000。"),
        (OUTPUT, "万桶", "2万", "not_a_number", "请只填数字，单位 万桶。"),
        (OUTPUT, "桶", "3000t", "other_unit", "请换算后只填数字，单位 桶。"),
        (ELSEWHERE, "", "300万", "not_a_number", "请只填数字。"),
        (ELSEWHERE, "", "300 t", "not_a_number", "请只填数字。"),
        (FLOORS, "", "3层", "not_a_number", "请只填数字。如果是 3，请填 3。"),
    ],
)  # fmt: skip
def test_another_unit_is_converted_to_that_of_the_row_or_nothing_is_proposed(
    field: Field, unit: str, value: Any, expected: str, fix: str
) -> None:
    result = reading(field, unit, value)
    assert (result.value, code(result), result.refused) == (MISSING, expected, True)
    assert result.finding is not None
    assert result.finding.fix == fix


def test_a_row_that_names_no_unit_has_that_of_the_row_which_the_pack_wrote_for_its_key(
    tmp_path: Path,
) -> None:
    """| 指标编号 | 二级指标 | 计量单位 | 引领值 | 基准值 | — the pack writes % for G03, its cell D11 is made blank here."""
    book = load_workbook(SAMPLE)
    scheme, energy = book["评价方案"], book["能源和碳"]
    assert [scheme[c].value for c in ("B11", "D11", "E11", "F11")] == ["G03", "%", 40, 20]
    scheme["D11"] = None
    assert [energy[c].value for c in ("D11", "E11")] == [300, "万kWh"]
    scheme["E11"], scheme["F11"] = "40%", 0.2
    scheme["F11"].number_format = "0%"
    energy["D11"] = "3000000 kWh"
    book.save(tmp_path / "录入表.xlsx")

    intake, findings = read_intake(read_workbook(tmp_path / "录入表.xlsx"), GBT)

    row = intake.rows("scheme")[0]
    assert (row.fact("leading").value, row.fact("benchmark").value) == (Decimal(40), Decimal(20))
    told = [(f.code, f.where.cell, f.fix) for f in findings if f.where is not None and f.where.cell]
    assert told == [
        ("other_unit", "D11", "请换算后只填数字，单位 万kWh。如果是 300，请填 300。"),
        ("normalised", "E11", "无需修改；如读取有误，请改成规范写法。"),
        ("normalised", "F11", "无需修改；如读取有误，请改成规范写法。"),
    ]


def scores(folder: Path, leading: Any, benchmark: Any) -> tuple[Decimal | None, list[tuple[str, str, str]]]:
    """The points of G03 and what is said of its limits, as (code, cell, 怎么改)."""
    book = load_workbook(SAMPLE)
    book["评价方案"]["E11"], book["评价方案"]["F11"] = leading, benchmark
    book.save(folder / "录入表.xlsx")
    evaluation = evaluate(folder / "录入表.xlsx", GBT)
    (row,) = [r for r in evaluation.scorecard.rows if r.criterion.id == "G03"]
    told = [
        (f.code, f.where.cell, f.fix)
        for f in evaluation.findings
        if f.where and f.subject == "renewable_share"
    ]
    return row.score, told


def test_limits_in_per_cent_that_are_given_as_fractions_are_asked_about(tmp_path: Path) -> None:
    # 可再生能源利用率 26.48 %, leading 40 %, benchmark 20 %: (26.48 − 20) ÷ (40 − 20) × 8 = 2.59 of 8 points
    assert scores(tmp_path, 40, 20) == (Decimal("2.59"), [])
    # as 0.4 % and 0.2 % both are passed by far: all 8 points, but not without a word
    assert scores(tmp_path, 0.4, 0.2) == (
        Decimal("8.00"),
        [
            ("limit_like_a_fraction", "E11", "如果引领值是 40%，请填 40；确实是 0.4% 的，无需修改。"),
            ("limit_like_a_fraction", "F11", "如果基准值是 20%，请填 20；确实是 0.2% 的，无需修改。"),
        ],
    )


def test_a_small_limit_beside_a_large_one_is_no_fraction(tmp_path: Path) -> None:
    assert scores(tmp_path, 2, 0.5)[1] == []
