"""Takes a workbook apart into its parts and puts it together again, as wrong as one likes."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Mapping

BOOK, BOOK_RELS, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
STRINGS, STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
BASIC, SITE, ENERGY, PROOF, SELF = (f"xl/worksheets/sheet{n}.xml" for n in (2, 3, 4, 5, 6))
"""The sheets 基本信息, 用地与产出, 能源消耗, 证明材料, 自评价表 of the toy workbook."""
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
DOCUMENT_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

Change = Callable[[bytes], bytes]


def parts_of(data: bytes) -> dict[str, bytes]:
    """The parts by name, in their order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file with these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return buffer.getvalue()


def changed(data: bytes, changes: Mapping[str, Change]) -> bytes:
    """The workbook with some parts changed; a part that did not change is a mistake of the maker."""
    parts = parts_of(data)
    for name, change in changes.items():
        before = parts[name]
        parts[name] = change(before)
        assert parts[name] != before, name
    return packed(parts)


def with_parts(data: bytes, extra: Mapping[str, bytes]) -> bytes:
    """The workbook with further parts."""
    return packed({**parts_of(data), **extra})


def without(data: bytes, *names: str) -> bytes:
    """The workbook without some parts."""
    parts = parts_of(data)
    for name in names:
        del parts[name]
    return packed(parts)


def replaced(old: bytes, new: bytes, count: int = -1) -> Change:
    """Replaces some bytes, which must be there."""

    def change(content: bytes) -> bytes:
        assert old in content, old
        return content.replace(old, new, count)

    return change


def substituted(pattern: bytes, new: bytes | Callable[[re.Match[bytes]], bytes], count: int = 0) -> Change:
    """Replaces what matches, which must be there."""

    def change(content: bytes) -> bytes:
        done, number = re.subn(pattern, new, content, count=count, flags=re.S)
        assert number, pattern
        return done

    return change


def cell(address: str, new: str) -> Change:
    """Puts an element in the place of a cell's; `{s}` in it is the cell's own style."""
    pattern = re.compile(rb'<c r="%s"([^>]*?)(?:/>|>.*?</c>)' % address.encode(), re.S)

    def change(content: bytes) -> bytes:
        found = pattern.search(content)
        assert found is not None, address
        style = re.search(rb's="(\d+)"', found.group(1))
        element = new.replace("{s}", style.group(1).decode() if style else "0")
        return content[: found.start()] + element.encode() + content[found.end() :]

    return change


def both(*changes: Change) -> Change:
    """One change after the other."""

    def change(content: bytes) -> bytes:
        for each in changes:
            content = each(content)
        return content

    return change


def after_sheet_data(element: str) -> Change:
    """Adds an element after the cells."""
    return replaced(b"</sheetData>", b"</sheetData>" + element.encode(), 1)


def registered(data: bytes, part: str, content: bytes, content_type: str) -> bytes:
    """The workbook with one more part that its content types know."""
    entry = f'<Override PartName="/{part}" ContentType="{content_type}"/></Types>'.encode()
    return with_parts(changed(data, {TYPES: replaced(b"</Types>", entry)}), {part: content})


def related(data: bytes, kind: str, target: str, more: str = "") -> bytes:
    """The workbook with one more relation of the workbook part."""
    entry = (
        f'<Relationship Id="rId900" Type="{DOCUMENT_RELATIONS}/{kind}" Target="{target}"{more}/>'
        "</Relationships>"
    )
    return changed(data, {BOOK_RELS: replaced(b"</Relationships>", entry.encode())})


def ole(*streams: str) -> bytes:
    """An OLE2 file's header and a directory sector with these stream names."""
    directory = b""
    for name in streams:
        encoded = name.encode("utf-16-le") + b"\0\0"
        directory += encoded.ljust(64, b"\0") + struct.pack("<H", len(encoded)) + b"\0" * 62
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + directory.ljust(1024, b"\0")
