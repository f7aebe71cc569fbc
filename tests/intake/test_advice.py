"""What a refused cell is told to do can be done: it never leads to the next refusal."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.finding_lists import fine, summary
from pipeline.findings import CellRef, Finding
from pipeline.intake.values import Question, Reading, read_value
from pipeline.intake.workbook import Cell, CellKind
from pipeline.messages import finding
from pipeline.show import findings_text
from pipeline.standard.types import Field
from tests.intake.test_values import cell, code

WHERE = CellRef("表.xlsx", "甲", "D4", "废水量")
NUMBER = Field("x", "废水量", "number", unit="t")
OPTIONAL = Field("x", "废水量", "number", unit="t", not_applicable="propagate")
NAME = Field("x", "工厂名称", "text", required=True)
DATE = Field("x", "投产日期", "date", not_applicable="propagate")


def told(field: Field, value: Any) -> tuple[str, str, str]:
    """Code, message and 怎么改 of one cell."""
    result: Reading = read_value(cell(value), Question(field, field.id, WHERE))
    assert result.finding is not None
    return code(result), result.finding.message, result.finding.fix


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (NUMBER, ("not_a_number", "请只填数字，单位 t。未填请留空；没有发生填 0。本项不能不适用。")),
        (OPTIONAL, ("not_a_number",
                    "请只填数字，单位 t。未填请留空；没有发生填 0；不适用请写“不适用”，并在备注写明理由。")),
        (NAME, ("placeholder", "请填写工厂名称；未填请留空。本项不能不适用。")),
        (DATE, ("placeholder", "请填写投产日期；未填请留空。不适用请写“不适用”，并在备注写明理由。")),
    ],
)  # fmt: skip
def test_a_stroke_is_advised_to_be_not_applicable_only_where_that_is_an_answer(
    field: Field, expected: tuple[str, str]
) -> None:
    found, _, fix = told(field, "/")
    assert (found, fix) == expected


@pytest.mark.parametrize(("field", "kind"), [(NUMBER, "数值"), (NAME, "内容"), (DATE, "内容")])
def test_a_formula_without_result_asks_for_what_the_field_takes(field: Field, kind: str) -> None:
    assert told(field, Cell(None, CellKind.NO_RESULT))[2] == (
        f"请用 Excel/WPS 打开并保存后再提交；或直接填写{kind}。"
    )
    assert told(field, Cell("#N/A", CellKind.ERROR))[2] == f"请改正公式，或直接填写{kind}。"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("-1250", "填的是“-1250”，已按“-1250”读取（文本格式的数字）"),
        ("1,250", "填的是“1,250”，已按“1250”读取（已规范化）"),
        ("１２５０", "填的是“１２５０”，已按“1250”读取（已规范化）"),
    ],
)
def test_a_note_says_what_was_normalised(value: str, message: str) -> None:
    assert told(NUMBER, value)[:2] == ("normalised", message)


def test_a_workbook_with_notes_only_has_passed_as_its_instructions_promise() -> None:
    notes = [finding("sheet_extra", "", CellRef("表.xlsx", "草稿"), found="草稿")]
    assert fine(notes) == "全部通过：没有错误和提示，可以生成正式报告。"
    assert summary(notes) == "1 处说明。全部通过：没有错误和提示，可以生成正式报告。"
    assert findings_text(notes, "表.xlsx").endswith("全部通过：没有错误和提示，可以生成正式报告。\n")


def test_a_place_without_a_label_stands_apart_from_the_message() -> None:
    found: Finding = finding("label_missing", "x", CellRef("表.xlsx", "甲", "B4"), label="用地面积", near="")
    assert "  [错误] B4 找不到填报项“用地面积”" in findings_text([found], "表.xlsx").splitlines()
