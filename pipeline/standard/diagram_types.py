"""What a pack says of its diagrams: records of `diagrams:` in standard.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Selection = Mapping[str, tuple[str, ...]]
"""Column → values: only rows that have one of the values in each of the columns are drawn."""


@dataclass(frozen=True, slots=True)
class StreamSource:
    """Rows that are what goes into and comes out of the steps of a flow, told in one of two ways.

    By side: `node` is the column with the name of the step, `inputs` and `outputs` say which rows are which. By way:
    `origin` and `target` are columns with names of steps, or words of `outside`. `group` is a column: each of its values
    (a balance) gives a chain of its own of the steps that take part. Amounts without a unit of their own take that of
    the column `unit`.
    """

    table: str
    name: str
    node: str | None = None
    inputs: Selection = field(default_factory=dict)
    outputs: Selection = field(default_factory=dict)
    origin: str | None = None
    target: str | None = None
    outside: tuple[str, ...] = ()
    amount: str | None = None
    unit: str | None = None
    group: str | None = None
    select: Selection = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LinkSource:
    """Rows that tell which step leads to which: `origin` and `target` are columns with names of steps."""

    table: str
    origin: str
    target: str
    select: Selection = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FlowSource:
    """Steps in the order of the rows of a table, with their inputs and outputs.

    These stand in rows of their own (`streams`) or as names in text columns of the step: `inputs`, `outputs`, and
    `passed`, what goes on to the next step. `group` is a column: each of its values (a product line) is a chain of its own.
    `links` are rows that say between which steps an arrow stands; without them the steps follow each other.
    """

    table: str
    name: str
    note: str | None = None
    inputs: str | None = None
    outputs: str | None = None
    passed: str | None = None
    group: str | None = None
    streams: StreamSource | None = None
    links: LinkSource | None = None
    select: Selection = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BalanceSource:
    """What goes in and comes out, with amounts, around one box; rows of the same name and side are summed.

    `inputs` and `outputs` say which rows are which. `process` are the words in the box; without them it is the value of
    the column `group`, of which each makes a box. `show` are quantities and indicators printed in a single box.
    """

    table: str
    name: str
    inputs: Selection
    outputs: Selection
    amount: str
    process: str = ""
    unit: str | None = None
    group: str | None = None
    show: tuple[str, ...] = ()
    select: Selection = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TeamSource:
    """People in levels by their role; whoever has none of these roles stands on the last level."""

    table: str
    name: str
    role: str
    levels: tuple[tuple[str, ...], ...]
    unit: str | None = None
    title: str = ""
    select: Selection = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TreeSource:
    """Units under their superiors: `parent` is the column that names the row above; rows without one stand at the top."""

    table: str
    name: str
    parent: str
    note: str | None = None
    select: Selection = field(default_factory=dict)


DiagramSource = FlowSource | BalanceSource | tuple[TeamSource, ...] | TreeSource


@dataclass(frozen=True, slots=True)
class DiagramDefinition:
    """One diagram of the pack; exactly one of the four sources is given. `teams` stand one below the other."""

    id: str
    title: str
    flow: FlowSource | None = None
    balance: BalanceSource | None = None
    teams: tuple[TeamSource, ...] = ()
    tree: TreeSource | None = None

    @property
    def sources(self) -> dict[str, DiagramSource]:
        """The sources that are given, by their key."""
        given: dict[str, DiagramSource | None] = {
            "flow": self.flow,
            "balance": self.balance,
            "teams": self.teams or None,
            "tree": self.tree,
        }
        return {key: source for key, source in given.items() if source is not None}
