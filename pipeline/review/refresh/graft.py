"""Takes blocks of the new report over into the draft, with pictures, charts and marks of their own."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Final

from pipeline.report.ooxml import Element, qn
from pipeline.report.provenance import BOOKMARK
from pipeline.review.redline.parts import Transplant
from pipeline.review.redline.pieces import unlocked

NEW_MARK: Final = f"{BOOKMARK}r"
"""Hidden bookmarks of the new report get names of their own beside those of the draft."""


@dataclass
class Graft:
    """Copies of blocks of the new report that fit into the draft."""

    transplant: Transplant
    next_id: int
    _ids: dict[str, str] = field(default_factory=dict)

    def take(self, node: Element) -> Element:
        """A copy with unique ids; controls are open, as everything in a draft."""
        copy = unlocked(deepcopy(node))
        copy.tail = None
        self.transplant.adopt(copy)
        for mark in copy.iter(qn("w:bookmarkStart"), qn("w:bookmarkEnd")):
            old = str(mark.get(qn("w:id"), ""))
            if mark.tag == qn("w:bookmarkStart"):
                self._ids[old] = str(self.next_id)
                self.next_id += 1
                name = str(mark.get(qn("w:name"), ""))
                if name.startswith(BOOKMARK):
                    mark.set(qn("w:name"), NEW_MARK + name.removeprefix(BOOKMARK))
            mark.set(qn("w:id"), self._ids.get(old, old))
        return copy
