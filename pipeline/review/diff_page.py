"""`lvbao diff --html`: one self-contained page, by topic or side by side, with filters and links to single changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from pipeline.review.diff_text import SAME, contribution_lines, shown
from pipeline.review.difference import ACT_WORDS, CAUSE_WORDS, GROUP_WORDS, Change, Difference
from pipeline.review.page import html, page
from pipeline.review.segment import Piece, is_number_change

STYLE: Final = """
body{max-width:84em;margin:0 auto;padding:0 1.5em 6em}
header{position:sticky;top:0;background:#fff;border-bottom:2px solid var(--green);padding:.7em 0;z-index:2}
header form{display:flex;flex-wrap:wrap;gap:.3em 1em;align-items:center;margin-top:.4em}
header label{white-space:nowrap}header input[type=search]{font:inherit;padding:.15em .5em;width:14em}
.views button{font:inherit;border:1px solid var(--green);background:#fff;padding:.1em .8em;cursor:pointer}
.views button[aria-pressed=true]{background:var(--green);color:#fff}
.sum{display:flex;flex-wrap:wrap;gap:.4em 1.4em;margin:.8em 0}.sum b{font-size:1.3em;color:var(--green)}
.vers td,.vers th{font-size:.9em}.vers .diff td{background:#fff6d6}
.c{border:1px solid var(--line);border-left:4px solid var(--green);margin:.5em 0;padding:.4em .8em;scroll-margin-top:9em}
.c.unexpected{border-left-color:#d08700}.c.hand{border-left-color:#b3261e}.c:target{outline:3px solid #ffe08a}
.c.expected{opacity:.6}.c .w{color:var(--soft);font-size:.92em}.c .w a{text-decoration:none}.c .w a.self{opacity:.35;margin-left:.5em}
.c .w a.self:hover{opacity:1}
.n{font-weight:600;font-size:1.05em}.why{font-size:.9em;color:#404040;margin:.2em 0 0;padding-left:1.2em}
.share{font-size:.9em;color:#404040;margin:.15em 0 0 1.2em}
.two{display:grid;grid-template-columns:1fr 1fr;gap:0 1em}.two>div{padding:.3em .5em;background:#fafcfa;overflow-wrap:anywhere;white-space:pre-wrap}
.two>div.none{color:var(--soft)}.one .two{display:block}.one .two>.old{display:none}
del{background:#ffd9d4;text-decoration:line-through;text-decoration-color:#b3261e}ins{background:#cdeed6;text-decoration:none}
.k{display:inline-block;border-radius:.7em;padding:0 .6em;font-size:.82em;background:#e6ece8;margin-right:.5em}
.k.hand{background:#ffd9d4}.k.rules,.k.template,.k.program{background:#e0e6ff}.k.data{background:#e3f1e8}.k.unknown{background:#fff0c2}
.merged{display:none}.one .merged{display:inline}.gone{display:none!important}.none-left{color:var(--soft)}
@media print{header{position:static}header form{display:none}body{max-width:none}.c{break-inside:avoid}}
@media (max-width:50em){.two{display:block}}
"""

SCRIPT: Final = """
const boxes=[...document.querySelectorAll("form input[type=checkbox]")],search=document.getElementById("q");
const cards=[...document.querySelectorAll(".c")],left=document.getElementById("left");
function apply(){
  const off=kind=>new Set(boxes.filter(b=>b.dataset.kind===kind&&!b.checked).map(b=>b.value));
  const groups=off("group"),causes=off("cause"),flags=off("flag"),q=search.value.trim();let n=0;
  for(const c of cards){
    const why=c.dataset.causes.split(" ").filter(Boolean);
    const hide=groups.has(c.dataset.group)||(why.length&&why.every(k=>causes.has(k)))||(flags.has("follows")&&c.dataset.follows==="1")
      ||(flags.has("expected")&&c.dataset.expected==="1")||(q&&!c.textContent.includes(q));
    c.classList.toggle("gone",hide&&"#"+c.id!==location.hash);if(!hide)n++}
  for(const s of document.querySelectorAll("section.t"))s.classList.toggle("gone",!s.querySelector(".c:not(.gone)"));
  left.textContent="显示 "+n+" / "+cards.length}
for(const b of boxes)b.addEventListener("change",apply);search.addEventListener("input",apply);
document.querySelector("form").addEventListener("submit",e=>e.preventDefault());
for(const b of document.querySelectorAll(".views button"))b.addEventListener("click",()=>{
  document.body.classList.toggle("one",b.value==="one");
  for(const o of document.querySelectorAll(".views button"))o.setAttribute("aria-pressed",o===b)});
addEventListener("hashchange",()=>{apply();const t=document.getElementById(location.hash.slice(1));if(t)t.scrollIntoView({block:"center"})});
apply();
if(location.hash){const t=document.getElementById(location.hash.slice(1));if(t)t.scrollIntoView({block:"center"})}
"""


def difference_page(difference: Difference) -> str:
    """The page of one comparison."""
    title = f"比对：{difference.old} → {difference.new}"
    ids = _ids(difference.changes)
    body = f"{_header(difference)}<main>{_summary(difference)}{_sections(difference.changes, ids)}{_apart(difference)}</main>"
    return page(title, body, STYLE, SCRIPT if difference.changes else "")


def _ids(changes: Sequence[Change]) -> list[str]:
    """The anchor of each change; equal ones are counted."""
    seen: Counter[str] = Counter()
    names = []
    for change in changes:
        seen[change.id] += 1
        names.append(f"c-{change.id}" + (f"-{seen[change.id]}" if seen[change.id] > 1 else ""))
    return names


def _header(difference: Difference) -> str:
    names = f"{html(difference.old)} → {html(difference.new)}"
    about = " → ".join(
        dict.fromkeys(html(e) for e in (difference.old_enterprise, difference.new_enterprise) if e)
    )
    head = f'<h1>比对　{names}</h1><p class="about">{about}</p>'
    if not difference.changes:
        return f"<header>{head}</header>"
    groups = Counter(c.group for c in difference.changes)
    causes = Counter(k for c in difference.changes for k in {x.kind for x in c.causes})
    boxes = "".join(_box("group", g, f"{GROUP_WORDS[g]} {groups[g]}") for g in GROUP_WORDS if groups[g])
    boxes += "｜" + "".join(
        _box("cause", k, f"{CAUSE_WORDS[k]} {causes[k]}") for k in CAUSE_WORDS if causes[k]
    )
    follows, expected = (
        sum(c.follows for c in difference.changes),
        sum(c.expected for c in difference.changes),
    )
    flags = _box("flag", "follows", f"只随数值变的 {follows}", checked=False) if follows else ""
    flags += _box("flag", "expected", f"预期之内 {expected}") if expected else ""
    views = (
        '<span class="views"><button type="button" value="two" aria-pressed="true">并排</button>'
        '<button type="button" value="one" aria-pressed="false">合并</button></span>'
    )
    search = '<input type="search" id="q" placeholder="筛选：指标、章节、文字" aria-label="筛选">'
    return f'<header>{head}<form>{views}{search}{boxes}｜{flags}<span id="left" role="status"></span></form></header>'


def _box(kind: str, value: str, words: str, *, checked: bool = True) -> str:
    on = " checked" if checked else ""
    return (
        f'<label><input type="checkbox" data-kind="{kind}" value="{html(value)}"{on}> {html(words)}</label>'
    )


def _summary(difference: Difference) -> str:
    notes = "".join(f"<p>说明：{html(n)}</p>" for n in difference.notes)
    rows = "".join(
        f"<tr{'' if v.old == v.new else ' class=diff'}><th>{html(v.name)}</th><td>{html(v.old)}</td><td>{html(v.new)}</td></tr>"
        for v in difference.versions
    )
    versions = f'<table class="vers"><tr><th></th><th>旧</th><th>新</th></tr>{rows}</table>' if rows else ""
    if not difference.changes:
        return f"<p><b>{SAME}</b></p>{notes}{versions}"
    inputs, hands = (
        len(difference.of("input")),
        sum(any(x.kind == "hand" for x in c.causes) for c in difference.changes),
    )
    told = (
        (len(difference.changes), "处差别"), (inputs, "项填报变化"), (len(difference.of("indicator")), "个指标变化"),
        (len(difference.of("level")), "个等级变化"), (len(difference.of("score")), "项判定或得分变化"), (hands, "处手工修改"),
        (len(difference.unexpected) if difference.baseline else 0, "处预期之外"),
    )  # fmt: skip
    shown_ = "".join(f"<span><b>{n}</b> {html(w)}</span>" for n, w in told if n)
    return f'<div class="sum">{shown_}</div>{notes}{versions}'


def _sections(changes: Sequence[Change], ids: Sequence[str]) -> str:
    groups: dict[str, list[str]] = {}
    for change, id_ in zip(changes, ids, strict=True):
        groups.setdefault(change.topic, []).append(_card(change, id_))
    order = {word: n for n, word in enumerate(GROUP_WORDS.values())}
    topics = sorted(groups, key=lambda t: order.get(t, 99))
    return "".join(
        f'<section class="t"><h2>{html(topic)}　<small>{len(groups[topic])}</small></h2>{"".join(groups[topic])}</section>'
        for topic in topics
    )


def _card(change: Change, id_: str) -> str:
    kinds = list(dict.fromkeys(c.kind for c in change.causes))
    classes = ["c", "expected" if change.expected else "", "hand" if "hand" in kinds else ""]
    data = (
        f'data-group="{change.group}" data-causes="{" ".join(kinds)}" data-follows="{int(change.follows)}" '
        f'data-expected="{int(change.expected)}"'
    )
    chips = "".join(f'<span class="k {k}">{html(CAUSE_WORDS[k])}</span>' for k in kinds)
    where = change.where.removeprefix(change.topic).lstrip(" ›·") or "正文"
    place = f'<div class="w"><span class="k">{ACT_WORDS[change.act]}</span>{html(where)}{_at(change)}{chips}<a class="self" href="#{id_}" title="此处的链接">#</a></div>'
    why = "".join(f"<li>{html(str(c))}</li>" for c in change.causes)
    shares = "".join(f'<div class="share">{html(s)}</div>' for s in _shares(change))
    return (
        f'<article class="{" ".join(filter(None, classes))}" id="{id_}" {data}>{place}{_content(change)}{shares}'
        + (f'<ul class="why">{why}</ul>' if why else "")
        + "</article>"
    )


def _at(change: Change) -> str:
    parts = [f"单元格 {change.cell}" if change.cell else "", f"条款 {change.clause}" if change.clause else ""]
    said = "，".join(p for p in parts if p)
    return f"（{html(said)}）" if said else "　"


def _shares(change: Change) -> list[str]:
    return [] if change.contributions is None else contribution_lines(change.contributions, change.unit)


def _content(change: Change) -> str:
    if (not change.pieces and change.group not in ("text", "row")) or change.act == "moved":
        return f'<div class="n">{html(shown(change))}</div>'
    pieces = change.pieces or (Piece(change.old, change.new),)
    old = "".join(_old(p) for p in pieces) if change.old else ""
    new = "".join(_new(p) for p in pieces) if change.new else ""
    numbers = [shown(change)] if change.pieces and any(is_number_change(p) for p in change.pieces) else []
    said = "".join(f'<div class="n">{html(n)}</div>' for n in numbers)
    return f'<div class="two">{_half("old", old)}{_half("new", new)}</div>{said}'


def _half(side: str, text: str) -> str:
    return (
        f'<div class="{side}">{text}</div>'
        if text
        else f'<div class="{side} none">（{"旧" if side == "old" else "新"}报告没有）</div>'
    )


def _old(piece: Piece) -> str:
    text = _lines(piece.old)
    return text if piece.same or not text else f"<del>{text}</del>"


def _new(piece: Piece) -> str:
    """On the new side what was taken away is shown too when both sides are read as one."""
    if piece.same:
        return _lines(piece.new)
    gone = f'<del class="merged">{_lines(piece.old)}</del>' if piece.old else ""
    return gone + (f"<ins>{_lines(piece.new)}</ins>" if piece.new else "")


def _lines(text: str) -> str:
    return "\n".join(html(part) for part in text.split("\n"))


def _apart(difference: Difference) -> str:
    parts = ""
    if difference.renumbered:
        parts += f"<p>编号顺延 {difference.renumbered} 处（序号、表号、图号、标题号），不算差别。</p>"
    if difference.formats:
        why = f"两份文件由不同程序保存（{html(difference.resaved)}）。" if difference.resaved else ""
        listed = "" if why else "<ul>" + "".join(f"<li>{html(f)}</li>" for f in difference.formats) + "</ul>"
        parts += f"<details><summary>只有格式不同 {len(difference.formats)} 处，不算差别。{why}</summary>{listed}</details>"
    return f"<section><h2>不算差别</h2>{parts}</section>" if parts else ""
