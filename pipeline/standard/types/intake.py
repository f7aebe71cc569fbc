"""intake.yaml: what the workbook asks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, Literal

from pipeline.formula.precision import Tolerance
from pipeline.standard.types.words import _LASTING_TYPES, Carry, FieldType, Status
from pipeline.units import ONE, Unit, unit

DECLARED_PRECISION: Final = "declared_precision"
STAGE_GRADES: Final[Mapping[str, Literal["error", "warning", "note"]]] = {
    "trial": "note",
    "warn": "warning",
    "block": "error",
}
"""What a rule in each stage of its life gives: on trial only a record in the JSON."""
RULE_SIDES: Final = frozenset({"left", "right", "left_parts", "right_parts", "difference"})
"""Words for the two sides of a rule's comparison, in its message and fix."""
_NOTE_IDS = frozenset({"note", "notes", "remark"})
_SHARE = re.compile(r"(\d+(?:\.\d+)?) ?%")


@dataclass(frozen=True)
class Field:
    """One thing that is asked: a field of a sheet, or a column of a table."""

    id: str
    label: str
    type: FieldType
    aliases: tuple[str, ...] = ()
    unit: str | None = None
    required: bool = False
    when: str | None = None
    min: Decimal | None = None
    max: Decimal | None = None
    above: Decimal | None = None
    below: Decimal | None = None
    years: int = 1
    yoy_limit: Decimal | None = None
    past: bool = False
    not_applicable: Literal["forbidden", "propagate", "zero"] = "forbidden"
    not_detected: Literal["forbidden", "limit", "half_limit", "zero"] = "forbidden"
    pattern: str | None = None
    pattern_hint: str | None = None
    format: Literal["credit_code", "email", "phone", "postcode"] | None = None
    max_length: int | None = None
    options: tuple[str, ...] | str = ()
    option_aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other words for an option, by option; those of the whole file are added by the loader."""
    refers_to: str | None = None
    """`table.column` in which the text must stand, or be one of `refers_also`."""
    refers_also: tuple[str, ...] = ()
    help: str = ""
    example: str = ""
    clause: str | None = None
    width: Decimal | None = None
    decimals: int | None = None
    carry: Carry | None = None
    earlier: str | None = None
    informational: str | None = None
    unit_from: str | None = None
    below_one: bool = False
    """Whether values up to 1 are usual where the unit is %, so that none is taken for a fraction (0.92 for 92 %)."""
    status: Status = "printed"
    source: str | None = None

    @property
    def carried(self) -> Carry:
        """What becomes of a value in the workbook of the next year: as declared, else by years and type."""
        if self.carry is not None:
            return self.carry
        if self.years > 1:
            return "shift"
        return "keep" if self.type in _LASTING_TYPES else "clear"

    @property
    def is_number(self) -> bool:
        """Whether values are decimals with a unit."""
        return self.type in ("number", "integer")

    @cached_property
    def measure(self) -> Unit:
        """The declared unit; a pure number when none is declared."""
        return unit(self.unit) if self.unit else ONE

    @property
    def choices(self) -> tuple[str, ...]:
        """The allowed words of a choice; option sets are resolved by the loader."""
        if self.type == "yes_no":
            return ("是", "否")
        return self.options if isinstance(self.options, tuple) else ()

    @property
    def heading(self) -> str:
        """Label with unit, as it stands in a table header."""
        return f"{self.label}（{self.unit}）" if self.unit and self.unit != "1" else self.label


@dataclass(frozen=True)
class Table:
    """Rows of facts. `prefill` rows stand already in the blank workbook.

    With `fixed` columns the table has exactly the rows of `prefill`, known by its one `key` column; the words of the
    fixed columns are locked and the rest is asked.
    """

    id: str
    label: str
    columns: tuple[Field, ...]
    clause: str | None = None
    status: Status = "printed"
    source: str | None = None
    intro: str = ""
    min_rows: int = 0
    when: str | None = None
    rows: int = 15
    key: tuple[str, ...] = ()
    prefill: tuple[Mapping[str, Any], ...] = ()
    fixed: tuple[str, ...] = ()
    carry: Carry | None = None
    informational: str | None = None

    @property
    def carried(self) -> Carry:
        """What becomes of the rows in the workbook of the next year: as declared, else by the period column."""
        return self.carry or ("shift" if self.period_column else "keep")

    @cached_property
    def by_id(self) -> Mapping[str, Field]:
        """Columns by id."""
        return {c.id: c for c in self.columns}

    def column(self, column_id: str) -> Field:
        """The column; KeyError when there is none."""
        return self.by_id[column_id]

    @cached_property
    def note_column(self) -> Field | None:
        """The column where a client explains a row."""
        found = (c for c in self.columns if c.id in _NOTE_IDS or c.label.startswith("备注"))
        return next(found, None)

    @cached_property
    def period_column(self) -> str | None:
        """The column that says which year a row speaks of: a year that is part of the key, as in energy by year.
        Years that merely describe a row (built in, put into service) are not periods."""
        return next((c.id for c in self.columns if c.type == "year" and c.id in self.key), None)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The columns of a table with fixed rows that everyone fills."""
        return tuple(c.id for c in self.columns if c.required and c.id not in self.fixed)

    @property
    def hidden(self) -> tuple[str, ...]:
        """Columns that only the program needs: there, but not shown to people."""
        return ()

    def question(self, row: str, column_id: str) -> Field | None:
        """What a fixed row (by its key) asks in a column; None where it asks nothing there."""
        return None if column_id in self.fixed else self.by_id[column_id]


@dataclass(frozen=True)
class RowTable(Table):
    """A table with fixed rows that ask different things in one column; made by the program, never read from a pack.

    `questions` by row key and column; None where nothing is asked. `asked` are the columns that everyone fills,
    `unseen` those that only the program needs.
    """

    questions: Mapping[str, Mapping[str, Field | None]] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def hidden(self) -> tuple[str, ...]:
        """The columns that only the program needs."""
        return self.unseen

    @property
    def wanted(self) -> tuple[str, ...]:
        """The columns that everyone fills."""
        return self.asked

    def question(self, row: str, column_id: str) -> Field | None:
        """What this row asks in the column."""
        own = self.questions.get(row, {})
        return own[column_id] if column_id in own else super().question(row, column_id)


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook: fields first, then tables."""

    id: str
    title: str
    section: str = ""
    aliases: tuple[str, ...] = ()
    clause: str | None = None
    intro: str = ""
    fields: tuple[Field, ...] = ()
    tables: tuple[Table, ...] = ()
    criteria: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition over several facts; its id is the code of the finding.

    A rule of plausibility has a life-cycle: `stage` (since a date) instead of `severity`. `tolerance` says how far the two
    sides of its comparison may be apart; `explain` names the column where the client may confirm the value.
    """

    id: str
    require: str
    at: str
    message: str
    severity: Literal["error", "warning", "note"] | None = None
    stage: Literal["trial", "warn", "block"] | None = None
    since: str | None = None
    tolerance: str | None = None
    explain: str | None = None
    when: str | None = None
    for_each: str | None = None
    explains: bool = True
    """Whether the finding says that a value is wrong, so that what follows from it is not told as well. A result that is
    told for its own sake (a balance that does not close, a limit that is exceeded) explains nothing."""
    fix: str = ""
    why: str = ""
    clause: str | None = None
    source: str = ""
    status: Status = "printed"

    @property
    def grade(self) -> Literal["error", "warning", "note"]:
        """The severity of its findings, by its stage if it has one."""
        if self.stage is not None:
            return STAGE_GRADES[self.stage]
        return self.severity or "error"

    @property
    def permitted(self) -> Tolerance | None:
        """What `tolerance` says; None where the comparison is exact. ValueError for anything but the two forms."""
        if self.tolerance is None:
            return None
        if self.tolerance == DECLARED_PRECISION:
            return Tolerance()
        share = _SHARE.fullmatch(self.tolerance)
        if share is None:
            raise ValueError(
                f"tolerance 应为 {DECLARED_PRECISION} 或百分数（如 5%），这里是“{self.tolerance}”"
            )
        return Tolerance(Decimal(share.group(1)))


@dataclass(frozen=True)
class IntakeSchema:
    """intake.yaml, with the criteria sheet already built.

    `document` is what people call the workbook; `steps` replace the general words on how to fill it.
    """

    sheets: tuple[Sheet, ...]
    rules: tuple[Rule, ...] = ()
    option_sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    option_aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    document: str = "录入表"
    steps: tuple[str, ...] = ()

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Fields (not columns) by id, in the order of the workbook."""
        return {f.id: f for s in self.sheets for f in s.fields}

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """Tables by id, in the order of the workbook."""
        return {t.id: t for s in self.sheets for t in s.tables}

    @cached_property
    def sheet_of(self) -> Mapping[str, Sheet]:
        """The sheet of each field and table id."""
        fields = {f.id: s for s in self.sheets for f in s.fields}
        return fields | {t.id: s for s in self.sheets for t in s.tables}
