"""Every rule of the trade, once broken: over the toy pack for the program's own, over sample 6 for those of the pack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipeline.standard import Standard
from pipeline.verification.verify import Verification
from tests.conftest import ROOT
from tests.scripts import script
from tests.verification.desk import FACTS, Desk, answers, changed, findings

SAMPLE = ROOT / "samples" / "06-第三方-核查通过"
Run = Callable[..., Verification]


def samples() -> ModuleType:
    return script("samples/generate.py")


@pytest.fixture
def desk(tmp_path: Path, toy: Standard) -> Desk:
    return Desk(tmp_path, toy)


# -- the program's own rules --------------------------------------------------------------------------------
def test_a_deviation_above_the_limit_needs_a_cause(desk: Desk) -> None:
    result = desk.run(changed(answers(), verified_values__land_area__verified=10600))

    assert findings(result) == [("verification_cause_missing", "核查数值!K9", "land_area")]
    assert not result.evaluation.is_final


def test_another_choice_needs_a_cause_whatever_the_limit(desk: Desk) -> None:
    result = desk.run(changed(answers(), verified_values__process_type__verified="热法"))

    assert findings(result) == [("verification_cause_missing", "核查数值!K7", "process_type")]


def test_another_verdict_needs_a_reason(desk: Desk) -> None:
    result = desk.run(
        changed(answers(), verified_criteria__T03__verdict="不符合", verified_criteria__T03__score=None)
    )

    assert findings(result) == [("verification_reason_missing", "核查评分!L8", "T03")]


def test_evidence_that_stands_in_no_register_is_an_error(desk: Desk) -> None:
    data = changed(
        answers(), verified_values__land_area__evidence="E02、E99", verified_criteria__T02__evidence="V1"
    )

    assert findings(desk.run(data)) == [
        ("evidence_unknown", "核查数值!J9", "land_area"),
        ("evidence_unknown", "核查评分!O7", "T02"),
    ]


def test_a_conclusion_against_a_veto_condition_is_an_error(desk: Desk) -> None:
    result = desk.run(changed(answers(), veto_conditions__2__result="存在"))

    assert findings(result) == [("verification_conclusion", "机构与结论!D7", "conclusion")]
    assert "“失信被执行人”的核查结果为“存在”" in result.evaluation.findings[-1].message


def test_a_conclusion_against_a_basic_requirement_is_an_error(desk: Desk) -> None:
    data = changed(
        answers(), verified_criteria__T01={"verdict": "不符合", "reason": "执照过期。", "evidence": "E01"}
    )

    result = desk.run(data)

    assert ("verification_conclusion", "机构与结论!D7", "conclusion") in findings(result)
    assert ("basic_requirement_not_met", "核查评分!L6", "T01") in findings(result)


def test_a_conclusion_with_an_unverified_basic_requirement_is_an_error(desk: Desk) -> None:
    result = desk.run(changed(answers(), verified_criteria__T01=None))

    assert findings(result) == [
        ("verification_open", "核查评分!B6", "verified_criteria"),
        ("verification_conclusion", "机构与结论!D7", "conclusion"),
    ]


def test_a_conclusion_against_a_mandatory_row_is_an_error(desk: Desk) -> None:
    data = answers()
    data["verified_values"]["recycling_rate"] |= {"verified": 40, "cause": "台账不全。"}  # T07 asks for 50 %

    result = desk.run(data)

    assert findings(result) == [("verification_conclusion", "机构与结论!D7", "conclusion")]
    assert "必选要求 T07（5.7.5）" in result.evaluation.findings[-1].message


def test_the_conclusion_of_nonconformity_contradicts_nothing(desk: Desk) -> None:
    assert (
        findings(desk.run(changed(answers(), conclusion="不符合", veto_conditions__2__result="存在"))) == []
    )


def test_a_rule_of_the_pack_speaks_over_facts_of_both_workbooks(desk: Desk) -> None:
    result = desk.run(changed(answers(), agency_name=FACTS["enterprise_name"]))

    assert findings(result) == [("agency_is_not_the_enterprise", "机构与结论!D4", "agency_name")]


def test_highlights_over_a_hundred_characters_are_refused(desk: Desk) -> None:
    assert findings(desk.run(changed(answers(), highlights="亮" * 101))) == [
        ("too_long", "机构与结论!D8", "highlights")
    ]


# -- the rules of the adhesive pack -------------------------------------------------------------------------
@pytest.fixture(scope="module")
def data() -> Mapping[str, Any]:
    found = samples().verification(SAMPLE)
    assert found is not None
    return found  # type: ignore[no-any-return]


@pytest.fixture
def run(adhesive: Standard, tmp_path: Path, data: Mapping[str, Any]) -> Run:
    """Sample 6 with changes → its findings."""
    desk = Desk(tmp_path, adhesive)
    desk.workbook.write_bytes((SAMPLE / "录入表.xlsx").read_bytes())

    def verify(**changes: Any) -> Verification:
        desk.fill({**data, **changes})
        return desk.verify()

    return verify


NC = {
    "number": "NC-01",
    "clause": "5.2.5.2",
    "description": "过期。",
    "grade": "一般",
    "correction": "送检。",
}
PEOPLE = {
    "leader": {"name": "甲", "role": "评价组长", "employer": "示例绿评认证有限公司", "duty": "总负责"},
    "member": {"name": "乙", "role": "评价组员", "employer": "示例绿评认证有限公司", "duty": "能源"},
    "reviewer": {"name": "丙", "role": "技术复核人", "employer": "示例绿评认证有限公司", "duty": "复核"},
    "expert": {"name": "丁", "role": "技术专家", "employer": "示例化工研究院", "duty": "工艺"},
}
BROKEN: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"agency_name": "示例绿禾水性胶粘材料有限公司"}, ["agency_is_the_enterprise"]),
    ({"team": [PEOPLE["leader"], PEOPLE["reviewer"], {**PEOPLE["member"], "employer": "示例绿禾水性胶粘材料有限公司"}]}, ["evaluator_from_the_enterprise"]),
    ({"team": [PEOPLE["leader"], PEOPLE["reviewer"], {**PEOPLE["member"], "employer": "别处"}]}, ["evaluator_from_elsewhere"]),
    ({"team": [PEOPLE["member"], PEOPLE["reviewer"], PEOPLE["expert"]]}, ["team_without_leader"]),
    ({"team": [PEOPLE["leader"], PEOPLE["reviewer"], PEOPLE["expert"]]}, ["team_without_members"]),
    ({"team": [PEOPLE["leader"], PEOPLE["member"], PEOPLE["expert"]]}, ["team_without_reviewer"]),
    ({"team": [PEOPLE["leader"], PEOPLE["member"], {**PEOPLE["reviewer"], "name": "乙"}]}, ["duplicate_row"]),
    ({"team": [PEOPLE["leader"], PEOPLE["member"]]}, ["table_empty"]),
    ({"plan_date": "2025-04-19"}, ["document_review_before_plan", *["veto_search_old"] * 6]),
    ({"document_review_date": "2025-03-20", "plan_date": "2025-03-20"}, ["document_review_before_self_evaluation"]),
    ({"document_review_date": "2025-04-25"}, ["site_before_document_review"]),
    ({"site_start": "2025-04-26"}, ["site_ends_before_start"]),
    ({"closing_date": "2025-04-20"}, ["closing_before_site"]),
    ({"closing_date": "2025-05-13"}, ["review_before_closing"]),
    ({"technical_review_date": "2025-04-20"}, ["review_before_site"]),
    ({"technical_review_date": "2025-05-17"}, ["report_before_review"]),
    ({"agency_signature_date": "2025-05-15"}, ["signature_before_report"]),
    ({"schedule": [{"day": "2025-04-27", "period": "9:00", "activity": "走访"}]}, ["schedule_outside_site"]),
    ({"nonconformities": [{**NC, "closed": "否"}]}, ["nonconformity_open"]),
    ({"nonconformities": [{**NC, "closed": "否"}], "conclusion": "不符合"}, []),
    ({"nonconformities": [{**NC, "closed": "是"}]}, ["missing", "missing"]),
    ({"nonconformities": [{**NC, "closed": "是", "evidence": "V01", "closed_date": "2025-05-13"}]}, ["nonconformity_closed_late"]),
    ({"nonconformities": [{**NC, "closed": "是", "evidence": "V01", "closed_date": "2025-04-01"}]}, ["nonconformity_closed_before_site"]),
    ({"qualifications": [{"name": "资质", "issuer": "示例", "expires": "2025-05-15"}]}, ["qualification_expired"]),
    ({"projects_this_year": 16}, ["agency_overloaded"]),
    ({"meter_checks": [{"meter": "M-01", "checked": "读数", "result": "一致", "calibrated_until": "2025-04-24"}]}, ["meter_not_calibrated"]),
    ({"highlights": None, "conclusion": None}, ["missing", "missing"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "codes"), BROKEN, ids=[f"{n}-{'-'.join(dict.fromkeys(c)) or 'fine'}" for n, (_, c) in enumerate(BROKEN)]
)  # fmt: skip
def test_each_rule_of_the_trade_is_a_finding(run: Run, changes: dict[str, Any], codes: list[str]) -> None:
    result = run(**changes)

    assert sorted(code for code, _, _ in findings(result)) == sorted(codes)


def test_every_rule_of_the_pack_is_broken_once_here(adhesive: Standard) -> None:
    assert adhesive.verification is not None
    broken = {code for _, codes in BROKEN for code in codes} | {"veto_searched_after_report"}
    assert {rule.id for rule in adhesive.verification.rules} <= broken


def test_a_search_after_the_report_and_a_condition_that_exists(run: Run, data: Mapping[str, Any]) -> None:
    searched = {
        **data["veto_conditions"],
        "3": {**data["veto_conditions"]["3"], "searched": "2025-06-01", "result": "存在"},
    }

    result = run(veto_conditions=searched)

    assert findings(result) == [
        ("veto_searched_after_report", "否决条件!F8", "veto_conditions.searched"),
        ("verification_conclusion", "复核与结论!D7", "conclusion"),
    ]
