"""Numbers in a text as a reader takes them: with their unit, as years, as parts of a standard's number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from pipeline.units import UnknownUnit, unit

SpotKind = Literal["number", "year", "standard", "code"]
_STANDARD: Final = re.compile(
    r"(?:GB|HG|HJ|JB|AQ|T|DB\d*|ISO|CJ|SH|YD|WS|NB|DL)(?:/[A-Z]+)*\s?\d+(?:\.\d+)*(?:[-—–]\d{4})?"
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d(?=\s?年)")
_DATE: Final = re.compile(r"(?:19|20)\d\d(?:\s?年\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?日)?|-\d{1,2}-\d{1,2})")
_NUMBER: Final = re.compile(r"(?<![\dA-Za-z.])[-−]?\d[\d,]*(?:\.\d+)?(?![\dA-Za-z]*[-—–/]\d)")
_CODE: Final = re.compile(r"[A-Za-z〔（(]\s?\d+[A-Za-z\d-]*")
_UNIT: Final = re.compile(
    r"\s?(%|‰|℃|[万亿]?[A-Za-zµ²³₂0-9·/()]*[A-Za-z²³][A-Za-zµ²³₂0-9·/()]*(?:/[\u4e00-\u9fff]{1,2})?|[万亿]?[\u4e00-\u9fff]{1,2}(?:/[A-Za-z²³\u4e00-\u9fff]+)?)"
)
_COUNTERS: Final = frozenset("人名个台套项次座条户家栋吨件批份处间亩元倍级层点天日月年h路艘辆只根")
_WRITTEN: Final = {"tCO₂": "tCO2", "kgCO₂": "kgCO2"}


@dataclass(frozen=True, slots=True)
class Spot:
    """A number in a text: where, what kind, the unit behind it ("" for none)."""

    start: int
    end: int
    text: str
    kind: SpotKind
    unit: str = ""


def spots(text: str) -> Iterator[Spot]:
    """The numbers of a text in order."""
    taken: list[tuple[int, int]] = []
    found: list[Spot] = []
    for pattern, kind in ((_STANDARD, "standard"), (_DATE, "year"), (_YEAR, "year"), (_NUMBER, "number")):
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(a < end and start < b for a, b in taken):
                continue
            taken.append((start, end))
            unit_ = unit_after(text, end) if kind == "number" else ""
            found.append(Spot(start, end, match.group(), kind, unit_))  # type: ignore[arg-type]
    yield from sorted(found, key=lambda s: s.start)


def unit_after(text: str, at: int) -> str:
    """The unit that stands behind a number, "" when there is none."""
    match = _UNIT.match(text, at)
    if match is None:
        return ""
    words = match.group(1).rstrip("(")
    for length in range(len(words), 0, -1):
        if is_unit(words[:length]):
            return words[:length]
    return ""


@lru_cache(maxsize=4096)
def is_unit(text: str) -> bool:
    """Whether a text is a unit that lvbao knows, or a Chinese counter."""
    if text in _COUNTERS:
        return True
    plain = text
    for written, known in _WRITTEN.items():
        plain = plain.replace(written, known)
    try:
        unit(plain)
    except UnknownUnit:
        return False
    return not plain.isdigit()


def units_in(text: str) -> tuple[str, ...]:
    """The units in brackets of a heading (`产量（t）`), and a text that is nothing but a unit."""
    inner = re.findall(r"[（(]([^（()）]+)[)）]", text)
    found = [i.strip() for i in inner if is_unit(i.strip())]
    return (*found, text.strip()) if text.strip() and is_unit(text.strip()) else tuple(found)
