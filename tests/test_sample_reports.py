"""Every sample's report as it goes out: our gate, two independent validators, and every page as it lies on paper."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

from pipeline.deliver import Options, make_report, report_of, standard_for
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.report import render_report
from pipeline.report.context import report_context
from pipeline.report.gate import client_texts, inspect
from pipeline.report.package import read_package
from tests import pages
from tests.pages import Paper
from tests.programs import (
    audit_findings,
    needs_audit,
    needs_office,
    needs_poppler,
    needs_sdk,
    sdk_findings,
)
from tests.report.word_fixtures import built, with_document

FULL = "01-"


def _is_copy(folder: Path) -> bool:
    """Whether a sample differs from the first one only in its verification: its own report has the same pages."""
    variant = folder / "variant.yaml"
    return variant.is_file() and f"of: {FULL}" in variant.read_text(encoding="utf-8")


SAMPLES = [
    w for w in sorted((Path(__file__).parents[1] / "samples").glob("*/录入表.xlsx")) if not _is_copy(w.parent)
]


@dataclass
class Built:
    """A sample's report and, when it is asked for, its pages."""

    workbook: Path

    @cached_property
    def evaluation(self) -> Evaluation:
        """The sample, evaluated."""
        return evaluate(self.workbook, standard_for(self.workbook, Options()))

    @cached_property
    def docx(self) -> bytes:
        """The report; a draft where the workbook has errors."""
        return make_report(self.evaluation, Options(draft=True)).docx

    @cached_property
    def paper(self) -> Paper:
        """The report on paper."""
        return Paper(self.docx)


@cache
def _future(workbook: Path) -> Future[Built]:
    return _start()[workbook]


@cache
def _start() -> dict[Path, Future[Built]]:
    """All samples at once, each built one time: most of the work is done by LibreOffice, on every core there is."""
    pool = ThreadPoolExecutor(2)

    def build(workbook: Path) -> Built:
        made = Built(workbook)
        _ = made.docx
        if not needs_office.args[0]:
            _ = made.paper
        return made

    return {workbook: pool.submit(build, workbook) for workbook in SAMPLES}


@pytest.fixture(params=SAMPLES, ids=lambda path: path.parent.name)
def sample(request: pytest.FixtureRequest) -> Built:
    """One sample's report."""
    return _future(request.param).result()


def test_there_are_samples() -> None:
    assert SAMPLES


def test_our_gate_finds_nothing(sample: Built) -> None:
    evaluation = sample.evaluation
    report = report_of(evaluation.standard, None)
    context = report_context(evaluation, report, draft=not evaluation.is_final)
    package = read_package(sample.docx)
    assert inspect(package, client_texts(context), report.required_sections) == ()


@needs_audit
def test_openxml_audit_finds_nothing(sample: Built, tmp_path: Path) -> None:
    assert audit_findings(_written(sample.docx, tmp_path)) == []


@needs_sdk
def test_the_open_xml_sdk_finds_nothing(sample: Built, tmp_path: Path) -> None:
    assert sdk_findings(_written(sample.docx, tmp_path)) == []


def _written(docx: bytes, folder: Path) -> Path:
    path = folder / "report.docx"
    path.write_bytes(docx)
    return path


CHECKS = [
    pages.blank_pages,
    pages.outside_margins,
    pages.headings_out_of_order,
    pages.wrong_contents,
    pages.torn_captions,
    pages.missing_glyphs,
]


@needs_office
@needs_poppler
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_pages_are_sound(check: pages.Check, sample: Built) -> None:
    assert check(sample.paper) == []


@needs_office
@needs_poppler
def test_the_full_sample_is_a_whole_report() -> None:
    full = next(path for path in SAMPLES if path.parent.name.startswith(FULL))
    assert len(_future(full).result().paper.pages) >= 30


# -- the checks themselves: each finds what was broken on purpose ------------------------------------------------
SOURCE = """
::: toc depth="2"
:::

# 甲章

第一段。

## 第一节

第二段。

::: table caption="甲表"
| 名称 | 数 |
| 一 | 1 |
:::

# 乙章

第三段。
"""
MARGIN = '<w:ind w:left="-1400" w:firstLine="0"/>'
BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


@cache
def sound() -> bytes:
    """A small report with contents, a table and two chapters."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        result = render_report(built(SOURCE, Path(folder)), {})
    assert result.docx is not None
    return result.docx


@cache
def sound_paper() -> Paper:
    """The sound report on paper."""
    return Paper(sound())


@cache
def broken() -> Paper:
    """A word in the margin, a blank page, a caption torn from its table, a wrong number in the contents."""
    data = sound()
    body = '<w:pStyle w:val="BodyText"/></w:pPr><w:r><w:t xml:space="preserve">'
    data = with_document(data, f"{body}第一段。", f"{body.replace('</w:pPr>', f'{MARGIN}</w:pPr>')}第一段。")
    data = with_document(data, "第二段。</w:t></w:r></w:p>", f"第二段。</w:t></w:r></w:p>{BREAK}{BREAK}")
    data = with_document(
        data, '<w:pStyle w:val="TableHead"/>', '<w:pStyle w:val="TableHead"/><w:pageBreakBefore/>'
    )
    field = ' PAGEREF _Toc000000002 \\h </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t xml:space="preserve">'
    return Paper(with_document(data, f"{field}1", f"{field}7"))


@needs_office
@needs_poppler
def test_a_sound_document_passes_every_check() -> None:
    paper = sound_paper()
    assert [check(paper) for check in CHECKS] == [[]] * len(CHECKS)


@needs_office
@needs_poppler
def test_a_word_in_the_margin_is_seen() -> None:
    (fault,) = pages.outside_margins(broken())
    assert "'第一段。'" in fault


@needs_office
@needs_poppler
def test_a_blank_page_is_seen() -> None:
    assert pages.blank_pages(broken()) == ["page 3 is blank"]


@needs_office
@needs_poppler
def test_a_wrong_number_in_the_contents_is_seen() -> None:
    assert "（一）第一节: contents 7, printed 1" in pages.wrong_contents(broken())


@needs_office
@needs_poppler
def test_a_caption_torn_from_its_table_is_seen() -> None:
    (fault,) = pages.torn_captions(broken())
    assert fault.startswith("表 1-1　甲表: its table does not begin below it")


@needs_office
@needs_poppler
def test_headings_in_another_order_are_seen() -> None:
    other = Paper.__new__(Paper)
    other.docx, other.pdf = with_document(sound(), ">第一节<", ">第二节<"), sound_paper().pdf
    assert pages.headings_out_of_order(other) == ["（一）第二节 stands where （一）第一节 should"]


@needs_office
@needs_poppler
def test_a_report_without_a_chinese_font_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fonts = tmp_path / "fonts.conf"
    text = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>{}</fontconfig>'
    fonts.write_text(
        text.format(f"<dir>/usr/share/fonts/truetype/dejavu</dir><cachedir>{tmp_path / 'cache'}</cachedir>")
    )
    monkeypatch.setenv("FONTCONFIG_FILE", str(fonts))
    assert "no font for Chinese" in pages.missing_glyphs(Paper(sound()))
