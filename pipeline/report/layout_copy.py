"""The copy of a document that is laid out to learn on which pages its bookmarks stand; it is never delivered.

Laying out a report costs more than all the rest of making it, so the copy has only what takes part: each question stands on
pages in front, so that only these need to be written; content controls are opened, charts are blanks of their size.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Final

from pipeline.report.elements import field, paragraph, run
from pipeline.report.ooxml import Element, el, qn, val
from pipeline.report.package import read_package, write_package

MARK: Final = "LVBAOPAGE:"
"""A question is a heading `LVBAOPAGE:bookmark=` with a reference to the bookmark's page."""
_LEAST_LINES: Final = 20
"""Questions that fit on any page."""
_CHART: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_PICTURE: Final = "http://schemas.openxmlformats.org/drawingml/2006/picture"


def layout_copy(docx: bytes, bookmarks: Sequence[str]) -> tuple[bytes, int]:
    """The copy, and the number of its first pages within which all questions stand."""
    package = read_package(docx)
    name = package.document_name
    root = package.xml(name)
    body = root.find(qn("w:body"))
    if body is None or not bookmarks:
        return docx, 1
    _open_controls(root)
    _blank_charts(root)
    front = _front(_first_section(body))
    questions = [_question(bookmark) for bookmark in bookmarks]
    questions[-1][0].append(front)
    body[:0] = questions
    package.put_xml(name, root)
    return write_package(package), len(questions) // _LEAST_LINES + 1


def _question(bookmark: str) -> Element:
    reference = field(f" PAGEREF {bookmark} \\h ", "0")
    flat = el("w:spacing", {"w:before": "0", "w:after": "0", "w:line": "240", "w:lineRule": "exact"})
    # a long name may take a second line at most
    return paragraph("Normal", [run(f"{MARK}{bookmark}="), *reference], [flat, val("w:outlineLvl", "0")])


def _first_section(body: Element) -> Element:
    """The properties of the first section; its pages are numbered from 1 as they were when nothing stood before it."""
    first = next(body.iterfind(f"{qn('w:p')}/{qn('w:pPr')}/{qn('w:sectPr')}"), None)
    if first is None:
        first = body.find(qn("w:sectPr"))
    if first is None:
        first = el("w:sectPr")
        body.append(first)
    start = first.find(qn("w:type"))
    if start is not None and start.get(qn("w:val")) == "continuous":
        start.set(qn("w:val"), "nextPage")
    numbers = first.find(qn("w:pgNumType"))
    if numbers is None:
        numbers = el("w:pgNumType")
        before = [n for n in first if n.tag in _BEFORE_NUMBERS]
        first.insert(first.index(before[-1]) + 1 if before else 0, numbers)
    if numbers.get(qn("w:start")) is None:
        numbers.set(qn("w:start"), "1")
    return first


_BEFORE_NUMBERS: Final = tuple(
    qn(f"w:{name}")
    for name in (
        "headerReference", "footerReference", "footnotePr", "endnotePr", "type", "pgSz", "pgMar", "paperSrc", "pgBorders",
        "lnNumType",
    )
)  # fmt: skip


def _front(first: Element) -> Element:
    """A section of its own for the questions, on the paper of the first one."""
    paper = [first.find(qn(name)) for name in ("w:pgSz", "w:pgMar")]
    return el("w:sectPr", None, *(copy.deepcopy(node) for node in paper if node is not None))


def _open_controls(root: Element) -> None:
    for control in list(root.iter(qn("w:sdt"))):
        content, parent = control.find(qn("w:sdtContent")), control.getparent()
        if parent is not None:
            at = parent.index(control)
            parent[at : at + 1] = list(content) if content is not None else []


def _blank_charts(root: Element) -> None:
    for data in root.iter(qn("a:graphicData")):
        if data.get("uri") == _CHART:
            size = next(data.iterancestors(qn("wp:inline"), qn("wp:anchor"))).find(qn("wp:extent"))
            data.set("uri", _PICTURE)
            data[:] = [_blank({} if size is None else {side: str(size.get(side)) for side in ("cx", "cy")})]


def _blank(size: dict[str, str]) -> Element:
    named = el("pic:nvPicPr", None, el("pic:cNvPr", {"id": "0", "name": ""}), el("pic:cNvPicPr"))
    place = el("a:xfrm", None, el("a:off", {"x": "0", "y": "0"}), el("a:ext", size))
    box = el("pic:spPr", None, place, el("a:prstGeom", {"prst": "rect"}, el("a:avLst")))
    return el("pic:pic", None, named, el("pic:blipFill", None, el("a:stretch", None, el("a:fillRect"))), box)
