"""Declared values, verified values, and what rests on them: exact figures over the toy pack."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from pipeline.evaluate import evaluate
from pipeline.findings import LvbaoError
from pipeline.standard import Standard
from pipeline.verification.declared import declared_values
from pipeline.verification.sheet import write_sheet
from tests.verification.desk import DECLARED, FACTS, Desk, answers, changed, findings


@pytest.fixture
def desk(tmp_path: Path, toy: Standard) -> Desk:
    return Desk(tmp_path, toy)


def test_every_declared_value_that_an_indicator_or_a_score_row_uses_has_a_row(desk: Desk) -> None:
    desk.declare()

    declared = declared_values(evaluate(desk.workbook, desk.standard))

    assert [d.key for d in declared] == list(DECLARED)
    assert [(d.label, d.text, d.unit, d.place_text) for d in declared if d.key in ("gross_output_value@1", "energy_use[电力 2023].amount")] == [
        ("总产值（上一年）", "11000", "万元", "用地与产出!E7"),
        ("电力（2023年）的消耗量", "48000", "kWh", "能源消耗!D7"),
    ]  # fmt: skip


def test_an_optional_value_that_was_left_out_is_not_declared(desk: Desk) -> None:
    desk.declare({k: v for k, v in FACTS.items() if k != "nmhc_measured"})

    assert "nmhc_measured" not in [d.key for d in declared_values(evaluate(desk.workbook, desk.standard))]


def test_a_clean_verification_has_no_findings_and_the_same_scores(desk: Desk) -> None:
    result = desk.run()

    assert findings(result) == []
    assert result.evaluation.is_final
    assert result.evaluation.scorecard.whole == result.declared.scorecard.whole
    assert not [v for v in result.values if v.differs or v.is_pending]
    assert not [s for s in result.scores if s.differs or s.pending]


def test_the_sheet_is_the_same_bytes_for_the_same_workbook(desk: Desk) -> None:
    desk.declare()
    evaluation = evaluate(desk.workbook, desk.standard)

    assert write_sheet(evaluation).content == write_sheet(evaluation).content


def test_a_verified_value_replaces_the_declared_one_in_indicator_level_score_and_trace(desk: Desk) -> None:
    data = changed(answers(), verified_values__building_floor_area={
        "verified": 7000, "method": "现场", "evidence": "V01", "cause": "含未建成的雨棚。"})  # fmt: skip

    result = desk.run(data)

    ratio = result.evaluation.indicators["floor_area_ratio"]
    assert (ratio.value, ratio.level) == (
        Decimal("0.70"),
        "entry",
    )  # 7000 ÷ 10000; declared 0.80, recommended
    where = next(o.where for o in ratio.trace.operands if o.id == "building_floor_area")
    assert where is not None
    assert (where.file, where.sheet) == ("核查表.xlsx", "核查数值")
    compared = next(v for v in result.values if v.declared.key == "building_floor_area")
    assert (compared.deviation, compared.percent, compared.above) == (-1000, Decimal("-12.5"), True)
    row = next(s for s in result.scores if s.own.criterion.id == "T04")
    assert (row.own.score, row.verified.score, row.difference) == (48, 36, -12)  # 60 × 80 %, 60 × 60 %
    assert findings(result) == []


def test_a_verified_cell_of_a_table_changes_only_its_own_row(desk: Desk) -> None:
    data = answers()
    data["verified_values"]["energy_use[电力 2024].amount"] |= {"verified": 60000, "cause": "漏计一块电表。"}

    result = desk.run(data)

    # 60000 kWh × 0.1229 kgce/kWh ÷ 400 t
    assert result.evaluation.indicators["unit_energy"].value == Decimal("18.44")
    assert result.declared.indicators["unit_energy"].value == Decimal("15.36")
    assert (
        result.evaluation.earlier[1]["unit_energy"].value == result.declared.earlier[1]["unit_energy"].value
    )


def test_a_deviation_of_exactly_the_materiality_limit_is_not_above_it(desk: Desk) -> None:
    data = answers()
    data["verified_values"]["land_area"]["verified"] = 10500
    data["verified_values"]["gross_output_value"]["verified"] = Decimal("11399.99")

    compared = {v.declared.key: v for v in desk.run(data).values}

    assert (compared["land_area"].percent, compared["land_area"].above) == (5, False)
    assert compared["gross_output_value"].above


def test_a_value_that_was_declared_zero_deviates_without_a_percentage(desk: Desk) -> None:
    data = answers()
    data["verified_values"]["recycling_rate"] |= {"verified": 60, "cause": "补交台账。"}

    compared = {v.declared.key: v for v in desk.run(data, {**FACTS, "recycling_rate": 0}).values}

    value = compared["recycling_rate"]
    assert (value.deviation, value.percent, value.above) == (60, None, True)


def test_without_an_answer_the_declared_value_counts_and_everything_on_it_is_pending(desk: Desk) -> None:
    data = changed(answers(), verified_values__land_area=None)

    result = desk.run(data)

    assert result.evaluation.indicators["floor_area_ratio"].value == Decimal("0.80")
    assert [i.id for i in result.indicators if i.pending] == ["floor_area_ratio", "output_per_land_area"]
    assert [s.own.criterion.id for s in result.scores if s.pending] == ["T04", "T05"]
    whole = result.evaluation.scorecard.whole
    # the group of T04 and T05 weighs 50 and has 48 % of 60 and 60 % of 40 points … which stay out of what is confirmed
    assert whole.score - whole.confirmed == Decimal("50") * (48 + 40) / 100
    assert findings(result) == [("verification_open", "核查数值!B6", "verified_values")]


def test_last_years_value_without_an_answer_leaves_this_year_confirmed(desk: Desk) -> None:
    data = answers()
    del data["verified_values"]["gross_output_value@1"]

    result = desk.run(data)

    assert not [i.id for i in result.indicators if i.pending]
    assert result.evaluation.scorecard.whole.confirmed == result.evaluation.scorecard.whole.score


def test_a_verified_value_without_evidence_stays_pending(desk: Desk) -> None:
    result = desk.run(changed(answers(), verified_values__land_area__evidence=None))

    assert findings(result) == [("verification_value_evidence", "核查数值!J9", "land_area")]
    assert [s.own.criterion.id for s in result.scores if s.pending] == ["T04", "T05"]


def test_a_score_without_verified_evidence_is_not_confirmed(desk: Desk) -> None:
    result = desk.run(changed(answers(), verified_criteria__T02__evidence=None))

    row = next(s for s in result.scores if s.own.criterion.id == "T02")
    assert (row.verified.score, row.verified.confirmed, row.pending) == (60, False, True)
    assert findings(result) == [("evidence_missing", "核查评分!O7", "T02")]


def test_a_criterion_nobody_verified_keeps_the_own_score_but_is_pending(desk: Desk) -> None:
    data = changed(answers(), verified_criteria__T03=None)

    result = desk.run(data)

    row = next(s for s in result.scores if s.own.criterion.id == "T03")
    assert (row.verified.score, row.verified.confirmed, row.pending) == (20, False, True)
    assert findings(result) == [("verification_open", "核查评分!B6", "verified_criteria")]


def test_an_error_in_the_workbook_is_settled_by_a_verified_value(desk: Desk) -> None:
    facts = {k: v for k, v in FACTS.items() if k != "land_area"} | {"raw": {"land_area": "约一万"}}

    result = desk.run(answers(), facts)

    assert [f.code for f in result.declared.findings] == ["not_a_number"]
    assert findings(result) == [("verification_cause_missing", "核查数值!K9", "land_area")]
    assert result.evaluation.indicators["floor_area_ratio"].value == Decimal("0.80")


def test_a_changed_workbook_makes_the_sheet_stale_and_says_what_changed(desk: Desk) -> None:
    desk.run()
    desk.declare({**FACTS, "land_area": 12000})

    result = desk.verify()

    assert result.stale
    assert not result.evaluation.is_final
    stale = [f for f in result.evaluation.findings if f.code == "verification_stale"]
    assert [(f.subject, f.details["change"]) for f in stale] == [
        ("land_area", "“用地面积”由“10000”改为“12000”"),
        ("T04", "“T04”的自评得分由“48”改为“36”"),  # 8000 ÷ 12000 = 0.67: entry instead of recommended
    ]
    assert result.values == ()


def test_a_change_that_no_indicator_reads_makes_the_sheet_stale_all_the_same(desk: Desk) -> None:
    desk.run()
    desk.declare({**FACTS, "enterprise_name": "另一家玩具有限公司"})

    stale = [f for f in desk.verify().evaluation.findings if f.code == "verification_stale"]

    assert len(stale) == 1
    assert "没有变化，但文件内容变了" in stale[0].message


def test_new_gone_and_reworded_rows_are_named_as_changes(desk: Desk) -> None:
    desk.run()
    energy = [{"energy": "电力", "year": 2024, "amount": 50000, "unit": "万kWh"},
              {"energy": "天然气", "year": 2024, "amount": 7, "unit": "m³"}]  # fmt: skip
    criteria = {
        **FACTS["criteria"],
        "T03": {"verdict": "不符合", "statement": "部分多层。", "evidence": "E01"},
    }
    desk.declare({**FACTS, "energy_use": energy, "criteria": criteria})

    changes = [
        f.details["change"] for f in desk.verify().evaluation.findings if f.code == "verification_stale"
    ]

    assert "“电力（2024年）的消耗量”的单位由“kWh”改为“万kWh”" in changes
    assert "“电力（2023年）的消耗量”在录入表中已经没有（核查表中为“48000”）" in changes
    assert "“天然气（2024年）的消耗量”是新填的（“7”），核查表中没有" in changes
    assert "“T03”的自评结论由“部分符合”改为“不符合”" in changes
    assert "“T03”的自评得分由“20”改为“0”" in changes


def test_an_older_sheet_gives_its_answers_where_the_declaration_did_not_change(desk: Desk) -> None:
    desk.run(changed(answers(), highlights="亮点。"))
    desk.declare({**FACTS, "land_area": 10100})

    written = write_sheet(evaluate(desk.workbook, desk.standard), older=desk.sheet)
    desk.sheet.write_bytes(written.content)
    result = desk.verify()

    assert written.dropped == ("用地面积",)
    assert not result.stale
    assert [v.declared.key for v in result.values if not v.answer.is_given] == ["land_area"]
    assert findings(result) == [("verification_open", "核查数值!B6", "verified_values")]
    assert result.intake.fact("highlights").value == "亮点。"


def test_a_declared_value_altered_in_the_sheet_is_reported_and_not_trusted(desk: Desk) -> None:
    desk.run()
    book = load_workbook(desk.sheet)
    assert book["核查数值"]["E9"].value == "10000"
    book["核查数值"]["E9"] = "99999"
    book.save(desk.sheet)

    result = desk.verify()

    assert findings(result) == [("fixed_cell_changed", "核查数值!E9", "verified_values")]
    assert next(v for v in result.values if v.declared.key == "land_area").declared.text == "10000"


def test_a_removed_row_and_an_unknown_row_are_errors(desk: Desk) -> None:
    desk.run()
    book = load_workbook(desk.sheet)
    book["核查数值"]["B9"] = "land_aera"
    book.save(desk.sheet)

    assert findings(desk.verify())[:2] == [
        ("fixed_row_missing", "核查数值!C5", "verified_values"),
        ("fixed_row_unknown", "核查数值!C9", "verified_values"),
    ]


def test_people_see_no_names_of_the_program(desk: Desk) -> None:
    """The column by which the program knows a row is there, but hidden; what is wrong with rows is said in their labels."""
    desk.run()
    book = load_workbook(desk.sheet)
    sheet = book["核查数值"]
    assert [c for c in "ABCDEFGHIJK" if sheet.column_dimensions[c].hidden] == ["B"]
    assert (sheet["B9"].value, sheet["C9"].value, sheet.freeze_panes) == ("land_area", "用地面积", "D6")
    for column in "BC":
        sheet[f"{column}9"] = sheet[f"{column}8"].value  # a row copied over another one
    book.save(desk.sheet)

    said = [f.message for f in desk.verify().evaluation.findings if f.code.startswith("fixed_row")]

    assert said == ["表“申报数值核查”中缺少 用地面积", f"“{sheet['C8'].value}”这一行出现了不止一次"]


def test_a_value_outside_the_limits_of_its_field_is_refused(desk: Desk) -> None:
    result = desk.run(changed(answers(), verified_values__recycling_rate__verified=185))

    assert findings(result)[0] == ("out_of_range", "核查数值!H17", "verified_values[recycling_rate].verified")
    assert not next(v for v in result.values if v.declared.key == "recycling_rate").answer.is_given


def test_a_workbook_of_the_enterprise_is_no_verification_sheet(desk: Desk) -> None:
    desk.declare()
    desk.sheet.write_bytes(desk.workbook.read_bytes())

    with pytest.raises(LvbaoError, match="不是核查表"):
        desk.verify()


def test_a_pack_without_verification_says_so(desk: Desk) -> None:
    desk.declare()

    with pytest.raises(LvbaoError, match=r"没有第三方核查"):
        write_sheet(evaluate(desk.workbook, replace(desk.standard, verification=None)))
