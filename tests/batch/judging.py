"""Judging a batch: many mixed workbooks with hostile ones among them, killed at random moments and resumed.

Used in a small form by the tests and at full size by `benchmarks/batch_judge.py`.
"""

from __future__ import annotations

import io
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.batch.shop import heavy, results
from tests.conftest import ROOT
from tests.intake.test_guard import ole, sheet, zipped

PATIENCE = 60.0
"""Seconds that the workers of a killed batch may take to notice; native code may hold one that long."""

Good = Callable[[Path, int], None]
"""Makes the folder of the client of that number."""


def hostile(good: bytes) -> dict[str, bytes]:
    """Workbooks that are broken or mean harm, by what they are; `good` is a sound one."""
    bomb = zipped(
        {**sheet(""), "xl/worksheets/sheet1.xml": b"<worksheet>" + b" " * 60_000_000 + b"</worksheet>"}
    )
    entity = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return {
        "很大": heavy(good),
        "截断": good[: len(good) // 2],
        "压缩炸弹": bomb,
        "远处单元格": zipped(sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        "实体炸弹": zipped({**sheet(""), "xl/worksheets/sheet1.xml": f"<?xml version='1.0'?>{entity}<worksheet>&b;</worksheet>"}),
        "加密": ole("Root Entry", "EncryptionInfo", "EncryptedPackage"),
        "旧版": ole("Root Entry", "Workbook"),
        "空": b"",
        "网页": b"<html><body><table></table></body></html>",
        "文本": "企业,面积\n甲,1\n".encode(),
        "乱码": bytes(range(256)) * 50,
        "带宏": _with_part(good, "xl/vbaProject.bin", b"macro"),
        "路径": _with_part(good, "../../etc/passwd", b"root"),
        "坏部件": good.replace(b"xl/worksheets/sheet2.xml", b"xl/worksheets/sheet1.xml"),
        "别的标准": zipped(sheet('<row r="1"><c r="A1"><v>1</v></c></row>')),
    }  # fmt: skip


def _with_part(content: bytes, name: str, data: bytes) -> bytes:
    target = io.BytesIO(content)
    with zipfile.ZipFile(target, "a") as file:
        file.writestr(name, data)
    return target.getvalue()


def make_clients(folder: Path, count: int, hostile_count: int, good: Good, sound: bytes) -> None:
    """`count` clients, `hostile_count` of them hostile (of every kind in turn), spread evenly."""
    kinds = list(hostile(sound).items())
    every = max(count // hostile_count, 1)
    spoilt = 0
    for number in range(count):
        if number % every == every // 2 and spoilt < hostile_count:
            name, content = kinds[spoilt % len(kinds)]
            (folder / f"客户{number:03}-{name}.xlsx").write_bytes(content)
            spoilt += 1
        else:
            good(folder / f"客户{number:03}", number)


@dataclass(frozen=True)
class Judged:
    """What was found: `kills` that hit a running batch, seconds of the whole one."""

    kills: int
    seconds: float
    clients: int
    without_report: int


def judge(clients: Path, work: Path, options: Sequence[str], kills: int, seed: int) -> Judged:
    """Runs a batch to its end, and another one that is killed again and again; asserts that nobody could tell them apart."""
    whole, torn = work / "whole", work / "torn"
    began = time.monotonic()
    assert _start(clients, whole, options).wait() == 1  # some failed, as they must
    seconds = time.monotonic() - began
    luck = random.Random(seed)
    hits = 0
    for _ in range(kills):
        batch = _start(clients, torn, options)
        try:
            batch.wait(luck.uniform(0.3, max(seconds / (kills + 1) * 2, 2.0)))
        except subprocess.TimeoutExpired:
            orphans = psutil.Process(batch.pid).children(recursive=True)
            os.kill(batch.pid, signal.SIGKILL)
            batch.wait()
            hits += 1
            assert not psutil.wait_procs(orphans, timeout=PATIENCE)[1]
        check_whole_files(torn)
    assert _start(clients, torn, options).wait() == 1
    assert results(torn) == results(whole)
    assert records(torn) == records(whole)
    assert not list(torn.rglob("*.tmp"))
    found = records(whole)
    return Judged(
        hits, seconds, len(found), sum(state not in ("正式", "草稿") for state, _, _ in found.values())
    )


def _start(clients: Path, output: Path, options: Sequence[str]) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-c",
        "from pipeline.cli import main\nmain()",
        "batch",
        str(clients),
        "-o",
        str(output),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    quiet = subprocess.DEVNULL
    return subprocess.Popen([*command, *options], env=environment, stdout=quiet, stderr=quiet)


def check_whole_files(output: Path) -> None:
    """Whatever stands under its own name is whole, at any moment."""
    for path in output.rglob("*.docx"):
        with zipfile.ZipFile(path) as file:
            assert file.testzip() is None, path
    for path in output.rglob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))


def records(output: Path) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """(state, message, files) of every job by client and kind; each job is there once, by the table's key."""
    database = sqlite3.connect(output / ".lvbao" / "manifest.sqlite")
    rows = [json.loads(text) for (text,) in database.execute("SELECT record FROM jobs")]
    left = database.execute("SELECT count(*) FROM moves").fetchone()[0]
    database.close()
    assert left == 0
    return {
        f"{r['client']}/{r['kind']}": (r["state"], r["message"], tuple(r["files"]))
        for r in rows
        if r["client"] != "."
    }
