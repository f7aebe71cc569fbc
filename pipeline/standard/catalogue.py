"""What a pack's author should know beyond its faults: what nobody uses, what no case proves, what is not verified."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.formula import syntax as s
from pipeline.standard.check_derived import PLACES, derived_formulas
from pipeline.standard.types import CRITERIA_TABLE, STATUS_WORDS, Standard

_NAME: Final = re.compile(r"\b(?:f|f1|f2|has|yes|note|u|change|tables|totals)\.([a-z][a-z0-9_]*)")
_BRACED: Final = re.compile(r"\{([^{}]*)\}")
_TAG: Final = re.compile(r"<[^>]+>")
_VERIFIED: Final = ("printed", "user")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The findings about a whole pack, as sentences; `faults` make it unfit for use."""

    faults: tuple[str, ...]
    unused: tuple[str, ...]
    unverified: tuple[str, ...]
    uncovered: tuple[str, ...]


def catalogue(standard: Standard, templates: Path) -> Catalogue:
    """Looks through a whole pack; `templates` is the folder of the Word templates."""
    return Catalogue(
        tuple(_faults(standard, templates)),
        tuple(_unused(standard, templates)),
        tuple(_unverified(standard)),
        tuple(_uncovered(standard)),
    )


def _faults(standard: Standard, templates: Path) -> Iterator[str]:
    if not standard.identity.reports:
        yield "standard.yaml：没有 reports"
    for report in standard.identity.reports:
        for path in report.templates:
            if not (templates / path).is_file():
                yield f"standard.yaml：报告 {report.id} 的模板 {path} 不存在"
    asked = [c.id for c in standard.scoring.criteria.values() if not c.is_judged_by_program]
    if asked and CRITERIA_TABLE not in standard.intake.tables:
        yield f"intake.yaml：{'、'.join(asked[:5])} 等 {len(asked)} 行由人评定，但没有 criteria: true 的表"


def _unused(standard: Standard, templates: Path) -> Iterator[str]:
    """Fields and tables that stand in no formula, no rule and no report."""
    used = set(_names_in_formulas(standard)) | {standard.identity.roles.evidence, CRITERIA_TABLE}
    roles = standard.identity.roles
    used |= {roles.enterprise, roles.evaluation_year, roles.evaluation_date}
    for report in standard.identity.reports:
        used |= set(report.form_by)
        for path in report.templates:
            used |= set(_NAME.findall(_template_text(templates / path)))
    labels = {name: field.label for name, field in standard.intake.fields.items()}
    labels |= {name: table.label for name, table in standard.intake.tables.items()}
    for name, label in labels.items():
        if name not in used:
            yield f"{name}（{label}）没有进入任何公式、规则或报告"


def _template_text(path: Path) -> str:
    if not path.is_file():
        return ""
    with zipfile.ZipFile(path) as package:
        return _TAG.sub("", package.read("word/document.xml").decode("utf-8"))


def _formulas(standard: Standard) -> Iterator[str | None]:
    intake, indicators = standard.intake, standard.indicators
    for sheet in intake.sheets:
        yield from (f.when for f in sheet.fields)
        for table in sheet.tables:
            yield table.when
            yield from (c.when for c in table.columns)
    for rule in intake.rules:
        yield from (rule.require, rule.when, *_BRACED.findall(rule.message + rule.fix))
    yield from (text for _, text, _, _ in derived_formulas(standard))
    yield from (p for d in indicators.derived for case in d.cases for p in PLACES.findall(case.text))
    for indicator in indicators.by_id.values():
        yield from (indicator.formula, indicator.when)
        if indicator.thresholds is not None:
            yield from (indicator.thresholds.by, *indicator.thresholds.levels_from.values())
    yield from (text for c in standard.scoring.criteria.values() for text in c.formulas)


def _names_in_formulas(standard: Standard) -> Iterator[str]:
    for text in _formulas(standard):
        if text is not None:
            node = s.parse(text)
            yield from s.names(node)
            yield from (c.table for c in s.columns(node))
    if standard.scoring.scheme is not None:
        yield standard.scoring.scheme.table


def _unverified(standard: Standard) -> Iterator[str]:
    """Questions, numbers and formulas that do not stand in the standard."""
    for field in standard.intake.fields.values():
        if field.status not in _VERIFIED:
            yield f"填报项 {field.id}（{STATUS_WORDS[field.status]}）"
    for table in standard.intake.tables.values():
        if table.status not in _VERIFIED:
            yield f"表 {table.id} 的栏目（{STATUS_WORDS[table.status]}）"
    for derived in standard.indicators.derived:
        if derived.status not in _VERIFIED:
            yield f"推定项 {derived.id}（{STATUS_WORDS[derived.status]}）"
    for constant in standard.indicators.constants:
        if constant.status not in _VERIFIED:
            yield f"常量 {constant.id}（{STATUS_WORDS[constant.status]}）"
    for column in standard.indicators.columns:
        if column.status not in _VERIFIED:
            yield f"计算列 {column.id} 的公式（{STATUS_WORDS[column.status]}）"
    for indicator in standard.indicators.by_id.values():
        if indicator.status not in _VERIFIED:
            yield f"指标 {indicator.id} 的公式（{STATUS_WORDS[indicator.status]}）"
        if indicator.thresholds is not None and indicator.thresholds.status not in _VERIFIED:
            yield f"指标 {indicator.id} 的限值（{STATUS_WORDS[indicator.thresholds.status]}）"
    for _, sub in standard.scoring.subcategories:
        if sub.weight is not None and sub.weight_status not in _VERIFIED:
            yield f"二级指标 {sub.id} 的权重 {sub.weight}（{STATUS_WORDS[sub.weight_status]}）"
    for criterion in standard.scoring.criteria.values():
        status = criterion.points_status or criterion.status
        if criterion.points is not None and status not in _VERIFIED:
            yield f"评价要素 {criterion.id} 的分值 {criterion.points}（{STATUS_WORDS[status]}）"


def _uncovered(standard: Standard) -> Iterator[str]:
    """Indicators and rows scored by the program that no worked case expects."""
    indicators = {name for case in standard.cases for name in case.expect.indicators}
    scores = {name for case in standard.cases for name in case.expect.scores}
    for indicator in standard.indicators.indicators:
        if indicator.id not in indicators:
            yield f"指标 {indicator.id}（{indicator.label}）"
    for criterion in standard.scoring.criteria.values():
        direct = criterion.indicator in indicators and criterion.method == "level"
        if criterion.is_judged_by_program and criterion.id not in scores and not direct:
            yield f"评价要素 {criterion.id}（{criterion.texts[0][:20]}）"
