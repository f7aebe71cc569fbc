"""Which block and which row of one report answers to which of another."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, TypeVar

from pipeline.report.reading import normal
from pipeline.review.document import Block, TableRow
from pipeline.review.segment import likeness

ALIKE: Final = 0.5
"""Texts less alike than this are not the same paragraph or row changed, but one gone and one new."""
_MAX_CELLS: Final = 20_000
_INDEX: Final = re.compile(r"\[\d+\]")
_LEAST_MOVED: Final = 6

T = TypeVar("T")


@dataclass(frozen=True)
class Pair:
    """Two answering indices; None where the other side has nothing. `moved`: the order changed."""

    old: int | None
    new: int | None
    moved: bool = False


def align_blocks(old: Sequence[Block], new: Sequence[Block]) -> tuple[Pair, ...]:
    """The blocks of two reports: what is equal first, then what is alike between equals, then what moved."""
    pairs = _by_equality([_block_key(b) for b in old], [_block_key(b) for b in new])
    pairs += _gaps(pairs, old, new, _blocks_alike)
    pairs += _anywhere(pairs, [_moved_key(b) for b in old], [_moved_key(b) for b in new])
    return _completed(pairs, len(old), len(new))


def align_rows(old: Sequence[TableRow], new: Sequence[TableRow]) -> tuple[Pair, ...]:
    """The rows of two tables: by criterion or indicator, by equal text, by their label, then by likeness."""
    keys = (_row_key, _row_text, _row_masked, _row_label)
    return align_items(old, new, keys, lambda a, b: likeness(a.text, b.text))


def align_items(
    old: Sequence[T],
    new: Sequence[T],
    keys: Sequence[Callable[[T], Hashable | None]],
    alike: Callable[[T, T], float],
) -> tuple[Pair, ...]:
    """Any two lists: by the keys one after the other (None never matches), then by likeness between matches."""
    pairs: list[tuple[int, int]] = []
    for key in keys:
        pairs += _anywhere(pairs, [key(r) for r in old], [key(r) for r in new])
    pairs += _gaps(pairs, old, new, alike)
    return _completed(pairs, len(old), len(new))


# -- keys ------------------------------------------------------------------------------------------------------
def _block_key(block: Block) -> Hashable:
    if block.kind == "table":
        return "table", block.caption, tuple(r.masked for r in block.rows)
    if block.kind in ("chart", "picture"):
        return block.kind, block.data, block.caption
    return block.kind, block.level, block.line.masked


def _moved_key(block: Block) -> Hashable | None:
    """Equal texts somewhere else have moved; short ones and empty lines may stand anywhere."""
    if block.kind == "table":
        return ("table", block.caption) if block.caption else None
    if block.kind in ("chart", "picture"):
        return block.kind, block.data if block.kind == "picture" else block.caption
    text = block.line.masked
    return (block.kind, text) if len(text) >= _LEAST_MOVED else None


def _blocks_alike(old: Block, new: Block) -> float:
    if old.kind != new.kind or old.level != new.level:
        return 0.0
    if old.kind == "table":
        return _tables_alike(old, new)
    if old.kind in ("chart", "picture"):
        return 1.0 if old.caption == new.caption else 0.6
    if old.line.masked == new.line.masked:
        return 1.0
    return likeness(normal(old.line.text), normal(new.line.text))


def _tables_alike(old: Block, new: Block) -> float:
    if old.caption and old.caption == new.caption:
        return 1.0
    before, after = (
        Counter(c for r in old.rows for c in _cells(r)),
        Counter(c for r in new.rows for c in _cells(r)),
    )
    total = sum(before.values()) + sum(after.values())
    return 2 * sum((before & after).values()) / total if total else 1.0


def _cells(row: TableRow) -> list[str]:
    return [text for c in row.cells if (text := normal(c.line.text))]


def _row_key(row: TableRow) -> Hashable | None:
    return (row.key, row.is_header) if row.key else None


def _row_text(row: TableRow) -> Hashable | None:
    return (row.text, row.is_header) if row.text.replace(" | ", "") else None


def _row_masked(row: TableRow) -> Hashable | None:
    masked = _INDEX.sub("[]", row.masked)
    return (masked, row.is_header) if re.sub(r"\{[^}]*\}", "", masked).replace(" | ", "") else None


def _row_label(row: TableRow) -> Hashable | None:
    """The first words of a row, its running number left out."""
    if row.is_header:
        return "header"
    words = [t for t in _cells(row) if not t.replace(".", "").replace("-", "").isdigit()]
    return ("label", words[0]) if words else None


# -- matching --------------------------------------------------------------------------------------------------
def _by_equality(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Equal ones in the same order."""
    found = []
    for i, j, size in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        found += [(i + n, j + n) for n in range(size)]
    return found


def _anywhere(
    pairs: Sequence[tuple[int, int]], old: Sequence[Hashable | None], new: Sequence[Hashable | None]
) -> list[tuple[int, int]]:
    """Unmatched ones with equal keys, wherever they stand; equal keys in their order, if there are as many of them."""
    done_old, done_new = {i for i, _ in pairs}, {j for _, j in pairs}
    places_old, places_new = _places(old, done_old), _places(new, done_new)
    found = []
    for key, here in places_old.items():
        there = places_new.get(key, [])
        if len(here) == len(there):
            found += list(zip(here, there, strict=True))
    return found


def _places(keys: Sequence[Hashable | None], done: set[int]) -> dict[Hashable, list[int]]:
    places: dict[Hashable, list[int]] = {}
    for at, key in enumerate(keys):
        if key is not None and at not in done:
            places.setdefault(key, []).append(at)
    return places


def _gaps(
    pairs: Sequence[tuple[int, int]], old: Sequence[T], new: Sequence[T], alike: Callable[[T, T], float]
) -> list[tuple[int, int]]:
    """Between matches that keep their order: the ones most alike, in order."""
    kept = _in_order(sorted(pairs))
    found: list[tuple[int, int]] = []
    done_old, done_new = {i for i, _ in pairs}, {j for _, j in pairs}
    i = j = 0
    for a, b in [*kept, (len(old), len(new))]:
        left = [n for n in range(i, a) if n not in done_old]
        right = [n for n in range(j, b) if n not in done_new]
        found += _best(left, right, old, new, alike)
        i, j = a + 1, b + 1
    return found


def _best(
    left: Sequence[int],
    right: Sequence[int],
    old: Sequence[T],
    new: Sequence[T],
    alike: Callable[[T, T], float],
) -> list[tuple[int, int]]:
    if not left or not right or len(left) * len(right) > _MAX_CELLS:
        return []
    scores = [[s if (s := alike(old[i], new[j])) >= ALIKE else 0.0 for j in right] for i in left]
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in range(len(left) - 1, -1, -1):
        for j in range(len(right) - 1, -1, -1):
            pair = scores[i][j] + best[i + 1][j + 1] if scores[i][j] else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], pair)
    found, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        if scores[i][j] and best[i][j] == scores[i][j] + best[i + 1][j + 1]:
            found.append((left[i], right[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _in_order(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that rises on both sides (they are sorted by the first)."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, (_i, j) in enumerate(pairs):
        place = bisect_left(tails, j)
        before.append(ends[place - 1] if place else -1)
        if place == len(tails):
            tails.append(j)
            ends.append(at)
        else:
            tails[place], ends[place] = j, at
    run = []
    at = ends[-1] if ends else -1
    while at >= 0:
        run.append(pairs[at])
        at = before[at]
    return run[::-1]


def _completed(pairs: Sequence[tuple[int, int]], old: int, new: int) -> tuple[Pair, ...]:
    """All indices of both sides in reading order of the new one, gone ones after what stood before them."""
    ordered = sorted(pairs)
    steady = set(_in_order(ordered))
    by_new = {j: (i, (i, j) not in steady) for i, j in ordered}
    gone = [i for i in range(old) if i not in {i for i, _ in ordered}]
    result: list[Pair] = []
    at = 0
    for j in range(new):
        i, moved = by_new.get(j, (None, False))
        if i is not None and not moved:
            while at < len(gone) and gone[at] < i:
                result.append(Pair(gone[at], None))
                at += 1
        result.append(Pair(i, j, moved))
    return (*result, *(Pair(i, None) for i in gone[at:]))
