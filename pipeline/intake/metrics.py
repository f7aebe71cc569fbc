"""How wide and how high text is in a sheet: column widths in characters, row heights in points.

A Chinese character is as wide as two digits. Estimates err towards more room: hidden text is a fault, air is not.
"""

from __future__ import annotations

import math
import unicodedata

LINE_HEIGHT = 15.0
"""Points of one line of 10 pt text, with the leading of the CJK fonts of Windows and Linux."""
PADDING = 5.0
MAX_HEIGHT = 409.0
"""The highest row that Excel knows."""
_LOSS = 2.2
"""Characters of a column's width that its cell margins and its indent take."""


def text_width(text: str) -> float:
    """The width of the widest line, in digits."""
    return max((_line_width(line) for line in text.split("\n")), default=0.0)


def _line_width(line: str) -> float:
    return sum(2.0 if unicodedata.east_asian_width(c) in "WFA" else 1.1 for c in line)


def lines(text: str, width: float) -> int:
    """The number of lines that the text takes when wrapped in a column of that width."""
    room = max(width - _LOSS, 2.0)
    # a line breaks before a wide character that does not fit, so a full line may be one short
    return sum(_wrapped(_line_width(line), room) for line in text.split("\n"))


def _wrapped(needed: float, room: float) -> int:
    if needed <= room:
        return 1
    return math.ceil(needed / max(room - 1.0, 1.0))


def height(*cells: tuple[str, float], least: float = 0.0) -> float:
    """The height of a row that shows every (text, width of its column) whole."""
    most = max((lines(text, width) for text, width in cells), default=1)
    return min(max(most * LINE_HEIGHT + PADDING, least), MAX_HEIGHT)
