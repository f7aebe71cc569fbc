"""Prints the ratios of docs and benchmarks/README.md: engines side by side, paired round by round.

    python benchmarks/run.py                 everything (about ten minutes, needs npm)
    python benchmarks/run.py --short         what CI runs: fails when a ratio is half of the expected one, or missing
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
from compare import compare  # noqa: E402
from peers import peers  # noqa: E402

EXPECTED = HERE / "expected.json"
PARTS = ("merge", "cold", "growth", "memory", "workers", "reading", "whole")


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
    parts = [part for part in PARTS if not (asked.short and part == "workers")]
    for part in asked.parts or parts:
        print(f"\n== {part}", flush=True)
        found |= getattr(measures, part)(setup)
    if asked.json:
        rounded = {name: float(f"{value:.3g}") for name, value in found.items()}
        asked.json.write_text(json.dumps(rounded, indent=1, sort_keys=True) + "\n")
    expected: dict[str, float] = json.loads(EXPECTED.read_text())
    lines, failed = compare(
        found, expected if not asked.parts else {n: expected[n] for n in found if n in expected}
    )
    print("\n== against expected.json", *lines, sep="\n")
    return int(failed and asked.short)


if __name__ == "__main__":
    sys.exit(main())
