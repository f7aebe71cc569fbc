"""What changed among inputs, rules, indicators, levels and scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from pipeline.review.align import Pair, align_items
from pipeline.review.arithmetic import contributions
from pipeline.review.causes import Causes, same_value
from pipeline.review.contribute import Contributions, Contributor
from pipeline.review.difference import GROUP_WORDS, Change, Group
from pipeline.review.segment import compare_texts, number_of
from pipeline.review.side import Side
from pipeline.review.values import CELL, Value

_RULES: Final = ("k", "lim", "c")
_WEIGHTS: Final = ("/points", "/weight", "/weights", "/max_points")
_SCORES: Final = ("v", "s", "sub", "cat", "tot", "basic")
_LONG: Final = 30
_ROW: Final = " "
"""A column that holds the words of a row, where the columns of words themselves are not at hand."""
_YEARS: Final = {"@-1": "（上年）", "@-2": "（前年）"}
Rename = Callable[[str], str]
Record = Mapping[str, Value]


def same_rows(old: Side, new: Side) -> Mapping[str, str]:
    """The tags of table cells of the new side whose row stands elsewhere, by the tags of the old side.

    Rows that are only in the new side are called `t:table[+3].column`.
    """
    names: dict[str, str] = {}
    before, after = _tables(old), _tables(new)
    for table in sorted({*before, *after}):
        rows, others = before.get(table, {}), after.get(table, {})
        numbers, other_numbers = sorted(rows), sorted(others)
        columns = _columns(old, new, rows, others)
        pairs = align_items(
            [_only(rows[n], columns) for n in numbers],
            [_only(others[n], columns) for n in other_numbers],
            (_content, _key, _words),
            _alike,
        )
        pairs = _rest_in_order(pairs)
        for pair in pairs:
            if pair.new is None:
                continue
            here = other_numbers[pair.new]
            there = f"+{here}" if pair.old is None else str(numbers[pair.old])
            if there != str(here):
                names[f"t:{table}[{here}]"] = f"t:{table}[{there}]"
    return names


def _rest_in_order(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """Rows without an answer, paired in their order where there are as many on both sides."""
    gone = [p.old for p in pairs if p.new is None]
    come = [p.new for p in pairs if p.old is None]
    if len(gone) != len(come):
        return tuple(pairs)
    return (*(p for p in pairs if None not in (p.old, p.new)), *map(Pair, gone, come))


def renamer(names: Mapping[str, str]) -> Rename:
    """A function that gives every tag its name on the old side."""

    def rename(tag: str) -> str:
        stem, bracket, column = tag.partition("]")
        return names.get(stem + bracket, stem + bracket) + column if bracket else tag

    return rename


def with_names(side: Side, rename: Rename) -> Side:
    """The side with its tags renamed."""
    values = {rename(t): replace(v, tag=rename(t)) for t, v in side.values.items()}
    links = {rename(t): tuple(map(rename, others)) for t, others in side.links.items()}
    return replace(side, values=values, links=links)


def value_changes(old: Side, new: Side, causes: Causes) -> Iterator[Change]:
    """Every changed value, group by group; `new` goes by the names of `old` already."""
    contributor = _contributor(old, new)
    for tag in _tags(old, new):
        a, b = old.values.get(tag), new.values.get(tag)
        value = b or a
        group = _group(tag, old, new)
        if value is None or group is None or same_value(a, b):
            continue
        if a is not None and b is not None and a.text == b.text:
            continue  # only the level differs
        yield _change(group, tag, a, b, causes, contributor, old)
    yield from _levels(old, new, causes)


def _change(
    group: Group,
    tag: str,
    a: Value | None,
    b: Value | None,
    causes: Causes,
    contributor: Contributor | None,
    old: Side,
) -> Change:
    value = b or a
    assert value is not None
    before, after = "" if a is None else a.text, "" if b is None else b.text
    year = next(
        (words for suffix, words in _YEARS.items() if tag.endswith(suffix) and words[1:3] not in value.label),
        "",
    )
    long = max(len(before), len(after)) > _LONG
    return Change(
        group,
        "changed" if a is not None and b is not None else "added" if a is None else "removed",
        f"{value.name}{year}",
        before,
        after,
        GROUP_WORDS[group],
        tag,
        value.unit if value.unit != "1" else "",
        value.cell,
        value.clause,
        value.basis if group == "score" else value.formula,
        compare_texts(before, after) if long and before and after else (),
        () if group in ("input", "rule") else causes.of(tag),
        _shares(group, tag, a, b, contributor, old),
    )


def _levels(old: Side, new: Side, causes: Causes) -> Iterator[Change]:
    for tag in _tags(old, new):
        a, b = old.values.get(tag), new.values.get(tag)
        if a is None or b is None or a.kind != "i" or a.level == b.level or not (a.level or b.level):
            continue
        words = _level_words(new) | _level_words(old)
        yield Change(
            "level", "changed", b.name, words.get(a.level, a.level), words.get(b.level, b.level),
            GROUP_WORDS["level"], f"l:{tag[2:]}", clause=b.clause, causes=causes.of(tag),
        )  # fmt: skip


def _level_words(side: Side) -> dict[str, str]:
    """The names of levels, as the pack or the report's own labels give them."""
    found = {"below": "未达到最低限值"}
    if side.evaluation is not None:
        return found | dict(side.evaluation.standard.indicators.levels)
    for entry in side.document.trace.entries.values() if side.document is not None else ():
        if entry.tag.startswith("l:") and entry.level and entry.printed and "@" not in entry.tag:
            found[entry.level] = entry.printed[0].removeprefix("达到")
    return found


# -- contributions ---------------------------------------------------------------------------------------------
def _contributor(old: Side, new: Side) -> Contributor | None:
    if old.evaluation is None or new.evaluation is None:
        return None
    if old.evaluation.standard.digest != new.evaluation.standard.digest:
        return None
    same = [s.receipt.get("pack_sha256") == s.evaluation.standard.digest for s in (old, new) if s.evaluation]
    return Contributor(old.evaluation, new.evaluation) if all(same) else None


def _shares(
    group: Group, tag: str, a: Value | None, b: Value | None, contributor: Contributor | None, old: Side
) -> Contributions | None:
    if (
        group != "indicator"
        or a is None
        or b is None
        or number_of(a.text) is None
        or number_of(b.text) is None
    ):
        return None
    name, _, back = tag[2:].partition("@-")
    if contributor is not None:
        return contributor.of(name, int(back or 0))
    if a.formula != b.formula:
        return Contributions(reason="公式不同，不按填报数据分解")
    labels = {t: v.name for t, v in old.values.items()}
    return contributions(a, b, labels)


# -- which values are compared ---------------------------------------------------------------------------------
def _complete(side: Side) -> bool:
    return side.kind != "report"


def _all_of(old: Side, new: Side) -> bool:
    """Whether a value that one side lacks is really gone: both sides say everything, or print by the same template."""
    if _complete(old) and _complete(new):
        return True
    return old.kind == new.kind and old.receipt.get("template_sha256") == new.receipt.get("template_sha256")


def _tags(old: Side, new: Side) -> list[str]:
    if _all_of(old, new):
        return list(dict.fromkeys([*old.values, *new.values]))
    return [t for t in old.values if t in new.values]


def _group(tag: str, old: Side, new: Side) -> Group | None:
    kind = tag.partition(":")[0]
    if kind in ("f", "t"):
        computed = (tag in old.links and old.links[tag]) or (tag in new.links and new.links[tag])
        return None if computed else "input"
    if kind in _RULES or tag.endswith(_WEIGHTS):
        return "rule"
    if kind == "i":
        return "indicator"
    return "score" if kind in _SCORES else None


def _tables(side: Side) -> dict[str, dict[int, dict[str, str]]]:
    """Filled-in cells by table, row and column."""
    tables: dict[str, dict[int, dict[str, str]]] = {}
    for tag, value in side.values.items():
        found = CELL.fullmatch(tag)
        if found and not side.links.get(tag):
            row = tables.setdefault(found.group(1), {}).setdefault(int(found.group(2)), {})
            row[found.group(3)] = value.text
            if value.row:
                row[_ROW] = value.row
    return tables


def _columns(old: Side, new: Side, *tables: Mapping[int, Mapping[str, str]]) -> frozenset[str]:
    sets = [frozenset(c for row in rows.values() for c in row) for rows in tables]
    return sets[0] | sets[1] if _complete(old) == _complete(new) else sets[0] & sets[1]


def _only(row: Mapping[str, str], columns: frozenset[str]) -> dict[str, str]:
    return {c: t for c, t in row.items() if c in columns}


def _content(row: Mapping[str, str]) -> tuple[tuple[str, str], ...] | None:
    return tuple(sorted(row.items())) or None


def _key(row: Mapping[str, str]) -> str | None:
    """The criterion of a row of the criteria sheet, the number of a piece of evidence."""
    return row.get("criterion") or row.get("number")


def _words(row: Mapping[str, str]) -> tuple[tuple[str, str], ...] | None:
    words = tuple(sorted((c, t) for c, t in row.items() if number_of(t) is None))
    return words or None


def _alike(old: Mapping[str, str], new: Mapping[str, str]) -> float:
    columns = {*old, *new}
    return sum(old.get(c) == new.get(c) for c in columns) / len(columns) if columns else 0.0
