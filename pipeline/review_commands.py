"""What the commands for reviewers do: call the library, print, and say the exit code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.deliver import Options
from pipeline.export import to_json
from pipeline.files import read_bytes, write_bytes, write_text
from pipeline.findings import LvbaoError
from pipeline.review.read import read_report
from pipeline.review.reverse import cell_name, dependents
from pipeline.review.trace import Traced, Tracer
from pipeline.review.workbook import Beside, beside

if TYPE_CHECKING:
    from pipeline.review.refresh import Refreshed


@dataclass(frozen=True)
class Question:
    """What is asked of a trace: one of a printed figure, an indicator, a page, a cell."""

    figure: str | None = None
    indicator: str | None = None
    page: str | None = None
    reverse: str | None = None


@dataclass(frozen=True)
class Outputs:
    """Where a result goes besides the terminal: a page, JSON (`-` is standard output); `everything`: nothing folded."""

    page: Path | None = None
    json: str | None = None
    everything: bool = False


def diff(old: Path, new: Path, baseline: Path | None, out: Outputs, options: Options) -> int:
    """Compares two files; 1 when there are differences that no baseline expects."""
    from pipeline.review.baseline import NO_BASELINE, read_baseline
    from pipeline.review.compare import compare
    from pipeline.review.diff_page import difference_page
    from pipeline.review.diff_text import difference_record, difference_text
    from pipeline.review.side import read_side

    expected = NO_BASELINE if baseline is None else read_baseline(baseline)
    found = compare(read_side(old, options), read_side(new, options), options, expected)
    write(
        out,
        lambda: difference_text(found, everything=out.everything),
        lambda: difference_page(found),
        lambda: difference_record(found),
    )
    return 1 if found.unexpected else 0


def refresh(
    draft: Path,
    workbook: Path,
    target: Path | None,
    out: Outputs,
    options: Options,
    *,
    track: bool,
    force: bool,
) -> int:
    """Renews an edited draft from a corrected workbook; 1 when something has to be looked at by people.

    `force`: though the draft names another enterprise.
    """
    from pipeline.review.redline import redline
    from pipeline.review.refresh.notes import notes_record, notes_text

    if target is not None and target.suffix.lower() != ".docx":
        raise LvbaoError(f"更新稿的文件名应以 .docx 结尾，这里是 {target.name}")
    content = read_bytes(draft, "草稿")
    done = _renewed(content, draft.name, workbook, options, force=force)
    written = redline(content, done.docx).docx if track else done.docx
    target = target or _beside(draft, written)
    write_bytes(target, written)
    to_stdout = out.json == "-"
    click.echo(to_json(notes_record(done.notes)) if to_stdout else notes_text(done.notes), nl=False)
    if out.json is not None and not to_stdout:
        write_text(Path(out.json), to_json(notes_record(done.notes)))
        click.echo(f"已写入 {out.json}")
    click.echo(f"已写入更新稿 {target}" + ("（带修订标记）" if track else ""), err=to_stdout)
    return 1 if any(n.kind == "unsafe" for n in done.notes) else 0


def _renewed(content: bytes, name: str, workbook: Path, options: Options, *, force: bool) -> Refreshed:
    """The draft with what the workbook gives now. Raises LvbaoError, also for the workbook of somebody else."""
    from pipeline.deliver import produce, standard_for
    from pipeline.report_receipt import receipt_inside
    from pipeline.review.read import read_document
    from pipeline.review.refresh import refresh
    from pipeline.review.refresh.same import refuse_other_enterprise, refuse_other_standard

    receipt = receipt_inside(content)
    refuse_other_standard(receipt.inputs.standard, standard_for(workbook, options))
    report, form = receipt.asked.report or None, receipt.asked.form or None
    produced = produce(workbook, replace(options, report=report, form=form, draft=True, page_numbers=False))
    if not force:
        refuse_other_enterprise(read_document(content), produced.evaluation)
    if produced.made is None:
        raise LvbaoError(
            "核查表已过期（录入表在核查之后改动过），不能更新第三方评价报告；请先用 lvbao verify-sheet --from 重新编制核查表。"
        )
    return refresh(content, produced.made.docx, name)


def _beside(draft: Path, content: bytes) -> Path:
    """The file beside a draft for its renewed version: never over one that stands there, people may have written in it."""
    from pipeline.kept import free_name, is_same_or_free

    name = free_name(f"{draft.stem}.更新.docx", content, lambda n, c: is_same_or_free(draft.with_name(n), c))
    return draft.with_name(name)


def redline(old: Path, new: Path, target: Path, *, to_stderr: bool) -> None:
    """Writes the newer report with every difference to the older one as a tracked change."""
    from pipeline.report.errors import PackageError
    from pipeline.review.redline import redline as make

    if {old.suffix.lower(), new.suffix.lower()} != {".docx"}:
        raise LvbaoError("--redline 只能用于两份报告（.docx）。")
    if target.suffix.lower() != ".docx":
        raise LvbaoError(f"修订稿的文件名应以 .docx 结尾，这里是 {target.name}")
    try:
        made = make(read_bytes(old, "报告"), read_bytes(new, "报告"))
    except PackageError as error:
        raise LvbaoError(f"{old.name}、{new.name}：{error}") from None
    write_bytes(target, made.docx)
    click.echo(f"已写入修订稿 {target}：{made.changes} 处修订。", err=to_stderr)


def diff_runs(old: Path, new: Path, out: Outputs, options: Options, jobs: int) -> int:
    """Compares two runs over many clients; 1 when anybody changed."""
    from pipeline.review.batch_diff import compare_runs
    from pipeline.review.batch_page import batch_page, batch_record, batch_text

    found = compare_runs(old, new, jobs, options)
    write(out, lambda: batch_text(found), lambda: batch_page(found), lambda: batch_record(found))
    return 1 if found.changed else 0


def verify(report: Path, workbook: Path, sheet: Path | None, out: Outputs, options: Options) -> int:
    """Checks an edited report against its data; 1 when there are faults."""
    from pipeline.review.verify import verify_report
    from pipeline.review.verify_text import verified_record, verified_text

    found = verify_report(report, workbook, sheet, options)
    write(out, lambda: verified_text(found, everything=out.everything), str, lambda: verified_record(found))
    return 1 if found.faults else 0


def write(
    out: Outputs, text: Callable[[], str], page: Callable[[], str], record: Callable[[], dict[str, Any]]
) -> None:
    """Prints the text, or the JSON in its place, and writes the files asked for."""
    to_stdout = out.json == "-"
    click.echo(to_json(record()) if to_stdout else text(), nl=False)
    if out.page is not None:
        write_text(out.page, page())
        click.echo(f"已写入网页 {out.page}", err=to_stdout)
    if out.json is not None and not to_stdout:
        write_text(Path(out.json), to_json(record()))
        click.echo(f"已写入 {out.json}")


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
