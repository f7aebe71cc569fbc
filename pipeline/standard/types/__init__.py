"""What a standard pack is: frozen records, one for each table of the files described in docs/pack-format.md.

Every record that carries a rule knows its clause; `line` fields are for messages to pack authors only.
"""

from __future__ import annotations

from pipeline.standard.types.correspondence import (
    CHANGE_WORDS,
    Correspondence,
    FieldPair,
    RowPair,
    SumPair,
    TablePair,
)
from pipeline.standard.types.factors import FactorEntry, FactorFamily, FactorSet, Parameter
from pipeline.standard.types.identity import Identity, Reference, Report, Roles, Rounding, Validity
from pipeline.standard.types.indicators import (
    ComputedColumn,
    Constant,
    Derived,
    Indicator,
    IndicatorSet,
    Limits,
    Saying,
    Thresholds,
)
from pipeline.standard.types.intake import (
    RULE_SIDES,
    Field,
    IntakeSchema,
    RowTable,
    Rule,
    Sheet,
    Table,
)
from pipeline.standard.types.pack import Case, Erratum, Expectation, ExpectedIndicator, Release, Standard
from pipeline.standard.types.scoring import (
    AskedEvidence,
    Band,
    Category,
    Criterion,
    Methods,
    Scheme,
    Scoring,
    Subcategory,
)
from pipeline.standard.types.verification import ConclusionRole, VerificationPack, VerificationRoles, VetoRole
from pipeline.standard.types.words import CRITERIA_TABLE, STATUS_WORDS, Carry, FieldType, Status

__all__ = [
    "CHANGE_WORDS",
    "CRITERIA_TABLE",
    "RULE_SIDES",
    "STATUS_WORDS",
    "AskedEvidence",
    "Band",
    "Carry",
    "Case",
    "Category",
    "ComputedColumn",
    "ConclusionRole",
    "Constant",
    "Correspondence",
    "Criterion",
    "Derived",
    "Erratum",
    "Expectation",
    "ExpectedIndicator",
    "FactorEntry",
    "FactorFamily",
    "FactorSet",
    "Field",
    "FieldPair",
    "FieldType",
    "Identity",
    "Indicator",
    "IndicatorSet",
    "IntakeSchema",
    "Limits",
    "Methods",
    "Parameter",
    "Reference",
    "Release",
    "Report",
    "Roles",
    "Rounding",
    "RowPair",
    "RowTable",
    "Rule",
    "Saying",
    "Scheme",
    "Scoring",
    "Sheet",
    "Standard",
    "Status",
    "Subcategory",
    "SumPair",
    "Table",
    "TablePair",
    "Thresholds",
    "Validity",
    "VerificationPack",
    "VerificationRoles",
    "VetoRole",
]
