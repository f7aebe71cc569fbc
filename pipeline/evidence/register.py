"""The stage: every file named in the evidence register is found, checked, hashed, and made ready to be shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pipeline.evidence.contents import Read, read_file
from pipeline.evidence.faults import FileFault, too_big
from pipeline.evidence.folder import FOLDER, EvidenceFolder, Outside
from pipeline.evidence.names import parts_of, split_names, suggestion
from pipeline.facts import Intake, Row
from pipeline.findings import CellRef, Finding
from pipeline.intake.words import shown
from pipeline.messages import finding
from pipeline.picture import Picture
from pipeline.standard.types import Standard

MAX_SHOWN_BYTES: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """One file of one row of the register. `file` is its name from the workbook's folder; `picture` None: listed only."""

    number: str
    name: str
    file: str
    sha256: str
    picture: Picture | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The files of the register in its order, and what is wrong with the others."""

    files: tuple[EvidenceFile, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    @property
    def shown(self) -> Mapping[str, EvidenceFile]:
        """The files that are pictures, by the key that a template places them with."""
        with_picture = (file for file in self.files if file.picture is not None)
        return {f"evidence-{number}": file for number, file in enumerate(with_picture, 1)}

    @property
    def pictures(self) -> Mapping[str, Picture]:
        """The pictures by the same keys."""
        return {key: file.picture for key, file in self.shown.items() if file.picture is not None}

    @property
    def hashes(self) -> tuple[tuple[str, str], ...]:
        """(file, SHA-256) of every file used, each once, sorted."""
        return tuple(sorted({(file.file, file.sha256) for file in self.files}))


NO_EVIDENCE: Final = Evidence()


def read_evidence(intake: Intake, standard: Standard, beside: Path) -> Evidence:
    """Reads the files that the evidence register names, from the folder of the workbook."""
    roles = standard.identity.roles
    table = standard.intake.tables.get(roles.evidence) if roles.evidence else None
    if table is None or roles.evidence_file not in table.by_id:
        return NO_EVIDENCE
    return _Reader(f"{table.id}.{roles.evidence_file}", roles.evidence_file, beside).read(
        intake.rows(table.id)
    )


@dataclass(frozen=True, slots=True)
class _Missing:
    """A name that leads to no file, with its cell and the number of its row."""

    written: str
    where: CellRef | None
    number: str

    @property
    def without_folder(self) -> str:
        return self.written.removeprefix(FOLDER).lstrip("/\\")


class _Reader:
    """Walks the register once; the same file is read once, however often it is named."""

    def __init__(self, subject: str, column: str, beside: Path) -> None:
        self._subject = subject
        self._column = column
        self._folder = EvidenceFolder(beside)
        self._read: dict[Path, Read | FileFault] = {}
        self._findings: list[Finding] = []
        self._missing: list[_Missing] = []
        self._shown_bytes = 0

    def read(self, rows: tuple[Row, ...]) -> Evidence:
        files = tuple(file for row in rows for file in self._row(row))
        self._report_missing()
        return Evidence(files, tuple(self._findings))

    def _row(self, row: Row) -> Iterator[EvidenceFile]:
        fact = row.fact(self._column)
        if not isinstance(fact.value, str):
            return
        number, name = (_text(row, column) for column in ("number", "name"))
        found: dict[Path, Read] = {}
        for written in self._names(fact.value):
            path = self._find(written, number, fact.source)
            read = self._use(path, written, fact.source) if path and path not in found else None
            if path and read:
                found[path] = read
        pictures = [path for path, read in found.items() if read.picture]
        for path, read in found.items():
            remark = (
                f"{pictures.index(path) + 1}/{len(pictures)}" if len(pictures) > 1 and read.picture else ""
            )
            yield self._file(number, name, path, read, remark)

    def _names(self, text: str) -> tuple[str, ...]:
        """The names in a cell; a 、 that belongs to the name of an existing file does not split it."""
        whole = text.strip()
        parts = parts_of(whole)
        try:
            return (whole,) if parts and self._folder.find(parts) else split_names(text)
        except Outside:
            return (whole,)

    def _find(self, written: str, number: str, where: CellRef | None) -> Path | None:
        parts = parts_of(written)
        try:
            if parts is None:
                raise Outside(written)
            path = self._folder.find(parts) if parts else None
        except Outside:
            self._report("evidence_file_outside", written, where)
            return None
        if path is None:
            self._missing.append(_Missing(written, where, number))
        return path

    def _use(self, path: Path, written: str, where: CellRef | None) -> Read | None:
        if path not in self._read:
            self._read[path] = self._checked(path)
        read = self._read[path]
        if isinstance(read, FileFault):
            self._report(read.code, written, where, problem=read.problem)
            return None
        return read

    def _checked(self, path: Path) -> Read | FileFault:
        try:
            read = read_file(path)
        except FileFault as fault:
            return fault
        self._shown_bytes += len(read.picture.data) if read.picture else 0
        if self._shown_bytes > MAX_SHOWN_BYTES:
            return too_big(f"使报告中的图片合计超过 {MAX_SHOWN_BYTES // 1_000_000} MB")
        return read

    def _file(self, number: str, name: str, path: Path, read: Read, remark: str) -> EvidenceFile:
        file = self._folder.shown(path)
        prepared = read.picture
        if prepared is None:
            return EvidenceFile(number, name, file, read.sha256)
        if prepared.more_pages:
            remark = "，".join(filter(None, (remark, "多页文件的首页")))
        alt = f"{number} {name}".strip() + (f"（{remark}）" if remark else "")
        picture = Picture(prepared.data, prepared.kind, prepared.width, prepared.height, alt)
        return EvidenceFile(number, name, file, read.sha256, picture, remark)

    def _report_missing(self) -> None:
        """Each missing file at its cell; but where there is no folder at all, that is the one thing to say."""
        existing = tuple(self._folder.names()) if self._missing else ()
        unheard: list[_Missing] = []
        for missing in self._missing:
            near = suggestion(missing.without_folder, existing)
            if near is None and not self._folder.exists:
                unheard.append(missing)
                continue
            words = f"，是否为“{near}”" if near else ""
            self._report(
                "evidence_file_missing", missing.written, missing.where, number=missing.number, near=words
            )
        if unheard:
            listed = "、".join(shown(missing.written) for missing in unheard[:3])
            self._findings.append(
                finding(
                    "evidence_folder_missing",
                    self._subject,
                    unheard[0].where,
                    count=str(len(unheard)),
                    files=listed + ("等" if len(unheard) > 3 else ""),
                )
            )

    def _report(self, code: str, written: str, where: CellRef | None, **details: str) -> None:
        self._findings.append(finding(code, self._subject, where, file=shown(written), **details))


def _text(row: Row, column: str) -> str:
    value = row.fact(column).value
    return " ".join(value.split()) if isinstance(value, str) else ""
