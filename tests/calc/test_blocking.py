"""What an error names as lost: all of a deleted sheet, and of a keyed row only what reads that row."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from pipeline.evaluate import evaluate
from pipeline.findings import Severity
from pipeline.standard import load_standard
from tests.conftest import ROOT

GBT_SAMPLE = ROOT / "samples" / "09-通则2025" / "录入表.xlsx"
ADHESIVE_SAMPLE = ROOT / "samples" / "01-全优-复配混合型" / "录入表.xlsx"


def errors(path: Path, pack: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """影响 of every error, by code and cell."""
    found = [
        f
        for f in evaluate(path, load_standard(ROOT / "standards" / pack)).findings
        if f.severity is Severity.ERROR
    ]
    return {(f.code, f.where.cell if f.where else ""): f.blocks for f in found}


@pytest.mark.parametrize(
    ("cell", "blocks"),
    [
        ("E11", ("指标“可再生能源利用率”", "评分行 G03", "报告“三、评价指标”")),
        ("F12", ("指标“工业用水重复利用率”", "评分行 G07", "报告“三、评价指标”")),
    ],
)
def test_a_limit_that_cannot_be_read_blocks_only_its_own_criterion(
    tmp_path: Path, cell: str, blocks: tuple[str, ...]
) -> None:
    book = load_workbook(GBT_SAMPLE)
    assert [book["评价方案"][c].value for c in ("B11", "B12")] == ["G03", "G07"]
    book["评价方案"][cell] = "很多"
    book.save(tmp_path / "录入表.xlsx")

    assert errors(tmp_path / "录入表.xlsx", "gbt-36132-2025") == {("not_a_number", cell): blocks}


def test_a_column_that_is_read_as_a_whole_blocks_everything_that_reads_it(tmp_path: Path) -> None:
    book = load_workbook(GBT_SAMPLE)
    book["产品"]["E9"] = "很多"
    book.save(tmp_path / "录入表.xlsx")

    blocks = errors(tmp_path / "录入表.xlsx", "gbt-36132-2025")["not_a_number", "E9"]
    assert {"评分行 G01", "评分行 G02", "评分行 G06"} <= set(blocks)


def test_a_deleted_sheet_says_what_is_lost_with_it(tmp_path: Path) -> None:
    book = load_workbook(ADHESIVE_SAMPLE)
    del book["能源"]
    book.save(tmp_path / "录入表.xlsx")

    blocks = errors(tmp_path / "录入表.xlsx", "cpcif-adhesive-2022-draft")["sheet_missing", ""]

    assert blocks[:2] == ("指标“单位产品综合能耗”", "指标“单位产品综合能耗（复配混合型）”")
    kinds = [next(k for k in ("指标", "评分行", "报告") if b.startswith(k)) for b in blocks]
    assert kinds == sorted(kinds, key=["指标", "评分行", "报告"].index)
    assert len(set(blocks)) == len(blocks)
    assert "报告" in kinds
