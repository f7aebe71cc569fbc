"""The commands for reviewers: parse, call, exit code; nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipeline.cli_tools import EXISTING, reported


def add_to(group: click.Group) -> None:
    """Adds the commands to the command line."""
    for command in (trace,):
        group.add_command(command)


@click.command()
@click.argument("report", type=EXISTING)
@click.argument("figure", required=False)
@click.option("--indicator", help="按指标的标识或名称查，如 floor_area_ratio、容积率。")
@click.option("--page", help="查某一页上的全部数值（要用 LibreOffice 排版）。")
@click.option("--reverse", metavar="工作表!单元格", help="反查：哪些数值、评分行、句子、图表依赖这个单元格。")
@click.option("--workbook", type=EXISTING, help="并列录入表的现值，并核对它是不是生成报告的那一份。")
@click.option("--html", "page_file", type=EXISTING, help="写成网页：报告全文，每个数值都可点开。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
@reported
def trace(
    report: Path,
    figure: str | None,
    indicator: str | None,
    page: str | None,
    reverse: str | None,
    workbook: Path | None,
    page_file: Path | None,
    as_json: bool,
) -> None:
    """溯源：报告中的数 → 指标 → 代入数值的公式 → 录入表单元格 → 条款。

    只用报告自带的溯源信息，不需要录入表。

    \b
    例：lvbao trace 自评价报告.docx 0.75
        lvbao trace 自评价报告.docx --indicator 容积率 --workbook 录入表.xlsx
        lvbao trace 自评价报告.docx --page 12
        lvbao trace 自评价报告.docx --reverse 能源消耗!D14
        lvbao trace 自评价报告.docx --html 溯源.html
    """
    from pipeline import review_commands

    asked = review_commands.Question(figure, indicator, page, reverse)
    review_commands.trace(report, asked, workbook, page_file, as_json=as_json)
    sys.exit(0)
