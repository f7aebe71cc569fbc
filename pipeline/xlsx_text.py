"""Text into a cell of a workbook that we write: always text, whatever it looks like."""

from __future__ import annotations

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet


def write_text(sheet: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    """Writes `text` as text: no formula, no link, no markup.

    XlsxWriter passes strings of the form `<r>…</r>` on as markup; such a one is written in two runs instead.
    """
    if text.startswith("<r>") and text.endswith("</r>"):
        sheet.write_rich_string(row, column, "<", style, text[1:], style)
    else:
        sheet.write_string(row, column, text, style)
