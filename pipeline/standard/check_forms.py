"""Checks of `form_by`: the fields that choose a report's form, their words, and a form for every combination."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from pipeline.standard import types as t


def check_form_by(report: t.Report, standard: t.Standard) -> Iterator[str]:
    """Every fault of a report's `form_by` as a sentence."""
    where = f"standard.yaml：报告“{report.id}”的 form_by"
    for field_id, words in report.form_by.items():
        field = standard.intake.fields.get(field_id)
        if field is None or field.type != "choice":
            yield f"{where}：“{field_id}”应是选择类型的填报项"
            continue
        if isinstance(field.options, tuple) and set(words) != set(field.options):
            yield f"{where}：“{field_id}”的选项是 {'、'.join(field.options)}，应各写一个"
        for part in words.values():
            if "-" in part:
                yield f"{where}：“{part}”里不能有 -"
    for name in re.findall(r"\{(\w*)\}", report.title + report.file_name):
        if name not in report.form_by:
            yield f"standard.yaml：报告“{report.id}”的名称里写了 {{{name}}}，它不在 form_by 中"
    if report.form_by:
        for parts in product(*(dict.fromkeys(words.values()) for words in report.form_by.values())):
            if "-".join(parts) not in report.forms:
                yield f"{where}：forms 里没有“{'-'.join(parts)}”"
