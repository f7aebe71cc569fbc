"""What is written into the cells of a workbook, as text: for formulas, for measuring, for comparing with what stands there."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from pipeline.intake.conditions import CellText
from pipeline.intake.data_values import NOT_APPLICABLE_WORD, NOT_DETECTED_WORD, SEPARATOR, CellContent, Raw
from pipeline.intake.workbook import Cell, CellKind
from pipeline.quantity import Missing, NotApplicable, NotDetected, plain


def cell_text(content: CellContent | None) -> CellText:
    """The content as a formula sees it: a number, or text; None for an empty cell."""
    match content:
        case None | Missing():
            return None
        case Raw(value):
            return value if isinstance(value, Decimal) else (value or None)
        case bool():
            return "是" if content else "否"
        case Decimal():
            return content
        case dt.date():
            return content.isoformat()
        case NotApplicable():
            return NOT_APPLICABLE_WORD
        case NotDetected(limit):
            return NOT_DETECTED_WORD if limit is None else f"{NOT_DETECTED_WORD}(<{plain(limit)})"
        case tuple():
            return SEPARATOR.join(content) or None
        case str():
            return content or None
        case Cell():
            return _carried_text(content)


def _carried_text(cell: Cell) -> CellText:
    """What a carried cell is to a formula."""
    if cell.kind is CellKind.NO_RESULT:
        return "#N/A"
    value = cell.value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return value.isoformat() if isinstance(value, dt.date) else value


def shown_text(content: CellContent | None) -> str:
    """The content as it is read in the cell, for measuring."""
    text = cell_text(content)
    return "" if text is None else plain(text) if isinstance(text, Decimal) else text
