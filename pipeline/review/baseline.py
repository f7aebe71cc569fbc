"""Expected changes: a file that says which of them nobody needs to look at.

Either the JSON of an earlier `lvbao diff --json` (exactly these changes are expected), or YAML with rules:

    expected:
      - tag: i:floor_area_ratio      # any change of this figure
      - tag: f:land_area
        new: "61000"                 # only to this value
      - where: 附录A                  # anything whose place contains this
      - cause: template              # anything that comes from the template alone
        group: text
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import yaml

from pipeline.files import read_bytes
from pipeline.findings import LvbaoError, nearest
from pipeline.review.difference import CAUSE_WORDS, GROUP_WORDS, Change

_KEYS: Final = ("tag", "where", "group", "cause", "act", "old", "new")


@dataclass(frozen=True)
class Baseline:
    """Ids of expected changes, and rules: a change that fits every key of one rule is expected."""

    ids: frozenset[str] = frozenset()
    rules: tuple[Mapping[str, str], ...] = ()

    def marked(self, change: Change) -> Change:
        """The change, marked when it is expected."""
        expected = change.id in self.ids or any(_fits(change, rule) for rule in self.rules)
        return replace(change, expected=expected) if expected != change.expected else change


NO_BASELINE: Final = Baseline()


def read_baseline(path: Path) -> Baseline:
    """The baseline in a file. Raises LvbaoError with the faulty entry."""
    text = read_bytes(path, "预期变化文件").decode("utf-8", "replace")
    try:
        data = json.loads(text) if path.suffix.lower() == ".json" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError):
        raise LvbaoError(
            f"{path.name} 不是合格的 {'JSON' if path.suffix.lower() == '.json' else 'YAML'}。"
        ) from None
    if isinstance(data, dict) and isinstance(data.get("changes"), list):
        return Baseline(frozenset(str(c.get("id", "")) for c in data["changes"] if isinstance(c, dict)))
    rules = data.get("expected") if isinstance(data, dict) else None
    if not isinstance(rules, list):
        raise LvbaoError(f"{path.name} 应有 expected: 列表，或者是 lvbao diff --json 的输出。")
    return Baseline(rules=tuple(_rule(rule, number, path.name) for number, rule in enumerate(rules, 1)))


def _rule(rule: Any, number: int, file: str) -> Mapping[str, str]:
    place = f"{file} 第 {number} 条"
    if not isinstance(rule, dict) or not rule:
        raise LvbaoError(f"{place}应写成“键: 值”，可用的键：{'、'.join(_KEYS)}")
    for key, value in rule.items():
        if key not in _KEYS:
            near = nearest(str(key), _KEYS)
            raise LvbaoError(
                f"{place}有不认识的键“{key}”。{f'是否为“{near}”？' if near else ''}可用：{'、'.join(_KEYS)}"
            )
        known = {"cause": tuple(CAUSE_WORDS), "group": tuple(GROUP_WORDS)}.get(str(key))
        if known is not None and value not in known:
            raise LvbaoError(f"{place}的 {key} 应为 {'、'.join(known)} 之一，这里是“{value}”")
    return {str(k): str(v) for k, v in rule.items()}


def _fits(change: Change, rule: Mapping[str, str]) -> bool:
    said = {"tag": change.tag, "group": change.group, "act": change.act, "old": change.old, "new": change.new}
    for key, wanted in rule.items():
        if key == "where":
            if wanted not in change.where and wanted not in change.topic:
                return False
        elif key == "cause":
            if not change.causes or any(c.kind != wanted for c in change.causes):
                return False
        elif said[key] != wanted:
            return False
    return True
