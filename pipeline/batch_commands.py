"""`lvbao batch`: many clients at once. Prints, and says the exit code; the work is done by `pipeline/batch/`."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from pipeline.batch.job import DECLARED, VERIFIED, State
from pipeline.batch.limits import Limits
from pipeline.batch.lock import locked
from pipeline.batch.manifest import Manifest
from pipeline.batch.pool import WorkerPool
from pipeline.batch.progress import Progress, progress
from pipeline.batch.run import Batch, Done, Runner, Task, jobs_of
from pipeline.clients import find_clients
from pipeline.deliver import DRAFT_MARK, Options
from pipeline.files import CannotWrite
from pipeline.findings import LvbaoError, nearest
from pipeline.resources import find_standard, standard_ids
from pipeline.show import printable, table_text
from pipeline.standard import load_standard

FINE, FOUND = 0, 1
MOST_JOBS = 8
HEADER = ("客户", "状态", "基本要求", "原文部分得分", "全表得分（暂拟）", "错误", "提示", "报告")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a batch. `jobs`: how many at once, None: as many as there are processors."""

    reports: Sequence[str] = ()
    jobs: int | None = None
    again: bool = False
    limits: Limits = field(default_factory=Limits)


def batch(places: Sequence[str], output: Path, options: Options, asked: Asked) -> int:
    """Evaluates every client; one client's failure never stops another's."""
    check_reports(options, asked.reports)
    clients = find_clients(places, output)
    jobs = [job for client in clients for job in jobs_of(client, options, asked.reports)]
    with locked(output), contextlib.closing(Manifest(output)) as manifest:
        work = Batch(output, options, manifest, asked.again)
        recovered = work.recover()
        if recovered:
            click.echo(f"上次中断时正在写的 {recovered} 份结果已补齐。")
        tasks = work.plan(jobs)
        done, stopped = _do(work, tasks, asked)
        _table(done)
        _tell(done, tasks, len(clients), output)
        if stopped is not None:
            click.echo(f"错误：{printable(stopped)}", err=True)
            click.echo("已中止。已完成的结果都在；排除原因后重新运行同一命令，会接着做。", err=True)
    return FINE if stopped is None and all(d.state.fine for d in done) else FOUND


def check_reports(options: Options, reports: Sequence[str]) -> None:
    """Raises LvbaoError for a report that no pack has: it would fail for every client."""
    names = (options.standard,) if options.standard else standard_ids(options.standards_folder)
    packs = (
        [load_standard(find_standard(name, options.standards_folder)) for name in names] if reports else []
    )
    known = sorted({report.id for pack in packs for report in pack.identity.reports})
    for name in reports:
        if name not in known:
            near = nearest(name, known)
            hint = f"是否为“{near}”？" if near else ""
            raise LvbaoError(f"没有名为“{name}”的报告。{hint}现有：{'、'.join(known)}")


def _do(work: Batch, tasks: Sequence[Task], asked: Asked) -> tuple[list[Done], str | None]:
    """What became of every task, in order; and why the batch stopped early."""
    found = {n: work.done_before(task) for n, task in enumerate(tasks) if not task.reason}
    if found:
        click.echo(f"{len(found)} 份没有变化，沿用已有结果。")
    todo = len(tasks) - len(found)
    stopped: str | None = None
    if todo:
        runner: Runner = WorkerPool(
            min(asked.jobs or min(os.cpu_count() or 1, MOST_JOBS), todo), asked.limits
        )
        try:
            with progress(todo) as shown:
                for number, done in work.run(tasks, runner):
                    found[number] = done
                    _show(shown, done)
        except CannotWrite as error:
            stopped = str(error)
        except KeyboardInterrupt:
            stopped = "已按要求中断"
        finally:
            runner.close()
    return [found[n] for n in sorted(found) if found[n].state is not State.NOT_ASKED], stopped


def _show(shown: Progress, done: Done) -> None:
    why = "" if done.reason == "新增" else f"（{done.reason}）"
    fault = not done.state.fine
    shown.done(f"{name_of(done)}：{done.state}{why}", fault)


def name_of(done: Done) -> str:
    """The client, with the kind of report where it is not the self-evaluation."""
    record = done.record
    kind = {DECLARED: "", VERIFIED: "第三方评价"}.get(
        record.kind, "第三方评价" if record.line.get("verified") else ""
    )
    return f"{record.client}（{kind}）" if kind else record.client


def _table(done: Sequence[Done]) -> None:
    click.echo()
    click.echo(table_text(HEADER, [_cells(d) for d in done]))


def _cells(done: Done) -> Sequence[str]:
    line, record = done.record.line, done.record
    if not line:
        return (name_of(done), record.state, "—", "—", "—", "0", "0", "—")
    return (
        name_of(done),
        record.state,
        line["basic"],
        f"{line['printed']}/{line['printed_of']}",
        f"{line['whole']}/{line['whole_of']}",
        str(line["errors"]),
        str(line["warnings"]),
        record.report or "—",
    )


def _tell(done: Sequence[Done], tasks: Sequence[Task], clients: int, output: Path) -> None:
    for each in done:
        record = each.record
        if record.message:
            click.echo(f"{printable(name_of(each))}：{printable(record.message)}", err=True)
        if each.details:
            click.echo(f"  详情已存入 {_stored(each.details)}，请连同录入表一起反馈。", err=True)
        if record.kept:
            click.echo(
                f"{printable(record.kept)} 有人改过（或不是由批处理生成的），没有覆盖；新的报告写在 {printable(record.report)}",
                err=True,
            )
        for older in _older(each, output):
            click.echo(f"注意：{printable(older)} 是以前生成的，与本次数据可能不符。", err=True)
    reports = [d for d in done if d.state.has_report]
    drafts = sum(d.state is State.DRAFT for d in done)
    stale = sum(d.state is State.STALE for d in done)
    refused = f"，核查表过期未出 {stale}" if stale else ""
    failed = len(done) - len(reports) - stale
    left = f"，未处理 {len(tasks) - len(done)}" if len(done) < len(tasks) else ""
    click.echo(
        f"共 {clients} 家：正式报告 {len(reports) - drafts}，草稿 {drafts}，失败 {failed}{refused}{left}。结果在 {output}"
    )


def _older(done: Done, output: Path) -> list[str]:
    """Another draft or final of the same report, from an earlier run: it stays, but may not fit the data."""
    if not done.reason or not done.state.has_report:
        return []
    path = Path(done.record.report)
    plain = path.stem.replace(DRAFT_MARK, "")
    other = path.with_name(f"{plain if DRAFT_MARK in path.stem else plain + DRAFT_MARK}{path.suffix}")
    return [str(other)] if (output / other).is_file() else []


def _stored(details: str) -> str:
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix="lvbao-", suffix=".log", delete=False
    ) as log:
        log.write(details)
    return log.name
