"""Provenance in a document: each figure is a content control that names what it shows.

`controls.Wrapper` makes them; `figures_of` reads them back, also after LibreOffice has saved the document. LibreOffice 7
keeps the title of a plain-text control and drops its tag and lock, so the title ends with the tag. It forgets the look of
runs inside such a control and repeats Chinese text there, so these figures get a rich-text control and a hidden bookmark,
whose tag the trace part tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.report.faults import Place
from pipeline.report.marks import CLOSE, HOME, OPEN, SEPARATOR
from pipeline.report.ooxml import Element, child, nearest, paragraph_text, paragraphs_of_style, qn
from pipeline.report.outline import heading_styles
from pipeline.report.package import Package
from pipeline.report.reading import control_of
from pipeline.report.safety import part_label
from pipeline.report.tags import row_or_paragraph

BOOKMARK: Final = "_lv"
_STORIES: Final = ("main+xml", "header+xml", "footer+xml", "footnotes+xml", "endnotes+xml")
_FENCE_BYTES: Final = tuple(char.encode() for char in (OPEN, SEPARATOR, CLOSE, HOME))
_READ: Final = tuple(qn(f"w:{name}") for name in ("p", "t", "sdt", "bookmarkStart", "bookmarkEnd"))
_CONTROL, _BOOKMARK_END = _READ[2], _READ[4]
_READ_CONTROLS: Final = tuple(name for name in _READ if not name.endswith("}t"))
_TEXT, _PARAGRAPH, _CONTENT, _ID, _NAME = (qn(f"w:{n}") for n in ("t", "p", "sdtContent", "id", "name"))
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


def unwrap(root: Element) -> None:
    """Take our controls and bookmarks out of a template that was made of a report: they claim what is no longer true."""
    ids: set[str] = set()
    for node in list(root.iter(qn("w:sdt"), qn("w:bookmarkStart"), qn("w:bookmarkEnd"))):
        parent, id_ = node.getparent(), str(node.get(qn("w:id"), ""))
        if parent is None:
            continue
        if node.tag == qn("w:sdt"):
            content = child(node, _CONTENT)
            if content is not None and control_of(node)[0]:
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


def figures_of(
    package: Package, bookmarks: Mapping[str, str] | None = None, *, places: bool = True
) -> tuple[Figure, ...]:
    """The figures of a document, part by part in reading order.

    `bookmarks` tells the tags of hidden bookmarks; without it, figures that LibreOffice has robbed of their
    control are not found. Without `places` each is told to stand in its part, no closer.
    """
    found: list[Figure] = []
    headings = heading_styles(package) if places else None
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

    def __init__(self, label: str, headings: frozenset[str] | None, bookmarks: Mapping[str, str]) -> None:
        self._label, self._headings, self._bookmarks = label, headings, bookmarks
        self._heading = ""
        self._rows: dict[Element, str] = {}

    def read(self, root: Element) -> Iterator[Figure]:
        """The figures in reading order."""
        open_: dict[str, _Bookmark] = {}
        titles = set(paragraphs_of_style(root, self._headings)) if self._headings else set[Element]()
        # the text of bookmarks is asked for only where their tags are known
        wanted = _READ if self._bookmarks else _READ_CONTROLS
        for node in root.iter(*(wanted if self._headings is not None else wanted[1:])):
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
        content = child(node, _CONTENT)
        tag, alias, locked = control_of(node)
        if content is None or not tag:
            return None
        text = "".join([piece.text or "" for piece in content.iter(_TEXT)])
        return Figure(tag, alias, text, self._place(node), locked, bookmark)

    def _place(self, node: Element) -> Place:
        if self._headings is None:
            return Place(self._label)
        paragraph = nearest(node, "w:p")
        if paragraph is None:
            return Place(self._label, self._heading)
        home = nearest(paragraph, "w:tr")
        home = paragraph if home is None else home
        if home not in self._rows:
            self._rows[home] = row_or_paragraph(paragraph)
        return Place(self._label, self._heading, self._rows[home])
