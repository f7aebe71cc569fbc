"""Small workbooks for tests, laid out as `layout()` says, and the tools to damage them as people and programs do."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import Workbook as Xlsx
from openpyxl.workbook.defined_name import DefinedName

from pipeline.facts import Intake
from pipeline.findings import Finding
from pipeline.intake.layout import (
    FIELD_NAME_PREFIX,
    IDENTITY_SHEET,
    INSTRUCTIONS_SHEET,
    LABEL_COLUMN,
    UNIT_COLUMN,
    VALUE_COLUMN,
    SheetLayout,
    TablePlace,
    layout,
)
from pipeline.intake.read import read_intake
from pipeline.intake.reader import read_workbook
from pipeline.intake.workbook import address
from pipeline.standard.types import CRITERIA_TABLE, Standard

CLEAN: Mapping[str, Any] = {
    "基本信息": {
        "enterprise_name": "某某玩具有限公司",
        "credit_code": "91110108551385082Q",
        "evaluation_year": 2024,
        "evaluation_date": dt.date(2025, 3, 1),
        "process_type": "冷法",
        "coal_edition": "GB/T 2589-2020",
        "has_boiler": "是",
        "boiler_count": 2,
    },
    "用地与产出": {
        "land_area": 77037,
        "building_floor_area": 79379,
        "structure_floor_area": 0,
        "gross_output_value": (12000, 11000, 10000),
        "qualified_output": (900, 850, 800),
        "nmhc_measured": 12.5,
        "recycling_rate": 85,
    },
}
TABLES: Mapping[str, tuple[tuple[Any, ...], ...]] = {
    "energy_use": (
        ("电力", 2024, 5000, "kWh", None),
        ("天然气", 2024, 300, "m³", None),
        ("电力", 2023, 4800, "kWh", None),
    ),
    "evidence": (("E01", "营业执照"), ("E02", "不动产权证")),
}
"""Columns as in the toy pack: 能源种类 B, 年度 C, 消耗量 D, 计量单位 E, 实测折标系数 F; 编号 B, 名称 C."""


@dataclass(frozen=True)
class Styled:
    """A value with a number format."""

    value: Any
    format: str


@dataclass
class Book:
    """Sheets as grids of values by (row, column) from 0; everything else as it will be written."""

    sheets: dict[str, dict[tuple[int, int], Any]]
    merged: dict[str, list[str]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    identity: dict[str, Any] = field(default_factory=dict)
    patches: list[Callable[[str, bytes], bytes]] = field(default_factory=list)
    extra_parts: dict[str, bytes] = field(default_factory=dict)

    # -- as people do -------------------------------------------------------------------------------------------
    def put(self, place: str, value: Any) -> Book:
        """Writes a value at `用地与产出!D4`; None empties the cell."""
        sheet, _, cell = place.partition("!")
        self.sheets[sheet][position(cell)] = value
        return self

    def rename(self, old: str, new: str) -> Book:
        """Renames a sheet, keeping its place."""
        self.sheets = {new if name == old else name: grid for name, grid in self.sheets.items()}
        return self

    def remove(self, name: str) -> Book:
        """Deletes a sheet."""
        del self.sheets[name]
        return self

    def copy(self, name: str, new: str) -> Book:
        """Copies a sheet to the end."""
        self.sheets[new] = dict(self.sheets[name])
        return self

    def insert_rows(self, name: str, before: int, count: int = 1) -> Book:
        """Inserts rows before the row with that number (from 1); a negative count deletes rows."""
        self.sheets[name] = _shifted(self.sheets[name], before - 1, count, 0)
        return self

    def insert_columns(self, name: str, before: str, count: int = 1) -> Book:
        """Inserts columns before the one with that letter; a negative count deletes columns."""
        self.sheets[name] = _shifted(self.sheets[name], position(f"{before}1")[1], count, 1)
        return self

    def swap_columns(self, name: str, one: str, other: str) -> Book:
        """Exchanges two columns."""
        a, b = position(f"{one}1")[1], position(f"{other}1")[1]
        turn = {a: b, b: a}
        self.sheets[name] = {(r, turn.get(c, c)): v for (r, c), v in self.sheets[name].items()}
        return self

    def move_block(self, name: str, down: int, right: int) -> Book:
        """Moves everything on a sheet."""
        self.sheets[name] = {(r + down, c + right): v for (r, c), v in self.sheets[name].items()}
        return self

    def merge(self, name: str, area: str) -> Book:
        """Merges cells."""
        self.merged.setdefault(name, []).append(area)
        return self

    # -- as programs do -----------------------------------------------------------------------------------------
    def patch(self, part: str, change: Callable[[bytes], bytes]) -> Book:
        """Changes the bytes of the parts whose name matches."""
        self.patches.append(lambda name, data: change(data) if re.fullmatch(part, name) else data)
        return self

    def write(self, path: Path) -> Path:
        """Writes the file."""
        path.write_bytes(self.to_bytes())
        return path

    def to_bytes(self) -> bytes:
        """The bytes of the file."""
        xlsx = Xlsx()
        xlsx.remove(xlsx.worksheets[0])
        for name, grid in self.sheets.items():
            _write_sheet(xlsx, name, grid, self.merged.get(name, []), name in self.hidden)
        if self.identity:
            own = {(i, c): v for i, pair in enumerate(self.identity.items()) for c, v in enumerate(pair)}
            _write_sheet(xlsx, IDENTITY_SHEET, own, [], True)
        for name, (sheet, cell) in self.names.items():
            where = re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", cell)
            xlsx.defined_names[name] = DefinedName(name, attr_text=f"'{sheet}'!{where}")
        buffer = io.BytesIO()
        xlsx.save(buffer)
        return self._patched(buffer.getvalue())

    def _patched(self, data: bytes) -> bytes:
        if not self.patches and not self.extra_parts:
            return data
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                content = old.read(name)
                for change in self.patches:
                    content = change(name, content)
                if content:
                    new.writestr(name, content)
            for name, content in self.extra_parts.items():
                new.writestr(name, content)
        return out.getvalue()


def position(cell: str) -> tuple[int, int]:
    """(3, 3) for `D4`."""
    match = re.fullmatch(r"([A-Z]+)(\d+)", cell)
    assert match
    column = 0
    for letter in match.group(1):
        column = column * 26 + ord(letter) - 64
    return int(match.group(2)) - 1, column - 1


def _shifted(grid: dict[tuple[int, int], Any], at: int, count: int, axis: int) -> dict[tuple[int, int], Any]:
    shifted = {}
    for place, value in grid.items():
        index = place[axis]
        if count < 0 and at <= index < at - count:
            continue
        moved = index + count if index >= at else index
        shifted[(moved, place[1]) if axis == 0 else (place[0], moved)] = value
    return shifted


def _write_sheet(
    xlsx: Xlsx, name: str, grid: Mapping[tuple[int, int], Any], merged: list[str], hidden: bool
) -> None:
    sheet = xlsx.create_sheet(name)
    for (r, c), value in grid.items():
        if value is None:
            continue
        cell = sheet.cell(r + 1, c + 1)
        plain = value.value if isinstance(value, Styled) else value
        cell.value = plain
        if isinstance(plain, str) and plain.startswith("'"):  # a text that looks like a formula
            cell.value, cell.data_type = plain[1:], "s"
        if isinstance(value, Styled):
            cell.number_format = value.format
        elif isinstance(plain, dt.date):
            cell.number_format = "yyyy-mm-dd"
    for area in merged:
        sheet.merge_cells(area)
    sheet.sheet_state = "hidden" if hidden else "visible"


# -- the clean workbook ------------------------------------------------------------------------------------------
def clean_book(standard: Standard) -> Book:
    """The toy pack's workbook, filled without a fault."""
    sheets: dict[str, dict[tuple[int, int], Any]] = {INSTRUCTIONS_SHEET: {(0, 0): "填写说明"}}
    names = {}
    for plan in layout(standard.intake):
        title = plan.sheet.title
        sheets[title] = _topic(plan, CLEAN.get(title, {}), standard)
        for place in plan.fields:
            names[FIELD_NAME_PREFIX + place.field.id] = (title, address(place.row, VALUE_COLUMN))
    identity = {"format": "1", "standard": standard.id, "pack_version": standard.identity.pack_version}
    return Book(sheets, names=names, identity=identity)


def _topic(plan: SheetLayout, values: Mapping[str, Any], standard: Standard) -> dict[tuple[int, int], Any]:
    grid: dict[tuple[int, int], Any] = {(0, 0): plan.sheet.title, (1, 0): plan.sheet.intro or None}
    if plan.header_row is not None:
        grid |= {(plan.header_row, c): word for c, word in enumerate(plan.field_headers())}
    for number, place in enumerate(plan.fields, 1):
        grid[place.row, 0] = number
        grid[place.row, LABEL_COLUMN] = place.field.label
        grid[place.row, UNIT_COLUMN] = place.field.unit or "—"
        value = values.get(place.field.id)
        for n, one in enumerate(value if isinstance(value, tuple) else (value,)):
            grid[place.row, VALUE_COLUMN + n] = one
        grid[place.row, plan.help_column] = place.field.help or None
    for table in plan.tables:
        grid |= _table(table, standard)
    return grid


def _table(place: TablePlace, standard: Standard) -> dict[tuple[int, int], Any]:
    table = place.table
    grid: dict[tuple[int, int], Any] = {
        (place.title_row, 0): table.label,
        (place.intro_row, 0): table.intro or None,
    }
    grid[place.header_row, 0] = "行"
    grid |= {(place.header_row, place.column(c.id)): c.heading for c in table.columns}
    for row in range(place.first_row, place.last_row + 1):
        grid[row, 0] = row - place.first_row + 1
    if table.id == CRITERIA_TABLE:
        for row, given in enumerate(table.prefill, place.first_row):
            grid |= {(row, place.column(c)): text for c, text in given.items()}
            if "verdict" not in given:
                grid[row, place.column("verdict")] = "符合"
                grid[row, place.column("evidence")] = "E01"
    for row, values in enumerate(TABLES.get(table.id, ()), place.first_row):
        grid |= {(row, place.column(c.id)): v for c, v in zip(table.columns, values, strict=True)}
    return grid


# -- reading -----------------------------------------------------------------------------------------------------
def read(book: Book, standard: Standard, folder: Path) -> tuple[Intake, tuple[Finding, ...]]:
    """The intake of the book, by the production reader."""
    return read_intake(read_workbook(book.write(folder / "录入表.xlsx")), standard)


def brief(findings: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    """(code, cell, subject) of every finding."""
    return [(f.code, str(f.where).partition("（")[0] if f.where else "", f.subject) for f in findings]
