"""A cell of another workbook, written as it stood there: text stays text, a fault stays the same fault."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.intake.data_values import CELL_LIMIT, UNSAVEABLE
from pipeline.intake.styles import Styles
from pipeline.intake.workbook import Cell, CellKind
from pipeline.xlsx_text import write_text

_PERCENT = "0.######%"
_DATE, _TIME = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
_EPOCH = dt.datetime(1899, 12, 30)
_LEAP_FAULT = dt.datetime(1900, 3, 1)  # the programs know a 29 February 1900: days before it count one less
_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
_NEVER_COMPUTED = "=NA()"
_LIKE_A_FORMULA = ("=", "+", "-", "@")


def saveable(text: str) -> str:
    """The text as a cell can hold it: without characters that no file may contain, cut at the limit."""
    text = UNSAVEABLE.sub("", text)
    while len(text.encode("utf-16-le")) // 2 > CELL_LIMIT:
        text = text[: CELL_LIMIT - 1] if len(text) > CELL_LIMIT else text[:-1]
    return text


def write_carried(sheet: Worksheet, row: int, column: int, cell: Cell, style: Format, styles: Styles) -> None:
    """Writes the cell. No formula of the client is written: an error stays as its value, a formula without result as
    one that has none."""
    value = cell.value
    if cell.kind is CellKind.ERROR:
        error = value if value in _ERRORS else "#VALUE!"
        sheet.write_formula(row, column, f"={error}", style, error)
    elif cell.kind is CellKind.NO_RESULT:
        sheet.write_formula(row, column, _NEVER_COMPUTED, style, "")
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, Decimal):
        sheet.write_number(row, column, float(value), _number_style(cell, style, styles))
    elif isinstance(value, dt.date):
        _write_date(sheet, row, column, value, style, styles)
    elif isinstance(value, str):
        guarded = styles.variant(style, quote_prefix=True) if value.startswith(_LIKE_A_FORMULA) else style
        write_text(sheet, row, column, saveable(value), guarded)
    else:
        sheet.write_blank(row, column, None, style)


def _number_style(cell: Cell, style: Format, styles: Styles) -> Format:
    """A number is shown as the client saw it: per cent as per cent, and never as a date."""
    if cell.percent:
        return styles.variant(style, num_format=_PERCENT)
    return styles.variant(style, num_format="General") if styles.number_format(style) == _DATE else style


def _write_date(
    sheet: Worksheet, row: int, column: int, value: dt.date, style: Format, styles: Styles
) -> None:
    moment = value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day)
    wanted = _TIME if isinstance(value, dt.datetime) else _DATE
    shown = style if styles.number_format(style) == wanted else styles.variant(style, num_format=wanted)
    days = (moment - _EPOCH) / dt.timedelta(days=1)
    sheet.write_number(row, column, days - 1 if moment < _LEAP_FAULT else days, shown)
