"""The filled-in facts and tables of the report context: every field, row and total as text."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pipeline.evaluation import Evaluation
from pipeline.facts import Fact
from pipeline.formula.values import Num
from pipeline.quantity import Missing, fixed, plain
from pipeline.report import words as w
from pipeline.report.tagging import cell_figure, fact_figure, sum_figure
from pipeline.standard.types import ComputedColumn, Field, Table

Context = dict[str, Any]


def fact_text(evaluation: Evaluation, field: Field, years_back: int = 0) -> str:
    """A field of the evaluation year, or of an earlier one (where nothing is required)."""
    fact = evaluation.intake.fact(field.id, years_back)
    value = fact.value
    refused = _refusal(evaluation, f"{field.id}@{years_back}" if years_back else field.id, fact)
    if years_back:
        text = w.value_text(value, replace(field, required=False), refused=refused)
    else:
        text = w.value_text(value, field, asked=_asked(evaluation, field), refused=refused)
    return fact_figure(text, value, field, years_back)


def table_rows(evaluation: Evaluation, table: Table) -> list[Context]:
    """The rows of a table with their number, computed columns included."""
    computed = [c for c in evaluation.standard.indicators.columns if c.table == table.id]
    rows = []
    for index, row in enumerate(evaluation.intake.rows(table.id)):
        cells: Context = {"no": str(index + 1)}
        for column in table.columns:
            value = row.fact(column.id).value
            text = _cell_text(evaluation, table, index, column, row.fact(column.id))
            is_figure = isinstance(value, Decimal | dt.date)
            shown = cell_figure(text, value, table, index, column.id, column.label) if is_figure else text
            cells[column.id] = shown
            if column.type == "date":
                long = w.date_text(value) if isinstance(value, dt.date) else text
                cells[f"{column.id}_long"] = cell_figure(long, value, table, index, column.id, column.label)
        for definition in computed:
            outcome = evaluation.calculator.computed_cell(table.id, index, definition.column)
            number = outcome.value if isinstance(outcome, Num) else outcome
            text = w.outcome_text(outcome, definition.decimals)
            cells[definition.column] = text
            if isinstance(number, Decimal | dt.date):
                label = definition.label
                cells[definition.column] = cell_figure(text, number, table, index, definition.column, label)
        rows.append(cells)
    return rows


def _cell_text(evaluation: Evaluation, table: Table, index: int, column: Field, fact: Fact) -> str:
    """The text of a cell. Whether it was asked for, and whether what stands there was refused, matters for gaps only."""
    if not isinstance(fact.value, Missing):
        return w.value_text(fact.value, column, in_table=True)
    asked = _asked(evaluation, column, (table.id, index))
    refused = _refusal(evaluation, f"{table.id}[{index + 1}].{column.id}", fact)
    return w.value_text(fact.value, column, in_table=True, asked=asked, refused=refused)


def table_totals(evaluation: Evaluation, table: Table) -> Context:
    """Sums of the numeric columns, over the evaluation year where rows have a year. A gap makes the sum 未填."""
    indexes = total_rows(evaluation, table)
    rows = evaluation.intake.rows(table.id)
    totals: Context = {}
    for column in (c for c in table.columns if c.is_number):
        numbers = [v for i in indexes if isinstance(v := rows[i].fact(column.id).value, Decimal)]
        totals[column.id] = w.NOTHING
        if numbers and len(numbers) == len(indexes):
            text = plain(sum(numbers, Decimal(0)))
            totals[column.id] = sum_figure(text, table, column.id, column.label)
    computed = (c for c in evaluation.standard.indicators.columns if c.table == table.id)
    for definition in (c for c in computed if c.type == "number"):
        sums = [n for i in indexes if (n := _computed(evaluation, definition, i)) is not None]
        totals[definition.column] = w.NOTHING
        if sums and len(sums) == len(indexes):
            text = fixed(sum(sums, Decimal(0)), definition.decimals)
            totals[definition.column] = sum_figure(text, table, definition.column, definition.label)
    return totals


def total_rows(evaluation: Evaluation, table: Table) -> list[int]:
    """The indexes of the rows that a total adds up."""
    year_column = table.period_column
    year = evaluation.evaluation_year
    return [
        i
        for i, row in enumerate(evaluation.intake.rows(table.id))
        if year_column is None or row.fact(year_column).value == year
    ]


def _computed(evaluation: Evaluation, definition: ComputedColumn, index: int) -> Decimal | None:
    outcome = evaluation.calculator.computed_cell(definition.table, index, definition.column)
    return outcome.value if isinstance(outcome, Num) else None


def _refusal(evaluation: Evaluation, key: str, fact: Fact) -> str:
    """How the content of a cell is called that could not be read; "" for any other answer."""
    if key not in evaluation.intake.refused:
        return ""
    return w.refusal(evaluation.code_at.get(fact.source, "") if fact.source is not None else "")


def _asked(evaluation: Evaluation, field: Field, row: tuple[str, int] | None = None) -> bool:
    return field.when is None or evaluation.calculator.condition(field.when, row) is True
