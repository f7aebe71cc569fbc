"""The frame of the review pages: one self-contained HTML file each, nothing loaded from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape

from pipeline.report.reading import Line
from pipeline.review.document import Block, Document, Place, TableRow
from pipeline.show import printable

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
_STYLE = """
:root{--ink:#222;--soft:#595959;--line:#c8cfca;--green:#1f5f3f;--pale:#eef5f0}
*{box-sizing:border-box}
body{font:15px/1.65 "Microsoft YaHei","PingFang SC","Noto Sans CJK SC",sans-serif;color:var(--ink);margin:0}
h1{font-size:1.4em;color:var(--green);margin:0}h2{font-size:1.15em;color:var(--green);margin:1.5em 0 .5em}
a{color:#1b5e9b}.about{color:var(--soft);margin:.2em 0}
table{border-collapse:collapse}th,td{border:1px solid var(--line);padding:.25em .5em;text-align:left;vertical-align:top;
overflow-wrap:anywhere}th{background:var(--pale);font-weight:600}
.paper{max-width:60em}.paper h3,.paper h4,.paper h5,.paper h6{color:var(--green);margin:1.2em 0 .4em}
.paper h3{font-size:1.3em}.paper h4{font-size:1.12em}.paper h5,.paper h6{font-size:1em}
.paper table{width:100%;font-size:.9em}.paper .caption{text-align:center;font-weight:600;margin:.8em 0 .3em}
.paper p{margin:.4em 0;text-indent:2em}.paper td p{text-indent:0;margin:0}.paper .object{color:var(--soft);text-align:center}
.scroll{overflow-x:auto}
"""


def page(title: str, body: str, style: str = "", script: str = "") -> str:
    """The whole page."""
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{html(title)}</title>\n<style>{_STYLE}{style}</style>\n</head>\n<body>\n{body}\n"
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def html(text: str) -> str:
    """Text as HTML, without control characters."""
    return escape(printable(text))


def data(value: object) -> str:
    """Plain data as a literal that cannot end a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\\u2028", "\\\\u2028").replace("\\u2029", "\\\\u2029")


Show = Callable[[Place, Line], str]


def document_html(document: Document, show: Show) -> str:
    """The text of a report; `show` makes the HTML of each of its texts."""
    return "\n".join(_block(b, show) for b in document.blocks if b.kind not in ("contents", "margin"))


def _block(block: Block, show: Show) -> str:
    anchor = f'id="b{block.index}"'
    if block.kind == "table":
        rows = "".join(_row(block, n, show) for n in range(len(block.rows)))
        return f'<div class="scroll" {anchor}><table>{rows}</table></div>'
    inner = show(Place(block.index), block.line)
    if block.kind == "heading":
        level = min(block.level + 2, 6)
        return f"<h{level} {anchor}>{html(block.number)}{inner}</h{level}>"
    if block.kind == "caption":
        return f'<p class="caption" {anchor}>{inner}</p>'
    if block.kind == "chart":
        cells = "".join(f"<tr>{''.join(f'<td>{html(c)}</td>' for c in line)}</tr>" for line in block.data)
        head = "<tr><th>系列</th><th>类别</th><th>数值</th></tr>"
        return f'<details class="object" {anchor}><summary>〔图表：{html(block.caption)}〕数据</summary><table>{head}{cells}</table></details>'
    if block.kind == "picture":
        return f'<p class="object" {anchor}>〔图片：{html(block.caption)}〕</p>'
    return f"<p {anchor}>{inner}</p>"


def _row(block: Block, at: int, show: Show) -> str:
    row = block.rows[at]
    tag = "th" if row.is_header else "td"
    cells = ""
    column = 0
    for c, cell in enumerate(row.cells):
        if not cell.continued:
            down = _height(block.rows, at, column)
            spans = (f' colspan="{cell.span}"' if cell.span > 1 else "") + (
                f' rowspan="{down}"' if down > 1 else ""
            )
            cells += f"<{tag}{spans}>{show(Place(block.index, at, c), cell.line)}</{tag}>"
        column += cell.span
    return f'<tr id="b{block.index}r{at}">{cells}</tr>'


def _height(rows: tuple[TableRow, ...], at: int, column: int) -> int:
    """Over how many rows the cell that begins at a column reaches."""
    height = 1
    for row in rows[at + 1 :]:
        left = 0
        below = None
        for cell in row.cells:
            if left == column:
                below = cell
            left += cell.span
        if below is None or not below.continued:
            break
        height += 1
    return height
