"""scoring.yaml: the printed score table, in its order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Literal

from pipeline.standard.types.words import Status

Method = Literal["veto", "assessed", "level", "linear", "bands", "formula", "condition"]


@dataclass(frozen=True, slots=True)
class Band:
    """One interval of a banded row: its ends, each inclusive or not, and the points in it.

    `points` None with the status `unknown`: the source for this interval was not at hand.
    """

    points: Decimal | None
    ge: Decimal | None = None
    gt: Decimal | None = None
    le: Decimal | None = None
    lt: Decimal | None = None
    status: Status = "printed"
    source: str | None = None

    def holds(self, value: Decimal) -> bool:
        """Whether the value lies in the interval."""
        return (
            (self.ge is None or value >= self.ge)
            and (self.gt is None or value > self.gt)
            and (self.le is None or value <= self.le)
            and (self.lt is None or value < self.lt)
        )


@dataclass(frozen=True, slots=True)
class AskedEvidence:
    """A document that is asked for. `words`: a document of the register whose name holds one of them is taken for it;
    `optional`: only where there is such a thing (如有)."""

    id: str
    name: str
    words: tuple[str, ...] = ()
    optional: bool = False
    status: Status = "printed"
    source: str | None = None


@dataclass(frozen=True)
class Criterion:
    """One row of the score table. `points` None = not scored, or (with the status `unknown`) not known how many."""

    id: str
    clause: str
    texts: tuple[str, ...]
    obligation: Literal["mandatory", "optional"]
    method: Method
    points: Decimal | None = None
    points_status: Status | None = None
    report_texts: tuple[str, ...] = ()
    indicator: str | None = None
    condition: str | None = None
    formula: str | None = None
    bands: tuple[Band, ...] = ()
    requires: str | None = None
    judged: str | None = None
    veto: bool = False
    evidence: str = ""
    evidence_items: tuple[AskedEvidence, ...] = ()
    status: Status = "printed"
    source: str | None = None
    note: str | None = None

    @property
    def evidence_text(self) -> str:
        """What evidence is asked for, in words."""
        listed = "；".join(f"{i.name}（如有）" if i.optional else i.name for i in self.evidence_items)
        return self.evidence or listed

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
        return self.method in ("level", "linear", "bands", "formula", "condition")

    @property
    def formulas(self) -> tuple[str, ...]:
        """Every formula and condition that the row states itself."""
        return tuple(text for text in (self.condition, self.formula, self.requires) if text is not None)

    @property
    def points_known(self) -> bool:
        """Whether the source of the points was at hand (a row without points has none to know)."""
        return self.points is not None or self.points_status != "unknown"


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
    subcategories: tuple[Subcategory, ...] = ()
    weight: Decimal | None = None
    weight_status: Status = "printed"
    minimum: Decimal | None = None
    """The least share of its points, in %, without which the whole does not conform."""
    status: Status = "printed"
    source: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Methods:
    """Parameters of the scoring methods."""

    by_level: Mapping[str, Decimal] = field(default_factory=dict)
    by_level_status: Status = "provisional"
    not_applicable: Literal["drop", "full", "zero"] = "drop"
    not_applicable_status: Status = "provisional"
    assessed: str | None = None
    """Why rows of the method `assessed` are left to a person; a row may say its own reason (`judged`)."""


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

    title: str = ""
    categories: tuple[Category, ...] = ()
    total: Decimal | None = None
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

    @property
    def unknown(self) -> tuple[Category, ...]:
        """The categories whose rows and points were not at hand."""
        return tuple(c for c in self.categories if c.status == "unknown")

    @cached_property
    def subcategories(self) -> tuple[tuple[Category, Subcategory], ...]:
        """Every subcategory with its category, in order."""
        return tuple((category, s) for category in self.categories for s in category.subcategories)

    @cached_property
    def subcategory_of(self) -> Mapping[str, Subcategory]:
        """The subcategory of each criterion id."""
        return {c.id: s for _, s in self.subcategories for c in s.criteria}
