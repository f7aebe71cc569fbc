"""Merging table cells downwards by equal value, and its exact inverse.

A table asks for it in its alt text (Word: 表格属性 → 可选文字 → 说明): `合并列=1,2`; or by a bookmark in its
first row, `合并列_1_2_t3`, for programs that lose alt texts (t3 only makes the name unique). Each column is merged
within the groups of the column named before it. Only rows that have one cell a column take part; header rows,
totals that span columns and blank cells are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pipeline.report.ooxml import Element, cell_text, el, grandchild, nearest, own_rows, qn, remove, val

_MARK: Final = "合并列"
_BOOKMARK: Final = re.compile(r"合并列((?:_\d+)+)_t\d+")
_CELL, _CELL_LOOK, _ROW_LOOK, _HEADER, _SPAN, _MERGE, _VALUE = (
    qn(f"w:{name}") for name in ("tc", "tcPr", "trPr", "tblHeader", "gridSpan", "vMerge", "val")
)
_SPEC: Final = re.compile(r"合并列\s*[=＝:：]\s*(\d+(?:\s*[,，、]\s*\d+)*)")


_AFTER_MERGE: Final = frozenset(
    qn(f"w:{name}")
    for name in ("tcBorders", "shd", "noWrap", "tcMar", "textDirection", "tcFitText", "vAlign", "hideMark")
)


def merge_marked_tables(root: Element, text: str | None = None) -> None:
    """Merge every table of a part that asks for it, and give it a proper alt text instead.

    `text` is the part before it was parsed: one that does not speak of merging is not walked.
    """
    if text is not None and _MARK not in text:
        return
    by_bookmark = text is None or f"{_MARK}_" in text
    for table in list(root.iter(qn("w:tbl"))):
        marked = _take_bookmark(table) if by_bookmark else ""
        note = table.find(f"{qn('w:tblPr')}/{qn('w:tblDescription')}")
        found = _SPEC.search(str(note.get(qn("w:val"), ""))) if note is not None else None
        spec = found.group(1) if found else marked
        if not spec:
            continue
        merge(table, [int(number) for number in re.findall(r"\d+", spec)])
        if note is None:
            note = _new_note(table)
        note.set(qn("w:val"), alt_text(table))


def merge_bookmark(spec: str, unique: str) -> str:
    """The name of the bookmark that asks to merge columns `1,2`."""
    return f"合并列_{'_'.join(re.findall(r'[0-9]+', spec))}_t{unique}"


def _take_bookmark(table: Element) -> str:
    """The columns that a bookmark of the table asks to merge, "" for none; the bookmark goes."""
    for start in [n for n in table.iter(qn("w:bookmarkStart")) if nearest(n, "w:tbl") is table]:
        found = _BOOKMARK.match(str(start.get(qn("w:name"), "")))
        if found:
            id_ = start.get(qn("w:id"))
            for end in [n for n in table.iter(qn("w:bookmarkEnd")) if n.get(qn("w:id")) == id_]:
                remove(end)
            remove(start)
            return found.group(1)
    return ""


def _new_note(table: Element) -> Element:
    note = val("w:tblDescription", "")
    properties = table.find(qn("w:tblPr"))
    if properties is None:
        properties = el("w:tblPr")
        table.insert(0, properties)
    properties.append(note)
    return note


def alt_text(table: Element) -> str:
    """What a table is, for people who cannot see it: its title, columns and number of rows."""
    caption = table.find(f"{qn('w:tblPr')}/{qn('w:tblCaption')}")
    title = "" if caption is None else str(caption.get(qn("w:val"), ""))
    rows = own_rows(table)
    heads = [row for row in rows if _is_header(row)]
    names = "、".join(dict.fromkeys(_label(cell) for cell in _cells(heads[-1]))) if heads else ""
    columns = f"，各列为：{names}" if names else ""
    return f"{title}：共 {len(rows) - len(heads)} 行{columns}".lstrip("：")


def _label(cell: Element) -> str:
    return "".join(cell_text(cell).split("\n"))


def merge(table: Element, columns: Sequence[int]) -> None:
    """Merge columns (1-based) downwards over equal values, each within the groups of the one before."""
    width = len(table.findall(f"{qn('w:tblGrid')}/{qn('w:gridCol')}"))
    for block in _blocks(own_rows(table), width):
        groups = [block]
        for column in columns:
            if 1 <= column <= width:
                groups = [part for group in groups for part in _merge_group(group, column - 1)]


def unmerge(table: Element) -> list[tuple[str, ...]]:
    """The rows of a table as text, one value a grid column; merged cells come back in each."""
    above: dict[int, str] = {}
    rows = []
    for row in own_rows(table):
        values: list[str] = []
        for cell in _cells(row):
            start = len(values)
            text = above.get(start, "") if _merge_kind(cell) == "continue" else cell_text(cell)
            values.extend([text] * _span(cell))
            above.update(dict.fromkeys(range(start, len(values)), text))
        rows.append(tuple(values))
    return rows


def _blocks(rows: list[Element], width: int) -> list[list[list[Element]]]:
    """Runs of neighbouring plain rows, each row as its cells."""
    blocks: list[list[list[Element]]] = [[]]
    for row in rows:
        cells = _cells(row)
        shaped = next(row.iter(_SPAN, _MERGE), None) is not None
        if (
            _is_header(row)
            or len(cells) != width
            or (shaped and any(_span(c) > 1 or _merge_kind(c) for c in cells))
        ):
            blocks.append([])
        else:
            blocks[-1].append(cells)
    return [block for block in blocks if block]


def _merge_group(group: list[list[Element]], column: int) -> list[list[list[Element]]]:
    """Merge one column within a group; returns its runs of equal value as new groups."""
    runs: list[list[list[Element]]] = []
    last: str | None = None
    for cells in group:
        text = cell_text(cells[column])
        if text and text == last:
            runs[-1].append(cells)
        else:
            runs.append([cells])
        last = text
    for run in runs:
        if len(run) > 1:
            _set_merge(run[0][column], "restart")
            for cells in run[1:]:
                _set_merge(cells[column], "continue")
                _empty(cells[column])
    return runs


def _set_merge(cell: Element, kind: str) -> None:
    properties = cell.find(qn("w:tcPr"))
    if properties is None:
        properties = el("w:tcPr")
        cell.insert(0, properties)
    mark = val("w:vMerge", kind)
    for at, child in enumerate(properties):
        if child.tag in _AFTER_MERGE:
            properties.insert(at, mark)
            return
    properties.append(mark)


def _empty(cell: Element) -> None:
    """Leave one empty paragraph of the same style in a continued cell."""
    first = cell.find(qn("w:p"))
    paragraph = el("w:p")
    if first is not None and (properties := first.find(qn("w:pPr"))) is not None:
        paragraph.append(properties)
    for child in list(cell):
        if child.tag != qn("w:tcPr"):
            cell.remove(child)
    cell.append(paragraph)


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row.iter(_CELL) if cell.getparent() is row or nearest(cell, "w:tr") is row]


def _is_header(row: Element) -> bool:
    mark = grandchild(row, _ROW_LOOK, _HEADER)
    return mark is not None and mark.get(_VALUE, "true") not in ("0", "false", "off")


def _span(cell: Element) -> int:
    mark = grandchild(cell, _CELL_LOOK, _SPAN)
    return 1 if mark is None else int(str(mark.get(_VALUE, "1")))


def _merge_kind(cell: Element) -> str:
    """How a cell is merged downwards: restart, continue, or "" for not at all."""
    mark = grandchild(cell, _CELL_LOOK, _MERGE)
    return "" if mark is None else str(mark.get(_VALUE, "continue"))
