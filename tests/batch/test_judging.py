"""The judging in small: twelve clients, three of them hostile, killed three times."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.batch.judging import Good, hostile, judge, make_clients
from tests.batch.shop import Shop, reports

MARKUP = ('=HYPERLINK("http://x","点")', "<script>alert(1)</script>", "{{ 7*7 }}")


def good(shop: Shop) -> Good:
    """Sound clients and drafts, some with names that mean harm."""

    def make(folder: Path, number: int) -> None:
        land = None if number % 5 == 0 else 100000 + number
        shop.client(folder, land_area=land, enterprise_name=f"{MARKUP[number % 3]}{number}")

    return make


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_batch_killed_at_random_ends_like_one_that_was_not(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    make_clients(tmp_path / "in", 12, 3, good(shop), shop.workbook())

    options = [*shop.options, "--no-page-numbers", "--memory-limit", "256", "--jobs", "2"]
    judged = judge(tmp_path / "in", tmp_path, options, kills=3, seed=7)

    assert (judged.clients, judged.without_report) == (12, 3)


def test_every_hostile_workbook_fails_alone_and_in_words(shop: Shop, tmp_path: Path) -> None:
    spoilt = hostile(shop.workbook())
    (tmp_path / "in").mkdir()
    for name, content in spoilt.items():
        (tmp_path / "in" / f"{name}.xlsx").write_bytes(content)
    shop.client(tmp_path / "in" / "好")

    result = shop.batch(tmp_path / "in", "-o", tmp_path / "out", "--memory-limit", "256")

    assert result.exit_code == 1
    assert {name.split("/")[0] for name in reports(tmp_path / "out")} == {"好"}
    for name in spoilt:
        assert (
            f"{name}：{name}.xlsx：" in result.output or f"{name}：{name}.xlsx 没有写明" in result.output
        ), name
    assert "程序内部出错" not in result.output
