"""Which column of a table holds the unit of which other one, row by row."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.formula import syntax as s
from pipeline.memo import per_object
from pipeline.standard.types import Standard


@per_object(16)
def unit_columns(standard: Standard) -> Mapping[tuple[str, str], str]:
    """By table and column: as the pack says (`unit_from`), or as `apply_factor` is given amount and unit."""
    found = {
        (table.id, column.id): column.unit_from
        for table in standard.intake.tables.values()
        for column in table.columns
        if column.unit_from is not None
    }
    formulas = [i.formula for i in standard.indicators.by_id.values()]
    for text in (*formulas, *(c.formula for c in standard.indicators.columns)):
        for node in s.walk(s.parse(text)):
            match node:
                case s.Call(
                    "apply_factor", (_, _, _, s.Column(table, amount), s.Column(other, measure), *_)
                ) if table == other:
                    found[table, amount] = measure
    return found
