"""Where a figure comes from, and what depends on a cell: told from the provenance inside a report alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from pipeline.findings import LvbaoError, nearest
from pipeline.report.reading import normal
from pipeline.report.trace_part import TraceEntry
from pipeline.review.document import Document, Place, PlacedFigure

NUMBER: Final = re.compile(r"[-−]?\d[\d,，]*(?:\.\d+)?")
_KIND_WORDS: Final = {
    "f": "填报项", "t": "填报表格", "sum": "合计", "chg": "较上年变化", "i": "指标", "q": "中间量", "l": "达到等级",
    "lim": "限值", "c": "常数", "k": "系数", "s": "得分", "v": "判定", "sub": "二级指标得分", "cat": "一级指标得分",
    "tot": "总分", "n": "计数", "share": "得分比例", "chart": "图表",
}  # fmt: skip
_IN_WORDS: Final = ("chg", "l", "v")
NO_TRACE: Final = "没有带溯源信息：不是由 lvbao 生成的，或者溯源部件在另存时丢失了。请用原来生成的 .docx。"


@dataclass(frozen=True)
class Explanation:
    """One figure explained: its entry, the figures it was computed from, and its places in the report.

    `again`: explained already further up, so its operands are left out.
    """

    entry: TraceEntry
    value: str
    places: tuple[PlacedFigure, ...] = ()
    operands: tuple[Explanation, ...] = ()
    again: bool = False

    @property
    def tag(self) -> str:
        """The tag."""
        return self.entry.tag


@dataclass(frozen=True)
class Plain:
    """A number that stands in the report outside of every figure."""

    place: Place
    start: int
    end: int


@dataclass(frozen=True)
class Traced:
    """The answer to a question: explanations, and numbers of the same print that no data stand behind."""

    question: str
    explanations: tuple[Explanation, ...]
    plain: tuple[Plain, ...] = ()


def kind_word(tag: str) -> str:
    """What kind of figure a tag names: 指标, 填报项 …"""
    return _KIND_WORDS.get(tag.partition(":")[0], "数值")


class Tracer:
    """Answers questions about one report. Raises LvbaoError when it carries no trace."""

    def __init__(self, document: Document) -> None:
        if not document.trace.entries:
            raise LvbaoError(f"{document.name} {NO_TRACE}")
        self.document = document
        self.entries: Mapping[str, TraceEntry] = document.trace.entries
        self.places: dict[str, list[PlacedFigure]] = {}
        for found in document.figures():
            self.places.setdefault(found.tag, []).append(found)

    # -- questions -----------------------------------------------------------------------------------------------
    def by_text(self, text: str) -> Traced:
        """Every figure that is printed so, then those of the same value; and plain numbers of that print."""
        wanted = _unified(text)
        exact = [f for found in self.places.values() for f in found if _unified(f.text) == wanted]
        if not exact:
            exact = [f for found in self.places.values() for f in found if _says(f.text, wanted)]
        tags = dict.fromkeys(f.tag for f in sorted(exact, key=lambda f: f.place.block))
        plain = tuple(self._plain(wanted))
        if not tags and not plain:
            raise LvbaoError(f"{self.document.name} 里没有“{text}”这个数。{self._near(text)}")
        return Traced(text, tuple(self.explain(tag) for tag in tags), plain)

    def by_name(self, name: str) -> Traced:
        """A figure by its tag, its id or its label."""
        tags = [t for t in self.entries if t == name] or [
            t for t in self.entries if t.partition(":")[2] == name and t.partition(":")[0] in ("i", "q", "f", "s", "chart")
        ]  # fmt: skip
        tags = tags or [t for t, e in self.entries.items() if e.label == name]
        if not tags:
            known = {e.label for e in self.entries.values() if e.label}
            known |= {t.partition(":")[2] for t in self.entries if t[:2] in ("i:", "q:", "f:")}
            near = nearest(name, sorted(known))
            hint = f"是否为“{near}”？" if near else ""
            listed = "、".join(
                e.label for t, e in self.entries.items() if t.startswith("i:") and "@" not in t
            )
            raise LvbaoError(f"报告中没有名为“{name}”的指标。{hint}现有指标：{listed}")
        return Traced(name, tuple(self.explain(tag) for tag in tags))

    def on_page(self, page: str) -> Traced:
        """Every figure of a page, as LibreOffice lays the report out. Raises LvbaoError without such a layout."""
        from pipeline.review.pages import pages_of

        pages = pages_of(self.document)
        tags = dict.fromkeys(
            f.tag for f in self.document.figures() if pages.get(f.place.block, {}).get(f.place.row) == page
        )
        if not tags:
            known = {p for rows in pages.values() for p in rows.values()}
            numbers = sorted((p for p in known if p.isdigit()), key=int)
            last = f"正文页码到 {numbers[-1]}；" if numbers else ""
            raise LvbaoError(f"第 {page} 页没有数值。{last}页码按 LibreOffice 排版，与 Word 可能差一页。")
        return Traced(f"第 {page} 页", tuple(self.explain(tag) for tag in tags))

    def overview(self) -> Traced:
        """The indicators of the report."""
        tags = [t for t in self.entries if t.startswith("i:") and "@" not in t and "/" not in t]
        return Traced("", tuple(self.explain(tag) for tag in tags))

    # -- explanations --------------------------------------------------------------------------------------------
    def explain(self, tag: str, value: str = "", above: set[str] | None = None) -> Explanation:
        """A tag with everything it was computed from, each thing in full only once."""
        above = set() if above is None else above
        entry = self.entries.get(tag, TraceEntry(tag))
        again = tag in above and bool(entry.operands)
        above.add(tag)
        operands = () if again else tuple(self.explain(o.tag, o.value, above) for o in entry.operands)
        return Explanation(
            entry, value or shown_value(entry), tuple(self.places.get(tag, ())), operands, again
        )

    def cells(self, tag: str, seen: set[str] | None = None) -> Iterator[tuple[str, str]]:
        """(tag, cell) of everything filled in that a figure rests on."""
        seen = set() if seen is None else seen
        if tag in seen or tag not in self.entries:
            return
        seen.add(tag)
        entry = self.entries[tag]
        if entry.cell and not entry.operands:
            yield tag, entry.cell
        for operand in entry.operands:
            yield from self.cells(operand.tag, seen)

    def _plain(self, wanted: str) -> Iterator[Plain]:
        if not NUMBER.fullmatch(wanted):
            return
        for place, line in self.document.lines():
            if self.document.block(place).kind == "equation":
                continue
            for found in NUMBER.finditer(unicodedata.normalize("NFKC", line.text)):
                start, end = found.span()
                outside = all(s.end <= start or s.start >= end for s in line.spans)
                if _unified(found.group()) == wanted and outside and len(line.text) >= end:
                    yield Plain(place, start, end)

    def _near(self, text: str) -> str:
        printed = {_unified(f.text) for found in self.places.values() for f in found}
        near = nearest(_unified(text), sorted(printed))
        return f"最接近的是 {near}。" if near else "可不写数值，看报告中全部指标。"


def shown_value(entry: TraceEntry) -> str:
    """The value of an entry as people read it: words and changes as they are printed, numbers as they are rounded."""
    printed = entry.printed[0] if entry.printed else ""
    if entry.tag.partition(":")[0] in _IN_WORDS and printed:
        return printed
    return entry.rounded or entry.value or printed


def _unified(text: str) -> str:
    """Half-width, without separators of thousands and blanks."""
    return normal(unicodedata.normalize("NFKC", text)).replace(",", "").replace("−", "-").replace(" ", "")


def _says(text: str, wanted: str) -> bool:
    """Whether a figure's text holds the number that is wanted, whatever stands around it."""
    number = decimal(wanted.rstrip("%‰"))
    return number is not None and any(decimal(found) == number for found in NUMBER.findall(_unified(text)))


def decimal(text: str) -> Decimal | None:
    """The number of a text, None when it is none."""
    try:
        return Decimal(_unified(text))
    except InvalidOperation:
        return None


def snippet(document: Document, place: Place, start: int, end: int, around: int = 24) -> str:
    """The words around a stretch of a text, the stretch in 〔〕."""
    text = document.line(place).text
    left, right = max(0, start - around), min(len(text), end + around)
    words = f"{'…' if left else ''}{text[left:start]}〔{text[start:end]}〕{text[end:right]}{'…' if right < len(text) else ''}"
    return normal(words)


def sentence(document: Document, place: Place, start: int, end: int) -> str:
    """The sentence around a stretch of a text."""
    text = document.line(place).text
    begins = max(text.rfind(c, 0, start) for c in "。；！？\n") + 1
    ends = [at for c in "。；！？\n" if (at := text.find(c, end)) >= 0]
    return normal(text[begins : min(ends) + 1 if ends else len(text)])


def labels(document: Document, tags: Iterable[str]) -> list[str]:
    """The labels of tags, each once."""
    return list(
        dict.fromkeys(document.trace.entries[t].label or t for t in tags if t in document.trace.entries)
    )
