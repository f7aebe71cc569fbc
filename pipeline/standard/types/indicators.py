"""indicators.yaml: what is computed and against which limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from pipeline.standard.types.words import Status
from pipeline.units import Unit, unit


@dataclass(frozen=True)
class Constant:
    id: str
    value: Decimal
    unit: str
    label: str
    clause: str | None = None
    status: Status = "printed"
    source: str | None = None

    @cached_property
    def measure(self) -> Unit:
        """The declared unit."""
        return unit(self.unit)


OutcomeType = Literal["number", "text", "truth", "date"]


@dataclass(frozen=True)
class ComputedColumn:
    """A value computed for each row; `id` is `table.column`. A row where `when` does not hold is 不适用.

    With a `symbol` the column has equations; `symbols` are those of other names in its formula, columns as `table.column`.
    """

    id: str
    label: str
    formula: str
    unit: str = ""
    type: OutcomeType = "number"
    decimals: int = 2
    symbol: str | None = None
    symbols: Mapping[str, str] = field(default_factory=dict)
    when: str | None = None
    not_applicable_reason: str = ""
    clause: str | None = None
    status: Status = "printed"
    note: str | None = None

    @property
    def table(self) -> str:
        """The table whose rows get the value."""
        return self.id.partition(".")[0]

    @property
    def column(self) -> str:
        """The id of the column within the table."""
        return self.id.partition(".")[2]

    @cached_property
    def measure(self) -> Unit:
        """The declared unit."""
        return unit(self.unit)


@dataclass(frozen=True, slots=True)
class Saying:
    """One case of a derived text: `text` with `{formula}` places, said where `when` holds (or always)."""

    text: str
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """A date, text or truth value that follows from the facts: of a formula, or the first of `cases` that holds."""

    id: str
    label: str
    type: Literal["text", "truth", "date"]
    formula: str | None = None
    cases: tuple[Saying, ...] = ()
    when: str | None = None
    not_applicable_reason: str = ""
    clause: str | None = None
    status: Status = "printed"
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one variant: values by level id, or the worst level of other indicators."""

    levels: Mapping[str, Decimal] = field(default_factory=dict)
    worst_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits by level, alike for all or by the value of the field `by`."""

    clause: str | None = None
    status: Status = "printed"
    source: str | None = None
    levels: Mapping[str, Decimal] = field(default_factory=dict)
    by: str | None = None
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    levels_from: Mapping[str, str] = field(default_factory=dict)
    """Formulas over facts that give limits by level; what the workbook says goes before `levels`."""
    words: str = ""
    """Printed instead of the limits, where they are only the ends of a degree (0 and 100 %) and no limits of the source."""
    unset: tuple[str, ...] = ()
    """Of an evaluation, never of a pack: what must be filled in before the limits are known."""

    def limits_for(self, variant: str | None) -> Limits | None:
        """The limits for the value of the field `by`; None when there are none for it."""
        if self.by is None:
            return Limits(levels=self.levels)
        entry = self.variants.get(variant or "")
        if entry is None:
            return None
        if "worst_of" in entry:
            return Limits(worst_of=tuple(entry["worst_of"]))
        return Limits(levels=entry)


@dataclass(frozen=True)
class Indicator:
    """A number that is computed; with thresholds it is also judged. Quantities are indicators without thresholds."""

    id: str
    label: str
    unit: str
    formula: str
    decimals: int = 2
    symbol: str | None = None
    symbols: Mapping[str, str] = field(default_factory=dict)
    yearly: bool = False
    when: str | None = None
    not_applicable_reason: str = ""
    clause: str | None = None
    formula_number: str | None = None
    status: Status = "printed"
    source: str | None = None
    note: str | None = None
    direction: Literal["higher", "lower"] = "higher"
    group: str = ""
    thresholds: Thresholds | None = None

    @cached_property
    def measure(self) -> Unit:
        """The declared unit."""
        return unit(self.unit)


@dataclass(frozen=True)
class IndicatorSet:
    """indicators.yaml."""

    levels: Mapping[str, str] = field(default_factory=dict)
    constants: tuple[Constant, ...] = ()
    columns: tuple[ComputedColumn, ...] = ()
    quantities: tuple[Indicator, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    derived: tuple[Derived, ...] = ()

    @cached_property
    def derived_by_id(self) -> Mapping[str, Derived]:
        """Derived dates, texts and truth values by id."""
        return {d.id: d for d in self.derived}

    @cached_property
    def by_id(self) -> Mapping[str, Indicator]:
        """Quantities and indicators by id."""
        return {i.id: i for i in (*self.quantities, *self.indicators)}

    @property
    def lowest(self) -> str:
        """The id of the lowest level; IndexError when the pack declares none."""
        return next(iter(self.levels))

    @property
    def highest(self) -> str:
        """The id of the highest level; IndexError when the pack declares none."""
        return tuple(self.levels)[-1]

    @cached_property
    def constants_by_id(self) -> Mapping[str, Constant]:
        """Constants by id."""
        return {c.id: c for c in self.constants}
