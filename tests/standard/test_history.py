"""CHANGELOG.md of a pack as data: versions in order, renames that lead to what the pack has."""

from __future__ import annotations

import pytest

from pipeline.standard.history import read_history, renamed_since
from pipeline.standard.types import Release, Standard


def block(renamed: str) -> str:
    return f"```yaml\nrenamed: {renamed}\n```\n"


def changelog(*sections: tuple[str, str]) -> str:
    parts = [f"## {version}\n\n一句话。\n\n{body}" for version, body in sections]
    return "# 变更\n\n" + "\n".join(parts)


def test_renames_are_followed_through_every_later_version(toy: Standard) -> None:
    text = changelog(
        ("1.2.0", block("{plot: land_area}")),
        ("1.1.0", block("{site: plot, energy_use.kind: energy_use.energy}")),
        ("1.0.0", block("{}")),
    )
    releases, problems = read_history(text, toy.intake, "1.2.0")
    assert problems == []
    assert releases == (
        Release("1.2.0", {"plot": "land_area"}),
        Release("1.1.0", {"site": "plot", "energy_use.kind": "energy_use.energy"}),
        Release("1.0.0", {}),
    )
    assert renamed_since(releases, "1.0.0") == {
        "site": "land_area",
        "plot": "land_area",
        "energy_use.kind": "energy_use.energy",
    }
    assert renamed_since(releases, "1.1.0") == {"plot": "land_area"}
    assert renamed_since(releases, "1.2.0") == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# 变更\n", "CHANGELOG.md：没有任何版本"),
        (
            changelog(("1.1.0", "")),
            "CHANGELOG.md 第 3 行：最新的版本应为 1.2.0（standard.yaml 的 pack_version）",
        ),
        (
            changelog(("1.2.0", ""), ("1.2.0", "")),
            "CHANGELOG.md 第 8 行：版本应由新到旧，1.2.0 不早于 1.2.0",
        ),
        (changelog(("1.2.0", ""), ("早期", "")), "CHANGELOG.md 第 8 行：标题“早期”应为版本号，如 1.0.0"),
        (
            changelog(("1.2.0", "```yaml\nrenamed: {}\nmoved: {}\n```\n")),
            "CHANGELOG.md 第 8 行：yaml 块应为 renamed: {旧标识: 新标识}，没有别的键",
        ),
        (
            changelog(("1.2.0", block("{site: site_area}"))),
            "CHANGELOG.md：“site”改名为“site_area”，但 intake.yaml 中没有“site_area”",
        ),
        (
            changelog(("1.2.0", block("{land_area: credit_code}"))),
            "CHANGELOG.md：“land_area”已改名为“credit_code”，但 intake.yaml 中还有“land_area”",
        ),
        (changelog(("1.2.0", block("{旧: land_area}"))), "CHANGELOG.md 第 8 行：“旧: land_area”应为两个标识"),
        (
            changelog(("1.2.0", block("{kind: energy_use.energy}"))),
            "CHANGELOG.md 第 8 行：“kind: energy_use.energy”一边是列，一边不是",
        ),
        (
            changelog(("1.2.0", block("{a: land_area, a: land_area}"))),
            "CHANGELOG.md 第 8 行：键“a”重复（前面在第 8 行）",
        ),
        (
            changelog(("1.2.0", block("{}") + block("{}"))),
            "CHANGELOG.md 第 11 行：版本 1.2.0 有不止一个 yaml 块",
        ),
        (block("{}") + changelog(("1.2.0", "")), "CHANGELOG.md 第 2 行：yaml 块应写在某个版本的标题之下"),
        (changelog(("1.2.0", "```yaml\nrenamed: {}\n")), "CHANGELOG.md：yaml 块没有结束的 ```"),
    ],
)
def test_a_faulty_changelog_is_told_with_its_line(text: str, problem: str, toy: Standard) -> None:
    assert read_history(text, toy.intake, "1.2.0")[1] == [problem]
