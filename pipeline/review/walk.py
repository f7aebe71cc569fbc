"""Through two reports side by side: which text answers to which, what is only in one of them, what moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final, Literal

from pipeline.report.reading import Line, normal
from pipeline.review.align import Pair, align_blocks, align_rows
from pipeline.review.document import Block, Cell, Document, Place

StepKind = Literal["text", "block", "row", "cell", "object", "heading"]
_RUNNING: Final = ("序号", "No.")


@dataclass(frozen=True, slots=True)
class Step:
    """Two answering places, one None where the other report has nothing. `moved`: they stand in another order.

    `text`: two texts, equal or not; `heading` besides tells that a number changed; `block`, `row`, `cell`: only in one
    report, or moved; `object`: a chart or picture in both.
    """

    kind: StepKind
    old: Place | None
    new: Place | None
    moved: bool = False


class Walker:
    """Walks through two reports; `rename` gives the figures of the new one the names of the old one."""

    def __init__(self, old: Document, new: Document, rename: Callable[[str], str] = str) -> None:
        self.old, self.new = old, new
        self.names: Mapping[str, str] = {f.tag: rename(f.tag) for f in new.figures()}
        self.counted = 0
        """How many running numbers of rows differ."""

    def steps(self) -> Iterator[Step]:
        """Everything in the reading order of the new report."""
        before = [b for b in self.old.blocks if b.kind != "contents"]
        after = [b for b in self.new.blocks if b.kind != "contents"]
        for pair in align_blocks(before, [self.renamed(b) for b in after]):
            old = None if pair.old is None else before[pair.old]
            new = None if pair.new is None else after[pair.new]
            yield from self._block(old, new, pair.moved)

    def renamed(self, block: Block) -> Block:
        """A block of the new report with the names of the old one."""
        if all(self.names.get(s.tag, s.tag) == s.tag for s in block.figures):
            return block
        rows = tuple(
            replace(r, cells=tuple(replace(c, line=self.line(c.line)) for c in r.cells)) for r in block.rows
        )
        return replace(block, line=self.line(block.line), rows=rows)

    def line(self, line: Line) -> Line:
        """A text of the new report with the names of the old one."""
        return replace(line, spans=tuple(replace(s, tag=self.names.get(s.tag, s.tag)) for s in line.spans))

    def _block(self, old: Block | None, new: Block | None, moved: bool) -> Iterator[Step]:
        if old is None or new is None:
            yield Step(
                "block", None if old is None else Place(old.index), None if new is None else Place(new.index)
            )
            return
        here, there = Place(old.index), Place(new.index)
        if moved and old.kind != "caption":
            yield Step("block", here, there, True)
        if old.kind == "table":
            for pair in align_rows(old.rows, self.renamed(new).rows):
                yield from self._row(old, new, pair)
        elif old.kind in ("chart", "picture"):
            yield Step("object", here, there)
        else:
            yield Step("text", here, there)
            if old.kind == "heading" and old.number != new.number:
                yield Step("heading", here, there)

    def _row(self, old: Block, new: Block, pair: Pair) -> Iterator[Step]:
        if pair.old is None or pair.new is None:
            row = old.rows[pair.old] if pair.old is not None else new.rows[pair.new or 0]
            if row.text.replace("|", "").strip():
                yield Step(
                    "row",
                    None if pair.old is None else Place(old.index, pair.old),
                    None if pair.new is None else Place(new.index, pair.new),
                )
            return
        if pair.moved:
            yield Step("row", Place(old.index, pair.old), Place(new.index, pair.new), True)
        before, after = old.rows[pair.old].cells, new.rows[pair.new].cells
        for i, j in _cell_pairs(before, after):
            a, b = (None if i is None else before[i]), (None if j is None else after[j])
            if self._is_said_before(a, b):
                continue
            here = None if i is None else Place(old.index, pair.old, i)
            there = None if j is None else Place(new.index, pair.new, j)
            yield Step("text" if here and there else "cell", here, there)

    def _is_said_before(self, old: Cell | None, new: Cell | None) -> bool:
        """Whether two cells only repeat the one above, or count the rows."""
        if old is None or new is None:
            return bool((old or new) and (old or new).continued)  # type: ignore[union-attr]
        if old.continued or new.continued:
            return (old.continued and new.continued) or normal(old.line.text) == normal(new.line.text)
        header = new.header or old.header
        if header in _RUNNING and old.line.text.strip().isdigit() and new.line.text.strip().isdigit():
            self.counted += old.line.text.strip() != new.line.text.strip()
            return True
        return False


def has_object(document: Document, caption: Block) -> bool:
    """Whether the table or chart beside a caption tells the same as the caption."""
    near = document.blocks[max(0, caption.index - 1) : caption.index + 2]
    return any(b.kind in ("table", "chart", "picture") and b.caption == caption.caption for b in near)


def same_numbers(old: Line, new: Line) -> tuple[str, str]:
    """Both texts, the automatic numbers of the old one replaced by those of the new one where there are as many."""
    before = [s for s in old.spans if s.kind == "auto"]
    after = [s for s in new.spans if s.kind == "auto"]
    if [s.tag for s in before] != [s.tag for s in after] or not before:
        return old.text, new.text
    pieces, at = [], 0
    for mine, other in zip(before, after, strict=True):
        pieces += [old.text[at : mine.start], new.shown(other)]
        at = mine.end
    return "".join([*pieces, old.text[at:]]), new.text


def _cell_pairs(old: Sequence[Cell], new: Sequence[Cell]) -> Iterator[tuple[int | None, int | None]]:
    """The answering cells of two rows: by their place, or by their headers where columns came or went."""
    if len(old) == len(new):
        yield from ((n, n) for n in range(len(old)))
        return
    a = [c.header or normal(c.line.text) for c in old]
    b = [c.header or normal(c.line.text) for c in new]
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from zip(range(i1, i2), range(j1, j2), strict=True)
        else:
            yield from ((i, None) for i in range(i1, i2))
            yield from ((None, j) for j in range(j1, j2))
