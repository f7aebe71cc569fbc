"""Where everything stands in a generated intake workbook. The writer writes it, the reader falls back on it.

A topic sheet: row 1 title, row 2 introduction; then the field block with a header row
`序号 | 填报项 | 单位 | 填报值 | (上一年 | 前年) | 备注 | 填写说明`, then each table: a title row, an introduction row, a header row
with the column labels (units in brackets), its prepared rows, one blank row. Rows and columns count from 0.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.standard.types import Field, IntakeSchema, Sheet, Table

INSTRUCTIONS_SHEET = "填写说明"
DICTIONARY_SHEET = "字段对照表"
IDENTITY_SHEET = "_lvbao"
OPTIONS_SHEET = "_options"
RESULT_SHEET = "校验结果"
"""The first sheet of an annotated workbook; like the other sheets of our own it is never read."""
NOTE_MARK = "【校验】"
"""The first words of the notes that we write beside cells, by which they are told from the client's."""
OWN_SHEETS = (RESULT_SHEET, INSTRUCTIONS_SHEET, DICTIONARY_SHEET, IDENTITY_SHEET, OPTIONS_SHEET)

NUMBER_HEADER = "序号"
LABEL_HEADER = "填报项"
UNIT_HEADER = "单位"
VALUE_HEADER = "填报值"
EARLIER_HEADERS = ("上一年", "前年")
NOTE_HEADER = "备注（不适用、变动等原因）"
HELP_HEADER = "填写说明"

LABEL_COLUMN, UNIT_COLUMN, VALUE_COLUMN = 1, 2, 3
FIRST_BLOCK_ROW = 2
FIRST_TABLE_COLUMN = 1
"""Tables begin in column B; column A holds the row numbers."""

FIELD_NAME_PREFIX = "f_"
TABLE_NAME_PREFIX = "t_"


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """The row of a field in its sheet."""

    field: Field
    row: int


@dataclass(frozen=True, slots=True)
class TablePlace:
    """Title, introduction and header row of a table, and its prepared rows [first, last]."""

    table: Table
    title_row: int
    intro_row: int
    header_row: int
    first_row: int
    last_row: int

    def column(self, column_id: str) -> int:
        """The sheet column of a table column."""
        return FIRST_TABLE_COLUMN + [c.id for c in self.table.columns].index(column_id)


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """The layout of one sheet. `header_row` is None when the sheet has no fields."""

    sheet: Sheet
    header_row: int | None
    fields: tuple[FieldPlace, ...]
    tables: tuple[TablePlace, ...]
    earlier_years: int

    @property
    def note_column(self) -> int:
        """The 备注 column of the field block."""
        return VALUE_COLUMN + 1 + self.earlier_years

    @property
    def help_column(self) -> int:
        """The 填写说明 column of the field block."""
        return self.note_column + 1

    def field_headers(self) -> tuple[str, ...]:
        """The header row of the field block."""
        earlier = EARLIER_HEADERS[: self.earlier_years]
        return (NUMBER_HEADER, LABEL_HEADER, UNIT_HEADER, VALUE_HEADER, *earlier, NOTE_HEADER, HELP_HEADER)


def _sheet_layout(sheet: Sheet) -> SheetLayout:
    row = FIRST_BLOCK_ROW
    header_row: int | None = None
    fields: list[FieldPlace] = []
    if sheet.fields:
        header_row = row
        for field in sheet.fields:
            row += 1
            fields.append(FieldPlace(field, row))
        row += 2
    tables: list[TablePlace] = []
    for table in sheet.tables:
        prepared = max(table.rows, len(table.prefill), 1)
        first = row + 3
        tables.append(TablePlace(table, row, row + 1, row + 2, first, first + prepared - 1))
        row = first + prepared + 1
    earlier = max((f.years - 1 for f in sheet.fields), default=0)
    return SheetLayout(sheet, header_row, tuple(fields), tuple(tables), earlier)


def layout(schema: IntakeSchema) -> tuple[SheetLayout, ...]:
    """The layout of every topic sheet, in order."""
    return tuple(_sheet_layout(sheet) for sheet in schema.sheets)
