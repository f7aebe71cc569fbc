"""What the commands for reviewers do: call the library, print, and say the exit code."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from pathlib import Path

import click

from pipeline.export import to_json
from pipeline.files import write_text
from pipeline.findings import LvbaoError
from pipeline.review.read import read_report
from pipeline.review.reverse import cell_name, dependents
from pipeline.review.trace import Traced, Tracer
from pipeline.review.workbook import Beside, beside


@dataclass(frozen=True)
class Question:
    """What is asked of a trace: one of a printed figure, an indicator, a page, a cell."""

    figure: str | None = None
    indicator: str | None = None
    page: str | None = None
    reverse: str | None = None


def trace(
    report: Path, asked: Question, workbook: Path | None, page_file: Path | None, *, as_json: bool
) -> None:
    """Prints where figures come from, or what depends on a cell."""
    from pipeline.review import trace_text as words

    if sum(part is not None for part in astuple(asked)) > 1:
        raise LvbaoError("数值、--indicator、--page、--reverse 一次只能用一个。")
    document = read_report(report)
    tracer = Tracer(document)
    side = beside(document, workbook) if workbook is not None else None
    if page_file is not None:
        from pipeline.review.trace_page import trace_page

        write_text(page_file, trace_page(tracer))
        click.echo(f"已写入网页 {page_file}", err=as_json)
        if not any(astuple(asked)):
            return
    if asked.reverse is not None:
        click.echo(_reverse(tracer, asked.reverse, side, as_json=as_json), nl=False)
        return
    traced = _ask(tracer, asked)
    click.echo(
        to_json(words.traced_record(document, traced))
        if as_json
        else words.traced_text(document, traced, side),
        nl=False,
    )


def _ask(tracer: Tracer, asked: Question) -> Traced:
    if asked.figure is not None:
        return tracer.by_text(asked.figure)
    if asked.indicator is not None:
        return tracer.by_name(asked.indicator)
    return tracer.on_page(asked.page.strip()) if asked.page is not None else tracer.overview()


def _reverse(tracer: Tracer, cell: str, side: Beside | None, *, as_json: bool) -> str:
    from pipeline.review import trace_text as words

    try:
        found = dependents(tracer, cell)
    except LvbaoError:
        place = cell_name(cell)
        if side is None or as_json or side.cell(place) is None:
            raise
        return words.text_uses(tracer.document, side, place)
    if as_json:
        return to_json(words.dependents_record(tracer.document, found))
    return words.dependents_text(tracer.document, found, side)
