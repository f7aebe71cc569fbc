"""The manifest of an output folder: what was made, from what, and what is being written at this moment (SQLite).

A job's new files are written aside first; then the manifest notes which they are (`moves`); then they are renamed; then
the job is recorded. Killed at any point, the next batch either finishes the renaming or finds the job undone.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from pipeline.clients import RESULTS
from pipeline.files import CannotWrite
from pipeline.findings import LvbaoError

FOLDER: Final = RESULTS
"""In the output folder: manifest and lock."""
NAME: Final = "manifest.sqlite"
_SCHEMA: Final = 1
_TABLES: Final = """
CREATE TABLE jobs (client TEXT, kind TEXT, record TEXT NOT NULL, PRIMARY KEY (client, kind)) WITHOUT ROWID;
CREATE TABLE files (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE moves (client TEXT, kind TEXT, record TEXT NOT NULL, moves TEXT NOT NULL, PRIMARY KEY (client, kind)) WITHOUT ROWID;
CREATE TABLE digests (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
"""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """A job that was done. `files`: paths below the output folder → SHA-256, the report first."""

    client: str
    kind: str
    state: str
    source: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    line: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    kept: str = ""

    @property
    def key(self) -> Key:
        """What the job is known by."""
        return self.client, self.kind

    @property
    def report(self) -> str:
        """The path of the report below the output folder, "" without one."""
        return next(iter(self.files), "")


@dataclass(frozen=True, slots=True)
class Move:
    """A file written aside that is to be renamed; `before` is the hash of what stood there, "" for nothing."""

    aside: str
    path: str
    sha256: str
    before: str


class Manifest:
    """The manifest in `output`; made when there is none. Only the holder of the folder's lock may open it."""

    def __init__(self, output: Path) -> None:
        self._path = output / FOLDER / NAME
        with self._told():
            self._db = sqlite3.connect(self._path, isolation_level=None, timeout=10)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def _prepare(self) -> None:
        self._db.execute("PRAGMA synchronous = FULL")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            self._db.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {_SCHEMA}; COMMIT;")
        elif version != _SCHEMA:
            raise LvbaoError(f"{self._path} 是另一版本的 lvbao 写的，不能接着用。请另选输出文件夹。")

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turns the database's exceptions into messages."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise CannotWrite(
                f"不能写入批处理清单 {self._path}：{_words(str(error))}。", hopeless=True
            ) from None
        except sqlite3.DatabaseError:
            raise LvbaoError(
                f"批处理清单 {self._path} 已损坏。请移走文件夹 {self._path.parent} 后重新运行；已有的报告不会丢。"
            ) from None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        with self._told():
            return self._db.execute(query, values).fetchall()

    # -- jobs ------------------------------------------------------------------------------------------------
    def record(self, key: Key) -> Record | None:
        """What is known of a job."""
        rows = self._rows("SELECT record FROM jobs WHERE client = ? AND kind = ?", *key)
        return Record(**json.loads(rows[0][0])) if rows else None

    def records(self) -> list[Record]:
        """Every job, sorted."""
        rows = self._rows("SELECT record FROM jobs ORDER BY client, kind")
        return [Record(**json.loads(text)) for (text,) in rows]

    def paths(self) -> list[str]:
        """Every path that a batch ever wrote, sorted."""
        return [str(path) for (path,) in self._rows("SELECT path FROM files ORDER BY path")]

    def knows(self, path: str, sha256: str) -> bool:
        """Whether a batch wrote exactly these bytes to that path."""
        return bool(self._rows("SELECT 1 FROM files WHERE path = ? AND sha256 = ?", path, sha256))

    def begin(self, record: Record, moves: list[Move]) -> None:
        """Notes what is about to be renamed; from here on the job will be finished, now or by the next batch."""
        text = json.dumps([asdict(m) for m in moves])
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO moves VALUES (?, ?, ?, ?)", (*record.key, _text(record), text))

    def unfinished(self) -> list[tuple[Record, list[Move]]]:
        """What a batch that was killed had begun to rename."""
        rows = self._rows("SELECT record, moves FROM moves ORDER BY client, kind")
        return [(Record(**json.loads(r)), [Move(**m) for m in json.loads(ms)]) for r, ms in rows]

    def finish(self, record: Record) -> None:
        """Records a job that is done, its files in their places."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?)", (*record.key, _text(record)))
            db.executemany("INSERT OR REPLACE INTO files VALUES (?, ?)", list(record.files.items()))
            db.execute("DELETE FROM moves WHERE client = ? AND kind = ?", record.key)

    def give_up(self, key: Key, written: Mapping[str, str]) -> None:
        """Forgets a renaming that cannot be finished; `written` is what had been renamed: it is ours all the same."""
        with self._transaction() as db:
            db.executemany("INSERT OR REPLACE INTO files VALUES (?, ?)", list(written.items()))
            db.execute("DELETE FROM moves WHERE client = ? AND kind = ?", key)

    # -- hashes of files that did not change ------------------------------------------------------------------
    def digest(self, path: str, stamp: str) -> str | None:
        """The hash of a file that has not changed since by its stamp (size, times, inode)."""
        rows = self._rows("SELECT sha256 FROM digests WHERE path = ? AND stamp = ?", path, stamp)
        return str(rows[0][0]) if rows else None

    def remember(self, digests: Mapping[str, tuple[str, str]]) -> None:
        """Keeps hashes: path → (stamp, SHA-256)."""
        if digests:
            with self._transaction() as db:
                rows = [(path, *pair) for path, pair in sorted(digests.items())]
                db.executemany("INSERT OR REPLACE INTO digests VALUES (?, ?, ?)", rows)


def _text(record: Record) -> str:
    return json.dumps(asdict(record))  # escaped: names of files need not be Unicode, the database's text must


def _words(error: str) -> str:
    known = {
        "full": "磁盘已满",
        "readonly": "没有权限",
        "unable to open": "没有权限或不是文件夹",
        "locked": "被其他程序占用",
    }
    return next((words for key, words in known.items() if key in error), "磁盘读写出错")


def source_of(report: Path) -> Path | None:
    """The workbook that a batch made a report from, by the manifest of its output folder; None when that is unknown."""
    output = report.resolve().parent.parent
    path = output / FOLDER / NAME
    if not path.is_file():
        return None
    name = report.resolve().relative_to(output).as_posix()
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
            rows = db.execute("SELECT record FROM jobs").fetchall()
    except sqlite3.Error:
        return None
    records = [Record(**json.loads(text)) for (text,) in rows]
    made = next((r for r in records if name in r.files), None)
    # a report that people edited stands in no record any more, but its folder is still that client's
    made = made or next((r for r in records if r.client == report.resolve().parent.name), None)
    return None if made is None else output / made.source
