"""Page numbers from a LibreOffice layout: the program is an oracle, its files are never delivered.

A copy of the document gets a heading for each bookmark in front, whose text refers to the bookmark's page (`layout_copy`).
LibreOffice lays the copy out and writes these first pages as PDF; the titles of the PDF's outline then hold the page
numbers as printed, sections and restarts included, and can be read without a PDF library.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pipeline.report.layout_copy import MARK, layout_copy
from pipeline.report.ooxml import qn
from pipeline.report.package import read_package

TIME_LIMIT: Final = 120.0
_TITLE = re.compile(rb"/Title\s*<(?:FEFF|feff)([0-9A-Fa-f]+)>")
_LINE = re.compile(rf"^{MARK}(\w+)=(\S+)$")
_WHOLE: Final = "pdf:writer_pdf_Export"
_FRONT: Final = _WHOLE + ':{"PageRange":{"type":"string","value":"1-%d"}}'


def libreoffice() -> str | None:
    """The path of LibreOffice, None when it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def lacks_equations(docx: bytes) -> bool:
    """Whether the document has equations that the installed LibreOffice would leave out: its formula part is missing."""
    program = libreoffice()
    if program is None:
        return False
    folder = Path(program).resolve().parent
    if not (folder / "libswlo.so").exists() or (folder / "libsmlo.so").exists():
        return False
    package = read_package(docx)
    return package.xml(package.document_name).find(f".//{qn('m:oMath')}") is not None


def find_pages(docx: bytes, bookmarks: tuple[str, ...]) -> Mapping[str, str] | None:
    """The page number of each bookmark as LibreOffice lays the document out; None when it cannot."""
    pages = page_labels(docx, bookmarks) or {}
    return pages if all(pages.get(name, "").isdigit() for name in bookmarks) else None


def page_labels(docx: bytes, bookmarks: tuple[str, ...]) -> Mapping[str, str] | None:
    """The printed page of each bookmark, in arabic figures, as far as a layout gives it; None when there is none."""
    if not bookmarks:
        return {}
    if lacks_equations(docx):
        return None
    asked, front = layout_copy(docx, bookmarks)
    titles = _titles(asked, _FRONT % front)
    if titles is not None and sum(title.startswith(MARK) for title in titles) < len(bookmarks):
        titles = _titles(asked, _WHOLE)  # the paper is smaller than any we know
    if titles is None:
        return None
    return {found.group(1): found.group(2) for title in titles if (found := _LINE.match(title))}


def _titles(docx: bytes, form: str) -> list[str] | None:
    pdf = convert(docx, form, "pdf")
    if pdf is None:
        return None
    return [bytes.fromhex(found.decode()).decode("utf-16-be", "replace") for found in _TITLE.findall(pdf)]


def convert(docx: bytes, form: str, extension: str, limit: float = TIME_LIMIT) -> bytes | None:
    """Convert a document with LibreOffice in its own profile; None when it is missing, fails or is slow."""
    program = libreoffice()
    if program is None:
        return None
    with tempfile.TemporaryDirectory(prefix="lvbao-") as folder:
        source = Path(folder) / "document.docx"
        source.write_bytes(docx)
        command = [
            program,
            f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}",
            "--headless",
            "--norestore",
        ]
        command += ["--convert-to", form, "--outdir", str(Path(folder) / "out"), str(source)]
        if not _finished(command, limit):
            return None
        result = Path(folder) / "out" / f"document.{extension}"
        return result.read_bytes() if result.is_file() else None


def _finished(command: list[str], limit: float) -> bool:
    """Run a program with all its children; past the time limit all of them are ended."""
    quiet = subprocess.DEVNULL
    try:
        process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    except OSError:
        return False
    try:
        return process.wait(limit) == 0
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False
