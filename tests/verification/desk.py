"""A third party's desk over the toy pack: write the enterprise's workbook, write the sheet, verify. Production code only."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.evaluate import evaluate
from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.standard import Standard
from pipeline.verification.sheet import write_sheet
from pipeline.verification.verify import Verification, verify

FACTS: Mapping[str, Any] = {
    "enterprise_name": "某某玩具有限公司",
    "evaluation_year": 2024,
    "evaluation_date": "2025-03-01",
    "process_type": "冷法",
    "coal_edition": "GB/T 2589-2020",
    "has_boiler": "否",
    "land_area": 10000,
    "building_floor_area": 8000,
    "structure_floor_area": "不适用",
    "gross_output_value": {2024: 12000, 2023: 11000},
    "qualified_output": {2024: 400, 2023: 350},
    "nmhc_measured": 12.5,
    "recycling_rate": 85,
    "energy_use": [
        {"energy": "电力", "year": 2024, "amount": 50000, "unit": "kWh"},
        {"energy": "电力", "year": 2023, "amount": 48000, "unit": "kWh"},
    ],
    "evidence": [{"number": "E01", "name": "营业执照"}, {"number": "E02", "name": "台账"}],
    "notes": {"structure_floor_area": "没有构筑物"},
    "criteria": {
        "T01": {"verdict": "符合", "statement": "依法设立。", "evidence": "E01"},
        "T02": {"verdict": "符合", "statement": "满足。", "evidence": "E01"},
        "T03": {"verdict": "部分符合", "score": 20, "statement": "部分多层。", "evidence": "E01"},
        **{f"T0{n}": {"statement": "见台账。", "evidence": "E02"} for n in (4, 5, 6, 7)},
    },
}
DECLARED: Mapping[str, Any] = {
    "evaluation_year": "2024",
    "process_type": "冷法",
    "coal_edition": "GB/T 2589-2020",
    "land_area": 10000,
    "building_floor_area": 8000,
    "structure_floor_area": "不适用",
    "gross_output_value": 12000,
    "gross_output_value@1": 11000,
    "qualified_output": 400,
    "qualified_output@1": 350,
    "nmhc_measured": 12.5,
    "recycling_rate": 85,
    "energy_use[电力 2024].amount": 50000,
    "energy_use[电力 2023].amount": 48000,
}


def answers() -> dict[str, Any]:
    """Everything verified as declared, on evidence, with the conclusion 符合."""
    return {
        "agency_name": "某某认证有限公司",
        "site_date": "2025-04-10",
        "report_date": "2025-04-20",
        "conclusion": "符合",
        "site_evidence": [{"number": "V01", "name": "现场照片"}],
        "veto_conditions": {"1": {"result": "未发现"}, "2": {"result": "未发现"}},
        "verified_values": {
            k: {"verified": v, "method": "文件", "evidence": "E02"} for k, v in DECLARED.items()
        },
        "verified_criteria": {
            "T01": {"verdict": "符合", "evidence": "E01、V01"},
            "T02": {"verdict": "符合", "evidence": "V01"},
            "T03": {"verdict": "部分符合", "score": 20, "evidence": "V01"},
            **{f"T0{n}": {"evidence": "E02"} for n in (4, 5, 6, 7)},
        },
    }


def changed(data: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy with `table__row__column=value` (or `field=value`) changed; None removes."""
    result: dict[str, Any] = deepcopy(dict(data))
    for path, value in changes.items():
        *owners, last = path.split("__")
        target = result
        for owner in owners:
            target = target[owner]
        if value is None:
            target.pop(last)
        else:
            target[last] = value
    return result


@dataclass(frozen=True)
class Desk:
    """A folder with the enterprise's workbook and the verification sheet."""

    folder: Path
    standard: Standard

    @property
    def workbook(self) -> Path:
        return self.folder / "录入表.xlsx"

    @property
    def sheet(self) -> Path:
        return self.folder / "核查表.xlsx"

    def declare(self, facts: Mapping[str, Any] = FACTS) -> None:
        self.workbook.write_bytes(write_workbook(self.standard, read_data(facts, self.standard)))

    def fill(self, data: Mapping[str, Any] | None = None) -> None:
        self.sheet.write_bytes(write_sheet(evaluate(self.workbook, self.standard), data).content)

    def verify(self) -> Verification:
        return verify(self.workbook, self.sheet, self.standard)

    def run(self, data: Mapping[str, Any] | None = None, facts: Mapping[str, Any] = FACTS) -> Verification:
        self.declare(facts)
        self.fill(answers() if data is None else data)
        return self.verify()


def findings(verification: Verification) -> list[tuple[str, str, str]]:
    """(code, cell, subject) of every finding, notes apart."""
    return [
        (f.code, f"{f.where.sheet}!{f.where.cell}" if f.where and f.where.cell else "", f.subject)
        for f in verification.evaluation.findings
        if f.severity != "note"
    ]
