"""Reports in Word: build templates from text, render them strictly, check what goes out.

The names are imported when they are first asked for: a command that needs none of them does not pay for lxml and Jinja.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.report.build import build_template
    from pipeline.report.errors import PackageError, ReportError, SourceError
    from pipeline.report.facade import Rendered, render_report
    from pipeline.report.faults import Place, TemplateFault
    from pipeline.report.gate import Problem
    from pipeline.report.merge.engine import merge_template
    from pipeline.report.provenance import Figure
    from pipeline.report.template import Template, check_template, render
    from pipeline.report.template_comments import annotate
    from pipeline.report.trace_part import TraceEntry, TracePart, figures, trace_of

_HOMES = {
    "annotate": "template_comments",
    "build_template": "build",
    "PackageError": "errors",
    "ReportError": "errors",
    "SourceError": "errors",
    "Rendered": "facade",
    "render_report": "facade",
    "Place": "faults",
    "TemplateFault": "faults",
    "Problem": "gate",
    "merge_template": "merge.engine",
    "Figure": "provenance",
    "Template": "template",
    "check_template": "template",
    "render": "template",
    "TraceEntry": "trace_part",
    "TracePart": "trace_part",
    "figures": "trace_part",
    "trace_of": "trace_part",
}

__all__ = [
    "Figure",
    "PackageError",
    "Place",
    "Problem",
    "Rendered",
    "ReportError",
    "SourceError",
    "Template",
    "TemplateFault",
    "TraceEntry",
    "TracePart",
    "annotate",
    "build_template",
    "check_template",
    "figures",
    "merge_template",
    "render",
    "render_report",
    "trace_of",
]


def __getattr__(name: str) -> Any:
    """A public name, from the module that defines it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
