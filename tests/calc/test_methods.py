"""Scoring by bands, by a formula, with a precondition, with points that nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.calc.scorecard import CriterionScore
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.findings import PackError
from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.report.conclusion import conclusion
from pipeline.report.context_scores import scorecard_context
from pipeline.standard import Standard
from tests.standard.test_inherit import city

SCORING = """
normalise: group_max
categories:
  - {id: infrastructure, remove: true}
  - {id: performance, remove: true}
  - id: known
    title: 已知部分
    weight: 73
    subcategories:
      - id: recycling
        title: 回收率
        weight: 3
        criteria:
          - id: B1
            clause: "1"
            texts: [回收率。]
            obligation: mandatory
            points: 3
            method: bands
            indicator: recycling
            bands: [{ge: 70, points: 3}, {ge: 50, lt: 70, points: 2}, {ge: 30, lt: 50, points: 1}, {lt: 30, points: 0}]
      - id: ratio
        title: 容积率
        weight: 60
        criteria:
          - {id: B2, clause: "2", texts: [容积率。], obligation: mandatory, points: 60, method: formula,
             formula: 80 - 20 * floor_area_ratio, indicator: floor_area_ratio}
      - id: energy
        title: 产值
        weight: 10
        criteria:
          - id: B3
            clause: "3"
            texts: [单位用地面积产值。]
            obligation: mandatory
            points: 10
            method: bands
            indicator: output_per_land_area
            requires: recycling >= 50
            bands: [{ge: 1000, points: 10}, {lt: 1000, points: null, status: unknown}]
      - id: share
        title: 浓度
        criteria:
          - {id: B4, clause: "4", texts: [浓度。], obligation: mandatory, points_status: unknown, method: linear, indicator: nmhc}
  - {id: other, title: 其他指标, status: unknown, source: 原文只取得第一类}
"""
INDICATORS = """
levels: {entry: 准入值, recommended: 推荐值, excellent: 优秀值}
indicators:
  - {id: recycling, label: 回收率, unit: "%", decimals: 2, formula: recycling_rate, clause: "1"}
"""


def pack(folder: Path, scoring: str = SCORING) -> Standard:
    return city(folder, scoring=scoring, indicators=INDICATORS)


def evaluated(folder: Path, facts: Mapping[str, Any], scoring: str = SCORING) -> Evaluation:
    standard = pack(folder, scoring)
    path = folder / "录入表.xlsx"
    path.write_bytes(write_workbook(standard, read_data(facts, standard)))
    return evaluate(path, standard)


def row(evaluation: Evaluation, criterion: str) -> CriterionScore:
    return next(r for r in evaluation.scorecard.rows if r.criterion.id == criterion)


@pytest.mark.parametrize(
    ("rate", "points", "verdict"),
    [("70", "3", "符合"), ("69.99", "2", "部分符合"), ("50", "2", "部分符合"), ("49.99", "1", "部分符合"),
     ("30", "1", "部分符合"), ("29.9", "0", "不符合"), ("0", "0", "不符合"), ("100", "3", "符合")],
)  # fmt: skip
def test_the_end_of_a_band_belongs_to_exactly_one_band(
    tmp_path: Path, rate: str, points: str, verdict: str
) -> None:
    got = row(evaluated(tmp_path, {"recycling_rate": Decimal(rate)}), "B1")

    assert (got.score, got.verdict) == (Decimal(points), verdict)


def test_a_band_says_which_one_it_is(tmp_path: Path) -> None:
    got = row(evaluated(tmp_path, {"recycling_rate": Decimal("69.99")}), "B1")

    assert got.basis == "回收率 69.99%，在“≥ 50% 且 < 70%”一档，得 2 分"


@pytest.mark.parametrize(
    ("floor", "points", "basis"),
    [
        # 80 − 20 × 1.25 = 55; 80 − 20 × 0.5 = 70 is above the 60 of the row; 80 − 20 × 4.5 = −10 is below none
        (12500, "55.00", "得分 = 80 − 20 × 容积率 = 80 − 20 × 1.25 = 55，计 55 分"),
        (5000, "60.00", "得分 = 80 − 20 × 容积率 = 80 − 20 × 0.5 = 70，高于满分，计 60 分"),
        (45000, "0.00", "得分 = 80 − 20 × 容积率 = 80 − 20 × 4.5 = -10，低于 0，计 0 分"),
        (40000, "0.00", "得分 = 80 − 20 × 容积率 = 80 − 20 × 4 = 0，计 0 分"),
    ],
)
def test_a_formula_gives_points_between_none_and_all(
    tmp_path: Path, floor: int, points: str, basis: str
) -> None:
    facts = {"land_area": 10000, "building_floor_area": floor, "structure_floor_area": 0}
    got = row(evaluated(tmp_path, facts), "B2")

    assert (got.score, got.basis) == (Decimal(points), basis)


def test_a_formula_over_a_missing_value_gives_no_points_and_says_what_is_wanted(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, {"land_area": 10000})

    assert (row(evaluation, "B2").score, row(evaluation, "B2").verdict) == (None, "待定")
    assert any(f.code == "missing" and f.subject == "building_floor_area" for f in evaluation.findings)


def test_a_precondition_that_does_not_hold_leaves_no_points(tmp_path: Path) -> None:
    facts = {"recycling_rate": 49, "gross_output_value": 6000, "land_area": 10000}  # 6000 ÷ 1 公顷
    got = row(evaluated(tmp_path, facts), "B3")

    assert (got.score, got.verdict) == (Decimal("0.00"), "不符合")
    assert got.basis == "计分前提“回收率 ≥ 50%”不成立，不得分"


def test_points_of_a_band_that_nobody_knows_are_never_made_up(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, {"recycling_rate": 50, "gross_output_value": 900, "land_area": 10000})

    got = row(evaluation, "B3")
    assert (got.score, got.verdict) == (None, "待定")
    assert got.basis == "单位用地面积产值 900.00 万元/公顷，在“< 1000 万元/公顷”一档，该档分值未取得原文"
    assert [(f.code, f.subject) for f in evaluation.findings if f.code == "points_unknown"] == [
        ("points_unknown", "B3")
    ]
    assert not evaluation.scorecard.printed.complete


def test_a_row_whose_points_are_not_known_gives_a_share_and_stays_out_of_the_total(tmp_path: Path) -> None:
    # ≤60 full, ≥100 none: (100 − 80) ÷ (100 − 60) = 50 %
    evaluation = evaluated(tmp_path, {"nmhc_measured": 80})

    got = row(evaluation, "B4")
    assert (got.score, got.share) == (None, Decimal("0.5"))
    assert got.basis.endswith("按线性比例 50.00% 计；满分值未取得原文，只得出得分率 50.00%，不计入得分")
    assert evaluation.scorecard.printed.weight == 73
    shown = next(r for r in scorecard_context(evaluation)["rows"] if r["id"] == "B4")
    assert (shown["points"], shown["score"]) == ("未取得原文", "满分的 50.00%")


def test_the_score_is_called_a_part_of_the_whole_where_the_source_was_not_at_hand(tmp_path: Path) -> None:
    facts = {"recycling_rate": 70, "land_area": 10000, "building_floor_area": 12500, "structure_floor_area": 0,
             "gross_output_value": 6000}  # fmt: skip
    evaluation = evaluated(tmp_path, facts)

    # 3 + 55 + 10 = 68 of 73
    assert conclusion(evaluation)[-1] == (
        "按本标准“附录B 玩具行业绿色工厂评价指标”中已取得原文的部分（二级指标权重合计 73）计算，自评得分为 68.00 分，"
        "其中已有证明材料支持的得分为 0.00 分。一级指标“其他指标”，以及二级指标“浓度”的满分值没有取得标准原文，没有计入，"
        "因此这是已知 73 分的部分得分，不是全部指标的总分。"
    )
    other = scorecard_context(evaluation)["categories"][-1]
    assert (other["title"], other["weight"], other["score"], other["status_mark"]) == (
        "其他指标",
        "/",
        "/",
        "未取得原文",
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{lt: 30, points: 0}", "{lt: 20, points: 0}", "scoring.yaml 第 14 行：B1：第 4 档与第 3 档之间（20 到 30）的数值没有档"),
        ("{ge: 30, lt: 50, points: 1}, {lt: 30, points: 0}", "{ge: 30, lt: 50, points: 1}", "B1：低于第 3 档（30以下）的数值没有档；最低一档不写 ge、gt"),
        ("{ge: 70, points: 3}", "{ge: 70, le: 100, points: 3}", "B1：高于第 1 档（100以上）的数值没有档；最高一档不写 le、lt"),
        ("{ge: 50, lt: 70, points: 2}", "{ge: 50, le: 70, points: 2}", "B1：第 2 档与第 1 档在 70 处重叠；界限只能属于一档（含用 ge、le，不含用 gt、lt）"),
        ("{ge: 50, lt: 70, points: 2}", "{gt: 50, lt: 70, points: 2}", "B1：等于 50 的数值没有档；第 3 档或第 2 档应包含它（ge、le）"),
        ("{ge: 50, lt: 70, points: 2}", "{ge: 70, lt: 50, points: 2}", "B1：第 2 档的界限颠倒，里面没有数值"),
        ("{ge: 50, lt: 70, points: 2}", "{ge: 50, gt: 50, lt: 70, points: 2}", "B1：第 2 档的一端写了两个界限；ge 与 gt、le 与 lt 只能各写一个"),
        ("{ge: 70, points: 3}", "{ge: 70, points: 4}", "B1：第 1 档的分值 4 超过满分 3"),
        ("points: null, status: unknown", "points: null", "B3：第 2 档没有 points；没有取得原文的写 points: null, status: unknown"),
        ("method: formula,\n             formula: 80 - 20 * floor_area_ratio,", "method: formula,", "B2：formula 与 method: formula 应同时出现"),
        ("formula: 80 - 20 * floor_area_ratio", "formula: 80 - land_area", "B2 的 formula：公式“80 - land_area”得到的是 m²，与声明的单位 1 不同类"),
        ("requires: recycling >= 50", "requires: recycling + 50", "B3 的 requires：“recycling + 50”应为条件"),
        ("points_status: unknown, method: linear", "method: linear", "B4：由程序计分的行要有 points；没有取得原文的写 points_status: unknown"),
        ("status: unknown, source: 原文只取得第一类", "note: 无", "一级指标“其他指标”没有二级指标；没有取得原文的写 status: unknown 和 source，否则补上 subcategories"),
        ("weight: 73", "weight: 73\n    status: unknown", "一级指标“已知部分”已有二级指标，不能写 status: unknown；只有部分已知的，把未知的部分单列一个一级指标"),
        ("normalise: group_max", "normalise: group_max\ntotal: 100", "scoring.yaml 第 3 行：total 为 100，各二级指标权重合计 73，请核对权重；原文只取得一部分的不写 total"),
        ("indicator: recycling\n", "indicator: recycled\n", "B1：method: bands 要有 indicator，各档的界限以它的单位写"),
    ],
)  # fmt: skip
def test_a_fault_of_a_row_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in SCORING
    with pytest.raises(PackError) as caught:
        pack(tmp_path, SCORING.replace(old, new, 1))

    assert any(says in problem for problem in caught.value.problems), caught.value.problems
