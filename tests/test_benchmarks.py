"""What CI's short form of the benchmarks calls a failure."""

from __future__ import annotations

import json
from types import ModuleType

import pytest

from tests.scripts import ROOT, script

EXPECTED = {"merge: docxtpl / lvbao": 118.0, "intake: theirs / ours": 17.0}


@pytest.fixture(scope="module")
def compare() -> ModuleType:
    return script("benchmarks/compare.py")


def verdicts(
    compare: ModuleType, found: dict[str, float], expected: dict[str, float]
) -> tuple[list[str], bool]:
    lines, failed = compare.compare(found, expected)
    return [line.split()[0] for line in lines], failed


@pytest.mark.parametrize(
    ("merge", "verdict"), [(240.0, "ok"), (118.0, "ok"), (59.0, "ok"), (58.9, "HALVED"), (0.0, "HALVED")]
)
def test_a_ratio_below_half_of_what_is_expected_fails(
    compare: ModuleType, merge: float, verdict: str
) -> None:
    found = EXPECTED | {"merge: docxtpl / lvbao": merge}

    assert verdicts(compare, found, EXPECTED) == (["ok", verdict], verdict != "ok")


def test_a_ratio_that_was_not_measured_fails(compare: ModuleType) -> None:
    found = {"intake: theirs / ours": 17.0}

    assert verdicts(compare, found, EXPECTED) == (["ok", "MISSING"], True)


def test_a_ratio_without_an_expectation_fails(compare: ModuleType) -> None:
    assert verdicts(compare, EXPECTED | {"whole: theirs / ours": 1.0}, EXPECTED) == (
        ["ok", "ok", "NEW"],
        True,
    )


def test_what_only_the_long_form_measures_may_be_missing(compare: ModuleType) -> None:
    expected = EXPECTED | {"merge: fastest peer / lvbao": 12.0, "workers: two / one": 1.85}

    assert verdicts(compare, EXPECTED, expected) == (["ok", "ok"], False)
    assert verdicts(compare, EXPECTED | {"workers: two / one": 0.9}, expected) == (
        ["ok", "ok", "HALVED"],
        True,
    )


def test_every_expectation_is_a_ratio_that_can_be_halved() -> None:
    expected = json.loads((ROOT / "benchmarks" / "expected.json").read_text())

    assert all(value > 0 for value in expected.values())
