"""Which heading of a workbook is which field: the same words, an alias, the same but for spelling."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Final

from pipeline.intake.numbers import known_unit, same_unit
from pipeline.intake.words import bare_heading, bracketed, clean, folded, heading_key
from pipeline.memo import per_object
from pipeline.standard.types import Field

Texts = Mapping[int, str]
"""Heading texts by their row (labels) or column (table headers)."""


def match_headings(texts: Texts, fields: Sequence[Field]) -> dict[str, list[int]]:
    """For each field id the positions whose text is its heading. A stricter likeness goes before a looser one."""
    free = dict(texts)
    left = list(fields)
    found: dict[str, list[int]] = {}
    for likeness, form in enumerate(_FORMS):
        where = _places(free, form)
        for field in list(left):
            spellings = _spellings(field)[likeness]
            places = [p for spelling in spellings for p in where.get(spelling, ())]
            if places and (form is not bare_heading or _is_only(field, left, spellings & where.keys())):
                found[field.id] = places
                left.remove(field)
        taken = {p for places in found.values() for p in places}
        free = {p: text for p, text in free.items() if p not in taken}
    where = _places(free, heading_key)
    for field in fields:
        if field.id in found:  # a second cell that is looser in spelling is a second heading as well
            found[field.id] += [p for spelling in heading_keys(field) for p in where.get(spelling, ())]
    return {key: sorted(set(places)) for key, places in found.items()}


def _places(texts: Texts, form: Callable[[str], str]) -> dict[str, list[int]]:
    """The positions of the texts by their form."""
    where: dict[str, list[int]] = {}
    for place, text in texts.items():
        where.setdefault(form(text), []).append(place)
    return where


_FORMS: Final[tuple[Callable[[str], str], ...]] = (clean, heading_key, bare_heading)
"""The three likenesses: the same words, the same but for spelling, the same but for what stands in brackets."""


@per_object(4096)
def _spellings(field: Field) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The names of a field in each of the three forms."""
    names = _names(field)
    bare = frozenset(map(bare_heading, names)) - {""}
    return frozenset(names), frozenset(map(heading_key, names)), bare


def heading_keys(field: Field) -> frozenset[str]:
    """The spellings of a field's heading but for width, blanks and signs."""
    return _spellings(field)[1]


def _names(field: Field) -> tuple[str, ...]:
    return (field.label, field.heading, *field.aliases)


def _is_only(field: Field, others: Iterable[Field], bare: Set[str]) -> bool:
    """Whether no other field could be meant: `产值（当年价）` and `产值（不变价）` differ in the brackets only."""
    return not any(bare & _spellings(o)[2] for o in others if o.id != field.id)


def changed_unit(text: str, field: Field) -> str | None:
    """The other unit that a heading's brackets name; None when they name none, or the declared one."""
    inner = bracketed(text)
    if not inner or heading_key(text) in heading_keys(field):
        return None
    return inner if is_other_unit(inner, field) and known_unit(inner) is not None else None


def is_other_unit(text: str, field: Field) -> bool:
    """Whether the words in a unit cell differ from the declared unit. Beside a pure number only per cent matters."""
    if not field.is_number or not clean(text) or same_unit(text, field.unit):
        return False
    return field.unit not in (None, "1") or folded(text) in ("%", "‰")


def overwritten(
    order: Sequence[str], positions: Mapping[str, int], doubled: Mapping[str, list[int]], missing: str
) -> tuple[str, int] | None:
    """Whether a missing heading was overwritten with that of a neighbour, which then stands there twice: one fault.

    Gives the doubled id and the position where the missing heading should stand; None when it was simply lost.
    """
    index = order.index(missing)
    for other, places in doubled.items():
        at = places[0] if index < order.index(other) else places[-1]
        before = [positions[i] for i in order[:index] if i in positions and i != other]
        after = [positions[i] for i in order[index + 1 :] if i in positions and i != other]
        if (not before or before[-1] < at) and (not after or at < after[0]):
            return other, at
    return None
