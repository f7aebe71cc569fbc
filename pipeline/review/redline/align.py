"""Which block of the older document became which of the newer one."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from difflib import SequenceMatcher
from typing import Final, TypeVar

T = TypeVar("T")
Pair = tuple[int | None, int | None]
"""(old, new): both given where one became the other, else one is deleted or inserted."""
_LARGEST: Final = 250_000
"""Comparisons of everything with everything in one gap; beyond it nothing is alike there."""


def align(
    old: Sequence[T],
    new: Sequence[T],
    key: Callable[[T], Hashable],
    alike: Callable[[T, T], float],
) -> list[Pair]:
    """Pairs in reading order, deleted before inserted ones.

    Equal keys meet first, those that stand once in both documents before all others; between them, what is `alike` enough
    (above 0, the more the better) is paired in order.
    """
    old_keys, new_keys = [key(x) for x in old], [key(x) for x in new]
    anchors = _anchors(old_keys, new_keys)
    pairs: list[Pair] = []
    a = b = 0
    for i, j in [*anchors, (len(old), len(new))]:
        pairs += _gap(old, new, old_keys, new_keys, (a, i), (b, j), alike)
        if i < len(old):
            pairs.append((i, j))
        a, b = i + 1, j + 1
    return pairs


def _anchors(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Equal keys that stand once on each side, the longest chain of them in order."""
    left, right = Counter(old), Counter(new)
    place = {k: j for j, k in enumerate(new) if right[k] == 1}
    common = [(i, place[k]) for i, k in enumerate(old) if left[k] == 1 and k in place]
    return _rising(common)


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest chain with rising second numbers (patience sorting)."""
    piles: list[int] = []
    tops: list[int] = []
    before: list[int | None] = []
    for n, (_, j) in enumerate(pairs):
        at = bisect_left(tops, j)
        before.append(piles[at - 1] if at else None)
        if at == len(tops):
            tops.append(j)
            piles.append(n)
        else:
            tops[at], piles[at] = j, n
    chain: list[tuple[int, int]] = []
    n_: int | None = piles[-1] if piles else None
    while n_ is not None:
        chain.append(pairs[n_])
        n_ = before[n_]
    return chain[::-1]


def _gap(
    old: Sequence[T],
    new: Sequence[T],
    old_keys: Sequence[Hashable],
    new_keys: Sequence[Hashable],
    here: tuple[int, int],
    there: tuple[int, int],
    alike: Callable[[T, T], float],
) -> list[Pair]:
    """Between two anchors: runs of equal keys, and what is alike between those."""
    matcher = SequenceMatcher(None, old_keys[slice(*here)], new_keys[slice(*there)], autojunk=False)
    pairs: list[Pair] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        rows, columns = range(here[0] + a, here[0] + b), range(there[0] + c, there[0] + d)
        if kind == "equal":
            pairs += zip(rows, columns, strict=True)
        else:
            pairs += _alike(rows, columns, lambda i, j: alike(old[i], new[j]))
    return pairs


def _alike(rows: range, columns: range, score: Callable[[int, int], float]) -> list[Pair]:
    """The pairing in order with the greatest sum of scores."""
    chosen: list[tuple[int, int]] = []
    if rows and columns and len(rows) * len(columns) <= _LARGEST:
        chosen = _best(rows, columns, score)
    pairs: list[Pair] = []
    i, j = rows.start, columns.start
    for a, b in [*chosen, (rows.stop, columns.stop)]:
        pairs += [(n, None) for n in range(i, a)]
        pairs += [(None, n) for n in range(j, b)]
        if a < rows.stop:
            pairs.append((a, b))
        i, j = a + 1, b + 1
    return pairs


def _best(rows: range, columns: range, score: Callable[[int, int], float]) -> list[tuple[int, int]]:
    values = [[score(i, j) for j in columns] for i in rows]
    best = [[0.0] * (len(columns) + 1) for _ in range(len(rows) + 1)]
    for i in range(len(rows) - 1, -1, -1):
        for j in range(len(columns) - 1, -1, -1):
            paired = values[i][j] + best[i + 1][j + 1] if values[i][j] > 0 else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    chosen: list[tuple[int, int]] = []
    i = j = 0
    while i < len(rows) and j < len(columns):
        if values[i][j] > 0 and best[i][j] == values[i][j] + best[i + 1][j + 1]:
            chosen.append((rows[i], columns[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return chosen
