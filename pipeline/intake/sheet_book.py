"""What every sheet of the workbook is written with: formats, option lists, the data, references and row heights."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipeline.formula import syntax
from pipeline.intake.carried_cell import write_carried
from pipeline.intake.cell_texts import cell_text
from pipeline.intake.conditions import CellText, Condition, Names, translate
from pipeline.intake.data_file import IntakeData
from pipeline.intake.data_values import CellContent
from pipeline.intake.edition_condition import edition_condition
from pipeline.intake.layout import FIELD_NAME_PREFIX
from pipeline.intake.option_lists import OptionLists
from pipeline.intake.styles import Styles
from pipeline.intake.workbook import Cell, address
from pipeline.standard.types import Field, Standard
from pipeline.xlsx_text import write_text

PAPER_A4 = 9
NOTE_FIELD = Field("note", "备注", "long_text")
"""The 备注 cells take any text."""


@dataclass
class Book:
    """One workbook in the making. `flexible_rows` lists, by sheet, the rows whose height may follow the text typed
    later; rows with merged cells are not among them, for no program measures those."""

    file: Workbook
    styles: Styles
    standard: Standard
    data: IntakeData
    lists: OptionLists
    flexible_rows: dict[str, set[int]] = field(default_factory=dict)

    def set_row(self, sheet: Worksheet, row: int, height: float, flexible: bool = False) -> None:
        """The height of a row in points."""
        sheet.set_row(row, height)
        if flexible:
            self.flexible_rows.setdefault(sheet.get_name(), set()).add(row)

    def condition(
        self, when: str | None, table: str = "", row_cells: dict[str, str] | None = None
    ) -> Condition | None:
        """The condition of a field or of a table's column, or None when there is none or it has no translation.

        `row_cells` gives the cell of each column in the first row of `table`.
        """
        if when is None:
            return None
        intake = self.standard.intake
        cells = row_cells or {}

        def field_of(node: syntax.Name | syntax.Column) -> Field | None:
            if isinstance(node, syntax.Name):
                return intake.fields.get(node.id)
            if node.table != table or node.column not in cells:
                return None
            return intake.tables[table].by_id.get(node.column)

        def reference(node: syntax.Name | syntax.Column) -> str:
            return FIELD_NAME_PREFIX + node.id if isinstance(node, syntax.Name) else cells[node.column]

        return translate(
            when, Names(field_of, reference, lambda name: edition_condition(self.standard, name))
        )

    def answer(self, node: syntax.Name | syntax.Column) -> CellText:
        """What stands in a field's cell, for conditions."""
        return cell_text(self.data.fields.get(node.id)) if isinstance(node, syntax.Name) else None


def write(
    book: Book, sheet: Worksheet, row: int, column: int, content: CellContent | None, style: Format
) -> None:
    """Writes one content; text is always text, never a formula or a link."""
    if isinstance(content, Cell):
        write_carried(sheet, row, column, content, style, book.styles)
        return
    if isinstance(content, dt.date):
        sheet.write_datetime(row, column, dt.datetime(content.year, content.month, content.day), style)
        return
    text = cell_text(content)
    if text is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(text, Decimal):
        sheet.write_number(row, column, float(text), style)
    else:
        write_text(sheet, row, column, text, style)


def absolute(row: int, column: int) -> str:
    """`$D$14` for (13, 3)."""
    letters = address(row, column).rstrip("0123456789")
    return f"${letters}${row + 1}"


def absolute_range(sheet: str, first_row: int, first_column: int, last_row: int, last_column: int) -> str:
    """`'用地'!$B$4:$F$9`."""
    return f"'{sheet}'!{absolute(first_row, first_column)}:{absolute(last_row, last_column)}"


def banner(
    book: Book, sheet: Worksheet, row: int, last_column: int, text: str, purpose: str, height: float
) -> None:
    """A locked text over the whole width of the sheet."""
    style = book.styles.of(purpose)
    if last_column > 0:
        sheet.merge_range(row, 0, row, last_column, "", style)
    sheet.write_string(row, 0, text, style)
    book.set_row(sheet, row, height)


def print_setup(sheet: Worksheet, first: int, last: int) -> None:
    """A4 landscape, as wide as the page, the rows [first, last] on every page."""
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(first, last)
    sheet.set_footer("&L&A&R第 &P 页，共 &N 页")


def protect(sheet: Worksheet) -> None:
    """Locks what is not meant to be changed, without a password; rows may be added, widths and heights changed."""
    sheet.protect(
        "", {"format_columns": True, "format_rows": True, "insert_rows": True, "insert_hyperlinks": True}
    )
