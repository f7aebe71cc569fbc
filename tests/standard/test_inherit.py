"""A pack over a base: add, change, replace and remove by id, with the place of every difference."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.findings import PackError
from pipeline.standard import Standard, load_standard
from pipeline.standard.inherit import Override
from tests.conftest import TESTS

OWN = {
    "standard.yaml": "id: city_toy\nbase: toy_standard\ntitle: 某市玩具行业绿色工厂评价要求\n"
    "references: [{number: 某市工信局 2025 年第 1 号}]\n",
    "scoring.yaml": """categories:
  - id: performance
    weight: 85
    subcategories:
      - id: land_use
        weight: 55
        criteria:
          - {id: T04, points: 50}
          - {id: T05, remove: true}
          - {id: T04B, after: T04, clause: "市 3", texts: [建筑面积不少于 1 万平方米。], obligation: optional, points: 50,
             method: condition, condition: building_floor_area >= 10000}
""",
    "indicators.yaml": """indicators:
  - id: floor_area_ratio
    thresholds: {clause: 市 2, levels: {entry: 0.70}}
""",
}


def city(folder: Path, **changes: str) -> Standard:
    """The city's pack over the toy pack, its files changed as told."""
    shutil.copytree(TESTS / "toy_standard", folder / "toy_standard", dirs_exist_ok=True)
    (folder / "city_toy").mkdir(exist_ok=True)
    for name, text in {**OWN, **{f"{k}.yaml": v for k, v in changes.items()}}.items():
        (folder / "city_toy" / name).write_text(text, encoding="utf-8")
    return load_standard(folder / "city_toy", TESTS / "toy_factors")


def test_what_the_pack_does_not_say_is_that_of_its_base(tmp_path: Path, toy: Standard) -> None:
    pack = city(tmp_path)

    assert pack.intake.fields.keys() == toy.intake.fields.keys()
    assert pack.identity.publisher == "玩具协会"
    assert pack.identity.title == "某市玩具行业绿色工厂评价要求"
    assert pack.errata == toy.errata
    assert pack.cases == ()  # worked cases are a pack's own: the base's numbers need not hold


def test_rows_are_changed_added_and_removed_by_id_in_their_place(tmp_path: Path) -> None:
    pack = city(tmp_path)

    land = next(sub for _, sub in pack.scoring.subcategories if sub.id == "land_use")
    assert [(c.id, c.points) for c in land.criteria] == [("T04", Decimal(50)), ("T04B", Decimal(50))]
    assert land.criteria[0].indicator == "floor_area_ratio"  # untouched keys stay
    limits = pack.indicators.by_id["floor_area_ratio"].thresholds
    assert limits is not None
    assert limits.levels == {
        "entry": Decimal("0.70"),
        "recommended": Decimal("0.72"),
        "excellent": Decimal("1.20"),
    }


def test_every_difference_is_kept_with_its_place(tmp_path: Path) -> None:
    overrides = [o for o in city(tmp_path).overrides if o.path.startswith("scoring")]

    assert overrides == [
        Override("scoring.yaml/categories/performance/land_use/T04", "changed", "scoring.yaml 第 8 行", ("points",)),
        Override("scoring.yaml/categories/performance/land_use/T05", "removed", "scoring.yaml 第 9 行"),
        Override("scoring.yaml/categories/performance/land_use/T04B", "added", "scoring.yaml 第 10 行"),
        Override("scoring.yaml/categories/performance/land_use", "changed", "scoring.yaml 第 5 行", ("weight",)),
        Override("scoring.yaml/categories/performance", "changed", "scoring.yaml 第 2 行", ("weight",)),
    ]  # fmt: skip


def test_the_digest_changes_when_the_base_changes(tmp_path: Path) -> None:
    before = city(tmp_path).digest
    errata = tmp_path / "toy_standard" / "errata.yaml"
    errata.write_text(errata.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    assert load_standard(tmp_path / "city_toy", TESTS / "toy_factors").digest != before


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("standard", "id: city_toy\nbase: toy_standart\n", "base“toy_standart”不存在"),
        ("standard", "id: city_toy\nbase: city_toy\n", "base“city_toy”绕回了自己"),
        ("indicators", "indicators: [{id: floor_area_ration, remove: true}]\n", "基础标准包里没有“floor_area_ration”，不能删除或替换，是否应为“floor_area_ratio”？"),
        ("indicators", "indicators: [{id: nmhc, unit: 万圆}]\n", "单位“万圆”不认识"),
        ("indicators", "indicators: [{id: nmhc, unti: m}]\n", "indicators.yaml 第 1 行：未知的键“unti”"),
        ("errata", "- {id: AN-02, after: AN-09, where: x, says: x, does: x}\n", "after 指的“AN-09”不存在"),
    ],
)  # fmt: skip
def test_a_fault_in_a_difference_is_named(tmp_path: Path, file: str, text: str, says: str) -> None:
    with pytest.raises(PackError) as caught:
        city(tmp_path, **{file: text})

    assert any(says in problem for problem in caught.value.problems), caught.value.problems
