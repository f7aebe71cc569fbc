"""The XML of Word: names, a safe parser, and short ways to make and read elements."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any, Final, TypeAlias

from lxml import etree

from pipeline.report.errors import PackageError

Element: TypeAlias = etree._Element

NS: Final[dict[str, str]] = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "w10": "urn:schemas-microsoft-com:office:word",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "wpg": "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "ct": "http://schemas.openxmlformats.org/package/2006/content-types",
    "rel": "http://schemas.openxmlformats.org/package/2006/relationships",
    "cp": "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
    "ep": "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "ds": "http://schemas.openxmlformats.org/officeDocument/2006/customXml",
}
_DEFAULT: Final = ("ct", "rel", "ep")  # these parts are read by programs that expect no prefix
WORD_NSMAP: Final[dict[str, str]] = {key: NS[key] for key in ("w", "r", "wp", "a", "m", "v", "o", "w10")}
XML_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@cache
def qn(name: str) -> str:
    """The full name of a prefixed one: `w:p` → `{http://…}p`."""
    prefix, _, local = name.partition(":")
    return f"{{{NS[prefix]}}}{local}"


TEXT_NODES: Final = tuple(qn(name) for name in ("w:t", "m:t", "w:tab", "w:br", "w:cr", "w:noBreakHyphen"))
_PARAGRAPH, _ROW, _RUN, _TAB, _TAB_STOPS, _HYPHEN = (
    qn(f"w:{name}") for name in ("p", "tr", "r", "tab", "tabs", "noBreakHyphen")
)
_STYLE_MARK, _VALUE = qn("w:pStyle"), qn("w:val")
_PLAIN_TEXT: Final = (qn("w:t"), qn("m:t"))
_PARAGRAPH_LOOK, _CELL_LOOK = qn("w:pPr"), qn("w:tcPr")


def el(
    name: str, attributes: dict[str, str] | None = None, *children: Element, text: str | None = None
) -> Element:
    """A new element; attribute names are prefixed (`w:val`) or plain."""
    prefix = name.partition(":")[0]
    nsmap: Any = {None if prefix in _DEFAULT else prefix: NS[prefix]}
    element = etree.Element(qn(name), nsmap=nsmap)
    for key, value in (attributes or {}).items():
        element.set(qn(key) if ":" in key else key, value)
    element.text = text
    element.extend(children)
    return element


def etree_root(name: str, nsmap: dict[str, str]) -> Element:
    """An empty root element that declares the given prefixes."""
    return etree.Element(qn(name), nsmap=nsmap)


def val(name: str, value: str) -> Element:
    """`<w:name w:val="value"/>`, the commonest element of Word."""
    return el(name, {"w:val": value})


def parse(blob: bytes, name: str = "") -> Element:
    """Parse a part without entities, network, comments or processing instructions.

    Raises PackageError when the part is not well formed or brings a document type.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(blob, parser)
    except etree.XMLSyntaxError as error:
        raise PackageError(f"文件部件 {name} 不是合格的 XML：{error.msg}") from error
    information: Any = root.getroottree().docinfo
    if information.doctype:
        raise PackageError(f"文件部件 {name} 含有 DOCTYPE，为安全起见不予打开。")
    return root


def serialise(root: Element, kept: Collection[str] | None = None) -> bytes:
    """The bytes of a part, always with the same declaration; `kept` as in `without_idle_namespaces`."""
    without_idle_namespaces(root, kept)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def without_idle_namespaces(root: Element, kept: Collection[str] | None = None) -> None:
    """Take the declarations of prefixes away that nothing in the tree uses; `kept` are known to stand in values."""
    etree.cleanup_namespaces(root, keep_ns_prefixes=sorted(_kept_prefixes(root) if kept is None else kept))


_PREFIXED: Final = etree.XPath(
    "//@mc:Ignorable | //@mc:ProcessContent | //mc:Choice/@Requires | //@xsi:type",
    namespaces={"mc": "http://schemas.openxmlformats.org/markup-compatibility/2006", "xsi": NS["xsi"]},
    smart_strings=False,
)


def _kept_prefixes(root: Element) -> set[str]:
    """Prefixes that stand inside attribute values (mc:Ignorable, Requires, xsi:type) must stay declared."""
    found: Any = _PREFIXED(root)
    return _words(found)


_PREFIXED_TEXT: Final = re.compile(r'\b(?:Ignorable|ProcessContent|Requires|xsi:type)="([^"]*)"')


def kept_prefixes(text: str) -> set[str]:
    """The same of a part that is still text."""
    known = any(word in text for word in ("Ignorable", "ProcessContent", "Requires", "xsi:type"))
    return _words(_PREFIXED_TEXT.findall(text) if known else ())


def _words(values: Iterable[object]) -> set[str]:
    kept = {"w", "r"}
    for value in values:
        kept.update(re.findall(r"[A-Za-z_][\w.-]*", str(value).replace(":", " ")))
    return kept


def has_usual_prefixes(xml: str) -> bool:
    """Whether the main namespaces of Word are bound to `w`, `m` and `wp` wherever a part as text declares them."""
    return f'xmlns:w="{NS["w"]}"' in xml and all(
        xml.count(f'="{NS[prefix]}"') == xml.count(f'xmlns:{prefix}="{NS[prefix]}"')
        for prefix in ("w", "m", "wp")
    )


def clean_text(text: str) -> str:
    """Text as XML can hold it: one kind of line break, no control characters, nothing else changed."""
    if text.isprintable():  # nearly all is, and then there is nothing to look for
        return text
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def iter_text_nodes(paragraph: Element) -> Iterator[Element]:
    """The text-bearing elements of a paragraph itself, not of the text boxes inside it."""
    if next(paragraph.iterdescendants(_PARAGRAPH, _TAB_STOPS), None) is None:
        yield from paragraph.iter(*TEXT_NODES)
        return
    for node in paragraph.iter(*TEXT_NODES):
        parent = node.getparent()
        if parent is not None and parent.getparent() is paragraph and parent.tag == _RUN:
            yield node
            continue
        if node.tag == _TAB and is_tab_stop(node):
            continue
        if nearest(node, "w:p") is paragraph:
            yield node


def node_text(node: Element) -> str:
    """What a text-bearing element shows."""
    tag = node.tag
    if tag in _PLAIN_TEXT:
        return node.text or ""
    if tag == _TAB:
        return "\t"
    return "-" if tag == _HYPHEN else "\n"


def paragraph_text(paragraph: Element) -> str:
    """The visible text of one paragraph, line breaks as `\\n`, tabs as `\\t`."""
    return "".join(node_text(node) for node in iter_text_nodes(paragraph))


def cell_text(cell: Element) -> str:
    """The visible text of a table cell, its paragraphs joined by `\\n`."""
    alone = len(cell) == 2 and cell[0].tag == _CELL_LOOK and cell[1].tag == _PARAGRAPH
    if alone and next(cell[1].iterdescendants(_PARAGRAPH), None) is None:
        return paragraph_text(cell[1])
    return "\n".join(
        paragraph_text(p)
        for p in cell.iter(_PARAGRAPH)
        if p.getparent() is cell or nearest(p, "w:tc") is cell
    )


def own_rows(table: Element) -> list[Element]:
    """The rows of a table itself, not of tables inside it."""
    return [row for row in table.iter(_ROW) if row.getparent() is table or nearest(row, "w:tbl") is table]


def child(parent: Element, name: str) -> Element | None:
    """The first child of that full name: what `find` gives, several times as fast."""
    return next(parent.iterchildren(name), None)


def grandchild(parent: Element, name: str, below: str) -> Element | None:
    """The first `below` in the first child of that full name."""
    inner = child(parent, name)
    return None if inner is None else child(inner, below)


def nearest(node: Element, name: str) -> Element | None:
    """The closest ancestor of that name."""
    return next(node.iterancestors(qn(name)), None)


def style_of(paragraph: Element) -> str:
    """The style id of a paragraph, "" when it has none."""
    found = grandchild(paragraph, _PARAGRAPH_LOOK, _STYLE_MARK)
    return "" if found is None else str(found.get(_VALUE, ""))


def paragraphs_of_style(root: Element, styles: Collection[str]) -> list[Element]:
    """The paragraphs of a tree that have one of the styles, in reading order."""
    found = []
    for mark in root.iter(_STYLE_MARK):
        if mark.get(_VALUE) in styles:
            paragraph = nearest(mark, "w:p")
            if paragraph is not None and style_of(paragraph) in styles:
                found.append(paragraph)
    return found


def remove(element: Element) -> None:
    """Take an element out of its tree, keeping the text behind it."""
    parent = element.getparent()
    if parent is not None:
        replace_with_text(element, "")


def replace_with_text(element: Element, text: str) -> None:
    """Put text where an element stood."""
    parent = element.getparent()
    if parent is None:
        raise ValueError("the root of a part cannot be replaced")
    text += element.tail or ""
    before = element.getprevious()
    if before is None:
        parent.text = (parent.text or "") + text or None
    else:
        before.tail = (before.tail or "") + text or None
    parent.remove(element)


def is_tab_stop(tab: Element) -> bool:
    """Whether a `w:tab` is a stop in the properties of a paragraph and not a tab in its text."""
    parent = tab.getparent()
    return parent is not None and parent.tag == _TAB_STOPS
