"""Several editions of one standard in one pack: the evaluation date chooses among them.

`editions/<edition>/` below a pack holds what a later edition changes (standard.yaml with its date, indicators, score
table, errata, worked cases), laid over the first one by ids as a pack over its base. All editions ask in one workbook;
what only one of them asks says so (`when: edition('2025')`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from pipeline.standard import types as t

FOLDER: Final = "editions"
_SHARED: Final = ("intake.yaml", "verification.yaml", "CHANGELOG.md")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def edition_folders(folder: Path) -> tuple[Path, ...]:
    """The folders of the later editions of a pack, sorted by name."""
    root = folder / FOLDER
    return tuple(sorted(p for p in root.iterdir() if p.is_dir())) if root.is_dir() else ()


def edition_on(standard: t.Standard, date: dt.date) -> t.Standard:
    """The edition that is in force on a day: the latest that has become effective, else the first."""
    day = date.isoformat()
    began = [e for e in standard.editions if e.identity.effective is not None and e.identity.effective <= day]
    return began[-1] if began else standard


def since_words(validity: t.Validity) -> str:
    """`2025-07-07 起` / `2025-07-07 前`, as people speak of an edition."""
    since = f"{validity.effective} 起" if validity.effective else "施行日期未载明"
    return since if validity.superseded is None else f"{since}，至 {validity.superseded} 前"


def joined(first: t.Standard, later: Sequence[t.Standard], problems: list[str]) -> t.Standard:
    """The pack with its later editions; faults of the family are added to `problems`."""
    problems += _faults(first, later)
    if problems or not later:
        return first
    # what a later edition does not say of its end is not that of the first one
    ended = first.identity.superseded
    later = [
        replace(e, identity=replace(e.identity, superseded=None)) if e.identity.superseded == ended else e
        for e in later
    ]
    later = sorted(later, key=lambda e: e.identity.effective or "")
    every = (first, *later)
    family = tuple(
        t.Validity(e.identity.edition, e.identity.effective, e.identity.superseded, tuple(e.scoring.criteria))
        for e in every
    )
    criteria = {c.id: c for e in every for c in e.scoring.criteria.values()}
    placed = [
        replace(e, family=family, others={i: c for i, c in criteria.items() if i not in e.scoring.criteria})
        for e in every
    ]
    return replace(placed[0], editions=tuple(placed[1:]))


def _faults(first: t.Standard, later: Sequence[t.Standard]) -> Iterator[str]:
    dates: dict[str, str] = {}
    for edition in later:
        identity, name = edition.identity, edition.identity.edition
        where = f"{FOLDER}/{name}/standard.yaml"
        effective = identity.effective
        if effective is None or not _DATE.fullmatch(effective) or effective == first.identity.effective:
            yield f'{where}：这一版要写自己的 effective（开始施行的日期，如 "2025-07-07"），由它决定用哪一版'
        elif effective in dates:
            yield f"{where}：effective {effective} 与 {dates[effective]} 版相同，请核对两版的施行日期"
        else:
            dates[effective] = name
        if (
            first.identity.effective is not None
            and effective is not None
            and effective < first.identity.effective
        ):
            yield f"{where}：effective {effective} 早于第一版的 {first.identity.effective}；较早的一版应写在标准包根上"
        yield from _criteria(first, edition, where.replace("standard.yaml", "scoring.yaml"))


def _criteria(first: t.Standard, edition: t.Standard, where: str) -> Iterator[str]:
    """A criterion of two editions is one row of the workbook, so it must say the same there."""
    for id_, criterion in edition.scoring.criteria.items():
        other = first.scoring.criteria.get(id_)
        if other is None:
            continue
        same = (other.texts, other.points, other.clause, other.is_judged_by_program) == (
            criterion.texts, criterion.points, criterion.clause, criterion.is_judged_by_program
        )  # fmt: skip
        if not same:
            yield f"{where}：评价要素“{id_}”与第一版的条款、文字或分值不同；两版共用一份录入表，请给它另编一个编号，原编号写 remove: true"


def shared_files(folder: Path) -> Iterator[str]:
    """Files that an edition must not have of its own."""
    for name in _SHARED:
        if (folder / name).is_file():
            yield f"{FOLDER}/{folder.name}/{name}：各版共用标准包根上的 {name}；只有一版要填的，写 when: edition('{folder.name}')"
