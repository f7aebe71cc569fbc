"""Reports in Word: build templates from text, render them strictly, check what goes out."""

from __future__ import annotations

from pipeline.report.annotate import annotate
from pipeline.report.build import build_template
from pipeline.report.errors import PackageError, ReportError, SourceError
from pipeline.report.facade import Rendered, render_report
from pipeline.report.faults import Place, TemplateFault
from pipeline.report.gate import Problem
from pipeline.report.provenance import Figure
from pipeline.report.template import Template, check_template, render
from pipeline.report.trace_part import TraceEntry, TracePart, figures, trace_of

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
    "render",
    "render_report",
    "trace_of",
]
