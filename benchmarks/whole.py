"""From the bytes of a workbook to the bytes of a report.

`theirs`: openpyxl reads every cell, cerberus judges every answer by the rules of the pack, docxtpl renders the shipped template.
The context is given to it for nothing: it computes no indicator, no score, no trace, and makes no content control.
`ours`: the whole way with all checks, scores, traces, provenance, contents, charts, equations and the gate.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import Any

from serve import serve

HERE = Path(__file__).resolve().parent


def main() -> None:
    """`whole.py theirs|ours whole`."""
    from pipeline.deliver import Options, standard_for

    sample = next(HERE.parent.joinpath("samples").glob("01-*")) / "录入表.xlsx"
    with (
        tempfile.TemporaryDirectory() as folder
    ):  # without its photographs: neither side is to encode pictures
        book = Path(folder) / "录入表.xlsx"
        book.write_bytes(sample.read_bytes())
        standard = standard_for(book, Options())
        serve(theirs(book, standard) if sys.argv[1] == "theirs" else ours(book))


def ours(book: Path) -> Any:
    """What `lvbao run` does between reading and writing."""
    from pipeline.deliver import Options, produce
    from pipeline.intake.reader import parse_workbook

    options = Options(draft=True, page_numbers=False)

    def work() -> object:
        parse_workbook.cache_clear()
        return produce(book, options).files

    return work


def theirs(book: Path, standard: Any) -> Any:
    """The straightforward chain."""
    import openpyxl
    from docxtpl import DocxTemplate

    from pipeline.evaluate import evaluate
    from pipeline.forms import form_of, template_of
    from pipeline.intake.constraints import field_rules
    from pipeline.intake.constraints_reference import Validator
    from pipeline.report.context import report_context

    evaluation = evaluate(book, standard)
    report = standard.identity.reports[0]
    template = template_of(standard, report, form_of(report, None, evaluation)).read_bytes()
    context = report_context(evaluation, report, draft=True)
    facts = {k: v.value for k, v in evaluation.intake.facts.items() if isinstance(k, str)}
    schema = {f.id: field_rules(f) for f in standard.intake.fields.values()}
    tables = {t.id: {c.id: field_rules(c) for c in t.columns} for t in standard.intake.tables.values()}

    def work() -> object:
        opened = openpyxl.load_workbook(io.BytesIO(book.read_bytes()), data_only=True)
        values = [[cell.value for cell in row] for sheet in opened for row in sheet.iter_rows()]
        Validator(schema).validate({k: v for k, v in facts.items() if k in schema}, normalize=False)
        for name, rules in tables.items():
            validator = Validator(rules)
            for row in evaluation.intake.rows(name):
                validator.validate(
                    {c: row.fact(c).value for c in rules if row.fact(c).value is not None}, normalize=False
                )
        document = DocxTemplate(io.BytesIO(template))
        document.render(context, autoescape=True)
        buffer = io.BytesIO()
        document.save(buffer)
        return values, buffer

    return work


if __name__ == "__main__":
    main()
