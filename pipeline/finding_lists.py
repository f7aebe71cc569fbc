"""What every list of findings says, be it on a terminal, in a workbook or on a page: counts, groups, the last word."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.findings import SEVERITY_WORDS, Finding, Severity

PASSED = "全部通过：没有发现问题。"
WHOLE_FILE = "整个文件"


def counts(findings: Sequence[Finding]) -> str:
    """`2 处错误，1 处提示`; "" when there are none."""
    numbers = [(word, sum(f.severity is s for f in findings)) for s, word in SEVERITY_WORDS.items()]
    return "，".join(f"{number} 处{word}" for word, number in numbers if number)


def summary(findings: Sequence[Finding]) -> str:
    """The counts and what follows from them; 全部通过 when there are none."""
    if not findings:
        return PASSED
    if any(f.severity is Severity.ERROR for f in findings):
        return f"{counts(findings)}。改正全部错误后才能生成正式报告。"
    return f"{counts(findings)}。{fine(findings)}"


def fine(findings: Sequence[Finding]) -> str:
    """What follows where nothing is an error."""
    listed = {Severity.WARNING: "提示", Severity.EXPLAINED: "企业的说明"}
    words = "和".join(
        word for severity, word in listed.items() if any(f.severity is severity for f in findings)
    )
    if not words:
        return "全部通过：没有错误和提示，可以生成正式报告。"
    return f"没有错误，可以生成正式报告；{words}会列入报告附录。"


def sheet_of(found: Finding) -> str:
    """The group of a finding in a list."""
    return found.where.sheet if found.where is not None and found.where.sheet else WHOLE_FILE


def worst(findings: Sequence[Finding]) -> Severity | None:
    """The gravest severity, None without findings."""
    return min((f.severity for f in findings), key=list(SEVERITY_WORDS).index, default=None)
