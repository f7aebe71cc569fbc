"""Why a value changed: followed down to the inputs, rules and hands that changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from pipeline.quantity import significant
from pipeline.review.difference import CAUSE_WORDS, Cause
from pipeline.review.segment import delta_text, number_of
from pipeline.review.side import Side
from pipeline.review.values import INPUT_KINDS, RULE_KINDS, Value, unified

MAX_WORDS: Final = 4
DIGITS: Final = 10
"""As many digits as the JSON gives of a coefficient."""


class Causes:
    """The causes of every changed tag of a comparison; table cells of both sides go by the same numbers of rows."""

    def __init__(self, old: Side, new: Side) -> None:
        self._old, self._new = old, new
        self._known: dict[str, tuple[Cause, ...]] = {}

    def of(self, tag: str) -> tuple[Cause, ...]:
        """The causes of the change of a tag, none when it did not change."""
        return self._of(unified(tag), frozenset())

    def of_all(self, tags: Iterable[str]) -> tuple[Cause, ...]:
        """The causes of several tags, each once."""
        return tuple(dict.fromkeys(c for tag in tags for c in self.of(tag)))

    def differs(self, tag: str) -> bool:
        """Whether the value of a tag is another one now."""
        return not same_value(self._old.values.get(tag), self._new.values.get(tag))

    def rules(self) -> tuple[Cause, ...]:
        """The cause that lies in pack or factors, where they differ."""
        pack = _both(self._old, self._new, "pack_version", "pack_sha256")
        return (Cause("rules", pack),) if pack or _other(self._old, self._new, "factors_sha256") else ()

    def program(self) -> tuple[Cause, ...]:
        """The cause that lies in the program's version."""
        if not _other(self._old, self._new, "version"):
            return ()
        return (Cause("program", f"{self._old.receipt['version']} → {self._new.receipt['version']}"),)

    def _of(self, tag: str, above: frozenset[str]) -> tuple[Cause, ...]:
        if tag in self._known:
            return self._known[tag]
        if tag in above:
            return ()
        found = tuple(dict.fromkeys(self._found(tag, above | {tag})))
        if not above:
            self._known[tag] = found
        return found

    def _found(self, tag: str, above: frozenset[str]) -> Sequence[Cause]:
        old, new = self._old.values.get(tag), self._new.values.get(tag)
        kind = tag.partition(":")[0]
        links = [*self._old.links.get(tag, ()), *self._new.links.get(tag, ())]
        if kind in INPUT_KINDS and not links:
            return [_data(old, new)] if self.differs(tag) else []
        if kind in RULE_KINDS:
            return self._rule(old, new) if self.differs(tag) else []
        causes: list[Cause] = []
        if old is not None and new is not None and old.formula != new.formula and old.formula and new.formula:
            causes.append(Cause("rules", f"公式「{old.formula}」→「{new.formula}」"))
        for other in dict.fromkeys(links):
            if self._may_have_changed(other):
                causes += self._of(other, above)
        if not causes and self.differs(tag):
            causes += self._own(old, new)
        return causes

    def _may_have_changed(self, tag: str) -> bool:
        """Whether a tag differs before rounding; tags without a value of their own may always."""
        old, new = self._old.values.get(tag), self._new.values.get(tag)
        if (old is None and new is None) or tag.startswith("v:"):
            return True  # a verdict may stay while the number behind it moved the score
        if old is not None and new is not None and old.exact and new.exact:
            return number_of(old.exact) != number_of(new.exact)
        return self.differs(tag)

    def _rule(self, old: Value | None, new: Value | None) -> list[Cause]:
        value = new or old
        return [] if value is None else [Cause("rules", f"{value.name} {_change(old, new)}")]

    def _own(self, old: Value | None, new: Value | None) -> Sequence[Cause]:
        """A value that changed though nothing it rests on did: filled in itself, or made by other rules."""
        value = new or old
        if (
            value is not None
            and value.cell
            and value.kind in ("v", "s")
            and (old is None or new is None or old.cell)
        ):
            verdicts = [t for t in (f"v:{value.tag[2:]}",) if value.kind == "s" and self.differs(t)]
            return [c for t in verdicts for c in self.of(t)] or [_data(old, new)]
        return self.rules() or self.program()


def _data(old: Value | None, new: Value | None) -> Cause:
    value = new or old
    if value is None:
        return Cause("data")
    cell = f"（{value.cell}）" if value.cell else ""
    return Cause("data", f"{value.name} {_change(old, new)}{cell}")


def _change(old: Value | None, new: Value | None) -> str:
    before, after = "" if old is None else old.text, "" if new is None else new.text
    if max(len(before), len(after)) > 30:
        return "文字有改动"
    return delta_text(before, after)


def same_value(old: Value | None, new: Value | None) -> bool:
    """Whether two values say the same: numbers by their size, whatever their zeros."""
    if old is None or new is None:
        return old is new
    if old.text == new.text:
        return old.level == new.level or not (old.level and new.level)
    a, b = number_of(old.text), number_of(new.text)
    if a is None or b is None:
        return False
    return a == b or significant(a, DIGITS) == significant(b, DIGITS)


def _other(old: Side, new: Side, key: str) -> bool:
    """Whether both sides tell of something, and differently."""
    return bool(old.receipt.get(key) and new.receipt.get(key)) and old.receipt[key] != new.receipt[key]


def _both(old: Side, new: Side, key: str, digest: str) -> str:
    if _other(old, new, key):
        return f"标准包 {old.receipt[key]} → {new.receipt[key]}"
    return "标准包内容有改动（版本号相同）" if _other(old, new, digest) else ""


def summed(causes: Sequence[Cause]) -> str:
    """Causes in words, the first few, each kind named once."""
    kinds: dict[str, list[str]] = {}
    for cause in causes[:MAX_WORDS]:
        kinds.setdefault(CAUSE_WORDS[cause.kind], []).append(cause.words)
    words = "；".join(f"{kind}：{'，'.join(filter(None, said))}".rstrip("：") for kind, said in kinds.items())
    return f"{words} 等 {len(causes)} 项" if len(causes) > MAX_WORDS else words
