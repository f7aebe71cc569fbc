"""`edition('2025')` in the workbook: which edition of the standard the date in the cell 评价日期 asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from pipeline.formula import syntax as s
from pipeline.intake.conditions import CellText, Condition
from pipeline.intake.layout import FIELD_NAME_PREFIX
from pipeline.standard.types import Standard


def edition_condition(standard: Standard, edition: str) -> Condition | None:
    """The condition over the evaluation date; None for an edition that the pack does not have.

    Without a date the first edition holds, as in the evaluation.
    """
    names = [e.edition for e in standard.family]
    if edition not in names:
        return None
    at = names.index(edition)
    since = standard.family[at].effective if at else None
    until = standard.family[at + 1].effective if at + 1 < len(names) else None
    role = standard.identity.roles.evaluation_date
    cell = FIELD_NAME_PREFIX + role
    tests = [f"{cell}>={_date(since)}"] if since else []
    tests += [f"{cell}<{_date(until)}"] if until else []
    known = f"IF(ISNUMBER({cell}),AND({','.join(tests) or 'TRUE'}),{'FALSE' if at else 'TRUE'})"
    label = standard.intake.fields[role].label
    words = [f"在 {since} 及以后"] if since else []
    words += [f"在 {until} 以前"] if until else []

    def holds(answer: Callable[[s.Name | s.Column], CellText]) -> bool:
        day = answer(s.Name(role))
        if not isinstance(day, str):
            return at == 0
        return (since is None or day >= since) and (until is None or day < until)

    return Condition(known, f"“{label}”{'、'.join(words)}（{edition} 版）", holds)


def _date(iso: str) -> str:
    day = dt.date.fromisoformat(iso)
    return f"DATE({day.year},{day.month},{day.day})"
