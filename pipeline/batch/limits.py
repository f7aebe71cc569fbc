"""What one job may cost: memory and time. A hostile file ends its own worker, nothing else."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from typing import Final

MB: Final = 1024 * 1024
ADDRESSES: Final = 3 * 1024 * MB
"""Address space a worker may reserve beyond its memory: libraries and LibreOffice reserve much more than they use."""
READY: Final = "ready"
"""What a worker says first."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory` in MB, of a worker with the programs it starts; `seconds` of one job."""

    memory: int = 1024
    seconds: int = 300


def limit_addresses(memory: int) -> None:
    """Makes one huge request for memory fail in this process at once, before a watcher could see it.

    `memory` in MB. Systems without such a limit (Windows) rely on the watcher alone.
    """
    if sys.platform == "win32":
        return
    import resource

    wanted = memory * MB + ADDRESSES
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
