"""What every command of the command line shares."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from pipeline import cli_words
from pipeline.findings import LvbaoError
from pipeline.targets import refuse_document, refuse_inputs

cli_words.install()  # before any command is declared: click keeps some of its words then

Command = Callable[..., Any]


class Target(click.Path):
    """A file or folder that a command writes; `text`: a page or a record, which never bears a document's name."""

    def __init__(self, *, text: bool = False, as_string: bool = False) -> None:
        super().__init__(path_type=str if as_string else Path)
        self.text = text


EXISTING = click.Path(path_type=Path)
TARGET = Target()
TEXT_TARGET = Target(text=True)
JSON_TARGET = Target(text=True, as_string=True)
"""`-` is standard output."""


def reported(command: Command) -> Command:
    """Turns exceptions into one Chinese message and exit code 2; a fault of ours names a file with the details."""

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            _guard_inputs(click.get_current_context())
            return command(*args, **kwargs)
        except LvbaoError as error:
            from pipeline.show import printable

            click.echo("\n".join(printable(line) for line in f"错误：{error}".splitlines()), err=True)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            raise  # who reads our output (`| head`) has seen enough; click ends quietly
        except Exception:
            click.echo(
                f"错误：程序内部出错，没有写出结果。详情已存入 {_details()}，请连同录入表一起反馈。", err=True
            )
        sys.exit(2)

    return guarded


def _guard_inputs(context: click.Context) -> None:
    """No command writes over what it reads: told by the types of its parameters. Raises LvbaoError."""
    given = [
        (parameter, Path(value))
        for parameter in context.command.params
        if isinstance(parameter.type, click.Path)
        and (value := context.params.get(parameter.name or "")) not in (None, "-")
    ]
    targets: list[Path] = []
    for parameter, path in given:
        if isinstance(parameter.type, Target):
            targets.append(path)
            if parameter.type.text:
                refuse_document(path, max(parameter.opts, key=len))
    inputs = [path for parameter, path in given if not isinstance(parameter.type, Target)]
    refuse_inputs(inputs, targets)


def _details() -> str:
    """The file that the traceback was written to."""
    import tempfile  # imported late, as everything that --help does not need
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix="lvbao-", suffix=".log", delete=False
    ) as log:
        traceback.print_exc(file=log)
        return log.name


def standard_options(command: Command) -> Command:
    """The options that choose a standard pack."""
    command = click.option("--standards", type=EXISTING, help="标准包所在的文件夹，默认用随程序提供的。")(
        command
    )
    return click.option("--standard", help="标准包的名称，默认取录入表里写明的。")(command)
