"""The edited draft and the new report as one: what the program wrote is renewed, what people wrote stays.

Whether a text is the program's, and what people took out, is told by the digests of its own texts that the draft carries
(`made`, over `report/text_part.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pipeline.report.markers import CHART, DIAGRAM, PICTURE
from pipeline.report.ooxml import Element, qn, style_of
from pipeline.report.reading import Line, joined_lines, normal, own_paragraphs, read_paragraph
from pipeline.report.text_part import own_text
from pipeline.review.document import row_key, short
from pipeline.review.redline.align import align
from pipeline.review.redline.parts import Digests
from pipeline.review.refresh.figures import Renewal
from pipeline.review.refresh.graft import Graft
from pipeline.review.refresh.made import Made
from pipeline.review.refresh.notes import Notes
from pipeline.review.segment import tokens

_BLOCKS: Final = frozenset(qn(f"w:{n}") for n in ("p", "tbl", "sdt"))
_DRAWN_STYLES: Final = frozenset({CHART, DIAGRAM, PICTURE})
"""Paragraphs of these styles hold what the program drew; pictures that people put in have others."""
_ALIKE: Final = 0.5
_DRAWN: Final = qn("w:drawing")
CONFLICT: Final = "这段文字手工改写过，新报告里的原文也变了"
REMOVED: Final = "（已删除）"
TAKEN_OUT: Final = "草稿里手工删去了这一处，没有放回；要恢复请照右边的内容补上"
COME_BACK: Final = "草稿里手工删去过相近的内容，新数据又有，已放回；仍不要时请再删去"
_RESEMBLES: Final = 0.5


@dataclass(frozen=True)
class Part:
    """A block, row or cell of one side: its node, what it says with figures as tags, and as a reader sees it."""

    node: Element
    kind: str
    line: Line
    own: tuple[str, ...] = ()
    name: str = ""

    @cached_property
    def words(self) -> Counter[str]:
        """How often it says which word."""
        return Counter(tokens(self.line.masked))

    @property
    def text(self) -> str:
        """As a reader sees it, shortened."""
        return short(normal(self.line.text))


@dataclass
class Refresher:
    """Goes through both documents side by side and changes the draft in place."""

    made: Made
    renewal: Renewal
    graft: Graft
    notes: Notes
    draft_digests: Digests
    new_digests: Digests
    draft_marks: dict[str, str]
    new_marks: dict[str, str]

    def container(self, draft: Element, new: Element) -> None:
        """Renews the blocks of a body or cell."""
        olds, news = self._blocks(draft, self.draft_marks), self._blocks(new, self.new_marks)
        pairs = align(olds, news, lambda p: (p.kind, p.name, p.line.masked), _likeness)
        at = _Cursor(draft, [p.node for p in olds], self.made)
        for i, j in pairs:
            old, fresh = None if i is None else olds[i], None if j is None else news[j]
            if old is not None:
                at.reach(old.node)
                self._remember(old)
            self._block(old, fresh, at)

    # -- blocks ---------------------------------------------------------------------------------------------
    def _blocks(self, container: Element, marks: dict[str, str]) -> list[Part]:
        found: list[Part] = []
        for node in container:
            if node.tag in _BLOCKS and not _is_contents(node):
                kind = str(node.tag).rpartition("}")[2]
                found.append(self._table(node, marks) if kind == "tbl" else _paragraph(node, kind, marks))
        return found

    def _table(self, node: Element, marks: dict[str, str]) -> Part:
        rows = [joined_lines(_cell_lines(r, marks)) for r in node.findall(qn("w:tr"))]
        own = tuple(t for c in node.iter(qn("w:tc")) if (t := own_text(c, marks)))
        return Part(node, "tbl", joined_lines(rows or [Line("")]), own, rows[0].masked if rows else "")

    def _remember(self, old: Part) -> None:
        """The chapter and caption that notes name."""
        if old.kind == "p":
            style = style_of(old.node)
            if style.startswith(("Heading", "heading")) and old.text:
                self.notes.heading, self.notes.title = old.text, ""
            elif "aption" in style:
                self.notes.title = old.text

    def _block(self, old: Part | None, new: Part | None, at: _Cursor) -> None:
        if old is None:
            if new is not None:
                self._only_new(new, at)
        elif new is None:
            self._only_draft(old, at)
        elif old.kind == "tbl":
            self._tables(old, new)
        elif old.kind == "p":
            self._paragraphs(old, new, at)

    def _is_own(self, part: Part) -> bool:
        """Whether the program wrote it, word for word."""
        return self.made.wrote(part.own)

    def _only_new(self, new: Part, at: _Cursor) -> None:
        if not new.own and not _is_drawn(new.node):
            return  # blank lines come and go with the blocks around them
        self._added(new, at, "")

    def _added(self, new: Part, at: _Cursor, kind: str) -> None:
        """What only the new report has: new with the data, or taken out of the draft by hand."""
        missing = self.made.missing(at.place, new.own)
        if missing:
            self.made.settle(at.place, new.own)
        if missing == 1.0:
            self.notes.add("unsafe", f"手工删去的{kind or '内容'}", "", new.text, TAKEN_OUT)
            return
        at.insert(self.graft.take(new.node))
        if missing >= _RESEMBLES:
            self.notes.add("unsafe", f"新增{kind}", "", new.text, COME_BACK)
        else:
            self.notes.add("renewed", f"新增{kind}", "", new.text or "图")

    def _only_draft(self, old: Part, at: _Cursor) -> None:
        if old.own and self.made.stands(old.node, old.own):
            at.remove(old.node)
            self.notes.add("renewed", "删去", old.text, REMOVED)
        elif not old.own and _is_drawn(old.node) and style_of(old.node) in _DRAWN_STYLES:
            at.remove(old.node)
            self.notes.add("renewed", "删去", "图", REMOVED)
        elif old.own:
            self.notes.add("kept", "手工增加或改写的内容", old.text)
            for line in _lines(old.node, self.draft_marks):
                self.renewal.renew(line)

    def _paragraphs(self, old: Part, new: Part, at: _Cursor) -> None:
        if _is_drawn(new.node) and _is_drawn(old.node):
            if self.draft_digests(old.node) != self.new_digests(new.node):
                at.replace(old.node, self.graft.take(new.node))
                self.notes.add("renewed", "图表", "", "按新数据重画")
            return
        if old.line.masked == new.line.masked:
            self.renewal.renew(old.line, new.line)
        elif self._is_own(old):
            at.replace(old.node, self.graft.take(new.node))
            if old.text != new.text:
                self.notes.add("renewed", "文字", old.text, new.text)
        else:
            self._rewritten(old, new)

    def _rewritten(self, old: Part, new: Part) -> None:
        """A text that people rewrote: its figures are renewed, its words stay to the letter."""
        self.notes.add("kept", "手工改写的文字", old.text)
        self.renewal.renew(old.line, new.line)
        if self._is_other(old.node, new.own):
            self.notes.add("unsafe", "文字", old.text, new.text, CONFLICT)

    def _is_other(self, node: Element, texts: tuple[str, ...]) -> bool:
        """Whether the new report says in the place of a rewritten text what the draft did not say there."""
        place = self.made.end(node)
        if not texts or self.made.missing(place, texts) == 1.0:
            self.made.settle(place, texts)
            return False
        return True

    # -- tables ---------------------------------------------------------------------------------------------
    def _tables(self, old: Part, new: Part) -> None:
        olds, news = _rows(old.node, self.draft_marks), _rows(new.node, self.new_marks)
        pairs = align(olds, news, lambda r: (len(_cells(r.node)), r.line.masked), _row_likeness)
        at = _Cursor(old.node, [r.node for r in olds], self.made)
        for i, j in pairs:
            if i is not None:
                at.reach(olds[i].node)
            self._row(None if i is None else olds[i], None if j is None else news[j], at)

    def _row(self, old: Part | None, new: Part | None, at: _Cursor) -> None:
        if old is not None and new is not None:
            for before, after in zip(_cells(old.node), _cells(new.node), strict=True):
                self._cell(before, after, old)
                _take_merge(before, after)
        elif new is not None:
            self._added(new, at, "行")
        elif old is not None and self.made.stands(old.node, old.own):
            at.remove(old.node)
            self.notes.add("renewed", "删去行", old.text, REMOVED)
        elif old is not None:
            self.notes.add("kept", "手工增加或改写的行", old.text)
            for line in _lines(old.node, self.draft_marks):
                self.renewal.renew(line)

    def _cell(self, old: Element, new: Element, row: Part) -> None:
        before, after = joined_lines(_lines(old, self.draft_marks)), joined_lines(_lines(new, self.new_marks))
        if before.masked == after.masked:
            self.renewal.renew(before, after)
        elif (own := own_text(old, self.draft_marks)) and not self.made.wrote((own,)):
            self.notes.add("kept", f"{row.text} 行中手工改写的单元格", short(normal(before.text)))
            self.renewal.renew(before, after)
            if (theirs := own_text(new, self.new_marks)) and self._is_other(old, (theirs,)):
                self.notes.add(
                    "unsafe", "单元格", short(normal(before.text)), short(normal(after.text)), CONFLICT
                )
        else:
            _take_content(old, self.graft.take(new))
            if normal(before.text) != normal(after.text):
                self.notes.add("renewed", row.text, short(normal(before.text)), short(normal(after.text)))


class _Cursor:
    """The place in a container behind which new blocks are put."""

    def __init__(self, container: Element, blocks: Sequence[Element], made: Made) -> None:
        self._container, self._made = container, made
        self.place = made.start(blocks[0] if blocks else container)
        self._last: Element | None = None
        self._first = blocks[0] if blocks else None

    def reach(self, node: Element) -> None:
        self._last = node
        self.place = self._made.end(node)

    def insert(self, node: Element) -> None:
        if self._last is not None:
            self._last.addnext(node)
        elif self._first is not None:
            self._first.addprevious(node)
        else:
            self._container.insert(0, node)
        self._last = node

    def replace(self, old: Element, new: Element) -> None:
        old.addnext(new)
        self._container.remove(old)
        self._last = new

    def remove(self, node: Element) -> None:
        before = node.getprevious()
        following = node.getnext()
        self._container.remove(node)
        self._last = before
        if before is None:
            self._first = following


def _paragraph(node: Element, kind: str, marks: dict[str, str]) -> Part:
    line = read_paragraph(node, marks) if kind == "p" else joined_lines(_lines(node, marks) or [Line("")])
    own = (line.masked,) if kind == "p" and line.masked else ()
    return Part(node, kind, line, own, _drawn_name(node))


def _rows(table: Element, marks: dict[str, str]) -> list[Part]:
    found = []
    for row in table.findall(qn("w:tr")):
        line = joined_lines(_cell_lines(row, marks))
        own = tuple(t for c in _cells(row) if (t := own_text(c, marks)))
        found.append(Part(row, "tr", line, own, row_key(line.figures)))
    return found


def _cells(row: Element) -> list[Element]:
    return row.findall(qn("w:tc"))


def _cell_lines(row: Element, marks: dict[str, str]) -> list[Line]:
    return [joined_lines(_lines(c, marks) or [Line("")]) for c in _cells(row)] or [Line("")]


def _lines(node: Element, marks: dict[str, str]) -> list[Line]:
    if node.tag == qn("w:p"):
        return [read_paragraph(node, marks)]
    paragraphs = own_paragraphs(node) if node.tag == qn("w:tc") else list(node.iter(qn("w:p")))
    return [read_paragraph(p, marks) for p in paragraphs] or [Line("")]


def _is_contents(node: Element) -> bool:
    return node.tag == qn("w:sdt") and node.find(f"{qn('w:sdtPr')}/{qn('w:docPartObj')}") is not None


def _is_drawn(node: Element) -> bool:
    return next(node.iter(_DRAWN), None) is not None


def _drawn_name(node: Element) -> str:
    """What Word calls the picture or chart in a paragraph; "" where there is none."""
    found = next(node.iter(qn("wp:docPr")), None)
    return "" if found is None else str(found.get("descr") or found.get("name") or "").partition("：")[0]


def _likeness(old: Part, new: Part) -> float:
    if old.kind != new.kind or bool(_drawn_name(old.node)) != bool(_drawn_name(new.node)):
        return 0.0
    if old.kind == "sdt" or (old.name and old.name == new.name):
        return 1.0 + _common(old, new)
    return _common(old, new)


def _row_likeness(old: Part, new: Part) -> float:
    if len(_cells(old.node)) != len(_cells(new.node)):
        return 0.0
    if old.name or new.name:
        return 2.0 if old.name == new.name else 0.0
    return _common(old, new)


def _common(old: Part, new: Part) -> float:
    total = old.words.total() + new.words.total()
    share = 2 * (old.words & new.words).total() / total if total else 0.0
    return share if share >= _ALIKE else 0.0


def _take_content(cell: Element, new: Element) -> None:
    for child in list(cell):
        if child.tag != qn("w:tcPr"):
            cell.remove(child)
    cell.extend([c for c in new if c.tag != qn("w:tcPr")])


def _take_merge(cell: Element, new: Element) -> None:
    """Merged downwards as in the new report: rows may have come or gone."""
    mine, theirs = cell.find(qn("w:tcPr")), new.find(qn("w:tcPr"))
    wanted = None if theirs is None else theirs.find(qn("w:vMerge"))
    if mine is None:
        return
    present = mine.find(qn("w:vMerge"))
    if present is not None and wanted is not None:
        mine.replace(present, deepcopy(wanted))
    elif present is not None:
        mine.remove(present)
    elif wanted is not None:
        before = {qn(f"w:{n}") for n in ("cnfStyle", "tcW", "gridSpan", "hMerge")}
        at = next((i for i, c in enumerate(mine) if c.tag not in before), len(mine))
        mine.insert(at, deepcopy(wanted))
