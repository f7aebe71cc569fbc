"""A part rendered by Jinja itself: what the compiled form does not know, and what went wrong told as a fault."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator, Mapping
from typing import Any, Final

from jinja2 import TemplateError
from markupsafe import Markup, escape

from pipeline.report.faults import Place, TemplateFault
from pipeline.report.merge.analysis import NUMBER
from pipeline.report.merge.plan import Program
from pipeline.report.merge.runtime import MAX_OUTPUT, Beyond, cleaned, numbers
from pipeline.report.safety import part_label
from pipeline.report.sandbox import Budget, ReportEnvironment, guarded, printed

_PLACE: Final = re.compile("\x01(\\d+);")


def rendered(program: Program, context: Mapping[str, Any]) -> tuple[bytes | None, tuple[TemplateFault, ...]]:
    """The text of a part, or None and the fault."""
    environment = ReportEnvironment()
    environment.finalize = _printed
    label = part_label(program.name)
    try:
        pieces, size = [], 0
        for piece in environment.from_string(program.source).generate(guarded(context, Budget(), cleaned)):
            pieces.append(piece)
            size += len(piece)
            if size > MAX_OUTPUT:
                raise Beyond
        return b"".join(_filled(program, "".join(pieces))), ()
    except Beyond:
        return None, (TemplateFault("too_big", "渲染结果过大，已停止", Place(label)),)
    except (TemplateError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        code = "unknown_name" if type(error).__name__ == "UndefinedError" else "wrong_type"
        return None, (TemplateFault(code, str(error) or type(error).__name__, _place(program, label, error)),)


def _printed(value: object) -> Markup:
    """A value as it is printed: what a report would print, without the signs of its figures."""
    plain = isinstance(value, str) and not isinstance(value, Markup)
    return escape(str(value)) if plain else printed(value)


def _filled(program: Program, text: str) -> Iterator[bytes]:
    following = numbers(program.first_number)
    for at, piece in enumerate(_PLACE.split(text)):
        if at % 2 == 0:
            yield piece.encode()
            continue
        first, *rest = program.literals[int(piece)].split(NUMBER.encode())
        yield first
        for more in rest:
            yield following().encode()
            yield more


def _place(program: Program, label: str, error: Exception) -> Place:
    """The part, and the tag as it stands in the source."""
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"
    ]
    line = (lines[-1] or 0) if lines else 0
    written = program.source.split("\n")
    return Place(
        label, text=written[line - 1].rpartition("\x01")[0].strip() if 0 < line <= len(written) else ""
    )
