"""Everything that the command line says of itself is Chinese: the help of every command, every kind of wrong call."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.cli_words import _ASKING, WORDS

_OWN = re.compile(
    r"--?[a-z][\w-]*|lvbao[\w -]*|[\w./-]*\.(?:docx|xlsx|md|html|json|yaml)\b|[\w*/.]+://[\w.:/]*|[a-z0-9_]+-[\w-]+|[a-z]+_[a-z_]+"
)
"""Options, commands, files, addresses and ids: what people type as it stands."""
_WORDS = re.compile(r"[A-Za-z]{2,}")
_NAMES = {
    "Word", "Excel", "YAML", "JSON", "HTML", "Markdown", "MB", "LibreOffice", "Dask", "WPS", "samples", "output", "facts",
    "ID", "intake", "templates", "standards", "report", "GB", "docx", "xlsx", "md", "tmp",
    "LVBAO", "STANDARDS", "base",
}  # fmt: skip
"""Names of programs, formats and folders."""


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from commands(command.commands[name], (*path, name))


_COMMANDS = {word for path in commands(main) for word in path}


def said(*arguments: str) -> tuple[int, str]:
    """Exit code and everything that was printed."""
    result = CliRunner().invoke(main, arguments, prog_name="lvbao")
    return result.exit_code, result.output


def english(text: str) -> set[str]:
    """The English words of a text that are no names."""
    return set(_WORDS.findall(_OWN.sub(" ", text))) - _NAMES - _COMMANDS


@pytest.mark.parametrize("path", list(commands(main)), ids=" ".join)
def test_the_help_of_every_command_is_chinese(path: tuple[str, ...]) -> None:
    code, text = said(*path, "--help")

    assert code == 0
    assert english(text) == set()
    assert text.startswith(f"用法：{' '.join(('lvbao', *path))} [选项]")
    assert "-h, --help" in text
    assert "显示这段说明。" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check"], "错误：缺少参数 '录入表'"),
        (["migrate", "旧.xlsx"], "错误：缺少选项 '-o' / '--output'"),
        (["chek", "a"], "错误：没有命令 'chek'，请核对拼写。 是否为 'check'？"),
        (["templat", "a"], "错误：没有命令 'templat'，请核对拼写。 是否为 'template'？"),
        (["check", "--jsn", "甲.xlsx"], "错误：没有选项 '--jsn'，请核对拼写。 是否为 '--json'？"),
        (["check", "--zzz", "甲.xlsx"], "错误：没有选项 '--zzz'，请核对拼写。"),
        (["check", "甲.xlsx", "乙.xlsx"], "错误：多出了参数（乙.xlsx），文件名中有空格的请加引号。"),
        (["check", "甲.xlsx", "--json=3"], "错误：选项 '--json' 后面不写值。"),
        (["migrate", "甲.xlsx", "-o"], "错误：选项 '-o' 后面还要写一个值。"),
        (["batch", "a", "-o", "b", "--jobs", "99"], "错误：'--jobs' 的值不对：99 不在允许的范围 1<=x<=64 内。"),
        (["batch", "a", "-o", "b", "--jobs", "两"], "错误：'--jobs' 的值不对：'两' 不是整数，请只写数字。"),
    ],
)  # fmt: skip
def test_every_kind_of_wrong_call_is_told_in_chinese(arguments: list[str], words: str) -> None:
    code, text = said(*arguments)

    assert code == 2
    assert words in text
    assert english(re.sub(r"'[^']*'", "", text)) - {"x"} == set()


def test_a_group_without_command_shows_its_chinese_help() -> None:
    _, text = said("template")
    assert text.startswith("用法：lvbao template [选项] 命令 [参数]...")
    assert english(text) == set()


def test_the_version_is_told_without_english() -> None:
    code, text = said("--version")
    assert (code, re.fullmatch(r"lvbao \d+(\.\d+)*\n", text) is not None) == (0, True)


def test_a_chinese_name_in_the_first_column_takes_two_columns_a_sign() -> None:
    _, text = said("migrate", "--help")
    assert "  -o, --output 文件   写到哪个文件。  [必填]\n" in text
    assert "  --force             覆盖已有的文件。\n" in text


def _messages(module: str) -> Iterator[str]:
    """Every literal message of a module of the installed click that it asks gettext for."""
    source = Path(click.__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("_", "ngettext")
        ):
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


_FOR_PROGRAMMERS = re.compile(
    r"Boolean option|Arguments take exactly|Could not determine name|No options defined|Name '|Unknown (color|standard)|Choice\("
    r"|Invalid start character|Repeat for|entered values|Press any key|Do you want|Confirm the action|invalid input"
)
"""Faults of a declaration, and questions at the terminal, which lvbao never asks."""


def test_the_catalogue_knows_every_message_of_the_installed_click() -> None:
    asked = {message for module in _ASKING for message in _messages(module)}
    assert "Missing command." in asked
    assert {m for m in asked if m not in WORDS and not _FOR_PROGRAMMERS.search(m)} == set()


@pytest.mark.parametrize("message", sorted(WORDS))
def test_a_message_in_chinese_keeps_what_is_put_in(message: str) -> None:
    places = re.compile(r"\{(\w+)(?:!r)?\}|%\((\w+)\)s")
    kept = {m.group(1) or m.group(2) for m in places.finditer(WORDS[message])}
    given = {m.group(1) or m.group(2) for m in places.finditer(message)}
    assert kept <= given
    assert kept | {"number_type", "param_type"} >= given
