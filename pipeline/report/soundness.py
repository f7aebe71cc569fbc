"""The gate's quick look: is a part as we write parts, and so without any of the faults that the gate looks for?

It reads the bytes and never says yes to a fault; what it does not know it leaves to the thorough look at every element,
which also words the problems. Properties recur thousands of times in a report: each different one is looked at once.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from lxml import etree

from pipeline.report.ooxml import NS
from pipeline.report.schema import schema_problems

_FIRST: Final = {
    # each property element, and the tag that may stand right before it
    b"<w:pPr>": re.compile(rb"<w:p(?: [^<>]*)?>"),
    b"<w:tblPr>": re.compile(rb"<w:tbl>"),
    b"<w:tblGrid>": re.compile(rb"</w:tblPr>"),
    b"<w:trPr>": re.compile(rb"<w:tr(?: [^<>]*)?>"),
    b"<w:tcPr>": re.compile(rb"<w:tc>"),
    b"<w:sdtPr>": re.compile(rb"<w:sdt>"),
    b"<w:sdtContent>": re.compile(rb"</w:sdtPr>"),
    b"<w:rPr>": re.compile(
        rb"<w:r(?: [^<>]*)?>|<w:(?:sdtPr|pPr)>|<m:(?:ctrlPr|r)>|<m:[^<>]*/>|</m:rPr>"
        rb"|<w:(?:jc|ind|spacing|pStyle|keepNext|numPr|outlineLvl|tabs)\b[^<>]*/>|</w:numPr>"
    ),
}
_UNKNOWN: Final = re.compile(
    rb"<w:(?:tblPrEx|sdtEndPr|comment |moveFrom|pPrChange|rPrChange|tblPrChange|tcPrChange|sectPrChange)"
    rb"|<w:(?:pPr|rPr|tblPr|trPr|tcPr|sdtPr|sdtContent|tc|tbl|tr) ?/>|<w:(?:tc|tbl|tcPr|pPr|rPr|tblPr|trPr) "
)
_BLOCKS: Final = re.compile(rb"<w:(pPr|rPr|tblPr|tcPr|sectPr)(?: [^<>]*)?>.*?</w:\1>", re.DOTALL)
_STYLES: Final = re.compile(rb'<w:(?:pStyle|rStyle|tblStyle) w:val="([^"&]*)"/>')
_NUMBERS: Final = re.compile(rb'<w:numId w:val="([^"&]*)"/>')
_RELATED: Final = re.compile(rb' r:\w+="([^"&<>]*)"')
_RELATIONS: Final = NS["r"].encode()
_STARTS: Final = re.compile(rb'<w:bookmarkStart w:id="([^"]*)" w:name="([^"]*)"/>')
_ENDS: Final = re.compile(rb'<w:bookmarkEnd w:id="([^"]*)"/>')
_DRAWINGS: Final = re.compile(rb'<wp:docPr id="([^"]*)"')


def is_sound(content: bytes, styles: Collection[str], numbers: Collection[str]) -> bool:
    """True when cells, tables, ids, orders, values, styles and numbers of a part are certainly in order."""
    return (
        _UNKNOWN.search(content) is None
        and _cells_and_tables(content)
        and _identities(content)
        and _order(content)
        and _uses(content, _STYLES, (b"<w:pStyle", b"<w:rStyle", b"<w:tblStyle"), styles)
        and _uses(content, _NUMBERS, (b"<w:numId",), {*numbers, "0"})
    )


def related_ids(content: bytes) -> set[str] | None:
    """The relationships that a part asks for, and perhaps words of its text; None where that cannot be told from the bytes."""
    if content.count(_RELATIONS) != content.count(b'xmlns:r="' + _RELATIONS + b'"'):
        return None
    found = _RELATED.findall(content)
    return None if len(found) != content.count(b" r:") else {id_.decode() for id_ in found}


def _cells_and_tables(content: bytes) -> bool:
    ends = (b"</w:p></w:tc>", b"<w:p/></w:tc>", b"</w:sdt></w:tc>")
    if content.count(b"</w:tc>") != sum(content.count(end) for end in ends):
        return False
    return content.count(b"</w:tbl>") == content.count(b"</w:tr></w:tbl>")


def _identities(content: bytes) -> bool:
    starts, ends, drawings = _STARTS.findall(content), _ENDS.findall(content), _DRAWINGS.findall(content)
    known = (
        len(starts) == content.count(b"<w:bookmarkStart")
        and len(ends) == content.count(b"<w:bookmarkEnd")
        and len(drawings) == content.count(b"<wp:docPr")
    )
    ids = {id_ for id_, _name in starts}
    return (
        known
        and len(ids) == len(starts) == len({name for _id, name in starts})
        and ids == set(ends)
        and len(set(drawings)) == len(drawings)
    )


def _order(content: bytes) -> bool:
    """Properties stand where they belong, and each different one holds its elements in order."""
    for property_, first in _FIRST.items():
        before = {piece[piece.rfind(b"<") : piece.rfind(b">") + 1] for piece in content.split(property_)[:-1]}
        if not all(map(first.fullmatch, before)):
            return False
    if b"<w:body>" in content and not re.search(rb"</w:sectPr></w:body></w:document>\s*$", content):
        return False
    if len(re.findall(rb"(?:</w:p>|</w:tbl>|</w:sdt>|<w:body>)<w:sectPr", content)) > 1:
        return False
    blocks = {found.group() for found in _BLOCKS.finditer(content)}
    declared = "".join(
        f' xmlns:{prefix}="{uri}"' for prefix, uri in NS.items() if prefix not in ("ct", "rel", "ep")
    )
    try:
        root = etree.fromstring(b"<all" + declared.encode() + b">" + b"".join(sorted(blocks)) + b"</all>")
    except etree.XMLSyntaxError:
        return False
    return next(schema_problems(root), None) is None


def _uses(
    content: bytes, pattern: re.Pattern[bytes], marks: tuple[bytes, ...], known: Collection[str]
) -> bool:
    found = pattern.findall(content)
    return len(found) == sum(content.count(mark) for mark in marks) and {
        value.decode() for value in set(found)
    } <= set(known)
