"""Compiled templates on disk, beside the user's other caches: read only when nobody else can have written them.

A file holds Python's own `marshal` form of constants and code objects, like the files in `__pycache__`, and is as
trustworthy as those: it must lie in a folder of the user's own that nobody else may write to, be an ordinary file of
the user's, and begin with the digest of the rest. `marshal` was chosen over source text because compiling the source of
a large template costs as much as twenty reports; over pickle because it can hold no foreign objects. The name of a file is
made from the template and from the versions of Python, Jinja and of our own compiler, so nothing stale is ever read.
`LVBAO_CACHE=off` switches the cache off, `LVBAO_CACHE=folder` puts it elsewhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import stat
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

_DIGEST = 32


def load(template_digest: str, kind: str) -> Any:
    """What was kept of a template under a kind; None when there is nothing, or nothing to be trusted."""
    folder = _folder()
    if folder is None:
        return None
    content = _read(folder / _name(template_digest, kind))
    if content is None or hashlib.sha256(content[_DIGEST:]).digest() != content[:_DIGEST]:
        return None
    try:
        return marshal.loads(content[_DIGEST:])
    except (ValueError, EOFError, TypeError):
        return None


def store(template_digest: str, kind: str, plain: Any) -> None:
    """Keep plain data (text, bytes, numbers, code, tuples, lists, dicts); a cache that cannot be written is no fault."""
    folder = _folder()
    if folder is None:
        return
    content = marshal.dumps(plain)
    with contextlib.suppress(OSError):
        handle, aside = tempfile.mkstemp(dir=folder)  # readable for the user alone
        with os.fdopen(handle, "wb") as stream:
            stream.write(hashlib.sha256(content).digest() + content)
        os.replace(aside, folder / _name(template_digest, kind))


def _folder() -> Path | None:
    """The folder of the cache, made when it is missing; None when it is switched off or others may write to it."""
    wanted = os.environ.get("LVBAO_CACHE", "")
    if wanted == "off":
        return None
    base = os.environ.get("LOCALAPPDATA") if os.name == "nt" else os.environ.get("XDG_CACHE_HOME")
    folder = Path(wanted) if wanted else Path(base or Path.home() / ".cache") / "lvbao"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
    except (OSError, RuntimeError):
        return None
    return folder if stat.S_ISDIR(status.st_mode) and _ours(status) else None


def _ours(status: os.stat_result) -> bool:
    if os.name == "nt":
        return True
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _read(path: Path) -> bytes | None:
    """The bytes of an ordinary file of the user's own; links are not followed."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except OSError:
        return None
    with os.fdopen(handle, "rb") as stream:
        status = os.fstat(handle)
        return stream.read() if stat.S_ISREG(status.st_mode) and _ours(status) else None


def _name(template_digest: str, kind: str) -> str:
    return f"{hashlib.sha256(f'{template_digest} {_versions()}'.encode()).hexdigest()[:40]}.{kind}"


@cache
def _versions() -> str:
    """Python, Jinja, and our own sources; read without importing any of them."""
    total = hashlib.sha256(sys.version.encode())
    here = Path(__file__).resolve().parent
    for path in sorted(here.rglob("*.py")):
        total.update(path.read_bytes())
    total.update(_jinja().encode())
    return total.hexdigest()


def _jinja() -> str:
    from importlib.machinery import PathFinder

    spec = PathFinder.find_spec("jinja2")
    if spec is None or spec.origin is None:
        return ""
    folder = Path(spec.origin).parent.parent
    with os.scandir(folder) as entries:
        return " ".join(sorted(e.name for e in entries if e.name.lower().startswith("jinja2-")))
