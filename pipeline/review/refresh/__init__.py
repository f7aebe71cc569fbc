"""Refresh: the enterprise corrects its workbook after people have rewritten the draft.

Figures, tables and charts under provenance are renewed in the edited draft, prose that people wrote is kept to the letter,
rows and paragraphs of the program come and go with the data. What cannot be renewed safely is told with its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from pipeline.findings import LvbaoError
from pipeline.report.fields import update_fields
from pipeline.report.ooxml import Element, parse, qn
from pipeline.report.package import Package, embed, embedded, write_package
from pipeline.report.provenance import BOOKMARK
from pipeline.report.text_part import ROOT as TEXT_ROOT
from pipeline.report.trace_part import NAMESPACE as TRACE_NAMESPACE
from pipeline.report.trace_part import ROOT as TRACE_ROOT
from pipeline.review.document import Document
from pipeline.review.read import read_document
from pipeline.review.redline.parts import Digests, Transplant
from pipeline.review.redline.settle import accepted
from pipeline.review.refresh.figures import Renewal
from pipeline.review.refresh.graft import NEW_MARK, Graft
from pipeline.review.refresh.made import Made
from pipeline.review.refresh.margins import Margins
from pipeline.review.refresh.merge import Refresher
from pipeline.review.refresh.notes import Note, Notes

_PARTS: Final = (("receipt", "receipt"), ("text", TEXT_ROOT))


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The refreshed draft and what was done to it, in reading order."""

    docx: bytes
    notes: tuple[Note, ...]


def refresh(draft: bytes, new: bytes, name: str = "") -> Refreshed:
    """Renews an edited draft from the report that the corrected workbook gives. Raises LvbaoError, PackageError.

    Tracked changes in the draft count as accepted.
    """
    older, newer = read_document(draft, name), read_document(new)
    if not older.trace.entries or not older.texts:
        raise LvbaoError(
            f"{name or '草稿'} 里没有溯源信息（不是由 lvbao 生成，或已被删去），不能确定哪些内容可以更新。"
        )
    package, source = older.package, newer.package
    if package is None or source is None:
        raise LvbaoError("报告没有读入正文，不能更新。")
    notes = Notes()
    body, fresh = accepted(package.xml(package.document_name)), source.xml(source.document_name)
    graft = Graft(
        Transplant(source, package, source.document_name, package.document_name, 20_000),
        _largest_id(body) + 1,
    )
    refresher = Refresher(
        made=Made(older.texts, _body(body), older.trace.bookmarks),
        renewal=Renewal(older.trace, newer.trace, notes, _shifted(older, newer)),
        graft=graft,
        notes=notes,
        draft_digests=Digests(package, package.document_name),
        new_digests=Digests(source, source.document_name),
        draft_marks=dict(older.trace.bookmarks),
        new_marks=dict(newer.trace.bookmarks),
    )
    refresher.container(_body(body), _body(fresh))
    _drop_doubled_marks(body)
    package.put_xml(package.document_name, body)
    Margins(package, source, notes).renew()
    _renew_parts(package, source, _marks(body, older, newer))
    update_fields(package, None)
    return Refreshed(write_package(package), tuple(notes.found))


def _body(root: Element) -> Element:
    found = root.find(qn("w:body"))
    assert found is not None  # a document has a body
    return found


def _shifted(older: Document, newer: Document) -> frozenset[str]:
    """Tables whose rows are others now: a row number in prose no longer says which row is meant."""
    names: list[dict[str, dict[str, str]]] = []
    for document in (older, newer):
        rows: dict[str, dict[str, str]] = {}
        for block in document.blocks:
            for row in block.rows:
                for span in row.figures:
                    stem, bracket, _ = span.tag.partition("]")
                    if bracket:
                        first = next(
                            (c.line.masked for c in row.cells if c.line.masked and not c.line.figures), ""
                        )
                        rows.setdefault(stem.partition("[")[0], {}).setdefault(stem, first)
        names.append(rows)
    return frozenset(table for table in names[0] | names[1] if names[0].get(table) != names[1].get(table))


def _marks(body: Element, older: Document, newer: Document) -> Mapping[str, list[str]]:
    """Hidden bookmarks in the refreshed draft by tag."""
    found: dict[str, list[str]] = {}
    for mark in body.iter(qn("w:bookmarkStart")):
        name = str(mark.get(qn("w:name"), ""))
        if not name.startswith(BOOKMARK):
            continue
        old_name = name.replace(NEW_MARK, BOOKMARK, 1)
        known = newer.trace.bookmarks if name.startswith(NEW_MARK) else older.trace.bookmarks
        if old_name in known:
            found.setdefault(known[old_name], []).append(name.removeprefix(BOOKMARK))
    return found


def _renew_parts(package: Package, source: Package, marks: Mapping[str, list[str]]) -> None:
    """Receipt, digests and trace of the new report, with the bookmarks as they are in the draft."""
    for name, root in _PARTS:
        content = embedded(source, root)
        if content is not None:
            embed(package, name, content)
    xml = embedded(source, TRACE_ROOT)
    if xml is None:
        return
    trace = parse(xml, TRACE_ROOT)
    for node in trace.iter(f"{{{TRACE_NAMESPACE}}}figure"):
        if "bookmarks" in node.attrib:
            del node.attrib["bookmarks"]
        if names := marks.get(str(node.get("tag", ""))):
            node.set("bookmarks", " ".join(names))
    embed(package, "trace", etree.tostring(trace, xml_declaration=True, encoding="UTF-8", standalone=True))


def _drop_doubled_marks(body: Element) -> None:
    """A bookmark that came with a new block stands beside none of the same name."""
    seen: set[str] = set()
    gone: set[str] = set()
    for mark in list(body.iter(qn("w:bookmarkStart"))):
        name = str(mark.get(qn("w:name"), ""))
        if name in seen:
            gone.add(str(mark.get(qn("w:id"))))
            _remove(mark)
        seen.add(name)
    for mark in list(body.iter(qn("w:bookmarkEnd"))):
        if str(mark.get(qn("w:id"))) in gone:
            _remove(mark)


def _remove(node: Element) -> None:
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


def _largest_id(root: Element) -> int:
    found = (str(n.get(qn("w:id"), "0")) for n in root.iter(qn("w:bookmarkStart"), qn("w:bookmarkEnd")))
    return max((int(i) for i in found if i.isdigit()), default=0)
