"""The kinds of a pack's names, for the unit check of its formulas."""

from __future__ import annotations

from pipeline.formula import typing as ft
from pipeline.standard.types import ComputedColumn, Field, Standard
from pipeline.units import Unit, unit

_BY_TYPE: dict[str, ft.Kind] = {
    "text": ft.TEXT,
    "long_text": ft.TEXT,
    "month": ft.TEXT,
    "choice": ft.TEXT,
    "multi_choice": ft.CHOICES,
    "yes_no": ft.TRUTH,
    "date": ft.DATE,
    "year": ft.YEAR,
}


DERIVED_KINDS: dict[str, ft.Kind] = {"text": ft.TEXT, "truth": ft.TRUTH, "date": ft.DATE}


def field_kind(field: Field) -> ft.Kind:
    """The kind of a field's values; a column that leaves its unit to another one of the row is a bare number."""
    if not field.is_number:
        return _BY_TYPE[field.type]
    return field.measure if field.unit else ft.BARE


def column_kind(column: ComputedColumn) -> ft.Kind:
    """The kind of a computed column's values."""
    return column.measure if column.type == "number" else DERIVED_KINDS[column.type]


def scope_names(standard: Standard) -> frozenset[str]:
    """Every name that a formula of the pack may use."""
    indicators = standard.indicators
    return frozenset(
        {
            *standard.intake.fields,
            *standard.intake.tables,
            *indicators.by_id,
            *indicators.constants_by_id,
            *indicators.derived_by_id,
        }
    )


def kinds_of(standard: Standard) -> ft.Kinds:
    """The checker over the names of this pack."""
    computed = {(c.table, c.column): column_kind(c) for c in standard.indicators.columns}

    def name(key: str) -> ft.Kind | None:
        if key in standard.intake.fields:
            return field_kind(standard.intake.fields[key])
        if key in standard.intake.tables:
            return ft.TABLE
        if key in standard.indicators.by_id:
            return standard.indicators.by_id[key].measure
        if key in standard.indicators.constants_by_id:
            return standard.indicators.constants_by_id[key].measure
        if key in standard.indicators.derived_by_id:
            return DERIVED_KINDS[standard.indicators.derived_by_id[key].type]
        return None

    def column(table_id: str, column_id: str) -> ft.Kind | None:
        table = standard.intake.tables.get(table_id)
        if table is not None and column_id in table.by_id:
            return field_kind(table.by_id[column_id])
        return computed.get((table_id, column_id))

    def factor(family_id: str, what: str) -> Unit | None:
        family = standard.factors.get(family_id)
        if family is None:
            return None
        result = unit(family.result_unit)
        if what == "result":
            return result
        per = {e.per for s in family.sets for e in s.entries}
        return result / unit(per.pop()) if len(per) == 1 else None

    return ft.Kinds(name, column, factor, tuple(e.edition for e in standard.family))
