"""Deflate by the standard library or, where asked for by name, by a faster library (`lvbao[fast]`).

Codecs give different bytes for the same content, so the default never depends on what is installed. Measured on a
report of 60 pages (benchmarks/README.md): `zlib` as small as Word's; `zlib-ng` as small in half the time; `isal`
a tenth larger in a sixteenth.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from pipeline.findings import LvbaoError

Pack = Callable[[bytes], bytes]
Checksum = Callable[[bytes], int]
DEFAULT: Final = "zlib"
CODECS: Final = (DEFAULT, "zlib-ng", "isal")


@dataclass(frozen=True, slots=True)
class Codec:
    """`pack` makes a raw deflate stream, `checksum` the CRC-32."""

    name: str
    pack: Pack
    checksum: Checksum


@cache
def codec(name: str = DEFAULT) -> Codec:
    """A codec by name. Raises LvbaoError when it is unknown or not installed."""
    try:
        return {DEFAULT: _standard, "zlib-ng": _next_generation, "isal": _fast}[name]()
    except KeyError:
        raise LvbaoError(f"没有名为“{name}”的压缩方式，现有：{'、'.join(CODECS)}") from None
    except ImportError:
        raise LvbaoError(f"压缩方式 {name} 没有安装，请先运行 pip install 'lvbao[fast]'") from None


def _standard() -> Codec:
    def pack(content: bytes) -> bytes:
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        return packer.compress(content) + packer.flush()

    return Codec(DEFAULT, pack, zlib.crc32)


def _next_generation() -> Codec:
    from zlib_ng import zlib_ng

    def pack(content: bytes) -> bytes:
        packer = zlib_ng.compressobj(6, zlib_ng.DEFLATED, -15)
        packed: bytes = packer.compress(content) + packer.flush()
        return packed

    return Codec("zlib-ng", pack, zlib_ng.crc32)


def _fast() -> Codec:
    """Intel's library. It leaves the processor's vector state so that the system's zlib then runs three times slower;
    a checksum by zlib-ng right after it restores the speed, hence this order."""
    from isal import igzip_lib
    from zlib_ng import zlib_ng

    def pack(content: bytes) -> bytes:
        packed: bytes = igzip_lib.compress(content, 1, igzip_lib.COMP_DEFLATE)
        return packed

    return Codec("isal", pack, zlib_ng.crc32)
