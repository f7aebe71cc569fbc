"""Packs kept on the disk: the same pack as from its files, never a stale or a foreign one."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import cache as disk
from pipeline.findings import PackError
from pipeline.resources import standard_ids, standards_folder
from pipeline.standard import kept, load
from pipeline.standard.assemble import assembled
from pipeline.standard.types import Standard

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LVBAO_CACHE", str(tmp_path / "cache"))
    load._load.cache_clear()
    yield
    load._load.cache_clear()


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the toy pack with its coefficients beside it."""
    shutil.copytree(TESTS / "toy_standard", tmp_path / "packs" / "toy_standard")
    shutil.copytree(TESTS / "toy_factors", tmp_path / "packs" / "_factors")
    return tmp_path / "packs" / "toy_standard"


def again(folder: Path) -> Standard:
    """The pack as a new process gets it."""
    load._load.cache_clear()
    return load.load_standard(folder)


def from_files(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The packs that are read from their files from now on."""
    read: list[Path] = []

    def spy(chain: tuple[Path, ...], *rest: object) -> Standard:
        read.append(chain[0])
        return assembled(chain, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("pipeline.standard.assemble.assembled", spy)
    return read


@pytest.mark.parametrize("name", standard_ids())
def test_a_kept_pack_is_the_pack(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load.load_standard(standards_folder() / name)
    read = from_files(monkeypatch)
    second = again(standards_folder() / name)
    assert read == []
    assert second is not first
    assert second == first
    assert (second.places, second.folders) == (first.places, first.folders)
    assert [e.identity.edition for e in second.editions] == [e.identity.edition for e in first.editions]
    assert all(e.first is second for e in second.editions) == all(e.first is first for e in first.editions)


def test_a_changed_pack_is_read_anew(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    title = again(pack).identity.title
    read = from_files(monkeypatch)
    file = pack / "standard.yaml"
    file.write_text(file.read_text("utf-8").replace(title, title + "（改）"), "utf-8")
    assert again(pack).identity.title == title + "（改）"
    assert read == [pack]


def test_a_changed_coefficient_is_read_anew(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    again(pack)
    read = from_files(monkeypatch)
    file = next((pack.parent / "_factors").glob("*.yaml"))
    file.write_text(file.read_text("utf-8") + "\n", "utf-8")
    again(pack)
    assert read == [pack]


def test_another_program_reads_anew(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    again(pack)
    read = from_files(monkeypatch)
    monkeypatch.setattr(kept, "_versions", lambda: "another")
    again(pack)
    assert read == [pack]


def test_a_pack_that_was_moved_is_read_anew(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    again(pack)
    read = from_files(monkeypatch)
    moved = pack.parent.rename(pack.parent.with_name("moved")) / pack.name
    assert again(moved).folders == (moved,)
    assert read == [moved]


def test_a_broken_pack_is_told_every_time(pack: Path) -> None:
    file = pack / "indicators.yaml"
    file.write_text(file.read_text("utf-8") + "\nunknown: 1\n", "utf-8")
    for _ in range(2):
        with pytest.raises(PackError):
            again(pack)


@pytest.mark.parametrize("harm", ["cut", "changed", "others may write", "a link", "no pack"])
def test_a_file_that_cannot_be_trusted_is_not_read(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    again(pack)
    (file,) = (tmp_path / "cache").glob("*.pack")
    content = file.read_bytes()
    match harm:
        case "cut":
            file.write_bytes(content[:-1])
        case "changed":
            file.write_bytes(content[:-9] + b"?" + content[-8:])
        case "others may write":
            file.chmod(0o666)
        case "a link":
            file.rename(tmp_path / "elsewhere")
            file.symlink_to(tmp_path / "elsewhere")
        case _:
            disk.write(file.name, pickle.dumps([1]))
    read = from_files(monkeypatch)
    again(pack)
    assert read == [pack]


class Harm:
    """What a foreign pickle may try."""

    def __reduce__(self) -> object:
        return os.system, ("touch harmed",)


@pytest.mark.parametrize("foreign", [Harm(), Path, print, disk.write])
def test_a_pickle_may_name_nothing_but_records(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, foreign: object
) -> None:
    again(pack)
    (file,) = (tmp_path / "cache").glob("*.pack")
    disk.write(file.name, pickle.dumps(foreign))
    monkeypatch.chdir(tmp_path)
    read = from_files(monkeypatch)
    again(pack)
    assert read == [pack]
    assert not (tmp_path / "harmed").exists()


def test_old_packs_go(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_MOST", 2)
    file = pack / "standard.yaml"
    for number in range(4):
        file.write_text(f"{file.read_text('utf-8')}\n# {number}\n", "utf-8")
        again(pack)
    assert len(list((tmp_path / "cache").glob("*.pack"))) == 2


def test_everything_that_loading_imports_is_in_the_name_of_a_kept_pack() -> None:
    code = (
        "import sys, pipeline.standard.assemble\n"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.startswith('pipeline.')), sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {Path(line) for line in done.stdout.split("\n") if line} <= set(kept.sources())


def test_a_kept_pack_needs_no_yaml_and_no_checks(pack: Path, tmp_path: Path) -> None:
    again(pack)
    code = (
        "import sys\nfrom pathlib import Path\nfrom pipeline.standard import load_standard\n"
        f"load_standard(Path({str(pack)!r}))\n"
        "print({'yaml', 'pipeline.standard.assemble', 'pipeline.standard.check'} & sys.modules.keys())"
    )
    environment = os.environ | {"LVBAO_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "set()"
