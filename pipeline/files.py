"""Reading and writing files. Written so that nothing is lost: aside first, then renamed. Names made from client text are data, never paths."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pipeline.findings import LvbaoError

_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_BY_NUMBER = {
    errno.EROFS: "磁盘是只读的",
    errno.ENAMETOOLONG: "文件名或路径太长",
    errno.EIO: "磁盘读写出错",
    errno.EBUSY: "正被其他程序占用",
    errno.EMFILE: "打开的文件太多",
    errno.ENFILE: "打开的文件太多",
    errno.EINVAL: "文件名不合系统的要求",
    errno.ELOOP: "路径中的链接绕成了圈",
}
_JOINERS = "\u200c\u200d"
_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{n}{i}" for n in ("COM", "LPT") for i in range(1, 10))}


class CannotWrite(LvbaoError):
    """A file cannot be written. `hopeless`: no other file of the folder could be either (disk full, folder read-only)."""

    def __init__(self, message: str, hopeless: bool = False) -> None:
        self.hopeless = hopeless
        super().__init__(message)


def write_bytes(path: Path, content: bytes) -> None:
    """Writes `content` to `path`: either the whole file is there, or what stood there before. Raises LvbaoError."""
    write_together({path: content})


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Writes files that belong together: none is renamed into its place before all are on the disk.

    The first is renamed first: name the one that another program is likeliest to hold open. Raises LvbaoError.
    """
    asides: dict[Path, str] = {}
    try:
        for path, content in contents.items():
            asides[path] = write_aside(path, content)
        for path, aside in list(asides.items()):
            put_in_place(aside, path)
            del asides[path]
    finally:
        for aside in asides.values():
            with contextlib.suppress(OSError):
                os.unlink(aside)


def write_aside(path: Path, content: bytes, prefix: str = ".lvbao-") -> str:
    """The name of a temporary file beside `path` that holds the content, safe on the disk. Raises CannotWrite."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(prefix=prefix, suffix=".tmp", dir=path.parent)
    except OSError as error:
        words = f"不能写入文件夹 {path.parent}：{reason(error)}。{_advice(error)}"
        raise CannotWrite(words, _hopeless(error)) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(aside, 0o644)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(aside)
        words = f"不能写入 {path}：{reason(error)}。{_advice(error)}"
        raise CannotWrite(words, _hopeless(error)) from None
    return aside


def put_in_place(aside: str, path: Path) -> None:
    """Renames a file written aside. Raises CannotWrite."""
    try:
        os.replace(aside, path)
    except OSError as error:
        hint = _advice(error)
        if not _hopeless(error) and error.errno != errno.ENAMETOOLONG:
            hint = "请关闭正在打开它的程序后再试。"
        raise CannotWrite(f"不能写入 {path}：{reason(error)}。{hint}", _hopeless(error)) from None


def write_text(path: Path, content: str) -> None:
    """Writes UTF-8 text like `write_bytes`."""
    write_bytes(path, content.encode("utf-8"))


def read_bytes(path: Path, what: str) -> bytes:
    """The bytes of a file called `what` in messages. Raises LvbaoError for what cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise LvbaoError(f"找不到{what} {path}") from None
    except IsADirectoryError:
        raise LvbaoError(f"{path} 是文件夹，不是{what}。") from None
    except OSError as error:
        raise LvbaoError(
            f"不能读取{what} {path}：{reason(error)}。请确认它没有被其他程序占用，并且您有读取权限。"
        ) from None


def _hopeless(error: OSError) -> bool:
    return error.errno in (*_FULL, errno.EROFS, errno.EIO)


def reason(error: OSError) -> str:
    """Why the system refused, in Chinese."""
    known = {
        "PermissionError": "没有权限",
        "FileExistsError": "同名的不是文件夹",
        "NotADirectoryError": "路径中有一段不是文件夹",
        "IsADirectoryError": "同名的是文件夹",
    }
    if error.errno in _FULL:
        return "磁盘已满"
    if error.errno in _BY_NUMBER:
        return _BY_NUMBER[error.errno]
    return known.get(type(error).__name__, f"系统错误 {error.errno}" if error.errno else "系统错误")


def _advice(error: OSError) -> str:
    """What to do about it, for a file that is to be written."""
    if isinstance(error, PermissionError):
        return "请换一个有写入权限的文件夹（-o），或请管理员开放权限。"
    if error.errno in _FULL:
        return "请清理磁盘，或换一个文件夹（-o）。"
    if error.errno == errno.ENAMETOOLONG:
        return "请缩短文件名或文件夹名。"
    if isinstance(error, FileExistsError | NotADirectoryError | IsADirectoryError):
        return "请改名，或换一个文件夹（-o）。"
    return "请换一个文件夹（-o）后再试。"


def shown_name(path: Path) -> str:
    """The file's name for messages and records: what cannot be printed (or is no text at all) becomes �."""
    return "".join(c if c.isprintable() else "�" for c in path.name)


def safe_name(text: str, fallback: str = "未命名") -> str:
    """`text` as one component of a path: no separators, no reserved names, printable, at most 80 characters and 240 bytes
    (systems allow 255, and endings are added)."""
    whole = _UNSAFE.sub("_", "".join(c if c.isprintable() or c in _JOINERS else "_" for c in text))
    cleaned = whole.strip(" .")[:80]
    while len(cleaned.encode()) > 240:
        cleaned = cleaned[:-1]
    cleaned = cleaned.strip(" .")
    if not cleaned or cleaned.upper().split(".")[0] in _RESERVED:
        return fallback
    return cleaned
