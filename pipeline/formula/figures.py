"""A formula with the numbers of one evaluation put in: the small frozen tree that the printed text and the Word
equation are both made of, so that they cannot differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipeline.formula import syntax as s
from pipeline.formula.evaluate import Evaluator
from pipeline.formula.values import Num
from pipeline.quantity import plain, significant

MAX_TERMS: Final = 8
"""More rows than this are printed as their sum; each row still stands among the operands of the trace."""
BLANK: Final = "—"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number as printed, or the sign for a blank."""

    text: str


@dataclass(frozen=True, slots=True)
class Terms:
    """The rows of a sum, each as printed."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opposite:
    """Minus something."""

    operand: Figures


@dataclass(frozen=True, slots=True)
class Operation:
    """`+ - * /` of two."""

    op: str
    left: Figures
    right: Figures


Figures = Figure | Terms | Opposite | Operation


def figures_of(node: s.Node, evaluator: Evaluator) -> Figures:
    """The formula with the numbers of an evaluation put in; of `if` only the side that was taken."""
    match node:
        case s.Binary(op, left, right):
            return Operation(op, figures_of(left, evaluator), figures_of(right, evaluator))
        case s.Negate(operand):
            return Opposite(figures_of(operand, evaluator))
        case s.Call("if", (condition, first, second)):
            taken = first if evaluator.values.get(id(condition)) is True else second
            return figures_of(taken, evaluator)
        case s.Aggregate("sum"):
            terms = evaluator.terms.get(id(node), [])
            if 1 < len(terms) <= MAX_TERMS:
                return Terms(tuple(printed(number) for _, _, number in terms))
        case _:
            pass
    value = evaluator.values.get(id(node))
    return Figure(printed(value) if isinstance(value, Num) else BLANK)


def printed(number: Num) -> str:
    """In full when it has at most 12 digits, else with 10 significant ones."""
    text = plain(number.value)
    return text if len(text.replace(".", "").replace("-", "")) <= 12 else significant(number.value, 10)
