"""The functions of the formula language that look beyond the values of their arguments: at blanks, years, rows, coefficients.

Those that do not stand in `functions`; together they are CALLS. How many arguments each takes stands in `syntax.FUNCTIONS`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final, TypeAlias

from pipeline.formula import syntax as s
from pipeline.formula.environment import (
    Bound,
    Coefficient,
    Environment,
    Evaluates,
    FactorUse,
    column_of,
    row_of,
    told,
)
from pipeline.formula.functions import VALUES, Given
from pipeline.formula.values import Num, Outcome, aligned, blank_of
from pipeline.quantity import MISSING, Missing, NotApplicable, interpolated, plain
from pipeline.units import ONE, PERCENT, UnknownUnit, unit

BETTER: Final = {"higher": "数值越大越好", "lower": "数值越小越好"}
"""The direction of an indicator in words."""
Arguments: TypeAlias = tuple[s.Node, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """Where a call stands: who evaluates its arguments, the rows at hand, how many years back."""

    evaluator: Evaluates
    bound: Bound
    back: int

    @property
    def environment(self) -> Environment:
        """Where names get their values."""
        return self.evaluator.environment

    def value(self, node: s.Node, earlier: int = 0) -> Outcome:
        """The outcome of an argument, so many years earlier."""
        return self.evaluator.outcome(node, self.bound, self.back + earlier)

    def needed(self, node: s.Node) -> Outcome:
        """The outcome; a column that is optional by itself but needed here is named among the causes."""
        outcome = self.value(node)
        if isinstance(node, s.Column) and isinstance(outcome, Missing):
            self.environment.cell(node.table, self.bound[node.table], node.column, wanted=True)
        return outcome

    def problem(self, code: str, details: dict[str, str], column: str) -> None:
        """Tells of a problem at a column of the row at hand."""
        self.environment.problem(code, details, row_of(self.bound), column)


# -- values and blanks ---------------------------------------------------------------------------------------------
def _abs(site: Site, args: Arguments) -> Outcome:
    inner = site.value(args[0])
    return Num(abs(inner.value), inner.unit) if isinstance(inner, Num) else inner


def _present(site: Site, args: Arguments) -> Outcome:
    return not isinstance(site.value(args[0]), Missing)


def _applicable(site: Site, args: Arguments) -> Outcome:
    inner = site.value(args[0])
    return inner if isinstance(inner, Missing) else not isinstance(inner, NotApplicable)


def _note(site: Site, args: Arguments) -> Outcome:
    assert isinstance(args[0], s.Name)  # the pack check has seen to it
    return site.environment.note(args[0].id) or MISSING


def _has(site: Site, args: Arguments) -> Outcome:
    chosen, wanted = site.value(args[0]), site.value(args[1])
    return wanted in chosen if isinstance(chosen, tuple) else MISSING


def _if(site: Site, args: Arguments) -> Outcome:
    condition = site.value(args[0])
    if not isinstance(condition, bool):
        return blank_of(condition)
    return site.value(args[1] if condition else args[2])


def _edition(site: Site, args: Arguments) -> Outcome:
    assert isinstance(args[0], s.Text)  # the pack check has seen to it
    return site.environment.is_edition(args[0].value)


def _plain(name: str, site: Site, args: Arguments) -> Outcome:
    """A function that needs nothing but the values of its arguments."""
    given: list[Given] = []
    for argument in args:
        outcome = site.needed(argument)
        if isinstance(outcome, Missing | NotApplicable | tuple):
            return blank_of(*map(site.needed, args))
        given.append(outcome)
    return told(VALUES[name](*given), site.environment, site.bound)


# -- years -----------------------------------------------------------------------------------------------------------
def _prev(site: Site, args: Arguments) -> Outcome:
    return site.value(args[0], earlier=1)


def _yoy(site: Site, args: Arguments) -> Outcome:
    before, now = site.value(args[0], earlier=1), site.value(args[0])
    if not isinstance(now, Num) or not isinstance(before, Num):
        return blank_of(now, before)
    if before.value == 0:
        return MISSING
    return Num((now.value - before.value) / before.value * 100, PERCENT)


def _year_of(site: Site, args: Arguments) -> Outcome:
    date = site.value(args[0])
    return Num(Decimal(date.year)) if isinstance(date, dt.date) else MISSING


# -- rows ------------------------------------------------------------------------------------------------------------
def _at(site: Site, args: Arguments) -> Outcome:
    cell, key = args[0], site.value(args[1])
    assert isinstance(cell, s.Column)  # the pack check has seen to it
    if not isinstance(key, str):
        return blank_of(key)
    row = site.environment.keyed_row(cell.table, key)
    return MISSING if row is None else site.environment.cell(cell.table, row, cell.column, wanted=True)


def _outer(site: Site, args: Arguments) -> Outcome:
    column = args[0]
    assert isinstance(column, s.Column)  # the pack check has seen to it
    row = site.bound.get(f"^{column.table}", site.bound[column.table])
    return site.environment.cell(column.table, row, column.column)


def _first(site: Site, args: Arguments) -> Outcome:
    """Whether no row above has the same values in all of the columns."""
    named = [column for column in args if isinstance(column, s.Column)]
    here = site.bound[named[0].table]

    def values(row: int) -> list[Outcome]:
        return [site.environment.cell(c.table, row, c.column) for c in named]

    own = values(here)
    if any(isinstance(v, Missing) for v in own):
        return MISSING
    return all(values(row) != own for row in range(here))


# -- limits ----------------------------------------------------------------------------------------------------------
def _linear(site: Site, args: Arguments) -> Outcome:
    """How far a value has come from `zero` (0) to `full` (1), clamped to both ends.

    With a direction the limits must follow it, and where both are the same the value reaches them or not.
    """
    value, zero, full = (site.needed(a) for a in args[:3])
    if not (isinstance(value, Num) and isinstance(zero, Num) and isinstance(full, Num)):
        return blank_of(value, zero, full)
    start, end = aligned(value, zero)[0], aligned(value, full)[0]
    rising = None if len(args) == 3 else site.value(args[3]) == "higher"
    if rising is None and start == end:
        _limits_problem(site, "limits_equal", {"limit": plain(end)}, args[2])
        return MISSING
    if rising is not None and (start > end if rising else start < end):
        shown = {
            "limits": f"{plain(start)}、{plain(end)}",
            "direction": BETTER["higher" if rising else "lower"],
        }
        _limits_problem(site, "limits_disordered", shown, args[2])
        return MISSING
    if start == end:
        reached = value.value >= end if rising else value.value <= end
        return Num(Decimal(int(reached)), ONE)
    return Num(interpolated(value.value, start, end), ONE)


def _limits_problem(site: Site, code: str, details: dict[str, str], limit: s.Node) -> None:
    """Tells of limits at the cell of the better one."""
    row = row_of(site.bound)
    match limit:
        case s.Call("at", (s.Column(table, column), s.Text(key))):
            index = site.environment.keyed_row(table, key)
            row = None if index is None else (table, index)
        case _:
            column = column_of(limit)
    site.environment.problem(code, details, row, column)


# -- coefficients ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Sought:
    """A coefficient that is asked for by name, if it is there."""

    family: str
    set: str
    key: str
    found: Coefficient | None


def _sought(site: Site, args: Arguments) -> _Sought | Outcome:
    """The coefficient, or the blank among the words that name it."""
    family, set_name, key = (site.value(a) for a in args[:3])
    if not (isinstance(family, str) and isinstance(set_name, str) and isinstance(key, str)):
        return blank_of(set_name, key)
    return _Sought(family, set_name, key, site.environment.coefficient(family, set_name, key))


def _has_factor(site: Site, args: Arguments) -> Outcome:
    sought = _sought(site, args)
    return sought.found is not None if isinstance(sought, _Sought) else sought


def _factor(site: Site, args: Arguments) -> Outcome:
    sought = _sought(site, args)
    if not isinstance(sought, _Sought):
        return sought
    if sought.found is None:
        return _no_factor(site, sought, args)
    return Num(sought.found.value, sought.found.result / sought.found.per)


def _no_factor(site: Site, sought: _Sought, args: Arguments) -> Outcome:
    details = {"family": sought.family, "set": sought.set, "key": sought.key}
    site.problem("factor_missing", details, column_of(args[2]))
    return MISSING


def _apply_factor(site: Site, args: Arguments) -> Outcome:
    sought = _sought(site, args)
    if not isinstance(sought, _Sought):
        return sought
    if (found := sought.found) is None:
        return _no_factor(site, sought, args)
    amount, spelled = site.value(args[3]), site.value(args[4])
    if not isinstance(amount, Num) or not isinstance(spelled, str):
        return blank_of(amount, spelled)
    try:
        measured = unit(spelled)
        scale = measured.factor_to(found.per)
    except (UnknownUnit, ValueError):
        details = {"key": sought.key, "per": found.per.text, "unit": spelled}
        site.problem("factor_unit", details, column_of(args[4]))
        return MISSING
    override = site.value(args[5]) if len(args) == 6 else MISSING
    value = override.value if isinstance(override, Num) else found.value
    names = sought.family, sought.set, sought.key
    site.environment.factor_used(
        FactorUse(*names, amount.value, measured, value, found.per, found.result, isinstance(override, Num))
    )
    return Num(amount.value * scale * value, found.result)


CALLS: Final[Mapping[str, Callable[[Site, Arguments], Outcome]]] = {
    "abs": _abs,
    "prev": _prev,
    "yoy": _yoy,
    "present": _present,
    "note": _note,
    "has": _has,
    "year_of": _year_of,
    "if": _if,
    "factor": _factor,
    "has_factor": _has_factor,
    "apply_factor": _apply_factor,
    "at": _at,
    "linear": _linear,
    "edition": _edition,
    "outer": _outer,
    "first": _first,
    "applicable": _applicable,
    **{name: partial(_plain, name) for name in VALUES},
}
"""Every function of the language by its name."""
