"""The shape of a third party's report context before any data exists: what its templates are checked against."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pipeline.facts import Fact, Intake, Row
from pipeline.intake.workbook import Workbook
from pipeline.quantity import Value
from pipeline.report.context import report_context
from pipeline.report.contract import context_shape, stand_in, stand_in_value
from pipeline.report.shapes import MapOf, shape_of
from pipeline.standard.types import Field, RowTable, Standard, Table
from pipeline.verification.context import with_verification
from pipeline.verification.schema import verification_standard
from pipeline.verification.verify import verify_intake

_NO_WORKBOOK = Workbook("", (), "")


def report_shape(standard: Standard, report: str | None = None) -> MapOf:
    """Every name that a template of the report may use; of the pack's first report when none is named."""
    chosen = next((r for r in standard.identity.reports if r.id == report), standard.identity.reports[0])
    if not chosen.verification:
        return context_shape(standard, chosen)
    declared = stand_in(standard)
    asked = verification_standard(declared)
    facts = {f.id: Fact(stand_in_value(f)) for f in asked.intake.fields.values()}
    tables = {t.id: _rows(t) for t in asked.intake.tables.values()}
    answers = Intake(facts, tables=tables)
    result = verify_intake(declared, (), _NO_WORKBOOK, asked, _NO_WORKBOOK, answers, ())
    context = with_verification(report_context(result.evaluation, chosen, draft=True), result)
    shape = shape_of(context | {"findings": report_context(declared, chosen, draft=True)["findings"]})
    assert isinstance(shape, MapOf)
    return shape


def _rows(table: Table) -> tuple[Row, ...]:
    if not table.fixed:
        return (Row({c.id: Fact(stand_in_value(c)) for c in table.columns}),)
    rows = []
    for given in table.prefill:
        key = str(given[table.key[0]])
        facts = {c: Fact(str(given.get(c, ""))) for c in table.fixed}
        for column in table.columns:
            asked = table.question(key, column.id)
            if asked is not None:
                facts[column.id] = Fact(_other(asked, table))
        rows.append(Row(facts))
    return tuple(rows)


def _other(asked: Field, table: Table) -> Value:
    """A value that differs from the declared stand-in, so that every list of differences has an item."""
    if isinstance(table, RowTable) and asked.is_number:
        return Decimal(2)
    choices: Mapping[str, Value] = {"verdict": "不符合"}
    return choices.get(asked.id, stand_in_value(asked))
