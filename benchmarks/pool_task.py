"""What a worker of the pool does; in a module of its own, so that a worker keeps its compiled template."""

from __future__ import annotations

import os
from functools import cache

import workload

from pipeline.report.merge import engine

_compiled: list[str] = []
_new = engine.Merger.__init__


def _counted(self: engine.Merger, template: bytes, plan: engine.Plan, digest: str, *rest: object) -> None:
    _compiled.append(digest)
    _new(self, template, plan, digest, *rest)  # type: ignore[arg-type]


engine.Merger.__init__ = _counted  # type: ignore[method-assign]


@cache
def _template() -> bytes:
    return workload.template()


@cache
def _inputs(seed: int) -> dict[str, object]:
    return workload.data(seed)


def one(number: int) -> tuple[int, int]:
    """Merge one document; the process and how often it has made a merger ready."""
    merged, faults = engine.merge_template(_template(), _inputs(number % 4))
    assert merged is not None, faults
    return os.getpid(), len(_compiled)
