"""What people did not write: digests of a report's own texts, carried inside it.

One digest a paragraph, or cell of a table, figures and automatic numbers taken out; a text that stands in several places is
there as often, so that count and order tell which of them somebody took out. Whoever reads the report later can tell a
sentence that was rewritten by hand from one that was printed, and a figure typed over does not make its sentence look
rewritten. Digests and not the texts: what an author deletes must not travel on in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from lxml import etree

from pipeline.report.ooxml import Element, nearest, parse, qn
from pipeline.report.package import Package, embedded
from pipeline.report.reading import digest, in_fallback, masked_text, normal, own_paragraphs, read_paragraph

NAMESPACE: Final = "urn:lvbao:text:1"
ROOT: Final = "lvbao-text"
MARGINS: Final = ("wordprocessingml.header+xml", "wordprocessingml.footer+xml")
"""Kinds of parts whose texts stand in the margins of pages."""
_BODY, _CELL, _CELL_LOOK, _PARAGRAPH = (qn(f"w:{name}") for name in ("body", "tc", "tcPr", "p"))


def text_xml(package: Package) -> bytes:
    """The part for the body of a document as it stands: digests in reading order, repeated ones too."""
    root = etree.Element(f"{{{NAMESPACE}}}{ROOT}", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    document = package.tree(package.document_name)
    drawn_twice = b"Fallback" in package.parts[package.document_name]
    masked = (_own_text(node, drawn_twice) for node in document.iter(_PARAGRAPH, _CELL))
    digests: dict[str, str] = {}
    root.text = " ".join(digests.get(t) or digests.setdefault(t, digest(t)) for t in masked if t)
    root.set("margins", " ".join(dict.fromkeys(_margins(package))))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _margins(package: Package) -> Iterator[str]:
    """The digests of what headers and footers say."""
    for kind in MARGINS:
        for name in package.of_type(kind):
            texts = (masked_text(p) for p in package.tree(name).iter(_PARAGRAPH))
            yield from (digest(text) for text in texts if text)


def own_text(node: Element, bookmarks: Mapping[str, str] | None = None) -> str:
    """What people would have to have written of a cell, or of a paragraph that stands in none; else "".

    `bookmarks` tells the figures of a file whose controls another program dropped.
    """
    if not bookmarks:
        return _own_text(node, True)
    return _own_text(node, True, lambda paragraph: read_paragraph(paragraph, bookmarks).masked)


def _own_text(node: Element, drawn_twice: bool, masked_text: Callable[[Element], str] = masked_text) -> str:
    """The same; `drawn_twice`: there may be second versions of drawings, for old programs, which do not count."""
    if node.tag == _CELL:
        if drawn_twice and in_fallback(node):
            return ""
        paragraphs = [child for child in node if child.tag != _CELL_LOOK]
        if any(child.tag != _PARAGRAPH for child in paragraphs):
            paragraphs = own_paragraphs(node)
        if len(paragraphs) == 1:
            return masked_text(paragraphs[0])
        return normal("\n".join(masked_text(p) for p in paragraphs))
    home = node.getparent()
    if home is not None and home.tag == _CELL:
        return ""
    if (home is None or home.tag != _BODY) and (
        (drawn_twice and in_fallback(node)) or nearest(node, "w:tc") is not None
    ):
        return ""
    return masked_text(node)


def texts_of(package: Package) -> tuple[str, ...]:
    """The digests that a report carries (those of early versions each distinct one once), none when it carries none. Raises PackageError."""
    xml = embedded(package, ROOT)
    return () if xml is None else tuple((parse(xml, ROOT).text or "").split())


def margins_of(package: Package) -> frozenset[str]:
    """The digests of its headers and footers that a report carries, none when it carries none. Raises PackageError."""
    xml = embedded(package, ROOT)
    return frozenset() if xml is None else frozenset(str(parse(xml, ROOT).get("margins", "")).split())
