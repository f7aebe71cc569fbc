"""Figures become content controls: in the rendered text where a run is plain, in the tree where it is not.

A template knows where a control may stand and puts `HOME` before such a text; that is taken away here, whether
there is a figure behind it or not.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from lxml import etree

from pipeline.report.control_homes import control_homes
from pipeline.report.marks import HOME, OPEN, fenced_pieces, is_fenced, unfenced
from pipeline.report.ooxml import NS, XML_SPACE, Element, el, qn, val
from pipeline.report.provenance import BOOKMARK

_SIMPLE: Final = re.compile(r"^[!-~]+(?: [!-~]+)*$")
"""Text that LibreOffice 7 keeps as it is in a plain-text control; Chinese text comes out four times."""
_AT_HOME: Final = re.compile(f"{HOME}([^<{HOME}]*)</w:t></w:r>")
_LEFT: Final = re.compile(f"{HOME}[^<]*{OPEN}")
_TEXT_TAGS: Final = frozenset({"<w:t>", '<w:t xml:space="preserve">'})
_DECLARED: Final = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NS.items())
_FIRST_ID: Final = 1_000_000  # every bookmark of a part is numbered anew afterwards


class Wrapper:
    """Wraps the figures of one document, part by part; `lock` makes Word refuse to edit or delete them."""

    def __init__(self, lock: bool) -> None:
        self._lock = lock
        self._bookmarks = 0
        self._made = 0

    def wrapped(self, text: str, *, usual: bool) -> tuple[str, int]:
        """The text of a part with its figures in controls, and how many are left for `wrap` to do in the tree.

        `usual`: the names of Word have their usual prefixes in the part; else all are left.
        """
        if OPEN not in text:
            return text.replace(HOME, ""), 0
        if not usual:
            return text.replace(HOME, ""), text.count(OPEN)
        pieces: list[str] = []
        at = 0
        for found in _AT_HOME.finditer(text):
            if OPEN not in found.group(1):
                continue
            start = text.rfind("<w:r>", at, found.start())
            opening = text.rfind("<w:t", at, found.start())
            look = text[start + 5 : opening]
            if (
                start < 0
                or text[opening : found.start()] not in _TEXT_TAGS
                or (shows := _shows(look)) is None
            ):
                continue
            pieces += (text[at:start], self._runs(look, shows, found.group(1)))
            at = found.end()
        pieces.append(text[at:])
        text = "".join(pieces)
        left = text.count(OPEN) if _LEFT.search(text) else 0
        text = text.replace(HOME, "")
        return (text if left else unfenced(text)), left

    def _runs(self, look: str, shows: bool, text: str) -> str:
        """The runs and controls that stand for one run with figures in its text."""
        made = []
        for piece, tag, alias in fenced_pieces(text):
            space = ' xml:space="preserve"' if piece != piece.strip() or "  " in piece else ""
            run = f"<w:r>{look}<w:t{space}>{piece}</w:t></w:r>"
            made.append(
                self._control_text(run, tag, alias, _SIMPLE.match(piece) and not shows) if tag else run
            )
        return "".join(made)

    def _control_text(self, run: str, tag: str, alias: str, plain: object) -> str:
        lock = '<w:lock w:val="sdtContentLocked"/>' if self._lock else ""
        kind = "<w:text/>" if plain else ""
        control = (
            f'<w:sdt><w:sdtPr><w:alias w:val="{alias}"/><w:tag w:val="{tag}"/>{lock}{kind}</w:sdtPr>'
            f"<w:sdtContent>{run}</w:sdtContent></w:sdt>"
        )
        if plain:
            return control
        self._bookmarks += 1
        id_ = _FIRST_ID + self._bookmarks
        start = f'<w:bookmarkStart w:id="{id_}" w:name="{BOOKMARK}{self._bookmarks}"/>'
        return f'{start}{control}<w:bookmarkEnd w:id="{id_}"/>'

    def wrap(self, root: Element, fences: int) -> None:
        """Turn every fenced figure of a part into a content control; where none can stand, leave plain text.

        `fences` is how many figures were fenced when the part was rendered.
        """
        before = self._made
        for run in dict.fromkeys(_run(node) for node in control_homes(root, OPEN)):
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
        number = str(_FIRST_ID + self._bookmarks)
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


@lru_cache(maxsize=1024)
def _shows(look: str) -> bool | None:
    """`_has_look` of run properties as text; None for what is not just run properties."""
    if not look:
        return False
    try:
        (properties,) = etree.fromstring(f"<all{_DECLARED}>{look}</all>")
    except (etree.XMLSyntaxError, ValueError):
        return None
    return _has_look(properties) if properties.tag == _LOOK else None


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
