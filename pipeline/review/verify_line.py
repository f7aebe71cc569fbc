"""One text of an edited report against the same text as the data give it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.report.reading import Line, Span, normal
from pipeline.review.document import Document
from pipeline.review.faults import Edit, Fault
from pipeline.review.hands import is_own, printed, was_made
from pipeline.review.segment import Piece, compare_texts, number_of
from pipeline.review.spot import Spot, spots, unit_after, units_in
from pipeline.review.verdicts import turned_round

_MOST: Final = 1.6
"""A change at most so much longer than the number in it says nothing besides."""
_MARKS: Final = re.compile(r"[\s（）()，。、；：]")


@dataclass(frozen=True)
class Known:
    """What the data give: the texts of figures by tag, every number printed, text facts by label."""

    figures: Mapping[str, frozenset[str]]
    numbers: frozenset[str]
    facts: Mapping[str, str]


class LineCheck:
    """Checks one pair of texts. `ours` is the text as the data give it, `theirs` the one in the edited report.

    `names` are the tags of its table cells by the rows of today's data.
    """

    def __init__(
        self, document: Document, known: Known, names: Mapping[str, str], ours: Line, theirs: Line, where: str
    ) -> None:
        self._document, self._known, self._names = document, known, names
        self._same_words = ours.masked == theirs.masked_by(names)
        self._ours, self._theirs, self._where = ours, theirs, where
        self._pieces = list(_placed(compare_texts(ours.text, theirs.text)))

    def run(self) -> Iterator[Fault | Edit]:
        """The faults of the text, and what is left as a narrative edit."""
        ours, theirs = self._ours, self._theirs
        if normal(ours.text) == normal(theirs.text):
            return  # a figure without its provenance that still says the right thing
        if is_own(self._document, theirs) and not was_made(self._document, ours) and not self._same_words:
            yield Fault("stale", self._where, theirs.text, ours.text, words="这段文字按现在的数据应当不同")
            return
        found = [*self._figures(), *self._facts(), *self._rest(), *self._verdict()]
        yield from dict.fromkeys(found)
        if not self._same_words and (edit := self._narrative(found)) is not None:
            yield edit

    # -- figures -----------------------------------------------------------------------------------------------------
    def _figures(self) -> Iterator[Fault]:
        """Figures typed over, in or outside of their control, or gone."""
        waiting: dict[str, list[Span]] = {}
        for span in self._theirs.figures:
            waiting.setdefault(self._names.get(span.tag, span.tag), []).append(span)
        for span in self._ours.figures:
            here = waiting.get(span.tag, [])
            if here:
                yield from self._kept(span, here.pop(0))
            else:
                yield from self._lost(span)
        for spans in waiting.values():
            for span in spans:  # copied here by hand: it must say what it says elsewhere
                yield from self._copied(span)

    def _kept(self, ours: Span, theirs: Span) -> Iterator[Fault]:
        wanted, said = normal(self._ours.shown(ours)), normal(self._theirs.shown(theirs))
        if wanted == said or _equal(wanted, said):
            return
        if said in printed(self._document, theirs):
            words = f"生成时为 {said}，现在的数据算得 {wanted}"
            yield self._fault("stale", theirs, said, wanted, words)
        elif not said:
            yield self._fault("removed", ours, "", wanted, "数值被清空")
        else:
            yield self._fault("typed_over", theirs, said, wanted, self._elsewhere(theirs))

    def _lost(self, span: Span) -> Iterator[Fault]:
        """A figure whose control is gone: the same text may still stand there, or another, or nothing."""
        wanted = self._ours.shown(span)
        touched = [
            p for p in self._pieces if p.piece.old and p.old_start < span.end and span.start < p.old_end
        ]
        beside = "" if re.search(r"\d", wanted) else self._put_beside(span)
        if all(p.piece.same for p in touched) and not beside:
            return  # it is plain text now and says the right thing
        said = f"{beside}{wanted}" if beside else _answer(self._theirs.text, touched, span)
        if said and _equal(normal(said), normal(wanted)):
            return
        if said:
            yield self._fault("typed_over", span, said, wanted, "连同溯源标记一起改成了普通文字")
        else:
            yield self._fault("removed", span, "", wanted, "")

    def _put_beside(self, span: Span) -> str:
        """A word put directly before a figure in words: 不 before 符合."""
        new = (p.piece.new for p in self._pieces if not p.piece.old and p.old_start == span.start)
        return next((text for text in new if re.search(r"\w$", text)), "")

    def _copied(self, span: Span) -> Iterator[Fault]:
        said = normal(self._theirs.shown(span))
        right = self._known.figures.get(self._names.get(span.tag, span.tag))
        if right is not None and said not in right:
            yield self._fault("typed_over", span, said, "、".join(sorted(right)), "复制来的数值与数据不符")

    def _elsewhere(self, span: Span) -> str:
        others = {normal(f.text) for f in self._document.figures() if f.tag == span.tag}
        others.discard(normal(self._theirs.shown(span)))
        return f"报告别处写作 {'、'.join(sorted(others))}" if others else ""

    def _fault(self, kind: str, span: Span, said: str, wanted: str, words: str) -> Fault:
        entry = self._document.trace.entries.get(span.tag)
        label = span.label or ("" if entry is None else entry.label)
        return Fault(kind, self._where, said, wanted, label, span.tag, words)  # type: ignore[arg-type]

    # -- everything else -----------------------------------------------------------------------------------------------
    def _facts(self) -> Iterator[Fault]:
        """Words of the workbook (the enterprise's name, its address) that stood here and do not any more."""
        before, after = normal(self._ours.text), normal(self._theirs.text)
        gone = {
            label: text for label, text in self._known.facts.items() if text in before and text not in after
        }
        for label, text in gone.items():
            if not any(text != other and text in other for other in gone.values()):
                said = self._instead(text)
                yield Fault("fact", self._where, said or after, text, label, words="与录入表和报告别处不一致")

    def _instead(self, text: str) -> str:
        """What stands now where a text stood."""
        start = self._ours.text.find(text)
        touched = [p for p in self._pieces if _overlaps(p, start, len(text))]
        return _there(self._theirs.text, touched, start, start + len(text)) if touched else ""

    def _rest(self) -> Iterator[Fault]:
        """Numbers, units, years and editions outside of figures."""
        mine = [s for s in spots(self._ours.text) if not self._in_figure(self._ours, s)]
        for placed in self._pieces:
            if not placed.piece.same:
                yield from self._units(placed)
        unanswered = _only_there(
            mine, [s for s in spots(self._theirs.text) if not self._in_figure(self._theirs, s)]
        )
        lost = _only_there(list(spots(self._theirs.text)), mine)
        for spot in unanswered:
            placed_ = next(
                (
                    p
                    for p in self._pieces
                    if not p.piece.same and p.new_start < spot.end and spot.start < p.new_end
                ),
                None,
            )
            if placed_ is None or self._is_figure_typed_out(placed_):
                continue
            before = next(
                (
                    s
                    for s in lost
                    if s.kind == spot.kind and s.start < placed_.old_end and placed_.old_start < s.end
                ),
                None,
            )
            yield from self._spot(spot, before)

    def _spot(self, spot: Spot, before: Spot | None) -> Iterator[Fault]:
        was = "" if before is None else before.text
        if spot.kind == "standard":
            kind = "edition" if before is not None and _series(spot.text) == _series(was) else ""
            if kind:
                yield Fault(
                    "edition", self._where, spot.text, was, words="版本与所取的系数、所依据的标准不一致"
                )
        elif spot.kind == "year":
            if before is not None:
                yield Fault("year", self._where, spot.text, was)
            elif len(spot.text) > len("2025") and spot.text not in self._known.numbers:
                yield Fault("number", self._where, spot.text, "", words="录入表和报告中都没有这个日期")
        elif before is not None and before.unit == spot.unit:
            yield Fault(
                "number",
                self._where,
                _with_unit(spot),
                _with_unit(before),
                words="录入表和原报告中是另一个数",
            )
        elif spot.unit and spot.text.replace(",", "") not in self._known.numbers:
            yield Fault("number", self._where, _with_unit(spot), "", words="录入表和报告的数值中都没有这个数")

    def _verdict(self) -> Iterator[Fault]:
        """A judgement in words turned round: 符合 where the data give 不符合, or the reverse."""
        found = turned_round(self._ours, self._theirs)
        if found is not None:
            words = "按现在的数据判定不同；要改变结论，请在录入表中改正依据，重新生成"
            yield Fault("verdict", self._where, found[0], found[1], words=words)

    def _units(self, placed: Placed) -> Iterator[Fault]:
        """A unit changed behind a number that stayed, or in a heading, or in a column of units."""
        old, new = self._ours.text, self._theirs.text
        before, after = units_in(old), units_in(new)
        if before != after and (before or after):
            yield Fault("unit", self._where, "、".join(after) or new, "、".join(before))
            return
        i, j = placed.old_start, placed.new_start
        while i and j and old[i - 1] == new[j - 1] and not old[i - 1].isdigit():
            i, j = i - 1, j - 1
        if not j or not new[j - 1].isdigit() or all(s.end != i or s.kind != "number" for s in spots(old)):
            return
        was, said = unit_after(old, i), unit_after(new, j)
        if was and was != said and placed.old_start < i + len(was) + 2:
            yield Fault("unit", self._where, said or new[j : j + 8].strip(), was)

    def _narrative(self, found: Sequence[Fault | Edit]) -> Edit | None:
        """What people wrote, unless the faults say it all."""
        told = [_bare(t) for f in found if isinstance(f, Fault) for t in (f.printed, f.computed) if t]
        left = [
            p.piece
            for p in self._pieces
            if not p.piece.same and not (_is_told(p.piece.old, told) and _is_told(p.piece.new, told))
        ]
        if not left:
            return None
        return Edit("改", self._where, self._ours.text, self._theirs.text, tuple(left))

    def _is_figure_typed_out(self, placed: Placed) -> bool:
        """Whether a changed piece stands where a figure was: told as typed over already."""
        here = {self._names.get(s.tag, s.tag) for s in self._theirs.figures}
        gone = [s for s in self._ours.figures if s.tag not in here]
        return any(s.start < placed.old_end and placed.old_start < s.end for s in gone)

    @staticmethod
    def _in_figure(line: Line, spot: Spot) -> bool:
        return any(s.start < spot.end and spot.start < s.end for s in line.spans)


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece with its places in both texts."""

    piece: Piece
    old_start: int
    old_end: int
    new_start: int
    new_end: int


def _placed(pieces: Sequence[Piece]) -> Iterator[Placed]:
    i = j = 0
    for piece in pieces:
        yield Placed(piece, i, i + len(piece.old), j, j + len(piece.new))
        i, j = i + len(piece.old), j + len(piece.new)


def _overlaps(placed: Placed, start: int, length: int) -> bool:
    return start >= 0 and placed.old_start < start + length and start < placed.old_end


def _answer(text: str, touched: Sequence[Placed], span: Span) -> str:
    """What stands now where a figure was: the number, else the words."""
    there = _there(text, touched, span.start, span.end)
    numbers = [s.text for s in spots(there) if s.kind != "standard"]
    return numbers[0] if len(numbers) == 1 and len(numbers[0]) * 2 > len(there) else there


def _there(text: str, touched: Sequence[Placed], start: int, end: int) -> str:
    """The stretch of the new text that answers to one of the old text."""
    left, right = touched[0].new_start, touched[-1].new_end
    if touched[0].piece.same:
        left = max(left, touched[0].new_end - max(0, touched[0].old_end - start))
    if touched[-1].piece.same:
        right = min(right, touched[-1].new_start + max(0, end - touched[-1].old_start))
    return text[left:right].strip()


def _bare(text: str) -> str:
    return _MARKS.sub("", text)


def _is_told(side: str, told: Sequence[str]) -> bool:
    """Whether a side of a change is part of what a fault says, or little more than that."""
    bare = _bare(side)
    return not bare or any(bare in t or (t in bare and len(t) * _MOST >= len(bare)) for t in told if t)


def _equal(a: str, b: str) -> bool:
    """Whether two prints are the same number (`20,000` and `20000`)."""
    x, y = number_of(a), number_of(b)
    return x is not None and x == y and a.endswith("%") == b.endswith("%")


def _only_there(here: Sequence[Spot], there: Sequence[Spot]) -> list[Spot]:
    """Numbers that one text has more often than the other."""
    left = [(s.kind, s.text, s.unit) for s in here]
    found = []
    for spot in there:
        key = (spot.kind, spot.text, spot.unit)
        if key in left:
            left.remove(key)
        else:
            found.append(spot)
    return found


def _series(standard: str) -> str:
    """`GB/T 2589` of `GB/T 2589-2020`."""
    return standard.replace("—", "-").replace("–", "-").rpartition("-")[0].replace(
        " ", ""
    ) or standard.replace(" ", "")


def _with_unit(spot: Spot) -> str:
    return f"{spot.text} {spot.unit}".strip()
