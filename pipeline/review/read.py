"""Reads a report into a `Document`: from Word, WPS or LibreOffice, with or without tracked changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from pipeline.files import read_bytes
from pipeline.findings import LvbaoError
from pipeline.report.errors import PackageError
from pipeline.report.fieldtools import iter_fields
from pipeline.report.ooxml import NS, Element, parse, qn, style_of
from pipeline.report.outline import Outline, OutlineHeading
from pipeline.report.package import Package, embedded, read_package
from pipeline.report.reading import (
    Line,
    in_fallback,
    is_deleted,
    is_struck_out,
    joined_lines,
    normal,
    own_paragraphs,
    read_paragraph,
)
from pipeline.report.safety import part_label
from pipeline.report.text_part import texts_of
from pipeline.report.trace_part import ROOT as TRACE_ROOT
from pipeline.report.trace_part import TracePart, read_trace
from pipeline.review.charts import chart_of, pictures_of
from pipeline.review.document import Block, Cell, Document, TableRow, row_key

FRONT_TITLES: Final = frozenset({"前置页标题", "toc heading"})
_CAPTION: Final = re.compile(r"^((?:附?[表图])\s*[A-Z]?[\d.]*(?:[-－‑–—][\d.]+)?)[\s　]+(?=\S)")
_MARGINS: Final = ("header+xml", "footer+xml", "footnotes+xml", "endnotes+xml")
_THROUGH: Final = frozenset(
    qn(f"w:{n}") for n in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag")
)
_CONTENTS_STYLE: Final = re.compile(r"^(toc|contents|目录)\s*\d", re.IGNORECASE)


def read_report(path: Path) -> Document:
    """The document of a .docx file. Raises LvbaoError for what cannot be read."""
    try:
        return read_document(read_bytes(path, "报告"), path.name)
    except PackageError as error:
        raise LvbaoError(f"{path.name}：{error}") from None


def read_document(docx: bytes, name: str = "") -> Document:
    """The document of the bytes of a .docx. Raises PackageError."""
    package = read_package(docx)
    xml = embedded(package, TRACE_ROOT)
    trace = TracePart() if xml is None else read_trace(xml)
    blocks = _Reader(package, trace.bookmarks).blocks()
    return Document(blocks, trace, _receipt(package), texts_of(package), _application(package), name, package)


def _receipt(package: Package) -> Mapping[str, str]:
    xml = embedded(package, "receipt")
    return {} if xml is None else {str(k): str(v) for k, v in parse(xml, "receipt").attrib.items()}


def _application(package: Package) -> str:
    if "docProps/app.xml" not in package.parts:
        return ""
    return str(package.xml("docProps/app.xml").findtext(qn("ep:Application")) or "")


def style_names(package: Package) -> Mapping[str, str]:
    """The names of styles by id, in small letters."""
    names: dict[str, str] = {}
    for part in package.of_type(".styles+xml"):
        for node in package.xml(part).iter(qn("w:style")):
            title = node.find(qn("w:name"))
            if title is not None:
                names[str(node.get(qn("w:styleId"), ""))] = str(title.get(qn("w:val"), "")).lower()
    return names


class _Reader:
    """Reads the blocks of one package."""

    def __init__(self, package: Package, bookmarks: Mapping[str, str]) -> None:
        self._package, self._bookmarks = package, bookmarks
        self._styles = style_names(package)
        self._part = package.document_name
        self._found: list[Block] = []
        self._path: list[tuple[int, str]] = []

    def blocks(self) -> tuple[Block, ...]:
        """All blocks: the body, then headers, footers and notes, each distinct text of these once."""
        root = self._package.xml(self._part)
        body = root.find(qn("w:body"))
        self._headings = {h.paragraph: h for h in Outline(self._package).headings(root)}
        self._contents = _in_contents(root)
        for node in () if body is None else _through(body):
            if node.tag == qn("w:tbl"):
                self._table(node)
            elif node.tag == qn("w:p"):
                self._paragraph(node)
        self._name_charts()
        self._margins()
        return tuple(self._found)

    # -- paragraphs ------------------------------------------------------------------------------------------
    def _add(self, block: Block) -> None:
        chapter = tuple(title for _level, title in self._path)
        self._found.append(_with(block, chapter=block.chapter or chapter, index=len(self._found)))

    def _paragraph(self, node: Element) -> None:
        line = read_paragraph(node, self._bookmarks, self._styles)
        style = self._styles.get(style_of(node), "")
        heading = self._headings.get(node)
        if node in self._contents or _CONTENTS_STYLE.match(style):
            self._add(Block("contents", line=line, node=node))
        elif heading is not None and normal(line.text):
            self._heading(heading, line, node)
        elif style in FRONT_TITLES and normal(line.text):
            self._path = [(1, normal(line.text))]
            self._add(Block("heading", (normal(line.text),), line, level=1, node=node))
        else:
            self._plain(node, line, style)
        for box in node.iter(qn("w:txbxContent")):
            if not in_fallback(box) and not is_struck_out(box):
                for inner in box.iterchildren(qn("w:p")):
                    self._paragraph(inner)

    def _heading(self, heading: OutlineHeading, line: Line, node: Element) -> None:
        self._path = [(level, title) for level, title in self._path if level < heading.level]
        self._path.append((heading.level, f"{heading.number}{normal(line.text)}"))
        self._add(Block("heading", (), line, heading.number, heading.level, node=node))

    def _plain(self, node: Element, line: Line, style: str) -> None:
        text = normal(line.text)
        for data, alt in chart_of(self._package, self._part, node):
            self._add(Block("chart", line=Line(alt), data=data, node=node))
        for picture in pictures_of(self._package, self._part, node):
            self._add(Block("picture", data=((picture,),), node=node))
        if not text:
            return
        found = _CAPTION.match(text)
        automatic = any(s.kind == "auto" and s.tag == "SEQ" for s in line.spans)
        if found and (automatic or style in ("caption", "题注")):
            self._add(
                Block(
                    "caption", line=line, caption=text[found.end() :],
                    caption_number=found.group(1), node=node,
                )
            )  # fmt: skip
        elif node.find(f".//{qn('m:oMath')}") is not None and not _outside_math(node):
            self._add(Block("equation", line=line, node=node))
        else:
            self._add(Block("paragraph", line=line, node=node))

    # -- tables ------------------------------------------------------------------------------------------------
    def _table(self, node: Element) -> None:
        caption, number = "", ""
        last = self._found[-1] if self._found else None
        if last is not None and last.kind == "caption" and "表" in last.caption_number:
            caption, number = last.caption, last.caption_number
        rows: list[TableRow] = []
        headers: dict[int, str] = {}
        above: dict[int, Line] = {}
        for row in _through(node):
            if row.tag == qn("w:tr") and not is_deleted(row):
                rows.append(self._row(row, len(rows) + 1, headers, above))
        self._add(Block("table", rows=tuple(rows), caption=caption, caption_number=number, node=node))

    def _row(self, node: Element, number: int, headers: dict[int, str], above: dict[int, Line]) -> TableRow:
        repeated = node.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}")
        is_header = repeated is not None and repeated.get(qn("w:val"), "1") not in ("0", "false", "off")
        cells: list[Cell] = []
        column = 0
        for cell in _through(node):
            if cell.tag != qn("w:tc"):
                continue
            span = int(_value(cell, "w:gridSpan") or 1)
            merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
            continued = merge is not None and merge.get(qn("w:val"), "continue") != "restart"
            lines = [read_paragraph(p, self._bookmarks, self._styles) for p in own_paragraphs(cell)]
            inner = [
                read_paragraph(p, self._bookmarks, self._styles)
                for t in cell.iter(qn("w:tbl"))
                for p in t.iter(qn("w:p"))
            ]
            line = joined_lines([*lines, *inner] or [Line("")])
            if continued and column in above and not normal(line.text):
                line = above[column]
            else:
                continued = continued and not normal(line.text)
                above[column] = line
            for at in range(column, column + span) if is_header else ():
                shown = normal(line.text)
                headers[at] = (
                    shown if continued or headers.get(at) in (None, shown) else f"{headers[at]} {shown}"
                )
            header = "" if is_header else headers.get(column, "")
            cells.append(Cell(line, header, span, continued, cell))
            column += span
        key = row_key(tuple(s for c in cells if not c.continued for s in c.line.figures))
        return TableRow(tuple(cells), key, is_header, number, node)

    # -- around --------------------------------------------------------------------------------------------------
    def _name_charts(self) -> None:
        """Captions of charts and pictures stand below them."""
        for at, block in enumerate(self._found):
            if block.kind not in ("chart", "picture"):
                continue
            for below in self._found[at + 1 : at + 3]:
                if below.kind == "caption" and "图" in below.caption_number:
                    self._found[at] = _with(block, caption=below.caption, caption_number=below.caption_number)
                    break

    def _margins(self) -> None:
        seen: set[tuple[str, str]] = set()
        for kind in _MARGINS:
            for name in self._package.of_type(kind):
                if "wordprocessingml" not in self._package.content_type(name):
                    continue
                label = part_label(name)
                for node in self._package.xml(name).iter(qn("w:p")):
                    if in_fallback(node):
                        continue
                    line = read_paragraph(node, self._bookmarks, self._styles)
                    text = line.masked
                    if text and (label, text) not in seen and text != "{#}":
                        seen.add((label, text))
                        self._add(Block("margin", (label,), line, part=label, node=node))


def _with(block: Block, **changes: object) -> Block:
    return replace(block, **changes)  # type: ignore[arg-type]


def _through(parent: Element) -> Iterator[Element]:
    """The children of an element, those inside content controls and insertions too."""
    for node in parent:
        if node.tag in _THROUGH:
            yield from _through(node)
        elif not (node.tag == qn("w:p") and is_deleted(node) and not normal(read_paragraph(node, {}).text)):
            yield node


def _in_contents(root: Element) -> frozenset[Element]:
    """The paragraphs that a contents field prints."""
    found: set[Element] = set()
    paragraphs = list(root.iter(qn("w:p")))
    order = {node: n for n, node in enumerate(paragraphs)}
    for field in iter_fields(root):
        if field.words[0] != "TOC" or field.end is None:
            continue
        first = next(field.begin.iterancestors(qn("w:p")), None)
        last = next(field.end.iterancestors(qn("w:p")), None)
        if first is not None and last is not None:
            found.update(paragraphs[order[first] : order[last] + 1])
    for sdt in root.iter(qn("w:sdt")):
        if sdt.find(f"{qn('w:sdtPr')}/{qn('w:docPartObj')}") is not None:
            found.update(sdt.iter(qn("w:p")))
    return frozenset(found)


def _outside_math(node: Element) -> bool:
    """Is there text beside the equation?"""
    return any(
        (t.text or "").strip()
        for t in node.iter(qn("w:t"))
        if next(t.iterancestors(f"{{{NS['m']}}}oMath"), None) is None
    )


def _value(cell: Element, name: str) -> str:
    node = cell.find(f"{qn('w:tcPr')}/{qn(name)}")
    return "" if node is None else str(node.get(qn("w:val"), ""))
