"""One evidence file: what it is by name and by content, its hash, and the picture in it.

Every file is opened once; what is shown is what was hashed.
"""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from pipeline.evidence.faults import corrupt, too_big, wrong_type
from pipeline.evidence.images import Prepared, prepare

MAX_IMAGE_BYTES: Final = 30_000_000
MAX_DOCUMENT_BYTES: Final = 500_000_000
_HEAD: Final = 1024
_CHUNK: Final = 1 << 20

_IMAGE: Final = "图片"
_PDF: Final = "PDF"
_OFFICE: Final = "Office 文档或压缩文件"
_OTHER_IMAGE: Final = "报告不支持的图片格式"
_KIND_OF_ENDING: Final = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".tif", ".tiff"), _IMAGE),
    ".pdf": _PDF,
    **dict.fromkeys(
        (".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".wps", ".et", ".dps", ".ofd"), _OFFICE
    ),
}
_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", _IMAGE),
    (b"\xff\xd8\xff", _IMAGE),
    (b"GIF87a", _IMAGE),
    (b"GIF89a", _IMAGE),
    (b"BM", _IMAGE),
    (b"II*\x00", _IMAGE),
    (b"MM\x00*", _IMAGE),
    (b"II+\x00", _IMAGE),
    (b"MM\x00+", _IMAGE),
    (b"PK\x03\x04", _OFFICE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OFFICE),
)


@dataclass(frozen=True, slots=True)
class Read:
    """A file that may be used: hash of its bytes, and its picture (None for documents, which are listed only)."""

    sha256: str
    picture: Prepared | None


def read_file(path: Path) -> Read:
    """Reads one file that was found. Raises FileFault."""
    ending = path.suffix.lower()
    kind = _KIND_OF_ENDING.get(ending)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise wrong_type("不是文件")
        if kind is None:
            raise wrong_type(f"的扩展名是 {ending}" if ending else "没有扩展名")
        with path.open("rb") as stream:
            return _read(stream, kind, ending)
    except OSError:
        raise corrupt("打不开（没有读取权限，或正被其他程序占用）") from None


def _read(stream: BinaryIO, kind: str, ending: str) -> Read:
    head = stream.read(_HEAD)
    if not head:
        raise corrupt("是空文件（0 字节）")
    found = _content(head)
    if not found:
        raise corrupt(f"的内容不是 {ending} 文件，或已经损坏")
    if found != kind:
        raise wrong_type(f"的扩展名是 {ending}，内容却是{found}")
    stream.seek(0)
    if kind == _IMAGE:
        data = stream.read(MAX_IMAGE_BYTES + 1)
        if len(data) > MAX_IMAGE_BYTES:
            raise too_big(f"超过 {MAX_IMAGE_BYTES // 1_000_000} MB")
        return Read(hashlib.sha256(data).hexdigest(), prepare(data))
    return Read(_digest(stream), None)


def _digest(stream: BinaryIO) -> str:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > MAX_DOCUMENT_BYTES:
            raise too_big(f"超过 {MAX_DOCUMENT_BYTES // 1_000_000} MB")
        digest.update(chunk)
    return digest.hexdigest()


def _content(head: bytes) -> str:
    """What the first bytes say that a file is, "" when they say nothing."""
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if b"%PDF-" in head:
        return _PDF
    if (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or head[4:8] == b"ftyp":
        return _OTHER_IMAGE
    return ""
