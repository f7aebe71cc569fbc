"""What surrounds the text of a refreshed draft: whose workbook it is, headers and footers, the watermark."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

from pipeline.cli import main
from pipeline.deliver import Made, Options
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.findings import LvbaoError
from pipeline.report.package import read_package
from pipeline.report.watermark import has_watermark
from pipeline.review.document import Document as Report
from pipeline.review.read import read_document
from pipeline.review.redline import redline
from pipeline.review.refresh import refresh
from pipeline.review.refresh.margins import EDITED, SECTIONS
from pipeline.review.refresh.same import refuse_other_enterprise
from pipeline.review.verify import verify_document
from pipeline.standard import Standard
from tests.conftest import ROOT
from tests.review.decide import outline
from tests.review.other_answers import changed
from tests.review.test_redline import saved

OLD, NEW = "示例青禾水性胶粘材料有限公司", "示例青禾新材料股份有限公司"


@pytest.fixture(scope="module")
def draft(made: Made) -> bytes:
    """The report of sample 1."""
    return made.docx


def margins(docx: bytes) -> list[str]:
    return [b.line.text for b in read_document(docx).blocks if b.kind == "margin"]


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


# -- around the text ----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def renamed(workbook: Path, adhesive: Standard, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The report of sample 1 under another name of the enterprise (基本信息!D4)."""
    return changed(workbook, adhesive, tmp_path_factory.mktemp("更名"), 基本信息_D4=NEW)


def test_headers_carry_the_new_name(draft: bytes, renamed: bytes) -> None:
    found = refresh(draft, renamed)
    assert margins(found.docx) == margins(renamed)
    assert [(OLD in text, NEW in text) for text in margins(draft)][:1] == [(True, False)]
    assert [(OLD in text, NEW in text) for text in margins(found.docx)][:1] == [(False, True)]
    assert {n.kind for n in found.notes} == {"renewed"}
    assert outline(found.docx) == outline(renamed)


def test_a_header_rewritten_by_hand_stays_and_is_told(draft: bytes, renamed: bytes) -> None:
    document = Document(io.BytesIO(draft))
    for section in document.sections:
        for paragraph in section.header.paragraphs:
            if OLD in paragraph.text:
                for run in paragraph.runs[1:]:
                    run.text = ""
                paragraph.runs[0].text = "内部讨论稿"
    found = refresh(saved(document), renamed)
    assert [t for t in margins(found.docx) if "讨论稿" in t] == ["内部讨论稿"]
    told = [n for n in found.notes if n.why == EDITED]
    assert {(n.kind, n.where, n.old) for n in told} == {("unsafe", "页眉", "内部讨论稿")}
    assert NEW in told[0].new


def test_where_people_made_sections_headers_are_told_and_not_guessed(draft: bytes, renamed: bytes) -> None:
    document = Document(io.BytesIO(draft))
    document.add_section()
    found = refresh(saved(document), renamed)
    assert margins(found.docx) == margins(draft)
    assert [n.why for n in found.notes if n.kind == "unsafe"] == [SECTIONS]


def test_the_watermark_goes_with_the_last_error_and_comes_with_the_first(
    workbook: Path, adhesive: Standard, draft: bytes, tmp_path: Path
) -> None:
    faulty = changed(workbook, adhesive, tmp_path, 用地与建筑_D4=None, 产品_D4=None, 能源_D15=None)
    marked = [has_watermark(read_package(docx)) for docx in (draft, faulty)]
    assert marked == [False, True]
    done, back = refresh(faulty, draft), refresh(draft, faulty)
    assert [has_watermark(read_package(docx.docx)) for docx in (done, back)] == [False, True]
    assert ("草稿水印", "（已删除）") in [(n.where, n.new) for n in done.notes]
    assert ("草稿水印", "草稿") in [(n.where, n.new) for n in back.notes]
    assert margins(done.docx) == margins(draft)


# -- tracked ------------------------------------------------------------------------------------------------------
def test_charts_redrawn_under_tracked_changes_are_no_edits_of_people(
    workbook: Path, adhesive: Standard, draft: bytes, tmp_path: Path
) -> None:
    """能源 row 15 of sample 1: the electricity of the year, which two charts draw."""
    value = load_workbook(workbook)["能源"]["D15"].value
    new = changed(workbook, adhesive, tmp_path, 能源_D15=value * 2)
    tracked = read_document(redline(draft, refresh(draft, new).docx).docx)
    assert drawn(tracked) == drawn(read_document(new)) != drawn(read_document(draft))
    found = verify_document(
        tracked, evaluate(tmp_path / "客户" / "录入表.xlsx", adhesive), None, Options(draft=True)
    )
    assert (found.faults, found.edits) == ((), ())


def drawn(document: Report) -> list[tuple[str, object]]:
    return [(b.kind, b.data) for b in document.blocks if b.kind in ("chart", "picture")]
