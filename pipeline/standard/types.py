"""What a standard pack is: frozen records, one for each table of the files described in docs/pack-format.md.

Every record that carries a rule knows its clause; `line` fields are for messages to pack authors only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from pipeline.standard.chart_types import ChartDefinition
from pipeline.standard.inherit import Override
from pipeline.units import ONE, Unit, unit

Status = Literal["printed", "inferred", "provisional", "user"]
FieldType = Literal[
    "text", "long_text", "number", "integer", "date", "year", "month", "choice", "multi_choice", "yes_no"
]
Carry = Literal["keep", "clear", "shift"]
_LASTING_TYPES = ("text", "long_text", "choice", "multi_choice")
STATUS_WORDS: Mapping[str, str] = {
    "printed": "原文",
    "inferred": "推断",
    "provisional": "暂拟",
    "user": "用户录入",
}

CRITERIA_TABLE = "criteria"
"""Id of the table that a sheet with `criteria: true` makes."""


# -- standard.yaml ------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Rounding:
    method: Literal["half_even"] = "half_even"
    source: str = "GB/T 8170-2008"


@dataclass(frozen=True, slots=True)
class Roles:
    """Ids of the fields and the table that the program itself must know."""

    enterprise: str
    evaluation_year: str
    evaluation_date: str
    evidence: str | None = None
    evidence_file: str = "file"


@dataclass(frozen=True, slots=True)
class Reference:
    number: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report that can be made from the pack. `template` is a path below report_templates/.

    A report with several official forms gives `forms` (a path for each) and its `default_form` instead. `verification`
    tells that it speaks of verified values and so wants a verification workbook.
    """

    id: str
    title: str
    file_name: str
    template: str = ""
    forms: Mapping[str, str] = field(default_factory=dict)
    default_form: str | None = None
    verification: bool = False
    required_sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """standard.yaml."""

    id: str
    number: str
    title: str
    edition: str
    status: Literal["draft", "enacted", "superseded"]
    pack_version: str
    roles: Roles
    publisher: str = ""
    issued: str | None = None
    effective: str | None = None
    superseded: str | None = None
    base: str | None = None
    rounding: Rounding = field(default_factory=Rounding)
    comparison: Literal["full_value", "rounded_value"] = "full_value"
    references: tuple[Reference, ...] = ()
    notes: tuple[str, ...] = ()
    reports: tuple[Report, ...] = ()
    charts: tuple[ChartDefinition, ...] = ()


# -- intake.yaml --------------------------------------------------------------------------------------------
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
    help: str = ""
    example: str = ""
    clause: str | None = None
    width: Decimal | None = None
    decimals: int | None = None
    carry: Carry | None = None
    earlier: str | None = None
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
    intro: str = ""
    min_rows: int = 0
    when: str | None = None
    rows: int = 15
    key: tuple[str, ...] = ()
    prefill: tuple[Mapping[str, Any], ...] = ()
    fixed: tuple[str, ...] = ()
    carry: Carry | None = None

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
    def period_column(self) -> str | None:
        """The column that says which year a row speaks of: a year that is part of the key, as in energy by year.
        Years that merely describe a row (built in, put into service) are not periods."""
        return next((c.id for c in self.columns if c.type == "year" and c.id in self.key), None)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The columns of a table with fixed rows that everyone fills."""
        return tuple(c.id for c in self.columns if c.required and c.id not in self.fixed)

    def question(self, row: str, column_id: str) -> Field | None:
        """What a fixed row (by its key) asks in a column; None where it asks nothing there."""
        return None if column_id in self.fixed else self.by_id[column_id]


@dataclass(frozen=True)
class RowTable(Table):
    """A table with fixed rows that ask different things in one column; made by the program, never read from a pack.

    `questions` by row key and column; None where nothing is asked. `asked` are the columns that everyone fills.
    """

    questions: Mapping[str, Mapping[str, Field | None]] = field(default_factory=dict)
    asked: tuple[str, ...] = ()

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
    """A condition over several facts; its id is the code of the finding."""

    id: str
    require: str
    at: str
    message: str
    severity: Literal["error", "warning", "note"] = "error"
    when: str | None = None
    for_each: str | None = None
    fix: str = ""
    why: str = ""
    clause: str | None = None


@dataclass(frozen=True)
class IntakeSchema:
    """intake.yaml, with the criteria sheet already built.

    `document` is what people call the workbook; `steps` replace the general words on how to fill it.
    """

    sheets: tuple[Sheet, ...]
    rules: tuple[Rule, ...] = ()
    option_sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
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


# -- indicators.yaml ----------------------------------------------------------------------------------------
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


@dataclass(frozen=True)
class ComputedColumn:
    """A value computed for each row; `id` is `table.column`."""

    id: str
    label: str
    unit: str
    formula: str
    decimals: int = 2
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


# -- factors ------------------------------------------------------------------------------------------------
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


# -- scoring.yaml -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Criterion:
    """One row of the score table. `points` None = not scored."""

    id: str
    clause: str
    texts: tuple[str, ...]
    obligation: Literal["mandatory", "optional"]
    method: Literal["veto", "assessed", "level", "linear", "condition"]
    points: Decimal | None = None
    points_status: Status | None = None
    report_texts: tuple[str, ...] = ()
    indicator: str | None = None
    condition: str | None = None
    veto: bool = False
    evidence: str = ""
    status: Status = "printed"
    source: str | None = None
    note: str | None = None

    @property
    def text(self) -> str:
        """The words of the row as printed in the source."""
        return "\n".join(self.texts)

    @property
    def report_text(self) -> str:
        """The words for the report: corrected where errata ask for it."""
        return "\n".join(self.report_texts or self.texts)

    @property
    def is_judged_by_program(self) -> bool:
        """Whether verdict and score follow from indicators and are not asked."""
        return self.method in ("level", "linear", "condition")


@dataclass(frozen=True)
class Subcategory:
    id: str
    title: str
    criteria: tuple[Criterion, ...]
    weight: Decimal | None = None
    weight_status: Status = "printed"
    status: Status = "printed"
    source: str | None = None
    note: str | None = None

    @property
    def max_points(self) -> Decimal:
        """Sum of the points of the criteria."""
        return sum((c.points for c in self.criteria if c.points is not None), Decimal(0))


@dataclass(frozen=True)
class Category:
    id: str
    title: str
    subcategories: tuple[Subcategory, ...]
    weight: Decimal | None = None
    weight_status: Status = "printed"
    status: Status = "printed"
    note: str | None = None


@dataclass(frozen=True)
class Methods:
    """Parameters of the scoring methods."""

    by_level: Mapping[str, Decimal] = field(default_factory=dict)
    by_level_status: Status = "provisional"
    not_applicable: Literal["drop", "full", "zero"] = "drop"
    not_applicable_status: Status = "provisional"


@dataclass(frozen=True, slots=True)
class Scheme:
    """The table of the workbook in which the user may set another scheme (评价方案): its only key column names the
    criterion; the column `points` replaces the points, a 否 in the column `adopted` takes the criterion out."""

    table: str
    points: str | None = None
    adopted: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Scoring:
    """scoring.yaml."""

    title: str
    categories: tuple[Category, ...]
    normalise_to: Decimal = Decimal(100)
    normalise: Literal["fixed", "group_max"] = "fixed"
    mandatory_veto: bool = False
    decimals: int = 2
    methods: Methods = field(default_factory=Methods)
    provisional_title: str = "全表得分（暂拟）"
    provisional_intro: str = "采用暂拟的分值和权重后"
    provisional_note: str = "暂拟的行、分值和权重不是标准原文，该得分仅供企业内部参考，不构成正式评价结论。"
    scheme: Scheme | None = None

    @cached_property
    def criteria(self) -> Mapping[str, Criterion]:
        """Criteria by id, in the order of the table."""
        return {c.id: c for _, s in self.subcategories for c in s.criteria}

    @cached_property
    def subcategories(self) -> tuple[tuple[Category, Subcategory], ...]:
        """Every subcategory with its category, in order."""
        return tuple((category, s) for category in self.categories for s in category.subcategories)

    @cached_property
    def subcategory_of(self) -> Mapping[str, Subcategory]:
        """The subcategory of each criterion id."""
        return {c.id: s for _, s in self.subcategories for c in s.criteria}


# -- verification.yaml --------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class VetoRole:
    """The table of the conditions that exclude a factory: its columns, and the word for “does not apply to it”."""

    table: str
    condition: str
    result: str
    clear: str


@dataclass(frozen=True, slots=True)
class ConclusionRole:
    """The field of the conclusion and its word for conformity. `mandatory`: a mandatory row that is not met forbids it."""

    field: str
    met: str
    mandatory: bool = True


@dataclass(frozen=True, slots=True)
class VerificationRoles:
    """Ids of the fields and tables of verification.yaml that the program itself must know."""

    agency: str
    report_date: str
    conclusion: ConclusionRole
    evidence: str
    veto: VetoRole | None = None


@dataclass(frozen=True)
class VerificationPack:
    """verification.yaml: what the third party fills in besides the verified values and scores."""

    materiality: Decimal
    roles: VerificationRoles
    sheets: tuple[Sheet, ...]
    rules: tuple[Rule, ...] = ()
    option_sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    methods: tuple[str, ...] = ("文件", "现场", "抽样", "仪表")
    document: str = "核查表"
    steps: tuple[str, ...] = ()


# -- errata.yaml, cases -------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Erratum:
    id: str
    where: str
    says: str
    does: str
    why: str = ""
    affects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedIndicator:
    value: str | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    indicators: Mapping[str, ExpectedIndicator] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A worked example: facts in, expected values out."""

    name: str
    source: str
    facts: Mapping[str, Any]
    expect: Expectation


@dataclass(frozen=True, slots=True)
class Release:
    """One version of the pack: the present id of each field, table or `table.column` that it renamed."""

    version: str
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Standard:
    """A whole pack. `digest` is the SHA-256 over its files and those of the factor tables.

    `stamps` are further keys and values of the hidden identity sheet; a pack itself has none.
    """

    identity: Identity
    intake: IntakeSchema
    indicators: IndicatorSet
    scoring: Scoring
    factors: Mapping[str, FactorFamily]
    errata: tuple[Erratum, ...]
    cases: tuple[Case, ...]
    digest: str
    factors_digest: str
    verification: VerificationPack | None = None
    stamps: tuple[tuple[str, str], ...] = ()
    overrides: tuple[Override, ...] = ()
    """Of a pack over a base: every difference to it, with its place."""
    history: tuple[Release, ...] = ()

    @property
    def id(self) -> str:
        """The pack's id."""
        return self.identity.id
