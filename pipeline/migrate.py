"""Last year's workbook becomes this year's, or an old version's the present one; with a report of every answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.findings import LvbaoError
from pipeline.intake.blank import write_workbook
from pipeline.intake.carry import carry
from pipeline.intake.identity import PACK_VERSION_KEY
from pipeline.intake.left import Left
from pipeline.intake.next_year import AGED, Fate, Move, next_year, same_year
from pipeline.intake.read import evaluation_year, identity_findings
from pipeline.intake.slots import Place, Slot, assemble, places_of
from pipeline.intake.workbook import Workbook
from pipeline.standard.types import Standard

_FIRST = 5
_TITLES = {
    Fate.MOVED: "移动的内容",
    Fate.CLEARED: "清空的内容（请按新年度填写）",
    Fate.LOST: "未能带入的内容",
}


@dataclass(frozen=True, slots=True)
class Migrated:
    """The new workbook and what became of every answer. `added` are labels of what the old version did not ask."""

    content: bytes
    file: str
    versions: tuple[str, str]
    years: tuple[int | None, int | None]
    moves: tuple[Move, ...]
    places: dict[Slot, Place]
    left: tuple[Left, ...]
    added: tuple[str, ...]
    renamed: dict[str, str]


def migrate(workbook: Workbook, standard: Standard, year: int | None = None) -> Migrated:
    """The workbook of the present pack version, for a later evaluation year if one is given. Raises LvbaoError."""
    if any(f.code == "wrong_standard" for f in identity_findings(workbook, standard)):
        raise LvbaoError(f"{workbook.file} 不是标准 {standard.id} 的录入表，不能转入。")
    carried = carry(workbook, standard)
    old_year = evaluation_year(carried.located, standard)
    if year is None or year == old_year:
        moved = same_year(carried, standard)
    else:
        moved = next_year(carried, standard, _checked(workbook, old_year, year), year)
    data = assemble(moved.contents, moved.tables, standard)
    known = carried.located.known
    return Migrated(
        content=write_workbook(standard, data),
        file=workbook.file,
        versions=(workbook.identity.get(PACK_VERSION_KEY, "未知"), standard.identity.pack_version),
        years=(old_year, year or old_year),
        moves=moved.moves,
        places=places_of(data, standard),
        left=carried.left,
        added=known.added,
        renamed=dict(known.renamed),
    )


def _checked(workbook: Workbook, old_year: int | None, year: int) -> int:
    """The old year. Raises LvbaoError when the new one cannot follow it."""
    if old_year is None:
        raise LvbaoError(f"{workbook.file} 的评价年度读不出来，不能转到 {year} 年；请先填好评价年度。")
    if year < old_year:
        raise LvbaoError(f"{workbook.file} 的评价年度是 {old_year}，不能转到更早的 {year} 年。")
    return old_year


# -- the report ---------------------------------------------------------------------------------------------
def heading(migrated: Migrated) -> list[str]:
    """What was done, in a few lines."""
    old, new = migrated.versions
    before, after = migrated.years
    lines = [f"标准包版本：{old} → {new}" if old != new else f"标准包版本：{new}（不变）"]
    shown = before if before is not None else "未知"
    lines.append(f"评价年度：{shown} → {after}" if before != after else f"评价年度：{shown}（不变）")
    numbers = [f"{fate} {_count(migrated, fate)} 处" for fate in Fate if _count(migrated, fate)]
    unread = [f"不在填写位置的 {len(migrated.left)} 处"] if migrated.left else []
    lines.append("，".join([*numbers, *unread]) or "原录入表没有填写任何内容")
    if words := aged(migrated):
        first = "、".join(_target(migrated, move).removeprefix("→ ") for move in words[:_FIRST])
        more = "等" if len(words) > _FIRST else ""
        lines.append(f"保留的内容中有 {len(words)} 处{AGED}，请逐处核对：{first}{more}")
    return lines


def not_carried(migrated: Migrated) -> list[str]:
    """A line for everything that somebody wrote and that the new workbook does not have, cleared answers apart."""
    lost = [f"{m.source}“{m.text}”（{m.label}）：{m.why}" for m in migrated.moves if m.fate is Fate.LOST]
    return [*lost, *(str(left) for left in migrated.left)]


def aged(migrated: Migrated) -> list[Move]:
    """The words that were kept although they speak of the old year: nobody is to print last year's figures."""
    return [move for move in migrated.moves if move.fate is Fate.KEPT and move.why == AGED]


def report(migrated: Migrated) -> str:
    """The whole report as Markdown."""
    parts = [f"# 转入报告：{_cell(migrated.file)}", "", *(f"- {line}" for line in heading(migrated)), ""]
    if migrated.renamed:
        rows = [(old, new) for old, new in sorted(migrated.renamed.items())]
        parts += ["## 改名的标识", "", *_table(("原标识", "现标识"), rows)]
    if migrated.added:
        parts += ["## 新增的填报项（请填写）", "", *(f"- {_cell(label)}" for label in migrated.added), ""]
    for fate, title in _TITLES.items():
        moves = [m for m in migrated.moves if m.fate is fate]
        if moves:
            cells = [(str(m.source), m.label, m.text, _target(migrated, m)) for m in moves]
            parts += [f"## {title}", "", *_table(("原位置", "填报项", "内容", "去向或原因"), cells)]
    if migrated.left:
        lines = [(str(left.where), left.text, left.why) for left in migrated.left]
        parts += ["## 不在填写位置、没有带入的内容", "", *_table(("原位置", "内容", "说明"), lines)]
    if words := aged(migrated):
        told = [(_target(migrated, m).removeprefix("→ "), m.label, m.text) for m in words]
        parts += [f"## 保留的文字，{AGED}（请逐处核对）", "", *_table(("位置", "填报项", "内容"), told)]
    parts += ["## 保留的内容", "", *_kept(migrated)]
    return "\n".join(parts).rstrip() + "\n"


def _count(migrated: Migrated, fate: Fate) -> int:
    return sum(m.fate is fate for m in migrated.moves)


def _target(migrated: Migrated, move: Move) -> str:
    if move.slot is None:
        return move.why
    sheet, cell = migrated.places[move.slot]
    return f"→ {sheet}!{cell}"


def _kept(migrated: Migrated) -> Iterable[str]:
    """Counts by sheet: what stays as it is needs no list."""
    counts: dict[str, int] = {}
    for move in migrated.moves:
        if move.fate is Fate.KEPT:
            counts[move.source.sheet] = counts.get(move.source.sheet, 0) + 1
    return [f"- {_cell(sheet)}：{number} 处" for sheet, number in counts.items()] or ["没有。"]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return [*lines, *("| " + " | ".join(_cell(c) for c in row) + " |" for row in rows), ""]


def _cell(text: str) -> str:
    """A client's words as one cell of a Markdown table, never as markup."""
    one_line = " ".join(text.split())
    for mark in "\\|`*_<>[]#":
        one_line = one_line.replace(mark, f"\\{mark}")
    return one_line
