"""Checks of correspondence.yaml: on load the names of this pack; those of the other one when both are at hand."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.standard import types as t

FILE = "correspondence.yaml"


def check_correspondence(standard: t.Standard) -> list[str]:
    """Names that this pack does not have, as sentences."""
    return [f"{FILE}：{text}" for each in standard.correspondences for text in _new_side(standard, each)]


def _new_side(standard: t.Standard, pairs: t.Correspondence) -> Iterator[str]:
    fields, tables = standard.intake.fields, standard.intake.tables
    for name in (*(p.new for p in pairs.fields), *(p.new for p in pairs.sums)):
        if name not in fields:
            yield f"没有填报项“{name}”"
    for table in pairs.tables:
        if table.new not in tables:
            yield f"没有表“{table.new}”"
            continue
        columns = {*table.columns.values(), *table.values, *table.words, *table.add}
        for name in sorted(columns - {*tables[table.new].by_id}):
            yield f"表“{table.new}”没有列“{name}”"
        for name, words in table.words.items():
            choices = tables[table.new].by_id[name].choices if name in tables[table.new].by_id else ()
            for word in words.values():
                if word and word not in choices:
                    yield f"{table.new}.{name} 没有选项“{word}”"
    for row in pairs.rows:
        for name in row.new:
            if name not in standard.scoring.criteria:
                yield f"没有评价要素“{name}”"


def old_side(other: t.Standard, pairs: t.Correspondence) -> Iterator[str]:
    """Names that the other pack does not have, as sentences."""
    fields, tables = other.intake.fields, other.intake.tables
    names = {name for pair in pairs.fields for name in pair.old} | {*pairs.left}
    for name in sorted(names - {*fields, *tables}):
        yield f"{FILE}：{other.id} 没有填报项“{name}”"
    for pair in pairs.tables:
        if pair.old not in tables:
            yield f"{FILE}：{other.id} 没有表“{pair.old}”"
            continue
        for name in sorted({*pair.columns, *([pair.year] if pair.year else [])} - {*tables[pair.old].by_id}):
            yield f"{FILE}：{other.id} 的表“{pair.old}”没有列“{name}”"
    for each in pairs.sums:
        columns = tables[each.table].by_id if each.table in tables else {}
        for name in sorted({each.column, *each.where} - {*columns}):
            yield f"{FILE}：{other.id} 没有列“{each.table}.{name}”"
    known = {*other.scoring.criteria, *(s.id for _, s in other.scoring.subcategories)}
    for row in pairs.rows:
        for name in row.old:
            if name not in known:
                yield f"{FILE}：{other.id} 的评分表没有“{name}”"
