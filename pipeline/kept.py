"""Never over what somebody has edited: the names that results get where a file stands already.

What the program wrote and nobody has saved since may be written again; beside anything else the new file gets a name of its own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pipeline.report_receipt import receipt_name, recorded_digest

AGAIN: Final = "（重新生成{}）"
EDITABLE: Final = (".docx", ".xlsx", ".html")
"""What people open, and may have edited; records are the program's own."""
MayWrite = Callable[[str, bytes], bool]
"""Whether a file of that name may be (over)written with that content."""


def free_names(files: Mapping[str, bytes], may_write: MayWrite) -> dict[str, str]:
    """The name each file gets: its own, unless another's work stands there; a receipt follows its report."""
    names: dict[str, str] = {}
    for name, content in files.items():
        if name in names:
            continue
        names[name] = free_name(name, content, may_write) if name.endswith(EDITABLE) else name
        if receipt_name(name) in files:
            names[receipt_name(name)] = receipt_name(names[name])
    return names


def free_name(name: str, content: bytes, may_write: MayWrite) -> str:
    """The name itself, or the first of `…（重新生成）`, `…（重新生成2）` that may be written."""
    stem, dot, ending = name.rpartition(".")
    tried = 0
    while True:
        mark = "" if not tried else AGAIN.format("" if tried == 1 else tried)
        candidate = f"{stem}{mark}{dot}{ending}"
        if may_write(candidate, content):
            return candidate
        tried += 1


def is_untouched(path: Path, content: bytes) -> bool:
    """Whether nothing stands at `path`, or `content` itself, or a report that is as the receipt beside it tells."""
    if is_same_or_free(path, content):
        return True
    try:
        return recorded_digest(path) == hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return False  # what cannot be read is not ours to replace


def is_same_or_free(path: Path, content: bytes) -> bool:
    """Whether nothing stands at `path`, or `content` itself. In a folder that cannot be looked into, writing tells why."""
    try:
        return path.read_bytes() == content
    except OSError:
        return not os.path.lexists(path)


def original_name(name: str) -> str:
    """`自评价报告.docx` of `自评价报告（重新生成2）.docx`."""
    stem, dot, ending = name.rpartition(".")
    opening, closing = AGAIN.split("{}")
    before, mark, number = stem.rpartition(opening)
    ours = mark and number.endswith(closing) and (number == closing or number[: -len(closing)].isdigit())
    return f"{before}{dot}{ending}" if ours else name
