"""A table of a topic sheet: title, introduction, header, prepared rows with their rules and colours."""

from __future__ import annotations

from collections.abc import Mapping

from xlsxwriter.worksheet import Worksheet

from pipeline.intake.cell_texts import shown_text
from pipeline.intake.data_values import CellContent, content
from pipeline.intake.layout import FIRST_TABLE_COLUMN, TABLE_NAME_PREFIX, TablePlace
from pipeline.intake.metrics import height
from pipeline.intake.sheet_book import Book, absolute_range, banner, write
from pipeline.intake.styles import CONDITIONAL_COLOUR, IDLE_COLOUR, REQUIRED_COLOUR
from pipeline.intake.validations import validation
from pipeline.intake.workbook import address
from pipeline.standard.types import CRITERIA_TABLE, Field, Table

ROWS_BEYOND = 300
"""Rows below the last table of a sheet that take entries by the same rules."""
_ROW_HEIGHT = 22.0
_STATUS_WORDS = {"provisional": "（本表栏目为暂拟，主管部门另有格式的以其为准。）"}


def write_table(
    book: Book, sheet: Worksheet, place: TablePlace, widths: tuple[float, ...], is_last: bool
) -> None:
    """Writes a table with the rows of the data, or with those the pack gives beforehand."""
    write_table_head(book, sheet, place, widths)
    rows = table_rows(book, place.table)
    for at in range(place.last_row - place.first_row + 1):
        _write_row(book, sheet, place, at, rows[at] if at < len(rows) else {}, widths)
    last_row = place.last_row + (ROWS_BEYOND if is_last else 0)
    cells = {c.id: f"${_letters(place.column(c.id))}{place.first_row + 1}" for c in place.table.columns}
    table_condition = book.condition(place.table.when)
    if table_condition is not None:
        idle = {"type": "formula", "criteria": f"=NOT({table_condition.excel})", "stop_if_true": True}
        idle["format"] = book.styles.fill(IDLE_COLOUR)
        last_column = FIRST_TABLE_COLUMN + len(place.table.columns) - 1
        sheet.conditional_format(place.first_row, FIRST_TABLE_COLUMN, last_row, last_column, idle)
    for column in place.table.columns:
        _column_rules(book, sheet, place, column, cells, last_row)


def write_table_head(book: Book, sheet: Worksheet, place: TablePlace, widths: tuple[float, ...]) -> None:
    """Title, introduction and header row of a table; the header gets the table's defined name."""
    table, last = place.table, len(widths) - 1
    banner(book, sheet, place.title_row, last, table.label, "table_title", 26.0)
    intro = table_intro(table)
    banner(book, sheet, place.intro_row, last, intro, "intro", height((intro, sum(widths)), least=18.0))
    sheet.write_string(place.header_row, 0, "行", book.styles.of("header"))
    for at, column in enumerate(table.columns, start=FIRST_TABLE_COLUMN):
        purpose = "header_required" if _is_asked(table, column) else "header"
        sheet.write_string(place.header_row, at, column.heading, book.styles.of(purpose))
    wanted = ((c.heading, widths[place.column(c.id)]) for c in table.columns)
    book.set_row(sheet, place.header_row, height(*wanted, least=24.0))
    name = absolute_range(
        sheet.get_name(),
        place.header_row,
        FIRST_TABLE_COLUMN,
        place.header_row,
        FIRST_TABLE_COLUMN + len(table.columns) - 1,
    )
    book.file.define_name(TABLE_NAME_PREFIX + table.id, f"={name}")


def _is_asked(table: Table, column: Field) -> bool:
    """Whether the header shows the column as required; of the criteria only the verdict is asked of everyone."""
    return column.id == "verdict" if table.id == CRITERIA_TABLE else column.required


def table_intro(table: Table) -> str:
    """The introduction with what is required of the table as a whole."""
    parts = [table.intro.strip(), _STATUS_WORDS.get(table.status, "")]
    if table.min_rows:
        parts.append(f"至少填 {table.min_rows} 行。")
    if table.clause:
        parts.append(f"依据条款：{table.clause}。")
    return "".join(p for p in parts if p)


def table_rows(book: Book, table: Table) -> tuple[Mapping[str, CellContent], ...]:
    """The rows of the data; without data for the table, the pack's prefilled rows."""
    if table.id in book.data.tables:
        return book.data.tables[table.id]
    return tuple(
        {key: content(table.by_id[key], value) for key, value in row.items()} for row in table.prefill
    )


def prefilled_columns(table: Table) -> frozenset[str]:
    """The columns that stand already in the blank workbook and so do not show that a row was begun."""
    return frozenset(key for row in table.prefill for key in row)


def _write_row(
    book: Book,
    sheet: Worksheet,
    place: TablePlace,
    at: int,
    cells: Mapping[str, CellContent],
    widths: tuple[float, ...],
) -> None:
    row = place.first_row + at
    sheet.write_number(row, 0, at + 1, book.styles.of("number"))
    for column in place.table.columns:
        content_ = cells.get(column.id)
        write(book, sheet, row, place.column(column.id), content_, book.styles.answer(column))
    texts = ((shown_text(c), widths[place.column(key)]) for key, c in cells.items())
    book.set_row(sheet, row, height(*texts, least=_ROW_HEIGHT), flexible=True)


def _column_rules(
    book: Book,
    sheet: Worksheet,
    place: TablePlace,
    column: Field,
    cells: Mapping[str, str],
    last_row: int,
) -> None:
    table, at = place.table, place.column(column.id)
    condition = book.condition(column.when, table.id, dict(cells))
    words = "" if column.when is None else condition.words if condition is not None else "满足填报条件"
    rule = validation(column, address(place.first_row, at), book.lists.name_of(column), words)
    sheet.data_validation(place.first_row, at, last_row, at, rule)
    if not column.required:
        return
    empty = f"LEN(TRIM({cells[column.id]}))=0"
    known = column.when is None or condition is not None
    wanted = f"AND({condition.excel},{empty})" if condition is not None else empty
    colour = book.styles.fill(REQUIRED_COLOUR if known else CONDITIONAL_COLOUR)
    begun = f"=AND({_begun(place)},{wanted})"
    sheet.conditional_format(
        place.first_row, at, last_row, at, {"type": "formula", "criteria": begun, "format": colour}
    )
    if table.min_rows:
        last = place.first_row + table.min_rows - 1
        asked = {"type": "formula", "criteria": f"={wanted}", "format": colour}
        sheet.conditional_format(place.first_row, at, last, at, asked)


def _begun(place: TablePlace) -> str:
    """A formula that tells whether anything was entered in the first row, prefilled columns apart."""
    prefilled = prefilled_columns(place.table)
    row = place.first_row + 1
    cells = [f"${_letters(place.column(c.id))}{row}" for c in place.table.columns if c.id not in prefilled]
    if not prefilled:
        return f"COUNTA({cells[0]}:{cells[-1]})>0"
    return f"COUNTA({','.join(cells)})>0" if cells else "TRUE"


def _letters(column: int) -> str:
    return address(0, column).rstrip("0123456789")
