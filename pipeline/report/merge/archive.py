"""ZIP files written by hand: members that do not change are copied as the compressed bytes they are.

Every member has the same date (1980-01-01) and the names come in a fixed order, so the same parts give the same bytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s4B4H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_DATE: Final = 0x0021  # 1980-01-01
_UTF8: Final = 0x800
_DEFLATED: Final = 8
_LIMIT: Final = 0xFFFFFFFF
_MODE: Final = 0o600 << 16
_SMALL: Final = 200_000


@dataclass(frozen=True, slots=True)
class Member:
    """One compressed member: `packed` is a raw deflate stream of `size` bytes whose CRC-32 is `crc`."""

    name: str
    packed: bytes
    crc: int
    size: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring members as they stand in a file: the bytes, and (offset inside, directory entry) of each."""

    data: bytes
    entries: tuple[tuple[int, bytes], ...]


def member_of(name: str, content: bytes) -> Member:
    """A member of plain content, packed as the standard library packs it."""
    return Member(name, _packed(content), zlib.crc32(content), len(content))


def kept_member(name: str, content: bytes) -> Member:
    """The same for content that many files share; what is small is remembered packed."""
    pack = _remembered if len(content) < _SMALL else _packed
    return Member(name, pack(content), zlib.crc32(content), len(content))


def _packed(content: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


_remembered = lru_cache(maxsize=128)(_packed)


def order(name: str) -> tuple[int, str]:
    """The place of a member: content types, relationships of the package, then by name."""
    return ({"[Content_Types].xml": 0, "_rels/.rels": 1}.get(name, 2), name)


def stretch(members: Iterable[Member]) -> Stretch:
    """Members one behind the other."""
    data: list[bytes] = []
    entries = []
    at = 0
    for member in members:
        name = member.name.encode()
        flags = 0 if name.isascii() else _UTF8
        shared = (flags, _DEFLATED, 0, _DATE, member.crc, len(member.packed), member.size, len(name))
        data += (_LOCAL.pack(b"PK\3\4", 20, *shared, 0), name, member.packed)
        entry = _CENTRAL.pack(b"PK\1\2", 20, 0, 20, 0, *shared, 0, 0, 0, 0, _MODE, 0)
        entries.append((at, entry[:42] + b"\0\0\0\0" + name))
        at += _LOCAL.size + len(name) + len(member.packed)
    return Stretch(b"".join(data), tuple(entries))


def archive(stretches: Iterable[Stretch]) -> bytes:
    """The bytes of a ZIP file. Raises OverflowError for more than four gigabytes."""
    data: list[bytes] = []
    directory: list[bytes] = []
    at = 0
    for part in stretches:
        for offset, entry in part.entries:
            directory += (entry[:42], (at + offset).to_bytes(4, "little"), entry[46:])
        data.append(part.data)
        at += len(part.data)
    listing = b"".join(directory)
    count = len(directory) // 3
    if at > _LIMIT or count > 0xFFFF:
        raise OverflowError("a ZIP file of this kind holds four gigabytes and 65535 members")
    end = _END.pack(b"PK\5\6", 0, 0, count, count, len(listing), at, 0)
    return b"".join((*data, listing, end))


def members_of(data: bytes, contents: Mapping[str, bytes]) -> dict[str, Member]:
    """The members of a ZIP file by name, as compressed there; `contents` are their plain bytes.

    What is stored or otherwise compressed is packed anew. The file has been read with limits before.
    """
    import io
    import zipfile

    found: dict[str, Member] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        for info in opened.infolist():
            name = info.filename.replace("\\", "/").lstrip("/")
            if name not in contents:
                continue
            start = info.header_offset
            lengths = struct.unpack("<2H", data[start + 26 : start + 30])
            start += _LOCAL.size + sum(lengths)
            if info.compress_type == _DEFLATED:
                packed = data[start : start + info.compress_size]
                found[name] = Member(name, packed, info.CRC, info.file_size)
            else:
                found[name] = member_of(name, contents[name])
    return found
