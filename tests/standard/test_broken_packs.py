"""Every fault of a pack is named with its file and line; a wrong pack never becomes wrong data."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.findings import PackError
from pipeline.standard import load_standard

TOY = Path(__file__).parent.parent / "toy_standard"
FACTORS = Path(__file__).parent.parent / "toy_factors"
Edit = Callable[[str, str, str], list[str]]


@pytest.fixture
def faulty(tmp_path: Path) -> Edit:
    """Replaces a piece of a toy pack's file and gives the problems that loading then reports."""

    def edit(file: str, old: str, new: str) -> list[str]:
        folder, factors = tmp_path / "toy_standard", tmp_path / "_factors"
        shutil.copytree(TOY, folder)
        shutil.copytree(FACTORS, factors)
        path = factors / file.removeprefix("_factors/") if file.startswith("_factors/") else folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(PackError) as caught:
            load_standard(folder, factors)
        return list(caught.value.problems)

    return edit


CASES = [
    ("unknown key", "intake.yaml", "label: 用地面积,", "lable: 用地面积,", "intake.yaml 第 21 行：未知的键“lable”，是否应为“label”？"),
    ("duplicate key", "standard.yaml", "status: draft", "status: draft\nstatus: enacted", "standard.yaml 第 6 行：键“status”重复（前面在第 5 行）"),
    ("unquoted clause", "indicators.yaml", 'clause: "A.10"', "clause: 4.10", "“clause”应为加引号的文字，这里是 4.10"),
    ("unknown unit", "intake.yaml", "unit: 万元", "unit: 万圆", "填报项 gross_output_value 的单位“万圆”不认识"),
    ("word outside the list", "standard.yaml", "status: draft", "status: drafted", "“status”应为 draft、enacted、superseded 之一"),
    ("unknown name", "indicators.yaml", "gross_output_value / land_area", "gross_output_value / land_aera", "没有名为“land_aera”的填报项、指标、常量或列（是否为“land_area”？）"),
    ("units that disagree", "indicators.yaml", "gross_output_value / land_area", "gross_output_value / qualified_output", "与声明的单位 万元/公顷 不同类"),
    ("adding unlike things", "indicators.yaml", "(building_floor_area + structure_floor_area)", "(building_floor_area + gross_output_value)", "m² 与 万元 不能相加减"),
    ("a column outside its table", "indicators.yaml", "gross_output_value / land_area", "energy_use.amount / land_area", "只能用在 energy_use 的逐行公式"),
    ("circular indicators", "indicators.yaml", "formula: nmhc_measured", "formula: nmhc", "指标互相引用：nmhc → nmhc"),
    ("limits out of order", "indicators.yaml", "entry: 0.60, recommended: 0.72", "entry: 0.80, recommended: 0.72", "各水平的限值顺序与方向（higher）不合"),
    ("variant that is no option", "indicators.yaml", "        热法:", "        温法:", "“温法”不是 process_type 的选项"),
    ("weights that do not add up", "scoring.yaml", "weight: 20\n    subcategories", "weight: 21\n    subcategories", "的权重 21 不等于各二级指标之和 20"),
    ("level row without limits", "scoring.yaml", "indicator: floor_area_ratio", "indicator: comprehensive_energy", "T04：method: level 要有一个带 thresholds 的 indicator"),
    ("rule at no field", "intake.yaml", "at: building_floor_area", "at: building_area", "的 at“building_area”不存在"),
    ("message with an unknown name", "intake.yaml", "用地面积 {land_area} 的 4 倍", "用地面积 {land} 的 4 倍", "message 里的“{land}”"),
    ("missing option set", "intake.yaml", "options: energies", "options: energy", "选项组“energy”不存在"),
    ("coefficient that lost its digit", "_factors/coal.yaml", "value: 1.4571", "value: 0.4571", "0.4571 与 10200 kcal ÷ 7000 不符"),
    ("role without field", "standard.yaml", "enterprise: enterprise_name", "enterprise: company", "roles.enterprise 指的填报项“company”不存在"),
    ("role without column", "standard.yaml", "evidence: evidence}", "evidence: evidence, evidence_file: scan}", "roles.evidence_file 指的列“scan”不在表 evidence 中"),
    ("not YAML", "errata.yaml", "- {id: AN-01,", "- {id: AN-01", "errata.yaml 第 1 行：YAML 写法有误"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "says"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_fault_is_named_with_its_place_and_the_way_out(
    faulty: Edit, file: str, old: str, new: str, says: str
) -> None:
    problems = faulty(file, old, new)

    assert any(says in problem for problem in problems), problems


def test_one_fault_gives_one_problem(faulty: Edit) -> None:
    assert faulty(
        "indicators.yaml", "gross_output_value / land_area", "gross_output_value / qualified_output"
    ) == [
        "indicators.yaml 第 27 行：指标 output_per_land_area：公式“gross_output_value / qualified_output”得到的是 万元/t，"
        "与声明的单位 万元/公顷 不同类"
    ]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    shutil.copytree(TOY, tmp_path / "toy_standard")
    (tmp_path / "toy_standard" / "scoring.yaml").unlink()

    with pytest.raises(PackError) as caught:
        load_standard(tmp_path / "toy_standard", FACTORS)

    assert caught.value.problems == ("缺少文件 scoring.yaml",)
