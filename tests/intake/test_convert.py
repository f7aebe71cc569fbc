"""One workbook for another standard: what both packs share moves, the rest is listed with its reason."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from click.testing import CliRunner

from pipeline.cli import main
from pipeline.evaluate import evaluate
from pipeline.intake.convert import converted
from pipeline.intake.read import read_intake
from pipeline.intake.reader import read_workbook
from pipeline.standard import Standard, load_standard
from tests.conftest import ROOT

SAMPLE = ROOT / "samples" / "01-全优-复配混合型" / "录入表.xlsx"


def test_what_both_packs_share_moves_and_the_rest_is_listed(adhesive: Standard, tmp_path: Path) -> None:
    gbt = load_standard(ROOT / "standards" / "gbt-36132-2025")
    target = tmp_path / "新录入表.xlsx"

    result = CliRunner().invoke(main, ["convert", str(SAMPLE), "--to", "gbt-36132-2025", "-o", str(target)])

    assert result.exit_code == 0, result.output
    old = evaluate(SAMPLE, adhesive).intake
    new = evaluate(target, gbt).intake
    for name in ("enterprise_name", "land_area", "gross_output_value", "water_intake", "signature_date"):
        assert new.fact(name).value == old.fact(name).value, name
    assert new.fact("gross_output_value", 2).value == Decimal(31200)
    assert [r.fact("amount").value for r in new.rows("energy_use")] == [
        r.fact("amount").value for r in old.rows("energy_use")
    ]
    assert new.fact("water_excluded").is_missing  # asked by the other standard only
    assert "表“各类能源消耗”的“用于工艺”" in result.output
    assert "评价要素不同，须重新评价" in result.output


def test_a_thing_measured_in_another_kind_of_unit_stays_behind(adhesive: Standard) -> None:
    gbt = load_standard(ROOT / "standards" / "gbt-36132-2025")
    intake, _ = read_intake(read_workbook(SAMPLE), adhesive)

    result = converted(intake, adhesive, gbt)

    left = dict(result.left)
    assert left["合格产品产量"] == "目标录入表没有这一项"
    assert "qualified_output" not in result.fields
    assert "工业总产值" in result.moved


def test_a_workbook_converted_to_its_own_standard_loses_only_its_verdicts(adhesive: Standard) -> None:
    intake, _ = read_intake(read_workbook(SAMPLE), adhesive)

    result = converted(intake, adhesive, adhesive)

    assert [reason for _, reason in result.left] == ["评价要素不同，须重新评价"]
    for name, fact in intake.facts.items():
        if not fact.is_missing:
            assert result.fields[name] == fact.value, name


def test_an_existing_workbook_is_not_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "新录入表.xlsx"
    target.write_bytes(b"filled in")

    result = CliRunner().invoke(main, ["convert", str(SAMPLE), "--to", "gbt-36132-2025", "-o", str(target)])

    assert result.exit_code == 2
    assert target.read_bytes() == b"filled in"
