"""Which fields, tables and columns a pack asks for nothing: not in a formula, a rule, a chart, a role or a report.

A field that is asked for its own sake says so: `informational: the reason`.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipeline.formula import syntax as s
from pipeline.standard.chart_types import FieldsSource, TableSource, YearlySource
from pipeline.standard.check_derived import PLACES, derived_formulas
from pipeline.standard.templates import template_path, templates_of
from pipeline.standard.types import CRITERIA_TABLE, Field, Standard, Table

_NAME: Final = re.compile(r"\b(?:f|f1|f2|has|yes|note|change|declared|tables|totals)\.([a-z][a-z0-9_]*)")
_LOOP: Final = re.compile(r"for\s+(\w+)\s+in\s+tables\.(\w+)(.*?)endfor", re.DOTALL)
_TOTAL: Final = re.compile(r"\btotals\.(\w+)\.(\w+)")
_BRACED: Final = re.compile(r"\{([^{}]*)\}")
_TAG: Final = re.compile(r"<[^>]+>")
_REMARKS: Final = ("remark", "note", "cause")
"""Columns that are the reason of another answer in their row."""


def unused(standard: Standard) -> Iterator[str]:
    """The fields, tables and columns that no edition of the pack uses and that do not say why they are asked."""
    used = _used(standard)
    for sheet in standard.intake.sheets:
        for field in sheet.fields:
            if field.id not in used and field.informational is None:
                yield _line(standard, "fields", field.id, field.label)
        for table in sheet.tables:
            if table.id == CRITERIA_TABLE:
                continue
            if table.id not in used and table.informational is None:
                yield _line(standard, "tables", table.id, table.label)
            elif table.informational is None:
                yield from _columns(standard, table, used)


def _columns(standard: Standard, table: Table, used: frozenset[str]) -> Iterator[str]:
    asked: list[Field] = [c for c in table.columns if c.id not in (*table.key, *table.fixed, *_REMARKS)]
    for column in asked:
        name = f"{table.id}.{column.id}"
        if name not in used and column.informational is None:
            yield _line(standard, "columns", name, column.label)


def _line(standard: Standard, kind: str, id_: str, label: str) -> str:
    return (
        f"{standard.places.at('intake.yaml', kind, id_)}：{id_}（{label}）没有进入任何公式、规则、图或报告；"
        "请删去，或用在报告里，或写 informational: 为什么要填"
    )


def _used(standard: Standard) -> frozenset[str]:
    roles = standard.identity.roles
    names = {roles.enterprise, roles.evaluation_year, roles.evaluation_date, CRITERIA_TABLE}
    if roles.evidence is not None:
        names |= {roles.evidence, *(f"{roles.evidence}.{c}" for c in ("number", "name", roles.evidence_file))}
    for edition in (standard, *standard.editions):
        names |= set(_in_formulas(edition)) | set(_in_charts(edition)) | set(_in_templates(edition))
    return frozenset(names)


def _in_formulas(standard: Standard) -> Iterator[str]:
    for text in _formulas(standard):
        if text is not None:
            node = s.parse(text)
            yield from s.names(node)
            for column in s.columns(node):
                yield from (column.table, f"{column.table}.{column.column}")
    yield from (rule.at.partition("@")[0] for rule in standard.intake.rules)
    scheme = standard.scoring.scheme
    if scheme is not None:
        yield scheme.table
        yield from (f"{scheme.table}.{c}" for c in (scheme.points, scheme.adopted, scheme.source) if c)


def _formulas(standard: Standard) -> Iterator[str | None]:
    intake, indicators = standard.intake, standard.indicators
    for sheet in intake.sheets:
        yield from (f.when for f in sheet.fields)
        for table in sheet.tables:
            yield table.when
            yield from (c.when for c in table.columns)
    for rule in (*intake.rules, *(standard.verification.rules if standard.verification else ())):
        yield from (rule.require, rule.when, *_BRACED.findall(rule.message + rule.fix))
    yield from (text for _, text, _, _ in derived_formulas(standard))
    yield from (p for d in indicators.derived for case in d.cases for p in PLACES.findall(case.text))
    for indicator in indicators.by_id.values():
        yield from (indicator.formula, indicator.when)
        if indicator.thresholds is not None:
            yield from (indicator.thresholds.by, *indicator.thresholds.levels_from.values())
    yield from (text for c in standard.scoring.criteria.values() for text in c.formulas)


def _in_charts(standard: Standard) -> Iterator[str]:
    for chart in standard.identity.charts:
        for source in chart.sources.values():
            if isinstance(source, TableSource):
                columns = (source.category, source.series, *source.values)
                yield from (source.table, *(f"{source.table}.{c}" for c in columns if c))
            elif isinstance(source, YearlySource):
                yield from source.items
            elif isinstance(source, FieldsSource):
                yield from (item for series in source.series for item in series.items)


def _in_templates(standard: Standard) -> Iterator[str]:
    for report in standard.identity.reports:
        for name in templates_of(report):
            yield from _in_text(_text(template_path(standard, name)), standard)


def _in_text(text: str, standard: Standard) -> Iterator[str]:
    yield from _NAME.findall(text)
    for variable, table, body in _LOOP.findall(text):
        yield from (f"{table}.{_bare(c)}" for c in re.findall(rf"\b{variable}\.(\w+)", body))
    yield from (f"{table}.{column}" for table, column in _TOTAL.findall(text))
    evidence = standard.identity.roles.evidence
    if evidence is not None and re.search(r"in\s+evidence\b", text):
        columns = standard.intake.tables[evidence].by_id
        yield from (f"{evidence}.{c}" for c in columns if re.search(rf"\.{c}(?:_long)?\b", text))


def _bare(column: str) -> str:
    return column.removesuffix("_long")


def _text(path: Path) -> str:
    """The text of a template, headers and footers included; "" where there is none."""
    if not path.is_file():
        return ""
    with zipfile.ZipFile(path) as package:
        parts = [
            n for n in package.namelist() if re.fullmatch(r"word/(document|header\d*|footer\d*)\.xml", n)
        ]
        return _TAG.sub("", "\n".join(package.read(name).decode("utf-8") for name in sorted(parts)))
