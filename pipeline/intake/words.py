"""Texts as people write them: what counts as blank, what is compared, what is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_INVISIBLE = dict.fromkeys(
    (
        *(0xAD, 0x180E, 0x200B, 0x200C, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x3164, 0x115F, 0x1160),
        *range(0x202A, 0x202F),
        *range(0x2061, 0x206A),
    )
)
"""Zero-width and direction characters. The joiner U+200D stays inside texts: it holds emoji together."""
_FILLERS: Final = "\u3164\u115f\u1160"
"""Fillers of Korean script: of all that is dropped, they alone count as letters and as printable."""
_CONTROL = dict.fromkeys(
    [c for c in range(0x20) if c not in (0x09, 0x0A)]
    + list(range(0x7F, 0xA0))
    + [0xFFFE, 0xFFFF, *range(0xD800, 0xE000)]
)
_DROPPED: Final = re.compile("[" + "".join(map(re.escape, map(chr, sorted(_INVISIBLE | _CONTROL)))) + "]")
_REMEMBERED: Final = 16_384
"""Headings, options and labels are the same in every workbook of a standard."""
_BRACKETS = re.compile(r"[(\[【〔<《][^()\[\]【】〔〕<>《》]*[)\]】〕>》]")
_DECORATION = re.compile(r"[\s:：*＊★●·.。、]+")
_SHOWN = 40


def clean(text: str) -> str:
    """The text without invisible and control characters and without outer blanks; inner line breaks stay."""
    if text.isprintable() and not ("\u3164" in text or "\u115f" in text or "\u1160" in text):
        return text.strip()
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _DROPPED.sub("", text).strip().strip("\u200d").strip()


def is_empty(text: str) -> bool:
    """Whether nothing is left of the text when it is clean; a letter, digit or Chinese sign in front settles it."""
    return not (text[:1].isalnum() and text[0] not in _FILLERS) and not clean(text)


@lru_cache(maxsize=_REMEMBERED)
def folded(text: str) -> str:
    """The form in which words are compared: full-width folded, no blanks at all, no case."""
    return "".join(unicodedata.normalize("NFKC", clean(text)).split()).casefold()


@lru_cache(maxsize=_REMEMBERED)
def heading_key(text: str) -> str:
    """The form in which headings are compared: folded, without colons, stars and full stops."""
    return _DECORATION.sub("", folded(text))


@lru_cache(maxsize=_REMEMBERED)
def bare_heading(text: str) -> str:
    """A heading without what stands in brackets: `用电量（kWh）` → `用电量`."""
    return heading_key(_BRACKETS.sub("", unicodedata.normalize("NFKC", clean(text))))


def bracketed(text: str) -> str | None:
    """What stands in the last brackets of a heading, or None."""
    found = _BRACKETS.findall(unicodedata.normalize("NFKC", clean(text)))
    return clean(found[-1][1:-1]) if found else None


def shown(text: str) -> str:
    """The client's text for a message: one line, shortened."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def listed(words: Iterable[str]) -> str:
    """Words joined as a Chinese list."""
    return "、".join(words)
