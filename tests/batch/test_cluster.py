"""The same batch on several machines: scheduler and workers as processes of their own, one of them killed."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.batch.shop import SUMMARY, Shop, heavy, results
from tests.conftest import ROOT

pytest.importorskip("distributed")
QUIET = {
    "DASK_DISTRIBUTED__SCHEDULER__DASHBOARD__STATUS__TASK_STREAM_LENGTH": "10",
    "PYTHONPATH": str(ROOT),
}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler, and its two workers."""
    address = tmp_path / "address"
    scheduler = _start(
        "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", address
    )
    started = [scheduler]
    try:
        while not address.is_file():
            assert scheduler.poll() is None
            time.sleep(0.1)
        workers = [
            _start("worker", "--scheduler-file", address, "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1",
                   "--local-directory", tmp_path / f"worker{n}")
            for n in (1, 2)
        ]  # fmt: skip
        started += workers
        found = re.search(r"tcp://127\.0\.0\.1:\d+", address.read_text(encoding="utf-8"))
        assert found is not None
        yield found.group(), workers
    finally:
        for process in started:
            _end(process.pid)
            process.wait()


def _start(kind: str, *options: str | Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "distributed.cli." + f"dask_{kind}", *map(str, options)]
    return subprocess.Popen(
        command, env={**os.environ, **QUIET}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _end(pid: int) -> None:
    """Kills a process and what it started."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for child in process.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        process.kill()


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_cluster_that_loses_a_machine_gives_every_report_once_and_the_same_bytes(
    shop: Shop, cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    address, workers = cluster
    for number in range(6):
        shop.client(tmp_path / "in" / f"客户{number}", land_area=100000 + number)
    (tmp_path / "in" / "很大.xlsx").write_bytes(heavy(shop.workbook()))
    (tmp_path / "in" / "坏.xlsx").write_bytes(b"no workbook")
    os.symlink("/etc/hosts", tmp_path / "in" / "客户0" / "附件" / "别处.png")
    limits = ("--memory-limit", "256")
    local = shop.batch(tmp_path / "in", "-o", tmp_path / "local", *limits)

    command = [
        sys.executable,
        "-c",
        "from pipeline.cli import main\nmain()",
        "batch",
        str(tmp_path / "in"),
        "-o",
        str(tmp_path / "out"),
    ]
    with subprocess.Popen(
        [*command, "--cluster", address, *limits, *shop.options, "--no-page-numbers"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
    ) as batch:  # fmt: skip
        assert batch.stdout is not None
        start, first = batch.stdout.readline(), batch.stdout.readline()
        _end(workers[0].pid)
        output = start + first + batch.stdout.read()

    assert re.fullmatch(rf"交给集群 {address} 处理，现有 [12] 个工作位。\n", start), output
    assert "[1/8]" in first
    assert (local.exit_code, batch.returncode) == (1, 1), output
    assert "很大.xlsx：处理它要用的内存超过 256 MB，已中止" in output
    assert results(tmp_path / "out") == results(tmp_path / "local")
    assert len(results(tmp_path / "out")) == 6 * 3 + len(SUMMARY)
    assert output.count("：正式\n") == 6


def test_a_cluster_that_is_not_there_is_named(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.client(tmp_path / "in" / "甲")
    monkeypatch.setattr("pipeline.batch.cluster.PATIENCE", 1.0)

    result = shop.batch(tmp_path / "in", "-o", tmp_path / "out", "--cluster", "tcp://127.0.0.1:9")

    assert result.exit_code == 2
    assert "连不上集群 tcp://127.0.0.1:9" in result.output


def test_without_dask_it_is_said_how_to_install_it(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.client(tmp_path / "in" / "甲")
    monkeypatch.setitem(sys.modules, "distributed", None)

    result = shop.batch(tmp_path / "in", "-o", tmp_path / "out", "--cluster", "tcp://127.0.0.1:9")

    assert result.exit_code == 2
    assert "python -m pip install 'lvbao[cluster]'" in result.output
