"""What a client filled in, cell by cell as it stands, ready to be written into a workbook of the standard layout.

Carried is what the reader finds its place for without a doubt. Everything else that the client wrote is named with its
place, so that nothing disappears unsaid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from pipeline.findings import CellRef, Finding
from pipeline.intake.collect import Collected, Place, covered_places
from pipeline.intake.data_file import IntakeData
from pipeline.intake.data_values import CELL_LIMIT
from pipeline.intake.left import Left
from pipeline.intake.locate_fields import keys_of
from pipeline.intake.places import Context, FieldSpots, TableSpot, TableSpots
from pipeline.intake.read import Located, locate
from pipeline.intake.read_criteria import is_judged_mark, match_criteria
from pipeline.intake.read_fixed import match_fixed
from pipeline.intake.read_tables import sheet_rows
from pipeline.intake.slots import NOTE, VALUE, Slot, assemble
from pipeline.intake.strays import strays
from pipeline.intake.values import value_text
from pipeline.intake.workbook import BLANK_CELL, Cell, CellKind, Workbook, address
from pipeline.standard.criteria_sheet import FIXED_COLUMNS
from pipeline.standard.types import CRITERIA_TABLE, Standard, Table


@dataclass(frozen=True, slots=True)
class Carried:
    """The client's cells by slot, where each came from, the tables that were found, and what has no place."""

    cells: Mapping[Slot, Cell]
    sources: Mapping[Slot, CellRef]
    tables: frozenset[str]
    left: tuple[Left, ...]
    located: Located

    def data(self, standard: Standard) -> IntakeData:
        """The cells as the content of a workbook."""
        return assemble(self.cells, self.tables, standard)


def carry(workbook: Workbook, standard: Standard) -> Carried:
    """What the workbook says, for the standard layout of the pack."""
    located = locate(workbook, standard)
    carrier = _Carrier(standard)
    for sheet, context, fields, tables in located.sheets:
        carrier.fields(context, fields)
        for table in sheet.tables:
            carrier.table(context, table, tables)
    left = (*carrier.left, *strays(workbook, standard, located, carrier.used))
    return Carried(carrier.cells, carrier.sources, frozenset(carrier.tables), left, located)


@dataclass
class _Carrier:
    """The cells while they are gathered; `used` are the places that were carried, by sheet name."""

    standard: Standard
    cells: dict[Slot, Cell] = field(default_factory=dict)
    sources: dict[Slot, CellRef] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)
    used: dict[str, set[Place]] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)

    # -- fields
    def fields(self, context: Context, spots: FieldSpots) -> None:
        """Values of every year and notes of the fields that were found."""
        units = _changed_units(spots.findings)
        places = {(s.row, c) for s in spots.spots.values() for c in s.value_columns}
        covered = covered_places(context, places)
        for field_id, spot in spots.spots.items():
            keys = keys_of(spot.field)
            for back, column in enumerate(spot.value_columns):
                refused = keys[back] in spots.refused and field_id not in units
                if refused or (spot.row, column) in covered:
                    continue
                slot = (field_id, str(back), VALUE)
                self._take(context, spot.row, column, slot, units.get(field_id))
            if spot.note_column is not None:
                self._take(context, spot.row, spot.note_column, (field_id, "0", NOTE))

    def _take(self, context: Context, row: int, column: int, slot: Slot, unit: str | None = None) -> bool:
        """Takes the cell, with the unit that the client changed it to; False when it is blank."""
        cell = context.cells.cell(row, column)
        if cell.kind is CellKind.BLANK:
            return False
        self.used.setdefault(context.cells.name, set()).add((row, column))
        where = context.ref(row, column)
        self.sources[slot] = where
        self.cells[slot] = _with_unit(cell, unit)
        if isinstance(cell.value, str) and len(cell.value.encode("utf-16-le")) // 2 > CELL_LIMIT:
            self.left.append(Left(where, cell.value, f"文字过长，只带入前 {CELL_LIMIT} 个字符"))
        return True

    # -- tables
    def table(self, context: Context, table: Table, tables: TableSpots) -> None:
        """The rows of a table that was found; a table that was not found stays as the pack gives it."""
        spot = tables.spots.get(table.id)
        if spot is None or not spot.columns:
            return
        units = _changed_units(tables.findings)
        columns = {
            c: p
            for c, p in spot.columns.items()
            if c not in spot.refused_columns or f"{table.id}.{c}" in units
        }
        spot = replace(spot, columns=columns)
        if not columns:
            return
        if table.id == CRITERIA_TABLE:
            self._criteria(context, spot)
        elif table.fixed:
            self._fixed(context, spot, units)
        else:
            self._rows(context, spot, units)

    def _rows(self, context: Context, spot: TableSpot, units: Mapping[str, str]) -> None:
        table = spot.table
        rows = _row_numbers(context, spot)
        covered = covered_places(context, {(r, c) for r in rows for c in spot.columns.values()})
        number = 0
        for row in rows:
            taken = [
                self._take(context, row, place, (table.id, str(number), c), units.get(f"{table.id}.{c}"))
                for c, place in spot.columns.items()
                if (row, place) not in covered
            ]
            number += any(taken)
        self.tables.add(table.id)

    def _fixed(self, context: Context, spot: TableSpot, units: Mapping[str, str]) -> None:
        """The answers of rows with fixed words, by the key of the row; the words are the pack's."""
        table = spot.table
        found = match_fixed(context, spot)
        asked = {key: [c for c in spot.columns if table.question(key, c) is not None] for key in found}
        places = {(row.row, spot.columns[c]) for key, row in found.items() for c in asked[key]}
        covered = covered_places(context, places)
        for key, row in found.items():
            for column in asked[key]:
                place = spot.columns[column]
                if (row.row, place) not in covered:
                    self._take(
                        context, row.row, place, (table.id, key, column), units.get(f"{table.id}.{column}")
                    )

    def _criteria(self, context: Context, spot: TableSpot) -> None:
        found = match_criteria(context, spot, self.standard.listed, Collected())
        columns = {c: p for c, p in spot.columns.items() if c not in FIXED_COLUMNS}
        covered = covered_places(context, {(r.row, c) for r in found.values() for c in columns.values()})
        for criterion, row in found.items():
            for column, place in columns.items():
                judged = is_judged_mark(column, row.cells.get(column, BLANK_CELL))
                if (row.row, place) not in covered and not judged:
                    self._take(context, row.row, place, (CRITERIA_TABLE, criterion, column))


def _changed_units(findings: tuple[Finding, ...]) -> dict[str, str]:
    """By subject, the other unit that the client wrote beside or over the values."""
    return {f.subject: f.details["found"] for f in findings if f.code == "unit_changed"}


def _with_unit(cell: Cell, unit: str | None) -> Cell:
    """The cell; where the client changed the unit, the value goes with that unit, or it would be taken for another."""
    if unit is None or not isinstance(cell.value, str | Decimal) or cell.kind is CellKind.ERROR:
        return cell
    return Cell(f"{value_text(cell.value)} {unit}", CellKind.TEXT)


def _row_numbers(context: Context, spot: TableSpot) -> list[int]:
    """The rows that go with the table: data, and sums and remarks that stand in its own columns."""
    skipped: list[Finding] = []
    rows = {row.row for row in sheet_rows(context, spot, skipped)}
    own = (
        {address(r, c): r for r in range(spot.first_row, spot.last_row + 1) for c in spot.columns.values()}
        if skipped
        else {}
    )
    rows |= {own[f.where.cell] for f in skipped if f.where is not None and f.where.cell in own}
    return sorted(rows)
