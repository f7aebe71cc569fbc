"""The result of evaluating one workbook: facts, indicators, score table, findings, receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from pipeline.calc.calculator import Calculator
from pipeline.calc.scorecard import Scorecard
from pipeline.calc.trace import IndicatorValue
from pipeline.evidence import NO_EVIDENCE, Evidence
from pipeline.facts import Intake
from pipeline.findings import CellRef, Finding, Severity, has_errors
from pipeline.receipt import Receipt
from pipeline.standard.types import Standard


@dataclass(frozen=True)
class Evaluation:
    """Everything known about one workbook under one standard.

    `earlier[n]` are the yearly indicators n years before; `on_trial` are findings of rules on trial: they stand in the
    JSON and nowhere else.
    """

    standard: Standard
    intake: Intake
    indicators: Mapping[str, IndicatorValue]
    earlier: Mapping[int, Mapping[str, IndicatorValue]]
    scorecard: Scorecard
    findings: tuple[Finding, ...]
    calculator: Calculator
    receipt: Receipt
    evidence: Evidence = NO_EVIDENCE
    on_trial: tuple[Finding, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether a final report may be issued: no finding is an error."""
        return not has_errors(self.findings)

    @cached_property
    def code_at(self) -> Mapping[CellRef, str]:
        """The code of the first error at each cell."""
        errors = (f for f in reversed(self.findings) if f.severity is Severity.ERROR)
        return {f.where: f.code for f in errors if f.where is not None and f.where.cell}

    @property
    def enterprise(self) -> str:
        """The name of the evaluated enterprise, "" when not filled in."""
        value = self.intake.fact(self.standard.identity.roles.enterprise).value
        return value if isinstance(value, str) else ""

    @property
    def evaluation_year(self) -> int | None:
        """The year evaluated."""
        value = self.intake.fact(self.standard.identity.roles.evaluation_year).value
        return int(value) if isinstance(value, Decimal) else None
