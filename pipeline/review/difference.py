"""What a comparison gives: changes with their causes, ready to be said on a terminal, on a page, as JSON."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from pipeline.review.contribute import Contributions
from pipeline.review.segment import Piece, delta_text, number_of

CauseKind = Literal["data", "rules", "template", "hand", "program", "unknown"]
CAUSE_WORDS: Final[dict[CauseKind, str]] = {
    "data": "数据", "rules": "公式或标准包", "template": "模板", "hand": "手工修改", "program": "程序版本", "unknown": "原因不明",
}  # fmt: skip
Group = Literal["input", "rule", "indicator", "level", "score", "text", "row", "object"]
GROUP_WORDS: Final[dict[Group, str]] = {
    "input": "填报数据", "rule": "限值与系数", "indicator": "指标", "level": "达到等级", "score": "判定与得分",
    "text": "句子", "row": "表格", "object": "图表与图片",
}  # fmt: skip
Act = Literal["changed", "added", "removed", "moved"]
ACT_WORDS: Final[dict[Act, str]] = {"changed": "改", "added": "增", "removed": "删", "moved": "移"}


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something changed; `words` say it in particular."""

    kind: CauseKind
    words: str = ""

    def __str__(self) -> str:
        return f"{CAUSE_WORDS[self.kind]}：{self.words}" if self.words else CAUSE_WORDS[self.kind]


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `topic` is the chapter or the group of values, `where` the place in words, `tag` the figure.

    `pieces` tell a changed text; `old` and `new` are whole texts or values.
    """

    group: Group
    act: Act
    where: str
    old: str = ""
    new: str = ""
    topic: str = ""
    tag: str = ""
    unit: str = ""
    cell: str = ""
    clause: str = ""
    detail: str = ""
    pieces: tuple[Piece, ...] = ()
    causes: tuple[Cause, ...] = ()
    contributions: Contributions | None = None
    follows: bool = False
    """Only figures changed in it, and these are among the changed values: nothing new is said."""
    expected: bool = False

    @property
    def id(self) -> str:
        """The same for the same change, whenever it is found: for links and baselines."""
        said = "\x1f".join((self.group, self.act, self.tag or self.where, self.old, self.new))
        return hashlib.sha256(said.encode()).hexdigest()[:10]

    @property
    def number(self) -> Decimal | None:
        """The difference of two numbers, None for texts."""
        a, b = number_of(self.old), number_of(self.new)
        return None if a is None or b is None else b - a

    @property
    def delta(self) -> str:
        """`83.2 → 84.0 (+0.8)`."""
        return delta_text(self.old, self.new)


@dataclass(frozen=True, slots=True)
class Version:
    """Something that the two sides were made of: the same or not."""

    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Difference:
    """A whole comparison. `formats` are places where only the look differs; `notes` what could not be compared,
    `baseline` whether some changes were expected at all."""

    old: str
    new: str
    old_enterprise: str = ""
    new_enterprise: str = ""
    versions: tuple[Version, ...] = ()
    changes: tuple[Change, ...] = ()
    formats: tuple[str, ...] = ()
    renumbered: int = 0
    notes: tuple[str, ...] = ()
    resaved: str = ""
    baseline: bool = False

    def of(self, *groups: Group) -> tuple[Change, ...]:
        """The changes of some groups."""
        return tuple(c for c in self.changes if c.group in groups)

    @property
    def unexpected(self) -> tuple[Change, ...]:
        """The changes that no baseline expects."""
        return tuple(c for c in self.changes if not c.expected)
