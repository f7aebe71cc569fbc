"""Building blocks of native Word equations (OMML, ECMA-376 part 1, §22.1).

A `Row` is what stands in one argument of an equation: a list of elements side by side. Blocks take rows and give one
element; an element has one parent, so a row is used once. Chinese, units and function names are upright text;
single letters are left to Word, which sets them in italics as quantities.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from pipeline.report.ooxml import XML_SPACE, Element, el, qn

Row = list[Element]
MATH_FONT: Final = "Cambria Math"
_CHINESE_FONT: Final = "仿宋"
_SYMBOL: Final = re.compile(r"([A-Za-zΑ-Ωα-ωϵ]+)(?:_([^\s_]+))?")
_UNIT_PIECE: Final = re.compile(r"(\S[²³]|m[23](?![A-Za-z0-9])|[^\s/·(]*CO[2₂])")
_RAISED: Final = {"²": "2", "³": "3"}


def _fonts() -> Element:
    fonts = {"w:ascii": MATH_FONT, "w:eastAsia": _CHINESE_FONT, "w:hAnsi": MATH_FONT}
    return el("w:rPr", None, el("w:rFonts", fonts))


def _text(text: str) -> Element:
    made = el("m:t", text=text)
    made.set(XML_SPACE, "preserve")
    return made


def _properties(name: str, *children: Element) -> Element:
    """The properties of a block, closed by those of its own signs (bars, brackets)."""
    return el(name, None, *children, el("m:ctrlPr", None, _fonts()))


def _set(name: str, value: str) -> Element:
    return el(name, {"m:val": value})


def math(text: str) -> Element:
    """A quantity's letter, a number or a sign, in Word's mathematical setting."""
    return el("m:r", None, _fonts(), _text(text))


def words(text: str) -> Element:
    """Upright text: Chinese, units, names of functions, subscripts."""
    return el("m:r", None, el("m:rPr", None, el("m:nor")), _fonts(), _text(text))


def fraction(numerator: Row, denominator: Row) -> Element:
    """One row over another."""
    return el(
        "m:f",
        None,
        _properties("m:fPr"),
        el("m:num", None, *numerator),
        el("m:den", None, *denominator),
    )


def lowered(base: Row, sub: Row) -> Element:
    """A base with a subscript."""
    return el("m:sSub", None, _properties("m:sSubPr"), el("m:e", None, *base), el("m:sub", None, *sub))


def raised(base: Row, sup: Row) -> Element:
    """A base with a superscript."""
    return el("m:sSup", None, _properties("m:sSupPr"), el("m:e", None, *base), el("m:sup", None, *sup))


def total(row: Row) -> Element:
    """Σ of a row, without limits."""
    properties = _properties(
        "m:naryPr",
        _set("m:chr", "∑"),
        _set("m:limLoc", "undOvr"),
        _set("m:subHide", "1"),
        _set("m:supHide", "1"),
    )
    return el("m:nary", None, properties, el("m:sub"), el("m:sup"), el("m:e", None, *row))


def enclosed(row: Row, begin: str = "(", end: str = ")") -> Element:
    """A row in brackets that grow with it; an empty `end` leaves that side open."""
    properties = _properties("m:dPr", _set("m:begChr", begin), _set("m:endChr", end))
    return el("m:d", None, properties, el("m:e", None, *row))


def applied(function: str, row: Row) -> Element:
    """The name of a function and its argument."""
    name = el("m:fName", None, words(function))
    return el("m:func", None, _properties("m:funcPr"), name, el("m:e", None, *row))


def stacked(lines: Iterable[Row]) -> Element:
    """Lines one below the other."""
    return el("m:eqArr", None, _properties("m:eqArrPr"), *(el("m:e", None, *line) for line in lines))


def matrix(rows: Sequence[Sequence[Row]]) -> Element:
    """Rows of columns, all set to the left."""
    width = len(rows[0])
    columns = el("m:mcPr", None, _set("m:count", str(width)), _set("m:mcJc", "left"))
    properties = el(
        "m:mPr", None, el("m:mcs", None, el("m:mc", None, columns)), el("m:ctrlPr", None, _fonts())
    )
    cells = (el("m:mr", None, *(el("m:e", None, *cell) for cell in row)) for row in rows)
    return el("m:m", None, properties, *cells)


def symbol(text: str) -> Row:
    """A quantity by its symbol: `A_ZJZW` as A with an upright subscript; anything else as upright text."""
    found = _SYMBOL.fullmatch(text)
    if found is None:
        return [words(text)]
    letter, index = found.group(1), found.group(2)
    base = math(letter) if len(letter) == 1 else words(letter)
    return [base] if index is None else [lowered([base], [words(index)])]


def is_symbol(text: str) -> bool:
    """Whether `symbol` sets the text as a quantity."""
    return _SYMBOL.fullmatch(text) is not None


def number(text: str) -> Row:
    """A number as printed, a leading hyphen as a minus sign."""
    if text.startswith("-"):
        return [math("−"), math(text[1:])]
    return [math(text)] if text[:1].isdigit() else [words(text)]


def unit(text: str) -> Row:
    """A unit of measure with real exponents and indices: m³, tCO₂/万元. `text` may begin with a blank."""
    row: Row = []
    for piece in _UNIT_PIECE.split(text):
        if piece.endswith(("CO2", "CO₂")):
            row.append(lowered([words(piece[:-1])], [words("2")]))
        elif _UNIT_PIECE.fullmatch(piece):
            row.append(raised([words(piece[0])], [words(_RAISED.get(piece[1], piece[1]))]))
        elif piece:
            row.append(words(piece))
    return row


def inline(row: Row) -> Element:
    """An equation inside a line of text."""
    equation = el("m:oMath", None, *row)
    for run in list(equation.iter(qn("m:r"))):
        _join(run)
    return equation


def _join(run: Element) -> None:
    """Neighbouring runs of upright text become one, so that no program sets a gap between them."""
    before = run.getprevious()
    parent = run.getparent()
    if before is None or parent is None or not (is_words(run) and is_words(before)):
        return
    text = before.find(qn("m:t"))
    if text is not None:
        text.text = run_text(before) + run_text(run)
        parent.remove(run)


def display(row: Row) -> Element:
    """An equation on a line of its own, in the middle."""
    return el("m:oMathPara", None, el("m:oMathParaPr", None, _set("m:jc", "center")), inline(row))


def is_words(element: Element) -> bool:
    """Whether the element is a run of upright text."""
    return element.find(f"{qn('m:rPr')}/{qn('m:nor')}") is not None


def run_text(element: Element) -> str:
    """The text of a run, "" for other blocks."""
    return (element.findtext(qn("m:t")) or "") if element.tag == qn("m:r") else ""
