"""One workbook for another standard: what both packs share moves, the rest is listed with its reason."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.evaluate import evaluate
from pipeline.intake.convert import converted, still_wanted
from pipeline.intake.convert_cells import Converted
from pipeline.intake.read import read_intake
from pipeline.intake.reader import read_workbook
from pipeline.standard import Standard, load_standard
from pipeline.standard.check_correspondence import old_side
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
    assert left["合格产品产量"] == "新标准按产品填写产量，已由产品表转入"
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


@pytest.fixture(scope="module")
def into_gbt(adhesive: Standard) -> Converted:
    intake, _ = read_intake(read_workbook(SAMPLE), adhesive)
    return converted(intake, adhesive, load_standard(ROOT / "standards" / "gbt-36132-2025"))


def test_products_move_under_another_name_with_their_own_unit(into_gbt: Converted) -> None:
    first = into_gbt.tables["product_list"][0]

    assert first == {"name": "水性木工胶", "output": Decimal(5200), "product_unit": "t"}
    assert len(into_gbt.tables["product_list"]) == 9


def test_general_waste_is_summed_without_the_hazardous(into_gbt: Converted, adhesive: Standard) -> None:
    intake, _ = read_intake(read_workbook(SAMPLE), adhesive)
    general = [r for r in intake.rows("solid_wastes") if r.fact("kind").value == "一般工业固体废物"]

    assert 0 < len(general) < len(intake.rows("solid_wastes"))
    assert into_gbt.fields["general_waste_generated"] == sum(r.fact("generated").value for r in general)


def test_renewables_of_other_years_and_without_a_like_stay_behind(into_gbt: Converted) -> None:
    left = dict(into_gbt.left)

    assert left["表“可再生能源利用”的“其他年度的行”"] == "目标录入表只问评价年度"
    assert {row["kind"] for row in into_gbt.tables["renewable_use"]} <= {
        "自发自用",
        "市场化购入绿电",
        "单独购买绿证",
    }
    assert all("duplicate" not in row for row in into_gbt.tables["renewable_use"])  # never guessed


def test_several_texts_become_one_each_after_its_label(into_gbt: Converted) -> None:
    text = str(into_gbt.fields["management_duties"])

    assert [line.partition("：")[0] for line in text.splitlines() if "：" in line][:2] == [
        "最高管理者的作用和承诺",
        "职责和权限的分配",
    ]


def test_the_same_energy_of_several_processes_is_added_up(adhesive: Standard) -> None:
    mixed = ROOT / "samples" / "03-混合工艺-多产品" / "录入表.xlsx"
    intake, _ = read_intake(read_workbook(mixed), adhesive)

    result = converted(intake, adhesive, load_standard(ROOT / "standards" / "gbt-36132-2025"))

    rows = result.tables["energy_use"]
    keys = [(r["energy"], r["year"], r["role"]) for r in rows]
    assert len(keys) == len(set(keys))
    for energy in {r["energy"] for r in rows}:
        before = [r for r in intake.rows("energy_use") if r.fact("energy").value == energy]
        assert sum(r["amount"] for r in rows if r["energy"] == energy) == sum(
            r.fact("amount").value for r in before
        )


def test_what_the_new_workbook_still_asks_is_told(into_gbt: Converted) -> None:
    target = load_standard(ROOT / "standards" / "gbt-36132-2025")

    assert dict(still_wanted(into_gbt, target))["资源"] == ("不计入的取水量", "综合利用往年贮存量")


def test_every_name_of_a_shipped_correspondence_exists_on_both_sides() -> None:
    packs = {p.parent.name: load_standard(p.parent) for p in (ROOT / "standards").glob("*/standard.yaml")}

    for pack in packs.values():
        for pairs in pack.correspondences:
            assert list(old_side(packs[pairs.standard], pairs)) == []


def test_every_row_of_the_old_score_table_is_accounted_for(adhesive: Standard) -> None:
    pairs = load_standard(ROOT / "standards" / "gbt-36132-2025").correspondence(adhesive.id)
    named = {name for row in pairs.rows for name in row.old}

    forgotten = [
        sub.id
        for _, sub in adhesive.scoring.subcategories
        if sub.id not in named and not named & {c.id for c in sub.criteria}
    ]
    assert forgotten == []
    assert {n for r in pairs.rows for n in r.new} == {f"G{n:02}" for n in range(1, 15)} | {
        "J01",
        "J02",
        "J03",
    }
