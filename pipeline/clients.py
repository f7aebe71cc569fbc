"""Finding the clients of a batch: one workbook a client, alone in a folder or a folder a client.

What looks like a client and is not taken for one is told with the reason: nobody is passed over in silence.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from glob import glob, has_magic
from pathlib import Path
from typing import Final

from pipeline.evidence.folder import FOLDER as EVIDENCE
from pipeline.files import safe_name
from pipeline.findings import LvbaoError

WORKBOOK_STEM: Final = "录入表"
VERIFICATION_STEM: Final = "核查表"
VERIFICATION_NAME: Final = f"{VERIFICATION_STEM}.xlsx"
"""The third party's sheet, beside the client's workbook."""
WORKBOOK_ENDINGS: Final = (".xlsx", ".xlsm", ".xls", ".et")
"""Also endings that the guard refuses: a file that cannot be read is reported, not passed over."""
RESULTS: Final = ".lvbao"
"""A folder that holds one of these is the output of a batch."""
SUMMARY_STEM: Final = "汇总"


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
        """The verification sheet of the workbook: `核查表.xlsx` where it can belong to no other one, or
        `甲厂核查表.xlsx` beside `甲厂.xlsx`; None when there is none."""
        named = self.folder / f"{self.workbook.stem}{VERIFICATION_NAME}"
        if named.is_file():
            return named
        beside = self.folder / VERIFICATION_NAME
        if not beside.is_file():
            return None
        alone = self.workbook.stem == WORKBOOK_STEM or len(_in_folder(self.folder)) == 1
        return beside if alone else None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Something that is not taken for a client or a client's sheet, and why, in words."""

    path: Path
    why: str


@dataclass(slots=True)
class Found:
    """What stands in the places of a batch."""

    clients: tuple[Client, ...] = ()
    passed_over: list[PassedOver] = field(default_factory=list)


def client_of(workbook: Path) -> Client:
    """The client of one workbook: the folder's name for `录入表.xlsx`, else the file's own name."""
    resolved = workbook.resolve()
    name = resolved.parent.name if resolved.stem == WORKBOOK_STEM else resolved.stem
    return Client(safe_name(name, "客户"), workbook)


def find_clients(places: Sequence[str | Path], output: Path | None = None) -> Found:
    """The clients in files, below folders, and behind patterns (`clients/*/录入表.xlsx`), sorted by path, each once.

    What lies in `output` is results, never a client. Raises LvbaoError when there are none.
    """
    workbooks: dict[Path, Client] = {}
    roots: dict[Path, Path] = {}
    over: dict[Path, PassedOver] = {}
    for place in places:
        for path in _matches(place):
            found = _below(path, output) if path.is_dir() else _alone(path)
            over |= {passed.path.absolute(): passed for passed in found.passed_over}
            for client in found.clients:
                key = client.workbook.resolve()
                workbooks.setdefault(key, client)
                roots.setdefault(key, path if path.is_dir() else path.parent)
    if not workbooks:
        why = "".join(f"\n  {passed.path}：{passed.why}" for passed in over.values())
        raise LvbaoError(f"{'、'.join(map(str, places))} 中没有录入表（*.xlsx）{why}")
    repeated = {name for name, number in Counter(c.name for c in workbooks.values()).items() if number > 1}
    clients = {k: _distinct(c, roots[k]) if c.name in repeated else c for k, c in workbooks.items()}
    taken = {client.workbook.absolute() for client in workbooks.values()}
    taken |= {sheet.absolute() for c in workbooks.values() if (sheet := c.verification) is not None}
    return Found(
        _numbered([clients[key] for key in sorted(clients)]), [p for k, p in over.items() if k not in taken]
    )


def _matches(place: str | Path) -> list[Path]:
    """The path itself, or what a pattern matches. Raises LvbaoError."""
    if not str(place).strip():
        raise LvbaoError("录入表的位置是空的，请写明文件、文件夹或通配符。")
    path = Path(place)
    if path.exists():
        return [path]
    if not has_magic(str(place)):
        raise LvbaoError(f"找不到 {place}")
    fixed = next(n for n, part in enumerate(path.parts) if has_magic(part))
    found = [Path(p) for p in sorted(glob(str(place), recursive=True))]
    matched = [
        p for p in found if EVIDENCE not in p.parts[fixed:] and (p.is_dir() or p in _in_folder(p.parent))
    ]
    if not matched:
        hint = "（方括号是通配符；名称里真有方括号的，把 [ 写成 [[] ）" if "[" in str(place) else ""
        raise LvbaoError(f"没有与 {place} 相符的文件或文件夹{hint}")
    return matched


def _alone(path: Path) -> Found:
    """A file that was named."""
    if path.name.startswith("~$"):
        return Found(passed_over=[PassedOver(path, "是表格软件打开文件时的临时文件")])
    if path.name == VERIFICATION_NAME:
        return Found(passed_over=[PassedOver(path, "是核查表，随同一文件夹中的录入表处理")])
    return Found((client_of(path),))


def _below(root: Path, output: Path | None) -> Found:
    """Everything below a folder; links are not followed."""
    results = output.resolve() if output is not None else None
    if results is not None and root.resolve().is_relative_to(results):
        results = None
    clients: list[Client] = []
    over: list[PassedOver] = []
    for folder, names in _folders(root, results, over):
        workbooks = _in_folder(folder, names)
        clients += map(client_of, workbooks)
        over += _beside(folder, names, workbooks)
    over += _without_workbook(root, results, [client.folder for client in clients], over)
    return Found(tuple(clients), over)


def _folders(root: Path, results: Path | None, over: list[PassedOver]) -> Iterator[tuple[Path, list[str]]]:
    """Every folder that clients may lie in, with the names of what is in it; what is not gone into is told in `over`."""

    def refused(error: OSError) -> None:
        over.append(PassedOver(Path(error.filename or root), "没有权限，打不开"))

    for top, folders, files in os.walk(root, onerror=refused):
        folder = Path(top)
        for name in sorted(folders):
            path = folder / name
            if path.is_symlink():
                over.append(PassedOver(path, "是链接，没有跟进去；请把它指向的文件夹写在命令里"))
            elif name.startswith(".") and name != RESULTS and _in_folder(path):
                over.append(PassedOver(path, "名称以“.”开头，按隐藏文件夹处理"))
        folders[:] = sorted(n for n in folders if not n.startswith(".") and n != EVIDENCE)
        if results is not None:
            folders[:] = [n for n in folders if not (folder / n).resolve().is_relative_to(results)]
        yield folder, sorted(files)


def _beside(folder: Path, names: Iterable[str], workbooks: Sequence[Path]) -> Iterator[PassedOver]:
    """What in a folder looks like a workbook or a verification sheet and is not taken for one."""
    own = workbooks[0] if workbooks and workbooks[0].stem == WORKBOOK_STEM else None
    for name in names:
        path = folder / name
        if not _may_be_workbook(name) or path in workbooks or _is_summary(path):
            continue
        if not path.exists():
            yield PassedOver(path, "是打不开的链接")
        elif name == VERIFICATION_NAME and own is None:
            several = "旁边有几份录入表，分不清属于哪一份；请分文件夹放，或命名为“录入表名＋核查表.xlsx”"
            yield PassedOver(path, several if workbooks else "旁边没有录入表")
        elif VERIFICATION_STEM in path.stem and name != VERIFICATION_NAME:
            yield PassedOver(path, f"像是核查表，但只认 {VERIFICATION_NAME}（或“录入表名＋核查表.xlsx”）")
        elif own is not None and name != VERIFICATION_NAME:
            yield PassedOver(path, f"同一文件夹中已有 {own.name}，只处理那一份")


def _without_workbook(
    root: Path, results: Path | None, taken: Sequence[Path], told: Sequence[PassedOver]
) -> Iterator[PassedOver]:
    """The folders right below the root in which no client was found."""
    known = [*taken, *(passed.path for passed in told)]
    for path in sorted(root.iterdir()):
        if not path.is_dir() or path.name.startswith(".") or path.name == EVIDENCE or path.is_symlink():
            continue
        is_results = (path / RESULTS).is_dir() or (
            results is not None and path.resolve().is_relative_to(results)
        )
        of_results = (root / RESULTS).is_dir()  # the folders of an output folder are results
        if not is_results and not of_results and not any(each.is_relative_to(path) for each in known):
            yield PassedOver(path, "没有录入表")


def _in_folder(folder: Path, names: Iterable[str] | None = None) -> list[Path]:
    """The workbooks in a folder: `录入表.xlsx` alone where there is one, else every workbook but
    verification sheets and what a batch wrote."""
    try:
        listed = sorted(os.listdir(folder)) if names is None else names
    except OSError:
        return []
    every = [folder / n for n in listed if _may_be_workbook(n) and (folder / n).is_file()]
    own = [path for path in every if path.stem == WORKBOOK_STEM]
    return own or [p for p in every if VERIFICATION_STEM not in p.stem and not _is_summary(p)]


def _may_be_workbook(name: str) -> bool:
    return not name.startswith((".", "~$")) and Path(name).suffix.lower() in WORKBOOK_ENDINGS


def _is_summary(path: Path) -> bool:
    """Whether it is what a batch has written about all clients."""
    return path.stem.startswith(SUMMARY_STEM) and (path.parent / RESULTS).is_dir()


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


def _distinct(client: Client, root: Path) -> Client:
    relative = client.workbook.relative_to(root)
    parts = relative.parent.parts if relative.stem == WORKBOOK_STEM else relative.with_suffix("").parts
    return Client(safe_name("_".join(parts), client.name), client.workbook)
