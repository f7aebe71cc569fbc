"""The answers of an invented toy factory, by field ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MET = {"verdict": "符合", "statement": "已按要求执行", "evidence": "E01"}
FACTS: Mapping[str, Any] = {
    "enterprise_name": "某某玩具有限公司",
    "credit_code": "91110108551385082Q",
    "evaluation_year": 2024,
    "evaluation_date": "2025-03-01",
    "process_type": "冷法",
    "coal_edition": "GB/T 2589-2020",
    "has_boiler": True,
    "boiler_count": 2,
    "land_area": 77037,
    "building_floor_area": 79379,
    "structure_floor_area": 0,
    "gross_output_value": {2024: 12000, 2023: 11000, 2022: 10000},
    "qualified_output": {2024: 900, 2023: 850, 2022: 800},
    "nmhc_measured": 12.5,
    "recycling_rate": 85,
    "energy_use": [
        {"energy": "电力", "year": 2024, "amount": 5000, "unit": "kWh"},
        {"energy": "天然气", "year": 2024, "amount": 300, "unit": "m³"},
        {"energy": "电力", "year": 2023, "amount": 4800, "unit": "kWh"},
    ],
    "evidence": [{"number": "E01", "name": "营业执照"}, {"number": "E02", "name": "不动产权证"}],
    "criteria": {
        "T01": _MET,
        "T02": _MET,
        "T03": _MET,
        **{t: {"evidence": "E01"} for t in ("T04", "T05", "T06", "T07")},
    },
}
