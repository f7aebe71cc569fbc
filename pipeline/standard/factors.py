"""Coefficient tables: values computed from parameters, and the built-in checks of published coefficients."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, localcontext

from pipeline.formula import syntax as s
from pipeline.quantity import PRECISION, round_half_even
from pipeline.standard.types import FactorEntry, FactorFamily
from pipeline.units import ONE, Unit, UnknownUnit, unit

KCAL_PER_KGCE = Decimal(7000)
"""1 kgce = 7 000 kcal; every coefficient with a kcal base must be kcal / 7000 to four decimals (GB/T 2589)."""


def computed(family: FactorFamily, problems: list[str]) -> FactorFamily:
    """The family with values filled in from `formula`, and its declared check applied."""
    where = f"_factors/{family.family}.yaml"
    sets = []
    for factor_set in family.sets:
        entries = []
        for entry in factor_set.entries:
            name = f"{where}：{factor_set.set} “{entry.key}”"
            entries.append(_with_value(family, entry, name, problems))
            _check(family, entries[-1], name, problems)
        if len({e.key for e in entries}) != len(entries):
            problems.append(f"{where}：{factor_set.set} 有重复的名称")
        sets.append(replace(factor_set, entries=tuple(entries)))
    return replace(family, sets=tuple(sets))


def _with_value(family: FactorFamily, entry: FactorEntry, name: str, problems: list[str]) -> FactorEntry:
    if entry.value is not None:
        return entry
    if family.formula is None:
        problems.append(f"{name} 没有 value")
        return entry
    try:
        with localcontext(prec=PRECISION):
            value, found = _evaluate(s.parse(family.formula), entry)
            wanted = unit(family.result_unit) / unit(entry.per)
            return replace(entry, value=value * found.factor_to(wanted))
    except (s.FormulaError, UnknownUnit, ValueError, KeyError) as error:
        problems.append(f"{name} 按公式“{family.formula}”算不出：{error}")
        return entry


def _evaluate(node: s.Node, entry: FactorEntry) -> tuple[Decimal, Unit]:
    match node:
        case s.Number(value):
            return value, ONE
        case s.Name(id):
            parameter = entry.parameters[id]
            return parameter.value, unit(parameter.unit)
        case s.Binary("*", left, right):
            (a, ua), (b, ub) = _evaluate(left, entry), _evaluate(right, entry)
            return a * b, ua * ub
        case s.Binary("/", left, right):
            (a, ua), (b, ub) = _evaluate(left, entry), _evaluate(right, entry)
            return a / b, ua / ub
        case _:
            raise ValueError("系数公式里只用乘除")


def _check(family: FactorFamily, entry: FactorEntry, name: str, problems: list[str]) -> None:
    try:
        unit(family.result_unit)
        unit(entry.per)
    except UnknownUnit as error:
        problems.append(f"{name}：单位“{error}”不认识")
    if entry.value is None:
        return
    if entry.range and not entry.range[0] <= entry.value <= entry.range[-1]:
        problems.append(f"{name}：{entry.value} 不在 {entry.range[0]}～{entry.range[-1]} 之内")
    if family.check != "kcal_7000" or entry.kcal is None:
        return
    # published tables round half up or to even at the fourth decimal: one unit there is the tolerance
    if abs(entry.value - round_half_even(entry.kcal / KCAL_PER_KGCE, 4)) > Decimal("0.0001"):
        problems.append(f"{name}：{entry.value} 与 {entry.kcal} kcal ÷ 7000 不符")
