"""Blocks and rows of two documents: what each says, and how alike two of them are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pipeline.report.ooxml import Element, node_text, qn
from pipeline.review.redline.align import Pair
from pipeline.review.segment import tokens

_ALIKE: Final = 0.45
_SHOWN: Final = tuple(qn(n) for n in ("w:t", "w:tab", "w:br", "m:t"))
_IDENTITY: Final = ("s", "v", "i", "q", "l", "lim")
"""Tags of these kinds name what a table row is about (criterion, indicator)."""


@dataclass(frozen=True)
class Block:
    """A block with what it says, read once."""

    node: Element
    kind: str
    text: str
    title: str = ""

    @cached_property
    def words(self) -> Counter[str]:
        """How often it says which word."""
        return Counter(tokens(self.text))


def plain_text(node: Element) -> str:
    """All that an element shows."""
    return "".join(node_text(t) for t in node.iter(*_SHOWN))


def ended(pairs: list[Pair], olds: Sequence[Block], news: Sequence[Block]) -> list[Pair]:
    """Paired where both documents end in a paragraph of their own: the last mark of a container always stays."""
    if not olds or not news or olds[-1].kind != "p" or news[-1].kind != "p":
        return pairs
    last_old, last_new = (len(olds) - 1, None), (None, len(news) - 1)
    if last_old in pairs and last_new in pairs:
        return [*(p for p in pairs if p not in (last_old, last_new)), (len(olds) - 1, len(news) - 1)]
    return pairs


def likeness(old: Block, new: Block) -> float:
    """How alike two blocks are: 0 for not at all."""
    if old.kind != new.kind:
        return 0.0
    if old.kind == "sdt":
        return 1.0
    if old.kind == "tbl":
        return 1.0 if old.title and old.title == new.title else _common(old, new)
    if not old.text and not new.text:
        return 0.1
    return _common(old, new)


def _common(old: Block, new: Block) -> float:
    """The share of words that both have, 0 where it is too small."""
    total = old.words.total() + new.words.total()
    share = 2 * (old.words & new.words).total() / total if total else 0.0
    return share if share >= _ALIKE else 0.0


def row_likeness(old: Block, new: Block) -> float:
    """The same of two rows: those about one criterion or indicator belong together before all others."""
    if len(old.node.findall(qn("w:tc"))) != len(new.node.findall(qn("w:tc"))) or _spans(old.node) != _spans(
        new.node
    ):
        return 0.0
    if old.title or new.title:
        return 2.0 + _common(old, new) if old.title == new.title else 0.0
    return _common(old, new)


def split(pair: Pair, olds: Sequence[Block], news: Sequence[Block]) -> list[Pair]:
    """Rows of equal text but other cells are deleted and inserted."""
    i, j = pair
    if i is None or j is None or _spans(olds[i].node) == _spans(news[j].node):
        return [pair]
    return [(i, None), (None, j)]


def _spans(row: Element) -> list[str]:
    path = f"{qn('w:tcPr')}/{qn('w:gridSpan')}"
    return [
        ("1" if (s := c.find(path)) is None else str(s.get(qn("w:val")))) for c in row.findall(qn("w:tc"))
    ]


def row_name(row: Element) -> str:
    """What the row is about: the one criterion or indicator of its figures, or ""."""
    tags = [str(t.get(qn("w:val"), "")) for t in row.iter(qn("w:tag"))]
    subjects = {
        t.partition(":")[2].partition("/")[0].partition("@-")[0]
        for t in tags
        if t.partition(":")[0] in _IDENTITY
    }
    if len(subjects) == 1:
        return subjects.pop()
    return ""
