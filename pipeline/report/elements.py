"""Paragraphs, runs and fields of the house as Word XML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.report.equation_marks import SYMBOL_STYLE
from pipeline.report.ooxml import XML_SPACE, Element, el, val

if TYPE_CHECKING:  # the source language is needed only to build templates
    from pipeline.report.source import Piece

CHAPTER_SEQ: Final = "章"
SECTION_SEQ: Final = "节"


def run(text: str, style: str = "") -> Element:
    """A run of text, with a character style if named."""
    node = el("w:t", text=text)
    node.set(XML_SPACE, "preserve")
    made = el("w:r")
    if style:
        made.append(el("w:rPr", None, val("w:rStyle", style)))
    made.append(node)
    return made


def paragraph(style: str, children: Iterable[Element] = (), extra: Iterable[Element] = ()) -> Element:
    """A paragraph with a style; `extra` are further paragraph properties in schema order."""
    made = el("w:p", None, el("w:pPr", None, val("w:pStyle", style), *extra))
    made.extend(children)
    return made


def runs(pieces: Sequence[Piece], style: str = "") -> list[Element]:
    """Inline pieces as runs; neighbours of the same look share one run, so that Word keeps tags whole."""
    made: list[Element] = []
    text, look = "", ""

    def flush() -> None:
        nonlocal text
        if text:
            made.append(run(text, look))
        text = ""

    for piece in pieces:
        wanted = SYMBOL_STYLE if piece.kind == "symbol" else "Strong" if piece.strong else style
        if piece.kind == "break":
            flush()
            made.append(el("w:r", None, el("w:br")))
        elif piece.kind == "reference":
            flush()
            made.extend(field(f" REF {caption_bookmark(piece.text)} \\h ", "？", wanted))
        else:
            if wanted != look:
                flush()
            look = wanted
            text += piece.text
    flush()
    return made


def field(code: str, result: str | None, style: str = "") -> list[Element]:
    """A complex field with its cached result (None: no result at all)."""

    def mark(kind: str) -> Element:
        return el("w:r", None, el("w:fldChar", {"w:fldCharType": kind}))

    instruction = el("w:instrText", text=code)
    instruction.set(XML_SPACE, "preserve")
    made = [mark("begin"), el("w:r", None, instruction)]
    if result is not None:
        made += [mark("separate"), run(result, style)]
    return [*made, mark("end")]


def hidden_field(code: str) -> list[Element]:
    """A field that counts but never shows: no result, and its runs hidden for programs that compute one."""
    made = field(code, None)
    for node in made:
        node.insert(0, el("w:rPr", None, el("w:vanish")))
    return made


def caption_bookmark(caption_id: str) -> str:
    """The bookmark that references to a caption point to."""
    return f"_Ref_{caption_id}"


@dataclass(frozen=True)
class Counted:
    """The number of a caption: `chapter` holds digits, a letter in appendices, or nothing for a running 附表.

    With a `section` it reads 表2.1-1; `close` writes no blank behind the word 表.
    """

    label: str
    chapter: str
    number: int
    section: int = 0
    close: bool = False


def caption(place: Counted, pieces: Sequence[Piece], bookmark: Element | None) -> Element:
    """A caption 表 1-1 or 表1.1-1, its numbers in fields that Word counts anew."""
    label, chapter = place.label, place.chapter
    by_section = chapter.isdigit() and place.section > 0
    restart = "\\r 1" if place.number == 1 else "\\s 2" if by_section else "\\s 1"
    inner = [run(f"{label}{'' if place.close else ' '}" if chapter else f"附{label} ")]
    if chapter.isdigit():
        inner += field(f" SEQ {CHAPTER_SEQ} \\c ", chapter)
        if by_section:
            inner += [run("."), *field(f" SEQ {SECTION_SEQ} \\c ", str(place.section))]
        inner.append(run("-"))
    elif chapter:
        inner.append(run(f"{chapter}-"))
    code = f" SEQ {label} \\* ARABIC {restart} " if chapter else f" SEQ 附{label} \\* ARABIC "
    inner += field(code, str(place.number))
    if bookmark is not None:
        inner = [bookmark, *inner, el("w:bookmarkEnd", {"w:id": str(bookmark.get(_ID))})]
    return paragraph("Caption" if label == "表" else "FigureCaption", [*inner, run("　"), *runs(pieces)])


def text_paragraphs(style: str, pieces: Sequence[Piece]) -> Element:
    """One paragraph of inline text."""
    return paragraph(style, runs(pieces))


_ID: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}id"
