"""What a client writes as file names: split into names, and each name into its parts. It is never used as a path."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from pipeline.findings import nearest

_BETWEEN_NAMES = re.compile(r"[、；;\n]")
_BETWEEN_PARTS = re.compile(r"[/\\]")
_ENDING = re.compile(r"\.[a-z0-9]{1,5}$")
_DIGITS = re.compile(r"\d+")
MAX_CANDIDATES: Final = 2_000


def split_names(text: str) -> tuple[str, ...]:
    """The names of one cell, separated by 、 or ；, each once."""
    names = (name.strip() for name in _BETWEEN_NAMES.split(text))
    return tuple(dict.fromkeys(name for name in names if name))


def parts_of(name: str) -> tuple[str, ...] | None:
    """Folder and file names in `name`; None when it is an address or climbs: `..`, `/x`, `C:\\x`, `\\\\server\\x`."""
    parts = [same(part.strip()) for part in _BETWEEN_PARTS.split(name)]
    if not parts[0] or ".." in parts or any(":" in part or "\x00" in part for part in parts):
        return None
    return tuple(part for part in parts if part not in ("", "."))


def same(name: str) -> str:
    """One spelling for names that look the same: file systems differ in how they compose characters."""
    return unicodedata.normalize("NFC", name)


def suggestion(name: str, candidates: Iterable[str]) -> str | None:
    """The existing name that was probably meant: equal but for case and width, else alike and with the same digits.

    Endings do not make names alike: `E01.jpg` may stand for `E01.png`, but never for `E02.jpg`.
    """
    existing = sorted(candidates)[:MAX_CANDIDATES]
    folded = {_folded(candidate): candidate for candidate in reversed(existing)}
    wanted = _folded(name)
    if wanted in folded:
        return folded[wanted]
    stem = _stem(wanted)
    alike = {
        _stem(key): value
        for key, value in folded.items()
        if _DIGITS.findall(_stem(key)) == _DIGITS.findall(stem)
    }
    found = nearest(stem, alike)
    return alike[found] if found else None


def _stem(folded: str) -> str:
    return _ENDING.sub("", folded)


def _folded(name: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name).casefold()).replace("\\", "/")
