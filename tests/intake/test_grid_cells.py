"""Cells made on demand are the cells of the file: in order, marks over values, blanks left out."""

from __future__ import annotations

from decimal import Decimal

from pipeline.intake.grid_cells import GridCells
from pipeline.intake.workbook import Cell, CellKind

ROWS = [["甲", "", 1.5], ["\u200b", 2.0, ""], ["", "", " "]]


def test_cells_stand_at_their_places_and_blanks_are_left_out() -> None:
    error = Cell("#DIV/0!", CellKind.ERROR)
    cells = GridCells((2, 1), ROWS, frozenset({(3, 2)}), {(2, 3): error, (9, 9): error})
    assert dict(cells) == {
        (2, 1): Cell("甲", CellKind.TEXT),
        (2, 3): error,
        (3, 2): Cell(Decimal(2), CellKind.NUMBER, percent=True),
        (9, 9): error,
    }
    assert list(cells) == [(2, 1), (2, 3), (3, 2), (9, 9)]
    assert len(cells) == 4
    assert (3, 1) not in cells
    assert cells.get((3, 1)) is None
    assert cells.get((0, 0)) is None


def test_the_extent_counts_filled_cells_and_marks_alone() -> None:
    assert GridCells((2, 1), ROWS, frozenset(), {}).extent() == (4, 4)
    assert GridCells((0, 0), [], frozenset(), {(9, 1): Cell("", CellKind.ERROR)}).extent() == (10, 2)
    assert GridCells((0, 0), [["", " "]], frozenset(), {}).extent() == (0, 0)
