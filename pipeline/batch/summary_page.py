"""汇总.html: the tables of a batch as one self-contained page with charts. The same batch gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, Final
from urllib.parse import quote

import pandas as pd

from pipeline.batch.job import State
from pipeline.batch.summary import OTHER_LEVELS, SHOWN, Indicators, Summary
from pipeline.batch.summary_book import ACCENT, level_colour, state_colour
from pipeline.show import printable

FILE: Final = "汇总.html"
_STYLE: Final = """
body{font:14px/1.55 "Microsoft YaHei","PingFang SC","Noto Sans CJK SC",sans-serif;color:#222;margin:2em auto;
max-width:1500px;padding:0 1.2em}
h1{font-size:1.5em;color:#1f5f3f;margin:0}h2{font-size:1.15em;color:#1f5f3f;margin:1.8em 0 .5em}
.about{color:#595959;margin:.2em 0 1em}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{border:1px solid #c4c4c4;padding:.3em .55em;text-align:left;vertical-align:top}
th{background:#dcebe1;position:sticky;top:0}
td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}td.c{text-align:center;white-space:nowrap}
td.f{min-width:19em;white-space:pre-line;color:#404040}td.name{min-width:9em;font-weight:bold}td.e{min-width:10em}td.t{min-width:7em}td.r{min-width:11em}
tr.bad td.s{font-weight:bold}th.n{min-width:2.4em}
.levels td,.levels th{font-size:12.5px}.levels th{min-width:5.5em;font-weight:normal}
.charts{display:flex;flex-wrap:wrap;gap:2.5em;align-items:flex-start}
figure{margin:0}figcaption{font-weight:bold;margin-bottom:.4em}
.key span{display:inline-block;margin-right:1.2em}.key i{display:inline-block;width:.9em;height:.9em;margin-right:.3em}
label{margin-right:1.2em}
.hide-good .good,.hide-draft .draft,.hide-bad .bad{display:none}
@media print{form{display:none}body{max-width:none;margin:0;font-size:9pt}tr{break-inside:avoid}th{position:static}
td,i,rect{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""
_SCRIPT: Final = """
for (const box of document.querySelectorAll("input[data-kind]"))
  box.addEventListener("change", () =>
    document.body.classList.toggle("hide-" + box.dataset.kind, !box.checked));
"""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
_NUMBERS: Final = (
    "年度",
    "原文部分得分",
    "原文部分满分",
    "全表得分（暂拟）",
    "全表满分",
    "已证实得分",
    "错误",
    "提示",
)
_KINDS: Final = (("good", "正式"), ("draft", "草稿"), ("bad", "没有报告"))


def summary_page(summary: Summary) -> str:
    """The page; the client's words are escaped, nothing is loaded from elsewhere, links lead to the reports beside it."""
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>批量评价汇总</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>批量评价汇总</h1>\n"
        f'<p class="about">{_about(summary)}</p>\n{_filter(summary)}'
        f'<div class="wide">{_lines(summary.lines)}</div>\n<h2>分布</h2>\n<div class="charts">\n{_charts(summary)}</div>\n'
        f"{''.join(_levels(each) for each in summary.indicators)}<script>{_SCRIPT}</script>\n</body>\n</html>\n"
    )


def _text(text: Any) -> str:
    return escape("\n".join(printable(line) for line in str(text).split("\n")))


def _about(summary: Summary) -> str:
    return _text("，".join(f"{state} {row['份数']} 份" for state, row in summary.states.iterrows()))


def _kind(state: str) -> str:
    return {State.FINAL: "good", State.DRAFT: "draft"}.get(State(state), "bad")


def _filter(summary: Summary) -> str:
    """A box for each kind of line; without script everything is shown."""
    kinds = [_kind(state) for state in summary.lines["状态"]]
    boxes = "".join(
        f'<label><input type="checkbox" checked data-kind="{kind}"> {word} {kinds.count(kind)}</label>'
        for kind, word in _KINDS
        if kind in kinds
    )
    return f"<form>{boxes}</form>\n"


def _lines(lines: pd.DataFrame) -> str:
    head = "".join(f'<th class="{"n" if word in _NUMBERS else ""}">{_text(word)}</th>' for word in SHOWN)
    body = "".join(
        f'<tr class="{_kind(line["状态"])}">{"".join(_cell(word, line[word]) for word in SHOWN)}</tr>\n'
        for _, line in lines.iterrows()
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def _cell(heading: str, value: Any) -> str:
    if value is None or value == "":
        return "<td></td>"
    if heading == "报告":
        return f'<td class="r"><a href="{escape(quote(str(value)))}">{_text(str(value).rpartition("/")[2])}</a></td>'
    looks = {"客户": "name", "首要问题": "f", "状态": "c s", "基本要求": "c", "企业名称": "e", "标准": "t"}
    look = "n" if heading in _NUMBERS else looks.get(heading, "")
    colour = state_colour(heading, str(value))
    style = f' style="background:{colour}"' if colour else ""
    return f'<td class="{look}"{style}>{_text(value)}</td>'


# -- indicators ------------------------------------------------------------------------------------------------
def _levels(each: Indicators) -> str:
    """Which level each report reaches, with the figure; and the spread of the figures."""
    ladder = [w for w in each.counts.columns if w not in OTHER_LEVELS]
    head = "".join(f"<th>{_text(label)}</th>" for label in each.levels.columns)
    rows = "".join(
        f'<tr><td class="name">{_text(report)}</td>'
        + "".join(_level(level, value, ladder) for level, value in zip(levels, values, strict=True))
        + "</tr>\n"
        for (report, levels), (_, values) in zip(each.levels.iterrows(), each.values.iterrows(), strict=True)
    )
    spread = "".join(
        f'<tr><td class="name">{name}</td>'
        + "".join(f'<td class="n">{_text(v)}</td>' for v in each.spread[name])
        + "</tr>\n"
        for name in each.spread.columns
        if (each.spread["份数"] != "").any()
    )
    return (
        f'<h2>{_text(each.number)}：各指标的数值和等级</h2>\n<div class="wide"><table class="levels">'
        f"<thead><tr><th>客户</th>{head}</tr></thead><tbody>\n{rows}{spread}</tbody></table></div>\n"
    )


def _level(level: Any, value: Any, ladder: Sequence[str]) -> str:
    colour = level_colour(str(level), ladder)
    shown = f"{_text(value)}<br>{_text(level)}" if value else _text(level)
    return f'<td class="c" style="background:{colour}">{shown}</td>'


# -- charts ------------------------------------------------------------------------------------------------------
_BAR, _GAP, _LABEL, _SPAN = 22, 8, 270, 360


def _charts(summary: Summary) -> str:
    parts = [_chart("各状态份数", summary.states, [ACCENT])]
    if len(summary.scores.columns):
        colours = [ACCENT, "#2E75B6", "#C55A11", "#7F6000", "#7030A0"]
        parts.append(_chart("全表得分（暂拟）占满分的百分比，份数", summary.scores, colours))
    for each in summary.indicators:
        ladder = [w for w in each.counts.columns if w not in OTHER_LEVELS]
        colours = [level_colour(str(w), ladder) for w in each.counts.columns]
        parts.append(_chart(f"{each.number} 各指标达到的等级，份数", each.counts, colours, keyed=True))
    return "".join(parts)


def _chart(title: str, table: pd.DataFrame, colours: Sequence[str], keyed: bool = False) -> str:
    """Stacked horizontal bars, one a row of the table, a part for each of its columns; `keyed`: with a key always."""
    most = max((int(row.sum()) for _, row in table.iterrows()), default=0) or 1
    rows = "".join(
        _bar(n, str(label), [int(v) for v in row], colours, most)
        for n, (label, row) in enumerate(table.iterrows())
    )
    height = len(table) * (_BAR + _GAP)
    keys = "".join(
        f'<span><i style="background:{colours[n % len(colours)]}"></i>{_text(word)}</span>'
        for n, word in enumerate(table.columns)
    )
    key = f'<p class="key">{keys}</p>' if keyed or len(table.columns) > 1 else ""
    return (
        f"<figure><figcaption>{_text(title)}</figcaption>{key}"
        f'<svg width="{_LABEL + _SPAN + 40}" height="{height}" font-size="12.5" role="img" aria-label="{_text(title)}">'
        f"{rows}</svg></figure>\n"
    )


def _bar(place: int, label: str, numbers: Sequence[int], colours: Sequence[str], most: int) -> str:
    top = place * (_BAR + _GAP)
    middle = top + _BAR // 2 + 5
    shown = label if len(label) <= 22 else label[:21] + "…"
    parts = [
        f'<text x="{_LABEL - 8}" y="{middle}" text-anchor="end">{_text(shown)}<title>{_text(label)}</title></text>'
    ]
    at = float(_LABEL)
    for n, number in enumerate(numbers):
        width = number / most * _SPAN
        if number:
            colour = colours[n % len(colours)]
            parts.append(
                f'<rect x="{at:.1f}" y="{top}" width="{width:.1f}" height="{_BAR}" fill="{colour}"/>'
            )
            ink = "#fff" if colour in (ACCENT, "#2E75B6", "#C55A11", "#7F6000", "#7030A0") else "#222"
            if width >= 16:
                parts.append(
                    f'<text x="{at + width / 2:.1f}" y="{middle}" text-anchor="middle" fill="{ink}">{number}</text>'
                )
        at += width
    if not any(numbers):
        parts.append(f'<text x="{_LABEL + 4}" y="{middle}" fill="#7f7f7f">0</text>')
    return "".join(parts)
