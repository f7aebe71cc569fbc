"""The filled score table: what each row got, why, and what is confirmed, provisional or undecided."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from pipeline.findings import CellRef
from pipeline.standard.types import Category, Criterion, Subcategory

MET, PARTLY, NOT_MET, NOT_APPLICABLE, UNDECIDED = "符合", "部分符合", "不符合", "不适用", "待定"


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """One row. `score` None: not scored (a pure basic requirement, not applicable) or undecided; see `verdict`.

    `share` (0 to 1) is the part of the points earned, of a row judged by the program: all that can be said where the
    points themselves are not known.
    """

    criterion: Criterion
    verdict: str
    score: Decimal | None
    basis: str = ""
    statement: str = ""
    evidence: tuple[str, ...] = ()
    confirmed: bool = False
    share: Decimal | None = None
    where: CellRef | None = field(default=None, compare=False)

    @property
    def provisional(self) -> bool:
        """Whether row, points or rule are our proposal and not the standard's."""
        return self.criterion.status == "provisional"


@dataclass(frozen=True, slots=True)
class SubcategoryScore:
    """Points earned and weighted score; None as long as a row is undecided or nothing applies."""

    subcategory: Subcategory
    rows: tuple[CriterionScore, ...]
    points: Decimal | None
    weighted: Decimal | None
    confirmed: Decimal | None
    applicable: bool = True

    @property
    def provisional(self) -> bool:
        """Whether weight or rows are our proposal."""
        return self.subcategory.status == "provisional" or self.subcategory.weight_status == "provisional"


@dataclass(frozen=True, slots=True)
class CategoryScore:
    category: Category
    subcategories: tuple[SubcategoryScore, ...]

    @property
    def share(self) -> Decimal | None:
        """The part (0 to 1) of the weight that applies which was earned; None as long as a row is undecided."""
        counted = [s for s in self.subcategories if s.subcategory.weight is not None and s.applicable]
        weight = sum((s.subcategory.weight or Decimal(0) for s in counted), Decimal(0))
        if not weight or any(s.points is None for s in counted):
            return None
        return sum((s.weighted or Decimal(0) for s in counted), Decimal(0)) / weight

    @property
    def below_minimum(self) -> bool:
        """Whether the category falls short of the share of its points that the standard asks."""
        minimum, share = self.category.minimum, self.share
        return minimum is not None and share is not None and share * 100 < minimum


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over subcategories. `score` counts what is decided (a lower bound when `complete` is False);
    `weight` is the weight that applies, `confirmed` the part with evidence."""

    score: Decimal
    confirmed: Decimal
    weight: Decimal
    decided_weight: Decimal
    complete: bool


@dataclass(frozen=True, slots=True)
class BasicRequirements:
    """The veto rows. `met` None: not all decided, none failed."""

    rows: tuple[CriterionScore, ...]
    met: bool | None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The whole table. `printed` sums what stands in the source, `whole` adds what is provisional."""

    categories: tuple[CategoryScore, ...]
    basic_requirements: BasicRequirements
    printed: Total
    whole: Total

    @property
    def rows(self) -> tuple[CriterionScore, ...]:
        """Every row in the order of the table."""
        return tuple(r for c in self.categories for s in c.subcategories for r in s.rows)

    @property
    def has_provisional(self) -> bool:
        """Whether any row or weight is our proposal."""
        return any(s.provisional for c in self.categories for s in c.subcategories)
