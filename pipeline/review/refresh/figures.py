"""Figures in prose that people have rewritten: each gets the new value of its tag, or is reported."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from pipeline.report.ooxml import XML_SPACE, Element, qn
from pipeline.report.reading import Line, Span
from pipeline.report.trace_part import TracePart
from pipeline.review.refresh.notes import Notes

_INDEX: Final = re.compile(r"\[\d+\]")
GONE: Final = "新数据里没有这个数"
TYPED: Final = "这个数被手工改过"
SEVERAL: Final = "这个数在新报告里有几种写法"
SHIFTED: Final = "表的行有增减，不能确定是哪一行"


class Renewal:
    """Gives each figure of the draft the text it has now."""

    def __init__(self, old: TracePart, new: TracePart, notes: Notes, shifted: frozenset[str]) -> None:
        self._old, self._new, self._notes = old, new, notes
        self._shifted = shifted

    def renew(self, line: Line, partner: Line | None = None) -> bool:
        """The figures of one text; `partner` is the text that the new report has in its place. True if one changed."""
        offered = _offered(partner)
        changed = False
        for span in reversed(line.figures):
            shown = line.shown(span)
            wanted = self._wanted(span, shown, offered)
            if wanted is not None and wanted != shown and self._typed(span, shown, wanted):
                wanted = None
            if wanted is not None and wanted != shown and _write(span, wanted):
                self._notes.add("renewed", span.label or span.tag, shown, wanted)
                changed = True
        return changed

    def _wanted(self, span: Span, shown: str, offered: Mapping[str, list[str]]) -> str | None:
        """The new text; None, with a note, where it is not certain."""
        beside = offered.get(_stem(span.tag))
        if beside:
            return beside.pop()
        entry = self._new.entries.get(span.tag)
        name = span.label or span.tag
        if entry is None or not entry.printed:
            self._notes.add("unsafe", name, shown, "", GONE)
            return None
        if span.tag.partition("[")[0] in self._shifted:
            self._notes.add("unsafe", name, shown, "", SHIFTED)
            return None
        before = self._old.entries.get(span.tag)
        known = before.printed if before is not None else ()
        if len(entry.printed) == 1:
            return entry.printed[0]
        if shown in known and len(known) == len(entry.printed):
            return entry.printed[known.index(shown)]
        if shown in entry.printed:
            return shown
        self._notes.add("unsafe", name, shown, " / ".join(entry.printed), SEVERAL)
        return None

    def _typed(self, span: Span, shown: str, wanted: str) -> bool:
        """Whether the figure was typed over by hand: it is kept then, and reported."""
        before = self._old.entries.get(span.tag)
        if before is None or shown in before.printed:
            return False
        self._notes.add("unsafe", span.label or span.tag, shown, wanted, TYPED)
        return True


def _offered(partner: Line | None) -> dict[str, list[str]]:
    """The texts of the partner's figures by tag without row numbers, last first."""
    found: dict[str, list[str]] = {}
    for span in () if partner is None else partner.figures:
        found.setdefault(_stem(span.tag), []).append(partner.shown(span) if partner is not None else "")
    return found


def _stem(tag: str) -> str:
    return _INDEX.sub("[]", tag)


def _write(span: Span, text: str) -> bool:
    """Put the text where the figure stands, with the look of its first run."""
    texts = _texts(span.node)
    if not texts:
        return False
    texts[0].text = text
    texts[0].set(XML_SPACE, "preserve")
    for node in texts[1:]:
        run = node.getparent()
        if run is not None:
            run.remove(node)
    return True


def _texts(node: Element | None) -> Sequence[Element]:
    """The text nodes of a control, or those between a hidden bookmark's start and its end."""
    if node is None:
        return ()
    if node.tag != qn("w:bookmarkStart"):
        return list(node.iter(qn("w:t")))
    found: list[Element] = []
    number = node.get(qn("w:id"))
    for sibling in node.itersiblings():
        if sibling.tag == qn("w:bookmarkEnd") and sibling.get(qn("w:id")) == number:
            return found
        found += sibling.iter(qn("w:t"))
    return ()
