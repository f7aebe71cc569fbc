"""A table with fixed rows: given words locked, the answers open, each row with its own question where it has one."""

from __future__ import annotations

from typing import Any

from xlsxwriter.worksheet import Worksheet

from pipeline.intake.cell_texts import shown_text
from pipeline.intake.data_values import CellContent, content, raw
from pipeline.intake.layout import TablePlace
from pipeline.intake.metrics import height
from pipeline.intake.sheet_book import Book, write
from pipeline.intake.styles import REQUIRED_COLOUR
from pipeline.intake.table_block import write_table_head
from pipeline.intake.validations import validation
from pipeline.intake.workbook import address
from pipeline.standard.types import Field, Table

_LEAST_HEIGHT = 22.0


def write_fixed(book: Book, sheet: Worksheet, place: TablePlace, widths: tuple[float, ...]) -> None:
    """Writes the table with the answers of the data."""
    write_table_head(book, sheet, place, widths)
    for at in range(len(place.table.prefill)):
        _write_row(book, sheet, place, at, widths)
    for column in place.table.wanted:
        at_column = place.column(column)
        cell = f"${address(place.first_row, at_column)}"
        options = {
            "type": "formula",
            "criteria": f"=LEN({cell})=0",
            "format": book.styles.fill(REQUIRED_COLOUR),
        }
        sheet.conditional_format(place.first_row, at_column, place.last_row, at_column, options)


def _write_row(book: Book, sheet: Worksheet, place: TablePlace, at: int, widths: tuple[float, ...]) -> None:
    table, given = place.table, place.table.prefill[at]
    row, key = place.first_row + at, str(given[place.table.key[0]])
    answers = book.data.fixed.get(table.id, {}).get(key, {})
    sheet.write_number(row, 0, at + 1, book.styles.of("number"))
    texts: list[tuple[str, float]] = []
    for column in table.columns:
        at_column, asked = place.column(column.id), table.question(key, column.id)
        if asked is None:
            words = _locked(table, column, given.get(column.id))
            write(
                book,
                sheet,
                row,
                at_column,
                words,
                book.styles.of("fixed" if column.id in table.fixed else "computed"),
            )
        else:
            words = answers.get(column.id, content(asked, given.get(column.id)))
            write(book, sheet, row, at_column, words, book.styles.answer(asked))
            rule = validation(asked, address(row, at_column), book.lists.name_of(asked))
            if rule["validate"] != "any" or "input_message" in rule:
                sheet.data_validation(row, at_column, row, at_column, rule)
        if column.id not in table.hidden:
            texts.append((shown_text(words), widths[at_column]))
    book.set_row(sheet, row, height(*texts, least=_LEAST_HEIGHT), flexible=True)


def _locked(table: Table, column: Field, given: Any) -> CellContent:
    """Fixed words by the type of their column; words in place of an answer as they are."""
    return content(column, given) if column.id in table.fixed else raw(str(given or ""))
