"""The formula language: what it takes and what it refuses."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formula import syntax as s
from pipeline.formula.render import words


def test_products_bind_closer_than_sums_and_comparisons_come_last() -> None:
    tree = s.parse("a + b * c <= 2 and not d")

    assert tree == s.Logic(
        "and",
        s.Compare(
            "<=",
            s.Binary("+", s.Name("a"), s.Binary("*", s.Name("b"), s.Name("c"))),
            s.Number(Decimal(2)),
        ),
        s.Not(s.Name("d")),
    )


def test_an_aggregate_knows_its_table_and_its_condition() -> None:
    tree = s.parse("sum(energy_use.amount where energy_use.year == evaluation_year)")

    assert isinstance(tree, s.Aggregate)
    assert s.aggregate_tables(tree) == {"energy_use"}
    assert s.names(tree) == {"evaluation_year"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a +", "公式在此结束"),
        ("a b", "不应再有内容"),
        ("import(os)", "函数“import”不存在"),
        ("a.__class__.__name__", "不应再有内容"),
        ("__import__('os')", "函数“__import__”不存在"),
        ("a ** 2", "应为数值、名称或括号"),
        ("a if b else c", "不应再有内容"),
        ("lambda: 1", "第 7 个字符“: 1”不认识"),
        ("a[0]", "不应再有内容"),
        ("sum(1)", "恰好是一张表"),
        ("sum(a.x + b.y)", "恰好是一张表"),
        ("abs()", "要 1 个参数"),
        ("x in [y]", "只能写数字或引号里的文字"),
        ("(" * 100 + "1" + ")" * 100, "嵌套过深"),
    ],
)
def test_what_is_not_in_the_grammar_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(s.FormulaError, match=says):
        s.parse(text)


@given(st.text(max_size=60))
def test_any_text_parses_or_is_refused_and_never_crashes(text: str) -> None:
    with contextlib.suppress(s.FormulaError):
        s.parse(text)


def test_the_words_of_a_condition_keep_its_brackets() -> None:
    node = s.parse("a <= b and (not present(c) or d <= c)")

    assert words(node, lambda n: n.id) == "a ≤ b 且 （非（已填c） 或 d ≤ c）"  # type: ignore[union-attr]


def test_a_bare_number_reads_with_the_unit_of_what_it_is_compared_with() -> None:
    def words_of(text: str) -> str:
        return words(s.parse(text), lambda n: n.id, lambda n: {"a": "%", "b": " kW"}.get(n.id, ""))  # type: ignore[union-attr]

    assert words_of("a >= 5") == "a ≥ 5%"
    assert words_of("5 <= a and not (b < 3)") == "5% ≤ a 且 非（b < 3 kW）"
    assert words_of("a == c or c > 1 or a + 1 > 2") == "a = c 或 c > 1 或 a + 1 > 2"


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("prev(a)", "上一年a"),
        ("a + prev(a) + prev(prev(a))", "a + 上一年a + 前年a"),
        ("prev(prev(prev(a)))", "3 年前的a"),
        ("prev(a + b)", "上一年（a + b）"),
        ("prev(a + prev(b))", "上一年（a + 上一年b）"),
        ("yoy(prev(a))", "上一年a的同比变化"),
        ("prev(prev(yoy(a)))", "前年a的同比变化"),
        ("prev(sum(t.x))", "上一年Σ（x）"),
    ],
)
def test_years_back_are_said_in_one_word_however_deep_they_are_nested(formula: str, wanted: str) -> None:
    def name(node: s.Name | s.Column) -> str:
        return node.id if isinstance(node, s.Name) else node.column

    assert words(s.parse(formula), name) == wanted
