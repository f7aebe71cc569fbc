"""The workbook as other programs save it."""

from __future__ import annotations

import io
import re

import openpyxl
from xlsxwriter import Workbook as Writer

from tests.hostile_workbooks.corpus import CLEAN, kind, noted
from tests.hostile_workbooks.package import (
    BASIC,
    BOOK,
    ENERGY,
    PROOF,
    SELF,
    SITE,
    STYLES,
    changed,
    packed,
    parts_of,
    replaced,
    substituted,
    with_parts,
)

UNCOMPUTED = ("not_recalculated", "", "")


def _values(clean: bytes) -> dict[str, list[list[object]]]:
    book = openpyxl.load_workbook(io.BytesIO(clean), data_only=True)
    return {s.title: [[c.value for c in row] for row in s.iter_rows()] for s in book.worksheets}


@kind("opened and saved by openpyxl", noted(UNCOMPUTED))
def _openpyxl(clean: bytes) -> bytes:
    buffer = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(clean)).save(buffer)
    return buffer.getvalue()


@kind("values written anew by openpyxl", CLEAN)
def _openpyxl_values(clean: bytes) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in _values(clean).items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@kind("written by a data frame: a header of its own, no styles, an index column", CLEAN)
def _frame(clean: bytes) -> bytes:
    """As `pandas.DataFrame.to_excel` does of every sheet: 0, 1, 2 … above and to the left."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in _values(clean).items():
        sheet = book.create_sheet(title)
        own = title.startswith("_")
        if not own:
            sheet.append([None, *range(len(rows[0]))])
        for number, row in enumerate(rows):
            sheet.append(row if own else [number, *row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@kind("written as a stream of inline texts (XlsxWriter, POI)", CLEAN)
def _streamed(clean: bytes) -> bytes:
    buffer = io.BytesIO()
    book = Writer(
        buffer,
        {
            "in_memory": True,
            "constant_memory": True,
            "default_date_format": "yyyy-mm-dd",
            "remove_timezone": True,
        },
    )
    for title, rows in _values(clean).items():
        sheet = book.add_worksheet(title)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if value is not None:
                    sheet.write(r, c, value)
    book.close()
    return buffer.getvalue()


@kind("saved by WPS", CLEAN)
def _wps(clean: bytes) -> bytes:
    """Its own dimension, an empty fill, its parts and properties."""
    data = changed(
        clean,
        {
            SITE: substituted(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1"/>'),
            STYLES: substituted(rb"<fill>.*?</fill>", b"<fill/>", 1),
            BOOK: substituted(
                rb"<fileVersion [^>]*/>",
                b'<fileVersion appName="xl" lastEdited="3" lowestEdited="5" rupBuild="9302"/>',
            ),
        },
    )
    images = b'<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"/>'
    return with_parts(data, {"xl/cellimages.xml": images, "customXml/item1.xml": b"<x/>"})


@kind("saved by Google Sheets", CLEAN)
def _google(clean: bytes) -> bytes:
    """Hidden sheets become plain ones, names break, answers are inline, there is no theme."""
    data = changed(
        clean,
        {
            BOOK: lambda xml: re.sub(
                rb"(<definedName name=\"f_[^>]*>)[^<]*", rb"\1#REF!", xml.replace(b"veryHidden", b"hidden")
            )
        },
    )
    parts = parts_of(data)
    return packed({n: c for n, c in parts.items() if n not in ("xl/theme/theme1.xml", "docProps/app.xml")})


@kind("saved by Excel on the web", CLEAN)
def _web(clean: bytes) -> bytes:
    names = b'<definedName name="_xleta.SUM" hidden="1">#NAME?</definedName></definedNames>'
    data = changed(clean, {BOOK: replaced(b"</definedNames>", names)})
    metadata = b'<metadata xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    return with_parts(data, {"xl/metadata.xml": metadata, "xl/persons/person.xml": b"<personList/>"})


@kind(
    "exported by Numbers",
    noted(
        ("identity_missing", "", "toy_standard"),
        ("sheet_renamed", "基本信息 - 表格 1", "basic"),
        ("sheet_extra", "填写说明 - 表格 1", ""),
        ("sheet_extra", "字段对照表 - 表格 1", ""),
        ("sheet_extra", "导出摘要", ""),
        ("sheet_renamed", "用地与产出 - 表格 1", "site"),
        ("sheet_renamed", "能源消耗 - 表格 1", "energy"),
        ("sheet_renamed", "自评价表 - 表格 1", "self"),
        ("sheet_renamed", "证明材料 - 表格 1", "proof"),
    ),
)
def _numbers(clean: bytes) -> bytes:
    """A summary in front, a table's name behind the sheet's, hidden sheets and names lost."""
    book = openpyxl.Workbook()
    book.worksheets[0].title = "导出摘要"
    book.worksheets[0].append(["此文稿是从 Numbers 表格导出的。每个表格都转换成了一个 Excel 工作表。"])
    for title, rows in _values(clean).items():
        if title.startswith("_"):
            continue
        sheet = book.create_sheet(f"{title} - 表格 1")
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@kind("saved by SheetJS", CLEAN)
def _sheetjs(clean: bytes) -> bytes:
    """Few styles, texts with blanks kept, no views."""

    def bare(xml: bytes) -> bytes:
        return re.sub(rb"<sheetViews>.*?</sheetViews>|<cols>.*?</cols>", b"", xml, flags=re.S)

    return changed(clean, dict.fromkeys((SITE, ENERGY, PROOF, SELF, BASIC), bare))
