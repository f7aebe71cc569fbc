"""Many clients at once: nobody's fault stops another's, nothing is done twice, nobody's work is overwritten."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from pipeline.batch.job import DECLARED, Job, State
from pipeline.batch.limits import Limits
from pipeline.batch.lock import locked
from pipeline.batch.pool import WorkerPool
from pipeline.deliver import Options
from pipeline.findings import LvbaoError
from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.report.package import read_package, write_package
from pipeline.standard import load_standard
from tests.batch.shop import DRAFT, FACTS, MADE, PACK, SUMMARY, Shop, heavy, reports, results
from tests.conftest import TESTS
from tests.test_cli import broken


@pytest.fixture(scope="module")
def finished(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two clients in `in` and their results in `out`."""
    folder = tmp_path_factory.mktemp("finished")
    for name in ("甲", "乙"):
        shop.client(folder / "in" / name)
    assert shop.batch(folder / "in", "-o", folder / "out").exit_code == 0
    return folder


class Two:
    """A copy of it at another place, and the shop."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        self.shop = shop
        self.folder = folder

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    def again(self, *options: str) -> str:
        """What a second batch says; it must end well."""
        result = self.shop.batch(self / "in", "-o", self / "out", *options)
        assert result.exit_code == 0, result.output
        return result.output


@pytest.fixture
def two(shop: Shop, finished: Path, tmp_path: Path) -> Two:
    shutil.copytree(finished, tmp_path / "two")
    return Two(shop, tmp_path / "two")


# -- one client's failure --------------------------------------------------------------------------------------
def test_one_broken_client_never_stops_another(shop: Shop, tmp_path: Path) -> None:
    clients, output = tmp_path / "clients", tmp_path / "output"
    shop.client(clients / "甲")
    shop.client(clients / "乙", land_area=None)
    for name, (content, _) in broken(shop.workbook()).items():
        (clients / name).write_bytes(content)
    (clients / "~$文本.xlsx").write_bytes(b"lock")
    (clients / "空文件夹").mkdir()

    result = shop.batch(clients, "-o", output, "--jobs", "1")

    assert result.exit_code == 1
    assert reports(output) == sorted([*(f"甲/{name}" for name in MADE), *(f"乙/{name}" for name in DRAFT)])
    assert "共 10 家：正式报告 1，草稿 1，失败 8" in result.output
    assert "加密.xlsx：文件设有打开密码" in result.output


def test_a_workbook_that_takes_too_much_memory_or_time_ends_only_itself(shop: Shop, tmp_path: Path) -> None:
    shop.client(tmp_path / "in" / "甲")
    (tmp_path / "in" / "很大.xlsx").write_bytes(heavy(shop.workbook()))

    result = shop.batch(tmp_path / "in", "-o", tmp_path / "out", "--jobs", "1", "--memory-limit", "256")

    assert result.exit_code == 1
    assert reports(tmp_path / "out") == [f"甲/{name}" for name in MADE]
    assert "很大.xlsx：处理它要用的内存超过 256 MB，已中止" in result.output

    late = shop.batch(tmp_path / "in" / "很大.xlsx", "-o", tmp_path / "late", "--time-limit", "1")
    assert late.exit_code == 1
    assert "很大.xlsx：处理超过 1 秒，已中止" in late.output


def test_a_worker_killed_by_somebody_else_is_replaced_and_its_job_done_again(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    options = Options(standards_folder=shop.standards, template=shop.template, page_numbers=False)
    first, second = (
        Job(name, DECLARED, shop.client(tmp_path / name), None, options) for name in ("甲", "乙")
    )
    pool = WorkerPool(1, Limits())
    try:
        future = pool.submit(first)
        while not (
            workers := [p for p in psutil.Process().children() if "pipeline.batch.worker" in p.cmdline()]
        ):
            pass
        workers[0].kill()
        assert [future.result().state, pool.submit(second).result().state] == [State.FINAL, State.FINAL]
    finally:
        pool.close()
    assert not any((tmp_path / "scratch").iterdir())


def test_what_a_worker_started_does_not_outlive_it(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the worker is killed, as the system does when memory is short. A process stands for the LibreOffice it started,
    which works in the worker's folder and has nobody left to stop it."""
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    options = Options(standards_folder=shop.standards, template=shop.template, page_numbers=False)
    pool = WorkerPool(1, Limits())
    try:
        future = pool.submit(Job("甲", DECLARED, shop.client(tmp_path / "甲"), None, options))
        while not (
            workers := [p for p in psutil.Process().children() if "pipeline.batch.worker" in p.cmdline()]
        ):
            pass
        profile = f"{workers[0].cmdline()[-1]}/profile"
        office = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", profile])
        workers[0].kill()
        assert future.result().state is State.FINAL
        assert office.wait(60) == -signal.SIGKILL
    finally:
        pool.close()


def test_a_batch_without_drafts_holds_back_what_has_errors(shop: Shop, tmp_path: Path) -> None:
    shop.client(tmp_path / "in" / "甲", land_area=None)

    for _ in range(2):  # the second time nothing has changed, and the answer is the same
        result = shop.batch(tmp_path / "in", "-o", tmp_path / "out", "--no-draft", "--jobs", "1")
        assert result.exit_code == 1
        assert reports(tmp_path / "out") == []
        assert "甲：1 处错误，没有生成报告" in result.output


def test_a_batch_of_nothing_cannot_start(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    for place in (tmp_path / "空", tmp_path / "没有", tmp_path / "没有*"):
        result = shop.batch(place, "-o", tmp_path / "output")
        assert result.exit_code == 2
        assert place.name in result.output
    assert results(tmp_path) == {}


def test_a_report_that_no_pack_has_is_refused_before_anything_is_read(
    shop: Shop, finished: Path, tmp_path: Path
) -> None:
    result = shop.batch(finished / "in", "-o", tmp_path / "out", "--reports", "self_evalution")

    assert result.exit_code == 2
    assert "没有名为“self_evalution”的报告。是否为“self_evaluation”？" in result.output
    assert not (tmp_path / "out").exists()


# -- the same whatever the surroundings --------------------------------------------------------------------------
def test_results_do_not_depend_on_the_number_of_workers_or_the_folder(finished: Path, two: Two) -> None:
    shutil.rmtree(two / "out")
    output = two.again("--jobs", "1")

    assert "[2/2]" in output
    assert results(two / "out") == results(finished / "out")
    assert list(results(finished / "out")) == sorted(
        [*(f"{name}/{made}" for name in ("甲", "乙") for made in MADE), *SUMMARY]
    )


def test_relative_paths_do_as_well(finished: Path, two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(two.folder)

    first = two.shop.batch("in", "-o", "results/new")
    monkeypatch.chdir(two / "in")
    second = two.shop.batch("../in", "-o", "../results/new")

    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert "2 份没有变化" in second.output
    assert results(two / "results" / "new") == results(finished / "out")


def test_a_pattern_and_single_workbooks_name_the_same_clients(
    shop: Shop, finished: Path, tmp_path: Path
) -> None:
    pattern = shop.batch(f"{finished}/in/*/录入表.xlsx", "-o", tmp_path / "a")
    both = shop.batch(finished / "in" / "甲" / "录入表.xlsx", finished / "in" / "乙", "-o", tmp_path / "b")

    assert (pattern.exit_code, both.exit_code) == (0, 0)
    assert results(tmp_path / "a") == results(tmp_path / "b") == results(finished / "out")


def test_results_inside_the_folder_of_clients_are_not_taken_for_clients(shop: Shop, two: Two) -> None:
    for _ in range(2):
        assert "共 2 家：正式报告 2" in shop.batch(two / "in", "-o", two / "in" / "结果").output


# -- what is done, and why it is done again -------------------------------------------------------------------
def test_a_second_batch_does_nothing(two: Two) -> None:
    before = {p: p.stat().st_mtime_ns for p in (two / "out").rglob("*.docx")}

    output = two.again()

    assert "2 份没有变化，沿用已有结果。" in output
    assert "共 2 家：正式报告 2，草稿 0，失败 0" in output
    assert {p: p.stat().st_mtime_ns for p in (two / "out").rglob("*.docx")} == before


def test_a_changed_workbook_is_done_again(two: Two, shop: Shop) -> None:
    (two / "in" / "甲" / "录入表.xlsx").write_bytes(shop.workbook(land_area=None))

    output = two.again()

    assert "[1/1] 甲：草稿（录入表已改动）" in output
    assert "甲/自评价报告.docx 是以前生成的，与本次数据可能不符" in output


def test_evidence_that_changed_or_went_is_done_again(two: Two) -> None:
    picture, *_ = sorted((two / "in" / "乙" / "附件").iterdir())
    picture.write_bytes(
        picture.with_name("E24 废气监测报告.png").read_bytes() if False else picture.read_bytes() + b"\0"
    )
    (two / "in" / "甲" / "附件" / "新的.png").write_bytes(b"new")

    output = two.again()

    assert "甲：正式（证明材料文件夹新增：附件/新的.png）" in output
    assert f"乙：正式（证明材料文件有改动：附件/{picture.name}）" in output
    assert "2 份没有变化" in two.again()


def test_evidence_beside_the_results_of_others_is_not_read_twice(two: Two) -> None:
    database = sqlite3.connect(two / "out" / ".lvbao" / "manifest.sqlite")
    kept = database.execute("SELECT count(*) FROM digests").fetchone()[0]
    database.close()

    pictures = [p for p in (two / "in").rglob("附件/*") if p.is_file()]
    assert kept == len(pictures) > 0


def test_the_version_of_the_pack_is_named_when_it_changes(two: Two, tmp_path: Path) -> None:
    standards = tmp_path / "standards"
    shutil.copytree(two.shop.standards, standards)
    identity, factors = standards / PACK / "standard.yaml", standards / "_factors" / "coal.yaml"
    text = identity.read_text(encoding="utf-8")
    other = Two(Shop(standards, two.shop.template), two.folder)

    identity.write_text(text.replace('pack_version: "1.0.0"', 'pack_version: "1.1.0"'), encoding="utf-8")
    assert "甲：正式（公式库 1.0.0→1.1.0（标准包 toy_standard））" in other.again()

    identity.write_text(identity.read_text(encoding="utf-8") + "# noted\n", encoding="utf-8")
    assert "甲：正式（标准包 toy_standard 有改动（版本仍是 1.1.0））" in other.again()

    factors.write_text(factors.read_text(encoding="utf-8") + "# noted\n", encoding="utf-8")
    assert "甲：正式（系数表有改动）" in other.again()


def test_a_standard_with_editions_is_compared_by_the_edition_that_was_applied(
    shop: Shop, tmp_path: Path
) -> None:
    standards = tmp_path / "standards"
    shutil.copytree(shop.standards, standards)
    shutil.copytree(TESTS / "toy_editions", standards / "toy_editions")
    later = standards / "toy_editions" / "editions" / "2025" / "standard.yaml"
    later.write_text(later.read_text(encoding="utf-8") + 'pack_version: "2.0.0"\n', encoding="utf-8")
    pack = load_standard(standards / "toy_editions")
    facts = {**FACTS, "evaluation_date": "2025-08-01"}
    (tmp_path / "甲.xlsx").write_bytes(write_workbook(pack, read_data(facts, pack)))
    options = (tmp_path / "甲.xlsx", "-o", tmp_path / "out", "--no-draft")

    first, second = (Shop(standards, shop.template).batch(*options) for _ in range(2))

    assert "[1/1] 甲：有错误" in first.output  # 上架率 is required in the edition of 2025 only
    assert "1 份没有变化" in second.output


def test_another_template_is_named(two: Two, tmp_path: Path) -> None:
    template = tmp_path / "模板.docx"
    package = read_package(two.shop.template.read_bytes())
    package.parts["word/document.xml"] = package.parts["word/document.xml"].replace(
        "占地".encode(), "用地".encode()
    )
    template.write_bytes(write_package(package))

    assert "甲：正式（报告模板有改动）" in Two(Shop(two.shop.standards, template), two.folder).again()


def test_other_options_are_named(two: Two) -> None:
    assert "（选项 --no-draft 有变）" in two.again("--no-draft")


def test_everything_is_done_again_when_asked(two: Two) -> None:
    assert "甲：正式（要求全部重做）" in two.again("--again")


# -- other people's work ---------------------------------------------------------------------------------------
def test_a_report_that_was_edited_is_kept_and_the_new_one_lies_beside_it(two: Two) -> None:
    report = two / "out" / "甲" / "自评价报告.docx"
    made = report.read_bytes()
    report.write_bytes(b"edited by a consultant")

    output = two.again()

    assert "甲：正式（甲/自评价报告.docx 已被改动）" in output
    assert (
        "甲/自评价报告.docx 有人改过（或不是由批处理生成的），没有覆盖；新的报告写在 甲/自评价报告（重新生成）.docx"
        in output
    )
    assert report.read_bytes() == b"edited by a consultant"
    assert (two / "out" / "甲" / "自评价报告（重新生成）.docx").read_bytes() == made
    assert (two / "out" / "甲" / "自评价报告（重新生成）.凭据.json").is_file()
    assert "2 份没有变化" in two.again()


def test_a_second_edited_report_is_kept_too(two: Two) -> None:
    for name in ("自评价报告.docx", "自评价报告（重新生成）.docx"):
        (two / "out" / "甲" / name).write_bytes(f"edited {name}".encode())

    two.again()

    names = sorted(p.name for p in (two / "out" / "甲").glob("*.docx"))
    assert names == ["自评价报告.docx", "自评价报告（重新生成2）.docx", "自评价报告（重新生成）.docx"]
    assert (two / "out" / "甲" / "自评价报告.docx").read_bytes() == "edited 自评价报告.docx".encode()


def test_a_deleted_report_is_made_again(two: Two) -> None:
    (two / "out" / "甲" / "自评价报告.docx").unlink()

    assert "甲：正式（甲/自评价报告.docx 已被删除）" in two.again()


def test_without_the_manifest_our_own_reports_are_known_by_their_receipts(two: Two, finished: Path) -> None:
    shutil.rmtree(two / "out" / ".lvbao")
    (two / "out" / "乙" / "自评价报告.docx").write_bytes(b"edited")

    output = two.again()

    assert "没有覆盖；新的报告写在 乙/自评价报告（重新生成）.docx" in output
    assert sorted(p.name for p in (two / "out" / "甲").glob("*.docx")) == ["自评价报告.docx"]


def test_another_client_of_the_same_name_is_refused(two: Two, shop: Shop) -> None:
    shop.client(two / "elsewhere" / "甲", land_area=None)

    result = shop.batch(two / "elsewhere", "-o", two / "out")

    assert result.exit_code == 2
    assert "输出文件夹里的“甲”是" in result.output
    assert "请另选输出文件夹" in result.output


def test_clients_that_moved_are_the_same_clients(shop: Shop, two: Two) -> None:
    (two / "in").rename(two / "moved")

    result = shop.batch(two / "moved", "-o", two / "out")

    assert "2 份没有变化" in result.output


def test_a_client_that_fails_now_is_not_taken_for_its_older_report(two: Two, shop: Shop) -> None:
    """Nobody is to send 甲's report of the workbook before; and it is told again until it is gone."""
    (two / "in" / "甲" / "录入表.xlsx").write_bytes(b"broken")

    for _ in range(2):
        result = shop.batch(two / "in", "-o", two / "out")
        assert result.exit_code == 1
        assert "注意：甲/自评价报告.docx 是以前生成的，与本次数据可能不符。" in result.output

    (two / "out" / "甲" / "自评价报告.docx").unlink()
    assert "以前生成" not in shop.batch(two / "in", "-o", two / "out").output


def test_results_of_clients_who_are_not_there_any_more_are_kept_and_named(two: Two) -> None:
    shutil.rmtree(two / "in" / "乙")

    output = two.again()

    assert "输出文件夹里另有 1 家的结果不在本次之列，保留不动，汇总没有列：乙" in output
    assert (two / "out" / "乙" / "自评价报告.docx").is_file()


def test_a_cause_that_many_clients_share_is_said_once(shop: Shop, tmp_path: Path) -> None:
    for name in ("甲", "乙", "丙", "丁"):
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "录入表.xlsx").write_bytes(b"a,b\n1,2\n")

    output = shop.batch(tmp_path / "in", "-o", tmp_path / "out").output

    assert output.count("内容是纯文本") == 1
    assert "丁、丙、乙 等 4 份：录入表.xlsx：内容是纯文本" in output


# -- two batches -----------------------------------------------------------------------------------------------
def test_the_second_of_two_batches_is_told_who_holds_the_folder(shop: Shop, two: Two) -> None:
    with locked(two / "out"):
        result = two.shop.batch(two / "in", "-o", two / "out")

    assert result.exit_code == 2
    assert "正由另一个批处理使用（主机 " in result.output
    assert f"，进程 {os.getpid()}，" in result.output
    assert "2 份没有变化" in two.again()


def test_a_lock_cannot_be_had_twice(tmp_path: Path) -> None:
    with (
        locked(tmp_path / "out"),
        pytest.raises(LvbaoError, match="正由另一个批处理使用"),
        locked(tmp_path / "out"),
    ):
        pass


# -- killed, full ----------------------------------------------------------------------------------------------
KILLED = """
import os, signal, sys
import pipeline.batch.outputs as outputs, pipeline.batch.manifest as manifest
calls = 0
def counted(call):
    def wrapped(*arguments):
        global calls
        calls += 1
        if calls == {number}:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments)
    return wrapped
outputs.write_aside = counted(outputs.write_aside)
outputs.put_in_place = counted(outputs.put_in_place)
manifest.Manifest.begin = counted(manifest.Manifest.begin)
manifest.Manifest.finish = counted(manifest.Manifest.finish)
"""
"""Kills the batch at its nth step: a job has 3 files aside, the note, 3 renamings, the record."""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize("number", [2, 4, 5, 6, 8, 14])
def test_a_batch_killed_at_any_step_is_resumed_without_loss(
    shop: Shop, number: int, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    shutil.copytree(finished / "in", tmp_path / "in")
    output = tmp_path / "out"
    killed = shop.process(tmp_path / "in", "-o", output, "--jobs", "1", before=KILLED.format(number=number))
    assert killed.returncode == -9

    resumed = shop.process(tmp_path / "in", "-o", output, "--jobs", "1")

    assert resumed.returncode == 0, resumed.stderr
    assert results(output) == results(finished / "out")
    assert ("正在写的 1 份结果已补齐" in resumed.stdout) == (number in (5, 6, 8, 14))
    assert ("1 份没有变化" in resumed.stdout) == (number in (5, 6, 8))
    until = time.monotonic() + 60  # the killed batch's worker notices by itself
    while any((tmp_path / "scratch").iterdir()) and time.monotonic() < until:
        time.sleep(0.1)
    assert [p.name for p in (tmp_path / "scratch").rglob("*")] == []


def test_a_full_disk_stops_the_batch_and_leaves_nothing_half_written(
    shop: Shop, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(finished / "in", tmp_path / "in")
    fsync, calls = os.fsync, []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) > 6:  # the second client's second file
            raise OSError(28, "No space left on device")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", full)
    result = shop.batch(tmp_path / "in", "-o", tmp_path / "out", "--jobs", "1")
    monkeypatch.undo()

    assert result.exit_code == 1
    assert "磁盘已满" in result.output
    assert "重新运行同一命令，会接着做" in result.output
    assert "汇总没有更新" in result.output
    assert len(reports(tmp_path / "out")) == len(MADE)
    assert "1 份没有变化" in shop.batch(tmp_path / "in", "-o", tmp_path / "out").output
    assert results(tmp_path / "out") == results(finished / "out")


def test_an_output_folder_that_cannot_be_written_is_refused(
    shop: Shop, finished: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")

    result = shop.batch(finished / "in", "-o", tmp_path / "file" / "out")

    assert result.exit_code == 2
    assert "不能写入输出文件夹" in result.output


def test_a_broken_manifest_is_named(shop: Shop, two: Two) -> None:
    (two / "out" / ".lvbao" / "manifest.sqlite").write_bytes(b"no database" * 1000)

    result = two.shop.batch(two / "in", "-o", two / "out")

    assert result.exit_code == 2
    assert "manifest.sqlite 已损坏。请移走文件夹" in result.output


def test_a_report_open_in_another_program_fails_alone(
    two: Two, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def open_in_word(source: str, target: Path) -> None:
        if Path(target).parent.name == "甲":
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    for name in ("甲", "乙"):
        picture, *_ = sorted((two / "in" / name / "附件").iterdir())
        picture.write_bytes(picture.read_bytes() + b"\0")
    monkeypatch.setattr(os, "replace", open_in_word)
    before = results(two / "out")
    result = two.shop.batch(two / "in", "-o", two / "out")
    monkeypatch.undo()

    assert result.exit_code == 1
    assert "甲/自评价报告.docx：没有权限。请关闭正在打开它的程序后再试" in result.output
    assert {k: v for k, v in results(two / "out").items() if k.startswith("甲")} == {
        k: v for k, v in before.items() if k.startswith("甲")
    }
    assert "甲：正式（上次没有成功）" in two.again()
