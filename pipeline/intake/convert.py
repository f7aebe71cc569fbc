"""The facts of one standard's workbook for that of another: every field that both packs share, in the other's unit.

Shared means the same id, the same type and a unit of the same kind, or what the newer pack's correspondence.yaml says.
Nothing is guessed: what does not fit stays behind and is listed with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.facts import Intake
from pipeline.findings import LvbaoError
from pipeline.intake.convert_cells import Converted, cell_value, field_values, obstacle
from pipeline.intake.convert_mapped import take_field, take_sum, take_table
from pipeline.intake.data_values import CellContent
from pipeline.quantity import Missing, Value, is_blank
from pipeline.standard.check_correspondence import old_side
from pipeline.standard.types import CRITERIA_TABLE, Field, Standard, Table

NO_FIELD = "目标录入表没有这一项"


def converted(intake: Intake, source: Standard, target: Standard) -> Converted:
    """The facts of `intake`, read under `source`, for a workbook of `target`. Raises LvbaoError when the target's
    correspondence names what the source does not have."""
    pairs = target.correspondence(source.id)
    faults = list(old_side(source, pairs))
    if faults:
        raise LvbaoError("\n".join(faults))
    result = Converted()
    year = intake.fact(source.identity.roles.evaluation_year).value
    paired = {name for pair in pairs.fields for name in pair.old}
    for old in source.intake.fields.values():
        new = target.intake.fields.get(old.id)
        if new is not None:
            field_values(intake, old, new, result)
        elif old.id not in paired and any(
            not is_blank(intake.fact(old.id, b).value) for b in range(old.years)
        ):
            result.left.append((old.label, pairs.left.get(old.id, NO_FIELD)))
    for pair in pairs.fields:
        take_field(intake, pair, source, target, result)
    for each in pairs.sums:
        take_sum(intake, each, source, target, result)
    mapped = {pair.old: pair for pair in pairs.tables}
    for table in source.intake.tables.values():
        if table.id == CRITERIA_TABLE or not intake.rows(table.id):
            continue
        if table.id in mapped:
            known = year if isinstance(year, Decimal) else None
            take_table(intake, mapped[table.id], source, target, known, result)
        else:
            _table(intake, table, target.intake.tables.get(table.id), pairs.left.get(table.id), result)
    if intake.rows(CRITERIA_TABLE):
        result.left.append((source.intake.tables[CRITERIA_TABLE].label, "评价要素不同，须重新评价"))
    return result


def still_wanted(result: Converted, target: Standard) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(sheet, labels) of the required fields and tables that the conversion could not fill."""
    for sheet in target.intake.sheets:
        labels = [
            f.label for f in sheet.fields if f.required and f.when is None and f.id not in result.fields
        ]
        labels += [
            f"表“{t.label}”"
            for t in sheet.tables
            if t.min_rows and t.when is None and t.id not in result.tables and t.id != CRITERIA_TABLE
        ]
        if labels:
            yield sheet.title, tuple(labels)


def _table(intake: Intake, old: Table, new: Table | None, why: str | None, result: Converted) -> None:
    if new is None:
        result.left.append((f"表“{old.label}”", why or "目标录入表没有这张表"))
        return
    reasons: dict[str, str] = {}
    rows = []
    for row in intake.rows(old.id):
        cells: dict[str, CellContent] = {}
        for column in old.columns:
            fact = row.fact(column.id)
            if isinstance(fact.value, Missing):
                continue
            value, reason = _cell(fact.value, column, new)
            if reason:
                reasons.setdefault(column.label, reason)
            else:
                cells[column.id] = value
        rows.append(cells)
    kept = tuple(cells for cells in rows if cells)
    if kept:
        result.tables[new.id] = kept
        result.moved.append(f"表“{new.label}”（{len(kept)} 行）")
    result.left += [(f"表“{old.label}”的“{label}”", reason) for label, reason in reasons.items()]


def _cell(value: Value, column: Field, table: Table) -> tuple[Value, str]:
    new = table.by_id.get(column.id)
    if new is None:
        return value, "目标表没有这一列"
    reason = obstacle(column, new)
    return (value, reason) if reason else cell_value(value, column, new)
