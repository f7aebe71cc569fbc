"""The loop of a worker whose work takes no data: orders `{"n": 2}` are answered with the times of two runs."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable


def serve(work: Callable[[], object]) -> None:
    """Serve until the input ends."""
    for line in sys.stdin:
        times = []
        for _run in range(json.loads(line)["n"]):
            gc.collect()
            began = time.process_time()
            work()
            times.append(time.process_time() - began)
        print(json.dumps({"times": times}), flush=True)
