"""What people do to a report in Word, done to its XML as Word would save it: runs split, sessions marked, controls lost."""

from __future__ import annotations

import copy
import re

from lxml import etree

from pipeline.report.ooxml import Element, cell_text, el, paragraph_text, qn
from pipeline.report.package import Package, read_package, write_package


class Word:
    """A report open in Word. Every method finds its place by what stands there."""

    def __init__(self, docx: bytes) -> None:
        self.package: Package = read_package(docx)
        self.root: Element = self.package.xml(self.package.document_name)
        self._session = 0x00A10000

    def saved(self) -> bytes:
        """The file, with the marks of an editing session on every run."""
        for number, run in enumerate(self.root.iter(qn("w:r"))):
            run.set(qn("w:rsidR"), f"{self._session + number % 7:08X}")
        self.package.put_xml(self.package.document_name, self.root)
        return write_package(self.package)

    # -- finding ---------------------------------------------------------------------------------------------------
    def paragraph(self, beginning: str) -> Element:
        """The first paragraph of the body (not of the contents) whose text begins so."""
        for node in self.root.iter(qn("w:p")):
            if paragraph_text(node).startswith(beginning) and node.find(f".//{qn('w:hyperlink')}") is None:
                return node
        raise LookupError(beginning)

    def table(self, caption: str) -> Element:
        """The table below the caption that ends so."""
        found = False
        for node in self.root.iter(qn("w:p"), qn("w:tbl")):
            if node.tag == qn("w:tbl") and found:
                return node
            if node.tag == qn("w:p") and re.match(r"^表 [\dA-Z]", paragraph_text(node)):
                found = paragraph_text(node).partition("　")[2] == caption
        raise LookupError(caption)

    def row(self, caption: str, text: str) -> Element:
        """The first row of a table that has a cell with that text."""
        for row in self.table(caption).iter(qn("w:tr")):
            if any(cell_text(c) == text for c in row.iter(qn("w:tc"))):
                return row
        raise LookupError(text)

    def cell(self, caption: str, text: str, column: int) -> Element:
        """A cell of that row; columns count from 0."""
        return list(self.row(caption, text).iter(qn("w:tc")))[column]

    @staticmethod
    def control(home: Element, tag: str) -> Element:
        """The first control of a tag in a paragraph or cell."""
        for sdt in home.iter(qn("w:sdt")):
            node = sdt.find(f"{qn('w:sdtPr')}/{qn('w:tag')}")
            if node is not None and node.get(qn("w:val")) == tag:
                return sdt
        raise LookupError(tag)

    # -- editing ---------------------------------------------------------------------------------------------------
    def type_over(self, home: Element, tag: str, text: str) -> None:
        """Another text inside the control, in two runs with a spelling mark between them."""
        content = self.control(home, tag).find(qn("w:sdtContent"))
        assert content is not None
        look = next(iter(content.iter(qn("w:r")))).find(qn("w:rPr"))
        for child in list(content):
            content.remove(child)
        half = max(1, len(text) // 2)
        for number, part in enumerate((text[:half], text[half:])):
            if part:
                content.append(_run(part, look))
            if number == 0:
                content.append(el("w:proofErr", {"w:type": "spellStart"}))

    def flatten(self, home: Element, tag: str, text: str | None = None) -> None:
        """The control gone, its text (or another one) left as plain runs; "" leaves nothing."""
        sdt = self.control(home, tag)
        parent, content = sdt.getparent(), sdt.find(qn("w:sdtContent"))
        assert parent is not None
        assert content is not None
        was = "".join(t.text or "" for t in content.iter(qn("w:t")))
        look = next(iter(content.iter(qn("w:r")))).find(qn("w:rPr"))
        at = parent.index(sdt)
        for near in (sdt.getprevious(), sdt.getnext()):  # Word takes the bookmark with the control
            name = "" if near is None else str(near.get(qn("w:name"), ""))
            if near is not None and (name.startswith("_lv") or near.tag == qn("w:bookmarkEnd")):
                parent.remove(near)
        at = parent.index(sdt)
        new = was if text is None else text
        parent[at : at + 1] = [_run(new, look)] if new else []

    def replace(self, home: Element, old: str, new: str) -> None:
        """Plain text replaced in the run it stands in; the run is split in three, as Word does."""
        for node in home.iter(qn("w:t")):
            text = node.text or ""
            if old in text and next(node.iterancestors(qn("w:sdt")), None) is None:
                run = node.getparent()
                assert run is not None
                look = run.find(qn("w:rPr"))
                before, _, after = text.partition(old)
                home_ = run.getparent()
                assert home_ is not None
                at = home_.index(run)
                home_[at : at + 1] = [_run(part, look) for part in (before, new, after) if part]
                return
        raise LookupError(old)

    def track(self, home: Element, old: str, new: str) -> None:
        """Like `replace`, with changes tracked."""
        self.replace(home, old, new)
        run = next(r for r in home.iter(qn("w:r")) if "".join(t.text or "" for t in r.iter(qn("w:t"))) == new)
        parent = run.getparent()
        assert parent is not None
        at = parent.index(run)
        who = {"w:id": "9001", "w:author": "审核", "w:date": "2025-04-01T08:00:00Z"}
        gone = el("w:del", who, el("w:r", None, el("w:delText", text=old)))
        parent[at : at + 1] = [gone, el("w:ins", {**who, "w:id": "9002"}, copy.deepcopy(run))]

    def add_after(self, paragraph: Element, text: str) -> None:
        """A new paragraph of the same look."""
        new = el("w:p", None)
        properties = paragraph.find(qn("w:pPr"))
        if properties is not None:
            new.append(copy.deepcopy(properties))
        new.append(_run(text, None))
        paragraph.addnext(new)

    def append(self, paragraph: Element, text: str) -> None:
        """Words at the end of a paragraph."""
        paragraph.append(_run(text, None))

    @staticmethod
    def remove(node: Element) -> None:
        """A paragraph or row deleted."""
        parent = node.getparent()
        assert parent is not None
        parent.remove(node)

    def move_up(self, row: Element) -> None:
        """A row to the top of its table, below the heading."""
        table = row.getparent()
        assert table is not None
        first = list(table.iterchildren(qn("w:tr")))[1]
        table.remove(row)
        first.addprevious(row)

    def add_row(self, row: Element, texts: list[str]) -> None:
        """A copy of a row below it, without controls, with other texts."""
        new = copy.deepcopy(row)
        for cell, text in zip(new.iter(qn("w:tc")), texts, strict=True):
            paragraph = next(iter(cell.iter(qn("w:p"))))
            for child in [c for c in paragraph if c.tag != qn("w:pPr")]:
                paragraph.remove(child)
            paragraph.append(_run(text, None))
        row.addnext(new)

    def set_cell(self, cell: Element, text: str) -> None:
        """A cell typed anew, whatever stood in it."""
        paragraphs = list(cell.iter(qn("w:p")))
        for extra in paragraphs[1:]:
            self.remove(extra)
        for child in [c for c in paragraphs[0] if c.tag != qn("w:pPr")]:
            paragraphs[0].remove(child)
        paragraphs[0].append(_run(text, None))

    def chart_value(self, part: str, old: str, new: str) -> None:
        """A number of a chart's data."""
        root = self.package.xml(part)
        node = next(v for v in root.iter(qn("c:v")) if v.text == old)
        node.text = new
        self.package.put_xml(part, root)

    def copy_control(self, source: Element, tag: str, target: Element, text: str) -> None:
        """A figure copied into another paragraph and typed over there."""
        self.append(target, "（")
        target.append(copy.deepcopy(self.control(source, tag)))
        self.append(target, "）")
        self.type_over(target, tag, text)


def _run(text: str, look: Element | None) -> Element:
    run = el("w:r")
    if look is not None:
        run.append(copy.deepcopy(look))
    node = el("w:t", text=text)
    node.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(node)
    return run


def pretty(node: Element) -> str:
    """For looking at what was made."""
    return etree.tostring(node, pretty_print=True, encoding="unicode")
