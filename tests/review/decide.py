"""What Word makes of tracked changes when a reviewer accepts or rejects all: written for tests, apart from the product.

It works on the outline of a document (nested lists of paragraphs and tables) and not on its XML, so that it shares nothing
with the program: each paragraph is (pieces with their status, status of its mark).
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"


def body(docx: bytes, part: str = "word/document.xml") -> Any:
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        root = etree.fromstring(archive.read(part))
    found = root.find(f"{W}body")
    return root if found is None else found


def outline(docx: bytes, keep: str | None = None, part: str = "word/document.xml") -> list[Any]:
    """Paragraphs as texts, tables as lists of rows of cells. `keep`: `ins` accepts all, `del` rejects all."""
    return _blocks(body(docx, part), keep)


def _blocks(container: Any, keep: str | None) -> list[Any]:
    found: list[Any] = []
    carried: str | None = None
    for node in _through(container):
        if node.tag == f"{W}tbl":
            if carried:
                found.append(carried)
            carried = None
            rows = [_cells(r, keep) for r in node.findall(f"{W}tr") if _stays(r.find(f"{W}trPr"), keep)]
            if rows:
                found.append(rows)
        elif node.tag == f"{W}p":
            text = (carried or "") + _text(node, keep)
            if _stays(node.find(f"{W}pPr/{W}rPr"), keep):
                found.append(text)
                carried = None
            else:
                carried = text
    if carried:
        found.append(carried)
    return found


def _through(container: Any) -> Any:
    for node in container:
        if node.tag == f"{W}sdt":
            yield from _through(node.find(f"{W}sdtContent"))
        else:
            yield node


def _cells(row: Any, keep: str | None) -> list[Any]:
    return [_blocks(c, keep) for c in row.findall(f"{W}tc")]


def _stays(properties: Any, keep: str | None) -> bool:
    """A mark or row stays unless it bears the status that is not kept; what bears both never stays."""
    marks = set() if properties is None else {str(c.tag)[len(W) :] for c in properties} & {"ins", "del"}
    return keep is None or not marks or marks == {keep}


def _text(paragraph: Any, keep: str | None) -> str:
    return "".join(
        _said(node) for node in paragraph.iter() if node.tag != f"{W}pPr" and _counts(node, paragraph, keep)
    )


def _said(node: Any) -> str:
    if node.tag in (f"{W}t", f"{W}delText", f"{M}t"):
        return node.text or ""
    if node.tag == f"{W}drawing":
        return "▣"
    return {f"{W}tab": "\t", f"{W}br": "\n"}.get(node.tag, "") if node.getparent().tag == f"{W}r" else ""


def _counts(node: Any, paragraph: Any, keep: str | None) -> bool:
    above = []
    for parent in node.iterancestors():
        if parent is paragraph:
            break
        above.append(str(parent.tag))
    gone = {"ins": "del", "del": "ins"}.get(keep or "", "")
    return f"{W}{gone}" not in above
