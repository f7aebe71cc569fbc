"""The tables of a batch: one line a report, the level of every indicator, distributions. The only user of pandas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any, Final

import pandas as pd

from pipeline.batch.job import State
from pipeline.batch.run import Done
from pipeline.quantity import fixed

OTHER_LEVELS: Final = ("未评定", "无法计算", "不适用")
BANDS: Final = ((90, "90 以上"), (80, "80～90"), (70, "70～80"), (60, "60～70"), (0, "60 以下"))
"""Shares of the full score in per cent, each from its number on, below the one before."""
UNDECIDED: Final = "有待定项"


@dataclass(frozen=True, slots=True)
class Indicators:
    """The judged indicators of the reports under one standard, by declared or by verified values (said in `number`).

    `levels` and `values`: reports × indicators (text; "" where one has no such indicator). `counts`: indicators ×
    levels, how many reports. `spread`: indicators × (份数, 最小, 中位, 最大), text with the indicator's decimals.
    """

    number: str
    levels: pd.DataFrame
    values: pd.DataFrame
    counts: pd.DataFrame
    spread: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Summary:
    """`lines`: one row a report. `states` and `scores`: how many reports (`scores`: bands × standards)."""

    lines: pd.DataFrame
    states: pd.DataFrame
    scores: pd.DataFrame
    indicators: tuple[Indicators, ...]


def summarise(done: Sequence[Done]) -> Summary:
    """The tables over the reports of a batch, in its order."""
    lines = pd.DataFrame([_line(d) for d in done], columns=list(_COLUMNS), dtype=object)
    judged = pd.DataFrame(
        [row for n, d in enumerate(done) for row in _judged(n, d)],
        columns=["place", "report", "standard", "indicator", "value", "level"],
        dtype=object,
    )
    reported = [d for d in done if d.state.has_report and d.record.line]
    ladders = {_measure(d): d.record.line.get("levels", []) for d in reported}
    present = set(judged["standard"])
    return Summary(
        lines,
        _states(lines),
        _scores(reported),
        tuple(_indicators(n, ladders[n], judged[judged["standard"] == n]) for n in ladders if n in present),
    )


def _measure(done: Done) -> str:
    """By what a report measures: the standard, and whether by verified values. Only what is measured alike is compared."""
    line = done.record.line
    return f"{line['number']}（核查值）" if line.get("verified") else str(line["number"])


_COLUMNS: Final = (
    "客户", "企业名称", "标准", "年度", "状态", "基本要求", "原文部分得分", "原文部分满分", "全表得分（暂拟）", "全表满分",
    "已证实得分", "错误", "提示", "首要问题", "报告", "complete",
)  # fmt: skip
SHOWN: Final = _COLUMNS[:-1]
"""The columns of `lines` that are shown; the last one tells whether every row of the score table is decided."""


def _line(done: Done) -> tuple[Any, ...]:
    record, line = done.record, done.record.line
    if not line:
        return done.name, "", "", None, record.state, *("",) * 6, None, None, record.message, "", False
    findings = "\n".join(line["findings"]) or (record.message if not done.state.fine else "")
    # a standard may print no points, or know none at all
    printed = (line["printed"], line["printed_of"]) if Decimal(line["printed_of"]) else ("", "")
    whole = (
        (line["whole"], line["whole_of"], line["confirmed"]) if Decimal(line["whole_of"]) else ("", "", "")
    )
    scores = (*printed, *whole)
    return (
        done.name, line["enterprise"], line["number"], line["year"], record.state, line["basic"], *scores,
        line["errors"], line["warnings"], findings, record.report, line["complete"],
    )  # fmt: skip


def _judged(place: int, done: Done) -> list[tuple[Any, ...]]:
    """The judged indicators of a report; none where none came out."""
    if not done.state.has_report:
        return []
    return [
        (place, done.name, _measure(done), _heading(each), each["value"] or "", each["level"])
        for each in done.record.line.get("indicators", ())
    ]


def _heading(indicator: Mapping[str, Any]) -> str:
    unit = indicator["unit"]
    return f"{indicator['label']}（{unit}）" if unit and unit != "1" else str(indicator["label"])


def _states(lines: pd.DataFrame) -> pd.DataFrame:
    counts = lines["状态"].value_counts()
    present = [s.value for s in State if s.value in counts.index]
    return counts.reindex(present).to_frame("份数")


def _scores(reported: Sequence[Done]) -> pd.DataFrame:
    """How many reports have which share of the full score; standards without points have no column."""
    scored = [d for d in reported if Decimal(d.record.line["whole_of"])]
    measures = list(dict.fromkeys(map(_measure, scored)))
    bands = [_band(d.record.line) for d in scored]
    table = (
        pd.crosstab(pd.Series(bands), pd.Series(list(map(_measure, scored)))) if scored else pd.DataFrame()
    )
    rows = [words for _, words in BANDS] + ([UNDECIDED] if UNDECIDED in bands else [])
    return table.reindex(index=rows, columns=measures, fill_value=0)


def _band(line: Mapping[str, Any]) -> str:
    if not line["complete"]:
        return UNDECIDED
    share = Decimal(line["whole"]) / Decimal(line["whole_of"]) * 100
    return next(words for least, words in BANDS if share >= least)


def _indicators(number: str, ladder: Sequence[str], judged: pd.DataFrame) -> Indicators:
    reports = dict(zip(judged["place"], judged["report"], strict=True))
    labels = list(dict.fromkeys(judged["indicator"]))
    counts = pd.crosstab(judged["indicator"], judged["level"])
    words = [w for w in (*ladder, *OTHER_LEVELS) if w in counts.columns]
    numbers = judged[judged["value"] != ""].groupby("indicator", sort=False)["value"]
    spread = {label: _spread(values) for label, values in numbers}
    return Indicators(
        number,
        levels=_wide(judged, "level", reports, labels),
        values=_wide(judged, "value", reports, labels),
        counts=counts.reindex(index=labels, columns=words, fill_value=0),
        spread=pd.DataFrame(
            [spread.get(label, ("",) * 4) for label in labels],
            labels,
            ["份数", "最小", "中位", "最大"],
            dtype=object,
        ),
    )


def _wide(judged: pd.DataFrame, what: str, reports: Mapping[int, str], labels: list[str]) -> pd.DataFrame:
    """Reports × indicators. Two reports may have the same name: a client's may look like another one's kind."""
    wide = judged.pivot(index="place", columns="indicator", values=what)
    return wide.reindex(index=list(reports), columns=labels).fillna("").set_axis(list(reports.values()))


def _spread(values: pd.Series[Any]) -> tuple[str, ...]:
    numbers = [Decimal(v) for v in values]
    decimals = max(0, -min(int(n.as_tuple().exponent) for n in numbers))
    return str(len(numbers)), *(fixed(n, decimals) for n in (min(numbers), median(numbers), max(numbers)))
