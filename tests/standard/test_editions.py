"""Several editions of one standard: the evaluation date in the workbook chooses, the reader is told, the receipt names it."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.cases import run_cases
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.export import evaluation_record
from pipeline.findings import PackError
from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.standard import Standard, load_standard
from pipeline.standard.editions import edition_on
from tests.conftest import TESTS

FACTS = {"enterprise_name": "甲厂", "evaluation_year": 2024, "land_area": 10000, "building_floor_area": 8000,
         "structure_floor_area": 0}  # fmt: skip


@pytest.fixture(scope="module")
def editions() -> Standard:
    return load_standard(TESTS / "toy_editions", TESTS / "toy_factors")


def evaluated(folder: Path, pack: Standard, facts: Mapping[str, Any]) -> Evaluation:
    path = folder / "录入表.xlsx"
    path.write_bytes(write_workbook(pack, read_data({**FACTS, **facts}, pack)))
    return evaluate(path, pack)


def about_the_standard(evaluation: Evaluation) -> list[tuple[str, str]]:
    codes = ("edition_used", "edition_gap", "standard_superseded", "standard_not_effective")
    return [(f.code, f.message) for f in evaluation.findings if f.code in codes]


def found(evaluation: Evaluation, code: str) -> list[str]:
    return [f.subject for f in evaluation.findings if f.code == code]


@pytest.mark.parametrize(
    ("day", "edition"),
    [("2019-01-01", "2020"), ("2025-07-06", "2020"), ("2025-07-07", "2025"), ("2031-01-01", "2025")],
)
def test_the_day_of_a_date_chooses_the_edition(editions: Standard, day: str, edition: str) -> None:
    assert edition_on(editions, dt.date.fromisoformat(day)).identity.edition == edition


def test_the_same_workbook_is_judged_by_the_edition_of_its_date(editions: Standard, tmp_path: Path) -> None:
    before = evaluated(tmp_path, editions, {"evaluation_date": "2025-07-06"})
    after = evaluated(tmp_path, editions, {"evaluation_date": "2025-07-07", "rack_share": 60})

    assert before.indicators["floor_area_ratio"].level == "recommended"  # 0.80 ≥ 0.72
    assert after.indicators["floor_area_ratio"].level == "entry"  # 0.80 ≥ 0.80
    assert "T10" not in [r.criterion.id for r in before.scorecard.rows]
    assert "T10" in [r.criterion.id for r in after.scorecard.rows]


def test_the_edition_is_told_as_a_note_and_stands_in_receipt_and_json(
    editions: Standard, tmp_path: Path
) -> None:
    evaluation = evaluated(tmp_path, editions, {"evaluation_date": "2025-08-01"})

    assert about_the_standard(evaluation) == [
        ("edition_used", "评价日期为 2025-08-01，按 T/TOY 1-2025（2025 版，2025-07-07 起）评价")
    ]
    assert evaluation.receipt.edition == "2025"
    record = evaluation_record(evaluation)
    assert (record["standard"]["edition"], record["receipt"]["edition"]) == ("2025", "2025")


def test_without_a_date_the_first_edition_is_used_and_the_date_is_asked_for(
    editions: Standard, tmp_path: Path
) -> None:
    evaluation = evaluated(tmp_path, editions, {})

    assert evaluation.standard.identity.edition == "2020"
    assert "evaluation_date" in found(evaluation, "missing")
    assert about_the_standard(evaluation) == []


def test_only_the_edition_in_force_asks_its_questions(editions: Standard, tmp_path: Path) -> None:
    before = evaluated(
        tmp_path, editions, {"evaluation_date": "2025-07-06", "criteria": {"T02": {"verdict": "符合"}}}
    )
    after = evaluated(
        tmp_path, editions, {"evaluation_date": "2025-07-07", "criteria": {"T02": {"verdict": "符合"}}}
    )

    assert ("rack_share" in found(before, "missing"), "rack_share" in found(after, "missing")) == (
        False,
        True,
    )
    assert ("T11" in found(before, "verdict_missing"), "T11" in found(after, "verdict_missing")) == (
        False,
        True,
    )


def test_a_date_before_the_first_edition_is_told(editions: Standard, tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, editions, {"evaluation_date": "2020-05-31"})

    assert [code for code, _ in about_the_standard(evaluation)] == ["edition_used", "standard_not_effective"]


def test_the_workbook_lists_the_rows_of_both_and_greys_what_the_date_does_not_ask(editions: Standard) -> None:
    content = write_workbook(editions, read_data({"evaluation_date": "2025-07-06"}, editions))
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["自评价表"]
    rows = {str(r[1].value): str(r[3].value) for r in sheet.iter_rows() if str(r[1].value).startswith("T")}
    site = book["用地与产出"].conditional_formatting
    formulas = [f for area in site for rule in area.rules for f in rule.formula]

    assert (rows["T04"], rows["T10"]) == ("用地集约化", "上架率（2025 版）")
    assert "NOT(IF(ISNUMBER(f_evaluation_date),AND(f_evaluation_date>=DATE(2025,7,7)),FALSE))" in formulas


def test_the_cases_of_every_edition_are_run_as_a_user_would(editions: Standard) -> None:
    results = {r.case.name: r.problems for r in run_cases(editions)}

    assert results == {
        "第一版按 0.60、0.72 判定容积率": (),
        "第二版按 0.80、1.00 判定容积率": (),
    }


def test_a_case_in_the_wrong_edition_is_told(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    case = folder / "editions/2025/cases/second.yaml"
    text = case.read_text(encoding="utf-8").replace(', scores: {T10: "0.60"}', "")
    (folder / "cases" / "second.yaml").write_text(text, encoding="utf-8")
    case.unlink()

    results = {r.case.name: r.problems for r in run_cases(load_standard(folder, TESTS / "toy_factors"))}

    assert results["第二版按 0.80、1.00 判定容积率"] == (
        "评价日期落在 2025 版，这个算例写在 2020 版；请改评价日期或移动算例",
    )


def copied(folder: Path) -> Path:
    for name in ("toy_standard", "toy_editions"):
        shutil.copytree(TESTS / name, folder / name)
    return folder / "toy_editions"


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("editions/2025/standard.yaml", 'effective: "2025-07-07"\n', "", "editions/2025/standard.yaml：这一版要写自己的 effective（开始施行的日期，如 \"2025-07-07\"），由它决定用哪一版"),
        ("editions/2025/standard.yaml", 'effective: "2025-07-07"', 'effective: "2019-07-07"', "effective 2019-07-07 早于第一版的 2020-06-01；较早的一版应写在标准包根上"),
        ("editions/2025/standard.yaml", 'edition: "2025"', 'edition: "2026"', "editions/2025/standard.yaml：edition“2026”应与文件夹名“2025”相同"),
        ("editions/2025/intake.yaml", "", "sheets: []\n", "editions/2025/intake.yaml：各版共用标准包根上的 intake.yaml；只有一版要填的，写 when: edition('2025')"),
        ("editions/2025/indicators.yaml", "rack_share", "rack_shares", "editions/2025/indicators.yaml 第 3 行：指标 racks：公式“rack_shares”：没有名为“rack_shares”的填报项、指标、常量或列（是否为“rack_share”？）"),
        ("editions/2025/scoring.yaml", "{id: T10,", "{id: T02,", "评价要素“T02”与第一版的条款、文字或分值不同；两版共用一份录入表，请给它另编一个编号，原编号写 remove: true"),
        ("intake.yaml", "edition('2025')", "edition('2024')", "edition( … ) 里写版次，有：'2020'、'2025'"),
    ],
)  # fmt: skip
def test_a_fault_of_an_edition_is_named(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    path = copied(tmp_path) / file
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    assert old in text
    path.write_text(text.replace(old, new, 1) if old else new, encoding="utf-8")

    with pytest.raises(PackError) as caught:
        load_standard(tmp_path / "toy_editions", TESTS / "toy_factors")

    assert any(says in problem for problem in caught.value.problems), caught.value.problems


def test_a_pack_of_one_edition_that_was_replaced_is_told(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    shutil.rmtree(folder / "editions")
    (folder / "intake.yaml").unlink()
    text = (folder / "standard.yaml").read_text(encoding="utf-8")
    (folder / "standard.yaml").write_text(text + 'superseded: "2025-12-31"\n', encoding="utf-8")
    pack = load_standard(folder, TESTS / "toy_factors")

    assert about_the_standard(evaluated(tmp_path, pack, {"evaluation_date": "2025-12-30"})) == []
    assert about_the_standard(evaluated(tmp_path, pack, {"evaluation_date": "2025-12-31"})) == [
        ("standard_superseded", "评价日期 2025-12-31 时 T/TOY 1 已被代替（2025-12-31 起）")
    ]
