"""How wide text is and where its lines break, so that boxes can be made to fit it before any program lays it out.

Widths are in twips. Chinese characters are one em in every font; of Latin letters the widest usual shapes are taken,
so that a line never turns out longer than reckoned.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

EM: Final = 210  # 五号, 10.5 points
LINE: Final = 300  # exact line spacing, 15 points
_WIDE: Final = frozenset("MWmw@%")
_NARROW: Final = frozenset("iljftI.,:;'!|() []")
_ATOMS: Final = re.compile(r"[!-~²³₀-₉·µ]+|\s+|.", re.DOTALL)
_CLOSING: Final = frozenset("，。、；：！？）】》」』”’％‰℃…—")
_OPENING: Final = frozenset("（【《「『“‘")


def text_width(text: str) -> int:
    """The width of one line."""
    return sum(_char_width(char) for char in text)


def broken_lines(text: str, width: int) -> list[str]:
    """The text in lines of at most that width: words whole where they fit, no punctuation at a wrong end."""
    lines: list[str] = []
    line = ""
    for atom in _joined(text):
        if line and text_width(line + atom) > width:
            lines.append(line.rstrip())
            line = ""
        if not line:
            atom = atom.lstrip()
        while text_width(atom) > width:
            cut = max(1, next(n for n in range(len(atom), 0, -1) if n == 1 or text_width(atom[:n]) <= width))
            lines.append(atom[:cut])
            atom = atom[cut:]
        line += atom
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _joined(text: str) -> list[str]:
    """Atoms with opening signs bound to what follows and closing ones to what goes before."""
    atoms: list[str] = []
    glue = False
    for atom in _ATOMS.findall(text):
        if atoms and (glue or atom in _CLOSING):
            atoms[-1] += atom
        else:
            atoms.append(atom)
        glue = atom in _OPENING
    return atoms


def _char_width(char: str) -> int:
    if unicodedata.east_asian_width(char) in "WFA":
        return EM
    share = 100 if char in _WIDE else 35 if char in _NARROW else 76 if char.isupper() else 58
    return EM * share // 100
