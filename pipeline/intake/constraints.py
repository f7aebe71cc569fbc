"""Field rules as cerberus schemas made from the pack's fields, and the checks compiled from these schemas.

The schema of a field (`field_rules`) is the declaration, in cerberus's language and with cerberus's meaning; cerberus itself
judges by it in `constraints_reference`. Judging one row of a ledger costs cerberus more than reading it, so every rule is
turned into a function of the value once for each pack. Tests hold both against each other over arbitrary values.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Container, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from pipeline.memo import per_object
from pipeline.quantity import Value, is_blank, plain
from pipeline.standard.types import Field, IntakeSchema, Table

VALUE_TYPES: Final[Mapping[str, type]] = {
    "decimal": Decimal, "text": str, "day": dt.date, "truth": bool, "choices": tuple,
}  # fmt: skip
"""The types of the schemas, by the name that stands in them."""
_TYPE_OF: Mapping[str, str] = {
    "number": "decimal", "integer": "decimal", "year": "decimal", "date": "day", "yes_no": "truth", "multi_choice": "choices",
}  # fmt: skip

Broken = tuple[str, Mapping[str, str]]
"""A code of the catalogue and the words of its message."""
Check = Callable[[Any], "Broken | None"]
"""The first rule that a value breaks."""


def field_rules(asked: Field) -> dict[str, Any]:
    """The cerberus rules of a field."""
    rules: dict[str, Any] = {"type": _TYPE_OF.get(asked.type, "text")}
    for rule, limit in (
        ("min", asked.min),
        ("max", asked.max),
        ("above", asked.above),
        ("below", asked.below),
    ):
        if limit is not None and rules["type"] == "decimal":
            rules[rule] = limit
    if asked.type in ("choice", "multi_choice"):
        rules["allowed"] = list(asked.choices)
    if rules["type"] == "text":
        if asked.max_length is not None:
            rules["maxlength"] = asked.max_length
        if asked.pattern is not None:
            rules["regex"] = rf"(?:{asked.pattern})\Z"
    return rules


# -- rules as functions of the value ---------------------------------------------------------------------------
def _outside(words: str, limit: Decimal, breaks: Callable[[Decimal], bool]) -> Check:
    broken: Broken = "out_of_range", {"limit": f"{words} {plain(limit)}"}
    return lambda value: broken if breaks(value) else None


def _min(limit: Decimal) -> Check:
    return _outside("不小于", limit, lambda value: value < limit)


def _max(limit: Decimal) -> Check:
    return _outside("不大于", limit, lambda value: value > limit)


def _above(limit: Decimal) -> Check:
    return _outside("大于", limit, lambda value: value <= limit)


def _below(limit: Decimal) -> Check:
    return _outside("小于", limit, lambda value: value >= limit)


def _allowed(options: Container[str]) -> Check:
    broken: Broken = "not_an_option", {}

    def check(value: str | tuple[str, ...]) -> Broken | None:
        chosen = (value,) if isinstance(value, str) else value
        return None if all(choice in options for choice in chosen) else broken

    return check


def _maxlength(limit: int) -> Check:
    def check(value: str) -> Broken | None:
        return ("too_long", {"length": str(len(value)), "limit": str(limit)}) if len(value) > limit else None

    return check


def _regex(pattern: str) -> Check:
    matches = re.compile(pattern).match
    broken: Broken = "pattern", {}
    return lambda value: None if matches(value) else broken


_RULES: Final[Mapping[str, Callable[[Any], Check]]] = {
    "min": _min, "max": _max, "above": _above, "below": _below,
    "allowed": _allowed, "maxlength": _maxlength, "regex": _regex,
}  # fmt: skip


def compiled(rules: Mapping[str, Any]) -> Check | None:
    """The rules of one field as a function of its value; None where only the type is declared, which reading has settled.

    The function raises AssertionError for a value of another type: that is a fault of the reader, not of the client.
    """
    # cerberus hands over errors by the names of their rules, so the first one told is the first by its name
    checks = [_RULES[rule](rules[rule]) for rule in sorted(rules) if rule != "type"]
    if not checks:
        return None
    declared = VALUE_TYPES[rules["type"]]

    def check(value: Any) -> Broken | None:
        if not isinstance(value, declared):
            raise AssertionError(f"no message for a {type(value).__name__} in place of a {declared.__name__}")
        for judge in checks:
            broken = judge(value)
            if broken is not None:
                return broken
        return None

    return check


@per_object(4096)
def _check_of(asked: Field) -> Check | None:
    return compiled(field_rules(asked))


def _checks(fields: Iterable[Field]) -> Mapping[str, Check]:
    return {f.id: check for f in fields if (check := _check_of(f)) is not None}


@per_object(16)
def _field_checks(schema: IntakeSchema) -> Mapping[str, Check]:
    return _checks(schema.fields.values())


@per_object(256)
def _column_checks(table: Table) -> Mapping[str, Check]:
    return _checks(table.columns)


class Constraints:
    """The field rules of a pack: which values break one."""

    def __init__(self, schema: IntakeSchema) -> None:
        self._fields = _field_checks(schema)
        self._tables = schema.tables

    def broken_fields(self, values: Mapping[str, Value]) -> Mapping[str, Broken]:
        """By field id, the rule that a value breaks. Blanks are not judged."""
        return _judge(self._fields, values)

    def broken_columns(self, table_id: str, values: Mapping[str, Value]) -> Mapping[str, Broken]:
        """By column id, the rule that a value in a row of the table breaks."""
        return _judge(_column_checks(self._tables[table_id]), values)

    def broken_row(
        self, table: Table, asked: Mapping[str, Field], values: Mapping[str, Value]
    ) -> Mapping[str, Broken]:
        """Like `broken_columns`, where a row may ask something of its own in a column."""
        own = {c for c, field_ in asked.items() if field_ is not table.by_id[c]}
        if not own:
            return self.broken_columns(table.id, values)
        broken = dict(self.broken_columns(table.id, {c: v for c, v in values.items() if c not in own}))
        for column in sorted(own):
            check = _check_of(asked[column])
            if check is not None:
                broken |= _judge({column: check}, {column: values[column]})
        return broken


def _judge(checks: Mapping[str, Check], values: Mapping[str, Value]) -> Mapping[str, Broken]:
    found: dict[str, Broken] = {}
    for key, check in checks.items():
        value = values.get(key)
        if value is not None and not is_blank(value):
            broken = check(value)
            if broken is not None:
                found[key] = broken
    return found
