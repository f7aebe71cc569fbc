"""GB/T 36132-2025 as a pack: Table C.1, its worked cases, the report of a whole evaluation."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from pipeline.cases import cases_of, run_case, run_cases
from pipeline.deliver import Options, make_report
from pipeline.evaluate import evaluate
from pipeline.report.context import report_context
from pipeline.standard import Standard, load_standard
from pipeline.standard.types import Case
from tests.conftest import ROOT, found
from tests.report_text import lines_of, rows_of

SAMPLE = ROOT / "samples" / "09-通则2025" / "录入表.xlsx"


def gbt() -> Standard:
    return load_standard(ROOT / "standards" / "gbt-36132-2025")


@cache
def report() -> bytes:
    """The self-evaluation of the sample."""
    return make_report(evaluate(SAMPLE, gbt()), Options(page_numbers=False)).docx


@pytest.mark.parametrize(("edition", "case"), cases_of(gbt()), ids=lambda value: getattr(value, "name", ""))
def test_a_worked_case_gives_its_hand_computed_values(edition: Standard, case: Case) -> None:
    assert run_case(gbt(), edition, case).problems == ()


def test_a_wrong_expectation_of_a_cell_is_told() -> None:
    pack = gbt()
    case = next(c for c in pack.cases if c.name.startswith("单位用地面积产能"))
    wrong = {"capacity_products[2].conversion": "5", "capacity_products[9].conversion": "4", "x[1].y": "1"}
    expect = replace(case.expect, cells=wrong)
    (result,) = run_cases(replace(pack, cases=(replace(case, expect=expect),)))

    assert result.problems == (
        "capacity_products[2].conversion 应为 5，得到 4",
        "capacity_products[9].conversion 应为 4，得到 无",
        "没有名为 x[1].y 的计算列（写法如 products[1].share）",
    )


def test_table_c1_weighs_30_30_16_16_8_and_is_marked_as_the_example() -> None:
    scored = [c for c in gbt().scoring.categories if c.weight is not None]

    assert [(c.title, c.weight) for c in scored] == [
        ("能源低碳化", 30),
        ("资源高效化", 30),
        ("生产洁净化", 16),
        ("产品绿色化", 16),
        ("用地集约化", 8),
    ]
    assert sum(len(c.subcategories) for c in scored) == 14
    assert {s.weight_status for c in scored for s in c.subcategories} == {"provisional"}
    assert {s.source for c in scored for s in c.subcategories} == {"表C.1 示例"}


def test_the_sample_scores_as_its_readme_derives_by_hand() -> None:
    card = evaluate(SAMPLE, gbt()).scorecard

    assert (card.whole.score, card.whole.confirmed, card.whole.complete) == (
        Decimal("63.12"),
        Decimal("58.12"),
        True,
    )
    assert card.basic_requirements.met is True


def test_every_formula_of_appendix_b_stands_in_the_pack() -> None:
    pack = gbt()
    clauses = {c.clause for c in pack.indicators.columns} | {i.clause for i in pack.indicators.by_id.values()}

    assert {f"B.{n}" for n in range(1, 28)} <= clauses


def test_every_number_that_the_pack_computes_has_a_case_worked_by_hand() -> None:
    pack = gbt()
    expected = [case.expect for case in pack.cases]
    numbers = {name for e in expected for name in e.indicators}
    cells = {re.sub(r"\[\d+\]", "", key) for e in expected for key in e.cells}
    scores = {name for e in expected for name in e.scores}

    assert [i for i in pack.indicators.by_id if i not in numbers] == []
    assert [c.id for c in pack.indicators.columns if c.id not in cells] == []
    assert [c.id for c in pack.scoring.criteria.values() if c.points and c.id not in scores] == []


def test_every_rule_of_the_pack_is_broken_by_a_case_or_stands_in_the_shared_ones() -> None:
    pack = gbt()
    codes = {code for case in pack.cases for code in case.expect.findings}

    assert [r.id for r in pack.intake.rules if r.id not in codes] == []


def test_the_report_of_the_sample_is_final_and_says_what_the_points_rest_on() -> None:
    evaluation = evaluate(SAMPLE, gbt())
    made = make_report(evaluation, Options(page_numbers=False))
    context = report_context(evaluation, evaluation.standard.identity.reports[0], draft=False)

    assert not made.draft
    assert (
        lines_of(made.docx).count("下列提示由数据校核产生，不影响报告的出具，但需由填报人员逐条核实。") == 1
    )
    assert found(evaluation) == [("evidence_missing", "K20", "G12")]
    assert {r["points_mark"] for r in context["scorecard"]["rows"] if r["category"] != "基本要求"} == {"暂拟"}
    assert ["6（暂拟）" in row for row in rows_of(made.docx) if row[1:2] == ["G04"]] == [True]
    assert {
        "what": "评分表“取水强度”的权重和分值", "value": "权重 8", "why": "暂拟；表C.1 示例",
    } in context["provisional"]  # fmt: skip
    assert context["conclusion"] == (
        "基本要求共 3 项，自评价全部符合。按基准值和引领值计分的指标共 11 项，均介于基准值与引领值之间。"
        "采用表C.1 示例的分值计算（权重合计 100），全表得分为 63.12 分（暂拟），其中已有证明材料支持的得分为 58.12 分。"
        "表C.1 注明权重取值仅作为示例，行业评价标准或评价方案另有规定的，以其为准。"
    )


def test_without_a_scheme_the_quantitative_rows_are_undecided_and_nothing_is_assumed(tmp_path: Path) -> None:
    from tests.conftest import _through_a_workbook

    evaluation = _through_a_workbook(gbt(), tmp_path)({"evaluation_year": 2025, "land_area": 100})

    rows = {r.criterion.id: r.score for r in evaluation.scorecard.rows}
    assert all(rows[f"G{n:02}"] is None for n in range(1, 15))
    assert evaluation.scorecard.whole.score == 0
    assert not evaluation.scorecard.whole.complete


def test_every_row_judged_by_degree_has_its_table_with_actual_values_limits_degree_and_weight() -> None:
    rows = rows_of(report())
    source = "评价方案附表（编造）"

    # 500 tce ÷ 20000 台 = 0.0250; (0.03 − 0.025) ÷ (0.03 − 0.02) = 50 %
    assert ["减速器", "单位产品（tce/产品单位）", "0.0250", "0.02", "0.03", "50.00", "500.00", source] in rows
    # 2400 t ÷ 20000 台 = 0.1200; (0.13 − 0.12) ÷ (0.13 − 0.11) = 50 %
    material = ["减速器", "合金钢", "单位产品（t/产品单位）", "0.1200", "0.11", "0.13", "50.00", "3", source]
    assert material in rows
    # 100 kg ÷ 20000 台 = 0.0050; (0.008 − 0.005) ÷ (0.008 − 0.004) = 75 %
    by_output = [
        "减速器",
        "非甲烷总烃",
        "排放量，单位产品（kg/产品单位）",
        "0.0050",
        "0.004",
        "0.008",
        "75.00",
        "2",
        source,
    ]
    # 150 kg ÷ 4000 万元 = 0.0375; (0.05 − 0.0375) ÷ (0.05 − 0.03) = 62.5 %
    by_value = [
        "齿轮毛坯",
        "化学需氧量",
        "排放量，单位产值（kg/万元）",
        "0.0375",
        "0.03",
        "0.05",
        "62.50",
        "1",
        source,
    ]
    assert by_output in rows
    assert by_value in rows
    # the amount of gas in its own unit, where the coefficient takes it from the row
    assert ["天然气 2025 燃料动力（外购） 消耗量", "20", "万m³", "能源和碳!D13"] in rows
    # 50 万kWh × 0.1229 kgce/kWh = 61.45 tce
    assert ["自发自用", "50", "万kWh", "61.45", "不重复", "—"] in rows
    # 16000 万元 ÷ 40000 m² = 0.4; (0.4 − 0.3) ÷ (0.5 − 0.3) = 50 %
    assert ["单位用地面积产值（万元/m²）", "0.4", "0.5", "0.3", "50.00", source] in rows
    assert ["G03", "可再生能源利用率", "%", "40", "20", source] in rows


def test_a_change_that_rests_on_a_provisional_coefficient_says_so() -> None:
    # 1.33: 368.70 + 61.45 + 266 = 696.15 against 380.99 + 24.58 + 292.60 = 698.17, −0.3 %;
    # with 1.10 it would be 368.70 + 61.45 + 220 = 650.15 against 380.99 + 24.58 + 242 = 647.57, +0.4 %
    evaluation = evaluate(SAMPLE, gbt())
    context = report_context(evaluation, evaluation.standard.identity.reports[0], draft=False)

    assert context["q"]["comprehensive_energy"]["provisional_factors"] == "天然气折标准煤系数"
    assert context["q"]["energy_per_output_value"]["provisional_factors"] == "天然气折标准煤系数"
    assert context["q"]["ghg_total"]["provisional_factors"] == ""
    (line,) = [x for x in lines_of(report()) if "较上年下降 0.3%" in x]
    assert "较上年下降 0.3%（天然气折标准煤系数取暂拟值，升降随取值而变，见附录A“暂拟数据”）；" in line


def test_the_source_of_a_coefficient_says_the_name_of_its_set_once() -> None:
    evaluation = evaluate(SAMPLE, gbt())
    context = report_context(evaluation, evaluation.standard.identity.reports[0], draft=False)
    sources = {(row["family"], row["key"]): row["source"] for row in context["factors"]}

    assert sources["全国电力平均二氧化碳排放因子", "电力"] == "2023 年度公告（公告号待核）"
    assert (
        sources["折标准煤系数", "液化石油气"] == "GB/T 2589-2020：行业通用取值（二手来源，待核原标准附录A）"
    )
    fuel = sources["化石燃料燃烧二氧化碳排放因子", "天然气"]
    assert fuel == "化工行业温室气体核算指南参数（二手来源，待核）"
    assert not [source for source in sources.values() if re.search(r"(DZ|AN)-\d", source)]


def test_a_document_named_by_its_number_is_provided_only_where_the_row_cites_it() -> None:
    evaluation = evaluate(SAMPLE, gbt())
    context = report_context(evaluation, evaluation.standard.identity.reports[0], draft=False)
    asked = {row["id"]: (row["state"], row["numbers"]) for row in context["asked_evidence"]["rows"]}

    assert asked["G01-1"] == ("已提供", "E05")
    # E05 says that it is G14-1, but G14 cites E15 only
    assert asked["G14-1"] == ("已登记，评分表未引用（请核对）", "E05")
    assert asked["G14-4"] == ("已提供", "E15")
