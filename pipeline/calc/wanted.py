"""What to fill in so that a row can be decided: the blank cells that a missing result rests on, wherever they stand.

The formula is walked as it was evaluated: only the parts that are missing, only the rows that count, only the branch that
a condition chose, through computed columns and other indicators down to the cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, localcontext

from pipeline.calc.calculator import Calculator
from pipeline.calc.scope import Scope
from pipeline.findings import CellRef
from pipeline.formula import syntax as s
from pipeline.formula.environment import Bound, FactorUse, within
from pipeline.formula.evaluate import Evaluator
from pipeline.formula.years import years_words
from pipeline.quantity import PRECISION, Missing, plain
from pipeline.standard.types import Criterion, Indicator

_ASKING = frozenset({"present", "note", "has_factor", "edition", "first"})
"""Functions that answer for a blank as well."""


class _Quiet(Scope):
    """Looks without telling of faults again."""

    def problem(self, code: str, details: dict[str, str], row: tuple[str, int] | None, column: str) -> None:
        """Told already."""

    def factor_used(self, use: FactorUse) -> None:
        """Noted already."""


def wanted(calculator: Calculator, criterion: Criterion) -> tuple[str, ...]:
    """The blank cells that leave a row undecided, as `label（sheet!cell）`; none where the fault is another one."""
    with localcontext(prec=PRECISION):
        walk = _Walk(calculator)
        found = [entry for text in criterion.formulas for entry in walk.text(text)]
        if criterion.indicator is not None:
            found += walk.indicator(calculator.standard.indicators.by_id[criterion.indicator], 0)
    return tuple(dict.fromkeys(found))


def wanted_limits(calculator: Calculator, indicator: Indicator) -> tuple[str, ...]:
    """The blank cells that leave an indicator without its limits."""
    thresholds = indicator.thresholds
    if thresholds is None:
        return ()
    with localcontext(prec=PRECISION):
        walk = _Walk(calculator)
        given = [text for level, text in thresholds.levels_from.items() if level not in thresholds.levels]
        return tuple(dict.fromkeys(entry for text in given for entry in walk.text(text)))


class _Walk:
    def __init__(self, calculator: Calculator) -> None:
        self.calculator = calculator
        self.intake = calculator.intake
        self.schema = calculator.standard.intake
        self.scope = _Quiet(calculator, recording=False)
        self._seen: set[object] = set()

    def text(self, text: str | None, bound: Bound | None = None, back: int = 0) -> Iterator[str]:
        """What a formula lacks."""
        if text is not None:
            yield from self._node(s.parse(text), bound or {}, back)

    def indicator(self, indicator: Indicator, back: int) -> Iterator[str]:
        """What an indicator lacks, and what its limits are chosen by."""
        if (indicator.id, back) in self._seen:
            return
        self._seen.add((indicator.id, back))
        yield from self.text(indicator.when, None, back)
        yield from self.text(indicator.formula, None, back)
        if indicator.thresholds is not None and not back:
            yield from self.text(indicator.thresholds.by)

    def _node(self, node: s.Node, bound: Bound, back: int) -> Iterator[str]:
        if not isinstance(self._value(node, bound, back), Missing):
            return
        match node:
            case s.Name(name):
                yield from self._name(name, back)
            case s.Column(table, column):
                yield from self._cell(table, bound[table], column)
            case s.Call(function, arguments):
                yield from self._call(function, arguments, bound, back)
            case s.Aggregate():
                yield from self._aggregate(node, bound, back)
            case _:
                for child in s.children(node):
                    yield from self._node(child, bound, back)

    def _value(self, node: s.Node, bound: Bound, back: int) -> object:
        return Evaluator(self.scope, back).run(node, bound)

    def _name(self, name: str, back: int) -> Iterator[str]:
        standard = self.calculator.standard
        field = self.schema.fields.get(name)
        if field is not None:
            back = back if field.years > 1 or field.is_number else 0
            key = f"{name}@{back}" if back else name
            place = self.intake.fact(name, back).source or self.intake.places.get(key)
            yield _entry(f"{years_words(back)}{field.label}", place)
        elif name in standard.indicators.by_id:
            yield from self.indicator(standard.indicators.by_id[name], back)
        elif name in standard.indicators.derived_by_id:
            derived = standard.indicators.derived_by_id[name]
            for text in (derived.when, derived.formula, *(case.when for case in derived.cases)):
                yield from self.text(text)

    def _cell(self, table: str, row: int, column: str) -> Iterator[str]:
        definition = self.schema.tables[table].by_id.get(column)
        if definition is not None:
            facts = self.intake.rows(table)[row]
            label = f"{self._row_name(table, row)} {definition.label}"
            yield _entry(label, facts.fact(column).source or facts.source)
        elif (table, row, column) not in self._seen:
            self._seen.add((table, row, column))
            computed = self.calculator.computed_columns[table, column]
            yield from self.text(computed.when, {table: row})
            yield from self.text(computed.formula, {table: row})

    def _call(self, function: str, arguments: tuple[s.Node, ...], bound: Bound, back: int) -> Iterator[str]:
        if function in _ASKING:
            return
        if function == "if":
            chosen = self._value(arguments[0], bound, back)
            part = arguments[0] if not isinstance(chosen, bool) else arguments[1 if chosen else 2]
            yield from self._node(part, bound, back)
        elif function == "at":
            yield from self._at(arguments, bound, back)
        elif function == "outer" and isinstance(arguments[0], s.Column):
            column = arguments[0]
            yield from self._cell(
                column.table, bound.get(f"^{column.table}", bound[column.table]), column.column
            )
        else:
            for years in {"prev": (1,), "yoy": (0, 1)}.get(function, (0,)):
                for argument in arguments:
                    yield from self._node(argument, bound, back + years)

    def _at(self, arguments: tuple[s.Node, ...], bound: Bound, back: int) -> Iterator[str]:
        cell, key = arguments[0], self._value(arguments[1], bound, back)
        if not isinstance(cell, s.Column) or not isinstance(key, str):
            yield from self._node(arguments[1], bound, back)
            return
        row = self.scope.keyed_row(cell.table, key)
        if row is not None:
            yield from self._cell(cell.table, row, cell.column)
            return
        table = self.schema.tables[cell.table]
        asked = table.by_id.get(cell.column)
        place = self.intake.places.get(
            f"{table.id}[{key}].{cell.column}"
        )  # of a row that stands there unfilled
        if asked is not None and place is not None:
            yield _entry(f"{key} {asked.label}", place)
        else:
            yield _entry(f"表“{table.label}”的 {key}", self.intake.places.get(table.id))

    def _aggregate(self, node: s.Aggregate, bound: Bound, back: int) -> Iterator[str]:
        (table,) = s.aggregate_tables(node)
        asking = Scope(self.calculator)
        count = asking.row_count(table, None if node.kind == "count" else back)
        if count is None:
            yield from asking.causes
            return
        lacking = []
        for row in range(count):
            inner = within(bound, table, row)
            holds = True if node.where is None else self._value(node.where, inner, back)
            if holds is not False:
                parts = (node.expression, node.period) if holds is True else (node.where,)
                lacking += [e for part in parts if part is not None for e in self._node(part, inner, back)]
        if not lacking and node.kind in ("min", "max", "avg"):
            lacking = [
                _entry(f"表“{self.schema.tables[table].label}”中对应的行", self.intake.places.get(table))
            ]
        yield from lacking

    def _row_name(self, table: str, row: int) -> str:
        definition, facts = self.schema.tables[table], self.intake.rows(table)[row]
        keys = definition.key or tuple(c.id for c in definition.columns[:1])
        values = [facts.fact(key).value for key in keys]
        words = [plain(v) if isinstance(v, Decimal) else v for v in values if isinstance(v, Decimal | str)]
        return " ".join(words) or f"第 {row + 1} 行"


def _entry(label: str, place: CellRef | None) -> str:
    return label if place is None or not place.cell else f"{label}（{place.sheet}!{place.cell}）"
