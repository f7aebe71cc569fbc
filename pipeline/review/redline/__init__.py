"""A redline: the newer report with every difference to the older one as a tracked change of Word.

Accepting all gives the newer report, rejecting all the older one, text and tables. Figures change as a whole, table
rows meet by their criterion, words and clauses by what they say; controls are unlocked, since nobody could accept
a change inside a locked one. The same two files give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.report.ooxml import Element, qn
from pipeline.report.package import Package, read_package, write_package
from pipeline.review.redline.marks import Marker
from pipeline.review.redline.merge import Merger
from pipeline.review.redline.parts import Digests, Transplant
from pipeline.review.redline.pieces import unlocked
from pipeline.review.redline.settle import accepted

AUTHOR = "绿报比对"
DATE = "2000-01-01T00:00:00Z"
_MARGINS = (".header+xml", ".footer+xml")
_NOTES = ((".footnotes+xml", "w:footnote"), (".endnotes+xml", "w:endnote"))


@dataclass(frozen=True, slots=True)
class Redline:
    """The .docx with tracked changes and the number of spots that a reviewer has to decide on."""

    docx: bytes
    changes: int


def redline(old: bytes, new: bytes, *, author: str = AUTHOR) -> Redline:
    """The redline of two .docx. Raises PackageError. Tracked changes already in them count as accepted."""
    before, after = read_package(old), read_package(new)
    marker = Marker(author, _date(after))
    roots = {part: accepted(after.xml(part)) for part in _parts(after)}
    marker.next_id = 1 + max((_largest_id(root) for root in roots.values()), default=0)
    changes = 0
    for part, root in roots.items():
        older = _counterpart(before, after, part)
        if older is not None:
            transplant = Transplant(before, after, older, part, next_id=10_000 + marker.next_id)
            merger = Merger(marker, Digests(before, older), Digests(after, part), transplant)
            for left, right in _containers(accepted(before.xml(older)), root):
                merger.container(left, right)
            changes += merger.changes
        after.put_xml(part, unlocked(root))
    return Redline(write_package(after), changes)


def _parts(package: Package) -> tuple[str, ...]:
    endings = (*_MARGINS, *(ending for ending, _ in _NOTES))
    return (package.document_name, *(p for ending in endings for p in package.of_type(ending)))


def _counterpart(before: Package, after: Package, part: str) -> str | None:
    if part == after.document_name:
        return before.document_name
    return part if part in before.parts else None


def _containers(old: Element, new: Element) -> list[tuple[Element, Element]]:
    """The pairs of containers of a part: the body, the margin itself, or the notes with equal ids."""
    bodies = old.find(qn("w:body")), new.find(qn("w:body"))
    if bodies[0] is not None and bodies[1] is not None:
        return [(bodies[0], bodies[1])]
    for _, name in _NOTES:
        notes = {n.get(qn("w:id")): n for n in old.findall(qn(name))}
        if notes:
            return [(notes[i], n) for n in new.findall(qn(name)) if (i := n.get(qn("w:id"))) in notes]
    return [(old, new)]


def _date(package: Package) -> str:
    """The date on all marks: that of the newer report itself, never the clock."""
    if "docProps/core.xml" not in package.parts:
        return DATE
    return str(package.xml("docProps/core.xml").findtext(qn("dcterms:modified")) or DATE)


def _largest_id(root: Element) -> int:
    found = (str(n.get(qn("w:id"), "0")) for n in root.iter() if isinstance(n.tag, str))
    return max((int(i) for i in found if i.isdigit()), default=0)
