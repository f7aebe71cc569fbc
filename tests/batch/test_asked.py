"""What is asked of a batch: slips of the pen are told before anything is done; several reports of one client are told apart."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.batch.shop import Shop, lvbao, reports
from tests.conftest import ROOT

THIRD = ROOT / "samples" / "06-第三方-核查通过"


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A batch over one client with a verification sheet, done: in `in/乙厂` and `out`."""
    folder = tmp_path_factory.mktemp("verified")
    shutil.copytree(THIRD, folder / "in" / "乙厂")
    result = lvbao("batch", folder / "in", "-o", folder / "out", "--no-page-numbers")
    assert result.exit_code == 0, result.output
    return folder


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--standard", "gbt-36132-2026"], "gbt-36132-2026"),
        (["--form", "2099", "--reports", "third_party_evaluation"], "没有“2099”这种格式"),
        (["--form", "2024", "--reports", "self_evaluation"], "一种格式"),
        (["--reports", "self_evaluatoin"], "是否为“self_evaluation”？"),
        (["--template", "坏.docx"], "模板 坏.docx 不能用"),
        (["-o", ""], "没有写明输出文件夹"),
    ],
)
def test_a_slip_of_the_pen_is_told_before_results_are_touched(
    verified: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], words: str
) -> None:
    shutil.copytree(verified / "out", tmp_path / "out")
    (tmp_path / "坏.docx").write_bytes(b"no document")
    monkeypatch.chdir(tmp_path)
    before = {p: p.read_bytes() for p in sorted(tmp_path.rglob("*")) if p.is_file()}

    result = lvbao("batch", verified / "in", "-o", "out", "--no-page-numbers", *options)

    assert result.exit_code == 2
    assert words in result.output
    assert {p: p.read_bytes() for p in sorted(tmp_path.rglob("*")) if p.is_file()} == before


def test_several_reports_of_one_client_are_told_apart_and_summed_up(verified: Path, tmp_path: Path) -> None:
    """Once two reports shown under one name ended the batch before its summary."""
    result = lvbao(
        "batch", verified / "in", "-o", tmp_path, "--no-page-numbers",
        "--reports", "self_evaluation,third_party_evaluation,self_evaluation",
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    assert "[1/2] 乙厂（" in result.output
    assert "乙厂（自评价报告）" in result.output
    assert "乙厂（第三方评价报告）" in result.output
    rows = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["汇总"].iter_rows(min_row=2, values_only=True)
    assert [row[0] for row in rows] == ["乙厂（自评价报告）", "乙厂（第三方评价报告）"]


def test_two_reports_that_look_alike_by_name_have_two_lines(shop: Shop, tmp_path: Path) -> None:
    shop.client(tmp_path / "in" / "乙")
    shop.client(tmp_path / "in" / "乙（第三方评价）", land_area=200000)

    result = shop.batch(tmp_path / "in", "-o", tmp_path / "out")

    assert result.exit_code == 0, result.output
    book = openpyxl.load_workbook(tmp_path / "out" / "汇总.xlsx")
    assert [row[0] for row in book["汇总"].iter_rows(min_row=2, values_only=True)] == [
        "乙",
        "乙（第三方评价）",
    ]


def test_declared_and_verified_values_are_not_thrown_together(verified: Path) -> None:
    """One client, two reports: each distribution counts one."""
    book = openpyxl.load_workbook(verified / "out" / "汇总.xlsx")
    levels = [name for name in book.sheetnames if name.startswith("等级")]
    assert len(levels) == 2
    assert [len(list(book[name].iter_rows(min_row=2))) for name in levels] == [1, 1]
    page = (verified / "out" / "汇总.html").read_text(encoding="utf-8")
    assert page.count("（核查值）：各指标的数值和等级") == 1


def test_a_report_of_values_that_have_changed_since_is_named(verified: Path, tmp_path: Path) -> None:
    """The sheet went and the workbook changed: the third party's report is of figures that are not those of the client now."""
    shutil.copytree(verified, tmp_path / "all")
    client = tmp_path / "all" / "in" / "乙厂"
    (client / "核查表.xlsx").unlink()
    shutil.copy(ROOT / "samples" / "05-基本要求不符合" / "录入表.xlsx", client / "录入表.xlsx")

    result = lvbao("batch", tmp_path / "all" / "in", "-o", tmp_path / "all" / "out", "--no-page-numbers")

    assert "注意：乙厂/第三方评价报告.docx 是以前生成的，与本次数据可能不符。" in result.output


def test_a_report_that_was_not_asked_for_now_and_is_still_right_is_not_named(
    verified: Path, tmp_path: Path
) -> None:
    shutil.copytree(verified, tmp_path / "all")

    result = lvbao(
        "batch", tmp_path / "all" / "in", "-o", tmp_path / "all" / "out", "--no-page-numbers",
        "--reports", "self_evaluation",
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    assert "以前生成" not in result.output


def test_a_report_that_rests_on_a_sheet_says_that_there_is_none(verified: Path, tmp_path: Path) -> None:
    shutil.copytree(THIRD, tmp_path / "in" / "乙厂", ignore=shutil.ignore_patterns("核查表.xlsx"))

    result = lvbao(
        "batch",
        tmp_path / "in",
        "-o",
        tmp_path / "out",
        "--no-page-numbers",
        "--reports",
        "third_party_evaluation",
    )

    assert "没有核查表，不出这种报告：乙厂（第三方评价报告）" in result.output
    assert "未处理" not in result.output


def test_a_workbook_with_errors_says_the_first_and_where_to_see_all(shop: Shop, tmp_path: Path) -> None:
    shop.client(tmp_path / "in" / "甲", land_area=None)

    result = shop.batch(tmp_path / "in", "-o", tmp_path / "out", "--no-draft")

    assert result.exit_code == 1
    assert "没有生成报告；首先是：" in result.output
    assert "还没有填写。全部见 lvbao check 录入表.xlsx" in result.output


def test_two_workbooks_of_one_enterprise_are_named(shop: Shop, tmp_path: Path) -> None:
    """A copy that was left behind would become a second report."""
    shop.client(tmp_path / "in" / "甲")
    shutil.copy(tmp_path / "in" / "甲" / "录入表.xlsx", tmp_path / "in" / "甲 - 副本.xlsx")

    output = shop.batch(tmp_path / "in", "-o", tmp_path / "out").output

    assert (
        "甲 - 副本、甲 的企业名称都是“某某玩具有限公司”" in output or "甲、甲 - 副本 的企业名称都是" in output
    )


def test_what_is_passed_over_is_told(shop: Shop, tmp_path: Path) -> None:
    shop.client(tmp_path / "in" / "甲")
    (tmp_path / "in" / "壬").mkdir()

    output = shop.batch(tmp_path / "in", "-o", tmp_path / "out").output

    assert f"没有处理 {tmp_path}/in/壬：没有录入表。" in output


def test_files_of_other_programs_and_of_other_clients_make_nobody_run_again(
    shop: Shop, tmp_path: Path
) -> None:
    """A client with missing evidence, whom any new file might cure; but not these."""
    flat, own = tmp_path / "in", tmp_path / "in" / "丁"
    flat.mkdir()
    (flat / "甲.xlsx").write_bytes(shop.workbook())
    shop.client(own)
    (own / "附件" / "执照.png").unlink()
    shop.batch(flat, "-o", tmp_path / "out")

    (flat / "丙.xlsx").write_bytes(shop.workbook(land_area=200000))
    for name in ("~$录入表.xlsx", ".DS_Store", "Thumbs.db", "desktop.ini"):
        (own / name).write_bytes(b"x")
        (own / "附件" / name).write_bytes(b"x")
    output = shop.batch(flat, "-o", tmp_path / "out").output

    assert "2 份没有变化，沿用已有结果。" in output
    assert "[1/1] 丙：正式" in output

    (own / "附件" / "执照.jpg").write_bytes(b"x")
    assert "丁：正式（证明材料文件夹新增：附件/执照.jpg）" in shop.batch(flat, "-o", tmp_path / "out").output


def test_a_sign_that_the_encoding_of_the_terminal_lacks_does_not_end_the_batch(
    shop: Shop, tmp_path: Path
) -> None:
    """Chinese Windows writes to pipes and files in cp936, which has neither 𠮷 nor emoji."""
    shop.client(tmp_path / "in" / "特厂𠮷😀")
    shop.client(tmp_path / "in" / "乙", land_area=200000)

    found = shop.process(
        tmp_path / "in", "-o", tmp_path / "out", encoding="cp936", PYTHONUTF8="0", PYTHONIOENCODING="cp936",
    )  # fmt: skip

    assert found.returncode == 0
    assert "特厂??：正式" in found.stdout
    assert len(reports(tmp_path / "out")) == 6


def test_a_template_of_another_standard_is_told_in_a_few_lines(shop: Shop, tmp_path: Path) -> None:
    shop.client(tmp_path / "in" / "甲")
    template = ROOT / "report_templates" / "cpcif-adhesive-2022-draft" / "self_evaluation.docx"

    result = lvbao(
        "batch", tmp_path / "in", "-o", tmp_path / "out", "--no-page-numbers", "--standards", shop.standards,
        "--template", template,
    )  # fmt: skip

    assert result.exit_code == 1
    assert "可能是别的标准或报告的模板" in result.output
    assert "其余" in result.output
    assert len(result.output.splitlines()) < 25


def test_the_workbook_of_a_report_that_people_edited_is_still_found(shop: Shop, tmp_path: Path) -> None:
    shop.client(tmp_path / "in" / "甲")
    shop.batch(tmp_path / "in", "-o", tmp_path / "out")
    report = tmp_path / "out" / "甲" / "自评价报告.docx"
    report.write_bytes(report.read_bytes() + b"\0")
    shop.batch(tmp_path / "in", "-o", tmp_path / "out")

    result = lvbao("receipt", report, "--standards", shop.standards, "--template", shop.template)

    assert "请用 --workbook 指明" not in result.output


def test_a_fault_in_the_summary_hides_no_report(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(done: object) -> object:
        raise ValueError("Index contains duplicate entries")

    shop.client(tmp_path / "in" / "甲")
    monkeypatch.setattr("pipeline.batch.summary.summarise", faulty)

    result = shop.batch(tmp_path / "in", "-o", tmp_path / "out")

    assert result.exit_code == 1
    assert "写汇总时程序内部出错，报告不受影响；详情已存入" in result.output
    assert json.loads((tmp_path / "out" / "甲" / "evaluation.json").read_text(encoding="utf-8"))


def test_a_report_may_be_asked_for_by_the_name_of_its_file(verified: Path, tmp_path: Path) -> None:
    workbook = verified / "in" / "乙厂" / "录入表.xlsx"

    one = lvbao("run", workbook, "-o", tmp_path / "run", "--report", "自评价报告", "--no-page-numbers")
    many = lvbao(
        "batch", verified / "in", "-o", tmp_path / "batch", "--reports", "自评价报告", "--no-page-numbers"
    )
    wrong = lvbao("run", workbook, "-o", tmp_path / "run", "--report", "自评报告", "--no-page-numbers")

    assert (one.exit_code, many.exit_code, wrong.exit_code) == (0, 0, 2)
    assert reports(tmp_path / "batch")[1].endswith("自评价报告.docx")
    assert (
        "是否为“自评价报告”？现有：自评价报告（self_evaluation）、第三方评价报告（third_party_evaluation）"
        in wrong.output
    )
