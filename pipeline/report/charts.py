"""Native charts in a Word package: the parts of a chart, its drawing, and the paragraphs that ask for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline.report.chart_spec import Chart, Series, label_text
from pipeline.report.chart_style import size
from pipeline.report.chart_workbook import chart_workbook
from pipeline.report.chart_xml import chart_space
from pipeline.report.elements import run
from pipeline.report.errors import PackageError
from pipeline.report.ooxml import NS, Element, el, paragraph_text, paragraphs_of_style, qn
from pipeline.report.outline import style_id
from pipeline.report.package import Package

__all__ = ["CHART_STYLE", "NOT_DRAWN", "Chart", "Series", "add_chart", "insert_charts", "label_text"]

CHART_STYLE: Final = "lvChart"
"""A paragraph of this style whose whole text is the id of a chart becomes that chart."""
CHART_STYLE_NAME: Final = "图"
"""How people see the style; WPS and Chinese Word give the id anew when they save."""
NOT_DRAWN: Final = "（数据不足，未绘制此图。）"
_CHART_TYPE: Final = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_BOOK_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def insert_charts(package: Package, charts: Mapping[str, Chart | None]) -> tuple[str, ...]:
    """Replace every chart paragraph of the body by its drawing, in place; returns the ids that nobody knows.

    A chart that is None (its data are missing) leaves a remark instead; templates ask `charts.<id>` to say it better.
    """
    name = package.document_name
    document = package.tree(name)
    unknown: list[str] = []
    style = style_id(package, CHART_STYLE_NAME, CHART_STYLE)
    for paragraph in paragraphs_of_style(document, [style]):
        wanted = paragraph_text(paragraph).strip()
        if not wanted:
            continue
        if wanted not in charts:
            unknown.append(wanted)
            continue
        chart = charts[wanted]
        inner = run(NOT_DRAWN)
        if chart is not None:
            inner = el("w:r", None, add_chart(package, name, chart, _next_id(document)))
        for child in [child for child in paragraph if child.tag != qn("w:pPr")]:
            paragraph.remove(child)
        paragraph.append(inner)
    package.put_xml(name, document)
    return tuple(dict.fromkeys(unknown))


def add_chart(package: Package, part: str, chart: Chart, drawing_id: int) -> Element:
    """Store chart and workbook, relate them to a part, and return the w:drawing to put there.

    Raises PackageError for a chart with nothing to draw.
    """
    if not chart.is_drawable:
        raise PackageError(f"图“{chart.id}”没有可画的数据。")
    name = package.free_name("word/charts/chart{}.xml")
    book = package.free_name("word/embeddings/chart{}.xlsx")
    package.parts[book] = chart_workbook(chart)
    package.declare(book, _BOOK_TYPE)
    workbook_id = package.relate(name, f"{NS['r']}/package", book)
    package.put_xml(name, chart_space(chart, workbook_id))
    package.declare(name, _CHART_TYPE)
    return _drawing(chart, package.relate(part, f"{NS['r']}/chart", name), drawing_id)


def _drawing(chart: Chart, chart_id: str, drawing_id: int) -> Element:
    width, height = size(chart)
    reference = el("c:chart", {"r:id": chart_id})
    data = el("a:graphicData", {"uri": NS["c"]}, reference)
    inline = el(
        "wp:inline",
        {"distT": "0", "distB": "0", "distL": "0", "distR": "0"},
        el("wp:extent", {"cx": str(width), "cy": str(height)}),
        el("wp:effectExtent", {"l": "0", "t": "0", "r": "0", "b": "0"}),
        el("wp:docPr", {"id": str(drawing_id), "name": f"图表 {drawing_id}", "descr": chart.alt}),
        el("wp:cNvGraphicFramePr"),
        el("a:graphic", None, data),
    )
    return el("w:drawing", None, inline)


def _next_id(document: Element) -> int:
    used = [int(str(node.get("id", "0"))) for node in document.iter(qn("wp:docPr"))]
    return max(used, default=0) + 1
