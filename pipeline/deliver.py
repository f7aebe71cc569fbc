"""From a workbook to the files a client gets: evaluate, render, write aside, rename."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.collector import waiting_collector
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.export import evaluation_record, to_json
from pipeline.files import read_bytes, shown_name, write_together
from pipeline.findings import LvbaoError, UnreadableFile, nearest
from pipeline.forms import by_name, check_wanted, form_of, form_words, named, plain_name, template_of
from pipeline.intake.identity import WORKBOOK_KEY
from pipeline.intake.reader import read_workbook
from pipeline.kept import free_names, is_untouched
from pipeline.report import ReportError, Template, render_report
from pipeline.report.chart_data import chart_specs
from pipeline.report.context import report_context
from pipeline.report.diagram_data import diagram_specs
from pipeline.report.equations import equations_of
from pipeline.report.faults import TemplateFault
from pipeline.report.trace_entries import trace_xml
from pipeline.report_receipt import Asked, ReportReceipt, receipt_name
from pipeline.resources import find_standard
from pipeline.standard import Standard, load_standard
from pipeline.standard.types import Report

if TYPE_CHECKING:  # imported where a verification sheet is given: most runs have none
    from pipeline.verification.verify import Verification

EVALUATION_FILE = "evaluation.json"
DRAFT_MARK = "（草稿）"
VERIFIED_FILE = "evaluation-verified.json"
_FAULTS = 5
"""So many faults of a template are said where a report was asked for."""


class TemplateFaulty(LvbaoError):
    """The template names things that do not exist, or cannot be rendered; nothing was written."""

    def __init__(self, template: str, faults: tuple[TemplateFault, ...]) -> None:
        self.faults = faults
        listed = "\n".join(f"  {f}" for f in faults[:_FAULTS])
        more = (
            f"\n  ……其余 {len(faults) - _FAULTS} 处见 lvbao template check" if len(faults) > _FAULTS else ""
        )
        super().__init__(
            f"模板 {template} 有 {len(faults)} 处错误，没有生成报告（可能是别的标准或报告的模板）：\n{listed}{more}"
        )


class ReportFaulty(LvbaoError):
    """The finished document did not pass our own checks; nothing was written."""


@dataclass(frozen=True, slots=True)
class Made:
    """A report in memory. `notes` tell what the reader should know (page numbers left to Word …)."""

    file_name: str
    docx: bytes
    draft: bool
    notes: tuple[str, ...]
    receipt: ReportReceipt


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of a run. `draft`: make a 草稿 when there are errors instead of refusing.

    `verification` is the third party's sheet; `form` one of the official forms of the report, or parts of its name.
    """

    standard: str | None = None
    standards_folder: Path | None = None
    report: str | None = None
    template: Path | None = None
    draft: bool = False
    page_numbers: bool = True
    verification: Path | None = None
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one run gave. `path` is None when errors forbade the report; `kept` is the edited report that stayed."""

    evaluation: Evaluation
    folder: Path | None
    path: Path | None
    draft: bool = False
    notes: tuple[str, ...] = ()
    verification: Verification | None = None
    kept: Path | None = None


def standard_for(workbook: Path, options: Options) -> Standard:
    """The pack that is asked for, else the one that the workbook names. Raises LvbaoError."""
    identity = read_workbook(workbook).identity
    if WORKBOOK_KEY in identity:
        raise LvbaoError(
            f"{workbook.name} 是核查表。请写企业的录入表，核查表用 --verification 指明：lvbao run 录入表.xlsx --verification {workbook.name} -o output"
        )
    name = options.standard or identity.get("standard", "")
    if not name:
        raise LvbaoError(
            f"{shown_name(workbook)} 没有写明所用的标准（不是由 lvbao 生成的录入表？），请用 --standard 指定标准包。"
        )
    return load_standard(find_standard(name, options.standards_folder))


def report_of(standard: Standard, name: str | None, *, verification: bool = False) -> Report:
    """The report called `name` (its id, or what people call it), or the pack's first one that speaks of declared (verified) values. Raises LvbaoError."""
    reports = {r.id: r for r in standard.identity.reports}
    if name is None:
        name = next((r.id for r in reports.values() if r.verification == verification), None)
        if name is None:
            raise LvbaoError(f"标准包 {standard.id} 没有{'第三方' if verification else ''}报告")
    called = by_name(reports.values())
    if name not in called:
        near = nearest(name, called)
        hint = f"是否为“{near}”？" if near else ""
        shown = "、".join(f"{plain_name(r)}（{r.id}）" for r in reports.values())
        raise LvbaoError(f"标准包 {standard.id} 没有报告“{name}”。{hint}现有：{shown}")
    return reports[called[name]]


def make_report(evaluation: Evaluation, options: Options, verification: Verification | None = None) -> Made:
    """The report of an evaluation, in memory. Raises TemplateFaulty or ReportFaulty."""
    report = report_of(evaluation.standard, options.report, verification=verification is not None)
    check_basis(report, verification is not None)
    check_wanted(report, evaluation)
    form = form_of(report, options.form, evaluation)
    template_path = options.template or template_of(evaluation.standard, report, form)
    content = read_bytes(template_path, "模板")
    try:
        template = _opened(content)
    except ReportError as error:
        raise LvbaoError(f"{template_path.name}：{error}") from None
    receipt = evaluation.receipt.with_template(hashlib.sha256(content).hexdigest())
    evaluation = replace(evaluation, receipt=receipt)
    draft = not evaluation.is_final
    report = named(report, form)
    asked = Asked(report.id, form or "", options.page_numbers)  # what the workbook chose is asked for as well
    receipted = ReportReceipt(receipt, asked, draft)
    context = report_context(evaluation, report, draft=draft, form=form_words(report, form))
    if verification is not None:
        from pipeline.verification.context import with_verification

        context = with_verification(context, replace(verification, evaluation=evaluation))
    rendered = render_report(
        template,
        context,
        draft=draft,
        required_sections=report.required_sections,
        receipt_xml=receipted.to_xml(),
        page_numbers=options.page_numbers,
        charts=chart_specs(evaluation),
        diagrams=diagram_specs(evaluation),
        trace=partial(trace_xml, evaluation),
        equations=equations_of(evaluation),
        pictures=evaluation.evidence.pictures,
    )
    if rendered.faults:
        raise TemplateFaulty(template_path.name, rendered.faults)
    if rendered.docx is None:
        listed = "\n".join(f"  {problem}" for problem in rendered.problems)
        raise ReportFaulty(f"报告没有通过出厂检查，没有写出：\n{listed}")
    stem, dot, ending = report.file_name.rpartition(".")
    name = f"{stem}{DRAFT_MARK}{dot}{ending}" if draft else report.file_name
    return Made(name, rendered.docx, draft, rendered.notes, receipted)


@lru_cache(maxsize=8)
def _opened(content: bytes) -> Template:
    """The template of these bytes, taken apart once a process. Raises ReportError."""
    return Template.from_bytes(content)


def check_basis(report: Report, verified: bool) -> None:
    """Raises LvbaoError when a report of verified values has no verification sheet, or another one has."""
    if report.verification and not verified:
        raise LvbaoError(f"“{report.title}”要有核查表：请用 --verification 核查表.xlsx 指明。")
    if verified and not report.verification:
        raise LvbaoError(
            f"“{report.title}”只用企业申报的数据，不用核查表；请去掉 --verification，或改写 --report。"
        )


@dataclass(frozen=True, slots=True)
class Produced:
    """What a workbook gives, in memory. `made` is None when errors (or a stale sheet) forbade the report."""

    evaluation: Evaluation
    made: Made | None = None
    verification: Verification | None = None

    @property
    def files(self) -> dict[str, bytes]:
        """The files by name, the report first; none without a report."""
        if self.made is None:
            return {}
        if self.verification is None:
            name, record = EVALUATION_FILE, evaluation_record(self.evaluation)
        else:
            from pipeline.verification.export import verified_record

            name, record = VERIFIED_FILE, verified_record(self.verification)
        return {
            self.made.file_name: self.made.docx,
            receipt_name(self.made.file_name): self.made.receipt.to_json(self.made.docx),
            name: to_json(record).encode("utf-8"),
        }


@waiting_collector()
def produce(workbook: Path, options: Options) -> Produced:
    """Evaluates a workbook and makes its report, in memory.

    Without `draft`, errors keep the report back; a stale verification sheet gives not even a draft. Raises LvbaoError
    and its kin.
    """
    for path in (workbook, options.verification):
        if path is not None and not path.is_file():
            raise UnreadableFile(f"找不到文件 {path}")
    standard = standard_for(workbook, options)
    if options.verification is None:
        evaluation = evaluate(workbook, standard)
        if not evaluation.is_final and not options.draft:
            return Produced(evaluation)
        return Produced(evaluation, make_report(evaluation, options))
    check_basis(report_of(standard, options.report, verification=True), True)
    from pipeline.verification.verify import verify

    verification = verify(workbook, options.verification, standard)
    evaluation = verification.evaluation
    if verification.stale or (not evaluation.is_final and not options.draft):
        return Produced(evaluation, verification=verification)
    return Produced(evaluation, make_report(evaluation, options, verification), verification)


def deliver(workbook: Path, target: Path, options: Options) -> Delivered:
    """Writes what a workbook gives into the folder `target`: report, receipt and evaluation, or nothing at all.

    A report that somebody has edited stays; the new one is written beside it.
    """
    produced = produce(workbook, options)
    made = produced.made
    if made is None:
        return Delivered(produced.evaluation, None, None, verification=produced.verification)
    files = produced.files
    names = free_names(files, lambda name, content: is_untouched(target / name, content))
    write_together({target / names[name]: content for name, content in files.items()})
    path = target / names[made.file_name]
    kept = target / made.file_name if path.name != made.file_name else None
    return Delivered(produced.evaluation, target, path, made.draft, made.notes, produced.verification, kept)
