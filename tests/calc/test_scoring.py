"""The score table: verdicts, confirmed and provisional totals, basic requirements, findings of the assessor's sheet."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.evaluate import evaluate
from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.standard import Standard
from tests.conftest import Evaluate, Found, found

MET = {"verdict": "符合", "statement": "有制度有记录。", "evidence": "E01"}
BASE: dict[str, Any] = {
    "land_area": 100000,
    "building_floor_area": 120000,
    "structure_floor_area": 0,
    "gross_output_value": 30000,  # 3000 万元/公顷: recommended
    "recycling_rate": 60,
    "evidence": [{"number": "E01", "name": "营业执照"}],
    "criteria": {
        "T01": MET,
        "T02": MET,
        "T03": {"verdict": "部分符合", "score": 20, "statement": "一部分厂房为单层。", "evidence": "E01"},
        "T04": {"evidence": "E01"},
        "T05": {"evidence": "E01"},
        "T07": {"evidence": "E01"},
    },
}


def scores(evaluate_toy: Evaluate, **changes: Any) -> dict[str, Decimal | None]:
    card = evaluate_toy({**BASE, **changes}).scorecard
    return {row.criterion.id: row.score for row in card.rows}


def criteria(**changes: Any) -> dict[str, Any]:
    return {"criteria": {**BASE["criteria"], **changes}}


def of_criteria(items: list[Found]) -> list[Found]:
    return [(code, cell, subject) for code, cell, subject in items if subject.startswith("T0")]


def test_rows_get_their_points_by_their_method(evaluate_toy: Evaluate) -> None:
    assert scores(evaluate_toy) == {
        "T01": None,  # a basic requirement has no points
        "T02": Decimal(60),  # met
        "T03": Decimal(20),  # as the assessor says
        "T04": Decimal(60),  # excellent: 100 % of 60
        "T05": Decimal(32),  # recommended: 80 % of 40
        "T06": None,  # no energy data
        "T07": Decimal(50),  # 60 ≥ 50
    }


def test_printed_and_provisional_totals_stand_apart(evaluate_toy: Evaluate) -> None:
    card = evaluate_toy(BASE).scorecard

    assert card.printed.score == Decimal(16)  # (60 + 20) / 100 × 20
    assert card.printed.weight == Decimal(20)
    assert card.printed.complete
    assert card.whole.score == Decimal(77)  # 16 + 92 / 100 × 50 + 50 / 100 × 30
    assert card.whole.weight == Decimal(100)
    assert not card.whole.complete  # T06 is undecided, so 77 is a lower bound


def test_a_row_without_evidence_scores_but_is_not_confirmed(evaluate_toy: Evaluate) -> None:
    evaluation = evaluate_toy({**BASE, **criteria(T02={"verdict": "符合", "statement": "有。"})})

    assert evaluation.scorecard.printed.score == Decimal(16)
    assert evaluation.scorecard.printed.confirmed == Decimal(4)  # only T03: 20 / 100 × 20
    assert of_criteria(found(evaluation)) == [("evidence_missing", "K7", "T02")]


def test_a_failed_basic_requirement_vetoes_whatever_the_score(evaluate_toy: Evaluate) -> None:
    evaluation = evaluate_toy({**BASE, **criteria(T01={**MET, "verdict": "不符合"})})

    assert evaluation.scorecard.basic_requirements.met is False
    assert of_criteria(found(evaluation)) == [("basic_requirement_not_met", "H6", "T01")]


def test_an_undecided_basic_requirement_is_not_a_met_one(evaluate_toy: Evaluate) -> None:
    evaluation = evaluate_toy({**BASE, **criteria(T01={})})

    assert evaluation.scorecard.basic_requirements.met is None
    assert of_criteria(found(evaluation)) == [("verdict_missing", "H6", "T01")]


def test_a_row_that_does_not_apply_drops_out_of_its_group(evaluate_toy: Evaluate) -> None:
    evaluation = evaluate_toy({**BASE, **criteria(T03={"verdict": "不适用", "statement": "本企业无厂房。"})})

    # 60 of 60 points that apply, stretched to the 95 of the group: 95 / 100 × 20
    assert evaluation.scorecard.printed.score == Decimal(19)


def test_a_partly_met_row_needs_its_score(evaluate_toy: Evaluate) -> None:
    partly = {"verdict": "部分符合", "statement": "一部分。", "evidence": "E01"}

    assert of_criteria(found(evaluate_toy({**BASE, **criteria(T03=partly)}))) == [
        ("score_missing", "I8", "T03")
    ]


def test_a_score_above_the_points_is_refused(evaluate_toy: Evaluate) -> None:
    partly = {**BASE["criteria"]["T03"], "score": 36}

    assert of_criteria(found(evaluate_toy({**BASE, **criteria(T03=partly)}))) == [
        ("score_out_of_range", "I8", "T03")
    ]


def test_a_score_that_contradicts_the_verdict_is_refused(evaluate_toy: Evaluate) -> None:
    met = {**MET, "score": 50}

    assert of_criteria(found(evaluate_toy({**BASE, **criteria(T02=met)}))) == [
        ("score_contradicts", "I7", "T02")
    ]


def test_evidence_that_is_not_in_the_register_is_named_with_the_nearest(evaluate_toy: Evaluate) -> None:
    evaluation = evaluate_toy({**BASE, **criteria(T02={**MET, "evidence": "E0l"})})

    (unknown,) = [f for f in evaluation.findings if f.code == "evidence_unknown"]
    assert unknown.where is not None
    assert (unknown.where.cell, unknown.message) == (
        "K7",
        "证明材料编号“E0l”不在证明材料清单中（是否为“E01”？）",
    )


def test_an_untouched_sheet_is_one_finding_and_not_a_hundred(evaluate_toy: Evaluate) -> None:
    evaluation = evaluate_toy({**BASE, "criteria": {}})

    assert [
        f.code
        for f in evaluation.findings
        if f.where and f.where.sheet == "自评价表" and f.severity == "error"
    ] == ["criteria_empty"]


def test_the_pack_may_give_rows_that_do_not_apply_full_points_or_none(toy: Standard, tmp_path: Path) -> None:
    scoring = toy.scoring
    facts = {**BASE, **criteria(T03={"verdict": "不适用", "statement": "本企业无厂房。"})}
    path = tmp_path / "录入表.xlsx"
    path.write_bytes(write_workbook(toy, read_data(facts, toy)))

    def printed(policy: str) -> Decimal:
        methods = replace(scoring.methods, not_applicable=policy)
        pack = replace(toy, scoring=replace(scoring, methods=methods))
        return evaluate(path, pack).scorecard.printed.score

    assert printed("full") == Decimal(19)  # (60 + 35) / 100 × 20
    assert printed("zero") == Decimal(12)  # 60 / 100 × 20
