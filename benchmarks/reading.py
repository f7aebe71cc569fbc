"""Reads a workbook with openpyxl (`theirs`) or with our guard and reader: values, kinds and addresses of every filled cell.

`reading.py theirs|ours FILE`.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from serve import serve


def ledger() -> bytes:
    """50,000 rows of ten columns, half numbers, half words."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("台账")
    for row in range(50_000):
        values = [row if c == 0 else row * c / 7 if c % 2 else f"物料{row % 97}-{c}" for c in range(10)]
        sheet.write_row(row, 0, values)
    book.close()
    return buffer.getvalue()


def main() -> None:
    """Serves one reader."""
    engine, file = sys.argv[1:3]
    data = Path(file).read_bytes()
    if engine == "theirs":
        import openpyxl

        def work() -> object:
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
            return [[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()]

    else:
        from pipeline.intake.guard import LIMITS
        from pipeline.intake.reader import parse_workbook

        def work() -> object:
            return parse_workbook.__wrapped__(data, "x.xlsx", LIMITS)

    serve(work)


if __name__ == "__main__":
    main()
