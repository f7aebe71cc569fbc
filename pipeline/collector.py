"""Python's search for circular garbage, kept waiting while a report is made.

A run makes some hundred thousand objects and hardly a circle; searching them again and again costs a tenth of its time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def waiting_collector() -> Iterator[None]:
    """The collector waits until the end; nested use waits until the outermost end."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
