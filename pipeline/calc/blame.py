"""One fault, one finding: what reads a cell that has a finding already is a consequence, not a second fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.calc.dependencies import dependencies
from pipeline.calc.yearly import YEARS
from pipeline.facts import Intake
from pipeline.findings import SILENT, CellRef, Finding, Severity
from pipeline.formula import syntax as s
from pipeline.standard.types import Rule, Standard

Place = tuple[str, str]
"""Sheet and cell."""
Row = tuple[str, int]
"""Table and index of a row."""


class Blamed:
    """The cells that findings name, and which further findings follow from them.

    After an error everything that reads its cell, or looks over its table, waits until it is mended. A warning may stand for good, so it only
    explains other warnings, and only those that are about its cell (not those whose condition looks at it).
    """

    def __init__(self, standard: Standard, intake: Intake, findings: Iterable[Finding]) -> None:
        self._standard = standard
        self._intake = intake
        self._depends = dependencies(standard)
        self._errors: set[Place] = set()
        self._warnings: set[Place] = set()
        self._subjects: set[str] = set()
        for found in findings:
            self.add(found)

    def add(self, found: Finding) -> None:
        """Takes in one more finding."""
        if found.severity is Severity.ERROR:
            self._subjects.add(found.subject)
        if found.where is None or not found.where.cell or found.severity in SILENT:
            return
        blamed = self._errors if found.severity is Severity.ERROR else self._warnings
        blamed.add((found.where.sheet, found.where.cell))

    def explain_rule(self, rule: Rule, row: Row | None) -> bool:
        """Whether a rule of the pack is broken because of a fault that is known."""
        texts = [rule.require] if rule.when is None else [rule.require, rule.when]
        if any(self._is_refused(key, row) for key in self._keys(texts)):
            return True
        if not self._errors.isdisjoint(self._read(texts, row, whole_rows=True)):
            return True
        if rule.grade == "error":
            return False
        return not self._warnings.isdisjoint(self._read([rule.require], row, whole_rows=False))

    def explain_places(self, places: Iterable[CellRef]) -> bool:
        """Whether one of the cells has an error."""
        return not self._errors.isdisjoint((p.sheet, p.cell) for p in places)

    def explain_computed(self, found: Finding) -> bool:
        """Whether a fault met while computing follows from an error: at its own cell, or in anything it was
        computed from."""
        if found.where is not None:
            return (found.where.sheet, found.where.cell) in self._errors
        indicators = self._standard.indicators.by_id.values()
        reads = {key for i in indicators if i.label == found.subject for key in self._depends.reads(i.id)}
        return not self._subjects.isdisjoint(reads)

    def _keys(self, texts: Iterable[str]) -> Iterator[str]:
        """The fields, tables and columns that conditions read."""
        for text in texts:
            node = s.parse(text)
            for name in s.names(node):
                yield from self._depends.name_reads(name)
            for column in s.columns(node):
                if column.column in self._standard.intake.tables[column.table].by_id:
                    yield f"{column.table}.{column.column}"
                else:
                    yield from self._depends.column_reads(column)

    def _is_refused(self, key: str, row: Row | None) -> bool:
        """Whether an answer is there but could not be read: of the table at hand only in the row at hand."""
        table, _, column = key.partition(".")
        own = {f"{table}[{row[1] + 1}].{column}"} if row is not None and row[0] == table else set()
        return not {key, table, *own}.isdisjoint(self._intake.refused)

    def _read(self, texts: Iterable[str], row: Row | None, *, whole_rows: bool) -> Iterator[Place]:
        """The cells that conditions read: of the table at hand only the row at hand, of an empty table its first.

        `whole_rows`: a row of another table counts for nothing while any of its cells has an error.
        """
        for key in self._keys(texts):
            for source in self._sources(key, row, whole_rows):
                if source is not None:
                    yield source.sheet, source.cell

    def _sources(self, key: str, row: Row | None, whole_rows: bool) -> Iterator[CellRef | None]:
        table, dot, column = key.partition(".")
        rows = self._intake.rows(table)
        if table in self._standard.intake.tables and not rows:
            yield self._intake.places.get(table)
        if not dot:
            yield from (self._intake.fact(key, back).source for back in range(YEARS))
            return
        if row is not None and row[0] == table:
            yield rows[row[1]].fact(column).source
        elif whole_rows:
            yield from (fact.source for r in rows for fact in r.facts.values())
        else:
            yield from (r.fact(column).source for r in rows)
