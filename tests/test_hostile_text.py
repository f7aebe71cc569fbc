"""Texts that mean something to some program on the way arrive in Word as they were typed, and steer nothing."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import yaml
from lxml import etree

from pipeline.clients import client_of
from pipeline.deliver import Made, Options, deliver, make_report
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.files import shown_name
from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.report.gate import inspect
from pipeline.report.layout import convert, libreoffice
from pipeline.report.package import read_package
from pipeline.standard import Standard
from pipeline.standard.types import Field
from tests.conftest import ROOT, copy_attachments

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TEXTS = (
    "甲&乙&amp;丙",
    "<b>粗</b> <w:p/> <!--",
    "]]> <![CDATA[x]]>",
    "{{ f.x }} {{7*7}} {{ ''.__class__ }}",
    "{% for x in y %}{% endfor %}{% include 'x' %}",
    "{_{ {# 注 #} {{%",
    "=1+1",
    "+cmd|' /C calc'!A0",
    "@SUM(A1) -2+3",
    '=HYPERLINK("http://example.com","点")',
    "第一行\n第二行\n\n第四行",
    "前\t后",
    "绿色🏭🌿 👩‍🔧👨‍👩‍👧‍👦 🇨🇳",
    "𠮷野家 𪚥 㐂 龘 﨑",
    "עברית العربية",
    r"\1 \g<0> $1 %s %(x)s {0} {x!r} C:\temp",
    "../../etc/passwd",
    "“引号”'单'\"双\" ｛｝＜＞",
    "_x000D_ _x0041_ &#10; \\u0041 \\n",
    "长" * 3990,
)
"""Each becomes the text of several fields, with the field's id behind it (without _, or it would look like a leaked key)."""
FREE = ("text", "long_text")


def free_text(field: Field) -> bool:
    return field.type in FREE and not (field.format or field.pattern)


def hostile_facts(standard: Standard) -> dict[str, Any]:
    """The first sample with every free text replaced, and the first row of every table."""
    (folder,) = (ROOT / "samples").glob("01-*")
    facts: dict[str, Any] = yaml.safe_load((folder / "facts.yaml").read_text(encoding="utf-8"))
    texts = iter(range(10_000))

    def hostile(name: str) -> str:
        return f"{TEXTS[next(texts) % len(TEXTS)]} [{name.replace('_', '·')}]"

    for field in standard.intake.fields.values():
        if free_text(field) and field.id in facts:
            facts[field.id] = hostile(field.id)
    for table in standard.intake.tables.values():
        for row in facts.get(table.id, [])[:1] if table.id != "criteria" else []:
            for column in table.columns:
                if free_text(column) and column.id in row and column.id not in ("outlet", "number", "file"):
                    row[column.id] = hostile(f"{table.id}.{column.id}")
    for number, criterion in enumerate(("B01", "B05", "M01", "K01")):
        facts["criteria"][criterion]["statement"] = f"{TEXTS[number]} [{criterion}]"
    return facts


class Arrived:
    """The hostile workbook on its way: facts typed, evaluation, report."""

    def __init__(self, standard: Standard, path: Path) -> None:
        self.facts = hostile_facts(standard)
        path.write_bytes(write_workbook(standard, read_data(self.facts, standard)))
        self.path = path
        self.evaluation: Evaluation = evaluate(path, standard)
        self.report: Made = make_report(self.evaluation, Options(page_numbers=False))

    def typed(self) -> Iterator[str]:
        """Every hostile text as it was typed."""
        rows = [r for t in self.facts.values() if isinstance(t, list) for r in t]
        rows += self.facts["criteria"].values()
        for value in (*self.facts.values(), *(v for r in rows for v in r.values())):
            if isinstance(value, str) and value.endswith("]") and "[" in value:
                yield value


@pytest.fixture(scope="module")
def arrived(adhesive: Standard, tmp_path_factory: pytest.TempPathFactory) -> Arrived:
    return Arrived(adhesive, copy_attachments(tmp_path_factory.mktemp("hostile")) / "录入表.xlsx")


def paragraphs(docx: bytes, part: str = "word/document.xml") -> list[str]:
    """The text of each paragraph: breaks as line breaks, tabs as tabs."""
    root = etree.fromstring(zipfile.ZipFile(io.BytesIO(docx)).read(part))
    return [
        "".join(_text(e) for e in p.iter(f"{W}t", f"{W}br", f"{W}tab", f"{W}cr")) for p in root.iter(f"{W}p")
    ]


def _text(element: etree._Element) -> str:
    if element.tag == f"{W}t":
        return element.text or ""
    if element.tag == f"{W}tab":
        return "" if element.getparent().tag == f"{W}tabs" else "\t"  # type: ignore[union-attr]
    return "\n"


def test_hostile_texts_are_no_fault(arrived: Arrived) -> None:
    assert arrived.evaluation.findings == ()
    assert len(list(arrived.typed())) > 150


def test_the_intake_holds_every_text_as_typed(arrived: Arrived) -> None:
    intake = arrived.evaluation.intake
    held = {f.value for f in intake.facts.values()}
    held |= {f.value for rows in intake.tables.values() for r in rows for f in r.facts.values()}

    assert [t for t in arrived.typed() if t not in held] == []


def test_every_text_arrives_in_word_as_typed(arrived: Arrived) -> None:
    text = "\n".join(paragraphs(arrived.report.docx))

    lost = [t for t in arrived.typed() if t not in text]
    assert [t for t in lost if not t.endswith(".remark]")] == []
    assert [
        t for t in lost if t[t.rindex("[") :] in text
    ] == []  # remarks of some tables are not printed at all


def test_texts_are_neither_tags_nor_markup(arrived: Arrived) -> None:
    """The elements of the report are those of the house style; every part is well-formed; the gate is content."""
    with zipfile.ZipFile(io.BytesIO(arrived.report.docx)) as archive:
        parts = [n for n in archive.namelist() if n.endswith((".xml", ".rels"))]
        roots = [etree.fromstring(archive.read(n)) for n in parts]
    names = {etree.QName(e).localname for root in roots for e in root.iter("*")}
    names_without_prefix = {e.tag for root in roots for e in root.iter("*") if "}" not in e.tag}

    package = read_package(arrived.report.docx)
    assert not names & {"altChunk", "script", "object", "b2", "粗"}
    assert names_without_prefix == set()
    assert inspect(package, tuple(arrived.typed())) == ()


def test_a_line_break_is_a_break_of_word(arrived: Arrived) -> None:
    broken = [p for p in paragraphs(arrived.report.docx) if "第一行\n第二行" in p]

    assert broken
    root = etree.fromstring(zipfile.ZipFile(io.BytesIO(arrived.report.docx)).read("word/document.xml"))
    assert not [t for t in root.iter(f"{W}t") if "\n" in (t.text or "")]


def test_properties_hold_no_client_text(arrived: Arrived) -> None:
    with zipfile.ZipFile(io.BytesIO(arrived.report.docx)) as archive:
        for part in ("docProps/core.xml", "docProps/app.xml", "customXml/item1.xml"):
            text = "".join(etree.fromstring(archive.read(part)).itertext())
            assert not [t for t in arrived.typed() if t in text]


def test_a_draft_with_hostile_texts_passes_the_gate_too(
    arrived: Arrived, adhesive: Standard, tmp_path: Path
) -> None:
    facts = {**arrived.facts, "raw": {"land_area": "{{ 约 }}<60000&"}}
    del facts["land_area"]
    path = tmp_path / "录入表.xlsx"
    path.write_bytes(write_workbook(adhesive, read_data(facts, adhesive)))

    report = make_report(evaluate(path, adhesive), Options(page_numbers=False, draft=True))

    assert report.draft
    assert "{{ 约 }}<60000&" in "\n".join(paragraphs(report.docx))


NAMES = (
    "../../etc/passwd",
    "CON",
    "..",
    " . ",
    "a/b\\c:d*e?f",
    "{{ x }}&<b>",
    "=1+1",
    "名\n字\t符",
    "𠮷🏭",
    "很" * 300,
    "nul.txt",
    "-rf",
    "\u202egnp.exe",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_never_leaves_the_output_folder(name: str, tmp_path: Path) -> None:
    folder = client_of(tmp_path / name.replace("/", "／")[:80] / "录入表.xlsx").name
    resolved = (tmp_path / "output" / folder).resolve()

    assert resolved.parent == (tmp_path / "output").resolve()
    assert folder
    assert folder.isprintable()
    assert not set(folder) & set('<>:"/\\|?*')
    assert folder.upper().partition(".")[0] not in ("CON", "NUL")


@pytest.mark.parametrize("name", ["甲&<乙>{{x}}%s '\"\n.xlsx", "\x01\x1b[31m\udcff\udcfe.xlsx"])
def test_a_hostile_file_name_is_only_a_name(
    name: str, sample_bytes: bytes, adhesive: Standard, tmp_path: Path
) -> None:
    workbook = tmp_path / name
    workbook.write_bytes(sample_bytes)
    output = tmp_path / "output"

    delivered = deliver(workbook, output / client_of(workbook).name, Options(page_numbers=False))

    assert delivered.path is not None
    assert sorted(p.name for p in delivered.path.parent.iterdir()) == [
        "evaluation.json",
        "自评价报告.docx",
        "自评价报告.凭据.json",
    ]
    assert [p for p in tmp_path.iterdir() if p not in (workbook, output)] == []
    shown = shown_name(workbook)
    assert (
        inspect(read_package(delivered.path.read_bytes()), (name, shown, delivered.evaluation.intake.file))
        == ()
    )


@pytest.mark.skipif(libreoffice() is None, reason="LibreOffice (soffice) is not installed")
@pytest.mark.skipif(which("pdftotext") is None, reason="poppler-utils (pdftotext) is not installed")
def test_the_printed_report_shows_the_texts(arrived: Arrived, tmp_path: Path) -> None:
    pdf = convert(arrived.report.docx, "pdf:writer_pdf_Export", "pdf")
    assert pdf is not None
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf)
    run = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True)
    printed = "".join(run.stdout.decode().split())

    for text in (
        "甲&乙&amp;丙",
        "<b>粗</b>",
        "]]><![CDATA[x]]>",
        "{{f.x}}{{7*7}}",
        "{%forxiny%}",
        "=1+1",
        "第一行第二行",
    ):
        assert text in printed
