"""Gives a standard pack by its folder: from this process, from the disk, or from its files (`assemble`)."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from pipeline.findings import PackError
from pipeline.resources import packs_in, search_folders, standards_folder
from pipeline.standard import kept
from pipeline.standard.types import Standard

FACTORS = "_factors"
"""The folder of the coefficient tables, beside the packs."""
IDENTITY = "standard.yaml"
SHARED = "_verification"
"""Beside the packs: what several of them ask a third party, named by `over` in their verification.yaml."""


def load_standard(folder: Path, factors_folder: Path | None = None) -> Standard:
    """The pack in `folder`, checked whole. Loaded once per process for the same bytes.

    `factors_folder` defaults to `_factors` beside the pack, else the shipped one. Raises PackError with every fault found.
    """
    chain = _chain(folder)
    if factors_folder is None:
        own = folder.parent / FACTORS
        factors_folder = own if own.is_dir() else standards_folder() / FACTORS
    shared = dict.fromkeys((*(each.parent / SHARED for each in chain), standards_folder() / SHARED))
    digest = _digest(*chain, folder.parent / SHARED)
    return _load(chain, factors_folder, digest, _digest(factors_folder), _digest(*shared))


@lru_cache(maxsize=16)
def _load(
    chain: tuple[Path, ...], factors_folder: Path, digest: str, factors_digest: str, shared_digest: str
) -> Standard:
    folders = (*map(str, chain), str(factors_folder), str(standards_folder()))
    follows_from = (digest, factors_digest, shared_digest, *folders)
    standard = kept.load(*follows_from)
    if standard is None:
        from pipeline.standard.assemble import assembled

        standard = assembled(chain, factors_folder, digest, factors_digest)
        kept.store(standard, *follows_from)
    return standard


def _chain(folder: Path) -> tuple[Path, ...]:
    """The pack's folder and those of its bases. Raises PackError for a base that is not there, or a circle."""
    chain = [folder]
    while True:
        base = _base(chain[-1])
        if base is None:
            return tuple(chain)
        below = next((f / base for f in (folder.parent, *search_folders()) if base in packs_in(f)), None)
        if below is None:
            raise PackError(
                folder.name, [f"{_place(chain[-1])}：base“{base}”不存在，请写一个现有标准包的 id"]
            )
        if below in chain:
            raise PackError(
                folder.name,
                [f"{_place(chain[-1])}：base“{base}”绕回了自己，请去掉 base 或改成别的标准包"],
            )
        chain.append(below)


def _base(folder: Path) -> str | None:
    """The base that the pack names; None also where its file cannot be read: the loading proper names the fault."""
    try:
        content = (folder / IDENTITY).read_bytes()
    except OSError:
        return None
    digest = hashlib.sha256(content).hexdigest()
    base = kept.load_base(digest)
    if base is None:
        base = _read_base(folder)
        kept.store_base(base or "", digest)
    return base or None


def _read_base(folder: Path) -> str | None:
    from pipeline.standard.nodes import Mapping_
    from pipeline.standard.yaml import YamlError, read

    try:
        identity = read(folder / IDENTITY, IDENTITY)
    except (OSError, YamlError):
        return None
    base = identity.get("base") if isinstance(identity, Mapping_) else None
    return base if isinstance(base, str) else None


def _place(folder: Path) -> str:
    """Where the pack names its base."""
    from pipeline.standard.yaml import read

    return str(read(folder / IDENTITY, IDENTITY).places["base"])


def _digest(*folders: Path) -> str:
    """SHA-256 over names and bytes of every file below the folders, in sorted order."""
    total = hashlib.sha256()
    for folder in (f for f in folders if f.is_dir()):
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            total.update(path.relative_to(folder).as_posix().encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
