"""Two runs over many clients on one page: who changed, by how much, why; those unlike the others first."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.deliver import Made
from pipeline.review.batch_diff import ClientDiff, ranked
from pipeline.review.batch_page import batch_page
from tests.review.word_edits import Word


def client(name: str, old: str, new: str, **more: object) -> ClientDiff:
    return ClientDiff(name, "自评价报告.docx", "same" if old == new else "changed", old, new, **more)  # type: ignore[arg-type]


def test_the_client_whose_score_moved_unlike_the_others_comes_first() -> None:
    clients = [client(f"客户{n}", "90", f"89.{n}") for n in range(5, 10)] + [client("异常", "90", "80")]
    found = ranked("旧", "新", clients)
    # changes: -0.5 -0.4 -0.3 -0.2 -0.1 and -10; their median -0.35, the median deviation from it 0.15
    assert found.usual == Decimal("-0.35")
    assert found.clients[0].client == "异常"
    assert found.clients[0].marks == ("得分变化与众不同",)
    assert [c.marks for c in found.clients[1:]] == [()] * 5


def test_a_reason_that_most_clients_share_is_said_once_and_another_is_marked() -> None:
    pack = ("标准包版本 1.0.0 → 1.1.0",)
    clients = [client(n, "90", "89", reasons=pack) for n in "甲乙丙"] + [
        client("丁", "90", "89", reasons=(*pack, "手工修改"))
    ]
    found = ranked("旧", "新", clients)
    assert found.shared == pack
    assert (found.clients[0].client, found.clients[0].marks) == ("丁", ("原因与众不同：手工修改",))


def test_missing_and_unreadable_clients_stand_above_all_others() -> None:
    failed = ClientDiff("坏", "自评价报告.docx", "failed", message="文件已经损坏")
    gone = ClientDiff("走", "自评价报告.docx", "only_old")
    found = ranked("旧", "新", [client("甲", "90", "80"), gone, failed])
    assert [c.client for c in found.clients] == ["坏", "走", "甲"]


@pytest.fixture
def runs(made: Made, tmp_path: Path) -> tuple[Path, Path]:
    """Three clients; in the new run one was edited by hand, one is gone, one is no Word file."""
    folders = tmp_path / "旧批次", tmp_path / "新批次"
    for folder in folders:
        for name in ("甲", "乙", "丙", "丁"):
            (folder / name).mkdir(parents=True)
            (folder / name / "自评价报告.docx").write_bytes(made.docx)
    word = Word(made.docx)
    word.type_over(word.paragraph("工厂用地面积为"), "f:land_area", "62000")
    (folders[1] / "乙" / "自评价报告.docx").write_bytes(word.saved())
    (folders[1] / "丙" / "自评价报告.docx").unlink()
    (folders[1] / "丁" / "自评价报告.docx").write_bytes(b"%PDF-1.7")
    return folders


def test_the_command_lists_who_changed_and_why(runs: tuple[Path, Path], tmp_path: Path) -> None:
    page = tmp_path / "批量.html"
    result = CliRunner().invoke(
        main, ["diff", "--batch", *map(str, runs), "--json", "-", "--jobs", "1", "--html", str(page)]
    )
    assert result.exit_code == 1
    record = json.loads(result.output[: result.output.rindex("}") + 1])
    assert [(c["client"], c["state"], c["causes"]) for c in record["clients"]] == [
        ("丁", "failed", []),
        ("丙", "only_old", []),
        ("乙", "changed", ["hand"]),
        ("甲", "same", []),
    ]
    assert "PDF" in record["clients"][0]["message"]
    assert page.read_text(encoding="utf-8").count("<tr class=") == 4


def test_the_same_runs_give_nothing(runs: tuple[Path, Path]) -> None:
    result = CliRunner().invoke(main, ["diff", "--batch", str(runs[0]), str(runs[0]), "--jobs", "1"])
    assert (result.exit_code, result.output.rstrip().rpartition("\n")[2]) == (0, "没有差别。")


def test_a_folder_without_results_is_said_so(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["diff", "--batch", str(tmp_path), str(tmp_path)])
    assert result.exit_code == 2
    assert "没有结果" in result.output


def test_names_of_clients_stay_text_on_the_page() -> None:
    text = batch_page(ranked("旧", "新", [client("<script>x</script>", "1", "2")]))
    assert "<script>x" not in text
