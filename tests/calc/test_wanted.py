"""A row that cannot be decided names the cells that are blank, not what is computed from them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from pipeline.evaluate import evaluate
from pipeline.intake.blank import write_workbook
from pipeline.standard import load_standard
from tests.conftest import ROOT

GBT = load_standard(ROOT / "standards" / "gbt-36132-2025")
SAMPLE = ROOT / "samples" / "09-通则2025" / "录入表.xlsx"
Cells = Mapping[str, Any]


def undecided(path: Path) -> dict[str, str]:
    """怎么改 of every undecided row."""
    return {f.subject: f.fix for f in evaluate(path, GBT).findings if f.code == "row_undecided"}


def edited(folder: Path, cells: Cells) -> Path:
    """The sample, in which every row is decided, with other cells."""
    book = load_workbook(SAMPLE)
    for place, value in cells.items():
        sheet, _, cell = place.partition("!")
        assert book[sheet][cell].value is not None, place
        book[sheet][cell] = value
    book.save(folder / "录入表.xlsx")
    return folder / "录入表.xlsx"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, {}),
        # the energy of a product stands behind two computed columns of another table
        ({"产品!F9": None}, {"G01": "请补填：减速器 产品综合能耗（产品!F9）。"}),
        ({"产品!F9": None, "产品!F10": None},
         {"G01": "请补填：减速器 产品综合能耗（产品!F9）、齿轮毛坯 产品综合能耗（产品!F10）。"}),
        # a weight that the table may do without, but not this row of it
        ({"资源!I16": None}, {"G05": "请补填：减速器 合金钢 加权参数（资源!I16）。"}),
        # a limit in a row that is there
        ({"评价方案!F12": None}, {"G07": "请补填：G07 基准值（评价方案!F12）。"}),
    ],
)  # fmt: skip
def test_the_blank_cell_itself_is_named(tmp_path: Path, cells: Cells, expected: dict[str, str]) -> None:
    assert undecided(edited(tmp_path, cells)) == expected


def test_an_unfilled_row_is_named_by_its_own_cells(tmp_path: Path) -> None:
    """In the blank workbook G01 stands in row 11 of 评价方案, so G03 in 13, G07 in 17, G08 in 18 and G10 in 20."""
    path = tmp_path / "录入表.xlsx"
    path.write_bytes(write_workbook(GBT))
    sheet = load_workbook(path)["评价方案"]
    rows = {sheet.cell(row, 2).value: row for row in range(11, 25)}
    assert [rows[c] for c in ("G01", "G03", "G07", "G08", "G10")] == [11, 13, 17, 18, 20]

    told = undecided(path)

    for criterion, row in (("G03", 13), ("G07", 17), ("G08", 18), ("G10", 20)):
        limits = f"{criterion} 基准值（评价方案!F{row}）、{criterion} 引领值（评价方案!E{row}）"
        assert told[criterion] == f"请补填：{limits}。"
