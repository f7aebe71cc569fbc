"""What becomes of each answer in the workbook of a later year: kept, moved one year back, or cleared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from pipeline.findings import CellRef
from pipeline.intake.carry import Carried
from pipeline.intake.data_values import CellContent
from pipeline.intake.layout import EARLIER_HEADERS, VALUE_HEADER
from pipeline.intake.slots import NOTE, VALUE, Slot
from pipeline.intake.values import Question, raw_text, read_value
from pipeline.intake.workbook import Cell, CellKind
from pipeline.standard.types import CRITERIA_TABLE, Field, Standard, Table

YEARS_HELD = 3
"""A workbook holds the evaluation year and the two before it."""
_CLEARED_OF_CRITERIA = ("verdict", "score")
_OF_A_YEAR = re.compile(r"本年|今年|当年|去年|上一?年|\d\s*[%％]")
"""Words and figures that speak of one year, beside that year's own number."""


AGED = "文字里有原年度、本年上年或百分数"
"""Why an answer that was kept has to be looked at."""


class Fate(StrEnum):
    """What became of an answer."""

    KEPT = "保留"
    MOVED = "移动"
    CLEARED = "清空"
    LOST = "未能带入"


@dataclass(frozen=True, slots=True)
class Move:
    """One answer: what it is, where it stood, what it says, and where it goes (None: nowhere) and why."""

    fate: Fate
    label: str
    source: CellRef
    text: str
    slot: Slot | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """The contents of the new workbook by slot, the tables that are written even without rows, and every move."""

    contents: Mapping[Slot, CellContent]
    tables: frozenset[str]
    moves: tuple[Move, ...]


def same_year(carried: Carried, standard: Standard) -> Moved:
    """Every answer at its place."""
    moves = [_kept(carried, slot, _label(standard, slot)) for slot in carried.cells]
    return Moved(carried.cells, carried.tables, tuple(moves))


def next_year(carried: Carried, standard: Standard, old_year: int, new_year: int) -> Moved:
    """The answers for a later year."""
    mover = _Mover(carried, standard, old_year, new_year, new_year - old_year)
    rows: dict[str, dict[int, dict[str, Slot]]] = {}
    for slot in carried.cells:
        owner, key, part = slot
        if owner in standard.intake.fields:
            mover.field(standard.intake.fields[owner], slot)
        elif owner == CRITERIA_TABLE:
            mover.criterion(slot)
        elif standard.intake.tables[owner].fixed:
            mover.fixed(standard.intake.tables[owner], slot)
        else:
            rows.setdefault(owner, {}).setdefault(int(key), {})[part] = slot
    for table_id, by_row in rows.items():
        mover.table(standard.intake.tables[table_id], by_row)
    role = standard.identity.roles.evaluation_year
    mover.contents[role, "0", VALUE] = Decimal(new_year)
    written = {slot[0] for slot in mover.contents}
    tables = frozenset(t for t in carried.tables if t in written)
    return Moved(mover.contents, tables, tuple(mover.moves))


def _kept(carried: Carried, slot: Slot, label: str) -> Move:
    return Move(Fate.KEPT, label, carried.sources[slot], raw_text(carried.cells[slot]), slot)


def _label(standard: Standard, slot: Slot) -> str:
    owner, key, part = slot
    found = standard.intake.fields.get(owner)
    if found is not None:
        year = VALUE_HEADER if key == "0" else EARLIER_HEADERS[int(key) - 1]
        return (
            f"{found.label}（{'备注' if part == NOTE else year}）"
            if found.years > 1 or part == NOTE
            else found.label
        )
    table = standard.intake.tables[owner]
    row = key if owner == CRITERIA_TABLE or table.fixed else f"第 {int(key) + 1} 行"
    return f"{table.label} {row} {table.column(part).label}"


@dataclass
class _Mover:
    """The new contents while they are gathered. `by` is the number of years between the workbooks."""

    carried: Carried
    standard: Standard
    old_year: int
    new_year: int
    by: int
    contents: dict[Slot, CellContent] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)

    def field(self, asked: Field, slot: Slot) -> None:
        """A value or a note of a field."""
        roles = self.standard.identity.roles
        if asked.id == roles.evaluation_year:
            self._gone(slot, f"改为 {self.new_year}")
        elif asked.carried == "keep":
            self._to(slot, slot)
        elif asked.carried == "clear" or slot[2] == NOTE:
            self._gone(slot, "说明的是原年度的数值" if slot[2] == NOTE else "按年度重填")
        else:
            back = int(slot[1]) + self.by
            if back < asked.years:
                self._to(slot, (asked.id, str(back), VALUE))
            else:
                self._gone(slot, "早于录入表所列的年度")

    def criterion(self, slot: Slot) -> None:
        """An answer of the score table: the words stay as a draft, the judgement is made anew."""
        if slot[2] in _CLEARED_OF_CRITERIA:
            self._gone(slot, "每年重新评价")
        else:
            self._to(slot, slot)

    def fixed(self, table: Table, slot: Slot) -> None:
        """An answer in a row with fixed words: measured anew every year, unless it is a word or the pack says otherwise."""
        column = table.column(slot[2])
        followed = column.id in {c.earlier for c in table.columns}
        if table.carry == "clear" or (column.carried == "clear" and column.earlier is None and not followed):
            self._gone(slot, "按年度重填")
            return
        for source, target in self._columns(table, {slot[2]: slot}).items():
            self._to(source, (table.id, slot[1], target))

    def table(self, table: Table, rows: Mapping[int, Mapping[str, Slot]]) -> None:
        """The rows of a table, closed up."""
        number = 0
        for _, slots in sorted(rows.items()):
            targets = self._row(table, slots)
            for slot, column in targets.items():
                self._to(slot, (table.id, str(number), column))
            number += bool(targets)

    def _row(self, table: Table, slots: Mapping[str, Slot]) -> dict[Slot, str]:
        """The new column of each answer that stays."""
        if table.carried == "clear":
            return self._none(slots, "按年度重填")
        period = table.period_column
        if table.carried == "shift" and period is not None:
            year = self._year(table.column(period), slots.get(period))
            if year is None:
                return self._none(slots, "这一行的年度读不出来", Fate.LOST)
            if not self.new_year - YEARS_HELD < year <= self.new_year:
                return self._none(slots, f"{year} 年不在新录入表的年度之内")
            return {slot: column for column, slot in slots.items()}
        return self._columns(table, slots)

    def _columns(self, table: Table, slots: Mapping[str, Slot]) -> dict[Slot, str]:
        """A row without a year: figures of this year move into the column of the year before, where there is one."""
        followers = {c.earlier for c in table.columns}
        targets: dict[Slot, str] = {}
        for column, slot in slots.items():
            yearly = table.column(column).earlier is not None or column in followers
            target = self._earlier(table, column) if yearly else column
            if target is None or table.column(column).carry == "clear":
                self._gone(slot, "早于录入表所列的年度" if yearly else "按年度重填")
            else:
                targets[slot] = target
        return targets

    def _earlier(self, table: Table, column: str) -> str | None:
        found: str | None = column
        for _ in range(self.by):
            found = table.column(found).earlier if found is not None else None
        return found

    def _year(self, column: Field, slot: Slot | None) -> int | None:
        if slot is None:
            return None
        value = read_value(
            self.carried.cells[slot], Question(column, column.id, self.carried.sources[slot])
        ).value
        return int(value) if isinstance(value, Decimal) else None

    # -- moves
    def _none(self, slots: Mapping[str, Slot], why: str, fate: Fate = Fate.CLEARED) -> dict[Slot, str]:
        for slot in slots.values():
            self._gone(slot, why, fate)
        return {}

    def _to(self, slot: Slot, target: Slot) -> None:
        cell = self.carried.cells[slot]
        self.contents[target] = cell
        label = _label(self.standard, slot)
        same_column = slot[0] not in self.standard.intake.fields and slot[2] == target[2]
        fate = Fate.KEPT if slot == target or same_column else Fate.MOVED
        text = raw_text(cell)
        why = AGED if fate is Fate.KEPT and cell.kind is CellKind.TEXT and self._is_of_a_year(text) else ""
        self.moves.append(Move(fate, label, self.carried.sources[slot], text, target, why))

    def _is_of_a_year(self, text: str) -> bool:
        """Whether words that stay as they are speak of the old year."""
        named = re.search(rf"(?<!\d){self.old_year}(?!\d)", text)
        return named is not None or _OF_A_YEAR.search(text) is not None

    def _gone(self, slot: Slot, why: str, fate: Fate = Fate.CLEARED) -> None:
        cell: Cell = self.carried.cells[slot]
        text = raw_text(cell) if cell.kind is not CellKind.NO_RESULT else "（公式没有结果）"
        self.moves.append(
            Move(fate, _label(self.standard, slot), self.carried.sources[slot], text, None, why)
        )
