"""The documents that the score table asks for, matched to the register: which are there, which are missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.calc.scorecard import NOT_APPLICABLE, CriterionScore
from pipeline.facts import Intake, Row
from pipeline.findings import Finding, nearest
from pipeline.messages import finding
from pipeline.standard.types import AskedEvidence, Criterion, Standard

_SEPARATORS: Final = re.compile(r"[、，,；;\s]+")
State = Literal["provided", "not_cited", "missing", "optional"]


@dataclass(frozen=True, slots=True)
class Document:
    """A row of the register. `asked`: the ids of the asked documents that the client says it is."""

    number: str
    name: str
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One asked document. `provided`: the row of the score table cites it; `not_cited`: it stands in the register only;
    `optional`: it is not there and asked for only where there is one."""

    criterion: Criterion
    item: AskedEvidence
    state: State
    numbers: tuple[str, ...]
    named: bool
    """Whether the client named the document as this one (else it was found by the words of its name)."""


def register_of(intake: Intake, standard: Standard) -> tuple[Document, ...]:
    """The register of evidence."""
    roles = standard.identity.roles
    rows = intake.rows(roles.evidence) if roles.evidence else ()
    return tuple(
        Document(number, _text(row, "name"), _codes(row, roles.evidence_asked))
        for row in rows
        if (number := _text(row, "number"))
    )


def asked_evidence(rows: Iterable[CriterionScore], register: Sequence[Document]) -> tuple[AskedRow, ...]:
    """Every asked document of the rows that apply, in their order."""
    return tuple(
        _matched(row, item, register)
        for row in rows
        if row.verdict != NOT_APPLICABLE
        for item in row.criterion.evidence_items
    )


def _matched(row: CriterionScore, item: AskedEvidence, register: Sequence[Document]) -> AskedRow:
    named = [d.number for d in register if item.id in d.asked]
    found = named or [d.number for d in register if any(word in d.name for word in item.words)]
    cited = [number for number in found if number in row.evidence]
    if cited:
        return AskedRow(row.criterion, item, "provided", tuple(cited), bool(named))
    if found:
        return AskedRow(row.criterion, item, "not_cited", tuple(found), bool(named))
    return AskedRow(row.criterion, item, "optional" if item.optional else "missing", (), False)


def unknown_codes(intake: Intake, standard: Standard) -> Iterator[Finding]:
    """The ids in the register that no asked document has, at their cells."""
    roles = standard.identity.roles
    known = {item.id for c in standard.scoring.criteria.values() for item in c.evidence_items}
    for row in intake.rows(roles.evidence) if roles.evidence and known else ():
        for code in _codes(row, roles.evidence_asked):
            if code not in known:
                near = nearest(code, sorted(known))
                words = f"，是否为“{near}”" if near else ""
                where = row.fact(roles.evidence_asked).source
                subject = f"{roles.evidence}.{roles.evidence_asked}"
                yield finding("evidence_asked_unknown", subject, where, item=code, near=words)


def _codes(row: Row, column: str) -> tuple[str, ...]:
    return tuple(code for code in _SEPARATORS.split(_text(row, column)) if code)


def _text(row: Row, column: str) -> str:
    value = row.fact(column).value if column in row.facts else None
    return value.strip() if isinstance(value, str) else ""
