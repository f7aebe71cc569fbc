"""The audit report in its outlines and editions, and the acceptance report, from the samples of the cleaner-production pack."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from pipeline.deliver import Made, Options, make_report
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.findings import LvbaoError
from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.report import figures, trace_of
from pipeline.report.ooxml import Element, cell_text, nearest, paragraph_text, qn, style_of
from pipeline.report.outline import Outline
from pipeline.report.package import read_package
from pipeline.resources import find_standard
from pipeline.standard import load_standard
from tests.programs import audit_findings, needs_audit, needs_office, needs_sdk, sdk_findings

PACK = "cleaner-production-audit"
SAMPLES = Path(__file__).parents[1] / "samples"
OUTLINES = ("provincial", "handbook", "hj469")
FORMS = tuple(f"{outline}-{stage}" for outline in OUTLINES for stage in ("evaluation", "acceptance"))

# The chapters and sections of the three outlines, as the sources print them (domain file, §1.2 to §1.4).
PROVINCIAL = """前言 / 0.1 企业基本情况介绍 / 0.2 清洁生产的意义和必要性
筹划与组织 / 公司领导重视 / 成立审核小组 / 制定工作计划 / 开展宣传教育和培训 / 克服障碍
预评估 / 企业概况 / 现状调查与分析 / 产排污状况分析 / 企业环境管理现状分析 / 清洁生产水平分析 / 确定审核重点 / 设定清洁生产目标 / 无/低费方案产生
评估 / 审核重点的基本情况 / 物料平衡（包括污染因子平衡） / 废弃物产生原因分析 / 提出与实施无/低费方案
方案产生和筛选 / 方案的产生 / 方案的分类汇总 / 方案初步筛选 / 汇总筛选结果 / 核定并汇总无/低费方案实施效果
可行性分析 / 市场调研和分析 / 技术评估 / 环境评估 / 经济评估 / 确定推荐的可实施方案"""
PROVINCIAL_AFTER = """方案实施 / 方案实施计划 / 清洁生产目标完成情况 / 汇总已实施方案的成果 / 清洁生产标准水平对照
持续清洁生产计划 / 建立和完善清洁生产组织 / 建立和完善清洁生产管理制度 / 持续清洁生产计划"""
HANDBOOK = """编制依据
前言
审核准备 / 领导支持和参与 / 组建审核小组 / 制定审核工作计划 / 开展培训教育 / 开展清洁生产障碍及解决办法
预审核 / 现状调研 / 清洁生产水平及潜力分析 / 确定审核重点 / 清洁生产目标设置 / 提出和实施无/低费方案
审核 / 审核重点概况 / 审核重点的工艺流程与操作单元 / 输入输出物流的测定 / 物料平衡 / 审核重点的评价分析 / 继续提出和实施清洁生产方案
实施方案的产生和筛选 / 方案的产生和汇总 / 方案筛选
实施方案的确定 / 可行性备选方案简述 / 技术评估 / 环境评估 / 经济评估 / 分析结论"""
HANDBOOK_AFTER = """方案实施 / 方案实施计划和进度 / 汇总已实施的清洁生产方案的成果 / 分析总结已实施方案对公司的影响 / 拟实施方案效果预测分析 / 全部方案实施后评估 / 清洁生产审核成效
持续清洁生产 / 建立和完善清洁生产组织机构 / 建立和完善清洁生产管理制度 / 持续推进清洁生产
结论 / 企业清洁生产水平 / 清洁生产审核目标完成情况 / 清洁生产方案成果总结 / 改进意见及建议"""
HJ469 = """前言 / 编制依据
审核准备 / 审核小组 / 审核工作计划 / 宣传和教育
预审核 / 企业概况 / 产污和排污现状分析 / 确定审核重点 / 清洁生产目标
审核 / 审核重点概况 / 输入输出物流的测定 / 物料平衡 / 废物产生原因分析
方案的产生和筛选 / 方案汇总 / 方案筛选 / 方案研制 / 无/低费方案的实施效果分析
方案的确定 / 市场调查和分析 / 技术评估 / 环境评估 / 经济评估 / 确定推荐方案"""
HJ469_AFTER = """方案实施 / 实施情况简述 / 已实施无/低费方案成果汇总 / 已实施中/高费方案成果验证 / 已实施方案对企业的影响分析
持续清洁生产 / 组织 / 管理制度 / 持续清洁生产计划"""
WANTED = {
    "provincial-evaluation": PROVINCIAL,
    "provincial-acceptance": f"{PROVINCIAL}\n{PROVINCIAL_AFTER}",
    "handbook-evaluation": HANDBOOK,
    "handbook-acceptance": f"{HANDBOOK}\n{HANDBOOK_AFTER}",
    "hj469-evaluation": HJ469,
    "hj469-acceptance": f"{HJ469}\n{HJ469_AFTER}",
}
CLOSING = ["结论", "附录A 证明材料", "附录B 数据来源和计算说明"]
FIVE_PARTS = [
    "企业基本情况",
    "评估技术审查意见的落实情况",
    "中/高费方案完成情况及环境、经济效益汇总",
    "清洁生产目标实现情况及所达到的清洁生产水平",
    "持续开展清洁生产工作机制建设及运行情况",
]


def sample(part: str) -> Path:
    """The workbook of the sample whose folder name holds these words."""
    (found,) = SAMPLES.glob(f"*{part}*/录入表.xlsx")
    return found


WHOLE = "provincial-acceptance"
ASSESSED, ACCEPTED, FAULTY = "审核-评估稿", "审核-验收稿", "审核-平衡"


@cache
def evaluated(part: str) -> Evaluation:
    return evaluate(sample(part), load_standard(find_standard(PACK)))


@cache
def made(part: str, report: str = "audit_report", form: str | None = None) -> Made:
    return make_report(evaluated(part), Options(report=report, form=form, draft=True, page_numbers=False))


@cache
def blank(stage: str) -> Evaluation:
    """A workbook in which nothing but the stage is filled in."""
    import tempfile

    standard = load_standard(find_standard(PACK))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "录入表.xlsx"
        path.write_bytes(
            write_workbook(standard, read_data({"stage": stage, "outline": "地方格式"}, standard))
        )
        return evaluate(path, standard)


def body(docx: bytes) -> Element:
    package = read_package(docx)
    return package.xml(package.document_name)


def headings(docx: bytes) -> list[tuple[int, str, str]]:
    """Level, number and text of every heading."""
    package = read_package(docx)
    found = Outline(package).headings(package.xml(package.document_name))
    return [(h.level, h.number.strip(), h.text) for h in found]


def empty_headings(docx: bytes) -> list[str]:
    """Headings with nothing below them before the next heading of their level or a higher one."""
    package = read_package(docx)
    root = package.xml(package.document_name)
    found = list(Outline(package).headings(root))
    marks = {h.paragraph: h for h in found}
    open_: list[tuple[int, str]] = []
    empty: list[str] = []
    for node in root.iter(qn("w:p"), qn("w:drawing"), qn("m:oMath")):
        heading = marks.get(node)
        if heading is not None:
            empty += [text for level, text in open_ if level >= heading.level]
            open_ = [(level, text) for level, text in open_ if level < heading.level]
            open_.append((heading.level, heading.text))
        elif node.tag != qn("w:p") or (paragraph_text(node).strip() and nearest(node, "w:p") is None):
            open_ = []
    return [*empty, *(text for _level, text in open_)]


def captions(docx: bytes) -> list[str]:
    styles = ("Caption", "FigureCaption")
    return [paragraph_text(p) for p in body(docx).iter(qn("w:p")) if style_of(p) in styles]


def texts(docx: bytes) -> Iterator[str]:
    for paragraph in body(docx).iter(qn("w:p")):
        yield paragraph_text(paragraph)


# -- outlines and editions -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("form", FORMS)
def test_every_outline_has_its_chapters_and_sections_in_their_order(form: str) -> None:
    found = headings(made(ACCEPTED, form=form).docx)
    wanted = [line.split(" / ") for line in WANTED[form].replace("无/低费", "无|低费").splitlines()]
    wanted = [[text.strip().replace("|", "/").replace("中/", "中/") for text in line] for line in wanted]
    chapters = [text for level, _number, text in found if level == 1]
    expected = [line[0] for line in wanted]
    extra = [t for t in CLOSING if t not in expected]
    if form.endswith("evaluation"):
        extra.remove("结论")
    assert chapters == [*expected, *extra]
    for line in wanted:
        at = next(n for n, (level, _number, text) in enumerate(found) if level == 1 and text == line[0])
        until = next((n for n in range(at + 1, len(found)) if found[n][0] == 1), len(found))
        sections = [text for level, _number, text in found[at + 1 : until] if level == 2]
        assert sections == line[1:]


def test_chapters_and_sections_are_numbered_from_one() -> None:
    found = headings(made(ACCEPTED, form="hj469-acceptance").docx)
    assert [n for level, n, _text in found if level == 1 and n] == [f"第{n}章" for n in range(1, 8)]
    assert [n for level, n, _text in found if level == 2 and n.startswith("5.")] == [
        f"5.{n}" for n in range(1, 6)
    ]


@pytest.mark.parametrize(
    ("part", "chapters", "name"),
    [(ASSESSED, 5, "清洁生产审核报告（评估稿）.docx"), (ACCEPTED, 7, "清洁生产审核报告（验收稿）.docx")],
)
def test_the_workbook_chooses_the_edition(part: str, chapters: int, name: str) -> None:
    result = made(part)
    assert sum(bool(number) for level, number, _text in headings(result.docx) if level == 1) == chapters
    assert result.file_name == name
    assert not result.draft


def test_the_acceptance_report_has_the_five_parts_in_order() -> None:
    found = headings(made(ACCEPTED, "acceptance_report").docx)
    assert [text for level, number, text in found if level == 1 and number] == FIVE_PARTS


def test_there_is_no_acceptance_report_before_acceptance() -> None:
    with pytest.raises(LvbaoError, match="现在还不能生成“清洁生产审核验收报告”：录入表的“稿别”不是验收稿"):
        made(ASSESSED, "acceptance_report")


# -- what stands in them -------------------------------------------------------------------------------------------
def reports() -> list[tuple[str, str, str | None]]:
    """The acceptance edition in every outline (it holds all that the other one holds), and each sample's own report."""
    every: list[tuple[str, str, str | None]] = [
        (ACCEPTED, "audit_report", f"{o}-acceptance") for o in OUTLINES
    ]
    return [
        *every,
        (ACCEPTED, "acceptance_report", None),
        (ASSESSED, "audit_report", None),
        (FAULTY, "audit_report", None),
    ]


@pytest.mark.parametrize(("part", "report", "form"), reports())
def test_no_heading_stands_empty(part: str, report: str, form: str | None) -> None:
    assert empty_headings(made(part, report, form).docx) == []


@pytest.mark.parametrize("outline", OUTLINES)
def test_a_report_holds_without_any_data(outline: str) -> None:
    """Every template renders from an empty workbook, passes the gate and leaves no heading empty."""
    options = Options(report="audit_report", form=f"{outline}-acceptance", draft=True, page_numbers=False)
    assert empty_headings(make_report(blank("验收稿"), options).docx) == []


def test_the_acceptance_report_holds_without_any_data() -> None:
    docx = make_report(
        blank("验收稿"), Options(report="acceptance_report", draft=True, page_numbers=False)
    ).docx
    assert empty_headings(docx) == []


@pytest.mark.parametrize(("part", "report", "form"), reports())
def test_tables_and_figures_are_numbered_without_gap_or_double(
    part: str, report: str, form: str | None
) -> None:
    numbers: dict[str, list[int]] = {}
    for text in captions(made(part, report, form).docx):
        found = re.match(r"(附?[表图] ?)((?:\d+(?:\.\d+)?|[A-Z])-)?(\d+)　\S", text)
        assert found is not None, text
        numbers.setdefault(found.group(1) + (found.group(2) or ""), []).append(int(found.group(3)))
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values()), numbers


def test_captions_of_the_chapters_count_by_section() -> None:
    counted = [text for text in captions(made(ACCEPTED, form=WHOLE).docx) if re.match(r"[表图]\d", text)]
    by_section = [text for text in counted if re.match(r"[表图]\d\.\d-\d", text)]
    assert len(by_section) > 60
    assert [t for t in counted if t not in by_section and not re.match(r"[表图]5-", t)] == []


@pytest.mark.parametrize(
    ("part", "report"),
    [(ACCEPTED, "audit_report"), (ACCEPTED, "acceptance_report"), (ASSESSED, "audit_report")],
)
def test_every_figure_is_traced(part: str, report: str) -> None:
    docx = made(part, report).docx
    trace = trace_of(docx)
    assert trace is not None
    tags = {figure.tag for figure in figures(docx)}
    known = set(trace.entries)
    assert len(tags) > 300
    assert tags - known == set()


@pytest.mark.parametrize(
    ("part", "report"),
    [(ACCEPTED, "audit_report"), (ACCEPTED, "acceptance_report"), (ASSESSED, "audit_report")],
)
def test_final_reports_hold_no_gap_mark_and_no_internal_name(part: str, report: str) -> None:
    """Defects known from other programs: keys and words of the program that leak into the text."""
    for text in texts(made(part, report).docx):
        assert "【" not in text, text
        assert not re.search(r"\b[a-z]+_[a-z_]+\b", text), text
        assert not re.search(r"\b(?:None|True|False|pending|middle)\b", text), text


def test_every_option_of_the_economic_assessment_has_its_equations() -> None:
    """D, T, E, F, N, NPV, NPVR and IRR for each option, as native equations."""
    part = evaluated(ACCEPTED)
    options = len(part.intake.rows("economics"))
    equations = list(body(made(ACCEPTED, form=WHOLE).docx).iter(qn("m:oMathPara")))
    assert options >= 2
    assert len(equations) >= 8 * options - 2  # N or IRR of an option that never pays back may be blank


def test_diagrams_are_drawn_from_the_data() -> None:
    docx = made(ACCEPTED, form=WHOLE).docx
    drawn = [str(node.get("descr")).split("。")[0] for node in body(docx).iter(qn("wp:docPr"))]
    for title in (
        "清洁生产审核小组组织图",
        "企业组织机构图",
        "生产工艺流程及产污环节图",
        "审核重点单元操作流程图",
        "审核重点物料流程图",
        "审核重点物料平衡图",
        "水平衡图",
    ):
        assert title in drawn


def test_feasibility_lists_the_options_that_came_to_it() -> None:
    """ZG07 was screened out: six of seven medium- and high-cost options are assessed."""
    tables = [[cell_text(c) for c in t.iter(qn("w:tc"))] for t in body(made(ASSESSED).docx).iter(qn("w:tbl"))]
    (cells,) = [
        cells for cells in tables if cells[:3] == ["编号", "方案名称", "费用类别"] and "预计环境效果" in cells
    ]
    assert [text for text in cells if text.startswith("ZG")] == [f"ZG0{n}" for n in range(1, 7)]


def test_there_is_no_chapter_of_scores_without_scores() -> None:
    found = [text for _level, _number, text in headings(made(ACCEPTED, "acceptance_report").docx)]
    assert "评估和验收评分表" not in found


def test_certificates_are_promised_only_where_the_register_has_them() -> None:
    assert not any("审核人员证书" in text for text in texts(made(ASSESSED).docx))


def test_the_level_after_the_audit_compares_before_and_after() -> None:
    """97.157 = 1982010 ÷ 20400 and 86.210 = 1810400 ÷ 21000; 100.52 is the figure of 2022."""
    (said,) = [t for t in texts(made(ACCEPTED, "acceptance_report").docx) if t.startswith("审核前后相比")]
    assert "单位产品综合能耗由97.157 kgce/t变为86.210 kgce/t" in said
    assert "见表4.2-1" in said
    assert "100.52" not in said


def test_a_balance_that_does_not_close_is_said_in_words() -> None:
    assert any("数据不能直接用于分析" in text for text in texts(made(FAULTY).docx))


def test_the_same_workbook_gives_the_same_bytes() -> None:
    again = make_report(evaluated(ACCEPTED), Options(report="audit_report", draft=True, page_numbers=False))
    assert again.docx == made(ACCEPTED, form=WHOLE).docx


@needs_office
def test_the_complete_acceptance_edition_has_at_least_fifty_pages() -> None:
    from pipeline.report.layout import convert

    pdf = convert(made(ACCEPTED, form=WHOLE).docx, "pdf:writer_pdf_Export", "pdf")
    assert pdf is not None
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) >= 50


# -- validators ----------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("reports")
    written = []
    for number, (part, report, form) in enumerate(reports()):
        path = folder / f"{number}.docx"
        path.write_bytes(made(part, report, form).docx)
        written.append(path)
    return written


@needs_audit
def test_openxml_audit_finds_nothing(on_disk: list[Path]) -> None:
    assert [found for path in on_disk for found in audit_findings(path)] == []


@needs_sdk
def test_the_open_xml_sdk_finds_nothing(on_disk: list[Path]) -> None:
    assert [found for path in on_disk for found in sdk_findings(path)] == []
