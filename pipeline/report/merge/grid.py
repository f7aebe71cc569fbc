"""Table grids fitted to the rows that came out, as docxtpl fits them: loops over columns give rows other lengths."""

from __future__ import annotations

import re

from lxml import etree

from pipeline.report.ooxml import NS, Element, qn

_SIGNED = re.compile(b"\x01([^\x01\x02]*)\x02")


def with_fitted_grids(xml: bytes) -> bytes:
    """Fit every table between the signs of `analysis.ELASTIC`, inner ones first."""
    while b"\x01" in xml:
        xml, count = _SIGNED.subn(lambda found: _fitted(found.group(1)), xml)
        if not count:
            return xml.replace(b"\x01", b"").replace(b"\x02", b"")
    return xml


def _fitted(text: bytes) -> bytes:
    prefixes = sorted(set(re.findall(rb"[<\s/]([A-Za-z_][\w.-]*):", text)) - {b"xml", b"xmlns"})
    known = {key.encode(): value.encode() for key, value in NS.items()}
    declared = b"".join(b' xmlns:%s="%s"' % (p, known.get(p, b"urn:" + p)) for p in prefixes)
    root = etree.fromstring(b"<all" + declared + b">" + text + b"</all>")
    fit(root[0])
    grid = root[0].find(qn("w:tblGrid"))
    if grid is None:
        return text
    columns = "".join(
        "<w:gridCol" + "".join(f' w:{etree.QName(k).localname}="{v!s}"' for k, v in c.attrib.items()) + "/>"
        for c in grid
    )
    written = f"<w:tblGrid>{columns}</w:tblGrid>".encode()
    return re.sub(
        rb"<w:tblGrid\s*/>|<w:tblGrid>.*?</w:tblGrid>", lambda _f: written, text, count=1, flags=re.DOTALL
    )


def fit(table: Element) -> None:
    """Add the columns that a row has too many, take those away that no row reaches; the width stays."""
    grid = table.find(qn("w:tblGrid"))
    if grid is None:
        return
    rows = [row.findall(qn("w:tc")) for row in table.iter(qn("w:tr"))]
    columns = grid.findall(qn("w:gridCol"))
    _widen(grid, columns, max((len(cells) for cells in rows), default=0) - len(columns))
    columns = grid.findall(qn("w:gridCol"))
    _narrow(grid, columns, len(columns) - max((sum(map(_span, cells)) for cells in rows), default=0))


def _widen(grid: Element, columns: list[Element], more: int) -> None:
    width = sum(_width(column) for column in columns)
    if more <= 0 or width <= 0:
        return
    before, after = width / len(columns), width / (len(columns) + more)
    for column in columns:
        column.set(qn("w:w"), str(int(_width(column) * after / before)))
    for _number in range(more):
        etree.SubElement(grid, qn("w:gridCol"), {qn("w:w"): str(int(after))})


def _narrow(grid: Element, columns: list[Element], less: int) -> None:
    if less <= 0:
        return
    gone, left = columns[-less:], columns[:-less]
    for column in gone:
        grid.remove(column)
    extra = int(sum(_width(column) for column in gone) / len(left)) if left else 0
    for column in left:
        column.set(qn("w:w"), str(int(_width(column) + extra)))


def _width(column: Element) -> float:
    return float(str(column.get(qn("w:w"), "0")))


def _span(cell: Element) -> int:
    mark = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
    return 1 if mark is None else int(str(mark.get(qn("w:val"), "1")))
