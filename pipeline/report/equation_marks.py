"""Where a template asks for an equation, and how it gets there once the template is rendered.

A paragraph of the style `lvEquation` holds nothing but a key (`floor_area_ratio/symbolic`) and becomes that equation;
a run of the style `lvSymbol` holds a symbol (`A_YD`) and becomes a small equation in its line. Only a template's
author can set a style, so a client's text never becomes either.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Final

from pipeline.report.markers import EQUATION
from pipeline.report.math import inline, is_symbol, symbol
from pipeline.report.ooxml import Element, nearest, paragraph_text, paragraphs_of_style, qn
from pipeline.report.outline import style_id
from pipeline.report.package import Package

SYMBOL_STYLE: Final = "lvSymbol"
_OPTIONAL: Final = "/substituted"
_KEPT: Final = (qn("w:pPr"), qn("w:bookmarkStart"), qn("w:bookmarkEnd"))


def insert_into_package(
    package: Package, equations: Mapping[str, Element], markers: Sequence[Element]
) -> tuple[str, ...]:
    """Put equations in the place of their markers, and symbols, into the main document; returns the unknown keys."""
    name = package.document_name
    root = package.tree(name)
    runs = _symbol_runs(root, style_id(package, SYMBOL_STYLE, SYMBOL_STYLE))
    unknown = _fill(markers, equations)
    _set_symbols(runs)
    if markers or runs:
        package.put_xml(name, root)
    return unknown


def insert_equations(
    root: Element, equations: Mapping[str, Element], style: str = EQUATION
) -> tuple[str, ...]:
    """Replace every key paragraph by its equation; returns the unknown keys.

    A value that is blank has no numbers to put in: a key `…/substituted` without an equation takes its paragraph away,
    provided that the same formula is known in symbols.
    """
    return _fill(paragraphs_of_style(root, [style]), equations)


def _fill(paragraphs: Sequence[Element], equations: Mapping[str, Element]) -> tuple[str, ...]:
    unknown: dict[str, None] = {}
    for paragraph in paragraphs:
        key = paragraph_text(paragraph).strip()
        if key in equations:
            _clear(paragraph)
            paragraph.append(copy.deepcopy(equations[key]))
        elif key.endswith(_OPTIONAL) and f"{key.removesuffix(_OPTIONAL)}/symbolic" in equations:
            _take_away(paragraph)
        else:
            unknown[key] = None
    return tuple(unknown)


def insert_symbols(root: Element, style: str = SYMBOL_STYLE) -> None:
    """Replace every symbol run by the symbol as an equation; a name without a symbol stays text."""
    _set_symbols(_symbol_runs(root, style))


def _set_symbols(runs: Sequence[Element]) -> None:
    for run in runs:
        parent = run.getparent()
        text = "".join(node.text or "" for node in run.iter(qn("w:t"))).strip()
        if parent is not None and is_symbol(text):
            parent.replace(run, inline(symbol(text)))


def _symbol_runs(root: Element, style: str) -> list[Element]:
    found = (node for node in root.iter(qn("w:rStyle")) if node.get(qn("w:val")) == style)
    return [run for node in found if (run := nearest(node, "w:r")) is not None]


def _clear(paragraph: Element) -> None:
    for child in list(paragraph):
        if child.tag not in _KEPT:
            paragraph.remove(child)


def _take_away(paragraph: Element) -> None:
    """Remove a paragraph; one that ends a section or is all that a cell holds stays, empty."""
    parent = paragraph.getparent()
    ends_section = paragraph.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None
    if parent is None or ends_section or (parent.tag == qn("w:tc") and len(parent.findall(qn("w:p"))) == 1):
        _clear(paragraph)
    else:
        parent.remove(paragraph)
