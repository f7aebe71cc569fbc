"""`lvbao batch`: many clients at once. Prints, and says the exit code; the work is done by `pipeline/batch/`."""

from __future__ import annotations

import contextlib
import os
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from pipeline.batch.asked import check_asked, check_opens
from pipeline.batch.job import Job, State
from pipeline.batch.limits import Limits
from pipeline.batch.lock import locked
from pipeline.batch.manifest import FOLDER, Manifest
from pipeline.batch.pool import WorkerPool
from pipeline.batch.progress import Progress, progress
from pipeline.batch.run import Batch, Done, Runner, Task, jobs_of
from pipeline.batch.storage import Remote, cache_folder, is_url, mirror_name
from pipeline.clients import Found, find_clients
from pipeline.deliver import Options
from pipeline.files import CannotWrite
from pipeline.findings import LvbaoError
from pipeline.show import printable, table_text

FINE, FOUND = 0, 1
MOST_JOBS = 8
MOST_LINES = 60
"""Longer tables stand in 汇总.xlsx only."""
MOST_NAMES = 3
MOST_PASSED = 20
HEADER = ("客户", "状态", "基本要求", "原文部分得分", "全表得分（暂拟）", "错误", "提示", "报告")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a batch. `jobs`: how many at once, None: as many as there are processors."""

    reports: Mapping[str, str] = field(default_factory=dict)
    """Ids of reports, and what people call them where that has to be said."""
    jobs: int | None = None
    again: bool = False
    limits: Limits = field(default_factory=Limits)
    cluster: str | None = None


def batch(places: Sequence[str], output: str, options: Options, asked: Asked) -> int:
    """Evaluates every client; one client's failure never stops another's. Places and output may be URLs."""
    if not output.strip():
        raise LvbaoError("没有写明输出文件夹，请在 -o 后面写上。")
    asked = replace(asked, reports=check_asked(options, asked.reports))
    if options.template is not None:
        if len(asked.reports) > 1:
            raise LvbaoError("--template 只能用于一种报告，请分几次运行。")
        check_opens(options.template)
    if not is_url(output):
        return _batch(places, Path(output), options, asked, None)
    remote, mirror = Remote(output), cache_folder(output)
    with remote.locked():
        return _batch(places, mirror, options, asked, remote)


def _batch(places: Sequence[str], output: Path, options: Options, asked: Asked, remote: Remote | None) -> int:
    """A batch over a folder of this machine; `remote` is what it is the copy of."""
    local = [place for place in places if not is_url(place)]
    found = find_clients(local, output) if len(local) == len(places) else None
    with locked(output):
        if remote is not None:
            remote.fetch(output)
            remote.send(output, remote.unsent(output))
        if found is None:
            found = find_clients([_local(place, output) for place in places], output)
        with contextlib.closing(Manifest(output)) as manifest:
            written = (lambda record: remote.send(output, record.files)) if remote is not None else None
            work = Batch(output, options, manifest, asked.again, written)
            code = _worked(
                work,
                [j for c in found.clients for j in jobs_of(c, options, asked.reports)],
                asked,
                found,
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


def _worked(work: Batch, jobs: Sequence[Job], asked: Asked, found: Found, remote: Remote | None) -> int:
    recovered = work.recover()
    if recovered:
        click.echo(f"上次中断时正在写的 {recovered} 份结果已补齐。")
    tasks = work.plan(jobs)
    every, stopped = _do(work, tasks, asked)
    done = [d for d in every if d.state is not State.NOT_ASKED]
    told = _summarise(work, done) if stopped is None else Told("汇总没有更新")
    stopped = stopped or told.fault
    _table(done)
    place = remote.url if remote else str(work.output)
    _not_asked(every)
    _passed_over(found)
    _tell(done, tasks, len(tasks) - len(every), work)
    reports = _counts(done)
    left = f"，未处理 {len(tasks) - len(every)}" if len(every) < len(tasks) else ""
    click.echo(f"共 {len(found.clients)} 家：{reports}{left}。结果在 {place}，{told.where}")
    if stopped is not None:
        click.echo(f"错误：{printable(stopped)}", err=True)
        click.echo("已中止。已完成的结果都在；排除原因后重新运行同一命令，会接着做。", err=True)
    return FINE if stopped is None and all(d.state.fine for d in done) else FOUND


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the summary, in words; `fault`: why it could not be written."""

    where: str
    fault: str | None = None


def _summarise(work: Batch, done: Sequence[Done]) -> Told:
    """Writes 汇总.xlsx and 汇总.html."""
    from pipeline.batch.summary import summarise  # pandas: a third of a second
    from pipeline.batch.summary_book import FILE, summary_book
    from pipeline.batch.summary_page import FILE as PAGE
    from pipeline.batch.summary_page import summary_page

    try:
        summary = summarise(done)
        files = {FILE: summary_book(summary), PAGE: summary_page(summary).encode("utf-8")}
        record = work.write_alone(files)
    except CannotWrite as error:
        return Told("汇总没有更新", str(error))
    except Exception:  # the reports are there: a fault of ours in their summary is not to hide them
        details = _stored(traceback.format_exc())
        return Told("汇总没有更新", f"写汇总时程序内部出错，报告不受影响；详情已存入 {details}，请反馈")
    if record.kept:
        click.echo(f"{record.kept} 有人改过，没有覆盖。", err=True)
    return Told(f"汇总见其中的 {' 和 '.join(record.files)}")


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
    return [found[n] for n in sorted(found)], stopped


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
    shown.done(f"{done.name}：{done.state}{why}", fault)


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
        return (done.name, record.state, "—", "—", "—", "—", "—", "—")
    return (
        done.name,
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


def _not_asked(every: Sequence[Done]) -> None:
    """Clients without the sheet that the report they were asked for rests on."""
    if without := [d.name for d in every if d.state is State.NOT_ASKED]:
        click.echo(f"没有核查表，不出这种报告：{_few(without)}", err=True)


def _passed_over(found: Found) -> None:
    """What looks like a client and was not taken for one."""
    for passed in found.passed_over[:MOST_PASSED]:
        click.echo(f"没有处理 {printable(str(passed.path))}：{passed.why}。", err=True)
    if (more := len(found.passed_over) - MOST_PASSED) > 0:
        click.echo(f"没有处理的另有 {more} 处。", err=True)


def _tell(done: Sequence[Done], tasks: Sequence[Task], left: int, work: Batch) -> None:
    _messages(done)
    for each in done:
        if each.record.kept:
            click.echo(
                f"{printable(each.record.kept)} 有人改过（或不是由批处理生成的），没有覆盖；"
                f"新的报告写在 {printable(each.record.report)}",
                err=True,
            )
    for older in work.leftovers([task.job for task in tasks]):
        click.echo(f"注意：{printable(older)} 是以前生成的，与本次数据可能不符。", err=True)
    if absent := work.absent({task.job.client for task in tasks}):
        click.echo(
            f"输出文件夹里另有 {len(absent)} 家的结果不在本次之列，保留不动，汇总没有列：{_few(absent)}",
            err=True,
        )
    for enterprise, names in _same_enterprise(done):
        click.echo(
            f"注意：{_few(names)} 的企业名称都是“{printable(enterprise)}”，请确认不是同一家的两份录入表。",
            err=True,
        )


def _same_enterprise(done: Sequence[Done]) -> Iterator[tuple[str, list[str]]]:
    """Enterprises that several clients name, under one standard and for one year."""
    named: dict[tuple[Any, ...], dict[str, None]] = {}
    for each in done:
        line = each.record.line
        if line.get("enterprise"):
            key = line["enterprise"], line["standard"], line["year"]
            named.setdefault(key, {})[each.record.client] = None
    return ((str(key[0]), list(clients)) for key, clients in named.items() if len(clients) > 1)


def _counts(done: Sequence[Done]) -> str:
    """How many reports of which kind there are."""
    reports = sum(d.state.has_report for d in done)
    drafts = sum(d.state is State.DRAFT for d in done)
    stale = sum(d.state is State.STALE for d in done)
    refused = f"，核查表过期未出 {stale}" if stale else ""
    return f"正式报告 {reports - drafts}，草稿 {drafts}，失败 {len(done) - reports - stale}{refused}"


def _messages(done: Sequence[Done]) -> None:
    """Why there is no report; a cause that many clients share is said once."""
    said: dict[str, list[Done]] = {}
    for each in done:
        if each.record.message:
            said.setdefault(each.record.message, []).append(each)
    for message, those in said.items():
        first, *more = message.splitlines()
        click.echo(f"{_few([d.name for d in those])}：{printable(first)}", err=True)
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
