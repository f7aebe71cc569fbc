"""On which page each block of a report stands, as LibreOffice lays it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline.findings import LvbaoError
from pipeline.report.layout import libreoffice, page_labels
from pipeline.report.ooxml import Element, el, qn
from pipeline.report.package import write_package
from pipeline.review.document import Document
from pipeline.review.read import read_document

_NAME: Final = "LvbaoAt"
NO_OFFICE: Final = (
    "按页查找要用 LibreOffice 排版，本机没有安装。请安装 LibreOffice，或改用数值、--indicator 查找。"
)
NO_LAYOUT: Final = "LibreOffice 未能给出排版结果（报告含公式时要装有公式组件 libreoffice-math）。请改用数值、--indicator 查找。"


def pages_of(document: Document) -> Mapping[int, Mapping[int, str]]:
    """The printed page of every block (row -1) and table row that holds figures. Raises LvbaoError without a layout."""
    if libreoffice() is None:
        raise LvbaoError(NO_OFFICE)
    if document.package is None:
        raise LvbaoError(NO_LAYOUT)
    copy = read_document(write_package(document.package))  # its nodes may be changed
    names: dict[str, tuple[int, int]] = {}
    root: Element | None = None
    for figure in copy.figures():
        block = copy.block(figure.place)
        at = (figure.place.block, figure.place.row)
        if block.part != "正文" or at in names.values():
            continue
        node = block.node if figure.place.row < 0 else block.rows[figure.place.row].cells[0].node
        paragraph = node if node is None or node.tag == qn("w:p") else next(node.iter(qn("w:p")), None)
        if paragraph is None:
            continue
        name = f"{_NAME}{len(names) + 1}"
        names[name] = at
        number = str(2_000_000 + len(names))
        paragraph.append(el("w:bookmarkStart", {"w:id": number, "w:name": name}))
        paragraph.append(el("w:bookmarkEnd", {"w:id": number}))
        root = paragraph.getroottree().getroot()
    package = document.package.copy()
    if root is not None:
        package.put_xml(package.document_name, root)
    found = page_labels(write_package(package), tuple(names))
    if not found:
        raise LvbaoError(NO_LAYOUT)
    pages: dict[int, dict[int, str]] = {}
    for name, (block_at, row) in names.items():
        pages.setdefault(block_at, {})[row] = found.get(name, "")
    return pages
