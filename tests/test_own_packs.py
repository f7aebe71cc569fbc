"""A pack outside the repository, from `standard new` to the report, as a stranger makes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.standard import load_standard
from tests.report.word_fixtures import texts

FACTS = """enterprise_name: 某某商业管理有限公司
evaluation_year: 2024
evaluation_date: "2025-03-01"
introduction: 一座三层的商场。
floor_area: 100
lamps: 100
saving_lamps: 80
energy_use: [{meter: 总表, amount: 9000}, {meter: 分表, amount: 1000}]
evidence: [{number: E01, name: 电费单据}]
criteria:
  A01: {verdict: 符合, statement: 没有事故。, evidence: E01}
  B01: {statement: 按电费单据。, evidence: E01}
  B02: {statement: 按清单。, evidence: E01}
  C01: {verdict: 符合, statement: 有制度。, evidence: E01}
  C02: {verdict: 部分符合, score: 4, statement: 培训一次。, evidence: E01}
"""


def lvbao(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def text_of(docx: Path) -> str:
    return "\n".join(texts(docx.read_bytes()))


@pytest.fixture
def mall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a new pack, found by the environment variable."""
    monkeypatch.setenv("LVBAO_STANDARDS", str(tmp_path / "packs"))
    (tmp_path / "packs").mkdir()
    result = lvbao("standard", "new", "mall")
    assert result.exit_code == 0, result.output
    return tmp_path / "packs" / "mall"


def test_the_skeleton_passes_every_check_as_it_is(mall: Path) -> None:
    result = lvbao("standard", "check", "mall", "--strict")

    assert result.exit_code == 0
    assert result.output == "mall：结构、单位、公式、分值、模板通过；算例 2/2 相符；待核实 0 项。\n"


def test_a_pack_elsewhere_goes_from_blank_workbook_to_report(mall: Path, tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text(FACTS, encoding="utf-8")
    workbook = tmp_path / "客户" / "录入表.xlsx"
    blank = lvbao("new", "mall", "-o", tmp_path / "空白.xlsx")
    filled = lvbao("new", "mall", "--data", tmp_path / "facts.yaml", "-o", workbook)
    run = lvbao("run", workbook, "-o", tmp_path / "out", "--no-page-numbers")

    assert (blank.exit_code, filled.exit_code, run.exit_code) == (0, 0, 0), run.output
    record = json.loads((tmp_path / "out" / "客户" / "evaluation.json").read_text(encoding="utf-8"))
    # 10000 ÷ 100 = 100 kWh/m²: 40 × (120 − 100) ÷ 40 = 20; 80 %: 30; 20 + 4 of 30
    assert record["scorecard"]["totals"]["printed"]["score"] == "74"
    report = text_of(tmp_path / "out" / "客户" / "自评价报告.docx")
    assert "某某商业管理有限公司" in report
    assert "单位建筑面积电耗为 100.00 kWh/m²" in report


def test_an_own_template_is_built_from_its_text_and_used(mall: Path, tmp_path: Path) -> None:
    source = mall / "report_templates" / "self_evaluation.md"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("灯具共 {{ f.lamps }} 盏", "商场有灯 {{ f.lamps }} 盏"), encoding="utf-8")

    stale = lvbao("template", "build", mall, "--check")
    built = lvbao("template", "build", mall)
    checked = lvbao("template", "check", source.with_suffix(".docx"), "--standard", "mall")
    (tmp_path / "facts.yaml").write_text(FACTS, encoding="utf-8")
    lvbao("new", "mall", "--data", tmp_path / "facts.yaml", "-o", tmp_path / "a.xlsx")
    lvbao("run", tmp_path / "a.xlsx", "-o", tmp_path / "out", "--no-page-numbers")

    assert (stale.exit_code, built.exit_code, checked.exit_code) == (1, 0, 0)
    assert "商场有灯 100 盏" in text_of(tmp_path / "out" / "a" / "自评价报告.docx")


def test_a_name_that_the_pack_does_not_know_is_a_fault_of_its_template(mall: Path) -> None:
    source = mall / "report_templates" / "self_evaluation.md"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("f.lamps", "f.lamp"), encoding="utf-8")
    lvbao("template", "build", mall)

    result = lvbao("standard", "check", "mall")

    assert result.exit_code == 1
    assert "错误：模板 report_templates/self_evaluation.docx：" in result.output
    assert "f.lamp" in result.output


def test_a_copy_takes_the_report_templates_along_and_a_pack_over_another_uses_its(mall: Path) -> None:
    copied = lvbao("standard", "new", "mall-2", "--from", "mall")
    over = lvbao("standard", "new", "mall-city", "--from", "mall", "--over")

    assert (copied.exit_code, over.exit_code) == (0, 0), copied.output + over.output
    own = mall.parent / "mall-2" / "report_templates" / "self_evaluation.md"
    assert "standard: mall-2\n" in own.read_text(encoding="utf-8")
    assert [p.name for p in sorted((mall.parent / "mall-city").iterdir())] == ["standard.yaml"]
    assert lvbao("standard", "check", "mall-city").exit_code == 0
    assert load_standard(mall.parent / "mall-city").identity.base == "mall"


def test_an_own_pack_may_stand_over_a_shipped_one(mall: Path) -> None:
    result = lvbao("standard", "new", "city", "--from", "gbt-36132-2025", "--over")

    assert result.exit_code == 0, result.output
    pack = load_standard(mall.parent / "city")
    assert "coal" in pack.factors  # the shipped coefficient tables, since there are none beside it


def test_a_pack_that_is_nowhere_is_told_with_the_places_looked_at(mall: Path) -> None:
    result = lvbao("new", "malls")

    assert result.exit_code == 2
    assert "没有名为“malls”的标准包。是否为“mall”？" in result.output
    assert f"找过 {mall.parent} 和随程序提供的标准包" in result.output


def test_a_folder_that_is_not_there_is_told() -> None:
    result = lvbao("standard", "check", "mall", "--standards", "没有这个文件夹")

    assert result.exit_code == 2
    assert (
        "找不到标准包所在的文件夹 没有这个文件夹，请核对 --standards 或环境变量 LVBAO_STANDARDS。"
        in result.output
    )


def test_the_list_names_own_and_shipped_packs(mall: Path) -> None:
    output = lvbao("standard", "list").output

    assert "mall " in output
    assert "gbt-36132-2025" in output
    assert "_skeleton" not in output
