"""A document as it lies on paper: laid out by LibreOffice, read by poppler, and what can be wrong with its pages.

Every check returns sentences, none when all is well. All lengths are points.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from lxml import etree

from pipeline.report.fieldtools import iter_fields
from pipeline.report.house import MARGIN_BOTTOM, MARGIN_LEFT, MARGIN_RIGHT, MARGIN_TOP, MARGIN_WIDE
from pipeline.report.layout import convert
from pipeline.report.ooxml import Element, cell_text, nearest, paragraph_text, qn, style_of
from pipeline.report.outline import Outline
from pipeline.report.package import read_package
from pipeline.report.watermark import has_watermark

HEADER, FOOTER = 850 / 20, 850 / 20
HANGING = "，。、；：？！）》”’】"
CJK_FONTS = re.compile(r"CJK|Han|Song|Sun|Hei|Kai|Ming|Gothic|WenQuan|Droid|FZ|ST", re.IGNORECASE)
INK = 200  # a grey value below this is ink


@dataclass(frozen=True)
class Word:
    """A piece of text without blanks and its box; y grows downwards."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Page:
    """One page: its size and its words in reading order."""

    width: float
    height: float
    words: tuple[Word, ...]

    @property
    def body(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what lies between the margins of the house."""
        wide = self.width > self.height
        left, right = (MARGIN_WIDE, MARGIN_WIDE) if wide else (MARGIN_LEFT, MARGIN_RIGHT)
        return left / 20, MARGIN_TOP / 20, self.width - right / 20, self.height - MARGIN_BOTTOM / 20

    @property
    def in_body(self) -> list[Word]:
        """The words that begin between the upper and the lower margin."""
        _left, top, _right, bottom = self.body
        return [word for word in self.words if top - 3 <= word.top <= bottom]

    @property
    def number(self) -> str:
        """The printed page number, "" where there is none."""
        foot = "".join(w.text for w in self.words if w.top > self.body[3])
        found = re.search(r"—(\w+)—", foot)
        return found.group(1) if found else ""


class Paper:
    """A .docx and its layout."""

    def __init__(self, docx: bytes) -> None:
        self.docx = docx
        pdf = convert(docx, "pdf", "pdf")
        assert pdf is not None, "LibreOffice gave no PDF"
        self.pdf = pdf

    @cached_property
    def document(self) -> Element:
        """The tree of the main document."""
        package = read_package(self.docx)
        return package.xml(package.document_name)

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """The pages with their words."""
        root = etree.fromstring(_poppler(["pdftotext", "-bbox-layout", "-", "-"], self.pdf), _parser())
        return tuple(
            Page(
                float(node.get("width", "0")),
                float(node.get("height", "0")),
                tuple(_word(word) for word in node.iter("{*}word")),
            )
            for node in root.iter("{*}page")
        )

    @cached_property
    def outline(self) -> list[tuple[str, int]]:
        """The bookmarks of the PDF: squeezed title and page, counted from 0."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "paper.pdf"
            path.write_bytes(self.pdf)
            xml = _poppler(["pdftohtml", "-xml", "-i", "-stdout", str(path)], b"")
        root = etree.fromstring(xml, _parser())
        items = root.iter("item")
        return [(squeezed("".join(map(str, i.itertext()))), int(i.get("page", "0")) - 1) for i in items]

    @cached_property
    def ink(self) -> list[float]:
        """Of each page, the share of dark spots between the margins, taken from a picture of the page."""
        with TemporaryDirectory() as folder:
            _poppler(["pdftoppm", "-gray", "-r", "20", "-", f"{folder}/p"], self.pdf)
            return [_ink(path.read_bytes()) for path in sorted(Path(folder).glob("p*.pgm"))]

    @cached_property
    def fonts(self) -> list[tuple[str, bool]]:
        """Name and embedded or not of every font."""
        lines = _poppler(["pdffonts", "-"], self.pdf).decode().splitlines()[2:]
        return [(line.split()[0], re.search(r"\s(yes|no)\s", line[50:]).group(1) == "yes") for line in lines]  # type: ignore[union-attr]


def squeezed(text: str) -> str:
    """Text without any blanks."""
    return "".join(text.split())


def blank_pages(paper: Paper) -> list[str]:
    """Pages on whose picture there is next to nothing between the margins."""
    return [f"page {n} is blank" for n, ink in enumerate(paper.ink, 1) if ink < 0.0005]


def outside_margins(paper: Paper) -> list[str]:
    """Words that do not lie between the margins; header and page number are in their own bands."""
    draft = has_watermark(read_package(paper.docx))
    return [
        f"page {number}: {word.text!r} at {word.left:.0f}–{word.right:.0f}, {word.top:.0f}–{word.bottom:.0f}"
        for number, page in enumerate(paper.pages, 1)
        for word in page.words
        if _is_outside(word, page) and not (draft and set(word.text) <= set("草稿"))
    ]


def _is_outside(word: Word, page: Page) -> bool:
    left, top, right, bottom = page.body
    # punctuation may hang into the margin by its own width, as Chinese typesetting does
    hanging = word.bottom - word.top if word.text[-1] in HANGING else 1.0
    if word.left < left - 1 or word.right > right + hanging:
        return True
    if word.bottom <= top:
        return word.top < HEADER - 3
    if word.top >= bottom - 1:
        return word.bottom > page.height - FOOTER + 3
    return word.top < top - 3 or word.bottom > bottom + 3


def headings_out_of_order(paper: Paper) -> list[str]:
    """Headings that are missing on their page or stand before the heading that precedes them."""
    wanted = [
        squeezed(h.number + h.text)
        for h in Outline(read_package(paper.docx)).headings(paper.document)
        if h.text
    ]
    found = [title for title, _page in paper.outline]
    faults = [] if len(found) == len(wanted) else [f"{len(wanted)} headings, {len(found)} in the PDF"]
    at = (0, -1.0)
    for title, (shown, page) in zip(wanted, paper.outline, strict=False):
        if not re.fullmatch(re.escape(title) + r"\d*", shown):  # a hidden counter may follow
            faults.append(f"{title} stands where {shown} should")
            continue
        top = next((y for y in _tops(paper.pages[page], title) if (page, y) > at), None)
        if top is None:
            faults.append(f"{title} is not found on page {page + 1} after the heading before it")
        else:
            at = (page, top)
    return faults


def _tops(page: Page, text: str) -> Iterator[float]:
    """Where a text stands on lines of its own; poppler's order of words is not to be trusted beside tables."""
    lines = _lines(page)
    for at, (top, _line) in enumerate(lines):
        run = ""
        for _top, line in lines[at:]:
            run += line
            if len(run) >= len(text) or not text.startswith(run):
                break
        if run == text:
            yield top


def _lines(page: Page) -> list[tuple[float, str]]:
    """The lines of a page from the top down, each with its text from left to right."""
    lines: list[list[Word]] = []
    for word in sorted(page.in_body, key=lambda w: (w.bottom, w.left)):
        if lines and word.bottom - lines[-1][0].bottom < 3:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [(line[0].top, "".join(w.text for w in sorted(line, key=lambda w: w.left))) for line in lines]


def wrong_contents(paper: Paper) -> list[str]:
    """Lines of the contents whose number is not the one printed on the page of their heading."""
    pages = dict(paper.outline)
    faults = []
    lines = [f for f in iter_fields(paper.document) if f.words[0] == "PAGEREF"]
    for field in lines:
        paragraph = nearest(field.begin, "w:p")
        assert paragraph is not None
        title = squeezed(paragraph_text(paragraph).partition("\t")[0])
        page = next((p for t, p in pages.items() if re.fullmatch(re.escape(title) + r"\d*", t)), None)
        printed = "" if page is None else paper.pages[page].number
        if field.result != printed:
            faults.append(f"{title}: contents {field.result}, printed {printed}")
    return faults if lines else ["no contents"]


def torn_captions(paper: Paper) -> list[str]:
    """Table captions below which, on the same page, their table does not begin."""
    faults = []
    start = 0
    for caption, head in captions(paper.document):
        found = [
            (number, top)
            for number, page in enumerate(paper.pages[start:], start)
            for top in _tops(page, squeezed(caption))
        ]
        if not found:
            faults.append(f"{caption} is not on any page")
            continue
        start, top = found[0]
        below = [w for w in paper.pages[start].in_body if top + 8 < w.top < top + 75]
        if not any(_begins(head, word.text) for word in below):
            faults.append(f"{caption}: its table does not begin below it on page {start + 1}")
    return faults


def _begins(head: str, text: str) -> bool:
    return bool(head) and (head.startswith(text) or text.startswith(head))


def captions(document: Element) -> Iterator[tuple[str, str]]:
    """Text of every caption that a table follows, and the first cell with text of that table."""
    for paragraph in document.iter(qn("w:p")):
        if style_of(paragraph) != "Caption":
            continue
        following = paragraph.getnext()
        while following is not None and following.tag in (qn("w:bookmarkStart"), qn("w:bookmarkEnd")):
            following = following.getnext()
        if following is not None and following.tag == qn("w:tbl"):
            cells = (squeezed(cell_text(cell)) for cell in following.iter(qn("w:tc")))
            yield paragraph_text(paragraph), next((text for text in cells if text), "")


def missing_glyphs(paper: Paper) -> list[str]:
    """Signs that no font of a Chinese report could be drawn with."""
    faults = [f"font {name} is not embedded" for name, embedded in paper.fonts if not embedded]
    text = "".join(word.text for page in paper.pages for word in page.words)
    chinese = bool(re.search(r"[\u4e00-\u9fff]", paragraphs_text(paper.document)))
    if chinese and not any(CJK_FONTS.search(name) for name, _embedded in paper.fonts):
        faults.append("no font for Chinese")
    if "\ufffd" in text or "\x00" in text:
        faults.append("a sign without a glyph")
    return faults


def paragraphs_text(document: Element) -> str:
    """All text of a document."""
    return "".join(paragraph_text(node) for node in document.iter(qn("w:p")))


def _word(node: Element) -> Word:
    box = (float(node.get(key, "0")) for key in ("xMin", "yMin", "xMax", "yMax"))
    return Word(squeezed(node.text or "") or " ", *box)


def _ink(picture: bytes) -> float:
    """The share of dark spots of a PGM picture between the margins."""
    head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+\d+\s", picture)
    assert head is not None
    width, height = int(head.group(1)), int(head.group(2))
    spots = picture[head.end() :]
    edge = round(64 / 72 * 20)
    rows = range(edge, height - edge)
    dark = sum(1 for y in rows for spot in spots[y * width : (y + 1) * width] if spot < INK)
    return dark / (width * len(rows))


def _poppler(command: list[str], given: bytes) -> bytes:
    return subprocess.run(command, input=given, capture_output=True, check=True, timeout=120).stdout


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)


Check = Callable[[Paper], list[str]]
