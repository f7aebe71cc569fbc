"""Strict YAML: line numbers kept, numbers as decimals, duplicate keys refused, no dates, no yes/no, no octals."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from pipeline.standard.nodes import Mapping_, Place, Sequence_

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # a PyYAML built without libyaml reads the same, slower
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

_NUMBER = re.compile(r"[-+]?(?:\d+)(?:\.\d+)?")
_WORDS = {"null": None, "~": None, "": None, "true": True, "false": False}


class YamlError(ValueError):
    """The file is not YAML, or breaks one of the strict rules; `problems` are sentences with file and line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


def read(path: Path, name: str) -> Any:
    """The content of a YAML file as Mapping_, Sequence_, str, Decimal, bool or None.

    `name` is what messages call the file. Raises YamlError.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise YamlError([f"{name}：不是 UTF-8 文本"]) from None
    return read_text(text, name)


def read_text(text: str, name: str, first_line: int = 1) -> Any:
    """Like `read`, for a text that begins in line `first_line` of the file called `name`."""
    text = "\n" * (first_line - 1) + text
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        problem = getattr(error, "problem", None) or str(error)
        raise YamlError([f"{Place(name, line)}：YAML 写法有误（{problem}）"]) from None
    problems: list[str] = []
    value = _build(root, name, problems) if root is not None else None
    if problems:
        raise YamlError(problems)
    return value


def _build(node: yaml.Node, name: str, problems: list[str]) -> Any:
    place = Place(name, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        mapping = Mapping_()
        mapping.place = place
        mapping.places = {}
        for key_node, value_node in node.value:
            key_place = Place(name, key_node.start_mark.line + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                problems.append(f"{key_place}：键应为文字")
                continue
            key = str(key_node.value)
            if key in mapping:
                problems.append(f"{key_place}：键“{key}”重复（前面在第 {mapping.places[key].line} 行）")
                continue
            mapping[key] = _build(value_node, name, problems)
            mapping.places[key] = key_place
        return mapping
    if isinstance(node, yaml.SequenceNode):
        sequence = Sequence_()
        sequence.place = place
        sequence.places = []
        for item in node.value:
            sequence.append(_build(item, name, problems))
            sequence.places.append(Place(name, item.start_mark.line + 1))
        return sequence
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    if not getattr(node, "style", None):  # plain, not quoted (libyaml says "", PyYAML None)
        if text in _WORDS:
            return _WORDS[text]
        if _NUMBER.fullmatch(text):
            return Decimal(text)
    return text
