"""The same workbook gives the same bytes: whatever the clock, the language, the folder and the seed of the hashes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.report.layout import libreoffice
from tests.conftest import ROOT, copy_attachments

HOME = {"TZ": "Asia/Shanghai", "LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"}
ABROAD = {"TZ": "America/St_Johns", "LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "4242", "PYTHONUTF8": "1"}
LATER = """
import datetime, sys, time
day = 4_000_000_000.5
calls = {n: getattr(time, n) for n in ("localtime", "gmtime")}
time.time = lambda: day
time.time_ns = lambda: int(day * 10**9)
for name, call in calls.items():
    setattr(time, name, lambda seconds=None, call=call: call(day if seconds is None else seconds))
class Moment(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(day, tz)
    utcnow = today = now
class Day(datetime.date):
    @classmethod
    def today(cls):
        return cls.fromtimestamp(day)
datetime.datetime, datetime.date = Moment, Day
"""
"""Sets the clock of a process to the year 2096."""


def results(
    workbook: Path, output: Path, environment: dict[str, str], cwd: Path, *options: str, clock: str = ""
) -> dict[str, bytes]:
    """Runs `lvbao run` in a process of its own: the files by name, and the JSON on standard output."""
    code = f"{clock}\nfrom pipeline.cli import main\nmain()"
    command = [sys.executable, "-c", code, "run", str(workbook), "-o", str(output), "--json", "-", *options]
    inherited = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME")}
    run = subprocess.run(
        command,
        env={**inherited, **environment, "PYTHONPATH": str(ROOT)},
        cwd=cwd,
        capture_output=True,
        check=True,
    )
    written = {p.name: p.read_bytes() for p in sorted(output.rglob("*")) if p.is_file()}
    return {**written, "stdout": run.stdout}


@pytest.fixture
def workbook(sample_bytes: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "示例客户" / "录入表.xlsx"
    path.parent.mkdir()
    copy_attachments(path.parent)
    path.write_bytes(sample_bytes)
    return path


def test_two_runs_in_different_surroundings_give_the_same_bytes(workbook: Path, tmp_path: Path) -> None:
    quick = "--no-page-numbers"
    here = results(workbook, tmp_path / "一", HOME, ROOT, quick)
    there = results(
        Path("示例客户/录入表.xlsx"), tmp_path / "elsewhere", ABROAD, tmp_path, quick, clock=LATER
    )

    assert sorted(here) == ["evaluation.json", "stdout", "自评价报告.docx", "自评价报告.凭据.json"]
    assert [name for name in here if here[name] != there[name]] == []


@pytest.mark.skipif(libreoffice() is None, reason="LibreOffice (soffice) is not installed")
def test_page_numbers_come_out_the_same_too(workbook: Path, tmp_path: Path) -> None:
    here = results(workbook, tmp_path / "一", HOME, ROOT)
    there = results(workbook, tmp_path / "二", ABROAD, tmp_path)

    assert here["自评价报告.docx"] == there["自评价报告.docx"]


def test_a_workbook_written_twice_is_the_same(workbook: Path, tmp_path: Path) -> None:
    (facts,) = (ROOT / "samples").glob("01-*/facts.yaml")
    for name, clock, environment in (("甲.xlsx", "", HOME), ("乙.xlsx", LATER, ABROAD)):
        code = f"{clock}\nfrom pipeline.cli import main\nmain()"
        subprocess.run(
            [sys.executable, "-c", code, "new", "cpcif-adhesive-2022-draft", "--data", facts, "-o", tmp_path / name],
            env={"PATH": os.environ["PATH"], **environment, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        )  # fmt: skip

    assert (tmp_path / "甲.xlsx").read_bytes() == (tmp_path / "乙.xlsx").read_bytes()
    assert (tmp_path / "甲.xlsx").read_bytes() == workbook.read_bytes()
