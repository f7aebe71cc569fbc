"""One cell, one question: what is accepted, what is accepted with a note, what is refused with which proposal."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.findings import CellRef
from pipeline.intake.texts import credit_code_check_digit
from pipeline.intake.values import Question, Reading, read_value
from pipeline.intake.workbook import BLANK_CELL, Cell, CellKind
from pipeline.quantity import MISSING, NotApplicable, NotDetected
from pipeline.standard.types import Field, Standard
from tests.intake.builder import brief, clean_book, read

WHERE = CellRef("表.xlsx", "甲", "D4", "数量")
NUMBER = Field("x", "数量", "number", unit="m²")
PERCENT = Field("x", "比率", "number", unit="%")
MONEY = Field("x", "产值", "number", unit="万元")
PURE = Field("x", "系数", "number", unit="1")
COUNT = Field("x", "数量", "integer", unit="台")
MASS = Field("x", "用量", "number", unit="t")
MEASURED = Field("x", "浓度", "number", unit="mg/m³", not_detected="limit", not_applicable="propagate")
DATE = Field("x", "日期", "date")
YEAR = Field("x", "年度", "year")
MONTH = Field("x", "月份", "month")
CHOICE = Field("x", "工艺", "choice", options=("冷法", "热法", "GB/T 2589-2020"))
SEVERAL = Field("x", "体系", "multi_choice", options=("质量", "环境", "能源"))
YES_NO = Field("x", "有无", "yes_no")
TEXT = Field("x", "名称", "text", required=True)
REMARK = Field("x", "说明", "long_text")
CODE = Field("x", "代码", "text", format="credit_code")


def cell(value: Any, percent: bool = False) -> Cell:
    """A cell with a value as a program stores it."""
    if isinstance(value, Cell):
        return value
    if isinstance(value, bool):
        return Cell(value, CellKind.TRUTH)
    if isinstance(value, int | float):
        return Cell(Decimal(repr(value)), CellKind.NUMBER, percent)
    return Cell(value, CellKind.DATE if isinstance(value, dt.date) else CellKind.TEXT)


def reading(field: Field, value: Any, note: str = "") -> Reading:
    """What is read."""
    return read_value(cell(value), Question(field, field.id, WHERE, note))


def code(result: Reading) -> str:
    """The code of the finding, "" for none."""
    return result.finding.code if result.finding else ""


AS_ASKED: list[tuple[Field, Any, Any]] = [
    (NUMBER, 6138, Decimal(6138)),
    (NUMBER, 0, Decimal(0)),
    (NUMBER, -0.5, Decimal("-0.5")),
    (COUNT, 3, Decimal(3)),
    (COUNT, 3.0, Decimal("3.0")),
    (DATE, dt.date(2024, 3, 5), dt.date(2024, 3, 5)),
    (DATE, "2024-03-05", dt.date(2024, 3, 5)),
    (YEAR, 2024, Decimal(2024)),
    (MONTH, "2024-03", "2024-03"),
    (CHOICE, "冷法", "冷法"),
    (CHOICE, " 冷法\n", "冷法"),
    (SEVERAL, "质量、能源", ("质量", "能源")),
    (SEVERAL, "环境", ("环境",)),
    (YES_NO, "是", True),
    (YES_NO, "否", False),
    (TEXT, "  某某 <公司> & {{ x }} = 😀👨‍👩‍👧 ", "某某 <公司> & {{ x }} = 😀👨‍👩‍👧"),
    (TEXT, "=HYPERLINK(1)", "=HYPERLINK(1)"),
    (TEXT, "第一行\r\n第二行\u200b\x07", "第一行\n第二行"),
    (TEXT, 12345, "12345"),
    (REMARK, "无", "无"),
    (REMARK, "不涉及", "不涉及"),
    (CODE, "91110108551385082Q", "91110108551385082Q"),
]


@pytest.mark.parametrize(("field", "value", "expected"), AS_ASKED)
def test_what_is_written_as_asked_is_read_without_a_word(field: Field, value: Any, expected: Any) -> None:
    assert reading(field, value) == Reading(expected)


WITH_NOTE: list[tuple[Field, Any, Any]] = [
    (NUMBER, "6138", Decimal(6138)),
    (NUMBER, "1,234.5", Decimal("1234.5")),
    (NUMBER, "１２３．５", Decimal("123.5")),
    (NUMBER, "－5", Decimal(-5)),
    (NUMBER, "−5", Decimal(-5)),
    (NUMBER, "1 234 567", Decimal(1234567)),
    (NUMBER, "\u300012\u200b 　", Decimal(12)),
    (NUMBER, "1.5e3", Decimal(1500)),
    (NUMBER, "3.2万", Decimal(32000)),
    (NUMBER, "5m²", Decimal(5)),
    (NUMBER, "5 m2", Decimal(5)),
    (NUMBER, "5平方米", Decimal(5)),
    (NUMBER, "5㎡", Decimal(5)),
    (MASS, "5吨", Decimal(5)),
    (MASS, "5 T", Decimal(5)),
    (Field("x", "用电量", "number", unit="万kWh"), "98万度", Decimal(98)),
    (Field("x", "综合能耗", "number", unit="tce"), "5吨标煤", Decimal(5)),
    (NUMBER, "1，234.5", Decimal("1234.5")),
    (NUMBER, "2百", Decimal(200)),
    (NUMBER, "3千", Decimal(3000)),
    (NUMBER, "0.3亿", Decimal(30000000)),
    (NUMBER, "+5", Decimal(5)),
    (NUMBER, ".5", Decimal("0.5")),
    (NUMBER, "0.00", Decimal("0.00")),
    (PERCENT, "12.5％", Decimal("12.5")),
    (Field("x", "人数", "integer", unit="人"), "25人", Decimal(25)),
    (DATE, "2024年3月5号", dt.date(2024, 3, 5)),
    (MONTH, "2024-3", "2024-03"),
    (YES_NO, "是的", True),
    (YES_NO, "✔", True),
    (YES_NO, "yes", True),
    (YES_NO, "☑是 □否", True),
    (YES_NO, "□是 ■否", False),
    (YES_NO, "没有", False),
    (YES_NO, "N", False),
    (MONEY, "1.2万元", Decimal("1.2")),
    (PERCENT, "12%", Decimal(12)),
    (PERCENT, "12 ％", Decimal(12)),
    (PERCENT, Cell(Decimal("0.12"), CellKind.NUMBER, True), Decimal(12)),
    (COUNT, "3台", Decimal(3)),
    (DATE, "2024.3.5", dt.date(2024, 3, 5)),
    (DATE, "2024/3/5", dt.date(2024, 3, 5)),
    (DATE, "2024年3月5日", dt.date(2024, 3, 5)),
    (DATE, "２０２４-03-05", dt.date(2024, 3, 5)),
    (DATE, "20240305", dt.date(2024, 3, 5)),
    (DATE, 20240305, dt.date(2024, 3, 5)),
    (DATE, dt.datetime(2024, 3, 5, 8, 30), dt.date(2024, 3, 5)),
    (YEAR, "2024", Decimal(2024)),
    (YEAR, "2024年", Decimal(2024)),
    (YEAR, "2024年度", Decimal(2024)),
    (YEAR, dt.date(2024, 12, 31), Decimal(2024)),
    (MONTH, "2024年3月", "2024-03"),
    (MONTH, "2024.3", "2024-03"),
    (MONTH, "202403", "2024-03"),
    (MONTH, dt.date(2024, 3, 1), "2024-03"),
    (CHOICE, "冷 法", "冷法"),
    (CHOICE, "gb／t 2589－2020", "GB/T 2589-2020"),
    (SEVERAL, "能源，质量", ("质量", "能源")),
    (SEVERAL, "质量;环境\n能源", ("质量", "环境", "能源")),
    (YES_NO, "√", True),
    (YES_NO, "Y", True),
    (YES_NO, "有", True),
    (YES_NO, True, True),
    (YES_NO, "×", False),
    (YES_NO, "无", False),
    (CODE, "9111 0108 5513 8508 2q", "91110108551385082Q"),
]


@pytest.mark.parametrize(("field", "value", "expected"), WITH_NOTE)
def test_what_has_one_meaning_is_accepted_with_a_note(field: Field, value: Any, expected: Any) -> None:
    result = reading(field, value)
    assert (result.value, code(result), result.refused) == (expected, "normalised", False)


REFUSED: list[tuple[Field, Any, str, str]] = [
    (NUMBER, "约6138", "not_a_number", "6138"),
    (NUMBER, "6138左右", "not_a_number", "6138"),
    (NUMBER, "≈ 6,138", "not_a_number", "6138"),
    (NUMBER, ">100", "not_a_number", "100"),
    (NUMBER, "12。5", "not_a_number", "12.5"),
    (NUMBER, "约3.2万", "not_a_number", "32000"),
    (NUMBER, "3.2万左右", "not_a_number", "32000"),
    (MASS, "约500公斤", "not_a_number", "0.5"),
    (MASS, "约5m³", "not_a_number", ""),
    (NUMBER, "3.2万平方米", "other_unit", "32000"),
    (MASS, "1.2万吨", "other_unit", "12000"),
    (NUMBER, "(1,234)", "not_a_number", ""),
    (NUMBER, "—5", "not_a_number", ""),
    (NUMBER, "5%（含）", "not_a_number", ""),
    (NUMBER, "1.234,5", "not_a_number", ""),
    (NUMBER, "一百", "not_a_number", ""),
    (NUMBER, "500（估）", "not_a_number", "500"),
    (MONEY, "120万元整", "not_a_number", ""),
    (YES_NO, "□是 □否", "not_an_option", ""),
    (YES_NO, "☑是 ☑否", "not_an_option", ""),
    (NUMBER, "1,23", "not_a_number", ""),
    (NUMBER, "10-20", "not_a_number", ""),
    (NUMBER, "10～20", "not_a_number", ""),
    (NUMBER, "很多", "not_a_number", ""),
    (NUMBER, "=1+2", "not_a_number", ""),
    (NUMBER, "/", "not_a_number", ""),
    (NUMBER, "—", "not_a_number", ""),
    (NUMBER, "-", "not_a_number", ""),
    (NUMBER, "无", "not_a_number", ""),
    (NUMBER, True, "not_a_number", ""),
    (NUMBER, dt.date(2024, 3, 5), "not_a_number", ""),
    (NUMBER, "5公顷", "other_unit", "50000"),
    (MASS, "500公斤", "other_unit", "0.5"),
    (MASS, "5m³", "other_unit", ""),
    (MONEY, "1.2亿元", "other_unit", "12000"),
    (MONEY, "1.2万", "not_a_number", ""),
    (NUMBER, "12%", "percent_unexpected", ""),
    (PURE, "12%", "percent_unexpected", "0.12"),
    (PURE, Cell(Decimal("0.12"), CellKind.NUMBER, True), "percent_unexpected", "0.12"),
    (PURE, "5000kWh", "not_a_number", "5000"),
    (COUNT, 1.5, "not_an_integer", ""),
    (NUMBER, "不适用", "not_applicable_forbidden", ""),
    (NUMBER, "N/A", "not_applicable_forbidden", ""),
    (TEXT, "不适用", "not_applicable_forbidden", ""),
    (NUMBER, "ND", "not_detected_forbidden", ""),
    (NUMBER, "<0.5", "not_detected_forbidden", ""),
    (MEASURED, "<约", "not_a_number", ""),
    (DATE, "24.3.5", "not_a_date", "2024-03-05"),
    (DATE, "3/5/2024", "not_a_date", ""),
    (DATE, "2024-02-30", "not_a_date", ""),
    (DATE, "2024年3月", "not_a_date", ""),
    (DATE, 45356, "not_a_date", "2024-03-05"),
    (DATE, dt.date(1899, 12, 31), "not_a_date", ""),
    (YEAR, "24年", "not_a_year", "2024"),
    (YEAR, "2024年3月", "not_a_year", "2024"),
    (YEAR, dt.date(1905, 7, 16), "not_a_year", "2024"),
    (YEAR, 2024.5, "not_a_year", ""),
    (YEAR, 20240, "not_a_year", ""),
    (NUMBER, "1e999", "not_a_number", ""),
    (NUMBER, "9" * 500, "not_a_number", ""),
    (NUMBER, "不适用(" + " " * 30_000 + "x", "not_a_number", ""),
    (NUMBER, "1~234", "not_a_number", ""),
    (MONTH, 2024.1, "not_a_month", ""),
    (MONTH, "2024-13", "not_a_month", ""),
    (MONTH, "2024-03-05", "not_a_month", "2024-03"),
    (CHOICE, "冷", "not_an_option", ""),
    (SEVERAL, "质量、健康", "not_an_option", ""),
    (YES_NO, "部分", "not_an_option", ""),
    (TEXT, "/", "placeholder", ""),
    (DATE, "——", "placeholder", ""),
    (TEXT, '=DISPIMG("ID_1",1)', "picture_in_cell", ""),
    (TEXT, Cell("#N/A", CellKind.ERROR), "cell_error", ""),
    (NUMBER, Cell(None, CellKind.NO_RESULT), "formula_without_result", ""),
    (CODE, "91110108551385082A", "credit_code", ""),
    (CODE, "911101085513850", "credit_code", ""),
    (CODE, "9111010855138508OI", "credit_code", ""),
    (Field("x", "邮箱", "text", format="email"), "a＠b", "email", ""),
    (Field("x", "电话", "text", format="phone"), "12345", "phone", ""),
    (Field("x", "邮编", "text", format="postcode"), "1000", "postcode", ""),
]


@pytest.mark.parametrize(("field", "value", "expected", "proposal"), REFUSED)
def test_what_is_doubtful_is_refused_with_one_finding(
    field: Field, value: Any, expected: str, proposal: str
) -> None:
    result = reading(field, value)
    assert (result.value, code(result), result.refused) == (MISSING, expected, True)
    assert result.finding is not None
    assert (
        (f"请填 {proposal}。" in result.finding.fix) if proposal else ("请填 " not in result.finding.fix[8:])
    )


@pytest.mark.parametrize("value", [BLANK_CELL, "未填", "待补充", "\u200b"])
def test_what_is_not_filled_is_missing_without_a_word(value: Any) -> None:
    assert reading(NUMBER, value) == Reading(MISSING)


@pytest.mark.parametrize("value", ["/", "—", "不适用"])
def test_where_the_question_may_not_arise_a_stroke_is_as_good_as_blank(value: str) -> None:
    assert reading(Field("x", "数量", "number", unit="台", when="has_boiler"), value) == Reading(MISSING)


@pytest.mark.parametrize(
    ("value", "note", "expected"),
    [
        ("不适用", "没有废水", NotApplicable("没有废水")),
        ("不适用（没有废水）", "", NotApplicable("没有废水")),
        ("不涉及：没有废水", "别的", NotApplicable("没有废水")),
        ("n/a", "", NotApplicable("")),
        ("未检出", "", NotDetected()),
        ("ND", "", NotDetected()),
        ("未检出(<0.5)", "", NotDetected(Decimal("0.5"))),
        ("未检出（检出限0.07mg/m³）", "", NotDetected(Decimal("0.07"))),
        ("＜0.5", "", NotDetected(Decimal("0.5"))),
    ],
)
def test_not_applicable_and_not_detected_are_answers(value: str, note: str, expected: Any) -> None:
    assert reading(MEASURED, value, note) == Reading(expected)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "lvbao.service@example.com.cn"),
        ("phone", "13800138000"),
        ("phone", "010-62345678"),
        ("phone", "0571-8765432-801"),
        ("phone", "400-800-1234"),
        ("postcode", "100080"),
    ],
)
def test_valid_formats_are_left_as_they_are(kind: Any, value: str) -> None:
    assert reading(Field("x", "项", "text", format=kind), value) == Reading(value)


def test_a_near_option_is_offered() -> None:
    result = reading(Field("x", "能源", "choice", options=("天然气", "柴油")), "天燃气")
    assert result.finding is not None
    assert "是否为“天然气”" in result.finding.message


def test_the_message_is_in_the_words_of_the_form_filler() -> None:
    result = reading(NUMBER, "约6138")
    assert result.finding is not None
    assert f"{result.finding.where}{result.finding.message}" == "甲!D4（数量）填的是“约6138”，应为数字"
    assert result.finding.fix == "请只填数字，单位 m²。如果是 6138，请填 6138。"


def test_the_check_digit_of_published_codes() -> None:
    for published in (
        "91110108551385082Q",
        "91330000142918867X"[:17] + credit_code_check_digit("91330000142918867"),
    ):
        assert credit_code_check_digit(published[:17]) == published[17]


FIELDS = [
    NUMBER,
    PERCENT,
    MONEY,
    COUNT,
    MEASURED,
    DATE,
    YEAR,
    MONTH,
    CHOICE,
    SEVERAL,
    YES_NO,
    TEXT,
    REMARK,
    CODE,
]
PIECES = st.lists(
    st.sampled_from([*"0123456789.,，。-—/<>≈约%％万亿年月日()（） 　\u200b", "未检出", "不适用", "吨", "m²", "kWh", "e", "😀"]), max_size=12
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(field=st.sampled_from(FIELDS), text=st.one_of(st.text(max_size=20), PIECES.map("".join)))
def test_no_text_breaks_the_reader_and_a_refusal_is_always_missing(field: Field, text: str) -> None:
    result = reading(field, text)
    if result.refused:
        assert result.value == MISSING
        assert result.finding is not None
    if code(result) not in ("", "normalised", "like_a_fraction"):
        assert result.refused


@settings(max_examples=200, deadline=None)
@given(value=st.floats(-1e15, 1e15).filter(lambda x: x == 0 or abs(x) > 1e-15), thousands=st.booleans())
def test_a_printed_number_is_read_back(value: float, thousands: bool) -> None:
    exact = Decimal(repr(value))
    text = f"{exact:,f}" if thousands else f"{exact:f}"
    assert reading(NUMBER, text).value == exact


def test_values_as_people_write_them_are_read_from_a_workbook_with_a_note_each(
    toy: Standard, tmp_path: Path
) -> None:
    typed = {
        "基本信息!D6": "２０２４",
        "基本信息!D7": "2025.3.1",
        "基本信息!D10": "√",
        "基本信息!D11": "2台",
        "用地与产出!D4": "3.2万",
        "用地与产出!D5": "1,234.5",
        "用地与产出!D8": "900吨",
        "用地与产出!D10": "12%",
    }
    book = clean_book(toy)
    for place, text in typed.items():
        book.put(place, text)
    intake, findings = read(book, toy, tmp_path)
    assert [(code, cell) for code, cell, _ in brief(findings)] == [("normalised", cell) for cell in typed]
    ids = ("evaluation_year", "evaluation_date", "has_boiler", "boiler_count")
    assert [intake.fact(i).value for i in ids] == [Decimal(2024), dt.date(2025, 3, 1), True, Decimal(2)]
    ids = ("land_area", "building_floor_area", "qualified_output", "recycling_rate")
    assert [intake.fact(i).value for i in ids] == [
        Decimal(32000),
        Decimal("1234.5"),
        Decimal(900),
        Decimal(12),
    ]
    assert findings[4].message == "填的是“3.2万”，已按“32000”读取（已规范化）"
