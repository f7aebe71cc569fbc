"""Where the boxes of a diagram stand: flows, balances, teams. Nothing overlaps, because every box is as high as its text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, TypeVar

from pipeline.report.diagram_shapes import MAX_HEIGHT, PAD, WIDTH, Box, Look, Sheet, fitted, height_of, packed
from pipeline.report.diagram_spec import Balance, Chain, Diagram, Person, Step, Stream, Team
from pipeline.report.diagram_text import text_width
from pipeline.report.diagram_tree import tree_sheets

_SIDE: Final = 2800  # width of a stream's box
_REACH: Final = 440  # length of the arrows beside a step
_MIDDLE: Final = WIDTH - 2 * (_SIDE + _REACH)
_DOWN: Final = 380  # length of the arrow from step to step
_BETWEEN: Final = 100  # from stream to stream
_APART: Final = 400  # from one chain or team to the next
_IN_ROW: Final = 4
_CELL: Final = 1720  # width of a box in rows of four
_SPACE: Final = 480  # between boxes of a row
_LEFT: Final = WIDTH - _IN_ROW * _CELL - (_IN_ROW - 1) * _SPACE


T = TypeVar("T")


def sheets_of(diagram: Diagram) -> list[Sheet]:
    """The diagram on one or more sheets, each no higher than a page."""
    drawn: list[Sheet] = []
    for chain in diagram.chains:
        plain = not any(step.inputs or step.outputs or step.passed for step in chain.steps)
        drawn += _snake(chain) if plain else _flow(chain)
    for balance in diagram.balances:
        drawn += _balance(balance)
    for team in diagram.teams:
        drawn += _team(team)
    for tree in diagram.trees:
        drawn += tree_sheets(tree)
    return packed(drawn, _APART)


def _rows(items: Sequence[T]) -> list[Sequence[T]]:
    """The items four by four."""
    return [items[at : at + _IN_ROW] for at in range(0, len(items), _IN_ROW)]


# -- a chain of steps with what enters on the left and leaves on the right ------------------------------------------
def _flow(chain: Chain) -> list[Sheet]:
    sheets = [_titled(chain.title)]
    steps = [part for step in chain.steps for part in _split(step)]
    before: Box | None = None
    label: tuple[str, ...] = ()
    linked = True
    for step in steps:
        block = _step(step)
        sheet = sheets[-1]
        down = max(_DOWN, height_of(label) + 2 * _BETWEEN) if label else _DOWN
        top = sheet.height + (down if before is not None else 120 if chain.title else 0)
        if before is not None and top + block.height + 3 * _DOWN > MAX_HEIGHT:
            sheet = _continued(sheets, before, linked=linked)
            before = sheet.boxes[0] if linked else None
            top = before.height + down if before is not None else 0
        middle = block.boxes[0]
        sheet.add(block, top - sheet.height)
        placed = Box(middle.x, top + middle.y, middle.width, middle.height, middle.lines)
        if before is not None and linked:
            centre = WIDTH // 2
            sheet.line(centre, before.y + before.height, centre, placed.y, arrow=True)
            if label:
                _beside(sheet, label, before.y + before.height, placed.y)
        before, label, linked = placed, _passed(step), step.goes_on
    return sheets


def _continued(sheets: list[Sheet], before: Box, *, linked: bool) -> Sheet:
    """A further sheet; where something goes on to it, both say so."""
    if linked:
        _hint(sheets[-1], before, "转下图")
    sheets.append(Sheet())
    if linked:
        sheets[-1].put(_centred("接上图", 0))
    return sheets[-1]


def _passed(step: Step) -> tuple[str, ...]:
    return fitted(tuple(stream.text for stream in step.passed), WIDTH // 2 - _BETWEEN)


def _beside(sheet: Sheet, label: tuple[str, ...], top: int, bottom: int) -> None:
    """What goes on to the next step, to the right of its arrow."""
    width = min(max(map(text_width, label)) + 2 * PAD + 20, WIDTH // 2 - _BETWEEN)
    height = height_of(label)
    sheet.put(Box(WIDTH // 2 + 40, (top + bottom - height) // 2, width, height, label, "plain"))


def _split(step: Step) -> list[Step]:
    """A step with more streams than a page has room for, as several that continue each other."""
    parts = _portions(step.inputs, step.outputs)
    return [
        Step(
            step.name if at == 0 else f"{step.name}（续）",
            step.note if at == 0 else "",
            inputs,
            outputs,
            step.passed if at == len(parts) - 1 else (),
            step.goes_on or at < len(parts) - 1,
        )
        for at, (inputs, outputs) in enumerate(parts)
    ]


def _portions(
    inputs: Sequence[Stream], outputs: Sequence[Stream]
) -> list[tuple[tuple[Stream, ...], tuple[Stream, ...]]]:
    """Both sides cut alike where one of them is too high for a page."""
    room = MAX_HEIGHT - 8 * _DOWN
    left, right = _pages(inputs, room), _pages(outputs, room)
    count = max(len(left), len(right), 1)
    padded = [[*side, *([()] * (count - len(side)))] for side in (left, right)]
    return list(zip(padded[0], padded[1], strict=True))


def _pages(streams: Sequence[Stream], room: int) -> list[tuple[Stream, ...]]:
    pages: list[list[Stream]] = []
    height = room
    for stream in streams:
        needed = height_of(_stream_lines(stream)) + _BETWEEN
        if height + needed > room:
            pages.append([])
            height = 0
        pages[-1].append(stream)
        height += needed
    return [tuple(page) for page in pages]


def _stream_lines(stream: Stream) -> tuple[str, ...]:
    whole = fitted((stream.text,), _SIDE)
    return whole if len(whole) == 1 else fitted((stream.name, stream.amount), _SIDE)


def _step(step: Step) -> Sheet:
    """One step; its box comes first and is as high as the higher of its sides."""
    return _around(
        fitted((step.name, f"（{step.note}）" if step.note else ""), _MIDDLE), step.inputs, step.outputs
    )


def _around(
    lines: tuple[str, ...], inputs: Sequence[Stream], outputs: Sequence[Stream], look: Look = "step"
) -> Sheet:
    sheet = Sheet()
    sides = [[_stream_lines(stream) for stream in side] for side in (inputs, outputs)]
    heights = [sum(map(height_of, side)) + _BETWEEN * max(0, len(side) - 1) for side in sides]
    height = max(height_of(lines), *heights)
    left, right = _SIDE + _REACH, _SIDE + _REACH + _MIDDLE
    sheet.put(Box(left, 0, _MIDDLE, height, lines, look))
    for side, own, x in ((0, heights[0], 0), (1, heights[1], right + _REACH)):
        spare = (height - own) // max(1, len(sides[side]))
        y = spare // 2
        for texts in sides[side]:
            box = sheet.put(Box(x, y, _SIDE, height_of(texts), texts, "stream"))
            middle = box.y + box.height // 2
            if side == 0:
                sheet.line(_SIDE, middle, left, middle, arrow=True)
            else:
                sheet.line(right, middle, right + _REACH, middle, arrow=True)
            y += box.height + _BETWEEN + spare
    return sheet


def _titled(title: str) -> Sheet:
    sheet = Sheet()
    if title:
        lines = fitted((title,), WIDTH)
        sheet.put(Box(0, 0, WIDTH, height_of(lines), lines, "title"))
    return sheet


def _centred(text: str, y: int) -> Box:
    lines = fitted((text,), _MIDDLE)
    x = (WIDTH - _MIDDLE) // 2
    return Box(x, y, _MIDDLE, height_of(lines), lines, "plain")


def _hint(sheet: Sheet, before: Box, text: str) -> None:
    hint = sheet.put(_centred(text, before.y + before.height + _DOWN))
    sheet.line(WIDTH // 2, before.y + before.height, WIDTH // 2, hint.y, arrow=True)


# -- a chain without streams: rows of four, read like text ----------------------------------------------------------
def _snake(chain: Chain) -> list[Sheet]:
    sheets = [_titled(chain.title)]
    above: list[Box] = []
    for number, steps in enumerate(_rows(chain.steps)):
        texts = [fitted((step.name, f"（{step.note}）" if step.note else ""), _CELL) for step in steps]
        height = max(map(height_of, texts))
        sheet = sheets[-1]
        top = sheet.height + (2 * _DOWN if number else 120 if chain.title else 0)
        if number and top + height + _DOWN > MAX_HEIGHT:
            sheet = Sheet()
            sheets.append(sheet)
            top, above = 0, []
        row = [
            sheet.put(Box(_LEFT // 2 + at * (_CELL + _SPACE), top, _CELL, height, lines))
            for at, lines in enumerate(texts)
        ]
        middle = top + height // 2
        for step, (one, two) in zip(steps, pairwise(row), strict=False):
            if step.goes_on:
                sheet.line(one.x + one.width, middle, two.x, middle, arrow=True)
        if above and chain.steps[number * _IN_ROW - 1].goes_on:
            start, end = above[-1].x + _CELL // 2, row[0].x + _CELL // 2
            turn = top - _DOWN
            sheet.line(start, above[-1].y + above[-1].height, start, turn)
            sheet.line(start, turn, end, turn)
            sheet.line(end, turn, end, top, arrow=True)
        above = row
    return sheets


# -- balances ---------------------------------------------------------------------------------------------------------
def _balance(balance: Balance) -> list[Sheet]:
    parts = _portions(balance.inputs, balance.outputs)
    made = []
    for at, (inputs, outputs) in enumerate(parts):
        name = balance.process if at == 0 else f"{balance.process}（续）"
        notes = balance.notes if at == len(parts) - 1 else ()
        made.append(_around(fitted((name, *notes), _MIDDLE), inputs, outputs, "total"))
    return made


# -- teams ------------------------------------------------------------------------------------------------------------
def _team(team: Team) -> list[Sheet]:
    """Levels from top to bottom; a level of many takes several rows, joined along the left edge."""
    sheets = [_titled(team.title)]
    above: list[Box] = []
    joint: tuple[int, int] | None = (
        None  # of a level in several rows: where its line along the edge has come to
    )
    for level in team.levels:
        rows = _rows(level)
        for people in rows:
            texts = [_person_lines(person) for person in people]
            height = max(map(height_of, texts))
            sheet = sheets[-1]
            top = sheet.height + (_DOWN if above else 120 if sheet.boxes else 0)
            if above and top + height > MAX_HEIGHT:
                sheets.append(sheet := Sheet())
                top, above, joint = 0, [], None
            row = _people(sheet, texts, top, height, _LEFT // 2 if len(rows) > 1 else None)
            if above:
                start = joint or _gathered(sheet, above)
                _spread(sheet, start, row, wrapped=len(rows) > 1)
            above = row
            joint = (_RIM, top - _DOWN // 2) if len(rows) > 1 else None
    return sheets


_RIM: Final = 40


def _person_lines(person: Person) -> tuple[str, ...]:
    return fitted((person.role, person.name, person.unit), _CELL)


def _people(sheet: Sheet, texts: list[tuple[str, ...]], top: int, height: int, left: int | None) -> list[Box]:
    if left is None:
        left = (WIDTH - len(texts) * _CELL - (len(texts) - 1) * _SPACE) // 2
    return [
        sheet.put(Box(left + at * (_CELL + _SPACE), top, _CELL, height, lines))
        for at, lines in enumerate(texts)
    ]


def _gathered(sheet: Sheet, row: list[Box]) -> tuple[int, int]:
    """Lines from every box of a row to one point below it."""
    centres = [box.x + box.width // 2 for box in row]
    bottom = row[0].y + row[0].height
    if len(row) == 1:
        return centres[0], bottom
    lower = bottom + _DOWN // 4
    for centre in centres:
        sheet.line(centre, bottom, centre, lower)
    sheet.line(centres[0], lower, centres[-1], lower)
    return (centres[0] + centres[-1]) // 2, lower


def _spread(sheet: Sheet, start: tuple[int, int], row: list[Box], *, wrapped: bool) -> None:
    """Lines from a point to every box of the row below."""
    centres = [box.x + box.width // 2 for box in row]
    bus = row[0].y - _DOWN // 2
    sheet.line(*start, start[0], bus)
    ends = [*centres, start[0], *([_RIM] if wrapped else [])]
    sheet.line(min(ends), bus, max(ends), bus)
    for centre in centres:
        sheet.line(centre, bus, centre, row[0].y)
