"""Conditions of fields as formulas, words and truths."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from pipeline.formula import syntax as s
from pipeline.intake.conditions import CellText, Names, translate
from pipeline.standard.types import Field

FIELDS = {
    "boiler": Field("boiler", "是否有锅炉", "yes_no"),
    "kind": Field("kind", "类型", "choice", options=("甲", "乙", '"丙"')),
    "kinds": Field("kinds", "种类", "multi_choice", options=("甲", "甲乙")),
    "count": Field("count", "数量", "integer", unit="台"),
}


def field_of(node: s.Name | s.Column) -> Field | None:
    return FIELDS.get(node.id) if isinstance(node, s.Name) else None


NAMES = Names(field_of, lambda node: f"f_{node.id}" if isinstance(node, s.Name) else "")


def answers(**cells: CellText) -> Callable[[s.Name | s.Column], CellText]:
    return lambda node: cells.get(node.id) if isinstance(node, s.Name) else None


@pytest.mark.parametrize(
    ("when", "excel", "words"),
    [
        ("boiler", 'f_boiler="是"', "“是否有锅炉”为“是”"),
        ("not boiler", 'NOT(f_boiler="是")', "并非（“是否有锅炉”为“是”）"),
        ("kind == '甲'", 'f_kind="甲"', "“类型”为“甲”"),
        ("kind == '\"丙\"'", 'f_kind="""丙"""', '“类型”为“"丙"”'),
        ("kind != '甲'", 'AND(LEN(f_kind)>0,NOT(f_kind="甲"))', "“类型”不为“甲”"),
        ("kind in ['甲', '乙']", 'OR(f_kind="甲",f_kind="乙")', "“类型”为“甲、乙”之一"),
        ("count >= 1.5", "AND(ISNUMBER(f_count),f_count>=1.5)", "“数量”不小于 1.5"),
        ("has(kinds, '甲')", 'ISNUMBER(FIND("、甲、","、"&f_kinds&"、"))', "“种类”含“甲”"),
        ("present(count)", "LEN(f_count)>0", "“数量”已填"),
        ("boiler and count > 2", 'AND(f_boiler="是",AND(ISNUMBER(f_count),f_count>2))', None),
        ("boiler or kind == '甲'", 'OR(f_boiler="是",f_kind="甲")', "“是否有锅炉”为“是”或“类型”为“甲”"),
    ],
)
def test_a_condition_over_answers_becomes_a_formula_and_words(
    when: str, excel: str, words: str | None
) -> None:
    condition = translate(when, NAMES)
    assert condition is not None
    assert condition.excel == excel
    assert words is None or condition.words == words


@pytest.mark.parametrize(
    "when", ["count + 1 > 2", "sum(t.x) > 1", "count", "absent == '甲'", "kind < '甲'", "t.x == '甲'"]
)
def test_any_other_condition_has_no_translation(when: str) -> None:
    assert translate(when, NAMES) is None


@pytest.mark.parametrize(
    ("when", "cells", "holds"),
    [
        ("boiler", {"boiler": "是"}, True),
        ("boiler", {}, False),
        ("not boiler", {}, True),
        ("kind != '甲'", {}, False),
        ("kind != '甲'", {"kind": "乙"}, True),
        ("kind in ['甲', '乙']", {"kind": "乙"}, True),
        ("count >= 1.5", {"count": Decimal("1.5")}, True),
        ("count >= 1.5", {"count": "不适用"}, False),
        ("has(kinds, '甲')", {"kinds": "甲乙"}, False),
        ("has(kinds, '甲')", {"kinds": "甲乙、甲"}, True),
        ("present(count)", {"count": Decimal(0)}, True),
        ("boiler and count > 2", {"boiler": "是", "count": Decimal(3)}, True),
        ("boiler or kind == '甲'", {"kind": "甲"}, True),
    ],
)
def test_a_condition_holds_for_the_cells_as_its_formula_would(
    when: str, cells: dict[str, CellText], holds: bool
) -> None:
    condition = translate(when, NAMES)
    assert condition is not None
    assert condition.holds(answers(**cells)) is holds
