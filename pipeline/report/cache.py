"""Compiled templates on the disk (`pipeline.cache`).

They are kept in Python's own `marshal` form of constants and code objects, like the files in `__pycache__`. `marshal` was
chosen over source text because compiling the source of a large template costs as much as twenty reports; over pickle
because it can hold no foreign objects. The name of a file is made from the template and from the versions of Python,
Jinja and of our own compiler.
"""

from __future__ import annotations

import marshal
import os
from functools import cache
from pathlib import Path
from typing import Any

from pipeline import cache as disk


def load(template_digest: str, kind: str) -> Any:
    """What was kept of a template under a kind; None when there is nothing, or nothing to be trusted."""
    content = disk.read(_name(template_digest, kind))
    if content is None:
        return None
    try:
        return marshal.loads(content)
    except (ValueError, EOFError, TypeError):
        return None


def store(template_digest: str, kind: str, plain: Any) -> None:
    """Keep plain data (text, bytes, numbers, code, tuples, lists, dicts)."""
    disk.write(_name(template_digest, kind), marshal.dumps(plain))


def _name(template_digest: str, kind: str) -> str:
    return disk.name_of(kind, template_digest, _versions())


@cache
def _versions() -> str:
    """Python, Jinja, and our own sources; read without importing any of them."""
    return f"{disk.versions(Path(__file__).resolve().parent.rglob('*.py'))} {_jinja()}"


def _jinja() -> str:
    from importlib.machinery import PathFinder

    spec = PathFinder.find_spec("jinja2")
    if spec is None or spec.origin is None:
        return ""
    folder = Path(spec.origin).parent.parent
    with os.scandir(folder) as entries:
        return " ".join(sorted(e.name for e in entries if e.name.lower().startswith("jinja2-")))
