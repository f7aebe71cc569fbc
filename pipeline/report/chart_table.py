"""Chart data from the rows of an intake table: sums by category and series, in which a gap stays a gap."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from typing import Final

from pipeline.evaluation import Evaluation
from pipeline.formula.values import Num
from pipeline.quantity import PRECISION, NotApplicable, plain, round_half_even
from pipeline.report.chart_spec import Series, label_text
from pipeline.standard.chart_types import ChartDefinition, TableSource
from pipeline.standard.types import Table

MAX_SERIES: Final = 8
REST: Final = "其余合计"
UNNAMED: Final = "未注明"
YEARS: Final = 3

Sums = dict[tuple[str, str], Decimal | None]
"""Sum by category and series; None where a value of a row is missing, no entry where there is no row."""


def table_data(
    evaluation: Evaluation, definition: ChartDefinition, source: TableSource
) -> tuple[tuple[str, ...], tuple[Series, ...]]:
    """Categories and series of a table source; empty when no row counts."""
    table = evaluation.standard.intake.tables[source.table]
    with localcontext(prec=PRECISION):
        sums, categories, names = _summed(evaluation, table, source)
    whole = definition.stacked or definition.kind == "pie"
    if whole:
        sums = _whole_stacks(sums)
    if source.series is not None:
        names = _largest_first(sums, categories, names)
        if len(names) > MAX_SERIES:
            sums, names = with_rest(sums, names)
    if definition.kind == "pie" and (None in sums.values() or len(sums) < len(categories)):
        return (), ()
    decimals = {name: _decimals(evaluation, table, name) for name in source.values}
    series = []
    for at, name in enumerate(names):
        places = decimals[source.values[at if len(source.values) > 1 else 0]]
        values = (sums.get((category, name)) for category in categories)
        rounded = tuple(v if v is None or places is None else round_half_even(v, places) for v in values)
        series.append(Series(label_text(name), rounded, places))
    return tuple(label_text(category) for category in categories), tuple(series)


def _summed(evaluation: Evaluation, table: Table, source: TableSource) -> tuple[Sums, list[str], list[str]]:
    """The sums with the order of categories and series: years, then options as listed, then as met in the rows."""
    sums: Sums = {}
    years = _years(evaluation, table, source)
    labels = {c.id: c.label for c in table.columns}
    labels |= {c.column: c.label for c in evaluation.standard.indicators.columns if c.table == table.id}
    for index in range(len(evaluation.intake.rows(table.id))):
        if years is not None and _year(evaluation, table, index) not in years:
            continue
        category = _name(evaluation, table, index, source.category)
        for value in source.values:
            name = labels[value]
            if len(source.values) == 1 and source.series is not None:
                name = _name(evaluation, table, index, source.series)
            _add(sums, (category, name), _value(evaluation, table, index, value))
    met = list(dict.fromkeys(category for category, _name in sums))
    names = list(dict.fromkeys(name for _category, name in sums))
    if years is not None and source.category == table.period_column:
        met = [f"{year}年" for year in years]
    elif table.by_id[source.category].type in ("year", "month"):
        met.sort()
    else:
        met = _in_order(met, table.by_id[source.category].choices)
    if source.series is not None:
        names = _in_order(names, table.by_id[source.series].choices)
    return sums, met, names


def _add(sums: Sums, key: tuple[str, str], value: Decimal | NotApplicable | None) -> None:
    if isinstance(value, NotApplicable):
        return
    before = sums.get(key, Decimal(0))
    sums[key] = None if value is None or before is None else before + value


def _years(evaluation: Evaluation, table: Table, source: TableSource) -> tuple[int, ...] | None:
    """The years that count, oldest first; None when the rows belong to no period."""
    year = evaluation.evaluation_year
    if table.period_column is None:
        return None
    if year is None:
        return ()
    if source.category == table.period_column:
        return tuple(year - back for back in reversed(range(YEARS)))
    return (year,)


def _year(evaluation: Evaluation, table: Table, index: int) -> int | None:
    value = evaluation.intake.rows(table.id)[index].fact(table.period_column or "").value
    return int(value) if isinstance(value, Decimal) else None


def _name(evaluation: Evaluation, table: Table, index: int, column: str) -> str:
    value = evaluation.intake.rows(table.id)[index].fact(column).value
    if isinstance(value, Decimal):
        return f"{plain(value)}年" if table.by_id[column].type == "year" else plain(value)
    return value if isinstance(value, str) and value.strip() else UNNAMED


def _value(evaluation: Evaluation, table: Table, index: int, column: str) -> Decimal | NotApplicable | None:
    """The number of a cell, None when there is none, NotApplicable when the row has nothing to add."""
    if column in table.by_id:
        value = evaluation.intake.rows(table.id)[index].fact(column).value
        return value if isinstance(value, Decimal | NotApplicable) else None
    outcome = evaluation.calculator.computed_cell(table.id, index, column)
    if isinstance(outcome, NotApplicable):
        return outcome
    return outcome.value if isinstance(outcome, Num) else None


def _decimals(evaluation: Evaluation, table: Table, column: str) -> int | None:
    if column in table.by_id:
        return table.by_id[column].decimals
    columns = evaluation.standard.indicators.columns
    return next(c.decimals for c in columns if c.table == table.id and c.column == column)


def _in_order(names: Sequence[str], options: Sequence[str]) -> list[str]:
    return [*(o for o in options if o in names), *(n for n in names if n not in options)]


def _whole_stacks(sums: Sums) -> Sums:
    """A stack without one of its parts would look lower than it is: such a category becomes a gap."""
    broken = {category for (category, _name), value in sums.items() if value is None}
    return {key: None if key[0] in broken else value for key, value in sums.items()}


def _largest_first(sums: Sums, categories: Sequence[str], names: list[str]) -> list[str]:
    """Series by their total; equal ones keep their order."""
    totals = {n: sum((abs(sums.get((c, n)) or Decimal(0)) for c in categories), Decimal(0)) for n in names}
    return sorted(names, key=lambda name: -totals[name])


def with_rest(sums: Sums, names: list[str]) -> tuple[Sums, list[str]]:
    """The seven largest series, the others summed as one."""
    kept = names[: MAX_SERIES - 1]
    merged: Sums = {}
    for (category, name), value in sums.items():
        _add(merged, (category, name if name in kept else REST), value)
    return merged, [*kept, REST]
