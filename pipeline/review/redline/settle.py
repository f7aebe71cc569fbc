"""Documents that already hold tracked changes: they count as accepted before two documents are compared."""

from __future__ import annotations

from typing import Final

from pipeline.report.ooxml import Element, qn

_GONE: Final = frozenset(qn(f"w:{n}") for n in ("del", "moveFrom"))
_KEPT: Final = frozenset(qn(f"w:{n}") for n in ("ins", "moveTo"))
_NOTES: Final = frozenset(
    qn(f"w:{n}")
    for n in (
        "pPrChange rPrChange tcPrChange trPrChange tblPrChange tblGridChange sectPrChange tblPrExChange numberingChange "
        "moveFromRangeStart moveFromRangeEnd moveToRangeStart moveToRangeEnd cellIns cellMerge"
    ).split()
)


def accepted(root: Element) -> Element:
    """The tree with all its tracked changes accepted; changed in place."""
    for row in list(root.iter(qn("w:tr"))):
        properties = row.find(qn("w:trPr"))
        if properties is not None and properties.find(qn("w:del")) is not None:
            _drop(row)
    for table in list(root.iter(qn("w:tbl"))):
        if table.find(qn("w:tr")) is None:
            _drop(table)
    for paragraph in list(root.iter(qn("w:p"))):
        mark = paragraph.find(f"{qn('w:pPr')}/{qn('w:rPr')}/{qn('w:del')}")
        if mark is not None:
            _merge_with_next(paragraph)
    for node in list(root.iter()):
        if node.tag in _NOTES or node.tag in _GONE:
            _drop(node)
        elif node.tag in _KEPT:
            _unwrap(node)
    return root


def _merge_with_next(paragraph: Element) -> None:
    following = paragraph.getnext()
    content = [c for c in paragraph if c.tag != qn("w:pPr")]
    if following is None or following.tag != qn("w:p"):
        if not any(c.tag not in _GONE for c in content):
            _drop_paragraph(paragraph)
        return
    at = 1 if following.find(qn("w:pPr")) is not None else 0
    for offset, child in enumerate(content):
        following.insert(at + offset, child)
    _drop(paragraph)


def _drop_paragraph(paragraph: Element) -> None:
    parent = paragraph.getparent()
    if parent is not None and (parent.tag != qn("w:tc") or len(parent.findall(qn("w:p"))) > 1):
        parent.remove(paragraph)


def _drop(node: Element) -> None:
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


def _unwrap(node: Element) -> None:
    parent = node.getparent()
    if parent is None:
        return
    at = parent.index(node)
    for offset, child in enumerate(list(node)):
        parent.insert(at + offset, child)
    parent.remove(node)
