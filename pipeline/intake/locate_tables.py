"""Finds the tables of a sheet: by title and header row, wherever they were moved to; columns in any order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline.findings import Finding, nearest
from pipeline.intake.headings import changed_unit, heading_keys, match_headings, overwritten
from pipeline.intake.layout import LABEL_HEADER, NUMBER_HEADER, VALUE_HEADER
from pipeline.intake.places import Context, TableSpot, TableSpots
from pipeline.intake.words import bare_heading, heading_key, listed, shown
from pipeline.messages import finding
from pipeline.standard.types import Field, Table

_BELOW_TITLE: Final = 6
"""A header row is looked for in that many rows below its title."""
_ENOUGH: Final = 0.6
_NUMBERING: Final = ("行", NUMBER_HEADER)
"""Words over the column of row numbers."""

Row = Mapping[int, str]


def locate_tables(context: Context, tables: tuple[Table, ...]) -> TableSpots:
    """The place of every table; missing ones and strange columns as findings."""
    return _Search(context, tables).run() if tables else TableSpots({})


class _Search:
    def __init__(self, context: Context, tables: tuple[Table, ...]) -> None:
        self.context = context
        self.tables = tables
        self.rows = _text_rows(context)
        self.filled = _filled_counts(context)
        self.keys = {r: frozenset(k for t in row.values() for k in _keys(t)) for r, row in self.rows.items()}
        self.titles: dict[str, list[int]] = {}
        self.headers: dict[str, int] = {}
        self.findings: list[Finding] = []
        self.refused: set[str] = set()

    def run(self) -> TableSpots:
        scores = {t.id: self._scores(t) for t in self.tables}
        for table in self.tables:
            self.titles[table.id] = self._titles(table)
        for table in self.tables:
            self._header_below_title(table, scores[table.id])
        for table in self.tables:
            if table.id not in self.headers:
                self._header_anywhere(table, scores[table.id])
        stops = self._stops(scores)
        spots = {t.id: self._spot(t, stops) for t in self.tables if t.id in self.headers}
        return TableSpots(spots, tuple(sorted(stops)), frozenset(self.refused), tuple(self.findings))

    # -- rows ---------------------------------------------------------------------------------------------------
    def _titles(self, table: Table) -> list[int]:
        wanted = heading_key(table.label)
        return [r for r, keys in self.keys.items() if self.filled[r] <= 2 and wanted in keys]

    def _scores(self, table: Table) -> dict[int, float]:
        """The share of the table's columns that each row names."""
        wanted = [heading_keys(c) for c in table.columns]
        everything = frozenset().union(*wanted)
        scores = {}
        for r, keys in self.keys.items():
            if not everything.isdisjoint(keys):
                scores[r] = sum(1 for names in wanted if not names.isdisjoint(keys)) / len(wanted)
        return scores

    def _header_below_title(self, table: Table, scores: Mapping[int, float]) -> None:
        """The best header row below the first title that has one (a sheet may bear the name of its table)."""
        all_titles = sorted(r for rows in self.titles.values() for r in rows)
        for title in self.titles[table.id]:
            end = min([title + _BELOW_TITLE + 1, *(r for r in all_titles if r > title)])
            best = max(range(title + 1, end), key=lambda r: (scores.get(r, 0.0), -r), default=None)
            if best is not None and scores.get(best, 0.0) >= (0.34 if len(table.columns) > 1 else 1):
                self.headers[table.id] = best
                return

    def _header_anywhere(self, table: Table, scores: Mapping[int, float]) -> None:
        taken = set(self.headers.values())
        free = {r: s for r, s in scores.items() if r not in taken and s >= _ENOUGH and len(self.rows[r]) > 1}
        best = [r for r, s in free.items() if s == max(free.values())]
        if len(best) >= 1 and not (len(best) > 1 and self._shares_columns(table)):
            self.headers[table.id] = min(best)
            return
        titles = self.titles[table.id]
        where = self.context.ref(titles[0], min(self.rows[titles[0]]), table.label) if titles else None
        self.refused.add(table.id)
        columns = listed(c.heading for c in table.columns)
        self.findings.append(
            finding(
                "table_missing",
                table.id,
                where or self.context.sheet_ref(table.label),
                table=table.label,
                columns=columns,
            )
        )

    def _shares_columns(self, table: Table) -> bool:
        """Whether another table of the sheet has nearly the same columns, so that a header alone decides nothing."""
        labels = {c.label for c in table.columns}
        return any(
            len(labels & {c.label for c in t.columns}) >= _ENOUGH * len(labels)
            for t in self.tables
            if t.id != table.id
        )

    def _stops(self, scores: Mapping[str, Mapping[int, float]]) -> set[int]:
        """Rows at which a table's data end: titles, headers, second copies, the header of the field block."""
        stops = {r for rows in self.titles.values() for r in rows} | set(self.headers.values())
        header = {heading_key(LABEL_HEADER), heading_key(VALUE_HEADER)}
        stops |= {r for r, keys in self.keys.items() if header <= keys}
        for table in self.tables:
            if table.id in self.headers:
                stops |= self._copies(table, scores[table.id], stops)
        return stops

    def _copies(self, table: Table, scores: Mapping[int, float], stops: set[int]) -> set[int]:
        """A second title or header of the table is reported once."""
        header = self.headers[table.id]
        titles = [r for r in self.titles[table.id] if r > header]
        headers = [
            r
            for r, s in scores.items()
            if s >= max(_ENOUGH, scores[header]) and r > header and r not in stops
        ]
        if titles or (headers and not self._shares_columns(table)):
            first = min([*titles, *headers])
            where = self.context.ref(first, min(self.rows[first]), table.label)
            self.findings.append(finding("table_duplicated", table.id, where, table=table.label))
            return {first, *headers}
        return set()

    # -- columns ------------------------------------------------------------------------------------------------
    def _spot(self, table: Table, stops: set[int]) -> TableSpot:
        header = self.headers[table.id]
        columns, refused = _Columns(self.context, table, header, self.rows[header]).run(self.findings)
        last = min((r for r in stops if r > header), default=self.context.cells.rows) - 1
        return TableSpot(table, header, columns, header + 1, last, frozenset(refused))


class _Columns:
    """Matches the header row of one table with its columns."""

    def __init__(self, context: Context, table: Table, header: int, texts: Row) -> None:
        self.context, self.table, self.header = context, table, header
        numbering = {heading_key(w) for w in _NUMBERING} - {heading_key(c.label) for c in table.columns}
        self.texts = {p: t for p, t in texts.items() if heading_key(t) not in numbering}
        self.taken = {p for p, t in texts.items() if p not in self.texts}
        self.columns: dict[str, int] = {}
        self.refused: set[str] = set()

    def run(self, findings: list[Finding]) -> tuple[dict[str, int], set[str]]:
        matched = match_headings(self.texts, self.table.columns)
        self.columns = {c: places[0] for c, places in matched.items()}
        self._doubled(findings, {c: places for c, places in matched.items() if len(places) > 1})
        free = {
            p: t for p, t in self.texts.items() if p not in {x for places in matched.values() for x in places}
        }
        for column in self.table.columns:
            if column.id not in matched and column.id not in self.refused:
                self._missing(findings, column, free)
        for column in self.table.columns:
            place = self.columns.get(column.id)
            other = changed_unit(self.texts.get(place, ""), column) if place is not None else None
            if place is not None and other is not None:
                self._refuse(
                    findings, "unit_changed", column, place, found=shown(other), unit=column.unit or ""
                )
        return self.columns, self.refused

    def _doubled(self, findings: list[Finding], doubled: Mapping[str, list[int]]) -> None:
        """A heading that stands twice is one fault, even where it replaced another one."""
        order = [c.id for c in self.table.columns]
        blamed = {c: places[1] for c, places in doubled.items()}
        for column in order:
            replaced = None if column in self.columns else overwritten(order, self.columns, doubled, column)
            if replaced is not None:
                blamed[replaced[0]] = replaced[1]
                self.refused.add(column)
        for column, place in blamed.items():
            self._refuse(findings, "column_duplicated", self.table.column(column), place)

    def _refuse(
        self, findings: list[Finding], code: str, column: Field, place: int | None, **words: str
    ) -> None:
        self.refused.add(column.id)
        where = self.context.ref(self.header, min(self.texts) if place is None else place, column.label)
        subject = f"{self.table.id}.{column.id}"
        details = {"table": self.table.label, "column": column.label, **words}
        findings.append(finding(code, subject, where, **details))

    def _missing(self, findings: list[Finding], column: Field, free: dict[int, str]) -> None:
        """A similar heading in the right place is taken with a note; otherwise the column is missing."""
        between = self._between(column)
        candidates = {p: t for p, t in free.items() if p in between}
        near = nearest(heading_key(column.label), [heading_key(t) for t in candidates.values()])
        place = next((p for p, t in candidates.items() if heading_key(t) == near), None)
        empty = [p for p in between if not self.texts.get(p)]
        if place is None and self.context.known_template and len(between) == 1 and empty:
            self._take(findings, column, empty[0], "位置")
        elif place is not None and self.context.known_template:
            self._take(findings, column, place, "相近名称和位置")
            del free[place]
        else:
            at = next(iter(candidates), None) if len(candidates) == 1 else None
            words = f"，“{shown(candidates[at])}”是否就是这一列" if at is not None else ""
            self._refuse(findings, "column_missing", column, at, near=words)

    def _take(self, findings: list[Finding], column: Field, place: int, how: str) -> None:
        self.columns[column.id] = place
        where = self.context.ref(self.header, place, column.label)
        found = shown(self.texts.get(place, ""))
        subject = f"{self.table.id}.{column.id}"
        findings.append(finding("column_changed", subject, where, column=column.label, found=found, how=how))

    def _between(self, column: Field) -> list[int]:
        """The sheet columns between the neighbours that were found, in the order of the pack."""
        order = [c.id for c in self.table.columns]
        index = order.index(column.id)
        before = [self.columns[c] for c in order[:index] if c in self.columns]
        after = [self.columns[c] for c in order[index + 1 :] if c in self.columns]
        taken = set(self.columns.values()) | self.taken
        low = before[-1] + 1 if before else (after[0] - 1 if after else 0)
        high = after[0] if after else low + 1
        return [p for p in range(max(low, 0), high) if p not in taken]


def _keys(text: str) -> tuple[str, str]:
    return heading_key(text), bare_heading(text)


def _text_rows(context: Context) -> dict[int, dict[int, str]]:
    texts = (
        (r, {c: cell.value for c, cell in cells.items() if isinstance(cell.value, str)})
        for r, cells in context.cells.filled.items()
    )
    return {r: row for r, row in texts if row}


def _filled_counts(context: Context) -> dict[int, int]:
    return {r: len(cells) for r, cells in context.cells.filled.items()}
