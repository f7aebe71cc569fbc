"""What a pack says of its charts: records of `charts:` in standard.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ChartKind = Literal["column", "bar", "line", "radar", "pie"]


@dataclass(frozen=True, slots=True)
class TableSource:
    """Rows of an intake table, summed by category and series.

    `value` is one numeric column (computed ones included), or several that become one series each. Where the rows
    belong to a year, only those of the evaluation year count, unless the category is that year: then three years do.
    """

    table: str
    category: str
    value: str | tuple[str, ...]
    series: str | None = None

    @property
    def values(self) -> tuple[str, ...]:
        """The value columns."""
        return (self.value,) if isinstance(self.value, str) else self.value


@dataclass(frozen=True, slots=True)
class IndicatorsSource:
    """Judged indicators as per cent of their limits. Without `ids` all of them, without `levels` every level."""

    ids: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScorecardSource:
    """Share of the points earned in each category, in %. `confirmed` adds the share with evidence."""

    part: Literal["printed", "whole"] = "whole"
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class YearlySource:
    """Fields, quantities or indicators over three years, one series each."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldSeries:
    """Fields, quantities or indicators of the evaluation year, in the order of the categories."""

    items: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class FieldsSource:
    """Values of the evaluation year side by side; several series (before, after) need `categories`."""

    series: tuple[FieldSeries, ...]
    categories: tuple[str, ...] = ()


ChartSource = TableSource | IndicatorsSource | ScorecardSource | YearlySource | FieldsSource


@dataclass(frozen=True, slots=True)
class ChartDefinition:
    """One chart of the pack; exactly one of the five sources is given. `axis` is the words on the value axis."""

    id: str
    kind: ChartKind
    title: str
    stacked: bool = False
    axis: str = ""
    table: TableSource | None = None
    indicators: IndicatorsSource | None = None
    scorecard: ScorecardSource | None = None
    yearly: YearlySource | None = None
    fields: FieldsSource | None = None

    @property
    def sources(self) -> dict[str, ChartSource]:
        """The sources that are given, by their key."""
        given = {
            "table": self.table,
            "indicators": self.indicators,
            "scorecard": self.scorecard,
            "yearly": self.yearly,
            "fields": self.fields,
        }
        return {key: source for key, source in given.items() if source is not None}
