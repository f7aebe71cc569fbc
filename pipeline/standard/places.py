"""Where each item of a pack stands: for messages to pack authors, which name file and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.standard.nodes import Mapping_, Place, Sequence_

Key = tuple[str, str, str]
"""File, name of the list (`fields`, `criteria` …), id; columns as `table.column`."""


CASES = "cases"
"""The list of worked cases, known by their names wherever they stand; also what its places are called as a file."""


@dataclass(frozen=True, slots=True)
class Places:
    """The place of each item that has an id, and of each key of a file's top."""

    items: Mapping[Key, Place] = field(default_factory=dict)

    def at(self, file: str, kind: str, id_: str) -> str:
        """`intake.yaml 第 21 行`, or the file alone where the item is not known (made by the program)."""
        place = self.items.get((file, kind, id_))
        if place is None and file == "intake.yaml":
            place = self.items.get(("verification.yaml", kind, id_))
        return str(place) if place is not None else file

    def top(self, file: str, key: str) -> str:
        """The place of a key of the file's top."""
        return self.at(file, "", key)


def places_in(file: str, content: Any) -> dict[Key, Place]:
    """The places of every item with an id, in the content of one file; the first of doubled ids."""
    found: dict[Key, Place] = {}
    if isinstance(content, Mapping_):
        for key, place in content.places.items():
            found.setdefault((file, "", key), place)
    _walk(file, content, "", "", found)
    return found


def _walk(file: str, content: Any, kind: str, owner: str, found: dict[Key, Place]) -> None:
    if isinstance(content, Mapping_):
        id_ = content.get("name" if kind == CASES else "id")
        if isinstance(id_, str):
            name = f"{owner}.{id_}" if kind == "columns" and owner else id_
            found.setdefault((CASES if kind == CASES else file, kind, name), content.place)
            owner = id_
        for key, value in content.items():
            _walk(file, value, key, owner, found)
    elif isinstance(content, Sequence_):
        for item in content:
            _walk(file, item, kind, owner, found)
