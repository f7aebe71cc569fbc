"""Reports that people have edited: every edit is found for what it is, and nothing is invented."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.deliver import Made, Options, make_report, standard_for
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.report.layout import convert, libreoffice
from pipeline.report.reading import Line
from pipeline.review.document import Document
from pipeline.review.faults import Fault
from pipeline.review.read import read_document
from pipeline.review.verdicts import turned_round
from pipeline.review.verify import Verified, _Verifier, verify_document
from pipeline.verification.verify import verify
from tests.conftest import ROOT, copy_attachments
from tests.excel import Excel
from tests.review.edits import EDITS, HARMLESS
from tests.review.word_edits import Word

OPTIONS = Options(draft=True)


def checked(docx: bytes, evaluation: Evaluation) -> Verified:
    return verify_document(read_document(docx, "自评价报告.docx"), evaluation, None, OPTIONS)


def told(found: Verified) -> list[tuple[str, str]]:
    return [(f.kind if isinstance(f, Fault) else f.act, f.where) for f in (*found.faults, *found.edits)]


def answer(
    found: list[tuple[str, str]], wanted: list[tuple[str, str]]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(what is missing, what was invented): every wanted one answers to one found."""
    left, missing = list(found), []
    for kind, words in wanted:
        match = next((f for f in left if f[0] == kind and words in f[1]), None)
        if match is None:
            missing.append((kind, words))
        else:
            left.remove(match)
    return missing, left


@pytest.fixture(scope="session")
def all_edits(made: Made, evaluation: Evaluation) -> Verified:
    word = Word(made.docx)
    for edit in EDITS:
        edit.do(word)
    for act in HARMLESS:
        act(word)
    return checked(word.saved(), evaluation)


def test_there_are_forty_edits() -> None:
    assert len(EDITS) == 40
    assert len({e.name for e in EDITS}) == 40


def test_every_one_of_forty_edits_is_found_and_none_is_invented(all_edits: Verified) -> None:
    missing, invented = answer(told(all_edits), [f for e in EDITS for f in e.found])
    assert (missing, invented) == ([], [])


@pytest.mark.parametrize("edit", EDITS, ids=lambda e: e.name)
def test_each_edit_by_itself_is_found_alone(
    edit: object, made: Made, evaluation: Evaluation, ours: Document
) -> None:
    word = Word(made.docx)
    edit.do(word)  # type: ignore[attr-defined]
    found = _Verifier(read_document(word.saved(), "甲.docx"), ours, evaluation, True).run()
    assert answer(told(found), list(edit.found)) == ([], [])  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def ours(made: Made) -> Document:
    """The report as the data give it."""
    return read_document(made.docx)


def test_an_untouched_report_passes(report: Document, evaluation: Evaluation) -> None:
    found = verify_document(report, evaluation, None, OPTIONS)
    assert (found.faults, found.edits, found.same_workbook, found.exact) == ((), (), True, True)
    assert found.figures > 1500


def test_what_changes_nothing_for_a_reader_is_no_fault_and_no_edit(
    made: Made, evaluation: Evaluation
) -> None:
    word = Word(made.docx)
    for act in HARMLESS:
        act(word)
    found = checked(word.saved(), evaluation)
    assert (found.faults, found.edits) == ((), ())


@pytest.mark.skipif(libreoffice() is None, reason="LibreOffice (soffice) is not installed")
def test_the_edits_are_found_after_libreoffice_saved_the_report(made: Made, evaluation: Evaluation) -> None:
    word = Word(made.docx)
    # it drops what it cannot hold: the copy of a control becomes plain text, tracked changes are another test
    chosen = [e for e in EDITS if "修订" not in e.name and "复制" not in e.name]
    for edit in chosen:
        edit.do(word)
    saved = convert(word.saved(), "docx", "docx")
    assert saved is not None
    missing, invented = answer(told(checked(saved, evaluation)), [f for e in chosen for f in e.found])
    assert (missing, invented) == ([], [])


def test_a_typed_over_figure_names_what_was_printed_and_what_it_should_be(all_edits: Verified) -> None:
    (area,) = [f for f in all_edits.faults if f.tag == "f:land_area"]
    assert (area.kind, area.printed, area.computed, area.label) == (
        "typed_over",
        "62000",
        "60000",
        "用地面积",
    )
    assert area.words == "报告别处写作 60000"
    (name,) = [f for f in all_edits.faults if f.label == "工厂名称"]
    assert (name.printed, name.computed) == ("示例青禾新材料有限公司", "示例青禾水性胶粘材料有限公司")


def test_data_that_changed_afterwards_are_told_as_stale_and_not_as_edits(
    report: Document, sample: Excel, tmp_path: Path
) -> None:
    copy_attachments(tmp_path)
    book = sample.copy()
    book.put("用地与建筑", "D4", 61000)
    path = book.save(tmp_path / "录入表.xlsx")
    found = verify_document(report, evaluate(path, standard_for(path, Options())), None, OPTIONS)
    assert {f.kind for f in found.faults} == {"stale"}
    assert (found.edits, found.same_workbook) == ((), False)
    area = next(f for f in found.faults if f.tag == "f:land_area" and f.where.endswith("“用地面积”行 · 数值"))
    assert (area.printed, area.computed) == ("60000", "61000")


def test_edits_and_changed_data_are_told_apart(made: Made, sample: Excel, tmp_path: Path) -> None:
    copy_attachments(tmp_path)
    book = sample.copy()
    book.put("用地与建筑", "D9", 9100)
    path = book.save(tmp_path / "录入表.xlsx")
    word = Word(made.docx)
    word.type_over(word.paragraph("工厂用地面积为"), "f:land_area", "62000")
    word.replace(word.paragraph("厂房采用多层建筑"), "厂房采用多层建筑。", "厂房均为多层建筑，布局紧凑。")
    found = checked(word.saved(), evaluate(path, standard_for(path, Options())))
    assert [(f.kind, f.tag) for f in found.faults if f.kind != "stale"] == [("typed_over", "f:land_area")]
    assert {f.tag for f in found.faults if f.kind == "stale" and f.tag} == {"f:green_area"}
    assert [e.act for e in found.edits] == ["改"]


def test_without_the_template_the_figures_are_checked_one_by_one(
    report: Document, evaluation: Evaluation
) -> None:
    word_report = replace(report, receipt={**report.receipt, "template-sha256": "0" * 64})
    found = verify_document(word_report, evaluation, None, OPTIONS)
    assert (found.faults, found.exact) == ((), False)
    assert "找不到生成这份报告的模板" in found.notes[0]


def test_a_third_partys_report_is_checked_against_verified_values(tmp_path: Path) -> None:
    folder = next((ROOT / "samples").glob("07-*"))
    workbook, sheet = folder / "录入表.xlsx", folder / "核查表.xlsx"
    verification = verify(workbook, sheet, standard_for(workbook, Options()))
    options = Options(page_numbers=False, draft=True, verification=sheet)
    made = make_report(verification.evaluation, options, verification)
    path = tmp_path / made.file_name
    path.write_bytes(made.docx)
    assert run(path, "--workbook", workbook, "--verification", sheet)[0] == 0
    code, text = run(path, "--workbook", workbook)
    assert (code, "请用 --verification 给出核查表" in text) == (2, True)


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["verify", *map(str, arguments)])
    return result.exit_code, result.output


def test_the_command_says_place_printed_and_computed_and_exits_with_1(
    made: Made, workbook: Path, tmp_path: Path
) -> None:
    word = Word(made.docx)
    word.type_over(word.paragraph("工厂用地面积为"), "f:land_area", "62000")
    path = tmp_path / "自评价报告.docx"
    path.write_bytes(word.saved())
    code, text = run(path, "--workbook", workbook)
    assert code == 1
    assert "【数值被改写】1" in text
    assert "用地面积：报告写作 62000，应为 60000（报告别处写作 60000）" in text
    code, text = run(path, "--workbook", workbook, "--json", "-")
    record = json.loads(text)
    assert (code, record["schema"], record["passed"], len(record["faults"])) == (
        1,
        "lvbao-verify/1",
        False,
        1,
    )


def test_a_word_put_before_a_verdict_without_its_control_is_a_verdict_typed_over(
    made: Made, evaluation: Evaluation, ours: Document
) -> None:
    word = Word(made.docx)
    row = word.row("胶粘剂行业绿色工厂评价指标自评价表（标准附录B已刊部分）", "B07")
    word.flatten(row, "v:B07", "未符合")
    found = _Verifier(read_document(word.saved(), "甲.docx"), ours, evaluation, True).run()
    assert [(f.kind, f.printed, f.computed) for f in found.faults] == [("typed_over", "未符合", "符合")]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("自评价全部符合", "自评价全部不符合", [("verdict", "自评价全部不符合", "自评价全部符合")]),
        ("自评价全部符合", "自评价并非全部符合", [("verdict", "自评价并非全部符合", "自评价全部符合")]),
        ("自评价全部符合", "自评价基本符合", [("verdict", "自评价基本符合", "自评价全部符合")]),
        ("自评价全部符合", "均未达到要求", [("verdict", "均未达到要求", "自评价全部符合")]),
        ("自评价全部符合", "自评价均满足要求", []),
        ("自评价全部符合", "经逐条核对，自评价全部符合", []),
    ],
)
def test_a_conclusion_turned_round_is_a_fault_and_one_in_other_words_is_none(
    old: str, new: str, told: list[tuple[str, str, str]], made: Made, evaluation: Evaluation, ours: Document
) -> None:
    word = Word(made.docx)
    word.replace(word.paragraph("基本要求共"), old, new)
    found = _Verifier(read_document(word.saved(), "甲.docx"), ours, evaluation, True).run()
    assert [(f.kind, f.printed, f.computed) for f in found.faults] == told
    assert len(found.edits) == (0 if told else 1)


@pytest.mark.parametrize(
    ("ours", "theirs", "told"),
    [
        ("综合能耗未达到准入值。", "综合能耗达到准入值。", ("综合能耗达到准入值", "综合能耗未达到准入值")),
        ("甲符合，乙不符合。", "甲不符合，乙符合。", ("甲不符合", "甲符合")),
        ("甲符合，乙符合。", "甲不符合。", ("甲不符合", "甲符合")),
        ("还不能判定是否达到要求。", "还不能判定是否达到要求，请补充。", None),
        ("甲符合。", "", None),
        ("厂区整洁。", "厂区整洁，不符合的已整改。", None),
    ],
)
def test_verdicts_are_told_by_what_they_judge(ours: str, theirs: str, told: tuple[str, str] | None) -> None:
    assert turned_round(Line(ours), Line(theirs)) == told
