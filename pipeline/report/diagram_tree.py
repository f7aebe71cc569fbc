"""An organisation as a tree: the head on top, its units in columns of four, what belongs to each stacked below it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pipeline.report.diagram_shapes import MAX_HEIGHT, WIDTH, Box, Sheet, fitted, height_of
from pipeline.report.diagram_spec import Branch

_COLUMNS: Final = 4
_CELL: Final = 1860
_SPACE: Final = 280
_LEFT: Final = (WIDTH - _COLUMNS * _CELL - (_COLUMNS - 1) * _SPACE) // 2
_DOWN: Final = 380
_STEP: Final = 120  # from a box to the one stacked below it
_INDENT: Final = 200  # of each level in a stack
_DEEPEST: Final = 3  # levels of a stack that are still moved in


def tree_sheets(tree: Branch) -> list[Sheet]:
    """One tree on one or more sheets; heads with a single unit below stand above each other."""
    sheets = [Sheet()]
    head = _head(sheets[0], tree, 0)
    while len(tree.below) == 1 and tree.below[0].below:
        tree = tree.below[0]
        under = _head(sheets[0], tree, head.y + head.height + _DOWN)
        sheets[0].line(WIDTH // 2, head.y + head.height, WIDTH // 2, under.y, arrow=False)
        head = under
    columns = [list(_stack(branch, 0)) for branch in tree.below]
    start: tuple[int, int] | None = (WIDTH // 2, head.y + head.height)
    rows = [columns[at : at + _COLUMNS] for at in range(0, len(columns), _COLUMNS)]
    for row in rows:
        sheet = sheets[-1]
        height = max(_height(column) for column in row)
        top = sheet.height + _DOWN
        if top + height > MAX_HEIGHT and sheet.height > head.height:
            sheets.append(sheet := Sheet())
            top, start = 0, None
        _row(sheet, row, top, start, several=len(rows) > 1)
        start = (_LEFT // 2, top - _DOWN // 2) if len(rows) > 1 else None
    return sheets


def _head(sheet: Sheet, branch: Branch, top: int) -> Box:
    width = 3 * _CELL // 2
    lines = fitted((branch.name, f"（{branch.note}）" if branch.note else ""), width)
    return sheet.put(Box((WIDTH - width) // 2, top, width, height_of(lines), lines, "total"))


def _stack(branch: Branch, depth: int) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """(place of the superior in the stack, depth, lines) for a branch and all below it; the first has no superior."""
    made: list[tuple[int, int, tuple[str, ...]]] = []

    def put(each: Branch, above: int, level: int) -> None:
        indent = min(level, _DEEPEST) * _INDENT
        lines = fitted((each.name, f"（{each.note}）" if each.note else ""), _CELL - indent)
        made.append((above, level, lines))
        own = len(made) - 1
        for below in each.below:
            put(below, own, level + 1)

    put(branch, -1, depth)
    return iter(made)


def _height(column: list[tuple[int, int, tuple[str, ...]]]) -> int:
    return sum(height_of(lines) for _above, _level, lines in column) + _STEP * (len(column) - 1)


def _row(
    sheet: Sheet,
    columns: list[list[tuple[int, int, tuple[str, ...]]]],
    top: int,
    start: tuple[int, int] | None,
    *,
    several: bool,
) -> None:
    wide = len(columns) * _CELL + (len(columns) - 1) * _SPACE
    left = _LEFT if several else (WIDTH - wide) // 2
    first = [_column(sheet, column, left + at * (_CELL + _SPACE), top) for at, column in enumerate(columns)]
    if start is None:
        return
    centres = [box.x + box.width // 2 for box in first]
    bus = top - _DOWN // 2
    sheet.line(*start, start[0], bus)
    ends = [*centres, start[0], *([_LEFT // 2] if several else [])]
    sheet.line(min(ends), bus, max(ends), bus)
    for centre in centres:
        sheet.line(centre, bus, centre, top)


def _column(sheet: Sheet, column: list[tuple[int, int, tuple[str, ...]]], x: int, top: int) -> Box:
    boxes: list[Box] = []
    y = top
    for above, level, lines in column:
        indent = min(level, _DEEPEST) * _INDENT
        box = sheet.put(
            Box(x + indent, y, _CELL - indent, height_of(lines), lines, "step" if level == 0 else "stream")
        )
        if above >= 0 and boxes[above].x < box.x:
            rail = boxes[above].x + _INDENT // 2
            middle = box.y + box.height // 2
            sheet.line(rail, boxes[above].y + boxes[above].height, rail, middle)
            sheet.line(rail, middle, box.x, middle)
        boxes.append(box)
        y += box.height + _STEP
    return boxes[0]
