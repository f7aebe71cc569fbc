"""The shape of a context: which names it has, and whether they are text, truth, list or mapping."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Leaf:
    """A value that is printed or asked: `kind` is text, truth, number or any."""

    kind: str


@dataclass(frozen=True)
class ListOf:
    """A list whose items all have one shape."""

    item: Shape


@dataclass(frozen=True)
class MapOf:
    """A mapping with known names."""

    names: Mapping[str, Shape] = field(default_factory=dict)


Shape = Leaf | ListOf | MapOf
TEXT, TRUTH, NUMBER, ANY = Leaf("text"), Leaf("truth"), Leaf("number"), Leaf("any")
LOOP = MapOf(
    {
        **dict.fromkeys(("index", "index0", "revindex", "revindex0", "length", "depth"), NUMBER),
        **dict.fromkeys(("first", "last"), TRUTH),
        **dict.fromkeys(("previtem", "nextitem"), ANY),
    }
)


def shape_of(value: object, name: str = "context") -> Shape:
    """The shape of a context or a piece of one. An empty list has items of any shape.

    Raises TypeError for anything but text, truth, int, mappings and lists: such a context is our own mistake.
    """
    if isinstance(value, bool):
        return TRUTH
    if isinstance(value, str):
        return TEXT
    if isinstance(value, int):
        return NUMBER
    if isinstance(value, Mapping):
        return MapOf({str(key): shape_of(item, f"{name}.{key}") for key, item in value.items()})
    if isinstance(value, Sequence):
        return ListOf(_merge([shape_of(item, f"{name}[]") for item in value]))
    raise TypeError(
        f"{name} is a {type(value).__name__}; a report context holds text, truth, lists and mappings only"
    )


def _merge(shapes: list[Shape]) -> Shape:
    """The shape that all items of a list have; names of any item are known."""
    if not shapes:
        return ANY
    maps = [shape for shape in shapes if isinstance(shape, MapOf)]
    if len(maps) < len(shapes):
        return shapes[0] if all(shape == shapes[0] for shape in shapes) else ANY
    names: dict[str, list[Shape]] = {}
    for shape in maps:
        for key, item in shape.names.items():
            names.setdefault(key, []).append(item)
    return MapOf({key: _merge_items(items) for key, items in names.items()})


def _merge_items(items: list[Shape]) -> Shape:
    lists = [item for item in items if isinstance(item, ListOf) and item.item != ANY]
    if lists and all(isinstance(item, ListOf) for item in items):
        return ListOf(_merge([item.item for item in lists]))
    return _merge(items)


def dotted_names(shape: Shape, prefix: str = "") -> Iterator[str]:
    """Every dotted path of a shape down to its leaves and lists."""
    if isinstance(shape, MapOf):
        for key in shape.names:
            yield from dotted_names(shape.names[key], f"{prefix}.{key}" if prefix else key)
    elif prefix:
        yield prefix


def unused_names(shape: Shape, used: Collection[str], prefix: str = "") -> Iterator[str]:
    """The names of a shape that `used` does not hold, items of lists as `products[].name`.

    A mapping or list of which nothing is used is named once, by its own name.
    """
    if isinstance(shape, MapOf):
        if prefix and not _touched(prefix, used):
            yield prefix
            return
        for key in shape.names:
            yield from unused_names(shape.names[key], used, f"{prefix}.{key}" if prefix else key)
    elif isinstance(shape, ListOf) and isinstance(shape.item, MapOf) and prefix in used:
        for key in shape.item.names:
            yield from unused_names(shape.item.names[key], used, f"{prefix}[].{key}")
    elif prefix not in used:
        yield prefix


def _touched(prefix: str, used: Collection[str]) -> bool:
    """Is any name below the prefix used?"""
    return any(name.startswith((f"{prefix}.", f"{prefix}[")) for name in used)
