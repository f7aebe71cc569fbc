"""A comparison as text for a terminal and as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final

from pipeline.quantity import plain, significant
from pipeline.review.causes import summed
from pipeline.review.contribute import Contributions
from pipeline.review.difference import ACT_WORDS, CAUSE_WORDS, GROUP_WORDS, Change, Difference, Group
from pipeline.review.document import short
from pipeline.review.segment import piece_text
from pipeline.show import printable

SCHEMA: Final = "lvbao-diff/1"
ORDER: Final[tuple[Group, ...]] = ("input", "rule", "indicator", "level", "score")
LISTED: Final = 40
SAME: Final = "没有差别。"
_DIGITS: Final = 4


def difference_text(difference: Difference, *, everything: bool = False) -> str:
    """The whole comparison: what was compared, values by group, texts by chapter, what is apart."""
    lines = [*_head(difference), ""]
    for group in ORDER:
        lines += _values(difference.of(group), GROUP_WORDS[group], difference.baseline)
    texts = difference.of("text", "row", "object")
    own = [c for c in texts if not c.follows]
    lines += _texts(own, everything, difference.baseline)
    lines += _followers([c for c in texts if c.follows], everything, difference.baseline)
    lines += _apart(difference)
    return "\n".join(printable(line) for line in lines).rstrip() + "\n"


def _head(difference: Difference) -> Iterator[str]:
    yield f"{_named(difference.old, difference.old_enterprise)} → {_named(difference.new, difference.new_enterprise)}"
    for version in difference.versions:
        if version.old != version.new:
            yield f"  {version.name}：{version.old} → {version.new}"
    yield from (f"  说明：{note}" for note in difference.notes)
    if not difference.changes:
        yield SAME
        return
    counted = Counter(GROUP_WORDS[c.group] for c in difference.changes)
    yield f"差别 {len(difference.changes)} 处：" + "，".join(
        f"{word} {count}" for word, count in counted.items()
    )
    expected = sum(c.expected for c in difference.changes)
    if difference.baseline:
        yield f"其中预期之内 {expected} 处，预期之外 {len(difference.changes) - expected} 处（标 ★）"
    kinds = Counter(cause for c in difference.changes for cause in {_kind(c)})
    yield "原因：" + "，".join(f"{word} {count}" for word, count in kinds.items() if word)


def _named(file: str, enterprise: str) -> str:
    return f"{file}（{enterprise}）" if enterprise else file


def _kind(change: Change) -> str:
    if change.group == "input":
        return CAUSE_WORDS["data"]
    return "＋".join(dict.fromkeys(CAUSE_WORDS[c.kind] for c in change.causes)) or CAUSE_WORDS["rules"]


def _values(changes: Sequence[Change], title: str, star: bool) -> Iterator[str]:
    if not changes:
        return
    yield f"【{title}】{len(changes)}"
    for change in changes:
        yield f"  {_star(change, star)}{change.where}：{shown(change)}"
        cell = f"单元格 {change.cell}" if change.cell and change.group in ("input", "score") else ""
        clause = f"条款 {change.clause}" if change.clause and change.group != "input" else ""
        if cell or clause:
            yield "      " + "，".join(p for p in (cell, clause) if p)
        if change.contributions is not None:
            yield from (f"      {line}" for line in contribution_lines(change.contributions, change.unit))
        if change.causes:
            yield f"      原因 {summed(change.causes)}"
    yield ""


def shown(change: Change) -> str:
    """What changed, in words."""
    if change.act == "moved":
        return f"位置 {change.old} → {change.new}"
    if change.act in ("added", "removed") and change.group in ("text", "row", "object"):
        return f"{'增加' if change.act == 'added' else '删去'}「{short(change.new or change.old, 120)}」"
    if change.pieces:
        return "；".join(_brief(piece_text(p)) for p in change.pieces if not p.same)
    unit = f" {change.unit}" if change.unit else ""
    return change.new if change.group == "object" and not change.old else f"{change.delta}{unit}"


def _brief(text: str) -> str:
    return short(text, 160)


def contribution_lines(found: Contributions, unit: str) -> list[str]:
    """The shares in words."""
    if found.reason:
        return [f"（{found.reason}）"]
    mark = f" {unit}" if unit else ""
    if len(found.shares) == 1 and not found.remainder:
        return [f"全部来自：{found.shares[0].label}"]
    how = "按各种先后次序平均" if found.exact else "逐项单独代入"
    shares = "，".join(f"{s.label} {signed(s.amount)}{mark}" for s in found.shares)
    lines = [f"其中（{how}）：{shares or '各项相抵'}"]
    if found.remainder and not found.exact:
        lines.append(f"共同作用的余量 {signed(found.remainder)}{mark}")
    return lines


def signed(number: Decimal) -> str:
    """`+0.97`, `−0.86`: four significant digits."""
    text = significant(abs(number), _DIGITS)
    return f"{'−' if number < 0 else '+'}{text}"


def _star(change: Change, star: bool) -> str:
    return "★ " if star and not change.expected else ""


def _texts(changes: Sequence[Change], everything: bool, star: bool) -> Iterator[str]:
    if not changes:
        return
    yield f"【句子、表格、图】{len(changes)}"
    topic = ""
    for number, change in enumerate(changes):
        if number >= LISTED and not everything:
            yield f"  …… 另有 {len(changes) - LISTED} 处，加 --all 全列，或用 --html、--json"
            break
        if change.topic != topic:
            topic = change.topic
            yield f"  〔{topic}〕"
        yield f"    {_star(change, star)}[{ACT_WORDS[change.act]}] {_rest(change)}：{shown(change)}"
        if change.causes:
            yield f"          原因 {summed(change.causes)}"
    yield ""


def _rest(change: Change) -> str:
    """The place without the chapter that stands above."""
    where = change.where.removeprefix(change.topic).lstrip(" ›·")
    return where or "正文"


def _followers(changes: Sequence[Change], everything: bool, star: bool) -> Iterator[str]:
    if not changes:
        return
    yield f"【随上述数值变化的句子和单元格】{len(changes)}"
    if everything:
        yield from (f"    {_star(c, star)}{c.where}：{shown(c)}" for c in changes)
    else:
        counted = Counter(c.topic for c in changes)
        yield from (f"  {topic}：{count} 处" for topic, count in counted.items())
        yield "  （只有数值变了，文字没有变；加 --all 全列）"
    yield ""


def _apart(difference: Difference) -> Iterator[str]:
    if difference.renumbered:
        yield f"编号顺延 {difference.renumbered} 处（序号、表号、图号、标题号），不算差别。"
    if difference.formats:
        why = f"：两份文件由不同程序保存（{difference.resaved}）" if difference.resaved else ""
        yield f"只有格式不同 {len(difference.formats)} 处，不算差别{why}。"
        if not why:
            yield from (f"  {place}" for place in difference.formats[:LISTED])


# -- plain data ------------------------------------------------------------------------------------------------
def difference_record(difference: Difference) -> dict[str, Any]:
    """The whole comparison as plain data."""
    return {
        "schema": SCHEMA,
        "old": {"file": difference.old, "enterprise": difference.old_enterprise},
        "new": {"file": difference.new, "enterprise": difference.new_enterprise},
        "same": not difference.changes,
        "versions": [asdict(v) for v in difference.versions],
        "changes": [change_record(c) for c in difference.changes],
        "formats": list(difference.formats),
        "renumbered": difference.renumbered,
        "resaved": difference.resaved,
        "notes": list(difference.notes),
    }


def change_record(change: Change) -> dict[str, Any]:
    """One change as plain data, without what it does not say."""
    record: dict[str, Any] = {"id": change.id, "group": change.group, "act": change.act}
    for name in ("where", "topic", "tag", "old", "new", "unit", "cell", "clause", "detail"):
        if value := getattr(change, name):
            record[name] = value
    if (number := change.number) is not None:
        record["change"] = format(number, "f")
    if change.pieces:
        record["pieces"] = [{"old": p.old, "new": p.new} for p in change.pieces if not p.same]
    record["causes"] = [{"kind": c.kind, "words": c.words} for c in change.causes]
    if change.contributions is not None:
        record["contributions"] = _contributions(change.contributions)
    return record | {"follows": change.follows, "expected": change.expected}


def _contributions(found: Contributions) -> dict[str, Any]:
    if found.reason:
        return {"reason": found.reason}
    return {
        "method": "shapley" if found.exact else "one_at_a_time",
        "shares": [{"label": s.label, "change": s.change, "amount": plain(s.amount)} for s in found.shares],
        "remainder": plain(found.remainder),
    }
