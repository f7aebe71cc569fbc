"""The one base class of the report package's exceptions."""

from __future__ import annotations

from pipeline.findings import LvbaoError


class ReportError(LvbaoError):
    """A template, its text source or a document cannot be read or written.

    The message is 简体中文, made for the person who works with the file.
    """


class SourceError(ReportError):
    """A text source is wrong; the message names the line."""

    def __init__(self, message: str, line: int | None = None) -> None:
        place = "" if line is None else f"第 {line} 行："
        super().__init__(f"{place}{message}")
        self.line = line


class PackageError(ReportError):
    """A file is not a Word document that we may open."""
