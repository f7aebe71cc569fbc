"""Every quick way through a report gives what the thorough way gives, whatever stands in the document."""

from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.report import render_report
from pipeline.report.controls import Wrapper
from pipeline.report.gate import _dangling, _Known, _structure
from pipeline.report.marks import HOME, OPEN, compose, fenced, figure
from pipeline.report.ooxml import Element, parse, qn
from pipeline.report.package import read_package, write_package
from pipeline.report.reading import masked_text, read_paragraph
from pipeline.report.schema import schema_problems
from pipeline.report.soundness import is_sound
from pipeline.report.tidy import tidy_part
from pipeline.report.together import Heights, lines_of
from pipeline.report.trace_part import figures
from tests.report.word_fixtures import W, docx, p, table, texts

M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"

WORDS = st.sampled_from(
    [
        "",
        "甲",
        " 乙",
        "丙  丁 ",
        "a&b<c>\"d'",
        "1.24",
        "12 m²",
        "a b",
        "\U00020000",
        "行一\n行二",
        "\t表",
        "x\u3000",
    ]
)
TAGS = st.sampled_from(["i:floor_area_ratio", "t:equipment[9].power", "f:land_area", 'd:"引号"&<'])
LOOKS = st.sampled_from(
    [
        "",
        "<w:rPr><w:b/></w:rPr>",
        '<w:rPr><w:lang w:val="zh-CN"/></w:rPr>',
        '<w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>',
        '<w:rPr><w:rFonts w:ascii="宋体"/></w:rPr>',
        "<w:rPr><w:vanish/></w:rPr>",
    ]
)
SPACE = ' xml:space="preserve"'


def document(*blocks: str) -> str:
    names = f'xmlns:w="{W}" xmlns:m="{M}" xmlns:wp="{WP}"'
    return f"<w:document {names}><w:body>{''.join(blocks)}<w:sectPr/></w:body></w:document>"


def same(left: Element, right: Element) -> bool:
    return etree.tostring(left, method="c14n2") == etree.tostring(right, method="c14n2")


@st.composite
def values(draw: st.DrawFn) -> str:
    """What a tag prints: words, a figure, or a sentence with figures, fenced and escaped."""
    parts = [
        figure(draw(WORDS), draw(TAGS), draw(WORDS)) if draw(st.booleans()) else draw(WORDS)
        for _ in range(draw(st.integers(0, 4)))
    ]
    return html.escape(fenced(compose("{}" * len(parts), *parts)))


@st.composite
def printed_paragraphs(draw: st.DrawFn) -> str:
    """A paragraph of a rendered template; runs with a tag begin with the sign of a home."""
    runs = []
    for _ in range(draw(st.integers(0, 4))):
        tail = draw(st.sampled_from(["", "", "<w:br/>", "<w:t>尾</w:t>"]))
        space = draw(st.sampled_from(["", SPACE]))
        runs.append(f"<w:r>{draw(LOOKS)}<w:t{space}>{HOME}{draw(values())}</w:t>{tail}</w:r>")
    return f"<w:p>{''.join(runs)}</w:p>"


@given(st.lists(printed_paragraphs(), max_size=4), st.booleans())
def test_controls_made_in_the_text_are_those_made_in_the_tree(paragraphs: list[str], lock: bool) -> None:
    text = document(*paragraphs)
    quick, left = Wrapper(lock).wrapped(text, usual=True)
    made = parse(quick.encode())
    if left:  # what the text does not know is done in the tree, and numbered after the others
        Wrapper(lock).wrap(made, left)
        assert HOME not in quick
        return
    plain = text.replace(HOME, "")
    thorough = parse(plain.encode())
    Wrapper(lock).wrap(thorough, plain.count(OPEN))
    assert same(made, thorough)


def test_a_figure_where_no_control_may_stand_is_printed_plainly() -> None:
    text = document(f"<w:p><w:r><w:t>{fenced(figure('1.24', 'i:x', '容积率'))}</w:t></w:r></w:p>")
    quick, left = Wrapper(True).wrapped(text, usual=True)
    assert (quick, left) == (document("<w:p><w:r><w:t>1.24</w:t></w:r></w:p>"), 0)


def test_a_template_whose_prefixes_are_unusual_gives_the_same_report() -> None:
    blocks = (
        p("面积{{ area }}，说明{{ note }}"),
        table(("列", "数"), ("{{ area }}", "甲"), ("{{ area }}", "乙")),
    )
    context = {"area": figure("40000", "f:land_area", "用地面积"), "note": "一\n二  三"}
    usual = docx(*blocks)
    unusual = _with_prefix(usual, "x")
    made = [render_report(each, context, page_numbers=False) for each in (usual, unusual)]
    assert [(m.faults, m.problems) for m in made] == [((), ())] * 2
    first, second = (m.docx or b"" for m in made)
    assert [(f.tag, f.text) for f in figures(second)] == [("f:land_area", "40000")] * 3
    assert figures(second) == figures(first)
    assert texts(second) == texts(first)
    assert texts(second)[0] == "面积40000，说明一\n二  三"


def _with_prefix(data: bytes, prefix: str) -> bytes:
    package = read_package(data)
    name = package.document_name
    xml = package.parts[name].decode()
    package.parts[name] = re.sub(
        r"(?<=[</ ])w:|(?<=xmlns:)w(?==)", lambda m: m.group().replace("w", prefix), xml
    ).encode()
    return write_package(package)


# -- texts and heights -----------------------------------------------------------------------------------------
def control(tag: str, runs: str) -> str:
    shown = html.escape(tag)
    return (
        f'<w:sdt><w:sdtPr><w:alias w:val="名称〔{shown}〕"/><w:tag w:val="{shown}"/></w:sdtPr>'
        f"<w:sdtContent>{runs}</w:sdtContent></w:sdt>"
    )


@st.composite
def runs(draw: st.DrawFn) -> str:
    inside = draw(
        st.lists(
            st.one_of(
                WORDS.map(lambda text: f"<w:t{SPACE}>{html.escape(text)}</w:t>"),
                st.sampled_from(["<w:tab/>", "<w:br/>", "<w:noBreakHyphen/>", "<w:drawing/>", "<w:sym/>"]),
            ),
            max_size=3,
        )
    )
    return f"<w:r>{draw(LOOKS)}{''.join(inside)}</w:r>"


FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'


@st.composite
def paragraphs(draw: st.DrawFn) -> str:
    """A paragraph of runs, figures, bookmarks, fields, insertions and equations."""
    kinds = st.one_of(
        runs(),
        runs(),
        st.builds(control, TAGS, runs()),
        st.builds(control, st.just("not ours"), runs()),
        st.builds(lambda inner: control("i:outer", control("i:inner", inner)), runs()),
        st.just('<w:bookmarkStart w:id="1" w:name="_lv1"/>'),
        st.just('<w:bookmarkEnd w:id="1"/>'),
        st.builds(lambda inner: f'<w:ins w:id="7">{inner}</w:ins>', runs()),
        st.builds(lambda inner: f'<w:del w:id="8">{inner}</w:del>', runs()),
        st.builds(
            lambda inner: (
                FIELD.format("begin")
                + "<w:r><w:instrText> SEQ 表 </w:instrText></w:r>"
                + FIELD.format("separate")
                + inner
                + FIELD.format("end")
            ),
            runs(),
        ),
        st.just("<m:oMath><m:r><m:t>A_1</m:t></m:r></m:oMath>"),
    )
    tabs = draw(st.sampled_from(["", "<w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>"]))
    return f"<w:p>{tabs}{''.join(draw(st.lists(kinds, max_size=4)))}</w:p>"


@given(paragraphs())
def test_the_words_of_a_paragraph_are_the_same_read_quickly(xml: str) -> None:
    paragraph = next(parse(document(xml).encode()).iter(qn("w:p")))
    assert masked_text(paragraph) == read_paragraph(paragraph, {}).masked


@st.composite
def tables(draw: st.DrawFn) -> str:
    """A table whose cells hold paragraphs, now and then a table."""

    def cell() -> str:
        width = draw(st.sampled_from(["", '<w:tcPr><w:tcW w:w="900" w:type="dxa"/></w:tcPr>', "<w:tcPr/>"]))
        inner = "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>" if draw(st.integers(0, 15)) == 0 else ""
        return f"<w:tc>{width}{''.join(draw(st.lists(paragraphs(), max_size=2)))}{inner}<w:p/></w:tc>"

    rows = (
        f"<w:tr>{''.join(cell() for _ in range(draw(st.integers(0, 2))))}</w:tr>"
        for _ in range(draw(st.integers(0, 3)))
    )
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


BLOCKS = st.lists(st.one_of(paragraphs(), tables()), max_size=4)


@given(BLOCKS)
def test_cells_are_as_high_reckoned_in_one_walk_as_one_by_one(blocks: list[str]) -> None:
    root = parse(document(*blocks).encode())
    heights = Heights()
    heights.measure(root)
    assert [heights.of(c) for c in root.iter(qn("w:tc"))] == [lines_of(c) for c in root.iter(qn("w:tc"))]


@given(BLOCKS)
def test_a_part_is_tidied_alike_with_and_without_a_look_at_its_text(blocks: list[str]) -> None:
    text = document(*blocks)
    told, untold = parse(text.encode()), parse(text.encode())
    tidy_part(told, Heights(), text)
    tidy_part(untold, Heights())
    assert same(told, untold)


# -- the gate --------------------------------------------------------------------------------------------------
FAULTS = st.sampled_from(
    [
        ("<w:p>", "<w:tc>"),
        ("</w:p></w:tc>", "</w:tc>"),
        ("<w:tcPr>", "<w:p/><w:tcPr>"),
        ("<w:rPr>", "<w:t>x</w:t><w:rPr>"),
        ('w:id="1"', 'w:id="2"'),
        ("<w:bookmarkEnd", "<w:commentRangeEnd"),
        ("<w:tbl>", "<w:tbl><w:tr/>"),
        ("<w:tblPr/>", "<w:tblPr><w:jc w:val='upwards'/></w:tblPr>"),
        ("<w:t>", '<w:rPr><w:rStyle w:val="nobody"/></w:rPr><w:t>'),
        ("<w:sdtPr>", "<w:sdtContent/><w:sdtPr>"),
    ]
)


@given(BLOCKS, st.lists(FAULTS, max_size=2))
def test_what_the_quick_look_passes_the_thorough_look_passes(
    blocks: list[str], faults: list[tuple[str, str]]
) -> None:
    text = document(*blocks)
    for old, new in faults:
        text = text.replace(old, new, 1)
    try:
        content = etree.tostring(etree.fromstring(text.encode()))
    except etree.XMLSyntaxError:
        return
    if is_sound(content, frozenset(), frozenset()):
        root = parse(content)
        nothing = _Known(frozenset(), frozenset())
        assert [*_structure(root, ""), *schema_problems(root), *_dangling(root, "", nothing)] == []
