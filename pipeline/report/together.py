"""Where a table may break over pages: small ones nowhere, others never after their first or before their last row."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from pipeline.report.ooxml import (
    TEXT_NODES,
    Element,
    cell_text,
    child,
    el,
    grandchild,
    is_tab_stop,
    nearest,
    node_text,
    paragraph_text,
    qn,
)

SMALL_TABLE: Final = 12  # lines of 五号 text: about a quarter of a page
SHORT_TEXT: Final = 60  # characters of a paragraph that only leads to the table below it
_CELL, _ROW, _TABLE, _PARAGRAPH, _VALUE = (qn(f"w:{name}") for name in ("tc", "tr", "tbl", "p", "val"))
_CELL_LOOK, _WIDTH, _MERGE, _ROW_LOOK, _HEADER = (
    qn(f"w:{name}") for name in ("tcPr", "tcW", "vMerge", "trPr", "tblHeader")
)
_AMOUNT, _BOX, _TAB = qn("w:w"), qn("w:txbxContent"), qn("w:tab")
_MEASURED: Final = (_CELL, _WIDTH, _PARAGRAPH, *TEXT_NODES)
SMALL_GROUP: Final = 12  # rows under one merged cell stay together up to this many lines


class Heights:
    """How many lines each cell of a part takes, reckoned once; a cell that has been merged is reckoned anew."""

    def __init__(self) -> None:
        self._lines: dict[Element, int] = {}

    def measure(self, root: Element) -> None:
        """Reckon all cells of a part in one walk; where cells hold tables or text boxes they wait until they are asked for."""
        if next(root.iter(_BOX), None) is not None or any(
            nearest(t, "w:tc") is not None for t in root.iter(_TABLE)
        ):
            return
        cell: Element | None = None
        width, texts = "0", list[str]()
        for node in root.iter(*_MEASURED):
            tag = node.tag
            if tag == _CELL:
                if cell is not None:
                    self._lines[cell] = _reckoned(width, "".join(texts))
                cell, width, texts = node, "0", []
            elif cell is None:
                continue
            elif tag == _WIDTH:
                width = str(node.get(_AMOUNT, "0"))
            elif tag != _PARAGRAPH:
                texts.append(node_text(node) if tag != _TAB or not is_tab_stop(node) else "")
            elif node.getparent() is cell or nearest(node, "w:tc") is cell:
                texts.append("\n")
            else:
                self._lines[cell] = _reckoned(width, "".join(texts))
                cell = None
        if cell is not None:
            self._lines[cell] = _reckoned(width, "".join(texts))

    def of(self, cell: Element) -> int:
        """About how many lines a cell takes."""
        lines = self._lines.get(cell)
        if lines is None:
            lines = self._lines[cell] = lines_of(cell)
        return lines

    def of_row(self, row: Element) -> int:
        """The lines of the tallest cell of a row."""
        return max((self.of(cell) for cell in row.iterchildren(_CELL)), default=1)

    def forget_merged(self, root: Element) -> None:
        """Reckon all cells of a part anew that are merged downwards."""
        for mark in root.iter(_MERGE):
            cell = nearest(mark, "w:tc")
            if cell is not None:
                self._lines.pop(cell, None)


def keep_rows_together(root: Element, heights: Heights) -> None:
    """Mark the rows of all tables of a rendered part that have to stand on the page of the row after them."""
    heights.forget_merged(root)
    for table in root.iter(_TABLE):
        if nearest(table, "w:tbl") is None:
            _keep(table, heights)


def _keep(table: Element, heights: Heights) -> None:
    rows = list(table.iterchildren(_ROW))
    lines = {row: heights.of_row(row) for row in rows}
    if sum(lines.values()) <= SMALL_TABLE:
        tied = set(rows[:-1])
        _tie_introduction(table)
    else:
        body = [row for row in rows if grandchild(row, _ROW_LOOK, _HEADER) is None]
        merged = next(table.iter(_MERGE), None) is not None
        tied = {
            row
            for group in (_groups(body) if merged else ())
            if sum(lines[r] for r in group) <= SMALL_GROUP
            for row in group[:-1]
        }
        tied |= {row for row in (*body[:1], *body[-2:-1]) if lines[row] <= SMALL_GROUP}
    for row in tied:
        for paragraph in row.iter(_PARAGRAPH):
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
        kinds = [
            str(mark.get(_VALUE, "continue")) for mark in row.iter(_MERGE) if nearest(mark, "w:tr") is row
        ]
        inner = kinds[-1] if kinds else ""
        if inner != "continue":
            yield group
            group = []
        group.append(row)
    yield group


def _keep_with_next(paragraph: Element) -> None:
    properties = child(paragraph, _LOOK)
    if properties is None:
        properties = el("w:pPr")
        paragraph.insert(0, properties)
    if child(properties, _KEEP) is None:
        style = child(properties, _STYLE)
        properties.insert(0 if style is None else 1, el("w:keepNext"))


_LOOK, _KEEP, _STYLE = (qn(f"w:{name}") for name in ("pPr", "keepNext", "pStyle"))


def lines_of(cell: Element) -> int:
    """About how many lines a cell takes: 五号 characters of 210 twips, Latin ones half as wide."""
    width = grandchild(cell, _CELL_LOOK, _WIDTH)
    return _reckoned("0" if width is None else str(width.get(_AMOUNT, "0")), "\n" + cell_text(cell))


def _reckoned(width: str, text: str) -> int:
    """The lines of a text in a cell of that width; every paragraph begins with a line break."""
    room = _twips(width) - 136
    text = text.removeprefix("\n")
    if len(text) * 210 < room and "\n" not in text:
        return 1
    return _lines(text, max(room, 210))


@lru_cache(maxsize=4096)
def _twips(width: str) -> int:
    return max(int(float(width.rstrip("%") or 0)), 420)


@lru_cache(maxsize=4096)
def _lines(text: str, room: int) -> int:
    return sum(
        1 + (len(line) * 210 - 105 * len(line.encode("ascii", "ignore"))) // room for line in text.split("\n")
    )
