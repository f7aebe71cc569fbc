"""A batch judged at full size: `python benchmarks/batch_judge.py [--count 500 --hostile 25 --kills 12 --jobs 2 --toy]`.

Makes workbooks from the facts of the samples (names and figures varied, some facts left out), with hostile and broken ones
among them, and evaluates them twice: once in peace, once killed (kill -9) at random moments and resumed. Fails when any
client's result is missing, doubled, half-written or another one. Then: two batches racing for one folder, a full disk and
a read-only folder (on small file systems in memory; needs root, said when not possible). Prints what was done and timed.
`--toy` takes the tests' toy standard with its one-page report, so that the batch itself is what takes the time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pipeline.intake.blank import write_workbook  # noqa: E402
from pipeline.intake.data_file import read_data  # noqa: E402
from pipeline.resources import find_standard  # noqa: E402
from pipeline.standard import load_standard  # noqa: E402
from tests.batch.judging import Good, judge, make_clients, records  # noqa: E402
from tests.batch.shop import Shop, open_shop, results  # noqa: E402
from tests.scripts import script  # noqa: E402

QUICK = ["--no-page-numbers", "--memory-limit", "300"]
LEAST_DISK, STEP = 160, 80
"""KB of the small disk: enlarged until some reports fit, so that it fills up in the middle."""


def samples() -> ModuleType:
    """samples/generate.py, which knows the facts of every sample."""
    return script("samples/generate.py")


def variants() -> Good:
    """Writes the folder of a client: a sample with another name and size, every ninth with a fact left out."""
    generate = samples()
    folders = [p for p in sorted((ROOT / "samples").iterdir()) if (p / "facts.yaml").is_file()]

    def make(folder: Path, number: int) -> None:
        sample = folders[number % len(folders)]
        named = sample / "standard.txt"
        name = named.read_text(encoding="utf-8").strip() if named.is_file() else generate.STANDARD
        standard = load_standard(find_standard(name))
        facts = dict(generate.facts(sample))
        facts["enterprise_name"] = f"第{number}号企业有限公司"
        if number % 9 == 4:
            facts.pop("land_area", None)
        folder.mkdir()
        (folder / "录入表.xlsx").write_bytes(write_workbook(standard, read_data(facts, standard)))
        if (sample / "附件").is_dir():
            shutil.copytree(sample / "附件", folder / "附件")

    return make


def toys(shop: Shop) -> Good:
    """Clients of the toy standard, every ninth with a fact left out."""

    def make(folder: Path, number: int) -> None:
        land = None if number % 9 == 4 else 100000 + number
        shop.client(folder, land_area=land, enterprise_name=f"第{number}号企业有限公司")

    return make


def lvbao(*arguments: str | Path) -> subprocess.Popen[str]:
    """Starts `lvbao batch`."""
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from pipeline.cli import main\nmain()",
            "batch",
            *map(str, arguments),
            *QUICK,
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def race(clients: Path, work: Path) -> None:
    """Two batches for one folder at the same moment: one works, the other is told so, nothing is doubled."""
    both = [lvbao(clients, "-o", work / "race") for _ in range(2)]
    said = [batch.communicate()[0] for batch in both]
    codes = sorted(batch.returncode for batch in both)
    assert codes == [0, 2], said
    refused = next(text for text, batch in zip(said, both, strict=True) if batch.returncode == 2)
    assert "正由另一个批处理使用" in refused, refused
    print(f"两个批处理争一个文件夹：退出码 {codes}；{refused.strip()}")


@contextmanager
def small_disk(folder: Path, *options: str) -> Iterator[Path]:
    """A file system in memory; needs root."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", str(folder)], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def full_disk(clients: Path, work: Path) -> None:
    """The disk fills up in the middle; with room again the batch goes on to the same results."""
    with small_disk(work / "disk", "-o", f"size={LEAST_DISK}k") as disk:
        done, size = 0, LEAST_DISK
        while not done:
            batch = lvbao(clients, "-o", disk / "out", "--jobs", "1")
            said = batch.communicate()[0]
            assert batch.returncode in (1, 2), said
            assert "磁盘已满" in said, said
            assert not list(disk.rglob("*.tmp"))
            done, size = len(list(disk.rglob("*.docx"))), size + STEP
            subprocess.run(["mount", "-o", f"remount,size={size}k", str(disk)], check=True)
        subprocess.run(["mount", "-o", "remount,size=100m", str(disk)], check=True)
        again = lvbao(clients, "-o", disk / "out")
        resumed = again.communicate()[0]
        assert again.returncode == 0, resumed
        assert results(disk / "out") == results(work / "race")
    print(
        f"磁盘写满：退出码 {batch.returncode}，已写好 {done} 份报告，没有半截文件；腾出空间后续做完，结果相同"
    )


def read_only(clients: Path, work: Path) -> None:
    """The output folder cannot be written."""
    with small_disk(work / "readonly", "-o", "ro") as disk:
        batch = lvbao(clients, "-o", disk / "out")
        said = batch.communicate()[0]
        assert batch.returncode == 2, said
        print(f"只读文件夹：退出码 2；{said.strip()}")


def main() -> None:
    """Judges, and prints what was found; an AssertionError is a verdict."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("count", 500), ("hostile", 25), ("kills", 12), ("jobs", 2), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--toy", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lvbao-judge-") as place:
        work = Path(place)
        (work / "in").mkdir()
        shop = open_shop(work / "shop") if asked.toy else None
        make = toys(shop) if shop else variants()
        QUICK.extend(shop.options if shop else [])
        make(work / "sound", 0)
        sound = (work / "sound" / "录入表.xlsx").read_bytes()
        began = time.monotonic()
        make_clients(work / "in", asked.count, asked.hostile, make, sound)
        print(
            f"造了 {asked.count} 家（其中恶意或损坏的 {asked.hostile}），{time.monotonic() - began:.0f} 秒",
            flush=True,
        )
        found = judge(work / "in", work, [*QUICK, "--jobs", str(asked.jobs)], asked.kills, asked.seed)
        print(
            f"不中断：{found.seconds:.0f} 秒，{found.clients / found.seconds * 60:.0f} 份/分；没有报告的 {found.without_report}"
        )
        print(f"被 kill -9 {found.kills} 次后续做完：每家一份，与不中断的逐字节相同", flush=True)
        assert len(records(work / "whole")) == asked.count
        few = work / "few"
        few.mkdir()
        for number in range(4):
            make(few / f"客户{number}", number)
        race(few, work)
        try:
            full_disk(few, work)
            read_only(few, work)
        except subprocess.CalledProcessError as error:
            print(f"不能挂载小文件系统（需要 root），写满和只读没有判：{error.stderr!r}")


if __name__ == "__main__":
    main()
