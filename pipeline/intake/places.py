"""What the search for fields and tables in a sheet gives: rows and columns, and what was strange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.findings import CellRef, Finding
from pipeline.intake.workbook import SheetCells, address
from pipeline.standard.types import Field, Table


@dataclass(frozen=True, slots=True)
class Context:
    """One sheet of the workbook while it is searched.

    `known_template` tells that the workbook says it was made from this very pack: only then may a position decide.
    """

    file: str
    cells: SheetCells
    known_template: bool
    defined_names: Mapping[str, tuple[str, int, int]] = field(default_factory=dict)

    def ref(self, row: int, column: int, label: str = "") -> CellRef:
        """The reference of a cell of this sheet."""
        return CellRef(self.file, self.cells.name, address(row, column), label)

    def sheet_ref(self, label: str = "") -> CellRef:
        """The reference of the sheet as a whole."""
        return CellRef(self.file, self.cells.name, "", label)


@dataclass(frozen=True, slots=True)
class FieldSpot:
    """The row of a field, the columns of its values (evaluation year first) and of its note."""

    field: Field
    row: int
    value_columns: tuple[int, ...]
    note_column: int | None


@dataclass(frozen=True, slots=True)
class FieldSpots:
    """The fields of a sheet that were found; `refused` are ids (`id`, `id@1`) that have a finding already."""

    spots: Mapping[str, FieldSpot]
    refused: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class TableSpot:
    """A table: its header row, the sheet column of each column id, its data rows [first, last]."""

    table: Table
    header_row: int
    columns: Mapping[str, int]
    first_row: int
    last_row: int
    refused_columns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TableSpots:
    """The tables of a sheet that were found; `rows` are all rows that belong to a title or a header."""

    spots: Mapping[str, TableSpot]
    rows: tuple[int, ...] = ()
    refused: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
