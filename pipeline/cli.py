"""The command line: parse, call, print findings, exit code; nothing else.

Exit codes: 0 fine, 1 findings that forbid the final report, 2 the command could not start.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper
from pathlib import Path

import click

from pipeline import cli_words, pack_cli, review_cli
from pipeline.cli_tools import EXISTING, JSON_TARGET, TARGET, TEXT_TARGET, reported, standard_options
from pipeline.receipt import VERSION


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="lvbao")
def main() -> None:
    """绿报：把录入表变成正式的中文 Word 评价报告。

    \b
    lvbao new cpcif-adhesive-2022-draft -o 录入表.xlsx   生成空白录入表
    lvbao check 录入表.xlsx                              检查填报
    lvbao run 录入表.xlsx -o output                      生成报告
    lvbao batch samples -o output                        批量生成
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, TextIOWrapper
        ):  # a sign that the terminal's encoding lacks must not end the work
            stream.reconfigure(errors="replace")


@main.command()
@click.argument("standard", required=False)
@click.option("-o", "--output", type=TARGET, help="写到哪个文件；与 --all 同用时是文件夹。")
@click.option("--data", type=EXISTING, help="按标识填好数据的 YAML 或 JSON 文件。")
@click.option(
    "--all", "everything", is_flag=True, help="为每个标准包生成空白录入表（默认写到 intake_templates）。"
)
@click.option("--check", "only_check", is_flag=True, help="与 --all 同用：只检查是否最新，不写文件。")
@click.option("--force", is_flag=True, help="覆盖已有的文件。")
@click.option("--standards", type=EXISTING, help="标准包所在的文件夹。")
@reported
def new(
    standard: str | None,
    output: Path | None,
    data: Path | None,
    everything: bool,
    only_check: bool,
    force: bool,
    standards: Path | None,
) -> None:
    """生成录入表。

    \b
    例：lvbao new cpcif-adhesive-2022-draft -o 录入表.xlsx
        lvbao new cpcif-adhesive-2022-draft --data facts.yaml -o 录入表.xlsx
    """
    from pipeline import commands

    if everything:
        commands.new_all(output or Path("intake_templates"), standards, only_check=only_check)
    else:
        commands.new_workbook(standard, output, data, standards, force=force)


@main.command()
@click.argument("workbook", type=EXISTING)
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出同样的记录。")
@click.option(
    "--annotate",
    "annotated",
    type=TARGET,
    help="另写一份带批注的录入表：问题标在各自的单元格上，可直接改正后再检查。",
)
@click.option("--html", "page", type=TEXT_TARGET, help="把同样的清单写成一个网页文件。")
@standard_options
@reported
def check(
    workbook: Path,
    as_json: bool,
    annotated: Path | None,
    page: Path | None,
    standard: str | None,
    standards: Path | None,
) -> None:
    """检查录入表，列出全部问题：在哪一格、错在哪里、怎么改、影响什么。

    \b
    例：lvbao check 录入表.xlsx
        lvbao check 录入表.xlsx --annotate 录入表.批注.xlsx
        lvbao check 录入表.xlsx --html 校验结果.html
        lvbao check 录入表.xlsx --json
    """
    from pipeline import commands

    code = commands.check(workbook, standard, standards, as_json=as_json, annotated=annotated, page=page)
    sys.exit(code)


@main.command()
@click.argument("workbook", type=EXISTING)
@click.option("-o", "--output", type=TARGET, required=True, help="写到哪个文件。")
@click.option("--year", type=click.IntRange(1900, 2100), help="新的评价年度；不写则年度不变。")
@click.option("--report", type=TEXT_TARGET, help="把逐项的转入报告写成 Markdown 文件。")
@click.option("--force", is_flag=True, help="覆盖已有的文件。")
@standard_options
@reported
def migrate(
    workbook: Path,
    output: Path,
    year: int | None,
    report: Path | None,
    force: bool,
    standard: str | None,
    standards: Path | None,
) -> None:
    """把旧录入表转入当前版本，或转到下一评价年度：各年数值移位，不变的内容带入，当年的清空。

    \b
    例：lvbao migrate 旧录入表.xlsx -o 新录入表.xlsx --year 2025
        lvbao migrate 旧录入表.xlsx -o 新录入表.xlsx --report 转入报告.md
    """
    from pipeline import commands

    commands.migrate(workbook, output, year, report, standard, standards, force=force)


@main.command()
@click.argument("workbook", type=EXISTING)
@click.option("-o", "--output", type=TARGET, help="结果文件夹；报告写在其中以客户命名的文件夹里。")
@click.option("--json", "json_target", type=JSON_TARGET, help="把整个评价结果写成 JSON 文件，“-”为标准输出。")
@click.option("--report", help="报告种类，默认是标准包的第一种。")
@click.option("--template", type=EXISTING, help="用自己的 Word 模板。")
@click.option("--verification", type=EXISTING, help="第三方的核查表；报告改用核查值，并与申报值对照。")
@click.option("--form", help="报告的官方格式，如 2016 或 2024；默认由标准包规定。")
@click.option("--draft", is_flag=True, help="有错误时仍生成草稿（带“草稿”水印，缺口在原处标明）。")
@click.option("--no-page-numbers", is_flag=True, help="不借助 LibreOffice 排版求目录页码。")
@standard_options
@reported
def run(
    workbook: Path,
    output: Path | None,
    json_target: str | None,
    report: str | None,
    template: Path | None,
    verification: Path | None,
    form: str | None,
    draft: bool,
    no_page_numbers: bool,
    standard: str | None,
    standards: Path | None,
) -> None:
    """评价一份录入表，生成报告。

    \b
    例：lvbao run 录入表.xlsx -o output
        lvbao run 录入表.xlsx -o output --draft
        lvbao run 录入表.xlsx --json -
        lvbao run 录入表.xlsx --verification 核查表.xlsx --report third_party_evaluation -o output
    """
    from pipeline import commands
    from pipeline.deliver import Options

    options = Options(standard, standards, report, template, draft, not no_page_numbers, verification, form)
    sys.exit(commands.run(workbook, output, json_target, options))


@main.command()
@click.argument("places", nargs=-1, required=True, metavar="位置...")
@click.option(
    "-o", "--output", required=True, help="结果文件夹，每个客户一个子文件夹；可以是网址（s3://…）。"
)
@click.option(
    "--report",
    "--reports",
    "reports",
    multiple=True,
    help="报告种类，可写几次，或用逗号分开；默认自评价报告，有核查表的另加第三方评价报告。",
)
@click.option("--template", type=EXISTING, help="用自己的 Word 模板（只能用于一种报告，默认自评价报告）。")
@click.option("--form", help="第三方评价报告的官方格式，如 2016 或 2024。")
@click.option("--jobs", type=click.IntRange(1, 64), help="同时处理几份，默认按处理器个数。")
@click.option("--again", is_flag=True, help="全部重做，没有变化的也不跳过。")
@click.option(
    "--memory-limit", type=click.IntRange(128), default=1024, help="每份最多用多少内存（MB），默认 1024。"
)
@click.option("--time-limit", type=click.IntRange(1), default=300, help="每份最多用多少秒，默认 300。")
@click.option("--cluster", help="交给 Dask 集群处理，写调度器的地址，如 tcp://10.0.0.5:8786。")
@click.option("--no-draft", is_flag=True, help="有错误的不生成草稿。")
@click.option("--no-page-numbers", is_flag=True, help="不借助 LibreOffice 排版求目录页码。")
@standard_options
@reported
def batch(
    places: tuple[str, ...],
    output: str,
    reports: tuple[str, ...],
    template: Path | None,
    form: str | None,
    jobs: int | None,
    again: bool,
    memory_limit: int,
    time_limit: int,
    cluster: str | None,
    no_draft: bool,
    no_page_numbers: bool,
    standard: str | None,
    standards: Path | None,
) -> None:
    """批量评价许多录入表，打印结果表；“位置”是文件夹、录入表、带 * 的写法，或文件夹的网址（s3://…）。

    再次运行只做有变化的，并说明原因；中断之后重新运行即可接着做。有人改过的报告不覆盖。

    \b
    例：lvbao batch samples -o output
        lvbao batch "客户/*/录入表.xlsx" -o output --jobs 4
        lvbao batch samples -o output --reports third_party_evaluation
    """
    from pipeline import batch_commands
    from pipeline.batch.limits import Limits
    from pipeline.deliver import Options

    options = Options(standard, standards, None, template, not no_draft, not no_page_numbers, form=form)
    names = [name.strip() for each in reports for name in each.replace("，", ",").split(",")]
    wanted = tuple(name for name in names if name)
    asked = batch_commands.Asked(
        dict.fromkeys(wanted, ""), jobs, again, Limits(memory_limit, time_limit), cluster
    )
    sys.exit(batch_commands.batch(places, output, options, asked))


@main.command()
@click.argument("file", type=EXISTING)
@click.option("--workbook", type=EXISTING, help="录入表；批处理生成的报告会自己找到。")
@click.option("--verification", type=EXISTING, help="核查表，默认是录入表旁边的 核查表.xlsx。")
@click.option("--template", type=EXISTING, help="生成报告时用的自己的 Word 模板。")
@click.option("--standards", type=EXISTING, help="标准包所在的文件夹。")
@reported
def receipt(
    file: Path,
    workbook: Path | None,
    verification: Path | None,
    template: Path | None,
    standards: Path | None,
) -> None:
    """核对一份报告是否正是由这些输入生成的：重新生成一次，逐字节比较；不同时指出哪一项输入变了。

    \b
    例：lvbao receipt output/甲厂/自评价报告.docx
        lvbao receipt 自评价报告.docx --workbook 录入表.xlsx
    """
    from pipeline import receipt_commands
    from pipeline.reproduce import Places

    sys.exit(receipt_commands.receipt(file, Places(workbook, verification, template, standards)))


@main.command("verify-sheet")
@click.argument("workbook", type=EXISTING)
@click.option("-o", "--output", type=TARGET, help="写到哪个文件，默认是录入表旁边的 核查表.xlsx。")
@click.option("--data", type=EXISTING, help="按标识填好核查结果的 YAML 或 JSON 文件。")
@click.option("--from", "older", type=EXISTING, help="以前的核查表：申报没有变化的核查结果带过来。")
@click.option("--force", is_flag=True, help="覆盖已有的文件。")
@standard_options
@reported
def verify_sheet(
    workbook: Path,
    output: Path | None,
    data: Path | None,
    older: Path | None,
    force: bool,
    standard: str | None,
    standards: Path | None,
) -> None:
    """由企业的录入表生成第三方核查表：申报值与核查值、自评与核查并列。

    \b
    例：lvbao verify-sheet 录入表.xlsx -o 核查表.xlsx
        lvbao verify-sheet 录入表.xlsx --from 核查表.xlsx -o 新核查表.xlsx
    """
    from pipeline import commands
    from pipeline.deliver import Options

    options = Options(standard, standards)
    sys.exit(commands.verify_sheet(workbook, output, data, older, options, force=force))


pack_cli.add_to(main)
review_cli.add_to(main)
cli_words.dress(main)

if __name__ == "__main__":
    main()
