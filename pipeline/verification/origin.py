"""What a printed value is: verified by the third party, or still the enterprise's own."""

from __future__ import annotations

from pipeline.calc.dependencies import dependencies
from pipeline.quantity import is_blank
from pipeline.verification.compare import ValueComparison
from pipeline.verification.verify import Verification

DECLARED = "（申报值）"
OPEN = "（申报值，待核）"
UNPROVEN = "（待核）"
PARTLY = "（含申报值）"
PARTLY_OPEN = "（含待核数值）"
EARLIER = "（上年数值未经核查）"


class Origins:
    """Marks that stand behind a printed value; "" behind one that was verified on evidence."""

    def __init__(self, verification: Verification) -> None:
        self._standard = verification.declared.standard
        self._intake = verification.declared.intake
        self._values = {v.declared.key: v for v in verification.values}
        self._tables: dict[str, dict[str, list[ValueComparison]]] = {}
        for value in verification.values:
            if value.declared.row is not None:
                columns = self._tables.setdefault(value.declared.owner, {})
                columns.setdefault(value.declared.column, []).append(value)

    def marks(self) -> dict[str, str]:
        """For every field, quantity and indicator the mark of its value in the evaluation year."""
        fields = {f: _mark(self._values.get(f)) for f in self._standard.intake.fields}
        return fields | {i: self._computed(i, 0) for i in self._standard.indicators.by_id}

    def changes(self) -> dict[str, str]:
        """For everything compared with last year: the mark of a verified value beside one that was not verified."""
        now, last = self.marks(), {}
        for field in (f for f in self._standard.intake.fields.values() if f.years > 1):
            last[field.id] = _mark(self._values.get(f"{field.id}@1"))
        for item in (i for i in self._standard.indicators.by_id.values() if i.yearly):
            last[item.id] = self._computed(item.id, 1)
        return {key: EARLIER if mark and not now[key] else "" for key, mark in last.items()}

    def _computed(self, indicator: str, years_back: int) -> str:
        marks = {self._read(key, years_back) for key in dependencies(self._standard).reads(indicator)}
        if marks & {OPEN, UNPROVEN}:
            return PARTLY_OPEN
        return PARTLY if DECLARED in marks else ""

    def _read(self, key: str, years_back: int) -> str:
        """The mark of what a formula reads: a field, or all cells of a column. What was left out has none."""
        owner, _, column = key.partition(".")
        if owner in self._standard.intake.fields:
            return self._field(owner, years_back)
        if owner not in self._standard.intake.tables or not column:
            return ""  # the name of a whole table or of single cells; their columns stand in the list besides
        if owner not in self._tables:
            return DECLARED if self._intake.rows(owner) else ""
        marks = {_mark(v) for v in self._tables[owner].get(column, ())}
        return max(marks, key=len, default="")

    def _field(self, field: str, years_back: int) -> str:
        back = years_back if self._standard.intake.fields[field].years > years_back else 0
        if is_blank(self._intake.fact(field, back).value):
            return ""
        return _mark(self._values.get(f"{field}@{back}" if back else field))


def _mark(value: ValueComparison | None) -> str:
    if value is None:
        return DECLARED
    if not value.answer.is_given:
        return OPEN
    return UNPROVEN if value.is_pending else ""
