"""A paragraph as a row of pieces: texts, figures, fields, pictures, equations; each can be deleted or inserted by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Final, Literal

from lxml import etree

from pipeline.report.ooxml import XML_SPACE, Element, el, node_text, qn

PieceKind = Literal["text", "figure", "atom", "fixed"]
Digest = Callable[[Element], str]
"""What a relationship of an element leads to, as a digest: two pictures are equal when their files are."""

_MATH: Final = (qn("m:oMath"), qn("m:oMathPara"))
_TEXT: Final = (qn("w:t"), qn("w:delText"))
_MARKS: Final = ("w:fldChar", "w:instrText")
_IGNORED: Final = frozenset(qn(f"w:{n}") for n in ("rPr", "lastRenderedPageBreak", "annotationRef"))
_VOLATILE: Final = (qn("wp:docPr"), "{http://schemas.openxmlformats.org/drawingml/2006/picture}cNvPr")


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece. `nodes` are copies that can be put into a paragraph; equal `key`s are equal content.

    `inside` is the link or control around it; `look` its formatting; `fixed` pieces (bookmarks, open fields) are
    no content: they stay where the newer document has them.
    """

    kind: PieceKind
    key: str
    text: str
    nodes: tuple[Element, ...]
    inside: Element | None = None
    look: str = ""
    tag: str = ""


@dataclass
class _Reader:
    digest: Digest
    found: list[Piece] = field(default_factory=list)
    waiting: list[tuple[Element, Element | None]] = field(default_factory=list)
    depth: int = 0


def pieces(paragraph: Element, digest: Digest) -> list[Piece]:
    """The pieces of a paragraph in reading order."""
    reader = _Reader(digest)
    for node in paragraph:
        _read(node, None, reader)
    for (
        run,
        inside,
    ) in reader.waiting:  # a field that ends in a later paragraph: its marks stay, its text is text
        _unfinished(run, inside, reader)
    return reader.found


def _read(node: Element, inside: Element | None, reader: _Reader) -> None:
    if node.tag == qn("w:r"):
        for run in _single(node):
            _read_run(run, inside, reader)
    elif node.tag == qn("w:sdt") and _tag(node):
        _wait_or(reader, node, inside, lambda: reader.found.append(_figure(node, inside, reader.digest)))
    elif node.tag in (qn("w:hyperlink"), qn("w:sdt"), qn("w:smartTag"), qn("w:fldSimple"), qn("w:customXml")):
        content = node.find(qn("w:sdtContent")) if node.tag == qn("w:sdt") else node
        for child in () if content is None else content:
            if not str(child.tag).endswith("Pr"):
                _read(child, inside if inside is not None else node, reader)
    elif node.tag in _MATH:
        text = "".join(t.text or "" for t in node.iter(qn("m:t")))
        reader.found.append(Piece("atom", f"math:{canonical(node)}", text, (deepcopy(node),), inside))
    elif node.tag != qn("w:pPr"):
        reader.found.append(Piece("fixed", "", "", (deepcopy(node),), inside))


def _wait_or(reader: _Reader, node: Element, inside: Element | None, otherwise: Callable[[], None]) -> None:
    if reader.depth:
        reader.waiting.append((deepcopy(node), inside))
    else:
        otherwise()


def _read_run(run: Element, inside: Element | None, reader: _Reader) -> None:
    mark = run.find(qn("w:fldChar"))
    kind = None if mark is None else mark.get(qn("w:fldCharType"))
    if kind == "begin":
        reader.depth += 1
    if reader.depth:
        reader.waiting.append((run, inside))
        if kind == "end":
            reader.depth -= 1
            if not reader.depth:
                _field(reader)
        return
    if kind is not None:
        reader.found.append(Piece("fixed", "", "", (run,), inside))
        return
    reader.found.extend(_of_run(run, inside, reader))


def _field(reader: _Reader) -> None:
    """A whole field, begin to end, is one piece."""
    nodes = tuple(node for node, _ in reader.waiting)
    inside = reader.waiting[0][1]
    reader.waiting.clear()
    code = " ".join("".join(t.text or "" for n in nodes for t in n.iter(qn("w:instrText"))).split())
    text = "".join(node_text(t) for n in nodes for t in n.iter(qn("w:t"), qn("w:tab")))
    reader.found.append(Piece("atom", f"field:{code}|{text}", text, nodes, inside))


def _unfinished(run: Element, inside: Element | None, reader: _Reader) -> None:
    if run.tag != qn("w:r"):
        reader.found.append(_figure(run, inside, reader.digest))
    elif any(run.find(qn(name)) is not None for name in _MARKS):
        reader.found.append(Piece("fixed", "", "", (run,), inside))
    else:
        reader.found.extend(_of_run(run, inside, reader))


def _of_run(run: Element, inside: Element | None, reader: _Reader) -> Iterator[Piece]:
    look = _look(run)
    child = next((c for c in run if c.tag not in _IGNORED), None)
    if child is None:
        return
    if child.tag in _TEXT:
        if child.text:
            yield Piece("text", f"t:{child.text}", child.text, (text_run(run, child.text),), inside, look)
    elif child.tag in (qn("w:tab"), qn("w:br"), qn("w:cr"), qn("w:noBreakHyphen")):
        yield Piece(
            "text", f"{child.tag}{sorted(child.attrib.items())}", node_text(child), (run,), inside, look
        )
    else:
        yield Piece("atom", f"{child.tag}{reader.digest(child)}{canonical(child)}", "", (run,), inside, look)


def _figure(control: Element, inside: Element | None, digest: Digest) -> Piece:
    text = "".join(node_text(t) for t in control.iter(qn("w:t"), qn("w:tab"), qn("w:br")))
    key = f"t:{text}"
    if not text:
        key = f"sdt:{digest(control)}{canonical(control)}"
    return Piece("figure", key, text, (unlocked(deepcopy(control)),), inside, "", _tag(control))


def _tag(control: Element) -> str:
    found = control.find(f"{qn('w:sdtPr')}/{qn('w:tag')}")
    return "" if found is None else str(found.get(qn("w:val"), ""))


def unlocked(node: Element) -> Element:
    """The controls in it without their locks: nobody can accept a change inside a locked one."""
    for lock in list(node.iter(qn("w:lock"))):
        parent = lock.getparent()
        if parent is not None and parent.tag == qn("w:sdtPr"):
            parent.remove(lock)
    return node


def _single(run: Element) -> list[Element]:
    """The run as copies that hold one thing each."""
    properties = run.find(qn("w:rPr"))
    found = []
    for child in run:
        if child.tag in _IGNORED:
            continue
        copy = el("w:r")
        if properties is not None:
            copy.append(deepcopy(properties))
        copy.append(deepcopy(child))
        found.append(copy)
    return found


def part_of(piece: Piece, start: int, end: int) -> Piece:
    """Some characters of a text piece."""
    text = piece.text[start:end]
    return Piece("text", f"t:{text}", text, (text_run(piece.nodes[0], text),), piece.inside, piece.look)


def text_run(like: Element, text: str) -> Element:
    """A run with that text that looks like another one."""
    run = el("w:r")
    properties = like.find(qn("w:rPr"))
    if properties is not None:
        run.append(deepcopy(properties))
    run.append(el("w:t", {}, text=text))
    run[-1].set(XML_SPACE, "preserve")
    return run


def _look(run: Element) -> str:
    properties = run.find(qn("w:rPr"))
    return "" if properties is None or not len(properties) else canonical(properties)


def canonical(node: Element) -> str:
    """A short digest of an element without what programs renumber at every saving."""
    copy = deepcopy(node)
    copy.tail = None
    for part in copy.iter():
        for name in list(part.attrib):
            if (
                "relationships" in str(name)
                or "rsid" in str(name)
                or str(name).endswith(("paraId", "textId"))
            ):
                del part.attrib[name]
        if part.tag in _VOLATILE:
            part.set("id", "")
    return hashlib.sha256(etree.tostring(copy, method="c14n", exclusive=True)).hexdigest()[:20]
