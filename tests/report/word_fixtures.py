"""Small Word documents for tests, made of paragraphs and tables written in a line."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from lxml import etree

from pipeline.report import build_template
from pipeline.report.ooxml import Element, cell_text, paragraph_text, qn
from pipeline.report.package import read_package

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "report_templates" / "_house"
SAMPLE = Path(__file__).parent / "sample_template.md"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."


def escape(text: str) -> str:
    """Text for XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def p(*runs: str, style: str = "") -> str:
    """A paragraph; each text is a run of its own, as Word splits them."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    inner = "".join(f'<w:r><w:t xml:space="preserve">{escape(run)}</w:t></w:r>' for run in runs)
    return f"<w:p>{properties}{inner}</w:p>"


def table(*rows: tuple[str, ...], note: str = "", header: int = 0) -> str:
    """A table of text cells; the first `header` rows are header rows."""
    grid = '<w:gridCol w:w="1000"/>' * len(rows[0])
    body = ""
    for at, row in enumerate(rows):
        mark = "<w:trPr><w:tblHeader/></w:trPr>" if at < header else ""
        body += f"<w:tr>{mark}" + "".join(f"<w:tc>{p(cell)}</w:tc>" for cell in row) + "</w:tr>"
    description = f'<w:tblDescription w:val="{note}"/>' if note else ""
    return f"<w:tbl><w:tblPr>{description}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"


def docx(
    *blocks: str, parts: dict[str, str] | None = None, relations: str = "", overrides: str = ""
) -> bytes:
    """A minimal .docx of the given body; `parts` adds or replaces whole parts."""
    body = "".join(blocks)
    rel = f'<Relationship Id="rId1" Type="{R}/officeDocument" Target="word/document.xml"/>'
    override = f'<Override PartName="/word/document.xml" ContentType="{_WORD}document.main+xml"/>'
    rels_type = "application/vnd.openxmlformats-package.relationships+xml"
    members = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="{rels_type}"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{override}{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_RELS}">{rel}</Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}<w:sectPr/></w:body></w:document>',
    }
    if relations:
        members["word/_rels/document.xml.rels"] = (
            f'<Relationships xmlns="{_RELS}">{relations}</Relationships>'
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in (members | (parts or {})).items():
            archive.writestr(name, text)
    return buffer.getvalue()


def built(markdown: str, tmp_path: Path, title: str = "标题") -> bytes:
    """A template built from a text source with a front matter put before it."""
    source = tmp_path / "source.md"
    source.write_text(
        f"---\nstandard: toy\nreport: self_evaluation\ntitle: {title}\nheader: 页眉\n---\n{markdown}", "utf-8"
    )
    return build_template(source, HOUSE)


def document(data: bytes) -> Element:
    """The tree of the main document."""
    package = read_package(data)
    return package.xml(package.document_name)


def texts(data: bytes) -> list[str]:
    """The text of every paragraph."""
    return [paragraph_text(node) for node in document(data).iter(qn("w:p"))]


def rows(data: bytes) -> list[list[str]]:
    """The text of every table row."""
    return [[cell_text(cell) for cell in row.iter(qn("w:tc"))] for row in document(data).iter(qn("w:tr"))]


def with_document(data: bytes, old: str, new: str) -> bytes:
    """The same file with a piece of its document part replaced; a way to break a file."""
    package = read_package(data)
    name = package.document_name
    text = package.parts[name].decode()
    assert old in text
    package.parts[name] = text.replace(old, new, 1).encode()
    etree.fromstring(package.parts[name])
    from pipeline.report.package import write_package

    return write_package(package)
