"""Paragraphs whose text is the name of something that takes their place: charts, diagrams, equations, pictures.

Only a template's author can set a style, so a client's text never becomes such a paragraph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pipeline.report.control_homes import CHART, DIAGRAM, EQUATION, PICTURE
from pipeline.report.ooxml import Element, paragraphs_of_style, style_of
from pipeline.report.outline import style_id
from pipeline.report.package import Package

__all__ = ["CHART", "DIAGRAM", "EQUATION", "NAMES", "PICTURE", "marker_ids", "markers_of"]

NAMES: Final[Mapping[str, str]] = {CHART: "图", DIAGRAM: "示意图", EQUATION: EQUATION, PICTURE: PICTURE}
"""How people see the styles; WPS and Chinese Word give their ids anew when they save."""


def marker_ids(package: Package) -> Mapping[str, str]:
    """The id that each of the styles has in a document."""
    return {style: style_id(package, name, style) for style, name in NAMES.items()}


def markers_of(package: Package) -> Mapping[str, Sequence[Element]]:
    """The marker paragraphs of the main document by style, in reading order, found in one walk."""
    ids = marker_ids(package)
    found: dict[str, list[Element]] = {id_: [] for id_ in ids.values()}
    for paragraph in paragraphs_of_style(package.tree(package.document_name), found):
        found[style_of(paragraph)].append(paragraph)
    return {style: found[id_] for style, id_ in ids.items()}
