"""What a diagram shows, before any geometry: steps, streams, amounts, people, and words for those who cannot see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.report.ooxml import clean_text

MAX_NAME: Final = 60
MAX_ALT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Stream:
    """Something that goes in or comes out; `amount` is text with its unit, "" when none is told."""

    name: str
    amount: str = ""

    @property
    def text(self) -> str:
        """Name and amount in a line."""
        return f"{self.name} {self.amount}".strip()


@dataclass(frozen=True, slots=True)
class Step:
    """One unit operation with what it takes and gives; `passed` goes on to the next step.

    `goes_on` is false where nothing leads from here to the next step: it then only stands below it.
    """

    name: str
    note: str = ""
    inputs: tuple[Stream, ...] = ()
    outputs: tuple[Stream, ...] = ()
    passed: tuple[Stream, ...] = ()
    goes_on: bool = True


@dataclass(frozen=True, slots=True)
class Chain:
    """Steps one after the other; `title` names the line when there are several."""

    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """One box with everything that enters and leaves it; `notes` are printed in the box."""

    process: str
    inputs: tuple[Stream, ...]
    outputs: tuple[Stream, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """One member: name, role, department."""

    name: str
    role: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    """People in levels, leader first; `title` names the group when there are several."""

    title: str
    levels: tuple[tuple[Person, ...], ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit with those under it."""

    name: str
    note: str = ""
    below: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagram:
    """One diagram: exactly one of the four lists holds something."""

    id: str
    title: str
    chains: tuple[Chain, ...] = ()
    balances: tuple[Balance, ...] = ()
    teams: tuple[Team, ...] = ()
    trees: tuple[Branch, ...] = ()

    @property
    def is_drawable(self) -> bool:
        """Whether there is anything to see."""
        return bool(self.chains or self.balances or self.teams or self.trees)

    @property
    def alt(self) -> str:
        """The alternative text: title and everything that is drawn."""
        text = f"{self.title}。{''.join(self._sentences())}"
        return text if len(text) <= MAX_ALT else text[: MAX_ALT - 1] + "…"

    def _sentences(self) -> Iterator[str]:
        for chain in self.chains:
            names = "".join(f"{step.name}{_joint(step, chain)}" for step in chain.steps)
            yield f"{chain.title}：{names}。" if chain.title else f"{names}。"
            for step in chain.steps:
                given = (*step.outputs, *step.passed)
                if step.inputs or given:
                    yield f"{step.name}：输入 {_listed(step.inputs)}；输出 {_listed(given)}。"
        for balance in self.balances:
            yield f"{balance.process}：输入 {_listed(balance.inputs)}；输出 {_listed(balance.outputs)}。"
            yield from (f"{note}。" for note in balance.notes)
        for team in self.teams:
            people = (
                f"{p.name}（{'，'.join(filter(None, (p.role, p.unit)))}）"
                for level in team.levels
                for p in level
            )
            yield f"{team.title}：{'、'.join(people)}。" if team.title else f"{'、'.join(people)}。"
        for tree in self.trees:
            yield from _branch(tree)


def _joint(step: Step, chain: Chain) -> str:
    if step is chain.steps[-1]:
        return ""
    return " → " if step.goes_on else "、"


def _branch(branch: Branch) -> Iterator[str]:
    if branch.below:
        yield f"{branch.name}：{'、'.join(below.name for below in branch.below)}。"
    for below in branch.below:
        yield from _branch(below)


def name_text(text: str) -> str:
    """A name that fits a box: one line, no control characters, at most 60 characters."""
    line = " ".join(clean_text(text).split())
    return line if len(line) <= MAX_NAME else line[: MAX_NAME - 1] + "…"


def _listed(streams: tuple[Stream, ...]) -> str:
    return "、".join(stream.text for stream in streams) or "无"
