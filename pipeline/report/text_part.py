"""What people did not write: digests of a report's own texts, carried inside it.

One digest a paragraph, or cell of a table, figures and automatic numbers taken out. Whoever reads the report later can tell a
sentence that was rewritten by hand from one that was printed, and a figure typed over does not make its sentence look
rewritten. Digests and not the texts: what an author deletes must not travel on in the file.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from pipeline.report.ooxml import Element, nearest, parse, qn
from pipeline.report.package import Package, embedded
from pipeline.report.reading import Line, digest, in_fallback, joined_lines, own_paragraphs, read_paragraph

NAMESPACE: Final = "urn:lvbao:text:1"
ROOT: Final = "lvbao-text"


def text_xml(package: Package) -> bytes:
    """The part for the body of a document as it stands: digests, each distinct one once, in reading order."""
    root = etree.Element(f"{{{NAMESPACE}}}{ROOT}", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    body = package.xml(package.document_name)
    masked = (own_text(node) for node in body.iter(qn("w:p"), qn("w:tc")))
    digests = [digest(text) for text in masked if text]
    root.text = " ".join(dict.fromkeys(digests))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def own_text(node: Element) -> str:
    """What people would have to have written of a cell, or of a paragraph that stands in none; else ""."""
    if in_fallback(node):
        return ""
    if node.tag == qn("w:tc"):
        return joined_lines([read_paragraph(p, {}) for p in own_paragraphs(node)] or [Line("")]).masked
    return "" if nearest(node, "w:tc") is not None else read_paragraph(node, {}).masked


def texts_of(package: Package) -> tuple[str, ...]:
    """The digests that a report carries, none when it carries none. Raises PackageError."""
    xml = embedded(package, ROOT)
    return () if xml is None else tuple((parse(xml, ROOT).text or "").split())
