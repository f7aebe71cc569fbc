"""Which files are clients, whose sheet a verification sheet is, and that nobody is passed over in silence."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.clients import Found, find_clients
from pipeline.findings import LvbaoError


def folder(root: Path, *files: str) -> Path:
    """A folder with these files, all of the same bytes: clients are found by names."""
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"PK")
    return root


def clients(found: Found, root: Path) -> Mapping[str, str]:
    """Client → workbook below the root."""
    return {c.name: c.workbook.relative_to(root).as_posix() for c in found.clients}


def passed_over(found: Found, root: Path) -> Mapping[str, str]:
    """Path below the root → why."""
    return {p.path.relative_to(root).as_posix(): p.why for p in found.passed_over}


def test_a_folder_of_workbooks_and_folders_of_clients_are_found_by_name(tmp_path: Path) -> None:
    root = folder(
        tmp_path,
        "甲.xlsx",
        "乙/录入表.xlsx",
        "乙/附件/台账.xlsx",
        "丙/某某厂.xls",
        ".git/录.xlsx",
        "~$甲.xlsx",
    )

    found = find_clients([root])

    assert clients(found, root) == {
        "丙/某某厂.xls"[2:-4]: "丙/某某厂.xls",
        "乙": "乙/录入表.xlsx",
        "甲": "甲.xlsx",
    }
    assert passed_over(found, root) == {".git": "名称以“.”开头，按隐藏文件夹处理"}


def test_the_verification_sheet_belongs_to_the_only_workbook_or_to_the_one_it_is_named_after(
    tmp_path: Path,
) -> None:
    root = folder(
        tmp_path,
        "甲/录入表.xlsx", "甲/核查表.xlsx",
        "辛/辛厂录入表.xlsx", "辛/核查表.xlsx",
        "平/子厂.xlsx", "平/子厂核查表.xlsx", "平/丑厂.xlsx",
    )  # fmt: skip

    found = find_clients([root])

    sheets = {c.name: c.verification and c.verification.relative_to(root).as_posix() for c in found.clients}
    assert sheets == {
        "甲": "甲/核查表.xlsx",
        "辛厂录入表": "辛/核查表.xlsx",
        "子厂": "平/子厂核查表.xlsx",
        "丑厂": None,
    }
    assert passed_over(found, root) == {}


def test_a_sheet_that_cannot_be_told_whose_it_is_is_not_used_and_named(tmp_path: Path) -> None:
    root = folder(
        tmp_path,
        "平/子.xlsx",
        "平/丑.xlsx",
        "平/核查表.xlsx",
        "甲/录入表.xlsx",
        "甲/核查表（终稿）.xlsx",
        "空/核查表.xlsx",
    )

    found = find_clients([root])

    assert [c.verification for c in found.clients] == [None, None, None]
    assert passed_over(found, root) == {
        "平/核查表.xlsx": "旁边有几份录入表，分不清属于哪一份；请分文件夹放，或命名为“录入表名＋核查表.xlsx”",
        "甲/核查表（终稿）.xlsx": "像是核查表，但只认 核查表.xlsx（或“录入表名＋核查表.xlsx”）",
        "空/核查表.xlsx": "旁边没有录入表",
    }


def test_only_a_workbook_called_录入表_hides_the_others_and_they_are_named(tmp_path: Path) -> None:
    """A folder or a PDF of that name hides nobody."""
    root = folder(
        tmp_path,
        "甲/录入表.xlsx",
        "甲/录入表（最终）.xlsx",
        "录入表/丙.xlsx",
        "丁.xlsx",
        "录入表.pdf",
        "戊.xlsx",
    )

    found = find_clients([root])

    assert clients(found, root) == {
        "丁": "丁.xlsx", "丙": "录入表/丙.xlsx", "戊": "戊.xlsx", "甲": "甲/录入表.xlsx",
    }  # fmt: skip
    assert passed_over(found, root) == {
        "甲/录入表（最终）.xlsx": "同一文件夹中已有 录入表.xlsx，只处理那一份"
    }


def test_links_and_folders_without_a_workbook_are_named(tmp_path: Path) -> None:
    elsewhere = folder(tmp_path / "别处", "录入表.xlsx")
    root = folder(tmp_path / "客户", "甲/录入表.xlsx", "壬/说明.pdf", "..庚../录入表.xlsx")
    (root / "链").symlink_to(elsewhere)
    (root / "断.xlsx").symlink_to(tmp_path / "没有")

    found = find_clients([root])

    assert list(clients(found, root)) == ["甲"]
    assert passed_over(found, root) == {
        "..庚..": "名称以“.”开头，按隐藏文件夹处理",
        "链": "是链接，没有跟进去；请把它指向的文件夹写在命令里",
        "断.xlsx": "是打不开的链接",
        "壬": "没有录入表",
    }


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_folder_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read everything, so the refusal is made here."""
    root = folder(tmp_path, "甲/录入表.xlsx", "密/录入表.xlsx")
    scan = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("密"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)

    found = find_clients([root])

    assert list(clients(found, root)) == ["甲"]
    assert passed_over(found, root) == {"密": "没有权限，打不开"}


def test_what_a_batch_has_written_is_no_client_wherever_it_lies(tmp_path: Path) -> None:
    """The input may be the output folder, or hold the output folder of another batch."""
    root = folder(
        tmp_path, "甲.xlsx", ".lvbao/manifest.sqlite", "汇总.xlsx", "汇总（重新生成）.xlsx", "甲/自评价报告.docx",
        "旧结果/.lvbao/manifest.sqlite", "旧结果/汇总.xlsx", "旧结果/甲/自评价报告.docx",
    )  # fmt: skip

    for output in (root, root / "新结果", None):
        found = find_clients([root], output)
        assert clients(found, root) == {"甲": "甲.xlsx"}
        assert passed_over(found, root) == {}


def test_a_workbook_called_汇总_is_a_client_where_no_batch_has_written(tmp_path: Path) -> None:
    assert clients(find_clients([folder(tmp_path, "汇总.xlsx")]), tmp_path) == {"汇总": "汇总.xlsx"}


def test_a_pattern_may_lie_below_a_folder_called_附件_and_is_told_from_a_name_with_brackets(
    tmp_path: Path,
) -> None:
    root = folder(tmp_path / "附件", "甲/录入表.xlsx", "甲/附件/乙/录入表.xlsx")
    assert clients(find_clients([f"{root}/*/录入表.xlsx"]), root) == {"甲": "甲/录入表.xlsx"}

    folder(tmp_path / "客户[2025]年", "甲/录入表.xlsx")
    with pytest.raises(LvbaoError, match="方括号是通配符"):
        find_clients([f"{tmp_path}/客户[2025]年/*/录入表.xlsx"])


@pytest.mark.parametrize("place", ["", "  "])
def test_an_empty_place_is_refused(place: str) -> None:
    with pytest.raises(LvbaoError, match="位置是空的"):
        find_clients([place])


def test_where_nobody_is_found_it_is_said_what_was_passed_over(tmp_path: Path) -> None:
    root = folder(tmp_path, "甲/核查表.xlsx", "乙/说明.pdf")

    with pytest.raises(LvbaoError) as refused:
        find_clients([root])

    assert str(refused.value).splitlines() == [
        f"{root} 中没有录入表（*.xlsx）",
        f"  {root}/甲/核查表.xlsx：旁边没有录入表",
        f"  {root}/乙：没有录入表",
    ]
