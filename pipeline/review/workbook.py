"""A workbook laid beside a report: is it the one the report was made of, and what stands in a cell now?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pipeline.findings import LvbaoError
from pipeline.intake.reader import read_workbook
from pipeline.intake.workbook import Cell, Workbook, position
from pipeline.quantity import plain
from pipeline.report.reading import normal
from pipeline.review.document import Document, Place


@dataclass(frozen=True)
class Beside:
    """A workbook beside a report. `same`: by its hash it is the one the report was made of."""

    workbook: Workbook
    same: bool

    def cell(self, place: str) -> str | None:
        """What stands at `能源消耗!D14`, None when there is no such sheet."""
        sheet_name, _, cell = place.rpartition("!")
        sheet = self.workbook.sheet(sheet_name)
        if sheet is None or not cell:
            return None
        return shown(sheet.cell(*position(cell)))


def beside(document: Document, path: Path) -> Beside:
    """Reads the workbook and compares its hash with the report's receipt. Raises LvbaoError."""
    if not path.is_file():
        raise LvbaoError(f"找不到录入表 {path}")
    workbook = read_workbook(path)
    return Beside(workbook, workbook.digest == document.receipt.get("workbook-sha256", ""))


def shown(cell: Cell) -> str:
    """A cell as text."""
    value = cell.value
    if value is None:
        return "（空白）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{plain(value * 100)}%" if cell.percent else plain(value)
    return value.isoformat() if isinstance(value, dt.date) else normal(str(value))


def uses_of_text(document: Document, text: str) -> list[Place]:
    """The places of the report that hold a text of a cell."""
    wanted = normal(text)
    if len(wanted) < 2:
        return []
    return [place for place, line in document.lines() if wanted in normal(line.text)]
