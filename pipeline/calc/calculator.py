"""Computes indicators on demand over the facts of one intake, each once, with its trace."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, localcontext

from pipeline.calc.say import filled, say
from pipeline.calc.scheme import effective
from pipeline.calc.scope import Scope
from pipeline.calc.trace import IndicatorValue, LevelBasis, Operand, Trace
from pipeline.facts import Intake
from pipeline.findings import Finding
from pipeline.formula import syntax as s
from pipeline.formula.environment import FactorUse
from pipeline.formula.evaluate import Evaluator, Known
from pipeline.formula.figures import BLANK, Figure, Figures, figures_of
from pipeline.formula.render import substituted, symbolic, words
from pipeline.formula.values import Num, Outcome
from pipeline.quantity import MISSING, PRECISION, Missing, NotApplicable, plain, round_half_even
from pipeline.standard.types import ComputedColumn, Derived, Indicator, Limits, Saying, Standard
from pipeline.units import ONE


class Calculator:
    """The numbers of one evaluation. Asking twice gives the same object; nothing is computed that is not asked."""

    def __init__(self, standard: Standard, intake: Intake) -> None:
        standard = _as_packed(standard)
        self.standard = standard
        self.intake = intake
        self._done: dict[tuple[str, int], tuple[IndicatorValue, Outcome]] = {}
        self._cells: dict[tuple[str, int, str], Outcome] = {}
        self._cell_operands: dict[tuple[str, int, str], tuple[Operand, ...]] = {}
        self._cell_details: dict[tuple[str, int, str], tuple[str, str]] = {}
        self._cell_causes: dict[tuple[str, int, str], tuple[str, ...]] = {}
        self._derived: dict[str, Outcome] = {}
        self.row_names: dict[tuple[str, int], str] = {}
        """How people call a row, by table and index; asked for at every cell that is read."""
        self.computed_columns = {(c.table, c.column): c for c in standard.indicators.columns}
        self._found: dict[tuple[str, str], Finding] = {}
        self._factors: dict[tuple[str, str, str, bool, Decimal], tuple[FactorUse, str]] = {}
        self._known: Known = {}
        self._silent = Scope(self, recording=False)
        self.standard = effective(self)
        self._silent, self._known = Scope(self, recording=False), {}  # of the standard as it now is

    @property
    def factors_used(self) -> tuple[tuple[FactorUse, str], ...]:
        """Every coefficient that entered, once each, with its source."""
        return tuple(self._factors[key] for key in sorted(self._factors))

    def note_factor(self, use: FactorUse, source: str) -> None:
        """Keeps a coefficient for the list of coefficients used."""
        key = (use.family, use.set, use.key, use.overridden, use.coefficient)
        self._factors.setdefault(key, (use, source))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Faults met while computing (division by zero, coefficients), one a place."""
        return tuple(self._found.values())

    def note_finding(self, found: Finding) -> None:
        """Keeps a finding unless the same code stands at the same place already."""
        place = str(found.where) if found.where else found.subject
        self._found.setdefault((found.code, place), found)

    # -- indicators ------------------------------------------------------------------------------------
    def indicator(self, indicator_id: str, years_back: int = 0) -> IndicatorValue:
        """The indicator or quantity, for the evaluation year or an earlier one."""
        return self._computed(indicator_id, years_back)[0]

    def outcome(self, indicator_id: str, years_back: int = 0) -> Outcome:
        """The unrounded value in its declared unit, for use in other formulas."""
        return self._computed(indicator_id, years_back)[1]

    def _computed(self, indicator_id: str, years_back: int) -> tuple[IndicatorValue, Outcome]:
        key = (indicator_id, years_back)
        if key not in self._done:
            with localcontext(prec=PRECISION):
                self._done[key] = self._compute(self.standard.indicators.by_id[indicator_id], years_back)
        return self._done[key]

    def _compute(self, indicator: Indicator, years_back: int) -> tuple[IndicatorValue, Outcome]:
        scope = Scope(self, subject=indicator.label)
        if indicator.when is not None:
            applies = Evaluator(scope, years_back).run(s.parse(indicator.when))
            if applies is False:
                return self._blank(indicator, NotApplicable(indicator.not_applicable_reason), scope)
            if applies is not True:
                return self._blank(indicator, MISSING, scope)
        scope = Scope(self, subject=indicator.label, symbols=indicator.symbols)
        evaluator = Evaluator(scope, years_back)
        node = s.parse(indicator.formula)
        result = evaluator.run(node)
        trace = self._trace(indicator, node, scope, figures_of(node, evaluator))
        if not isinstance(result, Num):
            blank = result if isinstance(result, NotApplicable) else MISSING
            return self._value(indicator, blank, replace(trace, causes=scope.causes), None), blank
        factor = (result.unit or ONE).factor_to(indicator.measure) if result.unit else Decimal(1)
        unrounded = result.value * factor
        rounded = round_half_even(unrounded, indicator.decimals)
        basis = None if years_back else self._level(indicator, unrounded, rounded)
        trace = replace(
            trace,
            unrounded=unrounded,
            rounded=rounded,
            conversion=_conversion(result, indicator, factor),
            conversion_factor=factor,
            level=basis,
        )
        level = basis.level if basis else None
        return self._value(indicator, rounded, trace, level), Num(unrounded, indicator.measure)

    def _trace(self, indicator: Indicator, node: s.Node, scope: Scope, figures: Figures) -> Trace:
        places = f" {indicator.decimals} 位小数" if indicator.decimals else "整数"
        rounding = f"按 {self.standard.identity.rounding.source} 修约到{places}"
        left = indicator.symbol or indicator.label
        return Trace(
            formula=indicator.formula,
            words=f"{indicator.label} = {words(node, scope.label)}",
            symbolic=f"{left} = {symbolic(node, scope.symbol)}",
            figures=figures,
            operands=scope.operands,
            decimals=indicator.decimals,
            rounding=rounding,
        )

    @staticmethod
    def _value(
        indicator: Indicator, value: Decimal | Missing | NotApplicable, trace: Trace, level: str | None
    ) -> IndicatorValue:
        return IndicatorValue(
            indicator.id, indicator.label, indicator.unit, value, level, trace, indicator.clause or ""
        )

    def _blank(
        self, indicator: Indicator, blank: Missing | NotApplicable, scope: Scope
    ) -> tuple[IndicatorValue, Outcome]:
        trace = self._trace(indicator, s.parse(indicator.formula), scope, Figure(BLANK))
        return self._value(indicator, blank, replace(trace, causes=scope.causes), None), blank

    # -- levels ----------------------------------------------------------------------------------------
    def _level(self, indicator: Indicator, unrounded: Decimal, rounded: Decimal) -> LevelBasis | None:
        thresholds = indicator.thresholds
        if thresholds is None or thresholds.unset:
            return None
        variant = ""
        if thresholds.by is not None:
            chosen = self.intake.fact(thresholds.by).value
            if not isinstance(chosen, str):
                return None
            variant = chosen
        limits = thresholds.limits_for(variant)
        if limits is None:
            return None
        comparison = self.standard.identity.comparison
        compared = unrounded if comparison == "full_value" else rounded
        level = self._worst(limits) if limits.worst_of else self._reached(indicator, compared, limits)
        if level is None:
            return None
        return LevelBasis(
            level,
            indicator.direction,
            limits.levels,
            thresholds.clause or "",
            variant,
            comparison,
            limits.worst_of,
        )

    def compared(self, value: IndicatorValue) -> Decimal | None:
        """The number that is compared with limits: unrounded or rounded, as the pack says."""
        full = self.standard.identity.comparison == "full_value"
        return value.trace.unrounded if full else value.trace.rounded

    def _reached(self, indicator: Indicator, value: Decimal, limits: Limits) -> str:
        """The best level whose limit the value reaches (limits are inclusive), else `below`."""
        reached = "below"
        for level in self.standard.indicators.levels:
            limit = limits.levels.get(level)
            if limit is None:
                continue
            if value >= limit if indicator.direction == "higher" else value <= limit:
                reached = level
        return reached

    def _worst(self, limits: Limits) -> str | None:
        """The lowest level among the named indicators; None as long as one of them has none."""
        order = ["below", *self.standard.indicators.levels]
        levels: list[str] = []
        for name in limits.worst_of:
            value = self.indicator(name)
            if isinstance(value.value, NotApplicable):
                continue
            if value.level is None:
                return None
            levels.append(value.level)
        return min(levels, key=order.index) if levels else None

    # -- table cells and conditions --------------------------------------------------------------------
    def computed_cell(self, table: str, row: int, column: str) -> Outcome | None:
        """The value of a computed column in its declared unit; None when the pack has no such column."""
        definition = self.computed_columns.get((table, column))
        if definition is None:
            return None
        key = (table, row, column)
        if key not in self._cells:
            scope = Scope(self, subject=definition.label)
            with localcontext(prec=PRECISION):
                result = self._column_outcome(definition, scope, row)
                if isinstance(result, Num):
                    factor = result.unit.factor_to(definition.measure) if result.unit else Decimal(1)
                    result = Num(result.value * factor, definition.measure)
            self._cells[key] = result
            self._cell_details[key] = scope.factor_detail
            self._cell_causes[key] = scope.causes
            self._cell_operands[key] = scope.operands
        return self._cells[key]

    def compute_columns(self) -> None:
        """Computes every cell of every computed column, so that what is wrong with them is found."""
        for column in self.standard.indicators.columns:
            for row in range(len(self.intake.rows(column.table))):
                self.computed_cell(column.table, row, column.column)

    @staticmethod
    def _column_outcome(definition: ComputedColumn, scope: Scope, row: int) -> Outcome:
        bound = {definition.table: row}
        if definition.when is not None:
            applies = Evaluator(scope).run(s.parse(definition.when), bound)
            if applies is False:
                return NotApplicable(definition.not_applicable_reason)
            if applies is not True:
                return applies if isinstance(applies, NotApplicable) else MISSING
        return Evaluator(scope).run(s.parse(definition.formula), bound)

    # -- dates and texts that follow from the facts -----------------------------------------------------
    def derived(self, derived_id: str) -> Outcome:
        """The date, text or truth value; a text of cases with its places filled in."""
        if derived_id not in self._derived:
            self._derived[derived_id] = self._derive(self.standard.indicators.derived_by_id[derived_id])
        return self._derived[derived_id]

    def _derive(self, derived: Derived) -> Outcome:
        applies = True if derived.when is None else self.condition(derived.when)
        if applies is not True:
            return NotApplicable(derived.not_applicable_reason) if applies is False else MISSING
        if derived.formula is not None:
            return self.condition(derived.formula, subject=derived.label)
        case = self.saying(derived)
        return MISSING if case is None else filled(case.text, lambda place: say(self, place))

    def saying(self, derived: Derived) -> Saying | None:
        """The first case that holds; None while it cannot be told."""
        for case in derived.cases:
            holds = True if case.when is None else self.condition(case.when)
            if holds is True:
                return case
            if holds is not False:
                return None
        return None

    def cell_operands(self, table: str, row: int, column: str) -> tuple[Operand, ...]:
        """What a computed cell read."""
        return self._cell_operands.get((table, row, column), ())

    def cell_detail(self, table: str, row: int, column: str) -> tuple[str, str]:
        """(how a computed cell came about, source of its coefficient), for the trace."""
        return self._cell_details.get((table, row, column), ("", ""))

    def cell_causes(self, table: str, row: int, column: str) -> tuple[str, ...]:
        """Why a computed cell is missing."""
        return self._cell_causes.get((table, row, column), ())

    def condition(self, text: str, row: tuple[str, int] | None = None, subject: str = "") -> Outcome:
        """The outcome of a condition of the pack."""
        with localcontext(prec=PRECISION):
            bound = {row[0]: row[1]} if row else None
            scope = Scope(self, subject=subject, recording=False) if subject else self._silent
            return Evaluator(scope, lazy=True, known=self._known).run(s.parse(text), bound)

    def worked(self, text: str) -> tuple[Outcome, str]:
        """The outcome of a formula that stands outside the indicators, and the formula with the numbers put in."""
        with localcontext(prec=PRECISION):
            evaluator, node = Evaluator(Scope(self)), s.parse(text)
            outcome = evaluator.run(node)
            return outcome, substituted(figures_of(node, evaluator))

    def condition_words(self, text: str) -> str:
        """The condition in words, its bare numbers with the unit of what they are compared with."""
        scope = Scope(self)
        return words(s.parse(text), scope.label, scope.measure)


def _as_packed(standard: Standard) -> Standard:
    """The pack without the limits and points that a workbook has put in."""
    origin = standard.origin
    if origin is None:
        return standard
    return replace(standard, indicators=origin.indicators, scoring=origin.scoring, origin=None)


def _conversion(result: Num, indicator: Indicator, factor: Decimal) -> str:
    """`× 10000（万元/m² → 万元/公顷）` when the formula's unit is not the declared one."""
    if result.unit is None or factor == 1:
        return ""
    if result.unit.is_ratio and indicator.unit == "%":
        return f"× {plain(factor)}%"
    return f"× {plain(factor)}（{result.unit.text} → {indicator.unit}）"
