"""Reads a workbook file into cells with their addresses: values by the fast reader, the rest by `sheetxml`."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from xml.etree.ElementTree import ParseError

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from pipeline.files import shown_name
from pipeline.intake.grid_cells import GridCells
from pipeline.intake.guard import LIMITS, Judged, Limits, check_container, file_bytes
from pipeline.intake.layout import IDENTITY_SHEET
from pipeline.intake.sheetxml import Parts, SheetMarks, read_parts, with_known_errors
from pipeline.intake.words import clean
from pipeline.intake.workbook import PICTURE, Cell, CellKind, SheetCells, Workbook
from pipeline.messages import unreadable
from pipeline.quantity import plain

Place = tuple[int, int]


def read_workbook(path: Path | str, limits: Limits = LIMITS) -> Workbook:
    """The workbook in the file. Raises UnreadableFile when the guard refuses it or no reader can open it."""
    path = Path(path)
    return parse_workbook(file_bytes(path, limits), shown_name(path), limits)


@lru_cache(maxsize=2)
def parse_workbook(data: bytes, file: str, limits: Limits | None = None) -> Workbook:
    """The workbook in the bytes; `file` is its name for messages. Bytes from outside are guarded by `limits` first.

    The last ones are kept, judged and read: a run asks twice for the same bytes.
    """
    judged = Judged() if limits is None else check_container(file, data, limits)
    try:
        grids = _grids(data)
        parts = read_parts(data, judged.unpacked, judged.plain)
        sheets = tuple(_sheet(g, _marks_of(parts, g)) for g in grids)
    except PasswordError:
        raise unreadable("file_encrypted", file) from None
    except (CalamineError, ParseError, zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise unreadable("file_damaged", file) from None
    except BaseException as error:  # a panic of the reader's native code is no Exception
        if type(error).__name__ == "PanicException":
            raise unreadable("file_damaged", file) from None
        raise
    if not sheets:
        raise unreadable("file_damaged", file, part="（没有工作表）")
    return Workbook(
        file=file,
        sheets=sheets,
        digest=hashlib.sha256(data).hexdigest(),
        identity=_identity(sheets),
        defined_names=parts.defined_names,
        traits=parts.traits,
    )


@dataclass(frozen=True, slots=True)
class _Grid:
    """What the fast reader gives of one sheet; `number` counts the sheets of the workbook from 0."""

    number: int
    name: str
    hidden: bool
    start: Place
    rows: Sequence[Sequence[object]]
    merged: tuple[tuple[int, int, int, int], ...]


def _grids(data: bytes) -> list[_Grid]:
    try:
        return _read_grids(data)
    except CalamineError:
        known = with_known_errors(data)
        if known is None:
            raise
        return _read_grids(known)


def _read_grids(data: bytes) -> list[_Grid]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    grids = []
    for number, metadata in enumerate(book.sheets_metadata):
        if metadata.typ == SheetTypeEnum.WorkSheet:
            sheet = book.get_sheet_by_name(metadata.name)
            merged = tuple(sorted((a, b, c, d) for (a, b), (c, d) in sheet.merged_cell_ranges or ()))
            hidden = metadata.visible != SheetVisibleEnum.Visible
            rows = sheet.to_python(skip_empty_area=True)
            grids.append(_Grid(number, metadata.name, hidden, sheet.start or (0, 0), rows, merged))
    return grids


def _marks_of(parts: Parts, grid: _Grid) -> SheetMarks:
    marks = parts.marks[grid.number]
    if marks is None:
        raise ValueError("a sheet without its part")
    return marks


def _sheet(grid: _Grid, marks: SheetMarks) -> SheetCells:
    marked = {place: Cell(code, CellKind.ERROR) for place, code in marks.errors.items()}
    marked |= {place: Cell(PICTURE, CellKind.TEXT) for place in marks.pictures}
    marked |= {place: Cell(None, CellKind.NO_RESULT) for place in marks.no_result}
    cells = GridCells(grid.start, grid.rows, marks.percent, marked)
    rows, columns = cells.extent()
    return SheetCells(grid.name, cells, rows, columns, grid.hidden, grid.merged)


def _identity(sheets: tuple[SheetCells, ...]) -> Mapping[str, str]:
    """Keys and values of the hidden sheet; a probe formula without stored result gives no entry."""
    own = next((s for s in sheets if s.name == IDENTITY_SHEET), None)
    if own is None:
        return {}
    entries: dict[str, str] = {}
    for row in range(own.rows):
        key, value = clean(own.text(row, 0)), own.cell(row, 1)
        if key and value.kind in (CellKind.TEXT, CellKind.NUMBER):
            entries[key] = clean(own.text(row, 1)) or _number_text(value)
    return entries


def _number_text(cell: Cell) -> str:
    return plain(cell.value) if isinstance(cell.value, Decimal) else ""
