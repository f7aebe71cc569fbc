"""What people did to a draft, by count and place: its texts laid beside the texts it was made with.

A text of the program that no longer stands in its place was taken out or rewritten there, however often the same words stand
elsewhere; one that stands where it stood is the program's.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.report.ooxml import Element, qn
from pipeline.report.reading import digest
from pipeline.report.text_part import own_text
from pipeline.review.redline.align import align


class Made:
    """The draft against its own digests. Places count the texts (paragraphs, cells) that stand before."""

    def __init__(self, texts: Sequence[str], body: Element, marks: Mapping[str, str]) -> None:
        self._known = frozenset(texts)
        self._counted = len(self._known) < len(texts)  # drafts of early versions tell each distinct text once
        self._starts: dict[Element, int] = {}
        self._ends: dict[Element, int] = {}
        self._texts: list[str] = []
        self._measure(body, marks)
        self._paired: list[int] = []
        self._gone: dict[int, Counter[str]] = {}
        last = -1
        for i, j in align(texts, self._texts, str, lambda _a, _b: 0.0):
            if i is None:
                continue
            if j is None:
                self._gone.setdefault(last, Counter())[texts[i]] += 1
            else:
                self._paired.append(j)
                last = j
        self._here = frozenset(self._paired)

    def _measure(self, node: Element, marks: Mapping[str, str]) -> None:
        self._starts[node] = len(self._texts)
        if node.tag in (qn("w:p"), qn("w:tc")) and (text := own_text(node, marks)):
            self._texts.append(digest(text))
        for child in node.iterchildren("*"):
            self._measure(child, marks)
        self._ends[node] = len(self._texts)

    # -- places -------------------------------------------------------------------------------------------------
    def start(self, node: Element) -> int:
        """The place before a node of the draft as it was read."""
        return self._starts[node]

    def end(self, node: Element) -> int:
        """The place behind it."""
        return self._ends[node]

    # -- whose it is ----------------------------------------------------------------------------------------------
    def wrote(self, texts: Sequence[str]) -> bool:
        """Whether the program wrote these texts somewhere in the draft, word for word."""
        return all(digest(t) in self._known for t in texts)

    def stands(self, node: Element, texts: Sequence[str]) -> bool:
        """Whether a node is as it was made, in its place: not a copy, nothing moved here by hand."""
        if not self._counted:
            return self.wrote(texts)
        return all(n in self._here for n in range(self._starts[node], self._ends[node]))

    def missing(self, place: int, texts: Sequence[str]) -> float:
        """Which share of these texts stood here when the draft was made, and does not any more."""
        gone = self._gone.get(self._before(place), Counter())
        wanted = Counter(digest(t) for t in texts)
        return (wanted & gone).total() / wanted.total() if wanted else 0.0

    def settle(self, place: int, texts: Sequence[str]) -> None:
        """These texts are accounted for: each absence explains one text of the new report and no second one."""
        self._gone.get(self._before(place), Counter()).subtract(digest(t) for t in texts)

    def _before(self, place: int) -> int:
        """The nearest text before a place that stands as it was made."""
        at = bisect_left(self._paired, place)
        return self._paired[at - 1] if at else -1
