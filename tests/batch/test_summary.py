"""汇总.xlsx and 汇总.html: what they say, that client text stays text, and that they are the same bytes everywhere."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from lxml import html

from pipeline.batch.job import State
from pipeline.batch.manifest import Record
from pipeline.batch.run import Done
from pipeline.batch.summary import summarise
from pipeline.batch.summary_book import summary_book
from pipeline.batch.summary_page import summary_page
from tests.batch.shop import SUMMARY, Shop, results
from tests.conftest import ROOT
from tests.test_reproducible import ABROAD, HOME, LATER

FORMULA = '=HYPERLINK("http://example.invalid","点这里")'
MARKUP = "<script>alert(1)</script><b>粗</b>"


def make_three(shop: Shop, folder: Path) -> None:
    """甲: 10 ha, floor area ratio 120000/100000 = 1.20, output 30000/10 = 3000 a ha, energy 100 万kWh × 0.1229 kgce/kWh
    = 122900 kgce for 1000 t = 122.90. 乙: 20 ha, 0.60, 1500, the same energy. 丙: no land area."""
    shop.client(folder / "甲#1 100%", enterprise_name=FORMULA)
    shop.client(folder / "乙", land_area=200000, enterprise_name=MARKUP)
    shop.client(folder / "丙", land_area=None)


@pytest.fixture(scope="module")
def output(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("three")
    make_three(shop, folder / "in")
    (folder / "in" / "坏.xlsx").write_bytes(b"no workbook")
    assert shop.batch(folder / "in", "-o", folder / "out").exit_code == 1
    return folder / "out"


def sheets(output: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows of every sheet, formulas unevaluated."""
    book = openpyxl.load_workbook(io.BytesIO((output / "汇总.xlsx").read_bytes()))
    return {sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def test_each_report_has_its_line(output: Path) -> None:
    head, *rows = sheets(output)["汇总"]
    table = {row[0]: dict(zip(head, row, strict=True)) for row in rows}

    assert list(table) == ["丙", "乙", "坏", "甲#1 100%"]
    assert [row["状态"] for row in table.values()] == ["草稿", "正式", "失败", "正式"]
    assert [row["报告"] for row in table.values()] == [
        "丙/自评价报告（草稿）.docx", "乙/自评价报告.docx", None, "甲#1 100%/自评价报告.docx",
    ]  # fmt: skip
    assert [(row["错误"], row["年度"]) for row in table.values()] == [
        (1, 2024),
        (0, 2024),
        (None, None),
        (0, 2024),
    ]
    assert "用地面积" in str(table["丙"]["首要问题"])
    assert "坏.xlsx：内容是纯文本" in str(table["坏"]["首要问题"])


def test_the_level_and_the_value_of_every_indicator_stand_there(output: Path) -> None:
    tables = sheets(output)

    assert [*tables] == ["汇总", "等级 T／TOY 1-2024", "数值 T／TOY 1-2024", "分布"]
    assert tables["等级 T／TOY 1-2024"] == [
        (
            "客户",
            "容积率",
            "单位用地面积产值（万元/公顷）",
            "单位产品综合能耗（kgce/t）",
            "非甲烷总烃排放浓度（mg/m³）",
        ),
        ("丙", "无法计算", "无法计算", "未达到准入值", "无法计算"),
        ("乙", "准入值", "准入值", "未达到准入值", "无法计算"),
        ("甲#1 100%", "优秀值", "推荐值", "未达到准入值", "无法计算"),
    ]
    assert [row[1:4] for row in tables["数值 T／TOY 1-2024"][1:]] == [
        (None, None, 122.9),
        (0.6, 1500, 122.9),
        (1.2, 3000, 122.9),
    ]


def test_how_a_client_stands_is_seen_at_a_glance(output: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO((output / "汇总.xlsx").read_bytes()))
    states = {row[4].value: row[4].fill.fgColor.rgb for row in book["汇总"].iter_rows(min_row=2)}

    assert states == {"草稿": "FFFFC24D", "正式": "FFC6E0B4", "失败": "FFFF9B9B"}


def test_a_standard_without_points_and_basic_requirements_has_neither_in_the_summary() -> None:
    """The audit knows no points; `—` and an empty cell, no `0.00` of 0, no bar among the scores, no empty sheet."""
    line = {
        "enterprise": "某厂", "year": 2024, "number": "审核", "basic": "", "printed": "0.00", "printed_of": "0",
        "whole": "0.00", "whole_of": "0", "confirmed": "0.00", "complete": True, "errors": 0, "warnings": 0,
        "findings": [], "levels": ["未达到三级"],
        "indicators": [{"id": "a", "label": "水平", "unit": "1", "value": None, "level": "不适用"}],
    }  # fmt: skip

    summary = summarise([Done(Record("甲", "申报", State.FINAL, "", line=line), "")])

    shown = dict(
        summary.lines.iloc[0][["基本要求", "原文部分得分", "全表得分（暂拟）", "全表满分", "已证实得分"]]
    )
    assert set(shown.values()) == {""}
    assert list(summary.scores.columns) == []
    sheets = openpyxl.load_workbook(io.BytesIO(summary_book(summary))).sheetnames
    assert sheets == ["汇总", "等级 审核", "分布"]
    assert "中位" not in summary_page(summary)


def test_distributions_are_counted(output: Path) -> None:
    rows = sheets(output)["分布"]
    at = {row[0]: row[1:6] for row in rows if row[0] and row[1] is not None}

    assert (at["正式"][0], at["草稿"][0], at["失败"][0]) == (2, 1, 1)
    words = next(row[1:6] for row in rows if row[1] == "未达到准入值")
    assert words == ("未达到准入值", "准入值", "推荐值", "优秀值", "无法计算")
    counted = next(row[1:6] for row in rows if row[0] == "容积率")
    assert counted == (0, 1, 0, 1, 1)
    spread = [row[1:5] for row in rows if row[0] == "单位用地面积产值（万元/公顷）"][-1]
    assert spread == (2, 1500, 2250, 3000)


def test_client_text_is_text_in_the_workbook_and_links_lead_to_the_reports(output: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO((output / "汇总.xlsx").read_bytes()))
    cells = {
        cell.value: cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }

    assert {cell.data_type for cell in cells.values()} <= {"s", "n"}
    assert FORMULA in cells
    assert MARKUP in cells
    links = [cell.hyperlink.target for cell in cells.values() if cell.hyperlink]
    assert links == ["丙/自评价报告（草稿）.docx", "乙/自评价报告.docx", "甲%231%20100%25/自评价报告.docx"]


def test_client_text_is_text_on_the_page_and_links_lead_to_the_reports(output: Path) -> None:
    text = (output / "汇总.html").read_text(encoding="utf-8")
    page = html.fromstring(text)

    assert len(page.findall(".//script")) == 1
    assert page.findall(".//b") == []
    assert MARKUP in page.text_content()
    assert "default-src 'none'" in text
    assert "http" not in text.replace("http://example.invalid", "").replace("http-equiv", "")
    links = [a.get("href") for a in page.iterfind(".//a")]
    assert links == [
        "%E4%B8%99/%E8%87%AA%E8%AF%84%E4%BB%B7%E6%8A%A5%E5%91%8A%EF%BC%88%E8%8D%89%E7%A8%BF%EF%BC%89.docx",
        "%E4%B9%99/%E8%87%AA%E8%AF%84%E4%BB%B7%E6%8A%A5%E5%91%8A.docx",
        "%E7%94%B2%231%20100%25/%E8%87%AA%E8%AF%84%E4%BB%B7%E6%8A%A5%E5%91%8A.docx",
    ]


def test_an_edited_summary_is_kept(output: Path, shop: Shop) -> None:
    edited = output / "汇总.xlsx"
    made = edited.read_bytes()
    edited.write_bytes(b"with remarks")

    result = shop.batch(output.parent / "in", "-o", output)

    assert "汇总.xlsx 有人改过，没有覆盖。" in result.output
    assert "汇总见其中的 汇总（重新生成）.xlsx 和 汇总.html" in result.output
    assert edited.read_bytes() == b"with remarks"
    assert (output / "汇总（重新生成）.xlsx").read_bytes() == made
    edited.write_bytes(made)
    (output / "汇总（重新生成）.xlsx").unlink()


def test_a_batch_gives_the_same_bytes_whatever_the_surroundings(shop: Shop, tmp_path: Path) -> None:
    """Clock, time zone, language, seed of the hashes, folder. The workers' clock is set to 2096; the supervisor's goes on
    by itself between the two, because pandas does not bear another class for dates."""
    for name in ("here", "there/far"):
        make_three(shop, tmp_path / name / "in")
    (tmp_path / "clock").mkdir()
    worker = "import sys\nif 'pipeline.batch.worker' in sys.orig_argv:\n"
    clock = worker + "".join(f"    {line}\n" for line in LATER.splitlines())
    (tmp_path / "clock" / "sitecustomize.py").write_text(clock, encoding="utf-8")
    later = os.pathsep.join((str(tmp_path / "clock"), str(ROOT)))

    here = shop.process(tmp_path / "here" / "in", "-o", tmp_path / "here" / "out", "--jobs", "2", **HOME)
    there = shop.process(
        tmp_path / "there" / "far" / "in", "-o", tmp_path / "out", "--jobs", "1", **ABROAD, PYTHONPATH=later
    )

    assert (here.returncode, there.returncode) == (0, 0), there.stderr
    first, second = results(tmp_path / "here" / "out"), results(tmp_path / "out")
    assert [name for name in first if first[name] != second.get(name)] == []
    assert len(first) == 3 * 3 + len(SUMMARY)


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, pipeline.cli, pipeline.batch_commands; print([m for m in sys.modules if '.' not in m])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    )

    assert not {"pandas", "numpy", "rich", "distributed", "fsspec", "openpyxl"} & set(eval(run.stdout))
