"""Photographs, scans and documents that the evidence register names, from the folder of the workbook."""

from __future__ import annotations

from pipeline.evidence.register import NO_EVIDENCE, Evidence, EvidenceFile, read_evidence

__all__ = ["NO_EVIDENCE", "Evidence", "EvidenceFile", "read_evidence"]
