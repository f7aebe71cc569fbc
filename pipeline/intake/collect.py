"""What is gathered while the intake is read, and what fields and tables have in common: merged cells, field rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.facts import Fact, Row
from pipeline.findings import CellRef, Finding
from pipeline.intake.constraints import Broken
from pipeline.intake.places import Context
from pipeline.intake.values import Question, Reading, raw_text, read_value
from pipeline.intake.workbook import Cell, address
from pipeline.messages import finding
from pipeline.quantity import MISSING
from pipeline.standard.types import Field

Place = tuple[int, int]


@dataclass(slots=True)
class Collected:
    """The intake while it is being read."""

    facts: dict[str, Fact] = field(default_factory=dict)
    earlier: dict[int, dict[str, Fact]] = field(default_factory=dict)
    tables: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    places: dict[str, CellRef] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


class Answer(NamedTuple):
    """A question with the cell it was asked at and what was read there."""

    question: Question
    cell: Cell
    reading: Reading


def ask(cell: Cell, question: Question) -> Answer:
    """Reads the cell for the question."""
    return Answer(question, cell, read_value(cell, question))


def judged(answer: Answer, broken: Mapping[str, Broken]) -> Answer:
    """The answer, refused when its value breaks a rule of the field."""
    rule = broken.get(answer.question.field.id)
    if rule is None or answer.reading.refused:
        return answer
    code, words = rule
    asked: Field = answer.question.field
    raw = raw_text(answer.cell)
    unit = f" {asked.unit}" if code == "out_of_range" and asked.unit not in (None, "1") else ""
    details = {"hint": asked.pattern_hint or "规定的样子", "options": "、".join(asked.choices), **words}
    details["limit"] = details.get("limit", "") + unit
    details["raw"] = raw
    return Answer(answer.question, answer.cell, answer.question.refuse(code, answer.cell, **details))


def fact_of(answer: Answer) -> Fact:
    """The fact of an answer; its unit is the declared one."""
    question = answer.question
    return Fact(answer.reading.value, question.field.unit, question.where, question.note)


def no_fact(asked: Field, where: CellRef | None, note: str = "") -> Fact:
    """The fact of an answer that is not there."""
    return Fact(MISSING, asked.unit, where, note)


@dataclass(frozen=True, slots=True)
class Covered:
    """Answer cells that a merged range covers: their content cannot be theirs."""

    places: frozenset[Place] = frozenset()
    findings: tuple[Finding, ...] = ()


def covered_cells(context: Context, answers: Mapping[Place, Question]) -> Covered:
    """The answer cells under merged ranges, apart from their top left cells; one finding for each range."""
    covered: set[Place] = set()
    findings = []
    for (top, left, bottom, right), under in _under_merged(context, answers):
        if under:
            covered.update(under)
            blamed = answers.get((top, left)) or answers[min(under)]
            where = context.ref(top, left, blamed.where.label)
            area = f"{address(top, left)}:{address(bottom, right)}"
            findings.append(finding("merged_cells", blamed.subject, where, range=area))
    return Covered(frozenset(covered), tuple(findings))


def covered_places(context: Context, places: Collection[Place]) -> frozenset[Place]:
    """Those of the places that a merged range covers."""
    return frozenset(place for _, under in _under_merged(context, places) for place in under)


def _under_merged(
    context: Context, places: Collection[Place]
) -> Iterator[tuple[tuple[int, int, int, int], list[Place]]]:
    for top, left, bottom, right in context.cells.merged:
        inside = _inside(places, top, left, bottom, right)
        yield (top, left, bottom, right), [place for place in inside if place != (top, left)]


def _inside(answers: Collection[Place], top: int, left: int, bottom: int, right: int) -> Iterable[Place]:
    if (bottom - top + 1) * (right - left + 1) > len(answers):
        return [p for p in answers if top <= p[0] <= bottom and left <= p[1] <= right]
    area = ((r, c) for r in range(top, bottom + 1) for c in range(left, right + 1))
    return [p for p in area if p in answers]
