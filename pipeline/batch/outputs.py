"""Putting results into the output folder: all of a job's files or none, and never over what somebody has edited."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from pipeline.batch.job import sha256
from pipeline.batch.manifest import Manifest, Move, Record
from pipeline.files import put_in_place, write_aside
from pipeline.findings import LvbaoError
from pipeline.kept import EDITABLE, free_names
from pipeline.report_receipt import recorded_digest

ASIDE: Final = ".lvbao-batch-"


class Outputs:
    """The output folder with its manifest."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self._manifest = manifest

    # -- a job's results --------------------------------------------------------------------------------------
    def put(self, record: Record, files: Mapping[str, bytes]) -> Record:
        """Writes a job's files (by name, the report first) and records the job. Raises CannotWrite, nothing half-written."""
        names = self._names(record.client, files)
        moves: list[Move] = []
        try:
            for name, content in files.items():
                path = self.folder / record.client / names[name]
                aside = path.with_name(Path(write_aside(path, content, ASIDE)).name)
                before = self.digest(self._relative(path)) or ""
                moves.append(Move(self._relative(aside), self._relative(path), sha256(content), before))
            kept = [
                _path(record.client, old)
                for old, new in names.items()
                if old != new and old.endswith(EDITABLE)
            ]
            record = replace(record, files={m.path: m.sha256 for m in moves}, kept="、".join(kept))
            self._manifest.begin(record, moves)
        except LvbaoError:
            self._drop(moves, self.folder / record.client)
            raise
        return self._finish(record, moves)

    def _finish(self, record: Record, moves: list[Move]) -> Record:
        written: dict[str, str] = {}
        try:
            for move in moves:
                put_in_place(str(self.folder / move.aside), self.folder / move.path)
                written[move.path] = move.sha256
        except LvbaoError:
            # what was renamed is whole and stays; the job counts as undone and will be made again
            self._manifest.give_up(record.key, written)
            self._drop(moves, self.folder / record.client)
            raise
        self._settle({(self.folder / m.path).parent for m in moves})
        self._manifest.finish(record)
        return record

    def _names(self, client: str, files: Mapping[str, bytes]) -> dict[str, str]:
        return free_names(files, lambda name, content: self._may_write(_path(client, name), sha256(content)))

    def _may_write(self, path: str, wanted: str) -> bool:
        """Whether nothing stands there, or only what we made: by the manifest or by the receipt beside it."""
        found = self.digest(path)
        if found is None or found == wanted or self._manifest.knows(path, found):
            return True
        return recorded_digest(self.folder / path) == found

    # -- after a batch was killed ------------------------------------------------------------------------------
    def recover(self) -> int:
        """Finishes what a killed batch had begun to rename, and clears away what it had not. Returns how many jobs."""
        number = 0
        for record, moves in self._manifest.unfinished():
            number += self._roll_forward(record, moves)
        for aside in self._asides():
            with contextlib.suppress(OSError):
                aside.unlink()
        return number

    def _roll_forward(self, record: Record, moves: list[Move]) -> bool:
        whole = all(m.sha256 in (self.digest(m.aside), self.digest(m.path)) for m in moves)
        # edited in the meantime: what stands there is neither what did when the renaming began nor what was to come
        edited = any((self.digest(m.path) or "") not in (m.before, m.sha256) for m in moves)
        if not whole or edited:
            self._manifest.give_up(
                record.key, {m.path: m.sha256 for m in moves if self.digest(m.path) == m.sha256}
            )
            return False
        self._finish(record, [m for m in moves if self.digest(m.aside) == m.sha256])
        return True

    def _asides(self) -> Iterator[Path]:
        if self.folder.is_dir():
            yield from sorted(self.folder.glob(f"{ASIDE}*.tmp"))
            yield from sorted(self.folder.glob(f"*/{ASIDE}*.tmp"))

    # -- files ------------------------------------------------------------------------------------------------
    def digest(self, path: str) -> str | None:
        """The hash of a file below the output folder; None when there is none."""
        try:
            return sha256((self.folder / path).read_bytes())
        except OSError:
            return None

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def _drop(self, moves: list[Move], folder: Path) -> None:
        for move in moves:
            with contextlib.suppress(OSError):
                (self.folder / move.aside).unlink()
        with contextlib.suppress(OSError):
            folder.rmdir()  # only an empty one goes

    def _settle(self, folders: set[Path]) -> None:
        """Makes the renaming itself safe on the disk, where the system can."""
        if os.name == "nt":
            return
        for folder in sorted(folders):
            with contextlib.suppress(OSError):
                handle = os.open(folder, os.O_RDONLY)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)


def _path(client: str, name: str) -> str:
    """Below the output folder; `.` is the folder itself."""
    return (PurePosixPath(client) / name).as_posix()
