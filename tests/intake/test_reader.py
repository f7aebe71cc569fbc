"""From bytes to cells: what stands in a workbook, whichever program wrote it."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.findings import UnreadableFile
from pipeline.intake.reader import read_workbook
from pipeline.intake.workbook import Cell, CellKind, SheetCells, Workbook
from pipeline.standard.types import Standard
from tests.intake.builder import Book, Styled, brief, clean_book, read

ONE = "xl/worksheets/sheet1.xml"


def book_of(**cells: object) -> Book:
    """A workbook with one sheet 甲."""
    book = Book({"甲": {}})
    for cell, value in cells.items():
        book.put(f"甲!{cell}", value)
    return book


def sheet_of(book: Book, folder: Path) -> SheetCells:
    """The only sheet of the book, read back."""
    return workbook_of(book, folder).sheets[0]


def workbook_of(book: Book, folder: Path) -> Workbook:
    """The book, read back."""
    return read_workbook(book.write(folder / "表.xlsx"))


def test_each_kind_of_cell_is_told_apart(tmp_path: Path) -> None:
    sheet = sheet_of(
        book_of(A1="文字", A2=0.1, A3=6138, A4=True, A5=dt.date(2024, 3, 5), A6="#DIV/0!", A7="=1+1", A8=" \u200b\u3000", A9="#N/A"),
        tmp_path,
    )  # fmt: skip
    assert sheet.cells == {
        (0, 0): Cell("文字", CellKind.TEXT),
        (1, 0): Cell(Decimal("0.1"), CellKind.NUMBER),
        (2, 0): Cell(Decimal(6138), CellKind.NUMBER),
        (3, 0): Cell(True, CellKind.TRUTH),
        (4, 0): Cell(dt.date(2024, 3, 5), CellKind.DATE),
        (5, 0): Cell("#DIV/0!", CellKind.ERROR),
        (6, 0): Cell(None, CellKind.NO_RESULT),
        (8, 0): Cell("#N/A", CellKind.ERROR),
    }
    assert sheet.cell(7, 0).kind is CellKind.BLANK


def test_texts_are_left_as_they_are(tmp_path: Path) -> None:
    text = "１２３．５\n{{ x }} <b> & 😀👨‍👩‍👧 'q'"
    assert sheet_of(book_of(A1=text, A2="'=1+1"), tmp_path).text(0, 0) == text
    assert sheet_of(book_of(A1=text, A2="'=1+1"), tmp_path).text(1, 0) == "=1+1"


def test_a_formula_has_its_stored_result_and_an_empty_text_is_a_result(tmp_path: Path) -> None:
    book = book_of(A1="=1+1", A2="=B9", A3="=1/0", A4="=B9")
    results = {b"A1": b"<v>2</v>", b"A2": b"<v></v>", b"A3": b"<v>#DIV/0!</v>"}
    kinds = {b"A1": b"", b"A2": b' t="str"', b"A3": b' t="e"'}

    def stored(xml: bytes) -> bytes:
        for cell, result in results.items():
            start = xml.index(b'<c r="' + cell + b'"')
            end = xml.index(b"</c>", start)
            one = (
                xml[start:end].replace(b"<v></v>", result).replace(b"<v />", result).replace(b"<v/>", result)
            )
            xml = xml[:start] + one.replace(b'"' + cell + b'"', b'"' + cell + b'"' + kinds[cell]) + xml[end:]
        return xml

    sheet = sheet_of(book.patch(ONE, stored), tmp_path)
    assert sheet.cells == {
        (0, 0): Cell(Decimal(2), CellKind.NUMBER),
        (2, 0): Cell("#DIV/0!", CellKind.ERROR),
        (3, 0): Cell(None, CellKind.NO_RESULT),
    }


@pytest.mark.parametrize(
    ("number_format", "percent"),
    [("0%", True), ("0.00%", True), ("0.0%;[Red]-0.0%", True), ('0.0"%"', False), (r"0\%", False), ("0.00", False), ("General", False)],
)  # fmt: skip
def test_per_cent_formats_are_known(number_format: str, percent: bool, tmp_path: Path) -> None:
    sheet = sheet_of(book_of(A1=Styled(0.12, number_format), B1=0.12), tmp_path)
    assert sheet.cell(0, 0) == Cell(Decimal("0.12"), CellKind.NUMBER, percent)
    assert sheet.cell(0, 1) == Cell(Decimal("0.12"), CellKind.NUMBER, False)


@pytest.mark.parametrize("format_id", [14, 27, 30, 31, 36, 50, 57, 58])
def test_chinese_built_in_date_formats_are_dates(format_id: int, tmp_path: Path) -> None:
    def built_in(xml: bytes) -> bytes:
        return xml.replace(b'numFmtId="164"', f'numFmtId="{format_id}"'.encode())

    book = book_of(A1=dt.date(2024, 3, 5)).patch("xl/styles.xml", lambda x: built_in(_without_formats(x)))
    assert sheet_of(book, tmp_path).cell(0, 0) == Cell(dt.date(2024, 3, 5), CellKind.DATE)


def _without_formats(xml: bytes) -> bytes:
    start, end = xml.index(b"<numFmts"), xml.index(b"</numFmts>")
    return xml[:start] + xml[end + len(b"</numFmts>") :]


def test_the_1904_epoch(tmp_path: Path) -> None:
    book = book_of(A1=Styled(43_894, "yyyy-mm-dd")).patch(
        "xl/workbook.xml", lambda x: re.sub(rb"<workbookPr\s*/>", b'<workbookPr date1904="1"/>', x)
    )
    assert sheet_of(book, tmp_path).cell(0, 0).value == dt.date(2024, 3, 5)


def test_a_time_of_day_is_kept_with_its_date(tmp_path: Path) -> None:
    sheet = sheet_of(book_of(A1=dt.datetime(2024, 3, 5, 8, 30), A2=dt.datetime(2024, 3, 5)), tmp_path)
    assert sheet.cell(0, 0).value == dt.datetime(2024, 3, 5, 8, 30)
    assert sheet.cell(1, 0).value == dt.date(2024, 3, 5)


def test_a_wrong_dimension_hides_nothing(toy: Standard, tmp_path: Path) -> None:
    def wrong(xml: bytes) -> bytes:
        start, end = xml.index(b"<dimension"), xml.index(b"/>", xml.index(b"<dimension"))
        return xml[:start] + b'<dimension ref="A1"' + xml[end:]

    _, findings = read(clean_book(toy).patch("xl/worksheets/.*", wrong), toy, tmp_path)
    assert brief(findings) == []


def test_missing_styles_and_shared_texts_parts_do_not_stop_reading(tmp_path: Path) -> None:
    book = book_of(A1=5).patch("xl/styles.xml", lambda _: b"")
    assert sheet_of(book, tmp_path).cell(0, 0) == Cell(Decimal(5), CellKind.NUMBER)


def test_prefixed_elements_are_read(tmp_path: Path) -> None:
    def prefixed(xml: bytes) -> bytes:
        xml = xml.replace(b"xmlns=", b"xmlns:x=")
        for name in (b"worksheet", b"sheetData", b"row", b"c", b"v", b"f"):
            for mark in (b"<", b"</"):
                for end in (b" ", b">", b"/>"):
                    xml = xml.replace(mark + name + end, mark + b"x:" + name + end)
        return xml

    sheet = sheet_of(book_of(A1=5, A2="#REF!", A3="=1+1").patch(ONE, prefixed), tmp_path)
    assert [sheet.cell(r, 0).kind for r in range(3)] == [CellKind.NUMBER, CellKind.ERROR, CellKind.NO_RESULT]


def test_merged_ranges_hidden_sheets_and_digest_are_exposed(tmp_path: Path) -> None:
    book = book_of(B2="合").merge("甲", "B2:C4")
    book.sheets["乙"] = {(0, 0): 1}
    book.hidden.add("乙")
    workbook = workbook_of(book, tmp_path)
    assert workbook.sheets[0].merged == ((1, 1, 3, 2),)
    assert [s.hidden for s in workbook.sheets] == [False, True]
    assert workbook.digest == hashlib.sha256((tmp_path / "表.xlsx").read_bytes()).hexdigest()
    assert (workbook.sheets[0].rows, workbook.sheets[0].columns) == (2, 2)


def test_identity_and_defined_names_are_read(toy: Standard, tmp_path: Path) -> None:
    workbook = workbook_of(clean_book(toy), tmp_path)
    assert workbook.identity == {"format": "1", "standard": "toy_standard", "pack_version": "1.0.0"}
    assert workbook.defined_names["f_land_area"] == ("用地与产出", 3, 3)


def test_a_broken_part_ends_in_a_message_not_in_a_trace(tmp_path: Path) -> None:
    for part in ("xl/workbook.xml", "xl/styles.xml", ONE):
        path = book_of(A1=5).patch(part, lambda xml: xml[: len(xml) // 2]).write(tmp_path / "坏.xlsx")
        with pytest.raises(UnreadableFile) as caught:
            read_workbook(path)
        assert caught.value.code == "file_damaged"
        assert str(caught.value).startswith("坏.xlsx：")


def test_reading_loads_neither_openpyxl_nor_pandas(toy: Standard, tmp_path: Path) -> None:
    path = clean_book(toy).write(tmp_path / "录入表.xlsx")
    program = (
        "import sys; from pathlib import Path\n"
        "from pipeline.intake.reader import read_workbook; from pipeline.intake.read import read_intake\n"
        "from pipeline.standard.load import load_standard\n"
        f"toy = load_standard(Path('tests/toy_standard'), Path('tests/toy_factors'))\n"
        f"intake, findings = read_intake(read_workbook({str(path)!r}), toy)\n"
        "assert not findings, findings\n"
        "print(sorted({'openpyxl', 'pandas', 'lxml'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
