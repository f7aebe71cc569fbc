"""What the system refuses is told in Chinese with what to do; names of clients fit every file system."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from pipeline.files import CannotWrite, reason, safe_name, write_bytes


def test_a_name_that_is_too_long_is_told_in_chinese_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite) as caught:
        write_bytes(tmp_path / ("长" * 100 + ".docx"), b"x")  # 300 bytes and the ending

    assert str(caught.value).endswith("文件名或路径太长。请缩短文件名或文件夹名。")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_whose_name_is_a_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "甲").write_bytes(b"")
    with pytest.raises(CannotWrite) as caught:
        write_bytes(tmp_path / "甲" / "报告.docx", b"x")
    words = str(caught.value).removeprefix(f"不能写入文件夹 {tmp_path / '甲'}：")
    assert words == "同名的不是文件夹。请改名，或换一个文件夹（-o）。"


def test_a_folder_without_permission_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refused)
    with pytest.raises(CannotWrite) as caught:
        write_bytes(tmp_path / "报告.docx", b"x")
    assert str(caught.value).endswith("：没有权限。请换一个有写入权限的文件夹（-o），或请管理员开放权限。")


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_no_reason_of_the_system_is_english(number: int) -> None:
    words = reason(OSError(number, os.strerror(number)))
    assert not any(c.isascii() and c.isalpha() for c in words), words
    assert words


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("甲公司", "甲公司"),
        ("甲/乙：丙", "甲_乙：丙"),
        ("长" * 100, "长" * 80),  # 240 bytes
        ("😀" * 100, "😀" * 60),  # 4 bytes each: 240
        ("a" * 79 + " .", "a" * 79),
        ("x" * 300, "x" * 80),
        ("CON", "未命名"),
        ("", "未命名"),
    ],
)
def test_a_name_fits_80_characters_and_240_bytes(text: str, name: str) -> None:
    assert safe_name(text) == name
    assert len(safe_name(text).encode()) <= 240
