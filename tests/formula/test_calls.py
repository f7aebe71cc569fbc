"""The table of functions is one: what the grammar knows, and what can be evaluated."""

from __future__ import annotations

from pipeline.formula.calls import CALLS
from pipeline.formula.syntax import FUNCTIONS


def test_every_function_of_the_grammar_can_be_evaluated_and_no_other() -> None:
    assert set(CALLS) == set(FUNCTIONS)
