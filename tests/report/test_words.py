"""How values read: units, dates, full stops, numbers of evidence, coefficients."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.deliver import Options, standard_for
from pipeline.evaluate import evaluate
from pipeline.report import words
from pipeline.report.context import report_context
from pipeline.standard.types import Field

WORKBOOK = next((Path(__file__).parents[2] / "samples").glob("01-*/录入表.xlsx"))


@pytest.mark.parametrize(
    ("unit", "text"),
    [(None, ""), ("1", ""), ("%", "%"), ("t", " t"), ("tCO2/t", " tCO₂/t"), ("kgCO2e", " kgCO₂e")],
)
def test_a_unit_follows_its_number(unit: str | None, text: str) -> None:
    assert words.unit_text(unit) == text


def test_dates_are_short_in_tables_and_in_words_elsewhere() -> None:
    field = Field("issued", "发证日期", "date")
    date = dt.date(2023, 4, 2)
    assert words.value_text(date, field) == "2023年4月2日"
    assert words.value_text(date, field, in_table=True) == "2023-04-02"


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("已落实", "已落实。"),
        ("已落实。", "已落实。"),
        ("已落实 \n", "已落实。"),
        ("（见附件）", "（见附件）"),
        ("", ""),
    ],
)
def test_a_long_text_ends_with_a_full_stop(written: str, printed: str) -> None:
    assert words.value_text(written, Field("work", "工作", "long_text")) == printed


def test_a_name_gets_no_full_stop() -> None:
    assert words.value_text("甲公司", Field("name", "名称", "text")) == "甲公司"


def test_a_report_prints_coefficients_with_six_digits_and_says_their_status_once() -> None:
    evaluation = evaluate(WORKBOOK, standard_for(WORKBOOK, Options()))
    context = report_context(evaluation, evaluation.standard.identity.reports[0], draft=False)
    factors = {(f["family"], f["key"]): f for f in context["factors"]}
    diesel = factors["化石燃料燃烧二氧化碳排放因子", "柴油"]
    assert (diesel["value"], diesel["unit"]) == ("3.14512", "tCO₂/t")
    assert not any(
        f["source"].endswith(f"，{f['status_text']}") for f in factors.values() if f["status_text"]
    )
    assert all(row["why"] for row in context["provisional"])
    assert context["conclusion"] == "".join(context["conclusion_list"])
    assert context["totals"]["plants"]["capacity"] == "22800"
    assert [row["evidence"] for row in context["basic"]["rows"]][1] == "E02；E04；E05；E06；E07；E08"


def test_a_share_changes_by_points_and_an_amount_by_per_cent() -> None:
    """87.7 after 87.8 is 0.1 points less (and 0.11 % less); 6 % after 5 % is one point more, not a fifth more."""
    assert words.change_text(Decimal("87.7"), Decimal("87.8"), unit="%") == "较上年下降 0.1 个百分点"
    assert words.change_text(Decimal(6), Decimal(5), unit="%") == "较上年提高 1.0 个百分点"
    assert words.change_text(Decimal(6), Decimal(5), unit="t") == "较上年增长 20.0%"
    assert words.change_text(Decimal("87.74"), Decimal("87.70"), unit="%") == "与上年持平"
    assert words.change_text(Decimal(6), Decimal(0), unit="%") == ""
