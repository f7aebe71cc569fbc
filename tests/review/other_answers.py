"""Reports of a workbook in which other answers stand."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from pipeline.deliver import Options, make_report
from pipeline.evaluate import evaluate
from pipeline.standard import Standard

OPTIONS = Options(page_numbers=False, draft=True)


def changed(workbook: Path, standard: Standard, folder: Path, **cells: Any) -> bytes:
    """The report, or draft, of a workbook with other answers: `产品_D4=None`, `基本信息_D4="甲厂"`."""
    book = load_workbook(workbook)
    for place, value in cells.items():
        sheet, _, cell = place.partition("_")
        book[sheet][cell] = value
    shutil.copytree(workbook.parent, folder / "客户")
    book.save(folder / "客户" / "录入表.xlsx")
    return make_report(evaluate(folder / "客户" / "录入表.xlsx", standard), OPTIONS).docx
