"""What depends on a fact: indicators, score rows, report sections. Derived from the formulas, so that it cannot drift."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.calc.say import PLACES
from pipeline.formula import syntax as s
from pipeline.memo import per_object
from pipeline.standard.types import Criterion, Derived, Indicator, Standard


class Dependencies:
    """For every field, table and `table.column` of a pack: who reads it, directly or through other indicators.

    `dependencies` gives the one of a pack: what it has found out it keeps.
    """

    def __init__(self, standard: Standard) -> None:
        self._standard = standard
        self._reads: dict[str, frozenset[str]] = {}
        self._blocked: dict[str, tuple[str, ...]] = {}

    def reads(self, indicator_id: str) -> frozenset[str]:
        """The fields, tables and columns that an indicator needs, all the way down.

        A column stands there as `table.column`, and besides as `table[key].column` for each cell that `at( … )` names
        and as `table[].column` when all its rows are read.
        """
        if indicator_id not in self._reads:
            self._reads[indicator_id] = self._closure(self._indicator_texts(indicator_id))
        return self._reads[indicator_id]

    def name_reads(self, name: str) -> frozenset[str]:
        """The same for any name of a formula; a field or table needs itself."""
        return self._closure((name,))

    def criterion_reads(self, criterion: Criterion) -> frozenset[str]:
        """The fields, tables and columns that a criterion judged by the program needs."""
        own = self._closure(criterion.formulas)
        return own | self.reads(criterion.indicator) if criterion.indicator is not None else own

    def blocked_by(self, key: str) -> tuple[str, ...]:
        """What cannot be done without the fact: `指标“容积率”`, `评分行 K01`, `报告“二、1 基础设施”`."""
        if key not in self._blocked:
            self._blocked[key] = self._blocks(key)
        return self._blocked[key]

    def _blocks(self, key: str) -> tuple[str, ...]:
        standard = self._standard
        owner = key.partition(".")[0]
        hit = [i for i in standard.indicators.by_id.values() if key in self.reads(i.id)]
        names = [f"指标“{i.label}”" for i in hit if i in standard.indicators.indicators]
        rows = [
            f"评分行 {c.id}" for c in standard.scoring.criteria.values() if key in self.criterion_reads(c)
        ]
        sheet = standard.intake.sheet_of.get(owner)
        section = [f"报告“{sheet.section}”"] if sheet is not None and sheet.section else []
        return (*names, *rows, *section)

    def _indicator_texts(self, indicator_id: str) -> tuple[str | None, ...]:
        indicator: Indicator = self._standard.indicators.by_id[indicator_id]
        found = indicator.thresholds
        limits = (found.by, *found.levels_from.values()) if found else ()
        return (indicator.formula, indicator.when, *limits)

    def _closure(self, texts: tuple[str | None, ...]) -> frozenset[str]:
        found: set[str] = set()
        for text in texts:
            if text is None:
                continue
            node = s.parse(text)
            for name in s.names(node):
                if name in self._standard.indicators.by_id:
                    found |= self.reads(name)
                elif name in self._standard.indicators.derived_by_id:
                    found |= self._closure(_texts(self._standard.indicators.derived_by_id[name]))
                elif name not in self._standard.indicators.constants_by_id:
                    found.add(name)
            named = _named_cells(node)
            found |= {f"{table}[{key}].{column}" for table, key, column in named}
            for column in s.columns(node):
                found |= self._column(column)
            found |= {f"{c.table}[].{c.column}" for c in _columns_as_a_whole(node)}
        return frozenset(found)

    def column_reads(self, column: s.Column) -> frozenset[str]:
        """The fields, tables and columns that a column, filled in or computed, needs."""
        return self._column(column)

    def _column(self, column: s.Column) -> frozenset[str]:
        key = f"{column.table}.{column.column}"
        computed = next((c for c in self._standard.indicators.columns if c.id == key), None)
        inner = self._closure((computed.formula, computed.when)) if computed else frozenset({key})
        return inner | {column.table}


@per_object(16)
def dependencies(standard: Standard) -> Dependencies:
    """The dependencies of a pack."""
    return Dependencies(standard)


def _named_cells(node: s.Node) -> set[tuple[str, str, str]]:
    """(table, key, column) of the cells that the formula names."""
    return {
        (cell.table, key.value, cell.column)
        for n in s.walk(node)
        if isinstance(n, s.Call) and n.function == "at"
        for cell, key in [n.arguments]
        if isinstance(cell, s.Column) and isinstance(key, s.Text)
    }


def _columns_as_a_whole(node: s.Node) -> Iterator[s.Column]:
    """The columns that the formula reads otherwise than cell by cell."""
    if isinstance(node, s.Column):
        yield node
    if not (isinstance(node, s.Call) and node.function == "at"):
        for child in s.children(node):
            yield from _columns_as_a_whole(child)


def _texts(derived: Derived) -> tuple[str | None, ...]:
    places = (p for case in derived.cases for p in PLACES.findall(case.text))
    return (derived.formula, derived.when, *(case.when for case in derived.cases), *places)
