"""Turns strict YAML into the frozen records of `types.py`, gathering every fault with file and line."""

from __future__ import annotations

import dataclasses
import types
import typing
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from pipeline.findings import nearest
from pipeline.standard.nodes import Mapping_, Place, Sequence_

T = TypeVar("T")
_FAULT = object()


@lru_cache(maxsize=256)
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


class Binder:
    """Binds values to types; faults are sentences in `problems`."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def record(self, cls: type[T], value: Any, place: Place) -> T | None:
        """An instance of the dataclass `cls`, or None when a fault was noted."""
        result = self._record(cls, value, place)
        return None if result is _FAULT else result

    def _fault(self, place: Place, text: str) -> Any:
        self.problems.append(f"{place}：{text}")
        return _FAULT

    def _record(self, cls: Any, value: Any, place: Place) -> Any:
        if not isinstance(value, Mapping_):
            return self._fault(place, f"这里应为若干“键: 值”（{cls.__name__}）")
        known = {f.name: f for f in dataclasses.fields(cls)}
        hints = _hints(cls)
        arguments: dict[str, Any] = {}
        faulty = False
        meant: set[str] = set()
        for key, item in value.items():
            where = value.places[key]
            if key not in known:
                near = nearest(key, known)
                hint = f"，是否应为“{near}”？" if near else "。"
                meant |= {near} if near else set()
                self._fault(where, f"未知的键“{key}”{hint}允许的键：{'、'.join(known)}")
                faulty = True
                continue
            bound = self._value(hints[key], item, where, key)
            faulty = faulty or bound is _FAULT
            arguments[key] = bound
        for name, spec in known.items():
            required = spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING
            if required and name not in value:
                faulty = True
                if name not in meant:  # else the misspelt key has been named
                    self._fault(value.place, f"缺少键“{name}”，请补上")
        return _FAULT if faulty else cls(**arguments)

    def _value(self, hint: Any, value: Any, place: Place, key: str) -> Any:
        origin = typing.get_origin(hint)
        if origin in (typing.Union, types.UnionType):
            return self._union(hint, value, place, key)
        if origin is typing.Literal:
            options = [str(a) for a in typing.get_args(hint)]
            if str(value) in options and value is not None:
                return value
            return self._fault(place, f"“{key}”应为 {'、'.join(options)} 之一，这里是“{value}”")
        if origin is tuple:
            return self._tuple(typing.get_args(hint)[0], value, place, key)
        if origin is not None and issubclass(origin, typing.Mapping):
            return self._mapping(typing.get_args(hint)[1], value, place, key)
        if hint is Any:
            return value
        if dataclasses.is_dataclass(hint):
            return self._record(hint, value, place)
        return self._scalar(hint, value, place, key)

    def _union(self, hint: Any, value: Any, place: Place, key: str) -> Any:
        options = typing.get_args(hint)
        if value is None and type(None) in options:
            return None
        others = [o for o in options if o is not type(None)]
        if len(others) > 1:  # a list, or the name of one
            wanted = str if isinstance(value, str) else next(o for o in others if o is not str)
            return self._value(wanted, value, place, key)
        return self._value(others[0], value, place, key)

    def _tuple(self, item_hint: Any, value: Any, place: Place, key: str) -> Any:
        if not isinstance(value, Sequence_):
            return self._fault(place, f"“{key}”应为列表")
        items = [self._value(item_hint, v, p, key) for v, p in zip(value, value.places, strict=True)]
        return _FAULT if any(i is _FAULT for i in items) else tuple(items)

    def _mapping(self, value_hint: Any, value: Any, place: Place, key: str) -> Any:
        if not isinstance(value, Mapping_):
            return self._fault(place, f"“{key}”应为若干“键: 值”")
        bound = {k: self._value(value_hint, v, value.places[k], k) for k, v in value.items()}
        return _FAULT if any(b is _FAULT for b in bound.values()) else bound

    def _scalar(self, hint: Any, value: Any, place: Place, key: str) -> Any:
        if hint is bool:
            return value if isinstance(value, bool) else self._fault(place, f"“{key}”应为 true 或 false")
        if hint is Decimal:
            return value if isinstance(value, Decimal) else self._fault(place, f"“{key}”应为数字（不加引号）")
        if hint is int:
            if isinstance(value, Decimal) and value == value.to_integral_value():
                return int(value)
            return self._fault(place, f"“{key}”应为整数")
        if isinstance(value, str):
            return value.strip("\n")
        if key in ("clause", "pack_version") or isinstance(value, bool):
            return self._fault(place, f"“{key}”应为加引号的文字，这里是 {value}")
        if isinstance(value, Decimal):
            return format(value, "f")
        return self._fault(place, f"“{key}”应为文字")
