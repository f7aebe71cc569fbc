"""The course of a batch: what is to be done and why, the doing, the recording. One process writes, many work."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final, Protocol

from pipeline.batch.inputs import Watch, as_done, changes, file_digest, same_files, surroundings
from pipeline.batch.job import DECLARED, VERIFIED, Job, Result, State, sha256
from pipeline.batch.manifest import Manifest, Record
from pipeline.batch.outputs import Outputs
from pipeline.clients import SUMMARY_STEM, Client
from pipeline.deliver import Options
from pipeline.files import CannotWrite
from pipeline.findings import LvbaoError

SUMMARY: Final = SUMMARY_STEM
NEW: Final = "新增"
RETRIED: Final = "上次没有成功"
ORDERED: Final = "要求全部重做"
_AHEAD: Final = 3
"""Jobs given out for each worker: enough that none waits, few enough that results do not pile up."""


class Runner(Protocol):
    """Who does jobs: the workers of this machine, or those of a cluster."""

    size: int

    def submit(self, job: Job) -> Future[Result]:
        """Queues a job."""

    def close(self) -> None:
        """Ends everything, whatever is running."""


@dataclass(frozen=True, slots=True)
class Task:
    """A job of this batch. `reason`: why it runs, "" when what is there is still right."""

    job: Job
    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """A job of this batch after it: its record, whether it ran now, and why."""

    record: Record
    reason: str
    details: str = ""
    label: str = ""

    @property
    def name(self) -> str:
        """The client, with the kind of report where it has to be said."""
        return f"{self.record.client}（{self.label}）" if self.label else self.record.client

    @property
    def state(self) -> State:
        """How it ended."""
        return State(self.record.state)


@dataclass(slots=True)
class Batch:
    """A batch over one output folder, which the caller has locked."""

    output: Path
    options: Options
    manifest: Manifest
    again: bool = False
    written: Callable[[Record], None] | None = None
    """Called when files stand in the output folder, to copy them on."""
    _shared: dict[str, Any] = field(init=False)
    _outputs: Outputs = field(init=False)
    _watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self._shared = surroundings(self.options)
        self._outputs = Outputs(self.output, self.manifest)
        self._watch = Watch(self.manifest)

    def recover(self) -> int:
        """Finishes what a batch that was killed had begun to write; how many jobs that were."""
        return self._outputs.recover()

    def plan(self, jobs: Sequence[Job]) -> list[Task]:
        """What is to be done, in order. Raises LvbaoError when results of another client would be overwritten."""
        tasks = [Task(job, self._why(job)) for job in jobs]
        self._watch.keep()
        return tasks

    def _why(self, job: Job) -> str:
        record = self.manifest.record(job.key)
        if record is None:
            return NEW
        self._check_same_client(record, job)
        if self.again:
            return ORDERED
        if not State(record.state).settled:
            return RETRIED
        reasons = changes(record, job, self._shared, self._watch)
        reasons += [
            f"{path} 已被{'删除' if found is None else '改动'}"
            for path, digest in record.files.items()
            if (found := self._outputs.digest(path)) != digest
        ]
        return "；".join(reasons)

    def _check_same_client(self, record: Record, job: Job) -> None:
        """Results and workbooks may move together, or the workbooks alone; a second client of that name is refused."""
        if record.source == self._source(job):
            return
        there = self.output / record.source
        if there.is_file() and file_digest(job.workbook) != record.inputs.get("workbook_sha256"):
            raise LvbaoError(
                f"输出文件夹里的“{job.client}”是 {there.resolve()} 的结果，不能再放 {job.workbook} 的。请另选输出文件夹。"
            )

    def _source(self, job: Job) -> str:
        """Where the workbook lies as seen from the output folder."""
        workbook = job.workbook.resolve()
        try:
            return Path(os.path.relpath(workbook, self.output.resolve())).as_posix()
        except ValueError:  # another drive
            return str(workbook)

    def write_alone(self, files: Mapping[str, bytes]) -> Record:
        """Writes files that belong to no client into the output folder itself, unless they stand there. Raises CannotWrite."""
        record = self.manifest.record((".", SUMMARY))
        if record is not None and record.files == {name: sha256(content) for name, content in files.items()}:
            now = {path: self._outputs.digest(path) for path in record.files}
            if now == record.files:
                return record
        record = self._outputs.put(Record(".", SUMMARY, State.FINAL, ""), files)
        if self.written is not None:
            self.written(record)
        return record

    def leftovers(self, jobs: Sequence[Job]) -> list[str]:
        """Reports of these clients from earlier runs that are not known to be right any more, and that nobody has edited.

        A kind of report that was not asked for now is still right where workbook and verification sheet are the same.
        """
        asked, now = {job.key for job in jobs}, {job.client: job for job in jobs}
        current = {
            path
            for record in self.manifest.records()
            if record.key in asked or ((job := now.get(record.client)) and same_files(record, job))
            for path in record.files
        }
        clients = now.keys()
        return [
            path
            for path in self.manifest.paths()
            if path.endswith(".docx")
            and path not in current
            and PurePosixPath(path).parent.as_posix() in clients
            if (digest := self._outputs.digest(path)) is not None and self.manifest.knows(path, digest)
        ]

    def absent(self, clients: Collection[str]) -> list[str]:
        """Clients whose results stand in the output folder but who are none of these."""
        known = dict.fromkeys(r.client for r in self.manifest.records() if r.client != "." and r.files)
        return [name for name in known if name not in clients]

    def done_before(self, task: Task) -> Done:
        """A task that need not run, as it was recorded."""
        record = self.manifest.record(task.job.key)
        assert record is not None
        return Done(record, "", label=task.job.label)

    def run(self, tasks: Sequence[Task], runner: Runner) -> Iterator[tuple[int, Done]]:
        """Does the tasks that have a reason; each with its place in `tasks`, as they come.

        A client whose files cannot be written has failed; raises CannotWrite when nothing can be written any more.
        """
        waiting = iter([(n, task) for n, task in enumerate(tasks) if task.reason])
        running: dict[Future[Result], int] = {}
        while True:
            for number, task in waiting:
                running[runner.submit(task.job)] = number
                if len(running) >= runner.size * _AHEAD:
                    break
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                number = running.pop(future)
                yield number, self._record(tasks[number], future.result())

    def _record(self, task: Task, result: Result) -> Done:
        job = task.job
        record = Record(
            client=job.client,
            kind=job.kind,
            state=result.state,
            source=self._source(job),
            inputs=as_done(job, result.inputs, self._shared, self._watch),
            line=result.line,
            message=result.message,
        )
        try:
            if result.files:
                record = self._outputs.put(record, result.files)
            else:
                self.manifest.finish(record)
        except CannotWrite as error:
            if error.hopeless:
                raise
            record = replace(record, state=State.FAILED, message=str(error))
            self.manifest.finish(record)
        self._watch.keep()
        if self.written is not None and record.files:
            self.written(record)
        return Done(record, task.reason, result.details, job.label)


def jobs_of(client: Client, options: Options, reports: Mapping[str, str]) -> list[Job]:
    """The jobs of a client: the `reports` named (id → what people call it); by default the self-evaluation, and the
    third party's report where there is a verification sheet."""
    sheet = client.verification
    kinds = reports or ({DECLARED: "", VERIFIED: "第三方评价"} if sheet else {DECLARED: ""})
    own = {VERIFIED: replace(options, template=None)}  # one's own template is that of one kind of report
    return [
        Job(client.name, k, client.workbook, sheet, own.get(k, options), label) for k, label in kinds.items()
    ]
