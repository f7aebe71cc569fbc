"""XML as other programs and attackers write it."""

from __future__ import annotations

import re

from tests.hostile_workbooks.corpus import CLEAN, faulty, kind, refused
from tests.hostile_workbooks.package import (
    BOOK,
    ENERGY,
    SHEET,
    SITE,
    STRINGS,
    STYLES,
    after_sheet_data,
    both,
    cell,
    changed,
    packed,
    parts_of,
    replaced,
    substituted,
)

MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_HEAD = re.compile(rb"^<\?xml[^>]*\?>\s*")


def _sheets(clean: bytes) -> list[str]:
    return [name for name in parts_of(clean) if SHEET.fullmatch(name)]


def _with_doctype(clean: bytes, part: str, doctype: bytes) -> bytes:
    return changed(clean, {part: lambda xml: _HEAD.sub(lambda m: m.group() + doctype, xml)})


@kind("a DOCTYPE", refused("file_doctype"))
def _doctype(clean: bytes) -> bytes:
    return _with_doctype(clean, STYLES, b'<!DOCTYPE styleSheet SYSTEM "styles.dtd">')


@kind("entities within entities (billion laughs)", refused("file_doctype"))
def _laughs(clean: bytes) -> bytes:
    entities = b'<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    return _with_doctype(clean, STRINGS, b"<!DOCTYPE sst [" + entities + b"]>")


@kind("an external entity (XXE)", refused("file_doctype"))
def _xxe(clean: bytes) -> bytes:
    data = _with_doctype(clean, SITE, b'<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
    return changed(data, {SITE: cell("D4", '<c r="D4" t="str"><v>&x;</v></c>')})


@kind("a DOCTYPE in small letters", refused("file_doctype"))
def _doctype_small(clean: bytes) -> bytes:
    return _with_doctype(clean, SITE, b"<!doctype worksheet>")


@kind("a DOCTYPE hidden by UTF-16", refused("file_damaged"))
def _utf16_doctype(clean: bytes) -> bytes:
    return packed({**parts_of(clean), STYLES: "<!DOCTYPE x><styleSheet/>".encode("utf-16")})


@kind("a DOCTYPE hidden by UTF-7", refused("file_damaged"))
def _utf7(clean: bytes) -> bytes:
    hidden = b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-<styleSheet/>'
    return packed({**parts_of(clean), STYLES: hidden})


@kind("an entity that nobody declared", refused("file_damaged"))
def _undeclared(clean: bytes) -> bytes:
    return changed(clean, {SITE: cell("D4", '<c r="D4" t="str"><v>&nbsp;77037</v></c>')})


@kind("a hundred thousand nested elements", CLEAN)
def _deep(clean: bytes) -> bytes:
    nested = "<a>" * 100_000 + "</a>" * 100_000
    return changed(clean, {SITE: after_sheet_data(f"<extLst>{nested}</extLst>")})


@kind("a hundred thousand nested elements in the styles", CLEAN)
def _deep_styles(clean: bytes) -> bytes:
    nested = b"<a>" * 100_000 + b"</a>" * 100_000
    return changed(clean, {STYLES: replaced(b"</styleSheet>", nested + b"</styleSheet>")})


@kind("an element with a hundred thousand attributes", CLEAN)
def _wide(clean: bytes) -> bytes:
    attributes = " ".join(f'a{n}="1"' for n in range(100_000))
    return changed(clean, {SITE: after_sheet_data(f"<extLst {attributes}/>")})


@kind("elements that are not closed", refused("file_damaged"))
def _unclosed(clean: bytes) -> bytes:
    return changed(clean, {SITE: replaced(b"</row>", b"", 1)})


@kind("control characters in the XML", refused("file_damaged"))
def _controls(clean: bytes) -> bytes:
    return changed(clean, {STRINGS: replaced("用地面积".encode(), "用地\x01面积".encode())})


@kind("bytes that are no UTF-8", refused("file_damaged"))
def _bad_utf8(clean: bytes) -> bytes:
    return changed(clean, {STRINGS: replaced("用地面积".encode(), "用地面积".encode("gb18030"))})


@kind("a byte order mark in every part", CLEAN)
def _marks(clean: bytes) -> bytes:
    return packed({n: b"\xef\xbb\xbf" + c for n, c in parts_of(clean).items()})


@kind("the strict namespace (Strict Open XML)", CLEAN)
def _strict(clean: bytes) -> bytes:
    relations = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    strict = b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    return packed({n: c.replace(MAIN, STRICT).replace(relations, strict) for n, c in parts_of(clean).items()})


@kind("prefixed elements", CLEAN)
def _prefixed(clean: bytes) -> bytes:
    def prefix(xml: bytes) -> bytes:
        xml = re.sub(rb"<(/?)([A-Za-z])", rb"<\1x:\2", xml)
        return xml.replace(b'xmlns="' + MAIN, b'xmlns:x="' + MAIN)

    return changed(clean, dict.fromkeys([*_sheets(clean), STRINGS, STYLES], prefix))


@kind("single quotes around attributes", CLEAN)
def _single_quotes(clean: bytes) -> bytes:
    return changed(clean, {n: substituted(rb"=\"([^\"']*)\"", rb"='\1'") for n in _sheets(clean)})


@kind("line breaks and blanks between and in elements", CLEAN)
def _pretty(clean: bytes) -> bytes:
    def pretty(xml: bytes) -> bytes:
        return re.sub(rb"<(c|row) r=", rb"<\1\n   r=", xml.replace(b"><", b">\n  <"))

    return changed(clean, dict.fromkeys(_sheets(clean), pretty))


@kind("comments and instructions in the XML", CLEAN)
def _commented(clean: bytes) -> bytes:
    remark = b'<!-- <c r="D4"><v>1</v></c> --><?mso x?><sheetData>'
    return changed(clean, {SITE: replaced(b"<sheetData>", remark)})


@kind("a comment with a far cell", CLEAN)
def _commented_far(clean: bytes) -> bytes:
    remark = b'<!-- <c r="XFD1048576"><v>1</v></c> --><sheetData>'
    return changed(clean, {SITE: replaced(b"<sheetData>", remark)})


@kind("a wrong dimension (A1)", CLEAN)
def _dimension(clean: bytes) -> bytes:
    wrong = substituted(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1"/>')
    return changed(clean, {n: wrong for n in _sheets(clean) if b'ref="A1"' not in parts_of(clean)[n]})


@kind("a dimension of the whole sheet", CLEAN)
def _large_dimension(clean: bytes) -> bytes:
    large = substituted(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1:XFD1048576"/>')
    return changed(clean, dict.fromkeys(_sheets(clean), large))


@kind("no dimension", CLEAN)
def _no_dimension(clean: bytes) -> bytes:
    return changed(clean, {n: substituted(rb'<dimension ref="[^"]*"/>', b"") for n in _sheets(clean)})


@kind("a dimension that is no area", refused("file_damaged"))
def _nonsense_dimension(clean: bytes) -> bytes:
    return changed(clean, {SITE: substituted(rb'<dimension ref="[^"]*"/>', b'<dimension ref="R1C1"/>')})


@kind("cells without addresses", CLEAN)
def _no_addresses(clean: bytes) -> bytes:
    """As some libraries write: a cell stands behind the one before it."""
    return changed(clean, {SITE: substituted(rb'<c r="[A-Z]+\d+"', b"<c")})


@kind("cells without addresses, one of them an error", faulty(("cell_error", "用地与产出!D4", "land_area")))
def _no_addresses_error(clean: bytes) -> bytes:
    wrong = cell("D4", '<c r="D4" t="e"><v>#DIV/0!</v></c>')
    return changed(clean, {SITE: both(wrong, substituted(rb'<c r="[A-Z]+\d+"', b"<c"))})


@kind("rows without numbers", CLEAN)
def _no_rows(clean: bytes) -> bytes:
    return changed(clean, {SITE: substituted(rb'<row r="\d+"', b"<row")})


@kind("addresses in small letters", CLEAN)
def _small(clean: bytes) -> bytes:
    return changed(clean, {SITE: substituted(rb'<c r="([A-Z]+)', lambda m: m.group().lower())})


@kind(
    "addresses in small letters, one of them an error", faulty(("cell_error", "用地与产出!D4", "land_area"))
)
def _small_error(clean: bytes) -> bytes:
    wrong = cell("D4", '<c r="D4" t="e"><v>#DIV/0!</v></c>')
    return changed(clean, {SITE: both(wrong, substituted(rb'<c r="([A-Z]+)', lambda m: m.group().lower()))})


@kind("an error in a comment of the XML", CLEAN)
def _commented_error(clean: bytes) -> bytes:
    remark = b'<sheetData><!-- <c r="D4" t="e"><v>#REF!</v></c> -->'
    return changed(clean, {SITE: replaced(b"<sheetData>", remark)})


@kind("an error behind comments of the XML", faulty(("cell_error", "用地与产出!D4", "land_area")))
def _error_behind_comments(clean: bytes) -> bytes:
    return changed(clean, {SITE: cell("D4", '<c r="D4" t="e"><!-- </c> --><v>#REF!</v></c>')})


@kind("cells out of order", CLEAN)
def _unordered(clean: bytes) -> bytes:
    def turned(match: re.Match[bytes]) -> bytes:
        cells = re.findall(rb"<c .*?(?:/>|</c>)", match.group(2))
        return match.group(1) + b"".join(reversed(cells)) + b"</row>"

    return changed(clean, {ENERGY: substituted(rb"(<row [^>]*>)(.*?)</row>", turned)})


@kind("the same cell twice", refused("file_damaged"))
def _twice(clean: bytes) -> bytes:
    again = '<c r="D4" s="{s}"><v>77037</v></c><c r="D4"><v>99999</v></c>'
    return changed(clean, {SITE: cell("D4", again)})


@kind("a far cell", refused("file_far_cell"))
def _far(clean: bytes) -> bytes:
    row = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return changed(clean, {SITE: replaced(b"</sheetData>", row)})


@kind("a far cell by its order", refused("file_far_cell"))
def _far_by_order(clean: bytes) -> bytes:
    row = b'<row r="1048575"/><row>' + b"<c><v>1</v></c>" * 30 + b"</row></sheetData>"
    return changed(clean, {SITE: replaced(b"</sheetData>", row)})


@kind("a cell outside of the sheet", refused("file_far_cell"))
def _outside(clean: bytes) -> bytes:
    row = b'<row r="99999999"><c r="ZZZZ99999999"><v>1</v></c></row></sheetData>'
    return changed(clean, {SITE: replaced(b"</sheetData>", row)})


@kind("an empty far cell with a format", CLEAN)
def _far_empty(clean: bytes) -> bytes:
    row = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    return changed(clean, {SITE: replaced(b"</sheetData>", row)})


@kind("a far merged area", CLEAN)
def _far_merge(clean: bytes) -> bytes:
    return changed(
        clean, {ENERGY: substituted(rb"<mergeCells[^>]*>", b'<mergeCells><mergeCell ref="J900:XFD1048576"/>')}
    )


@kind("a merged area that is none", refused("file_damaged"))
def _bad_merge(clean: bytes) -> bytes:
    return changed(
        clean, {ENERGY: substituted(rb"<mergeCells[^>]*>", b'<mergeCells><mergeCell ref="no area"/>')}
    )


@kind("a hundred thousand defined names", CLEAN)
def _names(clean: bytes) -> bytes:
    names = "".join(f'<definedName name="n{n}">#REF!</definedName>' for n in range(100_000))
    return changed(clean, {BOOK: replaced(b"</definedNames>", names.encode() + b"</definedNames>")})


@kind("names that are broken (Google Sheets, Excel on the web)", CLEAN)
def _broken_names(clean: bytes) -> bytes:
    return changed(clean, {BOOK: substituted(rb'(<definedName name="f_[^>]*>)[^<]*', rb"\1#REF!")})


@kind("names that point at other cells", CLEAN)
def _moved_names(clean: bytes) -> bytes:
    """As after sorting or pasting: the words beside the cell count for more than its name."""
    return changed(
        clean, {BOOK: substituted(rb"\$D\$(4|5)\b", lambda m: b"$D$5" if m[1] == b"4" else b"$D$4")}
    )


@kind("no names at all", CLEAN)
def _no_names(clean: bytes) -> bytes:
    return changed(clean, {BOOK: substituted(rb"<definedNames>.*</definedNames>", b"")})


@kind("names of macros, functions and links", CLEAN)
def _strange_names(clean: bytes) -> bytes:
    names = (
        '<definedName name="_xlfn.IFERROR" hidden="1">#NAME?</definedName>'
        "<definedName name=\"Auto_Open\">'用地与产出'!$D$4</definedName>"
        '<definedName name="x">[1]Sheet1!$A$1</definedName>'
        "<definedName name=\"y\">OFFSET('用地与产出'!$A$1,0,0,COUNTA('用地与产出'!$A:$A))</definedName>"
        "<definedName/></definedNames>"
    )
    return changed(clean, {BOOK: replaced(b"</definedNames>", names.encode())})
