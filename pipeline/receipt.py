"""What an evaluation was made from: hashes and versions. The same receipt means the same report."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line needs the version alone
    from pipeline.facts import Intake
    from pipeline.intake.workbook import Workbook
    from pipeline.standard.types import Standard

VERSION = "0.1.0"
"""The version of lvbao; a test compares it with pyproject.toml."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Hashes are SHA-256 in hex. `evaluation_date` is the date in the workbook, never the clock; `edition` is the one
    of the standard that was applied."""

    workbook: str
    workbook_sha256: str
    standard: str
    pack_version: str
    pack_sha256: str
    factors_sha256: str
    version: str
    evaluation_date: str | None
    template_sha256: str = ""
    evidence_sha256: tuple[tuple[str, str], ...] = ()
    verification: str = ""
    verification_sha256: str = ""
    edition: str = ""

    def with_template(self, digest: str) -> Receipt:
        """The receipt of a report made with this template."""
        return replace(self, template_sha256=digest)


def make_receipt(
    workbook: Workbook, standard: Standard, intake: Intake, evidence: tuple[tuple[str, str], ...] = ()
) -> Receipt:
    """The receipt of an evaluation (the template is added when a report is made). `evidence`: (file, SHA-256)."""
    date = intake.fact(standard.identity.roles.evaluation_date).value
    return Receipt(
        workbook=workbook.file,
        workbook_sha256=workbook.digest,
        standard=standard.id,
        pack_version=standard.identity.pack_version,
        pack_sha256=standard.digest,
        factors_sha256=standard.factors_digest,
        version=VERSION,
        evaluation_date=date.isoformat() if isinstance(date, dt.date) else None,
        evidence_sha256=evidence,
        edition=standard.identity.edition,
    )
