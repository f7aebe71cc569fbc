"""Native charts in a Word package: the parts of a chart, its drawing, and the paragraphs that ask for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pipeline.report.chart_spec import Chart, Series, label_text
from pipeline.report.chart_style import size
from pipeline.report.chart_workbook import chart_workbook
from pipeline.report.chart_xml import chart_space
from pipeline.report.elements import run
from pipeline.report.errors import PackageError
from pipeline.report.ooxml import NS, Element, el, paragraph_text, qn
from pipeline.report.package import Package

__all__ = ["NOT_DRAWN", "Chart", "Series", "add_chart", "insert_charts", "label_text"]

NOT_DRAWN: Final = "（数据不足，未绘制此图。）"
_CHART_TYPE: Final = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_BOOK_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def insert_charts(
    package: Package, charts: Mapping[str, Chart | None], markers: Sequence[Element]
) -> tuple[str, ...]:
    """Replace the marker paragraphs of the body by their drawings, in place; returns the ids that nobody knows.

    The whole text of a marker is the id of a chart. A chart that is None (its data are missing) leaves a remark instead; templates ask `charts.<id>` to say it better.
    """
    name = package.document_name
    document = package.tree(name)
    unknown: list[str] = []
    number: int | None = None
    for paragraph in markers:
        wanted = paragraph_text(paragraph).strip()
        if not wanted:
            continue
        if wanted not in charts:
            unknown.append(wanted)
            continue
        chart = charts[wanted]
        inner = run(NOT_DRAWN)
        if chart is not None:
            number = _next_id(document) if number is None else number + 1
            inner = el("w:r", None, add_chart(package, name, chart, number))
        for child in [child for child in paragraph if child.tag != qn("w:pPr")]:
            paragraph.remove(child)
        paragraph.append(inner)
    if markers:
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
