"""The lists behind the drop-downs: each a column of the hidden sheet `_options` with a defined name.

A list by name has no limit of length, may hold commas and quotes, and survives programs that drop Excel's extensions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.intake.data_values import NOT_APPLICABLE_WORD
from pipeline.standard.types import Field, IntakeSchema, RowTable

OPTION_NAME_PREFIX = "o_"
_LISTED_TYPES = ("choice", "multi_choice", "yes_no")


@dataclass(frozen=True)
class OptionLists:
    """Words by defined name, in the order of the columns."""

    by_name: Mapping[str, tuple[str, ...]]

    def name_of(self, field: Field) -> str | None:
        """The defined name of the field's list; None when the field is not chosen from a list."""
        words = words_of(field)
        return next((name for name, listed in self.by_name.items() if listed == words), None)


def words_of(field: Field) -> tuple[str, ...]:
    """What the drop-down offers: the options, and 不适用 where it may be answered."""
    if field.type not in _LISTED_TYPES:
        return ()
    if field.not_applicable == "forbidden" or NOT_APPLICABLE_WORD in field.choices:
        return field.choices
    return (*field.choices, NOT_APPLICABLE_WORD)


def option_lists(schema: IntakeSchema) -> OptionLists:
    """Every distinct list of the workbook, named after its option set or after the first field that uses it."""
    sets = {words: name for name, words in schema.option_sets.items()}
    names: dict[tuple[str, ...], str] = {}
    for owner, field in _fields(schema):
        words = words_of(field)
        if words and words not in names:
            wanted = OPTION_NAME_PREFIX + sets.get(words, owner)
            taken = set(names.values())
            name, number = wanted, 2
            while name in taken:
                name, number = f"{wanted}.{number}", number + 1
            names[words] = name
    return OptionLists({name: words for words, name in names.items()})


def _fields(schema: IntakeSchema) -> list[tuple[str, Field]]:
    fields = [(f.id, f) for f in schema.fields.values()]
    fields += [(f"{t.id}.{c.id}", c) for t in schema.tables.values() for c in t.columns]
    for table in schema.tables.values():
        own = table.questions.values() if isinstance(table, RowTable) else ()
        fields += [(f"{table.id}.{f.id}", f) for row in own for f in row.values() if f is not None]
    return fields
