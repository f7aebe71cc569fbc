"""Writes the verification sheet: empty, filled from a data file, or with what still holds of an older sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.evaluation import Evaluation
from pipeline.facts import Intake
from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import IntakeData, read_data
from pipeline.intake.data_values import CellContent
from pipeline.intake.read import read_intake
from pipeline.intake.reader import read_workbook
from pipeline.standard.types import RowTable, Standard
from pipeline.standard.verification_sheet import SCORES_TABLE, VALUES_TABLE
from pipeline.verification.schema import verification_standard
from pipeline.verification.stale import Shown, shown_rows
from pipeline.verification.verify import check_is_sheet

_SHOWN = {VALUES_TABLE: ("declared", "unit"), SCORES_TABLE: ("self_verdict", "self_score")}
"""What must be unchanged for an older answer to hold."""


@dataclass(frozen=True, slots=True)
class Written:
    """A verification sheet. `dropped` are the labels of rows whose older answers no longer hold."""

    content: bytes
    dropped: tuple[str, ...] = ()


def write_sheet(
    evaluation: Evaluation, data: Path | Mapping[str, Any] | None = None, older: Path | None = None
) -> Written:
    """The verification sheet of an evaluation. Raises DataFileError, UnreadableFile or LvbaoError."""
    standard = verification_standard(evaluation)
    if older is not None:
        answers, dropped = _carried(older, standard)
        return Written(write_workbook(standard, answers), dropped)
    return Written(write_workbook(standard, read_data(data, standard) if data is not None else None))


def _carried(older: Path, standard: Standard) -> tuple[IntakeData, tuple[str, ...]]:
    """The answers of an older sheet whose declared values and self-assessments are still the same."""
    sheet = read_workbook(older)
    check_is_sheet(sheet)
    intake, _ = read_intake(sheet, standard)
    shown = shown_rows(sheet, standard)
    fixed: dict[str, dict[str, Mapping[str, CellContent]]] = {}
    dropped: list[str] = []
    for table in standard.intake.tables.values():
        if not table.fixed:
            continue
        for given, row in zip(table.prefill, intake.rows(table.id), strict=True):
            key = str(given[table.key[0]])
            answers = {c: f.value for c, f in row.facts.items() if c not in table.fixed and not f.is_missing}
            if not answers:
                continue
            if isinstance(table, RowTable) and not _holds(table.id, given, shown[table.id].get(key)):
                dropped.append(str(given.get("label", key)))
            else:
                fixed.setdefault(table.id, {})[key] = answers
    return _data(standard, intake, fixed), tuple(dropped)


def _holds(table: str, given: Mapping[str, Any], old: Shown | None) -> bool:
    return old is not None and all(
        old.words[c].split() == str(given.get(c, "")).split() for c in _SHOWN[table]
    )


def _data(
    standard: Standard, intake: Intake, fixed: Mapping[str, Mapping[str, Mapping[str, CellContent]]]
) -> IntakeData:
    tables = {
        name: tuple(
            {c: f.value for c, f in row.facts.items() if not f.is_missing} for row in intake.rows(name)
        )
        for name, table in standard.intake.tables.items()
        if not table.fixed and intake.rows(name)
    }
    return IntakeData(
        fields={i: f.value for i, f in intake.facts.items() if not f.is_missing},
        tables=tables,
        notes={i: f.note for i, f in intake.facts.items() if f.note},
        fixed=fixed,
    )
