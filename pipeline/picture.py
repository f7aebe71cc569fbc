"""A picture that is ready to be printed: clean bytes, its size in pixels, and the size it gets on the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

EMU_PER_CM: Final = 360_000
EMU_PER_INCH: Final = 914_400
MAX_WIDTH_CM: Final = 15
MAX_HEIGHT_CM: Final = 20
MAX_LANDSCAPE_HEIGHT_CM: Final = 10  # so that two of them, with their captions, stand on one A4 page
COARSEST_DPI: Final = 96
FINEST_DPI: Final = 220

PictureKind = Literal["png", "jpeg"]


@dataclass(frozen=True, slots=True)
class Picture:
    """Bytes of a PNG or JPEG without metadata. `description` is read out to people who cannot see it."""

    data: bytes = field(repr=False)
    kind: PictureKind
    width: int
    height: int
    description: str = ""


def printed_size(width: int, height: int) -> tuple[int, int]:
    """Width and height on the page in EMU of a picture of so many pixels.

    As large as the box allows (15 cm × 20 cm, pictures wider than high 15 cm × 10 cm), but never coarser than 96 dpi;
    the proportions stay.
    """
    box_width = MAX_WIDTH_CM * EMU_PER_CM
    box_height = (MAX_LANDSCAPE_HEIGHT_CM if width > height else MAX_HEIGHT_CM) * EMU_PER_CM
    per_pixel = EMU_PER_INCH // COARSEST_DPI
    if width * per_pixel <= box_width and height * per_pixel <= box_height:
        return width * per_pixel, height * per_pixel
    if box_width * height <= box_height * width:
        return box_width, max(1, _divided(height * box_width, width))
    return max(1, _divided(width * box_height, height)), box_height


def useful_pixels(width: int, height: int) -> tuple[int, int]:
    """The size in pixels that the page can show: the given one, or less where that would be finer than 220 dpi."""
    printed = printed_size(width, height)
    wanted = tuple(max(1, _divided(emu * FINEST_DPI, EMU_PER_INCH)) for emu in printed)
    return min(width, wanted[0]), min(height, wanted[1])


def _divided(number: int, by: int) -> int:
    """The quotient to the nearest whole number."""
    return (2 * number + by) // (2 * by)
