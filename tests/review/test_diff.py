"""Comparisons by meaning: inputs, indicators with contributions, levels, scores, sentences, each with its cause."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.deliver import Made, Options, make_report, standard_for
from pipeline.evaluate import evaluate
from pipeline.export import evaluation_record, to_json
from pipeline.report.layout import convert, libreoffice
from pipeline.review.compare import compare
from pipeline.review.contribute import Contributor
from pipeline.review.diff_page import difference_page
from pipeline.review.difference import Change, Difference
from pipeline.review.read import read_document
from pipeline.review.side import Side, of_evaluation, of_report, read_side
from tests.conftest import copy_attachments
from tests.excel import Excel


@pytest.fixture(scope="session")
def changed(sample: Excel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sample 1 with 66000 m² of land, 72000 m² of floor area, and 75000 m³ of natural gas."""
    folder = tmp_path_factory.mktemp("changed")
    copy_attachments(folder)
    book = sample.copy()
    book.put("用地与建筑", "D4", 66000)
    book.put("用地与建筑", "D5", 72000)
    book.put("能源", "D16", 7.5)
    return book.save(folder / "录入表.xlsx")


@pytest.fixture(scope="session")
def new_side(changed: Path) -> Side:
    return of_evaluation(evaluate(changed, standard_for(changed, Options())), "新.xlsx")


@pytest.fixture(scope="session")
def new_report(new_side: Side) -> Made:
    assert new_side.evaluation is not None
    return make_report(new_side.evaluation, Options(page_numbers=False, draft=True))


@pytest.fixture(scope="session")
def old_side(evaluation: object) -> Side:
    return of_evaluation(evaluation, "旧.xlsx")  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def between_reports(made: Made, new_report: Made) -> Difference:
    return compare(
        *(of_report(read_document(m.docx, n)) for m, n in ((made, "旧.docx"), (new_report, "新.docx")))
    )


@pytest.fixture(scope="session")
def between_workbooks(old_side: Side, new_side: Side) -> Difference:
    return compare(old_side, new_side)


def by_tag(difference: Difference, tag: str) -> Change:
    (found,) = [c for c in difference.changes if c.tag == tag and c.group != "row"]
    return found


# -- nothing is invented ---------------------------------------------------------------------------------------
def test_a_report_with_itself_gives_nothing(made: Made) -> None:
    side = of_report(read_document(made.docx, "甲.docx"))
    found = compare(side, side)
    assert (found.changes, found.formats, found.renumbered) == ((), (), 0)


def test_a_workbook_and_the_report_made_of_it_do_not_differ(made: Made, old_side: Side) -> None:
    found = compare(of_report(read_document(made.docx, "甲.docx")), old_side)
    assert found.changes == ()


def test_the_json_and_the_workbook_do_not_differ(evaluation: object, old_side: Side, tmp_path: Path) -> None:
    path = tmp_path / "evaluation.json"
    path.write_text(to_json(evaluation_record(evaluation)), encoding="utf-8")  # type: ignore[arg-type]
    assert compare(read_side(path), old_side).changes == ()


@pytest.mark.skipif(libreoffice() is None, reason="LibreOffice (soffice) is not installed")
def test_saving_in_libreoffice_is_no_change_of_content(made: Made) -> None:
    saved = convert(made.docx, "docx", "docx")
    assert saved is not None
    found = compare(of_report(read_document(made.docx, "甲")), of_report(read_document(saved, "乙")))
    assert found.changes == ()
    assert found.resaved == "lvbao 与 LibreOffice"
    assert len(found.formats) > 0


# -- values ------------------------------------------------------------------------------------------------------
def test_exactly_the_changed_inputs_are_told(
    between_reports: Difference, between_workbooks: Difference
) -> None:
    wanted = [
        ("用地与建筑!D4", "60000", "66000"),
        ("用地与建筑!D5", "70800", "72000"),
        ("能源!D16", "6", "7.5"),
    ]
    for found in (between_reports, between_workbooks):
        assert sorted((c.cell, c.old, c.new) for c in found.of("input")) == sorted(wanted)


def test_an_indicator_reads_with_its_difference_and_the_share_of_each_input(
    between_workbooks: Difference,
) -> None:
    # floor area ratio = (floor + structures) / land; structures 3600
    # land first, then floor: 74400/66000 - 74400/60000 = -0.112727…; 75600/66000 - 74400/66000 = +0.0181818…
    # floor first, then land: 75600/60000 - 74400/60000 = +0.02;      75600/66000 - 75600/60000 = -0.1145454…
    ratio = by_tag(between_workbooks, "i:floor_area_ratio")
    assert ratio.delta == "1.24 → 1.15 (−0.09)"
    assert ratio.contributions is not None
    shares = {s.label: s.amount for s in ratio.contributions.shares}
    land, floor = shares["用地面积"], shares["建筑物建筑面积"]
    assert abs(land - (Decimal("-0.1127272727") + Decimal("-0.1145454545")) / 2) < Decimal("1e-9")
    assert abs(floor - (Decimal("0.0181818182") + Decimal("0.02")) / 2) < Decimal("1e-9")
    assert abs(land + floor - (Decimal(75600) / 66000 - Decimal("1.24"))) < Decimal("1e-20")


def test_reports_alone_give_the_same_shares_of_a_plain_formula(
    between_reports: Difference, between_workbooks: Difference
) -> None:
    def shares(found: Difference) -> dict[str, str]:
        change = by_tag(found, "i:floor_area_ratio")
        assert change.contributions is not None
        return {s.label: f"{s.amount:.8f}" for s in change.contributions.shares}

    assert shares(between_reports) == shares(between_workbooks)


def test_levels_and_scores_follow_with_their_cause(between_workbooks: Difference) -> None:
    level = by_tag(between_workbooks, "l:floor_area_ratio")
    assert (level.old, level.new) == ("优秀值", "推荐值")
    score = by_tag(between_workbooks, "s:K01")
    assert (score.old, score.new) == ("35", "28")  # 35 points, 80 % at 推荐值
    assert {(c.kind, c.words[:4]) for c in score.causes} == {("data", "建筑物建"), ("data", "用地面积")}


def test_many_inputs_go_one_at_a_time_with_the_remainder_stated(
    sample: Excel, tmp_path: Path, evaluation: object
) -> None:
    book = sample.copy()
    for row in (15, 16, 17, 18):
        book.put("能源", f"D{row}", 10 * row)
    book.put("产品", "D4", 25000)
    for cell in ("D4", "D5", "D6"):
        book.put("用地与建筑", cell, 50000)
    new = evaluate(book.save(tmp_path / "录入表.xlsx"), evaluation.standard)  # type: ignore[attr-defined]
    contributor = Contributor(evaluation, new)  # type: ignore[arg-type]
    few = contributor.of("floor_area_ratio")
    assert (few.exact, few.remainder) == (True, 0)
    uec = contributor.of("unit_energy_consumption")
    total = new.indicators["unit_energy_consumption"].trace.unrounded - Decimal("17.52712")  # type: ignore[operator]
    assert uec.exact
    assert abs(sum(s.amount for s in uec.shares) - total) < Decimal("1e-15")


# -- texts -------------------------------------------------------------------------------------------------------
def test_sentences_in_which_only_figures_changed_are_apart(between_reports: Difference) -> None:
    follows = [c for c in between_reports.of("text", "row") if c.follows]
    own = [c for c in between_reports.of("text", "row") if not c.follows]
    assert len(follows) > 50
    assert all(c.causes and {x.kind for x in c.causes} == {"data"} for c in follows)
    assert len(own) < 40


def test_a_changed_level_in_a_sentence_is_one_replacement(between_reports: Difference) -> None:
    (sentence,) = [c for c in between_reports.of("text") if c.where.endswith("1. 用地与建筑")]
    words = [(p.old, p.new) for p in sentence.pieces if not p.same]
    assert ("60000", "66000") in words
    assert ("优秀值（≥1.20", "推荐值（≥0.72") in words


def test_a_chart_tells_which_numbers_moved(between_reports: Difference) -> None:
    (chart,) = [c for c in between_reports.of("object") if "近三年各类能源折标准煤量" in c.where]
    assert chart.new == "天然气 2024年 79.8 → 99.75 (+19.95)"  # 7.5 × 13.3
    assert [c.kind for c in chart.causes] == ["data"]


def test_another_template_is_named_as_the_cause(made: Made) -> None:
    side = of_report(read_document(made.docx, "甲"))
    assert side.document is not None
    first = next(b for b in side.document.blocks if b.line.text == "单位简介见基本信息表。")
    blocks = list(side.document.blocks)
    blocks[first.index] = replace(first, line=replace(first.line, text="单位简介另见附件。"))
    document = replace(side.document, blocks=tuple(blocks), texts=())
    found = compare(
        side, replace(side, document=document, receipt={**side.receipt, "template_sha256": "0" * 64})
    )
    (change,) = found.changes
    assert [c.kind for c in change.causes] == ["template"]


def test_another_pack_version_is_named_as_the_cause(old_side: Side) -> None:
    lowered = replace(
        old_side.values["i:floor_area_ratio"], text="1.20", exact="1.2", formula="容积率 = 别的公式"
    )
    values = {**old_side.values, "i:floor_area_ratio": lowered}
    receipt = {**old_side.receipt, "pack_version": "2.0.0", "pack_sha256": "0" * 64}
    found = compare(
        replace(old_side, kind="json"), replace(old_side, kind="json", values=values, receipt=receipt)
    )
    change = by_tag(found, "i:floor_area_ratio")
    assert [c.kind for c in change.causes] == ["rules"]
    assert change.causes[0].words.startswith("公式「容积率 = ")


# -- rows that come, go and move ---------------------------------------------------------------------------------
def test_a_row_put_in_the_middle_is_one_change_and_shifts_nobody(
    sample: Excel, tmp_path: Path, old_side: Side
) -> None:
    book = sample.copy()
    for column, value in zip("BCDEF", ("汽油", 2024, 3, "t", "公用"), strict=True):
        book.put(
            "能源",
            f"{column}{_free_row(book)}" if column == "B" else f"{column}{_free_row(book, column)}",
            value,
        )
    new = of_evaluation(evaluate(book.save(tmp_path / "录入表.xlsx"), old_side.evaluation.standard), "新")  # type: ignore[union-attr]
    found = compare(replace(old_side, kind="json"), replace(new, kind="json"))
    assert {c.act for c in found.of("input")} == {"added"}


def _free_row(book: Excel, column: str = "B") -> int:
    row = 15
    while book.content("能源", f"{column}{row}") is not None:
        row += 1
    return row


# -- the command ---------------------------------------------------------------------------------------------------
@pytest.fixture
def files(made: Made, new_report: Made, tmp_path: Path) -> tuple[Path, Path]:
    paths = tmp_path / "旧.docx", tmp_path / "新.docx"
    for path, report in zip(paths, (made, new_report), strict=True):
        path.write_bytes(report.docx)
    return paths


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["diff", *map(str, arguments)])
    return result.exit_code, result.output


def test_the_exit_code_tells_whether_there_are_differences(files: tuple[Path, Path], tmp_path: Path) -> None:
    old, new = files
    assert run(old, old) == (0, f"{old.name} → {old.name}\n没有差别。\n")
    assert run(old, new)[0] == 1
    assert run(old, tmp_path / "没有.docx")[0] == 2
    (tmp_path / "x.txt").write_text("x")
    assert "不是报告（.docx）、评价结果（.json）或录入表（.xlsx）" in run(old, tmp_path / "x.txt")[1]


def test_a_baseline_makes_exactly_these_changes_expected(files: tuple[Path, Path], tmp_path: Path) -> None:
    saved = tmp_path / "预期.json"
    code, _text = run(*files, "--json", saved)
    assert code == 1
    assert run(*files, "--baseline", saved)[0] == 0
    rules = tmp_path / "预期.yaml"
    rules.write_text("expected:\n  - tag: f:land_area\n    new: '66000'\n  - group: row\n", encoding="utf-8")
    code, text = run(*files, "--baseline", rules)
    assert code == 1
    assert "★ 建筑物建筑面积" in text
    assert "\n  用地面积：60000 → 66000 (+6000) m²" in text
    rules.write_text("expected:\n  - tga: f:land_area\n", encoding="utf-8")
    code, text = run(*files, "--baseline", rules)
    assert (code, "第 1 条有不认识的键“tga”。是否为“tag”？" in text) == (2, True)


def test_json_holds_every_change_with_its_cause(files: tuple[Path, Path]) -> None:
    record = json.loads(run(*files, "--json", "-")[1])
    assert (record["schema"], record["same"]) == ("lvbao-diff/1", False)
    ratio = next(
        c for c in record["changes"] if c.get("tag") == "i:floor_area_ratio" and c["group"] == "indicator"
    )
    assert (ratio["old"], ratio["new"], ratio["change"]) == ("1.24", "1.15", "-0.09")
    assert ratio["contributions"]["method"] == "shapley"
    assert len({c["id"] for c in record["changes"]}) > 100


def test_the_page_stands_by_itself_and_links_to_each_change(between_reports: Difference) -> None:
    text = difference_page(between_reports)
    assert text.count('<article class="c') == len(between_reports.changes)
    assert "://" not in text
    assert f'id="c-{by_tag(between_reports, "i:floor_area_ratio").id}"' in text


def test_client_text_on_the_page_stays_text(between_reports: Difference) -> None:
    hostile = Change("text", "changed", "<script>alert(1)</script>", "<b>", "</script>", "<i>")
    text = difference_page(replace(between_reports, changes=(hostile,)))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
