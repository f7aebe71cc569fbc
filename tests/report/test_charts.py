"""Charts: the figures of the evaluation, once in the chart and once in its workbook, as native Word parts."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import load_workbook

from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.findings import PackError
from pipeline.quantity import from_float
from pipeline.report import render_report
from pipeline.report.chart_data import chart_specs
from pipeline.report.chart_style import PAPER
from pipeline.report.chart_table import with_rest
from pipeline.report.chart_xml import chart_space
from pipeline.report.charts import NOT_DRAWN, Chart, Series, label_text
from pipeline.report.context import report_context
from pipeline.report.layout import convert, libreoffice
from pipeline.report.ooxml import Element, paragraph_text, qn, style_of
from pipeline.report.package import Package, read_package, write_package
from pipeline.standard import Standard, load_standard
from pipeline.standard.chart_types import (
    ChartDefinition,
    FieldSeries,
    FieldsSource,
    IndicatorsSource,
    ScorecardSource,
    TableSource,
    YearlySource,
)
from tests.conftest import ROOT, TESTS
from tests.report.chart_fixtures import KINDS, every_kind, plain_chart
from tests.report.word_fixtures import built, document, docx, p, texts

Evaluate = Callable[[Mapping[str, Any]], Evaluation]
D = Decimal
STYLES = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
HOSTILE = ("=1+1", "<&>\"'", "😀 @SUM(A1)", "{{ f.secret }}", "<r>x</r>", "_x0041_", "-2+3")

FACTS: dict[str, Any] = {
    "enterprise_name": "图表（虚构）玩具有限公司",
    "evaluation_year": 2024,
    "evaluation_date": "2025-03-01",
    "process_type": "冷法",
    "coal_edition": "GB/T 2589-2020",
    "has_boiler": False,
    "land_area": 10000,
    "building_floor_area": 9000,
    "structure_floor_area": 0,
    "gross_output_value": {2024: 4000, 2023: 3600},
    "qualified_output": {2024: 20000, 2023: 19000, 2022: 18000},
    "nmhc_measured": 50,
    "energy_use": [
        {"energy": "天然气", "year": 2024, "amount": 6, "unit": "万m³"},
        {"energy": "电力", "year": 2024, "amount": 210, "unit": "万kWh"},
        {"energy": "电力", "year": 2023, "amount": 204, "unit": "万kWh"},
        {"energy": "天然气", "year": 2023, "amount": 6.1, "unit": "万m³"},
    ],
}
ENERGY = ChartDefinition(
    "energy",
    "column",
    "能源",
    stacked=True,
    table=TableSource("energy_use", "year", "standard_coal", "energy"),
)


def chart_of(evaluation: Evaluation, definition: ChartDefinition) -> Chart | None:
    """The chart that a pack with this one definition would give."""
    identity = replace(evaluation.standard.identity, charts=(definition,))
    return chart_specs(replace(evaluation, standard=replace(evaluation.standard, identity=identity)))[
        definition.id
    ]


def rendered(charts: Mapping[str, Chart | None], *blocks: str) -> Package:
    """A document whose chart paragraphs were replaced, with the gate passed."""
    body = blocks or tuple(p(id_, style="lvChart") for id_ in charts)
    style = '<w:style w:type="paragraph" w:styleId="lvChart"><w:name w:val="lvChart"/></w:style>'
    data = docx(
        *body,
        parts={"word/styles.xml": f'<w:styles xmlns:w="{STYLES}">{style}</w:styles>'},
        relations='<Relationship Id="rId1" Target="styles.xml" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/styles"/>',
        overrides='<Override PartName="/word/styles.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>',
    )
    result = render_report(data, {}, page_numbers=False, charts=charts)
    assert result.problems == ()
    assert result.docx is not None
    return read_package(result.docx)


def chart_parts(package: Package) -> list[str]:
    return sorted(n for n in package.parts if n.startswith("word/charts/") and n.endswith(".xml"))


def cached(root: Element) -> tuple[list[str], list[tuple[str, list[Decimal | None]]]]:
    """Categories and series as the chart part holds them."""
    categories: list[str] = []
    series = []
    for ser in root.iter(qn("c:ser")):
        name = "".join(v.text or "" for v in ser.find(qn("c:tx")).iter(qn("c:v")))  # type: ignore[union-attr]
        categories = [v.text or "" for v in ser.find(qn("c:cat")).iter(qn("c:v"))]  # type: ignore[union-attr]
        cache = next(ser.iter(qn("c:numCache")))
        values: list[Decimal | None] = [None] * int(cache.find(qn("c:ptCount")).get("val"))  # type: ignore
        for point in cache.iter(qn("c:pt")):
            values[int(str(point.get("idx")))] = D(str(point.findtext(qn("c:v"))))
        series.append((name, values))
    return categories, series


def in_workbook(package: Package, part: str) -> tuple[list[str], list[tuple[str, list[Decimal | None]]]]:
    """The same as the embedded workbook holds it."""
    (rel,) = package.relationships(part)
    assert rel.kind == "package"
    sheet = load_workbook(io.BytesIO(package.parts[rel.target]))["Sheet1"]
    rows = list(sheet.iter_rows())
    assert all(cell.data_type != "f" for row in rows for cell in row)
    categories = [str(row[0].value) for row in rows[1:]]
    series = []
    for at in range(1, len(rows[0])):
        values = [None if row[at].value is None else from_float(float(row[at].value)) for row in rows[1:]]
        series.append((str(rows[0][at].value), values))
    return categories, series


# -- the parts ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
def test_the_figures_of_chart_and_workbook_are_the_same(kind: str) -> None:
    chart = plain_chart(kind)
    package = rendered({"c": chart})

    (part,) = chart_parts(package)
    shown = cached(package.xml(part))
    assert shown == (list(chart.categories), [(s.name, list(s.values)) for s in chart.series])
    assert in_workbook(package, part) == shown


def test_two_runs_give_the_same_bytes() -> None:
    charts = {kind: plain_chart(kind, id=kind) for kind in KINDS}
    assert rendered(charts).parts == rendered(charts).parts


def test_hostile_names_are_text_in_chart_and_workbook() -> None:
    series = tuple(Series(name, (D(1), D(2), D(3))) for name in HOSTILE)
    chart = plain_chart(categories=HOSTILE[:3], series=series)
    package = rendered({"c": chart})

    (part,) = chart_parts(package)
    expected = (list(HOSTILE[:3]), [(name, [D(1), D(2), D(3)]) for name in HOSTILE])
    assert cached(package.xml(part)) == expected
    assert in_workbook(package, part) == expected


def test_a_gap_is_no_point_and_an_empty_cell() -> None:
    gappy = plain_chart("line", series=(Series("电力", (D("1.5"), None, D(0)), 2),))
    package = rendered({"c": gappy})

    (part,) = chart_parts(package)
    root = package.xml(part)
    assert cached(root)[1] == [("电力", [D("1.5"), None, D(0)])] == in_workbook(package, part)[1]
    assert [str(n.get("val")) for n in root.iter(qn("c:dispBlanksAs"))] == ["gap"]


def test_a_missing_chart_leaves_a_remark_and_no_part() -> None:
    package = rendered({"c": None})

    assert chart_parts(package) == []
    assert not [name for name in package.parts if "embeddings" in name]
    assert [paragraph_text(n) for n in package.xml("word/document.xml").iter(qn("w:p"))] == [NOT_DRAWN]


def test_alternative_texts_and_ids() -> None:
    package = rendered({"a": plain_chart(id="a"), "b": plain_chart("line", id="b")})

    drawings = list(package.xml("word/document.xml").iter(qn("wp:docPr")))
    assert [d.get("id") for d in drawings] == ["1", "2"]
    assert drawings[0].get("descr") == "柱形图：三年对比，单位：tce。2022年 1.50。2023年 2.00。2024年 9.95。"
    assert all(len(str(d.get("descr"))) <= 2000 for d in drawings)


@pytest.mark.parametrize("kind", KINDS)
def test_the_strict_points_of_the_schema(kind: str) -> None:
    package = rendered({"c": plain_chart(kind)})

    root = package.xml(chart_parts(package)[0])
    ids = [int(str(n.get("val"))) for n in root.iter(qn("c:axId"))]
    assert all(0 < id_ < 2**31 for id_ in ids)
    assert len(set(ids)) == (0 if kind == "pie" else 2)
    assert [n.get("val") for n in root.iter(qn("c:smooth"))] == (["0"] if kind == "line" else [])
    fonts = {str(n.get("typeface")) for n in root.iter(qn("a:ea"))}
    assert fonts == {"宋体"}


def test_a_chart_may_stand_twice() -> None:
    package = rendered({"c": plain_chart()}, p("c", style="lvChart"), p("c", style="lvChart"))

    assert len(chart_parts(package)) == 2
    assert len({name for name in package.parts if name.startswith("word/embeddings/")}) == 2


def test_an_unknown_chart_is_not_delivered() -> None:
    result = render_report(docx(p("nothing", style="lvChart")), {}, page_numbers=False, charts={})

    assert result.docx is None
    assert ("unknown_chart", "没有名为“nothing”的图") in [(x.code, x.message) for x in result.problems]


def test_client_text_never_becomes_a_chart() -> None:
    package = rendered({"c": plain_chart()}, p("c"), p("{{ '' }}c"))

    assert chart_parts(package) == []


def test_a_name_fits_its_axis() -> None:
    assert label_text(" 一\n二\x07 ") == "一 二"
    assert len(label_text("长" * 100)) == 40


# -- the source of a template ---------------------------------------------------------------------------------
SOURCE = '# 甲\n\n{%p if charts.c %}\n见@[c]。\n{%p endif %}\n\n::: chart id="c" caption="三年 <对比>" empty="没有数据。"\n\n# 乙\n\n末尾\n'


def test_the_caption_stands_below_and_references_find_it(tmp_path: Path) -> None:
    result = render_report(
        built(SOURCE, tmp_path), {"charts": {"c": True}}, page_numbers=False, charts={"c": plain_chart()}
    )
    assert (result.faults, result.problems) == ((), ())
    assert result.docx is not None
    body = [(style_of(n), paragraph_text(n)) for n in document(result.docx).iter(qn("w:p"))]
    assert body[1:4] == [
        ("BodyText", "见图 1-1。"),
        ("lvChart", ""),
        ("FigureCaption", "图 1-1　三年 <对比>"),
    ]


def test_without_data_the_text_says_so(tmp_path: Path) -> None:
    result = render_report(
        built(SOURCE, tmp_path), {"charts": {"c": False}}, page_numbers=False, charts={"c": None}
    )
    assert (result.faults, result.problems) == ((), ())
    assert result.docx is not None
    assert texts(result.docx) == ["甲", "没有数据。", "乙", "末尾"]
    assert chart_parts(read_package(result.docx)) == []


def test_a_chart_that_the_pack_does_not_have_is_a_fault_of_the_template(tmp_path: Path) -> None:
    result = render_report(built(SOURCE, tmp_path), {"charts": {"d": True}}, page_numbers=False)

    assert result.docx is None
    assert {fault.code for fault in result.faults} == {"unknown_name"}


# -- the data -------------------------------------------------------------------------------------------------
def test_energy_by_kind_are_the_sums_of_the_computed_column(evaluate_toy: Evaluate) -> None:
    evaluation = evaluate_toy(FACTS)
    chart = chart_of(evaluation, ENERGY)

    assert chart is not None
    assert chart.categories == ("2022年", "2023年", "2024年")
    assert [(s.name, s.values) for s in chart.series] == [
        ("电力", (None, D("250.72"), D("258.09"))),
        ("天然气", (None, D("81.13"), D("79.80"))),
    ]
    assert chart.axis_title == "折标准煤量（tce）"
    total = evaluation.indicators["comprehensive_energy"].number
    assert sum(s.values[2] or D(0) for s in chart.series) == total


def test_a_stack_without_one_of_its_parts_is_a_gap(evaluate_toy: Evaluate) -> None:
    rows = [dict(row) for row in FACTS["energy_use"]]
    rows[3]["amount"] = None
    chart = chart_of(evaluate_toy({**FACTS, "energy_use": rows}), ENERGY)

    assert chart is not None
    assert [s.values[1] for s in chart.series] == [None, None]
    side_by_side = chart_of(evaluate_toy({**FACTS, "energy_use": rows}), replace(ENERGY, stacked=False))
    assert side_by_side is not None
    assert [s.values[1] for s in side_by_side.series] == [D("250.72"), None]


def test_without_rows_there_is_no_chart(evaluate_toy: Evaluate) -> None:
    evaluation = evaluate_toy({**FACTS, "energy_use": None})

    assert chart_of(evaluation, ENERGY) is None
    assert chart_of(evaluation, replace(ENERGY, kind="pie")) is None


def test_a_pie_is_of_the_evaluation_year(evaluate_toy: Evaluate) -> None:
    definition = ChartDefinition(
        "share", "pie", "能源构成", table=TableSource("energy_use", "energy", "standard_coal")
    )
    chart = chart_of(evaluate_toy(FACTS), definition)

    assert chart is not None
    assert chart.categories == ("电力", "天然气")
    assert [s.values for s in chart.series] == [(D("258.09"), D("79.80"))]


def test_more_kinds_than_colours_are_summed_as_the_rest() -> None:
    sums: dict[tuple[str, str], Decimal | None] = {("甲", str(n)): D(n) for n in range(1, 12)}

    merged, names = with_rest(sums, [str(n) for n in range(11, 0, -1)])

    assert names == ["11", "10", "9", "8", "7", "6", "5", "其余合计"]
    assert merged[("甲", "其余合计")] == D(10)


def test_years_are_those_of_the_report_and_a_missing_one_is_a_gap(evaluate_toy: Evaluate) -> None:
    definition = ChartDefinition("y", "line", "产值", yearly=YearlySource(("gross_output_value",)))
    chart = chart_of(evaluate_toy(FACTS), definition)

    assert chart is not None
    assert (chart.categories, chart.series[0].values) == (
        ("2022年", "2023年", "2024年"),
        (None, D(3600), D(4000)),
    )
    assert chart.axis_title == "总产值（万元）"


def test_a_line_through_one_point_is_no_line(evaluate_toy: Evaluate) -> None:
    definition = ChartDefinition("y", "line", "产值", yearly=YearlySource(("gross_output_value",)))
    assert chart_of(evaluate_toy({**FACTS, "gross_output_value": 4000}), definition) is None


def test_indicators_are_per_cent_of_their_limits_in_the_direction_of_better(evaluate_toy: Evaluate) -> None:
    evaluation = evaluate_toy(FACTS)
    chart = chart_of(evaluation, ChartDefinition("i", "bar", "对比", indicators=IndicatorsSource()))

    assert chart is not None
    assert [s.name for s in chart.series] == ["与准入值相比", "与推荐值相比", "与优秀值相比"]
    table = dict(zip(chart.categories, zip(*(s.values for s in chart.series), strict=True), strict=True))
    assert table["容积率"] == (D("150.0"), D("125.0"), D("75.0"))  # 0.90 ÷ 0.60, 0.72, 1.20
    assert table["非甲烷总烃排放浓度"] == (D("200.0"), D("160.0"), D("120.0"))  # 100, 80, 60 ÷ 50
    reached = [s.name for s, value in zip(chart.series, table["容积率"], strict=True) if value >= 100]
    assert evaluation.indicators["floor_area_ratio"].level == "recommended"
    assert reached == ["与准入值相比", "与推荐值相比"]


def test_what_cannot_be_divided_is_a_gap_and_what_falls_short_never_reads_100(evaluate_toy: Evaluate) -> None:
    source = IndicatorsSource(("nmhc", "floor_area_ratio"), ("entry",))
    definition = ChartDefinition("i", "bar", "对比", indicators=source)
    chart = chart_of(evaluate_toy({**FACTS, "nmhc_measured": 0, "building_floor_area": 5999}), definition)

    assert chart is not None
    assert chart.series[0].values == (None, D("99.9"))  # 0.5999 ÷ 0.60 = 99.98 %


def test_the_score_share_is_points_over_weight(evaluate_toy: Evaluate) -> None:
    evaluation = evaluate_toy(FACTS)
    chart = chart_of(evaluation, ChartDefinition("s", "bar", "得分率", scorecard=ScorecardSource()))
    expected = []
    for category in evaluation.scorecard.categories:
        counted = [s for s in category.subcategories if s.subcategory.weight and s.applicable]
        if counted:
            undecided = any(s.points is None for s in counted)
            weight = sum(s.subcategory.weight or D(0) for s in counted)
            earned = sum(s.weighted or D(0) for s in counted)
            expected.append(None if undecided else (earned / weight * 100).quantize(D("0.1")))

    assert (chart and chart.series[0].values) == (tuple(expected) if any(expected) else None)


def test_before_and_after_stand_side_by_side(evaluate_toy: Evaluate) -> None:
    series = (FieldSeries(("land_area",), "审核前"), FieldSeries(("building_floor_area",), "审核后"))
    definition = ChartDefinition("f", "column", "前后", fields=FieldsSource(series, ("面积",)))
    chart = chart_of(evaluate_toy(FACTS), definition)

    assert chart is not None
    assert [(s.name, s.values) for s in chart.series] == [("审核前", (D(10000),)), ("审核后", (D(9000),))]


def test_the_shipped_pack_draws_its_sample(adhesive: Standard) -> None:
    workbook = next((ROOT / "samples").glob("01*/*.xlsx"))
    evaluation = evaluate(workbook, adhesive)
    charts = chart_specs(evaluation)
    context = report_context(evaluation, adhesive.identity.reports[0], draft=False)

    assert context["charts"] == dict.fromkeys(charts, True)
    energy, attained = charts["energy_by_kind"], charts["indicator_attainment"]
    assert energy is not None
    assert attained is not None
    for back, at in ((0, 2), (1, 1), (2, 0)):
        source = evaluation.indicators if back == 0 else evaluation.earlier[back]
        drawn = sum(s.values[at] or D(0) for s in energy.series)
        assert abs(drawn - (source["comprehensive_energy"].number or D(0))) <= D("0.02")
    assert len(attained.categories) == 11
    levels = list(adhesive.indicators.levels)
    for name, values in zip(
        attained.categories, zip(*(s.values for s in attained.series), strict=True), strict=True
    ):
        (indicator,) = (i for i in adhesive.indicators.indicators if i.label == name)
        level = evaluation.indicators[indicator.id].level
        reached = [
            key for key, value in zip(levels, values, strict=True) if value is not None and value >= 100
        ]
        assert (reached[-1] if reached else "below") == level


# -- the pack -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("chart", "says"),
    [
        ({"kind": "pie", "yearly": {"items": ["qualified_output"]}}, "不能画成 pie"),
        ({"kind": "bar"}, "应恰好写一个"),
        ({"kind": "column", "yearly": {"items": ["land_area"]}}, "“land_area”只有评价年度的数据"),
        ({"kind": "column", "yearly": {"items": ["qualified_outptu"]}}, "是否为“qualified_output”"),
        (
            {"kind": "line", "yearly": {"items": ["qualified_output", "gross_output_value"]}},
            "单位不同（t、万元）",
        ),
        (
            {"kind": "column", "table": {"table": "energy", "category": "year", "value": "x"}},
            "没有名为“energy”的表",
        ),
        (
            {
                "kind": "column",
                "table": {"table": "energy_use", "category": "amount", "value": "standard_coal"},
            },
            "不能用来分类",
        ),
        (
            {"kind": "column", "table": {"table": "energy_use", "category": "year", "value": "energy"}},
            "不是有固定单位的数值",
        ),
        ({"kind": "bar", "indicators": {"ids": ["comprehensive_energy"]}}, "不是有限值的指标"),
        ({"kind": "bar", "indicators": {"levels": ["best"]}}, "水平“best”没有"),
        ({"kind": "bar", "stacked": True, "indicators": {}}, "stacked 只用于"),
        ({"kind": "column", "fields": {"series": []}}, "没有写要画的填报项或指标"),
        ({"kind": "colunm", "scorecard": {}}, "“kind”应为 column"),
    ],
)
def test_a_faulty_chart_is_a_fault_of_the_pack(chart: dict[str, Any], says: str, tmp_path: Path) -> None:
    folder, factors = tmp_path / "toy_standard", tmp_path / "_factors"
    shutil.copytree(TESTS / "toy_standard", folder)
    shutil.copytree(TESTS / "toy_factors", factors)
    file = folder / "standard.yaml"
    listed = yaml.safe_dump({"charts": [{"id": "c", "title": "图", **chart}]}, allow_unicode=True)
    file.write_text(file.read_text("utf-8") + listed, "utf-8")

    with pytest.raises(PackError) as caught:
        load_standard(folder, factors)
    assert any(says in problem for problem in caught.value.problems), caught.value.problems


# -- the printed page -----------------------------------------------------------------------------------------
@pytest.mark.skipif(libreoffice() is None, reason="LibreOffice (soffice) is not installed")
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils (pdftotext) is not installed")
def test_libreoffice_prints_every_kind(tmp_path: Path) -> None:
    pdf = convert(write_package(rendered(every_kind())), "pdf:writer_pdf_Export", "pdf")
    assert pdf is not None
    (tmp_path / "charts.pdf").write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", str(tmp_path / "charts.pdf"), "-"], capture_output=True, text=True, check=True
    )
    printed = re.sub(r"\s", "", done.stdout)
    assert all(f"系列{kind}" in printed for kind in KINDS if kind != "pie")
    assert printed.count("2022年") == len(KINDS)


def test_a_kind_of_which_nothing_counts_has_no_place_in_the_legend(evaluate_toy: Evaluate) -> None:
    rows = [dict(row) for row in FACTS["energy_use"]]
    for row in rows:
        if row["energy"] == "天然气":
            row["amount"] = 0
    for stacked in (True, False):
        chart = chart_of(evaluate_toy({**FACTS, "energy_use": rows}), replace(ENERGY, stacked=stacked))

        assert chart is not None
        # 204 and 210 万kWh × 0.1229 kgce/kWh
        assert [(s.name, s.values) for s in chart.series] == [("电力", (None, D("250.72"), D("258.09")))]


CLOSE = Chart("c", "line", "PUE", ("1月", "2月"), (Series("PUE", (Decimal("1.205"), Decimal("1.3")), 3),))


def test_ticks_between_close_figures_have_as_many_places_as_each_other() -> None:
    far = replace(CLOSE, series=(Series("kWh", (D(4700000), D("4500000.5")), 1),))

    def axis_format(chart: Chart) -> str | None:
        (axis,) = chart_space(chart, "rId1").iter(qn("c:valAx"))
        return axis.find(qn("c:numFmt")).get("formatCode")  # type: ignore[union-attr]

    assert axis_format(CLOSE) == "0.00"
    assert axis_format(far) == "General"


def test_figures_at_a_line_stand_on_paper_so_that_the_line_does_not_cross_them() -> None:
    (labels,) = chart_space(CLOSE, "rId1").iter(qn("c:dLbls"))

    assert next(e.get("val") for e in labels.iter(qn("a:srgbClr"))) == PAPER
