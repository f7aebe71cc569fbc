"""Rendering is strict and safe, and client text is data."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.report import Template, check_template, render
from pipeline.report.ooxml import qn
from tests.report.word_fixtures import R, W, document, docx, p, rows, table, texts

CONTEXT: dict[str, Any] = {
    "f": {"name": "云溪公司", "note": ""},
    "has": {"name": True},
    "yes": {"iso": False},
    "tables": {"products": [{"name": "甲", "score": "83"}, {"name": "乙", "score": "84"}], "none": []},
    "scorecard": {"score": "86.5"},
}


def rendered(*blocks: str, context: dict[str, Any] | None = None) -> bytes:
    data, faults = render(docx(*blocks), CONTEXT if context is None else context)
    assert [str(fault) for fault in faults] == []
    assert data is not None
    return data


def faults_of(*blocks: str) -> list[tuple[str, str, str]]:
    """Code, tag and nearest name of each fault; and nothing is rendered."""
    data, faults = render(docx(*blocks), CONTEXT)
    assert data is None
    return [(fault.code, fault.tag, fault.near) for fault in faults]


def test_a_tag_that_word_split_over_runs_is_still_one_tag() -> None:
    assert texts(rendered(p("单位：{", "{ f.na", "me }", "}。"))) == ["单位：云溪公司。"]


def test_smart_quotes_inside_a_tag_are_made_straight() -> None:
    assert texts(rendered(p("{{ tables.products | length }}{% if f.name == “云溪公司” %}是{% endif %}"))) == [
        "2是"
    ]


def test_paragraph_tags_remove_their_paragraphs() -> None:
    blocks = (p("{%p if yes.iso %}"), p("甲"), p("{%p else %}"), p("乙"), p("{%p endif %}"), p("丙"))
    assert texts(rendered(*blocks)) == ["乙", "丙"]


def test_row_tags_repeat_the_row_between_them() -> None:
    tagged = table(
        ("{%tr for r in tables.products %}", ""), ("{{ r.name }}", "{{ r.score }}"), ("{%tr endfor %}", "")
    )
    assert rows(rendered(tagged)) == [["甲", "83"], ["乙", "84"]]


def test_cell_tags_remove_cells() -> None:
    tagged = table(("甲", "{%tc if yes.iso %}", "乙", "{%tc endif %}", "丙"))
    assert rows(rendered(tagged)) == [["甲", "丙"]]


def test_the_escape_filter_of_older_templates_does_no_harm() -> None:
    assert texts(rendered(p("{{ f.name | e | upper }}"), context={"f": {"name": "a&b"}})) == ["A&B"]


def test_a_table_keeps_its_width_when_a_column_goes() -> None:
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{p(text)}</w:tc>'
        for width, text in (
            (1000, "甲"),
            (10, "{%tc if yes.iso %}"),
            (3000, "乙"),
            (10, "{%tc endif %}"),
            (2000, "丙"),
        )
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in (1000, 3000, 2000))
    data = rendered(f"<w:tbl><w:tblGrid>{grid}</w:tblGrid><w:tr>{cells}</w:tr></w:tbl>")
    widths = [node.get(qn("w:w")) for node in document(data).iter(qn("w:gridCol"), qn("w:tcW"))]
    assert widths == ["2000", "4000", "2000", "4000"]


def test_a_table_whose_rows_all_vanish_vanishes_too() -> None:
    tagged = table(("{%tr for r in tables.none %}",), ("{{ r.name }}",), ("{%tr endfor %}",))
    data = rendered(p("前"), tagged, p("后"))
    assert texts(data) == ["前", "后"]


def test_a_cell_left_without_paragraph_gets_an_empty_one() -> None:
    cell = f"<w:tc>{p('{%p if yes.iso %}')}{p('甲')}{p('{%p endif %}')}</w:tc>"
    data = rendered(f"<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid><w:tr>{cell}</w:tr></w:tbl>")
    assert len(document(data).findall(f".//{qn('w:tc')}/{qn('w:p')}")) == 1


def test_comments_in_a_template_vanish() -> None:
    assert texts(rendered(p("甲{# 说明 #}乙"), p("{#p 整段说明 #}"))) == ["甲乙"]


def test_docxtpl_escapes_print_braces() -> None:
    assert texts(rendered(p("写作 {_{ 名称 }_} 与 {_% if %_}"))) == ["写作 {{ 名称 }} 与 {% if %}"]


def test_braces_beside_a_tag_stay() -> None:
    assert texts(rendered(p("{", "{{ f.name }}", "}"))) == ["{云溪公司}"]


WICKED = [
    "A&B <胶> \"双\" '单' &amp; &#38;",
    "{{ f.secret }} {% if x %} {# c #} {_{ }_} {_% %_} {%p for %}",
    "C:\\a\\t\\f\\n 😀𠮷",
    "合并列=1,2",
    "长" * 4000,
    "  前后  空格  ",
    "]]> <!-- --> <?xml?>",
]


@pytest.mark.parametrize("text", WICKED)
def test_client_text_arrives_unharmed_in_body_table_header_and_title(text: str) -> None:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml."
    core = "application/vnd.openxmlformats-package.core-properties+xml"
    template = docx(
        p("甲{{ f.name }}乙"),
        table(("{{ f.name }}", "丙")),
        parts={
            "word/header1.xml": f'<w:hdr xmlns:w="{W}">{p("{{ f.name }}")}</w:hdr>',
            "docProps/core.xml": '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
            'metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            "<dc:title>{{ f.name }}</dc:title></cp:coreProperties>",
        },
        relations=f'<Relationship Id="rId9" Type="{R}/header" Target="header1.xml"/>',
        overrides=f'<Override PartName="/word/header1.xml" ContentType="{word}header+xml"/>'
        f'<Override PartName="/docProps/core.xml" ContentType="{core}"/>',
    )
    package, faults = Template.from_bytes(template).render({"f": {"name": text}})
    assert faults == ()
    assert package is not None
    assert texts(_written(package)) == [f"甲{text}乙", text, "丙"]
    assert "".join(map(str, package.xml("word/header1.xml").itertext())) == text
    assert "".join(map(str, package.xml("docProps/core.xml").itertext())) == text


def _written(package: Any) -> bytes:
    from pipeline.report.package import write_package

    return write_package(package)


def test_line_breaks_and_tabs_of_client_text_become_words_own() -> None:
    data = rendered(p("{{ f.name }}"), context={"f": {"name": "一\n二\r\n三\r四\t五"}})
    run = document(data).find(f".//{qn('w:r')}")
    assert run is not None
    assert [child.tag.rpartition("}")[2] for child in run] == [
        "t",
        "br",
        "t",
        "br",
        "t",
        "br",
        "t",
        "tab",
        "t",
    ]
    assert texts(data) == ["一\n二\n三\n四\t五"]


def test_control_characters_that_xml_forbids_are_removed() -> None:
    data = rendered(p("{{ f.name }}"), context={"f": {"name": "甲\x00\x07\x0b\x0c\x1f\ufffe乙\ud800"}})
    assert texts(data) == ["甲乙"]


def test_a_misspelt_name_is_reported_with_its_table_row() -> None:
    tagged = table(
        ("{%tr for r in tables.products %}", ""),
        ("产品 {{ r.name }}", "{{ r.scroe }}"),
        ("{%tr endfor %}", ""),
    )
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"
    name = '<w:name w:val="heading 1"/>'
    template = docx(
        p("第一章", style="1"),
        tagged,
        parts={
            "word/styles.xml": f'<w:styles xmlns:w="{W}"><w:style w:styleId="1">{name}</w:style></w:styles>'
        },
        overrides=f'<Override PartName="/word/styles.xml" ContentType="{word}"/>',
    )
    _data, faults = render(template, CONTEXT)
    assert len(faults) == 1
    assert faults[0].code == "unknown_name"
    assert (faults[0].place.part, faults[0].place.heading) == ("正文", "第一章")
    assert faults[0].place.text == "产品 {{ r.name }} | {{ r.scroe }}"
    assert faults[0].near == "r.score"


def test_all_faults_of_a_template_are_reported_at_once() -> None:
    found = faults_of(
        p("{{ f.nmae }}"),
        p("{{ scorecrad.score }}"),
        p("{% if %}坏{% endif %}"),
        p("{{ f.name }"),
        p("{{ yes.iso }} {{ tables.products }} {{ f }}"),
        p("{%p if f.name %}"),
    )
    assert found == [
        ("unknown_name", "{{ f.nmae }}", "f.name"),
        ("unknown_name", "{{ scorecrad.score }}", "scorecard"),
        ("syntax", "{% if %}", ""),
        ("unclosed", "{{ f.name }", ""),
        ("wrong_type", "{{ yes.iso }}", ""),
        ("wrong_type", "{{ tables.products }}", ""),
        ("wrong_type", "{{ f }}", ""),
        ("unclosed", "{%p if f.name %}", ""),
    ]


SEEDED = [
    ("{{ f.nmae }}", "unknown_name"),
    ("{{ g.name }}", "unknown_name"),
    ("{{ f['nmae'] }}", "unknown_name"),
    ("{{ f.name.first }}", "wrong_type"),
    ("{{ tables.products.name }}", "wrong_type"),
    ("{{ has.name }}", "wrong_type"),
    ("{% for r in f %}{% endfor %}", "wrong_type"),
    ("{% for r in f.name %}{% endfor %}", "wrong_type"),
    ("{% if scorecard.score > 80 %}{% endif %}", "wrong_type"),
    ("{% if yes.iso == '是' %}{% endif %}", "wrong_type"),
    ("{% for r in tables.products %}{{ r.nmae }}{% endfor %}", "unknown_name"),
    ("{% for r in tables.products %}{% endfor %}{{ r.name }}", "unknown_name"),
    ("{% if f.name %}", "unclosed"),
    ("{% for r in tables.products %}", "unclosed"),
    ("{% endif %}", "structure"),
    ("{{ f.name ", "unclosed"),
    ("{{ f. }}", "syntax"),
    ("{{ f.name | nosuch }}", "forbidden"),
    ("{{ f.name | safe }}", "forbidden"),
    ("{{ f.name | attr('x') }}", "forbidden"),
    ("{{ f.name.__class__ }}", "wrong_type"),
    ("{{ ''.__class__.__mro__ }}", "wrong_type"),
    ("{{ f.name.upper() }}", "forbidden"),
    ("{{ range(10) }}", "forbidden"),
    ("{{ 'a' * 1000000000 }}", "forbidden"),
    ("{{ 9 ** 999999 }}", "forbidden"),
    ("{{ '%999999999d' % 1 }}", "forbidden"),
    ("{{ f.name[0:1] }}", "forbidden"),
    ("{% include 'x' %}", "forbidden"),
    ("{% macro m() %}{% endmacro %}", "forbidden"),
    ("{% vm %}", "forbidden"),
    ("{%- if f.name -%}{% endif %}", "forbidden"),
    ("{{r f.name }}", "forbidden"),
    ("{%tr if f.name %}", "structure"),
    ("{%p if f.name %} 还有字", "lost_text"),
    ("{{ lipsum }}", "unknown_name"),
    ("{{ self }}", "unknown_name"),
    ("{{ loop.index }}", "unknown_name"),
]


@pytest.mark.parametrize(("text", "code"), SEEDED)
def test_each_seeded_fault_is_found_at_its_paragraph_and_no_file_comes_out(text: str, code: str) -> None:
    data, faults = render(docx(p("好"), p(text)), CONTEXT)
    assert data is None
    assert code in [fault.code for fault in faults]
    assert {fault.place.text for fault in faults} == {text}


def test_a_block_may_not_begin_in_one_paragraph_and_end_in_another() -> None:
    assert [code for code, _t, _n in faults_of(p("{% if f.name %}甲"), p("乙{% endif %}"))] == ["structure"]


def test_a_row_block_may_not_end_in_another_table() -> None:
    found = faults_of(
        table(("{%tr for r in tables.products %}",), ("x",)), p("y"), table(("{%tr endfor %}",), ("z",))
    )
    assert [code for code, _t, _n in found] == ["structure"]


def test_a_check_needs_no_data_and_knows_list_items() -> None:
    assert check_template(docx(p("{% for r in tables.none %}{{ r.anything }}{% endfor %}")), CONTEXT) == ()


def test_the_names_a_template_uses_are_known() -> None:
    template = Template.from_bytes(
        docx(p("{% for r in tables.products %}{{ r.name }}{% endfor %}{{ f.name }}"))
    )
    used = template.used_names(CONTEXT)
    assert {"tables.products", "tables.products[].name", "f.name"} <= used
    assert "scorecard.score" not in used


def test_names_inside_text_boxes_headers_and_footnotes_are_checked() -> None:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml."
    box = f"<w:p><w:r><w:pict><w:txbxContent>{p('{{ f.a }}')}</w:txbxContent></w:pict></w:r></w:p>"
    template = docx(
        box,
        parts={
            "word/footer1.xml": f'<w:ftr xmlns:w="{W}">{p("{{ f.b }}")}</w:ftr>',
            "word/footnotes.xml": f'<w:footnotes xmlns:w="{W}"><w:footnote>{p("{{ f.c }}")}</w:footnote></w:footnotes>',
        },
        overrides=f'<Override PartName="/word/footer1.xml" ContentType="{word}footer+xml"/>'
        f'<Override PartName="/word/footnotes.xml" ContentType="{word}footnotes+xml"/>',
    )
    faults = check_template(template, CONTEXT)
    assert [(fault.place.part, fault.tag) for fault in faults] == [
        ("正文", "{{ f.a }}"),
        ("页脚", "{{ f.b }}"),
        ("脚注", "{{ f.c }}"),
    ]


def test_a_row_taller_than_half_a_page_may_split() -> None:
    def marked(text: str) -> bool:
        row = f"<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc>{p('{{ x }}')}</w:tc></w:tr>"
        table_ = f"<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid>{row}</w:tbl>"
        data = rendered(table_, context={"x": text})
        return document(data).find(f".//{qn('w:cantSplit')}") is not None

    assert marked("短")
    assert not marked("长" * 4000)


def test_endless_loops_end() -> None:
    context = {"rows": [{"x": "1"}] * 200}
    loop = "{% for a in rows %}"
    body = p(loop * 3 + "{% endfor %}" * 3)
    data, faults = render(docx(body), context)
    assert data is None
    assert [fault.message for fault in faults] == ["模板的循环次数过多，已停止。"]


UNSAFE = [
    (
        f'<Relationship Id="r1" Type="{R}/attachedTemplate" Target="file:///x.dotm" TargetMode="External"/>',
        "外部模板",
    ),
    (f'<Relationship Id="r1" Type="{R}/image" Target="http://x/y.png" TargetMode="External"/>', "外部文件"),
    (f'<Relationship Id="r1" Type="{R}/aFChunk" Target="x.html"/>', "altChunk"),
    (
        f'<Relationship Id="r1" Type="{R}/hyperlink" Target="file:///etc/passwd" TargetMode="External"/>',
        "网址",
    ),
]


@pytest.mark.parametrize(("relation", "word"), UNSAFE)
def test_links_to_elsewhere_are_refused(relation: str, word: str) -> None:
    faults = check_template(docx(p("x"), relations=relation), CONTEXT)
    assert [fault.code for fault in faults] == ["unsafe"]
    assert word in faults[0].message


def test_a_hyperlink_to_a_web_page_is_allowed() -> None:
    relation = f'<Relationship Id="r1" Type="{R}/hyperlink" Target="https://x.cn" TargetMode="External"/>'
    assert check_template(docx(p("x"), relations=relation), CONTEXT) == ()


@pytest.mark.parametrize(
    "code", ["INCLUDETEXT c:\\x", "INCLUDEPICTURE http://x", "DDEAUTO cmd", "LINK Excel"]
)
def test_fields_that_fetch_are_refused_even_when_split(code: str) -> None:
    marks = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    split = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in (code[:4], code[4:]))
    field = f"<w:p>{marks.format('begin')}{split}{marks.format('separate')}{marks.format('end')}</w:p>"
    assert [fault.code for fault in check_template(docx(field), CONTEXT)] == ["unsafe"]


def test_macros_are_refused() -> None:
    kind = "application/vnd.ms-office.vbaProject"
    override = f'<Override PartName="/word/vbaProject.bin" ContentType="{kind}"/>'
    faults = check_template(docx(p("x"), parts={"word/vbaProject.bin": "x"}, overrides=override), CONTEXT)
    assert [fault.code for fault in faults] == ["unsafe"]


def test_a_tag_in_a_field_code_is_refused() -> None:
    field = "<w:p><w:r><w:instrText>HYPERLINK {{ f.name }}</w:instrText></w:r></w:p>"
    assert [fault.code for fault in check_template(docx(field), CONTEXT)] == ["forbidden"]


def test_rendering_twice_gives_the_same_bytes() -> None:
    template = docx(p("{{ f.name }}"))
    assert render(template, CONTEXT) == render(template, CONTEXT)
