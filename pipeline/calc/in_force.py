"""Which edition of the standard the evaluation date asks for, and whether the standard is in force on that day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

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


def _found(code: str, standard: Standard, where: CellRef | None, words: dict[str, str]) -> Finding:
    return finding(code, standard.identity.roles.evaluation_date, where, **words)
