"""Where the packs and templates lie: beside the package in a checkout, inside it when installed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from pipeline.findings import LvbaoError, nearest

STANDARDS_VARIABLE: Final = "LVBAO_STANDARDS"
"""The environment variable that names folders of one's own packs."""
_PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    installed = _PACKAGE / "data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def standards_folder() -> Path:
    """The folder that holds one folder a standard pack, and `_factors/`."""
    return _folder("standards")


def report_templates_folder() -> Path:
    """The folder that holds the Word templates."""
    return _folder("report_templates")


def search_folders(folder: Path | None = None) -> tuple[Path, ...]:
    """Where packs are looked for: the folder asked for, else those of LVBAO_STANDARDS; then the shipped ones.

    Raises LvbaoError for a folder that is not there.
    """
    named = os.environ.get(STANDARDS_VARIABLE, "").split(os.pathsep)
    own = [folder] if folder is not None else [Path(part) for part in named if part]
    missing = next((each for each in own if not each.is_dir()), None)
    if missing is not None:
        raise LvbaoError(
            f"找不到标准包所在的文件夹 {missing}，请核对 --standards 或环境变量 {STANDARDS_VARIABLE}。"
        )
    return tuple(dict.fromkeys((*own, standards_folder())))


def own_folder(folder: Path | None = None) -> Path:
    """Where a new pack is written: the folder asked for, that of LVBAO_STANDARDS, or a checkout's own. Raises LvbaoError."""
    if folder is not None:
        return folder
    first = search_folders()[0]
    if first == standards_folder() and first.parent == _PACKAGE / "data":
        raise LvbaoError(
            f"请写明新标准包放在哪个文件夹：加 --standards 文件夹，或设置环境变量 {STANDARDS_VARIABLE}。"
        )
    return first


def packs_in(folder: Path) -> tuple[str, ...]:
    """The ids of the packs of one folder, sorted; names that begin with _ are no packs."""
    if not folder.is_dir():
        return ()
    found = (p.name for p in folder.iterdir() if (p / "standard.yaml").is_file())
    return tuple(sorted(name for name in found if not name.startswith("_")))


def standard_ids(folder: Path | None = None) -> tuple[str, ...]:
    """The ids of all packs at hand, sorted."""
    return tuple(sorted({name for each in search_folders(folder) for name in packs_in(each)}))


def find_standard(name: str, folder: Path | None = None) -> Path:
    """The folder of the pack called `name` (an id, or a path to a pack's folder). Raises LvbaoError."""
    as_path = Path(name)
    if (as_path / "standard.yaml").is_file():
        return as_path.resolve()
    for each in search_folders(folder):
        if name in packs_in(each):
            return each / name
    known = standard_ids(folder)
    near = nearest(name, known)
    hint = f"是否为“{near}”？" if near else ""
    looked = "、".join(str(each) for each in search_folders(folder) if each != standards_folder())
    where = (
        f"（找过 {looked} 和随程序提供的标准包）"
        if looked
        else f"（只找了随程序提供的标准包；自己的标准包用 --standards 文件夹 或环境变量 {STANDARDS_VARIABLE} 指明）"
    )
    raise LvbaoError(f"没有名为“{name}”的标准包。{hint}现有：{'、'.join(known) or '（无）'}{where}")
