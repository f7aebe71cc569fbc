"""The tracked changes of Word as elements: who, when, what."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from pipeline.report.ooxml import XML_SPACE, Element, el, qn
from pipeline.review.redline.pieces import Piece

_BEFORE_MARK: Final = frozenset(qn(f"w:{n}") for n in ("ins", "del", "moveFrom", "moveTo"))
_NOT_IN_PPR_CHANGE: Final = frozenset(qn(f"w:{n}") for n in ("rPr", "sectPr", "pPrChange"))
_AFTER_RPR: Final = frozenset(qn(f"w:{n}") for n in ("sectPr", "pPrChange"))
_NOT_IN_TCPR_CHANGE: Final = frozenset(
    qn(f"w:{n}") for n in ("cellIns", "cellDel", "cellMerge", "tcPrChange")
)


@dataclass
class Marker:
    """Makes marks with one author and date; every mark has an id of its own."""

    author: str
    date: str
    next_id: int = 1

    def mark(self, name: str) -> Element:
        """An empty `w:ins`, `w:del`, `w:pPrChange` …"""
        made = el(name, {"w:id": str(self.next_id), "w:author": self.author, "w:date": self.date})
        self.next_id += 1
        return made

    def inserted(self, pieces: Iterable[Piece]) -> Element:
        """The pieces as one insertion."""
        made = self.mark("w:ins")
        made.extend(deepcopy(node) for piece in pieces for node in piece.nodes)
        return made

    def deleted(self, pieces: Iterable[Piece]) -> Element:
        """The pieces as one deletion; figures as plain text."""
        made = self.mark("w:del")
        for piece in pieces:
            made.extend(_gone(run) for node in piece.nodes for run in _runs(node))
        return made

    def paragraph_mark(self, paragraph: Element, name: str) -> None:
        """Say that the mark at the paragraph's end was inserted (`w:ins`) or deleted (`w:del`)."""
        properties = paragraph_properties(paragraph)
        look = properties.find(qn("w:rPr"))
        if look is None:
            look = el("w:rPr")
            at = next((i for i, c in enumerate(properties) if c.tag in _AFTER_RPR), len(properties))
            properties.insert(at, look)
        look.insert(0, self.mark(name))

    def paragraph_change(self, paragraph: Element, older: Element | None) -> None:
        """Say what the properties of the paragraph were, where they were others."""
        was = el("w:pPr")
        for child in () if older is None else older:
            if child.tag not in _NOT_IN_PPR_CHANGE:
                was.append(deepcopy(child))
        properties = paragraph_properties(paragraph)
        for child in properties.findall(qn("w:pPrChange")):
            properties.remove(child)
        change = self.mark("w:pPrChange")
        change.append(was)
        properties.append(change)

    def run_change(self, run: Element, older: Element | None) -> None:
        """Say how the run looked."""
        look = run.find(qn("w:rPr"))
        if look is None:
            look = el("w:rPr")
            run.insert(0, look)
        change = self.mark("w:rPrChange")
        change.append(el("w:rPr") if older is None else deepcopy(older))
        look.append(change)

    def cell_change(self, cell: Element, older: Element | None) -> None:
        """Say how the cell was merged and shaded."""
        properties = cell.find(qn("w:tcPr"))
        if properties is None:
            properties = el("w:tcPr")
            cell.insert(0, properties)
        was = el("w:tcPr")
        for child in () if older is None else older:
            if child.tag not in _NOT_IN_TCPR_CHANGE:
                was.append(deepcopy(child))
        change = self.mark("w:tcPrChange")
        change.append(was)
        properties.append(change)

    def row(self, row: Element, name: str) -> None:
        """Say that the whole row was inserted or deleted."""
        properties = row.find(qn("w:trPr"))
        if properties is None:
            properties = el("w:trPr")
            row.insert(1 if len(row) and row[0].tag == qn("w:tblPrEx") else 0, properties)
        if not len(properties):
            properties.append(
                el("w:gridAfter", {"w:val": "0"})
            )  # the schema wants a property before the mark
        properties.append(self.mark(name))


def paragraph_properties(paragraph: Element) -> Element:
    """The paragraph's `w:pPr`, made when there is none."""
    found = paragraph.find(qn("w:pPr"))
    if found is None:
        found = el("w:pPr")
        paragraph.insert(0, found)
    return found


def unmark(paragraph: Element) -> None:
    """The mark at the paragraph's end as one that was always there."""
    properties = paragraph_properties(paragraph)
    look = properties.find(qn("w:rPr"))
    for child in [] if look is None else list(look):
        if child.tag in _BEFORE_MARK:
            look.remove(child)  # type: ignore[union-attr]
    if look is not None and not len(look):
        properties.remove(look)


def _runs(node: Element) -> list[Element]:
    """The runs and equations of a node, without links and controls around them."""
    if node.tag in (qn("w:r"), qn("m:oMath"), qn("m:oMathPara")):
        return [node]
    content = node.find(qn("w:sdtContent"))
    return [r for child in (node if content is None else content) for r in _runs(child)]


def _gone(run: Element) -> Element:
    copy = deepcopy(run)
    copy.tail = None
    for name, other in (("w:t", "w:delText"), ("w:instrText", "w:delInstrText")):
        for text in list(copy.iter(qn(name))):
            if text.getparent() is copy or copy.tag != qn("w:r"):
                text.tag = qn(other)
                text.set(XML_SPACE, "preserve")
    return copy
