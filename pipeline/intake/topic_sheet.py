"""One topic sheet: title, introduction, the field block, the tables."""

from __future__ import annotations

import itertools

from xlsxwriter.worksheet import Worksheet

from pipeline.intake.cell_texts import shown_text
from pipeline.intake.columns import column_widths, last_column
from pipeline.intake.conditions import Condition
from pipeline.intake.criteria_block import write_criteria
from pipeline.intake.data_values import CellContent
from pipeline.intake.fixed_block import write_fixed
from pipeline.intake.layout import (
    FIELD_NAME_PREFIX,
    LABEL_COLUMN,
    UNIT_COLUMN,
    VALUE_COLUMN,
    FieldPlace,
    SheetLayout,
)
from pipeline.intake.metrics import height
from pipeline.intake.sheet_book import (
    NOTE_FIELD,
    Book,
    absolute,
    banner,
    print_setup,
    protect,
    write,
)
from pipeline.intake.styles import CONDITIONAL_COLOUR, IDLE_COLOUR, REQUIRED_COLOUR
from pipeline.intake.table_block import write_table
from pipeline.intake.validations import hint_text, validation
from pipeline.intake.workbook import address
from pipeline.standard.types import CRITERIA_TABLE

_TITLE_HEIGHT = 30.0
_LONG_TEXT_HEIGHT = 50.0
NO_UNIT = "—"


def write_topic_sheet(book: Book, sheet: Worksheet, plan: SheetLayout) -> None:
    """Writes the whole sheet as the layout says."""
    widths = column_widths(plan)
    hidden = {place.column(column) for place in plan.tables for column in place.table.hidden}
    grows = any(not place.table.fixed for place in plan.tables) and not plan.sheet.criteria
    for column, width in enumerate(widths):
        unlocked = book.styles.of("open") if grows and column else None
        sheet.set_column(column, column, width, unlocked, {"hidden": column in hidden})
    last = last_column(plan)
    banner(book, sheet, 0, last, plan.sheet.title, "title", _TITLE_HEIGHT)
    intro = _intro(plan)
    banner(book, sheet, 1, last, intro, "intro", height((intro, sum(widths))))
    if plan.header_row is not None:
        _write_fields(book, sheet, plan, widths)
    for place in plan.tables:
        if place.table.id == CRITERIA_TABLE:
            write_criteria(book, sheet, place, widths)
        elif place.table.fixed:
            write_fixed(book, sheet, place, widths)
        else:
            write_table(book, sheet, place, widths, is_last=place is plan.tables[-1])
    _freeze_and_print(sheet, plan)
    sheet.hide_gridlines(2)
    # codes of digits are text on purpose; without this the program marks each with a warning
    sheet.ignore_errors({"number_stored_as_text": "A1:Z2000"})
    protect(sheet)


def _intro(plan: SheetLayout) -> str:
    parts = [plan.sheet.intro]
    if plan.sheet.section:
        parts.append(f"对应报告：{plan.sheet.section}。")
    if plan.sheet.clause:
        parts.append(f"依据条款：{plan.sheet.clause}。")
    return "".join(p for p in parts if p)


def _freeze_and_print(sheet: Worksheet, plan: SheetLayout) -> None:
    """The header stays in sight where the sheet has one block; otherwise the title does."""
    headers = [plan.header_row] if plan.header_row is not None else []
    headers += [place.header_row for place in plan.tables]
    header = headers[0] if len(headers) == 1 else 0
    hidden = {place.column(column) for place in plan.tables for column in place.table.hidden}
    first = next(column for column in itertools.count(LABEL_COLUMN) if column not in hidden)
    sheet.freeze_panes(header + 1, first + 1)
    print_setup(sheet, header, header)


# -- fields -------------------------------------------------------------------------------------------------
def _write_fields(book: Book, sheet: Worksheet, plan: SheetLayout, widths: tuple[float, ...]) -> None:
    header_row = plan.header_row or 0
    last = last_column(plan)
    for column, word in enumerate(plan.field_headers()):
        sheet.write_string(header_row, column, word, book.styles.of("header"))
    if last > plan.help_column:
        sheet.merge_range(header_row, plan.help_column, header_row, last, "", book.styles.of("header"))
        sheet.write_string(header_row, plan.help_column, plan.field_headers()[-1], book.styles.of("header"))
    headers = zip(plan.field_headers(), widths, strict=False)
    book.set_row(sheet, header_row, height(*headers, least=24))
    for number, place in enumerate(plan.fields, start=1):
        _write_field(book, sheet, plan, place, number, widths)


def _write_field(
    book: Book, sheet: Worksheet, plan: SheetLayout, place: FieldPlace, number: int, widths: tuple[float, ...]
) -> None:
    field, row, styles = place.field, place.row, book.styles
    condition = book.condition(field.when)
    unit = field.unit if field.unit and field.unit != "1" else NO_UNIT
    help_text = hint_text(field, _condition_words(field.when, condition))
    note = book.data.notes.get(field.id)
    value = book.data.fields.get(field.id)
    sheet.write_number(row, 0, number, styles.of("number"))
    sheet.write_string(row, LABEL_COLUMN, field.label, styles.of("label"))
    sheet.write_string(row, UNIT_COLUMN, unit, styles.of("unit"))
    write(book, sheet, row, VALUE_COLUMN, value, styles.answer(field))
    book.file.define_name(FIELD_NAME_PREFIX + field.id, _absolute(plan, row, VALUE_COLUMN))
    earlier = _write_earlier(book, sheet, plan, place)
    write(book, sheet, row, plan.note_column, note, styles.answer(NOTE_FIELD))
    last = last_column(plan)
    if last > plan.help_column:
        sheet.merge_range(row, plan.help_column, row, last, "", styles.of("help"))
    sheet.write_string(row, plan.help_column, help_text, styles.of("help"))
    _rules(book, sheet, plan, place, condition)
    wanted = height(
        (field.label, widths[LABEL_COLUMN]),
        (unit, widths[UNIT_COLUMN]),
        (shown_text(value), widths[VALUE_COLUMN]),
        *((shown_text(content), widths[VALUE_COLUMN + 1]) for content in earlier),
        (shown_text(note), widths[plan.note_column]),
        (help_text, sum(widths[plan.help_column :])),
        least=_LONG_TEXT_HEIGHT if field.type == "long_text" else 24.0,
    )
    book.set_row(sheet, row, wanted, flexible=last == plan.help_column)


def _write_earlier(
    book: Book, sheet: Worksheet, plan: SheetLayout, place: FieldPlace
) -> list[CellContent | None]:
    """The cells of earlier years; greyed where the field is asked for fewer years than its neighbours."""
    field, written = place.field, []
    for back in range(1, plan.earlier_years + 1):
        column = VALUE_COLUMN + back
        if back >= field.years:
            sheet.write_blank(place.row, column, None, book.styles.of("idle"))
            continue
        value = book.data.earlier.get(back, {}).get(field.id)
        write(book, sheet, place.row, column, value, book.styles.answer(field))
        book.file.define_name(f"{FIELD_NAME_PREFIX}{field.id}_{back}", _absolute(plan, place.row, column))
        written.append(value)
    return written


def _rules(
    book: Book, sheet: Worksheet, plan: SheetLayout, place: FieldPlace, condition: Condition | None
) -> None:
    """Entry rule, hint and colours of the value cells."""
    field, row = place.field, place.row
    last_year = VALUE_COLUMN + field.years - 1
    cell = address(row, VALUE_COLUMN)
    words = _condition_words(field.when, condition)
    rule = validation(field, cell, book.lists.name_of(field), words)
    if rule["validate"] != "any" or "input_message" in rule:
        sheet.data_validation(row, VALUE_COLUMN, row, last_year, rule)
    if field.when is not None and condition is not None:
        idle: dict[str, object] = {"type": "formula", "criteria": f"=NOT({condition.excel})"}
        idle |= {"format": book.styles.fill(IDLE_COLOUR), "stop_if_true": True}
        sheet.conditional_format(row, VALUE_COLUMN, row, last_year, idle)
    if field.required:
        known = field.when is None or condition is not None
        colour = REQUIRED_COLOUR if known else CONDITIONAL_COLOUR
        empty = {"type": "formula", "criteria": f"=LEN(TRIM({cell}))=0", "format": book.styles.fill(colour)}
        sheet.conditional_format(row, VALUE_COLUMN, row, VALUE_COLUMN, empty)


def _condition_words(when: str | None, condition: Condition | None) -> str:
    if when is None:
        return ""
    return condition.words if condition is not None else "满足填报条件"


def _absolute(plan: SheetLayout, row: int, column: int) -> str:
    return f"='{plan.sheet.title}'!{absolute(row, column)}"
