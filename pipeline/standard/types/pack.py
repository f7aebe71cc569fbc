"""A whole pack: its files together, errata, worked cases, releases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.standard.inherit import Override
from pipeline.standard.places import Places
from pipeline.standard.types.correspondence import Correspondence
from pipeline.standard.types.factors import FactorFamily
from pipeline.standard.types.identity import Identity, Validity
from pipeline.standard.types.indicators import IndicatorSet
from pipeline.standard.types.intake import IntakeSchema
from pipeline.standard.types.scoring import Criterion, Scoring
from pipeline.standard.types.verification import VerificationPack


@dataclass(frozen=True, slots=True)
class Erratum:
    id: str
    where: str
    says: str
    does: str
    why: str = ""
    affects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedIndicator:
    value: str | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    indicators: Mapping[str, ExpectedIndicator] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, str] = field(default_factory=dict)
    derived: Mapping[str, str] = field(default_factory=dict)
    shares: Mapping[str, str] = field(default_factory=dict)
    verdicts: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A worked example: facts in, expected values out."""

    name: str
    source: str
    facts: Mapping[str, Any]
    expect: Expectation


@dataclass(frozen=True, slots=True)
class Release:
    """One version of the pack: the present id of each field, table or `table.column` that it renamed."""

    version: str
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Standard:
    """A whole pack. `digest` is the SHA-256 over its files and those of the factor tables.

    `stamps` are further keys and values of the hidden identity sheet; a pack itself has none.
    """

    identity: Identity
    intake: IntakeSchema
    indicators: IndicatorSet
    scoring: Scoring
    factors: Mapping[str, FactorFamily]
    errata: tuple[Erratum, ...]
    cases: tuple[Case, ...]
    digest: str
    factors_digest: str
    verification: VerificationPack | None = None
    stamps: tuple[tuple[str, str], ...] = ()
    overrides: tuple[Override, ...] = ()
    """Of a pack over a base: every difference to it, with its place."""
    history: tuple[Release, ...] = ()
    origin: Standard | None = field(default=None, repr=False, compare=False)
    """The pack as it was loaded, when a workbook has put its own limits and points in."""
    correspondences: tuple[Correspondence, ...] = ()
    """How it answers to other standards (correspondence.yaml)."""
    editions: tuple[Standard, ...] = ()
    """The later editions of the same standard, oldest first; of the first edition only."""
    first: Standard | None = field(default=None, compare=False, repr=False)
    """Of a later edition: the first one."""
    family: tuple[Validity, ...] = ()
    """All editions with their dates, where there are several."""
    others: Mapping[str, Criterion] = field(default_factory=dict)
    """Criteria that only other editions have: they stand in the same workbook."""
    folders: tuple[Path, ...] = field(default=(), compare=False, repr=False)
    """The pack's folder and those of its bases: templates of its own lie there."""
    places: Places = field(default_factory=Places, compare=False, repr=False)
    """Where everything stands, for messages to pack authors."""

    @property
    def listed(self) -> Mapping[str, Criterion]:
        """The criteria that the workbook lists: those of this edition and those of others."""
        return {**self.scoring.criteria, **self.others}

    def correspondence(self, standard: str) -> Correspondence:
        """How it answers to another standard; without anything in it when the pack does not say."""
        found = (c for c in self.correspondences if c.standard == standard)
        return next(found, Correspondence(standard))

    @property
    def id(self) -> str:
        """The pack's id."""
        return self.identity.id
