"""The trace inside a report: what each figure is, how it came about, which cells and clauses it rests on.

A custom XML part (`urn:lvbao:trace:1`), one element a figure, in the order of the report; figures that others were
computed from follow. It is enough to explain a report without its workbook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Final

from lxml import etree

from pipeline.report.ooxml import Element, clean_text, parse
from pipeline.report.package import embedded, read_package
from pipeline.report.provenance import BOOKMARK, Figure, figures_of

NAMESPACE: Final = "urn:lvbao:trace:1"
ROOT: Final = "lvbao-trace"


@dataclass(frozen=True, slots=True)
class TraceOperand:
    """Something a figure was computed from: its tag, and the value as the formula took it."""

    tag: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One figure. Values are decimal strings; a field that does not apply is empty.

    `printed`: the texts that the report shows for it; `value` unrounded, `rounded` as reported, both in `unit`;
    `cell` as `能源消耗!D14`; `source` of a coefficient, constant or limit; `basis` why a verdict or level was given.
    """

    tag: str
    label: str = ""
    printed: tuple[str, ...] = ()
    value: str = ""
    rounded: str = ""
    unit: str = ""
    level: str = ""
    cell: str = ""
    clause: str = ""
    source: str = ""
    status: str = ""
    formula: str = ""
    substituted: str = ""
    basis: str = ""
    rounding: str = ""
    operands: tuple[TraceOperand, ...] = ()


@dataclass(frozen=True, slots=True)
class TracePart:
    """All entries by tag, and the tags of the hidden bookmarks."""

    entries: Mapping[str, TraceEntry] = field(default_factory=dict)
    bookmarks: Mapping[str, str] = field(default_factory=dict)


_ATTRIBUTES: Final = tuple("label value rounded unit level cell clause source status rounding".split())
_TEXTS: Final = tuple("formula substituted basis".split())


def write_trace(entries: Sequence[TraceEntry], figures: Sequence[Figure] = ()) -> bytes:
    """The XML of a trace. `figures` are those of the document: their bookmarks are noted."""
    bookmarks: dict[str, list[str]] = {}
    for figure in figures:
        if figure.bookmark:
            bookmarks.setdefault(figure.tag, []).append(figure.bookmark.removeprefix(BOOKMARK))
    root = etree.Element(f"{{{NAMESPACE}}}{ROOT}", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    for entry in entries:
        root.append(_element(entry, bookmarks.get(entry.tag, [])))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _element(entry: TraceEntry, bookmarks: Sequence[str]) -> Element:
    made = etree.Element(f"{{{NAMESPACE}}}figure", {"tag": entry.tag})
    for name in _ATTRIBUTES:
        if text := getattr(entry, name):
            made.set(name, clean_text(text))
    if bookmarks:
        made.set("bookmarks", " ".join(bookmarks))
    for text in entry.printed:
        etree.SubElement(made, f"{{{NAMESPACE}}}printed").text = clean_text(text)
    for name in _TEXTS:
        if text := getattr(entry, name):
            etree.SubElement(made, f"{{{NAMESPACE}}}{name}").text = clean_text(text)
    for operand in entry.operands:
        node = etree.SubElement(made, f"{{{NAMESPACE}}}operand", {"tag": operand.tag})
        if operand.value:
            node.set("value", operand.value)
    return made


def read_trace(xml: bytes) -> TracePart:
    """A trace from its XML. Raises PackageError for what is no sane XML."""
    entries: dict[str, TraceEntry] = {}
    bookmarks: dict[str, str] = {}
    for node in parse(xml, ROOT).iter(f"{{{NAMESPACE}}}figure"):
        entry = _entry(node)
        entries.setdefault(entry.tag, entry)
        bookmarks |= {f"{BOOKMARK}{n}": entry.tag for n in str(node.get("bookmarks", "")).split()}
    return TracePart(entries, bookmarks)


def _entry(node: Element) -> TraceEntry:
    known = {f.name for f in fields(TraceEntry)} - {"printed", "operands"}
    values = {str(key): str(value) for key, value in node.attrib.items() if key in known}
    values |= {name: str(node.findtext(f"{{{NAMESPACE}}}{name}") or "") for name in _TEXTS}
    return TraceEntry(
        **values,
        printed=tuple(child.text or "" for child in node.iter(f"{{{NAMESPACE}}}printed")),
        operands=tuple(
            TraceOperand(str(child.get("tag", "")), str(child.get("value", "")))
            for child in node.iter(f"{{{NAMESPACE}}}operand")
        ),
    )


def trace_of(docx: bytes) -> TracePart:
    """The trace that a report carries, an empty one when it carries none. Raises PackageError."""
    xml = embedded(read_package(docx), ROOT)
    return TracePart() if xml is None else read_trace(xml)


def figures(docx: bytes) -> tuple[Figure, ...]:
    """The figures of a report as it stands now, in reading order. Raises PackageError."""
    package = read_package(docx)
    xml = embedded(package, ROOT)
    trace = TracePart() if xml is None else read_trace(xml)
    return tuple(
        found if found.alias else replace(found, alias=trace.entries[found.tag].label)
        for found in figures_of(package, trace.bookmarks)
    )
