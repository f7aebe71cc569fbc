"""Charts for tests: small ones of every kind."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from pipeline.report.charts import Chart, Series

D = Decimal
KINDS = ("column", "bar", "line", "radar", "pie")


def plain_chart(kind: str = "column", **changes: Any) -> Chart:
    made = Chart(
        "c",
        kind,  # type: ignore[arg-type]
        "三年对比",
        ("2022年", "2023年", "2024年"),
        (Series("电力", (D("1.5"), D("2"), D("9.95")), 2),),
        "tce",
        "能耗",
    )
    return replace(made, **changes)


def every_kind() -> dict[str, Chart]:
    """One chart of every kind by its id, with gaps, two series where the kind allows, a stack and a baseline."""
    charts = {}
    for kind in KINDS:
        series = (Series(f"系列{kind}", (D(1), D(2), D(3))), Series("乙", (D(2), None, D(1)), 1))
        charts[kind] = plain_chart(kind, id=kind, series=series[: 1 if kind == "pie" else 2])
    charts["column"] = replace(charts["column"], stacked=True)
    charts["bar"] = replace(charts["bar"], baseline=D(2))
    charts["radar"] = replace(charts["radar"], limits=(D(0), D(100)))
    return charts
