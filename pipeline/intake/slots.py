"""Where an answer goes, whatever the workbook looks like; from there to the writer's data and to addresses."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pipeline.intake.blank import with_room
from pipeline.intake.data_file import IntakeData
from pipeline.intake.data_values import CellContent
from pipeline.intake.layout import VALUE_COLUMN, SheetLayout, TablePlace, layout
from pipeline.intake.workbook import address
from pipeline.standard.types import CRITERIA_TABLE, Standard

Slot = tuple[str, str, str]
"""(field id, years back, "value" or "note"), (table id, row number from 0, column id), (id of a table with fixed rows, key of
the row, column id) or (`criteria`, criterion id, column id)."""
VALUE, NOTE = "value", "note"

Place = tuple[str, str]
"""Sheet title and cell address."""


def assemble(contents: Mapping[Slot, CellContent], tables: Collection[str], standard: Standard) -> IntakeData:
    """The contents as the writer takes them. `tables` are ids of tables that are written even without rows; other
    tables without rows stay as the pack gives them."""
    values: dict[int, dict[str, CellContent]] = {}
    notes: dict[str, CellContent] = {}
    criteria: dict[str, dict[str, CellContent]] = {}
    fixed: dict[str, dict[str, dict[str, CellContent]]] = {}
    rows: dict[str, dict[int, dict[str, CellContent]]] = {table: {} for table in tables}
    for (owner, key, part), content in contents.items():
        if owner in standard.intake.fields:
            target = notes if part == NOTE else values.setdefault(int(key), {})
            target[owner] = content
        elif owner == CRITERIA_TABLE:
            criteria.setdefault(key, {})[part] = content
        elif standard.intake.tables[owner].fixed:
            fixed.setdefault(owner, {}).setdefault(key, {})[part] = content
        else:
            rows.setdefault(owner, {}).setdefault(int(key), {})[part] = content
    return IntakeData(
        fields=values.get(0, {}),
        earlier={back: cells for back, cells in values.items() if back},
        tables={table: tuple(cells for _, cells in sorted(by_row.items())) for table, by_row in rows.items()},
        criteria=criteria,
        notes=notes,
        fixed=fixed,
    )


def places_of(data: IntakeData, standard: Standard) -> dict[Slot, Place]:
    """The address of every slot in the workbook that is written for the data."""
    places: dict[Slot, Place] = {}
    for plan in layout(with_room(standard.intake, data)):
        places |= _field_places(plan)
        for table in plan.tables:
            places |= _table_places(plan, table)
    return places


def _field_places(plan: SheetLayout) -> dict[Slot, Place]:
    title, places = plan.sheet.title, {}
    for place in plan.fields:
        for back in range(place.field.years):
            slot = (place.field.id, str(back), VALUE)
            places[slot] = (title, address(place.row, VALUE_COLUMN + back))
        places[place.field.id, "0", NOTE] = (title, address(place.row, plan.note_column))
    return places


def _table_places(plan: SheetLayout, place: TablePlace) -> dict[Slot, Place]:
    table = place.table
    keys = [str(n) for n in range(place.last_row - place.first_row + 1)]
    if table.id == CRITERIA_TABLE:
        keys = [str(row["criterion"]) for row in table.prefill]
    elif table.fixed:
        keys = [str(row[table.key[0]]) for row in table.prefill]
    return {
        (table.id, key, column.id): (
            plan.sheet.title,
            address(place.first_row + at, place.column(column.id)),
        )
        for at, key in enumerate(keys)
        for column in table.columns
    }
