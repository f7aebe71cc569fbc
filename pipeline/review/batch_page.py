"""`lvbao diff --batch`: one page, one table, one record over all clients."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any, Final

from pipeline.quantity import plain
from pipeline.review.batch_diff import STATE_WORDS, BatchDiff, ClientDiff, ClientState
from pipeline.review.causes import summed
from pipeline.review.diff_text import change_record, shown
from pipeline.review.difference import CAUSE_WORDS, GROUP_WORDS
from pipeline.review.page import html, page
from pipeline.review.segment import delta_text
from pipeline.show import printable, table_text

SCHEMA: Final = "lvbao-batch-diff/1"
HEADER: Final = ("客户", "状态", "总分", "变化", "原因", "值得注意")
_STYLE: Final = """
body{max-width:84em;margin:0 auto;padding:1em 1.5em 4em}
table{width:100%}td.num{white-space:nowrap;text-align:right}tr.out td:first-child{border-left:4px solid #d08700}
tr.failed td:first-child,tr.only_old td:first-child{border-left:4px solid #b3261e}tr.same{color:var(--soft)}
.up{color:#1f7a3f}.down{color:#b3261e}.mark{display:inline-block;background:#fff0c2;border-radius:.6em;padding:0 .5em;margin:.1em}
summary{cursor:pointer}li{margin:.15em 0}.why{color:var(--soft)}.bar{margin:.8em 0}.bar label{margin-right:1.2em}.gone{display:none}
col.a{width:24%}col.b{width:7%}col.c{width:13%}col.e{width:12%}col.f{width:16%}
"""
_SCRIPT: Final = """
const boxes=[...document.querySelectorAll("input[data-state]")],q=document.getElementById("q");
function apply(){const off=new Set(boxes.filter(b=>!b.checked).map(b=>b.dataset.state)),t=q.value.trim();
for(const r of document.querySelectorAll("tr[data-state]"))r.classList.toggle("gone",off.has(r.dataset.state)||(t!==""&&!r.textContent.includes(t)))}
for(const b of boxes)b.addEventListener("change",apply);q.addEventListener("input",apply);
"""


def batch_text(found: BatchDiff) -> str:
    """The table for a terminal."""
    rows = [
        (c.name, STATE_WORDS[c.state], _score(c), _counts(c), _causes(c), "；".join(c.marks) or c.message)
        for c in found.changed
    ]
    lines = [f"{found.old} → {found.new}", _summary(found)]
    lines += [f"多数客户共同的原因：{printable('；'.join(found.shared))}"] if found.shared else []
    lines.append("")
    return "\n".join(lines) + ("\n" + table_text(HEADER, rows) if rows else "没有差别。\n")


def _summary(found: BatchDiff) -> str:
    states = Counter(c.state for c in found.clients)
    told = "，".join(f"{STATE_WORDS[s]} {n}" for s, n in sorted(states.items()))
    return f"共 {len(found.clients)} 份：{told}。总分变化的中位数 {_signed(found.usual)}。"


def _signed(number: Decimal) -> str:
    return f"{'+' if number > 0 else '−' if number < 0 else ''}{plain(abs(number))}"


def _score(client: ClientDiff) -> str:
    if client.old_score == client.new_score or client.change == 0:
        return client.new_score
    return delta_text(client.old_score, client.new_score)


def _counts(client: ClientDiff) -> str:
    order = list(GROUP_WORDS)
    counts = sorted(client.counts, key=lambda c: order.index(c[0]))  # type: ignore[arg-type]
    return "，".join(f"{GROUP_WORDS[g]} {n}" for g, n in counts)  # type: ignore[index]


def _causes(client: ClientDiff) -> str:
    return "，".join(CAUSE_WORDS[k] for k in client.causes)


def batch_page(found: BatchDiff) -> str:
    """The page."""
    states: list[ClientState] = [s for s in STATE_WORDS if any(c.state == s for c in found.clients)]
    boxes = "".join(
        f'<label><input type="checkbox" checked data-state="{s}"> {STATE_WORDS[s]} {sum(c.state == s for c in found.clients)}</label>'
        for s in states
    )
    shared = f"<p>多数客户共同的原因：{html('；'.join(found.shared))}</p>" if found.shared else ""
    head = "".join(f"<th>{h}</th>" for h in HEADER)
    columns = '<colgroup><col class="a"><col class="b"><col class="c"><col><col class="e"><col class="f"></colgroup>'
    body = (
        f"<h1>批量比对</h1><p class='about'>{html(found.old)} → {html(found.new)}</p><p>{html(_summary(found))}</p>{shared}"
        f'<div class="bar"><input type="search" id="q" placeholder="筛选：客户、指标、原因" aria-label="筛选"> {boxes}</div>'
        f"<table>{columns}<thead><tr>{head}</tr></thead><tbody>{''.join(_row(c) for c in found.clients)}</tbody></table>"
    )
    return page(f"批量比对：{found.old} → {found.new}", body, _STYLE, _SCRIPT)


def _row(client: ClientDiff) -> str:
    way = "" if not client.change else " up" if client.change > 0 else " down"
    marks = "".join(f'<span class="mark">{html(m)}</span>' for m in client.marks) or html(client.message)
    changes = "".join(
        f"<li>{html(c.where)}：<b>{html(shown(c))}</b>"
        + (f' <span class="why">{html(summed(c.causes))}</span>' if c.causes else "")
        + "</li>"
        for c in client.main
    )
    detail = (
        f"<details><summary>{html(_counts(client))}</summary><ul>{changes}</ul></details>" if changes else ""
    )
    classes = " ".join(filter(None, [client.state, "out" if client.marks else ""]))
    return (
        f'<tr class="{classes}" data-state="{client.state}"><td>{html(client.name)}</td><td>{STATE_WORDS[client.state]}</td>'
        f'<td class="num{way}">{html(_score(client))}</td><td>{detail}</td><td>{html(_causes(client))}</td><td>{marks}</td></tr>'
    )


def batch_record(found: BatchDiff) -> dict[str, Any]:
    """Everything as plain data."""
    return {
        "schema": SCHEMA,
        "old": found.old,
        "new": found.new,
        "usual_change": plain(found.usual),
        "shared_reasons": list(found.shared),
        "clients": [_client(c) for c in found.clients],
    }


def _client(client: ClientDiff) -> dict[str, Any]:
    return {
        "client": client.client,
        "report": client.report,
        "state": client.state,
        "score": {"old": client.old_score, "new": client.new_score},
        "counts": dict(client.counts),
        "causes": list(client.causes),
        "reasons": list(client.reasons),
        "marks": list(client.marks),
        "message": client.message,
        "main": [change_record(c) for c in client.main],
    }
