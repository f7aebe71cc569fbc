"""One batch an output folder: the second is told who holds it. The system frees the lock of a process that died."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from pipeline.batch.manifest import FOLDER
from pipeline.files import CannotWrite, reason
from pipeline.findings import LvbaoError

_LOCK: Final = "lock"
_OWNER: Final = "owner.json"


@contextmanager
def locked(output: Path) -> Iterator[None]:
    """Holds the output folder. Raises LvbaoError when another batch does, CannotWrite when nobody can."""
    folder = output / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK, timeout=0)
        lock.acquire()
        _sign(folder)
    except Timeout:
        raise LvbaoError(
            f"输出文件夹 {output} 正由另一个批处理使用{_owner(folder)}。请等它结束后再运行，或另选输出文件夹。"
        ) from None
    except (OSError, NotImplementedError) as error:
        words = reason(error) if isinstance(error, OSError) else "这里不能加锁"
        raise CannotWrite(f"不能写入输出文件夹 {output}：{words}。", hopeless=True) from None
    try:
        yield
    finally:
        lock.release()


def _sign(folder: Path) -> None:
    owner = {
        "host": socket.gethostname(),
        "process": os.getpid(),
        "since": datetime.now().isoformat(" ", "seconds"),
    }
    (folder / _OWNER).write_text(json.dumps(owner, ensure_ascii=False), encoding="utf-8")


def _owner(folder: Path) -> str:
    try:
        owner = json.loads((folder / _OWNER).read_text(encoding="utf-8"))
        return f"（主机 {owner['host']}，进程 {owner['process']}，{owner['since']} 开始）"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
