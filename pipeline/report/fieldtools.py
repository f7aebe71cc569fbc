"""Fields of Word as objects: find them, read their codes, write their cached results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from pipeline.report.ooxml import XML_SPACE, Element, el, nearest, qn

_CHAR, _CODE, _TEXT, _KIND = (qn(name) for name in ("w:fldChar", "w:instrText", "w:t", "w:fldCharType"))
_MARKS: Final = (_CHAR, _CODE, _TEXT)


@dataclass
class Field:
    """One complex field: its marks, the pieces of its code and the text nodes of its own result."""

    begin: Element
    instructions: list[Element] = field(default_factory=list)
    separate: Element | None = None
    results: list[Element] = field(default_factory=list)
    end: Element | None = None

    @property
    def code(self) -> str:
        """The field code, trimmed."""
        return "".join(node.text or "" for node in self.instructions).strip()

    @property
    def words(self) -> list[str]:
        """The field code in words; the first is the kind of field in capitals."""
        words = self.code.split()
        return [words[0].upper(), *words[1:]] if words else [""]

    @property
    def result(self) -> str:
        """The cached result."""
        return "".join(node.text or "" for node in self.results)

    def set_code(self, code: str) -> None:
        """Write another field code."""
        self.instructions[0].text = code
        self.instructions[0].set(XML_SPACE, "preserve")
        for node in self.instructions[1:]:
            node.text = ""

    def set_result(self, text: str) -> None:
        """Write the cached result, keeping the look of the first result run."""
        if self.results:
            self.results[0].text = text
            self.results[0].set(XML_SPACE, "preserve")
            for node in self.results[1:]:
                node.text = ""
        elif self.separate is not None:
            run = nearest(self.separate, "w:r")
            if run is not None:
                node = el("w:t", text=text)
                run.addnext(el("w:r", None, node))
                self.results.append(node)


def iter_fields(root: Element) -> Iterator[Field]:
    """The complete complex fields of a part, each when it ends (inner ones first)."""
    stack: list[Field] = []
    for node in root.iter(*_MARKS):
        tag = node.tag
        if not stack and tag != _CHAR:
            continue
        kind = node.get(_KIND) if tag == _CHAR else None
        if kind == "begin":
            stack.append(Field(node))
        elif not stack:
            continue
        elif kind == "separate":
            stack[-1].separate = node
        elif kind == "end":
            stack[-1].end = node
            yield stack.pop()
        elif tag == _CODE:
            stack[-1].instructions.append(node)
        elif tag == _TEXT and stack[-1].separate is not None:
            stack[-1].results.append(node)
