"""Reads one hostile file in a process of its own, so that a crash or a hang is an outcome and not the end of the tests."""

from __future__ import annotations

import json
import multiprocessing
import resource
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from pipeline.annotated import annotate
from pipeline.evaluate import evaluate, evaluate_intake
from pipeline.evaluation import Evaluation
from pipeline.export import evaluation_record
from pipeline.findings import LvbaoError, UnreadableFile
from pipeline.intake.read import read_intake
from pipeline.intake.reader import parse_workbook, read_workbook
from pipeline.standard import Standard, load_standard

SECONDS = 10
"""Of computing time for one file; a loaded machine takes nothing away from it."""
WAIT = 120
"""Of waiting, for what hangs without computing."""
MEMORY = 4 * 1024**3
_TESTS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Outcome:
    """What came of a file: refused with a code and its words, read with findings and facts, or `died`."""

    refused: str = ""
    message: str = ""
    findings: tuple[tuple[str, str, str], ...] = ()
    facts: str = ""
    rebuilt: str = ""
    """The facts of the annotated workbook, which are the same unless something could not be carried."""
    left: tuple[str, ...] = ()
    died: str = ""


class Judge:
    """A worker process that evaluates files under the toy standard; a new one after each death."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._start()

    def _start(self) -> None:
        self._pipe, theirs = self._context.Pipe()
        self._process = self._context.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def close(self) -> None:
        """Ends the worker."""
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def judge(self, path: Path) -> Outcome:
        """What comes of the file."""
        self._pipe.send(str(path))
        try:
            if self._pipe.poll(WAIT):
                outcome = self._pipe.recv()
                assert isinstance(outcome, Outcome)
                return outcome
            death = "hung"
        except (EOFError, ConnectionError):
            self._process.join()
            death = f"exit code {self._process.exitcode}"
        self.close()
        self._start()
        return Outcome(died=death)


def _work(pipe: Connection) -> None:
    """Answers one path after the other; a file that computes too long is ended by the system."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    standard = load_standard(_TESTS / "toy_standard", _TESTS / "toy_factors")
    while True:
        try:
            path = pipe.recv()
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        outcome = _outcome(Path(path), standard)
        signal.setitimer(signal.ITIMER_PROF, 0)
        pipe.send(outcome)


def _outcome(path: Path, standard: Standard) -> Outcome:
    try:
        evaluation = evaluate(path, standard)
    except UnreadableFile as error:
        return Outcome(refused=error.code, message=str(error))
    findings = tuple(
        (f.code, str(f.where).partition("（")[0] if f.where and f.where.sheet else "", f.subject)
        for f in evaluation.findings
    )
    words = "\n".join(f"{f.message}\n{f.fix}" for f in evaluation.findings)
    try:
        annotated = annotate(read_workbook(path), evaluation)
    except LvbaoError as error:
        return Outcome("", f"{words}\n{error}", findings, facts_of(evaluation))
    workbook = parse_workbook(annotated.content, "批注.xlsx")
    again = evaluate_intake(*read_intake(workbook, standard), workbook, standard)
    left = tuple(str(entry) for entry in annotated.left)
    return Outcome("", words, findings, facts_of(evaluation), facts_of(again), left)


def facts_of(evaluation: Evaluation) -> str:
    """Everything that the evaluation says of the enterprise, without places: facts, tables, indicators, scores."""
    record = evaluation_record(evaluation)
    kept = {key: record[key] for key in ("facts", "tables", "indicators", "scorecard") if key in record}
    return json.dumps(_without_places(kept), ensure_ascii=False, sort_keys=True, default=str)


def _without_places(value: object) -> object:
    if isinstance(value, dict):
        return {k: _without_places(v) for k, v in value.items() if k != "where"}
    if isinstance(value, list | tuple):
        return [_without_places(v) for v in value]
    return value
