"""Templates are built from readable text, the same bytes every time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.report import SourceError, build_template, render, render_report
from pipeline.report.ooxml import cell_text, qn, style_of
from pipeline.report.package import read_package
from tests.report.word_fixtures import HOUSE, SAMPLE, built, document, rows, texts


def test_building_twice_gives_the_same_bytes() -> None:
    assert build_template(SAMPLE, HOUSE) == build_template(SAMPLE, HOUSE)


def test_zip_dates_and_order_are_fixed() -> None:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(build_template(SAMPLE, HOUSE))) as archive:
        names = archive.namelist()
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert names == ["[Content_Types].xml", "_rels/.rels", *sorted(names[2:])]


def test_nothing_in_a_template_names_a_person_or_machine() -> None:
    package = read_package(build_template(SAMPLE, HOUSE))
    properties = package.parts["docProps/core.xml"].decode()
    assert "creator" not in properties
    assert "lastModifiedBy" not in properties
    assert "<dc:language>zh-CN</dc:language>" in properties


def test_headings_are_words_own_headings_with_automatic_numbers(tmp_path: Path) -> None:
    data = built("# 甲\n\n## 乙\n\n### 丙\n\n#### 丁\n\n# 附录A 戊 {.unnumbered}\n", tmp_path)
    styles = [style_of(p) for p in document(data).iter(qn("w:p"))]
    assert styles == ["Heading1", "Heading2", "Heading3", "Heading4", "Heading1Plain"]
    names = dict(
        re.findall(r'w:styleId="(Heading\d)">\s*<w:name w:val="([^"]+)"', (HOUSE / "styles.xml").read_text())
    )
    assert names == {f"Heading{n}": f"heading {n}" for n in range(1, 5)}


def test_every_style_id_is_ascii_and_sets_chinese_and_latin_fonts_apart() -> None:
    styles = (HOUSE / "styles.xml").read_text()
    assert all(name.isascii() for name in re.findall(r'w:styleId="([^"]+)"', styles))
    for fonts in re.findall(r"<w:rFonts ([^/]+)/>", styles):
        assert 'w:ascii="Times New Roman"' in fonts
        assert re.search(r'w:eastAsia="(仿宋|黑体)"', fonts)


def test_bold_closes_beside_chinese_punctuation(tmp_path: Path) -> None:
    data = built("# 甲\n\n前**重点：**后*不是*斜体_也不是_。\n", tmp_path)
    runs = [
        ("".join(t.text or "" for t in run.iter(qn("w:t"))), run.find(f".//{qn('w:rStyle')}") is not None)
        for run in list(document(data).iter(qn("w:p")))[1].iter(qn("w:r"))
    ]
    assert runs == [("前", False), ("重点：", True), ("后*不是*斜体_也不是_。", False)]


def test_lines_of_one_paragraph_join_without_a_blank_between_chinese(tmp_path: Path) -> None:
    assert texts(built("# 甲\n\n第一行\n第二行 GB\nT 2589\n", tmp_path))[1] == "第一行第二行 GB T 2589"


def test_a_bar_inside_a_tag_does_not_split_a_cell(tmp_path: Path) -> None:
    source = '# 甲\n\n::: table widths="1,1"\n| 列 | 数 |\n| {{ x | length }} | a \\| b |\n:::\n'
    assert rows(built(source, tmp_path)) == [["列", "数"], ["{{ x | length }}", "a | b"]]


def test_header_cells_merge_by_signs(tmp_path: Path) -> None:
    source = (
        "# 甲\n\n::: table\n| 能源 | 消耗量 | < |\n| ^ | 上年 | 本年 |\n|---|---|---|\n| 电 | 1 | 2 |\n:::\n"
    )
    table = document(built(source, tmp_path)).find(f".//{qn('w:tbl')}")
    assert table is not None
    first, second, body = table.findall(qn("w:tr"))
    assert [cell_text(cell) for cell in first.iter(qn("w:tc"))] == ["能源", "消耗量"]
    assert [node.get(qn("w:val")) for node in table.iter(qn("w:vMerge"))] == ["restart", "continue"]
    assert [node.get(qn("w:val")) for node in table.iter(qn("w:gridSpan"))] == ["2"]
    assert [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in (first, second, body)] == [
        True,
        True,
        False,
    ]


def test_columns_fill_the_text_width_exactly() -> None:
    document_ = document(build_template(SAMPLE, HOUSE))
    totals = {
        sum(int(str(col.get(qn("w:w")))) for col in grid)
        for grid in document_.iter(qn("w:tblGrid"))
        if len(grid) > 2
    }
    assert totals == {8844, 13958}


def test_every_row_of_a_table_stays_whole_and_headers_repeat() -> None:
    document_ = document(build_template(SAMPLE, HOUSE))
    for table in document_.iter(qn("w:tbl")):
        style = table.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}")
        assert style is not None
        if style.get(qn("w:val")) == "ReportTable":
            found = table.findall(qn("w:tr"))
            assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in found)
            assert found[0].find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None


def test_cover_has_no_page_number_front_is_roman_body_is_arabic_from_one() -> None:
    sections = list(document(build_template(SAMPLE, HOUSE)).iter(qn("w:sectPr")))
    numbers = [section.find(qn("w:pgNumType")) for section in sections]
    found = [(n.get(qn("w:fmt")), n.get(qn("w:start"))) for n in numbers if n is not None]
    arabic = ("decimal", None)
    assert found == [("decimal", "1"), ("lowerRoman", "1"), ("decimal", "1"), arabic, arabic]
    wide = [section.find(qn("w:pgSz")) for section in sections]
    assert [size.get(qn("w:orient")) for size in wide if size is not None] == [
        None,
        None,
        None,
        "landscape",
        None,
    ]


def test_an_empty_list_prints_a_sentence_instead_of_the_table(tmp_path: Path) -> None:
    source = '# 甲\n\n::: table caption="表" each="r in rows" empty="没有。"\n| 列 |\n| {{ r.a }} |\n:::\n'
    template = built(source, tmp_path)
    empty, _ = render(template, {"rows": []})
    full, _ = render(template, {"rows": [{"a": "1"}]})
    assert empty is not None
    assert full is not None
    assert texts(empty) == ["甲", "没有。"]
    assert texts(full) == ["甲", "表 1-1　表", "列", "1"]


def test_a_filtered_list_that_is_empty_says_so_inside_the_table(tmp_path: Path) -> None:
    source = '# 甲\n\n::: table each="r in rows if r.on"\n| 列 | 数 |\n| {{ r.a }} | 1 |\n:::\n'
    data, faults = render(built(source, tmp_path), {"rows": [{"a": "1", "on": False}]})
    assert faults == ()
    assert data is not None
    assert rows(data) == [["列", "数"], ["（未填报）"]]


def test_the_total_stands_under_its_columns_also_when_the_last_one_is_blank(tmp_path: Path) -> None:
    source = '# 甲\n\n::: table total="合计 | < | 3 | "\n| 列 | 乙 | 数 | 注 |\n| a | b | 3 | c |\n:::\n'
    total = list(document(built(source, tmp_path)).iter(qn("w:tr")))[-1]
    spans = [cell.find(f".//{qn('w:gridSpan')}") for cell in total.iter(qn("w:tc"))]
    assert [cell_text(cell) for cell in total.iter(qn("w:tc"))] == ["合计", "3", ""]
    assert ["" if span is None else span.get(qn("w:val")) for span in spans] == ["2", "", ""]


WRONG = [
    (
        '# 甲\n\n::: table total="合计 | 3"\n| 列 | 数 | 注 |\n| a | 3 | c |\n:::\n',
        "total 有 2 格，表头有 3 列",
    ),
    ("# 甲\n\n::: tabel\n:::\n", "第 9 行：没有名为 tabel 的部件"),
    ('# 甲\n\n::: table caption="表"\n| 甲 | 乙 |\n| 1 |\n:::\n', "第 11 行"),
    ('# 甲\n\n::: table widths="1,2,3"\n| 甲 | 乙 |\n:::\n', "第 9 行"),
    ('# 甲\n\n::: table colour="red"\n| 甲 |\n:::\n', "没有选项 colour"),
    ("# 甲\n\n::: table\n| 甲 |\n", "没有用 ::: 结束"),
    ("#甲\n", "第 7 行"),
    ("##### 甲\n", "第 7 行"),
]


@pytest.mark.parametrize(("source", "message"), WRONG)
def test_a_wrong_source_is_refused_with_its_line(source: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        built(source, tmp_path)
    assert str(caught.value).startswith("source.md：第 ")
    assert message in str(caught.value)


def test_the_built_template_can_be_edited_and_rendered_by_python_docx(tmp_path: Path) -> None:
    import io

    import docx as python_docx

    opened = python_docx.Document(io.BytesIO(built("# 甲\n\n{{ x }}\n", tmp_path)))
    opened.add_paragraph("新段 {{ x }}")
    buffer = io.BytesIO()
    opened.save(buffer)
    result = render_report(buffer.getvalue(), {"x": "值"}, page_numbers=False)
    assert result.faults == ()
    assert result.problems == ()
    assert result.docx is not None
    assert texts(result.docx) == ["甲", "值", "新段 值"]
