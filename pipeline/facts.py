"""What an intake workbook says: facts that know their cells.

Equality is by meaning: the cell a value came from takes no part in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.findings import CellRef
from pipeline.quantity import MISSING, Missing, Value


@dataclass(frozen=True, slots=True)
class Fact:
    """One typed value. `unit` is the declared unit of the field; `note` the client's text in the 备注 cell."""

    value: Value
    unit: str | None = None
    source: CellRef | None = field(default=None, compare=False)
    note: str = field(default="", compare=False)

    @property
    def is_missing(self) -> bool:
        """Whether nothing was filled in (not applicable and not detected are answers)."""
        return isinstance(self.value, Missing)


NO_FACT = Fact(MISSING)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: facts by column id, and the address of the row for messages."""

    facts: Mapping[str, Fact]
    source: CellRef = field(default_factory=lambda: CellRef(""), compare=False)

    def fact(self, column: str) -> Fact:
        """The fact of a column; a missing one when the column was not filled in."""
        return self.facts.get(column, NO_FACT)


@dataclass(frozen=True, slots=True)
class Intake:
    """All facts of a workbook.

    `facts` by field id for the evaluation year; `earlier[n]` by field id, n years before it; `tables` by table id.
    `places` gives for every field and table the place where an answer belongs: `id`, `id@1`, `id@2` (earlier years),
    `table` (its first data row), `table.column` (the heading), `criteria[B05]` (the verdict of a criterion).
    `refused` holds the keys of answers that have a finding already, so that none is reported as missing again: `id`,
    `id@1`, `table` (the whole table is not there), `table.column`, `table[3].column` (third row of `tables[table]`,
    from 1), `criteria[B05]` and `criteria[B05].column`.
    """

    facts: Mapping[str, Fact]
    earlier: Mapping[int, Mapping[str, Fact]] = field(default_factory=dict)
    tables: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    file: str = ""
    places: Mapping[str, CellRef] = field(default_factory=dict, compare=False)
    refused: frozenset[str] = field(default_factory=frozenset, compare=False)

    def fact(self, field_id: str, years_back: int = 0) -> Fact:
        """The fact of a field, `years_back` years before the evaluation year."""
        source = self.facts if years_back == 0 else self.earlier.get(years_back, {})
        return source.get(field_id, NO_FACT)

    def rows(self, table_id: str) -> tuple[Row, ...]:
        """The rows of a table; none when it was left empty."""
        return self.tables.get(table_id, ())
