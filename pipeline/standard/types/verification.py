"""verification.yaml: what a third party fills in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pipeline.standard.types.intake import Rule, Sheet


@dataclass(frozen=True, slots=True)
class VetoRole:
    """The table of the conditions that exclude a factory: its columns, and the word for “does not apply to it”."""

    table: str
    condition: str
    result: str
    clear: str


@dataclass(frozen=True, slots=True)
class ConclusionRole:
    """The field of the conclusion and its word for conformity. `mandatory`: a mandatory row that is not met forbids it."""

    field: str
    met: str
    mandatory: bool = True


@dataclass(frozen=True, slots=True)
class VerificationRoles:
    """Ids of the fields and tables of verification.yaml that the program itself must know."""

    agency: str
    report_date: str
    conclusion: ConclusionRole
    evidence: str
    veto: VetoRole | None = None


@dataclass(frozen=True)
class VerificationPack:
    """verification.yaml: what the third party fills in besides the verified values and scores."""

    materiality: Decimal
    roles: VerificationRoles
    sheets: tuple[Sheet, ...]
    rules: tuple[Rule, ...] = ()
    option_sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    methods: tuple[str, ...] = ("文件", "现场", "抽样", "仪表")
    document: str = "核查表"
    steps: tuple[str, ...] = ()
