"""A job as it travels to another machine: the files it reads, as bytes, and what must be the same over there."""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pipeline.batch.inputs import evidence_files, program_digest
from pipeline.batch.job import Job, Result, State
from pipeline.batch.limits import Limits
from pipeline.batch.pool import WorkerPool
from pipeline.receipt import VERSION
from pipeline.report_receipt import layout_engine
from pipeline.resources import report_templates_folder, standards_folder

_CLIENT, _STANDARDS, _TEMPLATE, _OUTSIDE = "client", "standards", "template", "outside"


@dataclass(frozen=True, slots=True)
class Bundle:
    """`files`: paths in the folder the job is unpacked to → bytes, None for a link that leads out of the client's folder
    (it is one over there, too, so that it is refused alike). The paths in `job` are below that folder."""

    job: Job
    files: Mapping[str, bytes | None]
    limits: Limits
    program: str
    data: str
    layout: str


def pack(job: Job, limits: Limits) -> Bundle:
    """The bundle of a job: workbook, verification sheet, evidence, and one's own packs or template."""
    files: dict[str, bytes | None] = dict(_client_files(job))
    options = job.options
    if options.standards_folder is not None:
        files.update(_tree(options.standards_folder, _STANDARDS))
        options = replace(options, standards_folder=Path(_STANDARDS))
    if options.template is not None:
        name = f"{_TEMPLATE}/{options.template.name}"
        files[name] = options.template.read_bytes()
        options = replace(options, template=Path(name))
    sheet = None if job.sheet is None else Path(_CLIENT) / job.sheet.name
    packed = replace(job, workbook=Path(_CLIENT) / job.workbook.name, sheet=sheet, options=options)
    layout = layout_engine() if options.page_numbers else ""
    return Bundle(packed, files, limits, program_digest(), data_digest(), layout)


def _client_files(job: Job) -> Iterator[tuple[str, bytes | None]]:
    for path in (job.workbook, job.sheet):
        if path is not None and path.is_file():
            yield f"{_CLIENT}/{path.name}", path.read_bytes()
    folder = job.workbook.parent.resolve()
    for name, path in evidence_files(job.workbook, ()):
        inside = path.resolve().is_relative_to(folder)
        yield f"{_CLIENT}/{name}", path.read_bytes() if inside else None


def _tree(folder: Path, name: str) -> dict[str, bytes]:
    return {
        f"{name}/{p.relative_to(folder).as_posix()}": p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@cache
def data_digest() -> str:
    """The hash of the packs and templates that come with the program."""
    total = hashlib.sha256()
    for folder in (standards_folder(), report_templates_folder()):
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            total.update(path.relative_to(folder).as_posix().encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def perform_bundle(bundle: Bundle) -> Result:
    """Does a job that came from another machine, in a limited child of this process."""
    words = _difference(bundle)
    if words:
        return Result(State.FAILED, message=f"{words}，没有处理。请让各台机器一致，或不用 --cluster。")
    with tempfile.TemporaryDirectory(prefix="lvbao-job-") as folder:
        root = Path(folder)
        for name, content in bundle.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                (root / _OUTSIDE).touch()
                path.symlink_to(root / _OUTSIDE)
            else:
                path.write_bytes(content)
        return _pool(bundle.limits).submit(_unpacked(bundle.job, root)).result()


def _unpacked(job: Job, root: Path) -> Job:
    options = job.options
    below = {
        name: root / path
        for name in ("standards_folder", "template")
        if (path := getattr(options, name)) is not None
    }
    sheet = None if job.sheet is None else root / job.sheet
    return replace(job, workbook=root / job.workbook, sheet=sheet, options=replace(options, **below))


def _difference(bundle: Bundle) -> str:
    """Why the result of this machine would not be that of the machine that asks; "" when it would."""
    if bundle.program != program_digest():
        return f"集群上的 lvbao（{VERSION}）与本机的程序不同"
    if bundle.data != data_digest():
        return "集群上的标准包或模板与本机的不同"
    if bundle.layout and bundle.layout != layout_engine():
        return f"集群上的排版程序（{layout_engine() or '未安装'}）与本机的（{bundle.layout}）不同，目录页码会不一致（可用 --no-page-numbers）"
    return ""


_POOLS: dict[Limits, WorkerPool] = {}
_LOCK = threading.Lock()


def _pool(limits: Limits) -> WorkerPool:
    """The pool of this process for these limits, made once: packs and templates are loaded once a worker."""
    with _LOCK:
        if limits not in _POOLS:
            _POOLS[limits] = WorkerPool(1, limits)
        return _POOLS[limits]
