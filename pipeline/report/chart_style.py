"""The look of charts: fonts, colours that stay apart in greyscale, markers, sizes."""

from __future__ import annotations

from typing import Final

from pipeline.report.chart_spec import Chart
from pipeline.report.ooxml import Element, el

EMU_PER_CM: Final = 360_000
PALETTE: Final = ("1F4E79", "E3B567", "5E8C6A", "D9E2EC", "8A4F4D", "8FB3D9", "404040", "B8A9C9")
"""Neighbours differ by at least 60 of 255 in brightness, so that a grey print can still be read."""
INKS: Final = ("1F4E79", "B7791F", "3F7355", "8A4F4D", "5B8DB8", "404040", "7A5C99", "2E8B8B")
"""The colours of lines: darker, because thin; dashes and markers keep them apart in a grey print."""
MARKERS: Final = ("circle", "square", "triangle", "diamond", "x", "star", "dash", "plus")
DASHES: Final = ("solid", "sysDash", "dash", "sysDot", "lgDash", "dashDot", "lgDashDot", "solid")
INK, GRID, AXIS, PAPER = "333333", "D9D9D9", "7F7F7F", "FFFFFF"
TEXT_SIZE, LABEL_SIZE, SMALL_SIZE = 1050, 900, 750  # 五号, 小五, 六号, in hundredths of a point
_WIDTH_CM: Final = 15.0


def colour(number: int) -> str:
    """The colour of a series."""
    return PALETTE[number % len(PALETTE)]


def ink(number: int) -> str:
    """The colour of the line of a series."""
    return INKS[number % len(INKS)]


def is_dark(rgb: str) -> bool:
    """Whether white letters are read better on a colour than black ones."""
    red, green, blue = (int(rgb[at : at + 2], 16) for at in (0, 2, 4))
    return 299 * red + 587 * green + 114 * blue < 140_000


def size(chart: Chart) -> tuple[int, int]:
    """Width and height of a chart in EMU; bar charts grow with their bars."""
    height = 7.5
    if chart.kind == "bar":
        bars = 1 if chart.stacked else len(chart.series)
        height = min(max(2.8 + len(chart.categories) * (0.38 * bars + 0.18), 5.0), 20.0)
    elif chart.kind == "radar":
        height = 10.0
    elif chart.kind == "pie":
        height = 8.0
    return int(_WIDTH_CM * EMU_PER_CM), int(height * EMU_PER_CM)


def fill(rgb: str) -> Element:
    """A solid fill."""
    return el("a:solidFill", None, el("a:srgbClr", {"val": rgb}))


def line(rgb: str | None, points: float = 0.75, dash: str = "solid") -> Element:
    """A line of a colour; None draws no line."""
    if rgb is None:
        return el("a:ln", None, el("a:noFill"))
    inner = [fill(rgb)]
    if dash != "solid":
        inner.append(el("a:prstDash", {"val": dash}))
    return el("a:ln", {"w": str(int(points * 12_700)), "cap": "rnd"}, *inner, el("a:round"))


def shape(*properties: Element) -> Element:
    """The c:spPr of an element."""
    return el("c:spPr", None, *properties)


def font(tag: str, points: int, rgb: str = INK) -> Element:
    """Run properties: Times New Roman for Latin letters and digits, 宋体 for Chinese."""
    faces = [
        el(f"a:{kind}", {"typeface": face})
        for kind, face in (("latin", "Times New Roman"), ("ea", "宋体"), ("cs", "Times New Roman"))
    ]
    attributes = {"sz": str(points), "b": "0"}
    if tag != "a:defRPr":
        attributes = {"lang": "zh-CN", **attributes}
    return el(tag, attributes, fill(rgb), *faces)


def text_properties(points: int, rgb: str = INK, rotation: str | None = None) -> Element:
    """The c:txPr of an element."""
    turned = {} if rotation is None else {"rot": rotation, "vert": "horz"}
    paragraph = el("a:p", None, el("a:pPr", None, font("a:defRPr", points, rgb)))
    paragraph.append(el("a:endParaRPr", {"lang": "zh-CN"}))
    return el("c:txPr", None, el("a:bodyPr", turned), el("a:lstStyle"), paragraph)


def title(text: str, *, upright: bool = False) -> Element:
    """A c:title; `upright` turns it to run up a vertical axis."""
    turned = {"rot": "-5400000", "vert": "horz"} if upright else {}
    run = el("a:r", None, font("a:rPr", TEXT_SIZE), el("a:t", text=text))
    paragraph = el("a:p", None, el("a:pPr", None, font("a:defRPr", TEXT_SIZE)), run)
    rich = el("c:rich", None, el("a:bodyPr", turned), el("a:lstStyle"), paragraph)
    return el("c:title", None, el("c:tx", None, rich), el("c:overlay", {"val": "0"}))
