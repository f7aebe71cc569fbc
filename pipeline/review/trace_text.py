"""The answers of `lvbao trace` as text for a terminal and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from pipeline.report.trace_part import TraceEntry
from pipeline.review.document import Document, PlacedFigure
from pipeline.review.reverse import Dependents
from pipeline.review.trace import Explanation, Plain, Traced, kind_word, shown_value, snippet
from pipeline.review.workbook import Beside, uses_of_text
from pipeline.show import printable

MAX_PLACES: Final = 12
MAX_CELLS: Final = 40
MAX_DEPTH: Final = 6
SCHEMA: Final = "lvbao-trace/1"


def traced_text(document: Document, traced: Traced, beside: Beside | None = None) -> str:
    """All explanations, one after the other."""
    lines = [*_head(document, beside)]
    if traced.question:
        count = sum(len(e.places) for e in traced.explanations)
        lines += [f"“{traced.question}”：{len(traced.explanations)} 个数值，在报告中出现 {count} 处", ""]
    for number, each in enumerate(traced.explanations, 1):
        lines += [*_explained(document, each, number, beside), ""]
    if traced.plain:
        lines.append(
            f"另有 {len(traced.plain)} 处同样的数不在溯源范围内（手工写的、客户填报的文字或模板中的文字）："
        )
        lines += [f"  {_plain(document, p)}" for p in traced.plain[:MAX_PLACES]]
        lines += _more(len(traced.plain) - MAX_PLACES)
    return "\n".join(printable(line) for line in lines).rstrip() + "\n"


def _head(document: Document, beside: Beside | None) -> Iterator[str]:
    receipt = document.receipt
    if receipt:
        made = f"录入表 {receipt.get('workbook', '')}（SHA-256 {receipt.get('workbook-sha256', '')[:12]}…）"
        pack = f"标准包 {receipt.get('standard', '')} {receipt.get('pack-version', '')}"
        yield f"{document.name}：{made}，{pack}"
    if beside is not None:
        same = (
            "就是生成报告的那一份。"
            if beside.same
            else "与生成报告的那一份不同，下面并列单元格的现值，不同的标 ≠。"
        )
        yield f"核对的录入表 {beside.workbook.file}：{same}"
    yield ""


def _explained(document: Document, each: Explanation, number: int, beside: Beside | None) -> Iterator[str]:
    entry = each.entry
    yield f"【{number}】{value_words(entry, each.value)}　{entry.label or entry.tag}（{kind_word(entry.tag)}）"
    if each.value != (printed := "、".join(entry.printed)) and printed:
        yield f"  报告中印作：{printed}"
    yield from (f"  {line}" for line in facts_of(entry))
    if each.operands:
        yield "  依据："
        for operand in each.operands:
            yield from _operand(operand, 2, beside)
    elif entry.cell:
        yield f"  来自单元格：{entry.cell}{_now(entry, beside)}"
    yield f"  在报告中 {len(each.places)} 处：" if each.places else "  报告正文没有印出这个数。"
    for found in each.places[:MAX_PLACES]:
        yield f"    {place_words(document, found)}"
    yield from (f"  {line}" for line in _more(len(each.places) - MAX_PLACES))


def facts_of(entry: TraceEntry) -> Iterator[str]:
    """Formula, numbers put in, rounding, clause, source: one line each."""
    if entry.formula:
        yield f"公式：{entry.formula}"
    if entry.substituted:
        result = f" = {entry.value}" if entry.value else ""
        unit = f" {entry.unit}" if entry.unit not in ("", "1") else ""
        yield f"代入：{entry.substituted}{result}{unit}"
    if entry.rounding and entry.rounded != entry.value:
        yield f"修约：{entry.value} → {entry.rounded}（{entry.rounding}）"
    for label, text in (
        ("判断", entry.basis), ("条款", entry.clause), ("来源", entry.source), ("性质", entry.status),
    ):  # fmt: skip
        if text:
            yield f"{label}：{text}"


def _operand(each: Explanation, depth: int, beside: Beside | None) -> Iterator[str]:
    entry = each.entry
    words = [value_words(entry, each.value), entry.label or entry.tag]
    if entry.cell and not entry.operands:
        words.append(f"← {entry.cell}{_now(entry, beside)}")
    elif entry.substituted:
        words.append(f"= {entry.substituted}")
    if entry.source:
        words.append(f"来源：{entry.source}")
    if entry.clause:
        words.append(f"条款 {entry.clause}")
    if each.again:
        words.append("（见上）")
    yield "  " * depth + "　".join(w for w in words if w)
    for operand in each.operands if depth < MAX_DEPTH else ():
        yield from _operand(operand, depth + 1, beside)


def value_words(entry: TraceEntry, value: str) -> str:
    """The value with its unit."""
    return f"{value} {entry.unit}" if entry.unit not in ("", "1") and value else value


def _now(entry: TraceEntry, beside: Beside | None) -> str:
    if beside is None:
        return ""
    now = beside.cell(entry.cell)
    if now is None:
        return "（核对的录入表没有这张工作表）"
    same = now == entry.value or (beside.same and entry.tag[:2] in ("s:", "v:"))
    return f"（现值 {now}）" if same else f"（≠ 现值 {now}）"


def place_words(document: Document, found: PlacedFigure) -> str:
    """Where a figure stands, with the words around it."""
    where = document.where(found.place, words=False)
    if found.place.row >= 0:
        return f"{where}：{found.text}"
    return f"{where}：{snippet(document, found.place, found.span.start, found.span.end)}"


def _plain(document: Document, plain: Plain) -> str:
    where = document.where(plain.place, words=False)
    return f"{where}：{snippet(document, plain.place, plain.start, plain.end)}"


def _more(count: int) -> list[str]:
    return [f"  …… 另有 {count} 处（--json 可看全部）"] if count > 0 else []


# -- what depends on a cell ------------------------------------------------------------------------------------
def dependents_text(document: Document, found: Dependents, beside: Beside | None = None) -> str:
    """Everything that rests on a cell, kind by kind."""
    lines = [*_head(document, beside)]
    if found.sources:
        lines.append(
            f"{found.cell}：" + "；".join(f"{e.label} {value_words(e, e.value)}" for e in found.sources)
        )
    else:
        lines.append(f"{found.cell}：不是数值。下面是同一行的数值所影响的内容：")
        lines += [f"  {e.cell}　{e.label}　{value_words(e, e.value)}" for e in found.near]
    if beside is not None:
        lines.append(f"  录入表现值：{beside.cell(found.cell) or '（没有这张工作表）'}")
    lines.append("")
    for title, entries in groups(found):
        lines.append(f"{title}（{len(entries)}）" if entries else f"{title}：没有")
        lines += [f"  {_brief(e)}" for e in entries]
    lines.append(f"句子（{len(found.sentences)}）" if found.sentences else "句子：没有")
    for figure, text in found.sentences:
        lines.append(f"  {document.where(figure.place, words=False)}：{text}")
    cells = [f for f in found.figures if f.place.row >= 0]
    lines.append(f"表格中的数值（{len(cells)}）" if cells else "表格中的数值：没有")
    lines += [f"  {place_words(document, f)}" for f in cells[:MAX_CELLS]]
    lines += _more(len(cells) - MAX_CELLS)
    return "\n".join(printable(line) for line in lines).rstrip() + "\n"


def groups(found: Dependents) -> tuple[tuple[str, Sequence[TraceEntry]], ...]:
    """The kinds of things that depend on a cell."""
    return (
        ("算出的指标和中间量", found.computed),
        ("达到等级", found.levels),
        ("评分行", found.rows),
        ("得分汇总", found.totals),
        ("图表", found.charts),
    )


def _brief(entry: TraceEntry) -> str:
    value = shown_value(entry)
    basis = f"：{entry.basis}" if entry.basis else ""
    return f"{entry.label or entry.tag}　{value if value in entry.printed else value_words(entry, value)}{basis}".rstrip()


def text_uses(document: Document, beside: Beside, cell: str) -> str:
    """The places that hold the text of a cell that no figure comes from."""
    text = beside.cell(cell)
    places = [] if text is None else uses_of_text(document, text)
    if not places:
        return f"{cell}：{text or '（没有这张工作表）'}\n报告中没有找到这段文字。\n"
    lines = [f"{cell}：{text}", f"这段文字在报告中 {len(places)} 处："]
    lines += [f"  {document.where(place)}" for place in places]
    return "\n".join(printable(line) for line in lines) + "\n"


# -- plain data ------------------------------------------------------------------------------------------------
def traced_record(document: Document, traced: Traced) -> dict[str, Any]:
    """The answer as plain data."""
    return {
        "schema": SCHEMA,
        "report": document.name,
        "receipt": dict(document.receipt),
        "question": traced.question,
        "figures": [_record(document, e) for e in traced.explanations],
        "plain": [
            {"where": document.where(p.place), "text": document.line(p.place).text[p.start : p.end]}
            for p in traced.plain
        ],
    }


def dependents_record(document: Document, found: Dependents) -> dict[str, Any]:
    """What depends on a cell as plain data."""
    return {
        "schema": SCHEMA,
        "report": document.name,
        "receipt": dict(document.receipt),
        "cell": found.cell,
        "sources": [entry_record(e) for e in found.sources],
        "same_row": [entry_record(e) for e in found.near],
        "computed": [entry_record(e) for e in found.computed],
        "levels": [entry_record(e) for e in found.levels],
        "rows": [entry_record(e) for e in found.rows],
        "totals": [entry_record(e) for e in found.totals],
        "charts": [entry_record(e) for e in found.charts],
        "sentences": [
            {"where": document.where(f.place, words=False), "text": text} for f, text in found.sentences
        ],
        "figures": [_figure(document, f) for f in found.figures],
    }


def entry_record(entry: TraceEntry) -> dict[str, Any]:
    """An entry of the trace, without what it does not say."""
    names = "tag label value rounded unit level cell clause source status formula substituted basis rounding".split()
    record: dict[str, Any] = {name: value for name in names if (value := getattr(entry, name))}
    return record | ({"printed": list(entry.printed)} if entry.printed else {})


def _record(document: Document, each: Explanation) -> dict[str, Any]:
    record = entry_record(each.entry) | {"used_as": each.value}
    if each.places:
        record["places"] = [_figure(document, f) for f in each.places]
    if each.operands:
        record["operands"] = [_record(document, o) for o in each.operands]
    return record


def _figure(document: Document, found: PlacedFigure) -> dict[str, Any]:
    return {"tag": found.tag, "text": found.text, "where": document.where(found.place)}
