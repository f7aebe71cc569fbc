"""Loaded packs on the disk (`pipeline.cache`), so that a new process need not read, bind and check the same files again.

A pack is thousands of small frozen records; `pickle` restores them in a tenth of the time that reading their YAML takes.
Pickle by itself would import and call whatever a file names. Here it may name the records of a pack and the few plain
types in them, nothing else, in files that are read only when the user alone can have written them.
"""

from __future__ import annotations

import io
import pickle
from dataclasses import is_dataclass
from functools import cache as once
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from pipeline import cache as disk
from pipeline.standard.types import Standard

_KIND: Final = "pack"
_MOST: Final = 24
"""Packs kept at a time; each is half a megabyte."""
_HERE = Path(__file__).resolve().parent
_FOLDERS: Final = ("standard", "formula")
_MODULES: Final = ("cache", "findings", "memo", "quantity", "resources", "units")
"""What a loaded pack follows from, beside its files: these sources. A test compares them with what loading imports."""
_RECORDS: Final = ("pipeline.standard.", "pipeline.units", "pipeline.formula.")
_PLAIN: Final = frozenset(
    {
        ("decimal", "Decimal"),
        ("pathlib", "PosixPath"),
        ("pathlib", "WindowsPath"),
        ("pipeline.standard.nodes", "Mapping_"),
        ("pipeline.standard.nodes", "Sequence_"),
    }
)


def load(*follows_from: str) -> Standard | None:
    """The pack that was kept for these texts (its digests, its folders), None when there is none."""
    name = _name(follows_from)
    content = None if name is None else disk.read(name)
    if content is None:
        return None
    try:
        found = _Records(io.BytesIO(content)).load()
    except (
        pickle.UnpicklingError,
        AttributeError,
        ImportError,
        EOFError,
        LookupError,
        TypeError,
        ValueError,
    ):
        return None
    return found if isinstance(found, Standard) else None


def store(standard: Standard, *follows_from: str) -> None:
    """Keeps a pack; one that holds anything but records and plain values is loaded anew every time."""
    name = _name(follows_from)
    if name is None:
        return
    try:
        content = pickle.dumps(standard, protocol=5)
        _Records(io.BytesIO(content)).load()
    except (pickle.PicklingError, pickle.UnpicklingError, TypeError, AttributeError, RecursionError):
        return
    disk.write(name, content, most=_MOST)


def load_base(digest: str) -> str | None:
    """The base that a standard.yaml of this digest names ("" for none); None when that was not kept."""
    name = _name((digest,), "base")
    content = None if name is None else disk.read(name)
    return None if content is None else content.decode("utf-8")


def store_base(base: str, digest: str) -> None:
    """Keeps which base a standard.yaml names."""
    name = _name((digest,), "base")
    if name is not None:
        disk.write(name, base.encode("utf-8"), most=_MOST * 8)


class _Records(pickle.Unpickler):
    """Restores the records of a pack and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """A record of ours, or one of the few plain types."""
        if (module, name) in _PLAIN:
            return getattr(import_module(module), name)
        if module.startswith(_RECORDS):
            found = getattr(import_module(module), name)
            if isinstance(found, type) and is_dataclass(found):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no record of a pack")


def sources() -> list[Path]:
    """The program's files that a loaded pack follows from."""
    package = _HERE.parent
    found = [path for folder in _FOLDERS for path in (package / folder).rglob("*.py")]
    return [*found, *(package / f"{module}.py" for module in _MODULES)]


@once
def _versions() -> str | None:
    """None where the program has no source files: then nothing could tell a stale pack."""
    try:
        return disk.versions(sources())
    except OSError:
        return None


def _name(follows_from: tuple[str, ...], kind: str = _KIND) -> str | None:
    versions = _versions()
    return None if versions is None else disk.name_of(kind, *follows_from, versions)
