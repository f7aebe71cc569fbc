"""An evaluation made again from its JSON: facts back from their record, computed by the pack at hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from pipeline.evaluate import evaluate_intake
from pipeline.evaluation import Evaluation
from pipeline.facts import Fact, Intake, Row
from pipeline.findings import CellRef
from pipeline.intake.workbook import Workbook
from pipeline.quantity import MISSING, NotApplicable, NotDetected, Value, plain
from pipeline.standard.types import Field, Standard


def evaluation_of(record: Mapping[str, Any], standard: Standard) -> Evaluation | None:
    """The evaluation that a record tells of; None when the pack at hand gives other indicators than the record."""
    intake = intake_of(record, standard)
    receipt = record["receipt"]
    workbook = Workbook(str(receipt["workbook"]), (), str(receipt["workbook_sha256"]))
    made = evaluate_intake(intake, (), workbook, standard)
    return made if _same(made, record) else None


def intake_of(record: Mapping[str, Any], standard: Standard) -> Intake:
    """The facts of a record, typed as the pack's fields are."""
    facts: dict[str, Fact] = {}
    earlier: dict[int, dict[str, Fact]] = {}
    for key, each in record["facts"].items():
        name, _, back = key.partition("@-")
        field = standard.intake.fields.get(name)
        if field is None:
            continue
        fact = _fact(each, field)
        (earlier.setdefault(int(back), {}) if back else facts)[name] = fact
    tables: dict[str, tuple[Row, ...]] = {}
    for name, rows in record["tables"].items():
        table = standard.intake.tables.get(name)
        if table is None:
            continue
        tables[name] = tuple(
            Row({c: _fact(f, table.by_id.get(c)) for c, f in row.items()}, _row_place(row)) for row in rows
        )
    return Intake(facts, earlier, tables, str(record["receipt"]["workbook"]))


def _fact(record: Mapping[str, Any], field: Field | None) -> Fact:
    return Fact(_value(record, field), record.get("unit"), _where(record), record.get("note", ""))


def _value(record: Mapping[str, Any], field: Field | None) -> Value:
    kind, value = record.get("kind"), record.get("value")
    if kind == "not_applicable":
        return NotApplicable(record.get("reason", ""))
    if kind == "not_detected":
        limit = record.get("limit")
        return NotDetected(None if limit is None else Decimal(limit))
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return value
    if isinstance(value, list):
        return tuple(map(str, value))
    if field is None or not isinstance(value, str):
        return str(value)
    try:
        if field.type == "date":
            return dt.date.fromisoformat(value)
        return Decimal(value) if field.is_number or field.type == "year" else value
    except (ValueError, InvalidOperation):
        return value


def _where(record: Mapping[str, Any]) -> CellRef | None:
    where = record.get("where")
    return None if not where else CellRef(where["file"], where["sheet"], where["cell"], where["label"])


def _row_place(row: Mapping[str, Any]) -> CellRef:
    place = next((w for f in row.values() if (w := _where(f)) is not None), CellRef(""))
    return replace(place, label="")


def _same(made: Evaluation, record: Mapping[str, Any]) -> bool:
    """Whether every indicator came out as recorded."""
    for key, value in made.indicators.items():
        told = record["indicators"].get(key)
        if told is None:
            return False
        now = None if value.trace.unrounded is None else plain(value.trace.unrounded)
        then = (told.get("trace") or {}).get("unrounded")
        if now != (None if then is None else plain(Decimal(then))):
            return False
    return True
