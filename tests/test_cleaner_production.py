"""The cleaner production pack: its samples, and the defects known from other programs' reports as findings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.evaluation import Evaluation
from pipeline.findings import Severity
from pipeline.standard import Standard, load_standard
from tests.conftest import ROOT, _through_a_workbook

sys.path.insert(0, str(ROOT / "samples"))
import generate

AUDIT, ACCEPTANCE, FAULTY = "10-审核-评估稿", "11-审核-验收稿", "12-审核-平衡不闭合"
Check = Callable[..., Evaluation]


@pytest.fixture(scope="module")
def pack() -> Standard:
    return load_standard(ROOT / "standards" / "cleaner-production-audit")


@pytest.fixture
def audit(pack: Standard, tmp_path: Path) -> Check:
    """The complete sample with single rows (`edits`) and fields changed."""

    def run(*edits: Mapping[str, Any], of: str = AUDIT, **fields: Any) -> Evaluation:
        facts = generate.edited({**generate.facts(generate.HERE / of), **fields}, edits)
        return _through_a_workbook(pack, tmp_path)(facts)

    return run


def edit(table: str, where: Mapping[str, Any], **values: Any) -> dict[str, Any]:
    return {"table": table, "where": where, "set": values}


def told(evaluation: Evaluation) -> list[tuple[str, str]]:
    """(code, subject) of the findings, notes apart."""
    return [(f.code, f.subject) for f in evaluation.findings if f.severity is not Severity.NOTE]


@pytest.mark.parametrize("sample", [AUDIT, ACCEPTANCE])
def test_nothing_is_wrong_with_the_complete_samples(audit: Check, sample: str) -> None:
    assert told(audit(of=sample)) == []


def test_a_balance_an_operation_a_printed_difference_and_an_option_have_a_finding_each(audit: Check) -> None:
    assert told(audit(of=FAULTY)) == [
        ("disclosed_in_time", "disclosed_on"),
        ("balance_not_closed", "balances.name"),
        ("balance_difference", "balances.printed_difference"),
        ("balance_deviation_differs", "balances.printed_deviation"),
        ("operation_not_closed", "flows.target"),
        ("option_not_economic", "economics.option"),
        ("economy_contradiction", "feasibility.economy_result"),
    ]


PAINT = {"name": "水性工业漆"}
TITANIUM = {"name": "钛白粉"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        # 1 units: m² taken for 万m², kg for t
        ([edit("products", PAINT, capacity=120_000_000)], [("capacity_unit_slip", "products.capacity")]),
        ([edit("materials", TITANIUM, use_0=1_529_000)], [("material_unit_slip", "materials.use_0")]),
        (
            [edit("waste_flows", {"name": "化学需氧量"}, amount_0=1080)],
            [("waste_unit_slip", "waste_flows.amount_0")],
        ),
        # 3 keys of another program
        ([edit("suggestions", {"option": "WD01"}, content="wan_yuan")], [("program_words", "suggestions.content")]),
        ([edit("obstacles", {"kind": "技术"}, solution="pending")], [("program_words", "obstacles.solution")]),
        (
            [edit("pollution_sources", {"name": "清洗废水"}, factors="cod: ammonia_nitrogen:")],
            [("program_words", "pollution_sources.factors")],
        ),
        # 6 years out of order, several years in one cell
        (
            [edit("energy_use", {"energy": "柴油", "year": 2021}, year=2019)],
            [("energy_year", "energy_use.year")],
        ),
        (
            [edit("energy_use", {"energy": "柴油", "year": 2021}, year={"raw": "2023、2022、2021"})],
            [("not_a_year", "energy_use.year")],
        ),
        (
            [edit("products", {"name": "水性胶粘剂"}, output_0={"raw": "6100、5650、5200"})],
            [("not_a_number", "products.output_0")],
        ),
        # 7 dates of the plan
        (
            [edit("plan", {"phase": "方案的产生和筛选"}, plan_start="2023-10-23", plan_end="2023-11-22", actual_end="2023-11-25")],
            [("plan_disordered", "plan.plan_start"), ("plan_before_audit", "plan.plan_end")],
        ),
        (
            [edit("plan", {"phase": "审核"}, plan_end="2024-08-01")],
            [("plan_end_before_start", "plan.plan_end")],
        ),
    ],
)  # fmt: skip
def test_defects_known_from_other_reports_are_found(
    audit: Check, change: list[dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    assert told(audit(*change)) == expected


def test_placeholder_figures_do_not_pass_as_data(audit: Check) -> None:
    evaluation = audit(
        pass_rate={2023: 11, 2022: 99, 2021: 99}, gross_output_value={2023: 12, 2022: 12, 2021: 24160}
    )

    assert told(evaluation) == [
        ("yoy_without_reason", "gross_output_value"),
        ("out_of_range", "pass_rate"),
    ]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"started_on": "2024-05-16"}, "started_in_time"),  # listed 2024-03-15: by 2024-05-15
        (
            {"submitted_on": "2025-03-16", "evaluation_date": "2025-03-16"},
            "submitted_in_time",
        ),  # by 2025-03-15
        ({"submitted_on": "2025-02-28"}, "submitted_after_report"),  # the report is of 2025-02-20
        ({"disclosed_on": "2024-03-14"}, "disclosed_after_list"),
        ({"measured_from": "2023-09-23"}, "measured_during_audit"),
        ({"permit_until": "2025-01-31"}, "permit_valid"),
        ({"focus_name": "公用工程部"}, "focus_not_first"),
        ({"total_output": {2023: 20401, 2022: 19180, 2021: 17900}}, "total_output_differs"),
    ],
)
def test_dates_and_totals_are_held_against_each_other(
    audit: Check, fields: dict[str, Any], code: str
) -> None:
    assert [f[0] for f in told(audit(**fields))] == [code]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (edit("options", {"number": "WD01"}, investment=1), "option_free_costs"),
        (edit("options", {"number": "WD09"}, investment=11), "option_class_too_low"),
        (edit("screening", {"option": "WD01"}, result="初步可行的中/高费方案"), "screening_class"),
        (edit("feasibility", {"option": "ZG01"}, technology_result="需进一步论证"), "recommended_not_feasible"),
        (edit("goals", {"number": "1"}, near=98), "goal_direction"),
        (edit("flows", {"name": "滤渣", "amount": 560}, target="过滤器"), "unknown_reference"),
        (edit("air_monitoring", {"factor": "TVOC"}, concentration=90), "air_over_limit"),
    ],
)  # fmt: skip
def test_contradictions_within_the_options_are_found(audit: Check, change: dict[str, Any], code: str) -> None:
    assert code in [f[0] for f in told(audit(change))]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (edit("before_after_monitoring", {"factor": "悬浮物"}, after=260), "refusal_over_limit"),
        (edit("goal_results", {"goal": "3"}, actual="8.1"), "goal_not_achieved"),
        (edit("mh_results", {"option": "ZG01"}, benefit=30), "mh_benefit_differs"),
        (edit("mh_results", {"option": "ZG06"}, done_on="2026-01-01"), "period_before_options"),  # the period begins on that day
        (edit("review_opinions", {"opinion": "完善无/低费方案效益的计算依据"}, evidence="E13"), "opinion_evidence_older"),  # of 2024-12-20, assessed 2025-04-18
        (edit("evidence", {"number": "E17"}, issued="2025-12-29"), "mh_evidence_older"),  # ZG06 was done on 2025-12-30
        (edit("evidence", {"number": "E13"}, issued="2024-12-15"), "nolow_evidence_older"),  # WD16 was done on 2024-12-16
        (edit("evidence", {"number": "E05"}, issued="2024-11-28"), "training_evidence_older"),  # the last training was on 2024-11-29
        (edit("review_opinions", {"evidence": "E17", "state": "已落实", "opinion": "中/高费方案明确责任人和完成时限"}, state="部分落实"), "opinion_open"),
    ],
)  # fmt: skip
def test_what_speaks_against_acceptance_is_found(audit: Check, change: dict[str, Any], code: str) -> None:
    assert [f[0] for f in told(audit(change, of=ACCEPTANCE))] == [code]


def test_an_application_after_the_report_is_told(audit: Check) -> None:
    """The report is of 2027-02-26."""
    assert told(audit(of=ACCEPTANCE, acceptance_on="2027-02-27")) == [
        ("acceptance_after_report", "acceptance_on")
    ]


def test_a_condition_of_refusal_is_an_error(audit: Check) -> None:
    refusals = dict(generate.facts(generate.HERE / ACCEPTANCE)["refusals"])
    refusals["5"] = {"result": "存在", "basis": "2025 年 9 月受到处罚"}

    (broken,) = audit(of=ACCEPTANCE, refusals=refusals).findings

    assert (broken.code, broken.severity) == ("refusal_condition", Severity.ERROR)


# -- index systems ------------------------------------------------------------------------------------------------


@pytest.fixture
def judged(tmp_path: Path) -> Callable[..., list[str]]:
    """Codes about sheet 2-11 for the first worked case of the incineration pack with changes."""
    system = load_standard(ROOT / "standards" / "cleaner-production-waste-incineration")
    through = _through_a_workbook(system, tmp_path)

    def run(values: Mapping[str, Any] | None = None, **fields: Any) -> list[str]:
        facts = dict(system.cases[0].facts)
        changed = {**facts["index_values"], **(values or {})}
        evaluation = through({**facts, "level_text": "说明", **fields, "index_values": changed})
        return [f.code for f in evaluation.findings if f.where and f.where.sheet.startswith("2-11")]

    return run


def test_the_right_grade_passes_and_another_contradicts_the_score(judged: Callable[..., list[str]]) -> None:
    assert judged(declared_grade="Ⅱ级") == ["index_category_dropped"]
    assert judged(declared_grade="Ⅲ级") == ["grade_contradiction", "index_category_dropped"]


def test_two_schemes_of_scoring_cannot_be_mixed(judged: Callable[..., list[str]]) -> None:
    points = {"防渗措施": {"applies": "是", "grade_before": {"raw": 80}}}
    assert "not_an_option" in judged(points)

    both = {"CO 日均值": {"applies": "是", "value_before": 25, "grade_before": "Ⅱ级"}}
    assert "index_mixed_scheme" in judged(both)


def test_what_does_not_apply_needs_a_reason(judged: Callable[..., list[str]]) -> None:
    assert "index_reason_missing" in judged({"HF 日均值": {"applies": "否"}})
