"""Texts that are no text for people: keys of another program (`wan_yuan`, `cod:`), its words for nothing (`pending`, `null`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pipeline.calc.calculator import Calculator
from pipeline.facts import Fact
from pipeline.findings import CellRef, Finding
from pipeline.intake.words import shown
from pipeline.messages import finding
from pipeline.standard.types import Field

_KEY: Final = re.compile(r"(?<![A-Za-z0-9_./@\\-])[a-z]{2,}(?:_[a-z0-9]+)+(?![A-Za-z0-9_./@-])")
_LABEL: Final = re.compile(r"(?<![A-Za-z0-9_./@\\-])[a-z]{3,}:(?!//)")
_NOTHING: Final = frozenset(
    "null none undefined nan pending todo tbd middle unknown true false test lorem".split()
)


def program_words(text: str) -> str | None:
    """The part of the text that only a program would write, None when there is none."""
    if text.strip().lower() in _NOTHING:
        return text.strip()
    found = ("_" in text and _KEY.search(text)) or (":" in text and _LABEL.search(text))
    return found.group() if found else None


def check_leaks(calculator: Calculator) -> Iterator[Finding]:
    """Every such text; file names and addresses are none."""
    schema, intake = calculator.standard.intake, calculator.intake
    roles = calculator.standard.identity.roles
    files = f"{roles.evidence}.{roles.evidence_file}"
    for field in schema.fields.values():
        if _is_free_text(field):
            yield from _check(intake.fact(field.id), field.id, None)
    for table in schema.tables.values():
        for column in table.columns:
            subject = f"{table.id}.{column.id}"
            if subject == files or column.id in table.fixed or not _is_free_text(column):
                continue
            for row in intake.rows(table.id):
                yield from _check(row.fact(column.id), subject, row.source)


def _is_free_text(field: Field) -> bool:
    return field.type in ("text", "long_text") and field.format is None


def _check(fact: Fact, subject: str, row: CellRef | None) -> Iterator[Finding]:
    if not isinstance(fact.value, str) or (part := program_words(fact.value)) is None:
        return
    yield finding("program_words", subject, fact.source or row, found=shown(part))
