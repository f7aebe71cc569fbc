"""Field rules as cerberus schemas made from the pack's fields, compiled once for each pack.

Cerberus judges typed values only (`normalize=False`: it never changes one); its numeric error codes become codes of our
catalogue.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar

import cerberus
from cerberus import errors as ce

from pipeline.quantity import Value, is_blank, plain
from pipeline.standard.types import Field, IntakeSchema, Table

_TYPES: Mapping[str, cerberus.TypeDefinition] = {
    "decimal": cerberus.TypeDefinition("decimal", (Decimal,), ()),
    "text": cerberus.TypeDefinition("text", (str,), ()),
    "day": cerberus.TypeDefinition("day", (dt.date,), ()),
    "truth": cerberus.TypeDefinition("truth", (bool,), ()),
    "choices": cerberus.TypeDefinition("choices", (tuple,), ()),
}
_TYPE_OF: Mapping[str, str] = {
    "number": "decimal", "integer": "decimal", "year": "decimal", "date": "day", "yes_no": "truth", "multi_choice": "choices",
}  # fmt: skip
_ABOVE = ce.ErrorDefinition(0x1001, "above")
_BELOW = ce.ErrorDefinition(0x1002, "below")

Broken = tuple[str, Mapping[str, str]]
"""A code of the catalogue and the words of its message."""


class _Errors(ce.BaseErrorHandler):  # type: ignore[misc]
    """Hands over the first error of each field as a code of our catalogue."""

    def __call__(self, errors: Iterable[ce.ValidationError]) -> dict[str, Broken]:
        found: dict[str, Broken] = {}
        for error in errors:
            found.setdefault(str(error.document_path[-1]), _broken(error))
        return found


def _broken(error: ce.ValidationError) -> Broken:
    limit, value = error.constraint, error.value
    match error.code:
        case ce.MIN_VALUE.code:
            return "out_of_range", {"limit": f"不小于 {plain(limit)}"}
        case ce.MAX_VALUE.code:
            return "out_of_range", {"limit": f"不大于 {plain(limit)}"}
        case _ABOVE.code:
            return "out_of_range", {"limit": f"大于 {plain(limit)}"}
        case _BELOW.code:
            return "out_of_range", {"limit": f"小于 {plain(limit)}"}
        case ce.MAX_LENGTH.code:
            return "too_long", {"length": str(len(value)), "limit": str(limit)}
        case ce.REGEX_MISMATCH.code:
            return "pattern", {}
        case ce.UNALLOWED_VALUE.code | ce.UNALLOWED_VALUES.code:
            return "not_an_option", {}
    raise AssertionError(f"no message for {error!r}")


class _Validator(cerberus.Validator):  # type: ignore[misc]
    """Cerberus with our types and with open limits."""

    types_mapping: ClassVar[Mapping[str, cerberus.TypeDefinition]] = _TYPES

    def _validate_above(self, limit: Decimal, field: str, value: Decimal) -> None:
        """{'nullable': False}"""
        if value <= limit:
            self._error(field, _ABOVE)

    def _validate_below(self, limit: Decimal, field: str, value: Decimal) -> None:
        """{'nullable': False}"""
        if value >= limit:
            self._error(field, _BELOW)


def field_rules(asked: Field) -> dict[str, Any]:
    """The cerberus rules of one asked."""
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


@dataclass(frozen=True, slots=True)
class _Key:
    """A schema as cache key: by identity, and kept alive by the cache."""

    schema: IntakeSchema = field(compare=False)
    identity: int


@dataclass(frozen=True, slots=True)
class _Compiled:
    fields: Any
    tables: Mapping[str, Any]


@lru_cache(maxsize=16)
def _compiled(key: _Key) -> _Compiled:
    def compiled(fields: Iterable[Field]) -> Any:
        return _Validator({f.id: field_rules(f) for f in fields}).schema

    tables = {t.id: compiled(t.columns) for t in key.schema.tables.values()}
    return _Compiled(compiled(key.schema.fields.values()), tables)


class Constraints:
    """The field rules of a pack: which values break one. Compiled once for each pack; one object for each reading."""

    def __init__(self, schema: IntakeSchema) -> None:
        compiled = _compiled(_Key(schema, id(schema)))
        self._fields = _Validator(compiled.fields, error_handler=_Errors)
        self._tables = {
            name: _Validator(rules, error_handler=_Errors) for name, rules in compiled.tables.items()
        }

    def broken_fields(self, values: Mapping[str, Value]) -> Mapping[str, Broken]:
        """By field id, the rule that a value breaks. Blanks are not judged."""
        return _judge(self._fields, values)

    def broken_columns(self, table_id: str, values: Mapping[str, Value]) -> Mapping[str, Broken]:
        """By column id, the rule that a value in a row of the table breaks."""
        return _judge(self._tables[table_id], values)

    def broken_row(
        self, table: Table, asked: Mapping[str, Field], values: Mapping[str, Value]
    ) -> Mapping[str, Broken]:
        """Like `broken_columns`, where a row may ask something of its own in a column."""
        own = {c for c, field_ in asked.items() if field_ is not table.by_id[c]}
        broken = dict(self.broken_columns(table.id, {c: v for c, v in values.items() if c not in own}))
        for column in sorted(own):
            validator = _Validator({column: field_rules(asked[column])}, error_handler=_Errors)
            broken |= _judge(validator, {column: values[column]})
        return broken


def _judge(validator: Any, values: Mapping[str, Value]) -> Mapping[str, Broken]:
    """Long ledgers make it worth leaving out what has no rule but its type, which reading has already settled."""
    document = {
        key: value for key, value in values.items() if len(validator.schema[key]) > 1 and not is_blank(value)
    }
    if not document or validator.validate(document, normalize=False):
        return {}
    broken: dict[str, Broken] = validator.errors
    return broken
