"""correspondence.yaml: how this standard answers to another one: what its workbook can take over, what became of the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.standard.types.words import Status

Change = Literal["same", "changed", "merged", "added", "dropped"]
CHANGE_WORDS: Mapping[str, str] = {
    "same": "不变",
    "changed": "口径变化",
    "merged": "合并",
    "added": "新增",
    "dropped": "取消",
}


@dataclass(frozen=True, slots=True)
class FieldPair:
    """Fields that ask for the same thing under another id; several texts become one, each with its label."""

    old: tuple[str, ...]
    new: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class SumPair:
    """A field that is the sum of a column of the other workbook, over the rows where the columns say so."""

    table: str
    column: str
    new: str
    where: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class TablePair:
    """A table taken over: `columns` old → new; in a table of the same id the same columns go by themselves.

    `values` are the same in every row, `words` other words for options (by new column; an empty one is left out),
    `year` the old column whose rows of other years stay behind, `add` new columns that are added up over rows that
    became alike.
    """

    old: str
    new: str
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    year: str | None = None
    add: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class RowPair:
    """What became of rows of the score table; `old` names criteria or subcategories, `new` criteria."""

    change: Change
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    note: str = ""
    clause: str = ""
    status: Status = "inferred"


@dataclass(frozen=True, slots=True)
class Correspondence:
    """All of it, for one other standard. `left`: why a field or table of the other workbook stays behind."""

    standard: str
    fields: tuple[FieldPair, ...] = ()
    sums: tuple[SumPair, ...] = ()
    tables: tuple[TablePair, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[RowPair, ...] = ()
    notes: tuple[str, ...] = ()
