"""Tables of an edited report: totals that add up in the report as made must add up after the edit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from pipeline.report.reading import normal
from pipeline.review.document import Block, Document, Place, TableRow
from pipeline.review.faults import Fault
from pipeline.review.segment import number_of

TOTALS: Final = re.compile(r"^(合计|总计|小计|总和|共计)")
_YEAR: Final = re.compile(r"(?:19|20)\d\d(?=年)")


@dataclass(frozen=True, slots=True)
class Sum:
    """A total of a table: its cell, and the cells that it adds up, as (row, column)."""

    total: tuple[int, int]
    parts: tuple[tuple[int, int], ...]


def sums_of(block: Block) -> Iterator[Sum]:
    """The totals of a table that add up: rows called 合计 and last rows that are sums in every column, columns headed 合计."""
    for at, row in enumerate(block.rows):
        label = next((normal(c.line.text) for c in row.cells if normal(c.line.text)), "")
        if not row.is_header and TOTALS.match(label):
            yield from _column_sums(block, at)
        elif at == len(block.rows) - 1 and not row.is_header:
            yield from _unnamed(block, at)
    for column, header in enumerate(_headers(block)):
        if TOTALS.match(header):
            yield from _row_sums(block, column)


def _headers(block: Block) -> list[str]:
    row = next((r for r in block.rows if r.is_header), None)
    return [] if row is None else [normal(c.line.text) for c in row.cells]


def _column_sums(block: Block, at: int) -> Iterator[Sum]:
    row = block.rows[at]
    start = max((n + 1 for n in range(at) if block.rows[n].is_header or _is_total(block.rows[n])), default=0)
    columns = _columns(row)
    for cell, column in columns.items():
        total = _number(row, cell)
        parts = [
            (n, other)
            for n in range(start, at)
            for other, place in _columns(block.rows[n]).items()
            if place == column and _number(block.rows[n], other) is not None
        ]
        if total is not None and len(parts) > 1 and _adds_up(block, total, parts, row.cells[cell].line.text):
            yield Sum((at, cell), tuple(parts))


def _unnamed(block: Block, at: int) -> Iterator[Sum]:
    """A last row that is the sum of those above it in every column of numbers, and in two at least."""
    found = list(_column_sums(block, at))
    numbers = [n for n in range(len(block.rows[at].cells)) if _number(block.rows[at], n)]
    if len(numbers) > 1 and len(found) == len(numbers):
        yield from found


def _row_sums(block: Block, column: int) -> Iterator[Sum]:
    for at, row in enumerate(block.rows):
        if row.is_header or column >= len(row.cells):
            continue
        total = _number(row, column)
        parts = [(at, n) for n in range(column) if _number(row, n) is not None]
        if (
            total is not None
            and len(parts) > 1
            and _adds_up(block, total, parts, row.cells[column].line.text)
        ):
            yield Sum((at, column), tuple(parts))


def _columns(row: TableRow) -> dict[int, int]:
    """The last column of the grid that each cell reaches: totals are merged with what stands before them."""
    found, column = {}, 0
    for n, cell in enumerate(row.cells):
        column += cell.span
        found[n] = column
    return found


def _is_total(row: TableRow) -> bool:
    return bool(TOTALS.match(next((normal(c.line.text) for c in row.cells if normal(c.line.text)), "")))


def _number(row: TableRow, cell: int) -> Decimal | None:
    if cell >= len(row.cells) or row.cells[cell].continued:
        return None
    text = normal(row.cells[cell].line.text)
    number = number_of(text)
    return number if number is not None and number.is_finite() and re.search(r"\d", text) else None


def _adds_up(block: Block, total: Decimal, parts: Sequence[tuple[int, int]], text: str) -> bool:
    values = [v for r, c in parts if (v := _number(block.rows[r], c)) is not None]
    return abs(sum(values, Decimal(0)) - total) <= _slack([total, *values])


def _slack(values: Sequence[Decimal]) -> Decimal:
    """Half a unit in the last printed place for every number: each was rounded for itself."""
    places = max((-int(v.as_tuple().exponent) for v in values), default=0)
    least = min((-int(v.as_tuple().exponent) for v in values if v != v.to_integral_value()), default=places)
    return Decimal(len(values)) * Decimal(5).scaleb(-max(least, 0) - 1) if places > 0 else Decimal(0)


def table_faults(ours: Document, theirs: Document, pairs: Sequence[tuple[Block, Block]]) -> Iterator[Fault]:
    """Totals that added up as made and do not any more; years out of order."""
    for mine, other in pairs:
        right = {s.total: s for s in sums_of(mine)}
        labels = {_label(mine.rows[r]) + _head(mine, r, c): s for (r, c), s in right.items()}
        for at, row in enumerate(other.rows):
            for cell in range(len(row.cells)):
                if _label(row) + _head(other, at, cell) in labels and _number(row, cell) is not None:
                    yield from _total_fault(
                        theirs, other, at, cell, labels[_label(row) + _head(other, at, cell)]
                    )
        yield from _years(theirs, mine, other)


def _label(row: TableRow) -> str:
    return next((normal(c.line.text) for c in row.cells if normal(c.line.text)), "") + "\x1f"


def _head(block: Block, row: int, cell: int) -> str:
    return block.rows[row].cells[cell].header or str(cell)


def _total_fault(document: Document, block: Block, row: int, cell: int, rule: Sum) -> Iterator[Fault]:
    by_rows = rule.parts[0][0] != rule.total[0]
    total = _number(block.rows[row], cell)
    if by_rows:
        start = max(
            (n + 1 for n in range(row) if block.rows[n].is_header or _is_total(block.rows[n])), default=0
        )
        column = _columns(block.rows[row])[cell]
        parts = [
            (n, c)
            for n in range(start, row)
            for c, place in _columns(block.rows[n]).items()
            if place == column
        ]
    else:
        parts = [(row, c) for _row, c in rule.parts]
    values = [v for r, c in parts if (v := _number(block.rows[r], c)) is not None]
    if total is None or not values or abs(sum(values, Decimal(0)) - total) <= _slack([total, *values]):
        return
    where = document.where(Place(block.index, row, cell))
    words = f"{len(values)} 项相加为 {sum(values, Decimal(0))}"
    yield Fault(
        "arithmetic",
        where,
        normal(block.rows[row].cells[cell].line.text),
        str(sum(values, Decimal(0))),
        words=words,
    )


def _years(document: Document, mine: Block, other: Block) -> Iterator[Fault]:
    """Years of a heading row that rose as made and do not any more."""
    for at, row in enumerate(other.rows):
        if not row.is_header:
            continue
        said = _year_row(row)
        was = next((y for r in mine.rows if r.is_header and (y := _year_row(r))), [])
        rising = [y for y, z in pairwise(was) if y < z]
        if len(was) > 1 and len(rising) == len(was) - 1 and said != was and said != sorted(set(said)):
            where = document.where(Place(other.index, at))
            yield Fault(
                "year", where, "、".join(map(str, said)), "、".join(map(str, was)), words="年份没有依次排列"
            )


def _year_row(row: TableRow) -> list[int]:
    return [int(y) for c in row.cells for y in _YEAR.findall(c.line.text)]
