"""What a program run leaves on the disk for the next one, beside the user's other caches: read only when nobody else can
have written it.

A file is as trustworthy as those in `__pycache__`: it must lie in a folder of the user's own that nobody else may write
to, be an ordinary file of the user's, and begin with the digest of the rest. Its name is made from everything that its
content follows from, so nothing stale is ever read. `LVBAO_CACHE=off` switches the cache off, `LVBAO_CACHE=folder` puts
it elsewhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

_DIGEST = 32


def read(name: str) -> bytes | None:
    """What was kept under a name; None when there is nothing, or nothing to be trusted."""
    folder = _folder()
    content = None if folder is None else _bytes_of(folder / name)
    if content is None or hashlib.sha256(content[_DIGEST:]).digest() != content[:_DIGEST]:
        return None
    return content[_DIGEST:]


def write(name: str, content: bytes, most: int | None = None) -> None:
    """Keep bytes under a name; a cache that cannot be written is no fault.

    `most`: how many files with the same ending may stand there; the oldest go.
    """
    folder = _folder()
    if folder is None:
        return
    with contextlib.suppress(OSError):
        handle, aside = tempfile.mkstemp(dir=folder)  # readable for the user alone
        with os.fdopen(handle, "wb") as stream:
            stream.write(hashlib.sha256(content).digest() + content)
        os.replace(aside, folder / name)
        if most is not None:
            alike = sorted(folder.glob(f"*{Path(name).suffix}"), key=lambda path: -path.stat().st_mtime_ns)
            for old in alike[most:]:
                old.unlink()


def name_of(kind: str, *follows_from: str) -> str:
    """The name for what follows from these texts."""
    return f"{hashlib.sha256(' '.join(follows_from).encode()).hexdigest()[:40]}.{kind}"


def versions(sources: Iterable[Path]) -> str:
    """A digest of the interpreter and of source files, which are read, not imported."""
    total = hashlib.sha256(sys.version.encode())
    for path in sorted(sources):
        total.update(path.read_bytes())
    return total.hexdigest()


def _folder() -> Path | None:
    """The folder of the cache, made when it is missing; None when it is switched off or others may write to it."""
    wanted = os.environ.get("LVBAO_CACHE", "")
    if wanted == "off":
        return None
    base = os.environ.get("LOCALAPPDATA") if os.name == "nt" else os.environ.get("XDG_CACHE_HOME")
    try:
        folder = Path(wanted) if wanted else Path(base or Path.home() / ".cache") / "lvbao"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
    except (OSError, RuntimeError):
        return None
    return folder if stat.S_ISDIR(status.st_mode) and _ours(status) else None


def _ours(status: os.stat_result) -> bool:
    if os.name == "nt":
        return True
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _bytes_of(path: Path) -> bytes | None:
    """The bytes of an ordinary file of the user's own; links are not followed."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except OSError:
        return None
    with os.fdopen(handle, "rb") as stream:
        status = os.fstat(handle)
        return stream.read() if stat.S_ISREG(status.st_mode) and _ours(status) else None
