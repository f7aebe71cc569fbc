"""A consultant's own .docx is as good as ours: what Word, WPS and LibreOffice do to a template changes no text."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner
from lxml import etree

from pipeline.cli import main
from pipeline.deliver import Options, make_report, standard_for
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.report.layout import convert
from pipeline.report.ooxml import Element, cell_text, paragraph_text, qn
from pipeline.report.package import Package, read_package, write_package
from tests.programs import needs_office
from tests.report.word_fixtures import document, texts

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "report_templates" / "cpcif-adhesive-2022-draft" / "self_evaluation.docx"
HASH = re.compile(r"[0-9a-f]{64}")  # the receipt names the very file that was used
WORKBOOK = next(ROOT.glob("samples/01-*/录入表.xlsx"))


@cache
def evaluation() -> Evaluation:
    """The full sample, evaluated."""
    return evaluate(WORKBOOK, standard_for(WORKBOOK, Options()))


def rendered(template: bytes) -> bytes:
    """The report from a template of one's own; faults and problems of the gate are exceptions."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "我的.docx"
        path.write_bytes(template)
        return make_report(evaluation(), Options(template=path, page_numbers=False)).docx


@cache
def ours() -> bytes:
    """The report from the shipped template."""
    return rendered(SHIPPED.read_bytes())


def edited(change: Callable[[Package, Element], None]) -> bytes:
    """The shipped template after a change to its document."""
    package = read_package(SHIPPED.read_bytes())
    root = package.xml("word/document.xml")
    change(package, root)
    package.put_xml("word/document.xml", root)
    return write_package(package)


def edit_in_word(_package: Package, root: Element) -> None:
    """Quotes curled; every run in three, with spelling marks between and revision ids on them, as Word leaves it."""
    for text in root.iter(qn("w:t")):
        text.text = re.sub(
            r"\{%.*?%\}", lambda tag: re.sub(r"'(.*?)'", "‘\\1’", tag.group()), text.text or ""
        )
    for number, run in enumerate(list(root.iter(qn("w:r")))):
        text = run.find(qn("w:t"))
        if text is None or not text.text or len(run) > 2:
            continue
        run.set(qn("w:rsidR"), f"00{number:06X}")
        whole, cut = text.text, max(1, len(text.text) // 3)
        at = run
        for piece in (whole[cut : 2 * cut], whole[2 * cut :]):
            copy = etree.fromstring(etree.tostring(run))
            copy.find(qn("w:t")).text = piece
            mark = etree.Element(qn("w:proofErr"), {qn("w:type"): "spellStart"})
            at.addnext(mark)
            mark.addnext(copy)
            at = copy
        text.text = whole[:cut]


def save_in_wps(package: Package, root: Element) -> None:
    """Numbers and a3, a4 … for style ids, as WPS and Chinese Word write them; the names stay."""
    styles = package.xml("word/styles.xml")
    ids = [str(node.get(qn("w:styleId"))) for node in styles.iter(qn("w:style"))]
    new = {id_: str(n) if n < 10 else f"a{n - 7}" for n, id_ in enumerate(ids, 1)}
    kinds = ("w:pStyle", "w:rStyle", "w:tblStyle", "w:basedOn", "w:next", "w:link")
    numbering = package.xml("word/numbering.xml")
    parts = {
        name: package.xml(name) for name in package.of_type("header+xml") + package.of_type("footer+xml")
    }
    for part in (root, styles, numbering, *parts.values()):
        for node in part.iter(*(qn(kind) for kind in kinds)):
            node.set(qn("w:val"), new[str(node.get(qn("w:val")))])
    for node in styles.iter(qn("w:style")):
        node.set(qn("w:styleId"), new[str(node.get(qn("w:styleId")))])
    for name, part in {**parts, "word/styles.xml": styles, "word/numbering.xml": numbering}.items():
        package.put_xml(name, part)


@pytest.mark.parametrize("change", [edit_in_word, save_in_wps], ids=lambda change: change.__name__)
def test_what_word_and_wps_do_to_a_template_changes_no_text(
    change: Callable[[Package, Element], None],
) -> None:
    report = rendered(edited(change))
    assert words(report) == words(ours())
    assert cells(report) == cells(ours())


@needs_office
def test_a_template_saved_by_libreoffice_gives_the_same_text() -> None:
    saved = convert(SHIPPED.read_bytes(), "docx", "docx")
    assert saved is not None
    report = rendered(saved)
    assert words(report) == words(ours())
    assert cells(report) == cells(ours())


def words(docx: bytes) -> list[str]:
    """The text of every paragraph that has one, without blanks at its ends."""
    found = (paragraph_text(node).strip() for node in document(docx).iter(qn("w:p")))
    return [HASH.sub("…", text) for text in found if text]


def cells(docx: bytes) -> list[list[str]]:
    """The rows of the document as the texts of their cells."""
    found = document(docx).iter(qn("w:tr"))
    return [[HASH.sub("…", cell_text(cell).strip()) for cell in row.iter(qn("w:tc"))] for row in found]


def test_a_paragraph_of_ones_own_is_filled_in_by_lvbao_run(tmp_path: Path) -> None:
    def add(_package: Package, root: Element) -> None:
        heading = next(p for p in root.iter(qn("w:p")) if paragraph_text(p) == "发展现状")
        text = "{{ f.enterprise_name }}的等级：{{ i.floor_area_ratio.level_text }}。"
        new = f'<w:p xmlns:w="{root.nsmap["w"]}"><w:r><w:t>{text}</w:t></w:r></w:p>'
        heading.addnext(etree.fromstring(new))

    template = tmp_path / "我的模板.docx"
    template.write_bytes(edited(add))
    words_ = [
        "run",
        str(WORKBOOK),
        "-o",
        str(tmp_path / "out"),
        "--template",
        str(template),
        "--no-page-numbers",
    ]
    done = CliRunner().invoke(main, words_)
    assert done.exit_code == 0, done.output
    (report,) = (tmp_path / "out").rglob("*.docx")
    assert "示例青禾水性胶粘材料有限公司的等级：达到优秀值。" in texts(report.read_bytes())


def test_a_fault_in_ones_own_paragraph_stops_the_run_and_names_the_place(tmp_path: Path) -> None:
    def add(_package: Package, root: Element) -> None:
        heading = next(p for p in root.iter(qn("w:p")) if paragraph_text(p) == "发展现状")
        new = (
            f'<w:p xmlns:w="{root.nsmap["w"]}"><w:r><w:t>等级：{{{{ i.floor_area.level }}}}</w:t></w:r></w:p>'
        )
        heading.addnext(etree.fromstring(new))

    template = tmp_path / "我的模板.docx"
    template.write_bytes(edited(add))
    words_ = [
        "run",
        str(WORKBOOK),
        "-o",
        str(tmp_path / "out"),
        "--template",
        str(template),
        "--no-page-numbers",
    ]
    done = CliRunner().invoke(main, words_)
    assert done.exit_code == 2
    assert "“发展现状”一节" in done.output
    assert "是不是 i.floor_area_ratio？" in done.output
    assert not (tmp_path / "out").exists()


def test_a_word_template_file_gives_an_ordinary_document() -> None:
    package = read_package(SHIPPED.read_bytes())
    types = package.parts["[Content_Types].xml"]
    package.parts["[Content_Types].xml"] = types.replace(b"document.main+xml", b"template.main+xml")
    report = rendered(write_package(package))
    assert words(report) == words(ours())
    assert b"template.main" not in read_package(report).parts["[Content_Types].xml"]
