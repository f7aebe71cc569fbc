"""Field rules judged by cerberus itself: the meaning that the compiled checks of `constraints` are held against.

Cerberus judges typed values only (`normalize=False`: it never changes one); its numeric error codes become codes of our
catalogue. No command imports this module; tests and benchmarks do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

import cerberus
from cerberus import errors as ce

from pipeline.intake.constraints import VALUE_TYPES, Broken
from pipeline.quantity import plain

_ABOVE = ce.ErrorDefinition(0x1001, "above")
_BELOW = ce.ErrorDefinition(0x1002, "below")


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


class Validator(cerberus.Validator):  # type: ignore[misc]
    """Cerberus with our types and with open limits."""

    types_mapping: ClassVar[Mapping[str, cerberus.TypeDefinition]] = {
        name: cerberus.TypeDefinition(name, (kind,), ()) for name, kind in VALUE_TYPES.items()
    }

    def _validate_above(self, limit: Decimal, field: str, value: Decimal) -> None:
        """{'nullable': False}"""
        if value <= limit:
            self._error(field, _ABOVE)

    def _validate_below(self, limit: Decimal, field: str, value: Decimal) -> None:
        """{'nullable': False}"""
        if value >= limit:
            self._error(field, _BELOW)


def judged(schema: Mapping[str, Mapping[str, Any]], document: Mapping[str, Any]) -> Mapping[str, Broken]:
    """By key, the first rule that its value breaks. Raises AssertionError for a value of another type."""
    validator = Validator(schema, error_handler=_Errors)
    if validator.validate(document, normalize=False):
        return {}
    broken: dict[str, Broken] = validator.errors
    return broken
