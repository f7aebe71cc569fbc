"""The values of one side of a comparison, by the tags of figures: inputs, indicators, levels, scores."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from pipeline.quantity import plain
from pipeline.report.marks import short_tag
from pipeline.report.trace_part import TraceEntry
from pipeline.review.trace import kind_word

INPUT_KINDS: Final = ("f", "t")
RULE_KINDS: Final = ("k", "lim", "c")
INDICATOR_KINDS: Final = ("i",)
SCORE_KINDS: Final = ("v", "s", "sub", "cat", "tot", "basic")
CELL: Final = re.compile(r"t:(\w+)\[(\d+)\]\.(\w+)")
_NOTHING: Final = {"missing": "（未填）", "not_applicable": "不适用", "not_detected": "未检出"}


@dataclass(frozen=True, slots=True)
class Value:
    """One value: `text` as it is compared and shown, with what explains it. `operands` are tags, `row` the words of a
    table row."""

    tag: str
    label: str
    text: str
    unit: str = ""
    cell: str = ""
    clause: str = ""
    level: str = ""
    formula: str = ""
    substituted: str = ""
    exact: str = ""
    basis: str = ""
    operands: tuple[tuple[str, str], ...] = ()
    row: str = ""

    @property
    def kind(self) -> str:
        """The kind of tag."""
        return self.tag.partition(":")[0]

    @property
    def name(self) -> str:
        """What people call it."""
        return self.label or f"{kind_word(self.tag)} {self.tag}"


def unified(tag: str) -> str:
    """Quantities and indicators share their names: `q:x` and `i:x/used` are both `i:x`."""
    kind, _, rest = tag.partition(":")
    return f"i:{rest.removesuffix('/used')}" if kind in ("i", "q") else tag.removesuffix("/used")


def values_of_trace(entries: Mapping[str, TraceEntry]) -> dict[str, Value]:
    """The values that a report carries."""
    found: dict[str, Value] = {}
    for entry in entries.values():
        kind, _, rest = entry.tag.partition(":")
        aspect = rest.partition("/")[2] if kind in ("i", "q", "f", "t") else ""
        if kind in ("l", "chart", "n", "share", "sum", "chg") or aspect:
            continue
        text = entry.rounded or entry.value
        operands = tuple((unified(o.tag), o.value) for o in entry.operands)
        value = Value(
            unified(entry.tag), entry.label, text, entry.unit, entry.cell, entry.clause, entry.level,
            entry.formula, entry.substituted, entry.value, entry.basis, operands,
        )  # fmt: skip
        if text:
            found[value.tag] = value
    return found


def values_of_record(record: Mapping[str, Any]) -> dict[str, Value]:
    """The values of the JSON of an evaluation."""
    made = [
        *_facts(record), *_tables(record), *_indicators(record["indicators"], ""),
        *(v for back, each in record.get("earlier", {}).items() for v in _indicators(each, f"@-{back}")),
        *_scores(record["scorecard"]),
    ]  # fmt: skip
    return {v.tag: v for v in made if v.text}


def _facts(record: Mapping[str, Any]) -> Iterator[Value]:
    for key, fact in record["facts"].items():
        where = fact.get("where") or {}
        yield Value(
            f"f:{key}", where.get("label", "") or key, _text(fact), fact.get("unit") or "", _cell(fact)
        )


def _tables(record: Mapping[str, Any]) -> Iterator[Value]:
    for table, rows in record["tables"].items():
        for number, row in enumerate(rows, 1):
            for column, fact in row.items():
                where = fact.get("where") or {}
                label = where.get("label", "") or f"{table} 第{number}行 {column}"
                yield Value(
                    f"t:{table}[{number}].{column}", label, _text(fact), fact.get("unit") or "", _cell(fact)
                )


def _indicators(indicators: Mapping[str, Any], back: str) -> Iterator[Value]:
    for key, each in indicators.items():
        trace = each.get("trace") or {}
        basis = trace.get("level") or {}
        value = Value(
            f"i:{key}{back}", each.get("label") or key, _number(each.get("value")) or _nothing(each), each.get("unit") or "",
            clause=each.get("clause") or "", level=each.get("level") or "", formula=trace.get("words") or "",
            substituted=f"{trace.get('substituted') or ''} {trace.get('conversion') or ''}".strip(),
            exact=trace.get("unrounded") or "", operands=tuple(_operand(o) for o in trace.get("operands", ())),
        )  # fmt: skip
        yield value
        if back:
            continue
        for level, limit in (basis.get("limits") or {}).items():
            yield Value(
                f"lim:{key}/{level}",
                f"{value.label} {level} 限值",
                str(limit),
                value.unit,
                clause=basis.get("clause", ""),
            )
        for operand in trace.get("operands", ()):
            if operand["kind"] in ("factor", "constant"):
                tag = _operand(operand)[0]
                yield Value(
                    tag,
                    operand["label"],
                    operand["value"],
                    operand.get("unit") or "",
                    clause=operand.get("source", ""),
                )


def _number(text: str | None) -> str:
    return "" if text is None else plain(Decimal(text))


def _operand(operand: Mapping[str, Any]) -> tuple[str, str]:
    kind = {"fact": "f", "row": "t", "factor": "k", "constant": "c", "quantity": "i"}[operand["kind"]]
    return short_tag(f"{kind}:{operand['id']}"), str(operand["value"])


def _scores(card: Mapping[str, Any]) -> Iterator[Value]:
    for category in card["categories"]:
        for sub in category["subcategories"]:
            if sub["score"] is not None:
                yield Value(f"sub:{sub['id']}", f"{sub['title']} 得分", str(sub["score"]))
            for row in sub["criteria"]:
                yield from _criterion(row)
    met = card["basic_requirements"]["met"]
    yield Value("basic:met", "基本要求", "待定" if met is None else "符合" if met else "不符合")
    for name, label in (("printed", "原文印出部分得分"), ("provisional", "全表（暂拟）得分")):
        total = card["totals"][name]
        yield Value(f"tot:{name}", label, str(total["score"]))
        yield Value(f"tot:{name}/confirmed", f"{label}（已有证明材料）", str(total["confirmed"]))


def _criterion(row: Mapping[str, Any]) -> Iterator[Value]:
    plain = Value("", "", "", cell=_cell(row), clause=row.get("clause") or "", basis=row.get("basis") or "")
    if row.get("verdict"):
        yield replace(plain, tag=f"v:{row['id']}", label=f"{row['id']} 自评结果", text=row["verdict"])
    if row.get("score") is not None:
        yield replace(plain, tag=f"s:{row['id']}", label=f"{row['id']} 得分", text=str(row["score"]))


def _cell(record: Mapping[str, Any]) -> str:
    where = record.get("where") or {}
    return f"{where['sheet']}!{where['cell']}" if where.get("cell") else where.get("sheet", "")


def _text(fact: Mapping[str, Any]) -> str:
    value = fact.get("value")
    if value is None:
        return _nothing(fact)
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _nothing(record: Mapping[str, Any]) -> str:
    return _NOTHING.get(record.get("kind", ""), "")
