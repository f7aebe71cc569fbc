"""The part of Word's schema that programs get wrong: the order of properties, and values outside their lists.

Word calls such a file damaged, or drops what it does not expect without a word. Only the containers that we and
the programs of our users write are looked at; what is in no list here is left to the validators of the tests.
Source: ECMA-376 part 1, annex A (transitional).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lxml import etree

from pipeline.report.ooxml import NS, Element, qn

_ORDER: Final[Mapping[str, str]] = {
    "w:body": "* sectPr",
    "w:p": "pPr *",
    "w:r": "rPr *",
    "w:tbl": "tblPr tblGrid *",
    "w:tr": "tblPrEx trPr *",
    "w:tc": "tcPr *",
    "w:sdt": "sdtPr sdtEndPr sdtContent",
    "w:numPr": "ilvl numId",
    "w:pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd"
    " tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi"
    " adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection"
    " textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "w:rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof"
    " snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText"
    " vertAlign rtl cs em lang eastAsianLayout specVanish oMath rPrChange",
    "w:tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc"
    " tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription tblPrChange",
    "w:tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign"
    " hideMark headers cellIns cellDel cellMerge tcPrChange",
    "w:sectPr": "headerReference|footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders"
    " lnNumType pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid"
    " printerSettings sectPrChange",
}
_ALIGNMENTS: Final = (
    "left center right both start end distribute mediumKashida numTab highKashida lowKashida thaiDistribute"
)
_VALUES: Final[Mapping[tuple[str, str, str], str]] = {
    # container, property, attribute: the values that it may have
    ("w:tcPr", "w:vMerge", "w:val"): "restart continue",
    ("w:tcPr", "w:vAlign", "w:val"): "top center both bottom",
    ("w:tcPr", "w:tcW", "w:type"): "nil pct dxa auto",
    ("w:tblPr", "w:tblW", "w:type"): "nil pct dxa auto",
    ("w:tblPr", "w:tblLayout", "w:type"): "fixed autofit",
    ("w:tblPr", "w:jc", "w:val"): "left center right start end",
    ("w:pPr", "w:jc", "w:val"): _ALIGNMENTS,
    ("w:sectPr", "w:type", "w:val"): "nextPage nextColumn continuous evenPage oddPage",
    ("w:sectPr", "w:pgSz", "w:orient"): "portrait landscape",
}
_COUNTS: Final = (("w:tcPr", "w:gridSpan"), ("w:pPr", "w:outlineLvl"))


def _ranks(names: str) -> dict[str, int]:
    return {qn(f"w:{name}"): at for at, group in enumerate(names.split()) for name in group.split("|")}


_RANKS: Final = {qn(name): _ranks(names.replace("*", "any-other")) for name, names in _ORDER.items()}
_PROPERTIES: Final = ("w:pPr", "w:rPr", "w:numPr", "w:tblPr", "w:tcPr", "w:sectPr")
_OTHER: Final = qn("w:any-other")
_WORD: Final = f"{{{NS['w']}}}"


_ONLY_FIRST: Final = (("w:p", "w:pPr"), ("w:r", "w:rPr"), ("w:tc", "w:tcPr"))
_FIRST_TWO: Final = (("w:tbl", "w:tblPr", "w:tblGrid"), ("w:tr", "w:tblPrEx", "w:trPr"))


def _suspects() -> str:
    """An XPath for the containers whose children may be out of order; the others need no look at each child."""
    paths = ["//w:body[w:sectPr/following-sibling::w:*]"]
    paths += [f"//{name}[{first}/preceding-sibling::w:*]" for name, first in _ONLY_FIRST]
    paths += [
        f"//{name}[{one}/preceding-sibling::w:* or {two}/preceding-sibling::w:*[not(self::{one})]]"
        for name, one, two in _FIRST_TWO
    ]
    known = {"w:body", *(pair[0] for pair in _ONLY_FIRST), *(three[0] for three in _FIRST_TWO)}
    paths += [f"//{name}[*[2]]" for name in _ORDER if name not in known]
    return " | ".join(paths)


def _is(attribute: str, value: str) -> str:
    return f"@{attribute}='{value}'"


_SUSPECTS: Final = etree.XPath(_suspects(), namespaces={"w": NS["w"]})
_ODD_VALUES: Final = {
    key: etree.XPath(
        f"//{key[1]}[@{key[2]} and not({' or '.join(_is(key[2], value) for value in allowed.split())})]",
        namespaces={"w": NS["w"], "wp": NS["wp"]},
    )
    for key, allowed in _VALUES.items()
}


def schema_problems(root: Element) -> Iterator[str]:
    """What is out of order or of no known value in a part, in reading order, as sentences."""
    suspects: Any = _SUSPECTS(root)
    for element in suspects:
        name = str(element.tag).removeprefix(_WORD)
        wrong = _out_of_order(element)
        if wrong:
            yield f"元素 {name} 中 {wrong} 的顺序不对"
    for (container, name, attribute), allowed in _VALUES.items():
        odd: Any = _ODD_VALUES[container, name, attribute](root)
        for node in odd:
            value = node.get(qn(attribute))
            if value is not None and value not in allowed.split() and _is_in(node, container):
                yield f"{container[2:]} 中 {name[2:]} 的值“{value}”不存在"
    for container, name in _COUNTS:
        for node in root.iter(qn(name)):
            if not str(node.get(qn("w:val"), "")).isdigit() and _is_in(node, container):
                yield f"{container[2:]} 中 {name[2:]} 的值“{node.get(qn('w:val'))}”不是数"


def put_in_order(root: Element) -> None:
    """Put the properties of a part into the order of the schema; LibreOffice and WPS write some elsewhere."""
    for name in _PROPERTIES:
        ranks = _RANKS[qn(name)]
        for element in root.iter(qn(name)):
            if _out_of_order(element):
                known = sorted((c for c in element if c.tag in ranks), key=lambda child: ranks[child.tag])
                element[:] = [*known, *(c for c in element if c.tag not in ranks)]


def _out_of_order(element: Element) -> str:
    """The name of the first child that stands behind one that should follow it, or ""."""
    ranks = _RANKS[element.tag]
    other = ranks.get(_OTHER)
    last = -1
    for child in element:
        tag = str(child.tag)
        if not tag.startswith(_WORD):
            continue
        rank = ranks.get(tag, other)
        if rank is None:
            continue
        if rank < last or (rank == last and rank != other and not tag.endswith("Reference")):
            return tag.removeprefix(_WORD)
        last = rank
    return ""


def _is_in(node: Element, container: str) -> bool:
    parent = node.getparent()
    return parent is not None and parent.tag == qn(container)
