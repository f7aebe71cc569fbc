"""The text of a report, as tests read it."""

from __future__ import annotations

from pipeline.deliver import Options, make_report
from pipeline.evaluation import Evaluation
from pipeline.report.ooxml import paragraph_text, qn
from pipeline.report.package import read_package


def report_lines(evaluation: Evaluation) -> list[str]:
    """Every paragraph of the first report of an evaluation that has text, cells of tables included."""
    return lines_of(make_report(evaluation, Options(page_numbers=False)).docx)


def lines_of(docx: bytes) -> list[str]:
    """Every paragraph of a document that has text."""
    body = read_package(docx).xml("word/document.xml")
    return [text for p in body.iter(qn("w:p")) if (text := paragraph_text(p).strip())]


def rows_of(docx: bytes) -> list[list[str]]:
    """Every row of every table of a document, cell by cell."""
    body = read_package(docx).xml("word/document.xml")
    return [
        ["\n".join(paragraph_text(p) for p in cell.iter(qn("w:p"))).strip() for cell in row.iter(qn("w:tc"))]
        for row in body.iter(qn("w:tr"))
    ]
