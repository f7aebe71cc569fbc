"""Accept all and it is the newer report, reject all and it is the older one; and a reviewer sees few, whole changes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.deliver import Options, make_report
from pipeline.evaluate import evaluate
from pipeline.review.redline import redline
from pipeline.standard import Standard
from tests.conftest import ROOT
from tests.programs import audit_findings, needs_audit, needs_sdk, sdk_findings
from tests.review.decide import W, body, outline

SAMPLES = {n: next((ROOT / "samples").glob(f"{n:02}-*")) for n in (1, 2)}


def word(*blocks: str | list[list[str]]) -> bytes:
    """A Word document of paragraphs and tables."""
    document = Document()
    for block in blocks:
        if isinstance(block, str):
            document.add_paragraph(block)
            continue
        table = document.add_table(len(block), len(block[0]))
        for cells, row in zip(table.rows, block, strict=True):
            for cell, text in zip(cells.cells, row, strict=True):
                cell.text = text
    return saved(document)


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def tracked(docx: bytes, name: str) -> list[str]:
    """The texts of the insertions (`ins`) or deletions (`del`) inside paragraphs."""
    kind = "t" if name == "ins" else "delText"
    found = ("".join(t.text or "" for t in n.iter(f"{W}{kind}")) for n in body(docx).iter(f"{W}{name}"))
    return [text for text in found if text]


def both_ways(old: bytes, new: bytes) -> bytes:
    made = redline(old, new).docx
    assert outline(made, "ins") == outline(new)
    assert outline(made, "del") == outline(old)
    return made


@pytest.fixture(scope="module")
def reports(adhesive: Standard) -> dict[int, bytes]:
    options = Options(page_numbers=False)
    return {n: make_report(evaluate(f / "录入表.xlsx", adhesive), options).docx for n, f in SAMPLES.items()}


def test_a_report_with_itself_has_no_tracked_change(reports: dict[int, bytes]) -> None:
    made = redline(reports[1], reports[1])
    assert made.changes == 0
    assert list(body(made.docx).iter(f"{W}ins", f"{W}del", f"{W}pPrChange", f"{W}rPrChange")) == []


@needs_audit
@needs_sdk
def test_two_reports_of_different_factories_go_both_ways_and_are_valid(
    reports: dict[int, bytes], tmp_path: Path
) -> None:
    made = both_ways(reports[1], reports[2])
    assert redline(reports[1], reports[2]).docx == made, "the same two files, the same bytes"
    path = tmp_path / "修订.docx"
    path.write_bytes(made)
    assert audit_findings(path) == []
    assert sdk_findings(path) == []


def test_a_clause_that_says_something_else_is_one_replacement() -> None:
    made = both_ways(word("本项符合要求，证据充分。"), word("本项证据不足，需补充材料。"))
    assert len(tracked(made, "del")) == len(tracked(made, "ins")) == 1


def test_a_number_changes_as_a_whole_and_the_sentence_stays() -> None:
    made = both_ways(
        word("2024 年综合能耗为 1204.5 tce，同比下降。"), word("2024 年综合能耗为 1211.0 tce，同比下降。")
    )
    assert (tracked(made, "del"), tracked(made, "ins")) == (["1204.5"], ["1211.0"])


def _scores(changes: dict[int, str]) -> bytes:
    rows = [["编号", "评价要素", "结论", "得分"]]
    rows += [[f"B{n:02}", "工厂应建立管理制度。", changes.get(n, "符合"), "5"] for n in range(1, 41)]
    return word("表 1 评分表", rows, "以上为评分。")


def test_five_edits_in_the_score_table_are_five_changes() -> None:
    edits = {3: "不符合", 9: "部分符合", 10: "不符合", 27: "部分符合", 40: "不适用"}
    old, new = _scores({}), _scores(edits)
    made = both_ways(old, new)
    assert tracked(made, "ins") == list(edits.values())
    assert tracked(made, "del") == ["符合"] * 5
    assert redline(old, new).changes == 5


def test_rows_meet_by_their_criterion_even_when_everything_else_in_them_changed(
    reports: dict[int, bytes],
) -> None:
    root = Document(io.BytesIO(reports[1]))
    row = next(
        r
        for r in root.element.body.iter(qn("w:tr"))
        if any(t.get(qn("w:val")) == "v:B10" for t in r.iter(qn("w:tag")))
    )
    for text in row.iter(qn("w:t")):
        text.text = "换" * len(text.text)
    made = redline(reports[1], saved(root)).docx
    assert not [m for m in body(made).iter(f"{W}ins", f"{W}del") if m.getparent().tag == f"{W}trPr"]


def test_an_inserted_and_a_deleted_row_are_rows_and_not_their_words() -> None:
    table = [["名称", "数量"], ["电力", "12"], ["天然气", "30"], ["柴油", "7"]]
    added = [*table[:2], ["外购热力", "55"], *table[2:]]
    for old, new, mark in ((table, added, "ins"), (added, table, "del")):
        made = both_ways(word("能源", old, "完"), word("能源", new, "完"))
        rows = [r for r in body(made).iter(f"{W}tr") if r.find(f"{W}trPr/{W}{mark}") is not None]
        assert ["".join(t.text for t in r.iter(f"{W}t", f"{W}delText")) for r in rows] == ["外购热力55"]


def test_a_paragraph_added_at_the_end_of_a_cell_leaves_no_empty_one_behind_when_rejected() -> None:
    def cell(*paragraphs: str) -> bytes:
        document = Document()
        table = document.add_table(1, 1)
        table.cell(0, 0).text = paragraphs[0]
        for text in paragraphs[1:]:
            table.cell(0, 0).add_paragraph(text)
        return saved(document)

    both_ways(cell("现场查看"), cell("现场查看", "查阅台账", "访谈"))
    both_ways(cell("现场查看", "查阅台账", "访谈"), cell("现场查看"))
    both_ways(cell("甲", "乙"), cell("丙", "甲", "丁"))


def test_a_locked_figure_can_be_accepted(reports: dict[int, bytes]) -> None:
    changed = Document(io.BytesIO(reports[1]))
    lock = next(changed.element.body.iter(qn("w:lock")))
    control = lock.getparent().getparent()
    next(control.iter(qn("w:t"))).text = "改过的数"
    made = both_ways(reports[1], saved(changed))
    assert not list(body(made).iter(f"{W}lock"))


def png() -> bytes:
    """A red square of two pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xff\0\0" * 2 for _ in range(2))
    head = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def test_a_deleted_picture_comes_back_when_rejected() -> None:
    document = Document()
    document.add_paragraph("现场照片如下。")
    document.add_picture(io.BytesIO(png()))
    document.add_paragraph("完。")
    old = saved(document)
    made = both_ways(old, word("现场照片如下。", "完。"))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        kept = [n for n in archive.namelist() if n.startswith("word/media/")]
        assert [archive.read(n) for n in kept] == [png()]
        embed = next(body(made).iter("{http://schemas.openxmlformats.org/drawingml/2006/main}blip"))
        rel = embed.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed")
        assert f'Id="{rel}"' in archive.read("word/_rels/document.xml.rels").decode()


def test_only_another_look_is_a_formatting_change_and_no_other() -> None:
    document = Document()
    document.add_paragraph().add_run("结论：符合要求。").bold = True
    made = both_ways(word("结论：符合要求。"), saved(document))
    assert tracked(made, "ins") == tracked(made, "del") == []
    assert len(list(body(made).iter(f"{W}rPrChange"))) == 1


def test_changes_that_were_tracked_before_count_as_accepted() -> None:
    document = Document()
    paragraph = document.add_paragraph("综合能耗为 ")
    for name, text in (("w:del", "12"), ("w:ins", "15")):
        mark = OxmlElement(name)
        mark.set(qn("w:id"), "7")
        mark.set(qn("w:author"), "某人")
        run = OxmlElement("w:r")
        shown = OxmlElement("w:t" if name == "w:ins" else "w:delText")
        shown.text = text
        run.append(shown)
        mark.append(run)
        paragraph._p.append(mark)
    made = redline(word("综合能耗为 12"), saved(document)).docx
    assert outline(made, "ins") == ["综合能耗为 15"]
    assert outline(made, "del") == ["综合能耗为 12"]


def test_client_text_that_looks_like_markup_stays_text() -> None:
    both_ways(word("备注：<w:p/> & {{ 甲 }}"), word("备注：</w:t><w:br/> &amp; {{ 乙 }} =1+1"))


_PHRASE = st.sampled_from(
    [
        "工厂",
        "能源消耗",
        "12.5",
        "，",
        "。",
        "符合",
        "不符合",
        "证据",
        "2024 年",
        "A & <b>",
        "\t",
        "\n",
        "t/a",
    ]
)
_TEXT = st.lists(_PHRASE, max_size=8).map("".join)
_TABLE = st.integers(1, 3).flatmap(
    lambda n: st.lists(st.lists(_TEXT, min_size=n, max_size=n), min_size=1, max_size=5)
)
_BLOCKS = st.lists(st.one_of(_TEXT, _TEXT, _TABLE), min_size=1, max_size=7)


@settings(max_examples=60, deadline=None)
@given(_BLOCKS, _BLOCKS, st.data())
def test_any_two_documents_go_both_ways(old: list[Any], other: list[Any], data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.booleans(), min_size=len(old), max_size=len(old)))
    new = [b for b, k in zip(old, kept, strict=True) if k] + other
    both_ways(word(*_parted(old)), word(*_parted(new)))


def _parted(blocks: list[Any]) -> list[Any]:
    """Word joins tables that touch; people part them by a paragraph."""
    made: list[Any] = []
    for block in blocks:
        if made and isinstance(block, list) and isinstance(made[-1], list):
            made.append("")
        made.append(block)
    return [*made, "完"]
