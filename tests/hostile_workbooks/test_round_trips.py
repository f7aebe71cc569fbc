"""The workbook sent through LibreOffice: saved as .xlsx it says the same, in its other formats it is refused by name."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.standard.types import Standard
from tests.hostile_workbooks.judge import Judge
from tests.hostile_workbooks.toy import FACTS
from tests.programs import needs_office, program

XLSX = "xlsx:Calc MS Excel 2007 XML"
DIRTY = {
    **{k: v for k, v in FACTS.items() if k not in ("land_area", "building_floor_area")},
    "raw": {"land_area": "约6138", "building_floor_area": "７９３７９"},
    "structure_floor_area": "不适用",
    "nmhc_measured": "未检出(<0.5)",
    "notes": {"structure_floor_area": "=没有构筑物"},
    "enterprise_name": "-某某\n“玩具” <有限> & 公司",
}


def saved(source: Path, to: str, folder: Path) -> Path:
    """The file saved by LibreOffice in another format (name of the ending, and of the filter where it matters)."""
    office = program("soffice")
    assert office is not None
    out = folder / f"{source.stem}-{to.partition(':')[0]}"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", to, "--outdir", str(out), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (result,) = out.iterdir()
    return result


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    judge = Judge()
    yield judge
    judge.close()


@needs_office
def test_libreoffice_changes_nothing_that_is_said(toy: Standard, judge: Judge, tmp_path: Path) -> None:
    for name, facts in (("净", FACTS), ("脏", DIRTY)):
        source = tmp_path / f"{name}.xlsx"
        source.write_bytes(write_workbook(toy, read_data(facts, toy)))
        before = judge.judge(source)
        again = saved(source, XLSX, tmp_path)
        through_ods = saved(saved(source, "ods", tmp_path), XLSX, tmp_path / "2")

        assert before.died == ""
        assert judge.judge(again) == before
        assert judge.judge(through_ods) == before


@needs_office
def test_its_other_formats_are_refused_by_name(toy: Standard, judge: Judge, tmp_path: Path) -> None:
    source = tmp_path / "录入表.xlsx"
    source.write_bytes(write_workbook(toy, read_data(FACTS, toy)))
    codes = {
        "ods": "file_not_xlsx",
        "xls": "file_old_xls",
        "csv": "file_is_text",
        "html": "file_is_html",
        "pdf": "file_is_pdf",
    }

    for ending, code in codes.items():
        refused = saved(source, ending, tmp_path)
        renamed = refused.rename(refused.with_suffix(".xlsx"))

        assert (ending, judge.judge(renamed).refused) == (ending, code)
