"""Chinese texts compared by clauses and words: what a reader would mark, in as few pieces as a reader would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.review.segment import changes, clauses, compare_texts, delta_text, piece_text, tokens

CORPUS = [
    ("符合要求，证据充分", "证据不足，需补充材料", ["「符合要求，证据充分」→「证据不足，需补充材料」"]),
    ("综合得分83.2分，达到推荐值。", "综合得分84.0分，达到优秀值。", ["83.2 → 84.0 (+0.8)", "「推荐值」→「优秀值」"]),
    ("自评结果为符合", "自评结果为不符合", ["「符合」→「不符合」"]),
    ("通过技术改造提高了能效", "通过技术改造提升了能效", ["「提高」→「提升」"]),
    ("设专职计量员 2 人，均持证。", "设专职计量员 3 人，均持证，每年培训。", ["2 → 3 (+1)", "增加「，每年培训」"]),
    ("按 GB/T 2589-2020 折算", "按 GB/T 2589-2008 折算", ["「GB/T 2589-2020」→「GB/T 2589-2008」"]),
    ("能耗为17.53 kgce/t，较上年下降 3.5%。", "能耗为18.20 kgce/t，较上年下降 1.2%。", ["17.53 → 18.20 (+0.67)", "3.5% → 1.2% (−2.3 个百分点)"]),
    ("建立了制度。开展了培训。", "建立了制度。", ["删去「开展了培训。」"]),
    ("甲车间停产。乙车间生产正常。", "乙车间生产正常。甲车间停产。", ["增加「乙车间生产正常。」", "删去「乙车间生产正常。」"]),
    ("投资 1,200 万元", "投资 1,350 万元", ["1,200 → 1,350 (+150)"]),
    ("厂房采用多层建筑。", "厂房未采用多层建筑。", ["增加「未」"]),
    ("", "新写的一句。", ["增加「新写的一句。」"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), CORPUS)
def test_a_change_reads_as_a_reader_would_mark_it(old: str, new: str, expected: list[str]) -> None:
    assert [piece_text(p) for p in changes(old, new)] == expected


@given(
    st.text("甲乙丙丁，。；123.%符合不 要求\n", max_size=60),
    st.text("甲乙丙丁，。；123.%符合不 要求\n", max_size=60),
)
def test_the_pieces_give_both_texts_back(old: str, new: str) -> None:
    pieces = compare_texts(old, new)
    assert "".join(p.old for p in pieces) == old
    assert "".join(p.new for p in pieces) == new
    assert all(p.old or p.new for p in pieces)


@given(st.text(max_size=80))
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert changes(text, text) == ()
    assert "".join(tokens(text)) == text
    assert "".join(clauses(text)) == text


def test_numbers_words_and_standards_are_never_cut() -> None:
    assert tokens("按GB/T 2589-2020，17.53%不符合") == ["按", "GB/T 2589-2020", "，", "17.53%", "不符合"]


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("83.2", "84.0", "83.2 → 84.0 (+0.8)"),
        ("84.0", "83.2", "84.0 → 83.2 (−0.8)"),
        ("6", "7.50", "6 → 7.50 (+1.5)"),
        ("", "7", "（无） → 7"),
        ("优秀值", "推荐值", "优秀值 → 推荐值"),
    ],
)
def test_numbers_read_with_their_difference(old: str, new: str, text: str) -> None:
    assert delta_text(old, new) == text
