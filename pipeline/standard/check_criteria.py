"""Checks of one row of the score table: its method has what it needs; bands cover every value exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Final

from pipeline.quantity import plain
from pipeline.standard import types as t

FILE = "scoring.yaml"
OWN_KEYS: Final = {"condition": "condition", "formula": "formula", "bands": "bands"}
"""The key that belongs to a method and to no other."""


def check_criterion(criterion: t.Criterion, standard: t.Standard) -> Iterator[str]:
    """Every fault of a row, as a sentence."""
    where = f"{standard.places.at(FILE, 'criteria', criterion.id)}：{criterion.id}"
    for key, method in OWN_KEYS.items():
        if bool(getattr(criterion, key)) != (criterion.method == method):
            yield f"{where}：{key} 与 method: {method} 应同时出现"
    yield from (f"{where}：{fault}" for fault in _indicator(criterion, standard))
    yield from (f"{where}：{fault}" for fault in _points(criterion))
    yield from (f"{where}：{fault}" for fault in _bands(criterion))
    if criterion.requires is not None and not criterion.is_judged_by_program:
        yield f"{where}：requires 只用于由程序计分的行；由人评定的，把前提写进 texts"


def _indicator(criterion: t.Criterion, standard: t.Standard) -> Iterator[str]:
    indicator = standard.indicators.by_id.get(criterion.indicator or "")
    if criterion.method in ("level", "linear") and (indicator is None or indicator.thresholds is None):
        yield f"method: {criterion.method} 要有一个带 thresholds 的 indicator"
    elif criterion.method == "bands" and indicator is None:
        yield "method: bands 要有 indicator，各档的界限以它的单位写"
    elif criterion.indicator is not None and indicator is None:
        yield f"indicator“{criterion.indicator}”不存在"


def _points(criterion: t.Criterion) -> Iterator[str]:
    if criterion.points is not None and criterion.points_status == "unknown":
        yield "points_status: unknown 的行不写 points；已知分值的去掉 points_status"
    gate = criterion.method == "condition" and criterion.veto
    if criterion.is_judged_by_program and criterion.points is None and criterion.points_known and not gate:
        yield "由程序计分的行要有 points；没有取得原文的写 points_status: unknown"
    if criterion.method in ("formula", "bands") and criterion.points is None:
        yield f"method: {criterion.method} 要有 points（满分），没有取得原文的不能用这个方法"


# -- bands -------------------------------------------------------------------------------------------------------
def _bands(criterion: t.Criterion) -> Iterator[str]:
    for number, band in enumerate(criterion.bands, 1):
        yield from (f"第 {number} 档{fault}" for fault in _band(band, criterion))
    if criterion.bands and not any(_malformed(b) for b in criterion.bands):
        yield from _cover(criterion.bands)


def _malformed(band: t.Band) -> bool:
    return (band.ge is not None and band.gt is not None) or (band.le is not None and band.lt is not None)


def _band(band: t.Band, criterion: t.Criterion) -> Iterator[str]:
    if _malformed(band):
        yield "的一端写了两个界限；ge 与 gt、le 与 lt 只能各写一个"
    if band.points is None and band.status != "unknown":
        yield "没有 points；没有取得原文的写 points: null, status: unknown"
    if band.points is not None and criterion.points is not None and band.points > criterion.points:
        yield f"的分值 {plain(band.points)} 超过满分 {plain(criterion.points)}"
    if band.points is not None and band.points < 0:
        yield "的分值小于 0"


End = tuple[Decimal, int]
"""A place on the line: a number and 0 (just before it) or 1 (just after it)."""
_LEAST: Final[End] = (Decimal("-Infinity"), 0)
_MOST: Final[End] = (Decimal("Infinity"), 1)


def _start(band: t.Band) -> End:
    if band.ge is not None:
        return band.ge, 0
    return (band.gt, 1) if band.gt is not None else _LEAST


def _stop(band: t.Band) -> End:
    if band.le is not None:
        return band.le, 1
    return (band.lt, 0) if band.lt is not None else _MOST


def _cover(bands: tuple[t.Band, ...]) -> Iterator[str]:
    """Gaps and overlaps along the line, by the numbers of the bands as they are written."""
    numbered = sorted(enumerate(bands, 1), key=lambda item: _start(item[1]))
    for number, band in numbered:
        if _start(band) >= _stop(band):
            yield f"第 {number} 档的界限颠倒，里面没有数值"
            return
    first, last = numbered[0], numbered[-1]
    if _start(first[1]) != _LEAST:
        yield f"低于第 {first[0]} 档（{_words(_start(first[1]))}以下）的数值没有档；最低一档不写 ge、gt"
    for (before, lower), (after, upper) in pairwise(numbered):
        stop, start = _stop(lower), _start(upper)
        if stop < start and stop[0] == start[0]:
            yield f"等于 {_words(stop)} 的数值没有档；第 {before} 档或第 {after} 档应包含它（ge、le）"
        elif stop < start:
            yield f"第 {before} 档与第 {after} 档之间（{_words(stop)} 到 {_words(start)}）的数值没有档"
        elif stop > start:
            yield f"第 {before} 档与第 {after} 档在 {_words(start)} 处重叠；界限只能属于一档（含用 ge、le，不含用 gt、lt）"
    if _stop(last[1]) != _MOST:
        yield f"高于第 {last[0]} 档（{_words(_stop(last[1]))}以上）的数值没有档；最高一档不写 le、lt"


def _words(end: End) -> str:
    return plain(end[0]) if end[0].is_finite() else "无穷"
