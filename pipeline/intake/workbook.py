"""A workbook as cells with their addresses, without meaning: what the reader gives and the intake is read from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cache, cached_property
from operator import itemgetter
from typing import Final


class CellKind(StrEnum):
    """What stands in a cell."""

    BLANK = "blank"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TRUTH = "truth"
    ERROR = "error"  # #DIV/0! and its like; `value` is the code
    NO_RESULT = "no_result"  # a formula whose result is not stored


CellValue = str | Decimal | bool | dt.date | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. Numbers are decimals with the digits that the program shows; `percent` tells a per-cent format
    (the stored 0.12 is shown as 12 %)."""

    value: CellValue
    kind: CellKind
    percent: bool = False


ERROR_CODES: Final = frozenset(
    "#DIV/0! #N/A #NAME? #NULL! #NUM! #REF! #VALUE! #SPILL! #CALC! #GETTING_DATA #FIELD! #BLOCKED! #CONNECT! "
    "#UNKNOWN! #BUSY! #PYTHON! #ERROR!".split()
)
"""What spreadsheet programs show instead of a result; pasted as values they are texts."""
PICTURE: Final = "=DISPIMG()"
"""The text of a cell that holds a picture, as WPS writes it."""
BLANK_CELL = Cell(None, CellKind.BLANK)


@dataclass(frozen=True)
class SheetCells:
    """One sheet. `cells` by (row, column), both from 0; blank cells are left out."""

    name: str
    cells: Mapping[tuple[int, int], Cell]
    rows: int
    columns: int
    hidden: bool = False
    merged: tuple[tuple[int, int, int, int], ...] = ()

    @cached_property
    def filled(self) -> Mapping[int, Mapping[int, Cell]]:
        """The cells that are not blank, by row and column, both ascending."""
        rows: dict[int, dict[int, Cell]] = {}
        for (row, column), cell in sorted(self.cells.items(), key=itemgetter(0)):
            rows.setdefault(row, {})[column] = cell
        return rows

    def cell(self, row: int, column: int) -> Cell:
        """The cell at a place; a blank one when nothing stands there."""
        return self.cells.get((row, column), BLANK_CELL)

    def text(self, row: int, column: int) -> str:
        """The cell's text, "" for anything that is not text."""
        value = self.cell(row, column).value
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file's sheets in order, and what it says of itself (hidden sheet `_lvbao`).

    `traits` are peculiarities of the file that cost nothing but may be worth a word: `external_links`, `pictures`, `dates_1904`.
    """

    file: str
    sheets: tuple[SheetCells, ...]
    digest: str
    identity: Mapping[str, str] = field(default_factory=dict)
    defined_names: Mapping[str, tuple[str, int, int]] = field(default_factory=dict)
    traits: frozenset[str] = frozenset()

    def sheet(self, name: str) -> SheetCells | None:
        """The sheet of that name, or None."""
        return next((s for s in self.sheets if s.name == name), None)


def address(row: int, column: int) -> str:
    """`D14` for (13, 3)."""
    return f"{column_letters(column)}{row + 1}"


@cache
def column_letters(column: int) -> str:
    """`D` for 3."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def position(cell: str) -> tuple[int, int]:
    """(13, 3) for `D14`."""
    letters = cell.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(cell[len(letters) :]) - 1, column - 1
