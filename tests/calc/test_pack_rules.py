"""Rules of plausibility: tolerance by declared precision, the client's figures in the message, stages, the client's word."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.evaluation import Evaluation
from pipeline.export import evaluation_record, to_json
from pipeline.finding_lists import summary
from pipeline.findings import PackError
from pipeline.formula.precision import half_unit
from pipeline.standard import load_standard
from tests.calc.test_rules import FULL
from tests.conftest import TESTS, _through_a_workbook, found

STAGE = 'stage: warn, since: "2026-01-01"'


def pack_with(folder: Path, rule: str) -> Path:
    """The toy pack with one more rule, written as the inside of a YAML mapping."""
    target = folder / "toy_standard"
    target.mkdir()
    for path in (TESTS / "toy_standard").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        if path.name == "intake.yaml":
            text += f"  - {{id: extra, {rule}}}\n"
        (target / path.name).write_text(text, encoding="utf-8")
    return target


def judged(folder: Path, rule: str, facts: dict[str, Any]) -> Evaluation:
    """The evaluation of the full toy workbook with some other facts, under the toy pack with one more rule."""
    standard = load_standard(pack_with(folder, rule), TESTS / "toy_factors")
    return _through_a_workbook(standard, folder)({**FULL, **facts})


def parts(land: object, building: object, structure: object) -> dict[str, Any]:
    """Facts for the rule that the land is the sum of building and structure."""
    return {"land_area": land, "building_floor_area": building, "structure_floor_area": structure}


SUM = f"require: land_area == building_floor_area + structure_floor_area, at: land_area, {STAGE}, tolerance: declared_precision, message: '{{left}}{{left_parts}} 应等于 {{right}}{{right_parts}}，差 {{difference}}', fix: 核对。"


@pytest.mark.parametrize(
    ("land", "building", "structure"),
    [
        (1211, 1180, 31),
        (1212, 1180, 31),  # 3 figures, half a unit each: 1.5 apart at most
        (1210, 1180, 31),
        ("1211.4", "1180.2", "31.2"),
        ("1211.55", "1180.2", "31.3"),  # 0.05 apart; 0.005 + 0.05 + 0.05 allowed
        (1181, "1180.6", 0),  # 0.4 apart; 0.5 + 0.05 allowed, 0 is exact
        (1181, 1180, 0),  # one unit apart, half a unit each
    ],
)
def test_figures_that_agree_within_their_digits_give_no_finding(
    land: object, building: object, structure: object, tmp_path: Path
) -> None:
    facts = {
        k: v if isinstance(v, int) else float(str(v)) for k, v in parts(land, building, structure).items()
    }
    assert found(judged(tmp_path, SUM, facts)) == []


@pytest.mark.parametrize(
    ("land", "building", "structure", "message"),
    [
        (1204, 1180, 31, "1,204 m² 应等于 1,211 m²（1,180＋31），差 7 m²"),
        (1213, 1180, 31, "1,213 m² 应等于 1,211 m²（1,180＋31），差 2 m²"),
        (1211.4, 1180.2, 31.4, "1,211.4 m² 应等于 1,211.6 m²（1,180.2＋31.4），差 0.2 m²"),
        (1182, 1180, 0, "1,182 m² 应等于 1,180 m²（1,180＋0），差 2 m²"),
    ],
)
def test_a_sum_that_does_not_agree_is_told_with_the_clients_own_figures(
    land: float, building: float, structure: float, message: str, tmp_path: Path
) -> None:
    evaluation = judged(tmp_path, SUM, parts(land, building, structure))

    assert found(evaluation) == [("extra", "D4", "land_area")]
    assert evaluation.findings[0].message == message
    assert evaluation.findings[0].fix == "核对。若属实，请在“备注”栏写“已核实：”和原因，会写入报告。"


def test_rows_of_a_table_bring_their_own_digits(tmp_path: Path) -> None:
    rule = (
        "require: recycling_rate == sum(energy_use.amount where energy_use.year == evaluation_year), "
        f"at: recycling_rate, {STAGE}, tolerance: declared_precision, message: '{{left}} 应等于 {{right}}{{right_parts}}'"
    )
    rows = [
        {"energy": "电力", "year": 2024, "amount": 0.502, "unit": "kWh"},
        {"energy": "天然气", "year": 2024, "amount": 0.11, "unit": "m³"},
    ]

    # 61.2 %; allowed are 0.5 % of the rate, 0.05 % and 0.5 % of the rows: 1.05 % together
    assert found(judged(tmp_path, rule, {"recycling_rate": 62, "energy_use": rows})) == []
    evaluation = judged(_fresh(tmp_path), rule, {"recycling_rate": 63, "energy_use": rows})
    assert evaluation.findings[0].message == "63 % 应等于 61.2 %（0.502＋0.11）"


def _fresh(folder: Path) -> Path:
    inner = folder / "again"
    inner.mkdir()
    return inner


def test_a_limit_is_kept_within_the_digits(tmp_path: Path) -> None:
    rule = f"require: building_floor_area <= land_area, at: building_floor_area, {STAGE}, tolerance: declared_precision, message: '{{left}}>{{right}}'"
    assert found(judged(tmp_path, rule, parts(1000, 1001, 0))) == []
    assert found(judged(_fresh(tmp_path), rule, parts(1000, 1002, 0))) == [
        ("extra", "D5", "building_floor_area")
    ]


def test_a_share_may_be_the_tolerance(tmp_path: Path) -> None:
    rule = f"require: building_floor_area == land_area, at: building_floor_area, {STAGE}, tolerance: 5%, message: 不符"
    assert found(judged(tmp_path, rule, parts(1000, 950, 0))) == []
    assert [c for c, _, _ in found(judged(_fresh(tmp_path), rule, parts(1000, 949, 0)))] == ["extra"]


def test_a_message_never_shows_the_inside_of_the_program(tmp_path: Path) -> None:
    rule = f"require: building_floor_area <= land_area, at: building_floor_area, {STAGE}, message: '{{credit_code}}、{{has_boiler}}'"

    assert judged(tmp_path, rule, parts(1000, 1002, 0)).findings[0].message == "—、否"


def test_half_a_unit_of_the_last_digit() -> None:
    assert [half_unit(Decimal(v)) for v in ("12.3", "1200", "0", "0.250", "1E+3")] == [
        Decimal("0.05"),
        Decimal("0.5"),
        Decimal(0),
        Decimal("0.0005"),
        Decimal("0.5"),
    ]


# -- stages --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("stage", "severity"), [("warn", "warning"), ("block", "error")])
def test_the_stage_of_a_rule_says_what_its_findings_forbid(stage: str, severity: str, tmp_path: Path) -> None:
    evaluation = judged(tmp_path, SUM.replace("stage: warn", f"stage: {stage}"), parts(1204, 1180, 31))

    assert [(f.code, f.severity, f.stage) for f in evaluation.findings] == [("extra", severity, stage)]
    assert evaluation.is_final is (stage == "warn")


def test_a_rule_on_trial_is_recorded_in_the_json_and_nowhere_else(tmp_path: Path) -> None:
    evaluation = judged(tmp_path, SUM.replace("stage: warn", "stage: trial"), parts(1204, 1180, 31))

    assert evaluation.findings == ()
    records = json.loads(to_json(evaluation_record(evaluation)))["findings"]
    assert [(r["code"], r["severity"], r["stage"], r["where"]["cell"]) for r in records] == [
        ("extra", "note", "trial", "D4")
    ]


# -- the client's word ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "note", ["已核实：含二期未转固部分", "属实，其中 7 m² 为临时设施", "确认无误。含门卫室"]
)
def test_a_value_that_the_client_confirms_is_explained(note: str, tmp_path: Path) -> None:
    evaluation = judged(tmp_path, SUM, {**parts(1204, 1180, 31), "notes": {"land_area": note}})

    assert [(f.code, f.severity, f.explanation, f.fix) for f in evaluation.findings] == [
        ("extra", "explained", note, "无需修改；说明会印入报告附录。")
    ]
    assert (
        summary(evaluation.findings) == "1 处已说明。没有错误，可以生成正式报告；企业的说明会列入报告附录。"
    )


@pytest.mark.parametrize("note", ["数据取自台账", "已核实", "已核实：", "核实中"])
def test_any_other_remark_confirms_nothing(note: str, tmp_path: Path) -> None:
    evaluation = judged(tmp_path, SUM, {**parts(1204, 1180, 31), "notes": {"land_area": note}})

    assert [f.severity for f in evaluation.findings] == ["warning"]


def test_a_rule_that_blocks_cannot_be_explained_away(tmp_path: Path) -> None:
    facts = {**parts(1204, 1180, 31), "notes": {"land_area": "已核实：就是这样"}}

    evaluation = judged(tmp_path, SUM.replace("stage: warn", "stage: block"), facts)

    assert [f.severity for f in evaluation.findings] == ["error"]


# -- the pack ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (SUM.replace("stage: warn", "stage: warn, severity: error"), "stage 和 severity 只能写一个"),
        (SUM.replace('since: "2026-01-01", ', ""), "stage 和 since（进入该阶段的日期）要一起写"),
        (SUM.replace("2026-01-01", "今年"), "since 应为日期（如 2026-01-01），这里是“今年”"),
        (SUM.replace("stage: warn", "stage: later"), "“stage”应为 trial、warn、block 之一"),
        (SUM.replace("declared_precision", "一点点"), "tolerance 应为 declared_precision 或百分数"),
        (SUM.replace("land_area ==", "has_boiler and land_area =="), "tolerance 只用于一个比较式的 require"),
        (SUM.replace("{left}", "{links}"), "message 里的“{links}”"),
        (SUM + ", explain: remark", "的 explain“remark”不是 at 所在表的文字列"),
    ],
)
def test_a_faulty_rule_is_named(rule: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        load_standard(pack_with(tmp_path, rule), TESTS / "toy_factors")
    assert any(says in problem for problem in caught.value.problems), caught.value.problems
