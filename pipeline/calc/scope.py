"""The environment of one formula: gives names their values and notes everything that was read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from pipeline.calc.trace import Operand, OperandKind
from pipeline.calc.unit_columns import unit_columns
from pipeline.facts import Fact
from pipeline.findings import CellRef
from pipeline.formula import syntax as s
from pipeline.formula.environment import Coefficient, FactorUse
from pipeline.formula.values import Num, Outcome
from pipeline.formula.years import years_words
from pipeline.messages import finding_with
from pipeline.quantity import MISSING, Missing, NotApplicable, NotDetected, plain, significant
from pipeline.standard.types import STATUS_WORDS, Field
from pipeline.units import ONE, unit

if TYPE_CHECKING:
    from pipeline.calc.calculator import Calculator

_FIRST_WORDS = re.compile("[（，；。：]")
"""Where the name of a source ends and remarks on it begin."""
OWN_FACTOR = "实测系数（填报）"
"""The source of a coefficient that the client has measured."""


class Scope:
    """Implements `formula.evaluate.Environment` over a Calculator, for the formula of one subject."""

    def __init__(
        self,
        calculator: Calculator,
        subject: str = "",
        symbols: Mapping[str, str] | None = None,
        *,
        recording: bool = True,
    ) -> None:
        self._calculator = calculator
        self._recording = recording
        self._standard = calculator.standard
        self._intake = calculator.intake
        self._tables = calculator.standard.intake.tables
        self._subject = subject
        self._symbols = symbols or {}
        self._operands: dict[tuple[str, str], Operand] = {}
        self._causes: dict[str, None] = {}
        self._factor: FactorUse | None = None

    # -- what was read ---------------------------------------------------------------------------------
    @property
    def operands(self) -> tuple[Operand, ...]:
        """Everything read, in the order of reading."""
        return tuple(self._operands.values())

    @property
    def causes(self) -> tuple[str, ...]:
        """Why the result is missing: labels with places."""
        return tuple(self._causes)

    @property
    def factor_detail(self) -> tuple[str, str]:
        """(`1234 kWh × 0.1229 kgce/kWh`, source of the coefficient) of the last coefficient applied."""
        use = self._factor
        if use is None:
            return "", ""
        text = f"{plain(use.amount)} {use.amount_unit.text} × {plain_or_short(use.coefficient)} {use.result.text}/{use.per.text}"
        return text, OWN_FACTOR if use.overridden else self._factor_source(use)

    def label(self, node: s.Name | s.Column) -> str:
        """What people call a name."""
        if isinstance(node, s.Column):
            return self._column_label(node)
        for known in (
            self._standard.intake.fields,
            self._standard.indicators.by_id,
            self._standard.indicators.constants_by_id,
            self._standard.indicators.derived_by_id,
            self._standard.intake.tables,
        ):
            if node.id in known:
                return known[node.id].label
        return node.id

    def symbol(self, node: s.Name | s.Column) -> str:
        """The symbol of a name in the standard's formula; its label when it has none."""
        if isinstance(node, s.Column):
            name = f"{node.table}.{node.column}"
            own = next((c.symbol for c in self._standard.indicators.columns if c.id == name), None)
            return self._symbols.get(name) or own or self.label(node)
        if isinstance(node, s.Name):
            if node.id in self._symbols:
                return self._symbols[node.id]
            indicator = self._standard.indicators.by_id.get(node.id)
            if indicator is not None and indicator.symbol:
                return indicator.symbol
        return self.label(node)

    def measure(self, node: s.Name | s.Column) -> str:
        """The unit of a name as it follows a number: `%` close up, others after a blank, nothing for pure numbers."""
        found = self._unit_of(node)
        return "" if found in ("", "1") else found if found == "%" else f" {found}"

    def _unit_of(self, node: s.Name | s.Column) -> str:
        if isinstance(node, s.Column):
            table = self._standard.intake.tables[node.table]
            if node.column in table.by_id:
                return table.by_id[node.column].unit or ""
            return self._calculator.computed_columns[node.table, node.column].unit
        field = self._standard.intake.fields.get(node.id)
        if field is not None:
            return field.unit or ""
        indicators = self._standard.indicators
        found = indicators.by_id.get(node.id) or indicators.constants_by_id.get(node.id)
        return found.unit if found is not None else ""

    def _column_label(self, node: s.Column) -> str:
        table = self._standard.intake.tables[node.table]
        if node.column in table.by_id:
            return table.by_id[node.column].label
        return self._calculator.computed_columns[node.table, node.column].label

    def _note(self, kind: OperandKind, name: str, value: str, measure: str, **more: object) -> None:
        if not self._recording:
            return
        operand = Operand(kind, name, str(more.pop("label", name)), value, measure, **more)  # type: ignore[arg-type]
        self._operands.setdefault((kind, f"{name}|{operand.label}"), operand)

    def _missing(self, label: str, where: CellRef | None) -> Missing:
        place = f"（{where.sheet}!{where.cell}）" if where and where.cell else ""
        self._causes.setdefault(f"{label}{place}")
        return MISSING

    # -- Environment -----------------------------------------------------------------------------------
    def value(self, name: str, years_back: int) -> Outcome:
        """A field, constant, quantity or indicator."""
        field = self._standard.intake.fields.get(name)
        if field is not None:
            return self._field(field, years_back)
        constant = self._standard.indicators.constants_by_id.get(name)
        if constant is not None:
            source = constant.source or constant.clause or ""
            symbol = self._symbols.get(name, "")
            self._note(
                "constant", name, plain(constant.value), constant.unit, label=constant.label,
                source=source, symbol=symbol,
            )  # fmt: skip
            return Num(constant.value, constant.measure)
        if name in self._standard.indicators.derived_by_id:
            derived = self._calculator.derived(name)
            return self._missing(self.label(s.Name(name)), None) if isinstance(derived, Missing) else derived
        return self._indicator(name, years_back)

    def _indicator(self, name: str, years_back: int) -> Outcome:
        outcome = self._calculator.outcome(name, years_back)
        computed = self._calculator.indicator(name, years_back)
        label = f"{years_words(years_back)}{computed.label}"
        if isinstance(outcome, Num):
            self._note(
                "quantity", name, plain_or_short(outcome.value), computed.unit, label=label,
                symbol=self.symbol(s.Name(name)) if self.symbol(s.Name(name)) != computed.label else "",
                detail=computed.trace.words, years_back=years_back,
            )  # fmt: skip
        elif isinstance(outcome, Missing):
            for cause in computed.trace.causes or (label,):
                self._causes.setdefault(cause)
        return outcome

    def _field(self, field: Field, years_back: int) -> Outcome:
        identity = self._standard.identity
        if field.id == identity.roles.evaluation_year:
            year = self._intake.fact(field.id)
            outcome = _entering(field, year)
            if isinstance(outcome, Missing):
                return self._missing(field.label, self._intake.places.get(field.id))
            return Num(outcome.value - years_back) if isinstance(outcome, Num) else outcome
        back = years_back if field.years > 1 or field.is_number else 0
        fact = self._intake.fact(field.id, back)
        outcome = _entering(field, fact)
        if not self._recording:
            return outcome
        label = f"{years_words(back)}{field.label}"
        place = fact.source or self._intake.places.get(f"{field.id}@{back}" if back else field.id)
        if isinstance(outcome, Missing):
            return self._missing(label, place)
        if isinstance(outcome, Num) and field.is_number:
            self._note(
                "fact", field.id, plain(outcome.value), field.unit or "", label=label, where=place,
                symbol=self._symbols.get(field.id, ""), detail=_policy_words(field, fact), years_back=back,
            )  # fmt: skip
        return outcome

    def cell(self, table: str, row: int, column: str, *, wanted: bool = False) -> Outcome:
        """A column of a row, filled in or computed. `wanted`: needed here although optional by itself."""
        definition = self._tables[table].by_id.get(column)
        if definition is not None:
            fact = self._intake.tables[table][row].fact(column)
            outcome = _entering(definition, fact)
            if self._recording and (wanted or definition.required or not fact.is_missing):
                self._note_cell(table, row, definition, outcome)
            return outcome
        computed = self._calculator.computed_cell(table, row, column)
        if self._recording:
            self._note_computed(table, row, column, computed)
        return MISSING if computed is None else computed

    def _note_cell(self, table: str, row: int, column: Field, outcome: Outcome) -> None:
        source = self._intake.rows(table)[row]
        place = source.fact(column.id).source or source.source
        label = f"{self._row_name(table, row)} {column.label}"
        if isinstance(outcome, Missing):
            self._missing(label, place)
        elif isinstance(outcome, Num) and column.is_number:
            unit_column = unit_columns(self._standard).get((table, column.id))
            named = source.fact(unit_column).value if unit_column else None
            self._note_row(
                table, row, column.id, outcome, label, place, named=named if isinstance(named, str) else ""
            )

    def _note_computed(self, table: str, row: int, column: str, outcome: Outcome | None) -> None:
        place = self._intake.rows(table)[row].source
        label = f"{self._row_name(table, row)} {self._column_label(s.Column(table, column))}"
        if isinstance(outcome, Num):
            detail, origin = self._calculator.cell_detail(table, row, column)
            self._note_row(table, row, column, outcome, label, place, detail, origin)
        elif isinstance(outcome, Missing):
            causes = self._calculator.cell_causes(table, row, column)
            if not causes:
                self._missing(label, place)
            for cause in causes:
                self._causes.setdefault(cause)

    def _note_row(
        self, table: str, row: int, column: str, outcome: Num, label: str, where: CellRef | None,
        detail: str = "", source: str = "", named: str = "",
    ) -> None:  # fmt: skip
        measure = named or (outcome.unit.text if outcome.unit and outcome.unit != ONE else "")
        self._note(
            "row", f"{table}[{row + 1}].{column}", plain_or_short(outcome.value), measure, label=label,
            where=where, detail=detail, source=source,
        )  # fmt: skip

    def _row_name(self, table: str, row: int) -> str:
        names = self._calculator.row_names
        if (table, row) not in names:
            definition = self._standard.intake.tables[table]
            facts = self._intake.rows(table)[row]
            keys = definition.key or tuple(c.id for c in definition.columns[:1])
            words = [_say(facts.fact(k).value) for k in keys]
            names[table, row] = " ".join(w for w in words if w) or f"第 {row + 1} 行"
        return names[table, row]

    def row_count(self, table: str, years_back: int | None) -> int | None:
        """The number of rows; None when there are none, or none of the year in question."""
        rows = self._intake.rows(table)
        if not rows:
            self._missing(f"表“{self._standard.intake.tables[table].label}”", self._intake.places.get(table))
            return None
        year_column = self._standard.intake.tables[table].period_column
        year = self._intake.fact(self._standard.identity.roles.evaluation_year).value
        if years_back is not None and year_column is not None and isinstance(year, Decimal):
            wanted = year - years_back
            if not any(r.fact(year_column).value == wanted for r in rows):
                label = self._standard.intake.tables[table].label
                self._missing(f"表“{label}”中 {plain(wanted)} 年的数据", self._intake.places.get(table))
                return None
        return len(rows)

    def keyed_row(self, table: str, key: str) -> int | None:
        """The row of a table whose only key column says `key`."""
        definition = self._standard.intake.tables[table]
        (column,) = definition.key
        for index, row in enumerate(self._intake.rows(table)):
            if row.fact(column).value == key:
                return index
        self._missing(f"表“{definition.label}”的 {key}", self._intake.places.get(table))
        return None

    def is_edition(self, name: str) -> bool:
        """Whether the edition of the standard that is applied is the one called `name`."""
        return self._standard.identity.edition == name

    def note(self, name: str) -> str:
        """The client's text in the 备注 cell of a field."""
        return self._intake.fact(name).note

    def coefficient(self, family: str, set_name: str, key: str) -> Coefficient | None:
        """A coefficient of the shared tables."""
        found = self._standard.factors.get(family)
        entry = found.entry(set_name, key) if found else None
        if found is None or entry is None or entry.value is None:
            return None
        result = unit(found.result_unit)
        return Coefficient(entry.value, result, unit(entry.per))

    def factor_used(self, use: FactorUse) -> None:
        """Notes a coefficient among the operands."""
        self._factor = use
        measure = f"{use.result.text}/{use.per.text}"
        origin = OWN_FACTOR if use.overridden else self._factor_source(use)
        self._calculator.note_factor(use, origin)
        self._note(
            "factor", f"{use.family}/{use.set}/{use.key}", plain_or_short(use.coefficient), measure,
            label=f"{use.key}{self._standard.factors[use.family].label}", source=origin,
        )  # fmt: skip

    def _factor_source(self, use: FactorUse) -> str:
        family = self._standard.factors[use.family]
        entry = family.entry(use.set, use.key)
        set_source = family.by_set[use.set].source
        if entry is None:
            return use.set
        status = "" if entry.status == "printed" else f"，{STATUS_WORDS[entry.status]}"
        told = entry.source or set_source or family.label
        return f"{told}{status}" if _names(told, use.set) else f"{use.set}：{told}{status}"

    def problem(self, code: str, details: dict[str, str], row: tuple[str, int] | None, column: str) -> None:
        """Turns a fault met in a formula into a finding at the cell."""
        where = None
        if row is not None:
            source = self._intake.rows(row[0])[row[1]]
            where = source.fact(column).source or source.source
        self._causes.setdefault(self._subject)
        self._calculator.note_finding(
            finding_with(code, self._subject, where, {"indicator": self._subject, **details})
        )


def _entering(field: Field, fact: Fact) -> Outcome:
    """The value as it enters a calculation: blanks by the field's own rule, numbers with their unit."""
    value = fact.value
    if isinstance(value, str | Missing):
        return value
    if isinstance(value, Decimal):
        return Num(value, field.measure if field.is_number and field.unit else None)
    if isinstance(value, NotApplicable):
        return Num(Decimal(0), field.measure) if field.not_applicable == "zero" else value
    if isinstance(value, NotDetected):
        if field.not_detected == "zero":
            return Num(Decimal(0), field.measure)
        if value.limit is None:
            return MISSING
        return Num(value.limit / 2 if field.not_detected == "half_limit" else value.limit, field.measure)
    return value


def _policy_words(field: Field, fact: Fact) -> str:
    """How a blank entered the calculation, in words."""
    if isinstance(fact.value, NotApplicable):
        return "不适用，按 0 计"
    if isinstance(fact.value, NotDetected):
        return {
            "limit": "未检出，按检出限计",
            "half_limit": "未检出，按检出限的一半计",
            "zero": "未检出，按 0 计",
        }[field.not_detected]
    return ""


def plain_or_short(value: Decimal) -> str:
    """In full when short, else with 10 significant digits."""
    text = plain(value)
    return text if len(text) <= 12 else significant(value, 10)


def _names(source: str, wanted: str) -> bool:
    """Whether the first words of a source say the name of the set already, perhaps with words between."""
    head = iter(_FIRST_WORDS.split(source.replace(" ", ""))[0])
    return all(char in head for char in wanted.replace(" ", ""))


def _say(value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    return value if isinstance(value, str) else ""
