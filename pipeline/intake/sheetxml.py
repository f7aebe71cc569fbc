"""What the fast reader does not give, taken from the parts of the file: error codes, formulas without a stored result,
per-cent formats, defined names.

The sheets are searched with regular expressions over bytes (one pass, no tree); the guard has already refused anything
that would make that unsafe.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from pipeline.intake.layout import NOTE_MARK, OWN_SHEETS

_P = rb"(?:[\w.-]+:)?"  # some programs write every element with a prefix
_ERROR = re.compile(rb"<" + _P + rb"c\s([^>]*\bt=[\"']e[\"'][^>]*)(?<!/)>(.*?)</" + _P + rb"c>", re.S)
_FORMULA_ONLY = re.compile(
    rb"<" + _P + rb"c\s([^>]*)(?<!/)>\s*<" + _P + rb"f(?:\s[^>]*)?(?:/>|>[^<]*</" + _P + rb"f>)\s*"
    rb"((?:<" + _P + rb"v\s*/>|<" + _P + rb"v[^>]*>\s*</" + _P + rb"v>)?)\s*</" + _P + rb"c>"
)
_FORMULA_CELL = re.compile(rb"<" + _P + rb"c\s([^>]*)(?<!/)>\s*<" + _P + rb"f[\s/>]")
_COMMENTS = re.compile(r"xl/(?:comments[^/]*|comments/[^/]+|threadedComments/[^/]+)\.xml")
_VALUE = re.compile(rb"<" + _P + rb"v[^>]*>([^<]*)<")
_ADDRESS = re.compile(rb"\br=[\"']([A-Z]+)(\d+)[\"']")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_NAME_TARGET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?(\d+)(?::.*)?")
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_PERCENT_BUILT_IN = frozenset({9, 10})

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SheetMarks:
    """Of one sheet: error codes by place, formulas without stored result, cells with a per-cent format."""

    errors: Mapping[Place, str] = field(default_factory=dict)
    no_result: frozenset[Place] = frozenset()
    percent: frozenset[Place] = frozenset()
    has_formulas: bool = False
    """Whether there are formulas beside those in `errors` and `no_result`."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the parts of a file say beside the values: marks by sheet name, defined names, peculiarities."""

    marks: Mapping[str, SheetMarks]
    defined_names: Mapping[str, tuple[str, int, int]]
    traits: frozenset[str]


def read_parts(data: bytes) -> Parts:
    """Reads the parts of a guarded file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        book = _tree(archive, names, "xl/workbook.xml")
        targets = _targets(_tree(archive, names, "xl/_rels/workbook.xml.rels"))
        percent = _percent_styles(_tree(archive, names, "xl/styles.xml"))
        marks = {}
        for sheet in _named(book, "sheet"):
            part = targets.get(sheet.get(_RELATION, ""), "")
            if part in names:
                marks[sheet.get("name", "")] = _marks(archive.read(part), percent)
        traits = _traits(names)
        if any(m.has_formulas for name, m in marks.items() if name not in OWN_SHEETS):
            traits.add("formulas")
        if any(_has_comments(archive.read(n)) for n in sorted(names) if _COMMENTS.match(n)):
            traits.add("comments")
    return Parts(marks, dict(_defined_names(book)), frozenset(traits))


def _tree(archive: zipfile.ZipFile, names: set[str], part: str) -> Element | None:
    if part not in names:
        return None
    tree: Element = fromstring(archive.read(part))
    return tree


def _named(tree: Element | None, local: str) -> Iterator[Element]:
    if tree is not None:
        for element in tree.iter():
            if element.tag.rpartition("}")[2] == local:
                yield element


def _targets(relations: Element | None) -> dict[str, str]:
    return {
        r.get("Id", ""): posixpath.normpath(posixpath.join("/xl", r.get("Target", ""))).lstrip("/")
        for r in _named(relations, "Relationship")
    }


def _traits(names: set[str]) -> set[str]:
    found = set()
    if any(n.startswith("xl/externalLinks/") for n in names):
        found.add("external_links")
    if "xl/cellimages.xml" in names or any(n.startswith("xl/media/") for n in names):
        found.add("pictures")
    if any(n.startswith(("xl/charts/", "xl/drawings/drawing")) for n in names):
        found.add("drawings")
    return found


def _has_comments(xml: bytes) -> bool:
    """Whether there is a comment that we did not write."""
    for comment in _named(fromstring(xml), "comment"):
        text = "".join(t.text or "" for t in _named(comment, "t"))
        if text.strip() and NOTE_MARK not in text[:80]:
            return True
    return False


# -- styles ------------------------------------------------------------------------------------------------------
def _percent_styles(styles: Element | None) -> tuple[int, ...]:
    """Indexes of the cell styles whose number format shows per cent."""
    if styles is None:
        return ()
    formats = {n.get("numFmtId", ""): n.get("formatCode", "") for n in _named(styles, "numFmt")}
    cell_styles = next(_named(styles, "cellXfs"), None)
    if cell_styles is None:
        return ()
    return tuple(
        i for i, xf in enumerate(_named(cell_styles, "xf")) if _is_percent(xf.get("numFmtId", "0"), formats)
    )


def _is_percent(format_id: str, formats: Mapping[str, str]) -> bool:
    if format_id in formats:
        return "%" in _LITERAL.sub("", formats[format_id])
    return format_id.isdigit() and int(format_id) in _PERCENT_BUILT_IN


# -- cells -------------------------------------------------------------------------------------------------------
def _marks(xml: bytes, percent: tuple[int, ...]) -> SheetMarks:
    errors = dict(_errors(xml)) if b't="e"' in xml or b"t='e'" in xml else {}
    may_compute = b"<f" in xml or b":f" in xml  # a look at the bytes is a hundredth of a search
    computes = may_compute and re.search(rb"<" + _P + rb"f[\s/>]", xml) is not None
    no_result = frozenset(_without_result(xml)) if computes else frozenset()
    styled = frozenset(_styled(xml, percent)) if percent else frozenset()
    found = _FORMULA_CELL.finditer(xml) if computes else ()
    formulas = {place for m in found if (place := _place(m.group(1))) is not None}
    return SheetMarks(errors, no_result, styled, bool(formulas - errors.keys() - no_result))


def _place(attributes: bytes) -> Place | None:
    found = _ADDRESS.search(attributes)
    if found is None:
        return None
    column = 0
    for letter in found.group(1):
        column = column * 26 + letter - 64
    return int(found.group(2)) - 1, column - 1


def _errors(xml: bytes) -> Iterator[tuple[Place, str]]:
    for match in _ERROR.finditer(xml):
        place, value = _place(match.group(1)), _VALUE.search(match.group(2))
        if place is not None:
            yield place, value.group(1).decode("utf-8", "replace") if value else "#VALUE!"


def _without_result(xml: bytes) -> Iterator[Place]:
    """A text result may be the empty text (`t="str"` with an empty value): that is a result."""
    for match in _FORMULA_ONLY.finditer(xml):
        is_text = re.search(rb"\bt=[\"']str[\"']", match.group(1)) is not None
        place = _place(match.group(1))
        if place is not None and not (is_text and match.group(2)):
            yield place


def _styled(xml: bytes, styles: tuple[int, ...]) -> Iterator[Place]:
    wanted = b"|".join(str(s).encode() for s in styles)
    pattern = re.compile(rb"<" + _P + rb"c\s([^>]*?\bs=[\"'](?:" + wanted + rb")[\"'][^>]*)>")
    for match in pattern.finditer(xml):
        place = _place(match.group(1))
        if place is not None:
            yield place


# -- names -------------------------------------------------------------------------------------------------------
def _defined_names(book: Element | None) -> Iterator[tuple[str, tuple[str, int, int]]]:
    for element in _named(book, "definedName"):
        target = _NAME_TARGET.fullmatch((element.text or "").strip())
        name = element.get("name", "")
        if target is None or not name or element.get("localSheetId") is not None:
            continue
        sheet = (target.group(1) or target.group(2)).replace("''", "'")
        column = 0
        for letter in target.group(3):
            column = column * 26 + ord(letter) - 64
        yield name, (sheet, int(target.group(4)) - 1, column - 1)
