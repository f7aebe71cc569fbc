"""Clients for batches under the toy standard, good, faulty and hostile; and `lvbao batch` as a user types it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from PIL import Image

from pipeline.cli import main
from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.report import build_template
from pipeline.standard import Standard, load_standard
from tests.conftest import ROOT, TESTS

PACK = "toy_standard"
MADE = ("evaluation.json", "自评价报告.docx", "自评价报告.凭据.json")
DRAFT = ("evaluation.json", "自评价报告（草稿）.docx", "自评价报告（草稿）.凭据.json")
SUMMARY = ("汇总.html", "汇总.xlsx")
MET = {"verdict": "符合", "statement": "有制度有记录。", "evidence": "E01"}
FACTS: Mapping[str, Any] = {
    "enterprise_name": "某某玩具有限公司", "evaluation_year": 2024, "evaluation_date": "2025-03-01",
    "process_type": "冷法", "coal_edition": "GB/T 2589-2020", "has_boiler": "否",
    "land_area": 100000, "building_floor_area": 120000, "structure_floor_area": 0,
    "gross_output_value": 30000, "qualified_output": 1000, "recycling_rate": 60,
    "energy_use": [{"energy": "电力", "year": 2024, "amount": 100, "unit": "万kWh"}],
    "evidence": [
        {"number": "E01", "name": "营业执照", "file": "执照.png"},
        {"number": "E02", "name": "电能表", "file": "电表.png"},
    ],
    "criteria": {
        "T01": MET, "T02": MET, "T04": {"evidence": "E01"}, "T05": {"evidence": "E01"}, "T07": {"evidence": "E01"},
        "T03": {"verdict": "部分符合", "score": 20, "statement": "一部分厂房为单层。", "evidence": "E01"},
    },
}  # fmt: skip
"""A toy enterprise in whose workbook nothing is wrong."""
TEMPLATE = """---
standard: toy-standard
report: self_evaluation
title: "{{ report.title }}"
header: "{{ report.title }}"
---

# 企业

{{ f.enterprise_name }}占地 {{ f.land_area }}，总产值 {{ f.gross_output_value }}。
"""


@dataclass(frozen=True)
class Shop:
    """The toy pack with a column for evidence files, and a Word template for it."""

    standards: Path
    template: Path

    @property
    def standard(self) -> Standard:
        return load_standard(self.standards / PACK)

    @property
    def options(self) -> list[str]:
        """The options that make `lvbao` use them."""
        return ["--standards", str(self.standards), "--template", str(self.template)]

    def workbook(self, **changes: Any) -> bytes:
        """A filled workbook; a fact that is None is left out (which is an error in most of them)."""
        facts = {key: value for key, value in {**FACTS, **changes}.items() if value is not None}
        return write_workbook(self.standard, read_data(facts, self.standard))

    def client(self, folder: Path, **changes: Any) -> Path:
        """A client's folder with workbook and evidence; returns the workbook."""
        (folder / "附件").mkdir(parents=True)
        for name, colour in (("执照.png", "red"), ("电表.png", "blue")):
            Image.new("RGB", (40, 30), colour).save(folder / "附件" / name)
        path = folder / "录入表.xlsx"
        path.write_bytes(self.workbook(**changes))
        return path

    def batch(self, *arguments: str | Path) -> Result:
        """`lvbao batch` without page numbers."""
        return lvbao("batch", *arguments, *self.options, "--no-page-numbers")

    def process(
        self, *arguments: str | Path, before: str = "", encoding: str = "utf-8", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """The same in a process of its own, after the code `before`."""
        code = f"{before}\nfrom pipeline.cli import main\nmain()"
        words = ["batch", *map(str, arguments), *self.options, "--no-page-numbers"]
        return subprocess.run(
            [sys.executable, "-c", code, *words],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment},
            capture_output=True,
            encoding=encoding,
            check=False,
        )


def open_shop(folder: Path) -> Shop:
    """Sets it up in an empty folder."""
    standards = folder / "standards"
    shutil.copytree(TESTS / "toy_standard", standards / PACK)
    shutil.copytree(TESTS / "toy_factors", standards / "_factors")
    intake = standards / PACK / "intake.yaml"
    text = intake.read_text(encoding="utf-8")
    name = "          - {id: name, label: 名称, type: text, required: true}\n"
    assert text.count(name) == 1
    column = "          - {id: file, label: 文件名, type: text}\n"
    intake.write_text(text.replace(name, name + column), encoding="utf-8")
    source = folder / "报告.md"
    source.write_text(TEMPLATE, encoding="utf-8")
    source.with_suffix(".docx").write_bytes(build_template(source, ROOT / "report_templates" / "_house"))
    return Shop(standards, source.with_suffix(".docx"))


def lvbao(*arguments: str | Path) -> Result:
    """Runs a command; an exception that reaches the user is a fault of the test."""
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def results(output: Path) -> dict[str, bytes]:
    """Every file of a results folder but the manifest's, by its path."""
    return {
        p.relative_to(output).as_posix(): p.read_bytes()
        for p in sorted(output.rglob("*"))
        if p.is_file() and ".lvbao" not in p.relative_to(output).parts
    }


def reports(output: Path) -> list[str]:
    """The files in the clients' folders."""
    return [name for name in results(output) if "/" in name]


def heavy(content: bytes, rows: int = 20_000, columns: int = 50) -> bytes:
    """The workbook with so many cells more on its last sheet: nothing the guard refuses, but costly to read."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        last = max((n for n in old.namelist() if n.startswith("xl/worksheets/sheet")), key=_number)
        for name in old.namelist():
            data = old.read(name)
            if name == last:
                data = data.replace(b"</sheetData>", _rows(rows, columns) + b"</sheetData>")
            new.writestr(name, data)
    return target.getvalue()


def _number(name: str) -> int:
    return int("".join(c for c in name if c.isdigit()))


def _rows(rows: int, columns: int) -> bytes:
    letters = [chr(65 + n // 26 - 1) + chr(65 + n % 26) if n > 25 else chr(65 + n) for n in range(columns)]
    return "".join(
        f'<row r="{r}">' + "".join(f'<c r="{x}{r}"><v>{r * 7919 % 99991}</v></c>' for x in letters) + "</row>"
        for r in range(5000, 5000 + rows)
    ).encode()
