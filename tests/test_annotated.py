"""The client's workbook given back: own values, every finding at its cell, nothing lost unsaid, ready to be corrected."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import shutil
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.annotated import Annotated, annotate, save_annotated
from pipeline.cli import main
from pipeline.deliver import Options, standard_for
from pipeline.evaluate import evaluate_intake
from pipeline.evaluation import Evaluation
from pipeline.findings import Finding, LvbaoError
from pipeline.findings_page import findings_page
from pipeline.intake.layout import RESULT_SHEET
from pipeline.intake.read import read_intake
from pipeline.intake.reader import parse_workbook, read_workbook
from pipeline.intake.workbook import Cell, CellKind, Workbook, position
from pipeline.standard.types import Standard
from tests.conftest import ROOT
from tests.intake.builder import Book, Styled, clean_book

BASIC, SITE, ENERGY, PROOF, SELF = "基本信息", "用地与产出", "能源消耗", "证明材料", "自评价表"
SAMPLES = sorted((ROOT / "samples").glob("*/录入表.xlsx"))
UNCOMPUTED = "not_recalculated"  # the library that stands in for Excel here keeps no results of formulas
RED, AMBER, BLUE = "FFFF9B9B", "FFFFC24D", "FF9DC3E6"


def filled(toy: Standard) -> Book:
    """The toy pack's workbook without any finding."""
    book = clean_book(toy)
    for cell in ("J6", "J7", "J8"):
        book.put(f"{SELF}!{cell}", "已按要求执行")
    for cell in ("K9", "K10", "K11", "K12"):
        book.put(f"{SELF}!{cell}", "E01")
    return book


def judged(workbook: Workbook, standard: Standard) -> Evaluation:
    return evaluate_intake(*read_intake(workbook, standard), workbook, standard)


def given_back(data: bytes, standard: Standard) -> tuple[Evaluation, Annotated, Workbook]:
    """The evaluation of a file, the annotated one, and that as the reader sees it."""
    workbook = parse_workbook(data, "录入表.xlsx")
    evaluation = judged(workbook, standard)
    annotated = annotate(workbook, evaluation)
    return evaluation, annotated, parse_workbook(annotated.content, "录入表.xlsx")


def said(findings: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    """(code, place, message) of every finding."""
    return [(f.code, str(f.where), f.message) for f in findings]


def opened(annotated: Annotated) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(annotated.content))


def marks(annotated: Annotated) -> dict[str, tuple[str, str]]:
    """By place, fill colour and note of every cell that has a note."""
    return {
        f"{sheet.title}!{cell.coordinate}": (cell.fill.fgColor.rgb, cell.comment.text)
        for sheet in opened(annotated)
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment is not None
    }


def texts(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value not in (None, "")]


def left(annotated: Annotated) -> list[str]:
    return [str(entry) for entry in annotated.left]


# -- the same findings ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.parent.name)
def test_an_annotated_sample_has_the_findings_of_the_original(path: Path) -> None:
    standard = standard_for(path, Options())
    evaluation, annotated, again = given_back(path.read_bytes(), standard)
    assert said(judged(again, standard).findings) == said(evaluation.findings)
    assert annotated.left == annotated.restored == ()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.parent.name)
def test_annotating_an_annotated_sample_gives_the_same_bytes(path: Path) -> None:
    standard = standard_for(path, Options())
    _, annotated, _ = given_back(path.read_bytes(), standard)
    _, again, _ = given_back(annotated.content, standard)
    assert again.content == annotated.content


def test_every_cell_stands_there_as_the_client_typed_it(toy: Standard) -> None:
    typed: dict[str, tuple[object, Cell]] = {
        f"{SITE}!D4": ("约6138", Cell("约6138", CellKind.TEXT)),
        f"{SITE}!D5": (" 1,234.5 ", Cell(" 1,234.5 ", CellKind.TEXT)),
        f"{SITE}!D6": ("'=1+1", Cell("=1+1", CellKind.TEXT)),
        f"{SITE}!D7": (True, Cell(True, CellKind.TRUTH)),
        f"{SITE}!D9": (dt.date(2024, 3, 5), Cell(dt.date(2024, 3, 5), CellKind.DATE)),
        f"{SITE}!D10": (Styled(0.855, "0.0%"), Cell(Decimal("0.855"), CellKind.NUMBER, percent=True)),
        f"{SITE}!G7": (2024, Cell(Decimal(2024), CellKind.NUMBER)),
        f"{BASIC}!D4": ("-甲\n乙", Cell("-甲\n乙", CellKind.TEXT)),
        f"{BASIC}!D7": (45000, Cell(Decimal(45000), CellKind.NUMBER)),
        f"{ENERGY}!D6": (0.1, Cell(Decimal("0.1"), CellKind.NUMBER)),
        f"{SELF}!J6": (dt.datetime(2024, 3, 5, 12, 0), Cell(dt.datetime(2024, 3, 5, 12, 0), CellKind.DATE)),
    }
    book = filled(toy)
    for place, (value, _) in typed.items():
        book.put(place, value)
    evaluation, _, again = given_back(book.to_bytes(), toy)
    for place, (_, expected) in typed.items():
        title, _, cell = place.partition("!")
        sheet = again.sheet(title)
        assert sheet is not None
        assert sheet.cell(*position(cell)) == expected, place
    assert said(judged(again, toy).findings) == said(evaluation.findings)


def test_errors_and_formulas_without_result_stay_what_they_are(toy: Standard) -> None:
    book = filled(toy).put(f"{SITE}!D4", 7).put(f"{SITE}!D5", 8)
    part = rb'<c r="%s"[^>]*><v>[^<]*</v></c>'

    def broken(xml: bytes) -> bytes:
        xml = re.sub(part % b"D4", b'<c r="D4" t="e"><f>1/0</f><v>#DIV/0!</v></c>', xml)
        return re.sub(part % b"D5", b'<c r="D5"><f>SUM(A1:A9)</f></c>', xml)

    book.patch(r"xl/worksheets/sheet3\.xml", broken)
    evaluation, annotated, again = given_back(book.to_bytes(), toy)
    assert [f.code for f in evaluation.findings] == ["cell_error", "formula_without_result"]
    assert said(judged(again, toy).findings) == said(evaluation.findings)
    assert left(annotated) == []


def test_no_text_of_the_client_becomes_a_formula(toy: Standard) -> None:
    attack = '=HYPERLINK("http://example.com","a")'
    book = filled(toy).put(f"{BASIC}!D4", f"'{attack}").put(f"{SITE}!G4", "'@SUM(A1)")
    _, annotated, _ = given_back(book.to_bytes(), toy)
    sheets = opened(annotated)
    assert [(c.value, c.data_type) for c in (sheets[BASIC]["D4"], sheets[SITE]["G4"])] == [
        (attack, "s"),
        ("@SUM(A1)", "s"),
    ]
    assert sheets[BASIC]["D4"].quotePrefix


# -- notes and fills -----------------------------------------------------------------------------------------------
def test_each_finding_is_a_note_and_a_fill_at_its_own_cell(toy: Standard) -> None:
    book = filled(toy).put(f"{SITE}!D4", "约6138").put(f"{SITE}!D5", "７９３７９").put(f"{SITE}!E7", 1)
    _, annotated, _ = given_back(book.to_bytes(), toy)
    found = marks(annotated)
    assert {place: colour for place, (colour, _) in found.items()} == {
        f"{SITE}!D4": RED,
        f"{SITE}!D5": BLUE,
        f"{SITE}!E7": AMBER,
    }
    assert found[f"{SITE}!D4"][1].splitlines()[:3] == [
        "【校验】",
        "错误：填的是“约6138”，应为数字",
        "怎么改：请只填数字，单位 m²。如果是 6138，请填 6138。",
    ]


def test_a_finding_follows_its_field_to_the_standard_place(toy: Standard) -> None:
    book = filled(toy).put(f"{SITE}!D4", "约6138").insert_rows(SITE, 3, 4).insert_columns(SITE, "B")
    book.names.clear()
    evaluation, annotated, _ = given_back(book.to_bytes(), toy)
    assert [str(f.where) for f in evaluation.findings] == [f"{SITE}!E8（用地面积）"]
    assert list(marks(annotated)) == [f"{SITE}!D4"]
    result = texts(opened(annotated)[RESULT_SHEET])
    assert "E8" in result
    assert "原文件中的位置" in result


def test_notes_and_fills_go_with_their_faults_and_nothing_accumulates(toy: Standard) -> None:
    book = filled(toy).put(f"{SITE}!D4", "约6138").put(f"{BASIC}!D4", None)
    _, first, _ = given_back(book.to_bytes(), toy)
    assert list(marks(first)) == [f"{BASIC}!D4", f"{SITE}!D4"]
    corrected = opened(first)
    corrected[SITE]["D4"] = 61380
    stream = io.BytesIO()
    corrected.save(stream)
    evaluation, second, _ = given_back(stream.getvalue(), toy)
    assert [f.code for f in evaluation.findings] == [UNCOMPUTED, "missing"]
    assert list(marks(second)) == [f"{BASIC}!D4"]
    assert second.left == ()
    assert opened(second).sheetnames == opened(first).sheetnames
    corrected = opened(second)
    corrected[BASIC]["D4"] = "某某玩具有限公司"
    stream = io.BytesIO()
    corrected.save(stream)
    evaluation, third, _ = given_back(stream.getvalue(), toy)
    assert [f.code for f in evaluation.findings] == [UNCOMPUTED]
    assert (third.findings, marks(third)) == ((), {})
    passed = (
        "全部通过：没有发现问题。原文件另有 1 处版式问题，见表末。"  # openpyxl keeps no results of formulas
    )
    assert passed in texts(opened(third)[RESULT_SHEET])


def test_the_first_sheet_counts_and_links_every_finding(toy: Standard) -> None:
    book = filled(toy).put(f"{SITE}!D4", "约6138").put(f"{BASIC}!D4", None)
    _, annotated, _ = given_back(book.to_bytes(), toy)
    sheets = opened(annotated)
    assert sheets.sheetnames[0] == RESULT_SHEET
    result = sheets[RESULT_SHEET]
    assert result["A3"].value == "2 处错误。改正全部错误后才能生成正式报告。"
    links = {c.coordinate: c.hyperlink.location for row in result.iter_rows() for c in row if c.hyperlink}
    lines = {row[2].value: [c.value for c in row[:7]] for row in result.iter_rows(min_row=7)}
    assert lines[BASIC][1:5] == ["有错误", BASIC, "7 项，已填 6 项，还差 1 项", "1 处错误"]
    assert lines[SITE][1:5] == ["有错误", SITE, "4 项，已填 4 项，已填完", "1 处错误"]
    assert lines[ENERGY][1:5] == ["通过", ENERGY, "1 项，已填 1 项，已填完", "全部通过"]
    assert lines[f"{SITE}!D4"] == [
        "2",
        "错误",
        f"{SITE}!D4",
        "用地面积",
        "填的是“约6138”，应为数字",
        "请只填数字，单位 m²。如果是 6138，请填 6138。",
        "指标“容积率”、指标“单位用地面积产值”、评分行 T04、评分行 T05、报告“二、1 基础设施”",
    ]
    assert (links["C7"], links["C16"], links["C18"]) == (
        f"'{BASIC}'!A1",
        f"'{BASIC}'!D4",
        f"'{SITE}'!D4",
    )


# -- the layout ----------------------------------------------------------------------------------------------------
def test_a_renamed_label_a_moved_table_and_a_deleted_sheet_are_restored(toy: Standard) -> None:
    book = filled(toy).put(f"{SITE}!B4", "占地面积").move_block(ENERGY, 3, 2).remove(PROOF)
    book.names.clear()
    evaluation, annotated, again = given_back(book.to_bytes(), toy)
    assert ("sheet_missing", PROOF) in [(f.code, str(f.where)) for f in evaluation.findings]
    sheet = again.sheet(SITE)
    assert sheet is not None
    assert sheet.text(3, 1) == "用地面积"
    intake, findings = read_intake(again, toy)
    assert findings == ()
    assert len(intake.rows("energy_use")) == 3
    assert [f.code for f in annotated.restored if f.code.startswith("sheet")] == ["sheet_missing"]


def test_rows_beyond_the_prepared_ones_are_kept(toy: Standard) -> None:
    book = filled(toy)
    for row in range(6, 40):
        for column, value in zip("BC", (f"E{row:02d}", f"材料{row}"), strict=True):
            book.put(f"{PROOF}!{column}{row}", value)
    _, _, again = given_back(book.to_bytes(), toy)
    intake, findings = read_intake(again, toy)
    assert [r.fact("number").value for r in intake.rows("evidence")] == [f"E{n:02d}" for n in range(6, 40)]
    assert findings == ()


def test_a_value_goes_with_the_unit_that_the_client_changed_it_to(toy: Standard) -> None:
    book = filled(toy).put(f"{SITE}!C4", "公顷").put(f"{SITE}!D4", 7.7)
    evaluation, _, again = given_back(book.to_bytes(), toy)
    assert [f.code for f in evaluation.findings] == ["unit_changed"]
    sheet = again.sheet(SITE)
    assert sheet is not None
    assert sheet.text(3, 3) == "7.7 公顷"
    assert said(judged(again, toy).findings) == [
        ("other_unit", f"{SITE}!D4（用地面积）", "填的是“7.7 公顷”，单位与要求的“m²”不同")
    ]


def test_a_sum_within_the_data_stays_a_row_that_is_not_read(toy: Standard) -> None:
    book = filled(toy)
    for column, value in zip("BCD", ("合计", None, 10100), strict=True):
        book.put(f"{ENERGY}!{column}9", value)
    evaluation, annotated, again = given_back(book.to_bytes(), toy)
    assert [f.code for f in evaluation.findings] == ["total_row_skipped"]
    assert said(judged(again, toy).findings) == said(evaluation.findings)
    assert annotated.left == ()


def test_what_cannot_be_attributed_is_named_and_not_guessed(toy: Standard) -> None:
    book = filled(toy).insert_rows(SITE, 5)
    book.put(f"{SITE}!B5", "用地面积").put(f"{SITE}!C5", "m²").put(f"{SITE}!D5", 99)
    book.names.clear()
    evaluation, annotated, again = given_back(book.to_bytes(), toy)
    assert [f.code for f in evaluation.findings] == ["label_duplicated"]
    assert left(annotated) == [
        f"{SITE}!D4“77037”：不在录入表的填写位置",
        f"{SITE}!D5“99”：不在录入表的填写位置",
    ]
    assert [(f.code, f.subject) for f in judged(again, toy).findings] == [("missing", "land_area")]
    assert [f.code for f in annotated.restored] == ["label_duplicated"]
    heading = next(t for t in texts(opened(annotated)[RESULT_SHEET]) if t.endswith("见表末。"))
    assert heading.endswith("原文件另有 1 处版式问题，见表末。")


def test_remarks_extra_sheets_and_notes_of_the_client_are_named(toy: Standard) -> None:
    book = filled(toy).put(f"{SITE}!K4", "这里请核对").put(f"{PROOF}!H7", 12)
    book.sheets["草稿"] = {(0, 0): "随便写写"}
    xlsx = openpyxl.load_workbook(io.BytesIO(book.to_bytes()))
    xlsx[SITE]["D4"].comment = Comment("老王问过了", "张三")
    xlsx[SITE]["D4"] = "=70000+7037"
    stream = io.BytesIO()
    xlsx.save(stream)
    _, annotated, _ = given_back(stream.getvalue(), toy)
    assert left(annotated) == [
        "草稿：整张工作表不属于录入表",
        f"{SITE}!K4“这里请核对”：不在录入表的填写位置",
        f"{PROOF}!H7“12”：不在录入表的填写位置",
        "录入表.xlsx“客户自己的批注”：请写进备注",
    ]
    result = texts(opened(annotated)[RESULT_SHEET])
    assert "没有带入本文件的内容（请核对，需要的请自行补入）" in result
    assert "这里请核对" in result


def test_a_workbook_of_another_standard_is_not_annotated(toy: Standard, adhesive: Standard) -> None:
    with pytest.raises(LvbaoError, match="不是标准 cpcif-adhesive-2022-draft 的录入表"):
        given_back(filled(toy).to_bytes(), adhesive)


# -- files ---------------------------------------------------------------------------------------------------------
def test_neither_the_source_nor_a_file_that_was_worked_on_is_overwritten(
    toy: Standard, tmp_path: Path
) -> None:
    source, target, linked = tmp_path / "表.xlsx", tmp_path / "批注.xlsx", tmp_path / "同.xlsx"
    source.write_bytes(filled(toy).to_bytes())
    os.link(source, linked)
    workbook = read_workbook(source)
    annotated = annotate(workbook, judged(workbook, toy))
    for refused in (source, linked, tmp_path / "x.txt"):
        with pytest.raises(LvbaoError):
            save_annotated(annotated, source, refused)
    save_annotated(annotated, source, target)
    save_annotated(annotated, source, target)
    opened(annotated).save(target)
    with pytest.raises(LvbaoError, match="可能已经填过"):
        save_annotated(annotated, source, target)


def test_the_command_writes_both_files_and_says_what_was_not_carried(tmp_path: Path) -> None:
    folder = shutil.copytree(SAMPLES[3].parent, tmp_path / "客户")
    sample, target, page = folder / "录入表.xlsx", folder / "批注.xlsx", tmp_path / "结果.html"
    result = CliRunner().invoke(main, ["check", str(sample), "--annotate", str(target), "--html", str(page)])
    assert result.exit_code == 1
    assert f"已写入批注文件 {target}：可直接在其中改正，保存后再检查。" in result.output
    again = CliRunner().invoke(main, ["check", str(target)])
    assert again.output.splitlines()[1:] == result.output.split("\n\n已写入")[0].splitlines()[1:]
    same = CliRunner().invoke(main, ["check", str(target), "--annotate", str(target)])
    assert (same.exit_code, "不能覆盖" in same.output) == (2, True)


def test_the_page_escapes_the_clients_words_and_loads_nothing(toy: Standard) -> None:
    book = filled(toy).put(f"{SITE}!D4", "<script>alert(1)</script>")
    evaluation, _, _ = given_back(book.to_bytes(), toy)
    page = findings_page(evaluation.findings, "<表>.xlsx", "T/TOY 1-2024")
    assert "<script>alert" not in page
    assert "填的是“&lt;script&gt;alert(1)&lt;/script&gt;”，应为数字" in page
    assert "&lt;表&gt;.xlsx" in page
    assert "http" not in page.replace("http-equiv", "")
    assert page.count('<tr class="error">') == 1
    assert "全部通过" in findings_page((), "表.xlsx", "")
