"""Every fault of a pack is named with its file and line and the way out; a wrong pack never becomes wrong data.

The faults are small edits of the toy pack, in tests/broken_packs: what is replaced, and exactly what is said then.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.findings import PackError
from pipeline.standard import Standard, load_standard
from pipeline.standard.catalogue import catalogue
from pipeline.standard.yaml import read
from tests.conftest import TESTS

BROKEN = TESTS / "broken_packs"
FACTORS = TESTS / "toy_factors"
Edit = Callable[[dict[str, Any]], Path]


def edits(*, loads: bool) -> list[Any]:
    """The edits that leave a pack which loads (`catalogue.yaml`), or the others."""
    files = [p for p in sorted(BROKEN.glob("*.yaml")) if (p.name == "catalogue.yaml") == loads]
    return [pytest.param(edit, id=f"{p.stem}: {edit['name']}") for p in files for edit in read(p, p.name)]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """Writes the toy pack with a piece of one file replaced, and gives its folder."""

    def make(edit: dict[str, Any]) -> Path:
        folder, factors = tmp_path / "toy_standard", tmp_path / "_factors"
        shutil.copytree(TESTS / "toy_standard", folder)
        shutil.copytree(FACTORS, factors)
        file = str(edit["file"])
        path = tmp_path / file if file.startswith("_factors/") else folder / file
        text = path.read_text(encoding="utf-8")
        assert edit["replace"] in text
        path.write_text(text.replace(edit["replace"], edit["with"], 1), encoding="utf-8")
        return folder

    return make


@pytest.mark.parametrize("edit", edits(loads=False))
def test_a_fault_is_named_with_its_place_and_the_way_out(edited: Edit, edit: dict[str, Any]) -> None:
    with pytest.raises(PackError) as caught:
        load_standard(edited(edit))

    assert list(caught.value.problems) == list(edit["says"])


@pytest.mark.parametrize("edit", edits(loads=True))
def test_what_a_whole_pack_lacks_is_listed_with_its_place(edited: Edit, edit: dict[str, Any]) -> None:
    found = getattr(catalogue(load_standard(edited(edit))), edit["list"])

    said = list(edit["says"])
    if (
        edit["list"] == "unused"
    ):  # the toy pack has no template, so its fields that only a report prints are there too
        assert [line for line in found if "colour" in line or "bill" in line] == said
    else:
        assert list(found) == said


def test_every_list_of_the_catalogue_has_a_broken_pack() -> None:
    tried = {edit["list"] for edit in read(BROKEN / "catalogue.yaml", "catalogue.yaml")}

    assert tried == {"faults", "sums", "unused", "unjudged", "unverified", "uncovered"}


def test_the_toy_pack_itself_has_no_fault(toy: Standard) -> None:
    assert (catalogue(toy).sums, toy.errata[0].affects) == ((), ("T03",))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    shutil.copytree(TESTS / "toy_standard", tmp_path / "toy_standard")
    (tmp_path / "toy_standard" / "scoring.yaml").unlink()

    with pytest.raises(PackError) as caught:
        load_standard(tmp_path / "toy_standard", FACTORS)

    assert caught.value.problems == ("缺少文件 scoring.yaml",)
