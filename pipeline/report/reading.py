"""Paragraphs as a reader sees them: text, the figures in it, and its look apart from both.

Insertions count as text, deletions and hidden text do not, so tracked changes read as if they were accepted. Text
boxes inside a paragraph are paragraphs of their own. What a field prints (page, caption number, reference) is marked as
automatic: it follows the document and is nobody's statement.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from pipeline.report.marks import tag_of_alias
from pipeline.report.ooxml import Element, child, nearest, qn

SpanKind = Literal["figure", "auto"]
_IGNORED: Final = frozenset(
    qn(f"w:{n}") for n in ("del", "moveFrom", "pPr", "rPr", "sdtPr", "sdtEndPr", "instrText")
)
_STRUCK: Final = frozenset({qn("w:del"), qn("w:moveFrom")})
_SIGNS: Final = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_TEXTS: Final = (qn("w:t"), qn("m:t"))
_NO_LOOK: Final = frozenset(qn(f"w:{n}") for n in ("lang", "noProof", "webHidden", "rPrChange", "ins", "del"))
_NO_SHAPE: Final = frozenset(qn(f"w:{n}") for n in ("rPr", "sectPr", "pPrChange", "tabs"))
_BOXES: Final = frozenset({qn("w:drawing"), qn("w:pict"), qn("w:object")})
_ALTERNATIVE: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text: a figure with its tag, or what a field printed (`auto`, its kind in `tag`: `REF`, `SEQ`).

    `locked`: Word refuses to change it. `node` is the content control or bookmark of a figure.
    """

    start: int
    end: int
    tag: str
    label: str = ""
    kind: SpanKind = "figure"
    locked: bool = False
    node: Element | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Line:
    """The text of a paragraph (breaks as \\n, tabs as \\t), its spans in order, and its look as one string."""

    text: str
    spans: tuple[Span, ...] = ()
    look: str = field(default="", compare=False)

    @property
    def figures(self) -> tuple[Span, ...]:
        """The figures alone."""
        return tuple(s for s in self.spans if s.kind == "figure")

    def shown(self, span: Span) -> str:
        """The text of a span."""
        return self.text[span.start : span.end]

    @property
    def masked(self) -> str:
        """The text with every figure replaced by its tag and every automatic number by a sign: what people wrote."""
        return self.masked_by({})

    def masked_by(self, names: Mapping[str, str]) -> str:
        """Like `masked`, with other names for some tags."""
        pieces, at = [], 0
        for span in self.spans:
            name = names.get(span.tag, span.tag) if span.kind == "figure" else "#"
            pieces += [self.text[at : span.start], "{", name, "}"]
            at = span.end
        pieces.append(self.text[at:])
        return normal("".join(pieces))


def joined_lines(lines: Sequence[Line]) -> Line:
    """Several lines as one, with line breaks between them."""
    if len(lines) == 1:
        return lines[0]
    text, spans = "", []
    for number, line in enumerate(lines):
        text += "\n" if number else ""
        spans += [
            Span(s.start + len(text), s.end + len(text), s.tag, s.label, s.kind, s.locked, s.node)
            for s in line.spans
        ]
        text += line.text
    return Line(text, tuple(spans), "¶".join(line.look for line in lines))


def normal(text: str) -> str:
    """The text with every run of white space as one blank and none at the ends: programs differ in them, readers do not."""
    return " ".join(text.replace("\u00ad", "").replace("\u200b", "").split())


def digest(text: str) -> str:
    """A short digest of a text: 30 bits in five characters."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:6]).decode()[:5]


def read_paragraph(
    paragraph: Element, bookmarks: Mapping[str, str], styles: Mapping[str, str] | None = None
) -> Line:
    """One paragraph. `bookmarks` tells the tags of our hidden bookmarks, `styles` the names of styles by their ids."""
    reader = _Reader(bookmarks)
    reader.children(paragraph)
    return Line(
        reader.text,
        tuple(sorted(reader.spans, key=lambda s: (s.start, s.end))),
        reader.look(paragraph, styles),
    )


def masked_text(paragraph: Element) -> str:
    """What `read_paragraph(…).masked` says without bookmarks, at once where a paragraph is nothing but runs and figures."""
    pieces: list[str] = []
    for node in paragraph:
        tag = node.tag
        if tag == _RUN:
            if not _plain_run(node, pieces):
                break
        elif tag == _CONTROL:
            control, inside = control_of(node)[0], list[str]()
            content = node[-1] if len(node) else node
            if (
                not control
                or content.tag != _CONTENT
                or not all(run.tag == _RUN and _plain_run(run, inside) for run in content)
            ):
                break
            pieces += ("{", control, "}")
        elif tag not in _SILENT:
            break
    else:
        return normal("".join(pieces))
    return read_paragraph(paragraph, {}).masked


_RUN, _CONTROL, _CONTENT, _TEXT, _VANISH = (qn(f"w:{n}") for n in ("r", "sdt", "sdtContent", "t", "vanish"))
_SILENT: Final = frozenset(qn(f"w:{n}") for n in ("pPr", "bookmarkStart", "bookmarkEnd"))
_LOOK: Final = qn("w:rPr")


def _plain_run(run: Element, pieces: list[str]) -> bool:
    """Adds the text of a run; False when it is hidden or holds what has to be read with care."""
    for node in run:
        tag = node.tag
        if tag == _TEXT:
            pieces.append(node.text or "")
        elif tag == _LOOK:
            if node.find(_VANISH) is not None:
                return False
        elif tag in _SIGNS:
            pieces.append(_SIGNS[str(tag)])
        else:
            return False
    return True


@dataclass
class _Field:
    """A complex field that is being read."""

    code: str = ""
    start: int | None = None


class _Reader:
    """Walks through one paragraph."""

    def __init__(self, bookmarks: Mapping[str, str]) -> None:
        self._bookmarks = bookmarks
        self._open: dict[str, tuple[str, int, Element]] = {}
        self._fields: list[_Field] = []
        self._looks: list[tuple[int, str]] = []
        self._inside = 0
        self.text = ""
        self.spans: list[Span] = []

    def children(self, parent: Element) -> None:
        """Reads everything below an element."""
        for node in parent:
            self._node(node)

    def _node(self, node: Element) -> None:
        if node.tag in _IGNORED or node.tag in _BOXES or node.tag == _ALTERNATIVE:
            if node.tag == qn("w:instrText") and self._fields and self._fields[-1].start is None:
                self._fields[-1].code += node.text or ""
        elif node.tag in _TEXTS:
            self._add(node.text or "")
        elif node.tag in _SIGNS:
            self._add(_SIGNS[str(node.tag)])
        elif node.tag == qn("w:r"):
            self._run(node)
        elif node.tag == qn("m:f"):
            self._fraction(node)
        elif node.tag == qn("w:fldChar"):
            self._mark(str(node.get(qn("w:fldCharType"), "")))
        elif node.tag == qn("w:fldSimple"):
            start = len(self.text)
            self.children(node)
            self._auto(start, str(node.get(qn("w:instr"), "")))
        elif node.tag == qn("w:sdt"):
            self._control(node)
        elif node.tag == qn("w:bookmarkStart"):
            name = str(node.get(qn("w:name"), ""))
            if name in self._bookmarks:
                self._open[str(node.get(qn("w:id"), ""))] = (self._bookmarks[name], len(self.text), node)
        elif node.tag == qn("w:bookmarkEnd"):
            self._close(str(node.get(qn("w:id"), "")))
        else:
            self.children(node)

    def _fraction(self, node: Element) -> None:
        for name in ("m:num", "m:den"):
            part = node.find(qn(name))
            if part is not None:
                self.text += "/" if name == "m:den" else ""
                self.children(part)

    def _run(self, node: Element) -> None:
        properties = node.find(qn("w:rPr"))
        if properties is not None and _is_on(properties.find(qn("w:vanish"))):
            for mark in node.iter(
                qn("w:fldChar")
            ):  # hidden text is not read, but a field may begin or end in it
                self._mark(str(mark.get(qn("w:fldCharType"), "")))
            return
        self._looks.append((len(self.text), _look(properties)))
        self.children(node)

    def _add(self, text: str) -> None:
        if not self._fields or all(f.start is not None for f in self._fields):
            self.text += text

    def _mark(self, kind: str) -> None:
        if kind == "begin":
            self._fields.append(_Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].start = len(self.text)
        elif kind == "end" and self._fields:
            done = self._fields.pop()
            if done.start is not None:
                self._auto(done.start, done.code)

    def _auto(self, start: int, code: str) -> None:
        words = code.split()
        nested = any(f.start is not None for f in self._fields)
        if words and len(self.text) > start and not nested:
            self.spans.append(Span(start, len(self.text), words[0].upper(), kind="auto"))

    def _control(self, node: Element) -> None:
        content = node.find(qn("w:sdtContent"))
        if content is None:
            return
        tag, label, locked = control_of(node)
        start = len(self.text)
        self._inside += bool(tag)
        self.children(content)
        self._inside -= bool(tag)
        if tag and not self._inside:
            self._open.clear()  # the bookmark around a control says the same
            self.spans.append(Span(start, len(self.text), tag, label, "figure", locked, node))

    def _close(self, id_: str) -> None:
        found = self._open.pop(id_, None)
        if found is not None and len(self.text) > found[1]:
            self.spans.append(Span(found[1], len(self.text), found[0], "", "figure", False, found[2]))

    def look(self, paragraph: Element, styles: Mapping[str, str] | None) -> str:
        """The look: style, properties of the paragraph, properties of its stretches."""
        properties = paragraph.find(qn("w:pPr"))
        shape = []
        for node in () if properties is None else properties:
            if node.tag == qn("w:pStyle"):
                style = str(node.get(qn("w:val"), ""))
                shape.append((styles or {}).get(style, style))
            elif node.tag not in _NO_SHAPE:
                shape.append(_words(node))
        stretches: list[tuple[int, str]] = []
        for at, look in self._looks:
            if stretches and stretches[-1][0] == at:
                stretches.pop()
            if not stretches or stretches[-1][1] != look:
                stretches.append((at, look))
        ends = [(at, look) for at, look in stretches if at < len(self.text)]
        return "|".join(shape) + "¦" + "¦".join(f"{at}:{look}" for at, look in ends)


def control_of(node: Element) -> tuple[str, str, bool]:
    """(tag, label, locked) of a content control; the tag is "" for anybody else's."""
    properties = child(node, _PROPERTIES)
    if properties is None:
        return "", "", False
    said = {each.tag: str(each.get(_VALUE, "")) for each in properties.iterchildren(reversed=True)}
    alias = said.get(_ALIAS, "")
    tag = tag_of_alias(alias)
    kind, colon, rest = tag.partition(":")
    if not (colon and kind.isalpha() and rest.strip()):
        return "", "", False
    return tag, alias[: -len(tag) - 2], said.get(_LOCK) in _LOCKED


_PROPERTIES, _ALIAS, _LOCK, _VALUE = (qn(f"w:{n}") for n in ("sdtPr", "alias", "lock", "val"))
_LOCKED: Final = frozenset({"sdtContentLocked", "contentLocked"})


def _is_on(node: Element | None) -> bool:
    return node is not None and node.get(qn("w:val"), "1") not in ("0", "false", "off")


def _look(properties: Element | None) -> str:
    if properties is None:
        return ""
    words = []
    for node in properties:
        if node.tag in _NO_LOOK:
            continue
        said = _words(node, drop=("hint",))
        if said != "rFonts":
            words.append(said)
    return ",".join(sorted(words))


def _words(node: Element, drop: tuple[str, ...] = ()) -> str:
    """An element as words, without the marks of an editing session."""
    name = str(node.tag).rpartition("}")[2]
    parts = []
    for key, value in sorted((str(k), str(v)) for k, v in node.attrib.items()):
        local = key.rpartition("}")[2]
        if not local.startswith("rsid") and local not in drop:
            parts.append(f"{local}={value}")
    inner = [_words(each) for each in node]
    return " ".join([name, *parts, *inner])


def is_deleted(node: Element) -> bool:
    """Whether a paragraph's mark or a table row is struck out by tracked changes."""
    if node.tag == qn("w:tr"):
        return node.find(f"{qn('w:trPr')}/{qn('w:del')}") is not None
    return node.find(f"{qn('w:pPr')}/{qn('w:rPr')}/{qn('w:del')}") is not None


def is_struck_out(node: Element) -> bool:
    """Whether tracked changes take an element out: a drawing that another one replaced."""
    return any(above.tag in _STRUCK for above in node.iterancestors())


def in_fallback(node: Element) -> bool:
    """Whether an element stands in the second version of a drawing, for old programs."""
    return any(str(above.tag).endswith("}Fallback") for above in node.iterancestors())


def own_paragraphs(cell: Element) -> list[Element]:
    """The paragraphs of a cell itself, not of tables or text boxes in it."""
    return [p for p in cell.iter(qn("w:p")) if nearest(p, "w:tc") is cell and nearest(p, "w:p") is None]
