"""Which of its official forms a report is made in: by the command, by the workbook, or by default."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from pipeline.evaluation import Evaluation
from pipeline.findings import LvbaoError, nearest
from pipeline.standard.templates import template_path
from pipeline.standard.types import Report, Standard

SEPARATOR = "-"


def check_wanted(report: Report, evaluation: Evaluation) -> None:
    """Raises LvbaoError when the facts say that this report is not to be made (`when` of the pack)."""
    if report.when is None or evaluation.calculator.condition(report.when) is True:
        return
    reason = report.when_reason or evaluation.calculator.condition_words(report.when)
    raise LvbaoError(f"现在还不能生成“{report.title}”：{reason.rstrip('。')}。")


def form_of(report: Report, asked: str | None, evaluation: Evaluation | None = None) -> str | None:
    """The name of the form to use; None for a report with one form only. Raises LvbaoError.

    A report with `form_by` takes each part of the name from the command (`asked`: `handbook`, `验收稿`,
    `handbook-acceptance`), else from its field in the workbook, else from the default form.
    """
    if not report.forms:
        if asked is not None:
            raise LvbaoError(f"报告“{report.title}”只有一种格式，不用写 --form。")
        return None
    if not report.form_by:
        return _known(report, asked or report.default_form or "")
    parts = dict(zip(report.form_by, (report.default_form or "").split(SEPARATOR), strict=True))
    for field, words in report.form_by.items():
        value = evaluation.intake.fact(field).value if evaluation is not None else None
        if isinstance(value, str) and value in words:
            parts[field] = words[value]
    for piece in asked.split(SEPARATOR) if asked else ():
        field, part = _part(report, piece.strip())
        parts[field] = part
    return _known(report, SEPARATOR.join(parts[field] for field in report.form_by))


def form_words(report: Report, form: str | None) -> Mapping[str, str]:
    """For each field of `form_by` the word that stands for its part of the form's name; empty without such fields."""
    if form is None or not report.form_by:
        return {}
    parts = form.split(SEPARATOR)
    return {
        field: next(word for word, part in words.items() if part == parts[at])
        for at, (field, words) in enumerate(report.form_by.items())
    }


def named(report: Report, form: str | None) -> Report:
    """The report with the words of its form in title and file name: `审核报告（{stage}）` → `审核报告（评估稿）`."""
    words = form_words(report, form)
    title, file_name = report.title, report.file_name
    for field, word in words.items():
        title = title.replace(f"{{{field}}}", word)
        file_name = file_name.replace(f"{{{field}}}", word.replace("/", "-"))
    return replace(report, title=title, file_name=file_name)


def plain_name(report: Report) -> str:
    """What people call a report, whatever its form: the name of its file."""
    return re.sub(r"（?\{\w+\}）?", "", report.file_name.removesuffix(".docx"))


def by_name(reports: Iterable[Report]) -> dict[str, str]:
    """The ids of reports by the words that mean them: the id itself, or what people call the report."""
    listed = list(reports)
    return {r.id: r.id for r in listed} | {plain_name(r): r.id for r in listed}


def template_of(standard: Standard, report: Report, form: str | None) -> Path:
    """The template of a report in a form that `form_of` gave."""
    return template_path(standard, report.template if form is None else report.forms[form])


def _part(report: Report, piece: str) -> tuple[str, str]:
    """The field and part that a word of the command means."""
    for field, words in report.form_by.items():
        for word, part in words.items():
            if piece in (word, part):
                return field, part
    pairs = [pair for words in report.form_by.values() for pair in words.items()]
    near = nearest(piece, [name for pair in pairs for name in pair])
    hint = f"是否为“{near}”？" if near else ""
    known = "、".join(f"{word}（{part}）" for word, part in pairs)
    raise LvbaoError(f"报告“{_plain_title(report)}”没有“{piece}”这种格式。{hint}--form 可写：{known}。")


def _known(report: Report, name: str) -> str:
    if name in report.forms:
        return name
    known = "、".join(_form_name(report, form) for form in report.forms)
    raise LvbaoError(f"报告“{_plain_title(report)}”没有“{name}”这种格式。--form 可写：{known}。")


def _plain_title(report: Report) -> str:
    """The title without the places for words of a form, and without what stood around them alone."""
    title = report.title
    for field in report.form_by:
        title = title.replace(f"（{{{field}}}）", "").replace(f"{{{field}}}", "")
    return title.strip()


def _form_name(report: Report, form: str) -> str:
    """What people call a form, with its id in brackets: `审核手册、评估稿（handbook-evaluation）`."""
    words = "、".join(form_words(report, form).values())
    return f"{words}（{form}）" if words else form
