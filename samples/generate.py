"""Makes the workbooks of every sample: `python samples/generate.py` (`--check` only tells).

A sample has `facts.yaml` (the enterprise's facts by ids), or `variant.yaml`: the facts of another sample with changes
(`change`: whole fields and tables; `edit`: columns of single rows of a table).
Where there is a verification, `verification.yaml` (or the variant) fills the third party's sheet 核查表.xlsx; a variant
may say which facts stood in the workbook `at_verification`, so that the sheet is stale.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.evaluate import evaluate
from pipeline.files import write_bytes
from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.resources import find_standard
from pipeline.standard import Standard, load_standard
from pipeline.standard.yaml import read
from pipeline.verification.sheet import write_sheet

HERE = Path(__file__).parent
STANDARD = "cpcif-adhesive-2022-draft"
"""The pack of a sample that has no `standard.txt` beside its facts."""

MERGED = ("criteria", "notes", "verified_values", "verified_criteria", "veto_conditions")
"""Mappings of rows: a variant changes single rows of them."""


def workbooks() -> Iterator[tuple[Path, bytes]]:
    """(path, content) of every sample's workbooks."""
    for folder in sorted(
        {path.parent for name in ("facts", "variant") for path in HERE.glob(f"*/{name}.yaml")}
    ):
        named = folder / "standard.txt"
        name = named.read_text(encoding="utf-8").strip() if named.is_file() else STANDARD
        standard = load_standard(find_standard(name))
        target = folder / "录入表.xlsx"
        yield target, write_workbook(standard, read_data(facts(folder), standard))
        answers = verification(folder)
        if answers is not None:
            yield target.with_name("核查表.xlsx"), sheet(standard, folder, answers)


def facts(folder: Path) -> Mapping[str, Any]:
    """The facts of a sample."""
    own = folder / "facts.yaml"
    if own.is_file():
        return load(own)
    variant = load(folder / "variant.yaml")
    base = reworded(facts(HERE / variant["of"]), variant.get("reword", {}))
    return without_files(edited(changed(base, variant.get("change", {})), variant.get("edit", ())))


def without_files(data: dict[str, Any]) -> dict[str, Any]:
    """A variant has no folder of evidence files, so its register names none."""
    rows = [{k: v for k, v in row.items() if k != "file"} for row in data.get("evidence", ())]
    return {**data, "evidence": rows}


def verification(folder: Path) -> Mapping[str, Any] | None:
    """The third party's answers of a sample; None without a verification."""
    own = folder / "verification.yaml"
    if own.is_file():
        return load(own)
    variant = load(folder / "variant.yaml") if (folder / "variant.yaml").is_file() else {}
    if "verification_of" not in variant:
        return None
    base = reworded(verification(HERE / variant["verification_of"]) or {}, variant.get("reword", {}))
    return changed(base, variant.get("verification_change", {}))


def sheet(standard: Standard, folder: Path, answers: Mapping[str, Any]) -> bytes:
    """The verification sheet, made from the workbook as it was at that time."""
    variant = load(folder / "variant.yaml") if (folder / "variant.yaml").is_file() else {}
    then = changed(facts(folder), variant.get("at_verification", {}))
    with tempfile.TemporaryDirectory(prefix="lvbao-samples-") as place:
        path = Path(place) / "录入表.xlsx"
        path.write_bytes(write_workbook(standard, read_data(then, standard)))
        return write_sheet(evaluate(path, standard), answers).content


def changed(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping with the changes; rows of `MERGED` mappings one by one, their columns one by one."""
    result = {**base, **{k: v for k, v in change.items() if k not in MERGED}}
    for name in (n for n in MERGED if n in change):
        rows = dict(base.get(name, {}))
        for key, row in change[name].items():
            rows[key] = {**rows.get(key, {}), **row} if isinstance(row, Mapping) else row
        result[name] = rows
    return result


def edited(data: Mapping[str, Any], edits: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The data with single rows changed: `table`, `where` (columns that tell exactly one row), `set` (new values)."""
    result = dict(data)
    for edit in edits:
        told, rows = edit["where"], list(result[edit["table"]])
        (index,) = (i for i, row in enumerate(rows) if all(row.get(k) == v for k, v in told.items()))
        rows[index] = {**rows[index], **edit["set"]}
        result[edit["table"]] = rows
    return result


def reworded(value: Any, words: Mapping[str, str]) -> Any:
    """The data with words replaced in every text: another name, another code."""
    if isinstance(value, Mapping):
        return {k: reworded(v, words) for k, v in value.items()}
    if isinstance(value, list):
        return [reworded(v, words) for v in value]
    if isinstance(value, str):
        for old, new in words.items():
            value = value.replace(old, new)
    return value


def load(path: Path) -> dict[str, Any]:
    """A YAML file of a sample."""
    value = read(path, str(path.relative_to(HERE)))
    assert isinstance(value, dict)
    return value


def stale() -> list[Path]:
    """The workbooks that are not what their facts give."""
    return [path for path, content in workbooks() if not path.is_file() or path.read_bytes() != content]


if __name__ == "__main__":
    if "--check" in sys.argv:
        outdated = stale()
        sys.exit(f"stale: {', '.join(str(p.relative_to(HERE)) for p in outdated)}" if outdated else 0)
    for target_path, made in workbooks():
        if not target_path.is_file() or target_path.read_bytes() != made:
            write_bytes(target_path, made)
            print(f"written {target_path.relative_to(HERE)}")
