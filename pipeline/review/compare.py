"""The comparison of two sides: values, then texts, then what is expected. One line a stage."""

from __future__ import annotations

from pipeline.deliver import Options
from pipeline.review.baseline import NO_BASELINE, Baseline
from pipeline.review.causes import Causes
from pipeline.review.compare_documents import DocumentComparer, Found
from pipeline.review.compare_values import renamer, same_rows, value_changes, with_names
from pipeline.review.difference import Difference, Version
from pipeline.review.side import KIND_WORDS, RECEIPT_WORDS, UNSAID, Side, rendered

_SHORT = 12


def compare(
    old: Side, new: Side, options: Options | None = None, baseline: Baseline = NO_BASELINE
) -> Difference:
    """Everything that differs between two sides, with causes."""
    old, new = _with_reports(old, new, options or Options())
    rename = renamer(same_rows(old, new))
    named = with_names(new, rename)
    causes = Causes(old, named)
    values = tuple(value_changes(old, named, causes))
    inputs = [c for c in values if c.group == "input"]
    found = Found()
    if old.document is not None and new.document is not None:
        found = DocumentComparer(old, new, causes, rename, inputs).run()
    changes = tuple(baseline.marked(c) for c in (*values, *found.changes))
    return Difference(
        old.name,
        new.name,
        old.enterprise,
        new.enterprise,
        _versions(old, new),
        changes,
        tuple(found.formats),
        found.renumbered,
        tuple(_notes(old, new)),
        _resaved(old, new),
        baseline is not NO_BASELINE,
    )


def _with_reports(old: Side, new: Side, options: Options) -> tuple[Side, Side]:
    """A workbook gets the report that it gives now where the other side has one, or is a workbook too."""
    if "json" in (old.kind, new.kind) or old.kind == new.kind == "report":
        return old, new
    for side, other in ((old, new), (new, old)):
        if side.kind == "workbook" and other.kind == "report" and other.receipt.get("verification_sha256"):
            return old, new
    return rendered(old, options), rendered(new, options)


def _versions(old: Side, new: Side) -> tuple[Version, ...]:
    found = []
    for key, words in RECEIPT_WORDS.items():
        a, b = old.receipt.get(key, ""), new.receipt.get(key, "")
        if (a or b) and not (key == "template_sha256" and not (a and b)):
            found.append(Version(words, _said(a), _said(b)))
    return tuple(found)


def _said(text: str) -> str:
    return (text[:_SHORT] + "…" if len(text) == 64 else text) or UNSAID


def _notes(old: Side, new: Side) -> list[str]:
    notes = []
    if old.enterprise and new.enterprise and old.enterprise != new.enterprise:
        notes.append(f"两边不是同一家企业：{old.enterprise}、{new.enterprise}")
    for side in (old, new):
        if side.kind == "report" and not side.values:
            notes.append(f"{side.name} 没有溯源信息，只比较文字和表格，变化的原因无从得知。")
        if side.rendered:
            notes.append(f"{side.name} 是录入表，正文取它现在生成的报告来比较。")
    if "json" in (old.kind, new.kind):
        notes.append("评价结果（JSON）不含报告正文，只比较数据、指标和得分。")
    elif old.document is None or new.document is None:
        side = old if old.document is None else new
        notes.append(f"{KIND_WORDS[side.kind]} {side.name} 没有可比较的报告正文，只比较数据、指标和得分。")
    if (old.kind == "report") != (new.kind == "report"):
        notes.append("报告中只有印出的数值可比；没有印出的填报项不在比较之列。")
    return notes


def _resaved(old: Side, new: Side) -> str:
    """The programs that saved the reports, where they differ: the look then differs everywhere."""
    names = [_program(s) for s in (old, new)]
    return f"{names[0]} 与 {names[1]}" if names[0] != names[1] and all(names) else ""


def _program(side: Side) -> str:
    document = side.document
    name = "" if document is None else document.application
    return name.partition("/")[0].strip()
