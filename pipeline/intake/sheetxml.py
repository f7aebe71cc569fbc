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
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from xml.etree.ElementTree import Element, fromstring

from pipeline.intake.celltags import addressed, column_number, has_declarations, without_comments
from pipeline.intake.layout import NOTE_MARK, OWN_SHEETS

_P = rb"(?:[\w.-]+:)?"  # some programs write every element with a prefix
_ERROR = re.compile(rb"<" + _P + rb"c\s([^>]*\bt\s*=\s*[\"']e[\"'][^>]*)(?<!/)>(.*?)</" + _P + rb"c>", re.S)
_FORMULA_ONLY = re.compile(
    rb"<" + _P + rb"c\s([^>]*)(?<!/)>\s*<" + _P + rb"f(?:\s[^>]*)?(?:/>|>[^<]*</" + _P + rb"f>)\s*"
    rb"((?:<" + _P + rb"v\s*/>|<" + _P + rb"v[^>]*>\s*</" + _P + rb"v>)?)\s*</" + _P + rb"c>"
)
_FORMULA_CELL = re.compile(rb"<" + _P + rb"c\s([^>]*)(?<!/)>\s*<" + _P + rb"f[\s/>]")
_FORMULA = re.compile(rb"<f[\s/>]")
_PREFIXED_FORMULA = re.compile(rb":f[\s/>]")
"""Together a little more than all formulas, and found far sooner."""
_COMMENTS = re.compile(r"xl/(?:comments[^/]*|comments/[^/]+|threadedcomments/[^/]+)\.xml")
_VALUE = re.compile(rb"<" + _P + rb"v[^>]*>([^<]*)<")
_ADDRESS = re.compile(rb"\br\s*=\s*[\"']\$?([A-Za-z]+)\$?(\d+)[\"']")
_SHARED_TEXT = re.compile(rb"t=(?<=\bt=)[\"']s[\"'][^>]*(?<!/)>\s*<" + _P + rb"v[^>]*>(?!\s*\d+\s*<)")
_ANY_ERROR = re.compile(rb"\bt\s*=\s*[\"']e[\"']")
_ERROR_CELL = re.compile(
    rb"(\bt\s*=\s*[\"']e[\"'][^>]*>(?:\s*<"
    + _P
    + rb"f(?:\s[^>]*)?(?:/>|>[^<]*</"
    + _P
    + rb"f>))?\s*<"
    + _P
    + rb"v>)([^<]*)"
)
_KNOWN_ERRORS = frozenset({b"#DIV/0!", b"#N/A", b"#NAME?", b"#NULL!", b"#NUM!", b"#REF!", b"#VALUE!"})
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.I)
_PICTURE_STRUCTURE = "xl/richdata/rdrichvaluestructure.xml"
_NAME_TARGET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?(\d+)(?::.*)?")
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_PICTURE = re.compile(rb"\bt=[\"']_(?:local|web)image[\"']", re.I)
_FEW_STYLES = 100
"""More are looked up instead of being tried one by one."""
_PERCENT_BUILT_IN = frozenset({9, 10})

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SheetMarks:
    """Of one sheet: error codes by place, cells that hold a picture, formulas without stored result, cells with a
    per-cent format."""

    errors: Mapping[Place, str] = field(default_factory=dict)
    pictures: frozenset[Place] = frozenset()
    no_result: frozenset[Place] = frozenset()
    percent: frozenset[Place] = frozenset()
    has_formulas: bool = False
    """Whether there are formulas beside those in `errors` and `no_result`."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the parts of a file say beside the values: marks of each sheet in their order (None: no cells, as in a
    chart sheet), defined names, peculiarities."""

    marks: tuple[SheetMarks | None, ...]
    defined_names: Mapping[str, tuple[str, int, int]]
    traits: frozenset[str]


def _tree(xml: bytes) -> Element:
    """The tree of a part. Without any declaration there is nothing to refuse, and Python's own parser is much faster."""
    if has_declarations(xml):
        from defusedxml import ElementTree as guarded  # imported late: most files have none

        tree: Element = guarded.fromstring(xml)
        return tree
    return fromstring(xml)


class _Archive:
    """The parts of a file by names without case, with either slash; `unpacked` are those that need no unpacking."""

    def __init__(
        self, archive: zipfile.ZipFile, unpacked: Mapping[str, bytes], plain: Collection[str]
    ) -> None:
        self._archive = archive
        self._unpacked = unpacked
        self._plain = plain
        self.names = {n.replace("\\", "/").removeprefix("/").casefold(): n for n in archive.namelist()}

    def __contains__(self, part: str) -> bool:
        return part.casefold() in self.names

    def read(self, part: str) -> bytes:
        name = self.names[part.casefold()]
        content = self._unpacked.get(name)
        return self._archive.read(name) if content is None else content

    def is_plain(self, part: str) -> bool:
        """Whether a part that is there is known to be a plain sheet."""
        return self.names[part.casefold()] in self._plain

    def tree(self, part: str) -> Element | None:
        return _tree(self.read(part)) if part in self else None


def read_parts(
    data: bytes, unpacked: Mapping[str, bytes] = MappingProxyType({}), plain: Collection[str] = ()
) -> Parts:
    """Reads the parts of a guarded file, some of them `unpacked` already, some known to be `plain` sheets.

    Raises ValueError where two sheets share a name or a part, or a cell refers to no text.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        archive = _Archive(zipped, unpacked, plain)
        book = archive.tree("xl/workbook.xml")
        targets = _targets(archive.tree("xl/_rels/workbook.xml.rels"))
        sheets = [(s.get("name", ""), targets.get(_relation(s), "")) for s in _named(book, "sheet")]
        for owners in ([n.casefold() for n, _ in sheets], [t.casefold() for _, t in sheets]):
            if len(set(owners)) != len(owners):
                raise ValueError("two sheets share a name or a part")
        percent = _percent_styles(archive.tree("xl/styles.xml"))
        pictures = (
            _PICTURE_STRUCTURE in archive and _PICTURE.search(archive.read(_PICTURE_STRUCTURE)) is not None
        )
        marks = tuple(
            _marks_in(archive, part, percent, pictures) if part in archive else None for _, part in sheets
        )
        traits = _traits(archive, book)
        if any(
            m is not None and m.has_formulas
            for (n, _), m in zip(sheets, marks, strict=True)
            if n not in OWN_SHEETS
        ):
            traits.add("formulas")
        if any(_has_comments(archive.read(n)) for n in sorted(archive.names) if _COMMENTS.match(n)):
            traits.add("comments")
    return Parts(marks, dict(_defined_names(book)), frozenset(traits))


def _relation(sheet: Element) -> str:
    """The relation of a sheet, in the ordinary or the strict namespace."""
    return next((value for key, value in sheet.attrib.items() if key.rpartition("}")[2] == "id"), "")


def with_known_errors(data: bytes) -> bytes | None:
    """The file with every error code that the fast reader does not know (#SPILL!, #ERROR! …) written as #VALUE!; None where
    there is none. `read_parts` of the original tells the codes."""
    known = lambda m: m[1] + (m[2] if m[2] in _KNOWN_ERRORS else b"#VALUE!")  # noqa: E731
    buffer, is_changed = io.BytesIO(), False
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if _SHEET_PART.fullmatch(name):
                content, before = _ERROR_CELL.sub(known, content), content
                is_changed = is_changed or content != before
            new.writestr(name, content)
    return buffer.getvalue() if is_changed else None


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


def _traits(archive: _Archive, book: Element | None) -> set[str]:
    names = archive.names
    found = set()
    if any(n.startswith("xl/externallinks/") for n in names):
        found.add("external_links")
    if "xl/cellimages.xml" in names or any(n.startswith("xl/media/") for n in names):
        found.add("pictures")
    drawings = (n for n in names if n.startswith("xl/drawings/drawing"))
    if any(n.startswith("xl/charts/") for n in names) or any(b"Anchor" in archive.read(n) for n in drawings):
        found.add("drawings")
    if any(p.get("date1904", "").lower() in ("1", "true", "on") for p in _named(book, "workbookPr")):
        found.add("dates_1904")
    return found


def _has_comments(xml: bytes) -> bool:
    """Whether there is a comment that we did not write."""
    for comment in _named(_tree(xml), "comment"):
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
def _marks_in(archive: _Archive, part: str, percent: tuple[int, ...], with_pictures: bool) -> SheetMarks:
    """A plain sheet can only have styles, and is not even unpacked where no style says per cent."""
    if archive.is_plain(part):
        return SheetMarks(percent=frozenset(_styled(archive.read(part), percent) if percent else ()))
    return _marks(archive.read(part), percent, with_pictures)


def _marks(xml: bytes, percent: tuple[int, ...], with_pictures: bool) -> SheetMarks:
    xml = addressed(without_comments(xml))
    if _SHARED_TEXT.search(xml):
        raise ValueError("a cell refers to no text")
    may_err = b'"e"' in xml or b"'" in xml  # the search itself takes ten times as long
    errors = dict(_errors(xml)) if may_err and _ANY_ERROR.search(xml) else {}
    pictures = frozenset(_pictures(xml)) if with_pictures else frozenset()
    computes = _FORMULA.search(xml) is not None or _PREFIXED_FORMULA.search(xml) is not None
    no_result = frozenset(_without_result(xml)) if computes else frozenset()
    styled = frozenset(_styled(xml, percent)) if percent else frozenset()
    found = _FORMULA_CELL.finditer(xml) if computes else ()
    formulas = {place for m in found if (place := _place(m.group(1))) is not None}
    return SheetMarks(errors, pictures, no_result, styled, bool(formulas - errors.keys() - no_result))


def _place(attributes: bytes) -> Place | None:
    found = _ADDRESS.search(attributes)
    return None if found is None else (int(found.group(2)) - 1, column_number(found.group(1)))


def _pictures(xml: bytes) -> Iterator[Place]:
    """Error cells with a rich value (`vm`) that show a picture in programs that can."""
    for match in _ERROR.finditer(xml):
        place = _place(match.group(1))
        if place is not None and re.search(rb"\bvm\s*=", match.group(1)):
            yield place


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
    wanted = b"|".join(str(s).encode() for s in styles) if len(styles) <= _FEW_STYLES else rb"\d+"
    known = {str(s).encode() for s in styles}
    pattern = re.compile(rb"<" + _P + rb"c\s([^>]*?\bs=[\"'](" + wanted + rb")[\"'][^>]*)>")
    for match in pattern.finditer(xml):
        place = _place(match.group(1))
        if place is not None and match.group(2) in known:
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
