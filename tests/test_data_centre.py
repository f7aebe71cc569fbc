"""The green data centre as a pack: its worked cases, two editions from one workbook, what is not known."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from pipeline.cases import cases_of, run_case
from pipeline.deliver import Made, Options, make_report
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.report.context import report_context
from pipeline.standard import Standard, load_standard
from pipeline.standard.catalogue import catalogue
from pipeline.standard.types import Case
from tests.conftest import ROOT
from tests.report_text import lines_of, rows_of


def pack() -> Standard:
    return load_standard(ROOT / "standards" / "miit-data-centre-2020")


def sample(number: str) -> Evaluation:
    (path,) = (ROOT / "samples").glob(f"{number}-*/录入表.xlsx")
    return evaluate(path, pack())


@pytest.mark.parametrize(("edition", "case"), cases_of(pack()), ids=lambda value: getattr(value, "name", ""))
def test_a_worked_case_gives_its_hand_computed_values(edition: Standard, case: Case) -> None:
    assert run_case(pack(), edition, case).problems == ()


def test_every_row_and_indicator_of_both_editions_has_a_case() -> None:
    for edition in (pack(), *pack().editions):
        assert catalogue(edition).uncovered == ()


def test_the_first_sample_scores_63_of_the_known_70_as_its_readme_derives_by_hand() -> None:
    evaluation = sample("13")

    assert {r.criterion.id: r.score for r in evaluation.scorecard.rows} == {
        "D1": Decimal("55.00"), "D2": 3, "D3": 2, "D4": 1, "D5": 2,
    }  # fmt: skip
    total = evaluation.scorecard.printed
    assert (total.score, total.weight, total.complete) == (63, 70, True)
    assert [c.title for c in evaluation.standard.scoring.unknown] == [
        "绿色设计及绿色采购", "能源资源使用管理", "设备绿色管理", "加分项",
    ]  # fmt: skip


def test_the_same_data_centre_four_years_later_is_judged_by_the_edition_of_2025() -> None:
    evaluation = sample("14")

    assert evaluation.receipt.edition == "2025"
    assert [f.message for f in evaluation.findings] == [
        "评价日期为 2025-08-20，按 工信厅联节函〔2025〕279号 附件1（2025 版，2025-07-07 起）评价"
    ]
    rows = {r.criterion.id: r for r in evaluation.scorecard.rows}
    assert (rows["E1"].share, rows["E2"].score, rows["E3"].share) == (Decimal("0.25"), 8, 1)
    assert rows["E4"].share == Decimal("0.75")
    assert (evaluation.scorecard.printed.score, evaluation.scorecard.printed.weight) == (8, 8)
    assert evaluation.scorecard.basic_requirements.met is True


@cache
def report(number: str) -> Made:
    """The report of a sample."""
    return make_report(sample(number), Options(page_numbers=False))


@cache
def lines(number: str) -> list[str]:
    """The paragraphs of the report of a sample."""
    return lines_of(report(number).docx)


@pytest.mark.parametrize("number", ["13", "14"])
def test_each_edition_has_its_own_report(number: str) -> None:
    made = report(number)

    assert (made.file_name, made.draft) == ("自评价报告.docx", False)


@pytest.mark.parametrize("number", ["13", "14"])
def test_findings_are_announced_only_where_there_are_some(number: str) -> None:
    assert "数据校核未产生提示。" in lines(number)
    assert not [line for line in lines(number) if line.startswith("下列提示由数据校核产生")]


def test_no_clause_and_no_name_of_2020_stands_in_what_is_judged_by_2025() -> None:
    (later,) = pack().editions
    rules = later.indicators
    clauses = [x.clause or "" for x in (*rules.constants, *rules.columns, *rules.by_id.values())]
    clauses += [c.clause for c in later.scoring.criteria.values()]

    assert [clause for clause in clauses if clause.startswith("类别")] == []
    assert [rules.by_id[i].label for i in ("renewable_share", "it_load")] == [
        "可再生能源利用率",
        "信息设备负荷使用率",
    ]
    assert [
        line for line in lines("14") if "类别一" in line or "使用比率" in line or "IT 设备负荷使用率" in line
    ] == []


def context(number: str) -> dict[str, Any]:
    evaluation = sample(number)
    return report_context(evaluation, evaluation.standard.identity.reports[0], draft=False)


def test_what_is_inferred_of_the_rules_of_2025_is_listed_with_its_reason_and_marked_in_the_table() -> None:
    shown = context("14")
    listed = {row["what"]: row["why"] for row in shown["provisional"]}

    for row, title in (("E1", "电能利用效率"), ("E4", "上架率"), ("E5", "信息设备负荷使用率")):
        assert listed[f"评分表 {row}“{title}”的评分规则"].endswith("按线性插值（SJ-12）")
    assert listed["评分表 E3“数字化能碳管理和需求响应”的评分规则"].startswith(
        "推断；原文只说达到 5% 得相应分；"
    )
    assert {r["id"] for r in shown["scorecard"]["rows"] if r["rule_mark"] == "推断"} == {
        "E1",
        "E3",
        "E4",
        "E5",
    }
    cells = [cell for row in rows_of(report("14").docx) for cell in row]
    assert "满分的 100.00%（推断）" in cells
    assert "满分的 25.00%（推断）" in cells


def test_points_that_are_inferred_are_listed_and_marked_in_the_edition_of_2020() -> None:
    shown = context("13")

    assert {
        "what": "评分表“电能利用效率”的权重和分值", "value": "权重 60", "why": "推断；转载文本，取得原件后核对",
    } in shown["provisional"]  # fmt: skip
    assert [r["points_mark"] for r in shown["scorecard"]["rows"]] == ["推断", "", "", "", ""]
    assert "60（推断）" in [cell for row in rows_of(report("13").docx) for cell in row]


def test_limits_and_rules_are_printed_with_their_units() -> None:
    rows = {r["id"]: r for r in context("14")["scorecard"]["rows"]}

    assert rows["E3"]["limit_text"] == "可调能力占最大用电负荷的比例 ≥ 5%"
    assert rows["E4"]["limit_text"] == "起评值≥60%，满分值≥80%"
    # (75 − 60) ÷ (80 − 60) = 75 %
    assert rows["E4"]["statement"].startswith(
        "上架率 75.00%，介于起评值 60% 与满分值 80% 之间，按线性比例 75.00% 计；"
    )
    assert (rows["E2"]["value"], rows["E2"]["statement"][:12]) == ("80%", "可再生能源利用率 80%")
