"""`lvbao receipt`: prints what a report rests on and whether that still gives the same report."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.reproduce import Places, Verdict, compare
from pipeline.show import printable

FINE, FOUND = 0, 1


def receipt(report: Path, places: Places) -> int:
    """Compares and tells; 0 when the report is exactly what the inputs give."""
    verdict = compare(report, places)
    click.echo(f"报告 {printable(str(report))}")
    for comparison in verdict.comparisons:
        click.echo(f"  {printable(comparison.what)}：{printable(comparison.problem) or '一致'}")
    click.echo(f"  凭据文件：{_beside(verdict)}")
    for line in _conclusion(verdict):
        click.echo(printable(line))
    return FINE if verdict.exact else FOUND


def _beside(verdict: Verdict) -> str:
    if verdict.edited is None:
        return "报告旁边没有凭据文件"
    return "报告在生成之后改动过" if verdict.edited else "报告生成之后没有改动过"


def _conclusion(verdict: Verdict) -> list[str]:
    if verdict.exact:
        return ["结论：重新生成的报告逐字节相同，这份报告正是由以上输入生成的。"]
    if verdict.refused:
        return [f"结论：{verdict.refused}，不能确认。"]
    lines = [f"重新生成的报告与它不同之处：{'、'.join(verdict.parts)}"]
    if verdict.differing:
        lines.append(f"结论：不是由现在的输入生成的，变了的输入：{'、'.join(verdict.differing)}。")
        if verdict.edited:
            lines.append("另外，报告本身在生成之后也改动过。")
    elif verdict.edited is None:
        lines.append("结论：输入都没有变；报告在生成之后改动过，或者是由同一版本号的另一个程序生成的。")
    elif verdict.edited:
        lines.append("结论：输入都没有变，报告本身在生成之后改动过。")
    else:
        lines.append("结论：输入和报告都没有变，但程序（版本号相同）或排版环境不同，给出的结果不一样。")
    return lines
