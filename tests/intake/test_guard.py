"""Files that may not be parsed: each is refused before any parser, with words of its own."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from pathlib import Path

import pytest

from pipeline.findings import UnreadableFile
from pipeline.intake.guard import Limits, guard
from pipeline.messages import CATALOGUE
from pipeline.standard.types import Standard
from tests.intake.builder import clean_book

SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
SMALL = {
    "[Content_Types].xml": "<Types/>",
    "xl/workbook.xml": "<workbook/>",
    "xl/worksheets/sheet1.xml": SHEET.format('<row r="1"><c r="A1"><v>1</v></c></row>'),
}


def zipped(parts: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file with these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def ole(*streams: str) -> bytes:
    """An OLE2 file's header and a directory sector with these stream names."""
    directory = b""
    for name in streams:
        encoded = name.encode("utf-16-le") + b"\0\0"
        directory += encoded.ljust(64, b"\0") + struct.pack("<H", len(encoded)) + b"\0" * 62
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + directory.ljust(1024, b"\0")


def sheet(rows: str) -> dict[str, str | bytes]:
    """The small workbook with these rows."""
    return {**SMALL, "xl/worksheets/sheet1.xml": SHEET.format(rows)}


def refused(path: Path, limits: Limits | None = None) -> str:
    """The code with which the file is refused; its message names the file and is Chinese."""
    with pytest.raises(UnreadableFile) as caught:
        guard(path, limits or Limits())
    assert str(caught.value).startswith(f"{path.name}：")
    assert caught.value.code in CATALOGUE
    return caught.value.code


def test_a_clean_workbook_passes_and_its_bytes_are_given(toy: Standard, tmp_path: Path) -> None:
    path = clean_book(toy).write(tmp_path / "录入表.xlsx")
    assert guard(path) == path.read_bytes()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refused(tmp_path / "没有.xlsx") == "file_not_found"


def test_a_folder(tmp_path: Path) -> None:
    assert refused(tmp_path) == "file_not_openable"


WRONG_KINDS: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.xlsx", b"", "file_empty"),
    "old xls": ("a.xls", ole("Root Entry", "Workbook"), "file_old_xls"),
    "old xls renamed": ("a.xlsx", ole("Root Entry", "Book"), "file_old_xls"),
    "encrypted": ("a.xlsx", ole("Root Entry", "EncryptionInfo", "EncryptedPackage"), "file_encrypted"),
    "WPS et by its ending": ("a.et", ole("Root Entry", "Workbook"), "file_wps_et"),
    "WPS et by its streams": ("a.xlsx", ole("Root Entry", "Workbook", "ETExtData"), "file_wps_et"),
    "old doc": ("a.xlsx", ole("Root Entry", "WordDocument"), "file_is_word"),
    "csv in UTF-8": ("a.xlsx", "项目,数值\n用地面积,77037\n".encode(), "file_is_text"),
    "csv in GB 18030": ("a.xlsx", "项目,数值\n用地面积,77037\n".encode("gb18030") * 500, "file_is_text"),
    "csv in UTF-16": ("a.xlsx", "项目\t数值\n".encode("utf-16"), "file_is_text"),
    "html": ("a.xls", b"<html><body><table><tr><td>1</td></tr></table></body></html>", "file_is_html"),
    "html with a mark": ("a.xlsx", b"\xef\xbb\xbf  <!DOCTYPE html><html></html>", "file_is_html"),
    "xml spreadsheet 2003": ("a.xlsx", b'<?xml version="1.0"?>\n<?mso-application?><Workbook/>', "file_is_html"),
    "comments without end": ("a.xlsx", b"<!---->" * 580 + b"<x", "file_is_text"),
    "pdf": ("a.xlsx", b"%PDF-1.7\n", "file_is_pdf"),
    "picture": ("a.xlsx", b"\x89PNG\r\n\x1a\n", "file_not_xlsx"),
    "rar": ("a.xlsx", b"Rar!\x1a\x07", "file_not_xlsx"),
    "binary rubbish": ("a.xlsx", bytes(range(256)), "file_not_xlsx"),
    "docx": ("a.xlsx", zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<d/>"}), "file_is_word"),
    "xlsb": ("a.xlsx", zipped({"xl/workbook.bin": "x"}), "file_not_xlsx"),
    "ods": ("a.xlsx", zipped({"mimetype": "x", "content.xml": "<x/>"}), "file_not_xlsx"),
    "some zip": ("a.xlsx", zipped({"读我.txt": "x"}), "file_not_xlsx"),
    "without workbook part": ("a.xlsx", zipped({"xl/styles.xml": "<x/>"}), "file_damaged"),
    "macros": ("a.xlsm", zipped({**SMALL, "xl/vbaProject.bin": b"x"}), "file_macros"),
    "macros by content type": (
        "a.xlsx",
        zipped({**SMALL, "[Content_Types].xml": "<Types>application/vnd.ms-excel.sheet.macroEnabled.main+xml</Types>"}),
        "file_macros",
    ),
    "old macro sheets": ("a.xlsx", zipped({**SMALL, "xl/macrosheets/sheet1.xml": "<x/>"}), "file_macros"),
    "path upwards": ("a.xlsx", zipped({**SMALL, "xl/../../evil.txt": "x"}), "file_path_trick"),
    "absolute path": ("a.xlsx", zipped({**SMALL, "/etc/passwd": "x"}), "file_path_trick"),
    "drive letter": ("a.xlsx", zipped({**SMALL, "C:\\evil.txt": "x"}), "file_path_trick"),
    "doctype": ("a.xlsx", zipped({**SMALL, "xl/styles.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}), "file_doctype"),
    "entity in a relation part": ("a.xlsx", zipped({**SMALL, "xl/_rels/workbook.xml.rels": "<!ENTITY x 'y'>"}), "file_doctype"),
    "doctype hidden in UTF-16": ("a.xlsx", zipped({**SMALL, "xl/styles.xml": "<!DOCTYPE x><x/>".encode("utf-16")}), "file_damaged"),
    "same part in two cases": ("a.xlsx", zipped({**SMALL, "XL/Workbook.xml": "<x/>"}), "file_duplicate_parts"),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG_KINDS)
def test_a_file_of_another_kind_has_its_own_message(kind: str, tmp_path: Path) -> None:
    name, content, code = WRONG_KINDS[kind]
    path = tmp_path / name
    path.write_bytes(content)
    assert refused(path) == code


def test_a_truncated_file(toy: Standard, tmp_path: Path) -> None:
    data = clean_book(toy).to_bytes()
    path = tmp_path / "a.xlsx"
    for cut in (10, 400, len(data) // 2, len(data) - 30):
        path.write_bytes(data[:cut])
        assert refused(path) == "file_truncated"


def test_a_damaged_part(tmp_path: Path) -> None:
    data = bytearray(zipped({**SMALL, "xl/styles.xml": "<x>" + "abcdefgh" * 50 + "</x>"}, zipfile.ZIP_STORED))
    at = data.index(b"abcdefgh")
    data[at] = ord("z")
    path = tmp_path / "a.xlsx"
    path.write_bytes(bytes(data))
    assert refused(path) == "file_damaged"


def test_a_part_that_lies_about_its_size(tmp_path: Path) -> None:
    data = zipped({**SMALL, "xl/styles.xml": "<x>" + "0" * 100_000 + "</x>"})
    honest, lie = struct.pack("<I", 100_007), struct.pack("<I", 100)
    path = tmp_path / "a.xlsx"
    path.write_bytes(data.replace(honest, lie))
    assert data.count(honest) == 2
    assert refused(path) == "file_damaged"


def test_limits_of_size_and_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(zipped(SMALL))
    assert refused(path, Limits(size=100)) == "file_too_large"
    assert refused(path, Limits(parts=2)) == "file_too_many_parts"
    assert refused(path, Limits(unpacked=100)) == "file_unpacks_too_large"
    path.write_bytes(zipped({**SMALL, **{f"xl/media/{n}.txt": "x" for n in range(2000)}}))
    assert refused(path) == "file_too_many_parts"


def test_a_zip_bomb_is_refused_by_its_ratio_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(zipped({**SMALL, "xl/worksheets/sheet2.xml": b"0" * 30_000_000}))
    start = time.perf_counter()
    assert refused(path) == "file_ratio"
    assert time.perf_counter() - start < 1


FAR: dict[str, str] = {
    "two corners": '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    "beyond the last row": '<row r="1"><c r="A1"><v>1</v></c></row><row><c r="B99999999"><v>1</v></c></row>',
    "single quotes": "<row><c r='A1'><v>1</v></c></row><row><c r='XFD1048576'><v>1</v></c></row>",
    "prefixed elements": '<x:row><x:c r="A1"><x:v>1</x:v></x:c><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
    "cells without address": '<row r="1">'
    + "<c><v>1</v></c>" * 20
    + '</row><row r="1048576"><c><v>1</v></c></row>',
    "character references": '<row><c r="A1"><v>1</v></c><c r="&#88;FD1048576"><v>1</v></c></row>',
}


@pytest.mark.parametrize("kind", FAR)
def test_far_cells_are_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(zipped(sheet(FAR[kind])))
    assert refused(path) == "file_far_cell"


def test_empty_far_cells_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(zipped(sheet('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576" s="1"/></row>')))
    assert guard(path)


def test_a_long_ledger_is_not_a_far_cell(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="L{n}"><v>1</v></c></row>' for n in range(1, 50_001)
    )
    path = tmp_path / "a.xlsx"
    path.write_bytes(zipped(sheet(rows)))
    assert guard(path)
