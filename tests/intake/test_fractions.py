"""A bare 0.92 where per cent are asked: read as it stands, with a question."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from pipeline.findings import CellRef, Severity
from pipeline.intake.read import read_intake
from pipeline.intake.reader import read_workbook
from pipeline.intake.values import Question, Reading, read_value
from pipeline.intake.workbook import Cell, CellKind
from pipeline.standard import Standard
from pipeline.standard.types import Field
from tests.conftest import ROOT
from tests.intake.test_values import cell, code

WHERE = CellRef("表.xlsx", "甲", "D4", "合格率")
RATE = Field("x", "合格率", "number", unit="%")
SMALL = Field("x", "VOCs 含量", "number", unit="%", below_one=True)
PURE = Field("x", "容积率", "number", unit="1")
SAMPLE = ROOT / "samples" / "01-全优-复配混合型" / "录入表.xlsx"


def reading(field: Field, value: Any) -> Reading:
    return read_value(cell(value), Question(field, field.id, WHERE))


@pytest.mark.parametrize(
    ("value", "fix"),
    [
        (0.997, "如果是 99.7%，请填 99.7；确实是 0.997% 的，无需修改。"),
        ("0.92", "如果是 92%，请填 92；确实是 0.92% 的，无需修改。"),
        (1, "如果是 100%，请填 100；确实是 1% 的，无需修改。"),
    ],
)
def test_a_fraction_in_a_field_of_per_cent_is_read_as_it_stands_and_asked_about(value: Any, fix: str) -> None:
    result = reading(RATE, value)
    assert (result.value, code(result), result.refused) == (Decimal(str(value)), "like_a_fraction", False)
    assert result.finding is not None
    assert (result.finding.severity, result.finding.fix) == (Severity.WARNING, fix)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (RATE, 0),
        (RATE, 1.01),
        (RATE, 99.7),
        (RATE, -0.5),
        (RATE, "0.5%"),
        (RATE, "0.5 ％"),
        (RATE, Cell(Decimal("0.997"), CellKind.NUMBER, percent=True)),  # shown and read as 99.7
        (RATE, Cell(Decimal("0.005"), CellKind.NUMBER, percent=True)),  # shown as 0.5 %
        (SMALL, 0.5),
        (PURE, 0.997),
    ],
)
def test_what_can_only_mean_one_thing_is_not_asked_about(field: Field, value: Any) -> None:
    assert code(reading(field, value)) != "like_a_fraction"


def test_each_fraction_of_a_workbook_is_asked_about_at_its_cell(adhesive: Standard, tmp_path: Path) -> None:
    """产品!D5 产品合格率, 污染治理设施!G12 处理效率, 在实施项目!H9 完成进度."""
    book = load_workbook(SAMPLE)
    for sheet, place, value in (
        ("产品", "D5", 0.997),
        ("污染治理设施", "G12", 0.92),
        ("在实施项目", "H9", 0.35),
    ):
        assert book[sheet][place].value > 1
        book[sheet][place] = value
    book.save(tmp_path / "录入表.xlsx")

    _, findings = read_intake(read_workbook(tmp_path / "录入表.xlsx"), adhesive)

    told = [(f.code, str(f.where), f.subject) for f in findings if f.severity is Severity.WARNING]
    assert told == [
        ("like_a_fraction", "产品!D5（产品合格率）", "product_pass_rate"),
        ("like_a_fraction", "在实施项目!H9（完成进度）", "running_projects.progress"),
        ("like_a_fraction", "污染治理设施!G12（处理效率）", "treatment_facilities.efficiency"),
    ]
