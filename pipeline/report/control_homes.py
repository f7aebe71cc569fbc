"""Where in a part a figure may become a content control: in a run of a paragraph, outside fields and links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pipeline.report.ooxml import Element, nearest, qn, style_of

CHART, DIAGRAM, EQUATION, PICTURE = "lvChart", "lvDiagram", "lvEquation", "lvPicture"
"""Styles of paragraphs whose text is a key for what takes their place; no figure stands in them."""
MARKER_IDS: Final = frozenset({CHART, DIAGRAM, EQUATION, PICTURE})
_HOMES: Final = frozenset({qn("w:p"), qn("w:ins"), qn("w:moveTo"), qn("w:smartTag")})
_TEXT, _RUN, _PARAGRAPH, _FIELD, _KIND = (
    qn(name) for name in ("w:t", "w:r", "w:p", "w:fldChar", "w:fldCharType")
)


def control_homes(root: Element, containing: str) -> Iterator[Element]:
    """The text nodes with `containing` in them around which a control may stand, in reading order."""
    depth = 0
    for node in root.iter(_FIELD, _TEXT):
        if node.tag == _FIELD:
            depth += {"begin": 1, "end": -1}.get(str(node.get(_KIND)), 0)
        elif depth == 0 and containing in (node.text or "") and _may_hold_control(node):
            yield node


def _may_hold_control(node: Element) -> bool:
    run = node.getparent()
    home = None if run is None else run.getparent()
    if run is None or run.tag != _RUN or home is None or home.tag not in _HOMES:
        return False
    paragraph = home if home.tag == _PARAGRAPH else nearest(home, "w:p")
    if paragraph is None or style_of(paragraph) in MARKER_IDS:
        return False
    return all(above.tag in _HOMES for above in _between(run, paragraph))


def _between(run: Element, paragraph: Element) -> Iterator[Element]:
    for above in run.iterancestors():
        if above is paragraph:
            return
        yield above
