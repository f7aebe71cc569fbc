"""Column widths after columns have come or gone: the table stays as wide as its author made it."""

from __future__ import annotations

from pipeline.report.ooxml import Element, el, grandchild, own_rows, qn, val

_CELL, _CELL_LOOK, _SPAN = (qn(f"w:{name}") for name in ("tc", "tcPr", "gridSpan"))


def keep_width(table: Element) -> None:
    """Make the grid of a table fit its rows again, in the proportions of their cells and the old total width."""
    grid = table.find(qn("w:tblGrid"))
    rows = own_rows(table)
    if grid is None or not rows:
        return
    old = [_width(column) for column in grid.findall(qn("w:gridCol"))]
    spanned = next(table.iter(_SPAN), None) is not None
    count = max(sum(_span(cell) if spanned else 1 for cell in row.iterchildren(_CELL)) for row in rows)
    if count == len(old) or not old:
        return
    model = next((cells for row in rows if len(cells := row.findall(qn("w:tc"))) == count), None)
    wished = [_cell_width(cell) for cell in model] if model is not None else [1] * count
    total, sum_wished = sum(old), sum(wished)
    if not total or not sum_wished:
        wished, sum_wished = [1] * count, count
    edges = [round(total * sum(wished[:at]) / sum_wished) for at in range(count + 1)]
    for column in list(grid):
        grid.remove(column)
    grid.extend(el("w:gridCol", {"w:w": str(edges[at + 1] - edges[at])}) for at in range(count))
    for row in rows:
        _fit_row(row, edges)


def _fit_row(row: Element, edges: list[int]) -> None:
    """Cell widths from the grid; a row that is too short widens its last cell."""
    cells = row.findall(qn("w:tc"))
    at = 0
    for cell in cells:
        span = _span(cell)
        if cell is cells[-1] and at + span < len(edges) - 1:
            span = len(edges) - 1 - at
            _set_span(cell, span)
        properties = cell.find(qn("w:tcPr"))
        width = None if properties is None else properties.find(qn("w:tcW"))
        if width is not None:
            width.set(qn("w:w"), str(edges[min(at + span, len(edges) - 1)] - edges[at]))
            width.set(qn("w:type"), "dxa")
        at += span


def _set_span(cell: Element, span: int) -> None:
    properties = cell.find(qn("w:tcPr"))
    if properties is None:
        properties = el("w:tcPr")
        cell.insert(0, properties)
    mark = properties.find(qn("w:gridSpan"))
    if mark is None:
        mark = val("w:gridSpan", str(span))
        width = properties.find(qn("w:tcW"))
        properties.insert(0 if width is None else properties.index(width) + 1, mark)
    mark.set(qn("w:val"), str(span))


def _span(cell: Element) -> int:
    mark = grandchild(cell, _CELL_LOOK, _SPAN)
    return 1 if mark is None else int(str(mark.get(qn("w:val"), "1")))


def _cell_width(cell: Element) -> int:
    width = cell.find(f"{qn('w:tcPr')}/{qn('w:tcW')}")
    return 0 if width is None or width.get(qn("w:type")) not in ("dxa", None) else _width(width)


def _width(node: Element) -> int:
    text = str(node.get(qn("w:w"), "0"))
    return int(float(text)) if text.replace(".", "", 1).isdigit() else 0
