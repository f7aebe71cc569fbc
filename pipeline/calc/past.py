"""Dates that must be over when the factory is evaluated: completions, measurements, documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pipeline.facts import Fact, Intake
from pipeline.findings import CellRef, Finding
from pipeline.messages import finding
from pipeline.quantity import plain
from pipeline.standard.types import Standard

SEVERAL = 3
"""So many later dates tell that the evaluation date itself is wrong."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A date or year that the pack declares `past`."""

    subject: str
    fact: Fact

    @property
    def place(self) -> CellRef | None:
        """Its cell."""
        return self.fact.source

    def is_after(self, day: dt.date) -> bool:
        """Whether it lies after that day; a year, after the day's year."""
        value = self.fact.value
        return value > day if isinstance(value, dt.date) else isinstance(value, Decimal) and value > day.year


def dated(standard: Standard, intake: Intake) -> Iterator[Dated]:
    """Every such date of the workbook."""
    for field in standard.intake.fields.values():
        if field.past:
            yield Dated(field.id, intake.fact(field.id))
    for table in standard.intake.tables.values():
        for column in table.columns:
            if column.past:
                yield from (
                    Dated(f"{table.id}.{column.id}", r.fact(column.id)) for r in intake.rows(table.id)
                )


def not_yet(standard: Standard, intake: Intake, known: list[Dated]) -> Iterator[Finding]:
    """Those of `known` that lie after the evaluation date: each at its cell, several at the evaluation date."""
    role = standard.identity.roles.evaluation_date
    day = intake.fact(role)
    if not isinstance(day.value, dt.date):
        return
    late = [d for d in known if d.is_after(day.value)]
    if len(late) >= SEVERAL:
        words = {"count": str(len(late)), "date": day.value.isoformat()}
        yield finding("evaluation_date_early", role, day.source, **words)
        return
    for each in late:
        value = each.fact.value
        raw = plain(value) if isinstance(value, Decimal) else str(value)
        yield finding("date_not_past", each.subject, each.place, raw=raw, date=day.value.isoformat())
