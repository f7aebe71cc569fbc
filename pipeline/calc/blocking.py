"""What cannot be done because of a finding: of a whole sheet everything on it, of a cell in a keyed row only what reads that row."""

from __future__ import annotations

from pipeline.calc.dependencies import dependencies
from pipeline.facts import Intake
from pipeline.findings import Finding
from pipeline.memo import per_object
from pipeline.standard.types import Standard

_KINDS = ("指标", "评分行", "报告")


def blocked_by(found: Finding, standard: Standard, intake: Intake | None = None) -> tuple[str, ...]:
    """`指标“容积率”`, `评分行 K01`, `报告“二、1 基础设施”`, in this order."""
    depends = dependencies(standard)
    subject = found.subject
    schema = standard.intake
    sheet = next((s for s in schema.sheets if s.id == subject), None)
    if sheet is not None and subject not in schema.sheet_of:
        keys = [*(f.id for f in sheet.fields), *(t.id for t in sheet.tables)]
        blocked = dict.fromkeys(entry for key in keys for entry in depends.blocked_by(key))
        return tuple(sorted(blocked, key=_kind))
    elsewhere = _of_other_rows(found, standard, intake)
    return tuple(entry for entry in depends.blocked_by(subject) if entry not in elsewhere)


def _kind(entry: str) -> int:
    return next(n for n, kind in enumerate(_KINDS) if entry.startswith(kind))


def _of_other_rows(found: Finding, standard: Standard, intake: Intake | None) -> frozenset[str]:
    """What reads the finding's column only in rows of other keys."""
    table, _, column = found.subject.partition(".")
    definition = standard.intake.tables.get(table)
    if intake is None or definition is None or len(definition.key) != 1 or found.where is None:
        return frozenset()
    readers = [(entry, keys) for entry, keys in _readers(standard) if found.subject in keys]
    if all(f"{table}[].{column}" in keys for _, keys in readers):
        return frozenset()
    places = {row.fact(column).source: row.fact(definition.key[0]).value for row in intake.rows(table)}
    key = places.get(found.where)
    if not isinstance(key, str):
        return frozenset()
    mine = {f"{table}[].{column}", f"{table}[{key}].{column}"}
    hit = {entry for entry, keys in readers if not mine.isdisjoint(keys)}
    return frozenset(entry for entry, _ in readers) - hit


@per_object(16)
def _readers(standard: Standard) -> tuple[tuple[str, frozenset[str]], ...]:
    """Every indicator and score row, as people are told of it, with all that it reads."""
    depends = dependencies(standard)
    read = [(f"指标“{i.label}”", depends.reads(i.id)) for i in standard.indicators.indicators]
    read += [(f"评分行 {c.id}", depends.criterion_reads(c)) for c in standard.scoring.criteria.values()]
    return tuple(read)
