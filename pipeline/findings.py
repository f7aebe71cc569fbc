"""Findings: faults in data are values, not exceptions.

A `Finding` says what is wrong (a code of the catalogue or the id of a pack's rule), how grave it is, about which
field, indicator or criterion, and in which cell. The Chinese words stand in `messages.py`, one entry a code; tests
compare codes, never sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class LvbaoError(Exception):
    """Base of the exceptions that end a command: the message is for the user, in Chinese."""


class UnreadableFile(LvbaoError):
    """A file cannot be opened, is unsafe or is not what its name says. `code` is its entry in the catalogue."""

    def __init__(self, message: str, code: str = "unreadable") -> None:
        self.code = code
        super().__init__(message)


class PackError(LvbaoError):
    """A standard pack is faulty; `problems` lists every fault with file and line."""

    def __init__(self, pack: str, problems: Iterable[str]) -> None:
        self.pack = pack
        self.problems = tuple(problems)
        super().__init__(
            f"标准包 {pack} 有 {len(self.problems)} 处错误：\n" + "\n".join(f"  {p}" for p in self.problems)
        )


class Severity(StrEnum):
    """What a finding forbids: an error blocks the final report, a warning is listed in its annex, a note is silent.

    Explained is a warning that the client has confirmed in the workbook: it is listed in the annex with the client's words.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    EXPLAINED = "explained"


SEVERITY_WORDS: Mapping[Severity, str] = {
    Severity.ERROR: "错误",
    Severity.WARNING: "提示",
    Severity.NOTE: "说明",
    Severity.EXPLAINED: "已说明",
}
SILENT: frozenset[Severity] = frozenset({Severity.NOTE, Severity.EXPLAINED})
"""Nothing is to be done about these."""


@dataclass(frozen=True, slots=True)
class CellRef:
    """Where a value stands, as the form-filler sees it. `cell` may be empty for a whole sheet."""

    file: str
    sheet: str = ""
    cell: str = ""
    label: str = ""

    def __str__(self) -> str:
        place = f"{self.sheet}!{self.cell}" if self.cell else (self.sheet or self.file)
        return f"{place}（{self.label}）" if self.label else place


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. `details` are the words put into the message; `blocks` names what cannot be done because of it;
    `explanation` is the client's own, where there is one; `stage` is that of a rule that has a life-cycle."""

    code: str
    severity: Severity
    subject: str
    where: CellRef | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    blocks: tuple[str, ...] = ()
    message: str = ""
    fix: str = ""
    why: str = ""
    explanation: str = ""
    stage: str = ""

    @property
    def sort_key(self) -> tuple[int, str, tuple[int, int], str]:
        """Errors first, then by sheet and cell, then by code."""
        order = tuple(Severity).index(self.severity)
        where = self.where or CellRef("")
        return order, where.sheet, cell_order(where.cell), self.code


def cell_order(cell: str) -> tuple[int, int]:
    """(row, column) of an address like `D14`, so that D9 comes before D14; (0, 0) without address."""
    first = cell.split(":", 1)[0]
    letters = "".join(c for c in first if c.isalpha())
    digits = "".join(c for c in first if c.isdigit())
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return int(digits or 0), column


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `name` was probably meant to be, or None."""
    import difflib  # imported late: every command imports this module, few look for a likeness

    found = difflib.get_close_matches(name, list(candidates), n=1, cutoff=0.6)
    return found[0] if found else None


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any finding blocks the final report."""
    return any(f.severity is Severity.ERROR for f in findings)
