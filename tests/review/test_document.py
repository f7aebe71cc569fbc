"""A report read as a reviewer reads it: text, figures and look apart; rows by what they are about."""

from __future__ import annotations

import pytest

from pipeline.deliver import Made
from pipeline.report import figures
from pipeline.report.layout import convert, libreoffice
from pipeline.report.reading import digest
from pipeline.review.document import Document
from pipeline.review.read import read_document
from tests.report.word_fixtures import docx, p, table

AREA = (
    '<w:sdt><w:sdtPr><w:alias w:val="用地面积〔f:land_area〕"/><w:tag w:val="f:land_area"/>'
    '<w:lock w:val="sdtContentLocked"/></w:sdtPr><w:sdtContent><w:r><w:t>60</w:t></w:r><w:r><w:t>000</w:t></w:r>'
    "</w:sdtContent></w:sdt>"
)


def paragraphs(*bodies: str) -> list[str]:
    document = read_document(docx(*(f"<w:p>{body}</w:p>" for body in bodies)))
    return [b.line.text for b in document.blocks if b.kind == "paragraph"]


def test_runs_split_by_word_read_as_one_text_with_its_figure() -> None:
    body = f'<w:r w:rsidR="00A1"><w:t>用地</w:t></w:r><w:r w:rsidR="00A2"><w:t>面积</w:t></w:r>{AREA}<w:r><w:t> m²</w:t></w:r>'
    (block,) = [b for b in read_document(docx(f"<w:p>{body}</w:p>")).blocks if b.kind == "paragraph"]
    (span,) = block.line.figures
    assert block.line.text == "用地面积60000 m²"
    assert (span.tag, span.label, block.line.shown(span), span.locked) == (
        "f:land_area",
        "用地面积",
        "60000",
        True,
    )
    assert block.line.masked == "用地面积{f:land_area} m²"


def test_tracked_changes_read_as_accepted_and_hidden_text_not_at_all() -> None:
    assert paragraphs(
        "<w:r><w:t>留</w:t></w:r><w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:ins><w:r><w:t>增</w:t></w:r></w:ins>"
        "<w:moveFrom><w:r><w:t>移走</w:t></w:r></w:moveFrom><w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r>"
    ) == ["留增"]


def test_what_a_field_prints_is_automatic() -> None:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> REF _a \\h </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>表 1-1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    (block,) = read_document(
        docx(f"<w:p><w:r><w:t>见</w:t></w:r>{field}<w:r><w:t>。</w:t></w:r></w:p>")
    ).blocks
    assert (block.line.text, block.line.masked) == ("见表 1-1。", "见{#}。")


def test_the_look_is_apart_from_the_text_and_knows_no_editing_sessions() -> None:
    plain, session, bold = (
        read_document(docx(f"<w:p><w:r{a}><w:rPr>{b}</w:rPr><w:t>甲</w:t></w:r></w:p>")).blocks[0]
        for a, b in (("", ""), (' w:rsidR="00B1"', '<w:lang w:eastAsia="zh-CN"/>'), ("", "<w:b/>"))
    )
    assert plain.line == session.line == bold.line
    assert plain.look == session.look != bold.look


def test_cells_know_their_headers_and_merged_cells_repeat_what_they_show() -> None:
    source = table(("指标", "得分"), ("能源", "5"), ("", "6"), header=1)
    (block,) = [b for b in read_document(docx(source, p(""))).blocks if b.kind == "table"]
    assert [c.header for c in block.rows[1].cells] == ["指标", "得分"]
    assert [r.is_header for r in block.rows] == [True, False, False]


def test_the_figures_of_a_document_are_those_of_the_report(made: Made, report: Document) -> None:
    assert [(f.tag, f.text) for f in report.figures()] == [(f.tag, f.text) for f in figures(made.docx)]
    assert len(list(report.figures())) > 1500


def test_chapters_captions_and_rows_have_their_names(report: Document) -> None:
    (area,) = [b for b in report.blocks if b.kind == "table" and b.caption == "用地和建筑面积"]
    assert area.chapter == ("二、绿色工厂创建情况", "（一）基础设施", "1. 用地与建筑")
    assert (area.caption_number, [r.name for r in area.rows[1:3]]) == (
        "表 2-1",
        ["“用地面积”行", "“建筑物建筑面积”行"],
    )
    first = next(f for f in report.figures() if f.tag == "i:floor_area_ratio")
    assert report.where(first.place, words=False) == "二、绿色工厂创建情况 › （一）基础设施 › 1. 用地与建筑"


def test_the_rows_of_the_score_tables_are_keyed_by_their_criterion(
    report: Document, evaluation: object
) -> None:
    keys = {r.key for b in report.blocks if "自评价表（" in b.caption for r in b.rows if not r.is_header}
    criteria = {r.criterion.id for r in evaluation.scorecard.rows}  # type: ignore[attr-defined]
    assert criteria <= keys
    assert "" not in keys


def test_the_report_carries_digests_of_its_own_texts_and_not_the_texts(report: Document) -> None:
    masked = [b.line.masked for b in report.blocks if b.kind in ("paragraph", "heading", "caption")]
    assert {digest(text) for text in masked} <= set(report.texts)
    assert digest("手工写的一句话。") not in report.texts
    assert all(len(text) == 5 for text in report.texts)


def test_charts_tell_the_numbers_they_draw(report: Document) -> None:
    chart = next(b for b in report.blocks if b.kind == "chart")
    assert chart.caption == "近三年各类能源折标准煤量"
    assert ("电力", "2024年", "258.09") in chart.data


@pytest.mark.skipif(libreoffice() is None, reason="LibreOffice (soffice) is not installed")
def test_libreoffice_changes_neither_text_nor_rows_nor_figures(made: Made, report: Document) -> None:
    saved = convert(made.docx, "docx", "docx")
    assert saved is not None
    again = read_document(saved)
    assert [_content(b) for b in again.blocks if b.kind not in ("contents", "margin")] == [
        _content(b) for b in report.blocks if b.kind not in ("contents", "margin")
    ]
    assert [(f.tag, f.text) for f in again.figures()] == [(f.tag, f.text) for f in report.figures()]
    assert (again.texts, again.application[:11]) == (report.texts, "LibreOffice")


def _content(block: object) -> tuple[object, ...]:
    rows = [(r.key, r.is_header, r.masked) for r in block.rows]  # type: ignore[attr-defined]
    text = "" if block.kind == "chart" else block.line.masked  # type: ignore[attr-defined]
    return block.kind, block.chapter, block.number, text, rows, block.data  # type: ignore[attr-defined]
