"""How wide an equation is, and where it breaks when it is wider than the page.

Widths are estimates in ems (the size of one Chinese character); they need to be right within a tenth only.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from pipeline.report import math as om
from pipeline.report.math import Row
from pipeline.report.ooxml import Element, qn

LINE: Final = 35.0
"""15 cm in 小四 (12 pt)."""
RELATIONS: Final = "="
OPERATORS: Final = "+−×"
_SIGN_WIDTH: Final = 1.1
_SMALL: Final = 0.7


def width(row: Row) -> float:
    """The width of a row in ems."""
    return sum(_width(element) for element in row)


def _width(element: Element) -> float:
    arguments = {child.tag: list(child) for child in element}
    match element.tag.rpartition("}")[2]:
        case "r":
            return sum(map(_letter, om.run_text(element)))
        case "f":
            return max(width(arguments[qn("m:num")]), width(arguments[qn("m:den")])) + 0.3
        case "sSub":
            return width(arguments[qn("m:e")]) + _SMALL * width(arguments[qn("m:sub")])
        case "sSup":
            return width(arguments[qn("m:e")]) + _SMALL * width(arguments[qn("m:sup")])
        case "nary":
            return 1.3 + width(arguments[qn("m:e")])
        case "d":
            return 0.9 + width(arguments[qn("m:e")])
        case "func":
            return width(arguments[qn("m:fName")]) + 0.2 + width(arguments[qn("m:e")])
        case "eqArr":
            return max(width(list(line)) for line in element.findall(qn("m:e")))
        case _:
            rows = [[width(list(cell)) for cell in line] for line in element.findall(qn("m:mr"))]
            return sum((max(column) + 1 for column in zip(*rows, strict=True)), 0.0)


def _letter(letter: str) -> float:
    if letter in "=+−×≤≥≠<>∈":
        return _SIGN_WIDTH
    return 1.0 if unicodedata.east_asian_width(letter) in "WF" or letter in "“”" else 0.55


def fitted(row: Row, limit: float = LINE) -> Row:
    """The row itself when it fits, else its lines one below the other."""
    lines = broken(row, limit)
    return lines[0] if len(lines) == 1 else [om.stacked(lines)]


def broken(row: Row, limit: float = LINE) -> list[Row]:
    """The row in lines no wider than `limit` where that can be: before `=` first, then before + − ×."""
    if width(row) <= limit:
        return [row]
    for element in row:
        _narrow(element, limit * 0.85)
    lines: list[Row] = [[]]
    for part in _parts(row, RELATIONS):
        fits_alone = width(part) <= limit
        if len(lines[-1]) > 1 and fits_alone and width(lines[-1]) + width(part) > limit:
            lines.append([])
        for piece in _parts(part, OPERATORS):
            if lines[-1] and width(lines[-1]) + width(piece) > limit:
                lines.append([])
            lines[-1] += piece
    return [_opened(line) if at else line for at, line in enumerate(lines)]


def _parts(row: Row, signs: str) -> list[Row]:
    """The row cut before each of the signs, but not where one follows another or stands first."""
    parts: list[Row] = [[]]
    for element in row:
        if parts[-1] and _is_sign(element, signs) and not _is_sign(parts[-1][-1], RELATIONS + OPERATORS):
            parts.append([])
        parts[-1].append(element)
    return parts


def _is_sign(element: Element, signs: str) -> bool:
    return om.run_text(element) in tuple(signs) and not om.is_words(element)


def _opened(line: Row) -> Row:
    """A line that begins with a sign: as text, because a sign without a left side is an error for some programs."""
    if not _is_sign(line[0], RELATIONS + OPERATORS):
        return line
    return [om.words(f"{om.run_text(line[0])} "), *line[1:]]


def _narrow(element: Element, limit: float) -> None:
    """Break inside a fraction that is too wide by itself."""
    if element.tag != qn("m:f"):
        return
    for name in ("m:num", "m:den"):
        argument = element.find(qn(name))
        if argument is not None and width(list(argument)) > limit:
            argument[:] = fitted(list(argument), limit)
