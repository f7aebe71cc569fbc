"""Which form a report is made in: the workbook's fields, the command, the default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from pipeline.evaluation import Evaluation
from pipeline.findings import LvbaoError
from pipeline.forms import form_of, form_words, named, template_of
from pipeline.standard import Standard
from pipeline.standard.check_forms import check_form_by
from pipeline.standard.types import Report

Evaluate = Callable[[Mapping[str, Any]], Evaluation]
REPORT = Report(
    "audit",
    "审核报告（{process_type}）",
    "审核报告（{process_type}）.docx",
    forms={f"{a}-{b}": f"toy/{a}_{b}.docx" for a in ("cold", "hot", "mixed") for b in ("old",)},
    default_form="cold-old",
    form_by={
        "process_type": {"冷法": "cold", "热法": "hot", "混合": "mixed"},
        "coal_edition": {"GB/T 2589-2020": "old"},
    },
)


def test_the_workbook_chooses(evaluate_toy: Evaluate) -> None:
    assert form_of(REPORT, None, evaluate_toy({"process_type": "热法"})) == "hot-old"


def test_what_the_workbook_does_not_say_is_taken_from_the_default(evaluate_toy: Evaluate) -> None:
    assert form_of(REPORT, None, evaluate_toy({})) == "cold-old"


@pytest.mark.parametrize("asked", ["mixed", "混合", "mixed-old", "混合-old"])
def test_the_command_goes_before_the_workbook_by_id_or_word(evaluate_toy: Evaluate, asked: str) -> None:
    assert form_of(REPORT, asked, evaluate_toy({"process_type": "热法"})) == "mixed-old"


def test_an_unknown_word_of_the_command_is_named_with_what_there_is() -> None:
    with pytest.raises(LvbaoError) as caught:
        form_of(REPORT, "hott")
    assert str(caught.value) == (
        "报告“审核报告”没有“hott”这种格式。是否为“hot”？"
        "--form 可写：冷法（cold）、热法（hot）、混合（mixed）、GB/T 2589-2020（old）。"
    )


def test_title_and_file_name_carry_the_words_of_the_form(toy: Standard) -> None:
    assert form_words(REPORT, "hot-old") == {"process_type": "热法", "coal_edition": "GB/T 2589-2020"}
    made = named(REPORT, "hot-old")
    assert (made.title, made.file_name) == ("审核报告（热法）", "审核报告（热法）.docx")
    assert template_of(toy, REPORT, "hot-old").name == "hot_old.docx"


def test_a_report_with_forms_but_no_fields_takes_its_default() -> None:
    plain = Report("x", "x", "x.docx", forms={"2016": "a.docx", "2024": "b.docx"}, default_form="2024")
    assert (form_of(plain, None), form_of(plain, "2016")) == ("2024", "2016")
    with pytest.raises(LvbaoError, match="报告“x”没有“2020”这种格式。--form 可写：2016、2024。"):
        form_of(plain, "2020")


def test_a_report_with_one_form_refuses_to_be_asked() -> None:
    with pytest.raises(LvbaoError, match="只有一种格式，不用写 --form"):
        form_of(Report("x", "x", "x.docx", template="a.docx"), "2024")


def test_the_fields_must_be_choices_and_every_combination_must_exist(toy: Standard) -> None:
    assert list(check_form_by(REPORT, toy)) == []
    fewer = replace(REPORT, forms={"cold-old": "a.docx", "hot-old": "b.docx"}, title="审核报告（{stage}）")
    assert list(check_form_by(fewer, toy)) == [
        "standard.yaml：报告“audit”的名称里写了 {stage}，它不在 form_by 中",
        "standard.yaml：报告“audit”的 form_by：forms 里没有“mixed-old”",
    ]
    other = replace(REPORT, form_by={"land_area": {"大": "big"}}, title="x", file_name="x.docx")
    assert (
        next(check_form_by(other, toy))
        == "standard.yaml：报告“audit”的 form_by：“land_area”应是选择类型的填报项"
    )
    some = replace(
        REPORT, form_by={"process_type": {"冷法": "cold"}}, title="x", file_name="x", forms={"cold": "a"}
    )
    assert list(check_form_by(some, toy)) == [
        "standard.yaml：报告“audit”的 form_by：“process_type”的选项是 冷法、热法、混合，应各写一个"
    ]
