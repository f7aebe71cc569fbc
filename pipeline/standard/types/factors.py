"""Factor tables of standards/_factors/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Literal

from pipeline.standard.types.words import Status


@dataclass(frozen=True, slots=True)
class Parameter:
    value: Decimal
    unit: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class FactorEntry:
    """One coefficient: `value` of the family's result unit per unit `per`."""

    key: str
    per: str
    value: Decimal | None = None
    kcal: Decimal | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    range: tuple[Decimal, ...] = ()
    source: str = ""
    status: Status = "printed"
    note: str = ""


@dataclass(frozen=True)
class FactorSet:
    """One edition of a coefficient table."""

    set: str
    entries: tuple[FactorEntry, ...]
    label: str = ""
    valid_from: str | None = None
    valid_to: str | None = None
    source: str = ""
    status: Status = "printed"
    note: str = ""

    @cached_property
    def by_key(self) -> Mapping[str, FactorEntry]:
        """Entries by key."""
        return {e.key: e for e in self.entries}


@dataclass(frozen=True)
class FactorFamily:
    """A coefficient table with its editions. Values given by `formula` are computed when the pack is loaded."""

    family: str
    label: str
    result_unit: str
    sets: tuple[FactorSet, ...]
    check: Literal["kcal_7000"] | None = None
    formula: str | None = None
    clause: str | None = None
    note: str = ""

    @cached_property
    def by_set(self) -> Mapping[str, FactorSet]:
        """Editions by the words that a choice field offers."""
        return {s.set: s for s in self.sets}

    def entry(self, set_name: str, key: str) -> FactorEntry | None:
        """The coefficient, or None."""
        found = self.by_set.get(set_name)
        return None if found is None else found.by_key.get(key)
