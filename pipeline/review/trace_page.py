"""`lvbao trace --html`: the text of a report in which every figure can be clicked."""

from __future__ import annotations

from typing import Any, Final

from pipeline.report.reading import Line
from pipeline.review.document import Place
from pipeline.review.page import data, document_html, html, page
from pipeline.review.trace import Tracer, kind_word, shown_value
from pipeline.review.trace_text import facts_of, value_words

_STYLE: Final = """
body{display:grid;grid-template-columns:minmax(0,1fr) 27em;grid-template-rows:auto 1fr;height:100vh}
header{grid-column:1/3;padding:.7em 1.5em;border-bottom:2px solid var(--green);display:flex;gap:1.5em;align-items:baseline;flex-wrap:wrap}
header input{font:inherit;padding:.2em .6em;width:16em}#count{color:var(--soft)}
main{overflow-y:auto;padding:1em 2em 40vh;justify-self:center;width:100%}aside{overflow-y:auto;padding:1em 1.2em;border-left:1px solid var(--line);background:#fafcfa}
.f{background:#e3f1e8;border:0;border-bottom:1px solid #6fae88;padding:0 .1em;font:inherit;color:inherit;cursor:pointer;text-align:inherit}
.f:hover,.f:focus{background:#bfe3cc}.f.on{background:#ffe08a}.f.hit{outline:2px solid #d08700}.f.hand{background:#ffd0c9;border-bottom-color:#b3261e}
aside h2{margin:.2em 0}.value{font-size:1.5em;font-weight:600}.kind{color:var(--soft)}
dl{display:grid;grid-template-columns:auto 1fr;gap:.2em .8em;margin:.6em 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
ul{padding-left:1.2em;margin:.3em 0}li{margin:.2em 0}.go{vertical-align:top;border:0;background:none;color:#1b5e9b;font:inherit;cursor:pointer;padding:0;text-align:left}
.go:hover{text-decoration:underline}.cell{font-family:Consolas,monospace;background:#eee;padding:0 .3em}
.warn{color:#b3261e}
@media (max-width:60em){body{display:block;height:auto}aside{position:sticky;bottom:0;max-height:45vh;border-top:2px solid var(--green)}}
@media print{aside,header input{display:none}body{display:block;height:auto}.f{background:none;border:0}}
"""

_SCRIPT: Final = """
const side=document.getElementById("side"),box=document.getElementById("find"),count=document.getElementById("count");
const figures=[...document.querySelectorAll(".f")],users={};
for(const [tag,e] of Object.entries(T))if(!tag.includes("/substituted"))for(const [o] of e.o||[])(users[o]=users[o]||[]).push(tag);
const el=(name,text,cls)=>{const n=document.createElement(name);if(text)n.textContent=text;if(cls)n.className=cls;return n};
const link=(tag,text)=>{const b=el("button",text,"go");b.addEventListener("click",()=>show(tag));return b};
function show(tag,from){
  const e=T[tag]||{l:tag,v:"",k:"",d:[]};
  for(const f of figures)f.classList.toggle("on",f.dataset.tag===tag);
  side.replaceChildren(el("h2",e.l||tag),el("div",e.v,"value"),el("div",e.k+"　"+tag,"kind"));
  const printed=from?from.textContent:"";
  if(from&&e.p&&!e.p.includes(printed))side.append(el("p","报告中现在写的是“"+printed+"”，与生成时印出的“"+e.p.join("”“")+"”不同：已被改动。","warn"));
  const dl=el("dl");for(const [t,d] of e.d||[]){dl.append(el("dt",t),el("dd",d))}
  if(e.c){const dd=el("dd");dd.append(el("span",e.c,"cell"));dl.append(el("dt","单元格"),dd)}
  side.append(dl);
  if(e.o&&e.o.length){side.append(el("b","由这些数值得出"));const ul=el("ul");
    for(const [o,v] of e.o){const li=el("li"),x=T[o]||{};li.append(link(o,(v||x.v||"")+"　"+(x.l||o)));
      if(x.c&&!(x.o&&x.o.length)){li.append(" ",el("span",x.c,"cell"))}ul.append(li)}side.append(ul)}
  if(users[tag]){side.append(el("b","用于"));const ul=el("ul");
    for(const u of users[tag].slice(0,60)){const li=el("li"),x=T[u]||{};li.append(link(u,(x.l||u)+"　"+(x.v||"")));ul.append(li)}side.append(ul)}
  const here=figures.filter(f=>f.dataset.tag===tag);
  if(here.length){side.append(el("b","在报告中 "+here.length+" 处"));const ul=el("ul");
    for(const f of here){const li=el("li"),b=el("button",f.dataset.where,"go");b.addEventListener("click",()=>{f.scrollIntoView({block:"center"});f.focus()});li.append(b);ul.append(li)}side.append(ul)}
  if(location.hash.slice(1)!==encodeURIComponent(tag))history.replaceState(null,"","#"+encodeURIComponent(tag));
}
for(const f of figures)f.addEventListener("click",()=>show(f.dataset.tag,f));
function find(){const q=box.value.trim();let n=0,first=null;
  for(const f of figures){const e=T[f.dataset.tag]||{};
    const hit=q!==""&&(f.textContent===q||(e.l||"").includes(q)||f.dataset.tag===q||(e.c||"")===q||(e.cells||"").split(" ").includes(q));
    f.classList.toggle("hit",hit);if(hit){n++;first=first||f}}
  count.textContent=q===""?"":n+" 处";if(first)first.scrollIntoView({block:"center"});return first}
box.addEventListener("input",find);
box.addEventListener("keydown",e=>{if(e.key==="Enter"){const f=find();if(f){show(f.dataset.tag,f)}}});
const start=decodeURIComponent(location.hash.slice(1));
if(T[start]){const f=figures.find(f=>f.dataset.tag===start);show(start,f);if(f)f.scrollIntoView({block:"center"})}
"""


def trace_page(tracer: Tracer) -> str:
    """The page of one report."""
    document = tracer.document
    receipt = document.receipt
    about = f"录入表 {receipt.get('workbook', '—')}　标准包 {receipt.get('standard', '—')} {receipt.get('pack-version', '')}"
    head = (
        f"<header><h1>{html(document.name)} 溯源</h1><span class='about'>{html(about)}</span>"
        '<input id="find" type="search" placeholder="数值、名称或单元格（能源!D14）" aria-label="查找数值">'
        '<span id="count" role="status"></span></header>'
    )
    hint = "<p>点击正文中带底色的数值，这里显示它怎样得来：公式、代入的数、录入表的单元格、标准条款。红底的数值在生成后被改动过。</p>"
    body = (
        f'{head}<main class="paper">{document_html(document, lambda p, line: _shown(tracer, p, line))}</main>'
        f'<aside id="side" aria-live="polite">{hint}</aside>'
    )
    return page(f"{document.name} 溯源", body, _STYLE, f"const T={data(_records(tracer))};{_SCRIPT}")


def _shown(tracer: Tracer, place: Place, line: Line) -> str:
    pieces, at = [], 0
    where = tracer.document.where(place)
    for span in line.figures:
        text = line.shown(span)
        entry = tracer.entries.get(span.tag)
        by_hand = " hand" if entry is not None and entry.printed and text not in entry.printed else ""
        pieces.append(_text(line.text[at : span.start]))
        pieces.append(
            f'<button class="f{by_hand}" data-tag="{html(span.tag)}" data-where="{html(where)}"'
            f' title="{html(span.label)}">{html(text)}</button>'
        )
        at = span.end
    return "".join(pieces) + _text(line.text[at:])


def _text(text: str) -> str:
    return "<br>".join(html(part) for part in text.split("\n"))


def _records(tracer: Tracer) -> dict[str, dict[str, Any]]:
    records: dict[str, dict[str, Any]] = {}
    for tag, entry in tracer.entries.items():
        value = shown_value(entry)
        facts = [line.partition("：") for line in facts_of(entry)]
        record: dict[str, Any] = {
            "l": entry.label,
            "v": value if value in entry.printed else value_words(entry, value),
            "k": kind_word(tag),
            "d": [[name, text] for name, _colon, text in facts],
            "o": [[o.tag, o.value] for o in entry.operands],
            "p": list(entry.printed),
            "c": entry.cell,
        }
        if entry.operands:
            record["cells"] = " ".join(dict.fromkeys(cell for _tag, cell in tracer.cells(tag)))
        records[tag] = {k: v for k, v in record.items() if v}
    return records
