"""Workbooks that were renamed, moved, shifted, merged and mixed: what is still read, and the one finding each gives."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.findings import Severity
from pipeline.quantity import MISSING
from pipeline.standard.types import Standard
from tests.intake.builder import Book, brief, clean_book, read

SITE, ENERGY, BASIC, PROOF, SELF = "用地与产出", "能源消耗", "基本信息", "证明材料", "自评价表"


def facts_of(book: Book, toy: Standard, folder: Path) -> tuple[object, ...]:
    """Facts, earlier years and tables: what must not change when only the form was disturbed."""
    intake, _ = read(book, toy, folder)
    return intake.facts, intake.earlier, intake.tables


# -- sheets ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "how"),
    [("用地", "曾用名"), ("用地 与产出", "名称"), ("Sheet2", "表内项目")],
    ids=["alias", "blanks", "anything"],
)
def test_a_renamed_sheet_is_read_with_a_note(name: str, how: str, toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy).rename(SITE, name)
    book.names.clear()
    _, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("sheet_renamed", name, "site")]
    assert findings[0].details["how"] == how
    assert facts_of(book, toy, tmp_path) == facts_of(clean_book(toy), toy, tmp_path)


def test_sheets_in_another_order_are_read_without_a_word(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy)
    book.sheets = dict(reversed(book.sheets.items()))
    _, findings = read(book, toy, tmp_path)
    assert findings == ()


def test_a_missing_sheet_is_one_finding_and_counts_for_all_it_asks(toy: Standard, tmp_path: Path) -> None:
    intake, findings = read(clean_book(toy).remove(ENERGY), toy, tmp_path)
    assert brief(findings) == [("sheet_missing", ENERGY, "energy")]
    assert intake.refused == {"energy_use"}
    intake, findings = read(clean_book(toy).remove(SITE), toy, tmp_path)
    assert brief(findings) == [("sheet_missing", SITE, "site")]
    assert {"land_area", "gross_output_value@2"} <= intake.refused


def test_an_extra_sheet_is_a_note(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy)
    book.sheets["草稿"] = {(0, 0): "随便写写"}
    _, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("sheet_extra", "草稿", "")]
    assert findings[0].severity is Severity.NOTE


def test_a_copied_sheet_is_reported_and_not_read(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy).copy(SITE, f"{SITE} (2)").put(f"{SITE} (2)!D4", 1)
    intake, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("sheet_duplicated", f"{SITE} (2)", "site")]
    assert intake.fact("land_area").value == Decimal(77037)


def test_a_hidden_sheet_is_read_with_a_note(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy)
    book.hidden.add(SITE)
    intake, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("sheet_hidden", SITE, "site")]
    assert intake.fact("land_area").value == Decimal(77037)


# -- rows and columns --------------------------------------------------------------------------------------------
def test_inserted_rows_and_columns_change_nothing(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy).insert_rows(SITE, 1, 3).insert_rows(SITE, 9, 2).insert_columns(SITE, "C", 2)
    book.insert_rows(ENERGY, 7, 2).insert_columns(ENERGY, "D").insert_rows(ENERGY, 2)
    book.names.clear()
    intake, findings = read(book, toy, tmp_path)
    assert findings == ()
    assert facts_of(book, toy, tmp_path) == facts_of(clean_book(toy), toy, tmp_path)
    assert str(intake.fact("land_area").source) == f"{SITE}!F7（用地面积）"


def test_a_moved_block_and_exchanged_columns_change_nothing(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy).move_block(SITE, 5, 4).swap_columns(ENERGY, "B", "D").swap_columns(SELF, "H", "J")
    _, findings = read(book, toy, tmp_path)
    assert findings == ()
    assert facts_of(book, toy, tmp_path) == facts_of(clean_book(toy), toy, tmp_path)


def test_headings_may_carry_units_stars_colons_and_blanks(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy).put(f"{SITE}!B4", "*用地 面积（m²）：").put(f"{SITE}!B5", "建筑面积(平方米)")
    book.put(f"{ENERGY}!D5", "消 耗 量").put(f"{ENERGY}!C5", "年度（年）").put(
        f"{SITE}!B8", "合格产品产量\n（t）"
    )
    _, findings = read(book, toy, tmp_path)
    assert findings == ()


def test_an_alias_is_as_good_as_the_label(toy: Standard, tmp_path: Path) -> None:
    _, findings = read(clean_book(toy).put(f"{SITE}!B4", "占地面积"), toy, tmp_path)
    assert findings == ()


def test_a_misspelt_label_is_recognised_by_its_name_in_the_file(toy: Standard, tmp_path: Path) -> None:
    intake, findings = read(clean_book(toy).put(f"{SITE}!B4", "土地"), toy, tmp_path)
    assert brief(findings) == [("label_changed", f"{SITE}!B4", "land_area")]
    assert findings[0].details["how"] == "定义名称"
    assert intake.fact("land_area").value == Decimal(77037)


def test_an_emptied_label_is_recognised_by_its_position(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy).put(f"{SITE}!B5", None)
    book.names.clear()
    intake, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("label_changed", f"{SITE}!B5", "building_floor_area")]
    assert findings[0].details["how"] == "位置"
    assert intake.fact("building_floor_area").value == Decimal(79379)


def test_a_label_that_cannot_be_recognised_is_one_error_at_its_row(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy).put(f"{SITE}!B5", "另一项")
    book.names.clear()
    intake, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("label_missing", f"{SITE}!B5", "building_floor_area")]
    assert intake.refused == {"building_floor_area"}


def test_a_deleted_row_is_one_error(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy).insert_rows(SITE, 5, -1)
    book.names.clear()
    _, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("label_missing", SITE, "building_floor_area")]


def test_a_deleted_last_row_is_not_taken_for_the_blank_row_below(toy: Standard, tmp_path: Path) -> None:
    for names_are_stale in (True, False):
        book = clean_book(toy).insert_rows(SITE, 10, -1)
        if not names_are_stale:
            book.names.clear()
        _, findings = read(book, toy, tmp_path)
        assert brief(findings) == [("label_missing", SITE, "recycling_rate")]


def test_a_row_of_their_own_is_a_note(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy).put(f"{SITE}!B12", "绿化面积").put(f"{SITE}!D12", 500)
    _, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("row_unknown", f"{SITE}!B12", "")]


def test_a_lost_value_heading_is_found_by_position_in_our_own_workbook_only(
    toy: Standard, tmp_path: Path
) -> None:
    book = clean_book(toy).put(f"{SITE}!D3", None)
    _, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("header_changed", f"{SITE}!D3", "")]
    book.identity.clear()
    intake, findings = read(book, toy, tmp_path)
    assert ("header_missing", f"{SITE}!D3", "") in brief(findings)
    assert {"land_area", "recycling_rate"} <= intake.refused


def test_a_deleted_column_is_one_error_not_one_a_row(toy: Standard, tmp_path: Path) -> None:
    intake, findings = read(clean_book(toy).insert_columns(ENERGY, "D", -1), toy, tmp_path)
    assert brief(findings) == [("column_missing", f"{ENERGY}!B5", "energy_use.amount")]
    assert "energy_use[3].amount" in intake.refused
    assert "energy_use.amount" in intake.refused


def test_a_table_without_title_is_known_by_its_header(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy).put(f"{ENERGY}!A3", None)
    _, findings = read(book, toy, tmp_path)
    assert findings == ()
    assert facts_of(book, toy, tmp_path) == facts_of(clean_book(toy), toy, tmp_path)


def test_a_table_without_header_is_one_error(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy).insert_rows(ENERGY, 5, -1)
    intake, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("table_missing", f"{ENERGY}!A3", "energy_use")]
    assert "energy_use" in intake.refused


def test_a_misspelt_label_is_recognised_by_likeness_and_unit(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy).put(f"{SITE}!B4", "用地面和")
    book.names.clear()
    intake, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("label_changed", f"{SITE}!B4", "land_area")]
    assert findings[0].details["how"] == "相近名称和单位"
    assert intake.fact("land_area").value == Decimal(77037)


def test_a_misspelt_column_between_its_neighbours_is_read_with_a_note(toy: Standard, tmp_path: Path) -> None:
    intake, findings = read(clean_book(toy).put(f"{ENERGY}!D5", "消耗量合计"), toy, tmp_path)
    assert brief(findings) == [("column_changed", f"{ENERGY}!D5", "energy_use.amount")]
    assert intake.rows("energy_use")[0].fact("amount").value == Decimal(5000)


def test_another_unit_in_a_column_heading_is_an_error(toy: Standard, tmp_path: Path) -> None:
    _, findings = read(clean_book(toy).put(f"{SITE}!B4", "用地面积（公顷）"), toy, tmp_path)
    assert brief(findings) == [("unit_changed", f"{SITE}!B4", "land_area")]


def test_two_tables_with_the_same_columns_are_told_apart_by_their_titles(
    toy: Standard, tmp_path: Path
) -> None:
    first = toy.intake.tables["evidence"]
    second = replace(first, id="permits", label="许可证清单")
    sheets = tuple(replace(s, tables=(first, second)) if s.id == "proof" else s for s in toy.intake.sheets)
    standard = replace(toy, intake=replace(toy.intake, sheets=sheets))
    book = clean_book(standard).put(f"{PROOF}!B20", "X01").put(f"{PROOF}!C20", "排污许可证")
    intake, findings = read(book, standard, tmp_path)
    assert findings == ()
    assert [r.fact("name").value for r in intake.rows("evidence")] == ["营业执照", "不动产权证"]
    assert [r.fact("name").value for r in intake.rows("permits")] == ["排污许可证"]
    book.put(f"{PROOF}!A17", None)
    intake, findings = read(book, standard, tmp_path)  # one header is left, and one table
    assert findings == ()
    assert [r.fact("name").value for r in intake.rows("permits")] == ["排污许可证"]


def test_a_table_that_was_copied_below_itself_is_one_error(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy)
    grid = book.sheets[PROOF]
    grid.update({(r + 20, c): v for (r, c), v in dict(grid).items() if r >= 2})
    intake, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("table_duplicated", f"{PROOF}!A23", "evidence")]
    assert len(intake.rows("evidence")) == 2


def test_a_heading_that_names_another_unit_is_an_error(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy).put(f"{SITE}!B8", "合格产品产量（kg）").put(f"{SITE}!C8", "kg")
    _, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("unit_changed", f"{SITE}!C8", "qualified_output")]


# -- rows of tables ----------------------------------------------------------------------------------------------
def test_sums_blank_rows_and_remarks_are_no_data(toy: Standard, tmp_path: Path) -> None:
    book = (
        clean_book(toy)
        .put(f"{ENERGY}!B9", " \u200b")
        .put(f"{ENERGY}!B11", "合 计")
        .put(f"{ENERGY}!D11", 10100)
    )
    book.put(f"{ENERGY}!B12", "注：电力含光伏自发电。")
    _, findings = read(book, toy, tmp_path)
    assert brief(findings) == [
        ("total_row_skipped", f"{ENERGY}!B11", "energy_use"),
        ("remark_row_skipped", f"{ENERGY}!B12", "energy_use"),
    ]
    assert facts_of(book, toy, tmp_path) == facts_of(clean_book(toy), toy, tmp_path)


def test_rows_beyond_the_prepared_ones_are_read(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy)
    for n in range(3, 40):
        book.put(f"{PROOF}!B{n + 5}", f"E{n:02d}").put(f"{PROOF}!C{n + 5}", f"材料{n}")
    intake, findings = read(book, toy, tmp_path)
    assert findings == ()
    assert len(intake.rows("evidence")) == 39


def test_rows_that_stand_beforehand_are_not_filled_until_more_is_entered(
    toy: Standard, tmp_path: Path
) -> None:
    table = replace(toy.intake.tables["energy_use"], prefill=({"energy": "柴油", "unit": "t"},))
    sheets = tuple(replace(s, tables=(table,)) if s.id == "energy" else s for s in toy.intake.sheets)
    standard = replace(toy, intake=replace(toy.intake, sheets=sheets))
    book = clean_book(toy).put(f"{ENERGY}!B9", "柴油").put(f"{ENERGY}!E9", "t")
    intake, findings = read(book, standard, tmp_path)
    assert findings == ()
    assert len(intake.rows("energy_use")) == 3
    intake, _ = read(book.put(f"{ENERGY}!D9", 5), standard, tmp_path)
    assert len(intake.rows("energy_use")) == 4


def test_merged_cells_over_data_rows_are_one_error_and_belong_to_the_first(
    toy: Standard, tmp_path: Path
) -> None:
    book = clean_book(toy).put(f"{ENERGY}!C7", None).put(f"{ENERGY}!C8", None).merge(ENERGY, "C6:C8")
    intake, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("merged_cells", f"{ENERGY}!C6", "energy_use.year")]
    assert intake.refused == {"energy_use[2].year", "energy_use[3].year"}
    assert [r.fact("year").value for r in intake.rows("energy_use")] == [Decimal(2024), MISSING, MISSING]


def test_merged_cells_over_the_years_of_a_field_are_one_error(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy).put(f"{SITE}!E7", None).put(f"{SITE}!F7", None).merge(SITE, "D7:F7")
    intake, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("merged_cells", f"{SITE}!D7", "gross_output_value")]
    assert intake.refused == {"gross_output_value@1", "gross_output_value@2"}


def test_merged_titles_and_unused_rows_are_no_fault(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy).merge(ENERGY, "A3:F3").merge(ENERGY, "B10:B12").merge(SITE, "A1:H1")
    _, findings = read(book, toy, tmp_path)
    assert findings == ()


# -- criteria ----------------------------------------------------------------------------------------------------
def test_a_deleted_criterion_is_one_error(toy: Standard, tmp_path: Path) -> None:
    intake, findings = read(clean_book(toy).insert_rows(SELF, 7, -1), toy, tmp_path)
    assert brief(findings) == [("criterion_missing", f"{SELF}!B5", "criteria")]
    assert findings[0].details["missing"] == "T02"
    assert "criteria[T02]" in intake.refused


def test_a_criterion_without_id_and_words_is_one_error(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy).put(f"{SELF}!B7", "T20").put(f"{SELF}!E7", "改过的文字")
    intake, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("criterion_unknown", f"{SELF}!B7", "criteria.criterion")]
    assert "criteria[T02].verdict" in intake.refused


def test_a_doubled_criterion_is_one_error(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy)
    for column in "BCDEFGHIJK":
        row = book.sheets[SELF]
        row[13, ord(column) - 65] = row.get((6, ord(column) - 65))
    intake, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("criterion_duplicated", f"{SELF}!B14", "criteria.criterion")]
    assert "criteria[T02].verdict" in intake.refused


def test_sorted_criteria_are_read_in_the_order_of_the_table(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy)
    grid = book.sheets[SELF]
    book.sheets[SELF] = {(17 - r if 5 <= r <= 11 and c else r, c): v for (r, c), v in grid.items()}
    book.sheets[SELF] = {
        (r - 1 if 5 <= r <= 12 and c else r, c): v for (r, c), v in book.sheets[SELF].items()
    }
    intake, findings = read(book, toy, tmp_path)
    assert findings == ()
    assert [r.fact("criterion").value for r in intake.rows("criteria")] == list(toy.scoring.criteria)


# -- identity ----------------------------------------------------------------------------------------------------
def test_a_workbook_of_another_standard_is_one_error_and_nothing_is_read(
    toy: Standard, tmp_path: Path
) -> None:
    book = clean_book(toy)
    book.identity["standard"] = "gbt-36132-2025"
    intake, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("wrong_standard", "录入表.xlsx", "toy_standard")]
    assert intake.facts == {}
    assert {*toy.intake.fields, *toy.intake.tables} <= intake.refused


def test_another_pack_version_is_a_warning_and_everything_is_read(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy)
    book.identity["pack_version"] = "0.9.0"
    intake, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("other_pack_version", "录入表.xlsx", "toy_standard")]
    assert intake.fact("land_area").value == Decimal(77037)


def test_a_workbook_without_identity_is_a_warning_and_everything_is_read(
    toy: Standard, tmp_path: Path
) -> None:
    book = clean_book(toy)
    book.identity.clear()
    intake, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("identity_missing", "录入表.xlsx", "toy_standard")]
    assert findings[0].severity is Severity.WARNING
    assert intake.fact("land_area").value == Decimal(77037)


def test_a_probe_without_result_tells_that_no_program_has_computed_the_file(
    toy: Standard, tmp_path: Path
) -> None:
    book = clean_book(toy)
    book.identity["probe"] = "=1+1"
    _, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("not_recalculated", "录入表.xlsx", "")]


def test_links_to_other_files_are_a_warning(toy: Standard, tmp_path: Path) -> None:
    book = clean_book(toy)
    book.extra_parts["xl/externalLinks/externalLink1.xml"] = b"<externalLink/>"
    _, findings = read(book, toy, tmp_path)
    assert brief(findings) == [("external_links", "录入表.xlsx", "")]
