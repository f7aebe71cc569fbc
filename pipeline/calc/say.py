"""Formulas within the texts of a pack: `回用量 {wastewater_reused}` with the client's own figure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from pipeline.formula.values import Num
from pipeline.quantity import Missing, NoSolution, NotApplicable, fixed, plain

if TYPE_CHECKING:
    from pipeline.calc.calculator import Calculator

PLACES = re.compile(r"\{([^{}]*)\}")
_PLAIN = re.compile(r"(?:prev\()*\s*(\w+)\s*\)*")
"""A name by itself, or of an earlier year."""


def filled(text: str, word: Callable[[str], str]) -> str:
    """The text with `word` of the formula in each place."""
    return PLACES.sub(lambda m: word(m.group(1)), text)


def say(calculator: Calculator, expression: str, row: tuple[str, int] | None = None) -> str:
    """The value of a formula in words: figures with their unit, whole dates, 是 and 否."""
    outcome = calculator.condition(expression, row)
    if isinstance(outcome, Num):
        plainly = _PLAIN.fullmatch(expression.strip())
        indicator = calculator.standard.indicators.by_id.get(plainly[1]) if plainly else None
        if indicator is not None:
            text = fixed(outcome.value, indicator.decimals)
        elif outcome.value.normalize().as_tuple().exponent in range(-6, 60):
            text = plain(outcome.value)
        else:
            text = fixed(outcome.value, 2)
        measure = outcome.unit.text if outcome.unit is not None and outcome.unit.text != "1" else ""
        return f"{text} {measure}".strip()
    if isinstance(outcome, bool):
        return "是" if outcome else "否"
    if isinstance(outcome, dt.date):
        return f"{outcome.year}年{outcome.month}月{outcome.day}日"
    if isinstance(outcome, Missing | NotApplicable):
        return _blank(outcome)
    return "、".join(outcome) if isinstance(outcome, tuple) else outcome


def _blank(outcome: Missing | NotApplicable) -> str:
    if isinstance(outcome, NoSolution):
        return outcome.word
    return "（未填）" if isinstance(outcome, Missing) else "不适用"
