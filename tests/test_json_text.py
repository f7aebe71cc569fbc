"""The JSON writer against Python's own."""

from __future__ import annotations

import json
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.json_text import json_text

TEXTS = st.text(st.characters(codec=None), max_size=20)
KEYS = TEXTS | st.integers() | st.floats(allow_nan=False) | st.booleans() | st.none()
PLAIN = st.recursive(
    TEXTS | st.integers() | st.floats() | st.booleans() | st.none(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(KEYS, inner),
    max_leaves=30,
)


class Word(StrEnum):
    """A text of a closed list."""

    MET = "符合"


@given(PLAIN)
def test_plain_data_are_written_letter_for_letter_as_python_writes_them(data: object) -> None:
    assert json_text(data) == json.dumps(data, ensure_ascii=False, indent=2)


@pytest.mark.parametrize(
    "data",
    [{"a": Word.MET, Word.MET: [Word.MET]}, {"": {}, "x": [], "y": ()}, "行\u2028\x00\x1f\\\"\ud800", [[[]], {}], 10**40],
)  # fmt: skip
def test_kinds_of_texts_and_empty_ones_are_written_alike(data: object) -> None:
    assert json_text(data) == json.dumps(data, ensure_ascii=False, indent=2)


def test_what_is_no_plain_data_is_refused_as_python_refuses_it() -> None:
    circle: list[object] = []
    circle.append(circle)
    with pytest.raises(TypeError):
        json_text({"a": {1, 2}})
    with pytest.raises(TypeError):
        json_text({("a",): 1})
    with pytest.raises(ValueError, match="Circular"):
        json_text(circle)
