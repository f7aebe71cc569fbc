"""One report of the first sample for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.deliver import Made, Options, make_report, standard_for
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.review.document import Document
from pipeline.review.read import read_document
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def workbook() -> Path:
    """The workbook of the first sample."""
    return next((ROOT / "samples").glob("01*/录入表.xlsx"))


@pytest.fixture(scope="session")
def evaluation(workbook: Path) -> Evaluation:
    """Its evaluation."""
    return evaluate(workbook, standard_for(workbook, Options()))


@pytest.fixture(scope="session")
def made(evaluation: Evaluation) -> Made:
    """Its report."""
    return make_report(evaluation, Options(page_numbers=False))


@pytest.fixture(scope="session")
def report(made: Made) -> Document:
    """Its report, read."""
    return read_document(made.docx, "自评价报告.docx")
