"""Decides, before any parser sees it, whether a file may be read as an intake workbook.

Files come from outside: a parser given a zip bomb, a far cell or a document type declaration dies or worse. Everything
here works on bytes and on the zip directory; each refusal has its own words (`file_…` in the catalogue).
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.parsers.expat import ExpatError, ParserCreate

from pipeline.files import shown_name
from pipeline.intake.celltags import (
    CELL_ADDRESS,
    CELL_TAG,
    column_number,
    filled_places,
    has_declarations,
    has_doubles,
    without_comments,
)
from pipeline.intake.plain_sheet import COLUMNS, plain_sheet
from pipeline.intake.workbook import address
from pipeline.messages import unreadable

MB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a workbook may cost. `cells` is the bounding box of a sheet, in cells."""

    size: int = 50 * MB
    parts: int = 2000
    unpacked: int = 200 * MB
    ratio: int = 120
    ratio_from: int = MB
    """Smaller parts may be packed as tightly as they like: they cost nothing."""
    cells: int = 5_000_000


LIMITS: Final = Limits()

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    rb"(?>(?><!--.*?-->)|<\?[^>]*>|\s)*+<(?:!doctype\s+html|html|head|body|table|meta|workbook)", re.I | re.S
)
_OTHER_MAGIC = (
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"{\\rtf", "RTF 文档"),
)
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.I)
_XML_PART = re.compile(r".*\.(?:xml|rels|vml)", re.I | re.S)
_READ_PART = re.compile(
    r"xl/(?:workbook|styles|sharedstrings)\.xml|xl/(?:worksheets|comments|_rels)/.*|xl/comments.*|.*\.rels"
)
_KEPT: Final = 16 * MB
"""Larger files are unpacked twice rather than held twice."""
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LOCK_NAME = re.compile(r"~\$.*|\.~lock\..*#")
_DAMAGE = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, RuntimeError)


def guard(path: Path | str, limits: Limits = LIMITS) -> bytes:
    """The bytes of the file, read once; raises UnreadableFile (in Chinese, with 怎么改) when it must not be parsed."""
    path = Path(path)
    data = file_bytes(path, limits)
    check_container(shown_name(path), data, limits)
    return data


def file_bytes(path: Path, limits: Limits = LIMITS) -> bytes:
    """The bytes of the file, if they are those of a zip file that is not too large; raises UnreadableFile."""
    data = _bytes_of(path, limits)
    _check_magic(path, data)
    return data


def _bytes_of(path: Path, limits: Limits) -> bytes:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise unreadable("file_not_openable", shown_name(path))
        with path.open("rb") as file:
            data = file.read(limits.size + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise unreadable("file_not_found", shown_name(path)) from None
    except (OSError, ValueError):
        raise unreadable("file_not_openable", shown_name(path)) from None
    if not data:
        raise unreadable("file_empty", shown_name(path))
    if len(data) > limits.size:
        size = max(found.st_size, len(data)) / MB
        raise unreadable(
            "file_too_large", shown_name(path), size=f"{size:.1f}", limit=f"{limits.size / MB:g}"
        )
    return data


# -- what kind of file it is ----------------------------------------------------------------------------------
def _check_magic(path: Path, data: bytes) -> None:
    name = shown_name(path)
    if data.startswith(b"PK"):
        return
    if _LOCK_NAME.fullmatch(path.name):
        raise unreadable("file_lock", name)
    if data.startswith(_OLE):
        raise unreadable(_ole_code(path, data), name)
    if data.startswith(b"%PDF"):
        raise unreadable("file_is_pdf", name)
    for magic, kind in _OTHER_MAGIC:
        if data.startswith(magic):
            raise unreadable("file_not_xlsx", name, kind=kind)
    head = data[:4096]
    if _HTML.match(head.removeprefix(b"\xef\xbb\xbf")) or head.startswith(b"MIME-Version"):
        raise unreadable("file_is_html", name)
    if _is_text(head):
        raise unreadable("file_is_text", name, suffix=path.suffix or "别的")
    raise unreadable("file_not_xlsx", name, kind="未知格式")


def _ole_code(path: Path, data: bytes) -> str:
    """Which of the OLE2 files this is, by the names of its directory streams."""
    if _has_stream(data, "EncryptedPackage") or _has_stream(data, "EncryptionInfo"):
        return "file_encrypted"
    if (
        path.suffix.lower() in (".et", ".ett")
        or _has_stream(data, "ETExtData")
        or _has_stream(data, "WpsCustomData")
    ):
        return "file_wps_et"
    if _has_stream(data, "WordDocument"):
        return "file_is_word"
    return "file_old_xls"


def _has_stream(data: bytes, name: str) -> bool:
    """Whether an OLE2 directory entry has that name: entries of 128 bytes, name length in bytes at offset 64."""
    wanted = name.encode("utf-16-le") + b"\0\0"
    at = data.find(wanted)
    while at >= 0:
        if at % 128 == 0 and data[at + 64 : at + 66] == len(wanted).to_bytes(2, "little"):
            return True
        at = data.find(wanted, at + 2)
    return False


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return head[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):  # the head may end within a character
            try:
                text = head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return all(c.isprintable() or c in "\r\n\t\ufeff" for c in text)
    return not _CONTROLS.search(head)  # text in another 8-bit encoding


# -- the container ---------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Judged:
    """What the guard knows of a file that it lets pass: its XML parts unpacked, unless they are too large to be kept,
    and the names of its plain sheets (see `plain_sheet`)."""

    unpacked: Mapping[str, bytes] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()


def check_container(name: str, data: bytes, limits: Limits = LIMITS) -> Judged:
    """Raises UnreadableFile unless the zip file may be parsed."""
    unpacked: dict[str, bytes] = {}
    plain: set[str] = set()
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGE:
        raise unreadable("file_truncated", name) from None
    with archive:
        parts = archive.infolist()
        _check_directory(name, parts, limits)
        _check_is_workbook(name, {_part_key(p.filename) for p in parts})
        is_kept = sum(p.file_size for p in parts) <= _KEPT
        for part in parts:
            if _XML_PART.fullmatch(part.filename):
                content = _content(name, archive, part)
                if _check_part(name, part.filename, content, limits):
                    plain.add(part.filename)
                if is_kept:
                    unpacked[part.filename] = content
    return Judged(unpacked, frozenset(plain))


def _part_key(part_name: str) -> str:
    """Part names are compared without case and without a leading slash."""
    return part_name.replace("\\", "/").removeprefix("/").casefold()


def _check_directory(name: str, parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(parts) > limits.parts:
        raise unreadable("file_too_many_parts", name, count=str(len(parts)), limit=str(limits.parts))
    seen: set[str] = set()
    for part in parts:
        key = _part_key(part.filename)
        if _is_path_trick(part):
            raise unreadable("file_path_trick", name, part=part.filename)
        if key in seen:
            raise unreadable("file_duplicate_parts", name, part=part.filename)
        if part.flag_bits & 1:
            raise unreadable("file_encrypted", name)
        seen.add(key)
    if sum(p.file_size for p in parts) > limits.unpacked:
        raise unreadable("file_unpacks_too_large", name, limit=f"{limits.unpacked / MB:g}")
    for part in parts:
        ratio = part.file_size / max(part.compress_size, 1)
        if part.file_size > limits.ratio_from and ratio > limits.ratio:
            raise unreadable(
                "file_ratio", name, part=part.filename, ratio=f"{ratio:.0f}", limit=str(limits.ratio)
            )


def _is_path_trick(part: zipfile.ZipInfo) -> bool:
    segments = part.filename.replace("\\", "/").split("/")
    absolute = part.filename.startswith(("/", "\\")) or ":" in segments[0]
    return absolute or ".." in segments or stat.S_ISLNK(part.external_attr >> 16)


def _check_is_workbook(name: str, keys: set[str]) -> None:
    if any(k.endswith("vbaproject.bin") or k.startswith("xl/macrosheets/") for k in keys):
        raise unreadable("file_macros", name)
    if "word/document.xml" in keys:
        raise unreadable("file_is_word", name)
    for key, kind in (
        ("ppt/presentation.xml", "演示文稿"),
        ("xl/workbook.bin", "Excel 二进制工作簿 .xlsb"),
        ("content.xml", "OpenDocument 文件"),
    ):
        if key in keys:
            raise unreadable("file_not_xlsx", name, kind=kind)
    if not any(k.startswith("xl/") for k in keys):
        raise unreadable("file_not_xlsx", name, kind="压缩包")
    if "xl/workbook.xml" not in keys:
        raise unreadable("file_damaged", name, part="（缺少 xl/workbook.xml）")


def _content(name: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """The unpacked part. One byte more than declared is asked for, so that a lie about the size shows."""
    declared = part.file_size
    part.file_size = declared + 1
    try:
        with archive.open(part) as file:
            content = file.read(declared + 1)
    except _DAMAGE:
        raise unreadable("file_damaged", name, part=f"（{part.filename}）") from None
    finally:
        part.file_size = declared
    if len(content) != declared:
        raise unreadable("file_damaged", name, part=f"（{part.filename}）")
    return content


def _check_part(name: str, part: str, content: bytes, limits: Limits) -> bool:
    """Refuses a part that is not to be read; True for a plain sheet."""
    if not _SHEET_PART.fullmatch(_part_key(part)):
        _check_xml(name, part, content)
        return False
    sheet = plain_sheet(content)
    if sheet is not None and sheet.height * len(COLUMNS) <= limits.cells:
        _check_xml(name, part, sheet.frame)
        return True
    _check_xml(name, part, content)
    _check_extent(name, part, content, limits)
    return False


def _check_xml(name: str, part: str, content: bytes) -> None:
    key = _part_key(part)
    if b"\0" in content:
        if key.startswith("customxml/"):
            return  # queries are kept in UTF-16; nothing reads them
        # UTF-16: no spreadsheet program writes it, and it would hide what is searched for here
        raise unreadable("file_damaged", name, part=f"（{part}）")
    if has_declarations(content) and any(mark in content for mark in (b"<!D", b"<!d", b"<!E", b"<!e")):
        raise unreadable("file_doctype", name, part=part)
    if key == "[content_types].xml" and b"macroEnabled" in content:
        raise unreadable("file_macros", name)
    if _READ_PART.fullmatch(key) and not _is_sound(content):
        raise unreadable("file_damaged", name, part=f"（{part}）")


def _is_sound(content: bytes) -> bool:
    """Whether the part is well-formed XML without CDATA: the fast reader is lenient with the one, loses the other."""
    if has_declarations(content) and b"<![CDATA[" in content:
        return False
    try:
        ParserCreate().Parse(content, True)
    except (ExpatError, ValueError):
        return False
    return True


# -- far cells -------------------------------------------------------------------------------------------------
def _check_extent(name: str, part: str, content: bytes, limits: Limits) -> None:
    """Readers allocate the bounding box of all filled cells: two far cells would ask for hundreds of gigabytes."""
    content = without_comments(content)
    pairs = CELL_ADDRESS.findall(content)
    if len(set(pairs)) != len(pairs) and has_doubles(content):
        raise unreadable("file_damaged", name, part=f"（{part} 中有重复的单元格）")
    if _area(pairs) <= limits.cells and not _has_unaddressed(content, len(pairs)):
        return
    places = list(filled_places(content))
    if _extent(places) <= limits.cells:
        return
    row, column = max(r for r, _ in places), max(c for _, c in places)
    far = address(row, column)
    raise unreadable("file_far_cell", name, part=part, cell=far, limit=f"{limits.cells / 10_000:g}")


def _has_unaddressed(content: bytes, addressed: int) -> bool:
    return content.count(b"<c>") > 0 or len(CELL_TAG.findall(content)) > addressed


def _area(pairs: list[tuple[bytes, bytes]]) -> int:
    rows, columns = {row for _, row in pairs}, {letters for letters, _ in pairs}
    return _box(list(map(int, rows)), list(map(column_number, columns)))


def _extent(places: list[tuple[int, int]]) -> int:
    return _box([row for row, _ in places], [column for _, column in places])


def _box(rows: list[int], columns: list[int]) -> int:
    """The cells of the smallest rectangle around some rows and columns."""
    if not rows:
        return 0
    return (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)
