"""Which edition of the standard the evaluation date asks for, and whether the standard is in force on that day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pipeline.calc.calculator import Calculator
from pipeline.facts import Intake
from pipeline.findings import CellRef, Finding
from pipeline.messages import finding
from pipeline.standard.editions import edition_on, since_words
from pipeline.standard.types import Standard


def edition_for(standard: Standard, intake: Intake) -> Standard:
    """The edition that is in force on the evaluation date; the pack itself where it has one edition or there is no date."""
    date = intake.fact(standard.identity.roles.evaluation_date).value
    return edition_on(standard, date) if isinstance(date, dt.date) else standard


def in_force(standard: Standard, intake: Intake) -> Iterator[Finding]:
    """Which edition was used, and a date outside its validity. `standard` is the edition that is applied."""
    fact = intake.fact(standard.identity.roles.evaluation_date)
    date = fact.value
    if not isinstance(date, dt.date):
        return
    identity = standard.identity
    words = {"date": date.isoformat(), "number": identity.number, "edition": identity.edition}
    if standard.family:
        editions = "；".join(f"{e.edition} 版（{since_words(e)}）" for e in standard.family)
        own = next(e for e in standard.family if e.edition == identity.edition)
        words |= {"editions": editions, "since": since_words(own)}
        yield _found("edition_used", standard, fact.source, words)
    if identity.superseded is not None and date.isoformat() >= identity.superseded:
        code = "edition_gap" if standard.family else "standard_superseded"
        yield _found(code, standard, fact.source, {**words, "superseded": f"{identity.superseded} 起"})
    elif identity.effective is not None and date.isoformat() < identity.effective:
        yield _found(
            "standard_not_effective", standard, fact.source, {**words, "effective": identity.effective}
        )


def factors_in_force(calculator: Calculator) -> Iterator[Finding]:
    """Coefficient tables that were used though they were not in force on the evaluation date."""
    standard, intake = calculator.standard, calculator.intake
    date = intake.fact(standard.identity.roles.evaluation_date).value
    if not isinstance(date, dt.date):
        return
    used = dict.fromkeys((use.family, use.set) for use, _ in calculator.factors_used if not use.overridden)
    for family_id, name in used:
        family = standard.factors[family_id]
        table, day = family.by_set[name], date.isoformat()
        if (table.valid_from or day) <= day <= (table.valid_to or day):
            continue
        field = _chosen_in(standard, intake, name)
        words = {"date": day, "family": family.label, "set": name,
                 "validity": f"{table.valid_from or '…'} 至 {table.valid_to or '今'}"}  # fmt: skip
        where = intake.fact(field).source if field else None
        yield finding("factor_set_not_in_force", field or family_id, where, **words)


def _chosen_in(standard: Standard, intake: Intake, name: str) -> str:
    """The field in which the coefficient table was chosen; "" when the pack chose it."""
    return next((f for f in standard.intake.fields if intake.fact(f).value == name), "")


def _found(code: str, standard: Standard, where: CellRef | None, words: dict[str, str]) -> Finding:
    return finding(code, standard.identity.roles.evaluation_date, where, **words)
