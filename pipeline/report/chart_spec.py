"""What a chart shows, before any XML: categories, series with gaps, unit, words for those who cannot see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pipeline.quantity import fixed, plain
from pipeline.report.ooxml import clean_text
from pipeline.standard.chart_types import ChartKind

MAX_LABEL: Final = 40
MAX_ALT: Final = 2_000
KIND_WORDS: Final[dict[ChartKind, str]] = {
    "column": "柱形图",
    "bar": "条形图",
    "line": "折线图",
    "radar": "雷达图",
    "pie": "饼图",
}
_LEAST_CATEGORIES: Final[dict[ChartKind, int]] = {"line": 2, "radar": 3}


@dataclass(frozen=True, slots=True)
class Series:
    """One series; `values` has one value a category, None for a gap. `decimals` None prints numbers as they are."""

    name: str
    values: tuple[Decimal | None, ...]
    decimals: int | None = None

    @property
    def number_format(self) -> str:
        """The number format of cells and labels."""
        if self.decimals is None:
            return "General"
        return "0" if self.decimals == 0 else "0." + "0" * self.decimals

    def text(self, at: int) -> str:
        """A value as a report prints it, "" for a gap."""
        value = self.values[at]
        if value is None:
            return ""
        return plain(value) if self.decimals is None else fixed(value, self.decimals)


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart. `axis` are the words on the value axis (the unit follows), `baseline` the value from which bars grow,
    `note` what must be known to read the figures; it goes into the alternative text."""

    id: str
    kind: ChartKind
    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    axis: str = ""
    stacked: bool = False
    baseline: Decimal | None = None
    limits: tuple[Decimal, Decimal] | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Every series has one value for each category."""
        if any(len(series.values) != len(self.categories) for series in self.series):
            raise ValueError(f"chart {self.id}: every series needs one value a category")

    @property
    def axis_title(self) -> str:
        """The title of the value axis, with the unit."""
        unit = f"（{self.unit}）" if self.unit and self.unit != "1" else ""
        return f"{self.axis}{unit}"

    @property
    def is_drawable(self) -> bool:
        """Whether there is enough to see: a line needs two categories with values, a radar three, others one."""
        filled = sum(
            any(series.values[at] is not None for series in self.series) for at in range(len(self.categories))
        )
        if self.kind == "pie":
            values = [value or Decimal(0) for series in self.series for value in series.values]
            return len(self.series) == 1 and min(values, default=Decimal(0)) >= 0 and sum(values) > 0
        return filled >= _LEAST_CATEGORIES.get(self.kind, 1)

    @property
    def alt(self) -> str:
        """The alternative text: kind, title, how to read it, and every figure."""
        unit = "" if self.unit in ("", "1") else f"，单位：{self.unit}"
        parts = [f"{KIND_WORDS[self.kind]}：{self.title}{unit}。", self.note, *self._figures()]
        text = "".join(parts)
        return text if len(text) <= MAX_ALT else text[: MAX_ALT - 1] + "…"

    def _figures(self) -> Iterator[str]:
        for at, category in enumerate(self.categories):
            named = [(series.name, series.text(at) or "无数据") for series in self.series]
            if len(named) == 1:
                yield f"{category} {named[0][1]}。"
            elif all(text == "无数据" for _name, text in named):
                yield f"{category}：无数据。"
            else:
                yield f"{category}：{'，'.join(f'{name} {text}' for name, text in named)}。"


def label_text(text: str) -> str:
    """A name that fits an axis or a legend: one line, no control characters, at most 40 characters."""
    line = " ".join(clean_text(text).split())
    return line if len(line) <= MAX_LABEL else line[: MAX_LABEL - 1] + "…"
