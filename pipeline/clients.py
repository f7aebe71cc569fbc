"""Finding the clients of a batch: one workbook a client, alone in a folder or a folder a client."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pipeline.files import safe_name
from pipeline.findings import LvbaoError

WORKBOOK_STEM = "录入表"
VERIFICATION_NAME = "核查表.xlsx"
"""The third party's sheet, beside the client's workbook."""
_ENDINGS = (".xlsx", ".xlsm", ".xls", ".et")
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


def find_clients(place: Path) -> tuple[Client, ...]:
    """The clients below a folder, sorted by path; a file is a batch of one. Raises LvbaoError when there are none."""
    if place.is_file():
        return (client_of(place),)
    if not place.is_dir():
        raise LvbaoError(f"找不到 {place}")
    found = sorted(p for p in place.rglob("*") if _is_workbook(p, place))
    if not found:
        raise LvbaoError(f"{place} 中没有录入表（*.xlsx）")
    clients = [client_of(p) for p in found]
    repeated = {name for name, number in Counter(c.name for c in clients).items() if number > 1}
    return tuple(_distinct(c, place) if c.name in repeated else c for c in clients)


def _is_workbook(path: Path, root: Path) -> bool:
    relative = path.relative_to(root)
    hidden = any(part.startswith((".", "~$")) or part == "附件" for part in relative.parts)
    if hidden or path.suffix.lower() not in _ENDINGS or not path.is_file():
        return False
    if path.name == VERIFICATION_NAME:
        return False
    siblings = [p for p in path.parent.iterdir() if p.stem == WORKBOOK_STEM]
    return path.stem == WORKBOOK_STEM or not siblings


def _distinct(client: Client, root: Path) -> Client:
    relative = client.workbook.relative_to(root)
    parts = relative.parent.parts if relative.stem == WORKBOOK_STEM else relative.with_suffix("").parts
    return Client(safe_name("_".join(parts), client.name), client.workbook)
