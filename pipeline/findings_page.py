"""The findings of a workbook as one self-contained HTML page: grouped by sheet, filtered by severity, fit for printing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from pipeline.finding_lists import sheet_of, summary
from pipeline.findings import SEVERITY_WORDS, SILENT, Finding
from pipeline.show import printable

_STYLE = """
body{font:15px/1.6 "Microsoft YaHei","PingFang SC","Noto Sans CJK SC",sans-serif;color:#222;max-width:1100px;
margin:2em auto;padding:0 1em}
h1{font-size:1.5em;color:#1f5f3f;margin:0}h2{font-size:1.1em;color:#1f5f3f;margin:1.6em 0 .4em}
.about{color:#595959;margin:.2em 0 .8em}.summary{font-weight:bold}
table{border-collapse:collapse;width:100%;table-layout:fixed}
th,td{border:1px solid #a6a6a6;padding:.35em .6em;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#dcebe1}col.s{width:4em}col.c{width:6em}col.l{width:20%}
td.s{text-align:center;font-weight:bold}
.error td.s{background:#ff9b9b}.warning td.s{background:#ffc24d}.note td.s{background:#9dc3e6}
.explained td.s{background:#c6e0b4}
p{margin:0}.fix,.blocks{color:#404040}
label{margin-right:1.2em}
.hide-error .error,.hide-warning .warning,.hide-note .note,
.hide-explained .explained{display:none}
@media print{form{display:none}body{max-width:none;margin:0;font-size:10.5pt}tr{break-inside:avoid}
td.s{-webkit-print-color-adjust:exact;print-color-adjust:exact}h2{break-after:avoid}}
"""
_SCRIPT = """
for (const box of document.querySelectorAll("input[data-severity]"))
  box.addEventListener("change", () =>
    document.body.classList.toggle("hide-" + box.dataset.severity, !box.checked));
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def findings_page(findings: Sequence[Finding], file: str, standard: str) -> str:
    """The page; the client's words are escaped, nothing is loaded from elsewhere."""
    title = f"校验结果 · {_text(file)}"
    body = "".join(_group(sheet, list(group)) for sheet, group in groupby(findings, key=sheet_of))
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>校验结果</h1>\n"
        f'<p class="about">{_text(file)} · {_text(standard)}</p>\n'
        f'<p class="summary">{_text(summary(findings))}</p>\n'
        f"{_filter(findings)}{body}<script>{_SCRIPT}</script>\n</body>\n</html>\n"
    )


def _text(text: str) -> str:
    return escape(printable(text))


def _filter(findings: Sequence[Finding]) -> str:
    """A box for each severity that occurs; without script everything is shown."""
    boxes = ""
    for severity, word in SEVERITY_WORDS.items():
        number = sum(f.severity is severity for f in findings)
        if number:
            boxes += (
                f'<label><input type="checkbox" checked data-severity="{severity}"> {word} {number}</label>'
            )
    return f"<form>{boxes}</form>\n" if boxes else ""


def _group(sheet: str, findings: Sequence[Finding]) -> str:
    rows = "".join(_row(found) for found in findings)
    head = "<tr><th>级别</th><th>单元格</th><th>填报项</th><th>问题与改法</th></tr>"
    columns = '<colgroup><col class="s"><col class="c"><col class="l"><col></colgroup>'
    return f"<h2>{_text(sheet)}</h2>\n<table>{columns}<thead>{head}</thead><tbody>\n{rows}</tbody></table>\n"


def _row(found: Finding) -> str:
    where = found.where
    cell, label = (where.cell, where.label) if where is not None else ("", "")
    words = f"<p>{_text(found.message)}</p>"
    if found.explanation:
        words += f'<p class="fix">企业说明：{_text(found.explanation)}</p>'
    if found.fix:
        words += f'<p class="fix">怎么改：{_text(found.fix)}</p>'
    if found.blocks and found.severity not in SILENT:
        words += f'<p class="blocks">影响：{_text("、".join(found.blocks))}</p>'
    return (
        f'<tr class="{found.severity}"><td class="s">{SEVERITY_WORDS[found.severity]}</td><td>{_text(cell)}</td>'
        f"<td>{_text(label)}</td><td>{words}</td></tr>\n"
    )
