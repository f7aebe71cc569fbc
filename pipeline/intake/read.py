"""From the cells of a workbook to the facts of an intake: identity, sheets, fields, tables, in that order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pipeline.facts import Intake
from pipeline.findings import CellRef, Finding
from pipeline.intake.collect import Collected
from pipeline.intake.constraints import Constraints
from pipeline.intake.layout import IDENTITY_SHEET
from pipeline.intake.locate import locate_sheets
from pipeline.intake.locate_fields import keys_of, locate_fields
from pipeline.intake.locate_tables import locate_tables
from pipeline.intake.places import Context, FieldSpots, TableSpots
from pipeline.intake.read_criteria import read_criteria
from pipeline.intake.read_fields import read_fields
from pipeline.intake.read_fixed import read_fixed
from pipeline.intake.read_tables import read_table
from pipeline.intake.values import Question, read_value
from pipeline.intake.versions import Known, as_known
from pipeline.intake.workbook import CellKind, SheetCells, Workbook
from pipeline.messages import finding
from pipeline.standard.types import CRITERIA_TABLE, Sheet, Standard

STANDARD_KEY, VERSION_KEY = "standard", "pack_version"
"""Keys of the identity sheet."""

LocatedSheet = tuple[Sheet, Context, FieldSpots, TableSpots]


@dataclass(frozen=True, slots=True)
class Located:
    """Where everything stands in a workbook; `absent` are the sheets that were not found."""

    sheets: tuple[LocatedSheet, ...]
    absent: tuple[Sheet, ...]
    findings: tuple[Finding, ...]
    known: Known


def locate(workbook: Workbook, standard: Standard) -> Located:
    """Finds sheets, fields and tables of the pack in the workbook."""
    known_as = as_known(workbook, standard)
    workbook, schema = known_as.workbook, known_as.schema
    known = is_known_template(workbook, standard)
    found = locate_sheets(workbook, schema, known)
    sheets = tuple(
        _located(workbook, sheet, found.sheets[sheet.id], known)
        for sheet in schema.sheets
        if sheet.id in found.sheets
    )
    absent = tuple(sheet for sheet in schema.sheets if sheet.id not in found.sheets)
    return Located(sheets, absent, found.findings, known_as)


def read_intake(workbook: Workbook, standard: Standard) -> tuple[Intake, tuple[Finding, ...]]:
    """The facts that the workbook states, and every fault of structure and of single values.

    Not judged here: whether what is required is there, rules over several values, plausibility.
    """
    into = Collected()
    into.findings += identity_findings(workbook, standard)
    if any(f.code == "wrong_standard" for f in into.findings):
        for sheet in standard.intake.sheets:
            _absent(workbook.file, sheet, into)
        return _intake(workbook, into), tuple(into.findings)
    located = locate(workbook, standard)
    into.findings += located.findings
    year = evaluation_year(located, standard)
    constraints = Constraints(standard.intake)
    for sheet in located.absent:
        _absent(workbook.file, sheet, into)
    for sheet, context, fields, tables in located.sheets:
        read_fields(context, sheet, fields, constraints, year, into)
        _read_tables(context, sheet, tables, standard, constraints, into)
    return _intake(workbook, into), tuple(sorted(into.findings, key=lambda f: f.sort_key))


def _intake(workbook: Workbook, into: Collected) -> Intake:
    return Intake(
        facts=into.facts,
        earlier=into.earlier,
        tables=into.tables,
        file=workbook.file,
        places=into.places,
        refused=frozenset(into.refused),
    )


# -- identity ----------------------------------------------------------------------------------------------------
def identity_findings(workbook: Workbook, standard: Standard) -> Iterator[Finding]:
    """Whether the workbook was made for this standard and version, and peculiarities of the file."""
    where = CellRef(workbook.file)
    found = workbook.identity.get(STANDARD_KEY)
    version = workbook.identity.get(VERSION_KEY, "")
    if found is None:
        yield finding("identity_missing", standard.id, where, standard=standard.id)
    elif found != standard.id:
        yield finding("wrong_standard", standard.id, where, found=found, expected=standard.id)
        return
    elif version != standard.identity.pack_version:
        expected = standard.identity.pack_version
        yield finding("other_pack_version", standard.id, where, found=version or "未知", expected=expected)
    own = workbook.sheet(IDENTITY_SHEET)
    if own is not None and any(c.kind is CellKind.NO_RESULT for c in own.cells.values()):
        yield finding("not_recalculated", "", where)
    if "external_links" in workbook.traits:
        yield finding("external_links", "", where)
    if "dates_1904" in workbook.traits:
        yield finding("dates_1904", "", where)


def is_known_template(workbook: Workbook, standard: Standard) -> bool:
    """Whether the workbook says that it was made from this very pack."""
    identity = workbook.identity
    return (identity.get(STANDARD_KEY), identity.get(VERSION_KEY)) == (
        standard.id,
        standard.identity.pack_version,
    )


# -- sheets ------------------------------------------------------------------------------------------------------
def _located(workbook: Workbook, sheet: Sheet, cells: SheetCells, known: bool) -> LocatedSheet:
    context = Context(workbook.file, cells, known, workbook.defined_names)
    tables = locate_tables(context, sheet.tables)
    return sheet, context, locate_fields(context, sheet, tables.rows), tables


def evaluation_year(located: Located, standard: Standard) -> int | None:
    """The evaluation year, wanted for the labels of the others; its faults are reported when its sheet is read."""
    for _, context, fields, _ in located.sheets:
        spot = fields.spots.get(standard.identity.roles.evaluation_year)
        if spot is not None:
            question = Question(spot.field, spot.field.id, context.sheet_ref())
            value = read_value(context.cells.cell(spot.row, spot.value_columns[0]), question).value
            return int(value) if isinstance(value, Decimal) else None
    return None


def _absent(file: str, sheet: Sheet, into: Collected) -> None:
    """Everything that a missing sheet asks counts as reported."""
    for field in sheet.fields:
        for key in keys_of(field):
            into.refused.add(key)
            into.places[key] = CellRef(file, sheet.title, "", field.label)
    for table in sheet.tables:
        into.refused.add(table.id)
        into.places[table.id] = CellRef(file, sheet.title, "", table.label)


def _read_tables(
    context: Context,
    sheet: Sheet,
    tables: TableSpots,
    standard: Standard,
    constraints: Constraints,
    into: Collected,
) -> None:
    into.findings += tables.findings
    into.refused |= tables.refused
    for table in sheet.tables:
        spot = tables.spots.get(table.id)
        if spot is None or not spot.columns:
            into.refused.add(table.id)
            into.places[table.id] = context.sheet_ref(table.label)
        elif table.id == CRITERIA_TABLE:
            read_criteria(context, spot, standard.listed, constraints, into)
        elif table.fixed:
            read_fixed(context, spot, constraints, into)
        else:
            read_table(context, spot, constraints, into)
