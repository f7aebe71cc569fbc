"""Small repairs around rendering: line breaks in values, empty cells, ids that loops have doubled."""

from __future__ import annotations

import re
from typing import Final

from pipeline.report.columns import keep_width
from pipeline.report.ooxml import XML_SPACE, Element, el, grandchild, qn, remove
from pipeline.report.schema import put_in_order
from pipeline.report.together import Heights

_NOISE: Final = ("rsid", "paraId", "textId")
_HALF_PAGE_LINES: Final = 22
_ROW_LOOK, _CANNOT_SPLIT = qn("w:trPr"), qn("w:cantSplit")
_PARAGRAPH, _TABLE, _ROW, _CELL = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc"))
_CELL_BLOCKS: Final = (qn("w:p"), qn("w:tbl"), qn("w:sdt"), qn("w:customXml"))


def tidy_template_part(root: Element) -> None:
    """Take out what Word left behind while editing: spelling marks, revision ids, last page breaks; sort properties."""
    for node in list(root.iter(qn("w:proofErr"), qn("w:lastRenderedPageBreak"))):
        remove(node)
    put_in_order(root)
    for element in root.iter():
        for key in list(element.attrib):
            local = str(key).rpartition("}")[2]
            if str(key).startswith("{") and (local.startswith("rsid") or local in _NOISE):
                del element.attrib[key]


def tidy_part(root: Element, heights: Heights, text: str | None = None) -> None:
    """Make a rendered part sound Word XML again.

    `text` is the part before it was parsed, where its prefixes are the usual ones: what it shows to be in order is not
    looked for in the tree.
    """
    if text is None or _UNEVEN.search(text):
        for node in list(root.iter(qn("w:t"))):
            words = node.text
            if words and (words != words.strip() or "  " in words or not words.isprintable()):
                _break_lines(node)
    if text is None or "<m:t" in text:
        for node in root.iter(qn("m:t")):
            node.text = re.sub(r"[\n\t]", " ", node.text or "")
    if text is None or not (_all_end(text, "</w:tbl>", "</w:tr>") and _all_end(text, "</w:tr>", "</w:tc>")):
        _remove_empty(root)
    for table in root.iter(_TABLE):
        keep_width(table)
    ended = text is not None and _all_end(text, "</w:tc>", "</w:p>", "<w:p/>")
    if not ended or any(box in (text or "") for box in _BOXES):
        for cell in root.iter(_CELL, *_BOX_TAGS):
            if not len(cell) or cell[-1].tag != _PARAGRAPH:
                _end_with_paragraph(cell)
    heights.measure(root)
    for row in root.iter(_ROW):
        _let_tall_row_split(row, heights)
    if text is None or "<wp:docPr" in text:
        _number_drawings(root)
    if text is None or "<w:bookmark" in text:
        _number_bookmarks(root)


_UNEVEN: Final = re.compile(
    r'<w:t>(?:\s|[^<]*(?:\s<|  |[\n\t]))|<w:t xml:space="preserve">[^<]*[\n\t]|<w:t (?!xml:space="preserve">)'
)
"""A text with breaks, tabs or blanks that Word would take away, unless it is said to keep them."""
_BOXES: Final = ("<w:txbxContent", "<w:hdr", "<w:ftr")
_BOX_TAGS: Final = (qn("w:txbxContent"), qn("w:hdr"), qn("w:ftr"))


def _all_end(text: str, end: str, *last: str) -> bool:
    """Whether every element that ends with `end` has one of `last` right before."""
    return text.count(end) == sum(text.count(each + end) for each in last)


def _remove_empty(root: Element) -> None:
    """Take out tables without rows and rows without cells."""
    for outer, inner in ((_TABLE, _ROW), (_ROW, _CELL)):
        for node in list(root.iter(outer)):
            if next(node.iterdescendants(inner), None) is None:
                remove(node)


def _let_tall_row_split(row: Element, heights: Heights) -> None:
    """A row that must stay whole but is taller than half a page would be cut off at the foot of the page."""
    mark = grandchild(row, _ROW_LOOK, _CANNOT_SPLIT)
    if mark is not None and heights.of_row(row) > _HALF_PAGE_LINES:
        remove(mark)


def _break_lines(node: Element) -> None:
    """Turn the line breaks and tabs of a value into Word's own, and keep its blanks."""
    text = node.text or ""
    if text != text.strip() or "  " in text:
        node.set(XML_SPACE, "preserve")
    run = node.getparent()
    if not re.search(r"[\n\t]", text) or run is None:
        return
    at = run.index(node)
    run.remove(node)
    for piece in re.split(r"([\n\t])", text):
        if piece == "\n":
            new = el("w:br")
        elif piece == "\t":
            new = el("w:tab")
        elif piece:
            new = el("w:t", text=piece)
            new.set(XML_SPACE, "preserve")
        else:
            continue
        run.insert(at, new)
        at += 1


def _end_with_paragraph(cell: Element) -> None:
    blocks = [child for child in cell if child.tag in _CELL_BLOCKS]
    if not blocks or blocks[-1].tag == qn("w:tbl"):
        cell.append(el("w:p"))


def _number_drawings(root: Element) -> None:
    """Loops copy ids; give drawings their own again, in reading order."""
    for number, node in enumerate(root.iter(qn("wp:docPr")), 1):
        node.set("id", str(number))


def _number_bookmarks(root: Element) -> None:
    """The same for bookmarks, which have names as well; an end without a start goes."""
    names: dict[str, int] = {}
    open_: dict[str, list[str]] = {}
    number = 0
    for node in list(root.iter(qn("w:bookmarkStart"), qn("w:bookmarkEnd"))):
        old = str(node.get(qn("w:id"), ""))
        if node.tag == qn("w:bookmarkStart"):
            open_.setdefault(old, []).append(str(number))
            node.set(qn("w:id"), str(number))
            name = str(node.get(qn("w:name"), ""))
            names[name] = names.get(name, 0) + 1
            if names[name] > 1:
                node.set(qn("w:name"), f"{name}_{names[name]}")
            number += 1
        elif open_.get(old):
            node.set(qn("w:id"), open_[old].pop())
        else:
            remove(node)
