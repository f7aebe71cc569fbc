"""The cells of one workbook for another: the record of what moved, and the rules for one value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pipeline.facts import Fact, Intake
from pipeline.intake.data_file import IntakeData
from pipeline.intake.data_values import CellContent
from pipeline.quantity import NotApplicable, NotDetected, Value
from pipeline.standard.types import Field
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
    checks: list[tuple[str, str]] = field(default_factory=list)
    """What moved under another name or meaning, with what the client should look at."""

    def check(self, what: str, note: str) -> None:
        """Notes that something should be looked at."""
        if note:
            self.checks.append((what, note))

    @property
    def data(self) -> IntakeData:
        """The content of the new workbook."""
        return IntakeData(self.fields, self.earlier, self.tables, {}, self.notes)


def field_values(intake: Intake, old: Field, new: Field, result: Converted) -> None:
    """Moves the values of a field for every year, with its note; what cannot move is listed with its reason."""
    facts = {back: intake.fact(old.id, back) for back in range(old.years)}
    if all(fact.is_missing for fact in facts.values()):
        return
    reason = obstacle(old, new)
    if reason:
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
        value, reason = cell_value(fact.value, old, new)
        if reason:
            yield reason
        elif back:
            result.earlier.setdefault(back, {})[new.id] = value
        else:
            result.fields[new.id] = value


def obstacle(old: Field, new: Field) -> str:
    """Why the two are not the same question; empty when they are."""
    alike = old.type == new.type or all(f.type in _TEXTS for f in (old, new))
    if not alike and not (old.type in _NUMBERS and new.type in _NUMBERS):
        return "类型不同"
    if old.is_number and bool(old.unit) != bool(new.unit):
        return "一处有单位，一处没有"
    if old.is_number and not old.measure.same_kind(new.measure):
        return f"单位不同类（{old.unit} 与 {new.unit}）"
    return ""


def cell_value(value: Value, old: Field, new: Field) -> tuple[Value, str]:
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
