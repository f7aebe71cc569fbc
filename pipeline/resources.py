"""Where the packs and templates lie: beside the package in a checkout, inside it when installed."""

from __future__ import annotations

from pathlib import Path

from pipeline.findings import LvbaoError, nearest

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


def standard_ids(folder: Path | None = None) -> tuple[str, ...]:
    """The ids of the packs at hand, sorted."""
    root = folder or standards_folder()
    if not root.is_dir():
        return ()
    return tuple(sorted(p.name for p in root.iterdir() if (p / "standard.yaml").is_file()))


def find_standard(name: str, folder: Path | None = None) -> Path:
    """The folder of the pack called `name` (an id, or a path to a pack's folder). Raises LvbaoError."""
    as_path = Path(name)
    if (as_path / "standard.yaml").is_file():
        return as_path
    known = standard_ids(folder)
    if name in known:
        return (folder or standards_folder()) / name
    near = nearest(name, known)
    hint = f"是否为“{near}”？" if near else ""
    raise LvbaoError(f"没有名为“{name}”的标准包。{hint}现有：{'、'.join(known) or '（无）'}")
