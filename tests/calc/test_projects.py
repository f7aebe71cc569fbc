"""Rows compared with rows of the same table, ranking, look-up, dates, discounting: workbook in, values out."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.evaluation import Evaluation
from pipeline.findings import PackError
from pipeline.formula.values import Num
from pipeline.quantity import MISSING, NoSolution, NotApplicable, round_half_even
from pipeline.standard import load_standard
from tests.conftest import TESTS, Evaluate, _through_a_workbook, found

BASE: Mapping[str, Any] = {
    "enterprise_name": "某某玩具有限公司",
    "evaluation_year": 2025,
    "evaluation_date": "2026-03-01",
}


@pytest.fixture
def evaluate_projects(tmp_path: Path) -> Callable[[Mapping[str, Any]], Evaluation]:
    toy = load_standard(TESTS / "toy_projects", TESTS / "toy_factors")
    through: Evaluate = _through_a_workbook(toy, tmp_path)
    return lambda facts: through({**BASE, **facts})


def column(evaluation: Evaluation, name: str, decimals: int = 2) -> list[object]:
    """The cells of a computed column, figures rounded."""
    table, _, key = name.partition(".")
    cells = [
        evaluation.calculator.computed_cell(table, i, key) for i in range(len(evaluation.intake.rows(table)))
    ]
    return [str(round_half_even(c.value, decimals)) if isinstance(c, Num) else c for c in cells]


def test_a_pack_without_scoring_has_an_empty_score_table(evaluate_projects: Evaluate) -> None:
    evaluation = evaluate_projects({})

    assert found(evaluation) == []
    assert evaluation.scorecard.rows == ()
    assert (
        evaluation.scorecard.basic_requirements.met is None
        or evaluation.scorecard.basic_requirements.rows == ()
    )


WEIGHTS = [{"factor": "环境", "weight": 10}, {"factor": "经济", "weight": 8}]


def test_equal_scores_share_a_rank_and_the_next_one_leaves_out_as_many(evaluate_projects: Evaluate) -> None:
    rows = [("甲", "环境", 4), ("乙", "经济", 5), ("丙", "环境", 3), ("丁", "环境", 6), ("戊", "无", 9)]
    facts = {"weights": WEIGHTS, "projects": [{"name": n, "factor": f, "score": s} for n, f, s in rows]}

    evaluation = evaluate_projects(facts)

    # 4 × 10, 5 × 8, 3 × 10, 6 × 10; the last row does not take part
    assert column(evaluation, "projects.weighted", 0) == ["40", "40", "30", "60", NotApplicable("不参加排序")]
    assert column(evaluation, "projects.rank", 0) == ["2", "2", "4", "1", NotApplicable("不参加排序")]


def test_nothing_is_ranked_while_a_score_is_missing(evaluate_projects: Evaluate) -> None:
    facts = {
        "weights": WEIGHTS,
        "projects": [{"name": "甲", "factor": "环境", "score": 4}, {"name": "乙", "factor": "经济"}],
    }

    assert column(evaluate_projects(facts), "projects.rank") == [MISSING, MISSING]


def test_a_word_that_refers_to_nothing_is_an_error_with_the_nearest_one(evaluate_projects: Evaluate) -> None:
    facts = {
        "weights": [{"factor": "环境效果", "weight": 10}],
        "projects": [{"name": "甲", "factor": "环境效益", "score": 4}],
    }

    evaluation = evaluate_projects(facts)

    assert found(evaluation) == [("unknown_reference", "C25", "projects.factor")]
    assert evaluation.findings[0].message == "填的是“环境效益”，表“权重”的“因素”中没有，是否为“环境效果”"


@pytest.mark.parametrize(
    ("sign", "score", "limit", "holds"),
    [("≤", 5, 5, True), ("<", 5, 5, False), ("≥", 5, 5, True), (">", 5, 5, False), (">", "5.01", 5, True)],
)
def test_the_sign_of_a_comparison_may_stand_in_the_workbook(
    evaluate_projects: Evaluate, sign: str, score: object, limit: int, holds: bool
) -> None:
    facts = {"projects": [{"name": "甲", "score": score, "sign": sign, "limit": limit}]}

    assert column(evaluate_projects(facts), "projects.within") == [holds]


@pytest.mark.parametrize(
    ("printed", "score", "agree"),
    [
        ("40.2", "4.015", True),
        ("40.1", "4.015", True),
        ("40", "4.015", True),
        ("40.3", "4.015", False),
        ("41", 4, False),
    ],
)
def test_a_printed_figure_agrees_when_it_is_the_rounded_one(
    evaluate_projects: Evaluate, printed: str, score: object, agree: bool
) -> None:
    # 4.015 × 10 = 40.15: half up 40.2, half to even 40.2; 40.1 would be wrong
    facts = {
        "weights": WEIGHTS,
        "projects": [{"name": "甲", "factor": "环境", "score": score, "printed": printed}],
    }

    expected = agree and printed != "40.1"
    assert column(evaluate_projects(facts), "projects.same") == [expected]


def test_rows_of_the_same_group_are_summed_once_a_group(evaluate_projects: Evaluate) -> None:
    rows = [("外", "混合", 60), ("外", "混合", 40), ("混合", "研磨", 90), ("研磨", "混合", 20)]
    facts = {"streams": [{"from": a, "to": b, "amount": n} for a, b, n in rows]}

    evaluation = evaluate_projects(facts)

    once = NotApplicable("同一去向只列一次")
    assert column(evaluation, "streams.input", 0) == ["120", once, "90", once]
    assert column(evaluation, "streams.share") == ["50.00", "33.33", "100.00", "16.67"]


def project(investment: object, flow: object, life: int) -> dict[str, Any]:
    return {"rate": 5, "projects": [{"name": "甲", "investment": investment, "flow": flow, "life": life}]}


def test_the_published_example_comes_out_by_both_methods(evaluate_projects: Evaluate) -> None:
    evaluation = evaluate_projects(project(150, "32.5", 10))

    assert column(evaluation, "projects.payback", 4) == ["4.6154"]
    assert column(evaluation, "projects.npv", 4) == ["100.9564"]  # printed 100.955, 100.96
    assert column(evaluation, "projects.irr", 4) == ["17.2570"]
    assert column(evaluation, "projects.trial", 4) == ["17.2627"]  # as printed
    assert column(evaluation, "projects.verdict") == ["可行"]


def test_a_rate_of_nothing_is_a_rate(evaluate_projects: Evaluate) -> None:
    evaluation = evaluate_projects(project(100, 10, 10))

    assert column(evaluation, "projects.irr", 4) == ["0.0000"]
    assert column(evaluation, "projects.trial", 4) == ["0.0000"]


@pytest.mark.parametrize(("investment", "flow"), [(100, "9.99"), (100, 0), (100, -5), (0, 10)])
def test_no_rate_is_said_and_never_guessed(
    evaluate_projects: Evaluate, investment: object, flow: object
) -> None:
    evaluation = evaluate_projects(project(investment, flow, 10))

    (rate,) = column(evaluation, "projects.irr")
    assert isinstance(rate, NoSolution)
    assert rate.word == "无解"
    assert [f.code for f in evaluation.findings] == ["irr_none"]
    assert column(evaluation, "projects.verdict") == ["无内部收益率"]


def uneven(*amounts: object) -> dict[str, Any]:
    rows = [{"project": "甲", "year": n, "amount": a} for n, a in enumerate(amounts)]
    return {"rate": 5, "projects": [{"name": "甲"}], "flows": rows[::-1]}


def test_uneven_flows_in_any_order(evaluate_projects: Evaluate) -> None:
    evaluation = evaluate_projects(uneven(-100, 55, "60.5"))

    assert column(evaluation, "projects.uneven_irr", 4) == ["10.0000"]  # 55 ÷ 1.1 + 60.5 ÷ 1.21 = 100
    assert column(evaluation, "projects.uneven_npv") == ["7.26"]  # 52.3810 + 54.8753 − 100
    assert column(evaluation, "projects.uneven_payback") == ["1.74"]  # 1 + 45 ÷ 60.5


def test_two_rates_are_told_as_such(evaluate_projects: Evaluate) -> None:
    evaluation = evaluate_projects(uneven(-1000, 2500, -1540))  # 0 at 10 % and at 40 %

    (rate,) = column(evaluation, "projects.uneven_irr")
    assert isinstance(rate, NoSolution)
    assert rate.word == "多解"
    assert [f.code for f in evaluation.findings] == ["irr_several"]


def test_a_rate_that_only_touches_zero_is_one_rate(evaluate_projects: Evaluate) -> None:
    evaluation = evaluate_projects(uneven(-1000, 2500, "-1562.5"))  # −1000 (1 − 1.25 x)²

    assert column(evaluation, "projects.uneven_irr", 4) == ["25.0000"]


def test_investment_over_two_years_and_a_year_without_flow(evaluate_projects: Evaluate) -> None:
    rows = [(0, -100), (1, -50), (3, 200)]
    facts = {
        "rate": 5,
        "projects": [{"name": "甲"}],
        "flows": [{"project": "甲", "year": y, "amount": a} for y, a in rows],
    }

    evaluation = evaluate_projects(facts)

    assert column(evaluation, "projects.uneven_npv") == ["25.15"]  # −100 − 47.6190 + 172.7675
    assert column(evaluation, "projects.uneven_payback") == ["2.75"]  # 150 of 200 in the third year


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2023-01-31", dt.date(2023, 2, 28)),
        ("2024-01-31", dt.date(2024, 2, 29)),
        ("2023-12-15", dt.date(2024, 1, 15)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(
    evaluate_projects: Evaluate, day: str, due: dt.date
) -> None:
    assert evaluate_projects({"listed": day}).calculator.derived("deadline") == due


def test_a_sentence_is_chosen_by_its_conditions_and_filled_with_figures(evaluate_projects: Evaluate) -> None:
    facts = {
        "listed": "2023-01-31",
        "weights": WEIGHTS,
        "projects": [{"name": "甲", "factor": "环境", "score": 4}],
    }

    assert evaluate_projects(facts).calculator.derived("sentence") == "最高得分 40，期限 2023年2月28日。"
    assert (
        evaluate_projects(
            {**facts, "projects": [{"name": "甲", "factor": "经济", "score": 3}]}
        ).calculator.derived("sentence")
        == "最高得分不足 30。"
    )
    assert evaluate_projects({}).calculator.derived("sentence") == NotApplicable("没有公布")


def test_an_old_name_of_an_option_is_understood(evaluate_projects: Evaluate) -> None:
    evaluation = evaluate_projects({"raw": {"phase": "筹划"}})

    assert evaluation.intake.fact("phase").value == "准备"
    assert [f.code for f in evaluation.findings] == ["normalised"]


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("wan_yuan", "wan_yuan"),
        ("pending", "pending"),
        ("化学需氧量 cod: 60", "cod:"),
        ("rigid_single 板", "rigid_single"),
        ("http://example.com/a_b", None),
        ("PVC_U 管", None),
        ("照片 yard_1.png", None),
        ("pH: 7.2", None),
    ],
)
def test_words_of_another_program_are_found_in_texts(
    evaluate_projects: Evaluate, text: str, leaks: str | None
) -> None:
    evaluation = evaluate_projects({"projects": [{"name": text}]})

    codes = [(f.code, f.details.get("found")) for f in evaluation.findings if f.code == "program_words"]
    assert codes == ([] if leaks is None else [("program_words", leaks)])


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("rank(projects.name)", "四则运算只能用于数值"),
        ("add_months(rate, 1)", "add_months(日期, 月数)"),
        (
            "npv(projects.investment, projects.investment, projects.flow, projects.life)",
            "贴现率应为 % 或纯数，这里是 万元",
        ),
        ("npv(rate, projects.investment, projects.score, projects.life)", "1 与 万元/年 不能相加减"),
        ("outer(flows.amount)", "outer(表.列) 只能用在逐行公式的 sum( … ) 之类里"),
        ("projects.verdict + 1", "四则运算只能用于数值"),
        ("projects.npv", "互相引用"),
    ],
)
def test_formulas_that_make_no_sense_are_refused_when_the_pack_is_loaded(
    tmp_path: Path, formula: str, says: str
) -> None:
    folder = tmp_path / "toy_projects"
    shutil.copytree(TESTS / "toy_projects", folder)
    path = folder / "indicators.yaml"
    text = path.read_text(encoding="utf-8").replace(
        '"npv(rate, projects.investment, projects.flow, projects.life)"', f'"{formula}"'
    )
    path.write_text(text, encoding="utf-8")

    with pytest.raises(PackError) as caught:
        load_standard(folder, TESTS / "toy_factors")

    assert any(says in problem for problem in caught.value.problems), caught.value.problems


def test_decimals_carry_more_digits_than_a_spreadsheet() -> None:
    from pipeline.formula.finance import even_flows, internal_rate

    rate = internal_rate(even_flows(Decimal(100), Decimal(110), 1))

    assert abs(rate - Decimal("0.1")) < Decimal("1e-33")
