"""Equations of computed columns: the formula in symbols, and for each row what was really computed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.report.ooxml import Element, qn
from pipeline.report.row_equations import row_equations
from pipeline.standard import load_standard
from tests.conftest import TESTS

OPTIONS = {
    "id": "options",
    "label": "方案",
    "rows": 5,
    "key": ["name"],
    "columns": [
        {"id": "name", "label": "名称", "type": "text", "required": True},
        {"id": "investment", "label": "投资", "type": "number", "unit": "万元"},
        {"id": "saving", "label": "节省", "type": "number", "unit": "万元/年"},
        {"id": "years", "label": "年限", "type": "number", "unit": "年"},
        {"id": "flow", "label": "直接填的现金流量", "type": "number", "unit": "万元/年"},
    ],
}
COLUMNS = [
    {"id": "options.d", "label": "折旧", "symbol": "D", "unit": "万元/年", "formula": "options.investment / options.years"},
    {
        "id": "options.e", "label": "净利润", "symbol": "E", "unit": "万元/年",
        "formula": "(options.saving - options.d) * (100 - recycling_rate)", "symbols": {"recycling_rate": "r"},
    },
    {
        "id": "options.f", "label": "净现金流量", "symbol": "F", "unit": "万元/年",
        "formula": "if(present(options.flow), options.flow, options.e + options.d)",
    },
    {"id": "options.npv", "label": "净现值", "symbol": "NPV", "unit": "万元", "formula": "npv(land_rate, options.investment, options.f, options.years)"},
    {"id": "options.irr", "label": "内部收益率", "symbol": "IRR", "unit": "%", "formula": "irr(options.investment, options.f, options.years)"},
    {"id": "options.plain", "label": "无符号", "unit": "万元", "formula": "options.investment"},
]  # fmt: skip
CONSTANTS = [{"id": "land_rate", "label": "贴现率", "value": 5, "unit": "%"}]


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """The toy pack with the published example: I = 150, P = 40, Y = n = 10, tax 30 %, i = 5 % (domain file, oracle A)."""
    root = tmp_path_factory.mktemp("pack")
    folder = root / "toy_standard"
    folder.mkdir()
    for file in (TESTS / "toy_standard").glob("*.yaml"):
        (folder / file.name).write_bytes(file.read_bytes())
    intake = yaml.safe_load((folder / "intake.yaml").read_text("utf-8"))
    intake["sheets"][2]["tables"].append(OPTIONS)
    indicators = yaml.safe_load((folder / "indicators.yaml").read_text("utf-8"))
    indicators["columns"] += COLUMNS
    indicators["constants"] += CONSTANTS
    _dump(folder / "intake.yaml", intake)
    _dump(folder / "indicators.yaml", indicators)
    standard = load_standard(folder, TESTS / "toy_factors")
    path = root / "录入表.xlsx"
    row = {"investment": 150, "saving": 40, "years": 10}
    rows = [{"name": "甲", **row}, {"name": "乙", **row, "flow": 32.5}, {"name": "丙", "investment": 150}]
    path.write_bytes(write_workbook(standard, read_data({"recycling_rate": 30, "options": rows}, standard)))
    return evaluate(path, standard)


def _dump(path: Path, value: object) -> None:
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
    for clause in ("A.1", "A.10", "A.3", "A.6"):
        text = text.replace(f"clause: {clause}\n", f'clause: "{clause}"\n')
    path.write_text(text, "utf-8")


def shown(equation: Element) -> str:
    return "".join(node.text or "" for node in equation.iter(qn("m:t")))


def test_a_column_has_its_formula_in_symbols(evaluation: Evaluation) -> None:
    made = {key: make() for key, make in row_equations(evaluation)}
    assert shown(made["options.d/symbolic"]) == "D=投资年限"  # a fraction: numerator, denominator
    assert shown(made["options.e/symbolic"]) == "E=节省−D×100−r"
    assert "若" in shown(made["options.f/symbolic"])


def test_a_row_shows_the_side_of_a_condition_that_was_taken(evaluation: Evaluation) -> None:
    made = {key: make() for key, make in row_equations(evaluation)}
    assert shown(made["options[1].f/symbolic"]) == "F=E+D"
    assert shown(made["options[2].f/symbolic"]) == "F=直接填的现金流量"
    assert shown(made["options[1].f/substituted"]) == "F=17.5+15=32.50 万元/年"
    assert shown(made["options[2].f/substituted"]) == "F=32.5=32.50 万元/年"


def test_the_published_example_stands_with_its_numbers(evaluation: Evaluation) -> None:
    """D = 150/10 = 15, E = (40 − 15)(1 − 30 %) = 17.5, F = 32.5, NPV 100.96, IRR 17.26 % (oracle A)."""
    made = {key: make() for key, make in row_equations(evaluation)}
    assert shown(made["options[1].d/substituted"]) == "D=15010=15.00 万元/年"
    assert shown(made["options[1].e/substituted"]) == "E=40−15×100%−30%=17.50 万元/年"
    assert shown(made["options[1].npv/substituted"]) == "NPV=32.51+5%j（j=1…10）−150=100.96 万元"
    assert shown(made["options[1].irr/substituted"]) == "32.51+IRRj（j=1…10）−150=0，IRR=17.26%"


def test_a_blank_has_symbols_but_no_numbers_and_a_column_without_symbol_has_neither(
    evaluation: Evaluation,
) -> None:
    made = {key: make() for key, make in row_equations(evaluation)}
    assert "options[3].d/symbolic" in made
    assert "options[3].d/substituted" not in made
    assert not [key for key in made if "plain" in key]
