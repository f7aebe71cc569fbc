"""Aggregates over the rows of a table, once the rows have been evaluated. Flows by year stand in `series`."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from pipeline.formula.values import Num, Outcome, aligned
from pipeline.quantity import MISSING, Missing
from pipeline.units import ONE


@dataclass(slots=True)
class Rows:
    """What the rows of an aggregate gave: numbers with their rows, years of flows, blanks, different values."""

    kept: list[tuple[int, Num]] = field(default_factory=list)
    periods: list[Outcome] = field(default_factory=list)
    blanks: list[Outcome] = field(default_factory=list)
    different: set[Outcome] = field(default_factory=set)

    @property
    def numbers(self) -> list[Num]:
        """The numbers alone."""
        return [number for _, number in self.kept]

    @property
    def is_missing(self) -> bool:
        """Whether a row is missing, which makes the whole missing; rows that are not applicable drop out."""
        return any(isinstance(blank, Missing) for blank in self.blanks)


def distinct(rows: Rows) -> Outcome:
    """How many different values there are."""
    return MISSING if rows.is_missing else Num(Decimal(len(rows.different)), ONE)


def rank(own: Outcome, rows: Rows) -> Outcome:
    """1 + how many are larger: equal values have the same rank, and the next one leaves out as many."""
    if not isinstance(own, Num):
        return own
    if rows.is_missing:
        return MISSING
    return Num(Decimal(1 + sum(1 for v in rows.numbers if aligned(own, v)[0] > own.value)), ONE)


def reduced(kind: str, rows: Rows) -> Outcome:
    """The sum, count, smallest, largest or average of the rows kept, in the unit of the first."""
    values = rows.numbers
    if rows.is_missing:
        return MISSING
    if not values:
        return Num(Decimal(0)) if kind in ("sum", "count") else MISSING
    total, measure = values[0].value, values[0].unit
    alike = [total]
    for value in values[1:]:
        converted, measure = aligned(Num(total, measure), value)
        alike.append(converted)
    match kind:
        case "sum" | "count":
            return Num(sum(alike, Decimal(0)), measure)
        case "min":
            return Num(min(alike), measure)
        case "max":
            return Num(max(alike), measure)
        case _:
            return Num(sum(alike, Decimal(0)) / len(alike), measure)
