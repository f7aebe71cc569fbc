"""Finds the fields of a sheet: header row by its words, then each label, wherever rows and columns were moved to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.findings import CellRef, Finding, nearest
from pipeline.intake.headings import changed_unit, heading_keys, is_other_unit, match_headings, overwritten
from pipeline.intake.layout import (
    EARLIER_HEADERS,
    FIELD_NAME_PREFIX,
    LABEL_COLUMN,
    LABEL_HEADER,
    NOTE_HEADER,
    UNIT_HEADER,
    VALUE_COLUMN,
    VALUE_HEADER,
)
from pipeline.intake.numbers import same_unit
from pipeline.intake.places import Context, FieldSpot, FieldSpots
from pipeline.intake.words import bare_heading, clean, heading_key, shown
from pipeline.intake.workbook import CellKind
from pipeline.messages import finding
from pipeline.standard.types import Field, Sheet

_HEADER_WORDS = {
    bare_heading(h): key
    for key, h in (
        ("label", LABEL_HEADER),
        ("unit", UNIT_HEADER),
        ("value", VALUE_HEADER),
        ("note", NOTE_HEADER),
    )
} | {bare_heading(h): f"earlier{n}" for n, h in enumerate(EARLIER_HEADERS, 1)}


@dataclass(frozen=True, slots=True)
class _Header:
    """Columns of the field block. `row` is -1 when the header row is gone; `values` may be empty."""

    row: int
    label: int
    unit: int | None
    values: tuple[int, ...]
    note: int | None


def locate_fields(context: Context, sheet: Sheet, table_rows: Sequence[int]) -> FieldSpots:
    """The place of every field; `table_rows` are title and header rows of tables, where the labels end."""
    return _Search(context, sheet, table_rows).run() if sheet.fields else FieldSpots({})


class _Search:
    def __init__(self, context: Context, sheet: Sheet, table_rows: Sequence[int]) -> None:
        self.context = context
        self.sheet = sheet
        self.table_rows = table_rows
        self.years = max(f.years for f in sheet.fields)
        self.findings: list[Finding] = []
        self.refused: set[str] = set()
        self.rows: dict[str, int] = {}
        self.doubled: set[int] = set()
        self.filled_rows = context.cells.filled.keys()

    def run(self) -> FieldSpots:
        header = self._header()
        if header is None:
            self.refused |= {key for f in self.sheet.fields for key in keys_of(f)}
            return FieldSpots({}, frozenset(self.refused), tuple(self.findings))
        labels = self._labels(header)
        self._by_label(header, labels)
        free = {r: t for r, t in labels.items() if r not in self.rows.values() and r not in self.doubled}
        for field in self.sheet.fields:
            if field.id not in self.rows and field.id not in self.refused:
                self._by_other_means(header, field, free)
        spots = {f.id: self._spot(header, f) for f in self.sheet.fields if f.id in self.rows}
        self._units(header)
        self._unknown(header, free)
        return FieldSpots(spots, frozenset(self.refused), tuple(self.findings))

    # -- header -------------------------------------------------------------------------------------------------
    def _header(self) -> _Header | None:
        row, columns = self._header_row()
        if len(columns.get("value", ())) > 1:
            where = self.context.ref(row, columns["value"][1])
            words = {"table": self.sheet.title, "column": VALUE_HEADER}
            self._add("column_duplicated", "", where, **words)
            return None
        label = columns["label"][0] if columns.get("label") else self._label_column()
        if label is None:
            self._add("header_missing", "", self.context.sheet_ref(), header=LABEL_HEADER)
            return None
        unit = columns["unit"][0] if columns.get("unit") else None
        values = self._value_columns(row, label, unit, columns)
        if values is None:
            return None
        note = columns["note"][0] if columns.get("note") else None
        return _Header(row, label, unit, values, note)

    def _header_row(self) -> tuple[int, dict[str, list[int]]]:
        """The row with the most words of the header, and the columns of its words."""
        rows: dict[int, dict[str, list[int]]] = {}
        for r, cells in self.context.cells.filled.items():
            for c, cell in cells.items():
                if isinstance(cell.value, str) and len(cell.value) < 60:
                    key = _HEADER_WORDS.get(bare_heading(cell.value))
                    if key is not None:
                        rows.setdefault(r, {}).setdefault(key, []).append(c)
        first = min(self.table_rows, default=None)
        best = max(rows, key=lambda r: (len(rows[r]), first is None or r < first, -r), default=-1)
        if best < 0 or len(rows[best]) < 2:
            return -1, {}
        return best, rows[best]

    def _label_column(self) -> int | None:
        """The column in which most labels stand, when the header does not say it."""
        counts: dict[int, int] = {}
        wanted = frozenset[str]().union(*map(heading_keys, self.sheet.fields))
        for cells in self.context.cells.filled.values():
            for c, cell in cells.items():
                if isinstance(cell.value, str) and heading_key(cell.value) in wanted:
                    counts[c] = counts.get(c, 0) + 1
        return max(counts, key=lambda c: (counts[c], -c), default=None)

    def _value_columns(
        self, row: int, label: int, unit: int | None, columns: dict[str, list[int]]
    ) -> tuple[int, ...] | None:
        """Columns of the evaluation year and the earlier ones; by position only in a known template."""
        base = unit + 1 if unit is not None else label + VALUE_COLUMN - LABEL_COLUMN
        places: list[int] = []
        for n in range(self.years):
            key = "value" if n == 0 else f"earlier{n}"
            name = VALUE_HEADER if n == 0 else EARLIER_HEADERS[n - 1]
            found = columns.get(key)
            if found:
                places.append(found[0])
                continue
            place = places[-1] + 1 if places else base
            where = self.context.ref(max(row, 0), place) if row >= 0 else self.context.sheet_ref()
            taken = any(place in c for c in columns.values())
            if not self.context.known_template or taken:
                self._add("header_missing", "", where, header=name)
                return None
            self._add("header_changed", "", where, header=name)
            places.append(place)
        return tuple(places)

    # -- labels -------------------------------------------------------------------------------------------------
    def _labels(self, header: _Header) -> dict[int, str]:
        """Texts of the label column from the header to the first table below it."""
        last = min((r for r in self.table_rows if r > header.row), default=self.context.cells.rows)
        texts = {r: self.context.cells.text(r, header.label) for r in range(header.row + 1, last)}
        return {r: t for r, t in texts.items() if clean(t)}

    def _by_label(self, header: _Header, labels: dict[int, str]) -> None:
        """Fields whose label stands there. A label that stands twice is one fault, even where it replaced another."""
        matched = match_headings(labels, self.sheet.fields)
        self.rows = {field_id: rows[0] for field_id, rows in matched.items()}
        doubled = {field_id: rows for field_id, rows in matched.items() if len(rows) > 1}
        blamed = {field_id: rows[1] for field_id, rows in doubled.items()}
        for field in self.sheet.fields:
            if field.id not in matched:
                replaced = overwritten([f.id for f in self.sheet.fields], self.rows, doubled, field.id)
                if replaced is not None:
                    blamed[replaced[0]] = replaced[1]
                    self._refuse(field)
        for field in self.sheet.fields:
            if field.id in doubled:
                self.doubled |= set(doubled[field.id])
                self._refuse(field)
                where = self.context.ref(blamed[field.id], header.label, field.label)
                self._add("label_duplicated", field.id, where, label=field.label)

    def _by_other_means(self, header: _Header, field: Field, free: dict[int, str]) -> None:
        """A label that cannot be read: by defined name, by likeness and unit, by position between its neighbours."""
        between = self._between(header, field)
        named = self._named_row(header, field)
        row, how = None, ""
        alike = self._alike(header, field, free)
        if named is not None and (named in free or not self.context.cells.text(named, header.label)):
            row, how = named, "定义名称"
        elif alike is not None and (alike in between or self.context.known_template):
            row, how = alike, "相近名称和单位"
        elif self.context.known_template and len(between) == 1 and between[0] not in free:
            row, how = (between[0], "位置") if self._is_row_of(header, field, between[0]) else (None, "")
        if row is not None and row not in self.rows.values():
            self.rows[field.id] = row
            where = self.context.ref(row, header.label, field.label)
            self._add(
                "label_changed", field.id, where, label=field.label, found=shown(free.pop(row, "")), how=how
            )
            return
        self._refuse(field)
        candidates = [r for r in between if r in free]
        if len(candidates) == 1:
            where, words = self.context.ref(candidates[0], header.label), shown(free.pop(candidates[0]))
            self._add("label_missing", field.id, where, label=field.label, near=f"，“{words}”是否就是这一项")
        else:
            self._add(
                "label_missing", field.id, self.context.sheet_ref(field.label), label=field.label, near=""
            )

    def _named_row(self, header: _Header, field: Field) -> int | None:
        """The row that the field's defined name points to; names of files written by programs may be stale."""
        target = self.context.defined_names.get(FIELD_NAME_PREFIX + field.id)
        if target is None or target[0] != self.context.cells.name or target[1] in self.rows.values():
            return None
        return target[1] if self._is_row_of(header, field, target[1]) else None

    def _is_row_of(self, header: _Header, field: Field, row: int) -> bool:
        """Whether the row may be the field's: something stands in it, and beside a number its unit."""
        if field.is_number and header.unit is not None:
            return same_unit(self.context.cells.text(row, header.unit), field.unit)
        return row in self.filled_rows

    def _alike(self, header: _Header, field: Field, free: dict[int, str]) -> int | None:
        near = nearest(heading_key(field.label), [heading_key(t) for t in free.values()])
        row = next((r for r, t in free.items() if heading_key(t) == near), None)
        if row is None:
            return None
        missing = [heading_key(f.label) for f in self.sheet.fields if f.id not in self.rows]
        mutual = nearest(heading_key(free[row]), missing) == heading_key(field.label)
        unit = self.context.cells.text(row, header.unit) if header.unit is not None else ""
        return row if mutual and (not field.is_number or same_unit(unit, field.unit)) else None

    def _between(self, header: _Header, field: Field) -> list[int]:
        """Rows between the neighbours that were found, in the order of the pack."""
        order = [f.id for f in self.sheet.fields]
        index = order.index(field.id)
        before = [self.rows[f] for f in order[:index] if f in self.rows]
        after = [self.rows[f] for f in order[index + 1 :] if f in self.rows]
        low = before[-1] + 1 if before else header.row + 1
        return list(range(low, after[0] if after else low + 1))

    # -- units and strangers ------------------------------------------------------------------------------------
    def _spot(self, header: _Header, field: Field) -> FieldSpot:
        return FieldSpot(field, self.rows[field.id], header.values[: field.years], header.note)

    def _units(self, header: _Header) -> None:
        """A unit that was changed beside the value or in the label: the value cannot be trusted. One finding a field."""
        for field in self.sheet.fields:
            row = self.rows.get(field.id)
            if row is None or field.id in self.refused:
                continue
            beside = "" if header.unit is None else self.context.cells.text(row, header.unit)
            in_label = changed_unit(self.context.cells.text(row, header.label), field)
            if header.unit is not None and is_other_unit(beside, field):
                place, found = header.unit, beside
            elif in_label is not None:
                place, found = header.label, in_label
            else:
                continue
            self._refuse(field)
            where = self.context.ref(row, place, field.label)
            self._add("unit_changed", field.id, where, found=shown(found), unit=field.unit or "")

    def _unknown(self, header: _Header, free: dict[int, str]) -> None:
        for row, text in sorted(free.items()):
            if any(self.context.cells.cell(row, c).kind is not CellKind.BLANK for c in header.values):
                self._add("row_unknown", "", self.context.ref(row, header.label), found=shown(text))

    def _refuse(self, field: Field) -> None:
        self.refused |= set(keys_of(field))

    def _add(self, code: str, subject: str, where: CellRef, **details: str) -> None:
        self.findings.append(finding(code, subject, where, **details))


def keys_of(field: Field) -> list[str]:
    """The keys of a field's answers: `id`, then `id@1`, `id@2` for earlier years."""
    return [field.id, *(f"{field.id}@{n}" for n in range(1, field.years))]
