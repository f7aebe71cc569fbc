"""Where a table may break over pages: small ones nowhere, others never after their first or before their last row."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from pipeline.report.ooxml import Element, cell_text, el, nearest, paragraph_text, qn

SMALL_TABLE: Final = 12  # lines of 五号 text: about a quarter of a page
SHORT_TEXT: Final = 60  # characters of a paragraph that only leads to the table below it
_WIDTH: Final = f"{qn('w:tcPr')}/{qn('w:tcW')}"
_MERGE: Final = f"{qn('w:tcPr')}/{qn('w:vMerge')}"
_HEADER: Final = f"{qn('w:trPr')}/{qn('w:tblHeader')}"
SMALL_GROUP: Final = 12  # rows under one merged cell stay together up to this many lines


def keep_rows_together(root: Element) -> None:
    """Mark the rows of all tables of a rendered part that have to stand on the page of the row after them."""
    for table in root.iter(qn("w:tbl")):
        if nearest(table, "w:tbl") is None:
            _keep(table)


def _keep(table: Element) -> None:
    rows = table.findall(qn("w:tr"))
    body = [row for row in rows if row.find(_HEADER) is None]
    lines = {row: max((lines_of(cell) for cell in row.findall(qn("w:tc"))), default=1) for row in rows}
    if sum(lines.values()) <= SMALL_TABLE:
        tied = set(rows[:-1])
        _tie_introduction(table)
    else:
        tied = {
            row
            for group in _groups(body)
            if sum(lines[r] for r in group) <= SMALL_GROUP
            for row in group[:-1]
        }
        tied |= {row for row in (*body[:1], *body[-2:-1]) if lines[row] <= SMALL_GROUP}
    for row in tied:
        for paragraph in row.iter(qn("w:p")):
            _keep_with_next(paragraph)


def _tie_introduction(table: Element) -> None:
    """A short paragraph right before the caption of a small table goes with it."""
    caption = table.getprevious()
    before = None if caption is None else caption.getprevious()
    if caption is None or before is None or caption.tag != qn("w:p") or before.tag != qn("w:p"):
        return
    short = 0 < len(paragraph_text(before)) <= SHORT_TEXT
    if (
        caption.find(f".//{qn('w:instrText')}") is not None
        and short
        and not before.findall(f".//{qn('w:sectPr')}")
    ):
        _keep_with_next(before)


def _groups(rows: list[Element]) -> Iterator[list[Element]]:
    """The rows under each innermost merged cell."""
    group: list[Element] = []
    for row in rows:
        kinds = {
            at: str(mark.get(qn("w:val"), "continue"))
            for at, cell in enumerate(row.findall(qn("w:tc")))
            if (mark := cell.find(_MERGE)) is not None
        }
        inner = kinds[max(kinds)] if kinds else ""
        if inner != "continue":
            yield group
            group = []
        group.append(row)
    yield group


def _keep_with_next(paragraph: Element) -> None:
    properties = paragraph.find(qn("w:pPr"))
    if properties is None:
        properties = el("w:pPr")
        paragraph.insert(0, properties)
    if properties.find(qn("w:keepNext")) is None:
        style = properties.find(qn("w:pStyle"))
        properties.insert(0 if style is None else 1, el("w:keepNext"))


def lines_of(cell: Element) -> int:
    """About how many lines a cell takes: 五号 characters of 210 twips, Latin ones half as wide."""
    width = cell.find(_WIDTH)
    room = (
        max(int(float(str(width.get(qn("w:w"), "0")).rstrip("%") or 0)) if width is not None else 0, 420)
        - 136
    )
    text = cell_text(cell)
    if len(text) * 210 < room and "\n" not in text:
        return 1
    return _lines(text, max(room, 210))


@lru_cache(maxsize=4096)
def _lines(text: str, room: int) -> int:
    return sum(
        1 + (len(line) * 210 - 105 * len(line.encode("ascii", "ignore"))) // room for line in text.split("\n")
    )
