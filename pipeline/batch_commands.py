"""`lvbao batch`: many clients at once. Prints, and says the exit code; the work is done by `pipeline/batch/`."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from pipeline.batch.job import Job, State
from pipeline.batch.limits import Limits
from pipeline.batch.lock import locked
from pipeline.batch.manifest import FOLDER, Manifest
from pipeline.batch.pool import WorkerPool
from pipeline.batch.progress import Progress, progress
from pipeline.batch.run import Batch, Done, Runner, Task, jobs_of, name_of
from pipeline.batch.storage import Remote, cache_folder, is_url, mirror_name
from pipeline.clients import find_clients
from pipeline.deliver import Options
from pipeline.files import CannotWrite, read_bytes
from pipeline.findings import LvbaoError, nearest
from pipeline.resources import find_standard, standard_ids
from pipeline.show import printable, table_text
from pipeline.standard import load_standard

FINE, FOUND = 0, 1
MOST_JOBS = 8
MOST_LINES = 60
"""Longer tables stand in 汇总.xlsx only."""
MOST_NAMES = 3
HEADER = ("客户", "状态", "基本要求", "原文部分得分", "全表得分（暂拟）", "错误", "提示", "报告")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a batch. `jobs`: how many at once, None: as many as there are processors."""

    reports: Sequence[str] = ()
    jobs: int | None = None
    again: bool = False
    limits: Limits = field(default_factory=Limits)
    cluster: str | None = None


def batch(places: Sequence[str], output: str, options: Options, asked: Asked) -> int:
    """Evaluates every client; one client's failure never stops another's. Places and output may be URLs."""
    check_reports(options, asked.reports)
    if options.template is not None:
        if len(asked.reports) > 1:
            raise LvbaoError("--template 只能用于一种报告，请分几次运行。")
        read_bytes(options.template, "模板")
    if not is_url(output):
        return _batch(places, Path(output), options, asked, None)
    remote, mirror = Remote(output), cache_folder(output)
    with remote.locked():
        return _batch(places, mirror, options, asked, remote)


def _batch(places: Sequence[str], output: Path, options: Options, asked: Asked, remote: Remote | None) -> int:
    """A batch over a folder of this machine; `remote` is what it is the copy of."""
    local = [place for place in places if not is_url(place)]
    clients = find_clients(local, output) if len(local) == len(places) else None
    with locked(output):
        if remote is not None:
            remote.fetch(output)
            remote.send(output, remote.unsent(output))
        if clients is None:
            clients = find_clients([_local(place, output) for place in places], output)
        with contextlib.closing(Manifest(output)) as manifest:
            written = (lambda record: remote.send(output, record.files)) if remote is not None else None
            work = Batch(output, options, manifest, asked.again, written)
            code = _worked(
                work,
                [j for c in clients for j in jobs_of(c, options, asked.reports)],
                asked,
                len(clients),
                remote,
            )
        if remote is not None:
            remote.send_manifest(output)
        return code


def _local(place: str, output: Path) -> str | Path:
    """The place itself, or the copy of what is behind a URL."""
    if not is_url(place):
        return place
    mirror = output / FOLDER / "inputs" / mirror_name(place)
    Remote(place).fetch(mirror)
    return mirror


def _worked(work: Batch, jobs: Sequence[Job], asked: Asked, clients: int, remote: Remote | None) -> int:
    recovered = work.recover()
    if recovered:
        click.echo(f"上次中断时正在写的 {recovered} 份结果已补齐。")
    tasks = work.plan(jobs)
    done, stopped = _do(work, tasks, asked)
    stopped = stopped or _summarise(work, done)
    _table(done)
    place = remote.url if remote else str(work.output)
    where = f"结果在 {place}，汇总" + ("没有更新" if stopped else "见其中的 汇总.xlsx 和 汇总.html")
    _tell(done, tasks, clients, work, where)
    if stopped is not None:
        click.echo(f"错误：{printable(stopped)}", err=True)
        click.echo("已中止。已完成的结果都在；排除原因后重新运行同一命令，会接着做。", err=True)
    return FINE if stopped is None and all(d.state.fine for d in done) else FOUND


def _summarise(work: Batch, done: Sequence[Done]) -> str | None:
    """Writes 汇总.xlsx and 汇总.html; why that could not be done."""
    from pipeline.batch.summary import summarise  # pandas: a third of a second
    from pipeline.batch.summary_book import FILE, summary_book
    from pipeline.batch.summary_page import FILE as PAGE
    from pipeline.batch.summary_page import summary_page

    summary = summarise(done)
    try:
        record = work.write_alone({FILE: summary_book(summary), PAGE: summary_page(summary).encode("utf-8")})
    except CannotWrite as error:
        return str(error)
    if record.kept:
        click.echo(f"{record.kept} 有人改过，没有覆盖；新的汇总写在 {'、'.join(record.files)}", err=True)
    return None


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
        runner = _runner(asked, todo)
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


def _runner(asked: Asked, todo: int) -> Runner:
    """Who does the jobs."""
    if asked.cluster is not None:
        from pipeline.batch.cluster import Cluster

        cluster = Cluster(asked.cluster, asked.limits)
        click.echo(f"交给集群 {asked.cluster} 处理，现有 {cluster.size} 个工作位。")
        return cluster
    return WorkerPool(min(asked.jobs or min(os.cpu_count() or 1, MOST_JOBS), todo), asked.limits)


def _show(shown: Progress, done: Done) -> None:
    why = "" if done.reason == "新增" else f"（{done.reason}）"
    fault = not done.state.fine
    shown.done(f"{name_of(done)}：{done.state}{why}", fault)


def _table(done: Sequence[Done]) -> None:
    shown = done if len(done) <= MOST_LINES else [d for d in done if not d.state.fine]
    click.echo()
    if shown:
        click.echo(table_text(HEADER, [_cells(d) for d in shown]))
    if len(shown) < len(done):
        click.echo(f"共 {len(done)} 份，以上只列没有完成的；全部结果见 汇总.xlsx 和 汇总.html。")


def _cells(done: Done) -> Sequence[str]:
    line, record = done.record.line, done.record
    if not line:
        return (name_of(done), record.state, "—", "—", "—", "0", "0", "—")
    return (
        name_of(done),
        record.state,
        line["basic"] or "—",
        _points(line["printed"], line["printed_of"]),
        _points(line["whole"], line["whole_of"]),
        str(line["errors"]),
        str(line["warnings"]),
        record.report or "—",
    )


def _points(score: str, of: str) -> str:
    """`15.95/16`; — for a standard without such points."""
    return f"{score}/{of}" if of not in ("", "0") else "—"


def _tell(done: Sequence[Done], tasks: Sequence[Task], clients: int, work: Batch, shown: str) -> None:
    _messages(done)
    for each in done:
        if each.record.kept:
            click.echo(
                f"{printable(each.record.kept)} 有人改过（或不是由批处理生成的），没有覆盖；"
                f"新的报告写在 {printable(each.record.report)}",
                err=True,
            )
    names = {task.job.client for task in tasks}
    for older in work.leftovers(names):
        click.echo(f"注意：{printable(older)} 是以前生成的，与本次数据可能不符。", err=True)
    if absent := work.absent(names):
        click.echo(
            f"输出文件夹里另有 {len(absent)} 家的结果不在本次之列，保留不动，汇总没有列：{_few(absent)}",
            err=True,
        )
    reports = [d for d in done if d.state.has_report]
    drafts = sum(d.state is State.DRAFT for d in done)
    stale = sum(d.state is State.STALE for d in done)
    refused = f"，核查表过期未出 {stale}" if stale else ""
    failed = len(done) - len(reports) - stale
    left = f"，未处理 {len(tasks) - len(done)}" if len(done) < len(tasks) else ""
    click.echo(
        f"共 {clients} 家：正式报告 {len(reports) - drafts}，草稿 {drafts}，失败 {failed}{refused}{left}。{shown}"
    )


def _messages(done: Sequence[Done]) -> None:
    """Why there is no report; a cause that many clients share is said once."""
    said: dict[str, list[Done]] = {}
    for each in done:
        if each.record.message:
            said.setdefault(each.record.message, []).append(each)
    for message, those in said.items():
        first, *more = message.splitlines()
        click.echo(f"{_few([name_of(d) for d in those])}：{printable(first)}", err=True)
        for line in more:
            click.echo(printable(line), err=True)
        for each in those:
            if each.details:
                click.echo(f"  详情已存入 {_stored(each.details)}，请连同录入表一起反馈。", err=True)


def _few(names: Sequence[str]) -> str:
    """`甲、乙、丙 等 20 份`."""
    more = f" 等 {len(names)} 份" if len(names) > MOST_NAMES else ""
    return printable("、".join(names[:MOST_NAMES])) + more


def _stored(details: str) -> str:
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix="lvbao-", suffix=".log", delete=False
    ) as log:
        log.write(details)
    return log.name
