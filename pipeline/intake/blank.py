"""The intake workbook, blank or filled from a data file, made from a standard pack; the same input gives the same bytes."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from xlsxwriter.workbook import Workbook

from pipeline.files import write_bytes
from pipeline.findings import PackError
from pipeline.intake.data_file import IntakeData
from pipeline.intake.identity import identity_rows
from pipeline.intake.instructions import write_instructions
from pipeline.intake.layout import (
    DICTIONARY_SHEET,
    FIELD_NAME_PREFIX,
    IDENTITY_SHEET,
    INSTRUCTIONS_SHEET,
    OPTIONS_SHEET,
    RESULT_SHEET,
    layout,
)
from pipeline.intake.marks import add_sheet, marks_of
from pipeline.intake.option_lists import option_lists
from pipeline.intake.package import with_flexible_rows
from pipeline.intake.reference_sheets import write_dictionary, write_identity, write_options
from pipeline.intake.result_sheet import Feedback, write_result
from pipeline.intake.sheet_book import Book
from pipeline.intake.styles import Styles
from pipeline.intake.topic_sheet import write_topic_sheet
from pipeline.resources import packs_in
from pipeline.standard.load import load_standard
from pipeline.standard.types import IntakeSchema, Standard

_CREATED = dt.datetime(2025, 1, 1)  # fixed: the same input gives the same bytes
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_workbook(
    standard: Standard, data: IntakeData | None = None, feedback: Feedback | None = None
) -> bytes:
    """The intake workbook of the pack as .xlsx bytes, with the data filled in where there are any.

    With feedback it is an annotated one: its findings as notes and fills at their cells and in a first sheet 校验结果.
    Raises PackError when two fields would get the same defined name.
    """
    data = data or IntakeData()
    schema = with_room(standard.intake, data)
    _check_names(standard)
    target = io.BytesIO()
    file = Workbook(target, _OPTIONS)
    book = Book(file, Styles(file), standard, data, option_lists(schema))
    _set_properties(book)
    plans = layout(schema)
    names = [INSTRUCTIONS_SHEET, *(plan.sheet.title for plan in plans)]
    names += [DICTIONARY_SHEET, OPTIONS_SHEET, IDENTITY_SHEET]
    if feedback is not None:
        names.insert(0, RESULT_SHEET)
    marks = marks_of(feedback.findings) if feedback is not None else {}
    sheets = {name: add_sheet(book, name, marks.get(name, {})) for name in names}
    if feedback is not None:
        write_result(book, sheets[RESULT_SHEET], plans, feedback)
    write_instructions(book, sheets[INSTRUCTIONS_SHEET], plans)
    for plan in plans:
        write_topic_sheet(book, sheets[plan.sheet.title], plan)
    write_dictionary(book, sheets[DICTIONARY_SHEET], plans)
    write_options(book, sheets[OPTIONS_SHEET])
    write_identity(book, sheets[IDENTITY_SHEET])
    sheets[names[0]].activate()
    file.close()
    rows = {at: book.flexible_rows.get(name, set()) for at, name in enumerate(names, start=1)}
    return with_flexible_rows(target.getvalue(), rows)


def with_room(schema: IntakeSchema, data: IntakeData) -> IntakeSchema:
    """The schema whose tables have at least as many prepared rows as the data."""
    sheets = tuple(
        replace(
            sheet,
            tables=tuple(
                replace(table, rows=max(table.rows, len(data.tables.get(table.id, ()))))
                for table in sheet.tables
            ),
        )
        for sheet in schema.sheets
    )
    return replace(schema, sheets=sheets)


def _check_names(standard: Standard) -> None:
    """Defined names must be distinct: `f_a_1` is the earlier year of `a` and the value of `a_1`."""
    names = Counter(
        FIELD_NAME_PREFIX + field.id + (f"_{back}" if back else "")
        for field in standard.intake.fields.values()
        for back in range(field.years)
    )
    clashes = sorted(name for name, times in names.items() if times > 1)
    if clashes:
        raise PackError(
            standard.id, [f"intake.yaml：名称“{name}”会指两个单元格，请改填报项的标识" for name in clashes]
        )


def _set_properties(book: Book) -> None:
    identity = book.standard.identity
    title = f"{identity.title} {book.standard.intake.document}"
    book.file.set_properties({"title": title, "subject": identity.number, "created": _CREATED})
    for key, value in identity_rows(book.standard):
        book.file.set_custom_property(f"lvbao_{key}", value)


def generate_templates(standards_folder: Path, target_folder: Path, check: bool = False) -> Sequence[Path]:
    """Writes `<standard id>.xlsx` for every pack, and removes workbooks of packs that are gone.

    Returns the paths that were written or removed; with `check` nothing is changed, and they are those that are stale.
    """
    wanted = {
        target_folder / f"{name}.xlsx": write_workbook(load_standard(standards_folder / name))
        for name in packs_in(standards_folder)
    }
    stale = [path for path, content in wanted.items() if not path.is_file() or path.read_bytes() != content]
    orphans = [path for path in sorted(target_folder.glob("*.xlsx")) if path not in wanted]
    if not check:
        for path in stale:
            write_bytes(path, wanted[path])
        for path in orphans:
            path.unlink()
    return [*stale, *orphans]
