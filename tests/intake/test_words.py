"""Texts as people write them: the short ways say what the long ones say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake import words
from pipeline.intake.words import clean, is_empty

SIGNS = st.sampled_from("甲a1 \t\n\r\u3000\u00a0\u200b\u200d\u3164\u115f\u1160\ufeff\u2060\x07\x85\ud800·")
TEXTS = st.text(SIGNS, max_size=8) | st.text(st.characters(codec=None), max_size=8)


def long_way(text: str) -> str:
    """Sign by sign: what the definition says."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return words._DROPPED.sub("", text).strip().strip("\u200d").strip()


@given(TEXTS)
def test_a_text_is_cleaned_alike_the_short_way(text: str) -> None:
    assert clean(text) == long_way(text)


@given(TEXTS)
def test_a_text_is_empty_when_nothing_is_left_of_it(text: str) -> None:
    assert is_empty(text) == (long_way(text) == "")
