"""Prints the ratios of docs and benchmarks/README.md: engines side by side, paired round by round.

    python benchmarks/run.py                 everything (about ten minutes, needs npm)
    python benchmarks/run.py --short         what CI runs: fails when a ratio is half of the expected one
    python benchmarks/run.py merge reading   single parts

Each engine runs in its own process; in every round all engines render, in an order that changes, and a ratio is the
median of the ratios within the rounds. Times are processor time (user + system), so that other load matters less.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from random import Random

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent))

import measures  # noqa: E402  (the folder is put on the path above)
from peers import peers  # noqa: E402

EXPECTED = HERE / "expected.json"
PARTS = ("merge", "cold", "growth", "memory", "workers", "reading", "checks", "whole")


def main() -> int:
    """Run the parts that are asked for, print, and compare where `--short` is given."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    rounds = asked.rounds or (5 if asked.short else 11)
    found: dict[str, float] = {}
    setup = measures.Setup(peers(node=not asked.short), rounds, asked.short, Random(1))
    for part in asked.parts or PARTS:
        print(f"\n== {part}", flush=True)
        found |= getattr(measures, part)(setup)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    return compare(found) if asked.short else 0


def compare(found: dict[str, float]) -> int:
    """1 when a ratio has fallen to half of what is expected."""
    expected: dict[str, float] = json.loads(EXPECTED.read_text())
    print("\n== against expected.json")
    failed = 0
    for name, wanted in sorted(expected.items()):
        if name not in found:
            continue
        halved = found[name] < wanted / 2
        failed += halved
        print(f"{'HALVED' if halved else 'ok':7} {name:45} {found[name]:8.2f}  expected {wanted:8.2f}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
