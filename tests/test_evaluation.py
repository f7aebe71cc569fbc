"""The published examples and the pack's worked cases, entered by field ids as a user would enter them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

import pytest
import yaml

from pipeline.cases import CaseResult, run_cases
from pipeline.export import SCHEMA, evaluation_record, to_json
from pipeline.standard import Standard
from tests.conftest import ROOT, Evaluate


def _names() -> list[str]:
    """The names of the worked cases, read without loading the pack: nothing is computed while tests are collected."""
    folder = ROOT / "standards" / "cpcif-adhesive-2022-draft" / "cases"
    return [
        case["name"] for path in sorted(folder.glob("*.yaml")) for case in yaml.safe_load(path.read_bytes())
    ]


@pytest.fixture(scope="module")
def results(adhesive: Standard) -> Mapping[str, CaseResult]:
    """The worked cases of the adhesive pack by name, each run once."""
    return {result.case.name: result for result in run_cases(adhesive)}


@pytest.mark.parametrize("name", _names())
def test_a_worked_case_of_the_adhesive_pack_gives_its_published_values(
    name: str, results: Mapping[str, CaseResult]
) -> None:
    assert results[name].problems == ()


def test_every_worked_case_is_tried(results: Mapping[str, CaseResult]) -> None:
    assert sorted(results) == sorted(_names())


def test_the_cases_of_the_toy_pack_agree(toy: Standard) -> None:
    assert [r.problems for r in run_cases(toy)] == [()]


def test_the_chongqing_factory_of_2024_gives_its_printed_land_figures(evaluate_adhesive: Evaluate) -> None:
    facts = {
        "land_area": 77037,
        "building_floor_area": 79379,
        "structure_floor_area": 0,
        "building_footprint": 32949,
        "structure_footprint": 0,
    }

    indicators = evaluate_adhesive(facts).indicators

    assert indicators["floor_area_ratio"].value == Decimal("1.03")  # printed: 1.03
    assert indicators["building_density"].value == Decimal("42.8")  # printed: 42.8 %
    assert indicators["building_density"].level == "excellent"  # ≥ 40


def test_the_json_of_an_evaluation_is_versioned_and_holds_no_binary_numbers(
    evaluate_adhesive: Evaluate,
) -> None:
    evaluation = evaluate_adhesive(
        {"land_area": 77037, "building_floor_area": 79379, "structure_floor_area": 0}
    )

    record = json.loads(to_json(evaluation_record(evaluation)), parse_float=_no_float)

    assert record["schema"] == SCHEMA
    assert record["facts"]["land_area"]["value"] == "77037"
    assert record["facts"]["land_area"]["where"]["sheet"] == "用地与建筑"
    ratio = record["indicators"]["floor_area_ratio"]
    assert (ratio["value"], ratio["unit"], ratio["level"]) == ("1.03", "1", "recommended")
    assert ratio["trace"]["unrounded"].startswith("1.0304009761")
    assert ratio["trace"]["rounded"] == "1.03"
    assert record["indicators"]["building_density"]["value"] is None


def _no_float(text: str) -> float:
    raise AssertionError(f"a binary number in the JSON: {text}")


def test_the_printed_rows_of_appendix_b_weigh_sixteen_and_lighting_has_95_points(adhesive: Standard) -> None:
    printed = [
        sub
        for _, sub in adhesive.scoring.subcategories
        if sub.status == "printed" and sub.weight is not None and sub.weight_status == "printed"
    ]

    assert sum(sub.weight or 0 for sub in printed) == 16
    assert sum(1 for c in adhesive.scoring.criteria.values() if c.status == "printed") == 39
    assert {sub.title: sub.max_points for sub in printed if sub.max_points != 100} == {"照明": Decimal(95)}


def test_the_whole_table_weighs_a_hundred_in_the_blocks_of_the_parent_scheme(adhesive: Standard) -> None:
    weights = {
        category.title: sum(sub.weight or 0 for sub in category.subcategories)
        for category in adhesive.scoring.categories
    }

    assert weights["基本要求"] + weights["基础设施"] == 20
    assert list(weights.values())[2:] == [15, 15, 10, 10, 30]


def test_every_anomaly_of_the_source_is_decided(adhesive: Standard) -> None:
    decided = {e.id for e in adhesive.errata}

    assert {f"AN-{n:02}" for n in range(1, 30)} <= decided


def test_samples_lie_where_the_readme_says() -> None:
    folders = {p.name for p in (ROOT / "samples").iterdir() if p.is_dir()} - {"__pycache__"}
    assert folders == {p.parent.name for p in (ROOT / "samples").glob("*/录入表.xlsx")}
