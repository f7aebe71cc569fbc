"""standard.yaml: what the standard is, its reports and the ids that the program must know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.standard.chart_types import ChartDefinition
from pipeline.standard.diagram_types import DiagramDefinition


@dataclass(frozen=True, slots=True)
class Rounding:
    method: Literal["half_even"] = "half_even"
    source: str = "GB/T 8170-2008"


@dataclass(frozen=True, slots=True)
class Roles:
    """Ids of the fields and the table that the program itself must know."""

    enterprise: str
    evaluation_year: str
    evaluation_date: str
    evidence: str | None = None
    evidence_file: str = "file"
    evidence_asked: str = "asked"


@dataclass(frozen=True, slots=True)
class Reference:
    number: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report that can be made from the pack. `template` is a path below report_templates/.

    A report with several official forms gives `forms` (a path for each) and its `default_form` instead. With `form_by`
    the workbook chooses: for each of these fields the part that a word stands for; a form's name is its parts joined
    by “-”. `verification` tells that it speaks of verified values and so wants a verification workbook.
    """

    id: str
    title: str
    file_name: str
    template: str = ""
    forms: Mapping[str, str] = field(default_factory=dict)
    default_form: str | None = None
    form_by: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    verification: bool = False
    required_sections: tuple[str, ...] = ()
    when: str | None = None
    """A condition over the facts; where it does not hold the report cannot be made, for the reason given."""
    when_reason: str = ""


@dataclass(frozen=True, slots=True)
class Validity:
    """One of several editions of a standard: from when it holds (ISO dates), and the ids of its criteria."""

    edition: str
    effective: str | None = None
    superseded: str | None = None
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """standard.yaml."""

    id: str
    number: str
    title: str
    edition: str
    status: Literal["draft", "enacted", "superseded"]
    pack_version: str
    roles: Roles
    award: str = "绿色工厂"
    """What the evaluation is about, as the conclusion says it: 符合绿色工厂要求."""
    publisher: str = ""
    issued: str | None = None
    effective: str | None = None
    superseded: str | None = None
    base: str | None = None
    rounding: Rounding = field(default_factory=Rounding)
    comparison: Literal["full_value", "rounded_value"] = "full_value"
    references: tuple[Reference, ...] = ()
    notes: tuple[str, ...] = ()
    reports: tuple[Report, ...] = ()
    charts: tuple[ChartDefinition, ...] = ()
    diagrams: tuple[DiagramDefinition, ...] = ()
