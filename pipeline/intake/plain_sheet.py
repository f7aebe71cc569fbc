"""Sheets as most programs write them, told from others by one search over their bytes.

Of a plain sheet that search alone shows what a reader of outside files has to know: its rows are sound XML, no place is
claimed twice, none is far away, every cell says its place and holds nothing, a number, a truth or the number of a text.
So it has no formula, no error, no picture, and no cell that refers to no text. Any other sheet is looked at thoroughly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

COLUMNS: Final = tuple(bytes([letter]) for letter in range(65, 91))
"""A plain sheet ends at column Z at the latest."""
_BLOCK: Final = 6
"""Columns after which the end of the row is looked for: most rows are shorter than the longest."""
_ROW: Final = (
    rb'<row r="([1-9]\d{0,6})"'
    rb'(?: (?!r=)([\w:]++)="[\w:. -]*+"(?![^>]* \2=))*+'  # other attributes, none twice
)
_CELL: Final = (
    rb'(?:<c r="%s\1"(?: s="\d{1,9}")?+'
    rb'(?:/>|(?: t="n")?+><v>[-+.\dE]++</v></c>| t="s"><v>\d++</v></c>| t="b"><v>[01]</v></c>))?+'
)
_ROWS_BEGIN: Final = b"<sheetData>"
_ROWS_END: Final = b"</sheetData>"
_ROW_NUMBER: Final = re.compile(rb'<row r="(\d+)"')
_STRAY: Final = re.compile(rb"<(?:[\w.-]+:)?(?:c|row|sheetData)[\s/>]")


@dataclass(frozen=True, slots=True)
class PlainSheet:
    """What is left to be judged: `frame` is the part without its rows, which stand in `height` neighbouring ones."""

    frame: bytes
    height: int


def plain_sheet(xml: bytes) -> PlainSheet | None:
    """The sheet, or None where anything in it is written in another way. The frame may still be unsound XML."""
    at = xml.find(_ROWS_BEGIN)
    start = at + len(_ROWS_BEGIN)
    found = _rows().match(xml, start) if at >= 0 else None
    if found is None:
        return None
    before, after = xml[:at], xml[found.end() :]
    frame = before + _ROWS_BEGIN + _ROWS_END + after
    if b"<!" in frame or _STRAY.search(before) or _STRAY.search(after):
        return None
    rows = list(map(int, _ROW_NUMBER.findall(xml, start)))
    if len(set(rows)) != len(rows):
        return None
    return PlainSheet(frame, max(rows) - min(rows) + 1 if rows else 0)


@cache
def _rows() -> re.Pattern[bytes]:
    """All rows up to the end of the sheet's data; the columns of a row rise, so none comes twice."""
    rest = b"</row>"
    for at in reversed(range(0, len(COLUMNS), _BLOCK)):
        rest = b"".join(_CELL % column for column in COLUMNS[at : at + _BLOCK]) + b"(?:</row>|" + rest + b")"
    return re.compile(b"(?:" + _ROW + b"(?:/>|>" + rest + b"))*+" + _ROWS_END)
