"""Where tables may break over pages."""

from __future__ import annotations

from pipeline.report.ooxml import Element, parse, qn
from pipeline.report.tables import merge
from pipeline.report.together import Heights, keep_rows_together
from tests.report.word_fixtures import W, p, table

CAPTION = "<w:p><w:r><w:instrText> SEQ 表 </w:instrText></w:r><w:r><w:t>表 1</w:t></w:r></w:p>"


def body(*blocks: str) -> Element:
    return parse(f'<w:body xmlns:w="{W}">{"".join(blocks)}</w:body>'.encode())


def tied(root: Element) -> list[bool]:
    """Of each row: must it stand on the page of the next one?"""
    return [row.find(f".//{qn('w:keepNext')}") is not None for row in root.iter(qn("w:tr"))]


def rows(count: int) -> list[tuple[str, str]]:
    return [(str(n), "甲") for n in range(count)]


def test_a_small_table_stays_on_one_page() -> None:
    root = body(table(("列", "数"), *rows(4), header=1))
    keep_rows_together(root, Heights())
    assert tied(root) == [True] * 4 + [False]


def test_a_long_table_never_leaves_one_row_alone() -> None:
    root = body(table(("列", "数"), *rows(30), header=1))
    keep_rows_together(root, Heights())
    assert tied(root) == [False, True, *[False] * 27, True, False]


def test_rows_under_one_merged_cell_stay_together() -> None:
    named = [("甲", "1"), *(("乙", str(n)) for n in range(3)), *((f"丙{n}", "1") for n in range(20))]
    root = body(table(("列", "数"), *named, header=1))
    merge(next(root.iter(qn("w:tbl"))), [1])
    keep_rows_together(root, Heights())
    assert tied(root)[2:5] == [True, True, False]


def test_the_words_before_a_small_table_go_with_it() -> None:
    root = body(p("情况如下。"), CAPTION, table(("列", "数"), *rows(3), header=1))
    keep_rows_together(root, Heights())
    first = next(root.iter(qn("w:p")))
    assert first.find(f".//{qn('w:keepNext')}") is not None
    long = body(p("情况如下。" * 30), CAPTION, table(("列", "数"), *rows(3), header=1))
    keep_rows_together(long, Heights())
    assert next(long.iter(qn("w:p"))).find(f".//{qn('w:keepNext')}") is None
