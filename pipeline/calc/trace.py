"""How a number came to be: formula, numbers put in, operands with their places, factors, rounding, limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from pipeline.findings import CellRef
from pipeline.formula.figures import Figures
from pipeline.formula.render import substituted
from pipeline.quantity import Missing, NotApplicable

OperandKind = Literal["fact", "row", "factor", "constant", "quantity"]


@dataclass(frozen=True, slots=True)
class Operand:
    """Something that a formula read. `value` is text as printed; `where` the cell, `source` the document of a factor.

    `years_back`: of how many years before the evaluation year a fact or quantity is.
    """

    kind: OperandKind
    id: str
    label: str
    value: str
    unit: str = ""
    symbol: str = ""
    where: CellRef | None = field(default=None, compare=False)
    source: str = field(default="", compare=False)
    detail: str = ""
    years_back: int = 0


@dataclass(frozen=True, slots=True)
class LevelBasis:
    """Which limit the level was compared with, and how."""

    level: str
    direction: str
    limits: Mapping[str, Decimal]
    clause: str
    variant: str = ""
    comparison: str = "full_value"
    worst_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """The computation of one indicator: `figures` are the numbers put in, `unrounded` is in the declared unit,
    `conversion` the factor that led there."""

    formula: str
    words: str
    symbolic: str
    figures: Figures
    operands: tuple[Operand, ...]
    unrounded: Decimal | None = None
    rounded: Decimal | None = None
    decimals: int = 2
    rounding: str = ""
    conversion: str = ""
    conversion_factor: Decimal | None = None
    level: LevelBasis | None = None
    causes: tuple[str, ...] = ()

    @property
    def substituted(self) -> str:
        """The formula with the numbers put in, as text: `(79379 + 0) ÷ 77037`."""
        return substituted(self.figures)


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    """A computed indicator or quantity: rounded value or blank, level id (`below` when no limit is reached)."""

    id: str
    label: str
    unit: str
    value: Decimal | Missing | NotApplicable
    level: str | None
    trace: Trace
    clause: str = ""

    @property
    def number(self) -> Decimal | None:
        """The rounded value, or None for a blank."""
        return self.value if isinstance(self.value, Decimal) else None
