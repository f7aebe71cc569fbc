"""What charts and pictures of a document show: the numbers that a chart draws, the digest of a picture."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Final

from pipeline.quantity import plain
from pipeline.report.ooxml import NS, Element, qn
from pipeline.report.package import Package
from pipeline.report.reading import in_fallback, is_struck_out

ChartData = tuple[tuple[str, ...], ...]
_PLACES: Final = 9


def chart_of(package: Package, part: str, paragraph: Element) -> Iterator[tuple[ChartData, str]]:
    """(series, category, value) for each number of the charts of a paragraph, with their alternative text."""
    targets = {rel.id: rel.target for rel in package.relationships(part) if rel.kind == "chart"}
    for node in paragraph.iter(qn("c:chart")):
        name = targets.get(str(node.get(qn("r:id"), "")), "")
        if name in package.parts and _counts(node):
            yield tuple(_numbers(package.xml(name))), _alt(node)


def _counts(node: Element) -> bool:
    """Whether a reader sees it: neither a second version for old programs nor struck out by tracked changes."""
    return not in_fallback(node) and not is_struck_out(node)


def _alt(node: Element) -> str:
    for above in node.iterancestors():
        properties = above.find(qn("wp:docPr"))
        if properties is not None:
            return str(properties.get("descr", ""))
    return ""


def _numbers(root: Element) -> Iterator[tuple[str, str, str]]:
    for series in root.iter(qn("c:ser")):
        name = _first(series.find(qn("c:tx")))
        categories = _points(series.find(qn("c:cat")))
        for at, value in sorted(_points(series.find(qn("c:val"))).items()):
            yield name, categories.get(at, str(at + 1)), _number(value)


def _first(node: Element | None) -> str:
    values = _points(node)
    return values[min(values)] if values else ""


def _points(node: Element | None) -> dict[int, str]:
    """The cached texts of a reference by their place."""
    found: dict[int, str] = {}
    for point in () if node is None else node.iter(qn("c:pt")):
        found[int(str(point.get("idx", "0")))] = str(point.findtext(qn("c:v")) or "")
    return found


def _number(text: str) -> str:
    """A number without idle zeros or the last digits of binary arithmetic."""
    try:
        return plain(round(Decimal(text), _PLACES))
    except InvalidOperation:
        return text


def pictures_of(package: Package, part: str, paragraph: Element) -> Iterator[str]:
    """The digests of the pictures of a paragraph."""
    targets = {rel.id: rel.target for rel in package.relationships(part) if rel.kind == "image"}
    for node in paragraph.iter(qn("a:blip")):
        name = targets.get(str(node.get(f"{{{NS['r']}}}embed", "")), "")
        if name in package.parts and _counts(node):
            yield hashlib.sha256(package.parts[name]).hexdigest()[:12]
