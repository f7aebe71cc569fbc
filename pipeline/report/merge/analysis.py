"""What can be known of a part before any data: that every outcome is well-formed, which tables may need another grid.

The part is parsed once with a private sign for each tag. A block whose beginning and end have the same chain of
elements above them can be left out or repeated without breaking the XML, so nothing has to be parsed or repaired
after rendering.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.report.errors import PackageError
from pipeline.report.merge.source import Mark, Taken
from pipeline.report.ooxml import Element, parse, qn

SIGN: Final = re.compile("\ue000(\\d+);")
_TABLE: Final = re.compile(r"<w:tbl(?=[ >])|</w:tbl>")
_DRAWING: Final = re.compile(r'(<wp:docPr\b[^>]*?\bid=")([^"]*)(")')
ELASTIC: Final = ("\x01", "\x02")
"""Signs around a table whose grid is fitted after rendering; no text can hold them."""
NUMBER: Final = "\x03"
"""Stands for the number of a drawing."""
_OPENING: Final = ("for", "if")


@dataclass(frozen=True, slots=True)
class Sound:
    """The part with the signs of elastic tables and of drawings put in; `faulty` are marks outside a sound block."""

    literals: tuple[str, ...]
    faulty: tuple[Mark, ...]
    elastic: bool
    nested: bool


def analyse(taken: Taken, name: str, *, body: bool) -> Sound:
    """Raises PackageError when the literals do not even fit together."""
    text = _signed(taken.literals)
    root = parse(text.encode(), name)
    faulty = tuple(_unsound(root, taken.marks)) if taken.marks else ()
    literals, elastic = list(taken.literals), False
    if body:
        tables = list(root.iter(qn("w:tbl")))
        loose = {at for at, table in enumerate(tables) if _is_elastic(table)}
        elastic = bool(loose)
        if loose:
            literals = _split(_with_signs(text, loose))
        literals = _numbered(literals, taken.marks)
    nested = root.find(f".//{qn('w:txbxContent')}") is not None
    return Sound(tuple(literals), faulty, elastic, nested)


def _signed(literals: Sequence[str]) -> str:
    if any("\ue000" in literal for literal in literals):
        raise PackageError("模板文字里有私用字符 U+E000，不能使用")
    out = [literals[0]]
    for number, literal in enumerate(literals[1:]):
        out += ("\ue000", str(number), ";", literal)
    return "".join(out)


def _split(text: str) -> list[str]:
    return SIGN.split(text)[0::2]


def word_of(mark: Mark) -> str:
    """The statement word of a `{%` tag."""
    return mark.body.split(maxsplit=1)[0] if mark.kind == "{%" and mark.body else ""


def _unsound(root: Element, marks: Sequence[Mark]) -> Iterator[Mark]:
    homes = _homes(root)
    open_: list[int] = []
    for number, mark in enumerate(marks):
        word = word_of(mark)
        if word in _OPENING:
            open_.append(number)
        elif word in ("else", "elif", "endfor", "endif"):
            wanted = {"endfor": ("for",), "endif": ("if",), "elif": ("if",)}.get(word, _OPENING)
            if not open_ or word_of(marks[open_[-1]]) not in wanted:
                yield mark
                continue
            if homes.get(open_[-1]) != homes.get(number):
                yield mark
            if word.startswith("end"):
                open_.pop()
    for number in open_:
        yield marks[number]


def _homes(root: Element) -> dict[int, object]:
    """Where each sign stands: the chain of names above it, or the attribute of an element."""
    homes: dict[int, object] = {}
    chains: dict[Element, tuple[object, ...]] = {}

    def chain(element: Element | None) -> tuple[object, ...]:
        if element is None:
            return ()
        if element not in chains:
            chains[element] = (*chain(element.getparent()), element.tag)
        return chains[element]

    for element in root.iter():
        if (text := element.text) and "\ue000" in text:
            homes.update(dict.fromkeys(map(int, SIGN.findall(text)), chain(element)))
        if (text := element.tail) and "\ue000" in text:
            homes.update(dict.fromkeys(map(int, SIGN.findall(text)), chain(element.getparent())))
        for key, value in element.attrib.items():
            if "\ue000" in str(value):
                homes.update(dict.fromkeys(map(int, SIGN.findall(str(value))), (element, key)))
    return homes


def _is_elastic(table: Element) -> bool:
    """May the rows of this table ask for another grid than it has?"""
    grid = table.find(qn("w:tblGrid"))
    columns = 0 if grid is None else len(grid.findall(qn("w:gridCol")))
    for row in table.iter(qn("w:tr")):
        cells = row.findall(qn("w:tc"))
        if any("\ue000" in (cell.tail or "") for cell in cells) or "\ue000" in (row.text or ""):
            return True
        spans = [_span(cell) for cell in cells]
        if None in spans or len(cells) > columns:
            return True
        if sum(span or 0 for span in spans) > columns:
            return True
    return not any(_fits(row, columns) for row in _certain_rows(table))


def _fits(row: Element, columns: int) -> bool:
    return sum(_span(cell) or 0 for cell in row.findall(qn("w:tc"))) == columns


def _span(cell: Element) -> int | None:
    mark = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
    value = "1" if mark is None else str(mark.get(qn("w:val"), ""))
    return int(value) if value.isdigit() else None


def _certain_rows(table: Element) -> list[Element]:
    """The rows that stand in no block of the table's own."""
    certain = []
    depth = 0 if "\ue000" not in (table.text or "") else 1
    for child in table:
        if child.tag == qn("w:tr") and depth == 0:
            certain.append(child)
        if "\ue000" in (child.tail or ""):
            depth = 1  # rows behind the first tag between rows count as uncertain: the heading row is what matters
    return certain


def _with_signs(text: str, loose: set[int]) -> str:
    out: list[str] = []
    open_: list[bool] = []
    at, number = 0, 0
    for found in _TABLE.finditer(text):
        if found.group().startswith("</"):
            out.append(text[at : found.end()])
            if open_.pop():
                out.append(ELASTIC[1])
            at = found.end()
        else:
            open_.append(number in loose)
            if open_[-1]:
                out += (text[at : found.start()], ELASTIC[0])
                at = found.start()
            number += 1
    return "".join((*out, text[at:]))


def _numbered(literals: list[str], marks: Sequence[Mark]) -> list[str]:
    """Drawings numbered from 1001 as docxtpl does; where blocks may repeat or drop one, a sign for its number."""
    depth, number, fixed = 0, 1000, True
    out = []
    for at, literal in enumerate(literals):
        if "<wp:docPr" in literal:
            fixed = fixed and depth == 0
            if fixed:
                pieces = []
                for piece in re.split(_DRAWING, literal):
                    pieces.append(piece)
                for where in range(2, len(pieces), 4):
                    number += 1
                    pieces[where] = str(number)
                literal = "".join(pieces)
            else:
                literal = _DRAWING.sub(rf"\g<1>{NUMBER}\3", literal)
        out.append(literal)
        if at < len(marks):
            word = word_of(marks[at])
            depth += (word in _OPENING) - (word in ("endfor", "endif"))
    return out


def first_free_number(literals: Sequence[str]) -> int:
    """The number of the first drawing whose number is not fixed."""
    return (
        1001
        + sum(len(_DRAWING.findall(literal.replace(NUMBER, ""))) for literal in literals)
        - sum(literal.count(NUMBER) for literal in literals)
    )
