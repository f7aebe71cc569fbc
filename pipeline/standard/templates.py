"""Where the Word template of a report lies: in the pack's own folder, in that of its base, or among the shipped ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.resources import report_templates_folder
from pipeline.standard.types import Report, Standard


def template_path(standard: Standard, name: str) -> Path:
    """The template called `name` in standard.yaml; the shipped place when it is nowhere."""
    shipped = report_templates_folder() / name
    return next((path for f in standard.folders if (path := f / name).is_file()), shipped)


def templates_of(report: Report) -> Iterator[str]:
    """The names of a report's templates: its only one, or those of its official forms."""
    yield from (name for name in (report.template, *report.forms.values()) if name)
