"""How a batch shows that it goes on: a bar with rate and remaining time on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import click

from pipeline.show import printable


class Progress(Protocol):
    """What a batch tells its progress to."""

    def done(self, words: str, fault: bool = False) -> None:
        """One job more is done; `fault`: worth a line of its own even beside a bar."""


class _Lines:
    def __init__(self, total: int) -> None:
        self._total = total
        self._number = 0

    def done(self, words: str, fault: bool = False) -> None:
        self._number += 1
        click.echo(f"[{self._number}/{self._total}] {printable(words)}")


@contextmanager
def progress(total: int) -> Iterator[Progress]:
    """Progress over `total` jobs, on standard output."""
    if not sys.stdout.isatty():
        yield _Lines(total)
        return
    with _bar(total) as bar:
        yield bar


@contextmanager
def _bar(total: int) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar
    from rich.progress import Task as BarTask
    from rich.text import Text

    class Rate(ProgressColumn):
        """Jobs a minute."""

        def render(self, task: BarTask) -> Text:
            speed = task.finished_speed or task.speed
            return Text("" if speed is None else f"{speed * 60:.0f} 份/分")

    console = Console()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TextColumn("剩余"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console) as bar:
        task = bar.add_task("批量生成", total=total)

        class Shown:
            """The bar; faults stand above it."""

            def done(self, words: str, fault: bool = False) -> None:
                if fault:
                    console.print(printable(words), markup=False, highlight=False)
                bar.advance(task)

        yield Shown()
