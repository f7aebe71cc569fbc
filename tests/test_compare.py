"""One client under two standards: what stands on the page, and what keeps it from being made."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result
from docx import Document

from pipeline.cli import main
from pipeline.comparison import comparison_context
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.findings import LvbaoError
from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.standard import Standard, load_standard
from tests.conftest import ROOT
from tests.pages import Paper
from tests.scripts import script

OLD = ROOT / "samples" / "01-全优-复配混合型" / "录入表.xlsx"
NAME = "示例青禾水性胶粘材料有限公司"


def samples() -> ModuleType:
    return script("samples/generate.py")


@pytest.fixture(scope="module")
def gbt() -> Standard:
    return load_standard(ROOT / "standards" / "gbt-36132-2025")


@pytest.fixture(scope="module")
def old(adhesive: Standard) -> Evaluation:
    return evaluate(OLD, adhesive)


@pytest.fixture(scope="module")
def newer(gbt: Standard, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of sample 9 as if it were of the same enterprise."""
    facts: dict[str, Any] = {**samples().facts(ROOT / "samples" / "09-通则2025"), "enterprise_name": NAME}
    path = tmp_path_factory.mktemp("compare") / "新录入表.xlsx"
    path.write_bytes(write_workbook(gbt, read_data(facts, gbt)))
    return path


@pytest.fixture(scope="module")
def rows(old: Evaluation, newer: Path, gbt: Standard) -> dict[str, dict[str, Any]]:
    context = comparison_context(old, evaluate(newer, gbt))
    return {row["name"].split(" ")[0]: row for row in context["rows"]}


def test_old_and_new_values_and_scores_stand_side_by_side(rows: dict[str, dict[str, Any]]) -> None:
    energy = rows["G01"]

    assert (energy["category"], energy["points"], energy["value"], energy["score"]) == (
        "能源低碳化（30）",
        "8",
        "64.09%",
        "5.13",
    )
    assert energy["old"] == "K11 单位产品综合能耗 17.53 kgce/t"
    assert energy["old_score"] == "8.00／8.00"
    assert energy["change"] == "口径变化*：不含原料用能，线性计分（B.1、B.2）"


def test_what_is_new_has_no_old_side_and_what_was_scored_may_be_a_gate_now(
    rows: dict[str, dict[str, Any]],
) -> None:
    assert (rows["G10"]["old"], rows["G10"]["old_score"]) == ("—", "—")
    assert rows["G10"]["change"].startswith("新增")
    assert (rows["J03"]["points"], rows["J03"]["old_score"]) == (
        "不计分",
        "14.40／14.40",
    )  # 2.7 + 2.7 + 4.5 + 4.5


def test_dropped_weights_leave_out_the_rows_that_live_on(old: Evaluation, newer: Path, gbt: Standard) -> None:
    text = comparison_context(old, evaluate(newer, gbt))["sentence_dropped"]

    # 1 + 1 + 2 + 4 + 0.6, 5.4 + 4.98 (6 and 6 without R06 and R08), 3 + 3.5 + 3, 0.8 + 1.4 + 1.2 + 1.2 + 0.4 + 0.3 + 0.6 + 0.4 + 0.7
    assert text.startswith("取消的项目（旧权重合计 35.48）：")
    assert "产品的一般要求 3.5" in text
    assert "环境排放的一般要求 0.8" in text
    assert "照明 1、计量设备 2" in text
    assert "能源投入 5.4" in text  # 6 × (100 − 10) ÷ 100: R06 lives on in G03


def test_what_is_still_wanting_and_numbers_that_contradict_are_told(
    old: Evaluation, newer: Path, gbt: Standard
) -> None:
    prepare = comparison_context(old, evaluate(newer, gbt))["prepare"]

    assert prepare[0].startswith("还须准备的证明材料（")
    assert "用地面积（60000 与 40000）" in prepare[-1]


def test_two_enterprises_are_not_compared(old: Evaluation, gbt: Standard) -> None:
    other = evaluate(ROOT / "samples" / "09-通则2025" / "录入表.xlsx", gbt)

    with pytest.raises(LvbaoError, match="不是同一家工厂"):
        comparison_context(old, other)


def test_without_a_correspondence_nothing_is_matched_by_guess(
    old: Evaluation, newer: Path, gbt: Standard
) -> None:
    with pytest.raises(LvbaoError, match="没有写明与 gbt-36132-2025 的对应关系"):
        comparison_context(evaluate(newer, gbt), old)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["compare", *(str(a) for a in arguments)])


def test_the_command_writes_a_word_page_from_two_workbooks(newer: Path, tmp_path: Path) -> None:
    target = tmp_path / "对照.docx"

    result = run(OLD, newer, "-o", target)

    assert result.exit_code == 0, result.output
    (table,) = Document(str(target)).tables
    assert len(table.rows) == 18  # the head, three basic requirements, fourteen indicators


def test_from_one_workbook_the_new_side_is_what_would_be_carried_over(tmp_path: Path) -> None:
    target = tmp_path / "对照.docx"

    result = run(OLD, "--to", "gbt-36132-2025", "-o", target)

    assert result.exit_code == 0, result.output
    assert "填好后再对照" in result.output
    assert "17 项待定" in "".join(p.text for p in Document(str(target)).paragraphs)


def test_it_must_be_said_what_to_compare_with_and_nothing_is_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "对照.docx"
    assert "请写明两份录入表" in run(OLD, "-o", target).output

    target.write_bytes(b"filled in")
    assert run(OLD, "--to", "gbt-36132-2025", "-o", target).exit_code == 2
    assert target.read_bytes() == b"filled in"


def test_with_all_values_filled_in_it_is_one_page(newer: Path, tmp_path: Path) -> None:
    target = tmp_path / "对照.docx"
    run(OLD, newer, "-o", target)

    assert len(Paper(target.read_bytes()).pages) == 1


def test_two_workbooks_of_one_standard_are_sent_to_diff() -> None:
    evaluation = evaluate(OLD, load_standard(ROOT / "standards" / "cpcif-adhesive-2022-draft"))
    with pytest.raises(LvbaoError, match=r"同一个标准的.*lvbao diff"):
        comparison_context(evaluation, evaluation)
