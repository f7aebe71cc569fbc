"""How much each changed input contributed to the change of an indicator: by substitution through the evaluation.

Up to six inputs by Shapley's rule: the mean effect of an input over every order in which the inputs could have changed, so
the shares add up to the whole change and depend on no order. More inputs are put in one at a time, and what they do
together is stated as a remainder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from itertools import combinations
from math import factorial
from typing import Final

from pipeline.calc.calculator import Calculator
from pipeline.calc.dependencies import dependencies
from pipeline.evaluation import Evaluation
from pipeline.export import value_record
from pipeline.facts import Fact, Intake, Row
from pipeline.quantity import PRECISION
from pipeline.review.align import align_items
from pipeline.standard.types import Table

EXACT: Final = 6
MAX_INPUTS: Final = 40


@dataclass(frozen=True, slots=True)
class Contribution:
    """The share of one input in the change of an indicator, in the indicator's unit."""

    label: str
    change: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Contributions:
    """The shares; `remainder` what the inputs do together (0 by Shapley's rule); `reason` why there are none."""

    shares: tuple[Contribution, ...] = ()
    remainder: Decimal = Decimal(0)
    exact: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """One changed input: where it stands, and in which tables and columns it is read."""

    key: str
    label: str
    change: str
    reads: str
    field: str = ""
    years_back: int = 0
    table: str = ""
    step: int = -1
    column: str = ""


Steps = Mapping[str, tuple[tuple[Row | None, Row | None], ...]]


class Contributor:
    """The inputs that differ between two evaluations under one pack, and what they do to an indicator."""

    def __init__(self, old: Evaluation, new: Evaluation) -> None:
        self._old, self._new = old, new
        self._standard = new.standard
        self._dependencies = dependencies(new.standard)
        self._steps: Steps = {
            name: _steps(old.intake, new.intake, table)
            for name, table in self._standard.intake.tables.items()
        }
        self.inputs = (*self._field_inputs(), *self._table_inputs())
        self._calculators: dict[frozenset[str], Calculator] = {}

    def of(self, indicator: str, years_back: int = 0) -> Contributions:
        """The shares of the inputs in the change of an indicator."""
        reads = self._dependencies.reads(indicator)
        inputs = [i for i in self.inputs if i.reads in reads or (i.table in reads and not i.column)]
        if not inputs:
            return Contributions(reason="没有找到影响它的填报变化")
        if len(inputs) > MAX_INPUTS:
            return Contributions(reason=f"影响它的填报变化有 {len(inputs)} 处，不逐项分解")

        def value(chosen: frozenset[str]) -> Decimal | None:
            return self._calculator(chosen).indicator(indicator, years_back).trace.unrounded

        with localcontext(prec=PRECISION):
            return _shares(inputs, value)

    # -- the inputs ------------------------------------------------------------------------------------------------
    def _field_inputs(self) -> list[Input]:
        found = []
        for name, field in self._standard.intake.fields.items():
            backs = {0, *self._old.intake.earlier, *self._new.intake.earlier}
            for back in sorted(backs):
                before, after = self._old.intake.fact(name, back), self._new.intake.fact(name, back)
                if before.value != after.value:
                    label = field.label + ("", "（上年）", "（前年）")[min(back, 2)]
                    found.append(Input(f"{name}@{back}", label, _change(before, after), name, name, back))
        return found

    def _table_inputs(self) -> list[Input]:
        found = []
        for name, steps in self._steps.items():
            table = self._standard.intake.tables[name]
            for at, (before, after) in enumerate(steps):
                label = f"{table.label} {_row_name(after or before, table)}"
                if before is None or after is None:
                    change = "增加一行" if before is None else "删去一行"
                    found.append(Input(f"{name}/{at}", label, change, name, table=name, step=at))
                    continue
                for column in table.columns:
                    a, b = before.fact(column.id), after.fact(column.id)
                    if a.value != b.value:
                        key = f"{name}/{at}/{column.id}"
                        found.append(
                            Input(key, f"{label} {column.label}", _change(a, b), f"{name}.{column.id}",
                                  table=name, step=at, column=column.id)
                        )  # fmt: skip
        return found

    # -- mixtures of both ------------------------------------------------------------------------------------------
    def _calculator(self, chosen: frozenset[str]) -> Calculator:
        if chosen not in self._calculators:
            self._calculators[chosen] = Calculator(self._standard, self._mixed(chosen))
        return self._calculators[chosen]

    def _mixed(self, chosen: frozenset[str]) -> Intake:
        """The old facts with the chosen inputs as they are now."""
        old, new = self._old.intake, self._new.intake
        facts, earlier = dict(old.facts), {back: dict(values) for back, values in old.earlier.items()}
        touched = set()
        for each in self.inputs:
            if each.key not in chosen:
                continue
            if each.field:
                target = facts if not each.years_back else earlier.setdefault(each.years_back, {})
                target[each.field] = new.fact(each.field, each.years_back)
            else:
                touched.add(each.table)
        tables = dict(old.tables) | {name: self._rows(name, chosen) for name in touched}
        return replace(old, facts=facts, earlier=earlier, tables=tables)

    def _rows(self, name: str, chosen: frozenset[str]) -> tuple[Row, ...]:
        rows = []
        for at, (before, after) in enumerate(self._steps[name]):
            if before is None or after is None:
                there = after if f"{name}/{at}" in chosen else before
                if there is not None:
                    rows.append(there)
                continue
            facts = dict(before.facts)
            for column in self._standard.intake.tables[name].columns:
                if f"{name}/{at}/{column.id}" in chosen:
                    facts[column.id] = after.fact(column.id)
            rows.append(replace(before, facts=facts))
        return tuple(rows)


def _steps(old: Intake, new: Intake, table: Table) -> tuple[tuple[Row | None, Row | None], ...]:
    """The rows of both tables side by side."""
    before, after = old.rows(table.id), new.rows(table.id)
    texts = [c.id for c in table.columns if not c.is_number]
    pairs = align_items(
        before, after,
        (_content, lambda r: tuple(str(r.fact(c).value) for c in texts) if texts else None),
        _alike,
    )  # fmt: skip
    return tuple(
        (None if p.old is None else before[p.old], None if p.new is None else after[p.new]) for p in pairs
    )


def _content(row: Row) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((c, str(f.value)) for c, f in row.facts.items() if not f.is_missing))


def _alike(old: Row, new: Row) -> float:
    a, b = dict(_content(old)), dict(_content(new))
    columns = {*a, *b}
    return sum(a.get(c) == b.get(c) for c in columns) / len(columns) if columns else 0.0


def _row_name(row: Row | None, table: Table) -> str:
    words = [
        str(f.value)
        for c in table.columns
        if not c.is_number and row is not None and (f := row.fact(c.id)).value and not f.is_missing
    ]
    return f"“{' '.join(words[:2])}”" if words else "一行"


def _change(before: Fact, after: Fact) -> str:
    from pipeline.review.segment import delta_text

    def text(fact: Fact) -> str:
        value = value_record(fact.value)
        return "（未填）" if value is None else str(value)

    return delta_text(text(before), text(after))


def _shares(inputs: Sequence[Input], value: Callable[[frozenset[str]], Decimal | None]) -> Contributions:
    keys = [i.key for i in inputs]
    start, end = value(frozenset()), value(frozenset(keys))
    if start is None or end is None:
        return Contributions(reason="变化前后有一方无法计算，不分解")
    few = len(keys) <= EXACT
    amounts = shapley(keys, value) if few else [_alone(k, start, value) for k in keys]
    if any(amount is None for amount in amounts):
        return Contributions(reason="有的组合算不出数值，不分解")
    shares = [
        Contribution(i.label, i.change, amount)
        for i, amount in zip(inputs, amounts, strict=True)
        if amount is not None and amount != 0
    ]
    shares.sort(key=lambda s: (-abs(s.amount), s.label))
    rest = Decimal(0) if few else (end - start) - sum((s.amount for s in shares), Decimal(0))
    return Contributions(tuple(shares), rest, few)


def _alone(key: str, start: Decimal, value: Callable[[frozenset[str]], Decimal | None]) -> Decimal | None:
    """What one input does by itself."""
    found = value(frozenset({key}))
    return None if found is None else found - start


def shapley(keys: Sequence[str], value: Callable[[frozenset[str]], Decimal | None]) -> list[Decimal | None]:
    """The mean effect of each key over every order."""
    n = len(keys)
    results: list[Decimal | None] = []
    for key in keys:
        others = [k for k in keys if k != key]
        total: Decimal | None = Decimal(0)
        for size in range(n):
            weight = Decimal(factorial(size) * factorial(n - size - 1)) / Decimal(factorial(n))
            for chosen in combinations(others, size):
                without, with_it = value(frozenset(chosen)), value(frozenset({*chosen, key}))
                if without is None or with_it is None or total is None:
                    total = None
                    break
                total += weight * (with_it - without)
        results.append(total)
    return results
