"""The finished document: numbers, contents, references, watermark, receipt, gate."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path
from shutil import which

import pytest

from pipeline.report import Rendered, annotate, build_template, check_template, render_report
from pipeline.report.fields import update_fields
from pipeline.report.fieldtools import iter_fields
from pipeline.report.gate import inspect
from pipeline.report.layout import convert, libreoffice
from pipeline.report.ooxml import nearest, paragraph_text, qn, style_of
from pipeline.report.outline import chinese_number
from pipeline.report.package import embedded, read_package
from pipeline.report.watermark import has_watermark
from tests.report.sample_context import WICKED, sample_context
from tests.report.word_fixtures import HOUSE, SAMPLE, built, document, docx, p, texts, with_document

needs_office = pytest.mark.skipif(libreoffice() is None, reason="LibreOffice (soffice) is not installed")
needs_poppler = pytest.mark.skipif(
    which("pdftotext") is None, reason="poppler-utils (pdftotext) is not installed"
)


@cache
def sample(draft: bool = False, page_numbers: bool = False) -> Rendered:
    return render_report(
        build_template(SAMPLE, HOUSE),
        sample_context(),
        draft=draft,
        required_sections=("工厂基本情况", "绿色工厂自评价表"),
        receipt_xml=b'<receipt xmlns="urn:lvbao:receipt" version="1"/>',
        page_numbers=page_numbers,
    )


def finished(draft: bool = False, page_numbers: bool = False) -> bytes:
    result = sample(draft, page_numbers)
    assert result.faults == ()
    assert result.problems == ()
    assert result.docx is not None
    return result.docx


def contents(data: bytes) -> list[tuple[str, str]]:
    """Title and page of each line of the contents."""
    lines = []
    for paragraph in document(data).iter(qn("w:p")):
        link = paragraph.find(qn("w:hyperlink"))
        if link is not None and str(link.get(qn("w:anchor"), "")).startswith("_Toc"):
            title, _, page = paragraph_text(paragraph).partition("\t")
            lines.append((title, page))
    return lines


TITLES = [
    *(
        "一、工厂基本情况",
        "（一）基本信息",
        "（二）产品与工艺",
        "1. 主要产品",
        "二、绿色工厂创建情况",
        "（一）绩效指标",
    ),
    *("三、绿色工厂自评价表", "附录A 版本与依据说明", "（一）评价依据", "（二）系数", "附注"),
]


def test_the_contents_hold_the_numbered_headings() -> None:
    assert [title for title, _page in contents(finished())] == TITLES


def test_contents_link_to_headings_that_exist() -> None:
    document_ = document(finished())
    names = {node.get(qn("w:name")): node for node in document_.iter(qn("w:bookmarkStart"))}
    anchors = [str(link.get(qn("w:anchor"))) for link in document_.iter(qn("w:hyperlink"))]
    headings = [nearest(names[anchor], "w:p") for anchor in anchors]
    assert [paragraph_text(h) for h in headings if h is not None] == [
        re.sub(r"^(.、|（.）|\d\. )", "", t) for t in TITLES
    ]


def test_captions_are_numbered_by_chapter_even_when_a_table_has_gone() -> None:
    captions = [
        paragraph_text(node) for node in document(finished()).iter(qn("w:p")) if style_of(node) == "Caption"
    ]
    assert captions == [
        "表 1-1　2024 年主要产品产量",
        "表 2-1　能源消耗（三年）",
        "表 3-1　绿色工厂自评价表",
        "表 A-1　勘误处理",
    ]


def test_a_second_caption_of_a_chapter_counts_on(tmp_path: Path) -> None:
    table = '\n::: table caption="x" id="{}"\n| 列 |\n| 1 |\n:::\n'
    source = (
        f"# 甲\n{table.format('a')}{table.format('b')}\n# 乙\n{table.format('c')}\n见@[a]、@[b]、@[c]。\n"
    )
    result = render_report(built(source, tmp_path), {}, page_numbers=False)
    assert result.problems == ()
    assert result.docx is not None
    assert texts(result.docx)[-1] == "见表 1-1、表 1-2、表 2-1。"
    codes = [field.code for field in iter_fields(document(result.docx)) if "表" in field.code]
    assert codes == [f"SEQ 表 \\* ARABIC {switch} 1" for switch in ("\\r", "\\s", "\\r")]


def test_a_reference_to_nothing_is_not_delivered(tmp_path: Path) -> None:
    result = render_report(built("# 甲\n\n见@[nowhere]。\n", tmp_path), {}, page_numbers=False)
    assert result.docx is None
    assert [(problem.code, problem.part) for problem in result.problems] == [("dangling_reference", "正文")]


def test_without_layout_the_contents_wait_for_word_and_the_result_says_so() -> None:
    assert {page for _title, page in contents(finished())} == {""}
    assert sample().notes == ("未要求计算页码，目录页码由 Word 打开时填写。",)
    begins = [
        field.begin.get(qn("w:dirty"))
        for field in iter_fields(document(finished()))
        if field.words[0] == "TOC"
    ]
    assert begins == ["true"]


def test_no_document_asks_to_update_its_fields() -> None:
    assert b"updateFields" not in read_package(finished()).parts["word/settings.xml"]


@needs_office
@needs_poppler
def test_the_pages_of_the_contents_are_the_printed_ones() -> None:
    data = finished(page_numbers=True)
    pages = printed_pages(data)
    found = {}
    for title, page in contents(data):
        on = [label for label, text in pages if label.isdigit() and squeezed(title) in squeezed(text)]
        found[title] = (page, on[0])
    assert all(page == printed for page, printed in found.values()), found
    assert [page for page, _printed in found.values()] == sorted(
        (page for page, _printed in found.values()), key=int
    )


@needs_office
@needs_poppler
def test_no_page_is_blank_and_tables_stay_numbered_in_libreoffice() -> None:
    pages = printed_pages(finished(page_numbers=True))
    assert [label for label, text in pages if len(squeezed(text)) < 30] == []
    everything = squeezed("".join(text for _label, text in pages))
    for caption in ("表1-12024年主要产品产量", "表2-1能源消耗", "表3-1绿色工厂自评价表", "表A-1勘误处理"):
        assert caption in everything


@needs_office
@needs_poppler
def test_client_text_is_whole_on_the_printed_page() -> None:
    everything = squeezed("".join(text for _label, text in printed_pages(finished(page_numbers=True))))
    assert squeezed(WICKED.replace("😀", "")) in everything.replace("😀", "")


@needs_office
def test_the_receipt_survives_libreoffice() -> None:
    data = convert(finished(), "docx", "docx")
    assert data is not None
    xml = embedded(read_package(data), "receipt")
    assert xml is not None
    assert b'xmlns="urn:lvbao:receipt"' in xml


@needs_office
def test_a_template_that_libreoffice_has_saved_still_numbers_its_captions() -> None:
    saved = convert(build_template(SAMPLE, HOUSE), "docx", "docx")
    assert saved is not None
    result = render_report(saved, sample_context(), page_numbers=False)
    assert (result.faults, result.problems) == ((), ())
    assert result.docx is not None
    assert [text for text in texts(result.docx) if re.match(r"表 ", text)] == [
        "表 1-1　2024 年主要产品产量",
        "表 2-1　能源消耗（三年）",
        "表 3-1　绿色工厂自评价表",
        "表 A-1　勘误处理",
    ]
    assert [title for title, _page in contents(result.docx)] == TITLES


def test_the_receipt_is_embedded_as_custom_xml() -> None:
    xml = embedded(read_package(finished()), "receipt")
    assert xml == b'<receipt xmlns="urn:lvbao:receipt" version="1"/>'


def test_a_draft_carries_a_watermark_in_every_header_and_a_final_none() -> None:
    package = read_package(finished(draft=True))
    headers = package.of_type("header+xml")
    assert len(headers) == 3
    assert all("草稿".encode() in package.parts[name] for name in headers)
    assert not has_watermark(read_package(finished()))


def test_a_template_without_headers_gets_them_for_the_watermark() -> None:
    result = render_report(docx(p("x")), {}, draft=True, page_numbers=False)
    assert result.problems == ()
    assert result.docx is not None
    assert has_watermark(read_package(result.docx))
    assert document(result.docx).find(f".//{qn('w:headerReference')}") is not None


def test_the_same_data_gives_the_same_bytes() -> None:
    again = render_report(
        build_template(SAMPLE, HOUSE),
        sample_context(),
        receipt_xml=b'<receipt xmlns="urn:lvbao:receipt" version="1"/>',
        page_numbers=False,
    )
    assert again.docx == finished()


def test_fields_may_be_updated_again_without_change() -> None:
    package = read_package(finished())
    before = package.parts["word/document.xml"]
    update_fields(package)
    assert package.parts["word/document.xml"] == before


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "一"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (101, "一百零一"),
        (110, "一百一十"),
        (1010, "一千零一十"),
    ],
)
def test_chinese_numbers(number: int, text: str) -> None:
    assert chinese_number(number) == text


BROKEN = [
    ('<w:pStyle w:val="Heading2"/>', '<w:pStyle w:val="Nowhere"/>', "dangling_style"),
    ('<w:fldChar w:fldCharType="end"/>', "", "unbalanced_field"),
    (
        '<w:headerReference w:type="default" r:id="rId7"/>',
        '<w:headerReference w:type="default" r:id="rId99"/>',
        "dangling_relationship",
    ),
]


# The five seeded corruptions that no single validator caught in a trial of four.
SEEDED = [
    ("<w:tc>", "<w:tc><w:tcPr/></w:tc><w:tc>", "cell_without_paragraph"),
    ('<w:numId w:val="12"/>', '<w:numId w:val="777"/>', "dangling_numbering"),
    ('<w:bookmarkEnd w:id="13"/>', "", "dangling_bookmark"),
    ('<w:type w:val="nextPage"/><w:pgSz', '<w:pgNumType/><w:type w:val="nextPage"/><w:pgSz', "schema"),
    ('<w:vMerge w:val="restart"/>', '<w:vMerge w:val="begin"/>', "schema"),
    ('<w:gridSpan w:val="3"/>', '<w:vAlign w:val="top"/><w:gridSpan w:val="3"/>', "schema"),
    ("由录入表生成。", "由录入表生成{{ grade }}。", "leftover_tag"),
]


@pytest.mark.parametrize(("old", "new", "code"), SEEDED)
def test_the_gate_catches_the_seeded_corruptions_and_names_nothing_else(
    old: str, new: str, code: str
) -> None:
    problems = inspect(read_package(with_document(finished(), old, new)), client_text=[WICKED])
    assert {problem.code for problem in problems} == {code}


def test_properties_in_another_order_are_sorted_when_rendering() -> None:
    wrong = '<w:p><w:pPr><w:jc w:val="left"/><w:keepNext/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>'
    assert [problem.code for problem in inspect(read_package(docx(wrong)))] == ["schema"]
    result = render_report(docx(wrong), {}, page_numbers=False)
    assert result.problems == ()
    assert result.docx is not None
    properties = document(result.docx).find(f".//{qn('w:pPr')}")
    assert properties is not None
    assert [child.tag for child in properties] == [qn("w:keepNext"), qn("w:jc")]


@pytest.mark.parametrize(("old", "new", "code"), BROKEN)
def test_the_gate_stops_a_broken_document(old: str, new: str, code: str) -> None:
    problems = inspect(read_package(with_document(finished(), old, new)), client_text=[WICKED])
    assert code in {problem.code for problem in problems}


def test_the_gate_sees_doubled_ids_and_lost_bookmark_ends() -> None:
    data = with_document(finished(), '<w:bookmarkEnd w:id="13"/>', '<w:bookmarkEnd w:id="0"/>')
    assert "dangling_bookmark" in {problem.code for problem in inspect(read_package(data), [WICKED])}
    data = with_document(finished(), 'w:name="_Toc000000002"', 'w:name="_Toc000000001"')
    assert "duplicate_id" in {problem.code for problem in inspect(read_package(data), [WICKED])}


def test_client_braces_are_no_leftover_tags() -> None:
    assert inspect(read_package(finished()), client_text=[WICKED]) == ()
    assert {problem.code for problem in inspect(read_package(finished()))} == {"leftover_tag"}


def test_braces_that_a_template_prints_are_no_leftover_tags() -> None:
    result = render_report(docx(p("写作 {_{ 名称 }_} 即可")), {}, page_numbers=False)
    assert result.problems == ()
    assert result.docx is not None
    assert texts(result.docx) == ["写作 {{ 名称 }} 即可"]


@needs_office
def test_a_layout_that_takes_too_long_is_given_up() -> None:
    assert convert(finished(), "pdf", "pdf", limit=0.01) is None


def test_a_required_section_must_exist_and_hold_text(tmp_path: Path) -> None:
    result = render_report(
        built("# 甲\n\n## 乙\n\n# 丙\n\n正文。\n", tmp_path),
        {},
        required_sections=("甲", "丙", "丁"),
        page_numbers=False,
    )
    assert result.docx is None
    assert [(problem.code, problem.message) for problem in result.problems] == [
        ("empty_section", "必备章节“甲”没有内容"),
        ("missing_section", "缺少必备章节“丁”"),
    ]


@cache
def printed_pages(data: bytes) -> list[tuple[str, str]]:
    """Printed page number ("" where there is none) and text of each page of a LibreOffice layout."""
    pdf = convert(data, "pdf", "pdf")
    assert pdf is not None
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True, timeout=60
    ).stdout.decode()
    pages = []
    for page in text.split("\f")[:-1]:
        found = re.findall(r"—\s*(\w+)\s*—\s*$", page.rstrip())
        pages.append((found[-1] if found else "", page))
    return pages


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_faults_are_written_into_a_copy_of_the_template_as_comments() -> None:
    template = docx(p("好 {{ x }}"), p("坏 {{ y }}"), p("也坏 {{ x.z }}"))
    faults = check_template(template, {"x": "1"})
    copy = read_package(annotate(template, faults))
    comments = ["".join(map(str, node.itertext())) for node in copy.xml("word/comments.xml")]
    assert comments == ["{{ y }} 没有名称 y", "{{ x.z }} x 是文字，没有下级名称 z"]
    marked = [
        paragraph_text(node)
        for node in copy.xml("word/document.xml").iter(qn("w:p"))
        if node.find(qn("w:commentRangeStart")) is not None
    ]
    assert marked == ["坏 {{ y }}", "也坏 {{ x.z }}"]
    assert inspect(copy, client_text=["{{ x }}", "{{ y }}", "{{ x.z }}"]) == ()
