"""Where a formula gets its values: what the evaluator asks of its surroundings, and what they tell in return."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

from pipeline.formula import syntax as s
from pipeline.formula.values import Outcome
from pipeline.quantity import NoSolution
from pipeline.units import Unit

_FINDINGS: Final = {"无解": "irr_none", "多解": "irr_several"}
Bound = dict[str, int]
"""Table id → index of the row at hand; `^table` → that of the row outside, where an aggregate over the same table runs."""


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient as the environment gives it."""

    value: Decimal
    result: Unit
    per: Unit


class Environment(Protocol):
    """Where names get their values. Every method notes what was read, so that the trace can name it."""

    def value(self, name: str, years_back: int) -> Outcome: ...
    def cell(self, table: str, row: int, column: str, *, wanted: bool = False) -> Outcome: ...
    def row_count(self, table: str, years_back: int | None) -> int | None: ...
    def note(self, name: str) -> str: ...
    def keyed_row(self, table: str, key: str) -> int | None: ...
    def is_edition(self, name: str) -> bool: ...
    def coefficient(self, family: str, set_name: str, key: str) -> Coefficient | None: ...
    def factor_used(self, use: FactorUse) -> None: ...
    def problem(
        self, code: str, details: dict[str, str], row: tuple[str, int] | None, column: str
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class FactorUse:
    """An amount times a coefficient: what the trace prints for a row."""

    family: str
    set: str
    key: str
    amount: Decimal
    amount_unit: Unit
    coefficient: Decimal
    per: Unit
    result: Unit
    overridden: bool


class Evaluates(Protocol):
    """Who evaluates the parts of a formula."""

    @property
    def environment(self) -> Environment: ...
    def outcome(self, node: s.Node, bound: Bound, back: int) -> Outcome: ...


def within(bound: Bound, table: str, row: int) -> Bound:
    """The rows at hand inside an aggregate over `table`."""
    outside = {f"^{table}": bound[table]} if table in bound else {}
    return {**bound, **outside, table: row}


def row_of(bound: Bound) -> tuple[str, int] | None:
    """The outermost row at hand."""
    return next(iter(bound.items()), None)


def column_of(node: s.Node) -> str:
    """The column that a node is, "" for another node."""
    return node.column if isinstance(node, s.Column) else ""


def told(outcome: Outcome, environment: Environment, bound: Bound) -> Outcome:
    """The outcome; that there is no solution becomes a finding as well."""
    if isinstance(outcome, NoSolution):
        environment.problem(_FINDINGS[outcome.word], {"reason": outcome.reason}, row_of(bound), "")
    return outcome
