"""The cells of a sheet, made when they are asked for: of a ledger with fifty thousand rows most never are."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import ItemsView, Iterator, Mapping, Sequence
from decimal import Decimal

from pipeline.intake.words import is_empty
from pipeline.intake.workbook import ERROR_CODES, Cell, CellKind
from pipeline.quantity import from_float

Place = tuple[int, int]


class GridCells(Mapping[Place, Cell]):
    """Cells by place over the values of the fast reader; `marked` cells stand over those of the grid."""

    def __init__(
        self,
        start: Place,
        rows: Sequence[Sequence[object]],
        percent: frozenset[Place],
        marked: Mapping[Place, Cell],
    ) -> None:
        self._top, self._left = start
        self._rows = rows
        self._percent = percent
        self._made: dict[Place, Cell | None] = dict(marked)
        self._marked = marked

    def __getitem__(self, place: Place) -> Cell:
        cell = self._cell(place)
        if cell is None:
            raise KeyError(place)
        return cell

    def get(self, place: Place, default: Cell | None = None) -> Cell | None:  # type: ignore[override]
        """The cell of a place."""
        cell = self._cell(place)
        return default if cell is None else cell

    def __contains__(self, place: object) -> bool:
        return isinstance(place, tuple) and self._cell(place) is not None

    def __iter__(self) -> Iterator[Place]:
        left = dict.fromkeys(self._marked)
        for row, values in enumerate(self._rows, self._top):
            for column, value in enumerate(values, self._left):
                if value != "":
                    place = row, column
                    if place in self._marked or self._cell(place) is not None:
                        left.pop(place, None)
                        yield place
        yield from left

    def items(self) -> ItemsView[Place, Cell]:
        """All cells with their places."""
        found, made, percent = dict(self._marked), self._made, self._percent
        for row, values in enumerate(self._rows, self._top):
            for column, value in enumerate(values, self._left):
                if value != "":
                    place = row, column
                    if place not in made:
                        made[place] = made_cell(value, place in percent)
                    cell = made[place]
                    if cell is not None:
                        found[place] = cell
        return found.items()

    def __len__(self) -> int:
        return sum(1 for _place in self)

    def _cell(self, place: Place) -> Cell | None:
        try:
            return self._made[place]
        except KeyError:
            pass
        row, column = place[0] - self._top, place[1] - self._left
        value: object = ""
        if 0 <= row < len(self._rows) and 0 <= column < len(self._rows[row]):
            value = self._rows[row][column]
        if value == "":
            return None
        cell = self._made[place] = made_cell(value, place in self._percent)
        return cell

    def extent(self) -> tuple[int, int]:
        """How many rows and columns hold cells, counted from the first of the sheet."""
        rows = max((row for row, _column in self._marked), default=-1) + 1
        columns = max((column for _row, column in self._marked), default=-1) + 1
        for at in range(len(self._rows) - 1, rows - self._top - 1, -1):
            if any(map(_is_filled, self._rows[at])):
                rows = self._top + at + 1
                break
        width = max(map(len, self._rows), default=0)
        for at in range(width - 1, columns - self._left - 1, -1):
            if any(_is_filled(row[at]) for row in self._rows if at < len(row)):
                return rows, max(columns, self._left + at + 1)
        return rows, columns


def _is_filled(value: object) -> bool:
    return value != "" and not (isinstance(value, str) and is_empty(value))


def made_cell(value: object, percent: bool) -> Cell | None:
    """The cell of a stored value; None for a text of blanks and invisible characters only."""
    if isinstance(value, str):
        if value[:1] == "#" and value in ERROR_CODES:
            return Cell(value, CellKind.ERROR)
        return None if is_empty(value) else Cell(value, CellKind.TEXT)
    if isinstance(value, bool):
        return Cell(value, CellKind.TRUTH)
    if isinstance(value, int | float):
        if not math.isfinite(value):
            return Cell("#NUM!", CellKind.ERROR)
        whole = float(value).is_integer() and abs(value) < 1e15
        return Cell(Decimal(int(value)) if whole else from_float(float(value)), CellKind.NUMBER, percent)
    if isinstance(value, dt.datetime):
        at_midnight = value.time() == dt.time(0)
        return Cell(value.date() if at_midnight else value, CellKind.DATE)
    if isinstance(value, dt.date):
        return Cell(value, CellKind.DATE)
    return Cell(str(value), CellKind.TEXT)  # a time of day or a duration
