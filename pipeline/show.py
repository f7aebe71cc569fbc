"""Findings and results as text for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby

from pipeline.finding_lists import PASSED, counts, fine, sheet_of
from pipeline.findings import SEVERITY_WORDS, Finding, Severity


def printable(text: str) -> str:
    """The text without control characters, line breaks as ⏎: client text never steers a terminal."""
    return "".join("⏎" if c == "\n" else c for c in text if c == "\n" or unicodedata.category(c)[0] != "C")


def findings_text(findings: Sequence[Finding], file: str) -> str:
    """All findings by file (`file` first) and sheet, in the order they come; 全部通过 when there are none."""
    if not findings:
        return f"{file}：{PASSED}\n"
    by_file: dict[str, list[Finding]] = {file: []}
    for found in findings:
        named = found.where.file if found.where is not None else ""
        by_file.setdefault(named or file, []).append(found)
    lines = [line for name, found in by_file.items() if found for line in _of_file(name, found)]
    if not any(f.severity is Severity.ERROR for f in findings):
        lines.append(fine(findings))
    return "\n".join(lines).rstrip() + "\n"


def _of_file(file: str, findings: Sequence[Finding]) -> list[str]:
    lines = [f"{printable(file)}：{counts(findings)}", ""]
    for sheet, group in groupby(findings, key=sheet_of):
        lines.append(f"【{printable(sheet)}】")
        for found in group:
            lines += _lines(found)
        lines.append("")
    return lines


def _lines(found: Finding) -> list[str]:
    where = found.where
    place = ""
    if where is not None and where.cell:
        place = f"{where.cell}（{printable(where.label)}）" if where.label else f"{where.cell} "
    lines = [f"  [{SEVERITY_WORDS[found.severity]}] {place}{printable(found.message)}".rstrip()]
    if found.explanation:
        lines.append(f"         企业说明：{printable(found.explanation)}")
    if found.fix:
        lines.append(f"         怎么改：{printable(found.fix)}")
    if found.blocks and found.severity is Severity.ERROR:
        shown = "、".join(found.blocks[:4])
        more = f" 等 {len(found.blocks)} 处" if len(found.blocks) > 4 else ""
        lines.append(f"         影响：{shown}{more}")
    return lines


def table_text(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A plain table with columns aligned for a terminal that shows Chinese characters two cells wide."""
    cells = [[printable(c) for c in row] for row in (header, *rows)]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(header))]
    lines = ["  ".join(_padded(c, w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells]
    lines.insert(1, "  ".join("-" * w for w in widths))
    return "\n".join(lines) + "\n"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
