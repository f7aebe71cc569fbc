"""The words of click in Chinese: its messages, its headings, the names of arguments and of the kinds of values.

click asks `gettext` for every message, and gettext chooses a language by the environment of the process. People who run
lvbao read Chinese whatever that says, so click is given this catalogue instead. `tests/test_cli_words.py` holds it against
every message that the installed click can show.
"""

from __future__ import annotations

import importlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Final

import click
import click.formatting

WORDS: Final[Mapping[str, str]] = {
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Positional arguments": "参数",
    "Show this message and exit.": "显示这段说明。",
    "Show the version and exit.": "显示版本。",
    "%(prog)s, version %(version)s": "%(prog)s %(version)s",
    "required": "必填",
    "default: {default}": "默认：{default}",
    "env var: {var}": "环境变量：{var}",
    "(dynamic)": "（运行时决定）",
    "deprecated": "已停用",
    "Aborted!": "已中断。",
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "用法和例子请看：{command} {option}",
    "Missing command.": "没有写命令。请在上面用法的“命令”处写一个命令。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing {param_type}": "缺少{param_type}",
    "Missing parameter: {param_name}": "缺少参数：{param_name}",
    "No such option {name!r}.": "没有选项 {name!r}，请核对拼写。",
    "No such command {name!r}.": "没有命令 {name!r}，请核对拼写。",
    "Did you mean {possibility}?": "是否为 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "是否为其中之一：{possibilities}？",
    "Invalid value: {message}": "填的值不对：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值不对：{message}",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是整数，请只写数字。",
    "{value} is not in the range {range}.": "{value} 不在允许的范围 {range} 内。",
    "{value!r} is not {choice}.": "{value!r} 应为 {choice}。",
    "{value!r} is not one of {choices}.": "{value!r} 应为其中之一：{choices}。",
    "Choose from:\n\t{choices}": "请从中选择：\n\t{choices}",
    "{value!r} is not a valid boolean. Recognized values: {states}": "{value!r} 应为其中之一：{states}。",
    "{value!r} is not a valid UUID.": "{value!r} 不是有效的 UUID。",
    "{value!r} does not match the format {format}.": "{value!r} 应按 {format} 的样子写。",
    "{value!r} does not match the formats {formats}.": "{value!r} 应按其中一种样子写：{formats}。",
    "Value must be an iterable.": "应写多个值。",
    "Takes {nargs} values but 1 was given.": "应写 {nargs} 个值，这里有 1 个。",
    "Takes {nargs} values but {len} were given.": "应写 {nargs} 个值，这里有 {len} 个。",
    "{len_type} values are required, but {len_value} was given.": "应写 {len_type} 个值，这里有 {len_value} 个。",
    "{len_type} values are required, but {len_value} were given.": "应写 {len_type} 个值，这里有 {len_value} 个。",
    "Got unexpected extra argument ({args})": "多出了参数（{args}），文件名中有空格的请加引号。",
    "Got unexpected extra arguments ({args})": "多出了参数（{args}），文件名中有空格的请加引号。",
    "Argument {name!r} takes {nargs} values.": "参数 {name!r} 应写 {nargs} 个值。",
    "Option {name!r} does not take a value.": "选项 {name!r} 后面不写值。",
    "Option {name!r} requires an argument.": "选项 {name!r} 后面还要写一个值。",
    "Option {name!r} requires {nargs} arguments.": "选项 {name!r} 后面还要写 {nargs} 个值。",
    "Could not open file {filename!r}: {message}": "打不开文件 {filename!r}：{message}",
    "unknown error": "原因不明",
    "file": "文件",
    "directory": "文件夹",
    "path": "路径",
    "{name} {filename!r} does not exist.": "{name} {filename!r} 不存在。",
    "{name} {filename!r} is a file.": "{name} {filename!r} 是文件，这里要文件夹。",
    "{name} {filename!r} is a directory.": "{name} {filename!r} 是文件夹，这里要文件。",
    "{name} {filename!r} is not readable.": "{name} {filename!r} 不能读取，请核对权限。",
    "{name} {filename!r} is not writable.": "{name} {filename!r} 不能写入，请核对权限。",
    "{name} {filename!r} is not executable.": "{name} {filename!r} 不能执行，请核对权限。",
    "DeprecationWarning: The command {name!r} is deprecated.{extra_message}": "命令 {name!r} 已停用。{extra_message}",
    "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}": "{name!r} 已停用。{extra_message}",
}  # fmt: skip
"""click's message, as it asks gettext for it, and ours."""

_NAMES: Final[Mapping[str, str]] = {
    "workbook": "录入表", "standard": "标准包", "standard_name": "标准包", "name": "标准包", "target": "标准包",
    "other": "标准包", "places": "位置", "file": "文件", "source": "来源", "old": "旧", "new": "新", "older": "旧",
    "newer": "新", "report": "报告", "reports": "报告", "report_kind": "报告", "figure": "数", "draft": "草稿",
    "indicator": "指标", "form": "格式", "cluster": "地址", "json_target": "文件", "output": "位置",
    "standards": "文件夹", "page": "页",
}  # fmt: skip
"""What people see in the place of an argument, or of the value of an option."""
_ASKING: Final = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")
"""The modules of click that ask gettext."""


def in_chinese(message: str) -> str:
    """click's message in Chinese."""
    return WORDS.get(message, message)


def _counted(one: str, several: str, count: int) -> str:
    return in_chinese(one if count == 1 else several)


def install() -> None:
    """Gives click our catalogue in the place of gettext."""
    for name in _ASKING:
        module = importlib.import_module(f"click.{name}")
        for asked, ours in (("_", in_chinese), ("ngettext", _counted)):
            if hasattr(module, asked):
                setattr(module, asked, ours)
    click.formatting.term_len = _width  # type: ignore[attr-defined,assignment]  # its columns stand by this


def _width(text: str) -> int:
    """How many columns of a terminal a text takes: a Chinese sign takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


class _Formatter(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, WORDS["Usage:"] if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{heading}：\n")


class _Context(click.Context):
    formatter_class = _Formatter


def dress(command: click.Command) -> None:
    """Names in Chinese for the arguments and values of a command and of all below it."""
    command.context_class = _Context
    command.options_metavar = "[选项]"
    for param in command.params:
        if param.metavar is None and not (isinstance(param, click.Option) and param.is_flag):
            param.metavar = _metavar(param)
    if isinstance(command, click.Group):
        command.subcommand_metavar = "命令 [参数]..."
        for below in command.commands.values():
            dress(below)


def _metavar(param: click.Parameter) -> str:
    if isinstance(param, click.Option):
        if isinstance(param.type, click.Path):
            return "文件夹" if re.match(r"[^（；，]*文件夹", param.help or "") else "文件"
        return "整数" if isinstance(param.type, click.IntRange) else _NAMES.get(param.name or "", "文字")
    word = _NAMES.get(param.name or "", "参数") + ("" if param.nargs == 1 else "...")
    return word if param.required else f"[{word}]"
