"""The commands for those who keep packs and templates, or move between standards: parse, call, exit code; nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipeline.cli_tools import EXISTING, TARGET, reported, standard_options


def add_to(group: click.Group) -> None:
    """Adds the commands to the command line."""
    for command in (template, convert, compare, standard_group):
        group.add_command(command)


@click.group()
def template() -> None:
    """Word 模板：由文本源生成、检查。"""


@template.command("build")
@click.argument("source", type=EXISTING, required=False)
@click.option("-o", "--output", type=TARGET, help="写到哪个文件；默认在文本源旁边，扩展名换成 .docx。")
@click.option("--check", "only_check", is_flag=True, help="只检查是否最新，不写文件。")
@reported
def template_build(source: Path | None, output: Path | None, only_check: bool) -> None:
    """由文本源（.md）和通用样式生成 Word 模板；写标准包的文件夹时处理它的 report_templates，
    不写时处理随程序提供的全部模板。

    \b
    例：lvbao template build
        lvbao template build 我的标准包/my-standard
        lvbao template build 我的报告.md -o 我的模板.docx
        lvbao template build --check
    """
    from pipeline import commands

    sys.exit(commands.template_build(source, output, only_check=only_check))


@template.command("check")
@click.argument("file", type=EXISTING)
@click.option("--standard", "standard_name", required=True, help="标准包的名称。")
@click.option("--report", help="报告种类；默认按文件名认出，认不出的按标准包的第一种。")
@click.option("--standards", type=EXISTING, help="标准包所在的文件夹。")
@click.option("--annotate", "annotated", type=TARGET, help="另存一份，把每处错误写成 Word 批注；原模板不动。")
@click.option("--unused", is_flag=True, help="列出模板没有用到的名称。")
@reported
def template_check(
    file: Path,
    standard_name: str,
    report: str | None,
    standards: Path | None,
    annotated: Path | None,
    unused: bool,
) -> None:
    """检查 Word 模板用到的名称，一次列出全部错误及其所在段落。

    \b
    例：lvbao template check 我的模板.docx --standard cpcif-adhesive-2022-draft
        lvbao template check 我的模板.docx --standard cpcif-adhesive-2022-draft --annotate 批注.docx
    """
    from pipeline import commands

    sys.exit(commands.template_check(file, standard_name, standards, annotated, unused=unused, report=report))


@click.command("convert")
@click.argument("workbook", type=EXISTING)
@click.option("--to", "target", required=True, help="转到哪个标准包。")
@click.option("-o", "--output", type=TARGET, required=True, help="新录入表的文件名。")
@click.option("--force", is_flag=True, help="覆盖已有的文件。")
@standard_options
@reported
def convert(
    workbook: Path, target: str, output: Path, force: bool, standard: str | None, standards: Path | None
) -> None:
    """把一份录入表转成另一个标准的录入表，列出转入和没有转入的填报项。

    \b
    例：lvbao convert 录入表.xlsx --to gbt-36132-2025 -o 新录入表.xlsx
    """
    from pipeline import pack_commands

    pack_commands.convert(workbook, target, output, standard, standards, force=force)


@click.command("compare")
@click.argument("older", type=EXISTING)
@click.argument("newer", type=EXISTING, required=False)
@click.option("--to", "target", help="只有一份录入表时，按它能转入的数据与哪个新标准对照。")
@click.option("-o", "--output", type=TARGET, required=True, help="对照表的文件名（.docx）。")
@click.option("--force", is_flag=True, help="覆盖已有的文件。")
@click.option("--standards", type=EXISTING, help="标准包所在的文件夹。")
@reported
def compare(
    older: Path, newer: Path | None, target: str | None, output: Path, force: bool, standards: Path | None
) -> None:
    """同一家工厂在新旧两个标准下的一页对照：指标对应、数值、得分、口径变化和还须准备的内容。

    \b
    例：lvbao compare 录入表.xlsx 新录入表.xlsx -o 新旧标准对照.docx
        lvbao compare 录入表.xlsx --to gbt-36132-2025 -o 新旧标准对照.docx
    """
    from pipeline import compare_commands

    compare_commands.compare(older, newer, target, output, standards, force=force)


@click.group("standard")
def standard_group() -> None:
    """标准包：列出、检查、新建。"""


@standard_group.command("list")
@click.option("--standards", type=EXISTING, help="标准包所在的文件夹。")
@reported
def standard_list(standards: Path | None) -> None:
    """列出现有的标准包。

    \b
    例：lvbao standard list
    """
    from pipeline import commands

    commands.standard_list(standards)


@standard_group.command("check")
@click.argument("name")
@click.option("--strict", is_flag=True, help="有待核实的数据（推断、暂拟）时不通过，并全部列出。")
@click.option("--standards", type=EXISTING, help="标准包所在的文件夹。")
@reported
def standard_check(name: str, strict: bool, standards: Path | None) -> None:
    """检查一个标准包：结构、单位、公式、分值合计、没有用到的填报项，并核对其中的算例。

    \b
    例：lvbao standard check cpcif-adhesive-2022-draft
        lvbao standard check gbt-36132-2025 --strict
    """
    from pipeline import pack_commands

    sys.exit(pack_commands.standard_check(name, standards, strict=strict))


@standard_group.command("test")
@click.argument("name")
@click.option("--standards", type=EXISTING, help="标准包所在的文件夹。")
@reported
def standard_test(name: str, standards: Path | None) -> None:
    """核对一个标准包的算例，并列出还没有算例的指标和评价要素。

    \b
    例：lvbao standard test gbt-36132-2025
    """
    from pipeline import pack_commands

    sys.exit(pack_commands.standard_test(name, standards))


@standard_group.command("show")
@click.argument("name")
@click.option("--merged", is_flag=True, help="列出与基础标准包的每一处差别及其位置。")
@click.option("--standards", type=EXISTING, help="标准包所在的文件夹。")
@reported
def standard_show(name: str, merged: bool, standards: Path | None) -> None:
    """列出一个标准包的评分表。

    \b
    例：lvbao standard show gbt-36132-2025
        lvbao standard show gbt-36132-2025 --merged
    """
    from pipeline import pack_commands

    pack_commands.standard_show(name, standards, merged=merged)


@standard_group.command("new")
@click.argument("name")
@click.option("--from", "other", help="以哪个标准包为蓝本，连同报告模板；不写时给出可以运行的骨架。")
@click.option("--over", is_flag=True, help="不复制，只写与蓝本的差别（base:）。")
@click.option(
    "--standards",
    type=EXISTING,
    help="写在哪个文件夹；默认取环境变量 LVBAO_STANDARDS，再次是源代码的 standards。",
)
@reported
def standard_new(name: str, other: str | None, over: bool, standards: Path | None) -> None:
    """新建一个标准包，写出来就能检查和运行。

    \b
    例：lvbao standard new my-standard --standards 我的标准包
        lvbao standard new my-standard --from gbt-36132-2025
        lvbao standard new city-2025 --from gbt-36132-2025 --over
    """
    from pipeline import pack_commands

    pack_commands.standard_new(name, other, standards, over=over)
