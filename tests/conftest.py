"""Fixtures of the whole suite. Workbooks are written and read by the production code, so nothing is faked."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.standard import Standard, load_standard
from tests.excel import Excel

TESTS = Path(__file__).parent
ROOT = TESTS.parent
Evaluate = Callable[[Mapping[str, Any]], Evaluation]
Found = tuple[str, str, str]


# generated examples: new ones on every run for people, always the same in CI, and never a matter of time
settings.register_profile("people", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("LVBAO_NO_SKIPS") else "people")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Where LVBAO_NO_SKIPS is set (in CI) a skipped test is a failure: everything it needs was installed."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and os.environ.get("LVBAO_NO_SKIPS"):
        report.outcome = "failed"


def found(evaluation: Evaluation) -> list[Found]:
    """The findings as (code, cell, subject), in their order."""
    return [(f.code, f.where.cell if f.where else "", f.subject) for f in evaluation.findings]


@pytest.fixture(scope="session")
def toy() -> Standard:
    """The toy pack."""
    return load_standard(TESTS / "toy_standard", TESTS / "toy_factors")


@pytest.fixture(scope="session")
def adhesive() -> Standard:
    """The pack of the adhesive industry."""
    return load_standard(ROOT / "standards" / "cpcif-adhesive-2022-draft")


@pytest.fixture(scope="session")
def sample_bytes(adhesive: Standard) -> bytes:
    """The workbook of the first sample, in which nothing is wrong."""
    (folder,) = (ROOT / "samples").glob("01-*")
    return write_workbook(adhesive, read_data(folder / "facts.yaml", adhesive))


def copy_attachments(folder: Path) -> Path:
    """Puts the first sample's evidence files beside a workbook in `folder`, and gives the folder."""
    (sample,) = (ROOT / "samples").glob("01-*")
    shutil.copytree(sample / "附件", folder / "附件")
    return folder


@pytest.fixture(scope="session")
def sample(sample_bytes: bytes) -> Excel:
    """The same workbook, open for editing; tests take a copy."""
    return Excel(sample_bytes)


@pytest.fixture
def evaluate_toy(toy: Standard, tmp_path: Path) -> Evaluate:
    """Facts by ids → workbook → evaluation under the toy pack."""
    return _through_a_workbook(toy, tmp_path)


@pytest.fixture
def evaluate_adhesive(adhesive: Standard, tmp_path: Path) -> Evaluate:
    """Facts by ids → workbook → evaluation under the adhesive pack."""
    return _through_a_workbook(adhesive, tmp_path)


def _through_a_workbook(standard: Standard, folder: Path) -> Evaluate:
    def run(facts: Mapping[str, Any]) -> Evaluation:
        path = folder / "录入表.xlsx"
        given = {key: value for key, value in facts.items() if value is not None}
        path.write_bytes(write_workbook(standard, read_data(given, standard)))
        return evaluate(path, standard)

    return run
