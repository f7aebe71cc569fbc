"""Tables and forms of the house as Word XML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from pipeline.report.elements import paragraph, runs
from pipeline.report.errors import SourceError
from pipeline.report.ooxml import Element, el, val
from pipeline.report.source import Part, inline, split_cells

_RULE = re.compile(r"^\s*\|?[\s:|-]*-{3,}[\s:|-]*$")
_ROW_TAG = re.compile(r"^\s*\{%tr\s.*%\}\s*$")
_STYLES: Final = {"l": "TableText", "c": "TableCentre", "r": "TableRight", "d": "TableRight"}


@dataclass
class GridCell:
    """One cell: text, first column, columns covered, and whether it continues the cell above."""

    text: str
    start: int
    span: int = 1
    continued: bool = False
    begins: bool = False


@dataclass
class GridRow:
    """One row of cells; `tag` rows hold one docxtpl row tag and vanish."""

    cells: list[GridCell] = field(default_factory=list)
    header: bool = False
    tag: bool = False


@dataclass(frozen=True)
class TableText:
    """The written lines of a table part, sorted: header rows, body rows, total row."""

    headers: tuple[GridRow, ...]
    body: tuple[GridRow, ...]
    width: int


def grid_row(line: str, where: int, width: int = 0, header: bool = False) -> GridRow:
    """One written line as a row; `<` widens the cell to the left, `^` continues the one above."""
    row = GridRow(header=header)
    if _ROW_TAG.match(line):
        return GridRow([GridCell(line.strip(), 0, max(width, 1))], tag=True)
    cells = split_cells(line)
    for at, text in enumerate(cells):
        if text == "<" and row.cells:
            row.cells[-1].span += 1
        elif text == "<":
            raise SourceError("行首单元格不能写 <（左边没有单元格）", where)
        else:
            row.cells.append(GridCell("" if text == "^" else text, at, continued=text == "^"))
    if width and len(cells) > width:
        raise SourceError(f"这一行有 {len(cells)} 格，表格只有 {width} 列", where)
    if width and len(cells) < width:
        row.cells[-1].span += width - len(cells)
    return row


def total_row(line: str, where: int, width: int) -> GridRow:
    """The row of `total=`, written in full: a value that slid under another column would be a wrong figure."""
    found = len(split_cells(line))
    if found != width:
        raise SourceError(f"total 有 {found} 格，表头有 {width} 列（合并请写 <，空格写 | |）", where)
    return grid_row(line, where, width)


def read_table(part: Part) -> TableText:
    """Sort the lines of a table part."""
    lines = [(number, text) for number, text in part.lines if text.strip()]
    if not lines:
        raise SourceError("表格没有内容", part.line)
    rule = next((at for at, (_n, text) in enumerate(lines) if _RULE.match(text)), None)
    split = 1 if rule is None else rule
    width = max(len(split_cells(text)) for _n, text in lines[:split])
    headers = tuple(grid_row(text, number, width, header=True) for number, text in lines[:split])
    rest = lines[split + (rule is not None) :]
    for number, text in rest:
        if not _ROW_TAG.match(text) and len(split_cells(text)) != width:
            found = len(split_cells(text))
            raise SourceError(f"这一行有 {found} 格，表头有 {width} 列（合并请写 < 或 ^）", number)
    body = tuple(grid_row(text, number, width) for number, text in rest)
    _mark_beginnings(headers)
    _mark_beginnings(body)
    return TableText(headers, body, width)


def read_form(part: Part) -> tuple[tuple[GridRow, ...], int]:
    """The rows of a form part and its number of columns."""
    lines = [(number, text) for number, text in part.lines if text.strip()]
    if not lines:
        raise SourceError("表单没有内容", part.line)
    plain = [text for _n, text in lines if not _ROW_TAG.match(text)]
    width = max([len(split_cells(text)) for text in plain] + [len(_numbers(part.options.get("widths", "")))])
    rows = tuple(grid_row(text, number, width) for number, text in lines)
    _mark_beginnings(rows)
    return rows, width


def _mark_beginnings(rows: Sequence[GridRow]) -> None:
    plain = [row for row in rows if not row.tag]
    for upper, lower in pairwise(plain):
        continued = {cell.start for cell in lower.cells if cell.continued}
        for cell in upper.cells:
            cell.begins = not cell.continued and cell.start in continued


def column_widths(spec: str, count: int, total: int, where: int) -> list[int]:
    """Column widths in twips that fill `total` exactly, in the given proportions."""
    weights = _numbers(spec) or [1.0] * count
    if len(weights) != count or min(weights) <= 0:
        raise SourceError(f"widths 写了 {len(weights)} 个宽度，表格有 {count} 列", where)
    edges = [round(total * sum(weights[:at]) / sum(weights)) for at in range(count + 1)]
    return [right - left for left, right in pairwise(edges)]


def _numbers(spec: str) -> list[float]:
    return [float(piece) for piece in re.split(r"[,，\s]+", spec.strip()) if piece]


def alignments(spec: str, count: int, where: int) -> list[str]:
    """The paragraph style of each column's cells."""
    signs = [piece.strip() for piece in spec.split(",")] if spec else ["l"] * count
    if len(signs) != count or not set(signs) <= _STYLES.keys():
        raise SourceError(f"align 应写 {count} 个 l、c、r、d，用逗号隔开", where)
    return [_STYLES[sign] for sign in signs]


def table(
    style: str, rows: Sequence[GridRow], widths: Sequence[int], styles: Sequence[str], title: str, note: str
) -> Element:
    """A table of fixed layout; `title` and `note` are its alt text."""
    look = {"w:val": "0420", "w:firstRow": "1", "w:lastRow": "0", "w:firstColumn": "0", "w:lastColumn": "0"}
    if not any(row.header for row in rows):
        look |= {"w:val": "0400", "w:firstRow": "0"}
    if style == "CoverTable":
        look |= {"w:val": "0500", "w:lastColumn": "1"}
    properties = el(
        "w:tblPr",
        None,
        val("w:tblStyle", style),
        el("w:tblW", {"w:w": str(sum(widths)), "w:type": "dxa"}),
        val("w:jc", "center"),
        el("w:tblLayout", {"w:type": "fixed"}),
        el("w:tblLook", look | {"w:noHBand": "1", "w:noVBand": "1"}),
    )
    if title:
        properties.append(val("w:tblCaption", title))
    if note:
        properties.append(val("w:tblDescription", note))
    grid = el("w:tblGrid", None, *(el("w:gridCol", {"w:w": str(width)}) for width in widths))
    made = el("w:tbl", None, properties, grid)
    split_rows = style == "FormTable"
    made.extend(_row(row, widths, styles, split_rows) for row in rows)
    return made


def _row(row: GridRow, widths: Sequence[int], styles: Sequence[str], splits: bool) -> Element:
    made = el("w:tr")
    properties = el("w:trPr")
    if not splits or row.header:
        properties.append(el("w:cantSplit"))
    if row.header:
        properties.append(el("w:tblHeader"))
    if len(properties):
        made.append(properties)
    made.extend(_cell(cell, row, widths, styles) for cell in row.cells)
    return made


def _cell(cell: GridCell, row: GridRow, widths: Sequence[int], styles: Sequence[str]) -> Element:
    width = sum(widths[cell.start : cell.start + cell.span])
    properties = el("w:tcPr", None, el("w:tcW", {"w:w": str(width), "w:type": "dxa"}))
    if cell.span > 1:
        properties.append(val("w:gridSpan", str(cell.span)))
    if cell.begins or cell.continued:
        properties.append(val("w:vMerge", "restart" if cell.begins else "continue"))
    style = "TableHead" if row.header else styles[min(cell.start, len(styles) - 1)]
    return el("w:tc", None, properties, paragraph(style, runs(inline(cell.text))))
