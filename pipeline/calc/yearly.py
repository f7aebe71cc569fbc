"""Changes from year to year: which year of a series stands out, for fields with several years and for tables by year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pipeline.facts import NO_FACT, Fact, Intake, Row
from pipeline.findings import CellRef, Finding
from pipeline.messages import finding
from pipeline.quantity import fixed, plain
from pipeline.standard.types import Field, Table
from pipeline.units import UnknownUnit, unit

YEARS = 3
UNIT = "unit"
"""The column in which a table states the unit of its amounts."""


@dataclass(frozen=True, slots=True)
class Year:
    """One year of a series: its fact, its value in the unit of the newest year, the cell of its unit if it has one."""

    fact: Fact
    value: Decimal | None
    unit: Fact | None = None


@dataclass(frozen=True, slots=True)
class Outlier:
    """The year to look at, by its index in the series (0 is the newest), and the change that gives it away."""

    index: int
    change: Decimal
    against: str


def outlier(values: Sequence[Decimal | None], limit: Decimal) -> Outlier | None:
    """The value that changes by more than `limit` per cent; values from the newest year back.

    Where both changes are too large and go against each other, the year between them is the one that stands out; it
    is also where nothing can be said of the change after it (it is 0).
    """
    recent, older = (_change(values, i) for i in range(2))
    if recent is not None and abs(recent) > limit:
        if older is not None and abs(older) > limit and (recent > 0) != (older > 0):
            return Outlier(1, older, "比上一年")
        return Outlier(0, recent, "比上一年")
    if older is not None and abs(older) > limit:
        return Outlier(1, older, "比上一年") if recent is None else Outlier(2, older, "后一年比这一年")
    return None


def _change(values: Sequence[Decimal | None], index: int) -> Decimal | None:
    if index + 1 >= len(values):
        return None
    now, before = values[index], values[index + 1]
    return None if now is None or not before else (now - before) / abs(before) * 100


@dataclass(frozen=True, slots=True)
class Series:
    """The years of one figure, from the newest back."""

    asked: Field
    subject: str
    years: tuple[Year, ...]

    @property
    def places(self) -> tuple[CellRef, ...]:
        """The cells of the figures and of their units."""
        facts = [f for y in self.years for f in (y.fact, y.unit) if f is not None]
        return tuple(f.source for f in facts if f.source is not None)

    def finding(self) -> Iterator[Finding]:
        """The change beyond the limit; explained where a reason is written beside the figures."""
        limit = self.asked.yoy_limit
        found = None if limit is None else outlier([y.value for y in self.years], limit)
        if limit is None or found is None:
            return
        blamed, neighbour = self.years[found.index], self.years[1 if found.index != 1 else 2]
        subject, fact = self.subject, blamed.fact
        if blamed.unit is not None and neighbour.unit is not None and blamed.unit != neighbour.unit:
            subject, fact = f"{subject.partition('.')[0]}.{UNIT}", blamed.unit
        change = ("+" if found.change > 0 else "") + fixed(found.change, 1)
        words = {"change": change, "limit": plain(limit), "against": found.against}
        reason = next((y.fact.note.strip() for y in self.years if y.fact.note.strip()), "")
        if reason:
            yield replace(finding("yoy_explained", subject, fact.source, **words), explanation=reason)
        else:
            yield finding("yoy_without_reason", subject, fact.source, **words)


def of_field(intake: Intake, field: Field) -> Iterator[Series]:
    """The series of a field that has a limit."""
    if field.yoy_limit is not None:
        facts = [intake.fact(field.id, back) for back in range(min(field.years, YEARS))]
        yield Series(field, field.id, tuple(Year(f, _decimal(f)) for f in facts))


def of_table(intake: Intake, table: Table, evaluation_year: Decimal) -> Iterator[Series]:
    """The series of rows that agree in the table's key but for the year."""
    year = table.period_column
    limited = [c for c in table.columns if c.yoy_limit is not None]
    if year is None or not limited:
        return
    alike: dict[tuple[object, ...], dict[Decimal, Row]] = {}
    for row in intake.rows(table.id):
        at = row.fact(year).value
        if isinstance(at, Decimal):
            rest = tuple(row.fact(c).value for c in table.key if c != year)
            alike.setdefault(rest, {}).setdefault(evaluation_year - at, row)
    for rows in alike.values():
        for column in limited:
            years = tuple(_year(rows, Decimal(back), column) for back in range(YEARS))
            yield Series(column, f"{table.id}.{column.id}", years)


def _year(rows: Mapping[Decimal, Row], back: Decimal, column: Field) -> Year:
    if back not in rows:
        return Year(NO_FACT, None)
    fact, own = rows[back].fact(column.id), rows[back].fact(UNIT)
    if column.unit is not None or not isinstance(own.value, str):
        return Year(fact, _decimal(fact))
    newest = rows[min(rows)].fact(UNIT).value
    value = _decimal(fact)
    try:
        factor = unit(own.value).factor_to(unit(newest)) if isinstance(newest, str) else None
    except (UnknownUnit, ValueError):
        factor = None
    return Year(fact, None if value is None or factor is None else value * factor, own)


def _decimal(fact: Fact) -> Decimal | None:
    return fact.value if isinstance(fact.value, Decimal) else None
