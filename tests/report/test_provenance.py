"""Provenance inside: every figure is a control that names it; nothing else changes; it survives LibreOffice."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from lxml import etree

from pipeline.deliver import Made, Options, make_report, report_of, standard_for
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.report import render_report
from pipeline.report.chart_data import chart_specs
from pipeline.report.context import report_context
from pipeline.report.equations import equations_of
from pipeline.report.gate import inspect
from pipeline.report.layout import convert, libreoffice
from pipeline.report.marks import (
    CLOSE,
    MAX_NAME,
    OPEN,
    SEPARATOR,
    Figured,
    compose,
    figure,
    joined,
    stretches,
)
from pipeline.report.ooxml import Element, cell_text, paragraph_text, qn, style_of
from pipeline.report.package import Package, read_package, write_package
from pipeline.report.provenance import Figure
from pipeline.report.tables import unmerge
from pipeline.report.trace_part import NAMESPACE, TraceEntry, TraceOperand, figures, trace_of, write_trace
from tests.report.word_fixtures import ROOT, W, document, docx, p, rows, table, texts

needs_office = pytest.mark.skipif(libreoffice() is None, reason="LibreOffice (soffice) is not installed")
AREA = figure("40000", "f:land_area", "用地面积")
RATIO = figure("1.24", "i:floor_area_ratio", "容积率")
DATE = figure("2009年6月18日", "f:established", "成立日期")
HOSTILE = f"甲{OPEN}f:land_area{SEPARATOR}用地面积〔f:land_area〕{SEPARATOR}99999{CLOSE}乙{OPEN}丙{CLOSE}"


def rendered(template: bytes, context: dict[str, Any], *, draft: bool = False) -> bytes:
    def trace(shown: Sequence[Figure]) -> bytes:
        return write_trace([TraceEntry(f.tag, f.alias) for f in shown], shown)

    result = render_report(template, context, draft=draft, page_numbers=False, trace=trace)
    assert (result.faults, result.problems) == ((), ())
    assert result.docx is not None
    return result.docx


def found(data: bytes) -> list[tuple[str, str]]:
    return [(f.tag, f.text) for f in figures(data)]


def styled(text: str, properties: str) -> str:
    return f"<w:p><w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


# -- texts that know their figures -----------------------------------------------------------------------------
def test_a_figured_text_is_plain_text_for_everybody_else() -> None:
    sentence = compose("面积{} m²，容积率{}。", AREA, RATIO)
    assert sentence == "面积40000 m²，容积率1.24。"
    assert {sentence: 1}[str(sentence)] == 1
    assert json.dumps([sentence], ensure_ascii=False) == '["面积40000 m²，容积率1.24。"]'
    assert [(text, mark.tag if mark else "") for text, mark in stretches(sentence)] == [
        ("面积", ""),
        ("40000", "f:land_area"),
        (" m²，容积率", ""),
        ("1.24", "i:floor_area_ratio"),
        ("。", ""),
    ]


def test_joining_keeps_the_figures_and_no_figures_means_plain_text() -> None:
    assert [m.tag for _, m in stretches(joined([AREA, RATIO], "；")) if m] == [
        "f:land_area",
        "i:floor_area_ratio",
    ]
    assert not isinstance(joined(["甲", "乙"]), Figured)


def test_tags_and_titles_stay_short_enough_for_word() -> None:
    long = figure("1", f"t:{'很长的表名' * 20}[1].x", "名" * 80)
    (mark,) = (m for _, m in stretches(long) if m)
    assert len(mark.tag) <= MAX_NAME
    assert len(mark.alias) == MAX_NAME
    assert mark.alias.endswith(f"〔{mark.tag}〕")


# -- controls in a document --------------------------------------------------------------------------------------
def test_a_figure_becomes_a_locked_control_in_a_final_and_an_open_one_in_a_draft() -> None:
    template = docx(p("用地面积为{{ f.area }} m²。"))
    final = rendered(template, {"f": {"area": AREA}})
    assert texts(final) == ["用地面积为40000 m²。"]
    (control,) = document(final).iter(qn("w:sdt"))
    inner = etree.tostring(control, encoding="unicode").replace(f' xmlns:w="{W}"', "")
    assert re.sub(r' xmlns:\w+="[^"]*"', "", inner) == (
        '<w:sdt><w:sdtPr><w:alias w:val="用地面积〔f:land_area〕"/><w:tag w:val="f:land_area"/>'
        '<w:lock w:val="sdtContentLocked"/><w:text/></w:sdtPr>'
        "<w:sdtContent><w:r><w:t>40000</w:t></w:r></w:sdtContent></w:sdt>"
    )
    assert [f.locked for f in figures(final)] == [True]
    assert [f.locked for f in figures(rendered(template, {"f": {"area": AREA}}, draft=True))] == [False]


def test_a_figure_tells_its_place() -> None:
    data = rendered(docx(table(("面积", "{{ a }}"), ("比", "—")), p("见{{ r }}")), {"a": AREA, "r": RATIO})
    assert [(f.alias, f.place.part, f.place.text) for f in figures(data)] == [
        ("用地面积", "正文", "面积 | 40000"),
        ("容积率", "正文", "见1.24"),
    ]


def test_runs_keep_their_look_on_both_sides_of_a_figure() -> None:
    look = '<w:b/><w:color w:val="FF0000"/>'
    data = rendered(docx(styled("前{{ a }}后", look)), {"a": AREA})
    runs = [
        (
            "".join(t.text or "" for t in run.iter(qn("w:t"))),
            run.find(f"{qn('w:rPr')}/{qn('w:b')}") is not None,
        )
        for run in document(data).iter(qn("w:r"))
    ]
    assert runs == [("前", True), ("40000", True), ("后", True)]
    assert found(data) == [("f:land_area", "40000")]


def test_figures_inside_a_sentence_of_the_context_are_controls_of_their_own() -> None:
    data = rendered(docx(p("{{ s }}")), {"s": compose("面积{}\n容积率{}", AREA, RATIO)})
    assert texts(data) == ["面积40000\n容积率1.24"]
    assert found(data) == [("f:land_area", "40000"), ("i:floor_area_ratio", "1.24")]


def test_merged_cells_keep_the_first_control_and_unmerge_to_the_same_rows() -> None:
    body = [
        {"w": figure("5", f"sub:{n}/weight", "权重"), "s": figure(str(n), f"s:{n}", "得分")} for n in "12"
    ]
    grid = table(("权重", "得分"), ("{%tr for r in rows %}", ""), ("{{ r.w }}", "{{ r.s }}"), ("{%tr endfor %}", ""),
                 note="合并列=1", header=1)  # fmt: skip
    data = rendered(docx(grid, p("")), {"rows": body})
    (made,) = document(data).iter(qn("w:tbl"))
    assert rows(data) == [["权重", "得分"], ["5", "1"], ["", "2"]]
    assert unmerge(made) == [("权重", "得分"), ("5", "1"), ("5", "2")]
    assert found(data) == [("sub:1/weight", "5"), ("s:1", "1"), ("s:2", "2")]


def test_conditions_filters_and_sets_see_plain_text() -> None:
    source = (
        "{% if a == '40000' %}等{% endif %}{% if a in ['40000'] %}在{% endif %}{% if a != '—' %}有{% endif %}"
        "{{ a | replace('0', '') }}{{ a | length }}{% set b = a %}{{ b }}{{ a ~ '元' }}{{ [a, a] | join('、') }}"
        "{{ a + '！' }}{{ a | default('—') }}"
    )
    data = rendered(docx(p(source)), {"a": AREA})
    assert texts(data) == ["等在有4540000" + "40000元40000、4000040000！40000"]
    assert found(data) == [("f:land_area", "40000")] * 6


def test_replace_keeps_figures_whose_own_text_it_leaves_alone() -> None:
    text = joined(("每产品单位 ", AREA, " kgce/产品单位"))
    data = rendered(docx(p("{{ a | replace('产品单位', 't') }}")), {"a": text})
    assert texts(data) == ["每t 40000 kgce/t"]
    assert found(data) == [("f:land_area", "40000")]


def test_where_no_control_can_stand_the_text_stays_plain() -> None:
    field = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> QUOTE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{{ a }}</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    link = '<w:p><w:hyperlink w:anchor="x"><w:r><w:t>{{ a }}</w:t></w:r></w:hyperlink></w:p>'
    marker = p("{{ a }}", style="lvSomething").replace("lvSomething", "lvChart")
    noted = table(("x",)).replace("<w:tblPr>", '<w:tblPr><w:tblCaption w:val="{{ a }}"/>')
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{{ a }}</dc:title></cp:coreProperties>'
    )
    kind = "application/vnd.openxmlformats-package.core-properties+xml"
    template = docx(
        field, link, marker, noted, p(""), parts={"docProps/core.xml": core},
        overrides=f'<Override PartName="/docProps/core.xml" ContentType="{kind}"/>',
    )  # fmt: skip
    package = rendered_package(template, {"a": AREA})
    root = package.xml("word/document.xml")
    assert [paragraph_text(node) for node in root.iter(qn("w:p"))][:3] == ["40000"] * 3
    assert [node.get(qn("w:val")) for node in root.iter(qn("w:tblCaption"))] == ["40000"]
    assert "".join(map(str, package.xml("docProps/core.xml").itertext())) == "40000"
    assert list(root.iter(qn("w:sdt"))) == []


def rendered_package(template: bytes, context: dict[str, Any]) -> Package:
    """Without the gate, which does not know the marker styles of these bare documents."""
    from pipeline.report.template import Template

    package, faults = Template.from_bytes(template).render(context)
    assert faults == ()
    assert package is not None
    return package


@pytest.mark.parametrize("template", [p("{{ note }}{{ a }}"), p(HOSTILE, "{{ a }}")])
def test_nobody_else_can_make_a_figure(template: str) -> None:
    data = rendered(docx(template), {"a": AREA, "note": HOSTILE})
    assert found(data) == [("f:land_area", "40000")]
    with zipfile.ZipFile(BytesIO(data)) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert not any(fence.encode() in everything for fence in (OPEN, SEPARATOR, CLOSE))


def test_hostile_text_inside_a_figure_or_its_label_stays_text() -> None:
    data = rendered(docx(p("{{ a }}")), {"a": figure(HOSTILE, "f:x", f'<{HOSTILE}"&')})
    ((tag, text),) = found(data)
    assert tag == "f:x"
    assert text == re.sub(f"[{OPEN}{SEPARATOR}{CLOSE}]", "", HOSTILE)


def test_the_gate_stops_a_document_with_a_private_character_left() -> None:
    package = read_package(docx(p(f"x{OPEN}")))
    assert "leftover_mark" in {problem.code for problem in inspect(package)}


def test_a_template_made_of_a_report_makes_no_claims_of_its_own() -> None:
    report = rendered(docx(p("{{ a }}"), p("{{ d }}")), {"a": AREA, "d": DATE})
    package = read_package(report)
    name = package.document_name
    package.parts[name] = package.parts[name].replace(b"<w:sectPr", f"{p('{{ r }}')}<w:sectPr".encode(), 1)
    again = rendered(write_package(package), {"r": RATIO})
    assert texts(again) == ["40000", "2009年6月18日", "1.24"]
    assert found(again) == [("i:floor_area_ratio", "1.24")]
    assert len([n for n in read_package(again).parts if re.match(r"customXml/item\d+\.xml", n)]) == 2


@needs_office
def test_every_kind_of_control_survives_two_savings_by_libreoffice() -> None:
    template = docx(
        p("面积{{ a }} m²，{{ d }}，{{ s }}。{{ a }}{{ r }}"),
        styled("粗{{ r }}体{{ d }}{{ s }}", "<w:b/>"),
        table(("{{ a }}", "{{ d }}{{ d }}")),
        p("完"),
    )
    change = figure("较上年增长 3.2%", "chg:land_area", "用地面积较上年变化")
    data = rendered(template, {"a": AREA, "r": RATIO, "d": DATE, "s": change})
    once = convert(data, "docx", "docx")
    assert once is not None
    twice = convert(once, "docx", "docx")
    assert twice is not None
    assert len(found(data)) == 11
    assert found(once) == found(data)
    assert found(twice) == found(data)
    assert texts(twice) == texts(data)
    assert len(list(document(once).iter(qn("w:b")))) >= 5


# -- a whole report --------------------------------------------------------------------------------------------------
@cache
def sample() -> Evaluation:
    workbook = next((ROOT / "samples").glob("01*/录入表.xlsx"))
    return evaluate(workbook, standard_for(workbook, Options()))


@cache
def report() -> Made:
    return make_report(sample(), Options(page_numbers=False))


def all_texts(data: bytes) -> dict[str, list[str]]:
    package = read_package(data)
    names = [n for n in sorted(package.parts) if n.startswith("word/") and n.endswith(".xml")]
    found = {name: [paragraph_text(node) for node in package.xml(name).iter(qn("w:p"))] for name in names}
    return found | {"core": [str(text) for text in package.xml("docProps/core.xml").itertext()]}


def test_a_report_reads_the_same_with_and_without_provenance() -> None:
    evaluation = sample()
    kind = report_of(evaluation.standard, None)
    template = (ROOT / "report_templates" / kind.template).read_bytes()
    context = report_context(evaluation, kind, draft=False)
    made = [
        render_report(
            template, context, page_numbers=False, charts=chart_specs(evaluation),
            equations=equations_of(evaluation), pictures=evaluation.evidence.pictures,
        ).docx
        for context in (context, json.loads(json.dumps(context)))
    ]  # fmt: skip
    assert made[0] is not None
    assert made[1] is not None
    assert figures(made[1]) == ()
    assert all_texts(made[0]) == all_texts(made[1])
    assert len(made[0]) < 1.6 * len(made[1])


def test_the_same_evaluation_gives_the_same_bytes() -> None:
    workbook = next((ROOT / "samples").glob("01*/录入表.xlsx"))
    again = evaluate(workbook, standard_for(workbook, Options()))
    assert make_report(again, Options(page_numbers=False)).docx == report().docx


SCORE_COLUMNS = {
    *("指标值", "准入值", "推荐值", "优秀值", "达到等级", "自评结果"),
    *(f"{kind}{what}" for kind in ("", "暂拟") for what in ("分值", "权重", "得分")),
}


def test_every_number_of_the_indicator_and_score_tables_has_a_control() -> None:
    tables = captioned_tables(document(report().docx))
    wanted = [
        name for name in tables if re.search("绩效指标与限值对照表|自评价表（|得分汇总表|得分合计表", name)
    ]
    assert len(wanted) == 5
    bare: list[str] = []
    controls = 0
    for name in wanted:
        lines = list(tables[name].iter(qn("w:tr")))
        heads = [re.sub("（.*", "", cell_text(cell).replace("\n", "")) for cell in lines[0].iter(qn("w:tc"))]
        for line in lines[1:]:
            for head, cell in zip(heads, line.iter(qn("w:tc")), strict=True):
                if head in SCORE_COLUMNS or "得分" in head:
                    controls += len(list(cell.iter(qn("w:sdt"))))
                    bare += [
                        f"{name} {head} {text}" for text in outside(cell) if re.search(r"\d|符合|达到", text)
                    ]
    assert bare == []
    assert controls > 500


def captioned_tables(root: Element) -> dict[str, Element]:
    """Tables by the text of the caption above them."""
    found: dict[str, Element] = {}
    caption = ""
    for node in root.iter(qn("w:p"), qn("w:tbl")):
        if node.tag == qn("w:tbl"):
            found.setdefault(caption, node)
        elif style_of(node) == "Caption":
            caption = paragraph_text(node).partition("　")[2]
    return found


def outside(cell: Element) -> list[str]:
    """The texts of a cell that stand in no control."""
    return [n.text or "" for n in cell.iter(qn("w:t")) if next(n.iterancestors(qn("w:sdt")), None) is None]


def test_every_figure_is_in_the_trace_with_what_it_was_made_of() -> None:
    trace = trace_of(report().docx)
    shown = figures(report().docx)
    assert {f.tag for f in shown} <= set(trace.entries)
    assert {o.tag for e in trace.entries.values() for o in e.operands} <= set(trace.entries)
    assert all(f.text in trace.entries[f.tag].printed for f in shown)
    assert all(f.alias and trace.entries[f.tag].label for f in shown)


def test_a_figure_can_be_followed_to_its_cells_and_clause() -> None:
    entries = trace_of(report().docx).entries
    ratio = entries["i:floor_area_ratio"]
    assert (ratio.value, ratio.rounded, ratio.level, ratio.clause) == ("1.24", "1.24", "excellent", "A.1")
    assert ratio.substituted == "(70800 + 3600) ÷ 60000"
    assert ratio.operands == (
        TraceOperand("f:building_floor_area", "70800"),
        TraceOperand("f:structure_floor_area", "3600"),
        TraceOperand("f:land_area", "60000"),
    )
    assert (entries["f:land_area"].value, entries["f:land_area"].cell) == ("60000", "用地与建筑!D4")
    coal = entries["t:energy_use[3].standard_coal"]
    assert [o.tag for o in coal.operands] == ["t:energy_use[3].amount", "k:coal/GB/T 2589-2020/热力"]
    assert entries["k:coal/GB/T 2589-2020/热力"].value == "0.03412"
    limit = entries["lim:floor_area_ratio/entry"]
    assert (limit.value, limit.printed, limit.clause) == ("0.6", ("0.60",), "5.7.5 表1 第1行")
    assert [o.tag for o in entries["s:K01"].operands] == ["v:K01", "s:K01/points"]
    assert [o.tag for o in entries["v:K01"].operands] == ["i:floor_area_ratio", "l:floor_area_ratio"]


def test_sums_of_scores_add_up_in_the_trace() -> None:
    entries = trace_of(report().docx).entries
    for total in ("tot:printed", "tot:provisional"):
        parts = [Decimal(entries[o.tag].value) for o in entries[total].operands]
        assert sum(parts) == Decimal(entries[total].value)


def test_blanks_and_signs_are_no_figures() -> None:
    signs = re.compile("—|/|未填|不适用|待定|未检出")
    assert [f for f in figures(report().docx) if signs.fullmatch(f.text) or f.text.startswith("【")] == []


def test_the_trace_is_a_part_of_its_own_namespace() -> None:
    package = read_package(report().docx)
    (part,) = (
        n for n in package.parts if n.startswith("customXml/") and NAMESPACE.encode() in package.parts[n]
    )
    assert package.xml(part).tag == f"{{{NAMESPACE}}}lvbao-trace"


def test_every_kind_of_tag_is_documented() -> None:
    page = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    kinds = {tag.partition(":")[0] for tag in trace_of(report().docx).entries}
    assert {kind for kind in kinds if f"`{kind}:" not in page} == set()


@needs_office
def test_all_figures_of_a_report_survive_libreoffice() -> None:
    saved = convert(report().docx, "docx", "docx")
    assert saved is not None
    assert [(f.tag, f.text, f.alias) for f in figures(saved)] == [
        (f.tag, f.text, f.alias) for f in figures(report().docx)
    ]
    assert trace_of(saved) == trace_of(report().docx)


def test_a_draft_with_gaps_has_controls_for_what_is_there() -> None:
    workbook = next((ROOT / "samples").glob("04*/录入表.xlsx"))
    evaluation = evaluate(workbook, standard_for(workbook, Options()))
    made = make_report(evaluation, Options(page_numbers=False, draft=True))
    shown = figures(made.docx)
    assert {f.locked for f in shown} == {False}
    assert [f.text for f in shown if "【" in f.text] == []
    assert {f.tag for f in shown} <= set(trace_of(made.docx).entries)
