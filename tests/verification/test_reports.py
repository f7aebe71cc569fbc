"""From the commands to the page: what was verified must stand where a reader looks for it."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

from pipeline.cli import main
from pipeline.deliver import Options, make_report
from pipeline.report import Template
from pipeline.standard import Standard
from pipeline.verification.context import with_verification
from pipeline.verification.contract import report_shape
from pipeline.verification.verify import Verification, verify
from tests.conftest import ROOT
from tests.verification.test_rules import samples

SAMPLES = {n: next((ROOT / "samples").glob(f"{n:02}-*")) for n in (6, 7, 8)}
REPORT = "第三方评价报告.docx"
RECEIPT = "第三方评价报告.凭据.json"


def cli(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def verified(standard: Standard, folder: Path) -> Verification:
    return verify(folder / "录入表.xlsx", folder / "核查表.xlsx", standard)


def report(verification: Verification, form: str | None = None) -> tuple[list[str], list[list[str]]]:
    """(paragraphs, table rows) of the finished report."""
    options = Options(page_numbers=False, form=form)
    document = Document(io.BytesIO(make_report(verification.evaluation, options, verification).docx))
    rows = [[whole(cell._tc) for cell in row.cells] for table in document.tables for row in table.rows]
    return [whole(p._p) for p in document.paragraphs], rows


def whole(element: Any) -> str:
    """The text with that of content controls, in which figures stand; paragraphs as lines."""
    paragraphs = [element] if element.tag == qn("w:p") else element.findall(qn("w:p"))
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in paragraphs)


def row_of(rows: list[list[str]], *start: str) -> list[str]:
    found = [r for r in rows if tuple(r[: len(start)]) == start]
    assert found, start
    return found[0]


@pytest.fixture(scope="module")
def deviating(adhesive: Standard) -> tuple[list[str], list[list[str]]]:
    return report(verified(adhesive, SAMPLES[7]))


def test_declared_and_verified_values_stand_side_by_side(
    deviating: tuple[list[str], list[list[str]]],
) -> None:
    _, rows = deviating

    assert row_of(rows, "废水回用量", "m³") == [
        "废水回用量",
        "m³",
        "6800",
        "5600",
        "-1200",
        "-17.65%（超限）",
        "仪表",
    ]
    assert row_of(rows, "节能灯数量", "个")[2:6] == ["1820", "1790", "-30", "-1.65%"]


def test_the_indicator_is_computed_from_the_verified_value(
    deviating: tuple[list[str], list[list[str]]],
) -> None:
    paragraphs, rows = deviating

    assert "废水回用率为 77.8%，达到推荐值（≥70%）。" in paragraphs
    assert "废水回用率按申报值达到优秀值，按核查值达到推荐值。" in paragraphs
    compared = next(r for r in rows if r[1:2] == ["废水回用率"] and "81.0" in r)
    assert compared[3:] == ["81.0", "77.8", "-3.2", "达到推荐值"]


def test_the_score_table_has_both_columns_the_difference_and_the_reason(
    deviating: tuple[list[str], list[list[str]]],
) -> None:
    _, rows = deviating

    metering = next(r for r in rows if r[0] == "B36" and len(r) == 12)
    assert metering[7:10] == ["20", "15", "-5"]
    assert metering[10].startswith("部分符合：58 台计量器具之外的 1 块电能表（D-17）检定过期")
    assert metering[11] == "E22；V04；V10"
    assert next(r for r in rows if r[0] == "K11" and len(r) == 12)[7:10] == ["100", "80", "-20"]


def test_what_the_enterprise_only_declared_is_marked_where_it_is_printed(
    deviating: tuple[list[str], list[list[str]]],
) -> None:
    paragraphs, _ = deviating
    whole = "\n".join(paragraphs)

    # the intake of water enters no indicator and no score, so nobody verified it
    assert "2024年取水量为21600 m³（申报值）" in whole
    assert "工厂用地面积为60000 m²，建筑物建筑面积为70800 m²。" in whole
    assert any(p.startswith("能源使用情况（企业申报）：") for p in paragraphs)


@pytest.mark.parametrize("form", ["2016", "2024"])
def test_no_narrative_and_no_declared_figure_of_the_evaluation_goes_unmarked(
    adhesive: Standard, form: str
) -> None:
    source = ROOT / "report_templates" / adhesive.id / f"third_party_evaluation_{form}.md"
    chapter = source.read_text(encoding="utf-8").partition("\n# 评价内容\n")[2].partition("\n# 评价结论\n")[0]
    lines = [line for line in chapter.splitlines() if "{{ f." in line]

    assert lines
    for line in lines:
        for name in re.findall(r"\{\{ f\.(\w+) \}\}", line):
            if adhesive.intake.fields[name].type == "long_text" or "企业申报）：" in line:
                assert "企业申报）：" in line, line
            else:
                assert f"{{{{ origin.{name} }}}}" in line, line
    for name in re.findall(r"\{\{ q\.(\w+)\.value \}\}", chapter):
        assert f"{{{{ origin.{name} }}}}" in chapter, name
    for name in re.findall(r"\{\{ change\.(\w+) \}\}", chapter):
        assert f"{{{{ change.{name} }}}}{{{{ change_origin.{name} }}}}" in chapter, name


def with_open_values(place: Path, *keys: str) -> Path:
    """The folder of sample 6 with these verified values left blank."""
    folder = place / "客户"
    shutil.copytree(SAMPLES[6], folder)
    book = load_workbook(folder / "核查表.xlsx")
    sheet = book["核查数值"]
    rows = {sheet.cell(r, 2).value: r for r in range(1, 100)}
    for key in keys:
        sheet.cell(rows[key], 8).value = None
    book.save(folder / "核查表.xlsx")
    return folder


def test_a_value_left_open_marks_itself_what_is_computed_from_it_and_the_change_against_it(
    adhesive: Standard, tmp_path: Path
) -> None:
    folder = with_open_values(
        tmp_path, "lamps_total", "energy_use[电力 2023 复配混合型].amount", "qualified_output@1"
    )

    context = make_context(verified(adhesive, folder))

    assert context["origin"]["lamps_total"] == "（申报值，待核）"
    assert context["origin"]["energy_saving_lamp_share"] == "（含待核数值）"
    assert context["origin"]["qualified_output"] == ""
    assert context["change_origin"]["qualified_output"] == "（上年数值未经核查）"
    assert context["change_origin"]["gross_output_value"] == ""


def test_many_cells_of_one_table_on_one_document_are_named_by_their_number(
    deviating: tuple[list[str], list[list[str]]],
) -> None:
    _, rows = deviating
    supported = next(r[3] for r in rows if len(r) == 5 and r[0] == "E31" and "各类能源消耗" in r[3])
    assert re.search(r"各类能源消耗（\d+ 处）", supported)
    assert "天然气" not in supported


def test_every_piece_of_evidence_found_on_site_says_which_record_cites_it(
    deviating: tuple[list[str], list[list[str]]],
) -> None:
    _, rows = deviating
    index = {
        r[0]: r
        for r in rows
        if len(r) == 5 and re.fullmatch(r"V\d\d", r[0]) and not re.match(r"\d{4}-", r[4])
    }

    assert sorted(index) == [f"V{n:02}" for n in range(1, 12)]
    assert "否决条件核查" in index["V08"][4]
    assert "不符合项和整改" in index["V11"][4]


def test_problems_name_the_row_in_words_and_give_both_values_their_unit(
    deviating: tuple[list[str], list[list[str]]],
) -> None:
    paragraphs, rows = deviating

    # 222 − 210 = 12; 12 ÷ 210 = 5.714 %
    what = "电力（2024年，复配混合型）的消耗量申报为 210 万kWh，核查为 222 万kWh，偏差 +5.71%"
    assert what in [r[2] for r in rows if len(r) == 4]
    assert any(p.startswith("电力（2024年，复配混合型）的消耗量与申报值不同，原因：") for p in paragraphs)
    above = next(r for r in rows if len(r) == 8 and r[0].startswith("电力（2024年"))
    assert above[2:7] == ["万kWh", "210", "222", "+12", "+5.71%"]
    assert not [p for p in paragraphs if "。（" in p and "）。" in p.partition("。（")[2]]


def test_the_standard_itself_and_the_governing_notice_stand_among_the_references(
    deviating: tuple[list[str], list[list[str]]],
) -> None:
    _, rows = deviating

    assert row_of(rows, "T/CPCIF XXXX-2022")[1] == "胶粘剂行业绿色工厂评价要求（2022 年征求意见稿）"
    assert row_of(rows, "工信部节〔2024〕13号")
    assert row_of(rows, "版本和状态")[1] == "2022 年征求意见稿"


def test_a_reference_to_the_table_of_declared_values_points_to_that_table(
    deviating: tuple[list[str], list[list[str]]],
) -> None:
    paragraphs, _ = deviating
    # two score tables come before it under 附表; its heading has no number of its own
    assert any(p.startswith("附表 3") and "申报数值核查表" in p for p in paragraphs)
    assert any("见“评价内容”一章和附表 3。" in p for p in paragraphs)


def test_totals_problems_nonconformities_and_conclusion_stand_in_the_report(
    deviating: tuple[list[str], list[list[str]]],
) -> None:
    paragraphs, rows = deviating

    assert row_of(rows, "标准附录B已刊部分") == [
        "标准附录B已刊部分",
        "16",
        "15.95",
        "15.85",
        "-0.10",
        "15.85",
    ]
    assert row_of(rows, "NC-02")[5:] == ["是", "2025-05-08", "V11", "林环保"]
    problems = [r[2] for r in rows if len(r) == 4 and r[1] == "自评结论不当"]
    assert problems == [
        "B36（5.2.5.2）自评“符合”20 分，核查“部分符合”15 分",
        "D18（5.6.4.3）自评“符合”20 分，核查“部分符合”12 分",
    ]
    assert any(
        "核查发现5 项申报数值与证据不符（4 项超过重要性限值或属于实质性差异），2 项自评结论不当。" in p
        for p in paragraphs
    )
    assert any(
        p.startswith("评价结论：示例蓝禾水性胶粘材料有限公司符合T/CPCIF XXXX-2022") for p in paragraphs
    )


@pytest.mark.parametrize(
    ("form", "chapters"),
    [
        ("2024", ["概述", "评价过程和方法", "评价内容", "评价结论", "建议", "参考文件", "第三方机构资质符合性证明材料",
                  "附表 绿色工厂评价指标评价表", "附表 申报数值核查表", "附录A 计算过程", "附表 现场评价证明材料清单"]),
        ("2016", ["概述", "评价过程和方法", "评价内容", "评价结论", "建议", "参考文件", "第三方机构资质符合性证明材料",
                  "附表 绿色工厂一般要求符合性评价表", "附表 绿色工厂评价指标评价表", "附表 申报数值核查表",
                  "附录A 计算过程", "附表 现场评价证明材料清单"]),
    ],
)  # fmt: skip
def test_both_official_forms_have_their_chapters_in_order(
    adhesive: Standard, form: str, chapters: list[str]
) -> None:
    verification = verified(adhesive, SAMPLES[6])
    made = make_report(verification.evaluation, Options(page_numbers=False, form=form), verification)

    document = Document(io.BytesIO(made.docx))

    first = ("Heading 1", "标题 1 无编号")
    headings = [p.text for p in document.paragraphs if p.style is not None and p.style.name in first]
    assert headings[: len(chapters)] == chapters
    assert not made.draft


def test_a_clean_verification_confirms_every_point_in_the_2024_result_table(adhesive: Standard) -> None:
    paragraphs, rows = report(verified(adhesive, SAMPLES[6]))

    assert row_of(rows, "基本要求")[1] == "☑符合　□不符合"
    assert row_of(rows, "全表（暂拟）")[1:] == ["100", "99.95", "99.95", "0.00", "99.95"]
    assert not [p for p in paragraphs if "待核" in p and not p.startswith("注：")]
    assert any("否决条件共 6 项，经查询，受评价方均不涉及。" in p for p in paragraphs)


def test_no_word_of_self_assessment_is_left_in_the_sentences_of_the_third_party(adhesive: Standard) -> None:
    context = make_context(verified(adhesive, SAMPLES[6]))

    for text in (context["basic"]["sentence"], context["conclusion"], context["veto"]["sentence"]):
        assert "自评价" not in text


def make_context(verification: Verification) -> Mapping[str, Any]:
    from pipeline.report.context import report_context

    third = next(r for r in verification.declared.standard.identity.reports if r.verification)
    return with_verification(report_context(verification.evaluation, third, draft=False), verification)


def test_the_shipped_templates_name_only_what_the_context_has(adhesive: Standard) -> None:
    third = next(r for r in adhesive.identity.reports if r.verification)

    for path in third.forms.values():
        template = Template.from_path(ROOT / "report_templates" / path)
        assert template.check(report_shape(adhesive, third.id)) == ()


def test_the_self_evaluation_knows_nothing_of_a_verification(adhesive: Standard) -> None:
    assert "comparison" not in report_shape(adhesive).names
    assert "comparison" in report_shape(adhesive, "third_party_evaluation").names


# -- one value followed to the page -------------------------------------------------------------------------
def test_one_verified_value_changed_in_excel_arrives_on_the_page(adhesive: Standard, tmp_path: Path) -> None:
    folder = tmp_path / "客户"
    shutil.copytree(SAMPLES[6], folder)
    book = load_workbook(folder / "核查表.xlsx")
    sheet = book["核查数值"]
    row = next(r for r in range(1, 100) if sheet.cell(r, 2).value == "building_floor_area")
    sheet.cell(row, 8).value = 42000
    sheet.cell(row, 11).value = "三号厂房尚未竣工，不计入。"
    book.save(folder / "核查表.xlsx")

    paragraphs, rows = report(verified(adhesive, folder))

    # (42000 + 3600) ÷ 60000 = 0.76: recommended (≥ 0.72) instead of excellent, 80 % of 35 points
    assert row_of(rows, "建筑物建筑面积", "m²")[2:6] == ["70800", "42000", "-28800", "-40.68%（超限）"]
    assert "容积率为 0.76，达到推荐值（≥0.72）。" in paragraphs
    assert "建筑物建筑面积与申报值不同，原因：三号厂房尚未竣工，不计入。证据：E14。" in paragraphs
    assert next(r for r in rows if r[0] == "K01" and len(r) == 12)[7:10] == ["35", "28", "-7"]


def test_a_blank_verified_value_is_pending_on_the_page_and_out_of_the_confirmed_total(
    adhesive: Standard, tmp_path: Path
) -> None:
    folder = with_open_values(tmp_path, "tvoc_concentration_measured")

    _, rows = report(verified(adhesive, folder))

    assert row_of(rows, "TVOC 实测浓度", "mg/m³")[2:5] == ["12.8", "待核", "—"]
    assert next(r for r in rows if r[0] == "K07" and len(r) == 12)[8] == "30（待核）"
    assert row_of(rows, "全表（暂拟）")[3:] == [
        "99.95",
        "0.00",
        "98.15",
    ]  # the group weighs 6, the row 30 of its 100


def test_a_contradicted_conclusion_gives_a_draft_that_says_so(adhesive: Standard) -> None:
    desk_data = samples().changed(
        samples().verification(SAMPLES[6]), {"veto_conditions": {"6": {"result": "存在"}}}
    )
    verification = refilled(adhesive, SAMPLES[6], desk_data)

    paragraphs, _ = report(verification)

    assert any("本草稿的评价结论与核查结果矛盾" in p for p in paragraphs)
    assert any("其中被列为失信被执行人，构成一票否决。" in p for p in paragraphs)


def refilled(standard: Standard, folder: Path, data: Mapping[str, Any]) -> Verification:
    import tempfile

    from pipeline.evaluate import evaluate
    from pipeline.verification.sheet import write_sheet

    with tempfile.TemporaryDirectory() as place:
        sheet = Path(place) / "核查表.xlsx"
        sheet.write_bytes(write_sheet(evaluate(folder / "录入表.xlsx", standard), data).content)
        return verify(folder / "录入表.xlsx", sheet, standard)


def test_the_same_workbooks_give_the_same_bytes(adhesive: Standard) -> None:
    made = [
        make_report(v.evaluation, Options(page_numbers=False), v).docx
        for v in (verified(adhesive, SAMPLES[7]),) * 2
    ]
    again = verified(adhesive, SAMPLES[7])

    assert made[0] == made[1] == make_report(again.evaluation, Options(page_numbers=False), again).docx


# -- commands -----------------------------------------------------------------------------------------------
Copy = Callable[..., Path]


@pytest.fixture
def clients(tmp_path: Path) -> Copy:
    def copy(*numbers: int) -> Path:
        place = tmp_path / "clients"
        for number in numbers:
            shutil.copytree(SAMPLES[number], place / SAMPLES[number].name)
        return place

    return copy


def test_the_sheet_is_written_and_never_overwritten_by_accident(clients: Copy) -> None:
    folder = clients(6) / SAMPLES[6].name
    before = (folder / "核查表.xlsx").read_bytes()

    refused = cli("verify-sheet", folder / "录入表.xlsx")
    written = cli(
        "verify-sheet",
        folder / "录入表.xlsx",
        "-o",
        folder / "新.xlsx",
        "--data",
        folder / "verification.yaml",
    )

    assert refused.exit_code == 2
    assert "为免覆盖填好的核查结果没有写入" in refused.output
    assert written.exit_code == 0
    assert (folder / "新.xlsx").read_bytes() == before


def test_run_with_a_sheet_gives_the_third_party_report_and_its_json(clients: Copy, tmp_path: Path) -> None:
    folder = clients(7) / SAMPLES[7].name

    result = cli("run", folder / "录入表.xlsx", "--verification", folder / "核查表.xlsx", "--report",
                 "third_party_evaluation", "-o", tmp_path / "out", "--no-page-numbers")  # fmt: skip

    assert result.exit_code == 0, result.output
    target = tmp_path / "out" / SAMPLES[7].name
    assert sorted(p.name for p in target.iterdir()) == ["evaluation-verified.json", REPORT, RECEIPT]
    record = json.loads((target / "evaluation-verified.json").read_text(encoding="utf-8"))
    assert record["schema"] == "lvbao-evaluation/1"
    assert record["indicators"]["wastewater_reuse_rate"]["value"] == "77.8"
    compared = next(v for v in record["verification"]["values"] if v["key"] == "wastewater_reused")
    assert (compared["declared"], compared["verified"], compared["deviation"]) == ("6800", "5600", "-1200")
    assert record["verification"]["conclusion"] == "符合"


def test_a_stale_sheet_gives_no_report_and_no_draft(clients: Copy, tmp_path: Path) -> None:
    folder = clients(8) / SAMPLES[8].name

    result = cli(
        "run",
        folder / "录入表.xlsx",
        "--verification",
        folder / "核查表.xlsx",
        "--draft",
        "-o",
        tmp_path / "out",
    )

    assert result.exit_code == 1
    assert "核查表.xlsx：2 处错误" in result.output
    assert "“用地面积”由“60000”改为“62000”" in result.output
    assert "核查表已过期" in result.output
    assert not (tmp_path / "out").exists()


def test_batch_pairs_the_sheet_beside_the_workbook(clients: Copy, tmp_path: Path) -> None:
    result = cli("batch", clients(6, 8), "-o", tmp_path / "out", "--no-page-numbers", "--jobs", "1")

    assert result.exit_code == 0, result.output
    clean, stale = (tmp_path / "out" / SAMPLES[n].name for n in (6, 8))
    assert (clean / REPORT).is_file()
    assert (clean / "自评价报告.docx").is_file()
    assert sorted(p.name for p in stale.iterdir()) == [
        "evaluation.json",
        "自评价报告.docx",
        "自评价报告.凭据.json",
    ]
    assert "共 2 家：正式报告 3，草稿 0，失败 0，核查表过期未出 1。" in result.output


def test_batch_makes_only_the_reports_asked_for(clients: Copy, tmp_path: Path) -> None:
    result = cli(
        "batch",
        clients(6),
        "-o",
        tmp_path / "out",
        "--reports",
        "third_party_evaluation",
        "--no-page-numbers",
        "--jobs",
        "1",
    )

    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in (tmp_path / "out" / SAMPLES[6].name).iterdir()) == [
        "evaluation-verified.json",
        REPORT,
        RECEIPT,
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--report", "third_party_evaluation"), "要有核查表"),
        (("--report", "self_evaluation", "--verification", "{sheet}"), "不用核查表"),
        (("--verification", "{sheet}", "--form", "2020"), "没有“2020”这种格式。--form 可写：2016、2024。"),
        (("--form", "2016",), "只有一种格式"),
        (("--verification", "{workbook}"), "不是核查表"),
    ],
)  # fmt: skip
def test_a_wrong_pairing_is_refused_in_words(
    clients: Copy, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    folder = clients(6) / SAMPLES[6].name
    names = {"{sheet}": folder / "核查表.xlsx", "{workbook}": folder / "录入表.xlsx"}

    result = cli("run", folder / "录入表.xlsx", "-o", tmp_path / "out", *(names.get(a, a) for a in arguments))

    assert result.exit_code == 2
    assert message in result.output


def test_a_verification_sheet_in_the_place_of_the_workbook_is_explained(
    clients: Copy, tmp_path: Path
) -> None:
    folder = clients(6) / SAMPLES[6].name

    result = cli("run", folder / "核查表.xlsx", "-o", tmp_path / "out")

    assert result.exit_code == 2
    assert "核查表.xlsx 是核查表。请写企业的录入表" in result.output


def test_a_report_kind_with_two_templates_must_name_its_default_form(adhesive: Standard) -> None:
    from pipeline.standard.check import check_pack

    third = next(r for r in adhesive.identity.reports if r.verification)
    identity = replace(adhesive.identity, reports=(replace(third, default_form="2020"),))

    (fault,) = check_pack(replace(adhesive, identity=identity), adhesive.id)
    assert fault.endswith("：报告“third_party_evaluation”的 default_form 应是 forms 之一：2016、2024")
