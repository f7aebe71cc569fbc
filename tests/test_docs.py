"""Documentation is held true: commands, finding codes, READMEs, versions, generated files."""

from __future__ import annotations

import re
import tomllib

import pytest

from pipeline.cli import main
from pipeline.messages import CATALOGUE
from pipeline.receipt import VERSION
from pipeline.report import build_template
from pipeline.standard import Standard
from tests.scripts import ROOT, script

SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def shell_commands(readme: str) -> list[str]:
    text = (ROOT / readme).read_text(encoding="utf-8")
    lines = [line for block in SHELL.findall(text) for line in block.splitlines()]
    return [line.split("#")[0].strip() for line in lines]


def test_both_readmes_name_the_same_commands() -> None:
    assert shell_commands("README.md") == shell_commands("README.zh-CN.md")


def test_the_first_blocks_of_the_readme_are_the_two_commands() -> None:
    assert shell_commands("README.md")[:2] == [
        "python -m pip install . && lvbao batch samples -o output",
        "python -m pip install -e '.[test]' && python -m pytest",
    ]


def test_ci_runs_the_readmes_test_command() -> None:
    assert shell_commands("README.md")[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_link_of_the_readmes_leads_somewhere() -> None:
    for readme in ("README.md", "README.zh-CN.md"):
        for target in re.findall(r"\]\(([^)]+)\)", (ROOT / readme).read_text(encoding="utf-8")):
            assert (ROOT / target).exists(), (readme, target)


def test_the_generated_pages_are_fresh() -> None:
    assert script("docs/generate.py").stale() == []


def test_the_samples_are_what_their_facts_give() -> None:
    assert script("samples/generate.py").stale() == []


def test_every_command_has_an_example() -> None:
    for name, command in main.commands.items():
        commands = getattr(command, "commands", {name: command})
        for sub in commands.values():
            assert "例：lvbao" in (sub.help or ""), sub.name


def test_every_finding_says_what_to_do() -> None:
    assert [
        code
        for code, message in CATALOGUE.items()
        if not message.fix.removesuffix("{proposal}").endswith("。")
    ] == []


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == VERSION


def test_the_shipped_word_templates_are_fresh() -> None:
    templates = ROOT / "report_templates"
    for source in sorted(templates.glob("[!_]*/*.md")):
        assert source.with_suffix(".docx").read_bytes() == build_template(source, templates / "_house"), (
            source.name
        )


def test_the_shipped_workbooks_are_fresh(adhesive: Standard) -> None:
    from pipeline.intake.blank import generate_templates

    assert list(generate_templates(ROOT / "standards", ROOT / "intake_templates", check=True)) == []


@pytest.mark.parametrize("folder", ["pipeline", "docs", "tests", "samples", "standards", "report_templates"])
def test_no_machine_path_stands_in_the_repository(folder: str) -> None:
    for path in sorted((ROOT / folder).rglob("*")):
        if path.suffix in (".py", ".md", ".yaml", ".toml"):
            text = path.read_text(encoding="utf-8")
            assert "/wor" + "k/" not in text, path
            assert "/tm" + "p/" not in text, path
