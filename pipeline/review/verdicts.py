"""Verdicts in words: whether a text that people edited still judges as the program did."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final, Literal

from pipeline.report.reading import Line, normal

Judged = Literal["yes", "no", "partly"]
_VERDICT: Final = re.compile(
    r"(?P<no>(?:并非|并未|尚未|未能|没有|不能|无法|难以|未|不|非)(?:全部|完全|基本|能够|能|都|均|再){0,2})?"
    r"(?P<partly>部分|基本)?(?:符合|满足|达到|达标|合格)"
)
_CLAUSE: Final = re.compile(r"[^，。；！？\n]+")


def turned_round(ours: Line, theirs: Line) -> tuple[str, str] | None:
    """(their clause, ours) where a verdict of ours became another one; None where the judgement is the same.

    Verdicts under provenance are figures and not looked at; words added or left out beside a verdict are people's own.
    """
    mine, others = _judged(ours), _judged(theirs)
    if len(mine) == len(others):  # one answers to the other in order
        pairs = [(b[0], a[0]) for a, b in zip(mine, others, strict=True) if a[1] != b[1]]
        return pairs[0] if pairs else None
    lost, gained = _left(mine, others), _left(others, mine)
    found = ((b[0], a[0]) for b in gained for a in lost if a[1] != b[1])
    return next(found, None)


def _judged(line: Line) -> list[tuple[str, Judged]]:
    """The verdicts in words, in order, each with the clause it stands in."""
    return [(clause, verdict) for clause in _clauses(line) for verdict in _verdicts(clause)]


def _left(here: list[tuple[str, Judged]], there: list[tuple[str, Judged]]) -> list[tuple[str, Judged]]:
    """Those that the other text does not have as often, in clauses that it does not have."""
    more = Counter(v for _, v in here) - Counter(v for _, v in there)
    clauses = {clause for clause, _ in there}
    return [(clause, v) for clause, v in here if v in more and clause not in clauses]


def _clauses(line: Line) -> list[str]:
    """The clauses with a verdict in words."""
    text, at, pieces = line.text, 0, list[str]()
    for span in line.figures:
        pieces += [text[at : span.start], "…" if _VERDICT.search(line.shown(span)) else line.shown(span)]
        at = span.end
    found = (normal(c) for c in _CLAUSE.findall("".join([*pieces, text[at:]])))
    return [c for c in found if _VERDICT.search(c)]


def _verdicts(clause: str) -> list[Judged]:
    return [
        "no" if m.group("no") else "partly" if m.group("partly") else "yes" for m in _VERDICT.finditer(clause)
    ]
