"""One fault at a time, seeded into a clean workbook as a person would make it: exactly one finding, at the cell to
correct.

Cells are found by their labels, so the cases outlive changes of the pack; the address asserted is the exact one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from pipeline.evaluate import evaluate
from pipeline.standard import Standard
from tests.conftest import copy_attachments
from tests.excel import Content, Excel, Formula, Shown, Wrong, joined, split

Place = Callable[[Excel], tuple[str, str]]
Seed = Callable[[Excel], None]
Expected = tuple[str, Place, str]
"""Code, place, subject."""


# -- places ------------------------------------------------------------------------------------------------------
def field(sheet: str, label: str, heading: str = "填报值") -> Place:
    return lambda book: (sheet, book.field(sheet, label, heading))


def entry(sheet: str, table: str, column: str, row: int) -> Place:
    return lambda book: (sheet, book.entry(sheet, table, column, row))


def header(sheet: str, table: str, column: str) -> Place:
    return lambda book: (sheet, book.header(sheet, table, column))


def verdict(criterion: str, column: str = "自评结论") -> Place:
    return lambda book: ("自评价表", book.verdict(criterion, column))


def sheet(name: str) -> Place:
    return lambda book: (name, "")


def the_file(book: Excel) -> tuple[str, str]:
    return "", ""


def beside(place: Place, down: int = 0, right: int = 0) -> Place:
    def moved(book: Excel) -> tuple[str, str]:
        name, address = place(book)
        row, column = split(address)
        return name, joined(row + down, column + right)

    return moved


# -- what goes wrong ---------------------------------------------------------------------------------------------
def put(place: Place, content: Content) -> Seed:
    return lambda book: book.put(*place(book), content)


def both(*seeds: Seed) -> Seed:
    def run(book: Excel) -> None:
        for seed in seeds:
            seed(book)

    return run


def clear_rows(name: str, table: str, column: str, rows: range) -> Seed:
    def run(book: Excel) -> None:
        for row in rows:
            book.clear_row(name, split(book.entry(name, table, column, row))[0])

    return run


def row_of(place: Place, act: Callable[[Excel, str, int], None]) -> Seed:
    def run(book: Excel) -> None:
        name, address = place(book)
        act(book, name, split(address)[0])

    return run


def delete_column(place: Place) -> Seed:
    def run(book: Excel) -> None:
        name, address = place(book)
        book.delete_column(name, address.rstrip("0123456789"))

    return run


def merge(first: Place, last: Place) -> Seed:
    return lambda book: book.merge(first(book)[0], f"{first(book)[1]}:{last(book)[1]}")


def copied_row(name: str, table: str, row: int, to: int, columns: str) -> Seed:
    """Types the texts and numbers of a row once more; `columns` separated by blanks."""

    def run(book: Excel) -> None:
        for column in columns.split():
            content = book.content(name, book.entry(name, table, column, row))
            book.put(name, book.entry(name, table, column, to), content)

    return run


# -- the sample's places -----------------------------------------------------------------------------------------
LAND = field("用地与建筑", "用地面积")
OUTPUT = field("发展与经营", "工业总产值")
ENERGY = ("能源", "各类能源消耗")
ELECTRICITY = entry(*ENERGY, "消耗量", 1)
NEXT_ENERGY_ROW = 13
NEW_ROW: dict[str, Content] = {
    "能源种类": "汽油",
    "年度": 2024,
    "消耗量": 0.5,
    "计量单位": "t",
    "用于工艺": "公用",
}
REUSED = field("水污染物", "废水回用量")
CERTIFICATES = ("管理体系", "管理体系和证书")
EVIDENCE = ("证明材料", "证明材料清单")
AIR = ("大气污染物", "废气监测结果")
SCORES = "附录B 胶粘剂行业绿色工厂评价指标"
PRODUCTS = ("产品", "产品和产量")

Case = tuple[str, Seed, list[Expected]]


def typed(sentence: str, place: Place, content: Content, code: str, subject: str) -> Case:
    """Something typed into one cell, found at that cell."""
    return sentence, put(place, content), [(code, place, subject)]


# fmt: off
NUMBERS: list[Case] = [
    typed("a number with 约", ELECTRICITY, "约210", "not_a_number", "energy_use.amount"),
    typed("a number with 约 in a field", LAND, "约 60000", "not_a_number", "land_area"),
    typed("a number with its own unit is read with a note", LAND, "60000㎡", "normalised", "land_area"),
    typed("a number with another unit", LAND, "6公顷", "other_unit", "land_area"),
    typed("a number in 亩", LAND, "90亩", "other_unit", "land_area"),
    typed("another unit behind a number whose unit stands elsewhere", ELECTRICITY, "2100000 kWh", "other_unit", "energy_use.amount"),
    typed("万 behind a number whose unit is of 万 itself", ELECTRICITY, "210万", "not_a_number", "energy_use.amount"),
    typed("words for a number", LAND, "六万平方米", "not_a_number", "land_area"),
    typed("two numbers in one cell", LAND, "60000/70000", "not_a_number", "land_area"),
    typed("a range for a number", LAND, "60000~61000", "not_a_number", "land_area"),
    typed("a Chinese full stop as decimal point", LAND, "60000。5", "not_a_number", "land_area"),
    typed("a slash for no number", LAND, "/", "not_a_number", "land_area"),
    typed("不适用 where it is not allowed", LAND, "不适用", "not_applicable_forbidden", "land_area"),
    typed("不适用 without a reason", field("用地与建筑", "构筑物建筑面积"), "不适用", "reason_missing", "structure_floor_area"),
    typed("未检出 where it is not allowed", LAND, "未检出", "not_detected_forbidden", "land_area"),
    typed("full-width digits are read with a note", LAND, "６００００", "normalised", "land_area"),
    typed("a number stored as text is read with a note", LAND, "60000", "normalised", "land_area"),
    typed("thousands separators are read with a note", LAND, "60,000", "normalised", "land_area"),
    typed("6万 is read with a note", LAND, "6万", "normalised", "land_area"),
    typed("a negative area", LAND, -60000, "out_of_range", "land_area"),
    typed("a zero divisor", LAND, 0, "out_of_range", "land_area"),
    typed("a negative amount of energy", ELECTRICITY, -210, "out_of_range", "energy_use.amount"),
    typed("more than 100 %", field("产品", "产品合格率"), 199.7, "out_of_range", "product_pass_rate"),
    typed("a rate with a per-cent format is read with a note", field("产品", "产品合格率"), Shown(0.997, "0.0%"), "normalised", "product_pass_rate"),
    typed("an area with a per-cent format", LAND, Shown(600, "0%"), "percent_unexpected", "land_area"),
    typed("half a person", field("基本信息", "职工人数"), 286.5, "not_an_integer", "employees"),
    typed("a number of last year with 约", field("发展与经营", "工业总产值", "上一年"), "约33600", "not_a_number", "gross_output_value"),
    typed("an error value", LAND, Wrong("#DIV/0!"), "cell_error", "land_area"),
    typed("an error value in a table", ELECTRICITY, Wrong("#REF!"), "cell_error", "energy_use.amount"),
    typed("an error value in a text field", field("基本信息", "通讯地址"), Wrong("#N/A"), "cell_error", "address"),
    typed("a formula without result", LAND, Formula("30000*2"), "formula_without_result", "land_area"),
    typed("a formula without result in a table", ELECTRICITY, Formula("SUM(B1:B2)"), "formula_without_result", "energy_use.amount"),
    ("a formula with its result is as good as a number", put(LAND, Formula("30000*2", 60000.0)), []),
    typed("a date where a number belongs", LAND, Shown(45000, "yyyy-mm-dd"), "not_a_number", "land_area"),
]

OTHER_TYPES: list[Case] = [
    typed("a date that does not exist", field("评价设置", "评价日期"), "2025-02-30", "not_a_date", "evaluation_date"),
    typed("a date in words", field("基本信息", "成立日期"), "零九年夏天", "not_a_date", "established"),
    typed("a date with a two-digit year", field("基本信息", "成立日期"), "09.6.18", "not_a_date", "established"),
    typed("a date without its day", field("能源", "最近一次能源审计日期"), "2023年10月", "not_a_date", "last_energy_audit"),
    typed("a date as eight digits is read with a note", field("基本信息", "成立日期"), "20090618", "normalised", "established"),
    typed("a date with 年月日 is read with a note", field("基本信息", "成立日期"), "2009年6月18日", "normalised", "established"),
    typed("a year of two digits", field("评价设置", "评价年度"), 24, "not_a_year", "evaluation_year"),
    typed("a year outside the calendar", entry(*ENERGY, "年度", 5), 20223, "not_a_year", "energy_use.year"),
    typed("a year with 年 is read with a note", field("评价设置", "评价年度"), "2024年", "normalised", "evaluation_year"),
    typed("an option misspelt", field("评价设置", "生产工艺类型"), "复配混和型", "not_an_option", "process_type"),
    typed("an option misspelt in a table", entry(*CERTIFICATES, "建设情况", 1), "己认证", "not_an_option", "certificates.status"),
    typed("an unknown energy", entry(*ENERGY, "能源种类", 1), "电能", "not_an_option", "energy_use.energy"),
    typed("an unknown unit of energy", entry(*ENERGY, "计量单位", 1), "度", "not_an_option", "energy_use.unit"),
    typed("neither yes nor no", field("基本要求", "是否依法设立"), "应该是", "not_an_option", "legally_established"),
    typed("a tick for yes is read with a note", field("基本要求", "是否依法设立"), "√", "normalised", "legally_established"),
    typed("an unknown verdict", verdict("B05"), "合格", "not_an_option", "criteria.verdict"),
    typed("a credit code with a slip", field("基本信息", "统一社会信用代码"), "91000000MAQH00001B", "credit_code", "credit_code"),
    typed("a credit code of 17 digits", field("基本信息", "统一社会信用代码"), "91000000MAQH00001", "credit_code", "credit_code"),
    typed("an e-mail address without its domain", field("基本信息", "电子邮箱"), "qianshili@", "email", "contact_email"),
    typed("a telephone number cut short", field("基本信息", "手机"), "1380000000", "phone", "contact_mobile"),
    typed("a postcode of five digits", field("基本信息", "邮编"), "00001", "postcode", "postcode"),
    typed("an evidence number with a blank", entry(*EVIDENCE, "材料编号", 51), "证 51", "pattern", "evidence.number"),
    typed("a statement that is too long", verdict("B05", "自评说明"), "很" * 4001, "too_long", "criteria.statement"),
]

MISSING: list[Case] = [
    typed("a required field left empty", field("用地与建筑", "用地面积"), None, "missing", "land_area"),
    typed("a required text of blanks only", field("基本信息", "工厂名称"), "  　", "missing", "enterprise_name"),
    typed("待补充 is not an answer", field("基本信息", "通讯地址"), "待补充", "missing", "address"),
    typed("the evaluation year left empty", field("评价设置", "评价年度"), None, "missing", "evaluation_year"),
    typed("the evaluation date left empty", field("评价设置", "评价日期"), None, "missing", "evaluation_date"),
    typed("the process type left empty", field("评价设置", "生产工艺类型"), None, "missing", "process_type"),
    typed("the coefficients' edition left empty", field("评价设置", "折标准煤系数版本"), None, "missing", "coal_factor_edition"),
    typed("the output left empty", field("产品", "合格产品产量"), None, "missing", "qualified_output"),
    typed("a conditional answer left empty", field("基本要求", "承诺是否已满足"), None, "missing", "commitments_kept"),
    typed("an amount left empty in a table", ELECTRICITY, None, "missing", "energy_use.amount"),
    typed("a row with a missing year", entry(*ENERGY, "年度", 2), None, "missing", "energy_use.year"),
    typed("a unit left empty in a table", entry(*ENERGY, "计量单位", 2), None, "missing", "energy_use.unit"),
    typed("an energy left empty in a table", entry(*ENERGY, "能源种类", 2), None, "missing", "energy_use.energy"),
    typed("a certificate without its expiry", entry(*CERTIFICATES, "有效期至", 1), None, "missing", "certificates.expires"),
    typed("a product without its output", entry(*PRODUCTS, "评价年度产量", 1), None, "missing", "products.output"),
    typed("a piece of evidence without its number", entry(*EVIDENCE, "材料编号", 51), None, "missing", "evidence.number"),
    ("a new row that lacks its unit only", both(*(put(entry(*ENERGY, c, NEXT_ENERGY_ROW), v) for c, v in NEW_ROW.items() if c != "计量单位")), [("missing", entry(*ENERGY, "计量单位", NEXT_ENERGY_ROW), "energy_use.unit")]),
    ("a new complete row is no fault", both(*(put(entry(*ENERGY, c, NEXT_ENERGY_ROW), v) for c, v in NEW_ROW.items())), []),
    ("an emptied table of energy", clear_rows(*ENERGY, "消耗量", range(1, 13)), [("table_empty", entry(*ENERGY, "能源种类", 1), "energy_use")]),
    ("an emptied table of products", clear_rows(*PRODUCTS, "产品名称", range(1, 10)), [("table_empty", entry(*PRODUCTS, "产品名称", 1), "products")]),
    ("an emptied table of evidence", clear_rows(*EVIDENCE, "材料编号", range(1, 52)), [("table_empty", entry(*EVIDENCE, "材料编号", 1), "evidence")]),
    ("an emptied table of certificates", clear_rows(*CERTIFICATES, "体系名称", range(1, 7)), [("table_empty", entry(*CERTIFICATES, "体系名称", 1), "certificates")]),
    ("an emptied optional table is no fault", clear_rows("发展与经营", "荣誉和认定", "授予单位", range(1, 7)), []),
    typed("a criterion without verdict", verdict("B05"), None, "verdict_missing", "B05"),
    ("部分符合 without score", put(verdict("B05"), "部分符合"), [("score_missing", verdict("B05", "自评得分"), "B05")]),
    typed("a criterion without statement", verdict("B05", "自评说明"), None, "statement_missing", "B05"),
    typed("a criterion without evidence", verdict("B05", "证明材料编号"), None, "evidence_missing", "B05"),
]

CONTRADICTIONS: list[Case] = [
    typed("an unknown evidence number", verdict("B05", "证明材料编号"), "E99", "evidence_unknown", "B05"),
    ("an evidence number changed in the register", put(entry(*EVIDENCE, "材料编号", 51), "E5l"), [("evidence_unknown", entry(*EVIDENCE, "材料编号", 51), "D38")]),
    ("a piece of evidence deleted from the register", row_of(entry(*EVIDENCE, "材料编号", 51), lambda b, s, r: b.delete_row(s, r)), [("evidence_unknown", verdict("D38", "证明材料编号"), "D38")]),
    typed("a file that is not in the folder", entry(*EVIDENCE, "文件名", 1), "E01 营业执照.jpg", "evidence_file_missing", "evidence.file"),
    typed("a file outside the folder", entry(*EVIDENCE, "文件名", 1), "../../secret.png", "evidence_file_outside", "evidence.file"),
    typed("a score above the points", verdict("B05", "自评得分"), 500, "score_contradicts", "B05"),
    ("a score above the points of a row that is met in part", both(put(verdict("B05"), "部分符合"), put(verdict("B05", "自评得分"), 500)), [("score_out_of_range", verdict("B05", "自评得分"), "B05")]),
    ("a negative score of a row that is met in part", both(put(verdict("B05"), "部分符合"), put(verdict("B05", "自评得分"), -5)), [("score_out_of_range", verdict("B05", "自评得分"), "B05")]),
    typed("a basic requirement that is not met", verdict("B02"), "不符合", "basic_requirement_not_met", "B02"),
    typed("reused more than treated", REUSED, 8450, "reused_not_above_treated", "wastewater_reused"),
    typed("treated more than generated", field("水污染物", "废水处理量"), 9000, "treated_not_above_generated", "wastewater_treated"),
    typed("utilised more than generated", field("固体废物", "工业固体废物综合利用量"), 190, "solid_waste_utilised_within_generated", "solid_waste_utilised"),
    typed("utilised and disposed more than generated", field("固体废物", "固体废物无害化处置量"), 20, "solid_waste_outflow_within_generated", "solid_waste_disposed_harmless"),
    typed("a total of waste that does not agree", field("固体废物", "工业固体废物产生量"), 200, "solid_wastes_add_up", "solid_waste_generated"),
    typed("more discharged and reused than generated", field("水污染物", "废水排放量"), 1900, "wastewater_balance", "wastewater_discharged"),
    typed("more raw material in the products than products", field("物料与采购", "产品中原材料量"), 20050, "in_product_within_output", "raw_material_in_product"),
    typed("a total of waste that is off by one digit of its precision", field("固体废物", "工业固体废物产生量"), 184, "solid_wastes_add_up", "solid_waste_generated"),
    ("a total of waste within the digits of its seven parts is no fault", put(field("固体废物", "工业固体废物产生量"), 182), []),  # 2 t of 0.5 + 4 × 0.5 + 3 × 0.05
    ("the amount of one product a little off", put(entry(*PRODUCTS, "评价年度产量", 1), 5207), [("products_add_up", field("产品", "合格产品产量"), "qualified_output")]),
    ("the amount of one product off within its digits is no fault", put(entry(*PRODUCTS, "评价年度产量", 1), 5204), []),
    ("a total of waste that is off, confirmed with its reason", both(put(field("固体废物", "工业固体废物产生量"), 190), put(field("固体废物", "工业固体废物产生量", "备注"), "已核实：含未列入清单的生活垃圾")), [("solid_wastes_add_up", field("固体废物", "工业固体废物产生量"), "solid_waste_generated")]),
    typed("green material above the total", field("物料与采购", "绿色物料使用量"), 17000, "green_material_within_total", "green_material_used"),
    typed("green material that does not add up", field("物料与采购", "绿色物料使用量"), 8000, "green_materials_add_up", "green_material_used"),
    typed("more in the products than used", field("物料与采购", "产品中原材料量"), 21000, "in_product_within_used", "raw_material_in_product"),
    typed("buildings on more land than there is", field("用地与建筑", "建筑物占地面积"), 61000, "building_footprint_within_land", "building_footprint"),
    typed("more efficient lamps than lamps", field("计量照明与标准", "节能灯数量"), 1900, "energy_saving_lamps_within_total", "lamps_energy_saving"),
    ("a land area that is far too small", put(LAND, 6000), [("building_footprint_within_land", field("用地与建筑", "建筑物占地面积"), "building_footprint")]),
    typed("products that do not add up", field("产品", "合格产品产量"), 21000, "products_add_up", "qualified_output"),
    ("one product's output a digit too long", put(entry(*PRODUCTS, "评价年度产量", 1), 52000), [("products_add_up", field("产品", "合格产品产量"), "qualified_output")]),
    ("months that do not add up", put(entry("能源", "能源分月消耗", "3月", 1), 176), [("monthly_energy_adds_up", entry("能源", "能源分月消耗", "能源种类", 1), "energy_monthly.energy")]),
    typed("an amount of energy a digit too long", ELECTRICITY, 2100, "yoy_without_reason", "energy_use.amount"),
    typed("an amount of energy a digit too long, of an energy without months", entry(*ENERGY, "消耗量", 3), 2000, "yoy_without_reason", "energy_use.amount"),
    typed("last year's amount of energy a digit too short", entry(*ENERGY, "消耗量", 5), 20.4, "yoy_without_reason", "energy_use.amount"),
    typed("the amount of the year before that a digit too long", entry(*ENERGY, "消耗量", 9), 1980, "yoy_without_reason", "energy_use.amount"),
    ("an amount of energy that doubled, with the reason", both(put(entry(*ENERGY, "消耗量", 4), 9), put(entry(*ENERGY, "备注", 4), "新增叉车")), [("yoy_explained", entry(*ENERGY, "消耗量", 4), "energy_use.amount")]),
    ("water sources that do not add up", put(entry("水资源", "取水构成", "该水源取水量", 1), 25000), [("water_sources_add_up", field("水资源", "取水量"), "water_intake")]),
    typed("a change against last year without a reason", OUTPUT, 50000, "yoy_without_reason", "gross_output_value"),
    typed("last year's figure a digit too short", field("发展与经营", "工业总产值", "上一年"), 3360, "yoy_without_reason", "gross_output_value"),
    typed("the figure of the year before that a digit too long", field("发展与经营", "工业总产值", "前年"), 312000, "yoy_without_reason", "gross_output_value"),
    typed("last year's output a digit too long", field("产品", "合格产品产量", "上一年"), 190000, "yoy_without_reason", "qualified_output"),
    ("last year's output of one product a digit too long", put(entry(*PRODUCTS, "上一年产量", 1), 49500), [("products_of_last_year_add_up", field("产品", "合格产品产量", "上一年"), "qualified_output")]),
    ("a change against last year with its reason", both(put(OUTPUT, 50000), put(field("发展与经营", "工业总产值", "备注"), "三期投产")), [("yoy_explained", OUTPUT, "gross_output_value")]),
    typed("a unit that does not fit the energy", entry(*ENERGY, "计量单位", 1), "t", "energy_unit_fits_kind", "energy_use.unit"),
    typed("a unit of the same kind but far off", entry(*ENERGY, "计量单位", 1), "kWh", "yoy_without_reason", "energy_use.unit"),
    ("an own coefficient without its source", put(entry(*ENERGY, "实测折标准煤系数", 1), 0.13), [("factor_override_explained", entry(*ENERGY, "备注", 1), "energy_use.remark")]),
    typed("energy of a process that the factory does not have", entry(*ENERGY, "用于工艺", 1), "聚合反应型", "energy_process_fits_type", "energy_use.process"),
    typed("a product of another process", entry(*PRODUCTS, "产品工艺", 1), "聚合反应型", "product_process_fits_type", "products.process"),
    typed("a process type that fits no product", field("评价设置", "生产工艺类型"), "聚合反应型", "process_type_fits_products", "process_type"),
    typed("mixed, but products of one process only", field("评价设置", "生产工艺类型"), "混合", "mixed_type_has_both", "process_type"),
    typed("a year of energy after the evaluation year", entry(*ENERGY, "年度", 1), 2025, "energy_year_not_late", "energy_use.year"),
    typed("a year of energy long ago", entry(*ENERGY, "年度", 9), 2002, "energy_year_not_early", "energy_use.year"),
    typed("an evaluation year one too late", field("评价设置", "评价年度"), 2025, "evaluation_year_over", "evaluation_year"),
    typed("an evaluation year one too early", field("评价设置", "评价年度"), 2023, "energy_years_match_evaluation_year", "evaluation_year"),
    typed("an evaluation date before the end of the year", field("评价设置", "评价日期"), "2024-03-28", "evaluation_date_after_year", "evaluation_date"),
    typed("an evaluation date in the far future", field("评价设置", "评价日期"), "2052-03-28", "evaluation_year_recent", "evaluation_date"),
    typed("founded after the evaluation", field("基本信息", "成立日期"), "2090-06-18", "established_before_evaluation", "established"),
    typed("an energy audit in the future", field("能源", "最近一次能源审计日期"), "2031-10-20", "date_not_past", "last_energy_audit"),
    typed("a building completed in the future", entry("用地与建筑", "主要建筑物", "竣工年份", 1), 2081, "date_not_past", "buildings.completed"),
    typed("evidence issued in the future", entry(*EVIDENCE, "出具日期", 1), "2051-03-15", "date_not_past", "evidence.issued"),
    typed("a commitment signed in the future", field("基本信息", "承诺日期"), "2052-03-28", "signature_not_long_after", "signature_date"),
    typed("an evaluation date before its evidence", field("评价设置", "评价日期"), "2025-01-02", "evaluation_date_early", "evaluation_date"),
    typed("an evaluation year of the last century", field("评价设置", "评价年度"), 1955, "energy_years_match_evaluation_year", "evaluation_year"),
    typed("last year's figure is zero", field("水资源", "取水量", "上一年"), 0, "yoy_without_reason", "water_intake"),
    typed("a certificate expired", entry(*CERTIFICATES, "有效期至", 1), "2025-01-31", "certificate_not_expired", "certificates.expires"),
    typed("a certificate issued in the future", entry(*CERTIFICATES, "发证日期", 1), "2025-12-01", "certificate_issued_before_evaluation", "certificates.issued"),
    typed("a certificate that ends before it begins", entry(*CERTIFICATES, "有效期至", 1), "2022-04-11", "certificate_dates_in_order", "certificates.expires"),
    typed("evidence expired", entry(*EVIDENCE, "材料有效期至", 20), "2024-09-19", "evidence_not_expired", "evidence.expires"),
    typed("a permit expired", field("基本要求", "排污许可有效期至"), "2024-05-30", "permit_not_expired", "discharge_permit_expires"),
    ("a permit that does not cover the measured value", put(field("大气污染物", "非甲烷总烃许可限值"), 30), [("nmhc_within_permit", field("大气污染物", "非甲烷总烃实测浓度"), "nmhc_concentration_measured")]),
    typed("a measured value that is not the maximum", field("大气污染物", "非甲烷总烃实测浓度"), 23.5, "nmhc_agrees_with_monitoring", "nmhc_concentration_measured"),
    typed("a measurement above its limit", entry(*AIR, "实测排放浓度", 5), 128, "air_within_limit", "air_monitoring.concentration"),
    typed("a sample of another year", entry(*AIR, "采样日期", 1), "2023-03-14", "air_sampled_in_year", "air_monitoring.sampled"),
    typed("a project that ends before it begins", entry("在实施项目", "正在实施的节约项目", "计划完工日期", 1), "2024-06-30", "running_project_dates_in_order", "running_projects.planned_end"),
    typed("calibrated more meters than there are", entry("计量照明与标准", "计量器具配备", "已检定校准数量", 3), 29, "calibrated_not_above_equipped", "meters.calibrated_count"),
    ("more meters than required", put(entry("计量照明与标准", "计量器具配备", "应配数量", 3), 18), [("meters_not_above_required", entry("计量照明与标准", "计量器具配备", "实配数量", 3), "meters.equipped_count")]),
    ("eliminated equipment without a plan", put(entry("工艺与设备", "主要用能设备", "是否属淘汰设备", 3), "是"), [("missing", entry("工艺与设备", "主要用能设备", "淘汰更新计划", 3), "equipment.replacement")]),
    ("a system that is certified by nobody", put(entry(*CERTIFICATES, "建设情况", 1), "未建立"), [("verdict_agrees_certification", verdict("M02"), "criteria.verdict")]),
    ("no discharge, but discharged water", put(field("水污染物", "废水排放方式"), "不外排"), [("no_discharge_means_zero", field("水污染物", "废水排放量"), "wastewater_discharged")]),
    typed("no renewable energy, but a table of it", field("能源", "是否利用可再生能源"), "否", "renewables_match_answer", "uses_renewable"),
    ("an accident without details", put(field("基本要求", "近三年有无较大及以上事故"), "是"), [("missing", field("基本要求", "事故情况说明"), "accident_details")]),
    typed("not lawfully established, but met", field("基本要求", "是否依法设立"), "否", "verdict_agrees_legal", "legally_established"),
    ("energy typed twice", copied_row(*ENERGY, 1, NEXT_ENERGY_ROW, "能源种类 年度 消耗量 计量单位 用于工艺"), [("duplicate_row", entry(*ENERGY, "能源种类", NEXT_ENERGY_ROW), "energy_use")]),
    typed("an evidence number used twice", entry(*EVIDENCE, "材料编号", 51), "E50", "duplicate_row", "evidence"),
    typed("a material named twice", entry("物料与采购", "主要原辅材料", "物料名称", 14), "增稠剂", "duplicate_row", "materials"),
]

STRUCTURE: list[Case] = [
    ("a sheet renamed", lambda b: b.rename_sheet("能源", "能源表"), [("sheet_renamed", sheet("能源表"), "energy")]),
    ("a sheet deleted", lambda b: b.delete_sheet("水污染物"), [("sheet_missing", sheet("水污染物"), "wastewater")]),
    ("the sheet of the settings deleted", lambda b: b.delete_sheet("评价设置"), [("sheet_missing", sheet("评价设置"), "setup")]),
    ("the register of evidence deleted", lambda b: b.delete_sheet("证明材料"), [("sheet_missing", sheet("证明材料"), "evidence_register")]),
    ("the score table deleted", lambda b: b.delete_sheet("自评价表"), [("sheet_missing", sheet("自评价表"), "self_assessment")]),
    ("a sheet copied", lambda b: b.copy_sheet("能源", "能源 (2)"), [("sheet_duplicated", sheet("能源 (2)"), "energy")]),
    ("the hidden sheet deleted", lambda b: b.delete_sheet("_lvbao"), [("identity_missing", the_file, "cpcif-adhesive-2022-draft")]),
    ("a sheet's column of answers without its heading", put(beside(field("用地与建筑", "用地面积"), down=-1), None), [("header_changed", beside(LAND, down=-1), "")]),
    typed("a column heading changed", header(*ENERGY, "消耗量"), "消费量", "column_changed", "energy_use.amount"),
    typed("a column heading overwritten", header(*ENERGY, "消耗量"), "张三", "column_missing", "energy_use.amount"),
    typed("a column heading emptied", header(*ENERGY, "消耗量"), None, "column_changed", "energy_use.amount"),
    ("a column deleted", delete_column(header(*EVIDENCE, "材料名称")), [("column_missing", header(*EVIDENCE, "材料编号"), "evidence.name")]),
    ("the column of statements deleted", delete_column(header("自评价表", SCORES, "自评说明")), [("column_missing", header("自评价表", SCORES, "编号"), "criteria.statement")]),
    ("the column of verdicts deleted", delete_column(header("自评价表", SCORES, "自评结论")), [("column_missing", header("自评价表", SCORES, "编号"), "criteria.verdict")]),
    ("an optional column deleted", delete_column(header(*PRODUCTS, "主要用途")), [("column_missing", header(*PRODUCTS, "产品名称"), "products.application")]),
    typed("another unit in a column heading", header("水资源", "取水构成", "该水源取水量"), "该水源取水量（万m³）", "unit_changed", "water_sources.amount"),
    ("a field label changed", put(lambda b: ("用地与建筑", b.label("用地与建筑", "用地面积")), "用地总面积"), [("label_changed", lambda b: ("用地与建筑", b.label("用地与建筑", "用地面积")), "land_area")]),
    ("a field label emptied", put(lambda b: ("用地与建筑", b.label("用地与建筑", "用地面积")), None), [("label_changed", lambda b: ("用地与建筑", b.label("用地与建筑", "用地面积")), "land_area")]),
    ("another unit beside a field", put(field("用地与建筑", "用地面积", "单位"), "亩"), [("unit_changed", field("用地与建筑", "用地面积", "单位"), "land_area")]),
    ("rows inserted above the fields", row_of(LAND, lambda b, s, r: b.insert_rows(s, r, 2)), []),
    ("rows inserted in a table", row_of(entry(*ENERGY, "消耗量", 4), lambda b, s, r: b.insert_rows(s, r, 3)), []),
    ("a field's row deleted", row_of(LAND, lambda b, s, r: b.delete_row(s, r)), [("label_missing", sheet("用地与建筑"), "land_area")]),
    ("a row of energy deleted", row_of(entry(*ENERGY, "消耗量", 1), lambda b, s, r: b.delete_row(s, r)), [("monthly_energy_has_total", beside(entry("能源", "能源分月消耗", "能源种类", 1), down=-1), "energy_monthly.energy")]),
    ("a criterion's row deleted", row_of(verdict("B05"), lambda b, s, r: b.delete_row(s, r)), [("criterion_missing", beside(verdict("B01", "编号"), down=-1), "criteria")]),
    typed("a sum row", entry(*ENERGY, "能源种类", NEXT_ENERGY_ROW), "合计", "total_row_skipped", "energy_use"),
    typed("a remark below a table", entry(*ENERGY, "能源种类", NEXT_ENERGY_ROW), "注：数据取自能源台账", "remark_row_skipped", "energy_use"),
    ("merged answers", merge(LAND, beside(LAND, down=1)), [("merged_cells", LAND, "land_area")]),
    ("merged cells of a table", merge(entry(*ENERGY, "能源种类", 1), entry(*ENERGY, "能源种类", 4)), [("merged_cells", entry(*ENERGY, "能源种类", 1), "energy_use.energy")]),
    typed("a criterion's number changed", verdict("B05", "编号"), "B05a", "label_changed", "criteria.criterion"),
    ("another standard's workbook", lambda b: b.identify("standard", "gbt-36132-2025"), [("wrong_standard", the_file, "cpcif-adhesive-2022-draft")]),
    ("an old version of the pack", lambda b: b.identify("pack_version", "0.0.1"), [("other_pack_version", the_file, "cpcif-adhesive-2022-draft")]),
    ("written by a program and never computed", lambda b: b.identify("probe", Formula("1+1")), [("not_recalculated", the_file, "")]),
]
"""A fault of structure may leave its figures readable (a note) or not (an error); it is one finding either way."""
# fmt: on

CASES = [*NUMBERS, *OTHER_TYPES, *MISSING, *CONTRADICTIONS, *STRUCTURE]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the evidence files, where each workbook takes the place of the one before."""
    folder = copy_attachments(tmp_path_factory.mktemp("desk"))
    for picture in (folder / "附件").iterdir():  # small ones: their contents are not what is tested here
        Image.new("RGB", (40, 40)).save(picture)
    return folder


@pytest.mark.parametrize(("seed", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_fault_is_one_finding_at_its_cell(
    seed: Seed, expected: list[Expected], sample: Excel, adhesive: Standard, desk: Path
) -> None:
    book = sample.copy()
    seed(book)

    evaluation = evaluate(book.save(desk / "录入表.xlsx"), adhesive)

    found = [(f.code, f.where.sheet, f.where.cell, f.subject) if f.where else f for f in evaluation.findings]
    assert found == [(code, *place(sample), subject) for code, place, subject in expected]


def test_the_sample_itself_gives_no_finding_at_all(sample: Excel, adhesive: Standard, desk: Path) -> None:
    assert evaluate(sample.copy().save(desk / "录入表.xlsx"), adhesive).findings == ()


def test_more_than_a_hundred_faults_are_seeded_and_no_two_of_them_are_the_same() -> None:
    faults = [case for case in CASES if case[2]]

    assert len(faults) > 100
    assert len({case[0] for case in CASES}) == len(CASES)
    assert all(len(case[2]) == 1 for case in faults)
