"""The draft watermark: 草稿 across every page, in every header of every section."""

from __future__ import annotations

from typing import Final

from lxml import etree

from pipeline.report.ooxml import NS, Element, el, qn
from pipeline.report.package import Package

_HEADER_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"
_KINDS: Final = ("default", "first", "even")
_NAME: Final = "PowerPlusWaterMarkObject"  # Word and LibreOffice know watermarks by this name
_SHAPE = f"""<w:r xmlns:w="{NS["w"]}" xmlns:v="{NS["v"]}" xmlns:o="{NS["o"]}" xmlns:w10="{NS["w10"]}"><w:pict>
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"
 path="m@7,l@8,m@5,21600l@6,21600e">
<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/>
<v:f eqn="sum 0 0 @2"/>
<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/>
<v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/>
<v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/>
<v:f eqn="sum @6 0 @5"/></v:formulas><v:path textpathok="t" o:connecttype="custom"
 o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>
<v:textpath on="t" fitshape="t"/><v:handles><v:h position="#0,bottomRight" xrange="6629,14971"/></v:handles>
<o:lock v:ext="edit" text="t" shapetype="t"/></v:shapetype>
<v:shape id="{_NAME}%d" o:spid="_x0000_s%d" type="#_x0000_t136" alt="%s"
 style="position:absolute;margin-left:0;margin-top:0;width:320pt;height:160pt;rotation:315;z-index:-251658752;
mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;
mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#bfbfbf" stroked="f">
<v:fill opacity=".5"/><v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" string="%s"/>
<w10:wrap anchorx="margin" anchory="margin"/></v:shape></w:pict></w:r>"""


def add_watermark(package: Package, text: str = "草稿") -> None:
    """Put a watermark into every header, adding headers where a section has none."""
    _complete_headers(package)
    for number, name in enumerate(package.of_type("wordprocessingml.header+xml"), 1):
        root = package.tree(name)
        paragraph = root.find(qn("w:p"))
        if paragraph is None:
            paragraph = el("w:p")
            root.append(paragraph)
        paragraph.append(_shape(number, text))
        package.put_xml(name, root)


def has_watermark(package: Package) -> bool:
    """Does any header carry a watermark?"""
    return any(
        _NAME.encode() in package.parts[name] for name in package.of_type("wordprocessingml.header+xml")
    )


def drop_watermark(package: Package) -> None:
    """Take the watermark out of every header."""
    for name in package.of_type("wordprocessingml.header+xml"):
        root = package.xml(name)
        shapes = [s for s in root.iter(f"{{{NS['v']}}}shape") if str(s.get("id", "")).startswith(_NAME)]
        for run in {r for s in shapes for r in s.iterancestors(qn("w:r"))}:
            home = run.getparent()
            if home is not None:
                home.remove(run)
        if shapes:
            package.put_xml(name, root)


def _shape(number: int, text: str) -> Element:
    markup = (_SHAPE % (number, 2048 + number, "PLACE", "PLACE")).replace("\n", " ").replace("> <", "><")
    root = etree.fromstring(markup, etree.XMLParser(resolve_entities=False, no_network=True))
    for node in root.iter(f"{{{NS['v']}}}shape", f"{{{NS['v']}}}textpath"):
        for key in ("alt", "string"):
            if node.get(key) == "PLACE":
                node.set(key, text if key == "string" else f"{text}水印")
    return root


def _complete_headers(package: Package) -> None:
    """Every kind of header that a section shows must exist, or be inherited from a section before it."""
    name = package.document_name
    document = package.tree(name)
    kinds_before: set[str] = set()
    empty: str | None = None
    for section in document.iter(qn("w:sectPr")):
        present = {str(node.get(qn("w:type"))) for node in section.findall(qn("w:headerReference"))}
        wanted = {"default"} | ({"first"} if section.find(qn("w:titlePg")) is not None else set())
        wanted |= {"even"} if _has_even_pages(package) else set()
        for kind in _KINDS:
            if kind in wanted - present - kinds_before:
                empty = empty or _empty_header(package, name)
                section.insert(0, el("w:headerReference", {"w:type": kind, "r:id": empty}))
                present.add(kind)
        kinds_before |= present
    package.put_xml(name, document)


def _has_even_pages(package: Package) -> bool:
    return any(b"evenAndOddHeaders" in package.parts[name] for name in package.of_type(".settings+xml"))


def _empty_header(package: Package, document: str) -> str:
    part = package.free_name("word/header{}.xml")
    package.put_xml(part, el("w:hdr", None, el("w:p")))
    package.declare(part, _HEADER_TYPE)
    return package.relate(document, f"{NS['r']}/header", part)
