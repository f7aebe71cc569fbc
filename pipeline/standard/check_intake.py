"""Checks of intake.yaml on load: ids, labels, tables, units."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from pipeline.standard import types as t
from pipeline.standard.places import Places
from pipeline.units import UnknownUnit, unit

_ID = re.compile(r"[a-z][a-z0-9_]*")
_SHEET_FORBIDDEN = set("[]:*?/\\'")


FILE = "intake.yaml"


def check_intake(standard: t.Standard) -> Iterator[str]:
    """Every fault of what is asked, as a sentence."""
    intake, places = standard.intake, standard.places
    computed = [*standard.indicators.by_id, *standard.indicators.constants_by_id]
    computed += [d.id for d in standard.indicators.derived]
    ids = [*intake.fields, *intake.tables, *computed]
    items = [f.id for sheet in intake.sheets for f in sheet.fields]
    items += [table.id for sheet in intake.sheets for table in sheet.tables]
    for duplicate in duplicates([*items, *computed]):
        yield f"{_anywhere(standard, duplicate)}标识“{duplicate}”用了不止一次，请给其中一处换一个 id"
    for name in ids:
        if not _ID.fullmatch(name):
            yield f"{_anywhere(standard, name)}标识“{name}”应为小写字母、数字和下划线"
    for duplicate in duplicates(sheet.title for sheet in intake.sheets):
        sheet = [s for s in intake.sheets if s.title == duplicate][-1]
        yield f"{places.at(FILE, 'sheets', sheet.id)}：工作表名“{duplicate}”重复，请改成不同的名称"
    for sheet in intake.sheets:
        at = places.at(FILE, "sheets", sheet.id)
        if len(sheet.title) > 31 or _SHEET_FORBIDDEN & set(sheet.title):
            yield f"{at}：工作表名“{sheet.title}”超过 31 个字符或含有 []:*?/\\'"
        for duplicate in duplicates(f.label for f in sheet.fields):
            yield f"{at}：工作表“{sheet.title}”中填报项名称“{duplicate}”重复，请改成不同的名称"
        for field in sheet.fields:
            yield from _field(field, field.id, places)
        for table in sheet.tables:
            yield from _table(table, places)
    for duplicate in duplicates(rule.id for rule in intake.rules):
        yield f"{places.at(FILE, 'rules', duplicate)}：规则“{duplicate}”重复，请给其中一条换一个 id"


def _anywhere(standard: t.Standard, id_: str) -> str:
    """Where an id stands, in whichever file; nothing when that is not known."""
    kinds = ("fields", "tables", "quantities", "indicators", "constants", "derived")
    files = (FILE, "indicators.yaml")
    found = [standard.places.items.get((f, k, id_)) for f in files for k in kinds]
    place = next((p for p in found if p is not None), None)
    return f"{place}：" if place is not None else ""


def duplicates(ids: Iterable[str]) -> list[str]:
    """What occurs more than once, sorted."""
    return sorted(i for i, n in Counter(ids).items() if n > 1)


def _table(table: t.Table, places: Places) -> Iterator[str]:
    at = places.at(FILE, "tables", table.id)
    for duplicate in duplicates(c.id for c in table.columns):
        yield f"{at}：表“{table.id}”的列“{duplicate}”重复"
    for duplicate in duplicates(c.heading for c in table.columns):
        yield f"{at}：表“{table.id}”的列名“{duplicate}”重复"
    for column in table.columns:
        yield from _field(column, f"{table.id}.{column.id}", places)
        if column.years != 1:
            yield f"{at}：{table.id}.{column.id}：表的列不能有 years"
        if column.yoy_limit is not None and table.period_column is None:
            yield f"{at}：{table.id}.{column.id}：有 yoy_limit 的表，key 中应有年度"
    for key in table.key:
        if key not in table.by_id:
            yield f"{at}：表“{table.id}”的 key“{key}”不是它的列"
    yield from _carry(table, at)
    for row in table.prefill:
        for key in row:
            if key not in table.by_id:
                yield f"{at}：表“{table.id}”的 prefill 用了不存在的列“{key}”"
    if table.fixed:
        yield from _fixed(table, at)


def _fixed(table: t.Table, at: str) -> Iterator[str]:
    where = f"{at}：表“{table.id}”的 fixed"
    for column in table.fixed:
        if column not in table.by_id:
            yield f"{where} 用了不存在的列“{column}”"
    if len(table.key) != 1 or table.key[0] not in table.fixed:
        yield f"{where}：固定行的表要有一个 key 列，且在 fixed 之中"
        return
    keys = [str(row.get(table.key[0], "")) for row in table.prefill]
    if "" in keys or duplicates(keys):
        yield f"{where}：prefill 的每一行都要有各不相同的“{table.key[0]}”"


def _carry(table: t.Table, at: str) -> Iterator[str]:
    """What is said of the next year must be possible."""
    if table.carry == "shift" and table.period_column is None:
        yield f"{at}：表“{table.id}”的 carry 为 shift，但 key 中没有年度列"
    for column in table.columns:
        if column.earlier is not None and column.earlier not in table.by_id:
            yield f"{at}：{table.id}.{column.id} 的 earlier“{column.earlier}”不是这张表的列"
        if column.unit_from is not None and (column.unit_from not in table.by_id or not column.is_number):
            yield f"{at}：{table.id}.{column.id} 的 unit_from“{column.unit_from}”应是这张表的列，且本列为数值"
        if column.carry == "shift" and column.earlier is None:
            yield f"{at}：{table.id}.{column.id} 的 carry 为 shift，应写 earlier（上一年的列）"


def _field(field: t.Field, name: str, places: Places) -> Iterator[str]:
    where = f"{places.at(FILE, 'columns' if '.' in name else 'fields', name)}：填报项“{name}”"
    in_table = "." in name  # a column's unit may stand in another column of the row
    if field.type == "number" and field.unit is None and not in_table:
        yield f'{where}是数值，应写 unit（纯数写 "1"）'
    if not field.is_number and field.unit is not None:
        yield f"{where}不是数值，不应有 unit"
    if field.type in ("choice", "multi_choice") and not field.choices:
        yield f"{where}是选择项，应有 options"
    for duplicate in duplicates([*field.choices, *(a for w in field.option_aliases.values() for a in w)]):
        yield f"{where}的选项“{duplicate}”重复"
    for option in field.option_aliases:
        if option not in field.choices:
            yield f"{where}的 option_aliases 用了不存在的选项“{option}”"
    if not in_table and field.earlier is not None:
        yield f"{where}不是表的列，不能有 earlier；多年的值请用 years"
    if not in_table and field.unit_from is not None:
        yield f"{where}不是表的列，不能有 unit_from"
    if not in_table and field.carry == "shift" and field.years == 1:
        yield f"{where}只有一年的值，carry 不能为 shift"
    if field.below_one and field.unit != "%":
        yield f"{where}的单位不是 %，不能写 below_one"
    if field.past and field.type not in ("date", "year"):
        yield f"{where}不是日期或年份，不能写 past"
    if field.years < 1 or field.years > 3:
        yield f"{where}的 years 应为 1～3"
    if field.pattern is not None:
        try:
            re.compile(field.pattern)
        except re.error as error:
            yield f"{where}的 pattern 写法有误：{error}"


def check_units(standard: t.Standard) -> Iterator[str]:
    """Every unit that nobody knows."""
    at = standard.places.at
    used: list[tuple[str, str | None]] = [
        (f"{at(FILE, 'fields', f.id)}：填报项 {f.id} ", f.unit) for f in standard.intake.fields.values()
    ]
    for table in standard.intake.tables.values():
        used += [
            (f"{at(FILE, 'columns', f'{table.id}.{c.id}')}：列 {table.id}.{c.id} ", c.unit)
            for c in table.columns
        ]
    file, indicators = "indicators.yaml", standard.indicators
    used += [(f"{at(file, 'constants', c.id)}：常量 {c.id} ", c.unit) for c in indicators.constants]
    used += [(f"{at(file, 'columns', c.id)}：计算列 {c.id} ", c.unit or None) for c in indicators.columns]
    used += [(f"{at(file, 'quantities', i.id)}：指标 {i.id} ", i.unit) for i in indicators.quantities]
    used += [(f"{at(file, 'indicators', i.id)}：指标 {i.id} ", i.unit) for i in indicators.indicators]
    for name, text in used:
        if text is None:
            continue
        try:
            unit(text)
        except UnknownUnit as error:
            yield f"{name}的单位“{text}”不认识（{error}）；可用的单位见 docs/pack-format.md"
