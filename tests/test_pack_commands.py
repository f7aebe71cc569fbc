"""The commands over packs: check with its lists, test, show, new."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.standard import load_standard
from pipeline.standard.catalogue import catalogue
from tests.conftest import TESTS
from tests.standard.test_inherit import city


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """A folder with the toy packs and their coefficients, in which a new one may be made."""
    for name in ("toy_standard", "toy_scheme"):
        shutil.copytree(TESTS / name, tmp_path / name)
    shutil.copytree(TESTS / "toy_factors", tmp_path / "_factors")
    return tmp_path


def lvbao(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def test_strict_fails_on_numbers_that_are_not_the_standards_and_lists_them_all() -> None:
    plain = lvbao("standard", "check", "gbt-36132-2025")
    strict = lvbao("standard", "check", "gbt-36132-2025", "--strict")

    assert (plain.exit_code, strict.exit_code) == (0, 1)
    assert re.search(
        r"gbt-36132-2025：结构、单位、公式、分值、模板通过；算例 (\d+)/\1 相符；待核实 \d+ 项。", plain.output
    )
    assert "加 --strict 全部列出" in plain.output
    assert re.search(r"  scoring.yaml 第 \d+ 行：评价要素 G14 的分值 8（暂拟）", strict.output)
    assert "--strict 不通过：" in strict.output


def test_a_pack_without_its_template_does_not_pass(packs: Path) -> None:
    result = lvbao("standard", "check", "toy_scheme", "--standards", packs)

    assert result.exit_code == 1
    assert (
        "错误：standard.yaml 第 10 行：报告 self_evaluation 的模板 toy_scheme/self_evaluation.docx 不存在；请在标准包文件夹或 "
        "report_templates 中写好 toy_scheme/self_evaluation.md，再运行 lvbao template build" in result.output
    )


def test_the_catalogue_names_what_nobody_uses_and_what_no_case_proves(packs: Path) -> None:
    seen = catalogue(load_standard(packs / "toy_scheme", packs / "_factors"))

    assert [line.partition("：")[2].partition("（")[0] for line in seen.unused] == ["scheme.name"]
    assert seen.uncovered[:2] == (
        "indicators.yaml 第 13 行：指标 water_reuse（用水重复利用率）",
        "indicators.yaml 第 21 行：指标 energy_share（能源消耗强度对标程度）",
    )
    assert any(line.endswith("评价要素 S02（用水重复利用率）") for line in seen.uncovered)


def test_a_field_that_enters_nothing_is_named(packs: Path) -> None:
    path = packs / "toy_scheme" / "intake.yaml"
    added = "      - {id: colour, label: 颜色, type: text}\n"
    text = path.read_text(encoding="utf-8")
    at = text.index("      - {id: land_area")
    path.write_text(text[:at] + added + text[at:], encoding="utf-8")

    seen = catalogue(load_standard(packs / "toy_scheme", packs / "_factors"))

    assert seen.unused[0] == (
        "intake.yaml 第 8 行：colour（颜色）没有进入任何公式、规则、图或报告；"
        "请删去，或用在报告里，或写 informational: 为什么要填"
    )


def test_test_tells_what_no_case_proves(packs: Path) -> None:
    result = lvbao("standard", "test", "toy_standard", "--standards", packs)

    assert result.exit_code == 0
    assert "算例 1/1 相符。" in result.output
    assert "没有算例的指标和评价要素" in result.output


def test_show_prints_the_table_and_the_differences_to_the_base(tmp_path: Path) -> None:
    city(tmp_path)
    shutil.copytree(TESTS / "toy_factors", tmp_path / "_factors")

    result = lvbao("standard", "show", "city_toy", "--merged", "--standards", tmp_path)

    assert result.exit_code == 0
    assert "以 toy_standard 为基础" in result.output
    assert "scoring.yaml/categories/performance/land_use/T05" in result.output
    assert "删除" in result.output


@pytest.mark.parametrize("over", [True, False])
def test_a_new_pack_loads_as_it_is(packs: Path, over: bool) -> None:
    extra = ["--over"] if over else []
    result = lvbao("standard", "new", "my-toy", "--from", "toy_standard", "--standards", packs, *extra)

    assert result.exit_code == 0, result.output
    pack = load_standard(packs / "my-toy", packs / "_factors")
    assert (pack.id, pack.identity.base) == ("my-toy", "toy_standard" if over else None)
    assert list(pack.scoring.criteria) == [f"T0{n}" for n in range(1, 8)]


@pytest.mark.parametrize(
    ("name", "says"), [("toy_scheme", "已经存在"), ("../x", "只能用小写字母"), ("玩具", "只能用小写字母")]
)
def test_a_name_that_cannot_be_is_refused(packs: Path, name: str, says: str) -> None:
    result = lvbao("standard", "new", name, "--from", "toy_standard", "--standards", packs)

    assert result.exit_code == 2
    assert says in result.output
