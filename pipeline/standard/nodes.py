"""The content of a YAML file with the line of each key and item; what reads files is `yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a pack."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file} 第 {self.line} 行"


class Mapping_(dict[str, Any]):
    """A mapping that knows the line of each key."""

    place: Place
    places: dict[str, Place]


class Sequence_(list[Any]):
    """A list that knows the line of each item."""

    place: Place
    places: list[Place]
