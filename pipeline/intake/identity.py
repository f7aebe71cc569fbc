"""What a workbook says of itself: the rows of the hidden sheet `_lvbao`, written here and read back by the reader.

Two columns, key and value, from the first row on. The probe is a formula with a stored result: where the result is
missing, a program has written the file without computing it.
"""

from __future__ import annotations

import hashlib
import json

from pipeline.intake.layout import SheetLayout, layout
from pipeline.standard.types import Field, IntakeSchema, Standard

STANDARD_KEY = "standard"
PACK_VERSION_KEY = "pack_version"
SCHEMA_KEY = "schema_digest"
FORMAT_KEY = "format"
PROBE_KEY = "probe"
WORKBOOK_KEY, WORKBOOK_NAME_KEY = "workbook_sha256", "workbook"
"""Of a verification sheet only: which enterprise's workbook it was made from."""

FORMAT = "1"
PROBE_FORMULA = "=1+1"
PROBE_RESULT = 2


def identity_rows(standard: Standard) -> tuple[tuple[str, str], ...]:
    """Key and value of each row but the probe, which is the last row of the sheet."""
    return (
        (FORMAT_KEY, FORMAT),
        (STANDARD_KEY, standard.id),
        (PACK_VERSION_KEY, standard.identity.pack_version),
        (SCHEMA_KEY, schema_digest(standard.intake)),
        *standard.stamps,
    )


def schema_digest(schema: IntakeSchema) -> str:
    """SHA-256 over what a workbook asks (sheets, ids, labels, types, units, options), not over its explanations."""
    asked = [_sheet(sheet) for sheet in layout(schema)]
    text = json.dumps(asked, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _sheet(sheet: SheetLayout) -> list[object]:
    return [
        sheet.sheet.title,
        [_field(place.field) for place in sheet.fields],
        [[t.table.id, t.table.label, [_field(c) for c in t.table.columns]] for t in sheet.tables],
    ]


def _field(field: Field) -> list[object]:
    return [field.id, field.label, field.type, field.unit, field.years, field.required, list(field.choices)]
