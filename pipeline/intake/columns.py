"""Column widths of a topic sheet, where the field block and the tables share the columns."""

from __future__ import annotations

from pipeline.intake.layout import (
    FIRST_TABLE_COLUMN,
    LABEL_COLUMN,
    UNIT_COLUMN,
    VALUE_COLUMN,
    SheetLayout,
)
from pipeline.intake.metrics import text_width
from pipeline.standard import criteria_sheet
from pipeline.standard.types import CRITERIA_TABLE, Field

NUMBER_WIDTH = 6.0
NOTE_WIDTH = 28.0
HELP_WIDTH = 48.0
EARLIER_WIDTH = 14.0
_MARGIN = 2.0
_MIXED_UNIT_WIDTH = 16.0
_MIXED_WIDTH = 26.0
_TYPE_WIDTHS = {
    "text": 16.0,
    "long_text": 34.0,
    "number": 12.0,
    "integer": 10.0,
    "date": 13.0,
    "year": 9.0,
    "month": 11.0,
    "yes_no": 9.0,
    "choice": 12.0,
    "multi_choice": 22.0,
}


def last_column(sheet: SheetLayout) -> int:
    """The last sheet column that anything stands in."""
    tables = [FIRST_TABLE_COLUMN + len(t.table.columns) - 1 for t in sheet.tables]
    return max([sheet.help_column] * (sheet.header_row is not None) + tables, default=LABEL_COLUMN)


def column_widths(sheet: SheetLayout) -> tuple[float, ...]:
    """The width of each column up to the last, in digits."""
    widths = [NUMBER_WIDTH] + [0.0] * last_column(sheet)
    for place in sheet.tables:
        for at, column in enumerate(place.table.columns, start=FIRST_TABLE_COLUMN):
            wanted = (
                float(criteria_sheet.WIDTHS[column.id])
                if place.table.id == CRITERIA_TABLE
                else table_column_width(column)
            )
            widths[at] = max(widths[at], _capped(sheet, at, wanted))
    if sheet.header_row is not None:
        _widen_for_fields(sheet, widths)
    return tuple(max(width, 9.0) if at else width for at, width in enumerate(widths))


def _capped(sheet: SheetLayout, at: int, wanted: float) -> float:
    """Beside a field block a table's columns wrap sooner, or the sheet gets too wide for a page."""
    if sheet.header_row is None:
        return wanted
    return min(wanted, _MIXED_UNIT_WIDTH if at == UNIT_COLUMN else _MIXED_WIDTH)


def table_column_width(column: Field) -> float:
    """The width a table column asks for: as declared, else by type, options and the words of its header."""
    if column.width is not None:
        return float(column.width)
    width = _TYPE_WIDTHS[column.type]
    if column.choices:
        width = max(width, min(max(text_width(c) for c in column.choices) + 2 * _MARGIN, 26.0))
    # a header may take three lines
    header = text_width(column.heading)
    return max(width, min(header / 2 + _MARGIN, 20.0), header / 3 + _MARGIN)


def _widen_for_fields(sheet: SheetLayout, widths: list[float]) -> None:
    fields = [place.field for place in sheet.fields]
    label = max(text_width(f.label) for f in fields) + _MARGIN
    unit = max(text_width(f.unit or "") for f in fields) + _MARGIN
    wide = any(f.type in ("text", "long_text", "multi_choice") for f in fields)
    options = max((text_width(c) for f in fields for c in f.choices), default=0.0) + 2 * _MARGIN
    wants = {
        LABEL_COLUMN: min(max(label, 20.0), 32.0),
        UNIT_COLUMN: min(max(unit, 8.0), 14.0),
        VALUE_COLUMN: max(34.0 if wide else 20.0, min(options, 40.0)),
        sheet.note_column: NOTE_WIDTH,
    }
    wants |= {VALUE_COLUMN + 1 + n: EARLIER_WIDTH for n in range(sheet.earlier_years)}
    for column, wanted in wants.items():
        widths[column] = max(widths[column], wanted)
    # the explanations may run over the columns of wide tables
    help_width = sum(widths[sheet.help_column :])
    if help_width < HELP_WIDTH:
        widths[sheet.help_column] += HELP_WIDTH - help_width
