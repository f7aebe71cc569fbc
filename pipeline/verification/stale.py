"""A verification sheet holds for one workbook only: what changed in the enterprise's workbook since it was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.facts import Row
from pipeline.findings import CellRef, Finding
from pipeline.intake.identity import WORKBOOK_KEY
from pipeline.intake.read import read_intake
from pipeline.intake.workbook import Workbook
from pipeline.messages import finding
from pipeline.standard.types import Field, IntakeSchema, RowTable, Sheet, Standard, Table
from pipeline.standard.verification_sheet import SCORES_TABLE, VALUES_TABLE

_ONLY_THE_FILE = "核查所涉及的数值和自评结论没有变化，但文件内容变了（改动了别的填报项，或重新保存过）"
_SELF_COLUMNS = ("self_verdict", "self_score", "self_evidence", "self_statement")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the sheet shows of one row: its words by column, and where it stands."""

    words: Mapping[str, str]
    place: CellRef


def is_stale(sheet: Workbook, workbook: Workbook) -> bool:
    """Whether the sheet was made from another state of the workbook."""
    return sheet.identity.get(WORKBOOK_KEY) != workbook.digest


def shown_rows(sheet: Workbook, standard: Standard) -> dict[str, dict[str, Shown]]:
    """What stands in the fixed columns of both sheets, by table and row key, whatever rows they have."""
    sheets = tuple(
        replace(s, tables=tuple(_as_text(t) for t in s.tables))
        for s in standard.intake.sheets
        if s.id in (VALUES_TABLE, SCORES_TABLE)
    )
    intake, _ = read_intake(sheet, replace(standard, intake=IntakeSchema(sheets)))
    return {s.id: {_text(r, s.tables[0].key[0]): _shown(r, s) for r in intake.rows(s.id)} for s in sheets}


def _as_text(table: Table) -> Table:
    columns = tuple(Field(c.id, c.label, "long_text") for c in table.columns)
    return Table(table.id, table.label, columns, key=table.key)


def _shown(row: Row, sheet: Sheet) -> Shown:
    return Shown({c.id: _text(row, c.id) for c in sheet.tables[0].columns}, row.source)


def _text(row: Row, column: str) -> str:
    value = row.fact(column).value
    return value if isinstance(value, str) else ""


def stale_findings(sheet: Workbook, standard: Standard) -> tuple[Finding, ...]:
    """One finding for each change; one for the file when none of its changes concerns the verification."""
    shown = shown_rows(sheet, standard)
    tables = {t.id: t for t in standard.intake.tables.values() if isinstance(t, RowTable)}
    changes = [
        *_changes(tables[VALUES_TABLE], shown[VALUES_TABLE], ("declared", "unit"), "label"),
        *_changes(tables[SCORES_TABLE], shown[SCORES_TABLE], _SELF_COLUMNS, "criterion"),
    ]
    where = CellRef(sheet.file)
    found = [finding("verification_stale", key, place, change=words) for key, place, words in changes]
    return tuple(found) or (finding("verification_stale", VALUES_TABLE, where, change=_ONLY_THE_FILE),)


def _changes(
    table: RowTable, shown: Mapping[str, Shown], columns: tuple[str, ...], name: str
) -> Iterator[tuple[str, CellRef, str]]:
    """(key, place in the sheet, what changed): the sheet's words against those of the workbook now."""
    now = {str(row[table.key[0]]): row for row in table.prefill}
    for key, old in shown.items():
        row = now.get(key)
        if row is None:
            yield (
                key,
                old.place,
                f"“{old.words[name]}”在录入表中已经没有（核查表中为“{old.words.get(columns[0], '')}”）",
            )
            continue
        for column in columns:
            before, after = old.words[column], str(row.get(column, ""))
            if before.split() != after.split():
                label = "" if column == "declared" else f"的{table.column(column).label}"
                words = f"“{row[name]}”{label}由“{_short(before)}”改为“{_short(after)}”"
                yield key, old.place, words
    for key, row in now.items():
        if key not in shown:
            place = CellRef(next(iter(shown.values())).place.file if shown else "", "", "")
            yield key, place, f"“{row[name]}”是新填的（“{row.get(columns[0], '')}”），核查表中没有"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
