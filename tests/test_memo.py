"""What is remembered of an object is remembered of that object only."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.memo import per_object


@dataclass(frozen=True)
class Thing:
    """Two of these may be equal and yet not the same."""

    name: str


def test_a_function_is_called_once_an_object_and_again_for_an_equal_one() -> None:
    calls: list[Thing] = []
    remembered = per_object(8)(lambda thing: calls.append(thing) or len(calls))
    one, other = Thing("甲"), Thing("甲")
    assert [remembered(one), remembered(one), remembered(other), remembered(one)] == [1, 1, 2, 1]


def test_only_the_newest_objects_are_kept_and_a_kept_one_stays_alive() -> None:
    made: list[str] = []
    remembered = per_object(2)(lambda thing: made.append(thing.name))
    first = Thing("甲")
    for thing in (first, Thing("乙"), Thing("丙"), first):
        remembered(thing)
    assert made == ["甲", "乙", "丙", "甲"]
