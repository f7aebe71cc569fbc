"""A third party's report of GB/T 36132-2025: points on a line, limits and points of the scheme, evidence on site."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.deliver import Options, make_report
from pipeline.standard import Standard, load_standard
from pipeline.verification.context import with_verification
from pipeline.verification.verify import Verification
from tests.conftest import ROOT
from tests.verification.desk import Desk, changed, findings
from tests.verification.test_rules import samples

SAMPLE = ROOT / "samples" / "15-通则2025-第三方"


@pytest.fixture(scope="module")
def gbt() -> Standard:
    return load_standard(ROOT / "standards" / "gbt-36132-2025")


@pytest.fixture
def desk(tmp_path: Path, gbt: Standard) -> Desk:
    return Desk(tmp_path, gbt)


def facts(**more: Any) -> dict[str, Any]:
    return {**samples().facts(SAMPLE), **more}


def answers() -> Mapping[str, Any]:
    found = samples().verification(SAMPLE)
    assert found is not None
    return found


def pending(result: Verification) -> list[str]:
    return [s.own.criterion.id for s in result.scores if s.pending]


def test_the_sample_scores_as_its_readme_derives_by_hand(desk: Desk) -> None:
    result = desk.run(answers(), facts())

    whole = result.evaluation.scorecard.whole
    assert (whole.score, whole.confirmed, whole.complete) == (Decimal("62.70"), Decimal("62.70"), True)
    assert result.declared.scorecard.whole.score == Decimal("63.12")
    assert findings(result) == []
    assert pending(result) == []


def test_a_limit_that_nobody_verified_leaves_its_row_pending(desk: Desk) -> None:
    data = changed(answers(), **{"verified_values__scheme[G07].leading__verified": None})

    result = desk.run(data, facts())

    assert pending(result) == ["G07"]
    whole = result.evaluation.scorecard.whole
    assert whole.score - whole.confirmed == Decimal("4.38")  # 8 × (94.7368 − 92) ÷ 5


def test_a_limit_of_one_product_that_nobody_verified_leaves_its_row_pending(desk: Desk) -> None:
    data = changed(answers(), **{"verified_values__energy_targets[减速器].leading__verified": None})

    assert pending(desk.run(data, facts())) == ["G01"]


def test_points_that_the_scheme_changed_are_verified_too(desk: Desk) -> None:
    scheme = [dict(row) for row in facts()["scheme"]]
    scheme[0]["points"] = 9  # G03 instead of 8
    scheme.append({"criterion": "G05", "points": 7})  # together 100

    result = desk.run(answers(), facts(scheme=scheme))

    keys = [v.declared.key for v in result.values if v.is_pending]
    assert keys == ["scheme[G03].points", "scheme[G05].points"]
    assert pending(result) == ["G03", "G05"]


def test_a_corrected_limit_decides_the_verified_score(desk: Desk) -> None:
    key = "verified_values__scheme[G14].leading"
    data = changed(answers(), **{f"{key}__verified": 0.7, f"{key}__cause": "评价方案附表为 0.7。"})

    result = desk.run(data, facts())

    row = next(s for s in result.scores if s.own.criterion.id == "G14")
    assert (row.own.score, row.verified.score) == (Decimal(4), Decimal(2))  # 8 × (0.4 − 0.3) ÷ (0.7 − 0.3)


def test_an_indicator_without_points_does_not_forbid_the_conclusion(desk: Desk) -> None:
    key = "verified_values__water_recycled"
    data = changed(answers(), **{f"{key}__verified": 20000})  # 20000 ÷ 46000 = 43 %: below the benchmark

    result = desk.run(data, facts())

    row = next(s for s in result.scores if s.own.criterion.id == "G07")
    assert (row.verified.verdict, row.verified.score) == ("不符合", Decimal(0))
    assert "verification_conclusion" not in {f.code for f in result.evaluation.findings}


def test_the_report_speaks_of_the_examples_points_and_of_what_was_found_on_site(desk: Desk) -> None:
    result = desk.run(answers(), facts())
    from pipeline.report.context import report_context

    standard = result.evaluation.standard
    report = next(r for r in standard.identity.reports if r.verification)
    context = with_verification(report_context(result.evaluation, report, draft=False), result)
    design = next(r for r in context["asked_evidence"]["rows"] if r["id"] == "G12-1")

    assert context["conclusion_list"][-1] == (
        "采用表C.1 示例的分值计算（权重合计 100），企业自评得分 63.12 分（暂拟），第三方核查得分 62.70 分（暂拟），"
        "核查比自评低 0.42 分，其中已有核查证据确认的得分为 62.70 分。"
    )
    assert (design["state"], design["numbers"]) == ("已提供", "V05")
    made = make_report(result.evaluation, Options(page_numbers=False), result)
    assert not made.draft
