"""The generated intake workbook, read again by two readers and opened by an office program."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from pipeline.findings import PackError
from pipeline.intake.blank import generate_templates, with_room, write_workbook
from pipeline.intake.data_file import read_data
from pipeline.intake.identity import identity_rows, schema_digest
from pipeline.intake.layout import layout
from pipeline.intake.workbook import address
from pipeline.standard.types import Field, Standard

TESTS = Path(__file__).parent.parent
HOSTILE = [
    "=1+1",
    "@SUM(A1)",
    "+1",
    "-1",
    "http://example.com/a?b=c&d",
    "mailto:a@b.cn",
    "&<>\"'",
    "😀 𠮷野",
    "第一行\n第二行\n\n  缩进",
    "{{ x }} {% for %}",
    "_x000D_ _x0041_",
    "长" * 4000,
    "\t制表\x01控制",
    "{=SUM(A1)}",
    "<r><t>像标记的文字</t></r>",
]
FULL: dict[str, Any] = {
    "enterprise_name": "某某玩具有限公司",
    "credit_code": "91320000000000001X",
    "evaluation_year": 2024,
    "evaluation_date": "2025-03-01",
    "process_type": "冷法",
    "has_boiler": "是",
    "land_area": "77037.5",
    "structure_floor_area": "不适用",
    "nmhc_measured": "未检出(<0.5)",
    "gross_output_value": {2024: 3, 2023: 2},
    "notes": {"structure_floor_area": "没有构筑物"},
    "raw": {"building_floor_area": "约6138"},
    "energy_use": [
        {"energy": "电力", "year": 2024, "amount": 5, "unit": "万kWh"},
        {"energy": "柴油", "year": 2024, "amount": {"raw": "无"}, "unit": "t"},
    ],
    "criteria": {"T01": {"verdict": "符合", "statement": "已办理。", "evidence": ["E01"]}},
}


def opened(content: bytes, values: bool = False) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def filled(standard: Standard, facts: Mapping[str, Any]) -> bytes:
    return write_workbook(standard, read_data(facts, standard))


def cells_of(content: bytes, sheet: str) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(sheet).to_python()


def rule_at(sheet: Worksheet, cell: str) -> Any:
    return next(rule for rule in sheet.data_validations.dataValidation if cell in rule.sqref)


def with_field(standard: Standard, sheet_id: str, field: Field) -> Standard:
    """The standard with one more field at the end of a sheet."""
    sheets = tuple(
        replace(s, fields=(*s.fields, field)) if s.id == sheet_id else s for s in standard.intake.sheets
    )
    return replace(standard, intake=replace(standard.intake, sheets=sheets))


# -- structure ----------------------------------------------------------------------------------------------
def test_the_same_pack_gives_the_same_bytes(toy: Standard) -> None:
    assert write_workbook(toy) == write_workbook(toy)
    assert filled(toy, FULL) == filled(toy, FULL)
    properties = opened(write_workbook(toy)).properties
    assert (properties.creator, properties.lastModifiedBy) == (None, None)
    assert properties.created == dt.datetime(2025, 1, 1)


def test_sheets_stand_in_order_and_the_technical_ones_are_very_hidden(toy: Standard) -> None:
    book = opened(write_workbook(toy))
    assert [(s.title, s.sheet_state) for s in book.worksheets] == [
        ("填写说明", "visible"),
        ("基本信息", "visible"),
        ("用地与产出", "visible"),
        ("能源消耗", "visible"),
        ("证明材料", "visible"),
        ("自评价表", "visible"),
        ("字段对照表", "visible"),
        ("_options", "veryHidden"),
        ("_lvbao", "veryHidden"),
    ]


def test_everything_stands_where_the_layout_says(toy: Standard) -> None:
    content = write_workbook(toy)
    for plan in layout(toy.intake):
        cells = cells_of(content, plan.sheet.title)
        assert cells[0][0] == plan.sheet.title
        if plan.header_row is not None:
            assert tuple(cells[plan.header_row][: plan.help_column + 1]) == plan.field_headers()
        for number, place in enumerate(plan.fields, start=1):
            assert cells[place.row][:2] == [number, place.field.label]
        for table in plan.tables:
            assert cells[table.title_row][0] == table.table.label
            headings = [c.heading for c in table.table.columns]
            assert cells[table.header_row][1 : 1 + len(headings)] == headings
            assert [cells[r][0] for r in range(table.first_row, table.last_row + 1)] == list(
                range(1, table.last_row - table.first_row + 2)
            )


def test_every_field_year_and_table_has_a_defined_name_at_its_place(toy: Standard) -> None:
    names = {n: d.attr_text for n, d in opened(write_workbook(toy)).defined_names.items()}
    expected: dict[str, str] = {}
    for plan in layout(toy.intake):

        def at(row: int, column: int, title: str = plan.sheet.title) -> str:
            letters = address(row, column).rstrip("0123456789")
            return f"'{title}'!${letters}${row + 1}"

        for place in plan.fields:
            expected[f"f_{place.field.id}"] = at(place.row, 3)
            for back in range(1, place.field.years):
                expected[f"f_{place.field.id}_{back}"] = at(place.row, 3 + back)
        for table in plan.tables:
            last = at(table.header_row, len(table.table.columns)).split("!")[1]
            expected[f"t_{table.table.id}"] = f"{at(table.header_row, 1)}:{last}"
    plain = {n: ref.replace("'", "") for n, ref in names.items() if n[:2] in ("f_", "t_")}
    assert plain == {n: ref.replace("'", "") for n, ref in expected.items()}


def test_two_fields_that_would_share_a_name_are_a_fault_of_the_pack(toy: Standard) -> None:
    clashing = with_field(toy, "site", Field("gross_output_value_1", "某项", "text"))
    with pytest.raises(PackError, match="f_gross_output_value_1"):
        write_workbook(clashing)


def test_the_workbook_says_which_standard_and_version_it_is_and_that_it_was_computed(toy: Standard) -> None:
    content = write_workbook(toy)
    assert cells_of(content, "_lvbao") == [
        ["format", "1"],
        ["standard", "toy_standard"],
        ["pack_version", "1.0.0"],
        ["schema_digest", schema_digest(toy.intake)],
        ["probe", 2],
    ]
    assert opened(content)["_lvbao"]["B5"].value == "=1+1"
    custom = {p.name: p.value for p in opened(content).custom_doc_props.props}
    assert custom == {f"lvbao_{key}": value for key, value in identity_rows(toy)}


def test_the_schema_digest_follows_what_is_asked_and_not_how_it_is_explained(toy: Standard) -> None:
    (sheet, *rest) = toy.intake.sheets
    helped = replace(sheet, intro="新的说明", fields=tuple(replace(f, help="…") for f in sheet.fields))
    renamed = replace(sheet, fields=(replace(sheet.fields[0], label="企业名称"), *sheet.fields[1:]))
    assert schema_digest(replace(toy.intake, sheets=(helped, *rest))) == schema_digest(toy.intake)
    assert schema_digest(replace(toy.intake, sheets=(renamed, *rest))) != schema_digest(toy.intake)


def test_the_field_dictionary_lists_every_field_year_and_column(toy: Standard) -> None:
    rows = cells_of(write_workbook(toy), "字段对照表")
    assert rows[2] == ["工作表", "单元格", "填报项", "标识", "单位", "类型", "必填", "条款"]
    assert ["用地与产出", "D4", "用地面积", "land_area", "m²", "数值", "是", "A.1"] in rows
    assert [
        "用地与产出",
        "F7",
        "总产值（前年）",
        "gross_output_value（按年度）",
        "万元",
        "数值",
        "是",
        "",
    ] in rows
    assert ["基本信息", "D11", "锅炉数量", "boiler_count", "台", "整数", "有条件", ""] in rows
    assert ["能源消耗", "D5", "各类能源消耗 / 消耗量", "energy_use.amount", "1", "数值", "是", ""] in rows
    asked = sum(f.years for f in toy.intake.fields.values())
    asked += sum(len(t.columns) for t in toy.intake.tables.values())
    assert len(rows) == 3 + asked


# -- rules of entry -----------------------------------------------------------------------------------------
def test_choices_drop_down_from_named_lists(toy: Standard) -> None:
    book = opened(write_workbook(toy))
    lists = {
        column[0].value: [c.value for c in column[1:] if c.value is not None]
        for column in book["_options"].iter_cols()
    }
    assert lists == {
        "o_process_type": ["冷法", "热法", "混合"],
        "o_coal_edition": ["GB/T 2589-2020"],
        "o_has_boiler": ["是", "否"],
        "o_energies": ["电力", "天然气", "柴油"],
        "o_energy_use.unit": ["kWh", "万kWh", "m³", "万m³", "t", "kg"],
        "o_criteria.verdict": ["符合", "部分符合", "不符合", "不适用"],
    }
    assert book.defined_names["o_energies"].attr_text == "'_options'!$D$2:$D$4"
    for sheet, cell, name in [
        ("基本信息", "D8", "o_process_type"),
        ("基本信息", "D10", "o_has_boiler"),
        ("能源消耗", "B6", "o_energies"),
        ("能源消耗", "B115", "o_energies"),
        ("自评价表", "H6", "o_criteria.verdict"),
    ]:
        rule = rule_at(book[sheet], cell)
        assert (rule.type, rule.formula1, rule.errorStyle) == ("list", name, None)


def test_a_choice_that_may_be_not_applicable_offers_the_word(toy: Standard) -> None:
    field = Field("kind", "类别", "choice", options=("甲", "乙"), not_applicable="propagate")
    book = opened(write_workbook(with_field(toy, "basic", field)))
    assert [c.value for c in book["_options"]["D"]][:4] == ["o_kind", "甲", "乙", "不适用"]


def test_options_with_commas_quotes_and_great_length_arrive_whole(toy: Standard) -> None:
    options = ("甲,乙", '带"引号"', "=1+1", "很长" * 200, "a'b")
    book = opened(write_workbook(with_field(toy, "basic", Field("kind", "类别", "choice", options=options))))
    column = next(c for c in book["_options"].iter_cols() if c[0].value == "o_kind")
    assert tuple(c.value for c in column[1:6]) == options
    assert {c.data_type for c in column[1:6]} == {"s"}


def test_numbers_dates_and_years_are_checked_while_typing(toy: Standard) -> None:
    book = opened(write_workbook(toy))
    basic, site = book["基本信息"], book["用地与产出"]
    land = rule_at(site, "D4")
    assert (land.type, land.operator, land.formula1) == ("decimal", "greaterThan", "0")
    assert (land.errorTitle, land.promptTitle) == ("填写有误", "用地面积")
    assert "m²" in land.prompt
    rate = rule_at(site, "D10")
    assert (rate.type, rate.operator, rate.formula1, rate.formula2) == ("decimal", None, "0", "100")
    assert (rule_at(basic, "D6").type, rule_at(basic, "D6").formula1) == ("whole", "1900")
    assert rule_at(basic, "D7").type == "date"
    assert rule_at(site, "F7") is rule_at(site, "D7")


def test_numbers_take_the_words_that_their_field_allows(toy: Standard) -> None:
    site = opened(write_workbook(toy))["用地与产出"]
    structure, nmhc = rule_at(site, "D6"), rule_at(site, "D9")
    assert structure.formula1 == 'OR(IF(ISNUMBER(D6),AND(ISNUMBER(D6),D6>=0),FALSE),D6="不适用")'
    assert nmhc.formula1 == 'OR(IF(ISNUMBER(D9),AND(ISNUMBER(D9),D9>=0),FALSE),LEFT(D9,3)="未检出")'


def test_required_cells_are_coloured_until_filled_and_idle_ones_grey(toy: Standard) -> None:
    book = opened(write_workbook(toy))
    rules = {
        (str(ranges.sqref), rule.formula[0])
        for ranges, found in book["基本信息"].conditional_formatting._cf_rules.items()
        for rule in found
    }
    assert ("D4", "LEN(TRIM(D4))=0") in rules
    assert ("D11", 'NOT(f_has_boiler="是")') in rules
    assert ("D11", "LEN(TRIM(D11))=0") in rules
    assert not any(cells == "D5" for cells, _ in rules)
    energy = {
        (str(ranges.sqref), rule.formula[0])
        for ranges, found in book["能源消耗"].conditional_formatting._cf_rules.items()
        for rule in found
    }
    assert ("B6", "LEN(TRIM($B6))=0") in energy
    assert ("B6:B315", "AND(COUNTA($B6:$F6)>0,LEN(TRIM($B6))=0)") in energy


def test_a_score_is_asked_only_of_partly_met_rows_that_have_points(toy: Standard) -> None:
    sheet = opened(write_workbook(toy))["自评价表"]
    rules = {
        (str(ranges.sqref), rule.formula[0])
        for ranges, found in sheet.conditional_formatting._cf_rules.items()
        for rule in found
    }
    assert rules == {
        ("H6:H12", "LEN($H6)=0"),
        ("I6:I12", 'AND($H6="部分符合",$G6<>"/",LEN($I6)=0)'),
    }
    assert sheet["G6"].value == "/"
    score = rule_at(sheet, "I7")
    assert (score.type, score.formula1, score.formula2) == ("decimal", "0", "60")


def test_only_answers_can_be_changed_and_rows_can_be_added(toy: Standard) -> None:
    book = opened(write_workbook(toy))
    for sheet in book.worksheets:
        assert sheet.protection.sheet
        assert sheet.protection.password is None
    basic, energy, criteria = book["基本信息"], book["能源消耗"], book["自评价表"]
    assert not basic.protection.insertRows
    assert not basic.protection.formatColumns
    locked = {c: basic[c].protection.locked for c in ("A1", "B4", "C4", "D4", "E4", "F4")}
    assert locked == {"A1": True, "B4": True, "C4": True, "D4": False, "E4": False, "F4": True}
    assert energy["B5"].protection.locked
    assert not energy["B6"].protection.locked
    assert not energy.column_dimensions["B"].protection.locked  # rows below the prepared ones
    assert [criteria[f"{c}6"].protection.locked for c in "BCDEFGHIJK"] == [True] * 6 + [
        False,
        True,
        False,
        False,
    ]
    assert [criteria[f"{c}9"].protection.locked for c in "HIJK"] == [True, True, False, False]


def test_sheets_print_on_a4_landscape_with_their_header_on_every_page(toy: Standard) -> None:
    book = opened(write_workbook(toy))
    for name, header in [("基本信息", 3), ("能源消耗", 5), ("自评价表", 5), ("字段对照表", 3)]:
        sheet = book[name]
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)
        assert sheet.print_title_rows == f"${header}:${header}"
    assert book["基本信息"].freeze_panes == "C4"
    assert book["能源消耗"].freeze_panes == "C6"


# -- data ---------------------------------------------------------------------------------------------------
def test_data_arrive_as_real_numbers_dates_and_words(toy: Standard) -> None:
    content = filled(toy, FULL)
    basic, site = cells_of(content, "基本信息"), cells_of(content, "用地与产出")
    assert [row[3] for row in basic[3:11]] == [
        "某某玩具有限公司", "91320000000000001X", 2024, dt.date(2025, 3, 1), "冷法", "", "是", "",
    ]  # fmt: skip
    assert [row[3:6] for row in site[3:10]] == [
        [77037.5, "", ""],
        ["约6138", "", ""],
        ["不适用", "", ""],
        [3, 2, ""],
        ["", "", ""],
        ["未检出(<0.5)", "", ""],
        ["", "", ""],
    ]
    assert site[5][6] == "没有构筑物"
    energy = cells_of(content, "能源消耗")
    assert energy[5][:6] == [1, "电力", 2024, 5, "万kWh", ""]
    assert energy[6][:6] == [2, "柴油", 2024, "无", "t", ""]
    criteria = cells_of(content, "自评价表")
    assert criteria[5][1:11] == [
        "T01",
        "5.1.1",
        "合规性要求",
        "工厂依法设立。",
        "必选",
        "/",
        "符合",
        "",
        "已办理。",
        "E01",
    ]
    assert criteria[8][7:9] == ["由程序计算", ""]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts_to_the_letter(text: str, toy: Standard) -> None:
    facts = {
        "enterprise_name": text,
        "notes": {"land_area": text},
        "raw": {"land_area": text},
        "evidence": [{"number": text, "name": text}],
        "criteria": {"T01": {"statement": text}},
    }
    content = filled(toy, facts)
    book = opened(content)
    places = [
        ("基本信息", "D4"),
        ("用地与产出", "D4"),
        ("用地与产出", "G4"),
        ("证明材料", "B6"),
        ("自评价表", "J6"),
    ]
    for sheet, cell in places:
        found = book[sheet][cell]
        assert (found.data_type, found.hyperlink) == ("s", None)
    assert cells_of(content, "基本信息")[3][3] == text
    assert cells_of(content, "自评价表")[5][9] == text
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet2.xml")


def test_a_table_grows_with_its_data_and_pushes_down_what_follows(toy: Standard) -> None:
    rows = [{"number": f"E{n}", "name": f"材料{n}"} for n in range(1, 26)]
    data = read_data({"evidence": rows}, toy)
    content = write_workbook(toy, data)
    cells = cells_of(content, "证明材料")
    assert [row[1] for row in cells[5:30]] == [f"E{n}" for n in range(1, 26)]
    (place,) = next(p for p in layout(with_room(toy.intake, data)) if p.sheet.id == "proof").tables
    assert (place.first_row, place.last_row) == (5, 29)


def test_rows_of_answers_may_grow_and_merged_rows_keep_their_height(toy: Standard) -> None:
    content = filled(toy, {"criteria": {"T01": {"statement": "做到了。" * 100}}})
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        xml = package.read("xl/worksheets/sheet6.xml").decode()
    rows = {int(r): rest for r, rest in re.findall(r'<row r="(\d+)"([^>]*)>', xml)}
    assert "customHeight" in rows[1]
    assert "customHeight" in rows[4]
    assert "customHeight" not in rows[6]
    assert float(re.findall(r'ht="([0-9.]+)"', rows[6])[0]) > 15 * 15


# -- completeness -------------------------------------------------------------------------------------------
def counts_of(content: bytes) -> dict[str, tuple[Any, ...]]:
    rows = cells_of(content, "填写说明")
    start = next(n for n, row in enumerate(rows) if row[1] == "工作表")
    end = next(n for n, row in enumerate(rows) if row[1] == "合计")
    return {row[1]: tuple(row[2:5]) for row in rows[start + 1 : end + 1]}


def test_the_instructions_count_what_is_required_and_filled(toy: Standard) -> None:
    assert counts_of(write_workbook(toy)) == {
        "基本信息": (6, 0, "还差 6 项"),
        "用地与产出": (4, 0, "还差 4 项"),
        "能源消耗": (1, 0, "还差 1 项"),
        "证明材料": (0, 0, "无必填项"),
        "自评价表": (3, 0, "还差 3 项"),
        "合计": (14, 0, "还差 14 项"),
    }
    assert counts_of(filled(toy, FULL)) == {
        "基本信息": (7, 5, "还差 2 项"),
        "用地与产出": (4, 3, "还差 1 项"),
        "能源消耗": (1, 1, "已填完"),
        "证明材料": (0, 0, "无必填项"),
        "自评价表": (3, 1, "还差 2 项"),
        "合计": (15, 10, "还差 5 项"),
    }


def test_the_counts_link_to_their_sheets(toy: Standard) -> None:
    sheet = opened(write_workbook(toy))["填写说明"]
    links = {c.value: c.hyperlink.location for row in sheet.iter_rows() for c in row if c.hyperlink}
    assert links == {p.sheet.title: f"'{p.sheet.title}'!A1" for p in layout(toy.intake)}


# -- an office program --------------------------------------------------------------------------------------
def converted(content: bytes, to: str, folder: Path) -> bytes:
    source = folder / "录入表.xlsx"
    source.write_bytes(content)
    out = folder / "out"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", to, "--outdir", str(out), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return (out / f"录入表.{to}").read_bytes()


def without_results(content: bytes) -> bytes:
    """The workbook with the stored results of its formulas taken out, so that they must be computed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as result:
        for name in source.namelist():
            part = source.read(name)
            if name.startswith("xl/worksheets/"):
                part = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", part)
            result.writestr(name, part)
    return target.getvalue()


office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")


@office
@pytest.mark.parametrize("facts", [{}, FULL])
def test_an_office_program_computes_the_same_counts(
    facts: dict[str, Any], toy: Standard, tmp_path: Path
) -> None:
    content = filled(toy, facts)
    again = converted(without_results(content), "xlsx", tmp_path)
    assert counts_of(again) == counts_of(content)


@office
def test_an_office_program_keeps_drop_downs_names_and_texts(toy: Standard, tmp_path: Path) -> None:
    content = filled(toy, {**FULL, "enterprise_name": "=1+1"})
    book = opened(converted(content, "xlsx", tmp_path))
    assert rule_at(book["基本信息"], "D8").formula1 == "o_process_type"
    assert rule_at(book["能源消耗"], "B6").formula1 == "o_energies"
    assert set(opened(content).defined_names) <= set(book.defined_names)
    assert book["基本信息"]["D4"].value == "=1+1"
    assert book["基本信息"]["D4"].data_type == "s"


@office
def test_an_office_program_prints_the_workbook(toy: Standard, tmp_path: Path) -> None:
    assert converted(filled(toy, FULL), "pdf", tmp_path).startswith(b"%PDF")


# -- templates ----------------------------------------------------------------------------------------------
@pytest.fixture
def standards(tmp_path: Path) -> Path:
    folder = tmp_path / "standards"
    shutil.copytree(TESTS / "toy_standard", folder / "toy_standard")
    shutil.copytree(TESTS / "toy_factors", folder / "_factors")
    return folder


def test_templates_are_written_once_and_found_stale_when_touched(
    toy: Standard, standards: Path, tmp_path: Path
) -> None:
    target = tmp_path / "intake_templates"
    path = target / "toy_standard.xlsx"
    assert generate_templates(standards, target, check=True) == [path]
    assert not target.exists()
    assert generate_templates(standards, target) == [path]
    assert path.read_bytes() == write_workbook(toy)
    assert generate_templates(standards, target) == []
    path.write_bytes(path.read_bytes() + b"x")
    assert generate_templates(standards, target, check=True) == [path]


def test_the_template_of_a_pack_that_is_gone_is_stale_and_removed(standards: Path, tmp_path: Path) -> None:
    target = tmp_path / "intake_templates"
    generate_templates(standards, target)
    orphan = target / "gone.xlsx"
    orphan.write_bytes(b"")
    assert generate_templates(standards, target, check=True) == [orphan]
    generate_templates(standards, target)
    assert [p.name for p in target.iterdir()] == ["toy_standard.xlsx"]
