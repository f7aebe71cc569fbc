"""From template and context to a document that may be delivered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from pipeline.picture import Picture
from pipeline.report.charts import Chart, insert_charts
from pipeline.report.diagram_spec import Diagram
from pipeline.report.diagrams import drawn_texts, insert_diagrams
from pipeline.report.equation_marks import insert_into_package
from pipeline.report.faults import Place, TemplateFault, nearest_name
from pipeline.report.fields import FieldsDone, update_fields
from pipeline.report.gate import Problem, client_texts, inspect
from pipeline.report.layout import find_pages, libreoffice
from pipeline.report.markers import CHART, DIAGRAM, EQUATION, PICTURE, markers_of
from pipeline.report.ooxml import Element
from pipeline.report.package import Package, embed, write_package
from pipeline.report.pictures import place_pictures
from pipeline.report.provenance import Figure, figures_of
from pipeline.report.template import Template
from pipeline.report.text_part import text_xml
from pipeline.report.watermark import add_watermark

_NO_EQUATIONS: Final[Mapping[str, Element]] = MappingProxyType({})
_NO_PICTURES: Final[Mapping[str, Picture]] = MappingProxyType({})


@dataclass(frozen=True)
class Rendered:
    """A rendered report: `docx` is None when there are faults of the template or problems of the result.

    `notes` tell what the reader of the report should know (where page numbers come from).
    """

    docx: bytes | None
    faults: tuple[TemplateFault, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def render_report(
    template: bytes | Template,
    context: Mapping[str, Any],
    *,
    draft: bool = False,
    required_sections: Sequence[str] = (),
    receipt_xml: bytes | None = None,
    page_numbers: bool = True,
    charts: Mapping[str, Chart | None] | None = None,
    diagrams: Mapping[str, Diagram | None] | None = None,
    equations: Mapping[str, Element] = _NO_EQUATIONS,
    pictures: Mapping[str, Picture] = _NO_PICTURES,
    trace: Callable[[Sequence[Figure]], bytes] | None = None,
) -> Rendered:
    """Render a report: tables merged, equations, contents and captions filled, watermark, receipt, and the gate.

    `draft` prints 草稿 across every page. `receipt_xml` is embedded as a custom XML part. `page_numbers` asks
    a LibreOffice layout for the pages of the contents. `charts`, `diagrams` and `equations` stand where the template names
    them, `pictures` where paragraphs of style `lvPicture` hold their keys. Figures are content controls, locked
    unless it is a draft; `trace` gives the part that explains them. Raises PackageError for what is no Word document.
    """
    opened = template if isinstance(template, Template) else Template.from_bytes(template)
    package, faults = opened.render(context, lock=not draft)
    if package is None:
        return Rendered(None, faults)
    markers = markers_of(package)
    unknown = (
        *insert_charts(package, charts or {}, markers[CHART]),
        *insert_diagrams(package, diagrams or {}, markers[DIAGRAM]),
    )
    if faults := _unknown_equations(insert_into_package(package, equations, markers[EQUATION]), equations):
        return Rendered(None, faults)
    misplaced = place_pictures(package, pictures, markers[PICTURE])
    if draft:
        add_watermark(package)
    done = update_fields(package, find_pages if page_numbers else None)
    _embed(package, receipt_xml, trace)
    data = (*client_texts(context), *opened.literal_texts, *drawn_texts(diagrams or {}))
    problems = misplaced + inspect(package, data, required_sections)
    problems += tuple(Problem("unknown_chart", "正文", f"没有名为“{id_}”的图") for id_ in unknown)
    notes = _notes(done, page_numbers)
    return Rendered(None if problems else write_package(package), (), problems, notes)


def _embed(
    package: Package, receipt_xml: bytes | None, trace: Callable[[Sequence[Figure]], bytes] | None
) -> None:
    if receipt_xml is not None:
        embed(package, "receipt", receipt_xml)
    if trace is not None:
        embed(package, "trace", trace(figures_of(package, places=False)))
        embed(package, "text", text_xml(package))


def _unknown_equations(keys: Sequence[str], known: Mapping[str, Element]) -> tuple[TemplateFault, ...]:
    return tuple(
        TemplateFault(
            "unknown_equation", "没有这个公式", Place("正文", text=key), near=nearest_name(key, known)
        )
        for key in keys
    )


def _notes(done: FieldsDone, asked: bool) -> tuple[str, ...]:
    if not done.entries:
        return ()
    if done.page_numbers:
        return ("目录页码取自 LibreOffice 的排版结果；在 Word 中右键“更新域”可按 Word 的排版更新。",)
    if asked and libreoffice() is None:
        return ("未安装 LibreOffice，目录只有标题，页码由 Word 打开时填写。",)
    if asked:
        return (
            "LibreOffice 未能给出排版结果（报告含公式时要装有公式组件 libreoffice-math），目录页码由 Word 打开时填写。",
        )
    return ("未要求计算页码，目录页码由 Word 打开时填写。",)
