"""What a client wrote that has no place in the standard layout: remarks beside it, extra sheets, pictures, formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from pipeline.findings import CellRef
from pipeline.intake.blank import write_workbook
from pipeline.intake.collect import Place
from pipeline.intake.left import Left
from pipeline.intake.places import Context, FieldSpots, TableSpots
from pipeline.intake.read import Located, LocatedSheet
from pipeline.intake.reader import parse_workbook
from pipeline.intake.values import raw_text
from pipeline.intake.words import folded
from pipeline.intake.workbook import CellKind, SheetCells, Workbook
from pipeline.standard.types import Standard

_WHOLE_SHEETS: Final[Mapping[str, str]] = {
    "sheet_extra": "整张工作表不属于录入表",
    "sheet_duplicated": "整张工作表像是副本",
}
_TRAITS: Final = (
    ("pictures", "图片（含单元格图片）", "请作为附件提交"),
    ("drawings", "图形、文本框或图表", "其中的文字请写进备注"),
    ("comments", "客户自己的批注", "请写进备注"),
    ("formulas", "公式", "已换成其计算结果"),
    ("external_links", "外部链接", "已换成文件中保存的结果"),
)


def strays(
    workbook: Workbook, standard: Standard, located: Located, used: Mapping[str, set[Place]]
) -> Iterator[Left]:
    """Everything of the workbook that is not in `used` and is no word of the layout itself."""
    for found in located.findings:
        if found.code in _WHOLE_SHEETS and found.where is not None:
            sheet = workbook.sheet(found.where.sheet)
            if sheet is not None and sheet.cells:
                yield Left(found.where, "", _WHOLE_SHEETS[found.code])
    words = _layout_words(_Key(standard))
    for entry in located.sheets:
        yield from _remarks(entry, words, used.get(entry[1].cells.name, set()))
    for trait, what, advice in _TRAITS:
        if trait in workbook.traits:
            yield Left(CellRef(workbook.file), what, advice)


class _Key:
    """A pack as cache key, by identity."""

    def __init__(self, standard: Standard) -> None:
        self.standard = standard

    def __hash__(self) -> int:
        return hash((self.standard.id, self.standard.digest))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and hash(self) == hash(other)


@lru_cache(maxsize=8)
def _layout_words(key: _Key) -> Mapping[str, frozenset[str]]:
    """By sheet title, every text that stands in the blank workbook, as it is compared."""
    blank = parse_workbook(write_workbook(key.standard), "")
    return {
        sheet.name: frozenset(folded(c.value) for c in sheet.cells.values() if isinstance(c.value, str))
        for sheet in blank.sheets
    }


def _remarks(entry: LocatedSheet, words: Mapping[str, frozenset[str]], used: set[Place]) -> Iterator[Left]:
    """The cells of one sheet that were not carried, row by row."""
    sheet, context, fields, tables = entry
    known = words.get(sheet.title, frozenset())
    layout_places = frozenset() if context.known_template else _layout_places(context, fields, tables)
    margin = _margin(fields, tables)
    rows: dict[int, list[int]] = {}
    for (row, column), cell in sorted(context.cells.cells.items()):
        if (row, column) in used or (row, column) in layout_places:
            continue
        is_word = isinstance(cell.value, str) and folded(cell.value) in known
        is_row_number = cell.kind is CellKind.NUMBER and column < margin
        if not is_word and not is_row_number:
            rows.setdefault(row, []).append(column)
    for row, columns in rows.items():
        texts = "；".join(raw_text(context.cells.cell(row, c)) or "（公式没有结果）" for c in columns)
        yield Left(context.ref(row, columns[0]), texts, "不在录入表的填写位置")


def _margin(fields: FieldSpots, tables: TableSpots) -> int:
    """The first column that answers stand in; numbers to the left of it count the rows."""
    columns = [min(s.value_columns) for s in fields.spots.values()]
    columns += [min(s.columns.values()) for s in tables.spots.values() if s.columns]
    return min(columns, default=0)


def _layout_places(context: Context, fields: FieldSpots, tables: TableSpots) -> frozenset[Place]:
    """In a workbook of another version: where labels, units, explanations and headings stand, whatever they say."""
    return frozenset(
        place for place in context.cells.cells if _is_layout(context.cells, place, fields, tables)
    )


def _is_layout(cells: SheetCells, place: Place, fields: FieldSpots, tables: TableSpots) -> bool:
    row, column = place
    field_rows = {s.row: s for s in fields.spots.values()}
    headers = {s.header_row for s in tables.spots.values()}
    first = min([*field_rows, *headers], default=0)
    if row < first or row in headers or row + 1 in headers or row + 2 in headers:
        return True
    spot = field_rows.get(row)
    if spot is None:
        return False
    note = spot.note_column if spot.note_column is not None else max(spot.value_columns)
    return column < min(spot.value_columns) or column == note + 1
