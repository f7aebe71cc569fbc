"""What the reports of the adhesive pack say, sample by sample, where a proofreader found them saying something untrue."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.report.context import report_context
from pipeline.standard import Standard, load_standard
from tests.conftest import ROOT, Evaluate

PACK = "cpcif-adhesive-2022-draft"


@cache
def evaluated(number: int) -> Evaluation:
    (workbook,) = (ROOT / "samples").glob(f"{number:02}-*/录入表.xlsx")
    return evaluate(workbook, load_standard(ROOT / "standards" / PACK))


@cache
def context(number: int) -> Mapping[str, Any]:
    """What the self-evaluation of a sample may print."""
    evaluation = evaluated(number)
    own = next(r for r in evaluation.standard.identity.reports if r.id == "self_evaluation")
    return report_context(evaluation, own, draft=not evaluation.is_final)


# -- dates --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("date", "told"), [("2025-03-28", False), ("2025-12-30", False), ("2026-03-01", True)]
)
def test_a_report_tells_of_later_documents_only_when_its_date_lies_after_them(
    evaluate_adhesive: Evaluate, date: str, told: bool
) -> None:
    evaluation = evaluate_adhesive({"evaluation_year": 2024, "evaluation_date": date})
    own = next(r for r in evaluation.standard.identity.reports if r.id == "self_evaluation")
    made = report_context(evaluation, own, draft=True)

    assert ("GB/T 36132-2025 已于 2025 年 12 月 31 日发布并实施" in made["d"]["parent_standard"]) is told
    assert ("〔2025〕390 号" in made["d"]["national_route"]) is told
    texts = [*made["standard"]["notes"], *(e[k] for e in made["errata"] for k in ("says", "does", "why"))]
    assert not [
        t for t in texts if "36132-2025" in t or "2025-12-31" in t or "390" in t or "申报前应确认" in t
    ]


# -- remarks ------------------------------------------------------------------------------------------------
def test_every_printed_table_whose_rows_may_have_a_remark_prints_it(adhesive: Standard) -> None:
    source = (ROOT / "report_templates" / PACK / "self_evaluation.md").read_text(encoding="utf-8")
    printed = [t for t in adhesive.intake.tables.values() if f'each="row in tables.{t.id}' in source]

    with_remarks = [t.id for t in printed if any(c.id == "remark" for c in t.columns)]
    assert len(with_remarks) > 20
    notes = set(re.findall(r"备注：\{% for row in tables\.(\w+) if row\.remark", source))
    columns = set(re.findall(r"tables\.(\w+)\"[^:]*?\| \{\{ row\.remark \}\} \|\n:::", source))
    assert set(with_remarks) - notes - columns == set()


# -- kinds of process ---------------------------------------------------------------------------------------
SHARED_OUT = (
    "energy_for_blending",
    "output_for_blending",
    "energy_for_polymerisation",
    "output_for_polymerisation",
)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (
            1,
            ["350.54", "20000", "不适用", "不适用"],
        ),  # blends only: the whole plant is the blending plant; 350.5424 tce of the year
        # polymerises only: 2370000 kWh × 0.1229 + 141900 m³ × 1.33 = 291273 + 188727 = 480000 kgce
        (2, ["不适用", "不适用", "480", "15000"]),
        # both; 11000 t and 7000 t share 360000 kWh × 0.1229 + 12000 m³ × 1.2143 = 58815.6 kgce:
        # 1200000 × 0.1229 + 58815.6 × 11 ÷ 18 = 147480 + 35942.87 = 183422.87
        # 900000 × 0.1229 + 60000 × 1.2143 + 500 × 34.12 + 58815.6 × 7 ÷ 18 = 200528 + 22872.73 = 223400.73
        (3, ["183.42", "11000", "223.4", "7000"]),
    ],
)
def test_energy_and_output_of_a_kind_of_process_are_told_only_where_the_plant_has_it(
    number: int, expected: list[str]
) -> None:
    assert [context(number)["q"][key]["value"] for key in SHARED_OUT] == expected
