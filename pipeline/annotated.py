"""The client's own workbook given back: rebuilt in the standard layout, every finding at its cell.

The rebuilt workbook is read and judged itself, so what its notes say is what the next check of it will say; faults of the
client's layout that the rebuilding mends are listed apart.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.evaluate import evaluate_intake
from pipeline.evaluation import Evaluation
from pipeline.evidence import NO_EVIDENCE, read_evidence
from pipeline.files import write_bytes
from pipeline.findings import CellRef, Finding, LvbaoError
from pipeline.intake.blank import write_workbook
from pipeline.intake.carry import Carried, carry
from pipeline.intake.layout import RESULT_SHEET
from pipeline.intake.left import Left
from pipeline.intake.package import is_as_written
from pipeline.intake.read import read_intake
from pipeline.intake.reader import parse_workbook
from pipeline.intake.result_sheet import Feedback
from pipeline.intake.slots import Place, places_of
from pipeline.intake.workbook import Workbook
from pipeline.standard.types import Standard
from pipeline.targets import refuse_same


@dataclass(frozen=True, slots=True)
class Annotated:
    """An annotated workbook. `findings` stand at their cells in it; `restored` were faults of the client's layout;
    `left` is what could not be carried."""

    content: bytes
    findings: tuple[Finding, ...]
    restored: tuple[Finding, ...]
    left: tuple[Left, ...]


def annotate(workbook: Workbook, evaluation: Evaluation, folder: Path | None = None) -> Annotated:
    """The annotated workbook for the evaluation of `workbook`, whose evidence files lie in `folder`.

    Raises LvbaoError for a workbook of another standard.
    """
    if any(f.code == "wrong_standard" for f in evaluation.findings):
        raise LvbaoError(f"{workbook.file} 不是标准 {evaluation.standard.id} 的录入表，不能生成批注文件。")
    standard = evaluation.standard
    carried = carry(workbook, standard)
    data = carried.data(standard)
    rebuilt = parse_workbook(write_workbook(standard, data), workbook.file)
    intake, reading = read_intake(rebuilt, standard)
    evidence = read_evidence(intake, standard, folder) if folder is not None else NO_EVIDENCE
    findings = evaluate_intake(intake, reading, rebuilt, standard, evidence).findings
    restored = _gone(evaluation.findings, findings)
    feedback = Feedback(workbook.file, findings, restored, carried.left, _sources(carried, standard))
    return Annotated(write_workbook(standard, data, feedback), findings, restored, carried.left)


def save_annotated(annotated: Annotated, source: Path, target: Path) -> None:
    """Writes the workbook. Raises LvbaoError rather than overwrite the source or a file that somebody has worked on."""
    if target.suffix.lower() != ".xlsx":
        raise LvbaoError(f"批注文件的文件名应以 .xlsx 结尾，这里是 {target.name}")
    refuse_same(source, target)
    if target.exists() and not _is_ours(target):
        raise LvbaoError(
            f"{target} 已经存在，而且不是刚生成的批注文件（可能已经填过），为免覆盖没有写入；请换一个文件名。"
        )
    write_bytes(target, annotated.content)


def _is_ours(path: Path) -> bool:
    """Whether the file is an annotated workbook as this program wrote it, not saved by anyone since."""
    try:
        return is_as_written(path.read_bytes(), RESULT_SHEET)
    except (OSError, zipfile.BadZipFile):
        return False


def _gone(before: tuple[Finding, ...], after: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that the rebuilt workbook does not have."""
    there = Counter((f.code, f.subject, _label(f.where)) for f in after)
    gone = []
    for found in before:
        key = (found.code, found.subject, _label(found.where))
        if there[key]:
            there[key] -= 1
        else:
            gone.append(found)
    return tuple(gone)


def _label(where: CellRef | None) -> str:
    return where.label if where is not None else ""


# -- addresses ----------------------------------------------------------------------------------------------
def _sources(carried: Carried, standard: Standard) -> Mapping[Place, str]:
    """For each cell of the rebuilt workbook that stood elsewhere, where it stood."""
    places = places_of(carried.data(standard), standard)
    moved = {}
    for slot, source in carried.sources.items():
        sheet, cell = places[slot]
        if (source.sheet, source.cell) != (sheet, cell):
            moved[sheet, cell] = f"{source.sheet}!{source.cell}" if source.sheet != sheet else source.cell
    return moved
