"""The green data centre as a pack: its worked cases, two editions from one workbook, what is not known."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.cases import cases_of, run_case
from pipeline.deliver import Made, Options, make_report
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.report.conclusion import basic_sentence, conclusion
from pipeline.report.context import report_context
from pipeline.standard import Standard, load_standard
from pipeline.standard.catalogue import catalogue
from pipeline.standard.types import Case
from tests.conftest import ROOT, _through_a_workbook
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


def test_the_conditions_of_application_are_called_so_and_what_does_not_apply_is_not_met() -> None:
    evaluation = sample("14")

    verdicts = {r.criterion.id: r.verdict for r in evaluation.scorecard.basic_requirements.rows}
    assert verdicts.pop("T11") == "不适用"  # in operation since 2017
    assert set(verdicts.values()) == {"符合"}
    assert "申报条件共 12 项，其中 1 项不适用，其余自评价全部符合。" in conclusion(evaluation)
    row = next(r for r in rows_of(report("14").docx) if r[0] == "T11")
    assert row[2:4] == ["不适用", "不属于 2022 年后建设的数据中心。\n2017 年投运。"]


def test_conditions_that_fail_are_named_by_their_numbers_where_the_clause_does_not_tell_them_apart(
    tmp_path: Path,
) -> None:
    (later,) = pack().editions
    case = next(c for c in later.cases if c.expect.verdicts.get("T05") == "不符合")

    sentence = basic_sentence(_through_a_workbook(pack(), tmp_path)(case.facts))

    assert sentence == (
        "申报条件共 12 项，其中 T05、T06、T07、T09、T10、T11 不满足。申报条件为准入条款，一票否决，"
        "本次自评价结论为不符合绿色数据中心要求。"
    )


def test_the_official_number_of_an_indicator_stands_beside_ours() -> None:
    numbers = {
        row[1]: row[2] for row in rows_of(report("14").docx) if row[1:2] and re.fullmatch(r"E\d", row[1])
    }

    assert numbers == {"E1": "指标1", "E2": "指标2", "E3": "指标4", "E4": "指标13", "E5": "指标14"}


def test_a_computed_value_is_traced_to_its_row_and_formula_and_to_no_cell() -> None:
    rows = rows_of(report("14").docx)

    # 1200 × 4.4 kW = 5280 kW, computed; the first column of the row holds the name of the rack
    assert ["一期机房 42U 标准机柜 标称功率合计", "5280", "kW", "机柜 第 11 行，按公式计算"] in rows
    assert ["已安装机柜", "标称功率合计 = 机柜数 × 单机柜标称功率", "kW", "指标14"] in rows
    assert ["一期机房 42U 标准机柜 机柜数", "1200", "—", "机柜!C11"] in rows


def test_the_rounding_of_a_result_is_said_without_brackets_in_brackets() -> None:
    (line,) = [x for x in lines("14") if x.startswith("总安装机柜数的计算结果")]

    assert line == "总安装机柜数的计算结果为2000（按 GB/T 8170-2008 修约到整数），取用的数值及其来源如下。"
    assert "数据中心总耗电量的计算结果为60000000 kWh（按 GB/T 8170-2008 修约到整数），" in "".join(
        lines("14")
    )


@pytest.mark.parametrize(("max_load", "codes"), [(7000, ["max_load_not_below_average"]), (7393, [])])
def test_the_greatest_load_is_not_below_the_mean_load_of_a_month(
    max_load: int, codes: list[str], tmp_path: Path
) -> None:
    # 5 500 000 kWh in at most 744 h is a mean of at least 7392.5 kW
    months = {
        f"{n}月": {"total_energy": 5000000, "it_energy": 4000000, "water": 0, "carbon": 0}
        for n in range(1, 13)
    }
    months["7月"]["total_energy"] = 5500000
    facts = {"evaluation_year": 2024, "evaluation_date": "2025-08-01", "max_load": max_load, "meters": months}
    evaluation = _through_a_workbook(pack(), tmp_path)(facts)

    found = [f for f in evaluation.findings if f.code == "max_load_not_below_average"]
    assert [f.code for f in found] == codes
    assert all("平均负荷不低于 7392.4" in f.message for f in found)


def test_the_share_of_the_adjustable_load_of_the_sample_is_that_of_its_readme() -> None:
    # 420 ÷ 8000 = 5.25 %; 8000 kW is not below 5 500 000 kWh ÷ 744 h = 7392.5 kW
    assert sample("14").indicators["adjustable_share"].number == Decimal("5.25")
