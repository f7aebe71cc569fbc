"""Makes every sample's 录入表.xlsx from its facts.yaml: `python samples/generate.py` (`--check` only tells)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from pipeline.files import write_bytes
from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.resources import find_standard
from pipeline.standard import load_standard

HERE = Path(__file__).parent
STANDARD = "cpcif-adhesive-2022-draft"
"""The pack of a sample that has no `standard.txt` beside its facts."""


def workbooks() -> Iterator[tuple[Path, bytes]]:
    """(path, content) of every sample's workbook."""
    for facts in sorted(HERE.glob("*/facts.yaml")):
        named = facts.with_name("standard.txt")
        name = named.read_text(encoding="utf-8").strip() if named.is_file() else STANDARD
        standard = load_standard(find_standard(name))
        yield facts.with_name("录入表.xlsx"), write_workbook(standard, read_data(facts, standard))


def stale() -> list[Path]:
    """The workbooks that are not what their facts give."""
    return [path for path, content in workbooks() if not path.is_file() or path.read_bytes() != content]


if __name__ == "__main__":
    if "--check" in sys.argv:
        outdated = stale()
        sys.exit(f"stale: {', '.join(str(p.relative_to(HERE)) for p in outdated)}" if outdated else 0)
    for target, content in workbooks():
        write_bytes(target, content)
        print(f"written {target.relative_to(HERE)}")
