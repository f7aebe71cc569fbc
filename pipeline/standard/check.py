"""Checks over a whole pack on load. A wrong pack is never reported as wrong data; faults name file and line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from pipeline.findings import nearest
from pipeline.standard import types as t
from pipeline.standard.check_charts import check_charts
from pipeline.standard.check_derived import check_derived
from pipeline.standard.check_diagrams import check_diagrams
from pipeline.standard.check_forms import check_form_by
from pipeline.standard.check_formulas import check_formulas
from pipeline.standard.check_intake import check_intake, check_units, duplicates
from pipeline.standard.check_scheme import check_scheme
from pipeline.standard.check_scoring import check_scoring, check_thresholds
from pipeline.standard.places import CASES, Places


def check_pack(standard: t.Standard, folder_name: str) -> list[str]:
    """Every fault of the pack as a sentence; empty when it is sound. What rests on faulty parts is not looked at."""
    problems = [*_identity(standard, folder_name), *check_intake(standard), *check_units(standard)]
    if problems:
        return problems
    problems = check_formulas(standard)
    problems += [
        *check_thresholds(standard),
        *check_scoring(standard),
        *_errata(standard),
        *_cases(standard),
        *check_derived(standard),
    ]
    problems += check_charts(standard)
    problems += check_diagrams(standard)
    return [*problems, *check_scheme(standard)]


def _identity(standard: t.Standard, folder_name: str) -> Iterator[str]:
    identity = standard.identity
    if identity.id != folder_name:
        yield f"{standard.places.top('standard.yaml', 'id')}：id“{identity.id}”与文件夹名“{folder_name}”不同，请改成一样"
    roles, roles_at = identity.roles, standard.places.top("standard.yaml", "roles")
    wanted = {"enterprise": "text", "evaluation_year": "year", "evaluation_date": "date"}
    for role, kind in wanted.items():
        field = standard.intake.fields.get(getattr(roles, role))
        if field is None:
            yield f"{roles_at}：roles.{role} 指的填报项“{getattr(roles, role)}”不存在"
        elif field.type != kind:
            yield f"{roles_at}：roles.{role} 指的填报项应为 {kind} 类型"
    for report in identity.reports:
        yield from _report(report, standard.places)
        yield from check_form_by(report, standard)
    if roles.evidence is not None:
        table = standard.intake.tables.get(roles.evidence)
        if table is None or not {"number", "name"} <= set(table.by_id):
            yield f"{roles_at}：roles.evidence 应是有 number、name 两列的表"
        elif roles.evidence_file not in ("file", *table.by_id):
            yield f"{roles_at}：roles.evidence_file 指的列“{roles.evidence_file}”不在表 {table.id} 中"


def _report(report: t.Report, places: Places) -> Iterator[str]:
    where = f"{places.at('standard.yaml', 'reports', report.id)}：报告“{report.id}”"
    if bool(report.template) == bool(report.forms):
        yield f"{where}要有 template 或 forms 之一"
    if report.forms and report.default_form not in report.forms:
        yield f"{where}的 default_form 应是 forms 之一：{'、'.join(report.forms)}"


def _errata(standard: t.Standard) -> Iterator[str]:
    for duplicate in duplicates(e.id for e in standard.errata):
        where = standard.places.at("errata.yaml", "errata", duplicate)
        yield f"{where}：“{duplicate}”重复，请换一个编号"


def _cases(standard: t.Standard) -> Iterator[str]:
    """Worked cases that expect something the pack does not have."""
    scoring = standard.scoring
    sums = {*(sub.id for _, sub in scoring.subcategories), *(c.id for c in scoring.categories)}
    for case in standard.cases:
        where = f"{standard.places.at(CASES, 'cases', case.name)}：算例“{case.name}”"
        expect = case.expect
        wanted: list[tuple[str, Iterable[str], Collection[str]]] = [
            ("指标", expect.indicators, standard.indicators.by_id),
            ("得分", expect.scores, {*scoring.criteria, *sums}),
            ("得分率", expect.shares, scoring.criteria),
            ("结论", expect.verdicts, scoring.criteria),
        ]
        for word, names, known in wanted:
            for name in (n for n in names if n not in known):
                near = nearest(name, known)
                hint = f"，是否为“{near}”？" if near else "，请删去这个算例或改成现有的编号"
                yield f"{where}期望的{word} {name} 不存在{hint}"
