"""The tags of rows and cells in a sheet's XML, searched as bytes: one pass, no tree.

Safe only after the guard has refused what is no sound XML; comments, which could hide or feign a cell, are taken out first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_P: Final = rb"<(?:[\w.-]+:)?"  # some programs write every element with a prefix
CELL_TAG: Final = re.compile(_P + rb"c(?:\s[^>]*)?>")
ROW_TAG: Final = re.compile(_P + rb"row(?:\s[^>]*)?>")
CELL_ADDRESS: Final = re.compile(rb"\sr\s*=\s*[\"']\$?([A-Za-z]{1,7})\$?(\d{1,12})[\"']")
_CELL_AT = re.compile(_P + rb"c\s(?:[^>]*?\s)?r\s*=\s*[\"']\$?([A-Za-z]{1,7})\$?(\d{1,12})[\"']")
_ROW_OR_CELL = re.compile(_P + rb"(?P<kind>c|row)(?=[\s/>])[^>]*>")
_ROW_NUMBER = re.compile(rb"\sr\s*=\s*[\"'](\d{1,12})[\"']")
_ODD_CELL = re.compile(rb"<c(?! r=\")[\s/>]")
_PREFIXED_CELL = re.compile(rb":c[\s/>]")
_BARE_CELL = re.compile(_P + rb"c(?=[\s/>])(?![^>]*\sr\s*=)")
_COMMENT = re.compile(rb"<!--.*?-->", re.S)
_HIDDEN: Final = 2**30
"""The place of a cell whose address is written with character references: that can only be meant to hide."""

Place = tuple[int, int]
"""Row and column, both from 0."""


def has_declarations(xml: bytes) -> bool:
    """Whether there is a comment, a CDATA section or a declaration in the part. A look for the rare sign is nearly free."""
    return b"!" in xml and b"<!" in xml


def without_comments(xml: bytes) -> bytes:
    """The part without its XML comments."""
    return _COMMENT.sub(b"", xml) if has_declarations(xml) else xml


def column_number(letters: bytes) -> int:
    """0 for `A`, 27 for `AB`, in either case."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def is_plain(xml: bytes) -> bool:
    """Whether every cell tag begins `<c r="`, as most programs write it. Searches that begin with fixed letters take a
    fifth of the time of the general ones, which have to look for a prefix at every tag."""
    return _ODD_CELL.search(xml) is None and _PREFIXED_CELL.search(xml) is None


def has_doubles(xml: bytes) -> bool:
    """Whether two cells claim the same address: what stands there is then anybody's guess."""
    found = _CELL_AT.findall(xml)
    return len(found) != len({(letters.upper(), row) for letters, row in found})


def _tags(xml: bytes) -> Iterator[tuple[re.Match[bytes], Place]]:
    """Every cell tag with its place; cells without an address stand behind the one before them."""
    row = column = -1
    for match in _ROW_OR_CELL.finditer(xml):
        tag = match.group()
        if match["kind"] == b"row":
            number = _ROW_NUMBER.search(tag)
            row, column = (int(number.group(1)) - 1 if number else row + 1), -1
            continue
        placed = CELL_ADDRESS.search(tag)
        if placed:
            row, column = int(placed.group(2)) - 1, column_number(placed.group(1))
        elif b"&" in tag:
            row = column = _HIDDEN
        else:
            column += 1
        yield match, (row, column)


def filled_places(xml: bytes) -> Iterator[Place]:
    """The place of every cell that is not an empty element."""
    return (place for match, place in _tags(xml) if not match.group().endswith(b"/>"))


def addressed(xml: bytes) -> bytes:
    """The part with an address in every cell tag."""
    if is_plain(xml) or not _BARE_CELL.search(xml):
        return xml
    pieces, end = [], 0
    for match, (row, column) in _tags(xml):
        if not CELL_ADDRESS.search(match.group()):
            at = match.end("kind")
            pieces += [xml[end:at], b' r="%s%d"' % (_letters(column), row + 1)]
            end = at
    return b"".join([*pieces, xml[end:]])


def _letters(column: int) -> bytes:
    letters = b""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = bytes([65 + rest]) + letters
    return letters
