"""The commands for reviewers: parse, call, exit code; nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from pipeline.cli_tools import EXISTING, JSON_TARGET, TARGET, TEXT_TARGET, reported, standard_options


def add_to(group: click.Group) -> None:
    """Adds the commands to the command line."""
    for command in (trace, diff, verify, refresh):
        group.add_command(command)


@click.command()
@click.argument("report", type=EXISTING)
@click.argument("figure", required=False)
@click.option("--indicator", help="按指标的标识或名称查，如 floor_area_ratio、容积率。")
@click.option("--page", help="查某一页上的全部数值（要用 LibreOffice 排版）。")
@click.option("--reverse", metavar="工作表!单元格", help="反查：哪些数值、评分行、句子、图表依赖这个单元格。")
@click.option("--workbook", type=EXISTING, help="并列录入表的现值，并核对它是不是生成报告的那一份。")
@click.option("--html", "page_file", type=TEXT_TARGET, help="写成网页：报告全文，每个数值都可点开。")
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
        lvbao trace 自评价报告.docx --reverse 能源!D15
        lvbao trace 自评价报告.docx --html 溯源.html
    """
    from pipeline import review_commands

    asked = review_commands.Question(figure, indicator, page, reverse)
    review_commands.trace(report, asked, workbook, page_file, as_json=as_json)
    sys.exit(0)


@click.command()
@click.argument("old", type=EXISTING)
@click.argument("new", type=EXISTING)
@click.option("--baseline", type=EXISTING, help="预期变化文件（YAML，或以前 --json 的输出）；其余的标 ★。")
@click.option(
    "--html", "page_file", type=TEXT_TARGET, help="写成一个网页文件：按主题、并排、可筛选、每处有链接。"
)
@click.option("--json", "json_target", type=JSON_TARGET, help="写成 JSON 文件，“-”为标准输出。")
@click.option("--all", "everything", is_flag=True, help="在终端列出全部差别，包括只随数值变的。")
@click.option("--redline", type=TARGET, help="另写一份 Word 修订稿：全部接受得到新报告，全部拒绝得到旧报告。")
@click.option(
    "--batch", "runs", is_flag=True, help="比对两次批量的结果文件夹：一页看全部客户，与众不同的在前。"
)
@click.option("--jobs", type=click.IntRange(1, 64), help="与 --batch 同用：同时比对几份，默认按处理器个数。")
@click.option("--report", "report_kind", help="录入表按哪种报告生成后比较；默认是标准包的第一种。")
@click.option("--template", type=EXISTING, help="录入表用哪个 Word 模板生成后比较。")
@standard_options
@reported
def diff(
    old: Path,
    new: Path,
    baseline: Path | None,
    page_file: Path | None,
    json_target: str | None,
    everything: bool,
    redline: Path | None,
    runs: bool,
    jobs: int | None,
    report_kind: str | None,
    template: Path | None,
    standard: str | None,
    standards: Path | None,
) -> None:
    """按含义比对两份报告、评价结果（JSON）或录入表，任意搭配：改了什么、为什么。

    填报数据 → 指标（各项数据各占多少）→ 等级和得分 → 句子和表格，每处说明原因：数据、公式或标准包、模板、手工修改。
    退出码：0 没有差别（或都在预期之内），1 有差别，2 不能比对。

    \b
    例：lvbao diff 旧报告.docx 新报告.docx
        lvbao diff 旧报告.docx 录入表.xlsx --html 比对.html
        lvbao diff 去年/evaluation.json 今年/evaluation.json --json 比对.json
        lvbao diff 旧报告.docx 新报告.docx --baseline 预期.yaml
        lvbao diff 旧报告.docx 新报告.docx --redline 修订稿.docx
        lvbao diff --batch 结果1 结果2 --html 批量比对.html
    """
    from pipeline import review_commands
    from pipeline.deliver import Options

    options = Options(standard, standards, report_kind, template)
    out = review_commands.Outputs(page_file, json_target, everything)
    if redline is not None:
        review_commands.redline(old, new, redline, to_stderr=json_target == "-")
    if runs:
        sys.exit(review_commands.diff_runs(old, new, out, options, jobs or min(os.cpu_count() or 1, 8)))
    sys.exit(review_commands.diff(old, new, baseline, out, options))


@click.command()
@click.argument("draft", type=EXISTING)
@click.option("--workbook", type=EXISTING, required=True, help="改正后的录入表。")
@click.option("--verification", type=EXISTING, help="第三方评价报告另要核查表。")
@click.option(
    "-o",
    "--output",
    type=TARGET,
    help="更新稿写到哪里；默认在草稿旁边，文件名加“.更新”，已有的不覆盖，另取名。草稿本身不改动。",
)
@click.option("--force", is_flag=True, help="录入表的统一社会信用代码与草稿不同时仍更新（代码原先填错）。")
@click.option("--track", is_flag=True, help="更新之处都带修订标记，可在 Word 中逐处接受或拒绝。")
@click.option("--template", type=EXISTING, help="草稿是用自己的 Word 模板生成的，在这里给出。")
@click.option("--json", "json_target", type=JSON_TARGET, help="更新清单写成 JSON 文件，“-”为标准输出。")
@standard_options
@reported
def refresh(
    draft: Path,
    workbook: Path,
    verification: Path | None,
    output: Path | None,
    force: bool,
    track: bool,
    template: Path | None,
    json_target: str | None,
    standard: str | None,
    standards: Path | None,
) -> None:
    """录入表改正后，更新已经人工修改过的草稿：数值、表格、图换成新的，人写的文字一字不动。

    程序写的句子、表格行随数据增减，手工删去的不放回；手工改过的数、改写过而原文也变了的段落不猜，列出位置请人核对。
    另一家企业、另一个标准的录入表不能用来更新。退出码：0 全部更新，1 有没有更新、要核对的地方，2 不能更新。

    \b
    例：lvbao refresh 草稿.docx --workbook 新录入表.xlsx
        lvbao refresh 草稿.docx --workbook 新录入表.xlsx --track -o 更新稿.docx
    """
    from pipeline import review_commands
    from pipeline.deliver import Options

    options = Options(standard, standards, None, template, verification=verification)
    out = review_commands.Outputs(json=json_target)
    sys.exit(review_commands.refresh(draft, workbook, output, out, options, track=track, force=force))


@click.command()
@click.argument("report", type=EXISTING)
@click.option("--workbook", type=EXISTING, required=True, help="企业的录入表（附件文件夹应在它旁边）。")
@click.option("--verification", type=EXISTING, help="第三方的核查表；核对第三方评价报告时要有。")
@click.option("--template", type=EXISTING, help="报告是用自己的 Word 模板生成的，请给出那个模板。")
@click.option("--json", "json_target", type=JSON_TARGET, help="写成 JSON 文件，“-”为标准输出。")
@click.option("--all", "everything", is_flag=True, help="列出全部文字修改。")
@standard_options
@reported
def verify(
    report: Path,
    workbook: Path,
    verification: Path | None,
    template: Path | None,
    json_target: str | None,
    everything: bool,
    standard: str | None,
    standards: Path | None,
) -> None:
    """核对在 Word 中改过的报告：哪些数值与数据不符、被改写、被删去，前后有没有矛盾。

    文字修改予以保留，另行列出。退出码：0 通过，1 有问题，2 不能核对。

    \b
    例：lvbao verify 自评价报告.docx --workbook 录入表.xlsx
        lvbao verify 第三方评价报告.docx --workbook 录入表.xlsx --verification 核查表.xlsx
    """
    from pipeline import review_commands
    from pipeline.deliver import Options

    options = Options(standard, standards, None, template)
    out = review_commands.Outputs(None, json_target, everything)
    sys.exit(review_commands.verify(report, workbook, verification, out, options))
