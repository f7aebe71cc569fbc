"""Which contexts need no new check: those with the same kinds of values behind the names that a template uses.

A check looks at the shape of a context alone. The part of a shape that the template uses is kept as plain data;
a context that fits it gives the same check, that is no fault. One item of a list stands for all: where later items
differ, the check knows less and finds nothing more, and rendering itself stops at what it cannot print.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from pipeline.report.shapes import ListOf, MapOf, Shape

Spec = Any
"""`{name: Spec}`, `[Spec]` for a list, or the kind of a leaf."""


def used_shape(shape: Shape, used: Collection[str]) -> Spec:
    """What of a shape the dotted names use (`tables.products[].name`); None when a name says more than we follow."""
    tree: dict[str, Any] = {}
    for name in used:
        if "?" in name:
            return None
        at = tree
        for step in re.findall(r"\[\]|[^.\[\]]+", name):
            at = at.setdefault(step, {})
    return _spec(shape, tree)


def _spec(shape: Shape, steps: Mapping[str, Any]) -> Spec:
    if isinstance(shape, MapOf):
        return {step: _spec(shape.names[step], below) for step, below in steps.items() if step in shape.names}
    if isinstance(shape, ListOf):
        return [_spec(shape.item, steps.get("[]", {}))]
    return shape.kind


def conforms(value: Any, spec: Spec) -> bool:
    """Does a context hold what a check has found to be in order?"""
    kind = type(spec)
    if kind is dict:
        if type(value) is not dict:
            return False
        try:
            for name, below in spec.items():
                if below == "text":
                    if not isinstance(value[name], str):
                        return False
                elif not conforms(value[name], below):
                    return False
        except KeyError:
            return False
        return True
    if kind is list:
        return isinstance(value, (list, tuple)) and (not value or conforms(value[0], spec[0]))
    if spec == "text":
        return isinstance(value, str)
    if spec == "truth":
        return isinstance(value, bool)
    return bool(spec == "number") and isinstance(value, int) and not isinstance(value, bool)
