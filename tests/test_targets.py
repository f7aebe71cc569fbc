"""No command writes over what it reads, nor a page or a record over a document."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from pipeline.cli import main
from pipeline.cli_tools import Target
from tests.test_cli import files, lvbao

SAME = "就是输入的文件，不能覆盖；请换一个文件名。"
NO_DOCUMENT = "写的是文本文件（网页、JSON 等），文件名不能以"
BOOK, REPORT, OTHER = "录入表.xlsx", "报告.docx", "别的.docx"

ONTO_AN_INPUT = (
    ("check", BOOK, "--annotate", BOOK),
    ("migrate", BOOK, "-o", BOOK, "--force"),
    ("convert", BOOK, "--to", "gbt-36132-2025", "-o", BOOK, "--force"),
    ("compare", REPORT, BOOK, "-o", REPORT, "--force"),
    ("new", "gbt-36132-2025", "--data", BOOK, "-o", BOOK, "--force"),
    ("verify-sheet", BOOK, "-o", BOOK, "--force"),
    ("verify-sheet", BOOK, "--from", "核查表.xlsx", "-o", "核查表.xlsx", "--force"),
    ("verify-sheet", "核查表.xlsx", "--force"),
    ("refresh", REPORT, "--workbook", BOOK, "-o", BOOK),
    ("refresh", REPORT, "--workbook", BOOK, "-o", REPORT),
    ("refresh", REPORT, "--workbook", BOOK, "-o", "./" + REPORT),
    ("refresh", REPORT, "--workbook", BOOK, "-o", "链接.docx"),
    ("diff", REPORT, OTHER, "--redline", OTHER),
    ("diff", "旧.json", "新.json", "--json", "新.json"),
    ("diff", "旧.json", "新.json", "--html", "旧.json"),
    ("template", "check", REPORT, "--standard", "gbt-36132-2025", "--annotate", REPORT),
    ("template", "build", "报告.md", "-o", "报告.md"),
)
TEXT_ONTO_A_DOCUMENT = (
    ("run", BOOK, "--json", BOOK),
    ("run", BOOK, "--json", "新名字.xlsx"),
    ("check", BOOK, "--html", OTHER),
    ("check", BOOK, "--html", BOOK),
    ("migrate", BOOK, "-o", "新.xlsx", "--report", OTHER),
    ("trace", REPORT, "--html", REPORT),
    ("diff", REPORT, OTHER, "--html", OTHER),
    ("diff", REPORT, OTHER, "--json", REPORT),
    ("verify", REPORT, "--workbook", BOOK, "--json", BOOK),
    ("verify", REPORT, "--workbook", BOOK, "--json", REPORT),
    ("refresh", REPORT, "--workbook", BOOK, "--json", BOOK),
    ("refresh", REPORT, "--workbook", BOOK, "--json", "页.DOCX"),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files of every kind; their content is what must not change."""
    for name in (BOOK, "核查表.xlsx", REPORT, OTHER, "旧.json", "新.json", "报告.md"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / "链接.docx").symlink_to(tmp_path / REPORT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def state(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in files(folder)}


def assert_refused(arguments: tuple[str, ...], words: str, folder: Path) -> None:
    """The command ends with these words, and no file of the folder has changed."""
    before = state(folder)
    result = lvbao(*arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert state(folder) == before


@pytest.mark.parametrize("arguments", ONTO_AN_INPUT, ids=" ".join)
def test_no_command_writes_over_its_input(arguments: tuple[str, ...], folder: Path) -> None:
    assert_refused(arguments, SAME, folder)


@pytest.mark.parametrize("arguments", TEXT_ONTO_A_DOCUMENT, ids=" ".join)
def test_no_page_or_record_gets_the_name_of_a_document(arguments: tuple[str, ...], folder: Path) -> None:
    assert_refused(arguments, NO_DOCUMENT, folder)


def test_two_results_of_one_command_do_not_go_into_one_file(folder: Path) -> None:
    before = state(folder)
    result = lvbao("diff", "旧.json", "新.json", "--html", "差.txt", "--json", "./差.txt")
    assert result.exit_code == 2
    assert "两项结果都要写到 差.txt；请给它们各取一个文件名。" in result.output
    assert state(folder) == before


def test_a_refreshed_draft_is_a_word_file(folder: Path) -> None:
    result = lvbao("refresh", REPORT, "--workbook", BOOK, "-o", "核查表.xlsx")
    assert result.exit_code == 2
    assert "更新稿的文件名应以 .docx 结尾，这里是 核查表.xlsx" in result.output
    assert (folder / "核查表.xlsx").read_text(encoding="utf-8") == "核查表.xlsx"


def options(command: click.Command) -> list[click.Parameter]:
    inner = command.commands.values() if isinstance(command, click.Group) else ()
    return [*command.params, *(p for each in inner for p in options(each))]


def test_every_option_that_names_a_result_is_guarded() -> None:
    """`batch -o` is a folder or an address of its own; `--json` alone is a switch to standard output."""
    named = [p for p in options(main) if {"-o", "--html", "--json", "--annotate", "--redline"} & set(p.opts)]
    loose = [p for p in named if not isinstance(p.type, Target) and not getattr(p, "is_flag", False)]
    assert [p.name for p in loose] == ["output"]
    assert len(named) > 15
