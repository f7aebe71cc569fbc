"""Diagrams in a Word package: a paragraph of style `lvDiagram` that holds an id becomes the drawings of that diagram."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Final

from pipeline.report.diagram_layout import sheets_of
from pipeline.report.diagram_spec import Diagram
from pipeline.report.diagram_xml import drawing_of, ids_taken
from pipeline.report.elements import run
from pipeline.report.ooxml import Element, el, paragraph_text, qn
from pipeline.report.package import Package

NOT_DRAWN: Final = "（数据不足，未绘制此图。）"


def insert_diagrams(
    package: Package, diagrams: Mapping[str, Diagram | None], markers: Sequence[Element]
) -> tuple[str, ...]:
    """Replace the marker paragraphs of the body by their drawings, in place; returns the ids that nobody knows.

    A diagram that needs several sheets takes a paragraph for each. One that is None leaves a remark.
    """
    name = package.document_name
    document = package.tree(name)
    markers = [p for p in markers if paragraph_text(p).strip()]
    unknown: list[str] = []
    number = _next_id(document) if markers else 0
    for marker in markers:
        wanted = paragraph_text(marker).strip()
        if wanted not in diagrams:
            unknown.append(wanted)
            continue
        diagram = diagrams[wanted]
        if diagram is None:
            _fill(marker, run(NOT_DRAWN))
            continue
        number = _draw(marker, diagram, number)
    if markers:
        package.put_xml(name, document)
    return tuple(dict.fromkeys(unknown))


def drawn_texts(diagrams: Mapping[str, Diagram | None]) -> tuple[str, ...]:
    """Every line of text that the diagrams put into the document: data, even where it looks like a tag."""
    drawn = (diagram for diagram in diagrams.values() if diagram is not None)
    return tuple(line for d in drawn for sheet in sheets_of(d) for box in sheet.boxes for line in box.lines)


def _draw(marker: Element, diagram: Diagram, number: int) -> int:
    """Put the sheets of a diagram into the paragraph and ones after it; returns the next free id."""
    sheets = sheets_of(diagram)
    homes = [marker]
    for _sheet in sheets[1:]:
        home = copy.deepcopy(marker)
        homes[-1].addnext(home)
        homes.append(home)
    for at, (home, sheet) in enumerate(zip(homes, sheets, strict=True)):
        words = diagram.alt if at == 0 else f"{diagram.title}（续 {at}）"
        _fill(home, el("w:r", None, drawing_of(sheet, number, words)))
        number += ids_taken(sheet)
    return number


def _fill(paragraph: Element, content: Element) -> None:
    for child in [child for child in paragraph if child.tag != qn("w:pPr")]:
        paragraph.remove(child)
    paragraph.append(content)


def _next_id(document: Element) -> int:
    drawn = document.iter(qn("wp:docPr"), qn("wps:cNvPr"))
    used = [int(id_) for node in drawn if (id_ := str(node.get("id", ""))).isdigit()]
    return max(used, default=0) + 1
