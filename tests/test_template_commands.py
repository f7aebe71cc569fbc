"""`lvbao template check` and `template build` as a consultant meets them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.report.gate import inspect
from pipeline.report.ooxml import paragraph_text, qn
from pipeline.report.package import read_package
from tests.report.word_fixtures import docx, p, table

ADHESIVE = "cpcif-adhesive-2022-draft"
SHIPPED = Path(__file__).parents[1] / "report_templates" / ADHESIVE / "self_evaluation.docx"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def check(file: Path, *words: str | Path) -> Result:
    return run("template", "check", file, "--standard", ADHESIVE, *words)


def faulty(folder: Path) -> Path:
    path = folder / "我的模板.docx"
    rows = (
        ("{%tr for r in tables.products %}", ""),
        ("{{ r.name }}", "{{ r.outputt }}"),
        ("{%tr endfor %}", ""),
    )
    path.write_bytes(docx(p("企业：{{ f.enterprise_nmae }}"), p("好的：{{ f.province }}"), table(*rows)))
    return path


def test_a_fine_template_passes_and_its_unused_names_are_counted() -> None:
    result = check(SHIPPED)
    assert result.exit_code == 0
    first, second = result.output.splitlines()
    assert first == "self_evaluation.docx：全部通过。"
    assert second.startswith("说明：有 ")
    assert "没有用到" in second


def test_unused_names_are_listed_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "小模板.docx"
    path.write_bytes(docx(p("{{ f.province }}{% for r in tables.products %}{{ r.name }}{% endfor %}")))
    listed = check(path, "--unused").output.splitlines()
    assert "  f.enterprise_name" in listed
    assert "  tables.products[].output" in listed
    assert "  tables.suppliers" in listed  # a list that is not used at all is named once
    assert "  tables.suppliers[].name" not in listed
    assert "  f.province" not in listed
    assert "  tables.products[].name" not in listed


def test_faults_are_told_with_their_place_and_the_nearest_name(tmp_path: Path) -> None:
    result = check(faulty(tmp_path))
    assert result.exit_code == 1
    assert result.output.splitlines()[:3] == [
        "  正文 · “企业：{{ f.enterprise_nmae }}”：{{ f.enterprise_nmae }}：f 里没有名称 enterprise_nmae（是不是 f.enterprise_name？）",
        "  正文 · “{{ r.name }} | {{ r.outputt }}”：{{ r.outputt }}：r 里没有名称 outputt（是不是 r.output？）",
        "我的模板.docx：2 处错误",
    ]


def test_faults_are_written_into_another_file_as_comments(tmp_path: Path) -> None:
    template = faulty(tmp_path)
    before, target = template.read_bytes(), tmp_path / "批注.docx"
    result = check(template, "--annotate", target)
    assert result.exit_code == 1
    assert result.output.endswith(f"已写入 {target}，错误写成了批注。\n")
    package = read_package(target.read_bytes())
    assert len(list(package.xml("word/comments.xml"))) == 2
    marked = [
        paragraph_text(node)
        for node in package.xml("word/document.xml").iter(qn("w:p"))
        if node.find(qn("w:commentRangeStart")) is not None
    ]
    assert marked == ["企业：{{ f.enterprise_nmae }}", "{{ r.outputt }}"]
    assert {problem.code for problem in inspect(package)} == {"leftover_tag"}
    assert template.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".tmp"] == []


def test_without_faults_no_copy_is_written(tmp_path: Path) -> None:
    target = tmp_path / "批注.docx"
    result = check(SHIPPED, "--annotate", target)
    assert result.exit_code == 0
    assert f"没有错误，没有写 {target}。" in result.output
    assert not target.exists()


@pytest.mark.parametrize("name", ["我的模板.docx", "批注.doc"])
def test_the_copy_never_replaces_the_template_and_is_a_docx(name: str, tmp_path: Path) -> None:
    template = faulty(tmp_path)
    before = template.read_bytes()
    result = check(template, "--annotate", tmp_path / name)
    assert result.exit_code == 2
    assert template.read_bytes() == before


NO_TEMPLATES = [
    (b"", "我的.docx：文件是空的（0 字节），不是 Word 文档。"),
    (b"%PDF-1.7 ...", "我的.docx：这是 PDF 文件，不是 Word 文档；请在 Word 或 WPS 中另存为 .docx。"),
    (b"{\\rtf1 ...", "我的.docx：这是 RTF 文件，不是 Word 文档；请在 Word 或 WPS 中另存为 .docx。"),
    (b"\xef\xbb\xbf<html>", "我的.docx：这是 网页 文件，不是 Word 文档；请在 Word 或 WPS 中另存为 .docx。"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....",
        "我的.docx：文件是旧版 .doc 或已加密，请另存为未加密的 .docx。",
    ),
    (b"PK\x03\x04 broken", "我的.docx：文件不是 Word 文档（.docx），或者已经损坏。"),
]


@pytest.mark.parametrize(("content", "message"), NO_TEMPLATES)
def test_other_files_are_named_for_what_they_are(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "我的.docx"
    path.write_bytes(content)
    result = check(path)
    assert (result.exit_code, result.output) == (2, f"错误：{message}\n")


def test_an_excel_file_with_another_name_is_no_template(tmp_path: Path) -> None:
    workbook = next(SHIPPED.parents[2].glob("samples/01*/录入表.xlsx"))
    path = tmp_path / "我的.docx"
    path.write_bytes(workbook.read_bytes())
    assert check(path).output == "错误：我的.docx：这不是 Word 文档（可能是 Excel 或 PowerPoint 文件）。\n"


def test_a_folder_or_a_missing_file_is_told(tmp_path: Path) -> None:
    assert check(tmp_path).output == f"错误：{tmp_path} 是文件夹，不是模板。\n"
    missing = tmp_path / "没有.docx"
    assert check(missing).output == f"错误：找不到模板 {missing}\n"


def test_run_tells_the_same_of_a_template_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "我的.docx"
    path.write_bytes(b"%PDF-1.7")
    workbook = next(SHIPPED.parents[2].glob("samples/01*/录入表.xlsx"))
    result = run("run", workbook, "-o", tmp_path / "out", "--template", path, "--no-page-numbers")
    assert result.exit_code == 2
    assert "我的.docx：这是 PDF 文件" in result.output


def test_a_source_is_built_where_the_user_wants_it(tmp_path: Path) -> None:
    target = tmp_path / "新" / "模板.docx"
    result = run("template", "build", SHIPPED.with_suffix(".md"), "-o", target)
    assert (result.exit_code, result.output) == (0, f"已写入 {target}\n")
    assert target.read_bytes() == SHIPPED.read_bytes()
    again = run("template", "build", SHIPPED.with_suffix(".md"), "-o", target, "--check")
    assert (again.exit_code, again.output) == (0, "模板都是最新的。\n")


def test_building_says_what_is_wrong(tmp_path: Path) -> None:
    source = tmp_path / "报告.md"
    source.write_text("# 甲\n", encoding="utf-8")
    target = tmp_path / "a.docx"
    for words in (("-o", target), (tmp_path / "无.md", "-o", target), (source, "-o", target)):
        result = run("template", "build", *words)
        assert result.exit_code == 2
        assert result.output.startswith("错误：")
    assert not target.exists()
