"""The names of figures: which tag and label a printed value gets (docs/templates.md, “Provenance”).

`kind:id`, then `@-n` for n years before the evaluation year, then `/aspect` where one thing shows several figures.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Final

from pipeline.calc.scope import OWN_FACTOR
from pipeline.calc.trace import Operand
from pipeline.facts import Intake
from pipeline.formula.environment import FactorUse
from pipeline.formula.years import years_words
from pipeline.quantity import Value, plain, significant
from pipeline.report.marks import figure
from pipeline.standard.types import Field, Indicator, Standard, Subcategory, Table

FACTOR_DIGITS: Final = 6
"""Significant digits of a coefficient in the report; the JSON keeps them all."""

_CELL: Final = re.compile(r"(\w+)\[(\d+)\]\.(\w+)")


def year_suffix(years_back: int) -> str:
    """`@-1` for last year, nothing for the evaluation year."""
    return f"@-{years_back}" if years_back else ""


def value_figure(text: str, value: Value, tag: str, label: str) -> str:
    """The text as a figure when the value is a number or a date; words and blanks are none."""
    return figure(text, tag, label) if isinstance(value, Decimal | dt.date) else text


def fact_figure(text: str, value: Value, field: Field, years_back: int = 0) -> str:
    """The printed value of a field."""
    label = f"{years_words(years_back)}{field.label}"
    return value_figure(text, value, f"f:{field.id}{year_suffix(years_back)}", label)


def cell_tag(table: str, index: int, column: str) -> str:
    """The tag of a table cell; rows count from 1."""
    return f"t:{table}[{index + 1}].{column}"


def split_cell(name: str) -> tuple[str, int, str] | None:
    """(table, index of the row, column) of `table[3].column`."""
    found = _CELL.fullmatch(name)
    return None if found is None else (found.group(1), int(found.group(2)) - 1, found.group(3))


def cell_figure(text: str, value: Value, table: Table, index: int, column: str, label: str) -> str:
    """The printed value of a table cell, filled in or computed."""
    return value_figure(
        text, value, cell_tag(table.id, index, column), f"{table.label}第{index + 1}行 {label}"
    )


def sum_figure(text: str, table: Table, column: str, label: str) -> str:
    """The sum of a column."""
    return figure(text, f"sum:{table.id}.{column}", f"{table.label} {label}合计")


def indicator_tag(standard: Standard, indicator_id: str, years_back: int = 0) -> str:
    """`i:` for an indicator, `q:` for a quantity."""
    judged = any(i.id == indicator_id for i in standard.indicators.indicators)
    return f"{'i' if judged else 'q'}:{indicator_id}{year_suffix(years_back)}"


def indicator_figure(standard: Standard, indicator: Indicator, text: str, *, years_back: int = 0) -> str:
    """The printed value of an indicator or quantity."""
    label = f"{years_words(years_back)}{indicator.label}"
    return figure(text, indicator_tag(standard, indicator.id, years_back), label)


def operand_tag(standard: Standard, intake: Intake, operand: Operand) -> str:
    """The tag of something a formula read; `/used` when it differs from the printed value (unrounded, by policy)."""
    match operand.kind:
        case "fact":
            fact = intake.fact(operand.id, operand.years_back)
            tag = f"f:{operand.id}{year_suffix(operand.years_back)}"
            return tag if isinstance(fact.value, Decimal) else f"{tag}/used"
        case "row":
            split = split_cell(operand.id)
            value = None if split is None else intake.rows(split[0])[split[1]].fact(split[2]).value
            return f"t:{operand.id}" if isinstance(value, Decimal) else f"t:{operand.id}/used"
        case "constant":
            return f"c:{operand.id}"
        case "factor":
            return f"k:{operand.id}/own" if operand.source == OWN_FACTOR else f"k:{operand.id}"
        case "quantity":
            return f"{indicator_tag(standard, operand.id, operand.years_back)}/used"


def operand_figure(standard: Standard, intake: Intake, operand: Operand) -> str:
    """The value of an operand as a figure."""
    return figure(operand.value, operand_tag(standard, intake, operand), operand.label)


def factor_figure(use: FactorUse, family: str) -> str:
    """A coefficient."""
    tag = f"k:{use.family}/{use.set}/{use.key}{'/own' if use.overridden else ''}"
    return figure(significant(use.coefficient, FACTOR_DIGITS), tag, f"{use.key}{family}")


def weight_figure(sub: Subcategory) -> str:
    """The weight of a subcategory, `/` when it has none."""
    if sub.weight is None:
        return "/"
    return figure(plain(sub.weight), f"sub:{sub.id}/weight", f"{sub.title} 权重")


def share_figure(level: str, share: Decimal) -> str:
    """The share of the points that a level earns, in percent."""
    return figure(plain(share), f"share:{level}", "指标水平折算为得分的比例")
