"""Checks of verification.yaml on load, with the enterprise's questions beside it: its rules speak over both."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.standard import types as t
from pipeline.standard.check import check_pack
from pipeline.standard.verification_sheet import combined, scores_table, values_table

FILE = "verification.yaml"


def check_verification(standard: t.Standard, folder_name: str) -> list[str]:
    """Every fault of verification.yaml; the pack itself was found sound before."""
    pack = standard.verification
    wanting = [r.id for r in standard.identity.reports if r.verification]
    if pack is None:
        at = standard.places.at
        return [f"{at('standard.yaml', 'reports', n)}：报告“{n}”要有 verification.yaml" for n in wanting]
    both = combined(standard, values_table(pack.methods), scores_table(standard.scoring))
    problems = check_pack(both, folder_name)
    if not problems:
        problems = list(_roles(pack, both))
    return [p.replace("intake.yaml：", f"{FILE}：", 1) for p in problems]


def _roles(pack: t.VerificationPack, both: t.Standard) -> Iterator[str]:
    roles, fields, tables = pack.roles, both.intake.fields, both.intake.tables
    at = both.places.top(FILE, "roles")
    wanted = {"agency": (roles.agency, "text"), "report_date": (roles.report_date, "date"),
              "conclusion.field": (roles.conclusion.field, "choice")}  # fmt: skip
    for role, (name, kind) in wanted.items():
        if name not in fields or fields[name].type != kind:
            yield f"{at}：roles.{role} 应指一个 {kind} 类型的填报项，“{name}”不是"
            return
    if roles.conclusion.met not in fields[roles.conclusion.field].choices:
        yield f"{at}：roles.conclusion.met“{roles.conclusion.met}”不是“{roles.conclusion.field}”的选项"
    evidence = tables.get(roles.evidence)
    if evidence is None or not {"number", "name"} <= set(evidence.by_id):
        yield f"{at}：roles.evidence 应是有 number、name 两列的表"
    if roles.veto is not None:
        yield from _veto(roles.veto, tables.get(roles.veto.table), at)
    if pack.materiality < 0:
        yield f"{both.places.top(FILE, 'materiality')}：materiality 不能小于 0"


def _veto(role: t.VetoRole, table: t.Table | None, at: str) -> Iterator[str]:
    if table is None or not {role.condition, role.result} <= set(table.by_id):
        yield f"{at}：roles.veto 应指有“{role.condition}”“{role.result}”两列的表"
    elif role.clear not in table.column(role.result).choices:
        yield f"{at}：roles.veto.clear“{role.clear}”不是“{role.result}”的选项"
