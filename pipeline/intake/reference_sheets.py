"""The sheets nobody fills: 字段对照表, and the hidden `_options` and `_lvbao`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xlsxwriter.worksheet import Worksheet

from pipeline.intake.identity import PROBE_FORMULA, PROBE_KEY, PROBE_RESULT, identity_rows
from pipeline.intake.layout import EARLIER_HEADERS, OPTIONS_SHEET, VALUE_COLUMN, SheetLayout
from pipeline.intake.metrics import height
from pipeline.intake.sheet_book import Book, absolute_range, banner, print_setup, protect
from pipeline.intake.validations import TYPE_WORDS
from pipeline.intake.workbook import address
from pipeline.standard.criteria_sheet import FIXED_COLUMNS
from pipeline.standard.types import CRITERIA_TABLE, Field

_HEADERS = ("工作表", "单元格", "填报项", "标识", "单位", "类型", "必填", "条款")
_WIDTHS = (20.0, 10.0, 40.0, 44.0, 12.0, 10.0, 9.0, 22.0)


def write_dictionary(book: Book, sheet: Worksheet, plans: Sequence[SheetLayout]) -> None:
    """The field dictionary: where each answer stands and the id that data files and formulas use."""
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    banner(book, sheet, 0, len(_WIDTHS) - 1, "字段对照表", "title", 30.0)
    text = "标识用于数据文件（lvbao new --data）和公式；表的单元格是列名所在的单元格。插入行后，单元格以实际位置为准。"
    banner(book, sheet, 1, len(_WIDTHS) - 1, text, "intro", height((text, sum(_WIDTHS))))
    for column, word in enumerate(_HEADERS):
        sheet.write_string(2, column, word, book.styles.of("header"))
    book.set_row(sheet, 2, 24.0)
    row = 2
    for row, cells in enumerate(_entries(plans), start=3):
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell, book.styles.of("plain"))
        book.set_row(sheet, row, height(*zip(cells, _WIDTHS, strict=True), least=18.0))
    sheet.autofilter(2, 0, row, len(_WIDTHS) - 1)
    sheet.freeze_panes(3, 0)
    sheet.hide_gridlines(2)
    print_setup(sheet, 2, 2)
    protect(sheet)


def _entries(plans: Sequence[SheetLayout]) -> Iterator[tuple[str, ...]]:
    for plan in plans:
        title = plan.sheet.title
        for place in plan.fields:
            field = place.field
            yield _entry(title, address(place.row, VALUE_COLUMN), field.label, field.id, field)
            for back in range(1, field.years):
                cell = address(place.row, VALUE_COLUMN + back)
                label = f"{field.label}（{EARLIER_HEADERS[back - 1]}）"
                yield _entry(title, cell, label, f"{field.id}（按年度）", field)
        for table in plan.tables:
            for column in table.table.columns:
                cell = address(table.header_row, table.column(column.id))
                label = f"{table.table.label} / {column.label}"
                asked = table.table.id != CRITERIA_TABLE or column.id not in FIXED_COLUMNS
                shown = column if asked else replace(column, required=False)
                yield _entry(title, cell, label, f"{table.table.id}.{column.id}", shown)


def _entry(sheet: str, cell: str, label: str, id_: str, field: Field) -> tuple[str, ...]:
    required = "" if not field.required else "有条件" if field.when else "是"
    return (
        sheet, cell, label, id_, field.unit or "", TYPE_WORDS[field.type], required, field.clause or "",
    )  # fmt: skip


def write_options(book: Book, sheet: Worksheet) -> None:
    """The words of the drop-downs: a column a list, its name in the first row, and a defined name over the words."""
    for column, (name, words) in enumerate(book.lists.by_name.items()):
        sheet.write_string(0, column, name)
        for row, word in enumerate(words, start=1):
            sheet.write_string(row, column, word)
        cells = absolute_range(OPTIONS_SHEET, 1, column, len(words), column)
        book.file.define_name(name, f"={cells}")
    sheet.very_hidden()
    sheet.protect()


def write_identity(book: Book, sheet: Worksheet) -> None:
    """Key and value rows by which the reader knows standard, version and whether the formulas were computed."""
    rows = identity_rows(book.standard)
    for row, (key, value) in enumerate(rows):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, value)
    sheet.write_string(len(rows), 0, PROBE_KEY)
    sheet.write_formula(len(rows), 1, PROBE_FORMULA, None, PROBE_RESULT)
    sheet.very_hidden()
    sheet.protect()
