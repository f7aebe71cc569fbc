"""A report that somebody has edited is never written over: the new one stands beside it, and is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.kept import free_name, free_names, is_untouched, original_name
from tests.conftest import copy_attachments
from tests.excel import Excel
from tests.test_cli import files, lvbao

REPORT, AGAIN, RECORD = "自评价报告.docx", "自评价报告（重新生成）.docx", "evaluation.json"
RECEIPT, AGAIN_RECEIPT = "自评价报告.凭据.json", "自评价报告（重新生成）.凭据.json"


@pytest.fixture
def workbook(sample_bytes: bytes, tmp_path: Path) -> Path:
    """A workbook without findings."""
    path = copy_attachments(tmp_path / "客户") / "录入表.xlsx"
    path.write_bytes(sample_bytes)
    return path


def run(workbook: Path, output: Path) -> str:
    result = lvbao("run", workbook, "-o", output, "--no-page-numbers")
    assert result.exit_code == 0
    return result.output


def folder_of(workbook: Path, output: Path) -> Path:
    return output / workbook.parent.name


def test_an_edited_report_stays_and_the_new_one_is_written_beside_it_and_told(
    workbook: Path, tmp_path: Path
) -> None:
    output = tmp_path / "output"
    run(workbook, output)
    folder = folder_of(workbook, output)
    made = (folder / REPORT).read_bytes()
    (folder / REPORT).write_bytes(made + b"edited")

    said = run(workbook, output)

    assert files(folder) == [RECORD, REPORT, RECEIPT, AGAIN, AGAIN_RECEIPT]
    assert (folder / REPORT).read_bytes() == made + b"edited"
    assert (folder / AGAIN).read_bytes() == made
    assert f"{REPORT} 生成后有人改过" in said
    assert f"新报告另存为 {AGAIN}" in said
    assert "是以前生成的" not in said
    run(workbook, output)  # the second new one is the program's own: it is renewed, no third one appears
    assert files(folder) == [RECORD, REPORT, RECEIPT, AGAIN, AGAIN_RECEIPT]


def test_a_report_that_nobody_touched_is_renewed_in_its_place(
    workbook: Path, sample: Excel, tmp_path: Path
) -> None:
    output = tmp_path / "output"
    run(workbook, output)
    before = (folder_of(workbook, output) / REPORT).read_bytes()
    book = sample.copy()
    book.put("用地与建筑", book.field("用地与建筑", "用地面积"), 62000)
    book.save(workbook)

    said = run(workbook, output)

    folder = folder_of(workbook, output)
    assert files(folder) == [RECORD, REPORT, RECEIPT]
    assert (folder / REPORT).read_bytes() != before
    assert "有人改过" not in said


def test_a_report_whose_receipt_is_gone_and_a_strangers_file_are_kept(workbook: Path, tmp_path: Path) -> None:
    output = tmp_path / "output"
    folder = folder_of(workbook, output)
    folder.mkdir(parents=True)
    (folder / REPORT).write_bytes(b"somebody's")
    (folder / RECEIPT).write_text('{"schema": "lvbao-receipt/1", "sha256": 5}', encoding="utf-8")

    run(workbook, output)

    assert (folder / REPORT).read_bytes() == b"somebody's"
    assert files(folder) == [RECORD, REPORT, RECEIPT, AGAIN, AGAIN_RECEIPT]


def test_names_go_on_until_one_is_free_and_a_receipt_follows_its_report() -> None:
    taken = {"报告.docx", "报告（重新生成）.docx"}
    wanted = {"报告.docx": b"", "报告.凭据.json": b"", "evaluation.json": b""}
    assert free_names(wanted, lambda name, _content: name not in taken) == {
        "报告.docx": "报告（重新生成2）.docx",
        "报告.凭据.json": "报告（重新生成2）.凭据.json",
        "evaluation.json": "evaluation.json",
    }


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("报告（重新生成）.docx", "报告.docx"),
        ("报告（重新生成12）.docx", "报告.docx"),
        ("报告（草稿）（重新生成）.docx", "报告（草稿）.docx"),
        ("报告（重新生成甲）.docx", "报告（重新生成甲）.docx"),
        ("报告.docx", "报告.docx"),
    ],
)
def test_the_name_before_it_was_made_again_is_known(name: str, plain: str) -> None:
    assert original_name(name) == plain


def test_a_folder_of_the_name_is_not_ours_to_replace(tmp_path: Path) -> None:
    (tmp_path / REPORT).mkdir()
    assert not is_untouched(tmp_path / REPORT, b"")
    assert is_untouched(tmp_path / "none.docx", b"")


def test_below_a_file_no_name_is_taken_and_writing_tells_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "output").write_bytes(b"a file")
    assert free_name(REPORT, b"", lambda n, c: is_untouched(tmp_path / "output" / n, c)) == REPORT
