"""Files that are no .xlsx at all, whatever their name says."""

from __future__ import annotations

import gzip
import zipfile

from tests.hostile_workbooks.corpus import kind, refused
from tests.hostile_workbooks.package import ole, packed

TABLE = "填报项,单位,填报值\n用地面积,m²,77037\n建筑面积,m²,79379\n"


@kind("an empty file", refused("file_empty"))
def _empty(clean: bytes) -> bytes:
    return b""


@kind("a download that is all zeros", refused("file_not_xlsx"))
def _zeros(clean: bytes) -> bytes:
    return b"\0" * len(clean)


@kind("random bytes", refused("file_not_xlsx"))
def _random(clean: bytes) -> bytes:
    return bytes((n * 73 + n // 7) % 256 for n in range(5000))


@kind("an old .xls", refused("file_old_xls"), "录入表.xls")
def _xls(clean: bytes) -> bytes:
    return ole("Root Entry", "Workbook", "\x05SummaryInformation")


@kind("an old .xls renamed to .xlsx", refused("file_old_xls"))
def _xls_renamed(clean: bytes) -> bytes:
    return ole("Root Entry", "Book")


@kind("a workbook of WPS, .et", refused("file_wps_et"), "录入表.et")
def _et(clean: bytes) -> bytes:
    return ole("Root Entry", "Workbook")


@kind("a workbook of WPS renamed to .xlsx", refused("file_wps_et"))
def _et_renamed(clean: bytes) -> bytes:
    return ole("Root Entry", "Workbook", "ETExtData")


@kind("a password to open", refused("file_encrypted"))
def _encrypted(clean: bytes) -> bytes:
    return ole("Root Entry", "EncryptionInfo", "EncryptedPackage", "\x06DataSpaces")


@kind("an old Word document renamed", refused("file_is_word"))
def _doc(clean: bytes) -> bytes:
    return ole("Root Entry", "WordDocument", "1Table")


@kind("a Word document renamed", refused("file_is_word"))
def _docx(clean: bytes) -> bytes:
    return packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<d/>"})


@kind("slides renamed", refused("file_not_xlsx"))
def _pptx(clean: bytes) -> bytes:
    return packed({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<p/>"})


@kind("a binary workbook .xlsb", refused("file_not_xlsx"), "录入表.xlsb")
def _xlsb(clean: bytes) -> bytes:
    return packed({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"\x83\x01\x00"})


@kind("an OpenDocument table renamed", refused("file_not_xlsx"))
def _ods(clean: bytes) -> bytes:
    parts = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}
    return packed(parts, zipfile.ZIP_STORED)


@kind("a Numbers document", refused("file_not_xlsx"), "录入表.numbers")
def _numbers(clean: bytes) -> bytes:
    return packed({"Index/Document.iwa": b"\0\1\2", "Metadata/Properties.plist": b"bplist00"})


@kind("a csv in UTF-8 renamed", refused("file_is_text"))
def _csv(clean: bytes) -> bytes:
    return b"\xef\xbb\xbf" + TABLE.encode()


@kind("a csv in GB 18030 renamed", refused("file_is_text"))
def _csv_gb(clean: bytes) -> bytes:
    return (TABLE * 300).encode("gb18030")


@kind("a csv with its own ending", refused("file_is_text"), "录入表.csv")
def _csv_named(clean: bytes) -> bytes:
    return TABLE.encode()


@kind("Unicode text from Excel renamed", refused("file_is_text"))
def _utf16(clean: bytes) -> bytes:
    return TABLE.replace(",", "\t").encode("utf-16")


@kind("a web page saved as .xls", refused("file_is_html"), "录入表.xls")
def _html(clean: bytes) -> bytes:
    return b"<html><head></head><body><table><tr><td>1</td></tr></table></body></html>"


@kind("a login page downloaded instead of the file", refused("file_is_html"))
def _login(clean: bytes) -> bytes:
    return "<!-- 请登录 -->\n<!DOCTYPE html>\n<html><title>请登录</title></html>".encode()


@kind("a web archive", refused("file_is_html"), "录入表.mht")
def _mht(clean: bytes) -> bytes:
    return b"MIME-Version: 1.0\nX-Document-Type: Workbook\nContent-Type: multipart/related\n"


@kind("XML Spreadsheet 2003", refused("file_is_html"), "录入表.xml")
def _xml_2003(clean: bytes) -> bytes:
    return b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook></Workbook>'


@kind("a PDF renamed", refused("file_is_pdf"))
def _pdf(clean: bytes) -> bytes:
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


@kind("a photograph of the table", refused("file_not_xlsx"), "录入表.jpg")
def _jpeg(clean: bytes) -> bytes:
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x01" * 300


@kind("a screenshot renamed", refused("file_not_xlsx"))
def _png(clean: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"\0" * 100


@kind("a RAR archive", refused("file_not_xlsx"), "录入表.rar")
def _rar(clean: bytes) -> bytes:
    return b"Rar!\x1a\x07\x01\x00" + clean


@kind("a 7z archive renamed", refused("file_not_xlsx"))
def _seven(clean: bytes) -> bytes:
    return b"7z\xbc\xaf\x27\x1c" + clean


@kind("a gzip of the workbook", refused("file_not_xlsx"), "录入表.xlsx.gz")
def _gzip(clean: bytes) -> bytes:
    return gzip.compress(clean, mtime=0)


@kind("a text document .rtf", refused("file_not_xlsx"), "录入表.rtf")
def _rtf(clean: bytes) -> bytes:
    return rb"{\rtf1\ansi\deff0 77037}"


@kind("the answers as JSON", refused("file_is_text"), "录入表.json")
def _json(clean: bytes) -> bytes:
    return b'{"land_area": 77037}'


@kind("an Internet shortcut to the workbook", refused("file_is_text"), "录入表.xlsx.url")
def _shortcut(clean: bytes) -> bytes:
    return b"[InternetShortcut]\r\nURL=file:///D:/1.xlsx\r\n"
