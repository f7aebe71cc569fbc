"""docxtpl's language in a tree of Word XML: find the tags, whoever split them, and make Jinja source of them.

The work is done on the tree and not on the text of the XML, so that every tag knows its place and no client
text or markup can be mistaken for one. Each tag begins on a line of its own: line n + 2 is tag n.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.report.control_homes import control_homes
from pipeline.report.faults import Place, TemplateFault
from pipeline.report.marks import HOME, unfenced
from pipeline.report.ooxml import (
    Element,
    cell_text,
    has_usual_prefixes,
    iter_text_nodes,
    nearest,
    node_text,
    paragraph_text,
    qn,
    remove,
    replace_with_text,
    style_of,
)
from pipeline.report.tagged_part import Tag, TaggedPart

_SCOPES: Final = {"p": "w:p", "tr": "w:tr", "tc": "w:tc", "r": "w:r"}
_SCOPED = re.compile(r"^(p|tr|tc|r)\s+(?=\S)")
_OPEN = re.compile(r"\{\{(?!\{)|\{%|\{#")
_CLOSE: Final = {"{{": "}}", "{%": "%}", "{#": "#}"}
_ESCAPES: Final = (("{_{", "{{"), ("}_}", "}}"), ("{_%", "{%"), ("%_}", "%}"))
_TAGGABLE_ATTRIBUTES: Final = {
    (qn("wp:docPr"), "descr"),
    (qn("wp:docPr"), "title"),
    (qn("w:tblCaption"), qn("w:val")),
    (qn("w:tblDescription"), qn("w:val")),
    (qn("w:alias"), qn("w:val")),
    (qn("w:tag"), qn("w:val")),
}


def _unescaped(piece: str) -> str:
    """docxtpl's way to write braces that are no tag; a template has no say in what is a figure."""
    piece = unfenced(piece)
    for written, meant in _ESCAPES:
        piece = piece.replace(written, meant)
    return piece


class TagReader:
    """Reads the tags of one part; use `read` once."""

    def __init__(self, name: str, label: str, root: Element, headings: frozenset[str]) -> None:
        self._name, self._label, self._root = name, label, root
        self._headings = headings
        self._tags: list[Tag] = []
        self._faults: list[TemplateFault] = []
        self._anchors: list[Element | None] = []
        self._swaps: dict[Element, list[str]] = {}
        self._homes: set[Element] = set()
        self._mark = _unused_mark(root)

    def read(self, serialise: Serialiser) -> TaggedPart:
        """The part with its tags; the tree is used up."""
        _tidy_white_space(self._root)
        heading = ""
        paragraphs = list(self._root.iter(qn("w:p")))
        self._homes = set(control_homes(self._root, ""))
        places = {}
        for paragraph in paragraphs:
            if style_of(paragraph) in self._headings:
                heading = paragraph_text(paragraph)
            places[paragraph] = Place(self._label, heading, row_or_paragraph(paragraph))
        for paragraph in paragraphs:
            self._read_paragraph(paragraph, places[paragraph])
        self._read_leaves()
        self._read_attributes()
        self._swap_elements()
        xml = serialise(self._root)
        pieces, order = self._split(xml)
        tags = tuple(self._tags[index] for index in order)
        before = len(self._faults)
        self._check_blocks(tags, [self._anchors[index] for index in order])
        sound = len(self._faults) == before
        faults, found = tuple(self._faults), tuple(places.values())
        return TaggedPart(self._name, pieces, tags, faults, sound, found, has_usual_prefixes(xml))

    def _token(self, tag: Tag, anchor: Element | None) -> str:
        self._tags.append(tag)
        self._anchors.append(anchor)
        return f"{self._mark}{len(self._tags) - 1};"

    def _fault(self, code: str, message: str, place: Place, tag: str = "") -> None:
        self._faults.append(TemplateFault(code, message, place, tag))

    def _read_paragraph(self, paragraph: Element, place: Place) -> None:
        nodes = list(iter_text_nodes(paragraph))
        text = "".join(node_text(node) for node in nodes)
        if "{" not in text:
            return
        if HOME in text:  # nobody's business but ours
            for node in nodes:
                node.text = (node.text or "").replace(HOME, "") or None
            text = text.replace(HOME, "")
        for start, end in reversed(self._spans(text, place)):
            raw = text[start:end]
            node = _cut(nodes, start, end)
            if raw.startswith("{#"):
                self._comment(raw, node, paragraph)
                continue
            tag = _tag(raw, place)
            if tag.scope:
                self._scoped(tag, paragraph, node)
            else:
                self._inline(tag, node, start - _offset(nodes, node))
        for node in nodes:
            if self._mark in (node.text or "") and node in self._homes:
                node.text = HOME + (node.text or "")

    def _spans(self, text: str, place: Place) -> list[tuple[int, int]]:
        spans, at = [], 0
        while found := _OPEN.search(text, at):
            end = _end_of_tag(text, found.end(), _CLOSE[found.group()])
            if end < 0:
                shown = text[found.start() :][:60]
                self._fault("unclosed", f"标签没有闭合，缺少 {_CLOSE[found.group()]}", place, shown)
                break
            spans.append((found.start(), end))
            at = end
        return spans

    def _comment(self, raw: str, node: Element, paragraph: Element) -> None:
        found = _SCOPED.match(raw[2:])
        if found and (target := _target(found.group(1), node, paragraph)) is not None:
            self._swaps.setdefault(target, [])

    def _scoped(self, tag: Tag, paragraph: Element, node: Element) -> None:
        target = _target(tag.scope, node, paragraph)
        if tag.kind == "{{":
            self._fault(
                "forbidden", f"不支持 {{{{{tag.scope} …}}}} 形式，请改用 {{{{ … }}}}", tag.place, tag.raw
            )
        elif target is None:
            self._fault("structure", f"标签 {{%{tag.scope} 不在表格之中", tag.place, tag.raw)
        else:
            self._swaps.setdefault(target, []).insert(0, self._token(tag, target.getparent()))

    def _inline(self, tag: Tag, node: Element, offset: int) -> None:
        run = nearest(node, "w:r") if node.tag == qn("w:t") else node.getparent()
        text = node.text or ""
        token = self._token(tag, run.getparent() if run is not None else None)
        node.text = text[:offset] + token + text[offset:]

    def _read_leaves(self) -> None:
        """Text outside paragraphs: document properties. Field codes never take tags."""
        for element in self._root.iter():
            text = element.text or ""
            if element.tag in (qn("w:instrText"), qn("w:delInstrText")):
                if _OPEN.search(text):
                    self._fault("forbidden", "域代码里不能使用标签", Place(self._label), text)
                    element.text = ""
            elif "{" in text and self._mark not in text and nearest_or_self(element, "w:p") is None:
                self._read_leaf(element)

    def _read_leaf(self, element: Element) -> None:
        text = element.text or ""
        place = Place(self._label, "", text)
        for start, end in reversed(self._spans(text, place)):
            raw = text[start:end]
            token = "" if raw.startswith("{#") else self._token(_tag(raw, place), element)
            text = text[:start] + token + text[end:]
        element.text = text

    def _read_attributes(self) -> None:
        for element in self._root.iter():
            for key, value in list(element.attrib.items()):
                text = str(value)
                if not _OPEN.search(text):
                    continue
                place = Place(self._label, "", text)
                if (element.tag, key) not in _TAGGABLE_ATTRIBUTES:
                    self._fault("forbidden", "此处不能使用标签（只允许用在文字、替代文字里）", place, text)
                    continue
                for start, end in reversed(self._spans(text, place)):
                    text = text[:start] + self._token(_tag(text[start:end], place), element) + text[end:]
                element.set(key, text)

    def _swap_elements(self) -> None:
        for element, tokens in self._swaps.items():
            left = "".join(paragraph_text(p) for p in element.iter(qn("w:p"))).strip()
            if element.tag == qn("w:r"):
                left = "".join(node_text(node) for node in element.iter(qn("w:t"))).strip()
            if left and tokens:
                shown = re.sub(f"{re.escape(self._mark)}\\d+;", "{…}", left)
                tag = self._tags[int(tokens[0][len(self._mark) : -1])]
                message = f"标签所在的{_names(element)}还有别的文字“{shown[:30]}”，渲染后会丢失；请让标签独占"
                self._fault("lost_text", message, tag.place, tag.raw)
            if element.getparent() is not None:
                replace_with_text(element, "".join(tokens))

    def _split(self, xml: str) -> tuple[tuple[str, ...], list[int]]:
        parts = re.split(f"{re.escape(self._mark)}(\\d+);", xml)
        return tuple(_unescaped(piece) for piece in parts[0::2]), [int(number) for number in parts[1::2]]

    def _check_blocks(self, tags: tuple[Tag, ...], anchors: list[Element | None]) -> None:
        """Every block closes, in the same kind of tag and the same container as it opened."""
        open_: list[tuple[Tag, Element | None]] = []
        for tag, anchor in zip(tags, anchors, strict=True):
            word = tag.word
            if word in ("for", "if"):
                open_.append((tag, anchor))
            elif word in ("endfor", "endif", "else", "elif"):
                wanted = {"endfor": ("for",), "endif": ("if",), "elif": ("if",)}.get(word, ("if", "for"))
                if not open_ or open_[-1][0].word not in wanted:
                    self._fault("structure", f"{word} 没有对应的开始标签", tag.place, tag.raw)
                    continue
                opener, container = open_[-1]
                if opener.scope != tag.scope or container is not anchor:
                    message = f"与开始标签 {opener.raw} 不在同一层（段落用 {{%p，表格行用 {{%tr，成对使用）"
                    self._fault("structure", message, tag.place, tag.raw)
                if word.startswith("end"):
                    open_.pop()
        for tag, _anchor in open_:
            self._fault("unclosed", f"{tag.word} 没有 end{tag.word}", tag.place, tag.raw)


class Serialiser:
    """Turns a tree into text; a class only so that its type has a name."""

    def __call__(self, root: Element) -> str:
        """The XML of a tree as text, without declaration."""
        from lxml import etree

        return etree.tostring(root, encoding="unicode")


def read_tags(name: str, label: str, root: Element, headings: frozenset[str] = frozenset()) -> TaggedPart:
    """Find the tags of a part (its tree is used up).

    `label` is the part's name for people (正文, 页眉 …), `headings` are the ids of the heading styles.
    """
    return TagReader(name, label, root, headings).read(Serialiser())


def nearest_or_self(element: Element, name: str) -> Element | None:
    """The element itself or its closest ancestor of that name."""
    return element if element.tag == qn(name) else nearest(element, name)


def _tag(raw: str, place: Place) -> Tag:
    inner = raw[2:-2]
    found = _SCOPED.match(inner)
    scope = found.group(1) if found else ""
    body = straight_quotes(inner[found.end() :] if found else inner)
    return Tag(raw[:2], scope, " ".join(body.split("\n")).strip(), " ".join(raw.split()), place)


def straight_quotes(body: str) -> str:
    """Quotes that Word has curled, made straight again, unless they stand inside a straight-quoted text."""
    out, quote = [], ""
    for char in body:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "“”„‟‘’‚‛":
            char = '"' if char in "“”„‟" else "'"
        out.append(char)
    return "".join(out)


def _end_of_tag(text: str, start: int, close: str) -> int:
    """Where a tag ends (after its closing sign, which quoted text may hold too), -1 when it does not."""
    quote, at = "", start
    while at < len(text):
        if quote:
            quote = "" if text[at] == quote else quote
        elif text.startswith(close, at):
            return at + 2
        elif close != "#}" and text[at] in "\"'":
            quote = text[at]
        at += 1
    plain = text.find(close, start)
    return plain + 2 if plain >= 0 else -1


def _offset(nodes: list[Element], wanted: Element) -> int:
    total = 0
    for node in nodes:
        if node is wanted:
            return total
        total += len(node_text(node))
    return total


def _cut(nodes: list[Element], start: int, end: int) -> Element:
    """Take text[start:end] out of the nodes; returns the text node in which it began."""
    at, home = 0, None
    for node in list(nodes):
        text = node_text(node)
        low, high = max(start - at, 0), min(end - at, len(text))
        if low < high:
            home = node if home is None else home
            if node.tag in (qn("w:t"), qn("m:t")):
                node.text = text[:low] + text[high:]
            else:
                remove(node)
                nodes.remove(node)
        at += len(text)
    if home is None:
        raise ValueError("a tag without text")
    return home


def _target(scope: str, node: Element, paragraph: Element) -> Element | None:
    if scope == "p":
        return paragraph
    return nearest(node, _SCOPES[scope])


def row_or_paragraph(paragraph: Element) -> str:
    """What names a paragraph for people: its text, or that of its table row."""
    row = nearest(paragraph, "w:tr")
    if row is None:
        return paragraph_text(paragraph)
    return " | ".join(cell_text(cell) for cell in row.iter(qn("w:tc")) if nearest(cell, "w:tr") is row)


def _names(element: Element) -> str:
    return {qn("w:p"): "段落", qn("w:tr"): "表格行", qn("w:tc"): "单元格"}.get(element.tag, "文字块")


def _unused_mark(root: Element) -> str:
    text = Serialiser()(root)
    return next(mark for n in range(1_000_000) if (mark := f"\ue000lv{n}:") not in text)


def _tidy_white_space(root: Element) -> None:
    """No line feeds in the part but our own: those between elements go, those in text become blanks."""
    for element in root.iter():
        if element.text and "\n" in element.text:
            element.text = element.text.replace("\n", " ") if element.text.strip() else None
        if element.tail:
            element.tail = None if not element.tail.strip() else element.tail.replace("\n", " ")
