"""A report as a reviewer reads it: headings, paragraphs, tables with their rows, captions, charts, in reading order.

`read_document` keeps text, figures (content controls) and look apart, so that each can be compared by itself. Table rows
know the criterion or indicator that they are about, from the tags of the figures in them. Every block and row holds its
XML element (`node`), so that whoever has found a place can change it there; two elements never make a difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from pipeline.report.ooxml import Element
from pipeline.report.package import Package
from pipeline.report.reading import Line, Span, joined_lines, normal
from pipeline.report.trace_part import TracePart

BlockKind = Literal[
    "heading", "paragraph", "caption", "table", "chart", "picture", "equation", "contents", "margin"
]
_SHOWN: Final = 40
SUBJECT_KINDS: Final = ("s", "v")
"""Tags of these kinds name the criterion that a row is about."""
_INDICATOR_KINDS: Final = ("i", "q", "l", "lim")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its lines as one, the header above it; `continued`: merged with the cell above, whose text it shows."""

    line: Line
    header: str = ""
    span: int = 1
    continued: bool = False
    node: Element | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row. `key` is `B05` for the row of a criterion, `i:floor_area_ratio` for that of an indicator, else ""."""

    cells: tuple[Cell, ...]
    key: str = ""
    is_header: bool = False
    number: int = 0
    node: Element | None = field(default=None, compare=False, repr=False)

    @property
    def figures(self) -> tuple[Span, ...]:
        """The figures of all cells."""
        return tuple(s for c in self.cells if not c.continued for s in c.line.figures)

    @property
    def text(self) -> str:
        """The cells joined by ` | `."""
        return " | ".join(normal(c.line.text) for c in self.cells if not c.continued)

    @property
    def masked(self) -> str:
        """The cells with figures replaced by their tags."""
        return " | ".join(c.line.masked for c in self.cells if not c.continued)

    @property
    def name(self) -> str:
        """What people would call the row: its key, or its first words."""
        if self.key and ":" not in self.key:
            return f"{self.key} 行"
        words = [t for c in self.cells if (t := normal(c.line.text)) and not t.replace(".", "").isdigit()]
        return f"“{short(words[0])}”行" if words else f"第 {self.number} 行"


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `chapter` is the path of headings above it, numbers included; `number` what Word counts for it.

    `line` is the text of everything but tables; `rows` those of a table, `caption` its title. `data` is what a chart
    draws or a picture is: (series, category, value), or a digest. `part` is `正文`, `页眉` …
    """

    kind: BlockKind
    chapter: tuple[str, ...] = ()
    line: Line = Line("")  # noqa: RUF009 - frozen
    number: str = ""
    level: int = 0
    caption: str = ""
    caption_number: str = ""
    rows: tuple[TableRow, ...] = ()
    data: tuple[tuple[str, ...], ...] = ()
    part: str = "正文"
    index: int = field(default=0, compare=False)
    node: Element | None = field(default=None, compare=False, repr=False)

    @property
    def title(self) -> str:
        """Number and text of a heading or caption."""
        return f"{self.number}{normal(self.line.text)}" if self.kind == "heading" else normal(self.line.text)

    @property
    def figures(self) -> tuple[Span, ...]:
        """The figures of the block."""
        return self.line.figures if self.kind != "table" else tuple(s for r in self.rows for s in r.figures)

    @property
    def look(self) -> str:
        """The look of everything in it."""
        if self.kind != "table":
            return self.line.look
        return "\n".join("｜".join(c.line.look for c in r.cells) for r in self.rows)

    @property
    def name(self) -> str:
        """What people would call the block."""
        if self.kind == "table":
            title = f"{self.caption_number} {self.caption}".strip()
            return title or (f"“{short(self.rows[0].text)}”表" if self.rows else "表")
        if self.kind in ("chart", "picture"):
            what = "图表" if self.kind == "chart" else "图片"
            return f"{what} {self.caption_number} {self.caption}".strip()
        words = {"heading": "标题", "caption": "题注", "equation": "公式", "contents": "目录"}.get(
            self.kind, ""
        )
        return f"{words}“{short(normal(self.line.text))}”"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the block, and the row and column where it is a table (-1 for none)."""

    block: int
    row: int = -1
    cell: int = -1


@dataclass(frozen=True, slots=True)
class PlacedFigure:
    """A figure with its place and the text that stands there now."""

    span: Span
    text: str
    place: Place

    @property
    def tag(self) -> str:
        """The tag of the figure."""
        return self.span.tag


@dataclass(frozen=True)
class Document:
    """A whole report. `texts` are the digests of its own texts as they were made (`report/text_part.py`), empty for
    documents that carry none; `receipt` the attributes of the receipt; `application` the program that saved it."""

    blocks: tuple[Block, ...]
    trace: TracePart = TracePart()  # noqa: RUF009 - frozen
    receipt: Mapping[str, str] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    application: str = ""
    name: str = ""
    package: Package | None = field(default=None, compare=False, repr=False)

    def figures(self) -> Iterator[PlacedFigure]:
        """Every figure in reading order."""
        for place, line in self.lines():
            for span in line.figures:
                yield PlacedFigure(span, line.shown(span), place)

    def lines(self) -> Iterator[tuple[Place, Line]]:
        """Every text with its place, cells one by one; merged cells once, contents left out."""
        for block in self.blocks:
            if block.kind == "contents":
                continue
            if block.kind != "table":
                yield Place(block.index), block.line
                continue
            for r, row in enumerate(block.rows):
                for c, cell in enumerate(row.cells):
                    if not cell.continued:
                        yield Place(block.index, r, c), cell.line

    def block(self, place: Place) -> Block:
        """The block of a place."""
        return self.blocks[place.block]

    def line(self, place: Place) -> Line:
        """The text of a place."""
        block = self.block(place)
        return block.line if place.row < 0 else block.rows[place.row].cells[place.cell].line

    def where(self, place: Place, words: bool = True) -> str:
        """The place in words: `二、绿色工厂创建情况 › （一）基础设施 · 表 2-1 用地和建筑面积 · “用地面积”行 · 数值`."""
        block = self.block(place)
        pieces = [" › ".join(block.chapter) or block.part]
        if block.kind == "table":
            pieces.append(block.name)
            if place.row >= 0:
                row = block.rows[place.row]
                pieces.append("表头" if row.is_header else row.name)
                if place.cell >= 0 and row.cells[place.cell].header:
                    pieces.append(row.cells[place.cell].header)
        elif words and block.kind != "heading":
            pieces.append(block.name)
        return " · ".join(pieces)


def short(text: str, length: int = _SHOWN) -> str:
    """At most so many characters."""
    return text if len(text) <= length else text[: length - 1] + "…"


def row_key(spans: tuple[Span, ...]) -> str:
    """What a row is about, by the tags in it: a criterion (`B05`), an indicator (`i:floor_area_ratio`), or ""."""
    criteria = {_subject(s.tag) for s in spans if s.tag.partition(":")[0] in SUBJECT_KINDS}
    if len(criteria) == 1:
        return criteria.pop()
    named = {_subject(s.tag) for s in spans if s.tag.partition(":")[0] in _INDICATOR_KINDS}
    return f"i:{named.pop()}" if not criteria and len(named) == 1 else ""


def _subject(tag: str) -> str:
    """`B05` of `s:B05/points`, `floor_area_ratio` of `i:floor_area_ratio@-1`."""
    return tag.partition(":")[2].partition("/")[0].partition("@-")[0]


def whole_line(row: TableRow) -> Line:
    """A row as one line."""
    return joined_lines([c.line for c in row.cells if not c.continued])
