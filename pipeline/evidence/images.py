"""Pictures from outside: measured before they are decoded, turned upright, reduced to what a page shows, and written
anew from their pixels alone, so that no place, name of a camera or hidden text travels into a report."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pipeline.evidence.faults import FileFault, corrupt, too_big
from pipeline.picture import PictureKind, useful_pixels

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS: Final = 80_000_000
MAX_SIDE: Final = 1600
JPEG_QUALITY: Final = 85
_FORMATS: Final = ("PNG", "JPEG", "GIF", "BMP", "TIFF")
_LARGE_PNG: Final = 1_000_000
_PLAIN_MODES: Final = ("1", "L", "P", "RGB")
_ORIENTATION: Final = 0x0112
_BROKEN: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""What the decoder raises over damaged bytes: it promises no more than that it raises."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture as it will be printed. `more_pages`: the file goes on after the page that is shown."""

    data: bytes
    kind: PictureKind
    width: int
    height: int
    more_pages: bool = False


@dataclass(frozen=True, slots=True)
class _Decoded:
    image: Image
    photograph: bool
    more_pages: bool


@lru_cache(maxsize=8)
def prepare(data: bytes) -> Prepared:
    """The picture in the bytes of a PNG, JPEG, GIF, BMP or TIFF. Raises FileFault; the same bytes give the same picture."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # our limit of pixels is lower than the one that is warned of
        try:
            decoded = _decoded(data)
        except Image.DecompressionBombError:
            raise _too_many_pixels() from None
        except MemoryError:
            raise too_big("解码所需的内存过大") from None
        except _BROKEN:
            raise corrupt("不是完整的图片，无法显示") from None
        return _encoded(_reduced(decoded.image), decoded.photograph, decoded.more_pages)


def _decoded(data: bytes) -> _Decoded:
    """Measures the picture by its header, then decodes it; large photographs are decoded smaller at once."""
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
        _check_size(opened.width, opened.height)
        more_pages = opened.format == "TIFF" and _has_second_page(opened)
        photograph = opened.format in ("JPEG", "MPO")
        opened.draft(None, (MAX_SIDE, MAX_SIDE))
        opened.load()
        return _Decoded(_upright(opened), photograph, more_pages)


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()
    if width < 1 or height < 1:
        raise corrupt("没有像素")


def _has_second_page(image: Image) -> bool:
    try:
        image.seek(1)
    except EOFError:
        return False
    image.seek(0)
    return True


def _too_many_pixels() -> FileFault:
    return too_big(f"超过 {MAX_PIXELS // 10_000} 万像素")


def _upright(image: Image) -> Image:
    """The picture as the camera was held; a damaged note about that is passed over."""
    from PIL import ImageOps

    try:
        if image.getexif().get(_ORIENTATION, 1) == 1:
            return image
        return ImageOps.exif_transpose(image)
    except _BROKEN:
        return image


def _reduced(image: Image) -> Image:
    """At most 1600 pixels long, at most 220 dpi on the page, on white, in a mode that every program shows."""
    from PIL.Image import Resampling

    size = _target(image.width, image.height)
    transparent = image.has_transparency_data
    if transparent and image.mode not in ("RGBA", "LA"):
        image = image.convert("RGBA")
    elif image.mode.startswith("I"):  # 16 bits of grey
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    elif image.mode not in _PLAIN_MODES and not transparent:
        image = image.convert("RGB")
    if size != image.size:
        smooth = {"1": "L", "P": "RGB"}.get(image.mode)
        image = (image.convert(smooth) if smooth else image).resize(size, Resampling.LANCZOS, reducing_gap=3)
    return _on_white(image) if transparent else image


def _on_white(image: Image) -> Image:
    from PIL import Image as images

    layer = image.convert("RGBA")
    white = images.new("RGBA", layer.size, (255, 255, 255, 255))
    return images.alpha_composite(white, layer).convert("RGB")


def _target(width: int, height: int) -> tuple[int, int]:
    width_, height_ = useful_pixels(width, height)
    longest = max(width_, height_)
    if longest <= MAX_SIDE:
        return width_, height_
    return max(1, width_ * MAX_SIDE // longest), max(1, height_ * MAX_SIDE // longest)


def _encoded(image: Image, photograph: bool, more_pages: bool) -> Prepared:
    image.info = {}  # profiles, comments and resolution would be written along
    kind: PictureKind = "jpeg" if photograph else "png"
    data = _jpeg(image) if photograph else _png(image)
    if not photograph and len(data) > _LARGE_PNG and image.mode in ("L", "RGB"):
        smaller = _jpeg(image)
        if len(smaller) < len(data):
            kind, data = "jpeg", smaller
    return Prepared(data, kind, image.width, image.height, more_pages)


def _jpeg(image: Image) -> bytes:
    buffer = io.BytesIO()
    plain = image if image.mode in ("L", "RGB") else image.convert("RGB")
    plain.save(buffer, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return buffer.getvalue()


def _png(image: Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
