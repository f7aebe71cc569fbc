"""The workbook inside a chart, which Word opens for “编辑数据”. The same chart gives the same bytes."""

from __future__ import annotations

import datetime as dt
import io
from typing import Final

import xlsxwriter
from xlsxwriter.workbook import Workbook

from pipeline.report.chart_spec import Chart
from pipeline.report.package import read_package, write_package
from pipeline.xlsx_text import write_text

SHEET: Final = "Sheet1"
_CREATED: Final = dt.datetime(1980, 1, 1)


def chart_workbook(chart: Chart) -> bytes:
    """Categories in column A, one series a column from B on; gaps are empty cells."""
    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": chart.title, "created": _CREATED})
    sheet = book.add_worksheet(SHEET)
    plain = book.add_format()
    sheet.set_column(0, 0, 24)
    for row, category in enumerate(chart.categories, 1):
        write_text(sheet, row, 0, category, plain)
    for column, series in enumerate(chart.series, 1):
        write_text(sheet, 0, column, series.name, plain)
        form = book.add_format({"num_format": series.number_format})
        for row, value in enumerate(series.values, 1):
            if value is not None:
                sheet.write_number(row, column, value, form)
    book.close()
    return write_package(read_package(buffer.getvalue()))  # alike on every system


def column_letter(number: int) -> str:
    """The letters of a column, counted from 0."""
    return str(xlsxwriter.utility.xl_col_to_name(number))
