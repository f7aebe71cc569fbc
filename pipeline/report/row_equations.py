"""The equations of computed columns that have a symbol: one in symbols for the column, two for each row.

`economics.npv/symbolic` is the formula as the pack writes it. `economics[2].npv/symbolic` and `…/substituted` show what was
done for the second row: of an `if` only the side that was taken, in symbols and with the numbers put in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from decimal import localcontext
from functools import cached_property, partial
from typing import Any, Final

from pipeline.calc.scope import Scope
from pipeline.evaluation import Evaluation
from pipeline.formula import syntax as s
from pipeline.formula.evaluate import Evaluator
from pipeline.formula.figures import BLANK, printed
from pipeline.formula.syntax import parse
from pipeline.formula.values import Num
from pipeline.quantity import PRECISION, fixed, plain
from pipeline.report import math as om
from pipeline.report.math import Row
from pipeline.report.math_formula import Symbols
from pipeline.report.math_lines import fitted
from pipeline.report.ooxml import Element
from pipeline.report.words import unit_text
from pipeline.standard.types import ComputedColumn

_RATES: Final = ("irr", "irr_trial")
_SIGNS: Final = {"+": "+", "-": "−"}


Make = Callable[[], Element]
"""Makes one equation."""


def row_equations(evaluation: Evaluation) -> Iterator[tuple[str, Make]]:
    """Key and maker of the equation of every computed column with a symbol, and of those of its rows."""
    for column in evaluation.standard.indicators.columns:
        if column.symbol is None:
            continue
        yield f"{column.id}/symbolic", partial(_of_column, evaluation, column)
        for row in range(len(evaluation.intake.rows(column.table))):
            of_row = _OfRow(evaluation, column, row)
            key = f"{column.table}[{row + 1}].{column.column}"
            yield f"{key}/symbolic", of_row.symbolic
            if isinstance(of_row.outcome, Num):
                yield f"{key}/substituted", of_row.substituted


def _of_column(evaluation: Evaluation, column: ComputedColumn) -> Element:
    scope = Scope(evaluation.calculator, symbols=column.symbols)
    return _display([*_left(column), *Symbols(scope.symbol).row(parse(column.formula))])


class _OfRow:
    """What was done for one row."""

    def __init__(self, evaluation: Evaluation, column: ComputedColumn, row: int) -> None:
        self._column, self._row = column, row
        self._scope = Scope(evaluation.calculator, symbols=column.symbols, recording=False)
        self.outcome = evaluation.calculator.computed_cell(column.table, row, column.column)

    @cached_property
    def _evaluated(self) -> tuple[s.Node, Evaluator]:
        """The way that was taken through the formula, and the evaluator that went it."""
        evaluator, node = Evaluator(self._scope), parse(self._column.formula)
        with localcontext(prec=PRECISION):
            evaluator.run(node, {self._column.table: self._row})
        return _taken(node, evaluator), evaluator

    def symbolic(self) -> Element:
        """The formula in symbols."""
        way, _ = self._evaluated
        return _display([*_left(self._column), *Symbols(self._scope.symbol).row(way)])

    def substituted(self) -> Element:
        """The formula with its numbers and the result."""
        column, outcome = self._column, self.outcome
        assert isinstance(outcome, Num)  # else nobody is given this function
        way, evaluator = self._evaluated
        result = [*om.number(fixed(outcome.value, column.decimals)), *om.unit(unit_text(column.unit))]
        numbers = _Numbers(evaluator)
        if isinstance(way, s.Call) and way.function in _RATES:
            return _display([*numbers.solved(way, column), *_left(column), *result])
        shown = numbers.row(way)
        same = len(shown) == 1 and om.run_text(shown[0]) == om.run_text(result[0])
        return _display([*_left(column), *([] if same else [*shown, om.math("=")]), *result])


def _display(row: Row) -> Element:
    return om.display(fitted(row))


def _left(column: ComputedColumn) -> Row:
    return [*om.symbol(column.symbol or column.label), om.math("=")]


def _taken(node: Any, evaluator: Evaluator) -> Any:
    """The formula with every `if` replaced by the side that was taken; nodes keep their identity where nothing changes."""
    if isinstance(node, s.Call) and node.function == "if":
        condition, first, second = node.arguments
        return _taken(first if evaluator.values.get(id(condition)) is True else second, evaluator)
    if isinstance(node, tuple):
        made = tuple(_taken(item, evaluator) for item in node)
        return node if all(new is old for new, old in zip(made, node, strict=True)) else made
    if not is_dataclass(node) or isinstance(node, type):
        return node
    changed = {
        field.name: new
        for field in fields(node)
        if (new := _taken(old := getattr(node, field.name), evaluator)) is not old
    }
    return replace(node, **changed) if changed else node


class _Numbers(Symbols):
    """Sets a formula with the value that each name had, per cents with their sign."""

    def __init__(self, evaluator: Evaluator) -> None:
        super().__init__(lambda _node: BLANK)
        self._values = evaluator.values

    def solved(self, call: s.Call, column: ComputedColumn) -> Row:
        """The equation that a rate of return solves: Σ F / (1 + IRR)^j − I = 0, therefore."""
        investment, flow, life = call.arguments[:3]
        grown = [om.enclosed([om.math("1"), om.math("+"), *om.symbol(column.symbol or column.label)])]
        share = om.fraction(self.row(flow), [om.raised(grown, [om.math("j")])])
        years = [om.words("（j=1…"), *self.row(life), om.words("）")]
        return [
            om.total([share]),
            *years,
            om.math("−"),
            *self.row(investment),
            om.math("="),
            om.math("0"),
            om.words("，"),
        ]

    def _bound(self, node: s.Node) -> tuple[Row, int]:
        """A name as its number, a bare number beside a per cent with its sign; everything else as in symbols."""
        match node:
            case s.Name() | s.Column():
                value = self._values.get(id(node))
                text = printed(value) if isinstance(value, Num) else BLANK
                return self._number(text, percent=self._is_percent(node)), 5
            case s.Binary(op, s.Number(value), right) if op in "+-" and self._is_percent(right):
                second = self._inside(right, 4)
                return [*self._number(plain(value), percent=True), om.math(_SIGNS[op]), *second], 3
            case _:
                return super()._bound(node)

    def _is_percent(self, node: s.Node) -> bool:
        value = self._values.get(id(node))
        return isinstance(value, Num) and value.unit is not None and value.unit.text == "%"

    @staticmethod
    def _number(text: str, *, percent: bool) -> Row:
        return [*om.number(text), *([om.words("%")] if percent else [])]
