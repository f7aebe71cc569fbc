"""Where evidence files may lie: beside the workbook and in the folder 附件 there, nowhere else.

A name is looked for among the names that a folder really has; no path is ever made from a client's words.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipeline.evidence.names import MAX_CANDIDATES, same

FOLDER: Final = "附件"


class Outside(Exception):
    """What was found by that name leads out of the folder."""


class EvidenceFolder:
    """The files beside one workbook, listed once."""

    def __init__(self, beside: Path) -> None:
        self._base = beside.resolve()
        self._listed: dict[Path, dict[str, Path]] = {}

    @property
    def exists(self) -> bool:
        """Whether there is a folder 附件."""
        return (self._base / FOLDER).is_dir()

    def find(self, parts: tuple[str, ...]) -> Path | None:
        """The file or folder of that name, first in 附件, then beside the workbook; None when there is none.

        Raises Outside when a link leads elsewhere.
        """
        inner = parts[1:] if parts[:1] == (FOLDER,) else parts
        found = self._descend(self._base / FOLDER, inner) if inner else None
        if found is None and len(parts) == 1:
            found = self._descend(self._base, parts)
        if found is None:
            return None
        try:
            real = found.resolve(strict=True)
        except (OSError, RuntimeError):  # a link to nothing, or in a ring
            return None
        if not real.is_relative_to(self._base / FOLDER) and real.parent != self._base:
            raise Outside(found.name)
        return real

    def shown(self, path: Path) -> str:
        """The name of a found file as it is written in receipts: from the workbook's folder, with `/`."""
        return same(path.relative_to(self._base).as_posix())

    def names(self) -> Iterator[str]:
        """The names that could have been meant: files in 附件 (with their subfolders) and beside the workbook."""
        for number, path in enumerate(self._files(self._base / FOLDER)):
            if number >= MAX_CANDIDATES:
                return
            yield path.relative_to(self._base / FOLDER).as_posix()
        yield from (name for name, path in self._children(self._base).items() if path.is_file())

    def _files(self, folder: Path) -> Iterator[Path]:
        for path in self._children(folder).values():
            if path.is_symlink():
                continue
            if path.is_dir():
                yield from self._files(path)
            elif path.is_file():
                yield path

    def _descend(self, folder: Path, parts: tuple[str, ...]) -> Path | None:
        at = folder
        for part in parts:
            found = self._children(at).get(part)
            if found is None:
                return None
            at = found
        return at

    def _children(self, folder: Path) -> dict[str, Path]:
        if folder not in self._listed:
            try:
                listed = sorted(folder.iterdir())
            except OSError:
                listed = []
            self._listed[folder] = {same(path.name): path for path in listed if _is_text(path.name)}
        return self._listed[folder]


def _is_text(name: str) -> bool:
    """Whether a name can be written at all: file systems also hold names that are no Unicode."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
