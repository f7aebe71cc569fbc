"""A worker process: takes jobs from its standard input, gives results to its standard output, until that closes.

`python -P -m pipeline.batch.worker MEMORY_MB SCRATCH`; the folder SCRATCH takes all temporary files and goes with the worker.
It is a program of its own (no fork of the supervisor), so that it shares nothing with other workers and can be started
under another scheduler's process, too.
"""

from __future__ import annotations

import os
import pickle
import shutil
import sys
import threading
import time
from typing import BinaryIO

from pipeline.batch.job import Result, State, perform
from pipeline.batch.limits import READY, limit_addresses

_LOOK: float = 1.0


def main() -> None:
    """Serves until the supervisor goes away."""
    source = os.fdopen(os.dup(0), "rb")
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not get between the results
    limit_addresses(int(sys.argv[1]))
    os.environ.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP"), sys.argv[2]))
    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
    try:
        _serve(source, target)
    finally:
        _tidy()


def _serve(source: BinaryIO, target: BinaryIO) -> None:
    pickle.dump(READY, target)
    target.flush()
    while True:
        try:
            job = pickle.load(source)
        except EOFError:
            return
        try:
            answer = pickle.dumps(perform(job))
        except MemoryError:
            answer = pickle.dumps(Result(State.MEMORY))
        target.write(answer)
        target.flush()


def _leave_with(supervisor: int) -> None:
    """Ends this process and what it started when the supervisor has died: nobody waits for its result."""
    while os.getppid() == supervisor:
        time.sleep(_LOOK)
    import psutil

    for child in psutil.Process().children(recursive=True):
        child.kill()
    _tidy()
    os._exit(1)


def _tidy() -> None:
    shutil.rmtree(sys.argv[2], ignore_errors=True)


if __name__ == "__main__":
    main()
