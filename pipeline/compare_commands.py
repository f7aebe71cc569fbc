"""What `lvbao compare` does: one client under two standards, on one page of Word."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from pipeline.comparison import comparison_context
from pipeline.deliver import Options, ReportFaulty, TemplateFaulty, standard_for
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.files import read_bytes, write_bytes
from pipeline.findings import LvbaoError
from pipeline.report import render_report
from pipeline.resources import find_standard, report_templates_folder
from pipeline.standard import Standard, load_standard

TEMPLATE = "comparison/two_standards.docx"


def compare(
    older: Path, newer: Path | None, target: str | None, output: Path, standards: Path | None, *, force: bool
) -> None:
    """Writes the page; without a second workbook the first is converted to `target` for the comparison."""
    if output.suffix.lower() != ".docx":
        raise LvbaoError(f"对照表的文件名应以 .docx 结尾，这里是 {output.name}")
    if output.exists() and not force:
        raise LvbaoError(f"{output} 已经存在；确要覆盖请加 --force。")
    if (newer is None) == (target is None):
        raise LvbaoError("请写明两份录入表；或只写一份，用 --to 指明新标准。")
    options = Options(None, standards)
    old = evaluate(older, standard_for(older, options))
    if newer is not None:
        new = evaluate(newer, standard_for(newer, options))
    else:
        new = _converted(older, old, load_standard(find_standard(target or "", standards)))
    write_bytes(output, comparison(old, new))
    click.echo(f"已写入 {output}")
    if newer is None:
        click.echo("新标准一栏按转入的数据评价，缺少的为待定；用 lvbao convert 得到新录入表，填好后再对照。")


def comparison(old: Evaluation, new: Evaluation) -> bytes:
    """The page as a Word document. Raises LvbaoError and its kin."""
    path = report_templates_folder() / TEMPLATE
    rendered = render_report(read_bytes(path, "模板"), comparison_context(old, new), page_numbers=False)
    if rendered.faults:
        raise TemplateFaulty(path.name, rendered.faults)
    if rendered.docx is None:
        raise ReportFaulty("\n".join(f"  {problem}" for problem in rendered.problems))
    return rendered.docx


def _converted(workbook: Path, old: Evaluation, target: Standard) -> Evaluation:
    """The evaluation of what the other standard's workbook would take over."""
    from pipeline.intake.blank import write_workbook
    from pipeline.intake.convert import converted

    with tempfile.TemporaryDirectory(prefix="lvbao-compare-") as folder:
        path = Path(folder) / workbook.name
        path.write_bytes(write_workbook(target, converted(old.intake, old.standard, target).data))
        return evaluate(path, target)
