"""A sheet of boxes and lines as a group of native shapes, with the same in VML for programs before Word 2010."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from pipeline.report.diagram_shapes import WIDTH, Box, Line, Sheet
from pipeline.report.diagram_text import LINE
from pipeline.report.ooxml import NS, XML_SPACE, Element, clean_text, el, qn, val

_EMU: Final = 635  # a twip
_EDGE: Final = 9525  # 0.75 points
_INK: Final = "404040"
_FILLS: Final = {"step": "E7EFE9", "total": "DCE6F1", "stream": "FFFFFF", "plain": None, "title": None}
_EDGES: Final = {"step": _INK, "total": _INK, "stream": "8C8C8C", "plain": None, "title": None}


def drawing_of(sheet: Sheet, number: int, description: str) -> Element:
    """The mc:AlternateContent of a sheet; `number` is the id of the drawing, its shapes take those that follow."""
    choice = etree.Element(qn("mc:Choice"), nsmap={key: NS[key] for key in ("mc", "wpg", "wps")})
    choice.set("Requires", "wpg")
    choice.append(el("w:drawing", None, _inline(sheet, number, description)))
    fallback = el("mc:Fallback", None, el("w:pict", None, _vml_group(sheet, number)))
    return el("mc:AlternateContent", None, choice, fallback)


def ids_taken(sheet: Sheet) -> int:
    """How many ids a drawing uses."""
    return 1 + len(sheet.boxes) + len(sheet.lines)


def _inline(sheet: Sheet, number: int, description: str) -> Element:
    width, height = str(WIDTH * _EMU), str(sheet.height * _EMU)
    group = el("wpg:wgp", None, el("wpg:cNvGrpSpPr"), _group_place(width, height))
    ids = iter(range(number + 1, number + ids_taken(sheet)))
    group.extend(_line(line, next(ids)) for line in sheet.lines)
    group.extend(_box(box, next(ids)) for box in sheet.boxes)
    return el(
        "wp:inline",
        dict.fromkeys(("distT", "distB", "distL", "distR"), "0"),
        el("wp:extent", {"cx": width, "cy": height}),
        el("wp:effectExtent", dict.fromkeys("ltrb", str(_EDGE))),
        el("wp:docPr", {"id": str(number), "name": f"示意图 {number}", "descr": clean_text(description)}),
        el("wp:cNvGraphicFramePr"),
        el("a:graphic", None, el("a:graphicData", {"uri": NS["wpg"]}, group)),
    )


def _group_place(width: str, height: str) -> Element:
    place = el(
        "a:xfrm",
        None,
        el("a:off", {"x": "0", "y": "0"}),
        el("a:ext", {"cx": width, "cy": height}),
        el("a:chOff", {"x": "0", "y": "0"}),
        el("a:chExt", {"cx": width, "cy": height}),
    )
    return el("wpg:grpSpPr", None, place)


def _box(box: Box, number: int) -> Element:
    properties = el(
        "wps:spPr",
        None,
        _place(box.x, box.y, box.width, box.height),
        el("a:prstGeom", {"prst": "rect"}, el("a:avLst")),
        _fill(_FILLS[box.look]),
        el("a:ln", {"w": str(_EDGE)}, _fill(_EDGES[box.look])),
    )
    body = {"wrap": "square", "lIns": "0", "tIns": "0", "rIns": "0", "bIns": "0", "anchor": "ctr"}
    return el(
        "wps:wsp",
        None,
        el("wps:cNvPr", {"id": str(number), "name": f"框 {number}"}),
        el("wps:cNvSpPr", {"txBox": "1"}),
        properties,
        el("wps:txbx", None, el("w:txbxContent", None, *_paragraphs(box))),
        el("wps:bodyPr", body, el("a:noAutofit")),
    )


def _line(line: Line, number: int) -> Element:
    ends = [el("a:tailEnd", {"type": "triangle", "w": "med", "len": "med"})] if line.arrow else []
    x, y = min(line.x1, line.x2), min(line.y1, line.y2)
    place = _place(x, y, abs(line.x2 - line.x1), abs(line.y2 - line.y1))
    if line.x2 < line.x1:
        place.set("flipH", "1")
    if line.y2 < line.y1:
        place.set("flipV", "1")
    properties = el(
        "wps:spPr",
        None,
        place,
        el("a:prstGeom", {"prst": "straightConnector1"}, el("a:avLst")),
        el("a:ln", {"w": str(_EDGE)}, _fill(_INK), *ends),
    )
    return el(
        "wps:wsp",
        None,
        el("wps:cNvPr", {"id": str(number), "name": f"线 {number}"}),
        el("wps:cNvCnPr"),
        properties,
        el("wps:bodyPr"),
    )


def _place(x: int, y: int, width: int, height: int) -> Element:
    return el(
        "a:xfrm",
        None,
        el("a:off", {"x": str(x * _EMU), "y": str(y * _EMU)}),
        el("a:ext", {"cx": str(width * _EMU), "cy": str(height * _EMU)}),
    )


def _fill(rgb: str | None) -> Element:
    return el("a:noFill") if rgb is None else el("a:solidFill", None, el("a:srgbClr", {"val": rgb}))


def _paragraphs(box: Box) -> Iterator[Element]:
    """A paragraph for each line: what was measured must not be broken anew."""
    for text in box.lines or ("",):
        node = el("w:t", text=clean_text(text))
        node.set(XML_SPACE, "preserve")
        fonts = {
            "w:ascii": "Times New Roman",
            "w:hAnsi": "Times New Roman",
            "w:eastAsia": "仿宋",
            "w:cs": "Times New Roman",
        }
        look = el("w:rPr", None, el("w:rFonts", fonts))
        if box.look == "title":
            look.append(el("w:b"))
        look.extend([val("w:sz", "21"), val("w:szCs", "21")])
        spacing = {"w:before": "0", "w:after": "0", "w:line": str(LINE), "w:lineRule": "exact"}
        properties = el(
            "w:pPr",
            None,
            val("w:snapToGrid", "0"),
            el("w:spacing", spacing),
            el("w:ind", _NO_INDENT),
            val("w:jc", "center"),
        )
        yield el("w:p", None, properties, el("w:r", None, look, node))


_NO_INDENT: Final = {"w:left": "0", "w:right": "0", "w:firstLine": "0"}


# -- the same in VML ---------------------------------------------------------------------------------------------------
def _vml_group(sheet: Sheet, number: int) -> Element:
    size = f"width:{WIDTH / 20:g}pt;height:{sheet.height / 20:g}pt"
    group = el(
        "v:group",
        {
            "id": f"lvDiagram{number}",
            "style": size,
            "coordorigin": "0,0",
            "coordsize": f"{WIDTH},{sheet.height}",
        },
    )
    group.extend(_vml_line(line) for line in sheet.lines)
    group.extend(_vml_box(box) for box in sheet.boxes)
    return group


def _vml_box(box: Box) -> Element:
    style = f"position:absolute;left:{box.x};top:{box.y};width:{box.width};height:{box.height};v-text-anchor:middle"
    look = {"style": style}
    fill, edge = _FILLS[box.look], _EDGES[box.look]
    look |= {"filled": "f"} if fill is None else {"fillcolor": f"#{fill}"}
    look |= {"stroked": "f"} if edge is None else {"strokecolor": f"#{edge}", "strokeweight": ".75pt"}
    text = el("v:textbox", {"inset": "0,0,0,0"}, el("w:txbxContent", None, *_paragraphs(box)))
    return el("v:rect", look, text)


def _vml_line(line: Line) -> Element:
    ends = {"from": f"{line.x1},{line.y1}", "to": f"{line.x2},{line.y2}"}
    made = el(
        "v:line", {"style": "position:absolute", **ends, "strokecolor": f"#{_INK}", "strokeweight": ".75pt"}
    )
    if line.arrow:
        made.append(el("v:stroke", {"endarrow": "block"}))
    return made
