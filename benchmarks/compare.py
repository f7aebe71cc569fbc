"""Measured ratios against those expected."""

from __future__ import annotations

from collections.abc import Mapping

LONG_ONLY = ("merge: fastest peer", "workers:")
"""What the short form leaves out: peers of npm, and a second processor, which a busy machine has not."""


def compare(found: Mapping[str, float], expected: Mapping[str, float]) -> tuple[list[str], bool]:
    """A line a ratio, and whether any has fallen to half of what is expected, is missing or has nothing to be held against."""
    lines, failed = [], False
    for name in sorted({*found, *expected}):
        if name not in found and name.startswith(LONG_ONLY):
            continue
        if name not in found:
            verdict = "MISSING"
        elif name not in expected:
            verdict = "NEW"
        else:
            verdict = "HALVED" if found[name] < expected[name] / 2 else "ok"
        failed |= verdict != "ok"
        shown = [f"{values[name]:8.2f}" if name in values else " " * 8 for values in (found, expected)]
        lines.append(f"{verdict:7} {name:45} {shown[0]}  expected {shown[1]}")
    return lines, failed
