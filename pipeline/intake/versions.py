"""Workbooks made from an earlier version of the pack: which of their fields are which of ours.

Such a workbook tells itself which label stood for which id (its sheet 字段对照表, and its defined names); the pack's
CHANGELOG.md tells which ids were renamed since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pipeline.intake.identity import PACK_VERSION_KEY, STANDARD_KEY
from pipeline.intake.layout import DICTIONARY_SHEET, FIELD_NAME_PREFIX, TABLE_NAME_PREFIX
from pipeline.intake.words import clean
from pipeline.intake.workbook import SheetCells, Workbook
from pipeline.standard.history import renamed_since
from pipeline.standard.types import Field, IntakeSchema, Sheet, Standard, Table

_TITLE, _LABEL, _ID = 0, 2, 3
_FIRST_ROW = 3


@dataclass(frozen=True, slots=True)
class Known:
    """The workbook with the present names, the schema with the labels that stand in it, and the present ids of fields
    and columns that its version did not have yet (with their labels)."""

    workbook: Workbook
    schema: IntakeSchema
    renamed: Mapping[str, str]
    added: tuple[str, ...] = ()


def as_known(workbook: Workbook, standard: Standard) -> Known:
    """What has to be looked for in the workbook; for one of the present version, what the pack says."""
    version = workbook.identity.get(PACK_VERSION_KEY, "")
    same_standard = workbook.identity.get(STANDARD_KEY) == standard.id
    if not same_standard or version in ("", standard.identity.pack_version):
        return Known(workbook, standard.intake, {})
    renamed = renamed_since(standard.history, version)
    names = {_renamed_name(n, renamed): target for n, target in workbook.defined_names.items()}
    workbook = replace(workbook, defined_names=names)
    dictionary = workbook.sheet(DICTIONARY_SHEET)
    entries = _entries(dictionary, renamed) if dictionary is not None else {}
    if not entries:
        return Known(workbook, standard.intake, renamed)
    sheets = tuple(s for s in (_sheet(s, entries) for s in standard.intake.sheets) if s.fields or s.tables)
    return Known(workbook, replace(standard.intake, sheets=sheets), renamed, _added(standard, entries))


def _renamed_name(name: str, renamed: Mapping[str, str]) -> str:
    for prefix in (FIELD_NAME_PREFIX, TABLE_NAME_PREFIX):
        if name.startswith(prefix):
            return prefix + renamed.get(name.removeprefix(prefix), name.removeprefix(prefix))
    return name


Entries = Mapping[str, tuple[str, str]]
"""By present id of a field or `table.column`, the title and the label that the workbook has."""


def _entries(dictionary: SheetCells, renamed: Mapping[str, str]) -> Entries:
    entries: dict[str, tuple[str, str]] = {}
    for row in range(_FIRST_ROW, dictionary.rows):
        title, label, id_ = (clean(dictionary.text(row, c)) for c in (_TITLE, _LABEL, _ID))
        if not id_.replace(".", "").replace("_", "").isascii():
            continue  # the line of an earlier year
        present = renamed.get(id_, id_)
        if "." in id_ and present == id_:  # a column of a table that was renamed
            table, _, column = id_.partition(".")
            present = f"{renamed.get(table, table)}.{column}"
        entries[present] = (title, label.rpartition(" / ")[2] if "." in id_ else label)
    return entries


def _sheet(sheet: Sheet, entries: Entries) -> Sheet:
    """The sheet as it stood in the workbook: without what it did not have."""
    ids = [f.id for f in sheet.fields] + [f"{t.id}.{c.id}" for t in sheet.tables for c in t.columns]
    titles = {entries[i][0] for i in ids if i in entries} - {sheet.title}
    tables = tuple(t for t in (_table(t, entries) for t in sheet.tables) if t.columns)
    return replace(
        sheet,
        aliases=(*sheet.aliases, *sorted(titles)),
        fields=_fields(sheet.fields, "", entries),
        tables=tables,
    )


def _table(table: Table, entries: Entries) -> Table:
    return replace(table, columns=_fields(table.columns, f"{table.id}.", entries))


def _fields(fields: Iterable[Field], prefix: str, entries: Entries) -> tuple[Field, ...]:
    there = [f for f in fields if prefix + f.id in entries]
    labels = {entries[prefix + f.id][1] for f in there}
    return tuple(_field(f, entries[prefix + f.id][1], labels) for f in there)


def _field(field: Field, label: str, labels: set[str]) -> Field:
    """The field by the label that it has in the workbook; words that name another field there are no aliases."""
    aliases = tuple(a for a in (field.label, *field.aliases) if a not in labels)
    return replace(field, label=label, aliases=aliases) if label != field.label else field


def _added(standard: Standard, entries: Entries) -> tuple[str, ...]:
    fields = [f.label for f in standard.intake.fields.values() if f.id not in entries]
    columns = [
        f"{t.label} / {c.label}"
        for t in standard.intake.tables.values()
        for c in t.columns
        if f"{t.id}.{c.id}" not in entries
    ]
    return (*fields, *columns)
