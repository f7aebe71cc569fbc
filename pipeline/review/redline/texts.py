"""What changed between two paragraphs, in the words and clauses in which `lvbao diff` tells it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.review.redline.pieces import Piece, part_of
from pipeline.review.segment import compare_texts

_FIRST_SIGN: Final = 0xF0000
"""Figures, fields, pictures and equations stand in the compared text as one private sign each, equal for equal content."""


@dataclass(frozen=True, slots=True)
class Edit:
    """`old` gives way to `new`; with `same`, both are equal piece by piece."""

    old: tuple[Piece, ...]
    new: tuple[Piece, ...]
    same: bool


def edits(old: Sequence[Piece], new: Sequence[Piece]) -> list[Edit]:
    """The way from old to new, in order."""
    signs: dict[str, str] = {}
    before, after = _Text(old, signs), _Text(new, signs)
    found: list[Edit] = []
    a = b = 0
    for change in compare_texts(before.text, after.text):
        left, right = (a, a + len(change.old)), (b, b + len(change.new))
        a, b = left[1], right[1]
        if change.same:
            found += _same(before, after, left[0], right[0], len(change.old))
            continue
        gone, come = before.between(*left), after.between(*right)
        unchanged = "".join(p.text for p in gone) == "".join(p.text for p in come) and all(
            p.text for p in (*gone, *come)
        )
        found.append(Edit((), come, True) if unchanged else Edit(gone, come, False))
    return found


def _same(before: _Text, after: _Text, a: int, b: int, length: int) -> Iterator[Edit]:
    """Equal stretches, cut where a run ends in either document."""
    done = 0
    while done < length:
        step = min(before.rest(a + done), after.rest(b + done), length - done)
        old = before.between(a + done, a + done + step)
        yield Edit(old, after.between(b + done, b + done + step), True)
        done += step


class _Text:
    """The pieces as one text, and back."""

    def __init__(self, found: Sequence[Piece], signs: dict[str, str]) -> None:
        self._places: list[tuple[int, int, Piece]] = []
        shown: list[str] = []
        at = 0
        for piece in found:
            sign = signs.setdefault(piece.key, chr(_FIRST_SIGN + len(signs)))
            text = piece.text if piece.kind == "text" else sign
            self._places.append((at, at + len(text), piece))
            shown.append(text)
            at += len(text)
        self.text = "".join(shown)
        self._at = [n for n, (start, end, _) in enumerate(self._places) for _ in range(start, end)]

    def rest(self, place: int) -> int:
        """How many characters the piece at that place still has."""
        return self._places[self._at[place]][1] - place

    def between(self, start: int, end: int) -> tuple[Piece, ...]:
        """The pieces, or parts of them, that make up a stretch of the text."""
        found = []
        while start < end:
            first, last, piece = self._places[self._at[start]]
            stop = min(end, last)
            found.append(
                piece if (start, stop) == (first, last) else part_of(piece, start - first, stop - first)
            )
            start = stop
        return tuple(found)
