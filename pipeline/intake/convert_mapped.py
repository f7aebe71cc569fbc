"""What one workbook takes over from another under other names, as the newer pack's correspondence.yaml says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from pipeline.facts import Intake, Row
from pipeline.intake.convert_cells import Converted, cell_value, field_values, obstacle
from pipeline.intake.data_values import CellContent
from pipeline.quantity import Missing, is_blank
from pipeline.standard.types import FieldPair, Standard, SumPair, Table, TablePair

Cells = dict[str, CellContent]


def take_field(
    intake: Intake, pair: FieldPair, source: Standard, target: Standard, result: Converted
) -> None:
    """One field under another id; several texts become one, each after its label."""
    new = target.intake.fields[pair.new]
    given = [source.intake.fields[name] for name in pair.old if not is_blank(intake.fact(name).value)]
    if not given:
        return
    if len(pair.old) == 1:
        field_values(intake, given[0], new, result)
    else:
        result.fields[new.id] = "\n".join(f"{f.label}：{intake.fact(f.id).value}" for f in given)
        result.moved.append(new.label)
    result.check(f"{'、'.join(f.label for f in given)} → {new.label}", pair.note)


def take_sum(intake: Intake, pair: SumPair, source: Standard, target: Standard, result: Converted) -> None:
    """The sum of a column; nothing when a row of it is blank."""
    table, new = source.intake.tables[pair.table], target.intake.fields[pair.new]
    rows = [r for r in intake.rows(pair.table) if all(_says(r, c, w) for c, w in pair.where.items())]
    values = [r.fact(pair.column).value for r in rows]
    if not intake.rows(pair.table):
        return
    label = f"表“{table.label}”的“{table.by_id[pair.column].label}”"
    if not all(isinstance(v, Decimal) for v in values):
        result.left.append((f"{label}之和", "有空缺的行，没有相加"))
        return
    factor = table.by_id[pair.column].measure.factor_to(new.measure)
    result.fields[new.id] = sum((v for v in values if isinstance(v, Decimal)), Decimal(0)) * factor
    result.moved.append(new.label)
    result.check(f"{label} → {new.label}", pair.note)


def _says(row: Row, column: str, word: str) -> bool:
    return row.fact(column).value == word


def take_table(
    intake: Intake,
    pair: TablePair,
    source: Standard,
    target: Standard,
    year: Decimal | None,
    result: Converted,
) -> None:
    """The rows of a table under other names; rows that become alike are added up where the pack says so."""
    old, new = source.intake.tables[pair.old], target.intake.tables[pair.new]
    if not intake.rows(old.id):
        return
    alike = {c.id: c.id for c in old.columns if c.id in new.by_id} if old.id == new.id else {}
    columns = {**alike, **pair.columns}
    reasons: dict[str, str] = {}
    rows: list[Cells] = []
    for row in intake.rows(old.id):
        if pair.year is not None and row.fact(pair.year).value != year:
            reasons.setdefault("其他年度的行", "目标录入表只问评价年度")
            continue
        cells = _row(row, old, new, pair, columns, reasons)
        if cells:
            rows.append({**cells, **pair.values})
    for column in old.columns:
        unused = column.id not in columns and column.id != pair.year
        if unused and any(not isinstance(r.fact(column.id).value, Missing) for r in intake.rows(old.id)):
            reasons.setdefault(column.label, "目标表没有这一列")
    kept = list(_added(rows, new, pair)) if pair.add else rows
    if kept:
        result.tables[new.id] = tuple(kept)
        result.moved.append(f"表“{new.label}”（{len(kept)} 行）")
        result.check(f"表“{old.label}” → 表“{new.label}”", pair.note)
    result.left += [(f"表“{old.label}”的“{label}”", reason) for label, reason in reasons.items()]


def _row(
    row: Row, old: Table, new: Table, pair: TablePair, columns: Mapping[str, str], reasons: dict[str, str]
) -> Cells:
    cells: Cells = {}
    for source_id, target_id in columns.items():
        asked, wanted = old.by_id[source_id], new.by_id[target_id]
        value = row.fact(source_id).value
        if isinstance(value, Missing):
            continue
        words = pair.words.get(target_id)
        if words is not None and isinstance(value, str):
            word = words.get(value, value)
            if not word:
                reasons.setdefault(f"{asked.label}为“{value}”的行", "目标录入表没有对应的选项")
                return {}
            if word in wanted.choices:
                cells[target_id] = word
            else:
                reasons.setdefault(asked.label, f"目标录入表没有选项“{value}”")
            continue
        named_unit = wanted.unit_from in pair.values  # the row's own unit is given as a word
        reason = "" if named_unit else obstacle(asked, wanted)
        taken, why = (value, "") if named_unit else cell_value(value, asked, wanted)
        if reason or why:
            reasons.setdefault(asked.label, reason or why)
        else:
            cells[target_id] = taken
    return cells


def _added(rows: list[Cells], new: Table, pair: TablePair) -> Iterator[Cells]:
    """The rows; those with the same key, and the same in everything that is not added, as one."""
    groups: dict[tuple[tuple[str, CellContent], ...], Cells] = {}
    for cells in rows:
        key = tuple((k, v) for k, v in sorted(cells.items(), key=lambda item: item[0]) if k not in pair.add)
        if key not in groups:
            groups[key] = dict(cells)
            continue
        for column in pair.add:
            first, more = groups[key].get(column), cells.get(column)
            if isinstance(first, Decimal) and isinstance(more, Decimal):
                groups[key][column] = first + more
    yield from groups.values()
