"""Write the faults of a template into a copy of it, as Word comments at their spots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pipeline.report.faults import Place, TemplateFault
from pipeline.report.ooxml import NS, Element, cell_text, el, nearest, paragraph_text, qn
from pipeline.report.package import Package, read_package, write_package

_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_AUTHOR: Final = "绿报"


def annotate(template: bytes, faults: Sequence[TemplateFault]) -> bytes:
    """A copy of a template with a comment for every fault of its body.

    A fault is put on the first paragraph that shows its tag under its heading, else on the first paragraph.
    Faults of other parts (headers, properties) are listed on the first paragraph too, where comments can stand.
    """
    package = read_package(template)
    name = package.document_name
    document = package.xml(name)
    comments, part = _comments(package, name)
    paragraphs = list(document.iter(qn("w:p")))
    if not paragraphs or not faults:
        return template
    used = [int(str(node.get(qn("w:id"), "0"))) for node in comments.iter(qn("w:comment"))]
    for number, fault in enumerate(faults, max(used, default=-1) + 1):
        home = next((p for p in paragraphs if _shows(p, fault)), paragraphs[0])
        _mark(home, number)
        text = fault.message + (f"（是不是 {fault.near}？）" if fault.near else "")
        elsewhere = f"{fault.place}：" if home is paragraphs[0] and not _shows(home, fault) else ""
        comments.append(_comment(number, f"{elsewhere}{fault.tag} {text}".strip()))
    package.put_xml(part, comments)
    package.put_xml(name, document)
    return write_package(package)


def _shows(paragraph: Element, fault: TemplateFault) -> bool:
    if fault.place.part != "正文":
        return False
    text = " ".join(paragraph_text(paragraph).split())
    if fault.tag and fault.tag not in text:
        return False
    return _squeezed(fault.place) == " ".join(_row_or_paragraph(paragraph).split())


def _squeezed(place: Place) -> str:
    return " ".join(place.text.split())


def _row_or_paragraph(paragraph: Element) -> str:
    row = nearest(paragraph, "w:tr")
    if row is None:
        return paragraph_text(paragraph)
    return " | ".join(cell_text(cell) for cell in row.iter(qn("w:tc")) if nearest(cell, "w:tr") is row)


def _mark(paragraph: Element, number: int) -> None:
    start = el("w:commentRangeStart", {"w:id": str(number)})
    properties = paragraph.find(qn("w:pPr"))
    paragraph.insert(0 if properties is None else 1, start)
    paragraph.append(el("w:commentRangeEnd", {"w:id": str(number)}))
    paragraph.append(el("w:r", None, el("w:commentReference", {"w:id": str(number)})))


def _comment(number: int, text: str) -> Element:
    body = el("w:p", None, el("w:r", None, el("w:t", text=text)))
    return el("w:comment", {"w:id": str(number), "w:author": _AUTHOR, "w:initials": _AUTHOR}, body)


def _comments(package: Package, document: str) -> tuple[Element, str]:
    for rel in package.relationships(document):
        if rel.kind == "comments" and rel.target in package.parts:
            return package.xml(rel.target), rel.target
    part = (
        "word/comments.xml"
        if "word/comments.xml" not in package.parts
        else package.free_name("word/comments{}.xml")
    )
    package.declare(part, _TYPE)
    package.relate(document, f"{NS['r']}/comments", part)
    return el("w:comments"), part
