"""One job: one report of one client, made in a worker. What goes in and what comes out is plain and can be sent."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipeline.batch.line import first_findings, line_of
from pipeline.deliver import Options, Produced, produce, report_of, standard_for
from pipeline.files import shown_name
from pipeline.finding_lists import counts
from pipeline.findings import LvbaoError


class State(StrEnum):
    """How a job ended, in the words of the table of results."""

    FINAL = "正式"
    DRAFT = "草稿"
    HELD = "有错误"
    STALE = "核查表过期"
    FAILED = "失败"
    MEMORY = "内存超限"
    TIME = "时间超限"
    DIED = "异常中止"
    NOT_ASKED = "不需要"

    @property
    def has_report(self) -> bool:
        """Whether a report came out."""
        return self in (State.FINAL, State.DRAFT)

    @property
    def settled(self) -> bool:
        """Whether the same inputs would give the same again, so that the job need not be repeated."""
        return self in (State.FINAL, State.DRAFT, State.HELD, State.STALE, State.NOT_ASKED)

    @property
    def fine(self) -> bool:
        """Whether the batch may call it done: a stale sheet is refused on purpose."""
        return self in (State.FINAL, State.DRAFT, State.STALE, State.NOT_ASKED)


@dataclass(frozen=True, slots=True)
class Job:
    """`kind` names the report in records: a report's id, or which of the pack's own two is meant.

    `sheet` is the verification sheet beside the workbook; it is used when the report speaks of verified values.
    """

    client: str
    kind: str
    workbook: Path
    sheet: Path | None
    options: Options
    label: str = ""
    """What people call the report, "" where it need not be said."""

    @property
    def key(self) -> tuple[str, str]:
        """What a job is known by in the manifest."""
        return self.client, self.kind


@dataclass(frozen=True, slots=True)
class Result:
    """What a job gave. `files` by name, the report first; `inputs` as they were read; `line` for the summary."""

    state: State
    files: Mapping[str, bytes] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    line: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    details: str = ""


DECLARED, VERIFIED = "申报", "核查"
"""Kinds of the default: the self-evaluation, and the third party's report where there is a sheet."""


def perform(job: Job) -> Result:
    """Does a job; whatever goes wrong inside is a result."""
    try:
        options = _options(job)
        if options is None:
            return Result(State.NOT_ASKED)
        return _result(job, produce(job.workbook, options))
    except LvbaoError as error:
        return Result(State.FAILED, message=str(error))
    except MemoryError:
        return Result(State.MEMORY)
    except Exception:
        # the border of a job: a fault of ours in one client must not stop the others
        return Result(State.FAILED, message="程序内部出错", details=traceback.format_exc())


def _options(job: Job) -> Options | None:
    """The options of the job's report; None when it speaks of verified values and there is no sheet."""
    if job.kind == DECLARED:
        return job.options
    if job.kind == VERIFIED:
        return replace(job.options, verification=job.sheet)
    wanted = report_of(standard_for(job.workbook, job.options), job.kind)
    if wanted.verification and job.sheet is None:
        return None
    return replace(job.options, report=wanted.id, verification=job.sheet if wanted.verification else None)


def _result(job: Job, produced: Produced) -> Result:
    evaluation, made = produced.evaluation, produced.made
    stale = produced.verification is not None and produced.verification.stale
    if made is None:
        state = State.STALE if stale else State.HELD
        first = next(iter(first_findings(evaluation)), "")
        message = f"{counts(evaluation.findings)}，没有生成报告{f'；首先是：{first}' if first else ''}。"
        message += f"全部见 lvbao check {shown_name(job.workbook)}" if state is State.HELD else ""
    else:
        state = State.DRAFT if made.draft else State.FINAL
        message = ""
    receipt = made.receipt.inputs if made is not None else evaluation.receipt
    inputs = asdict(receipt)
    inputs["evidence_faults"] = any(f.code.startswith("evidence_") for f in evaluation.findings)
    inputs["report"] = made.receipt.asked.report if made is not None else ""
    inputs["form"] = made.receipt.asked.form if made is not None else ""
    return Result(state, produced.files, inputs, line_of(produced), message)


def sha256(content: bytes) -> str:
    """The hash in hex."""
    return hashlib.sha256(content).hexdigest()
