"""The words of one finding code."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.findings import Severity

ERROR, WARNING, NOTE, EXPLAINED = Severity


@dataclass(frozen=True, slots=True)
class Message:
    """The words of one code."""

    severity: Severity
    text: str
    fix: str
    why: str = ""
