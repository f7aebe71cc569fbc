"""Workers under supervision: each job has limits, a worker that breaks them is killed and replaced, the others go on.

No pool of the standard library or of the known packages can do that: with a process pool one dead worker ends all.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import psutil

import pipeline
from pipeline.batch.job import Job, Result, State
from pipeline.batch.limits import MB, READY, Limits
from pipeline.findings import LvbaoError

_TICK: Final = 0.1
_TICKS_OF_CHILDREN: Final = 5
_TRIES: Final = 2
"""A worker killed by somebody else says nothing against its job: it is tried once more."""


class WorkerPool:
    """Does jobs in `size` worker processes. `submit` gives a future; `close` ends everything, whatever is running."""

    def __init__(self, size: int, limits: Limits) -> None:
        self.size = size
        self._limits = limits
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="lvbao-batch")
        self._own = threading.local()
        self._workers: list[_Worker] = []
        self._closed = False
        self._watch = threading.Thread(target=self._watching, daemon=True)
        self._watch.start()

    def submit(self, job: Job) -> Future[Result]:
        """Queues a job."""
        return self._threads.submit(self._do, job)

    def close(self) -> None:
        """Ends the workers and drops what was queued."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in list(self._workers):
            worker.kill()
        self._watch.join()
        self._threads.shutdown(wait=True)
        for worker in self._workers:
            worker.bury()

    def _do(self, job: Job) -> Result:
        result = Result(State.DIED)
        for _ in range(_TRIES):
            if self._closed:
                break
            worker: _Worker | None = getattr(self._own, "worker", None)
            if worker is None:
                worker = _Worker(self._limits)
                self._own.worker = worker
                self._workers.append(worker)
            found = worker.ask(job)
            if found is not None:
                return found
            result = worker.epitaph(job)
            worker.end_orphans()
            worker.bury()
            self._workers.remove(worker)
            self._own.worker = None
            if result.state is not State.DIED or worker.verdict is not None:
                break
        return result

    def _watching(self) -> None:
        ticks = 0
        while not self._closed:
            time.sleep(_TICK)
            ticks += 1
            for worker in list(self._workers):
                worker.look(with_children=ticks % _TICKS_OF_CHILDREN == 0)


class _Worker:
    """One worker process, used by one thread; `look` and `kill` are called by others."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.verdict: State | None = None
        self._since: float | None = None
        self._said = tempfile.TemporaryFile(prefix="lvbao-worker-")  # noqa: SIM115 (closed in `bury`)
        self._scratch = tempfile.mkdtemp(prefix="lvbao-worker-")
        root = str(Path(pipeline.__file__).resolve().parent.parent)
        paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "pipeline.batch.worker", str(limits.memory), self._scratch],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env={**os.environ, "PYTHONPATH": paths},
            start_new_session=True,  # an interrupt from the keyboard is the supervisor's business
        )
        self._seen = psutil.Process(self._process.pid)
        self._started = False

    def ask(self, job: Job) -> Result | None:
        """The result; None when the worker died of it. Raises LvbaoError when it could not even start."""
        try:
            self._started = self._started or self._read() == READY
            self._since = time.monotonic()
            assert self._process.stdin is not None
            pickle.dump(job, self._process.stdin)
            self._process.stdin.flush()
            answer = self._read()
        except OSError:
            answer = None
        finally:
            self._since = None
        if isinstance(answer, Result):
            return answer
        self.kill()
        code = self._process.wait()
        if not self._started and code > 0:
            said = [line for line in self._last_words() if line]
            raise LvbaoError(f"不能启动工作进程：{said[-1] if said else f'代码 {code}'}")
        return None

    def _read(self) -> object:
        assert self._process.stdout is not None
        try:
            return pickle.load(self._process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            return None

    def look(self, with_children: bool) -> None:
        """Kills the process when its job costs too much."""
        since = self._since
        if since is None or self.verdict is not None:
            return
        if time.monotonic() - since > self._limits.seconds:
            self.verdict = State.TIME
        elif self._memory(with_children) > self._limits.memory * MB:
            self.verdict = State.MEMORY
        else:
            return
        self.kill()

    def _memory(self, with_children: bool) -> int:
        """Bytes in use by the worker (with the programs it started)."""
        total = 0
        with contextlib.suppress(psutil.Error):
            total = self._seen.memory_info().rss
            for child in self._seen.children(recursive=True) if with_children else ():
                with contextlib.suppress(psutil.Error):
                    total += child.memory_info().rss
        return total

    def kill(self) -> None:
        """Ends the process and everything it started."""
        found: list[psutil.Process] = []
        with contextlib.suppress(psutil.Error):
            found = self._seen.children(recursive=True)
        for process in (*found, self._seen):
            with contextlib.suppress(psutil.Error):
                process.kill()

    def end_orphans(self) -> None:
        """Ends what a worker killed by somebody else had started: LibreOffice would go on without anybody to stop it."""
        for process in psutil.process_iter(["cmdline"]):
            if any(self._scratch in part for part in process.info["cmdline"] or ()) and process != self._seen:
                with contextlib.suppress(psutil.Error):
                    process.kill()

    def epitaph(self, job: Job) -> Result:
        """Why the worker died, in words."""
        name = job.workbook.name
        if self.verdict is State.TIME:
            words = f"{name}：处理超过 {self._limits.seconds} 秒，已中止。请检查这个文件，或用 --time-limit 放宽。"
            return Result(State.TIME, message=words)
        said = self._last_words()
        if self.verdict is State.MEMORY or any("memory allocation of" in line for line in said):
            return Result(State.MEMORY, message=memory_words(name, self._limits))
        code = self._process.returncode
        words = f"{name}：处理它的进程异常中止（代码 {code}）。请检查这个文件。"
        return Result(State.DIED, message=words, details="\n".join(said))

    def _last_words(self) -> list[str]:
        with contextlib.suppress(OSError, ValueError):
            self._said.seek(0)
            return self._said.read()[-4000:].decode("utf-8", "replace").split("\n")[-20:]
        return []

    def bury(self) -> None:
        """Releases pipes and files of a dead process, and what it left half done."""
        for stream in (self._process.stdin, self._process.stdout, self._said):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)


def memory_words(name: str, limits: Limits) -> str:
    """The message of a job that wanted too much memory."""
    return (
        f"{name}：处理它要用的内存超过 {limits.memory} MB，已中止。请检查这个文件，或用 --memory-limit 放宽。"
    )


__all__ = ["WorkerPool", "memory_words"]
