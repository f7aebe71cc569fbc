"""What depends on a cell of the workbook: figures, score rows, sentences, charts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pipeline.findings import LvbaoError, nearest
from pipeline.report.trace_part import TraceEntry
from pipeline.review.document import PlacedFigure
from pipeline.review.trace import Tracer, sentence

_CELL: Final = re.compile(r"'?(.+?)'?!\$?([A-Za-z]{1,3})\$?(\d+)")
_COMPUTED: Final = ("i", "q", "sum", "chg")
_SCORES: Final = ("sub", "cat", "tot", "n")


@dataclass(frozen=True)
class Dependents:
    """Everything that rests on a cell. `sources` are the values in it, `near` others of the same row when it has none."""

    cell: str
    sources: tuple[TraceEntry, ...]
    near: tuple[TraceEntry, ...] = ()
    computed: tuple[TraceEntry, ...] = ()
    levels: tuple[TraceEntry, ...] = ()
    rows: tuple[TraceEntry, ...] = ()
    totals: tuple[TraceEntry, ...] = ()
    charts: tuple[TraceEntry, ...] = ()
    figures: tuple[PlacedFigure, ...] = ()
    sentences: tuple[tuple[PlacedFigure, str], ...] = ()


def cell_name(text: str) -> str:
    """`能源消耗!D14` of what people type for it (`'能源消耗'!$d$14`). Raises LvbaoError."""
    found = _CELL.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise LvbaoError(f"“{text}”不是单元格地址，应写成 工作表!单元格，如 能源!D15")
    return f"{found.group(1)}!{found.group(2).upper()}{found.group(3)}"


def dependents(tracer: Tracer, cell: str) -> Dependents:
    """What rests on a cell, from the trace alone. Raises LvbaoError for a sheet that no figure comes from."""
    place = cell_name(cell)
    sources = [e for e in tracer.entries.values() if e.cell == place]
    near = () if sources else tuple(_row(tracer, place))
    reached = _closure(tracer, {e.tag for e in (sources or near)})
    if not sources and not near:
        raise LvbaoError(_unknown(tracer, place))

    def those(*kinds: str) -> tuple[TraceEntry, ...]:
        return tuple(e for t, e in tracer.entries.items() if t in reached and t.partition(":")[0] in kinds)

    found = tuple(f for f in tracer.document.figures() if f.tag in reached)
    texts: dict[str, PlacedFigure] = {}
    for each in found:
        if each.place.row < 0:
            texts.setdefault(sentence(tracer.document, each.place, each.span.start, each.span.end), each)
    computed = tuple(
        e for e in those(*_COMPUTED, "t") if e.tag not in {s.tag for s in sources} and e.operands
    )
    charts = tuple(
        e
        for e in those("chart")
        if any(_is_of(e, b.line.text, b.caption) for b in tracer.document.blocks if b.kind == "chart")
    )
    rows = {t.partition(":")[2]: tracer.entries[t] for t in reached if t.startswith("s:") and "/" not in t}
    rows |= {
        t.partition(":")[2]: tracer.entries[t]
        for t in reached
        if t.startswith("v:") and t.partition(":")[2] not in rows
    }
    order = {tag: n for n, tag in enumerate(tracer.entries)}
    return Dependents(
        place,
        tuple(sources),
        near,
        computed,
        those("l"),
        tuple(sorted(rows.values(), key=lambda e: order[e.tag])),
        those(*_SCORES),
        charts,
        found,
        tuple((figure, text) for text, figure in texts.items()),
    )


def _is_of(entry: TraceEntry, alt: str, caption: str) -> bool:
    """Whether a chart of the report is that of an entry, by its alternative text or its caption."""
    return f"：{entry.label}" in alt or caption.startswith(entry.label)


def _closure(tracer: Tracer, tags: set[str]) -> set[str]:
    """The tags and everything computed from them."""
    users: dict[str, list[str]] = {}
    for entry in tracer.entries.values():
        for operand in entry.operands:
            users.setdefault(operand.tag, []).append(entry.tag)
    reached, waiting = set(tags), list(tags)
    while waiting:
        for user in users.get(waiting.pop(), ()):
            if user not in reached:
                reached.add(user)
                waiting.append(user)
    return reached


def _row(tracer: Tracer, place: str) -> Iterable[TraceEntry]:
    """Values in other cells of the same row of the sheet."""
    sheet, _, cell = place.rpartition("!")
    number = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for entry in tracer.entries.values():
        other, _, address = entry.cell.rpartition("!")
        if other == sheet and address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == number:
            yield entry


def _unknown(tracer: Tracer, place: str) -> str:
    sheet = place.rpartition("!")[0]
    sheets = sorted({e.cell.rpartition("!")[0] for e in tracer.entries.values() if "!" in e.cell})
    if sheet not in sheets:
        near = nearest(sheet, sheets)
        hint = f"是否为“{near}”？" if near else ""
        return f"报告中没有取自工作表“{sheet}”的数值。{hint}有数值的工作表：{'、'.join(sheets)}"
    return (
        f"报告中没有取自 {place} 的数值：该格可能是文字、选项或空白，只有数值、日期、判定受跟踪。"
        "同时给出 --workbook 录入表.xlsx，可查该格的文字用在哪些句子里。"
    )
