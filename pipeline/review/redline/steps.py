"""The steps that make one paragraph of two: what is kept, changed, inserted and deleted, in the order of the result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pipeline.report.ooxml import Element, qn
from pipeline.review.redline.pieces import Piece, canonical

Step = tuple[Literal["keep", "change", "insert", "delete"], Piece | None, Piece | None]
"""What happens to an older and a newer piece; one of them may be missing."""


def same_figure(old: Sequence[Piece], new: Sequence[Piece]) -> bool:
    """Whether one figure stands for one figure of the same tag."""
    return len(old) == len(new) == 1 and old[0].kind == new[0].kind == "figure" and old[0].tag == new[0].tag


def with_fixed(steps: list[Step], after: Sequence[Piece]) -> list[Step]:
    """The steps with the bookmarks and open fields of the newer document where it has them."""
    result: list[Step] = []
    waiting = _fixed_places(after)
    done = 0
    for step in steps:
        while waiting and waiting[0][0] <= done and step[2] is not None:
            result.append(("keep", None, waiting.pop(0)[1]))
        result.append(step)
        done += 0 if step[2] is None else _length(step[2])
    return [*result, *(("keep", None, piece) for _, piece in waiting)]


def _fixed_places(after: Sequence[Piece]) -> list[tuple[int, Piece]]:
    """What is no content, with the length of the content before it."""
    places, done = [], 0
    for piece in after:
        if piece.kind == "fixed":
            places.append((done, piece))
        else:
            done += _length(piece)
    return places


def _length(piece: Piece) -> int:
    return len(piece.text) if piece.kind == "text" else 1


def around(steps: Sequence[Step], at: int) -> Element | None:
    """The link or control that a deletion stands in: the one that goes on behind it."""
    before = next((s[2].inside for s in reversed(steps[:at]) if s[2] is not None), None)
    after = next((s[2].inside for s in steps[at:] if s[2] is not None), None)
    return before if before is after else None


def join_runs(paragraph: Element) -> None:
    """Neighbouring runs that look alike as one, as Word would have typed them."""
    for first in list(paragraph.iter(qn("w:r"))):
        if first.getparent() is None or not _is_plain(first):
            continue
        while (second := first.getnext()) is not None and _is_plain(second) and _look(first) == _look(second):
            if first[-1].tag != second[-1].tag:
                break
            first[-1].text = (first[-1].text or "") + (second[-1].text or "")
            second.getparent().remove(second)  # type: ignore[union-attr]


def _is_plain(run: Element) -> bool:
    return run.tag == qn("w:r") and len(run) > 0 and run[-1].tag in (qn("w:t"), qn("w:delText"))


def _look(run: Element) -> str:
    properties = run.find(qn("w:rPr"))
    return "" if properties is None else canonical(properties)
