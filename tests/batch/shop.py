"""Clients for batches: folders with workbooks good, faulty and hostile; and `lvbao batch` as a user types it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from click.testing import CliRunner, Result

from pipeline.cli import main
from tests.conftest import ROOT, copy_attachments

QUICK = "--no-page-numbers"
MADE = ("evaluation.json", "自评价报告.docx", "自评价报告.凭据.json")


def lvbao(*arguments: str | Path) -> Result:
    """Runs a command; an exception that reaches the user is a fault of the test."""
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def batch(*arguments: str | Path) -> Result:
    """`lvbao batch` without page numbers."""
    return lvbao("batch", *arguments, QUICK)


def process(*arguments: str | Path, before: str = "") -> subprocess.CompletedProcess[str]:
    """`lvbao batch` in a process of its own, after the code `before`."""
    code = f"{before}\nfrom pipeline.cli import main\nmain()"
    command = [sys.executable, "-c", code, "batch", *map(str, arguments), QUICK]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


def client(folder: Path, content: bytes) -> Path:
    """A client's folder with its workbook and evidence."""
    folder.mkdir(parents=True)
    path = copy_attachments(folder) / "录入表.xlsx"
    path.write_bytes(content)
    return path


def results(output: Path) -> dict[str, bytes]:
    """Every file of a results folder but the manifest's, by its path."""
    return {
        p.relative_to(output).as_posix(): p.read_bytes()
        for p in sorted(output.rglob("*"))
        if p.is_file() and ".lvbao" not in p.relative_to(output).parts
    }


def reports(output: Path) -> list[str]:
    """The files in the clients' folders."""
    return [name for name in results(output) if "/" in name]


def heavy(content: bytes, rows: int = 20_000, columns: int = 50) -> bytes:
    """The workbook with so many cells more on its last sheet: nothing the guard refuses, but costly to read."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        last = max((n for n in old.namelist() if n.startswith("xl/worksheets/sheet")), key=_number)
        for name in old.namelist():
            data = old.read(name)
            if name == last:
                data = data.replace(b"</sheetData>", _rows(rows, columns) + b"</sheetData>")
            new.writestr(name, data)
    return target.getvalue()


def _number(name: str) -> int:
    return int("".join(c for c in name if c.isdigit()))


def _rows(rows: int, columns: int) -> bytes:
    letters = [chr(65 + n // 26 - 1) + chr(65 + n % 26) if n > 25 else chr(65 + n) for n in range(columns)]
    return "".join(
        f'<row r="{r}">' + "".join(f'<c r="{x}{r}"><v>{r * 7919 % 99991}</v></c>' for x in letters) + "</row>"
        for r in range(5000, 5000 + rows)
    ).encode()
