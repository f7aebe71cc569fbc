"""Which sheet of a workbook is which sheet of the pack: by title, then by its headings, then by position."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.findings import CellRef, Finding, nearest
from pipeline.intake.headings import heading_keys
from pipeline.intake.layout import OWN_SHEETS
from pipeline.intake.words import bare_heading, folded, heading_key, shown
from pipeline.intake.workbook import Cell, SheetCells, Workbook
from pipeline.memo import per_object
from pipeline.messages import finding
from pipeline.standard.types import IntakeSchema, Sheet

_ENOUGH: Final = 0.6
"""Share of a sheet's headings that must be found to know it by its content."""
_LONGEST_NAME: Final = 64
_COPY = re.compile(r"(.+?)\s*(?:[(（]\d+[)）]|_\d+|[-－—]?\s*副本\d*|\s*-?\s*copy\d*)", re.I)
_EXPORTED = re.compile(r"\s*[-－—]\s*(?:表格|table)\s*\d+\s*$", re.I)
"""What Numbers adds to the name of a sheet."""


@dataclass(frozen=True, slots=True)
class Located:
    """The workbook's sheet for each sheet id of the pack (absent ones are left out), and what was strange."""

    sheets: Mapping[str, SheetCells]
    findings: tuple[Finding, ...]


def locate_sheets(workbook: Workbook, schema: IntakeSchema, known_template: bool) -> Located:
    """Finds the sheets. Only in a workbook made from this pack (`known_template`) may the position decide."""
    search = _Search(workbook, schema)
    search.by_names()
    search.by_content()
    if known_template:
        search.by_position()
    return Located(search.found, (*search.notes, *search.rest()))


class _Search:
    """The state of one search: found sheets and those that are left."""

    def __init__(self, workbook: Workbook, schema: IntakeSchema) -> None:
        self.file = workbook.file
        self.wanted = list(schema.sheets)
        self.order = {s.id: i for i, s in enumerate(schema.sheets)}
        self.left = [s for s in workbook.sheets if s.name not in OWN_SHEETS]
        self.positions = {s.name: i for i, s in enumerate(self.left)}
        self.found: dict[str, SheetCells] = {}
        self.notes: list[Finding] = []
        self._words: dict[str, frozenset[str]] = {}

    def take(self, sheet: Sheet, cells: SheetCells, how: str = "") -> None:
        """Settles a pair; `how` is said in a note unless the name is the exact title."""
        self.found[sheet.id] = cells
        self.wanted.remove(sheet)
        self.left.remove(cells)
        where = CellRef(self.file, cells.name)
        if how:
            self.notes.append(
                finding("sheet_renamed", sheet.id, where, title=sheet.title, found=shown(cells.name), how=how)
            )
        if cells.hidden:
            self.notes.append(finding("sheet_hidden", sheet.id, where, title=sheet.title))

    def by_names(self) -> None:
        """Exact title, alias, then title or alias but for width, blanks and case."""
        for how in ("", "曾用名", "名称"):
            for sheet in list(self.wanted):
                cells = self._named(sheet, how)
                if cells is not None:
                    self.take(sheet, cells, how)

    def _named(self, sheet: Sheet, how: str) -> SheetCells | None:
        if how == "":
            return next((c for c in self.left if c.name == sheet.title), None)
        if how == "曾用名":
            return next((c for c in self.left if c.name in sheet.aliases), None)
        names = {folded(n) for n in (sheet.title, *sheet.aliases)}
        alike = [c for c in self.left if folded(_EXPORTED.sub("", c.name)) in names]
        return alike[0] if len(alike) == 1 else None

    def by_content(self) -> None:
        """Pairs whose headings agree; only where both sides have a single best partner."""
        scores = {(s.id, c.name): self.score(s, c) for s in self.wanted for c in self.left}
        for sheet in list(self.wanted):
            best = _single_best({c.name: scores[sheet.id, c.name] for c in self.left})
            if best is None or best[1] < _ENOUGH:
                continue
            back = _single_best({s.id: scores[s.id, best[0]] for s in self.wanted})
            if back is not None and back[0] == sheet.id:
                self.take(sheet, next(c for c in self.left if c.name == best[0]), "表内项目")

    def by_position(self) -> None:
        """The sheet that stands where the missing one should, when some of its headings are there."""
        for sheet in list(self.wanted):
            cells = next((c for c in self.left if self.positions[c.name] == self.order[sheet.id]), None)
            if cells is not None and self.score(sheet, cells) > 0:
                self.take(sheet, cells, "位置")

    def score(self, sheet: Sheet, cells: SheetCells) -> float:
        """The share of the sheet's headings that stand in the cells."""
        headings = sheet_headings(sheet)
        words = self._words.setdefault(cells.name, _texts(cells))
        return sum(1 for keys in headings if keys & words) / len(headings) if headings else 0.0

    def rest(self) -> Iterator[Finding]:
        """What is missing, doubled or strange, after the search."""
        spare = [c.name for c in self.left]
        for sheet in self.wanted:
            near = nearest(sheet.title, spare)
            words = f"，是否为“{near}”（内容与录入表不符）" if near else ""
            yield finding(
                "sheet_missing", sheet.id, CellRef(self.file, sheet.title), title=sheet.title, near=words
            )
        titles = {s.name: key for key, s in self.found.items()}
        for cells in self.left:
            copied = self._copied(cells, titles)
            where = CellRef(self.file, cells.name)
            if copied is None:
                yield finding("sheet_extra", "", where, found=shown(cells.name))
            else:
                same = "相同" if _same(cells, self.found[copied]) else "不同"
                title = self.found[copied].name
                yield finding("sheet_duplicated", copied, where, title=title, found=cells.name, same=same)

    def _copied(self, cells: SheetCells, titles: Mapping[str, str]) -> str | None:
        """The id of the found sheet that this one looks like a copy of."""
        match = _COPY.fullmatch(cells.name[:_LONGEST_NAME])
        if match:
            original = next((t for t in titles if folded(t) == folded(match.group(1))), None)
            if original is not None:
                return titles[original]
        return next((key for key, other in self.found.items() if _same(cells, other)), None)


@per_object(256)
def sheet_headings(sheet: Sheet) -> tuple[frozenset[str], ...]:
    """The spellings of each heading that a sheet has: field labels and column headings."""
    return tuple(
        heading_keys(asked) for asked in (*sheet.fields, *(c for t in sheet.tables for c in t.columns))
    )


def _texts(cells: SheetCells) -> frozenset[str]:
    texts = {
        c.value
        for row in cells.filled.values()
        for c in row.values()
        if isinstance(c.value, str) and len(c.value) < 100
    }
    return frozenset(key for text in texts for key in (heading_key(text), bare_heading(text)))


def _single_best(scores: Mapping[str, float]) -> tuple[str, float] | None:
    """The entry with the highest score; None when two share it."""
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0]


def _same(left: SheetCells, right: SheetCells) -> bool:
    """Whether the same texts stand in the same places; empty sheets are copies of nothing."""
    if not left.filled or left.filled.keys() != right.filled.keys():
        return False
    return all(_texts_of(cells) == _texts_of(right.filled[row]) for row, cells in left.filled.items())


def _texts_of(cells: Mapping[int, Cell]) -> dict[int, str]:
    return {column: str(cell.value) for column, cell in cells.items()}
