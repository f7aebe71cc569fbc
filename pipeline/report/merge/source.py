"""docxtpl's language in the text of a part: what its cleaning makes of the XML, tag by tag and not by passes over it all.

docxtpl gives Jinja the text of the XML. So that the merged parts are its own to the letter, the same is done here: a tag
that Word has split takes its first run and its last; `{%tr …%}` takes the place of its row; a `<w:t>` that holds a
tag keeps its blanks. Only the surroundings of tags are touched, so the time goes with the number of tags.
"""

from __future__ import annotations

import html
import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_OPEN: Final = re.compile(r"\{\{|\{%|\{#")
_CLOSE: Final = {"{{": "}}", "{%": "%}", "{#": "#}"}
_HALVES: Final = re.compile(r"(?<=\{)(?:<[^>]*>)+(?=[{%#])|(?<=[%}#])(?:<[^>]*>)+(?=\})")
_BETWEEN: Final = re.compile(r"</w:t>.*?<w:t(?: [^>]*)?>", re.DOTALL)
_MARKUP: Final = re.compile(r"<[^>]*>")
_SCOPED: Final = re.compile(r"(p|tr|tc|r)\s+(?=\S)")
_NEXT_TEXT: Final = re.compile(r"<w:t(?: [^>]*)?>")
_CELL_TAG: Final = re.compile(r"\{%\s*(colspan|cellbg|hm)\b\s*([^%]*?)\s*%\}")
_EMPTY_RUN: Final = re.compile(r"<w:r[ >](?:(?!<w:r[ >]).)*<w:t></w:t>.*?</w:r>", re.DOTALL)
_PRESERVE: Final = '<w:t xml:space="preserve">'
_CURLED: Final = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‟": '"', "‘": "'", "’": "'", "‚": "'", "‛": "'"}
)
_ESCAPES: Final = (("{_{", "{{"), ("}_}", "}}"), ("{_%", "{%"), ("%_}", "%}"))


@dataclass(frozen=True, slots=True)
class Mark:
    """One tag: `kind` is `{{` or `{%`; `scope` "", p, tr, tc or r; `body` without both; `text` of its paragraph or row."""

    kind: str
    scope: str
    body: str
    raw: str
    text: str = ""


@dataclass(slots=True)
class Taken:
    """A part taken apart: literal 0, mark 0, literal 1, …; `doubts` are (what, tag, text around) that a check must explain."""

    literals: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    doubts: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Edit:
    """`xml[start:end]` becomes `text`, a mark (None: none) and `after`."""

    start: int
    end: int
    text: str = ""
    mark: Mark | None = None
    after: str = ""


def take_apart(xml: str) -> Taken:
    """The literals and tags of a part's XML."""
    if "{" not in xml:
        return Taken([xml])
    xml, doubts = _cleaned(_with_whole_braces(xml))
    if _CELL_TAG.search(xml):
        xml, doubts = _cleaned(_with_cell_tags(xml))
    taken = Taken(doubts=doubts)
    _cut(xml, sorted(_edits(xml, taken), key=lambda edit: (edit.start, -edit.end)), taken)
    taken.literals = [_unescaped(literal) for literal in taken.literals]
    return taken


def _with_whole_braces(xml: str) -> str:
    """Braces that Word has put into two runs side by side, without the markup between them."""
    cuts = set()
    for pair in ("{<", "%<", "}<", "#<"):
        at = -1
        while (at := xml.find(pair, at + 1)) >= 0:
            if (found := _HALVES.match(xml, at + 1)) is not None:
                cuts.add(found.span())
    if not cuts:
        return xml
    pieces, at = [], 0
    for start, end in sorted(cuts):
        pieces.append(xml[at:start])
        at = end
    return "".join((*pieces, xml[at:]))


def _spans(xml: str) -> Iterator[tuple[int, int]]:
    """(start, end) of every tag; the end is -1 where one does not close."""
    at = 0
    while found := _OPEN.search(xml, at):
        close = _CLOSE[found.group()]
        end = xml.find(close, found.end())
        while end >= 0 and close != "#}" and _in_quotes(xml[found.end() : end]):
            end = xml.find(close, end + 2)
        end = end + 2 if end >= 0 else xml.find(close, found.end()) + 2
        if end < 2:
            yield found.start(), -1
            return
        yield found.start(), end
        at = end


def _in_quotes(text: str) -> bool:
    if "'" not in text and '"' not in text and "’" not in text and "”" not in text:
        return False
    quote = ""
    for char in _MARKUP.sub("", text).translate(_CURLED):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
    return bool(quote)


def _cleaned(xml: str) -> tuple[str, list[tuple[str, str, str]]]:
    """The XML with the markup inside tags gone."""
    pieces: list[str] = []
    at, doubts = 0, []
    for start, end in _spans(xml):
        if end < 0:
            doubts.append(("unclosed", _MARKUP.sub("", xml[start : start + 400])[:60], ""))
            break
        tag = xml[start:end]
        pieces += (xml[at:start], _BETWEEN.sub("", tag) if "<" in tag else tag)
        at = end
    return "".join((*pieces, xml[at:])), doubts


def _edits(xml: str, taken: Taken) -> Iterator[_Edit]:
    kept: set[int] = set()
    texts = [found.start() for found in re.finditer("<w:t>", xml)]
    for start, end in _spans(xml):
        if end < 0:
            return
        raw = xml[start:end]
        inner = raw[2:-2]
        found = _SCOPED.match(inner)
        scope = found.group(1) if found else ""
        if raw[1] == "#":
            mark = None
        else:
            before = bisect(texts, start) - 1
            if before >= 0 and before not in kept:
                kept.add(before)
                first = texts[before]
                yield _Edit(first, first + 5, _PRESERVE)
            mark = _mark(raw, scope, inner[found.end() :] if found else inner, _around(xml, start, end))
        if scope in ("p", "tr", "tc") and raw[:2] != "{{":
            yield _container(xml, scope, start, end, mark, taken)
        elif scope == "r" and mark is not None and mark.kind == "{%":
            yield _Edit(start, end, "</w:t></w:r>", mark, f"<w:r>{_PRESERVE}")
        else:
            yield _dashed(xml, start, end, mark, taken)


def _mark(raw: str, scope: str, body: str, text: str) -> Mark:
    body = html.unescape(body)
    if body.translate(_CURLED) != body:
        from pipeline.report.tags import straight_quotes

        body = straight_quotes(body)
    return Mark(
        raw[:2], scope, " ".join(body.split("\n")).strip(), " ".join(html.unescape(raw).split()), text
    )


def _container(xml: str, scope: str, start: int, end: int, mark: Mark | None, taken: Taken) -> _Edit:
    """The row, cell or paragraph that a tag takes away."""
    name = f"w:{scope}"
    begin = _begin(xml, name, start)
    stop = xml.find(f"</{name}>", end)
    if begin < 0 or stop < 0:
        taken.doubts.append(("structure", xml[start:end], ""))
        return _Edit(start, end, mark=mark)
    stop += len(name) + 3
    left = _MARKUP.sub("", xml[begin:start] + xml[end:stop]).strip()
    if left:
        taken.doubts.append(("lost_text", xml[start:end], left))
    return _Edit(begin, stop, mark=mark)


def _begin(xml: str, name: str, before: int) -> int:
    """Where the last element of that name before a place begins; -1 for none. The way back is short as a rule."""
    at = before
    while (at := xml.rfind(f"<{name}", 0, at)) >= 0:
        if xml[at + len(name) + 1] in " >":
            return at
    return -1


def _dashed(xml: str, start: int, end: int, mark: Mark | None, taken: Taken) -> _Edit:
    """A tag in a line; `{%-` joins it to the text before, `-%}` to the text behind."""
    low, high = start, end
    if mark is None or mark.kind == "{{":
        return _Edit(start, end, mark=mark)
    body = mark.body
    if body.startswith("-"):
        before = xml.rfind("</w:t>", 0, start)
        low, body = (before if before >= 0 else start), body[1:]
    if body.endswith("-"):
        behind = _NEXT_TEXT.search(xml, end)
        body = body[:-1]
        if behind is not None and not _OPEN.search(xml, end, behind.start()):
            high = behind.end()
    left = _MARKUP.sub("", xml[low:start] + xml[end:high])
    if left.strip():
        taken.doubts.append(("lost_text", mark.raw, left.strip()))
    return _Edit(low, high, mark=Mark(mark.kind, "", body.strip(), mark.raw, mark.text))


def _cut(xml: str, edits: list[_Edit], taken: Taken) -> None:
    """Carry the edits out. What lies inside a container that went, goes with it."""
    at, literal = 0, list[str]()
    for edit in edits:
        if edit.start < at:
            if edit.mark is not None:
                taken.doubts.append(("lost_text", edit.mark.raw, edit.mark.raw))
            continue
        literal += (xml[at : edit.start], edit.text)
        at = edit.end
        if edit.mark is not None:
            taken.literals.append("".join(literal))
            taken.marks.append(edit.mark)
            literal = [edit.after]
    taken.literals.append("".join((*literal, xml[at:])))


def _around(xml: str, start: int, end: int) -> str:
    """Raw XML of the paragraph of a tag (made readable only when a fault is told)."""
    begin = max(_begin(xml, "w:p", start), 0)
    stop = xml.find("</w:p>", end)
    return xml[begin : stop if 0 <= stop < begin + 20_000 else end]


def readable(xml: str) -> str:
    """The visible text of a piece of XML."""
    return html.unescape(_MARKUP.sub("", xml)).strip()


def _unescaped(literal: str) -> str:
    """docxtpl's way to write braces that are no tag."""
    if "{_" in literal or "_}" in literal:
        for written, meant in _ESCAPES:
            literal = literal.replace(written, meant)
    return literal


def _with_cell_tags(xml: str) -> str:
    """`{% colspan n %}` and `{% cellbg colour %}` as attributes of their cell, `{% hm %}` as one cell for a whole loop."""
    while found := _CELL_TAG.search(xml):
        word, value = found.groups()
        begin = _begin(xml, "w:tc", found.start())
        stop = xml.find("</w:tc>", found.end())
        if begin < 0 or stop < 0:
            return xml
        stop += len("</w:tc>")
        cell = xml[begin : found.start()] + xml[found.end() : stop]
        xml = xml[:begin] + _cell(word, value, cell) + xml[stop:]
    return xml


def _cell(word: str, value: str, cell: str) -> str:
    if word == "hm":
        spanned = re.search(r'w:gridSpan w:val="(\d+)"', cell)
        if spanned:
            times = " + ".join(["loop.length"] * int(spanned.group(1)))
            cell = cell.replace(spanned.group(), f'w:gridSpan w:val="{{{{ {times} }}}}"', 1)
        else:
            cell = re.sub(r"(</w:tcPr[ >])", r'<w:gridSpan w:val="{{ loop.length }}"/>\1', cell, count=1)
        return f"{{% if loop.first %}}{cell}{{% endif %}}"
    cell = _EMPTY_RUN.sub("", cell)
    if word == "colspan":
        cell = re.sub(r"<w:gridSpan[^/]*/>", "", cell, count=1)
        made = f'<w:gridSpan w:val="{{{{ {value} }}}}"/>'
    else:
        cell = re.sub(r"<w:shd[^/]*/>", "", cell, count=1)
        made = f'<w:shd w:val="clear" w:color="auto" w:fill="{{{{ {value} }}}}"/>'
    return re.sub(r"<w:tcPr[^>]*>", lambda found: found.group() + made, cell)
