"""The clean base document: package, sections, headers and footers, made from the files of the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipeline.report.elements import field, paragraph, run, runs
from pipeline.report.errors import ReportError, SourceError
from pipeline.report.ooxml import NS, WORD_NSMAP, Element, el, etree_root, parse, qn, serialise, val
from pipeline.report.package import Package
from pipeline.report.source import inline

A4: Final = (11906, 16838)
MARGIN_TOP, MARGIN_BOTTOM, MARGIN_LEFT, MARGIN_RIGHT = 1440, 1440, 1588, 1474
MARGIN_WIDE: Final = 1440
MARGIN_COMPACT: Final = 720
FIRST_LIST_ID: Final = 10
_WORD_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_FILES: Final = {
    "styles": "styles",
    "numbering": "numbering",
    "settings": "settings",
    "fontTable": "fontTable",
}
_HEADERS: Final = {
    "cover": ("header1", "footer1"),
    "upright": ("header2", "footer2"),
    "wide": ("header3", "footer2"),
}
_REL_IDS: Final = {
    "styles": "rId1",
    "numbering": "rId2",
    "settings": "rId3",
    "fontTable": "rId4",
    "theme": "rId5",
    "header1": "rId6",
    "header2": "rId7",
    "header3": "rId8",
    "footer1": "rId9",
    "footer2": "rId10",
}


@dataclass(frozen=True)
class Section:
    """A section: `kind` is cover (no page number), front (roman) or body (arabic)."""

    kind: str
    landscape: bool = False
    compact: bool = False
    """Narrow margins, for a document that has to stay on one page."""

    @property
    def text_width(self) -> int:
        """Width between the margins in twips."""
        if self.compact:
            return A4[1 if self.landscape else 0] - 2 * MARGIN_COMPACT
        return A4[1] - 2 * MARGIN_WIDE if self.landscape else A4[0] - MARGIN_LEFT - MARGIN_RIGHT

    def properties(self, restart: bool) -> Element:
        """The w:sectPr; `restart` begins page numbers at 1."""
        look = "cover" if self.kind == "cover" else "wide" if self.landscape else "upright"
        header, footer = _HEADERS[look]
        size = {"w:w": str(A4[0]), "w:h": str(A4[1])}
        left, right = MARGIN_LEFT, MARGIN_RIGHT
        if self.landscape:
            size = {"w:w": str(A4[1]), "w:h": str(A4[0]), "w:orient": "landscape"}
            left = right = MARGIN_WIDE
        top, bottom = MARGIN_TOP, MARGIN_BOTTOM
        if self.compact:
            top = bottom = left = right = MARGIN_COMPACT
        margins = {
            "w:top": str(top),
            "w:right": str(right),
            "w:bottom": str(bottom),
            "w:left": str(left),
            "w:header": "425" if self.compact else "850",
            "w:footer": "425" if self.compact else "850",
            "w:gutter": "0",
        }
        numbers = {"w:fmt": "lowerRoman" if self.kind == "front" else "decimal"}
        if restart:
            numbers["w:start"] = "1"
        return el(
            "w:sectPr",
            None,
            el("w:headerReference", {"w:type": "default", "r:id": _REL_IDS[header]}),
            el("w:footerReference", {"w:type": "default", "r:id": _REL_IDS[footer]}),
            val("w:type", "nextPage"),
            el("w:pgSz", size),
            el("w:pgMar", margins),
            el("w:pgNumType", numbers),
            el("w:docGrid", {"w:linePitch": "312"}),
        )


@dataclass(frozen=True)
class Manner:
    """How a template counts and looks: words of its front matter, "" for the house's own way."""

    look: str = ""
    headings: str = ""
    by_section: bool = False
    one_page: bool = False

    @classmethod
    def of(cls, matter: Mapping[str, Any]) -> Manner:
        """The manner that a front matter asks for. Raises SourceError."""
        captions = str(matter.get("captions", "chapter"))
        if captions not in ("chapter", "section"):
            raise SourceError(
                f"captions 应为 chapter（表 章-序）或 section（表章.节-序），这里是 {captions}", 1
            )
        page = matter.get("page")
        if page not in (None, "single"):
            raise SourceError(f"page 只能是 single（一页，横向，窄边距），这里是 {page}", 1)
        return cls(
            str(matter.get("look", "")),
            str(matter.get("headings", "")),
            captions == "section",
            page == "single",
        )


class House:
    """The files of the house, with the lists that a document adds to numbering.xml."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self._numbering = parse(files["numbering"], "numbering.xml")

    @classmethod
    def read(cls, folder: Path, look: str = "", headings: str = "") -> House:
        """Read the five files of the house from a folder. Raises ReportError when one is missing.

        `look` names a file styles.<look>.xml whose styles stand in for those of the same id, `headings` a file
        numbering.<headings>.xml likewise for lists. Raises SourceError when there is no such file.
        """
        files = {}
        for name in (*_FILES, "theme1"):
            path = folder / f"{name}.xml"
            if not path.is_file():
                raise ReportError(f"版式目录 {folder.name} 缺少 {name}.xml。")
            files[name] = path.read_bytes()
        for option, name, variant in (("look", "styles", look), ("headings", "numbering", headings)):
            if variant:
                files[name] = _overlaid(files[name], _variant(folder, option, name, variant))
        return cls(files)

    @staticmethod
    def list_id(number: int) -> int:
        """The numId of the n-th list of a document."""
        return FIRST_LIST_ID + number

    def new_list(self, number: int) -> None:
        """A numbered list that begins at 1."""
        self._add(number, "2", {0: 1, 1: 1})

    def restart_headings(self, number: int) -> None:
        """Heading numbers whose second level begins again, for chapters without a number of their own."""
        self._add(number, "0", {1: 1})

    def _add(self, number: int, abstract: str, restarts: Mapping[int, int]) -> None:
        made = el("w:num", {"w:numId": str(self.list_id(number))}, val("w:abstractNumId", abstract))
        for level, start in sorted(restarts.items()):
            made.append(el("w:lvlOverride", {"w:ilvl": str(level)}, val("w:startOverride", str(start))))
        self._numbering.append(made)

    @property
    def numbering(self) -> Element:
        """numbering.xml with the lists added."""
        return self._numbering


def _variant(folder: Path, option: str, name: str, variant: str) -> bytes:
    known = {path.name.split(".")[1]: path for path in sorted(folder.glob(f"{name}.*.xml"))}
    if variant not in known:
        raise SourceError(f"{option} 没有“{variant}”这种版式，可用：{'、'.join(known) or '（无）'}", 1)
    return known[variant].read_bytes()


def _overlaid(base: bytes, over: bytes) -> bytes:
    """A file of the house with the styles or lists of another one in the place of those of the same id."""
    root, ids = parse(base, "base"), (qn("w:styleId"), qn("w:abstractNumId"))
    for element in parse(over, "over"):
        key = next(name for name in ids if element.get(name) is not None)
        old = next((e for e in root if e.tag == element.tag and e.get(key) == element.get(key)), None)
        if old is None:
            root.append(element)
        else:
            root.replace(old, element)
    return serialise(root)


def assemble(house: House, matter: Mapping[str, Any], body: Sequence[Element]) -> Package:
    """A package of house files, the given body, headers, footers and properties."""
    package = Package()
    package.parts["[Content_Types].xml"] = _content_types()
    package.parts["_rels/.rels"] = _rels(
        ("rId1", f"{NS['r']}/officeDocument", "word/document.xml"),
        (
            "rId2",
            "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
            "docProps/core.xml",
        ),
        ("rId3", f"{NS['r']}/extended-properties", "docProps/app.xml"),
    )
    package.parts["word/_rels/document.xml.rels"] = _rels(
        *((_REL_IDS[name], f"{NS['r']}/{name}", f"{name}.xml") for name in _FILES),
        (_REL_IDS["theme"], f"{NS['r']}/theme", "theme/theme1.xml"),
        *(
            (_REL_IDS[name], f"{NS['r']}/{name[:6]}", f"{name}.xml")
            for name in sorted(_REL_IDS)
            if name[-1].isdigit()
        ),
    )
    for name in _FILES:
        root = house.numbering if name == "numbering" else parse(house.files[name], name)
        package.put_xml(f"word/{name}.xml", _without_blanks(root))
    package.put_xml("word/theme/theme1.xml", _without_blanks(parse(house.files["theme1"], "theme1")))
    document = etree_root("w:document", WORD_NSMAP)
    document.append(el("w:body", None, *body))
    package.put_xml("word/document.xml", document)
    for name, root in _headers_and_footers(str(matter.get("header", "{{ report.title }}"))).items():
        package.put_xml(f"word/{name}.xml", root)
    package.put_xml("docProps/core.xml", _core(matter))
    package.put_xml("docProps/app.xml", el("ep:Properties", None, el("ep:Application", text="lvbao")))
    return package


def _headers_and_footers(header: str) -> dict[str, Element]:
    left, _, right = header.partition("｜")

    def head(style: str) -> Element:
        tail = [el("w:r", None, el("w:tab")), *runs(inline(right.strip()))] if right else []
        return el("w:hdr", None, paragraph(style, [*runs(inline(left.strip())), *tail]))

    page = [run("— "), *field(" PAGE ", "1"), run(" —")]
    return {
        "header1": el("w:hdr", None, paragraph("HeaderNone")),
        "header2": head("Header"),
        "header3": head("HeaderWide"),
        "footer1": el("w:ftr", None, paragraph("HeaderNone")),
        "footer2": el("w:ftr", None, paragraph("Footer", page)),
    }


def _content_types() -> bytes:
    overrides = [
        ("/word/document.xml", f"{_WORD_TYPE}document.main+xml"),
        *((f"/word/{name}.xml", f"{_WORD_TYPE}{kind}+xml") for name, kind in sorted(_FILES.items())),
        *(
            (f"/word/{name}.xml", f"{_WORD_TYPE}{name[:6]}+xml")
            for name in sorted(_REL_IDS)
            if name[-1].isdigit()
        ),
        ("/word/theme/theme1.xml", "application/vnd.openxmlformats-officedocument.theme+xml"),
        ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
        ("/docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml"),
    ]
    root = el("ct:Types")
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    root.append(el("ct:Default", {"Extension": "rels", "ContentType": rels}))
    root.append(el("ct:Default", {"Extension": "xml", "ContentType": "application/xml"}))
    for name, kind in overrides:
        root.append(el("ct:Override", {"PartName": name, "ContentType": kind}))
    return _bytes(root)


def _rels(*relations: tuple[str, str, str]) -> bytes:
    root = el("rel:Relationships")
    for id_, type_, target in relations:
        root.append(el("rel:Relationship", {"Id": id_, "Type": type_, "Target": target}))
    return _bytes(root)


def _core(matter: Mapping[str, Any]) -> Element:
    root = etree_root("cp:coreProperties", {key: NS[key] for key in ("cp", "dc", "dcterms", "xsi")})
    root.append(el("dc:title", text=str(matter["title"])))
    root.append(el("dc:subject", text=str(matter["standard"])))
    root.append(el("dc:language", text="zh-CN"))
    return root


def _bytes(root: Element) -> bytes:
    package = Package()
    package.put_xml("part", root)
    return package.parts["part"]


def _without_blanks(root: Element) -> Element:
    """The tree without the line breaks and indentation that make the source readable."""
    for element in root.iter():
        if element.text is not None and not element.text.strip() and element.tag != qn("w:t"):
            element.text = None
        element.tail = None
    return root
