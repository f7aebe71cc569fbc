"""Every kind of hostile workbook gives the clean result, its findings or its message; none crashes, hangs or passes in silence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.messages import CATALOGUE
from pipeline.standard.types import Standard
from tests.hostile_workbooks.corpus import Kind, all_kinds
from tests.hostile_workbooks.judge import Judge, Outcome
from tests.hostile_workbooks.toy import FACTS

KINDS = all_kinds()
_PYTHON = re.compile(r"Traceback|Error\b|Exception|None|object at 0x|\{[a-z_]+\}")


@pytest.fixture(scope="module")
def clean(toy: Standard) -> bytes:
    """The toy pack's own workbook, filled without a fault."""
    return write_workbook(toy, read_data(FACTS, toy))


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    judge = Judge()
    yield judge
    judge.close()


@pytest.fixture(scope="module")
def good(clean: bytes, judge: Judge, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What comes of the clean workbook."""
    path = tmp_path_factory.mktemp("clean") / "录入表.xlsx"
    path.write_bytes(clean)
    return judge.judge(path)


def test_the_clean_workbook_gives_no_finding(good: Outcome) -> None:
    assert (good.refused, good.findings, good.died) == ("", (), "")
    assert '"77037"' in good.facts
    assert good.rebuilt == good.facts


def test_there_are_more_than_two_hundred_kinds() -> None:
    assert len(KINDS) > 200


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda k: k.name)
def test_a_hostile_workbook_gives_what_it_must(
    kind: Kind, clean: bytes, good: Outcome, judge: Judge, tmp_path: Path
) -> None:
    path = kind.place(clean, tmp_path)

    outcome = judge.judge(path)

    assert (outcome.died, outcome.refused, outcome.findings) == (
        "",
        kind.expect.refused,
        kind.expect.findings,
    )
    if outcome.refused:
        assert outcome.refused in CATALOGUE
        assert not _PYTHON.search(outcome.message)
    else:
        assert (outcome.facts == good.facts) is kind.expect.keeps
        assert not _PYTHON.search(outcome.message)
