"""What a command may write over: never one of its inputs, never a file of another kind, never two results into one file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pipeline.findings import LvbaoError

DOCUMENTS: Final = frozenset(
    ".xlsx .xlsm .xls .et .docx .docm .dotx .doc .wps .pptx .pdf .zip .png .jpg .jpeg".split()
)
"""Endings of files that people keep: no page, no record, no list is ever written under such a name."""


def refuse_same(source: Path, target: Path) -> None:
    """Raises LvbaoError when both names mean the same file."""
    if is_same(source, target):
        raise LvbaoError(f"{target} 就是输入的文件，不能覆盖；请换一个文件名。")


def refuse_inputs(inputs: Iterable[Path], targets: Iterable[Path]) -> None:
    """Raises LvbaoError when a result would be written over an input, or two results into one file."""
    sources, written = list(inputs), list(targets)
    for number, target in enumerate(written):
        for source in sources:
            refuse_same(source, target)
        if any(is_same(other, target) for other in written[:number]):
            raise LvbaoError(f"两项结果都要写到 {target}；请给它们各取一个文件名。")


def refuse_document(target: Path, option: str) -> None:
    """Raises LvbaoError when text would be written under the name of a document: `option` is where it was named."""
    if target.suffix.lower() in DOCUMENTS:
        raise LvbaoError(
            f"{option} 写的是文本文件（网页、JSON 等），文件名不能以 {target.suffix} 结尾，这里是 {target.name}；请换一个文件名。"
        )


def is_same(one: Path, other: Path) -> bool:
    """Whether two names mean the same file, through links and in any spelling."""
    try:
        return one.resolve() == other.resolve() or (other.exists() and one.samefile(other))
    except OSError:
        return False  # what cannot be looked at is told when it is read or written
