"""Elements without what they hold, and putting other things into them."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Final

from pipeline.report.ooxml import Element, el, qn
from pipeline.review.redline.pieces import unlocked

BLOCKS: Final = frozenset(qn(f"w:{n}") for n in ("p", "tbl", "sdt"))


def shell_of(node: Element) -> Element:
    """A copy of a table, row or cell without its rows, cells or blocks."""
    kept = [c for c in node if c.tag not in BLOCKS and c.tag not in (qn("w:tr"), qn("w:tc"))]
    made = el("w:" + str(node.tag).rpartition("}")[2])
    for name, value in node.attrib.items():
        made.set(name, value)
    made.extend(deepcopy(c) for c in kept if str(c.tag).endswith(("Pr", "Grid", "PrEx")))
    return made


def link_of(source: Element) -> Element:
    """A copy of a link or control without what it holds."""
    made = deepcopy(source)
    for child in list(made):
        if child.tag == qn("w:sdtContent"):
            for inner in list(child):
                child.remove(inner)
        elif not str(child.tag).endswith("Pr"):
            made.remove(child)
    return unlocked(made)


def content_of(shell: Element) -> Element:
    """Where a link or control takes what it holds."""
    found = shell.find(qn("w:sdtContent"))
    return shell if found is None else found


def fill(container: Element, old: Sequence[Element], new: Sequence[Element]) -> None:
    """Put `new` where the blocks `old` stood; what stands between them (bookmarks) stays at its place."""
    if not old:
        for at, node in enumerate(new):
            container.insert(at, node)
        return
    at = container.index(old[0])
    for node in old:
        container.remove(node)
    for offset, node in enumerate(new):
        container.insert(at + offset, node)
