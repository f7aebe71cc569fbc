"""A pack over a base: its files hold only what differs, merged by id, and each difference keeps its place.

A mapping is merged key by key. A list whose items have an id (`id`, `set`, `key` or `number`) is merged item by item:
the same id changes the keys that are given, `replace: true` takes the item as it stands, `remove: true` takes it out,
a new id is added at the end or `after:` another. Everything else is replaced.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from pipeline.findings import nearest
from pipeline.standard.nodes import Mapping_, Place, Sequence_

_IDS: Final = ("id", "set", "key", "number")
_MARKS: Final = ("remove", "replace", "after")
Action = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class Override:
    """One difference to the base: what, where it is said, and for a change the keys that it touches."""

    path: str
    action: Action
    place: str
    keys: tuple[str, ...] = ()


@dataclass(slots=True)
class Merger:
    """Lays one file over that of the base and notes every difference; faults are sentences in `problems`."""

    file: str
    overrides: list[Override] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def merged(self, base: Any, own: Any) -> Any:
        """The content of the merged file."""
        return self._merge(base, own, self.file, Place(self.file, 1))

    def _merge(self, base: Any, own: Any, path: str, place: Place) -> Any:
        if isinstance(base, Mapping_) and isinstance(own, Mapping_):
            return self._mapping(base, own, path)
        if isinstance(base, Sequence_) and isinstance(own, Sequence_):
            name = _id_key(base, own)
            if name is not None:
                return self._items(base, own, name, path)
        return own

    def _mapping(self, base: Mapping_, own: Mapping_, path: str) -> Mapping_:
        result = Mapping_(base)
        result.place, result.places = own.place, {**base.places, **own.places}
        changed = []
        for key, value in own.items():
            before = base.get(key)
            deep = _is_merged(before, value)
            if not deep and (key not in base or before != value):
                changed.append(key)
            inner = f"{path}/{key}" if _id_of(own) is None else path
            result[key] = self._merge(before, value, inner, own.places[key])
        if changed:
            self._note(path, "changed", own.place, tuple(changed))
        return result

    def _items(self, base: Sequence_, own: Sequence_, name: str, path: str) -> Sequence_:
        items = {str(item[name]): (item, place) for item, place in zip(base, base.places, strict=True)}
        for item, place in zip(own, own.places, strict=True):
            key = str(item[name])
            where = f"{path}/{key}"
            if key not in items:
                self._add(items, item, place, where, key)
            elif item.get("remove") is True:
                del items[key]
                self._note(where, "removed", item.place)
            elif item.get("replace") is True:
                items[key] = (_unmarked(item), place)
                self._note(where, "changed", item.place, tuple(k for k in item if k not in (name, *_MARKS)))
            else:
                items[key] = (self._mapping(items[key][0], _unmarked(item), where), place)
        result = Sequence_(value for value, _ in items.values())
        result.place, result.places = own.place, [place for _, place in items.values()]
        return result

    def _add(
        self, items: dict[str, tuple[Any, Place]], item: Mapping_, place: Place, where: str, key: str
    ) -> None:
        if item.get("remove") is True or item.get("replace") is True:
            near = nearest(key, items)
            hint = f"，是否应为“{near}”？" if near else ""
            self.problems.append(f"{item.place}：基础标准包里没有“{key}”，不能删除或替换{hint}")
            return
        after = item.get("after")
        if after is not None and after not in items:
            self.problems.append(f"{item.place}：after 指的“{after}”不存在")
            return
        self._note(where, "added", item.place)
        order = list(items)
        at = len(order) if after is None else order.index(after) + 1
        pairs = list(items.items())
        pairs.insert(at, (key, (_unmarked(item), place)))
        items.clear()
        items.update(pairs)

    def _note(self, path: str, action: Action, place: Place, keys: tuple[str, ...] = ()) -> None:
        self.overrides.append(Override(path, action, str(place), keys))


def _is_merged(base: Any, own: Any) -> bool:
    """Whether two values are merged inside instead of replaced."""
    if isinstance(base, Mapping_) and isinstance(own, Mapping_):
        return True
    both = isinstance(base, Sequence_) and isinstance(own, Sequence_)
    return both and _id_key(base, own) is not None


def _id_key(base: Sequence_, own: Sequence_) -> str | None:
    """The key that names the items of both lists."""
    items = [*base, *own]
    if not items or not all(isinstance(item, Mapping_) for item in items):
        return None
    return next((name for name in _IDS if all(name in item for item in items)), None)


def _id_of(mapping: Mapping_) -> str | None:
    return next((str(mapping[name]) for name in _IDS if name in mapping), None)


def _unmarked(item: Mapping_) -> Mapping_:
    """The item without the words that only say how to merge it."""
    result = Mapping_({key: value for key, value in item.items() if key not in _MARKS})
    result.place = item.place
    result.places = {key: place for key, place in item.places.items() if key not in _MARKS}
    return result
