"""What changed in the text of a report: sentences, tables row by row, charts, pictures; and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.report.reading import Line, normal
from pipeline.review.causes import Causes
from pipeline.review.compare_values import Rename
from pipeline.review.difference import Act, Cause, Change, Group
from pipeline.review.document import Block, Document, Place, TableRow
from pipeline.review.segment import Piece, compare_texts, delta_text
from pipeline.review.side import Side
from pipeline.review.text_causes import TextCauses
from pipeline.review.walk import Step, Walker, has_object, same_numbers

_SHOWN_NUMBERS: Final = 6


@dataclass
class Found:
    """What a comparison of two documents found, while it goes on."""

    changes: list[Change] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    renumbered: int = 0


class DocumentComparer:
    """Compares the documents of two sides. `inputs` are the changed inputs, whose texts explain changed sentences."""

    def __init__(
        self, old: Side, new: Side, causes: Causes, rename: Rename, inputs: Sequence[Change]
    ) -> None:
        assert old.document is not None
        assert new.document is not None
        self._a: Document = old.document
        self._b: Document = new.document
        self._walker = Walker(self._a, self._b, rename)
        self._why = TextCauses(old, new, causes, self._walker, inputs)
        self.found = Found()

    def run(self) -> Found:
        """All changes in reading order."""
        for step in self._walker.steps():
            self._step(step)
        self.found.renumbered += self._walker.counted
        return self.found

    def _step(self, step: Step) -> None:
        a, b = step.old, step.new
        if step.kind == "heading":
            self.found.renumbered += 1
        elif step.moved and a is not None and b is not None:
            self._moved(a, b)
        elif a is None or b is None:
            self._only(a, b)
        elif step.kind == "object":
            self._object(self._a.block(a), self._b.block(b))
        elif step.kind == "text":
            self._text(a, b)

    # -- only in one report, or elsewhere --------------------------------------------------------------------------
    def _only(self, a: Place | None, b: Place | None) -> None:
        document, place = (self._a, a) if a is not None else (self._b, b)
        assert place is not None
        act: Act = "removed" if a is not None else "added"
        block = document.block(place)
        if block.kind == "caption" and has_object(document, block):
            return
        row = block.rows[place.row] if place.row >= 0 else None
        text = (
            normal(document.line(place).text)
            if place.cell >= 0
            else row.text
            if row is not None
            else whole(block)
        )
        group: Group = (
            "row" if block.kind == "table" else "object" if block.kind in ("chart", "picture") else "text"
        )
        words = block.kind not in ("paragraph", "equation")
        causes = self._why.of_one(block, row, a is not None)
        self._add(
            group, act, document.where(place, words), text if a else "", "" if a else text, block, causes, row
        )

    def _moved(self, a: Place, b: Place) -> None:
        old, new = self._a.block(a), self._b.block(b)
        if a.row < 0 and old.chapter == new.chapter:
            said = (f"第 {old.index + 1} 段", f"第 {new.index + 1} 段")
        elif a.row < 0:
            said = (self._a.where(a), self._b.where(b))
        else:
            said = (f"第 {old.rows[a.row].number} 行", f"第 {new.rows[b.row].number} 行")
        row = new.rows[b.row] if b.row >= 0 else None
        group: Group = (
            "row" if new.kind == "table" else "object" if new.kind in ("chart", "picture") else "text"
        )
        self._add(group, "moved", self._b.where(b), *said, new, self._why.of_move(), row)

    def _object(self, old: Block, new: Block) -> None:
        if old.data == new.data:
            return
        where = self._b.where(Place(new.index))
        if old.kind == "picture":
            self._add("object", "changed", where, "图片", "另一张图片", new, self._why.general())
            return
        self._add("object", "changed", where, "", chart_text(old, new), new, self._why.of_chart(new))

    # -- in both ---------------------------------------------------------------------------------------------------
    def _text(self, a: Place, b: Place) -> None:
        old, new = self._a.line(a), self._b.line(b)
        block = self._b.block(b)
        before, after = same_numbers(old, new)
        in_table = block.kind == "table"
        where = self._b.where(b, words=in_table or block.kind in ("heading", "caption", "margin"))
        if normal(before) == normal(after):
            self._same(old, new, where)
            return
        changed = self._changed_figures(old, new)
        row = block.rows[b.row] if in_table else None
        causes = self._why.of_text(changed, old, new, row, block)
        by_hand = any(c.kind == "hand" for c in causes)
        follows = bool(changed) and not by_hand and old.masked == self._walker.line(new).masked
        pieces = compare_texts(before, after)
        self._add(
            "row" if in_table else "text",
            "changed",
            where,
            before,
            after,
            block,
            causes,
            row,
            pieces,
            follows,
        )

    def _same(self, old: Line, new: Line, where: str) -> None:
        """The text is the same; numbers of captions may have moved on, figures may have lost their provenance."""
        tags = [s.tag for s in old.figures], [self._walker.names.get(s.tag, s.tag) for s in new.figures]
        if normal(old.text) != normal(new.text):
            self.found.renumbered += 1
        elif tags[0] != tags[1]:
            lost = len(tags[0]) > len(tags[1])
            self.found.formats.append(f"{where}（{'溯源标记少了' if lost else '溯源标记不同'}）")
        elif old.look != new.look:
            self.found.formats.append(where)

    def _changed_figures(self, old: Line, new: Line) -> tuple[str, ...]:
        before = _figures(old)
        after = {self._walker.names.get(t, t): x for t, x in _figures(new).items()}
        return tuple(t for t in dict.fromkeys([*before, *after]) if before.get(t) != after.get(t))

    def _add(
        self, group: Group, act: Act, where: str, old: str, new: str, block: Block, causes: tuple[Cause, ...],
        row: TableRow | None = None, pieces: tuple[Piece, ...] = (), follows: bool = False,
    ) -> None:  # fmt: skip
        topic = " › ".join(block.chapter[:2]) or block.part
        tag = row.key if row is not None and ":" not in row.key else ""
        change = Change(
            group, act, where, old, new, topic, tag, pieces=pieces, causes=causes, follows=follows
        )
        self.found.changes.append(change)


def chart_text(old: Block, new: Block) -> str:
    """The numbers of a chart that changed, the first few."""
    before, after = ({(line[0], line[1]): line[2] for line in b.data} for b in (old, new))
    said = [
        f"{' '.join(k)} {delta_text(before.get(k, ''), after.get(k, ''))}"
        for k in dict.fromkeys([*before, *after])
        if before.get(k) != after.get(k)
    ]
    return "；".join(said[:_SHOWN_NUMBERS]) + (f" 等 {len(said)} 个数" if len(said) > _SHOWN_NUMBERS else "")


def whole(block: Block) -> str:
    """A block in words."""
    if block.kind == "table":
        return f"{block.name}（{len(block.rows)} 行）"
    return block.name if block.kind in ("chart", "picture") else normal(block.line.text)


def _figures(line: Line) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for span in line.figures:
        found.setdefault(span.tag, []).append(normal(line.shown(span)))
    return found
