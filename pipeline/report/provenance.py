"""Provenance in a document: each figure is a content control that names what it shows.

`Wrapper` makes the controls out of the fences that rendering left; `figures_of` reads them back, also after
LibreOffice has saved the document. LibreOffice 7 keeps the title of a plain-text control and drops its tag and lock, so
the title ends with the tag. It forgets the look of runs inside such a control and repeats Chinese text there, so
these figures get a rich-text control and a hidden bookmark, whose tag the trace part tells.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.report.faults import Place
from pipeline.report.marks import CLOSE, OPEN, SEPARATOR, fenced_pieces, is_fenced, tag_of_alias, unfenced
from pipeline.report.ooxml import (
    XML_SPACE,
    Element,
    el,
    nearest,
    paragraph_text,
    paragraphs_of_style,
    qn,
    style_of,
    val,
)
from pipeline.report.outline import heading_styles
from pipeline.report.package import Package
from pipeline.report.safety import part_label
from pipeline.report.tags import row_or_paragraph

BOOKMARK: Final = "_lv"
MARKER_STYLES: Final = frozenset({"lvEquation", "lvChart", "lvDiagram", "lvPicture"})
_HOMES: Final = frozenset({qn("w:p"), qn("w:ins"), qn("w:moveTo"), qn("w:smartTag")})
_STORIES: Final = ("main+xml", "header+xml", "footer+xml", "footnotes+xml", "endnotes+xml")
_FENCE_BYTES: Final = tuple(char.encode() for char in (OPEN, SEPARATOR, CLOSE))
_READ: Final = tuple(qn(f"w:{name}") for name in ("p", "t", "sdt", "bookmarkStart", "bookmarkEnd"))
_CONTROL, _BOOKMARK_END = _READ[2], _READ[4]
_READ_CONTROLS: Final = tuple(name for name in _READ if not name.endswith("}t"))
_TAG: Final = re.compile(r"^[a-z]+:\S")
_SIMPLE: Final = re.compile(r"^[!-~]+(?: [!-~]+)*$")
"""Text that LibreOffice 7 keeps as it is in a plain-text control; Chinese text comes out four times."""
_OURS: Final = re.compile(rf"^{BOOKMARK}\d+(_\d+)?$")


@dataclass(frozen=True)
class Figure:
    """A figure of a document: its tag, what people call it, the text that stands there now, and where.

    `bookmark` is the hidden bookmark around it, "" for none; `locked` tells whether Word refuses to change it.
    """

    tag: str
    alias: str
    text: str
    place: Place
    locked: bool = False
    bookmark: str = ""


class Wrapper:
    """Wraps the figures of one document, part by part; `lock` makes Word refuse to edit or delete them."""

    def __init__(self, lock: bool) -> None:
        self._lock = lock
        self._bookmarks = 0
        self._made = 0

    def wrap(self, root: Element, fences: int) -> None:
        """Turn every fenced figure of a part into a content control; where none can stand, leave plain text.

        `fences` is how many figures were fenced when the part was rendered.
        """
        if not fences:
            return
        before = self._made
        runs: dict[Element, None] = {}
        depth = 0
        for node in root.iter(qn("w:fldChar"), _TEXT):
            if node.tag != _TEXT:
                depth += {"begin": 1, "end": -1}.get(str(node.get(qn("w:fldCharType"))), 0)
            elif depth == 0 and OPEN in (node.text or "") and _may_hold_control(node):
                runs[_run(node)] = None
        for run in runs:
            self._split(run)
        if self._made - before != fences:
            _strip(root)

    def _split(self, run: Element) -> None:
        """Replace a run by runs and controls, each with the run's properties."""
        look = run.find(_LOOK)
        made: list[Element] = []
        open_: Element | None = None
        for child in list(run):
            if child is look:
                continue
            for item, tag, alias in _items(child):
                if tag:
                    made += self._control(_new_run(look, item), tag, alias)
                    open_ = None
                    continue
                if open_ is None:
                    open_ = _new_run(look)
                    made.append(open_)
                open_.append(item)
        parent = run.getparent()
        if parent is not None:
            at = parent.index(run)
            parent[at : at + 1] = made

    def _control(self, run: Element, tag: str, alias: str) -> list[Element]:
        look, text = run.find(_LOOK), "".join(node.text or "" for node in run.iter(_TEXT))
        self._made += 1
        control = copy.deepcopy(_LOCKED if self._lock else _UNLOCKED)
        properties, content = control
        properties[0].set(_VALUE, alias)
        properties[1].set(_VALUE, tag)
        content.append(run)
        if _SIMPLE.match(text) and not _has_look(look):
            properties.append(el("w:text"))
            return [control]
        self._bookmarks += 1
        number = str(1_000_000 + self._bookmarks)  # every bookmark of a part is numbered anew afterwards
        start, end = copy.deepcopy(_START), copy.deepcopy(_END)
        start.set(_ID, number)
        start.set(_NAME, f"{BOOKMARK}{self._bookmarks}")
        end.set(_ID, number)
        return [start, control, end]


_TEXT, _LOOK, _RUN, _PARAGRAPH, _VALUE, _ID, _NAME = (
    qn(name) for name in ("w:t", "w:rPr", "w:r", "w:p", "w:val", "w:id", "w:name")
)
_START: Final = el("w:bookmarkStart", {"w:id": "", "w:name": ""})
_END: Final = el("w:bookmarkEnd", {"w:id": ""})


def _control_model(*more: Element) -> Element:
    """An empty control; its properties begin with title and tag."""
    properties = el("w:sdtPr", None, val("w:alias", ""), val("w:tag", ""), *more)
    return el("w:sdt", None, properties, el("w:sdtContent"))


_UNLOCKED: Final = _control_model()
_LOCKED: Final = _control_model(val("w:lock", "sdtContentLocked"))


def _may_hold_control(node: Element) -> bool:
    run = node.getparent()
    home = None if run is None else run.getparent()
    if run is None or run.tag != _RUN or home is None or home.tag not in _HOMES:
        return False
    paragraph = home if home.tag == _PARAGRAPH else nearest(home, "w:p")
    if paragraph is None or style_of(paragraph) in MARKER_STYLES:
        return False
    return all(above.tag in _HOMES for above in _between(run, paragraph))


def _between(run: Element, paragraph: Element) -> Iterator[Element]:
    for above in run.iterancestors():
        if above is paragraph:
            return
        yield above


def _run(node: Element) -> Element:
    run = node.getparent()
    if run is None:
        raise ValueError("text outside a run")
    return run


def _items(child: Element) -> Iterator[tuple[Element, str, str]]:
    """The pieces of one child of a run: (element, tag, alias), plain ones without tag."""
    if child.tag != qn("w:t") or not is_fenced(child.text or ""):
        yield child, "", ""
        return
    for text, tag, alias in fenced_pieces(child.text or ""):
        node = el("w:t", text=text)
        if text != text.strip() or "  " in text:
            node.set(XML_SPACE, "preserve")
        yield node, tag, alias


_EMPTY_RUN: Final = el("w:r")


def _new_run(look: Element | None, *children: Element) -> Element:
    run = copy.deepcopy(_EMPTY_RUN)
    if look is not None:
        run.append(copy.deepcopy(look))
    run.extend(children)
    return run


def _has_look(look: Element | None) -> bool:
    """Do the run's properties change how it looks? Language and font hints do not."""
    for node in () if look is None else look:
        if node.tag in (qn("w:lang"), qn("w:noProof")):
            continue
        if node.tag != qn("w:rFonts") or set(node.attrib) - {qn("w:hint")}:
            return True
    return False


def _strip(root: Element) -> None:
    """Take fences away wherever they still stand: field results, links, attributes, properties."""
    for node in root.iter():
        if node.text and is_fenced(node.text):
            node.text = unfenced(node.text)
        if node.tail and is_fenced(node.tail):
            node.tail = unfenced(node.tail)
        for key, value in node.attrib.items():
            if is_fenced(str(value)):
                node.set(key, unfenced(str(value)))


def unwrap(root: Element) -> None:
    """Take our controls and bookmarks out of a template that was made of a report: they claim what is no longer true."""
    ids: set[str] = set()
    for node in list(root.iter(qn("w:sdt"), qn("w:bookmarkStart"), qn("w:bookmarkEnd"))):
        parent, id_ = node.getparent(), str(node.get(qn("w:id"), ""))
        if parent is None:
            continue
        if node.tag == qn("w:sdt"):
            properties, content = node.find(qn("w:sdtPr")), node.find(qn("w:sdtContent"))
            if content is not None and properties is not None and _tag_in(properties):
                at = parent.index(node)
                parent[at : at + 1] = list(content)
        elif _OURS.match(str(node.get(qn("w:name"), ""))) or id_ in ids:
            ids ^= {id_}
            parent.remove(node)


def leaking_parts(package: Package) -> tuple[str, ...]:
    """Names of the XML parts in which a private character of ours is left."""
    return tuple(
        name
        for name in sorted(package.parts)
        if name.endswith((".xml", ".rels")) and any(fence in package.parts[name] for fence in _FENCE_BYTES)
    )


def figures_of(package: Package, bookmarks: Mapping[str, str] | None = None) -> tuple[Figure, ...]:
    """The figures of a document, part by part in reading order.

    `bookmarks` tells the tags of hidden bookmarks; without it, figures that LibreOffice has robbed of their
    control are not found.
    """
    found: list[Figure] = []
    headings = heading_styles(package)
    names = [package.document_name]
    names += [
        n
        for kind in _STORIES[1:]
        for n in package.of_type(kind)
        if "wordprocessingml" in package.content_type(n)
    ]
    for name in names:
        found += _Reader(part_label(name), headings, bookmarks or {}).read(package.tree(name))
    return tuple(found)


@dataclass
class _Bookmark:
    """A hidden bookmark that is being read."""

    start: Element
    name: str
    text: str = ""


class _Reader:
    """Reads the figures of one part."""

    def __init__(self, label: str, headings: frozenset[str], bookmarks: Mapping[str, str]) -> None:
        self._label, self._headings, self._bookmarks = label, headings, bookmarks
        self._heading = ""
        self._rows: dict[Element, str] = {}

    def read(self, root: Element) -> Iterator[Figure]:
        """The figures in reading order."""
        open_: dict[str, _Bookmark] = {}
        titles = set(paragraphs_of_style(root, self._headings))
        # the text of bookmarks is asked for only where their tags are known
        for node in root.iter(*(_READ if self._bookmarks else _READ_CONTROLS)):
            tag = node.tag
            if tag == _PARAGRAPH:
                if node in titles:
                    self._heading = paragraph_text(node)
            elif tag == _TEXT:
                for bookmark in open_.values():
                    bookmark.text += node.text or ""
            elif tag == _CONTROL:
                if (found := self._control(node, "".join(b.name for b in open_.values()))) is not None:
                    open_.clear()
                    yield found
            elif tag == _BOOKMARK_END:
                id_ = str(node.get(_ID, ""))
                closed = open_.pop(id_, None)
                name = "" if closed is None else self._bookmarks.get(closed.name, "")
                if closed is not None and closed.text and name:
                    yield Figure(name, "", closed.text, self._place(closed.start), False, closed.name)
            elif _OURS.match(str(node.get(_NAME, ""))):
                open_[str(node.get(_ID, ""))] = _Bookmark(node, str(node.get(qn("w:name"))))

    def _control(self, node: Element, bookmark: str) -> Figure | None:
        properties, content = node.find(qn("w:sdtPr")), node.find(qn("w:sdtContent"))
        if properties is None or content is None:
            return None
        alias, tag = _value(properties, "w:alias"), _tag_in(properties)
        if not tag:
            return None
        lock = _value(properties, "w:lock") in ("sdtContentLocked", "contentLocked")
        text = "".join(piece.text or "" for piece in content.iter(qn("w:t")))
        return Figure(tag, alias[: -len(tag) - 2], text, self._place(node), lock, bookmark)

    def _place(self, node: Element) -> Place:
        paragraph = nearest(node, "w:p")
        if paragraph is None:
            return Place(self._label, self._heading)
        home = nearest(paragraph, "w:tr")
        home = paragraph if home is None else home
        if home not in self._rows:
            self._rows[home] = row_or_paragraph(paragraph)
        return Place(self._label, self._heading, self._rows[home])


def _tag_in(properties: Element) -> str:
    """The tag of a control of ours, "" for anybody else's."""
    tag = tag_of_alias(_value(properties, "w:alias"))
    return tag if _TAG.match(tag) else ""


def _value(parent: Element, name: str) -> str:
    node = parent.find(qn(name))
    return "" if node is None else str(node.get(qn("w:val"), ""))
