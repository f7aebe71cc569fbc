"""Where a figure comes from and what depends on a cell, told from the report alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.deliver import Made
from pipeline.findings import LvbaoError
from pipeline.report.layout import libreoffice
from pipeline.review.document import Document
from pipeline.review.reverse import cell_name, dependents
from pipeline.review.trace import Explanation, Tracer
from pipeline.review.trace_page import trace_page
from tests.excel import Excel


@pytest.fixture(scope="session")
def tracer(report: Document) -> Tracer:
    return Tracer(report)


@pytest.fixture
def path(made: Made, tmp_path: Path) -> Path:
    target = tmp_path / "自评价报告.docx"
    target.write_bytes(made.docx)
    return target


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["trace", *map(str, arguments)])
    return result.exit_code, result.output


def leaves(each: Explanation) -> set[tuple[str, str]]:
    if not each.operands:
        return {(each.value, each.entry.cell)}
    return set().union(*(leaves(o) for o in each.operands))


def test_a_print_leads_to_formula_numbers_cells_and_clause(tracer: Tracer) -> None:
    # sample 1: (70800 + 3600) / 60000 = 1.24
    found = {e.tag: e for e in tracer.by_text("1.24").explanations}
    ratio = found["i:floor_area_ratio"]
    assert ratio.entry.substituted == "(70800 + 3600) ÷ 60000"
    assert ratio.entry.clause == "A.1"
    assert leaves(ratio) == {
        ("70800", "用地与建筑!D5"),
        ("3600", "用地与建筑!D6"),
        ("60000", "用地与建筑!D4"),
    }


def test_figures_with_the_same_print_are_all_listed_with_every_place(tracer: Tracer) -> None:
    found = tracer.by_text("17.53").explanations
    assert [(e.tag, len(e.places)) for e in found] == [
        ("i:unit_energy_consumption", 7),
        ("i:unit_energy_consumption_blending", 5),
    ]


def test_a_number_inside_a_figure_and_in_other_writing_is_found(tracer: Tracer) -> None:
    assert [e.tag for e in tracer.by_text("7.1%").explanations] == ["chg:gross_output_value"]
    assert "f:land_area" in [e.tag for e in tracer.by_text("６0,000").explanations]


def test_a_number_that_no_data_stand_behind_is_shown_as_such(tracer: Tracer, report: Document) -> None:
    found = tracer.by_text("17.53")
    texts = [report.line(p.place).text[p.start : p.end] for p in found.plain]
    assert texts
    assert set(texts) == {"17.53"}


def test_an_unknown_number_or_name_offers_the_nearest(tracer: Tracer) -> None:
    with pytest.raises(LvbaoError, match=r"没有“17\.54”这个数。最接近的是"):
        tracer.by_text("17.54")
    with pytest.raises(LvbaoError, match="是否为“容积率”"):
        tracer.by_name("容积率率")


def test_an_indicator_is_found_by_id_label_and_tag(tracer: Tracer) -> None:
    assert [
        tracer.by_name(n).explanations[0].tag for n in ("floor_area_ratio", "容积率", "i:floor_area_ratio")
    ] == ["i:floor_area_ratio"] * 3


@pytest.mark.parametrize("text", ["用地与建筑!D4", "'用地与建筑'!$D$4", "用地与建筑！d4"])
def test_a_cell_may_be_written_as_people_write_it(text: str) -> None:
    assert cell_name(text) == "用地与建筑!D4"


def test_a_cell_leads_to_everything_that_rests_on_it(tracer: Tracer) -> None:
    found = dependents(tracer, "用地与建筑!D4")
    assert [e.tag for e in found.sources] == ["f:land_area"]
    assert {"i:floor_area_ratio", "i:building_density"} <= {e.tag for e in found.computed}
    assert {"K01", "K02"} <= {e.tag.partition(":")[2] for e in found.rows}
    assert [e.label for e in found.charts] == ["绩效指标与限值的对比", "各一级指标得分率"]
    assert any(text.startswith("工厂用地面积为60000 m²") for _figure, text in found.sentences)


def test_what_rests_on_a_cell_is_what_changes_with_it(tracer: Tracer, sample: Excel, tmp_path: Path) -> None:
    """The proof of the list: change the cell, evaluate again, compare all entries of both traces."""
    from pipeline.deliver import Options, make_report, standard_for
    from pipeline.evaluate import evaluate
    from pipeline.report import trace_of

    book = tmp_path / "录入表.xlsx"
    copy = sample.copy()
    copy.put("用地与建筑", "D4", 61000)
    copy.save(book)
    other = make_report(
        evaluate(book, standard_for(book, Options())), Options(page_numbers=False, draft=True)
    )
    now, before = trace_of(other.docx).entries, tracer.entries
    changed = {
        t for t in before if t in now and (before[t].value, before[t].level) != (now[t].value, now[t].level)
    }
    found = dependents(tracer, "用地与建筑!D4")
    told = {e.tag for e in (*found.sources, *found.computed, *found.levels, *found.rows, *found.totals)}
    assert {t for t in changed if "/" not in t} <= told
    assert {"f:land_area", "i:floor_area_ratio", "i:building_density"} <= changed


def test_a_cell_without_a_figure_says_so_and_with_the_workbook_finds_its_text(
    path: Path, workbook: Path
) -> None:
    code, text = run(path, "--reverse", "基本信息!D4")
    assert code == 2
    assert "只有数值、日期、判定受跟踪" in text
    code, text = run(path, "--reverse", "基本信息!D4", "--workbook", workbook)
    assert (code, "这段文字在报告中" in text) == (0, True)


def test_the_workbook_is_recognised_by_its_hash_and_another_one_is_laid_beside(
    path: Path, workbook: Path, sample: Excel, tmp_path: Path
) -> None:
    assert "就是生成报告的那一份" in run(path, "1.24", "--workbook", workbook)[1]
    other = tmp_path / "另一份.xlsx"
    copy = sample.copy()
    copy.put("用地与建筑", "D4", 61000)
    copy.save(other)
    text = run(path, "1.24", "--workbook", other)[1]
    assert "与生成报告的那一份不同" in text
    assert "用地与建筑!D4（≠ 现值 61000）" in text
    assert "用地与建筑!D5（现值 70800）" in text


def test_json_holds_the_whole_way_down(path: Path) -> None:
    code, text = run(path, "1.24", "--json")
    record = json.loads(text)
    assert (code, record["schema"]) == (0, "lvbao-trace/1")
    (ratio,) = [f for f in record["figures"] if f["tag"] == "i:floor_area_ratio"]
    assert [o["cell"] for o in ratio["operands"]] == ["用地与建筑!D5", "用地与建筑!D6", "用地与建筑!D4"]


def test_a_document_without_provenance_is_named_as_such(tmp_path: Path) -> None:
    from tests.report.word_fixtures import docx, p

    bare = tmp_path / "别的.docx"
    bare.write_bytes(docx(p("甲")))
    assert run(bare, "1") == (2, f"错误：别的.docx {_no_trace()}\n")


def _no_trace() -> str:
    from pipeline.review.trace import NO_TRACE

    return NO_TRACE


@pytest.mark.skipif(libreoffice() is None, reason="LibreOffice (soffice) is not installed")
def test_the_figures_of_a_page_are_listed(path: Path) -> None:
    code, text = run(path, "--page", "2", "--json")
    record = json.loads(text)
    assert code == 0
    assert 0 < len(record["figures"]) < 300
    code, text = run(path, "--page", "999")
    assert code == 2
    assert "没有数值" in text


def test_the_page_has_every_figure_and_keeps_client_text_as_text(tracer: Tracer, report: Document) -> None:
    text = trace_page(tracer)
    shown = [f for f in report.figures() if report.block(f.place).part == "正文"]
    assert text.count('<button class="f"') == len(shown)
    assert re.findall(r"(?:src|href)=", text) == []
    assert "</script>" not in text[text.index("const T=") : text.rindex("</script>")]
