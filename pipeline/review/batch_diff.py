"""Two runs over many clients: who changed, by how much, why; those that are unlike the others first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Final, Literal

from pipeline.deliver import DRAFT_MARK, EVALUATION_FILE, VERIFIED_FILE, Options
from pipeline.findings import LvbaoError
from pipeline.review.compare import compare
from pipeline.review.difference import CauseKind, Change, Difference
from pipeline.review.segment import number_of
from pipeline.review.side import Side, read_side

ClientState = Literal["failed", "only_old", "only_new", "changed", "same"]
STATE_WORDS: Final[dict[ClientState, str]] = {
    "failed": "不能比对", "only_old": "新批次没有", "only_new": "旧批次没有", "changed": "有变化", "same": "没有变化",
}  # fmt: skip
SCORES: Final = ("tot:provisional", "tot:printed")
FAR: Final = 3
"""So many times the usual deviation from the usual change makes an outlier."""
LEAST: Final = Decimal("0.5")
"""Smaller deviations of the score are none, however alike the others are."""
SHOWN: Final = 8


@dataclass(frozen=True)
class ClientDiff:
    """One report of one client in both runs. `score` are old and new totals; `marks` why it is unlike the others."""

    client: str
    report: str
    state: ClientState
    old_score: str = ""
    new_score: str = ""
    basic: str = ""
    counts: tuple[tuple[str, int], ...] = ()
    causes: tuple[CauseKind, ...] = ()
    reasons: tuple[str, ...] = ()
    main: tuple[Change, ...] = ()
    message: str = ""
    marks: tuple[str, ...] = ()

    @property
    def change(self) -> Decimal | None:
        """The change of the total score."""
        a, b = number_of(self.old_score), number_of(self.new_score)
        return None if a is None or b is None else b - a

    @property
    def name(self) -> str:
        """Client and report."""
        return f"{self.client}/{self.report}" if self.report else self.client


@dataclass(frozen=True)
class BatchDiff:
    """All clients, outliers first. `shared` are causes that most of the changed clients have in common."""

    old: str
    new: str
    clients: tuple[ClientDiff, ...]
    usual: Decimal = Decimal(0)
    shared: tuple[str, ...] = ()

    @property
    def changed(self) -> tuple[ClientDiff, ...]:
        """Everybody who is not the same."""
        return tuple(c for c in self.clients if c.state != "same")


@dataclass(frozen=True)
class Task:
    """One pair of files."""

    client: str
    report: str
    old: Path | None
    new: Path | None


def compare_runs(old: Path, new: Path, jobs: int, options: Options) -> BatchDiff:
    """Compares two folders of results, a folder a client. Raises LvbaoError for what is no such folder."""
    tasks = [(task, options) for task in _tasks(old, new)]
    if jobs == 1 or len(tasks) == 1:
        found = [_one(task) for task in tasks]
    else:
        with ProcessPoolExecutor(max_workers=jobs) as pool:
            found = list(pool.map(_one, tasks))
    return ranked(str(old), str(new), found)


def _tasks(old: Path, new: Path) -> list[Task]:
    sides = [_files(old), _files(new)]
    names = sorted({*sides[0], *sides[1]})
    tasks = [Task(*name, sides[0].get(name), sides[1].get(name)) for name in names]
    with_reports = {t.client for t in tasks if not t.report.endswith(".json")}
    return [t for t in tasks if not t.report.endswith(".json") or t.client not in with_reports]


def _files(root: Path) -> dict[tuple[str, str], Path]:
    """The results by client and report; a draft answers to the final report of its kind."""
    if not root.is_dir():
        raise LvbaoError(f"找不到结果文件夹 {root}")
    found: dict[tuple[str, str], Path] = {}
    for path in sorted(root.rglob("*")):
        named = path.suffix == ".docx" or path.name in (EVALUATION_FILE, VERIFIED_FILE)
        if path.is_file() and named and not path.name.startswith((".", "~$")):
            client = str(path.parent.relative_to(root))
            name = path.name.replace(DRAFT_MARK, "")
            if DRAFT_MARK not in path.name or (client, name) not in found:
                found[client, name] = path
    if not found:
        raise LvbaoError(f"{root} 中没有结果：应是 lvbao batch 写出的文件夹，每个客户一个子文件夹。")
    return found


def _one(task: tuple[Task, Options]) -> ClientDiff:
    work, options = task
    if work.old is None or work.new is None:
        return ClientDiff(work.client, work.report, "only_new" if work.old is None else "only_old")
    try:
        old, new = read_side(work.old, options), read_side(work.new, options)
        return summary(work.client, work.report, old, new, compare(old, new, options))
    except LvbaoError as error:
        return ClientDiff(work.client, work.report, "failed", message=str(error))


def summary(client: str, report: str, old: Side, new: Side, found: Difference) -> ClientDiff:
    """What one comparison comes to in a line of the table."""
    counts = Counter(c.group for c in found.changes if not c.follows)
    causes: set[CauseKind] = {x.kind for c in found.changes for x in c.causes}
    if found.of("input"):
        causes.add("data")
    return ClientDiff(
        client,
        report,
        "changed" if found.changes else "same",
        _score(old),
        _score(new),
        _change_of(found, "basic:met"),
        tuple(sorted(counts.items())),
        tuple(sorted(causes)),
        tuple(dict.fromkeys(_reasons(found))),
        main_changes(found),
    )


def _score(side: Side) -> str:
    return next((side.values[tag].text for tag in SCORES if tag in side.values), "")


def _change_of(found: Difference, tag: str) -> str:
    return next((c.delta for c in found.changes if c.tag == tag), "")


def _reasons(found: Difference) -> Iterable[str]:
    """Causes in words that clients may share: versions and templates, not their own data."""
    for version in found.versions:
        if version.old != version.new and version.name not in ("录入表", "核查表", "评价日期"):
            yield f"{version.name} {version.old} → {version.new}"
    if any(x.kind == "hand" for c in found.changes for x in c.causes):
        yield "手工修改"


def main_changes(found: Difference) -> tuple[Change, ...]:
    """The changes that matter most: levels, verdicts and scores, indicators by their relative change, inputs, texts."""

    def weight(change: Change) -> tuple[int, Decimal]:
        order = ("level", "score", "indicator", "input", "rule", "text", "row", "object")
        before, difference = number_of(change.old), change.number
        share = abs(difference / before) if before and difference is not None else Decimal(0)
        return order.index(change.group), -share

    own = [c for c in found.changes if not c.follows and not c.tag.startswith(("sub:", "cat:", "tot:"))]
    return tuple(sorted(own, key=weight)[:SHOWN])


# -- who is unlike the others ----------------------------------------------------------------------------------
def ranked(old: str, new: str, clients: Sequence[ClientDiff]) -> BatchDiff:
    """The clients with what is unusual about them, the most unusual first."""
    changes = [c.change for c in clients if c.change is not None and c.state in ("changed", "same")]
    usual = median(changes) if changes else Decimal(0)
    spread = median([abs(c - usual) for c in changes]) if changes else Decimal(0)
    shared = _shared(clients)
    marked = [replace(c, marks=tuple(_marks(c, usual, spread, shared))) for c in clients]

    def key(client: ClientDiff) -> tuple[int, int, Decimal, int, str]:
        states: dict[ClientState, int] = {"failed": 0, "only_old": 1, "only_new": 1, "changed": 2, "same": 3}
        far = abs((client.change or Decimal(0)) - usual)
        number = sum(n for _group, n in client.counts)
        return states[client.state], -len(client.marks), -far, -number, client.name

    return BatchDiff(old, new, tuple(sorted(marked, key=key)), usual, shared)


def _shared(clients: Sequence[ClientDiff]) -> tuple[str, ...]:
    """Reasons that more than half of the changed clients have."""
    changed = [c for c in clients if c.state == "changed"]
    counted = Counter(r for c in changed for r in c.reasons)
    return tuple(r for r, n in counted.items() if n * 2 > len(changed) and n > 1)


def _marks(client: ClientDiff, usual: Decimal, spread: Decimal, shared: Sequence[str]) -> Iterable[str]:
    far = abs(client.change - usual) if client.change is not None else Decimal(0)
    if far > FAR * spread and far >= LEAST:
        yield "得分变化与众不同"
    if client.basic:
        yield "基本要求结论变了"
    if any(group == "level" for group, _n in client.counts):
        yield "指标等级变了"
    own = [r for r in client.reasons if r not in shared]
    if own:
        yield "原因与众不同：" + "，".join(own)
