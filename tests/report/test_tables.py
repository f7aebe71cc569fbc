"""A merged table gives back its rows exactly."""

from __future__ import annotations

import copy

from hypothesis import given
from hypothesis import strategies as st

from pipeline.report import render
from pipeline.report.ooxml import Element, cell_text, el, parse, qn
from pipeline.report.tables import merge, merge_marked_tables, unmerge
from tests.report.word_fixtures import W, document, docx, p, table

CELL = st.sampled_from(["", "甲", "乙", "丙", "甲 ", "—", "甲\n乙"]).map(lambda text: text.replace("\n", " "))


def tree(*rows: tuple[str, ...], header: int = 0, note: str = "") -> Element:
    root = parse(f'<w:body xmlns:w="{W}">{table(*rows, header=header, note=note)}</w:body>'.encode())
    return root[0]


def merged_column(node: Element, column: int) -> list[str]:
    """One sign a row: the text, or ↑ for a cell that continues the one above."""
    out = []
    for row in node.iter(qn("w:tr")):
        cell = row.findall(qn("w:tc"))[column]
        mark = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
        out.append("↑" if mark is not None and mark.get(qn("w:val")) == "continue" else cell_text(cell))
    return out


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.tuples(
            st.lists(st.tuples(*[CELL] * width), min_size=1, max_size=12),
            st.lists(st.integers(1, width), max_size=width),
            st.integers(0, 1),
        )
    )
)
def test_unmerging_gives_back_the_rows(case: tuple[list[tuple[str, ...]], list[int], int]) -> None:
    rows, columns, header = case
    node = tree(*rows, header=header)
    merge(node, columns)
    assert unmerge(node) == rows


def test_cells_are_merged_by_equal_value_and_not_by_loop() -> None:
    node = tree(("战略",), ("战略",), ("组织",))
    merge(node, [1])
    assert merged_column(node, 0) == ["战略", "↑", "组织"]


def test_a_column_is_merged_only_within_the_groups_of_the_column_before_it() -> None:
    node = tree(("一", "甲"), ("一", "甲"), ("二", "甲"), ("二", "甲"))
    merge(node, [1, 2])
    assert merged_column(node, 1) == ["甲", "↑", "甲", "↑"]


def test_a_column_alone_is_merged_over_the_whole_table() -> None:
    node = tree(("一", "甲"), ("二", "甲"))
    merge(node, [2])
    assert merged_column(node, 1) == ["甲", "↑"]


def test_header_rows_and_blank_cells_are_not_merged() -> None:
    node = tree(("甲",), ("甲",), ("",), ("",), header=1)
    merge(node, [1])
    assert merged_column(node, 0) == ["甲", "甲", "", ""]


def test_a_row_that_spans_columns_parts_the_groups() -> None:
    node = tree(("甲", "1"), ("小计", ""), ("甲", "2"))
    spanning = node.findall(qn("w:tr"))[1]
    cell = spanning.findall(qn("w:tc"))[0]
    spanning.remove(spanning.findall(qn("w:tc"))[1])
    properties = parse(f'<w:tcPr xmlns:w="{W}"><w:gridSpan w:val="2"/></w:tcPr>'.encode())
    cell.insert(0, properties)
    merge(node, [1])
    assert unmerge(node) == [("甲", "1"), ("小计", "小计"), ("甲", "2")]


def test_merging_twice_changes_nothing() -> None:
    node = tree(("甲", "1"), ("甲", "2"))
    merge(node, [1])
    again = copy.deepcopy(node)
    merge(again, [1])
    assert unmerge(again) == unmerge(node)


def test_the_wish_to_merge_becomes_an_alt_text() -> None:
    root = parse(
        f'<w:body xmlns:w="{W}">{table(("列",), ("甲",), ("甲",), note="合并列=1", header=1)}</w:body>'.encode()
    )
    merge_marked_tables(root)
    note = root.find(f".//{qn('w:tblDescription')}")
    assert note is not None
    assert note.get(qn("w:val")) == "共 2 行，各列为：列"
    assert merged_column(root[0], 0) == ["列", "甲", "↑"]


def test_client_text_cannot_ask_for_merging() -> None:
    data, faults = render(docx(table(("{{ x }}",), ("{{ x }}",))), {"x": "合并列=1"})
    assert faults == ()
    assert data is not None
    assert document(data).find(f".//{qn('w:vMerge')}") is None


def test_rows_of_a_rendered_loop_are_merged() -> None:
    loop = table(
        ("{%tr for r in rows %}", ""), ("{{ r.a }}", "{{ r.b }}"), ("{%tr endfor %}", ""), note="合并列=1"
    )
    values = [{"a": "甲", "b": "1"}, {"a": "甲", "b": "2"}, {"a": "乙", "b": "2"}]
    data, _faults = render(docx(loop), {"rows": values})
    assert data is not None
    node = document(data).find(f".//{qn('w:tbl')}")
    assert node is not None
    assert merged_column(node, 0) == ["甲", "↑", "乙"]
    assert unmerge(node) == [("甲", "1"), ("甲", "2"), ("乙", "2")]


def test_a_bookmark_asks_to_merge_where_the_alt_text_was_lost() -> None:
    cell = p("列").replace(
        "<w:p>", '<w:p><w:bookmarkStart w:id="7" w:name="合并列_1_t7"/><w:bookmarkEnd w:id="7"/>'
    )
    root = parse(
        table(("列",), ("甲",), ("甲",), header=1)
        .replace(p("列"), cell, 1)
        .replace("<w:tbl>", f'<w:tbl xmlns:w="{W}">')
        .encode()
    )
    body = el("w:body", None, root)
    merge_marked_tables(body)
    assert [node.get(qn("w:val")) for node in root.iter(qn("w:vMerge"))] == ["restart", "continue"]
    assert root.find(f".//{qn('w:bookmarkStart')}") is None
    assert root.find(f".//{qn('w:bookmarkEnd')}") is None
    note = root.find(f".//{qn('w:tblDescription')}")
    assert note is not None
    assert note.get(qn("w:val")) == "共 2 行，各列为：列"
