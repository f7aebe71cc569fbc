"""A template that docxtpl renders well renders the same here; what docxtpl loses arrives here."""

from __future__ import annotations

import io
from typing import Any

import pytest

from pipeline.report import render
from tests.report.word_fixtures import built, docx, p, rows, table, texts

docxtpl = pytest.importorskip("docxtpl", reason="docxtpl is not installed")

CONTEXT: dict[str, Any] = {
    "name": "云溪公司",
    "on": True,
    "off": False,
    "rows": [{"a": "甲", "b": "1"}, {"a": "乙", "b": "2"}],
}


def by_docxtpl(template: bytes, context: dict[str, Any]) -> bytes:
    """What docxtpl makes of a template."""
    opened = docxtpl.DocxTemplate(io.BytesIO(template))
    opened.render(context, autoescape=True)
    buffer = io.BytesIO()
    opened.save(buffer)
    return buffer.getvalue()


TEMPLATES = [
    p("单位：{{ name }}。"),
    p("{{ na", "me }}"),
    p("{% if on %}是{% else %}否{% endif %}{% if off %}是{% endif %}"),
    p("{% for r in rows %}{{ r.a }}{% if not loop.last %}、{% endif %}{% endfor %}"),
    p("{%p if on %}") + p("在") + p("{%p endif %}") + p("{%p if off %}") + p("不在") + p("{%p endif %}"),
    p("{%p for r in rows %}") + p("{{ r.a }}：{{ r.b }}") + p("{%p endfor %}"),
    table(("列", "数"), ("{%tr for r in rows %}", ""), ("{{ r.a }}", "{{ r.b }}"), ("{%tr endfor %}", "")),
    table(("列", "{%tc for r in rows %}", "{{ r.a }}", "{%tc endfor %}")),
    p("{{ name | length }} {{ name | upper }} {{ rows | length }}"),
    p("{% set x = name %}{{ x }}"),
]


@pytest.mark.parametrize("body", TEMPLATES)
def test_the_same_template_gives_the_same_text(body: str) -> None:
    ours, faults = render(docx(body), CONTEXT)
    assert faults == ()
    assert ours is not None
    theirs = by_docxtpl(docx(body), CONTEXT)
    assert texts(ours) == texts(theirs)
    assert rows(ours) == rows(theirs)


def test_a_built_template_is_a_docxtpl_template(tmp_path: Any) -> None:
    source = '# 甲\n\n{{ name }}\n\n::: table each="r in rows"\n| 列 |\n| {{ r.a }} |\n:::\n'
    template = built(source, tmp_path)
    ours, _faults = render(template, CONTEXT)
    assert ours is not None
    assert texts(ours) == texts(by_docxtpl(template, CONTEXT))


def test_what_docxtpl_rewrites_arrives_literally_here() -> None:
    text = "{_{ x }_} {_% y %_}"
    ours, _faults = render(docx(p("{{ name }}")), {"name": text})
    assert ours is not None
    assert texts(ours) == [text]
    assert texts(by_docxtpl(docx(p("{{ name }}")), {"name": text})) == ["{{ x }} {% y %}"]
