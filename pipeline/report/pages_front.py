"""Cover, front pages and table of contents of the house."""

from __future__ import annotations

import re
from typing import Final

from pipeline.report.elements import field, paragraph, run, runs
from pipeline.report.errors import SourceError
from pipeline.report.grids import GridCell, GridRow, table
from pipeline.report.ooxml import Element, el, val
from pipeline.report.source import Part, inline

_STYLES: Final = {"title": "CoverTitle", "subtitle": "CoverSubtitle", "date": "CoverDate"}
_COVER_WIDTH: Final = 7500
_LABEL_WIDTH: Final = 2300
_LABEL_MOST: Final = 3400
_CHARACTER: Final = 280  # 四号


def cover_blocks(part: Part, tag_lines: set[Element]) -> list[Element]:
    """The cover: `title:`, `subtitle:`, `line: label ｜ value`, `date:`; the lines share one table."""
    made: list[Element] = []
    lines: list[GridRow] = []
    for number, text in part.lines:
        key, _, value = text.partition(":")
        key, value = key.strip(), value.strip()
        if not text.strip():
            continue
        if key == "line":
            lines.append(_cover_line(value, number))
            continue
        _flush_lines(made, lines)
        if re.match(r"\{%p\s", text.strip()):
            made.append(paragraph("CoverSubtitle", [run(text.strip())]))
            tag_lines.add(made[-1])
        elif key in _STYLES:
            made.append(paragraph(_STYLES[key], runs(inline(value))))
        else:
            raise SourceError("封面里只能写 title:、subtitle:、line: 名称 ｜ 内容、date:", number)
    _flush_lines(made, lines)
    return made


def _cover_line(value: str, number: int) -> GridRow:
    cells = [cell.strip() for cell in re.split(r"｜|(?<!\|)\|(?!\|)", value, maxsplit=1)]
    if len(cells) != 2:
        raise SourceError("封面的 line 应写作 line: 名称 ｜ 内容", number)
    return GridRow([GridCell(cells[0], 0), GridCell(cells[1], 1)])


def _flush_lines(made: list[Element], lines: list[GridRow]) -> None:
    if lines:
        made.append(paragraph("CoverGap"))
        longest = max(len(line.cells[0].text) for line in lines)
        label = min(max(_LABEL_WIDTH, longest * _CHARACTER + 260), _LABEL_MOST)
        widths = (label, _COVER_WIDTH - label)
        made.append(table("CoverTable", lines, widths, ("CoverLabel", "CoverValue"), "", ""))
        lines.clear()


def front_blocks(part: Part) -> tuple[list[Element], list[Element]]:
    """What stands before and after the text of a front page: its title, and its signature lines."""
    title = part.options.get("title", "")
    closing = []
    for _number, text in part.lines:
        key, _, value = text.partition(":")
        if key == "title":
            title = value.strip()
        elif key == "signature":
            closing.append(paragraph("Signature", runs(inline(value.strip()))))
    opening = [paragraph("FrontTitle", runs(inline(title)))] if title else []
    return opening, closing


def toc_blocks(part: Part) -> list[Element]:
    """A table of contents that rendering fills in."""
    depth = part.options.get("depth", "3")
    if depth not in ("1", "2", "3", "4"):
        raise SourceError("目录的 depth 应为 1、2、3 或 4", part.line)
    entry = paragraph("TOC1", field(f' TOC \\o "1-{depth}" \\h \\z \\u ', "（目录在生成报告时填入）"))
    title = paragraph("TOCHeading", runs(inline(part.options.get("title", "目　录"))))
    gallery = el("w:docPartObj", None, val("w:docPartGallery", "Table of Contents"), el("w:docPartUnique"))
    return [el("w:sdt", None, el("w:sdtPr", None, gallery), el("w:sdtContent", None, title, entry))]
