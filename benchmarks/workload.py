"""The workload of the benchmarks: one report of about 60 pages in the dialect of each engine, and its data.

60 paragraphs with 150 values (every fifth tag split over three runs, as Word does), 20 tables with a row loop, 19 fixed
tables, a score table of 120 rows in 24 groups with vertically merged cells, six pictures, a contents field, header
and footer, revision ids and run properties on every run. `scale` makes the template larger, `rows` the score table
longer. Everything is made from fixed numbers: the same call gives the same bytes.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from html import escape
from random import Random
from typing import Any

DIALECTS = ("docxtpl", "mustache", "docx-templates", "carbone", "mergefield")
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
ROOT = (
    f'<w:document xmlns:w="{W}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">'
)
LOOK = '<w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="FangSong"/><w:sz w:val="24"/></w:rPr>'
SENTENCES = (
    "The enterprise operates an energy management system that covers every workshop and reports monthly.",
    "Measured values come from calibrated instruments; the records of the verification are kept for five years.",
    "各项指标按照标准规定的方法计算，数据来源于企业的统计台账和能源计量记录，并与财务凭证核对一致。",
    "厂房集约化建设，功能分区明确，公用设施共享；新建项目严格执行环境影响评价和“三同时”制度。",
)
COLUMNS = "abcdef"


class Dialect:
    """How an engine writes a value and repeats rows."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._rsid = 0

    def value(self, path: str, row: str = "") -> str:
        """The tag of `s.v001`, or of a column of a row variable."""
        match self.name:
            case "docxtpl":
                return f"{{{{ {row + '.' if row else ''}{path} }}}}"
            case "mustache":
                return f"{{{path.replace('.', '_') if not row else path}}}"
            case "docx-templates":
                return f"+++INS {'$' + row + '.' if row else ''}{path}+++"
            case "carbone":
                return f"{{d.{row + '[i].' if row else ''}{path}}}"
        return f"«{path.replace('.', '_')}»"

    # -- runs -----------------------------------------------------------------------------------------------
    def run(self, text: str, look: str = LOOK) -> str:
        """A run as Word writes it."""
        self._rsid += 1
        return f'<w:r w:rsidR="00{self._rsid % 4096:06X}">{look}<w:t xml:space="preserve">{escape(text, quote=False)}</w:t></w:r>'

    def tag(self, tag: str, *, split: bool = False) -> str:
        """A tag in one run, or torn into three."""
        if self.name == "mergefield":
            field = tag.strip("«»")
            return (
                f'<w:r>{LOOK}<w:fldChar w:fldCharType="begin"/></w:r><w:r>{LOOK}<w:instrText xml:space="preserve">'
                f' MERGEFIELD {field} </w:instrText></w:r><w:r>{LOOK}<w:fldChar w:fldCharType="separate"/></w:r>'
                f'{self.run(tag)}<w:r>{LOOK}<w:fldChar w:fldCharType="end"/></w:r>'
            )
        if not split:
            return self.run(tag)
        third = len(tag) // 3
        first, second, last = tag[:third], tag[third : 2 * third], tag[2 * third :]
        torn = '<w:proofErr w:type="spellStart"/>'
        return self.run(first) + torn + self.run(second) + torn.replace("Start", "End") + self.run(last)

    # -- tables ---------------------------------------------------------------------------------------------
    def cell(self, content: str, width: int, more: str = "") -> str:
        """A table cell of one paragraph."""
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{more}<w:vAlign w:val="center"/></w:tcPr>'
            f'<w:p w:rsidR="00A1B2C3" w:rsidRDefault="00A1B2C3"><w:pPr><w:spacing w:before="40" w:after="40"/>'
            f'<w:jc w:val="left"/></w:pPr>{content}</w:p></w:tc>'
        )

    def row(self, cells: list[str], heading: bool = False) -> str:
        """A table row."""
        properties = "<w:trPr><w:cantSplit/>" + ("<w:tblHeader/>" if heading else "") + "</w:trPr>"
        return f'<w:tr w:rsidR="00A1B2C3">{properties}{"".join(cells)}</w:tr>'

    def table(self, columns: int, rows: list[str]) -> str:
        """A table with its grid."""
        width = 9000 // columns
        grid = f'<w:gridCol w:w="{width}"/>' * columns
        look = '<w:tblBorders><w:top w:val="single" w:sz="4"/><w:insideH w:val="single" w:sz="4"/></w:tblBorders>'
        return (
            f'<w:tbl><w:tblPr><w:tblW w:w="9000" w:type="dxa"/>{look}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
            f"{''.join(rows)}</w:tbl>{paragraph('')}"
        )

    def _lone(self, tag: str, columns: int) -> str:
        return self.row(
            [self.cell(self.run(tag) if at == 0 else "", 9000 // columns) for at in range(columns)]
        )

    def loop(self, name: str, columns: int) -> list[str]:
        """The body rows of a table that repeats one row."""
        cells = [self.tag(self.value(c, "r")) for c in COLUMNS[:columns]]
        width = 9000 // columns
        if self.name == "carbone":
            cells = [self.run(f"{{d.{name}[i].{c}}}") for c in COLUMNS[:columns]]
            after = self.row(
                [self.cell(self.run(f"{{d.{name}[i+1].{c}}}"), width) for c in COLUMNS[:columns]]
            )
            return [self.row([self.cell(c, width) for c in cells]), after]
        if self.name == "mergefield":
            cells = [self.tag(f"«{name}_{c}»") for c in COLUMNS[:columns]]
        if self.name == "mustache":
            cells[0] = self.run(f"{{#{name}}}") + cells[0]
            cells[-1] += self.run(f"{{/{name}}}")
        row = self.row([self.cell(c, width) for c in cells])
        if self.name == "docxtpl":
            return [
                self._lone(f"{{%tr for r in {name} %}}", columns),
                row,
                self._lone("{%tr endfor %}", columns),
            ]
        if self.name == "docx-templates":
            return [
                self._lone(f"+++FOR r IN {name}+++", columns),
                row,
                self._lone("+++END-FOR r+++", columns),
            ]
        return [row]

    def score_table(self) -> str:
        """The score table: groups with four merged columns and four of their own."""
        restart, carried = '<w:vMerge w:val="restart"/>', '<w:vMerge w:val="continue"/>'
        keys = list("mnopwxyz")
        heading = self.row([self.cell(self.run(f"B{n}"), 1125) for n in range(8)], heading=True)
        if self.name in ("carbone", "mergefield"):
            return self.table(8, [heading, *self._flat(keys)])

        def line(row: str, merge: str, shown: bool) -> list[str]:
            return [
                self.cell(
                    self.tag(self.value(k, row)) if n > 3 or shown else "", 1125, merge if n < 4 else ""
                )
                for n, k in enumerate(keys)
            ]

        if self.name == "docxtpl":
            first, others = line("g.first", restart, True), line("r", carried, False)
            rows = [
                self._lone("{%tr for g in groups %}", 8), self.row(first),
                self._lone("{%tr for r in g.rest %}", 8), self.row(others),
                self._lone("{%tr endfor %}", 8), self._lone("{%tr endfor %}", 8),
            ]  # fmt: skip
        elif self.name == "docx-templates":
            first, others = line("g.first", restart, True), line("r", carried, False)
            rows = [
                self._lone("+++FOR g IN groups+++", 8), self.row(first),
                self._lone("+++FOR r IN $g.rest+++", 8), self.row(others),
                self._lone("+++END-FOR r+++", 8), self._lone("+++END-FOR g+++", 8),
            ]  # fmt: skip
        else:  # two lists in turn are out of reach of some: a group is its first row and a loop over the rest
            first = [
                self.cell(self.tag(f"{{first_{k}}}"), 1125, restart if n < 4 else "")
                for n, k in enumerate(keys)
            ]
            others = line("r", carried, False)
            first[0] = first[0].replace("</w:pPr>", "</w:pPr>" + self.run("{#groups}"))
            others[0] = others[0].replace("</w:pPr>", "</w:pPr>" + self.run("{#rest}"))
            others[-1] = others[-1].replace("</w:p></w:tc>", self.run("{/rest}{/groups}") + "</w:p></w:tc>")
            rows = [self.row(first), self.row(others)]
        return self.table(8, [heading, *rows])

    def _flat(self, keys: list[str]) -> list[str]:
        if self.name == "mergefield":
            return [self.row([self.cell(self.tag(f"«flat_{k}»"), 1125) for k in keys])]
        return [
            self.row([self.cell(self.run(f"{{d.flat[{i}].{k}}}"), 1125) for k in keys]) for i in ("i", "i+1")
        ]


def paragraph(
    content: str, properties: str = '<w:pPr><w:spacing w:line="480" w:lineRule="atLeast"/></w:pPr>'
) -> str:
    """A paragraph with revision ids."""
    return f'<w:p w:rsidR="00C0FFEE" w:rsidRDefault="00C0FFEE" w:rsidP="00BEEF00">{properties}{content}</w:p>'


def picture(number: int) -> str:
    """An inline picture."""
    named = f'id="{number}" name="Picture {number}"'
    return paragraph(
        f'<w:r><w:drawing><wp:inline><wp:extent cx="2700000" cy="1800000"/><wp:docPr {named}/><a:graphic>'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
        f'<pic:cNvPr {named}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rIdP{number}"/><a:stretch>'
        '<a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2700000"'
        ' cy="1800000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>'
        "</a:graphic></wp:inline></w:drawing></w:r>"
    )


def contents() -> str:
    """A contents field."""
    return paragraph(
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \\o "1-3" \\h </w:instrText>'
        '</w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>Contents</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def _body(dialect: Dialect, scale: float) -> Iterator[str]:
    rng = Random(7)
    yield contents()
    counted = 0
    for number in range(round(60 * scale)):
        pieces = []
        for at in range(3 if number % 2 else 2):
            counted += 1
            pieces += [
                dialect.run(rng.choice(SENTENCES)),
                dialect.tag(
                    dialect.value(f"s.v{(counted - 1) % 150:03d}"), split=counted % 5 == 0 and at < 3
                ),
            ]
        yield paragraph("".join(pieces))
        if number % 3 == 0 and number // 3 < 20 * scale:
            table = number // 3
            columns = 4 + table % 20 % 3
            heading = dialect.row(
                [dialect.cell(dialect.run(f"T{table}.{n}"), 9000 // columns) for n in range(columns)], True
            )
            yield dialect.table(columns, [heading, *dialect.loop(f"t{table % 20:02d}", columns)])
        if number % 3 == 1:
            rows = [
                dialect.row([dialect.cell(dialect.run(rng.choice(SENTENCES)[:40]), 1800) for _c in range(5)])
                for _r in range(16)
            ]
            yield dialect.table(5, rows)
    for number in range(1, 7):
        yield picture(number)
    yield dialect.score_table()


def template(name: str = "docxtpl", scale: float = 1.0) -> bytes:
    """The template of an engine's dialect."""
    dialect = Dialect(name)
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="rIdH"/><w:footerReference w:type="default" r:id="rIdF"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440"'
        ' w:header="720" w:footer="720" w:gutter="0"/></w:sectPr>'
    )
    document = f"{ROOT}<w:body>{''.join(_body(dialect, scale))}{section}</w:body></w:document>"
    company = dialect.tag(dialect.value("s.v000"))
    page = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    return _package(document, paragraph(company), paragraph(company + page))


def _package(document: str, header: str, footer: str) -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml."
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    root = ROOT.removeprefix("<w:document")
    images = "".join(
        f'<Relationship Id="rIdP{n}" Type="{office}/image" Target="media/p{n}.png"/>' for n in range(1, 7)
    )
    overrides = {"document": "document.main", "styles": "styles", "header1": "header", "footer1": "footer"}
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="png" ContentType="image/png"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(
            f'<Override PartName="/word/{n}.xml" ContentType="{kind}{k}+xml"/>' for n, k in overrides.items()
        )
        + '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rId2" Type="{package}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
        "</Relationships>",
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{package}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Report</dc:title></cp:coreProperties>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rIdS" Type="{office}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rIdH" Type="{office}/header" Target="header1.xml"/>'
        f'<Relationship Id="rIdF" Type="{office}/footer" Target="footer1.xml"/>{images}</Relationships>',
        "word/document.xml": document,
        "word/header1.xml": f"<w:hdr{root}{header}</w:hdr>",
        "word/footer1.xml": f"<w:ftr{root}{footer}</w:ftr>",
        "word/styles.xml": f'<w:styles xmlns:w="{W}"><w:style w:type="paragraph" w:default="1" w:styleId="Normal">'
        '<w:name w:val="Normal"/></w:style></w:styles>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            content = (
                text
                if text.startswith("<?xml")
                else f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}'
            )
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
        for number in range(1, 7):
            info = zipfile.ZipInfo(f"word/media/p{number}.png", (2020, 1, 1, 0, 0, 0))
            archive.writestr(info, png(number), zipfile.ZIP_DEFLATED)  # as Word does
    return buffer.getvalue()


def png(seed: int) -> bytes:
    """A picture of about 15 kB that does not compress further."""
    rng = Random(seed)
    rows = b"".join(b"\0" + rng.randbytes(72 * 3) for _row in range(70))
    chunks = (
        (b"IHDR", struct.pack(">2I5B", 72, 70, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def data(seed: int = 0, rows: int = 120) -> dict[str, Any]:
    """The data of one enterprise; values hold `&`, `<`, `ü` and `–`."""
    rng = Random(seed)
    words = ("Müller & Söhne", "a < b", "2020–2024", "能耗 & 物耗", "Q1", "符合", "12,345.67", "t/万元")

    def value(wide: int) -> str:
        return f"{rng.choice(words)} {rng.randrange(10**wide)}"

    found: dict[str, Any] = {"s": {f"v{n:03d}": value(5) for n in range(150)}}
    for table in range(20):
        found[f"t{table:02d}"] = [
            {c: value(3) for c in COLUMNS[: 4 + table % 3]} for _row in range(rng.randrange(5, 31))
        ]
    groups = []
    for _group in range(rows // 5):
        lines = [{k: value(2) for k in ("mnopwxyz" if at == 0 else "wxyz")} for at in range(5)]
        groups.append({"first": lines[0], "rest": lines[1:]})
    return found | {"groups": groups}


def flat_data(found: dict[str, Any]) -> dict[str, Any]:
    """The same data for engines without nested names or merged cells."""
    flat = {f"s_{key}": text for key, text in found["s"].items()}
    groups = [
        {"rest": g["rest"], "first": g["first"], **{f"first_{k}": v for k, v in g["first"].items()}}
        for g in found["groups"]
    ]
    rows = [dict.fromkeys("mnop", "") | line for g in found["groups"] for line in (g["first"], *g["rest"])]
    return {**found, **flat, "groups": groups, "flat": rows}
