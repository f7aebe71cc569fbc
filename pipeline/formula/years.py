"""How earlier years read: of a figure of last year, the year before, or further back."""

from __future__ import annotations

from pipeline.formula import syntax as s

_WORDS = ("", "上一年", "前年")


def years_words(back: int) -> str:
    """`上一年`, `前年`, `3 年前的`; nothing for the evaluation year itself."""
    return _WORDS[back] if back < len(_WORDS) else f"{back} 年前的"


def years_back(node: s.Node) -> tuple[int, s.Node]:
    """How many years back a formula looks as a whole, and what it looks at: `prev(prev(a))` is (2, a)."""
    back = 0
    while isinstance(node, s.Call) and node.function == "prev":
        back, node = back + 1, node.arguments[0]
    return back, node
