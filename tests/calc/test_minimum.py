"""A least share of each category's points: a high total does not make up for a weak part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.evaluation import Evaluation
from pipeline.findings import PackError
from pipeline.report.conclusion import conclusion
from tests.calc.test_methods import SCORING, evaluated, pack

# recycling 3, floor area ratio 60, output 10 of 73; 62.05 of 73 are 85 %
MINIMUM = SCORING.replace("    weight: 73\n", "    weight: 73\n    minimum: 85\n")
FACTS: dict[str, Any] = {
    "recycling_rate": 70, "land_area": 10000, "structure_floor_area": 0, "gross_output_value": 6000,
}  # fmt: skip


def told(evaluation: Evaluation) -> list[str]:
    return [f.message for f in evaluation.findings if f.code == "category_below_minimum"]


def test_a_category_below_its_minimum_makes_the_whole_not_conform(tmp_path: Path) -> None:
    # ratio 1.6: 80 − 32 = 48; 3 + 48 + 10 = 61 of 73 = 83.56 %
    evaluation = evaluated(tmp_path, {**FACTS, "building_floor_area": 16000}, MINIMUM)

    assert told(evaluation) == [
        "一级指标“已知部分”得分率 83.56%，低于要求的 85%，评价结论为不符合绿色工厂要求"
    ]
    assert "一级指标“已知部分”得分率 83.56%，低于要求的 85%，评价结论为不符合绿色工厂要求。" in conclusion(
        evaluation
    )


def test_the_minimum_itself_is_enough(tmp_path: Path) -> None:
    # ratio 1: 80 − 20 = 60; 3 + 60 + 10 = 73 of 73 = 100 %
    evaluation = evaluated(
        tmp_path, {**FACTS, "building_floor_area": 10000}, MINIMUM.replace("minimum: 85", "minimum: 100")
    )

    assert told(evaluation) == []
    assert "规定了最低得分率的一级指标均达到要求。" in conclusion(evaluation)


def test_nothing_is_said_while_a_row_is_undecided(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, FACTS, MINIMUM)

    assert told(evaluation) == []
    assert "部分一级指标有待定的行，还不能判定是否达到各自的最低得分率。" in conclusion(evaluation)


def test_a_minimum_that_cannot_be_is_a_fault_of_the_pack(tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        pack(tmp_path, MINIMUM.replace("minimum: 85", "minimum: 850"))

    assert caught.value.problems == (
        "scoring.yaml 第 6 行：一级指标“已知部分”的 minimum 是最低得分率（%），应大于 0、不超过 100",
    )
