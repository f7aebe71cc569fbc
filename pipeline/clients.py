"""Finding the clients of a batch: one workbook a client, alone in a folder or a folder a client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path

from pipeline.files import safe_name
from pipeline.findings import LvbaoError

WORKBOOK_STEM = "录入表"
VERIFICATION_NAME = "核查表.xlsx"
"""The third party's sheet, beside the client's workbook."""
WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xls", ".et")
"""Also endings that the guard refuses: a file that cannot be read is reported, not passed over."""


@dataclass(frozen=True, slots=True)
class Client:
    """One client: the name of its results folder, its workbook, and the folder that evidence is named from."""

    name: str
    workbook: Path

    @property
    def folder(self) -> Path:
        """The folder of the workbook."""
        return self.workbook.parent

    @property
    def verification(self) -> Path | None:
        """The verification sheet beside the workbook; None when there is none."""
        beside = self.folder / VERIFICATION_NAME
        return beside if self.workbook.stem == WORKBOOK_STEM and beside.is_file() else None


def client_of(workbook: Path) -> Client:
    """The client of one workbook: the folder's name for `录入表.xlsx`, else the file's own name."""
    resolved = workbook.resolve()
    name = resolved.parent.name if resolved.stem == WORKBOOK_STEM else resolved.stem
    return Client(safe_name(name, "客户"), workbook)


def find_clients(places: Sequence[str | Path], output: Path | None = None) -> tuple[Client, ...]:
    """The clients in files, below folders, and behind patterns (`clients/*/录入表.xlsx`), sorted by path, each once.

    What lies in `output` is results, never a client. Raises LvbaoError when there are none.
    """
    found: dict[Path, Client] = {}
    roots: dict[Path, Path] = {}
    for place in places:
        for path in _matches(place):
            for workbook in _workbooks(path, output):
                key = workbook.resolve()
                found.setdefault(key, client_of(workbook))
                roots.setdefault(key, path if path.is_dir() else path.parent)
    if not found:
        raise LvbaoError(f"{'、'.join(map(str, places))} 中没有录入表（*.xlsx）")
    repeated = {name for name, number in Counter(c.name for c in found.values()).items() if number > 1}
    clients = {k: _distinct(c, roots[k]) if c.name in repeated else c for k, c in found.items()}
    return _numbered([clients[key] for key in sorted(clients)])


def _matches(place: str | Path) -> list[Path]:
    """The path itself, or what a pattern matches. Raises LvbaoError."""
    path = Path(place)
    if path.exists():
        return [path]
    if not any(mark in str(place) for mark in "*?["):
        raise LvbaoError(f"找不到 {place}")
    found = [Path(p) for p in sorted(glob(str(place), recursive=True))]
    matched = [p for p in found if "附件" not in p.parts and (p.is_dir() or _is_workbook(p, p.parent))]
    if not matched:
        raise LvbaoError(f"没有与 {place} 相符的文件或文件夹")
    return matched


def _workbooks(path: Path, output: Path | None) -> list[Path]:
    if not path.is_dir():
        return [] if path.name == VERIFICATION_NAME or path.name.startswith("~$") else [path]
    results = output.resolve() if output is not None else None
    below = sorted(p for p in path.rglob("*") if _is_workbook(p, path))
    if results is None or path.resolve().is_relative_to(results):
        return below
    return [p for p in below if not p.resolve().is_relative_to(results)]


def _numbered(clients: list[Client]) -> tuple[Client, ...]:
    """Names that are still the same (from different places, or on a disk without case) get a number."""
    taken: set[str] = set()
    named = []
    for client in clients:
        name, number = client.name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{client.name}_{number}"
        taken.add(name.casefold())
        named.append(Client(name, client.workbook))
    return tuple(named)


def _is_workbook(path: Path, root: Path) -> bool:
    relative = path.relative_to(root)
    hidden = any(part.startswith((".", "~$")) or part == "附件" for part in relative.parts)
    if hidden or path.suffix.lower() not in WORKBOOK_ENDINGS or not path.is_file():
        return False
    if path.name == VERIFICATION_NAME:
        return False
    siblings = [p for p in path.parent.iterdir() if p.stem == WORKBOOK_STEM]
    return path.stem == WORKBOOK_STEM or not siblings


def _distinct(client: Client, root: Path) -> Client:
    relative = client.workbook.relative_to(root)
    parts = relative.parent.parts if relative.stem == WORKBOOK_STEM else relative.with_suffix("").parts
    return Client(safe_name("_".join(parts), client.name), client.workbook)
