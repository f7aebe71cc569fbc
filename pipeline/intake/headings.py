"""Which heading of a workbook is which field: the same words, an alias, the same but for spelling."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from pipeline.intake.numbers import known_unit, same_unit
from pipeline.intake.words import bare_heading, bracketed, clean, folded, heading_key
from pipeline.standard.types import Field

Texts = Mapping[int, str]
"""Heading texts by their row (labels) or column (table headers)."""


def match_headings(texts: Texts, fields: Sequence[Field]) -> dict[str, list[int]]:
    """For each field id the positions whose text is its heading. A stricter likeness goes before a looser one."""
    free = dict(texts)
    left = list(fields)
    found: dict[str, list[int]] = {}
    for likeness in (_exact, _alike, _bare):
        for field in list(left):
            names = _names(field)
            places = [p for p, text in free.items() if likeness(text, names)]
            if places and (
                likeness is not _bare or _is_only(field, left, likeness, [free[p] for p in places])
            ):
                found[field.id] = places
                left.remove(field)
        taken = {p for places in found.values() for p in places}
        free = {p: text for p, text in free.items() if p not in taken}
    for field in fields:
        if field.id in found:  # a second cell that is looser in spelling is a second heading as well
            names = _names(field)
            found[field.id] += [p for p, text in free.items() if _alike(text, names)]
    return {key: sorted(set(places)) for key, places in found.items()}


def _names(field: Field) -> tuple[str, ...]:
    return (field.label, field.heading, *field.aliases)


def _exact(text: str, names: tuple[str, ...]) -> bool:
    return clean(text) in names


def _alike(text: str, names: tuple[str, ...]) -> bool:
    return heading_key(text) in {heading_key(n) for n in names}


def _bare(text: str, names: tuple[str, ...]) -> bool:
    return bare_heading(text) in {bare_heading(n) for n in names if bare_heading(n)}


def _is_only(
    field: Field,
    others: Iterable[Field],
    likeness: Callable[[str, tuple[str, ...]], bool],
    texts: Iterable[str],
) -> bool:
    """Whether no other field could be meant: `产值（当年价）` and `产值（不变价）` differ in the brackets only."""
    return not any(likeness(t, _names(o)) for t in texts for o in others if o.id != field.id)


def changed_unit(text: str, field: Field) -> str | None:
    """The other unit that a heading's brackets name; None when they name none, or the declared one."""
    inner = bracketed(text)
    if not inner or any(heading_key(text) == heading_key(n) for n in _names(field)):
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
