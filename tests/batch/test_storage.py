"""Clients and results behind URLs: copied in, worked on here, copied out, the same files as without."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.batch.shop import MADE, Shop, results

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this machine keeps its copies."""
    monkeypatch.setenv("LVBAO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def memory(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty folder in the memory file system, which is no folder of this machine."""
    root = f"memory://{request.node.name}"
    yield root
    files = fsspec.filesystem("memory")
    if files.exists(root):
        files.rm(root, recursive=True)


def put(folder: Path, url: str) -> None:
    """Copies a folder to a URL."""
    files = fsspec.filesystem("memory")
    for name, content in results(folder).items():
        files.pipe_file(f"{url}/{name}", content)


def remote(url: str) -> dict[str, bytes]:
    """The files behind a URL but the manifest's."""
    files = fsspec.filesystem("memory")
    root = files._strip_protocol(url)
    found = {path[len(root) + 1 :]: files.cat_file(path) for path in files.find(root)}
    return {name: content for name, content in found.items() if not name.startswith(".lvbao/")}


def test_a_batch_over_urls_gives_the_files_of_a_batch_over_folders(
    shop: Shop, cache: Path, memory: str, tmp_path: Path
) -> None:
    for name in ("甲", "乙 %20#"):
        shop.client(tmp_path / "in" / name)
    shop.batch(tmp_path / "in", "-o", tmp_path / "out")
    put(tmp_path / "in", f"{memory}/in")

    result = shop.batch(f"{memory}/in", "-o", f"{memory}/out")

    assert result.exit_code == 0, result.output
    assert f"结果在 {memory}/out，" in result.output
    assert remote(f"{memory}/out") == results(tmp_path / "out")
    assert len(remote(f"{memory}/out")) == 2 * len(MADE) + 2
    assert "2 份没有变化" in shop.batch(f"{memory}/in", "-o", f"{memory}/out").output


def test_another_machine_goes_on_with_the_manifest_behind_the_url(
    shop: Shop, cache: Path, memory: str, tmp_path: Path
) -> None:
    shop.client(tmp_path / "in" / "甲")
    put(tmp_path / "in", f"{memory}/in")
    assert shop.batch(f"{memory}/in", "-o", f"{memory}/out").exit_code == 0

    shutil.rmtree(cache)

    assert "1 份没有变化" in shop.batch(f"{memory}/in", "-o", f"{memory}/out").output


def test_what_changed_behind_the_url_is_seen(shop: Shop, cache: Path, memory: str, tmp_path: Path) -> None:
    shop.client(tmp_path / "in" / "甲")
    put(tmp_path / "in", f"{memory}/in")
    shop.batch(f"{memory}/in", "-o", f"{memory}/out")
    files = fsspec.filesystem("memory")
    files.pipe_file(f"{memory}/in/甲/录入表.xlsx", shop.workbook(land_area=123456))
    files.pipe_file(f"{memory}/out/甲/自评价报告.docx", b"edited")
    files.rm(f"{memory}/in/甲/附件/电表.png")

    output = shop.batch(f"{memory}/in", "-o", f"{memory}/out").output

    assert (
        "甲：正式（录入表已改动；证明材料文件夹减少：附件/电表.png；甲/自评价报告.docx 已被改动）" in output
    )
    assert remote(f"{memory}/out")["甲/自评价报告.docx"] == b"edited"


def test_a_batch_killed_before_it_copied_out_is_resumed(
    shop: Shop, cache: Path, memory: str, tmp_path: Path
) -> None:
    """The copy-out is a file:// URL here: the memory of a killed process is gone."""
    for name in ("甲", "乙"):
        shop.client(tmp_path / "in" / name)
    shop.batch(tmp_path / "in", "-o", tmp_path / "local")
    url = (tmp_path / "out").as_uri()
    killed = shop.process(
        tmp_path / "in", "-o", url, "--jobs", "1",
        before="import os, signal, pipeline.batch.storage as s\n"
        "send, calls = s.Remote.send, []\n"
        "def once(self, mirror, names):\n"
        "    calls.append(names)\n"
        "    os.kill(os.getpid(), signal.SIGKILL) if len(calls) == 3 else send(self, mirror, names)\n"
        "s.Remote.send = once",
    )  # fmt: skip
    assert killed.returncode == -9
    assert len(list((tmp_path / "out").rglob("*.docx"))) == 1

    resumed = shop.process(tmp_path / "in", "-o", url)

    assert resumed.returncode == 0, resumed.stderr
    assert results(tmp_path / "out") == results(tmp_path / "local")


def test_two_batches_for_one_url_do_not_meet(shop: Shop, cache: Path, memory: str, tmp_path: Path) -> None:
    shop.client(tmp_path / "in" / "甲")
    fsspec.filesystem("memory").pipe_file(
        f"{memory}/out/.lvbao/lock.json", b'{"host": "elsewhere", "process": 7}'
    )

    result = shop.batch(tmp_path / "in", "-o", f"{memory}/out")

    assert result.exit_code == 2
    assert "正由另一个批处理使用（主机 elsewhere，进程 7）" in result.output
    assert f"请删除 {memory}/out/.lvbao/lock.json" in result.output


def test_a_url_without_clients_and_an_unknown_kind_of_url_are_named(
    shop: Shop, cache: Path, tmp_path: Path
) -> None:
    for place in ("memory://nothing-here", "nosuch://bucket/clients"):
        result = shop.batch(place, "-o", tmp_path / "out")
        assert result.exit_code == 2
        assert place in result.output


def test_without_fsspec_it_is_said_how_to_install_it(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)

    result = shop.batch("s3://bucket/clients", "-o", tmp_path / "out")

    assert result.exit_code == 2
    assert "python -m pip install 'lvbao[storage]'" in result.output
