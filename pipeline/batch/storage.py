"""Folders behind URLs (s3://, oss://, file:// …, whatever fsspec knows): copied in, worked on here, copied out.

A mirror is a local copy with a note of what each remote file was when it was copied; only what differs is copied again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Final

from pipeline.batch.job import sha256
from pipeline.batch.manifest import FOLDER, NAME
from pipeline.files import CannotWrite, safe_name, write_bytes
from pipeline.findings import LvbaoError

_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://.")
_NOTE: Final = "mirror.json"
_LOCK: Final = f"{FOLDER}/lock.json"
_MANIFEST: Final = f"{FOLDER}/{NAME}"
_KEPT: Final = (
    "ETag",
    "etag",
    "versionId",
    "generation",
    "md5",
    "content_md5",
    "mtime",
    "LastModified",
    "last_modified",
    "created",
)
"""What the known stores tell of a file that changes whenever its content does."""


def is_url(place: str) -> bool:
    """Whether a place is a URL and not a path."""
    return bool(_URL.match(place))


def mirror_name(url: str) -> str:
    """A folder name for the copy of a URL: told apart by hash, known by its last word."""
    parts = url.rstrip("/").rpartition("/")
    return f"{hashlib.sha256(url.rstrip('/').encode()).hexdigest()[:12]}/{safe_name(parts[2], '输入')}"


def cache_folder(url: str) -> Path:
    """Where this machine works for an output folder behind a URL; kept, so that a batch can be resumed."""
    base = os.environ.get("LVBAO_CACHE") or os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    root = Path(base) if base else Path.home() / ".cache"
    return root / "lvbao" / hashlib.sha256(url.rstrip("/").encode()).hexdigest()[:16]


class Remote:
    """A folder behind a URL. Raises LvbaoError when it cannot be had."""

    def __init__(self, url: str) -> None:
        try:
            import fsspec
        except ImportError:
            raise LvbaoError("网址形式的文件夹需要另外安装：python -m pip install 'lvbao[storage]'") from None
        self.url = url
        with self._told():
            self._files, root = fsspec.core.url_to_fs(url)
        self._root = str(root).rstrip("/")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise LvbaoError(f"找不到 {self.url}") from None
        except ImportError as error:
            raise LvbaoError(f"{self.url} 需要另外安装 fsspec 的插件：{error}") from None
        except (OSError, ValueError) as error:
            # plug-ins raise what they like below OSError: the words are all there is
            full = isinstance(error, OSError) and error.errno == 28
            raise CannotWrite(
                f"{self.url} 读写失败：{'磁盘已满' if full else error}", hopeless=True
            ) from None

    # -- in --------------------------------------------------------------------------------------------------
    def fetch(self, mirror: Path) -> None:
        """Makes `mirror` what the remote folder is; what has not changed is not copied.

        What was changed here since it was copied, and not there, stays as it is here (see `unsent`).
        """
        with self._told():
            self._files.invalidate_cache()
            if self._files.isfile(self._root):
                raise LvbaoError(f"{self.url} 是一个文件，请写它所在文件夹的网址。")
            if not self._files.exists(self._root):
                raise FileNotFoundError(self.url)
            found = {
                path[len(self._root) :].lstrip("/"): self._stamp(info)
                for path, info in sorted(self._files.find(self._root, detail=True).items())
            }
            wanted = {name: stamp for name, stamp in found.items() if _travels(name)}
            note = _read_note(mirror)
            for name, stamp in wanted.items():
                if note.get(name, ("", ""))[0] != stamp or not (mirror / name).is_file():
                    note[name] = (stamp, self._copy_in(f"{self._root}/{name}", mirror / name))
        for path in sorted(p for p in mirror.rglob("*") if p.is_file()):
            name = path.relative_to(mirror).as_posix()
            if _travels(name) and name not in wanted and name != _MANIFEST:
                path.unlink()
        _write_note(mirror, {name: note[name] for name in wanted})

    def _copy_in(self, source: str, target: Path) -> str:
        content = self._files.cat_file(source)
        write_bytes(target, content)
        return sha256(content)

    def _stamp(self, info: dict[str, Any]) -> str:
        """What tells one state of a remote file from another."""
        return json.dumps(
            {k: str(info[k]) for k in (*_KEPT, "size") if info.get(k) is not None}, sort_keys=True
        )

    # -- out -------------------------------------------------------------------------------------------------
    def unsent(self, mirror: Path) -> list[str]:
        """What a batch that was killed had written here and not copied out."""
        note = _read_note(mirror)
        return [name for name, (_, digest) in note.items() if _digest(mirror / name) not in (digest, "")]

    def send(self, mirror: Path, names: Iterable[str]) -> None:
        """Copies files of the mirror out and notes their new state."""
        note = _read_note(mirror)
        with self._told():
            for name in names:
                content, target = (mirror / name).read_bytes(), f"{self._root}/{name}"
                self._files.makedirs(target.rpartition("/")[0], exist_ok=True)
                self._files.pipe_file(target, content)
                self._files.invalidate_cache()
                note[name] = (self._stamp(self._files.info(target)), sha256(content))
        _write_note(mirror, note)

    def send_manifest(self, mirror: Path) -> None:
        """Copies the manifest out: with it another machine can go on."""
        self.send(mirror, [_MANIFEST])

    # -- one batch at a time -----------------------------------------------------------------------------------
    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the remote folder by a file in it. Raises LvbaoError when another batch does."""
        path = f"{self._root}/{_LOCK}"
        me = {"host": socket.gethostname(), "process": os.getpid()}
        with self._told():
            self._files.invalidate_cache()
            if self._files.exists(path):
                self._check_owner(json.loads(self._files.cat_file(path)), me)
            self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._files.pipe_file(path, json.dumps(me).encode())
            self._files.invalidate_cache()
            if (
                json.loads(self._files.cat_file(path)) != me
            ):  # two at the same moment: the last to write has it
                raise LvbaoError(f"输出文件夹 {self.url} 正由另一个批处理使用。")
        try:
            yield
        finally:
            with contextlib.suppress(OSError, LvbaoError):
                self._files.rm_file(path)

    def _check_owner(self, owner: dict[str, Any], me: dict[str, Any]) -> None:
        """A lock left by a process of this machine that has died is void."""
        import psutil

        if owner.get("host") == me["host"] and not psutil.pid_exists(int(owner.get("process", 0))):
            return
        raise LvbaoError(
            f"输出文件夹 {self.url} 正由另一个批处理使用（主机 {owner.get('host')}，进程 {owner.get('process')}）。"
            f"请等它结束；如果确定它已不在运行，请删除 {self.url.rstrip('/')}/{_LOCK}。"
        )


def _travels(name: str) -> bool:
    """Whether a file belongs on both sides: locks and notes concern one side only; no name leads out of the folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        return False
    return name == _MANIFEST or path.parts[0] != FOLDER


def _digest(path: Path) -> str:
    try:
        return sha256(path.read_bytes())
    except OSError:
        return ""


def _read_note(mirror: Path) -> dict[str, tuple[str, str]]:
    try:
        note = json.loads((mirror / FOLDER / _NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): (str(stamp), str(digest)) for name, (stamp, digest) in note.items()}


def _write_note(mirror: Path, note: dict[str, tuple[str, str]]) -> None:
    """Name → (state of the remote file, hash of its content)."""
    write_bytes(mirror / FOLDER / _NOTE, json.dumps(note).encode())
