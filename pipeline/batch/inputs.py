"""What a job rests on, by hashes, and in which words two states of it differ."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pipeline
from pipeline.batch.job import Job, sha256
from pipeline.batch.manifest import Manifest, Record
from pipeline.clients import VERIFICATION_NAME, WORKBOOK_ENDINGS, WORKBOOK_STEM
from pipeline.deliver import Options, report_of
from pipeline.evidence.folder import FOLDER
from pipeline.evidence.names import same
from pipeline.findings import LvbaoError
from pipeline.forms import form_of, template_of
from pipeline.receipt import VERSION
from pipeline.report_receipt import layout_engine
from pipeline.resources import find_standard
from pipeline.standard import Standard, load_standard

_SHOWN: Final = 3


def surroundings(options: Options) -> dict[str, Any]:
    """What all jobs of a batch share: the program, what is asked, what lays pages out."""
    return {
        "version": VERSION,
        "program": program_digest(),
        "layout": layout_engine() if options.page_numbers else "",
        "options": {
            "--standard": options.standard or "",
            "--form": options.form or "",
            "--no-draft": not options.draft,
            "--no-page-numbers": not options.page_numbers,
        },
    }


@cache
def program_digest() -> str:
    """The hash of the program's own sources: a change without a new version is a change, too."""
    root = Path(pipeline.__file__).resolve().parent
    total = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        total.update(path.relative_to(root).as_posix().encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


class Watch:
    """Hashes of the files beside workbooks; unchanged large files are not read again."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._new: dict[str, tuple[str, str]] = {}

    def digest(self, path: Path) -> str:
        """The hash of an evidence file, "" when there is none."""
        try:
            found = path.stat()
            stamp = f"{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}:{found.st_ino}"
            key = ascii(str(path.resolve()))  # a name need not be Unicode
            known = self._manifest.digest(key, stamp)
            if known is None:
                with path.open("rb") as file:
                    known = hashlib.file_digest(file, "sha256").hexdigest()
                self._new[key] = stamp, known
        except OSError:
            return ""
        return known

    def keep(self) -> None:
        """Stores what was hashed."""
        self._manifest.remember(self._new)
        self._new = {}

    def beside(self, workbook: Path, used: Mapping[str, str], faulty: bool) -> dict[str, str]:
        """The files that evidence may be found among: their names, and hashes where they bear on the result.

        `used` are the files the evaluation used; after a fault (`faulty`) any of them could be the cure.
        """
        return {
            name: self.digest(path) if faulty or name in used else ""
            for name, path in sorted(evidence_files(workbook, used))
        }


def evidence_files(workbook: Path, used: Collection[str]) -> Iterator[tuple[str, Path]]:
    """The files that evidence may be found among, by their names from the workbook's folder."""
    folder = workbook.parent
    own = workbook.stem == WORKBOOK_STEM
    for path in (folder / FOLDER).rglob("*"):
        if path.is_file() and not _of_programs(path.name):
            yield same(path.relative_to(folder).as_posix()), path
    for path in folder.iterdir():
        name = same(path.name)
        # in a folder of many workbooks the others are other clients, not evidence, unless one is named as evidence
        other = path.suffix.lower() in WORKBOOK_ENDINGS and not own and name not in used
        if other or path.name in (workbook.name, VERIFICATION_NAME) or _of_programs(path.name):
            continue
        if path.is_file():
            yield name, path


def _of_programs(name: str) -> bool:
    """Whether a file is what programs leave behind: locks of open files, hidden files, views of folders."""
    return name.startswith((".", "~$")) or name.casefold() in ("thumbs.db", "desktop.ini")


def same_files(record: Record, job: Job) -> bool:
    """Whether a record of any kind of report was made from the workbook and verification sheet of a job."""
    was = record.inputs
    return file_digest(job.workbook) == was.get("workbook_sha256") and file_digest(job.sheet) == was.get(
        "sheet"
    )


def as_done(job: Job, inputs: Mapping[str, Any], shared: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
    """The inputs to be recorded with a result; `inputs` is what the worker says it read."""
    used = dict(inputs.get("evidence_sha256", ()))
    faulty = bool(inputs.get("evidence_faults"))
    return {
        **shared,
        **inputs,
        "evidence_sha256": used,
        "beside": watch.beside(job.workbook, used, faulty),
        "sheet": file_digest(job.sheet),
    }


def file_digest(path: Path | None) -> str:
    """The hash of a file read now, "" when there is none."""
    try:
        return "" if path is None else sha256(path.read_bytes())
    except OSError:
        return ""


def changes(record: Record, job: Job, shared: Mapping[str, Any], watch: Watch) -> list[str]:
    """Why a job that was done must be done again, in words; empty when nothing has changed."""
    was = record.inputs
    found: list[str] = []
    if file_digest(job.workbook) != was.get("workbook_sha256"):
        found.append("录入表已改动")
    if file_digest(job.sheet) != was.get("sheet"):
        found.append("核查表已改动")
    found += _beside(was, job, watch)
    found += _pack(was, job)
    if shared["version"] != was.get("version"):
        found.append(f"程序 {was.get('version')}→{shared['version']}")
    elif shared["program"] != was.get("program"):
        found.append("程序有改动（版本号未变）")
    if shared["layout"] != was.get("layout"):
        found.append(f"排版程序 {was.get('layout') or '无'}→{shared['layout'] or '无'}")
    before = was.get("options", {})
    found += [f"选项 {name} 有变" for name, value in shared["options"].items() if before.get(name) != value]
    return found


def _beside(was: Mapping[str, Any], job: Job, watch: Watch) -> Iterator[str]:
    before: Mapping[str, str] = was.get("beside", {})
    now = watch.beside(job.workbook, was.get("evidence_sha256", {}), bool(was.get("evidence_faults")))
    for words, names in (
        ("证明材料文件有改动", [n for n in now if n in before and now[n] != before[n]]),
        ("证明材料文件夹新增", [n for n in now if n not in before]),
        ("证明材料文件夹减少", [n for n in before if n not in now]),
    ):
        if names:
            yield f"{words}：{'、'.join(names[:_SHOWN])}{'等' if len(names) > _SHOWN else ''}"


def _pack(was: Mapping[str, Any], job: Job) -> list[str]:
    """Differences of the pack, the coefficient tables and the template."""
    name = str(was.get("standard", ""))
    try:
        whole = load_standard(find_standard(name, job.options.standards_folder))
        edition = was.get("edition")
        pack = next((e for e in whole.editions if e.identity.edition == edition), whole)
        digest = _template_digest(was, job, pack)
    except LvbaoError:
        return [f"标准包 {name} 有变"]  # the job itself will say what is wrong
    version, before = pack.identity.pack_version, was.get("pack_version")
    found = []
    if version != before:
        found.append(f"公式库 {before}→{version}（标准包 {name}）")
    elif pack.digest != was.get("pack_sha256"):
        found.append(f"标准包 {name} 有改动（版本仍是 {version}）")
    if pack.factors_digest != was.get("factors_sha256"):
        found.append("系数表有改动")
    if digest != was.get("template_sha256"):
        found.append("报告模板有改动")
    return found


def _template_digest(was: Mapping[str, Any], job: Job, pack: Standard) -> Any:
    if not was.get("template_sha256"):
        return was.get("template_sha256")  # there was no report
    used = was.get("edition")  # the evaluation date chose it; a workbook that is the same has the same date
    pack = next((e for e in pack.editions if e.identity.edition == used), pack)
    report = report_of(pack, str(was.get("report") or "") or None)
    form = form_of(report, str(was.get("form") or "") or job.options.form)
    return file_digest(job.options.template or template_of(pack, report, form))
