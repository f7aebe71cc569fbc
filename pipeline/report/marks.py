"""Figures in texts: which stretches of a string show a value, and of what.

A `Figured` text is a plain `str` for everybody who compares, joins, prints or stores it; beside its characters it
knows which of them are a figure. Client text can therefore never pass for one. Only while a document is rendered
are figures fenced by private characters (`fenced`), which `pipeline.report.provenance` turns into content
controls; the same characters in anybody else's text are taken out on the way in (`neutral`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.report.ooxml import clean_text

OPEN, SEPARATOR, CLOSE = "\U0010f4a0", "\U0010f4a1", "\U0010f4a2"
HOME: Final = "\U0010f4a3"
"""Stands in a compiled template before a text around which controls may stand."""
MAX_NAME: Final = 64
"""Word refuses content controls whose tag or title is longer."""
_MAX_TAG: Final = 60
_FENCES: Final = re.compile(f"[{OPEN}{SEPARATOR}{CLOSE}]")
_PRIVATE: Final = re.compile(f"[{OPEN}{SEPARATOR}{CLOSE}{HOME}]")
_FENCED: Final = re.compile(f"{OPEN}([^{CLOSE}]*?){SEPARATOR}([^{CLOSE}]*?){SEPARATOR}([^{CLOSE}]*?){CLOSE}")
_ALIAS: Final = re.compile(r"〔([^〔〕]+)〕$")


@dataclass(frozen=True, slots=True)
class Mark:
    """What a figure is: `tag` by the grammar of docs/templates.md, `label` for people."""

    tag: str
    label: str

    @property
    def alias(self) -> str:
        """The title of the content control: label and tag, because LibreOffice 7 keeps titles and drops tags."""
        tail = f"〔{self.tag}〕"
        label = " ".join(self.label.split())
        if label and max(label) > "\uffff":
            label = "".join(char for char in label if ord(char) < 0x10000)
        return label[: MAX_NAME - len(tail)] + tail


class Figured(str):
    """Text with figures in it; `spans` are (start, end, mark) in order, not overlapping."""

    spans: tuple[tuple[int, int, Mark], ...]

    def __new__(cls, text: str, spans: Iterable[tuple[int, int, Mark]]) -> Figured:
        """The text with its figures."""
        made = super().__new__(cls, text)
        made.spans = tuple(spans)
        return made


def figure(text: str, tag: str, label: str) -> str:
    """Text that is one figure as a whole; figures inside it are not kept apart."""
    return Figured(text, [(0, len(text), Mark(short_tag(tag), label))]) if text else text


def short_tag(tag: str) -> str:
    """The tag itself, or when it is long its beginning with a digest of the whole."""
    tag = tag.replace("〔", "(").replace("〕", ")")
    if len(tag) <= _MAX_TAG:
        return tag
    return f"{tag[: _MAX_TAG - 9]}~{hashlib.sha256(tag.encode()).hexdigest()[:8]}"


def tag_of_alias(alias: str) -> str:
    """The tag in the title of a content control, "" when it is none of ours."""
    found = _ALIAS.search(alias)
    return found.group(1) if found else ""


def stretches(text: str) -> Iterator[tuple[str, Mark | None]]:
    """The text in pieces: plain ones with None, figures with their mark."""
    at = 0
    for start, end, mark in text.spans if isinstance(text, Figured) else ():
        if start > at:
            yield str(text[at:start]), None
        yield str(text[start:end]), mark
        at = end
    if at < len(text):
        yield str(text[at:]), None


def joined(parts: Iterable[str], separator: str = "") -> str:
    """`separator.join(parts)` with the figures of all parts."""
    pieces: list[str] = []
    spans: list[tuple[int, int, Mark]] = []
    length = 0
    for part in parts:
        if pieces and separator:
            pieces.append(separator)
            length += len(separator)
        if isinstance(part, Figured):
            spans += [(start + length, end + length, mark) for start, end, mark in part.spans]
        pieces.append(part)
        length += len(part)
    text = "".join(pieces)
    return Figured(text, spans) if spans else text


def compose(pattern: str, *parts: str) -> str:
    """`pattern.format(*parts)` for plain `{}` places, with the figures of the parts."""
    literals = pattern.split("{}")
    if len(literals) != len(parts) + 1:
        raise ValueError(f"{len(parts)} parts for {pattern!r}")
    mixed = [literals[0]]
    for part, literal in zip(parts, literals[1:], strict=True):
        mixed += [part, literal]
    return joined(mixed)


def neutral(text: str) -> str:
    """Text as XML can hold it, without the private characters that fence figures; figures are kept."""
    if not isinstance(text, Figured):
        plain = str(text)
        return plain if plain.isprintable() else _PRIVATE.sub("", clean_text(plain))
    if text.isprintable():
        return text
    cleaned = ((neutral(piece), mark) for piece, mark in stretches(text))
    return joined(
        piece if mark is None or not piece else Figured(piece, [(0, len(piece), mark)])
        for piece, mark in cleaned
    )


def fenced(text: str) -> str:
    """Text for the renderer: every figure between private characters, with tag and alias."""
    text = neutral(text)
    if not isinstance(text, Figured):
        return text
    return "".join(
        piece
        if mark is None
        else f"{OPEN}{neutral(mark.tag)}{SEPARATOR}{neutral(mark.alias)}{SEPARATOR}{piece}{CLOSE}"
        for piece, mark in stretches(text)
    )


def unfenced(text: str) -> str:
    """Rendered text with the fences gone and the figures left as plain text."""
    return _FENCES.sub("", _FENCED.sub(r"\3", text))


def is_fenced(text: str) -> bool:
    """Is there any private character of ours in the text?"""
    return _FENCES.search(text) is not None


def fenced_pieces(text: str) -> Iterator[tuple[str, str, str]]:
    """Rendered text in pieces (text, tag, alias); plain pieces have no tag."""
    at = 0
    for found in _FENCED.finditer(text):
        start, end = found.span()
        if start > at:
            yield _unfenced_end(text[at:start]), "", ""
        tag, alias, piece = found.groups()
        yield piece, tag, alias
        at = end
    if at < len(text):
        yield _unfenced_end(text[at:]), "", ""


def _unfenced_end(text: str) -> str:
    return text if text.isprintable() else _FENCES.sub("", text)
