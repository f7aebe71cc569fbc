"""The drawing board of diagrams: boxes and lines on sheets, in twips from the upper left corner."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from pipeline.report.diagram_text import LINE, broken_lines

WIDTH: Final = 8500
"""The width of every sheet: 15 cm."""
MAX_HEIGHT: Final = 12000
"""What one sheet may take of a page, its caption below."""
PAD: Final = 60
"""Room between the edge of a box and its text, on every side."""
Look = Literal["step", "stream", "total", "plain", "title"]


@dataclass(frozen=True, slots=True)
class Box:
    """A box with centred lines of text; the text fits, because the box was measured by it."""

    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]
    look: Look = "step"


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line, upright or level, with a head at its end if asked."""

    x1: int
    y1: int
    x2: int
    y2: int
    arrow: bool = False


@dataclass
class Sheet:
    """What stands in one drawing."""

    height: int = 0
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def put(self, box: Box) -> Box:
        """Place a box; the sheet grows with it."""
        self.boxes.append(box)
        self.height = max(self.height, box.y + box.height)
        return box

    def line(self, x1: int, y1: int, x2: int, y2: int, *, arrow: bool = False) -> None:
        """Draw a line, unless it has no length."""
        if (x1, y1) != (x2, y2):
            self.lines.append(Line(x1, y1, x2, y2, arrow))
            self.height = max(self.height, y1, y2)

    def add(self, other: Sheet, gap: int) -> None:
        """Put another sheet below."""
        down = self.height + gap if self.boxes else 0
        for box in other.boxes:
            self.put(Box(box.x, box.y + down, box.width, box.height, box.lines, box.look))
        for line in other.lines:
            self.line(line.x1, line.y1 + down, line.x2, line.y2 + down, arrow=line.arrow)


def fitted(texts: tuple[str, ...], width: int) -> tuple[str, ...]:
    """The lines that several texts take in a box of that width, each text beginning a new line."""
    return tuple(line for text in texts if text for line in broken_lines(text, width - 2 * PAD))


def height_of(lines: tuple[str, ...]) -> int:
    """The height of a box that holds these lines."""
    return len(lines) * LINE + 2 * PAD


def packed(sheets: list[Sheet], gap: int) -> list[Sheet]:
    """The same drawings on as few sheets as they fit, in order."""
    made: list[Sheet] = []
    for sheet in sheets:
        if made and made[-1].height + gap + sheet.height <= MAX_HEIGHT:
            made[-1].add(sheet, gap)
        else:
            made.append(sheet)
    return made
