"""Linear points between two limits, limits and points from the workbook, products with their own values."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.evaluation import Evaluation
from pipeline.findings import PackError
from pipeline.report.conclusion import conclusion
from pipeline.standard import load_standard
from tests.conftest import TESTS, Evaluate, _through_a_workbook, found

SCHEME = [
    {"criterion": "S02", "leading": 90, "benchmark": 70},
    {"criterion": "S03"},
    {"criterion": "S04"},
    {"criterion": "S05"},
    {"criterion": "S06"},
]
MET = {"verdict": "符合", "statement": "有案例。", "evidence": "E01"}
BASE: dict[str, Any] = {
    "enterprise_name": "某某玩具有限公司",
    "evaluation_year": 2025,
    "evaluation_date": "2026-03-01",
    "land_area": 20000,
    "gross_output_value": 8000,  # 0.4 万元/m² = 4000 万元/公顷
    "land_benchmark": 3000,
    "land_leading": 5000,
    "intake": 200,
    "reused": 800,  # 80 %
    "platform": 6,
    "scheme": SCHEME,
    "products": [{"name": "甲", "output": 1000}, {"name": "乙", "output": 500}],
    "product_energy": [
        {"product": "甲", "energy": 300, "leading": "0.2", "benchmark": "0.4"},  # 0.30: half way
        {"product": "乙", "energy": 100, "leading": "0.2", "benchmark": "0.3"},  # 0.20: all the way
    ],
    "evidence": [{"number": "E01", "name": "档案"}],
    "criteria": {"S01": MET, "S06": MET, **{k: {"evidence": "E01"} for k in ("S02", "S03", "S04", "S05")}},
}


@pytest.fixture
def run(tmp_path: Path) -> Evaluate:
    """Facts by ids → workbook → evaluation under the toy pack with a scheme."""
    return _through_a_workbook(load_standard(TESTS / "toy_scheme", TESTS / "toy_factors"), tmp_path)


def scores(evaluation: Evaluation) -> dict[str, Decimal | None]:
    return {row.criterion.id: row.score for row in evaluation.scorecard.rows}


def test_points_lie_on_the_line_between_benchmark_and_leading(run: Evaluate) -> None:
    evaluation = run(BASE)

    assert found(evaluation) == []
    assert scores(evaluation) == {
        "S01": None,
        "S02": Decimal(10),  # (80 − 70) / (90 − 70) × 20
        "S03": Decimal(25),  # (50 % × 300 + 100 % × 100) / 400 = 62.5 %; × 40
        "S04": Decimal(5),  # (4000 − 3000) / (5000 − 3000) × 10
        "S05": Decimal("7.5"),  # 6 / 8 × 10, the printed limits
        "S06": Decimal(20),
    }
    assert evaluation.scorecard.whole.score == Decimal("67.5")
    assert evaluation.scorecard.whole.complete
    bases = {row.criterion.id: row.basis for row in evaluation.scorecard.rows}
    assert bases["S02"] == "用水重复利用率 80.0%，介于基准值 70% 与引领值 90% 之间，按线性比例 50.00% 计"


@pytest.mark.parametrize(
    ("reused", "points"),
    [("1800", "20"), ("5000", "20"), ("466.6", "0"), ("100", "0"), ("600", "5")],
    ids=["on the leading value", "beyond it", "just below the benchmark", "far below", "75 %"],
)
def test_more_is_better_up_to_the_leading_value_and_nothing_below_the_benchmark(
    run: Evaluate, reused: str, points: str
) -> None:
    # with an intake of 200: 1800 → 90 %, 466.6 → 69.997 %, 600 → 75 % = a quarter of the way
    assert scores(run({**BASE, "reused": reused}))["S02"] == Decimal(points)


@pytest.mark.parametrize(
    ("energy", "points"),
    [("200", "40"), ("100", "40"), ("400", "0"), ("500", "0"), ("350", "10"), ("333.3", "13.34")],
)
def test_less_is_better_where_the_leading_value_is_the_smaller_one(
    run: Evaluate, energy: str, points: str
) -> None:
    # 1000 units, leading 0.2, benchmark 0.4: 350 → 0.35 → a quarter; 333.3 → (0.4 − 0.3333)/0.2 = 33.35 % of 40
    only = [{"product": "甲", "energy": energy, "leading": "0.2", "benchmark": "0.4"}]

    assert scores(run({**BASE, "product_energy": only}))["S03"] == Decimal(points)


def test_a_limit_that_is_not_given_leaves_the_row_undecided_and_the_total_a_lower_bound(
    run: Evaluate,
) -> None:
    evaluation = run({**BASE, "scheme": [{"criterion": "S02", "leading": 90}, *SCHEME[1:]]})

    row = next(r for r in evaluation.scorecard.rows if r.criterion.id == "S02")
    assert (row.verdict, row.score) == ("待定", None)
    assert evaluation.scorecard.whole.score == Decimal("57.5")
    assert not evaluation.scorecard.whole.complete
    assert "其中有待定的行，按 0 分计入，因此这是下限" in "".join(conclusion(evaluation))
    (undecided,) = [f for f in evaluation.findings if f.code == "row_undecided"]
    assert (undecided.subject, undecided.fix) == ("S02", "请补填：S02 基准值（评价方案!E6）。")
    assert evaluation.indicators["water_reuse"].number == Decimal("80.0")


def test_a_field_that_gives_no_limit_is_never_replaced_by_a_default(run: Evaluate) -> None:
    evaluation = run({**BASE, "land_leading": None})

    assert scores(evaluation)["S04"] is None
    assert evaluation.indicators["land_productivity"].level is None


def test_limits_in_the_wrong_order_are_an_error_and_do_not_score(run: Evaluate) -> None:
    turned = [{"criterion": "S02", "leading": 70, "benchmark": 90}, *SCHEME[1:]]

    evaluation = run({**BASE, "scheme": turned})

    assert scores(evaluation)["S02"] is None
    assert [(f.code, f.message) for f in evaluation.findings if f.severity == "error"] == [
        (
            "limits_disordered",
            "“用水重复利用率”的限值 90、70 次序不对：数值越大越好，后一级应不差于前一级",
        )
    ]


def test_equal_limits_of_a_product_are_an_error_at_its_cell(run: Evaluate) -> None:
    only = [{"product": "甲", "energy": 300, "leading": "0.4", "benchmark": "0.4"}]

    evaluation = run({**BASE, "product_energy": only})

    assert [(f.code, f.where.cell) for f in evaluation.findings if f.code == "limits_equal" and f.where] == [
        ("limits_equal", "D25")
    ]
    assert scores(evaluation)["S03"] is None


@pytest.fixture
def directed(tmp_path: Path) -> Evaluate:
    """The toy pack with a direction in `linear( … )`."""
    folder = tmp_path / "toy_scheme"
    shutil.copytree(TESTS / "toy_scheme", folder)
    path = folder / "indicators.yaml"
    text = path.read_text(encoding="utf-8")
    plain = "linear(product_energy.intensity, product_energy.benchmark, product_energy.leading)"
    assert plain in text
    path.write_text(text.replace(plain, f"{plain[:-1]}, 'lower')"), encoding="utf-8")
    return _through_a_workbook(load_standard(folder, TESTS / "toy_factors"), tmp_path)


@pytest.mark.parametrize(
    ("limit", "score"),
    [("0.4", 40), ("0.3", 40), ("0.2", 0)],  # 300 / 1000 = 0.3: better than 0.4, exactly 0.3, worse than 0.2
)
def test_with_a_direction_equal_limits_are_reached_or_not(directed: Evaluate, limit: str, score: int) -> None:
    only = [{"product": "甲", "energy": 300, "leading": limit, "benchmark": limit}]

    evaluation = directed({**BASE, "product_energy": only})

    assert scores(evaluation)["S03"] == score
    assert found(evaluation) == []


def test_with_a_direction_limits_that_contradict_it_are_an_error_at_the_cell(directed: Evaluate) -> None:
    only = [{"product": "甲", "energy": 300, "leading": "0.4", "benchmark": "0.2"}]

    evaluation = directed({**BASE, "product_energy": only})

    assert scores(evaluation)["S03"] is None
    assert found(evaluation) == [("limits_disordered", "D25", "对标程度"), ("row_undecided", "H8", "S03")]


def test_the_workbooks_limit_goes_before_the_printed_one(run: Evaluate) -> None:
    changed = [*SCHEME[:3], {"criterion": "S05", "leading": 12}, SCHEME[4]]

    evaluation = run({**BASE, "scheme": changed})

    assert scores(evaluation)["S05"] == Decimal(5)  # 6 / 12 × 10
    assert evaluation.indicators["platform_functions"].trace.level is not None
    assert dict(evaluation.indicators["platform_functions"].trace.level.limits) == {
        "benchmark": 0,
        "leading": 12,
    }


def test_the_users_scheme_replaces_points_and_leaves_rows_out(run: Evaluate) -> None:
    own = [
        {"criterion": "S02", "leading": 90, "benchmark": 70, "points": 30},
        {"criterion": "S03", "points": 50},
        {"criterion": "S04", "adopted": "否"},
        {"criterion": "S05", "adopted": "否"},
        {"criterion": "S06", "adopted": "是"},
    ]

    evaluation = run({**BASE, "scheme": own})

    assert scores(evaluation) == {
        "S01": None,
        "S02": Decimal(15),  # 50 % of 30
        "S03": Decimal("31.25"),  # 62.5 % of 50
        "S06": Decimal(20),
    }
    card = evaluation.scorecard
    assert (card.printed.score, card.printed.weight) == (Decimal("66.25"), Decimal(100))
    assert not card.has_provisional  # the scheme is the user's, no longer the example of the standard
    assert [c.category.weight for c in card.categories] == [None, Decimal(80), Decimal(20)]
    assert "按本标准“表C.1”和评价方案确定的分值（二级指标权重合计 100）计算，自评得分为 66.25 分" in "".join(
        conclusion(evaluation)
    )


def test_an_untouched_scheme_leaves_the_pack_as_it_is(run: Evaluate) -> None:
    card = run(BASE).scorecard

    assert (card.printed.weight, card.whole.weight) == (Decimal(0), Decimal(100))
    assert card.has_provisional


FAULTS = [
    ("key that is no row", "indicators.yaml", "at(scheme.benchmark, 'S02')", "at(scheme.benchmark, 'S20')", "at( … ) 的“S20”不是表“scheme”预先写好的行"),
    ("cell of no column", "indicators.yaml", "at(scheme.benchmark, 'S02')", "at(scheme.lowest, 'S02')", "没有名为“scheme.lowest”"),
    ("cell without key", "indicators.yaml", "at(scheme.benchmark, 'S02')", "at(evidence.number, 'S02')", "要求表“evidence”的 key 恰好是一列"),
    ("limit from an indicator", "indicators.yaml", "benchmark: land_benchmark", "benchmark: land_productivity", "不能用指标“land_productivity”"),
    ("limit in another unit", "indicators.yaml", "benchmark: land_benchmark", "benchmark: land_area", "与声明的单位 万元/m² 不同类"),
    ("linear without a leading value", "indicators.yaml", "benchmark: 0, leading: 100", "benchmark: 0", "method: linear 要求指标 energy_share 有最低和最高两级限值"),
    ("scheme without table", "scoring.yaml", "scheme: {table: scheme", "scheme: {table: schema", "scheme.table“schema”应是 key 恰好一列的表"),
    ("scheme with a text as points", "scoring.yaml", "points: points", "points: name", "scheme.points“name”应是表“scheme”中 number 类型的列"),
    ("scheme over fixed hundred", "scoring.yaml", "normalise: group_max", "normalise: fixed", "有 scheme 的评分表应写 normalise: group_max"),
    ("row that the scheme does not list", "intake.yaml", "          - {criterion: S06, name: 绿色设计}\n", "", "没有预先写好评价要素 S06 的行"),
    ("a direction that is none", "indicators.yaml", "linear(product_energy.intensity, product_energy.benchmark, product_energy.leading)", "linear(product_energy.intensity, product_energy.benchmark, product_energy.leading, 'down')", "第 4 个参数写 'higher' 或 'lower'"),
    ("unlike things on a line", "indicators.yaml", "linear(product_energy.intensity", "linear(land_area, land_leading, land_benchmark) + linear(product_energy.intensity", "m² 与 万元/公顷 不能相加减"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "says"), [c[1:] for c in FAULTS], ids=[c[0] for c in FAULTS])
def test_a_fault_in_a_scheme_is_named(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    folder = tmp_path / "toy_scheme"
    shutil.copytree(TESTS / "toy_scheme", folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(PackError) as caught:
        load_standard(folder, TESTS / "toy_factors")

    assert any(says in problem for problem in caught.value.problems), caught.value.problems


def test_what_a_product_lacks_is_named_with_its_cell(run: Evaluate) -> None:
    only = [{"product": "甲", "energy": 300, "leading": "0.2"}]

    evaluation = run({**BASE, "product_energy": only})

    assert evaluation.indicators["energy_share"].trace.causes == ("甲 基准值（产品!E25）",)
    assert [f.fix for f in evaluation.findings if f.code == "row_undecided"] == [
        "请补填：甲 基准值（产品!E25）。"
    ]


def test_different_words_of_a_column_are_counted(run: Evaluate) -> None:
    twice = [*BASE["products"], {"name": "丙", "output": 500}]

    evaluation = run({**BASE, "products": twice})

    assert evaluation.calculator.condition("distinct(products.name) == 3") is True
    assert evaluation.calculator.condition("distinct(products.output) == 2") is True  # 1000, 500, 500
    assert (
        evaluation.calculator.condition("distinct(products.output where products.output > 900) == 1") is True
    )
    assert (
        evaluation.calculator.condition_words("distinct(products.name) == 1") == "不同的个数（产品名称） = 1"
    )


def test_rows_between_two_limits_are_counted_by_what_they_reach(run: Evaluate) -> None:
    # S02 10 of 20, S03 62.5 %, S04 half, S05 6 of 8: all four lie between; 1800 reused of 2000 is 90 %, the leading value
    assert "按基准值和引领值计分的指标共 4 项，均介于基准值与引领值之间。" in conclusion(run(BASE))
    assert (
        "按基准值和引领值计分的指标共 4 项，其中 1 项达到引领值，3 项介于基准值与引领值之间。"
        in conclusion(run({**BASE, "reused": 1800}))
    )
