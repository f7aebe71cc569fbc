"""The part of Word's schema that programs get wrong: the order of properties, and values outside their lists.

Word calls such a file damaged, or drops what it does not expect without a word. Only the containers that we and
the programs of our users write are looked at; what is in no list here is left to the validators of the tests.
Source: ECMA-376 part 1, annex A (transitional).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

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


def schema_problems(root: Element) -> Iterator[str]:
    """What is out of order or of no known value in a part, in reading order, as sentences."""
    for element in root.iter(*_RANKS):
        name = str(element.tag).removeprefix(_WORD)
        wrong = _out_of_order(element)
        if wrong:
            yield f"元素 {name} 中 {wrong} 的顺序不对"
    for (container, name, attribute), allowed in _VALUES.items():
        for node in root.iter(qn(name)):
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
