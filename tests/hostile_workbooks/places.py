"""Where a file lies and what it is called."""

from __future__ import annotations

import os
from pathlib import Path

from tests.hostile_workbooks.corpus import CLEAN, placed, refused


@placed("a folder named like a workbook", refused("file_not_openable"))
def _folder(clean: bytes, folder: Path) -> Path:
    path = folder / "录入表.xlsx"
    path.mkdir()
    return path


@placed("a file that is not there", refused("file_not_found"))
def _nothing(clean: bytes, folder: Path) -> Path:
    return folder / "没有.xlsx"


@placed("a symbolic link to the workbook", CLEAN)
def _link(clean: bytes, folder: Path) -> Path:
    (folder / "真.xlsx").write_bytes(clean)
    path = folder / "录入表.xlsx"
    path.symlink_to("真.xlsx")
    return path


@placed("a symbolic link to nothing", refused("file_not_found"))
def _dead_link(clean: bytes, folder: Path) -> Path:
    path = folder / "录入表.xlsx"
    path.symlink_to("没有.xlsx")
    return path


@placed("a symbolic link to itself", refused("file_not_openable"))
def _loop(clean: bytes, folder: Path) -> Path:
    path = folder / "录入表.xlsx"
    path.symlink_to("录入表.xlsx")
    return path


@placed("a pipe that never ends", refused("file_not_openable"))
def _pipe(clean: bytes, folder: Path) -> Path:
    path = folder / "录入表.xlsx"
    os.mkfifo(path)
    return path


@placed("a device", refused("file_not_openable"))
def _device(clean: bytes, folder: Path) -> Path:
    path = folder / "录入表.xlsx"
    path.symlink_to("/dev/zero")
    return path


@placed("the lock file of an open workbook", refused("file_lock"))
def _lock(clean: bytes, folder: Path) -> Path:
    path = folder / "~$录入表.xlsx"
    path.write_bytes(b"\x06WANGFU" + b" " * 48 + "\x06WANGFU".encode("utf-16-le").ljust(110, b" \0"[:1]))
    return path


@placed("a file named like the lock file of LibreOffice", refused("file_lock"))
def _lock_office(clean: bytes, folder: Path) -> Path:
    path = folder / ".~lock.录入表.xlsx#"
    path.write_text(",wangfu,pc,21.11.2026 08:00,file:///home/wangfu;", encoding="utf-8")
    return path


@placed("an open workbook, with its lock file beside it", CLEAN)
def _open(clean: bytes, folder: Path) -> Path:
    (folder / "~$录入表.xlsx").write_bytes(b"\x06WANGFU")
    path = folder / "录入表.xlsx"
    path.write_bytes(clean)
    return path


@placed("a name with line breaks and terminal codes", CLEAN)
def _name(clean: bytes, folder: Path) -> Path:
    path = folder / "录入\n表\x1b[31m.xlsx"
    path.write_bytes(clean)
    return path


@placed("a name that looks like an option", CLEAN)
def _option(clean: bytes, folder: Path) -> Path:
    path = folder / "--help.xlsx"
    path.write_bytes(clean)
    return path


@placed("a name without ending", CLEAN)
def _no_suffix(clean: bytes, folder: Path) -> Path:
    path = folder / "录入表"
    path.write_bytes(clean)
    return path


@placed("a name that is as long as may be", CLEAN)
def _long(clean: bytes, folder: Path) -> Path:
    path = folder / ("录" * 83 + ".xlsx")
    path.write_bytes(clean)
    return path


@placed("a name that is longer than may be", refused("file_not_openable"))
def _too_long(clean: bytes, folder: Path) -> Path:
    return folder / ("录" * 300 + ".xlsx")


@placed("a workbook marked as read-only", CLEAN)
def _read_only(clean: bytes, folder: Path) -> Path:
    path = folder / "录入表.xlsx"
    path.write_bytes(clean)
    path.chmod(0o444)
    return path
