"""The facts of one standard's workbook for that of another: every field that both packs share, in the other's unit.

Shared means the same id, the same type and a unit of the same kind. Nothing is guessed: what does not fit stays behind
and is listed with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pipeline.facts import Fact, Intake
from pipeline.intake.data_file import IntakeData
from pipeline.intake.data_values import CellContent
from pipeline.quantity import Missing, NotApplicable, NotDetected, Value
from pipeline.standard.types import CRITERIA_TABLE, Field, Standard, Table
from pipeline.units import ONE

_TEXTS = ("text", "long_text")
_NUMBERS = ("number", "integer")


@dataclass(slots=True)
class Converted:
    """What goes into the new workbook, and the two lists: labels that moved, and labels that did not with reasons."""

    fields: dict[str, CellContent] = field(default_factory=dict)
    earlier: dict[int, dict[str, CellContent]] = field(default_factory=dict)
    tables: dict[str, tuple[Mapping[str, CellContent], ...]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    moved: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)

    @property
    def data(self) -> IntakeData:
        """The content of the new workbook."""
        return IntakeData(self.fields, self.earlier, self.tables, {}, self.notes)


def converted(intake: Intake, source: Standard, target: Standard) -> Converted:
    """The facts of `intake`, read under `source`, for a workbook of `target`."""
    result = Converted()
    for old in source.intake.fields.values():
        _field(intake, old, target.intake.fields.get(old.id), result)
    for table in source.intake.tables.values():
        if table.id != CRITERIA_TABLE and intake.rows(table.id):
            _table(intake, table, target.intake.tables.get(table.id), result)
    if intake.rows(CRITERIA_TABLE):
        result.left.append((source.intake.tables[CRITERIA_TABLE].label, "评价要素不同，须重新评价"))
    return result


def _field(intake: Intake, old: Field, new: Field | None, result: Converted) -> None:
    facts = {back: intake.fact(old.id, back) for back in range(old.years)}
    if all(fact.is_missing for fact in facts.values()):
        return
    reason = "目标录入表没有这一项" if new is None else _obstacle(old, new)
    if new is None or reason:
        result.left.append((old.label, reason))
        return
    reasons = list(_values(facts, old, new, result))
    if reasons:
        result.left.append((old.label, "；".join(dict.fromkeys(reasons))))
    if len(reasons) < sum(1 for fact in facts.values() if not fact.is_missing):
        result.moved.append(new.label)
    if facts[0].note:
        result.notes[new.id] = facts[0].note


def _values(facts: Mapping[int, Fact], old: Field, new: Field, result: Converted) -> Iterator[str]:
    """Moves the values of each year; yields why one could not."""
    for back, fact in facts.items():
        if fact.is_missing:
            continue
        if back >= new.years:
            yield "目标录入表不问这一年"
            continue
        value, reason = _value(fact.value, old, new)
        if reason:
            yield reason
        elif back:
            result.earlier.setdefault(back, {})[new.id] = value
        else:
            result.fields[new.id] = value


def _obstacle(old: Field, new: Field) -> str:
    """Why the two are not the same question; empty when they are."""
    alike = old.type == new.type or all(f.type in _TEXTS for f in (old, new))
    if not alike and not (old.type in _NUMBERS and new.type in _NUMBERS):
        return "类型不同"
    if old.is_number and bool(old.unit) != bool(new.unit):
        return "一处有单位，一处没有"
    if old.is_number and not old.measure.same_kind(new.measure):
        return f"单位不同类（{old.unit} 与 {new.unit}）"
    return ""


def _value(value: Value, old: Field, new: Field) -> tuple[Value, str]:
    """The value for the other field, and why it cannot be given."""
    if isinstance(value, NotApplicable):
        return value, "" if new.not_applicable != "forbidden" else "目标录入表不能填“不适用”"
    factor = old.measure.factor_to(new.measure) if old.is_number else ONE.scale
    if isinstance(value, NotDetected):
        limit = None if value.limit is None else value.limit * factor
        return NotDetected(limit), "" if new.not_detected != "forbidden" else "目标录入表不能填“未检出”"
    if isinstance(value, Decimal) and old.is_number:
        number = value * factor
        whole = number == number.to_integral_value()
        return number, "" if whole or new.type != "integer" else "目标录入表要求整数"
    chosen = value if isinstance(value, tuple) else (value,)
    if new.type in ("choice", "multi_choice") and any(word not in new.choices for word in chosen):
        return value, f"目标录入表没有选项“{'、'.join(str(w) for w in chosen)}”"
    return value, ""


def _table(intake: Intake, old: Table, new: Table | None, result: Converted) -> None:
    if new is None:
        result.left.append((f"表“{old.label}”", "目标录入表没有这张表"))
        return
    reasons: dict[str, str] = {}
    rows = []
    for row in intake.rows(old.id):
        cells: dict[str, CellContent] = {}
        for column in old.columns:
            fact = row.fact(column.id)
            if isinstance(fact.value, Missing):
                continue
            value, reason = _cell(fact.value, column, new)
            if reason:
                reasons.setdefault(column.label, reason)
            else:
                cells[column.id] = value
        rows.append(cells)
    kept = tuple(cells for cells in rows if cells)
    if kept:
        result.tables[new.id] = kept
        result.moved.append(f"表“{new.label}”（{len(kept)} 行）")
    result.left += [(f"表“{old.label}”的“{label}”", reason) for label, reason in reasons.items()]


def _cell(value: Value, column: Field, table: Table) -> tuple[Value, str]:
    new = table.by_id.get(column.id)
    if new is None:
        return value, "目标表没有这一列"
    reason = _obstacle(column, new)
    return (value, reason) if reason else _value(value, column, new)
