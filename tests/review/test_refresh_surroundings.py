"""What surrounds the text of a refreshed draft: whose workbook it is, headers and footers, the watermark."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from docx import Document
from docx.oxml.ns import qn

from pipeline.cli import main
from pipeline.deliver import Made
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.findings import LvbaoError
from pipeline.review.read import read_document
from pipeline.review.refresh.same import refuse_other_enterprise
from pipeline.standard import Standard
from tests.conftest import ROOT
from tests.review.test_redline import saved

@pytest.fixture(scope="module")
def draft(made: Made) -> bytes:
    """The report of sample 1."""
    return made.docx


# -- the workbook of somebody else --------------------------------------------------------------------------------
def refreshed(tmp_path: Path, draft: bytes, workbook: Path, *more: str) -> tuple[int, str, list[str]]:
    folder = tmp_path / "草稿"
    folder.mkdir(exist_ok=True)
    (folder / "草.docx").write_bytes(draft)
    result = CliRunner().invoke(
        main, ["refresh", str(folder / "草.docx"), "--workbook", str(workbook), *more]
    )
    return result.exit_code, result.output, sorted(p.name for p in folder.iterdir())


def sample_workbook(number: str) -> Path:
    return next((ROOT / "samples").glob(f"{number}-*")) / "录入表.xlsx"


def test_the_workbook_of_another_enterprise_is_refused_unless_forced(draft: bytes, tmp_path: Path) -> None:
    code, said, there = refreshed(tmp_path, draft, sample_workbook("02"))
    assert (code, there) == (2, ["草.docx"])
    assert "草稿是另一家企业的：其中的统一社会信用代码是 91000000MAQH00001A" in said
    assert "请加 --force" in said
    code, _, there = refreshed(tmp_path, draft, sample_workbook("02"), "--force")
    assert (code, there) == (0, ["草.docx", "草.更新.docx"])


def test_the_workbook_of_another_standard_is_refused_even_when_forced(draft: bytes, tmp_path: Path) -> None:
    for more in ((), ("--force",)):
        code, said, there = refreshed(tmp_path, draft, sample_workbook("09"), *more)
        assert (code, there) == (2, ["草.docx"])
        assert "草稿是按标准包 cpcif-adhesive-2022-draft 生成的，录入表是 gbt-36132-2025 的" in said


def test_without_a_credit_code_the_name_decides(
    adhesive: Standard, evaluation: Evaluation, draft: bytes
) -> None:
    document = Document(io.BytesIO(draft))
    for node in document.element.body.iter(qn("w:t")):
        node.text = (node.text or "").replace("91000000MAQH00001A", "（代码从略）")
    without = saved(document)
    refuse_other_enterprise(read_document(without), evaluation)
    with pytest.raises(LvbaoError, match="草稿里没有录入表中的企业“示例临泽聚合胶粘剂有限公司”"):
        refuse_other_enterprise(read_document(without), evaluate(sample_workbook("02"), adhesive))
