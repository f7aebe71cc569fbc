"""The criteria table: one fixed row a criterion, the printed words locked, the answers open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from xlsxwriter.worksheet import Worksheet

from pipeline.intake.cell_texts import shown_text
from pipeline.intake.data_values import CellContent
from pipeline.intake.layout import TablePlace
from pipeline.intake.metrics import height
from pipeline.intake.sheet_book import Book, write
from pipeline.intake.styles import REQUIRED_COLOUR
from pipeline.intake.table_block import write_table_head
from pipeline.intake.validations import validation
from pipeline.intake.workbook import address
from pipeline.standard import criteria_sheet
from pipeline.standard.types import Criterion, Field

_CENTRED = ("criterion", "clause", "obligation", "points")
_LEAST_HEIGHT = 36.0
_HINT_LIMIT = 160
_NO_POINTS = "/"  # what criteria_sheet puts in the points column of a row without points


def write_criteria(book: Book, sheet: Worksheet, place: TablePlace, widths: tuple[float, ...]) -> None:
    """Writes the criteria table with the answers of the data."""
    write_table_head(book, sheet, place, widths)
    criteria = book.standard.listed
    for at, row in enumerate(place.table.prefill):
        _write_row(book, sheet, place, at, criteria[str(row["criterion"])], row, widths)
    verdict = f"${address(place.first_row, place.column('verdict'))}"
    _tint(book, sheet, place, "verdict", f"=LEN({verdict})=0")
    score = f"${address(place.first_row, place.column('score'))}"
    points = f"${address(place.first_row, place.column('points'))}"
    _tint(book, sheet, place, "score", f'=AND({verdict}="部分符合",{points}<>"{_NO_POINTS}",LEN({score})=0)')


def _tint(book: Book, sheet: Worksheet, place: TablePlace, column: str, formula: str) -> None:
    options = {"type": "formula", "criteria": formula, "format": book.styles.fill(REQUIRED_COLOUR)}
    at = place.column(column)
    sheet.conditional_format(place.first_row, at, place.last_row, at, options)


def _write_row(
    book: Book,
    sheet: Worksheet,
    place: TablePlace,
    at: int,
    criterion: Criterion,
    fixed: Mapping[str, str],
    widths: tuple[float, ...],
) -> None:
    row, answers = place.first_row + at, book.data.criteria.get(criterion.id, {})
    sheet.write_number(row, 0, at + 1, book.styles.of("number"))
    texts: list[tuple[str, float]] = []
    for column in place.table.columns:
        at_column = place.column(column.id)
        if column.id in criteria_sheet.FIXED_COLUMNS:
            text = fixed[column.id]
            purpose = "fixed_centre" if column.id in _CENTRED else "fixed"
            sheet.write_string(row, at_column, text, book.styles.of(purpose))
        else:
            text = _write_answer(book, sheet, row, at_column, column, criterion, answers)
        texts.append((text, widths[at_column]))
    book.set_row(sheet, row, height(*texts, least=_LEAST_HEIGHT), flexible=True)


def _write_answer(
    book: Book,
    sheet: Worksheet,
    row: int,
    at: int,
    column: Field,
    criterion: Criterion,
    answers: Mapping[str, CellContent],
) -> str:
    """One cell to be filled; grey where the program judges or no points are given. Returns the text in it."""
    judged = criterion.is_judged_by_program and column.id in ("verdict", "score")
    if judged and column.id not in answers:
        text = criteria_sheet.JUDGED_BY_PROGRAM if column.id == "verdict" else ""
        write(book, sheet, row, at, text, book.styles.of("computed"))
        return text
    if column.id == "score" and criterion.points is None and "score" not in answers:
        sheet.write_blank(row, at, None, book.styles.of("computed"))
        return ""
    answer = answers.get(column.id)
    write(book, sheet, row, at, answer, book.styles.answer(column))
    asked = _asked(column, criterion)
    sheet.data_validation(row, at, row, at, validation(asked, address(row, at), book.lists.name_of(column)))
    return shown_text(answer)


def _asked(column: Field, criterion: Criterion) -> Field:
    """The column as it is asked in this row: with the row's points as limit and the evidence that is expected."""
    if column.id == "verdict":
        return replace(column, required=True)
    if column.id == "score":
        return replace(column, min=Decimal(0), max=criterion.points)
    if column.id == "evidence" and criterion.evidence_text:
        return replace(column, help=f"应有：{criterion.evidence_text[:_HINT_LIMIT]}。{column.help}")
    return column
