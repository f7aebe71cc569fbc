"""Outlines of one report: pieces put together, chapter headings, captions by section, another look."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.report import SourceError, build_template, render_report
from pipeline.report.ooxml import qn
from pipeline.report.package import read_package
from tests.programs import audit_findings, needs_audit, needs_office, needs_sdk, sdk_findings
from tests.report.word_fixtures import HOUSE, document, texts

MATTER = "---\nstandard: toy\nreport: self_evaluation\ntitle: 题\nheader: 眉\n{}---\n"
AUDIT = "look: audit\nheadings: chapters\ncaptions: section\n"
TABLE = '::: table caption="{}" id="{}"\n| a | b |\n| 1 | 2 |\n:::\n\n'


def source(folder: Path, text: str, matter: str = AUDIT, **pieces: str) -> Path:
    """A text source in a folder, with pieces beside it in `pieces/`."""
    (folder / "pieces").mkdir(exist_ok=True)
    for name, piece in pieces.items():
        (folder / "pieces" / f"{name}.md").write_text(piece, "utf-8")
    path = folder / "report.md"
    path.write_text(MATTER.format(matter) + text, "utf-8")
    return path


def shown(path: Path) -> list[str]:
    done = render_report(build_template(path, HOUSE), {}, page_numbers=False)
    assert (done.faults, done.problems) == ((), ())
    assert done.docx is not None
    return [text for text in texts(done.docx) if text not in ("", "a", "b", "1", "2")]


# -- includes ----------------------------------------------------------------------------------------------------------
def test_a_piece_stands_in_its_place_with_headings_moved_down(tmp_path: Path) -> None:
    path = source(tmp_path, '# 甲\n\n::: include path="pieces/a.md" shift="1"\n\n尾\n', a="# 乙\n\n正文\n")
    assert shown(path) == ["甲", "乙", "正文", "尾"]
    styles = [str(n.get(qn("w:val"))) for n in document(build_template(path, HOUSE)).iter(qn("w:pStyle"))]
    assert styles[:2] == ["Heading1", "Heading2"]


def test_pieces_include_pieces_from_where_they_lie(tmp_path: Path) -> None:
    path = source(
        tmp_path, '# 甲\n\n::: include path="pieces/a.md"\n', a='::: include path="b.md"\n', b="里\n"
    )
    assert shown(path) == ["甲", "里"]


def test_numbered_lists_of_two_pieces_both_begin_at_one(tmp_path: Path) -> None:
    text = '# 甲\n\n1. 一\n\n段\n\n::: include path="pieces/a.md"\n\n::: include path="pieces/a.md"\n'
    root = document(build_template(source(tmp_path, text, a="1. 项\n2. 项\n\n段\n"), HOUSE))
    lists = [str(n.get(qn("w:val"))) for n in root.iter(qn("w:numId"))]
    assert len(lists) == 5
    assert (lists[1] == lists[2], lists[3] == lists[4], len(set(lists))) == (True, True, 3)


@pytest.mark.parametrize(
    ("text", "pieces", "fault"),
    [
        ('::: include path="pieces/x.md"\n', {}, "report.md：第 10 行：找不到要引入的文件 pieces/x.md"),
        ('::: include path="pieces/a.md"\n', {"a": '::: include path="a.md"\n'}, "绕回了自己"),
        (
            '::: include path="pieces/a.md" shift="2"\n',
            {"a": "### 深\n"},
            "pieces/a.md：第 1 行：标题“深”下移 2 级后超过四级",
        ),
        (
            '::: include path="pieces/a.md"\n',
            {"a": "字\n\n::: tabel\n:::\n"},
            "pieces/a.md：第 3 行：没有名为 tabel 的部件",
        ),
        ("::: include\n", {}, 'include 要写 path="文件.md"'),
    ],
)
def test_faulty_includes_are_named_with_their_file(
    tmp_path: Path, text: str, pieces: dict[str, str], fault: str
) -> None:
    with pytest.raises(SourceError, match="(?s)" + ".*".join(map(_quoted, fault.split("：")))):
        build_template(source(tmp_path, text, **pieces), HOUSE)


def _quoted(text: str) -> str:
    return "".join(f"\\{c}" if c in '."*?+()[]' else c for c in text)


# -- captions by section -----------------------------------------------------------------------------------------------
BODY = (
    "# 前言 {.unnumbered}\n\n## 0.1 简介 {.unnumbered}\n\n见@[t1]、@[t2]、@[t4]、@[t5]。\n\n# 准备\n\n## 小组\n\n"
    + TABLE.format("一", "t1")
    + TABLE.format("二", "t2")
    + "## 计划\n\n"
    + TABLE.format("三", "t3")
    + "# 预审核\n\n"
    + TABLE.format("四", "t4")
    + "## 概况\n\n### 细\n\n"
    + TABLE.format("五", "t5")
    + "# 附录A 表 {.unnumbered}\n\n"
    + TABLE.format("六", "t6")
)


def test_captions_count_within_chapter_and_section(tmp_path: Path) -> None:
    lines = shown(source(tmp_path, BODY))
    assert [line for line in lines if line.startswith("表")] == [
        "表1.1-1　一",
        "表1.1-2　二",
        "表1.2-1　三",
        "表2-1　四",
        "表2.1-1　五",
        "表A-1　六",
    ]
    assert "见表1.1-1、表1.1-2、表2-1、表2.1-1。" in lines


def test_without_the_option_captions_count_within_the_chapter(tmp_path: Path) -> None:
    lines = shown(source(tmp_path, BODY, matter=""))
    assert [line.split("　")[0] for line in lines if line.startswith("表")] == [
        "表 1-1",
        "表 1-2",
        "表 1-3",
        "表 2-1",
        "表 2-2",
        "表 A-1",
    ]


def test_a_section_that_vanishes_takes_its_number_along(tmp_path: Path) -> None:
    text = "# 章\n\n{%p if x %}\n\n## 无\n\n{%p endif %}\n\n## 有\n\n" + TABLE.format("甲", "t1")
    template = build_template(source(tmp_path, text), HOUSE)
    for x, caption in ((True, "表1.2-1　甲"), (False, "表1.1-1　甲")):
        done = render_report(template, {"x": x}, page_numbers=False)
        assert done.docx is not None
        assert [t for t in texts(done.docx) if t.startswith("表")] == [caption]


def test_rendering_a_rendered_report_again_keeps_the_numbers(tmp_path: Path) -> None:
    once = render_report(build_template(source(tmp_path, BODY), HOUSE), {}, page_numbers=False).docx
    assert once is not None
    twice = render_report(once, {}, page_numbers=False).docx
    assert twice is not None
    assert texts(twice) == texts(once)


@needs_office
def test_libreoffice_counts_the_same(tmp_path: Path) -> None:
    from pipeline.report.layout import convert

    once = render_report(build_template(source(tmp_path, BODY), HOUSE), {}, page_numbers=False).docx
    assert once is not None
    saved = convert(once, "txt:Text (encoded):UTF8", "txt")
    assert saved is not None
    lines = [line.strip() for line in saved.decode("utf-8-sig").splitlines()]
    assert [line.split("　")[0] for line in lines if line.startswith("表")] == [
        "表1.1-1",
        "表1.1-2",
        "表1.2-1",
        "表2-1",
        "表2.1-1",
        "表A-1",
    ]


# -- headings and look ---------------------------------------------------------------------------------------------
def test_chapters_are_numbered_in_digits_and_listed_so_in_the_contents(tmp_path: Path) -> None:
    lines = shown(source(tmp_path, '::: toc depth="3"\n\n' + BODY))
    assert [line.rstrip("\t") for line in lines[1:9]] == [
        "前言",
        "0.1 简介",
        "第1章 准备",
        "1.1 小组",
        "1.2 计划",
        "第2章 预审核",
        "2.1 概况",
        "2.1.1 细",
    ]


def test_a_numbered_heading_under_an_unnumbered_chapter_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="第 12 行：没有编号的一级标题下面"):
        build_template(source(tmp_path, "# 前言 {.unnumbered}\n\n## 简介\n"), HOUSE)


def test_the_look_replaces_styles_by_id_and_leaves_the_others(tmp_path: Path) -> None:
    def sizes(matter: str) -> dict[str, tuple[str | None, str | None]]:
        package = read_package(build_template(source(tmp_path, "# 甲\n", matter=matter), HOUSE))
        found = {}
        for style in package.xml("word/styles.xml").iter(qn("w:style")):
            fonts, size = style.find(f".//{qn('w:rFonts')}"), style.find(f".//{qn('w:sz')}")
            found[str(style.get(qn("w:styleId")))] = (
                None if fonts is None else fonts.get(qn("w:eastAsia")),
                None if size is None else size.get(qn("w:val")),
            )
        return found

    plain, audit = sizes(""), sizes("look: audit\n")
    changed = {name: audit[name] for name in audit if audit[name] != plain[name]}
    assert plain.keys() == audit.keys()
    assert changed == {
        "Heading4": ("仿宋", "28"),
        "Caption": ("仿宋", "21"),
        "TableHead": ("仿宋", None),
        "TableLabel": ("仿宋", None),
    }


@pytest.mark.parametrize(
    ("matter", "fault"),
    [
        ("look: nice\n", "look 没有“nice”这种版式，可用：audit"),
        ("headings: roman\n", "headings 没有“roman”这种版式，可用：chapters"),
        ("captions: page\n", "captions 应为 chapter（表 章-序）或 section（表章.节-序），这里是 page"),
    ],
)
def test_an_unknown_manner_is_named_with_what_there_is(tmp_path: Path, matter: str, fault: str) -> None:
    with pytest.raises(SourceError) as found:
        build_template(source(tmp_path, "# 甲\n", matter=matter), HOUSE)
    assert fault in str(found.value)


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outline")
    path = folder / "outline.docx"
    done = render_report(build_template(source(folder, BODY), HOUSE), {}, page_numbers=False)
    assert done.docx is not None
    path.write_bytes(done.docx)
    return path


@needs_audit
def test_openxml_audit_finds_nothing(on_disk: Path) -> None:
    assert audit_findings(on_disk) == []


@needs_sdk
def test_the_open_xml_sdk_finds_nothing(on_disk: Path) -> None:
    assert sdk_findings(on_disk) == []
