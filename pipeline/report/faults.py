"""What can be wrong with a template, and where it stands."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A spot of a template as its author sees it: part, chapter, paragraph or table row."""

    part: str
    heading: str = ""
    text: str = ""

    def __str__(self) -> str:
        pieces = [self.part]
        if self.heading:
            pieces.append(f"“{_short(self.heading, 30)}”一节")
        if self.text:
            pieces.append(f"“{_short(self.text, 60)}”")
        return " · ".join(pieces)


@dataclass(frozen=True)
class TemplateFault:
    """One fault of a template.

    `code` is one of: unknown_name, wrong_type, syntax, unclosed, structure, lost_text, forbidden, unsafe,
    too_big, not_well_formed, unknown_equation. `near` is the nearest known name, "" when there is none.
    """

    code: str
    message: str
    place: Place
    tag: str = ""
    near: str = ""

    def __str__(self) -> str:
        tag = f"：{self.tag}" if self.tag else ""
        near = f"（是不是 {self.near}？）" if self.near else ""
        return f"{self.place}{tag}：{self.message}{near}"


def nearest_name(name: str, known: Iterable[str]) -> str:
    """The known name most like `name`, or ""."""
    found = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return found[0] if found else ""


def _short(text: str, length: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"
