"""Findings at their cells: a fill by severity and a note with what is wrong, 怎么改 and what it blocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.findings import SEVERITY_WORDS, Finding, Severity
from pipeline.intake.layout import NOTE_MARK
from pipeline.intake.metrics import lines
from pipeline.intake.sheet_book import Book
from pipeline.intake.styles import FONT, SEVERITY_COLOURS, Styles
from pipeline.intake.workbook import position

MOST_FINDINGS = 3000
"""More are not written into a workbook: it would open no more."""

_AUTHOR = "lvbao"
_NOTE_WIDTH = 340  # pixels, which hold about so many digits:
_NOTE_CHARACTERS = 46.0
_LINE_PIXELS = 17
_ORDER = tuple(Severity)
_MOST_BLOCKS = 6

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """What is put at one cell."""

    severity: Severity
    text: str


def marks_of(findings: Iterable[Finding]) -> dict[str, dict[Place, Mark]]:
    """By sheet title and place, the mark of the findings there; the gravest gives the colour."""
    at: dict[tuple[str, str], list[Finding]] = {}
    for found in list(findings)[:MOST_FINDINGS]:
        if found.where is not None and found.where.cell:
            at.setdefault((found.where.sheet, found.where.cell), []).append(found)
    marks: dict[str, dict[Place, Mark]] = {}
    for (sheet, cell), group in at.items():
        severity = min((f.severity for f in group), key=_ORDER.index)
        text = f"{NOTE_MARK}\n" + "\n".join(_words(f) for f in group)
        marks.setdefault(sheet, {})[position(cell)] = Mark(severity, text)
    return marks


def _words(found: Finding) -> str:
    parts = [f"{SEVERITY_WORDS[found.severity]}：{found.message}"]
    if found.explanation:
        parts.append(f"企业说明：{found.explanation}")
    if found.fix:
        parts.append(f"怎么改：{found.fix}")
    if found.blocks:
        parts.append(f"影响：{blocks_text(found)}")
    return "\n".join(parts)


def blocks_text(found: Finding) -> str:
    """What the finding blocks, in one line."""
    more = f" 等 {len(found.blocks)} 处" if len(found.blocks) > _MOST_BLOCKS else ""
    return "、".join(found.blocks[:_MOST_BLOCKS]) + more


def add_sheet(book: Book, name: str, marks: Mapping[Place, Mark]) -> Worksheet:
    """A new sheet of the workbook that puts its marks on whatever is written to their cells."""
    if not marks:
        return book.file.add_worksheet(name)
    sheet: MarkedSheet = book.file.add_worksheet(name, MarkedSheet)
    sheet.begin(book.styles, marks)
    return sheet


class MarkedSheet(Worksheet):  # type: ignore[misc]
    """A sheet whose marked cells are coloured, whatever format they are written with."""

    marks: Mapping[Place, Mark]
    styles: Styles

    def begin(self, styles: Styles, marks: Mapping[Place, Mark]) -> None:
        """Notes, and rules that go before those by which empty or idle cells get their colours."""
        self.styles, self.marks = styles, marks
        for (row, column), mark in sorted(marks.items()):
            fill = styles.fill(SEVERITY_COLOURS[mark.severity])
            rule = {"type": "formula", "criteria": "=TRUE", "stop_if_true": True, "format": fill}
            self.conditional_format(row, column, row, column, rule)
            height = (lines(mark.text, _NOTE_CHARACTERS) + 1) * _LINE_PIXELS
            options = {"author": _AUTHOR, "width": _NOTE_WIDTH, "height": height, "font_name": FONT}
            self.write_comment(row, column, mark.text, {**options, "font_size": 9})

    def _marked(self, row: int, column: int, style: Format | None) -> Format | None:
        mark = self.marks.get((row, column))
        if mark is None or style is None:
            return style
        return self.styles.variant(style, bg_color=SEVERITY_COLOURS[mark.severity])

    def write_string(self, row: int, column: int, text: str, style: Format | None = None) -> Any:
        """As the base class, marked."""
        return super().write_string(row, column, text, self._marked(row, column, style))

    def write_rich_string(self, row: int, column: int, *parts: Any) -> Any:
        """As the base class, marked; the last part is the format of the cell."""
        *texts, style = parts
        return super().write_rich_string(row, column, *texts, self._marked(row, column, style))

    def write_number(self, row: int, column: int, number: float, style: Format | None = None) -> Any:
        """As the base class, marked."""
        return super().write_number(row, column, number, self._marked(row, column, style))

    def write_blank(self, row: int, column: int, blank: None, style: Format | None = None) -> Any:
        """As the base class, marked."""
        return super().write_blank(row, column, blank, self._marked(row, column, style))

    def write_boolean(self, row: int, column: int, truth: bool, style: Format | None = None) -> Any:
        """As the base class, marked."""
        return super().write_boolean(row, column, truth, self._marked(row, column, style))

    def write_datetime(self, row: int, column: int, date: dt.datetime, style: Format | None = None) -> Any:
        """As the base class, marked."""
        return super().write_datetime(row, column, date, self._marked(row, column, style))

    def write_formula(
        self, row: int, column: int, formula: str, style: Format | None = None, value: object = 0
    ) -> Any:
        """As the base class, marked."""
        return super().write_formula(row, column, formula, self._marked(row, column, style), value)
