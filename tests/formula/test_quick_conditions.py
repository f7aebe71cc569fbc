"""Conditions that nobody traces are evaluated quickly; they say what the traced evaluation says."""

from __future__ import annotations

from decimal import localcontext
from pathlib import Path

import pytest

from pipeline.calc.calculator import Calculator
from pipeline.calc.scope import Scope
from pipeline.deliver import Options, standard_for
from pipeline.evaluate import evaluate
from pipeline.formula import syntax as s
from pipeline.formula.evaluate import Evaluator
from pipeline.formula.values import Outcome
from pipeline.quantity import PRECISION
from tests.conftest import ROOT


def traced(calculator: Calculator, text: str, row: tuple[str, int] | None) -> Outcome:
    """The outcome with every part remembered and nothing known beforehand."""
    with localcontext(prec=PRECISION):
        evaluator = Evaluator(Scope(calculator, recording=False))
        return evaluator.run(s.parse(text), {row[0]: row[1]} if row else None)


@pytest.mark.parametrize("sample", ["01-*", "02-*", "06-*", "14-*"])
def test_every_condition_of_a_pack_on_every_row(sample: str) -> None:
    path: Path = next((ROOT / "samples").glob(sample)) / "录入表.xlsx"
    calculator = evaluate(path, standard_for(path, Options())).calculator
    asked = 0
    for rule in calculator.standard.intake.rules:
        count = len(calculator.intake.rows(rule.for_each)) if rule.for_each else 1
        for index in range(count):
            row = (rule.for_each, index) if rule.for_each else None
            for text in filter(None, (rule.when, rule.require)):
                assert calculator.condition(text, row) == traced(calculator, text, row), (rule.id, row)
                asked += 1
    assert asked > 20


@pytest.mark.parametrize(
    ("text", "is_closed"),
    [
        ("count(energy_use where energy_use.year > evaluation_year)", True),
        ("sum(energy_use.amount * 2 where energy_use.energy in ['煤', '电'])", True),
        ("sum(energy_use.amount where energy_use.energy == energy_monthly.energy)", False),
        ("sum(energy_use.amount / land_area)", False),
        ("count(energy_use where present(energy_use.year))", False),
        ("rank(energy_use.amount)", False),
    ],
)
def test_only_an_aggregate_that_reads_nothing_outside_is_the_same_for_every_row(
    text: str, is_closed: bool
) -> None:
    node = s.parse(text)
    assert isinstance(node, s.Aggregate)
    assert s.is_closed(node) is is_closed
