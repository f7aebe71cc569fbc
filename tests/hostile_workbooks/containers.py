"""Zip files that are cut off, damaged, oversized or built to deceive."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile

from tests.hostile_workbooks.corpus import CLEAN, Expect, faulty, kind, refused
from tests.hostile_workbooks.package import BOOK, SITE, STRINGS, cell, changed, packed, parts_of, with_parts

DIRECTORY = b"PK\x01\x02"
_CUTS = {
    "after the first bytes": (10, "file_truncated"),
    "within the first part": (400, "file_truncated"),
    "at a quarter": (0.25, "file_truncated"),
    "in the middle": (0.5, "file_truncated"),
    "within the directory": (0.97, "file_truncated"),
    "within the end record": (-10, "file_truncated"),
    "by its last byte": (-1, "file_truncated"),
}


def _cut(name: str, at: float, expect: Expect) -> None:
    @kind(f"cut off {name}", expect)
    def make(clean: bytes) -> bytes:
        return clean[: int(len(clean) * at) if isinstance(at, float) else at]


for _name, (_at, _code) in _CUTS.items():
    _cut(_name, _at, refused(_code))


@kind("bytes in front of the zip file", refused("file_not_xlsx"))
def _prefixed(clean: bytes) -> bytes:
    return b"\xef\xbb\xbf" + clean


@kind("bytes behind the zip file", CLEAN)
def _trailing(clean: bytes) -> bytes:
    return clean + b"\0" * 200


@kind("line ends changed by a mail program", refused("file_truncated"))
def _text_mode(clean: bytes) -> bytes:
    assert b"\n" in clean
    return clean.replace(b"\n", b"\r\n")


@kind("a byte changed in a packed part", refused("file_damaged"))
def _flipped(clean: bytes) -> bytes:
    data = bytearray(clean)
    at = clean.index(STRINGS.encode()) + len(STRINGS) + 200
    data[at] ^= 0xFF
    return bytes(data)


@kind("a wrong CRC", refused("file_damaged"))
def _wrong_crc(clean: bytes) -> bytes:
    stored = packed(parts_of(clean), zipfile.ZIP_STORED)
    return stored.replace(b"<v>77037</v>", b"<v>77038</v>")


@kind("a part that is larger than it says", refused("file_damaged"))
def _lie(clean: bytes) -> bytes:
    honest = len(parts_of(clean)[SITE])
    assert clean.count(struct.pack("<I", honest)) >= 2
    return clean.replace(struct.pack("<I", honest), struct.pack("<I", honest - 60))


@kind("a zip bomb in a sheet", refused("file_ratio"))
def _bomb(clean: bytes) -> bytes:
    return with_parts(clean, {"xl/worksheets/sheet99.xml": b"0" * 30_000_000})


@kind("a zip bomb of many parts", refused("file_unpacks_too_large"))
def _many_bombs(clean: bytes) -> bytes:
    block = bytes(range(256)) * 60
    return with_parts(clean, {f"xl/media/{n}.bin": block * 64 for n in range(215)})


@kind("thousands of parts", refused("file_too_many_parts"))
def _many_parts(clean: bytes) -> bytes:
    return with_parts(clean, {f"xl/media/{n}.bin": b"x" for n in range(2500)})


@kind("overlapping entries", refused("file_damaged"))
def _overlapping(clean: bytes) -> bytes:
    """A second directory entry points at the first part's data (the "better zip bomb")."""
    parts = packed({**parts_of(clean), "xl/media/a.xml": b"a"})
    name = b"xl/media/a.xml"
    entry = parts.rindex(DIRECTORY, 0, parts.rindex(name))
    return parts[: entry + 42] + struct.pack("<I", 0) + parts[entry + 46 :]


@kind("the workbook zipped once more", refused("file_not_xlsx"))
def _nested(clean: bytes) -> bytes:
    return packed({"录入表.xlsx": clean})


@kind("a zip with the workbook in a folder", refused("file_not_xlsx"))
def _folder(clean: bytes) -> bytes:
    return packed({f"录入表/{name}": content for name, content in parts_of(clean).items()})


@kind("a zip bomb hidden in an embedded workbook", CLEAN)
def _inner_bomb(clean: bytes) -> bytes:
    """Packed parts within parts are never unpacked, so it does no harm."""
    return with_parts(clean, {"xl/embeddings/inner.xlsx": packed({"a.xml": b"0" * 10_000_000})})


@kind("a member with an absolute path", refused("file_path_trick"))
def _absolute(clean: bytes) -> bytes:
    return with_parts(clean, {"/etc/cron.d/x": b"x"})


@kind("a member that climbs upwards", refused("file_path_trick"))
def _upwards(clean: bytes) -> bytes:
    return with_parts(clean, {"xl/../../evil.xml": b"<x/>"})


@kind("a member on another drive", refused("file_path_trick"))
def _drive(clean: bytes) -> bytes:
    return with_parts(clean, {"C:\\Windows\\x.xml": b"<x/>"})


@kind("a member that is a symbolic link", refused("file_path_trick"))
def _link(clean: bytes) -> bytes:
    buffer = io.BytesIO(clean)
    with zipfile.ZipFile(buffer, "a") as archive:
        info = zipfile.ZipInfo("xl/media/image1.png")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


@kind("a duplicate member", refused("file_duplicate_parts"))
def _duplicate(clean: bytes) -> bytes:
    buffer = io.BytesIO(clean)
    with zipfile.ZipFile(buffer, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(SITE, parts_of(clean)[SITE].replace(b"77037", b"99999"))
    return buffer.getvalue()


@kind("a duplicate member in another case", refused("file_duplicate_parts"))
def _duplicate_case(clean: bytes) -> bytes:
    return with_parts(clean, {"XL/Worksheets/Sheet3.xml": parts_of(clean)[SITE]})


@kind("backslashes in the names of members (old .NET)", CLEAN)
def _backslashes(clean: bytes) -> bytes:
    return packed({n.replace("/", "\\"): c for n, c in parts_of(clean).items()})


@kind(
    "backslashes in the names of members, and an error value",
    faulty(("cell_error", "用地与产出!D4", "land_area")),
)
def _backslashes_error(clean: bytes) -> bytes:
    data = changed(clean, {SITE: cell("D4", '<c r="D4" t="e"><v>#DIV/0!</v></c>')})
    return packed({n.replace("/", "\\"): c for n, c in parts_of(data).items()})


@kind("zip encryption", refused("file_encrypted"))
def _zip_encrypted(clean: bytes) -> bytes:
    data = bytearray(clean)
    for signature, flags in ((b"PK\x03\x04", 6), (DIRECTORY, 8)):
        at = clean.find(signature)
        while at >= 0:
            data[at + flags] |= 1
            at = clean.find(signature, at + 4)
    return bytes(data)


@kind("zip64 records", CLEAN)
def _zip64(clean: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts_of(clean).items():
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(content)
    return buffer.getvalue()


@kind("written as a stream, sizes behind the data", CLEAN)
def _streamed(clean: bytes) -> bytes:
    class Unseekable(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: object) -> int:
            raise OSError

        def tell(self) -> int:
            raise OSError

    buffer = Unseekable()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts_of(clean).items():
            archive.writestr(name, content)
    return buffer.getvalue()


@kind("not packed at all", CLEAN)
def _stored(clean: bytes) -> bytes:
    return packed(parts_of(clean), zipfile.ZIP_STORED)


@kind("packed with LZMA", refused("file_damaged"))
def _lzma(clean: bytes) -> bytes:
    return packed(parts_of(clean), zipfile.ZIP_LZMA)


@kind("a long comment of the zip file", CLEAN)
def _comment(clean: bytes) -> bytes:
    buffer = io.BytesIO(clean)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = "由某某网盘下载".encode() * 1000
    return buffer.getvalue()


@kind("parts in another order", CLEAN)
def _reordered(clean: bytes) -> bytes:
    return packed(dict(sorted(parts_of(clean).items(), reverse=True)))


@kind("entries for folders", CLEAN)
def _folders(clean: bytes) -> bytes:
    return with_parts(clean, {"xl/": b"", "xl/worksheets/": b"", "_rels/": b""})


@kind("a workbook part that is empty", refused("file_damaged"))
def _empty_book(clean: bytes) -> bytes:
    return packed({**parts_of(clean), BOOK: b""})
