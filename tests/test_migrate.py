"""Last year's workbook made into this year's, an old version's into the present one; every answer accounted for."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.deliver import Options, standard_for
from pipeline.evaluate import evaluate
from pipeline.facts import Intake
from pipeline.findings import Finding, LvbaoError
from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.intake.next_year import Fate
from pipeline.intake.read import read_intake
from pipeline.intake.reader import parse_workbook, read_workbook
from pipeline.migrate import Migrated, aged, heading, migrate, not_carried, report
from pipeline.quantity import MISSING
from pipeline.standard import Standard, load_standard
from tests.conftest import ROOT, TESTS

FACTS = {
    "enterprise_name": "某某玩具有限公司",
    "evaluation_year": 2024,
    "evaluation_date": "2025-03-01",
    "process_type": "冷法",
    "has_boiler": "是",
    "land_area": 77037,
    "gross_output_value": {2024: 3, 2023: 2, 2022: 1},
    "qualified_output": {2024: 30, 2023: 20},
    "energy_use": [
        {"energy": "电力", "year": 2024, "amount": 5000, "unit": "kWh"},
        {"energy": "电力", "year": 2023, "amount": 4800, "unit": "kWh"},
        {"energy": "电力", "year": 2022, "amount": 4700, "unit": "kWh"},
    ],
    "evidence": [{"number": "E01", "name": "营业执照"}],
    "criteria": {"T01": {"verdict": "符合", "statement": "已制定制度", "evidence": "E01"}},
    "notes": {"gross_output_value": "新增生产线", "enterprise_name": "无变化"},
}


def migrated(facts: Mapping[str, object], toy: Standard, year: int | None = None) -> Migrated:
    workbook = parse_workbook(write_workbook(toy, read_data(facts, toy)), "旧.xlsx")
    return migrate(workbook, toy, year)


def intake_of(made: Migrated, standard: Standard) -> tuple[Intake, tuple[Finding, ...]]:
    return read_intake(parse_workbook(made.content, "新.xlsx"), standard)


def fates(made: Migrated) -> dict[str, int]:
    return {str(fate): sum(m.fate is fate for m in made.moves) for fate in Fate}


# -- the next year -------------------------------------------------------------------------------------------------
def test_yearly_values_move_one_year_back_and_this_years_are_cleared(toy: Standard) -> None:
    intake, findings = intake_of(migrated(FACTS, toy, 2025), toy)
    assert findings == ()
    values = [intake.fact("gross_output_value", n).value for n in range(3)]
    assert values == [MISSING, Decimal(3), Decimal(2)]
    assert [intake.fact("qualified_output", n).value for n in range(3)] == [MISSING, Decimal(30), Decimal(20)]
    assert intake.fact("evaluation_year").value == Decimal(2025)
    assert intake.fact("evaluation_date").value is MISSING


def test_constants_stay_and_numbers_dates_and_notes_of_one_year_do_not(toy: Standard) -> None:
    intake, _ = intake_of(migrated(FACTS, toy, 2025), toy)
    name = intake.fact("enterprise_name")
    assert (name.value, name.note) == ("某某玩具有限公司", "无变化")
    assert intake.fact("process_type").value == "冷法"
    assert intake.fact("gross_output_value").note == ""
    assert [intake.fact(f).value for f in ("land_area", "has_boiler")] == [MISSING, MISSING]


def test_long_tables_keep_the_rows_of_the_two_previous_years(toy: Standard) -> None:
    intake, _ = intake_of(migrated(FACTS, toy, 2025), toy)
    rows = [(r.fact("year").value, r.fact("amount").value) for r in intake.rows("energy_use")]
    assert rows == [(Decimal(2024), Decimal(5000)), (Decimal(2023), Decimal(4800))]
    assert [r.fact("number").value for r in intake.rows("evidence")] == ["E01"]


def test_the_score_table_keeps_the_words_and_not_the_judgement(toy: Standard) -> None:
    intake, _ = intake_of(migrated(FACTS, toy, 2025), toy)
    row = next(r for r in intake.rows("criteria") if r.fact("criterion").value == "T01")
    assert [row.fact(c).value for c in ("verdict", "statement", "evidence")] == [MISSING, "已制定制度", "E01"]


def test_two_years_on_leaves_a_gap_for_the_year_between(toy: Standard) -> None:
    intake, _ = intake_of(migrated(FACTS, toy, 2026), toy)
    assert [intake.fact("gross_output_value", n).value for n in range(3)] == [MISSING, MISSING, Decimal(3)]
    assert [r.fact("year").value for r in intake.rows("energy_use")] == [Decimal(2024)]


def test_what_was_typed_moves_as_it_was_typed(toy: Standard) -> None:
    facts = {**FACTS, "gross_output_value": {2024: {"raw": "约6138"}}}
    made = migrated(facts, toy, 2025)
    sheet = parse_workbook(made.content, "新.xlsx").sheet("用地与产出")
    assert sheet is not None
    assert sheet.text(6, 4) == "约6138"


def test_a_row_whose_year_cannot_be_read_is_named_as_lost(toy: Standard) -> None:
    rows = [{"energy": "电力", "year": {"raw": "去年"}, "amount": 5000, "unit": "kWh"}]
    made = migrated({**FACTS, "energy_use": rows}, toy, 2025)
    assert not_carried(made) == [
        "能源消耗!B6“电力”（各类能源消耗 第 1 行 能源种类）：这一行的年度读不出来",
        "能源消耗!C6“去年”（各类能源消耗 第 1 行 年度）：这一行的年度读不出来",
        "能源消耗!D6“5000”（各类能源消耗 第 1 行 消耗量）：这一行的年度读不出来",
        "能源消耗!E6“kWh”（各类能源消耗 第 1 行 计量单位）：这一行的年度读不出来",
    ]


def test_without_a_year_nothing_changes(toy: Standard) -> None:
    facts = read_data(FACTS, toy)
    made = migrated(FACTS, toy)
    assert made.content == write_workbook(toy, facts)
    assert {fate for fate, number in fates(made).items() if number} == {"保留"}


def test_the_report_accounts_for_every_answer(toy: Standard) -> None:
    made = migrated(FACTS, toy, 2025)
    answers = migrated(FACTS, toy)
    assert sum(fates(made).values()) == len(answers.moves)
    text = report(made)
    assert "- 评价年度：2024 → 2025\n" in text
    assert "| 用地与产出!D7 | 总产值（填报值） | 3 | → 用地与产出!E7 |\n" in text
    assert "| 用地与产出!F7 | 总产值（前年） | 1 | 早于录入表所列的年度 |\n" in text
    assert "| 用地与产出!G7 | 总产值（备注） | 新增生产线 | 说明的是原年度的数值 |\n" in text
    assert "| 能源消耗!C8 | 各类能源消耗 第 3 行 年度 | 2022 | 2022 年不在新录入表的年度之内 |\n" in text
    assert "- 证明材料：2 处\n" in text


def test_words_that_speak_of_the_old_year_stay_and_are_named(toy: Standard) -> None:
    """Whoever prints them unread prints last year's figures; standards' numbers of other years are no such words."""
    told = {
        "T01": "2024 年采购绿色物料 7224 t",
        "T02": "占采购量的 43.0％",
        "T03": "较上年新增两处",
        "T04": "按 GB/T 2589-2020 计算，设备 12024 号",
    }
    facts = FACTS | {"criteria": {k: {"statement": text} for k, text in told.items()}}

    made = migrated(facts, toy, 2025)

    assert [move.text for move in aged(made)] == [told["T01"], told["T02"], told["T03"]]
    assert heading(made)[-1].startswith("保留的内容中有 3 处文字里有原年度、本年上年或百分数，请逐处核对：")
    assert "占采购量的 43.0％" in report(made)
    assert aged(migrated(facts, toy)) == []


def test_a_year_that_cannot_follow_is_refused(toy: Standard, adhesive: Standard) -> None:
    with pytest.raises(LvbaoError, match="不能转到更早的 2023 年"):
        migrated(FACTS, toy, 2023)
    with pytest.raises(LvbaoError, match="评价年度读不出来"):
        migrated({"enterprise_name": "某某"}, toy, 2025)
    workbook = parse_workbook(write_workbook(toy), "旧.xlsx")
    with pytest.raises(LvbaoError, match="不是标准 cpcif-adhesive-2022-draft 的录入表"):
        migrate(workbook, adhesive)


def test_the_adhesive_pack_keeps_its_constants_and_moves_its_outputs(adhesive: Standard) -> None:
    path = next((ROOT / "samples").glob("01-*/录入表.xlsx"))
    before = evaluate(path, adhesive).intake
    made = migrate(parse_workbook(path.read_bytes(), path.name), adhesive, 2025)
    intake, findings = intake_of(made, adhesive)
    assert findings == ()
    for kept in ("enterprise_name", "address", "land_area", "established", "discharge_permit_expires"):
        assert intake.fact(kept) == before.fact(kept), kept
    for cleared in (
        "evaluation_date",
        "signature_date",
        "laws_observed",
        "operation_status",
        "raw_material_used",
    ):
        assert intake.fact(cleared).value is MISSING, cleared
    assert intake.fact("water_intake", 1) == before.fact("water_intake")
    old, new = before.rows("products"), intake.rows("products")
    assert [r.fact("output_1") for r in new] == [r.fact("output") for r in old]
    assert [r.fact("output_2") for r in new] == [r.fact("output_1") for r in old]
    assert {r.fact("output").value for r in new} == {MISSING}
    assert intake.rows("air_monitoring") == ()


# -- versions ------------------------------------------------------------------------------------------------------
@pytest.fixture
def later(tmp_path: Path) -> Standard:
    """The toy pack two versions on: a field and a column renamed, labels changed, a sheet retitled, a field added."""
    folder = tmp_path / "toy_standard"
    shutil.copytree(TESTS / "toy_standard", folder)
    for path in folder.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        text = text.replace("land_area", "plot_area").replace("recycling_rate", "reuse_rate")
        text = text.replace("实测折标系数", "自测系数").replace("factor_override", "own_factor")
        path.write_text(text, encoding="utf-8")
    intake = folder / "intake.yaml"
    text = intake.read_text(encoding="utf-8")
    text = text.replace("label: 用地面积, aliases: [占地面积]", "label: 厂区面积")
    text = text.replace("title: 用地与产出\n    aliases: [用地]", "title: 厂区")
    new = "      - {id: boiler_fuel, label: 锅炉燃料, type: text}\n"
    text = text.replace("  - id: site\n", f"{new}  - id: site\n", 1)
    intake.write_text(text, encoding="utf-8")
    standard = folder / "standard.yaml"
    standard.write_text(
        standard.read_text(encoding="utf-8").replace('pack_version: "1.0.0"', 'pack_version: "1.2.0"'),
        encoding="utf-8",
    )
    renamed = "land_area: plot_area, energy_use.factor_override: energy_use.own_factor"
    (folder / "CHANGELOG.md").write_text(
        "## 1.2.0\n\n```yaml\nrenamed: {recycling: reuse_rate}\n```\n\n## 1.1.0\n\n"
        f"```yaml\nrenamed: {{recycling_rate: recycling, {renamed}}}\n```\n\n## 1.0.0\n",
        encoding="utf-8",
    )
    return load_standard(folder, TESTS / "toy_factors")


OLD = {
    **FACTS,
    "recycling_rate": 85,
    "energy_use": [{"energy": "电力", "year": 2024, "amount": 5000, "unit": "kWh", "factor_override": 0.123}],
}


def test_a_workbook_of_an_earlier_version_is_read_with_a_warning_and_a_note_of_the_old_title(
    toy: Standard, later: Standard
) -> None:
    workbook = parse_workbook(write_workbook(toy, read_data(OLD, toy)), "旧.xlsx")
    intake, findings = read_intake(workbook, later)
    assert [f.code for f in findings] == ["other_pack_version", "sheet_renamed"]
    assert intake.fact("plot_area").value == Decimal(77037)
    assert intake.fact("reuse_rate").value == Decimal(85)
    assert intake.rows("energy_use")[0].fact("own_factor").value == Decimal("0.123")


def test_a_workbook_of_an_earlier_version_is_taken_over_without_loss(toy: Standard, later: Standard) -> None:
    workbook = parse_workbook(write_workbook(toy, read_data(OLD, toy)), "旧.xlsx")
    made = migrate(workbook, later)
    intake, findings = intake_of(made, later)
    assert findings == ()
    assert intake.fact("plot_area").value == Decimal(77037)
    assert intake.fact("evaluation_date").value == dt.date(2025, 3, 1)
    assert intake.rows("energy_use")[0].fact("own_factor").value == Decimal("0.123")
    assert (made.versions, made.added, made.left) == (("1.0.0", "1.2.0"), ("锅炉燃料",), ())
    text = report(made)
    assert "- 标准包版本：1.0.0 → 1.2.0\n" in text
    assert "| recycling\\_rate | reuse\\_rate |\n" in text
    assert "## 新增的填报项（请填写）\n\n- 锅炉燃料\n" in text


# -- the command ---------------------------------------------------------------------------------------------------
def test_the_command_writes_the_workbook_and_the_report_and_never_over_the_source(tmp_path: Path) -> None:
    source = tmp_path / "旧.xlsx"
    shutil.copy(next((ROOT / "samples").glob("01-*/录入表.xlsx")), source)
    target, told = tmp_path / "新.xlsx", tmp_path / "报告.md"
    command = ["migrate", str(source), "-o", str(target), "--year", "2025", "--report", str(told)]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[1:3] == ["  标准包版本：1.0.0（不变）", "  评价年度：2024 → 2025"]
    assert told.read_text(encoding="utf-8").startswith("# 转入报告：旧.xlsx\n")
    assert CliRunner().invoke(main, command).exit_code == 2
    over = CliRunner().invoke(main, ["migrate", str(source), "-o", str(source), "--force"])
    assert (over.exit_code, "不能覆盖" in over.output) == (2, True)


def test_rows_with_fixed_words_keep_their_answers_within_the_year_and_are_measured_anew_in_the_next() -> None:
    sample = next((ROOT / "samples").glob("*数据中心2020")) / "录入表.xlsx"
    standard = standard_for(sample, Options())
    before = read_intake(read_workbook(sample), standard)[0]

    same = intake_of(migrate(read_workbook(sample), standard), standard)[0]
    later = intake_of(migrate(read_workbook(sample), standard, 2021), standard)[0]

    assert same.rows("meters") == before.rows("meters")
    assert [str(r.fact("month").value) for r in later.rows("meters")] == [f"{n}月" for n in range(1, 13)]
    assert {r.fact("total_energy").value for r in later.rows("meters")} == {MISSING}
