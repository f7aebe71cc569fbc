"""A compiled template as plain data, ready to be kept on disk: programs for the parts with tags, members for the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import CodeType
from typing import Any

from pipeline.report.merge.archive import Member
from pipeline.report.merge.guard import Spec


@dataclass(frozen=True, slots=True)
class Program:
    """One part with tags. `code` makes it from a context (None: Jinja renders it); `source` is the text for Jinja.

    `constants` are the `k0`, `k1` … of the code, `literals` what stands between tags in `source`.
    """

    name: str
    code: CodeType | None
    constants: tuple[bytes, ...]
    source: str
    literals: tuple[bytes, ...]
    elastic: bool
    nested: bool
    first_number: int


_FIELDS = ("name", "code", "constants", "source", "literals", "elastic", "nested", "first_number")


@dataclass(slots=True)
class Plan:
    """A template: members in order, each as it is or made by a program; `accepted` are the contexts known to be in order."""

    members: tuple[Member | Program, ...]
    accepted: list[Spec] = field(default_factory=list)

    def plain(self) -> tuple[list[tuple[Any, ...]], list[Spec]]:
        """The plan as plain data for the cache."""
        return [_plain(member) for member in self.members], self.accepted

    @classmethod
    def from_plain(cls, plain: tuple[list[tuple[Any, ...]], list[Spec]]) -> Plan:
        """The plan that `plain` describes."""
        members, accepted = plain
        return cls(tuple(Member(*m) if len(m) == 4 else Program(*m) for m in members), accepted)

    @property
    def programs(self) -> tuple[Program, ...]:
        """The parts with tags, in order."""
        return tuple(member for member in self.members if isinstance(member, Program))


def _plain(member: Member | Program) -> tuple[Any, ...]:
    if isinstance(member, Member):
        return (member.name, member.packed, member.crc, member.size)
    return tuple(getattr(member, field) for field in _FIELDS)
