"""未填, 不适用, 未检出, 无, a formula in error, a formula without result: told apart from the cell to the report."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.quantity import MISSING, NotApplicable, NotDetected
from pipeline.report.context import report_context
from pipeline.standard.types import Standard
from tests.conftest import found
from tests.intake.builder import clean_book

BASIC, SITE, ENERGY, SELF = "基本信息", "用地与产出", "能源消耗", "自评价表"


@pytest.fixture
def every_kind(toy: Standard, tmp_path: Path) -> Evaluation:
    """One workbook with every kind of blank."""
    book = clean_book(toy)
    for cell in ("J6", "J7", "J8"):
        book.put(f"{SELF}!{cell}", "无")
    for cell in ("K9", "K10", "K11", "K12"):
        book.put(f"{SELF}!{cell}", "E01")
    book.put(f"{BASIC}!D4", None).put(f"{BASIC}!D5", None)
    book.put(f"{SITE}!D4", 1).put(f"{SITE}!D5", 2).put(f"{ENERGY}!D7", 3)
    book.put(f"{SITE}!D6", "不适用").put(f"{SITE}!G6", "没有构筑物")
    book.put(f"{SITE}!D9", "未检出(<0.5)").put(f"{SITE}!D10", "/")

    def site(xml: bytes) -> bytes:
        xml = re.sub(rb'<c r="D4"[^>]*><v>1</v></c>', b'<c r="D4" t="e"><f>1/0</f><v>#DIV/0!</v></c>', xml)
        return re.sub(rb'<c r="D5"[^>]*><v>2</v></c>', b'<c r="D5"><f>SUM(B1:B9)</f></c>', xml)

    def energy(xml: bytes) -> bytes:
        return re.sub(rb'<c r="D7"[^>]*><v>3</v></c>', b'<c r="D7" t="e"><f>A/B</f><v>#NAME?</v></c>', xml)

    book.patch(r"xl/worksheets/sheet3\.xml", site).patch(r"xl/worksheets/sheet4\.xml", energy)
    return evaluate(book.write(tmp_path / "录入表.xlsx"), toy)


def test_each_kind_is_a_value_of_its_own(every_kind: Evaluation) -> None:
    intake = every_kind.intake
    assert intake.fact("enterprise_name").value is MISSING
    assert intake.fact("structure_floor_area").value == NotApplicable("没有构筑物")
    assert intake.fact("nmhc_measured").value == NotDetected(Decimal("0.5"))
    assert [intake.fact(f).value for f in ("land_area", "building_floor_area", "recycling_rate")] == [
        MISSING
    ] * 3
    assert {"land_area", "building_floor_area", "recycling_rate", "energy_use[2].amount"} <= intake.refused
    assert "enterprise_name" not in intake.refused
    statements = [row.fact("statement").value for row in intake.rows("criteria")][:3]
    assert statements == ["无", "无", "无"]


def test_each_kind_has_its_own_finding_or_none(every_kind: Evaluation) -> None:
    assert found(every_kind) == [
        ("missing", "D4", "enterprise_name"),
        ("cell_error", "D4", "land_area"),
        ("formula_without_result", "D5", "building_floor_area"),
        ("not_a_number", "D10", "recycling_rate"),
        ("cell_error", "D7", "energy_use.amount"),
    ]
    words = {f.where.cell + f.code: f.message for f in every_kind.findings if f.where is not None}
    assert words == {
        "D4missing": "还没有填写",
        "D4cell_error": "单元格显示错误值 #DIV/0!",
        "D5formula_without_result": "公式没有保存计算结果",
        "D10not_a_number": "填的是“/”，应为数字",
        "D7cell_error": "单元格显示错误值 #NAME?",
    }


def test_each_kind_has_its_own_words_in_the_report(every_kind: Evaluation, toy: Standard) -> None:
    context = report_context(every_kind, toy.identity.reports[0], draft=True)
    facts = context["f"]
    assert {
        name: facts[name]
        for name in (
            "enterprise_name",
            "credit_code",
            "land_area",
            "building_floor_area",
            "structure_floor_area",
            "nmhc_measured",
            "recycling_rate",
        )
    } == {
        "enterprise_name": "【未填：工厂名称】",
        "credit_code": "未填",
        "land_area": "【公式出错：用地面积】",
        "building_floor_area": "【公式没有结果：建筑面积】",
        "structure_floor_area": "不适用（没有构筑物）",
        "nmhc_measured": "未检出（<0.5）",
        "recycling_rate": "【填写有误：回收率】",
    }
    assert [row["amount"] for row in context["tables"]["energy_use"]] == [
        "5000",
        "【公式出错：消耗量】",
        "4800",
    ]
    assert [row["factor_override"] for row in context["tables"]["energy_use"]] == ["—", "—", "—"]
    assert [row["statement"] for row in context["tables"]["criteria"]][:3] == ["无", "无", "无"]


def test_how_each_kind_enters_a_calculation_is_the_packs_rule(every_kind: Evaluation) -> None:
    ratio = every_kind.indicators["floor_area_ratio"]
    assert ratio.value is MISSING
    assert ratio.trace.causes == ("建筑面积（用地与产出!D5）", "用地面积（用地与产出!D4）")
