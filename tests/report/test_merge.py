"""The merge gives what docxtpl gives, part by part in canonical XML, and differs only where docs/templates.md says so."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from pipeline.report import cache, merge_template
from pipeline.report.merge import engine
from pipeline.report.merge.codec import CODECS
from tests.report.word_fixtures import ROOT, R, W, docx, p, table, texts

docxtpl = pytest.importorskip("docxtpl", reason="docxtpl is not installed")
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_CORE = "application/vnd.openxmlformats-package.core-properties+xml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

CONTEXT: dict[str, Any] = {
    "name": "云溪公司",
    "odd": "A & B <c> \"d\" 'e' ü – ｛",
    "on": True,
    "off": False,
    "count": 3,
    "colour": "FF0000",
    "lines": "甲\n乙\t丙",
    "paragraphs": "一\a二\f三",
    "nothing": [],
    "deep": {"er": {"text": "深", "list": ["x", "y"]}},
    "rows": [
        {"a": "甲", "b": "1", "on": True},
        {"a": "乙\n二", "b": "2", "on": False},
        {"a": "<丙>", "b": "", "on": True},
    ],
    "groups": [{"name": "G1", "rows": [{"v": "1"}, {"v": "2"}]}, {"name": "G2", "rows": []}],
    "columns": ["c1", "c2", "c3", "c4"],
}


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test compiles for itself."""
    monkeypatch.setenv("LVBAO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(engine, "_mergers", type(engine._mergers)())
    return tmp_path / "cache"


def by_docxtpl(template: bytes, context: dict[str, Any]) -> dict[str, bytes]:
    """The parts that docxtpl makes."""
    opened = docxtpl.DocxTemplate(io.BytesIO(template))
    opened.render(context, autoescape=True)
    buffer = io.BytesIO()
    opened.save(buffer)
    return parts(buffer.getvalue())


def parts(data: bytes) -> dict[str, bytes]:
    """The members of a document."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def canonical(name: str, content: bytes) -> object:
    """A part in canonical XML; lists of parts and relationships, whose order says nothing, as sets."""
    if not name.endswith((".xml", ".rels")):
        return content
    root = etree.fromstring(content)
    if name == "[Content_Types].xml" or name.endswith(".rels"):
        return {
            frozenset((k, v.lstrip("/").replace("word/", "")) for k, v in node.attrib.items())
            for node in root
        }
    return etree.tostring(root, method="c14n")


def assert_same(template: bytes, context: dict[str, Any]) -> None:
    """Ours and docxtpl's are the same, part by part."""
    merged, faults = merge_template(template, context)
    assert faults == ()
    assert merged is not None
    ours, theirs = parts(merged), by_docxtpl(template, context)
    if "docProps/core.xml" not in parts(template):  # docxtpl adds one with today's date
        del theirs["docProps/core.xml"]
        for name in ("[Content_Types].xml", "_rels/.rels"):
            del theirs[name], ours[name]
    assert ours.keys() == theirs.keys()
    for name in theirs:
        assert canonical(name, ours[name]) == canonical(name, theirs[name]), name


def whole(*blocks: str, header: str = "", footnotes: str = "", title: str = "T") -> bytes:
    """A document with properties, styles written with blanks, a header and footnotes."""
    kinds = {"styles": "styles", "header1": "header", "footer1": "footer", "footnotes": "footnotes"}
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{R}/{kind}" Target="{file}.xml"/>'
        for n, (file, kind) in enumerate(kinds.items(), 1)
    )
    overrides = "".join(
        f'<Override PartName="/word/{file}.xml" ContentType="{_WORD}{kind}+xml"/>'
        for file, kind in kinds.items()
    )
    overrides += f'<Override PartName="/docProps/core.xml" ContentType="{_CORE}"/>'
    relation = f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
    document = f'<Relationship Id="rId1" Type="{R}/officeDocument" Target="word/document.xml"/>'
    return docx(
        *blocks,
        relations=relations,
        overrides=overrides,
        parts={
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{document}{relation}</Relationships>',
            "word/styles.xml": f'<w:styles xmlns:w="{W}">\n  <w:style w:styleId="N">\n <w:name w:val="N"/></w:style>\n</w:styles>',
            "word/header1.xml": f'<w:hdr xmlns:w="{W}">{header or p("H")}</w:hdr>',
            "word/footer1.xml": f'<w:ftr xmlns:w="{W}">{p("{{ name }}")}</w:ftr>',
            "word/footnotes.xml": f'<w:footnotes xmlns:w="{W}">{footnotes}</w:footnotes>',
            "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
            f' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></cp:coreProperties>',
        },
    )


def cell(content: str, more: str = "") -> str:
    """A table cell with properties."""
    return f'<w:tc><w:tcPr><w:tcW w:w="900" w:type="dxa"/>{more}</w:tcPr>{content}</w:tc>'


def grid(columns: int, *rows: str) -> str:
    """A table of rows of `cell`."""
    column = '<w:gridCol w:w="900"/>'
    return (
        f"<w:tbl><w:tblPr/><w:tblGrid>{column * columns}</w:tblGrid>"
        + "".join(f"<w:tr>{row}</w:tr>" for row in rows)
        + "</w:tbl>"
    )


SPLIT = (
    '<w:p w:rsidR="00AA11BB"><w:pPr><w:jc w:val="both"/><w:rPr><w:b/></w:rPr></w:pPr><w:r><w:rPr><w:i/></w:rPr><w:t>Hello {</w:t></w:r>'
    '<w:proofErr w:type="spellStart"/><w:r><w:t>{ na</w:t></w:r><w:r w:rsidR="00CC"><w:rPr><w:b/></w:rPr><w:t>me }</w:t></w:r><w:r>'
    "<w:t>} and bye</w:t></w:r></w:p>"
)
DRAWING = (
    '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
    '<wp:docPr id="1" name="x" descr="d"/></wp:inline></w:drawing></w:r></w:p>'
)
CORPUS: dict[str, bytes] = {
    "values": docx(p("单位：{{ name }}。{{odd}}{{ deep.er.text }}{{ deep['er'].text }}{{ rows[1].b }}")),
    "torn": docx(SPLIT, p("{{ na", "me }}", "{% if o", "n %}x{%", " endif %}"), p("{", "{ name }", "}")),
    "conditions": docx(
        p("{% if on and not off %}是{% elif off %}或{% else %}否{% endif %}{% if count == 3 or off %}三{% endif %}"),
        p("{% if name == '云溪公司' %}={% endif %}{% if count > 2 %}>{% endif %}{% if 'x' in deep.er.list %}∈{% endif %}"),
        p("{{ name if on else odd }}"),
    ),
    "curled quotes": docx(p("{% if name == ‘云溪公司’ %}={% endif %}{{ name | replace(“云”, “雨”) }}")),
    "loops in lines": docx(
        p("{% for r in rows %}{{ loop.index }}/{{ loop.length }} {{ r.a }}{% if not loop.last %}、{% endif %}{% else %}无{% endfor %}"),
        p("{% for r in nothing %}{{ r.a }}{% else %}无{% endfor %}{% for x in deep.er.list %}{{ x }}{% endfor %}"),
        p("{% for r in rows if r.on %}{{ loop.index0 }}{{ loop.revindex }}{% if loop.first %}!{% endif %}{% endfor %}"),
    ),
    "paragraph tags": docx(
        p("{%p if on %}"), p("在"), p("{%p endif %}"), p("{%p if off %}"), p("不在"), p("{%p endif %}"),
        p("{%p for r in rows %}"), p("{{ r.a }}：{{ r.b }}"), p("{%p endfor %}"), p("{#p a remark #}"), p("a{# remark #}b"),
    ),
    "row tags": docx(
        table(("列", "数"), ("{%tr for r in rows %}", ""), ("{{ r.a }}", "{{ r.b }}"), ("{%tr endfor %}", ""), ("{#tr gone #}", "")),
        table(("列", "数"), ("{%tr for r in nothing %}", ""), ("{{ r.a }}", "{{ r.b }}"), ("{%tr endfor %}", "")),
        table(("{%tr if off %}", ""), ("一", "二"), ("{%tr endif %}", "")),
    ),
    "nested rows": docx(
        table(
            ("组", "值"), ("{%tr for g in groups %}", ""), ("{{ g.name }}", "{{ g.rows|length }}"),
            ("{%tr for r in g.rows %}", ""), ("", "{{ r.v }}"), ("{%tr endfor %}", ""), ("{%tr endfor %}", ""),
        ),
    ),
    "columns": docx(
        grid(3, cell(p("列")) + cell(p("{%tc for c in columns %}")) + cell(p("{{ c }}")) + cell(p("{%tc endfor %}"))),
        grid(4, *(cell(p("{%tc for c in deep.er.list %}")) + cell(p("{{ c }}")) + cell(p("{%tc endfor %}")) for _n in "ab")),
    ),
    "runs": docx(p("a {%r if on %}", "b", "{%r endif %} c"), p("x{%r if off %}", "y", "{%r endif %}z")),
    "joined paragraphs": docx(p("我的公司 "), p("{%- if on %}叫{{ name }}"), p("{%- endif %}。"), p("a {% if on -%}"), p("b{% endif %}")),
    "colspan": docx(grid(3, cell(p("a")) * 3, cell(p("{% colspan count %}", "宽 {{ name }}")))),
    "cellbg": docx(grid(2, cell(p("{% cellbg colour %}", "红"), '<w:shd w:val="clear" w:fill="00FF00"/>') + cell(p("b")))),
    "hm": docx(
        grid(
            4, cell(p("a")) * 4,
            cell(p("{%tc for c in columns %}")) + cell(p("{% hm %}合")) + cell(p("{%tc endfor %}")),
        ),
    ),
    "braces": docx(p("{_{ x }_} {_% y %_} { } }} %} #}{{ name }}")),
    "line breaks": docx(
        p("{{ lines }}", style="S"), p("前{{ lines }}后{{ paragraphs }}尾", style="S"), SPLIT.replace("na", "lines").replace("me }", "}"),
        table(("列", "数"), ("{{ lines }}", "{{ paragraphs }}")),
    ),
    "set": docx(p("{% set x = name %}{{ x }}{% if on %}{% set x = odd %}{% endif %}{{ x }}")),
    "filters": docx(
        p("{{ name | upper }}{{ 'ab' | upper }}{{ name|length }}{{ rows|length }}{{ deep.er.list | join('、') }}{{ name|default('x') }}"),
        p("{{ deep.er.list | first }}{{ odd | e }}{{ 'x' ~ name ~ count }}{{ name | truncate(3) }}{{ count + 1 }}"),
    ),
    "drawings": docx(DRAWING, p("{%p for r in rows %}"), DRAWING, p("{%p endfor %}"), DRAWING),
    "text boxes": docx(f"<w:p><w:r><w:pict><w:txbxContent>{p('盒 {{ lines }}')}</w:txbxContent></w:pict></w:r><w:r><w:t>{{{{ name }}}}</w:t></w:r></w:p>"),
    "blanks": docx(p("  a  {{ name }}  b"), "<w:p><w:r><w:t>plain</w:t></w:r><w:r><w:t xml:space='preserve'> {{ name }}</w:t></w:r></w:p>"),
    "everywhere": whole(
        p("{{ name }}"), header=p("页眉 {{ odd }}") + table(("{{ name }}",)), footnotes=f"<w:footnote>{p('注 {{ lines }}')}</w:footnote>", title="题 {{ name }}"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CORPUS)
def test_every_documented_feature_gives_what_docxtpl_gives(name: str) -> None:
    assert_same(CORPUS[name], CONTEXT)


def test_shipped_templates_merge_as_docxtpl_merges_them(
    adhesive: Any, sample_bytes: bytes, tmp_path: Path
) -> None:
    from pipeline.evaluate import evaluate
    from pipeline.report.context import report_context

    book = tmp_path / "录入表.xlsx"
    book.write_bytes(sample_bytes)
    context = report_context(evaluate(book, adhesive), adhesive.identity.reports[0], draft=True)
    assert_same((ROOT / "report_templates" / adhesive.identity.reports[0].template).read_bytes(), context)


# -- property tests -----------------------------------------------------------------------------------------
_TEXT = st.text(st.sampled_from("ab 中&<>\"'\n\tüé–{}%#_𝄞"), max_size=8).filter(
    lambda text: not re.search(r"\{_|_\}|%_|_%|[{}%]$", text)
)
"""Texts that docxtpl does not take for its own escapes (`{_{`), neither alone nor beside each other."""
_VALUE = st.sampled_from(("{{ a }}", "{{ m.x }}", "{{ b|upper }}", "{{ n }}", "文字 ", "a & b", " "))
_PIECE = st.one_of(
    _VALUE,
    st.tuples(_VALUE, _VALUE).map(lambda two: f"{{% if t %}}{two[0]}{{% else %}}{two[1]}{{% endif %}}"),
    _VALUE.map(lambda one: f"{{% for r in rows %}}{one}{{{{ r.k }}}}{{% endfor %}}"),
)


def _torn(texts_: list[str], cuts: list[int]) -> str:
    """A paragraph whose text is cut into runs anywhere."""
    text = "".join(texts_)
    edges = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    return p(*(text[a:b] for a, b in pairwise(edges))) if text else p("")


_PARAGRAPH = st.builds(_torn, st.lists(_PIECE, max_size=3), st.lists(st.integers(0, 99), max_size=4))
_BLOCK = st.one_of(
    _PARAGRAPH,
    _PARAGRAPH.map(lambda inner: p("{%p if t %}") + inner + p("{%p endif %}")),
    _PARAGRAPH.map(lambda inner: p("{%p for r in rows %}") + inner + p("{{ r.k }}") + p("{%p endfor %}")),
    st.lists(_VALUE, min_size=2, max_size=2).map(
        lambda two: table(("甲", "乙"), ("{%tr for r in rows %}", ""), tuple(two), ("{%tr endfor %}", ""))
    ),
    st.lists(_VALUE, min_size=1, max_size=1).map(
        lambda one: grid(
            2,
            cell(p("A"))
            + cell(p("{%tc for r in rows %}"))
            + cell(p(one[0] + "{{ r.k }}"))
            + cell(p("{%tc endfor %}")),
        )
    ),
)
_CONTEXTS = st.fixed_dictionaries(
    {
        "a": _TEXT,
        "b": _TEXT,
        "n": st.integers(0, 99),
        "t": st.booleans(),
        "m": st.fixed_dictionaries({"x": _TEXT}),
        "rows": st.lists(st.fixed_dictionaries({"k": _TEXT}), max_size=3),
    }
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_BLOCK, max_size=4), st.lists(_CONTEXTS, min_size=1, max_size=3))
def test_any_template_and_contexts_give_what_docxtpl_gives(
    blocks: list[str], contexts: list[dict[str, Any]]
) -> None:
    template = docx(*blocks)
    for context in contexts:
        assert_same(template, context)


# -- strictness ---------------------------------------------------------------------------------------------
def test_all_unknown_names_are_told_at_once_with_their_places() -> None:
    template = docx(p("一 {{ nam }}"), p("{% if off %}{{ deep.er.txt }}{% endif %}"), table(("{{ rows }}",)))
    merged, faults = merge_template(template, CONTEXT)
    assert merged is None
    assert [(f.code, f.tag, f.place.part, f.place.text) for f in faults] == [
        ("unknown_name", "{{ nam }}", "正文", "一 {{ nam }}"),
        ("unknown_name", "{{ deep.er.txt }}", "正文", "{% if off %}{{ deep.er.txt }}{% endif %}"),
        ("wrong_type", "{{ rows }}", "正文", "{{ rows }}"),
    ]


def test_a_context_that_lacks_a_name_is_refused_although_another_was_accepted() -> None:
    template = docx(p("{% if on %}{{ a }}{% endif %}"))
    assert merge_template(template, {"on": False, "a": "1"})[1] == ()
    for context, code in (({"on": False}, "unknown_name"), ({"on": False, "a": []}, "wrong_type")):
        assert [f.code for f in merge_template(template, context)[1]] == [code]


def test_a_fault_that_shows_only_in_a_later_row_is_told() -> None:
    template = docx(p("{% for r in rows %}{{ r.a }}{% endfor %}"))
    assert merge_template(template, {"rows": [{"a": "1"}]})[1] == ()
    assert [f.code for f in merge_template(template, {"rows": [{"a": "1"}, {}]})[1]] == ["unknown_name"]
    assert [f.code for f in merge_template(template, {"rows": [{"a": "1"}, {"a": True}]})[1]] == [
        "wrong_type"
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (p("{{ name"), "unclosed"),
        (p("{%p if on %}"), "structure"),
        (p("{% if on %}") + table(("{% endif %}",)), "structure"),
        (p("text {%p if on %}") + p("{%p endif %}"), "lost_text"),
        (p("{%tr for r in rows %}") + p("{%tr endfor %}"), "structure"),
        (p("{{r name }}"), "forbidden"),
        (p("{% vm %}"), "forbidden"),
        (p("{{ name.upper() }}"), "forbidden"),
        (p("{{ ''.__class__ }}"), "wrong_type"),
        (p("{{ 2 ** 99 }}"), "forbidden"),
        (p("{% include 'x' %}"), "forbidden"),
        (p("{{ name | attr('x') }}"), "forbidden"),
        (p("{{ name name }}"), "syntax"),
    ],
)
def test_what_docxtpl_loses_or_runs_is_a_fault_here(body: str, code: str) -> None:
    merged, faults = merge_template(docx(body), CONTEXT)
    assert merged is None
    assert code in {fault.code for fault in faults}


def test_endless_work_is_stopped() -> None:
    loops = "{% for a in r %}{% for b in r %}{% for c in r %}{% for d in r %}x{% endfor %}{% endfor %}{% endfor %}{% endfor %}"
    merged, faults = merge_template(docx(p(loops)), {"r": ["x"] * 200})
    assert merged is None
    assert [fault.code for fault in faults] == ["wrong_type"]


def test_client_text_is_never_a_tag_nor_markup_nor_lost() -> None:
    text = "{_{ x }_} {{ y }} {% z %} <w:p/> &amp; \x00\x0b￾\x7f \r\n end"
    merged, faults = merge_template(docx(p("{{ t }}")), {"t": text})
    assert faults == ()
    assert merged is not None
    assert texts(merged) == ["{_{ x }_} {{ y }} {% z %} <w:p/> &amp; \x7f \n end"]


# -- bytes and caches ---------------------------------------------------------------------------------------
def test_memory_disk_and_a_fresh_compile_give_the_same_bytes(own_cache: Path) -> None:
    template = CORPUS["everywhere"]
    first = merge_template(template, CONTEXT)[0]
    assert merge_template(template, CONTEXT)[0] == first
    assert [path.stat().st_mode & 0o777 for path in own_cache.iterdir()] == [0o600]
    engine._mergers.clear()
    assert cache.load(hashlib.sha256(template).hexdigest(), "merge") is not None
    assert merge_template(template, CONTEXT)[0] == first


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "writable", "link"])
def test_a_cache_file_that_is_damaged_or_not_ours_alone_is_not_read(own_cache: Path, damage: str) -> None:
    template = CORPUS["values"]
    first = merge_template(template, CONTEXT)[0]
    (file,) = own_cache.iterdir()
    content = file.read_bytes()
    if damage == "writable":
        file.chmod(0o666)
    elif damage == "link":
        file.rename(own_cache / "other")
        file.symlink_to(own_cache / "other")
    else:
        file.write_bytes({"cut": content[:-7], "flip": content[:-1] + b"\x01", "empty": b""}[damage])
    assert cache.load(hashlib.sha256(template).hexdigest(), "merge") is None
    engine._mergers.clear()
    assert merge_template(template, CONTEXT)[0] == first


def test_a_cache_folder_that_others_may_write_to_is_not_used(own_cache: Path) -> None:
    own_cache.mkdir(mode=0o700)
    own_cache.chmod(0o777)
    assert merge_template(CORPUS["values"], CONTEXT)[0] is not None
    assert list(own_cache.iterdir()) == []


@pytest.mark.parametrize("codec_name", CODECS)
def test_every_codec_gives_the_same_parts(codec_name: str) -> None:
    if codec_name != "zlib":
        pytest.importorskip("zlib_ng")
        pytest.importorskip("isal")
    plain, faults = merge_template(CORPUS["everywhere"], CONTEXT)
    packed, faults = merge_template(CORPUS["everywhere"], CONTEXT, codec_name=codec_name)
    assert faults == ()
    assert plain is not None
    assert packed is not None
    assert parts(plain) == parts(packed)


def test_a_compiled_template_needs_neither_lxml_nor_jinja(own_cache: Path, tmp_path: Path) -> None:
    file = tmp_path / "t.docx"
    file.write_bytes(docx(p("{{ a }}")))
    code = (
        "import sys; from pathlib import Path; from pipeline.report.merge.engine import merge_template\n"
        f"made, faults = merge_template(Path({str(file)!r}).read_bytes(), {{'a': '1'}})\n"
        "print(len(made), sorted({'lxml', 'jinja2', 'docx', 'zipfile'} & sys.modules.keys()))"
    )
    environment = os.environ | {"LVBAO_CACHE": str(own_cache), "PYTHONPATH": str(ROOT)}
    outs = [
        subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        ).stdout
        for _time in range(2)
    ]
    assert outs[0].split()[0] == outs[1].split()[0]
    assert outs[1].split(maxsplit=1)[1].strip() == "[]"
