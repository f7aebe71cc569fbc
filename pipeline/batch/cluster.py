"""The workers of a Dask cluster in place of this machine's. Dask schedules; what is written is written here."""

from __future__ import annotations

import uuid
import warnings
from concurrent.futures import Future
from typing import Any

from pipeline.batch.bundle import pack, perform_bundle
from pipeline.batch.job import Job, Result, State
from pipeline.batch.limits import Limits
from pipeline.findings import LvbaoError

PATIENCE = 15.0
"""Seconds to wait for the scheduler and its first worker."""


class Cluster:
    """Does jobs on the cluster whose scheduler is at `address` (tcp://…). Raises LvbaoError when it cannot be reached."""

    def __init__(self, address: str, limits: Limits, patience: float | None = None) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise LvbaoError("--cluster 需要另外安装：python -m pip install 'lvbao[cluster]'") from None
        self._limits = limits
        patience = patience or PATIENCE
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # versions are compared by ourselves, job by job
                self._client = Client(address, timeout=patience, set_as_default=False)
                self._client.wait_for_workers(1, timeout=patience)
        except (OSError, TimeoutError, ValueError) as error:
            raise LvbaoError(f"连不上集群 {address}，或其中没有工作机：{error}") from None
        self.size = sum(
            worker["nthreads"] for worker in self._client.scheduler_info(n_workers=-1)["workers"].values()
        )
        self._given: dict[Future[Result], Any] = {}

    def submit(self, job: Job) -> Future[Result]:
        """Queues a job, its files with it: a cluster's machines need not see ours. A worker that dies loses nothing."""
        future: Future[Result] = Future()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # evidence may be large; few jobs are under way at a time
            given = self._client.submit(
                perform_bundle, pack(job, self._limits), key=f"lvbao-{uuid.uuid4().hex}", pure=False
            )
        self._given[future] = given
        given.add_done_callback(lambda done: self._settle(future, job, done))
        return future

    def _settle(self, future: Future[Result], job: Job, done: Any) -> None:
        self._given.pop(future, None)
        if done.status == "finished":
            future.set_result(done.result())
        elif done.status == "cancelled":
            future.cancel()
        else:
            words = f"{job.workbook.name}：集群没有做成（{type(done.exception()).__name__}）。请检查这个文件和集群的日志。"
            future.set_result(Result(State.DIED, message=words))

    def close(self) -> None:
        """Drops what was queued and leaves the cluster as it was."""
        self._client.cancel(list(self._given.values()), force=True)
        self._client.close()
