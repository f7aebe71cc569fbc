"""Reads the fields of a sheet into facts."""

from __future__ import annotations

from pipeline.intake.collect import Answer, Collected, ask, covered_cells, fact_of, judged, no_fact
from pipeline.intake.constraints import Constraints
from pipeline.intake.layout import EARLIER_HEADERS
from pipeline.intake.locate_fields import keys_of
from pipeline.intake.places import Context, FieldSpot, FieldSpots
from pipeline.intake.values import Question, value_text
from pipeline.intake.words import clean
from pipeline.standard.types import Field, Sheet

Key = tuple[str, int]
"""A field id and how many years before the evaluation year."""


def read_fields(
    context: Context,
    sheet: Sheet,
    spots: FieldSpots,
    constraints: Constraints,
    year: int | None,
    into: Collected,
) -> None:
    """Facts, places, refused keys and findings of the sheet's fields. `year` is the evaluation year, if it is known."""
    into.findings += spots.findings
    into.refused |= spots.refused
    questions = _questions(context, sheet, spots, year)
    places = {
        (s.row, s.value_columns[n]): (f, n) for f, s in spots.spots.items() for n in range(s.field.years)
    }
    covered = covered_cells(context, {place: questions[key] for place, key in places.items()})
    into.findings += covered.findings
    answers: dict[Key, Answer] = {}
    for place, key in places.items():
        if place in covered.places:
            into.refused.add(_name(key))
        elif _name(key) not in into.refused:
            answers[key] = ask(context.cells.cell(*place), questions[key])
    _judge(answers, constraints)
    for field in sheet.fields:
        for n in range(field.years):
            _store(field, n, questions[field.id, n], answers.get((field.id, n)), into)


def _name(key: Key) -> str:
    return key[0] if key[1] == 0 else f"{key[0]}@{key[1]}"


def _questions(context: Context, sheet: Sheet, spots: FieldSpots, year: int | None) -> dict[Key, Question]:
    questions = {}
    for field in sheet.fields:
        spot = spots.spots.get(field.id)
        for n in range(field.years):
            label = year_label(field, n, year)
            where = context.ref(spot.row, spot.value_columns[n], label) if spot else context.sheet_ref(label)
            questions[field.id, n] = Question(field, field.id, where, _note(context, spot) if spot else "")
    return questions


def year_label(field: Field, years_back: int, year: int | None) -> str:
    """The label of a field's value: with its year for earlier ones."""
    if years_back == 0:
        return field.label
    return (
        f"{year - years_back} 年{field.label}"
        if year
        else f"{field.label}（{EARLIER_HEADERS[years_back - 1]}）"
    )


def _note(context: Context, spot: FieldSpot) -> str:
    if spot.note_column is None:
        return ""
    value = context.cells.cell(spot.row, spot.note_column).value
    return "" if value is None else clean(value_text(value))


def _judge(answers: dict[Key, Answer], constraints: Constraints) -> None:
    for n in sorted({years_back for _, years_back in answers}):
        ofyear = {f: a for (f, back), a in answers.items() if back == n}
        broken = constraints.broken_fields({f: a.reading.value for f, a in ofyear.items()})
        answers.update({(f, n): judged(a, broken) for f, a in ofyear.items()})


def _store(field: Field, n: int, question: Question, answer: Answer | None, into: Collected) -> None:
    facts = into.facts if n == 0 else into.earlier.setdefault(n, {})
    into.places[keys_of(field)[n]] = question.where
    if answer is None:
        facts[field.id] = no_fact(field, question.where, question.note)
        return
    facts[field.id] = fact_of(answer)
    if answer.reading.finding is not None:
        into.findings.append(answer.reading.finding)
    if answer.reading.refused:
        into.refused.add(_name((field.id, n)))
