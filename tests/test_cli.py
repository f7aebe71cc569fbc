"""Each command as a user types it: words, exit codes, files; and nothing half-written when something goes wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.standard import Standard
from tests.conftest import copy_attachments
from tests.excel import Excel
from tests.intake.test_guard import ole

PACK = "cpcif-adhesive-2022-draft"
PYTHON_WORDS = re.compile(r"Traceback|Errno|Error\b|Exception|\bNone\b|\.py\b|<class|object at")


def lvbao(*arguments: str | Path) -> Result:
    """Runs a command; an exception that reaches the user is a fault of the test."""
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert not PYTHON_WORDS.search(result.output), result.output
    return result


def files(folder: Path) -> list[str]:
    """Every file below a folder, hidden ones too."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.fixture(scope="module")
def good(sample_bytes: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook without findings."""
    path = copy_attachments(tmp_path_factory.mktemp("good")) / "录入表.xlsx"
    path.write_bytes(sample_bytes)
    return path


@pytest.fixture(scope="module")
def faulty(sample: Excel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with one error."""
    book = sample.copy()
    book.put("用地与建筑", book.field("用地与建筑", "用地面积"), "约60000")
    return book.save(copy_attachments(tmp_path_factory.mktemp("faulty")) / "录入表.xlsx")


# -- new -----------------------------------------------------------------------------------------------------
def test_new_writes_a_blank_workbook(tmp_path: Path) -> None:
    target = tmp_path / "新 客户" / "录入表.xlsx"

    result = lvbao("new", PACK, "-o", target)

    assert result.exit_code == 0
    assert str(target) in result.output
    assert files(tmp_path) == ["新 客户/录入表.xlsx"]
    assert lvbao("check", target).exit_code == 1


def test_new_never_overwrites_unless_forced(tmp_path: Path) -> None:
    target = tmp_path / "录入表.xlsx"
    target.write_bytes(b"filled")

    refused = lvbao("new", PACK, "-o", target)
    assert refused.exit_code == 2
    assert "已经存在" in refused.output
    assert "--force" in refused.output
    assert target.read_bytes() == b"filled"

    assert lvbao("new", PACK, "-o", target, "--force").exit_code == 0
    assert target.read_bytes() != b"filled"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "请写明标准包"),
        (("cpcif-adhesiv-2022-draft",), PACK),
        (("../../etc",), "标准包"),
        ((PACK, "-o", "录入表.xls"), ".xlsx"),
        ((PACK, "--data", "没有.yaml"), "没有.yaml"),
    ],
)
def test_new_says_what_it_lacks(
    arguments: tuple[str, ...], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    result = lvbao("new", *arguments)

    assert result.exit_code == 2
    assert words in result.output
    assert files(tmp_path) == []


@pytest.mark.parametrize("text", ["land_aera: 1", "land_area: [", "- 1", "land_area: 约60000", ""])
def test_new_names_the_fault_in_a_data_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text(text, encoding="utf-8")

    result = lvbao("new", PACK, "--data", tmp_path / "facts.yaml", "-o", tmp_path / "录入表.xlsx")

    assert result.exit_code in (0, 2) if text == "" else result.exit_code == 2
    if result.exit_code == 2:
        assert "facts.yaml" in result.output
        assert files(tmp_path) == ["facts.yaml"]


# -- check ---------------------------------------------------------------------------------------------------
def test_check_says_when_all_is_well(good: Path) -> None:
    result = lvbao("check", good)

    assert result.exit_code == 0
    assert "全部通过" in result.output


def test_check_names_cell_fault_and_remedy(faulty: Path) -> None:
    result = lvbao("check", faulty)

    assert result.exit_code == 1
    assert "【用地与建筑】" in result.output
    assert "[错误] D4（用地面积）填的是“约60000”，应为数字" in result.output
    assert "怎么改：请只填数字，单位 m²。如果是 60000，请填 60000。" in result.output


def test_check_gives_the_same_records_as_json(faulty: Path, good: Path) -> None:
    result = lvbao("check", faulty, "--json")
    whole = lvbao("run", faulty, "--json", "-")

    assert (result.exit_code, whole.exit_code) == (1, 1)
    (record,) = json.loads(result.stdout)["findings"]
    assert json.loads(whole.stdout)["findings"] == [record]
    assert record["code"] == "not_a_number"
    assert record["where"]["cell"] == "D4"
    assert "指标“容积率”" in record["blocks"]
    assert record["message"] in lvbao("check", faulty).output
    assert json.loads(lvbao("check", good, "--json").stdout) == {"findings": []}


# -- run -----------------------------------------------------------------------------------------------------
def test_run_writes_report_and_evaluation_into_a_folder_of_the_client(good: Path, tmp_path: Path) -> None:
    result = lvbao("run", good, "-o", tmp_path, "--no-page-numbers")

    client = good.parent.name
    assert result.exit_code == 0
    assert files(tmp_path) == [
        f"{client}/evaluation.json",
        f"{client}/自评价报告.docx",
        f"{client}/自评价报告.凭据.json",
    ]
    assert "已生成报告" in result.output


def test_run_with_errors_writes_nothing(faulty: Path, tmp_path: Path) -> None:
    result = lvbao("run", faulty, "-o", tmp_path)

    assert result.exit_code == 1
    assert files(tmp_path) == []
    assert "没有生成正式报告" in result.output
    assert "--draft" in result.output


def test_run_leaves_an_older_report_and_warns_of_it(faulty: Path, tmp_path: Path) -> None:
    folder = tmp_path / faulty.parent.name
    folder.mkdir()
    (folder / "自评价报告.docx").write_bytes(b"older")

    result = lvbao("run", faulty, "-o", tmp_path)

    assert result.exit_code == 1
    assert (folder / "自评价报告.docx").read_bytes() == b"older"
    assert "自评价报告.docx 是以前生成的" in result.output


def test_a_draft_beside_an_older_report_is_warned_of(faulty: Path, tmp_path: Path) -> None:
    folder = tmp_path / faulty.parent.name
    folder.mkdir()
    (folder / "自评价报告.docx").write_bytes(b"older")

    result = lvbao("run", faulty, "-o", tmp_path, "--draft", "--no-page-numbers")

    assert "自评价报告.docx 是以前生成的" in result.output
    assert "（草稿）.docx 是以前生成的" not in result.output


def test_a_draft_is_made_in_spite_of_errors_and_is_called_so(faulty: Path, tmp_path: Path) -> None:
    result = lvbao("run", faulty, "-o", tmp_path, "--draft", "--no-page-numbers")

    client = faulty.parent.name
    assert result.exit_code == 1
    made = ["evaluation.json", "自评价报告（草稿）.docx", "自评价报告（草稿）.凭据.json"]
    assert files(tmp_path) == [f"{client}/{name}" for name in made]
    assert "已生成草稿" in result.output


def test_json_on_standard_output_is_nothing_but_json(faulty: Path, tmp_path: Path) -> None:
    result = lvbao("run", faulty, "-o", tmp_path, "--json", "-", "--draft", "--no-page-numbers")

    record = json.loads(result.stdout)
    assert record["standard"]["id"] == PACK
    assert record["findings"][0]["code"] == "not_a_number"
    assert "已生成草稿" in result.stderr


def test_json_goes_to_a_file(good: Path, tmp_path: Path) -> None:
    result = lvbao("run", good, "--json", tmp_path / "评价.json")

    assert result.exit_code == 0
    assert json.loads((tmp_path / "评价.json").read_text(encoding="utf-8"))["findings"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "-o"),
        (("--json", "-", "--standard", "cpcif-adhesive-2022"), f"“{PACK}”"),
        (("-o", "output", "--report", "self_evalution"), "“self_evaluation”"),
        (("-o", "output", "--template", "没有.docx"), "没有.docx"),
        (("-o", "output", "--standards", "没有"), "没有"),
    ],
)
def test_run_offers_the_nearest_name(
    arguments: tuple[str, ...], words: str, good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    result = lvbao("run", good, *arguments)

    assert result.exit_code == 2
    assert words in result.output
    assert files(tmp_path) == []


# -- what is no workbook ----------------------------------------------------------------------------------------
def broken(sample_bytes: bytes) -> dict[str, tuple[bytes, str]]:
    """Files that only look like workbooks: content and a word of the message."""
    return {
        "文本.xlsx": ("企业,面积\n甲,1\n".encode(), "纯文本"),
        "截断.xlsx": (sample_bytes[:20000], "不完整"),
        "加密.xlsx": (ole("Root Entry", "EncryptionInfo", "EncryptedPackage"), "密码"),
        "空.xlsx": (b"", "空的"),
        "网页.xlsx": (b"<html><body><table></table></body></html>", "网页"),
        "旧版.xls": (ole("Root Entry", "Workbook"), "旧版"),
        "图片.xlsx": (b"\x89PNG\r\n\x1a\n" + bytes(100), "图片"),
        "乱码.xlsx": (bytes(range(256)) * 20, "未知格式"),
    }


@pytest.mark.parametrize("command", ["check", "run"])
def test_what_is_no_workbook_is_named_and_refused(command: str, sample_bytes: bytes, tmp_path: Path) -> None:
    output = tmp_path / "output"
    for name, (content, word) in broken(sample_bytes).items():
        path = tmp_path / name
        path.write_bytes(content)
        result = lvbao(command, path, *(["-o", output] if command == "run" else []))
        assert (name, result.exit_code) == (name, 2)
        assert result.output.startswith(f"错误：{name}：")
        assert word in result.output, result.output
    assert not output.exists()


def test_a_missing_file_and_a_folder_are_named_and_refused(tmp_path: Path) -> None:
    for command in (("check",), ("run", "-o", str(tmp_path / "output"))):
        for path in (tmp_path / "没有.xlsx", tmp_path):
            result = lvbao(command[0], path, *command[1:])
            assert result.exit_code == 2
            assert result.output.startswith("错误：")
            assert path.name in result.output
    assert files(tmp_path) == []


# -- writing fails ---------------------------------------------------------------------------------------------
def full_disk(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_nothing_half_written_is_left_when_writing_fails(
    step: str, good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, step, full_disk)

    for arguments in (
        *([("run", good, "-o", tmp_path, "--no-page-numbers")] if step == "replace" else []),
        ("run", good, "--json", tmp_path / "评价.json"),
        ("new", PACK, "-o", tmp_path / "录入表.xlsx"),
    ):
        result = lvbao(*arguments)
        assert result.exit_code == 2
        assert "磁盘已满" in result.output
        assert files(tmp_path) == []


def test_an_older_report_stays_whole_when_writing_fails(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / good.parent.name
    folder.mkdir()
    for name in ("evaluation.json", "自评价报告.docx"):
        (folder / name).write_bytes(b"older")
    replace = os.replace

    def open_in_word(source: str, target: Path) -> None:
        if target.suffix == ".docx":
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", open_in_word)
    result = lvbao("run", good, "-o", tmp_path, "--no-page-numbers")

    assert result.exit_code == 2
    assert "没有权限" in result.output
    assert files(tmp_path) == [f"{folder.name}/evaluation.json", f"{folder.name}/自评价报告.docx"]
    assert [(folder / n).read_bytes() for n in ("evaluation.json", "自评价报告.docx")] == [b"older", b"older"]


def test_a_file_where_the_output_folder_should_be_is_no_crash(good: Path, tmp_path: Path) -> None:
    (tmp_path / "output").write_text("a file")

    result = lvbao("run", good, "-o", tmp_path / "output", "--no-page-numbers")

    assert result.exit_code == 2
    assert "不能写入" in result.output
    assert (tmp_path / "output").read_text() == "a file"


# -- the rest ------------------------------------------------------------------------------------------------
def test_a_workbook_of_another_standard_is_refused_in_check_and_run(sample: Excel, tmp_path: Path) -> None:
    book = sample.copy()
    book.identify("standard", "gbt-36132-2099")
    path = book.save(tmp_path / "录入表.xlsx")

    unknown = lvbao("check", path)
    assert unknown.exit_code == 2
    assert "gbt-36132-2099" in unknown.output

    asked = lvbao("check", path, "--standard", PACK)
    assert asked.exit_code == 1
    assert "这份录入表属于标准“gbt-36132-2099”" in asked.output


def test_packs_are_listed_and_the_nearest_is_offered(adhesive: Standard) -> None:
    assert adhesive.identity.title in lvbao("standard", "list").output
    unknown = lvbao("standard", "check", "cpcif-adhesive-2022-darft")
    assert unknown.exit_code == 2
    assert f"“{PACK}”" in unknown.output


def test_wrong_usage_is_exit_code_2() -> None:
    assert CliRunner().invoke(main, ["check"]).exit_code == 2
    assert CliRunner().invoke(main, ["chek", "录入表.xlsx"]).exit_code == 2
    assert CliRunner().invoke(main, ["run", "录入表.xlsx", "--darft"]).exit_code == 2


def test_a_run_without_a_verification_sheet_imports_neither_yaml_nor_the_network(tmp_path: Path) -> None:
    """Once the pack is kept on the disk."""
    book = next((Path(__file__).parents[1] / "samples").glob("01-*")) / "录入表.xlsx"
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from pipeline.deliver import Options, standard_for\nfrom pipeline.evaluate import evaluate\n"
        f"book = Path({str(book)!r})\nevaluate(book, standard_for(book, Options()))\n"
        "heavy = {'yaml', 'cerberus', 'openpyxl', 'pandas', 'defusedxml', 'ssl', 'http.client'}\n"
        "print(sorted(heavy & sys.modules.keys()), 'pipeline.verification.verify' in sys.modules)"
    )
    environment = os.environ | {"LVBAO_CACHE": str(tmp_path)}
    run = lambda: subprocess.run(  # noqa: E731
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    run()
    assert run().stdout.splitlines()[-1] == "[] False"


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom pipeline.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'numpy', 'openpyxl', 'lxml', 'jinja2', 'cerberus', 'yaml', 'xlsxwriter', 'PIL', 'python_calamine'}\n"
        "print(sorted(heavy & sys.modules.keys()), 'pipeline.report.build' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] False"


# -- a reader that goes away ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "arguments", [("standard", "list"), ("check", "{faulty}"), ("run", "{faulty}", "--json", "-")]
)
def test_a_command_whose_reader_has_seen_enough_ends_quietly(
    faulty: Path, arguments: tuple[str, ...]
) -> None:
    """What `lvbao … | head` does: the pipe is closed before the command has written everything."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-c", "from pipeline.cli import main\nmain()"]
    command += [argument.format(faulty=faulty) for argument in arguments]

    with os.fdopen(writer) as closed:
        done = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, check=False, timeout=120)

    assert (done.returncode, done.stderr) == (1, b"")


def test_blank_workbooks_that_were_never_made_are_not_called_stale(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["new", "--all", "--check", "-o", str(tmp_path / "none")])

    assert result.exit_code == 1
    assert "还没有生成的空白录入表：" in result.output
    assert "过期" not in result.output
