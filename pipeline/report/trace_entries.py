"""What the trace part says about each figure, taken from the evaluation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from operator import attrgetter
from typing import Final

from pipeline.calc.dependencies import dependencies
from pipeline.calc.scope import OWN_FACTOR
from pipeline.calc.scorecard import CriterionScore, SubcategoryScore
from pipeline.calc.trace import IndicatorValue, Operand
from pipeline.evaluation import Evaluation
from pipeline.export import value_record
from pipeline.facts import Fact
from pipeline.findings import CellRef
from pipeline.formula.values import Num
from pipeline.formula.years import years_words
from pipeline.quantity import plain, round_half_even
from pipeline.report.chart_trace import chart_entry, chart_tag
from pipeline.report.context_scores import category_sums
from pipeline.report.context_tables import total_rows
from pipeline.report.marks import short_tag
from pipeline.report.provenance import Figure
from pipeline.report.tagging import cell_tag, indicator_tag, operand_tag, split_cell, year_suffix
from pipeline.report.trace_part import TraceEntry, TraceOperand, write_trace
from pipeline.standard.types import STATUS_WORDS, ComputedColumn

SUB_WORDS: Final = {
    "points": "实得分", "confirmed": "已有证明材料支持的得分", "weight": "权重", "max_points": "满分",
}  # fmt: skip
WEIGHTED_WORDS: Final = "实得分 ÷ 适用满分 × 权重"


def trace_xml(evaluation: Evaluation, figures: Sequence[Figure]) -> bytes:
    """The trace part of a report: its figures in their order, then everything they were computed from."""
    printed: dict[str, dict[str, None]] = {}
    labels: dict[str, str] = {}
    for figure in figures:
        printed.setdefault(figure.tag, {}).setdefault(figure.text)
        labels.setdefault(figure.tag, figure.alias)
    entries = _Entries(evaluation)
    made: dict[str, TraceEntry] = {}
    wanted = [*printed, *(chart_tag(c) for c in evaluation.standard.identity.charts)]
    for tag in wanted:  # grows while it is walked
        if tag in made:
            continue
        entry = entries.entry(tag)
        made[tag] = _told(entry, tag, entry.label or labels.get(tag, ""), tuple(printed.get(tag, ())))
        wanted += [operand.tag for operand in entry.operands if operand.tag not in made]
    return write_trace(list(made.values()), figures)


_rest_of = attrgetter(*[f.name for f in fields(TraceEntry)][3:])


def _told(entry: TraceEntry, tag: str, label: str, printed: tuple[str, ...]) -> TraceEntry:
    """The entry with its first three fields; `dataclasses.replace` takes five times as long, for thousands of entries."""
    return TraceEntry(tag, label, printed, *_rest_of(entry))


class _Entries:
    """Makes the entry of one tag, as yet without the tag; an unknown tag gets an empty one."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._standard, self._intake = evaluation.standard, evaluation.intake
        self._rows = {r.criterion.id: r for r in evaluation.scorecard.rows}
        self._categories = {c.category.id: c for c in evaluation.scorecard.categories}
        self._subs = {s.subcategory.id: s for c in evaluation.scorecard.categories for s in c.subcategories}
        uses = evaluation.calculator.factors_used
        self._factors = {
            short_tag(f"k:{u.family}/{u.set}/{u.key}"): (u, s) for u, s in uses if not u.overridden
        }
        self._dependencies = dependencies(evaluation.standard)
        self._makers: Mapping[str, Callable[[str, int, str], TraceEntry | None]] = {
            "f": self._field, "t": self._cell, "i": self._indicator, "q": self._indicator, "l": self._level,
            "lim": self._limit, "s": self._score, "v": self._verdict, "sub": self._subcategory,
            "cat": self._category, "tot": self._total, "sum": self._sum, "chg": self._change, "c": self._constant,
            "d": self._derived,
            "chart": lambda id_, _back, _aspect: chart_entry(self._evaluation, id_),
        }  # fmt: skip

    def entry(self, tag: str) -> TraceEntry:
        """What is known of a tag."""
        kind, _, rest = tag.partition(":")
        if kind == "k":
            return self._factor(tag)
        name, _, aspect = rest.partition("/")
        name, _, back = name.partition("@-")
        years_back = int(back) if back.isdigit() else 0
        maker = self._makers.get(kind)
        made = None if maker is None else maker(name, years_back, aspect)
        if made is None and aspect and kind in ("f", "t", "i", "q"):
            made = TraceEntry(tag, "", operands=_refer([f"{kind}:{name}{year_suffix(years_back)}"]))
        return TraceEntry(tag, "") if made is None else made

    # -- what was filled in ----------------------------------------------------------------------------
    def _field(self, name: str, back: int, aspect: str) -> TraceEntry | None:
        field = self._standard.intake.fields.get(name)
        if field is None or aspect:
            return None
        entry = _of_fact(self._intake.fact(name, back), f"{years_words(back)}{field.label}")
        return replace(entry, clause=field.clause or "")

    def _cell(self, name: str, back: int, aspect: str) -> TraceEntry | None:
        split = split_cell(name)
        table = self._standard.intake.tables.get(split[0]) if split else None
        if split is None or table is None or aspect or split[1] >= len(self._intake.rows(table.id)):
            return None
        row = self._intake.rows(table.id)[split[1]]
        if split[2] in table.by_id:
            entry = _of_fact(
                row.fact(split[2]), f"{table.label}第{split[1] + 1}行 {table.by_id[split[2]].label}"
            )
            return entry if entry.cell else replace(entry, cell=_place(row.source))
        definition = next(
            (c for c in self._standard.indicators.columns if c.id == f"{table.id}.{split[2]}"), None
        )
        if definition is None:
            return None
        return self._computed(definition, split[1], f"{table.label}第{split[1] + 1}行 {definition.label}")

    def _computed(self, definition: ComputedColumn, index: int, label: str) -> TraceEntry:
        calculator = self._evaluation.calculator
        outcome = calculator.computed_cell(definition.table, index, definition.column)
        numbers, source = calculator.cell_detail(definition.table, index, definition.column)
        number = outcome.value if isinstance(outcome, Num) else None
        return TraceEntry(
            "",
            label,
            value=outcome.isoformat() if isinstance(outcome, dt.date) else _number(number),
            rounded="" if number is None else _number(round_half_even(number, definition.decimals)),
            unit=definition.unit,
            cell=_place(self._intake.rows(definition.table)[index].source),
            clause=definition.clause or "",
            source=source,
            formula=calculator.condition_words(definition.formula),
            substituted=numbers,
            operands=self._operands(calculator.cell_operands(definition.table, index, definition.column)),
        )

    def _sum(self, name: str, back: int, aspect: str) -> TraceEntry | None:
        table_id, _, column = name.partition(".")
        table = self._standard.intake.tables.get(table_id)
        if table is None:
            return None
        tags = [cell_tag(table_id, i, column) for i in total_rows(self._evaluation, table)]
        values = [Decimal(v) for tag in tags if (v := self.entry(tag).value)]
        unit = self.entry(tags[0]).unit if tags else ""
        total = _number(sum(values, Decimal(0))) if values else ""
        return TraceEntry("", "", value=total, unit=unit, formula="各行相加", operands=_refer(tags))

    def _change(self, name: str, back: int, aspect: str) -> TraceEntry:
        if name in self._standard.indicators.by_id:
            tags = [indicator_tag(self._standard, name, n) for n in (0, 1)]
        else:
            tags = [f"f:{name}", f"f:{name}@-1"]
        now, before = (self.entry(tag).value for tag in tags)
        change = ""
        if now and before and Decimal(before) != 0:
            change = _number((Decimal(now) - Decimal(before)) / abs(Decimal(before)) * 100)
        formula = "（本年 − 上年）÷ |上年| × 100%"
        return TraceEntry("", "", value=change, unit="%", formula=formula, operands=_refer(tags))

    # -- what was computed -----------------------------------------------------------------------------
    def _indicator(self, name: str, back: int, aspect: str) -> TraceEntry | None:
        value = self._value(name, back)
        if value is None or aspect:
            return None
        trace = value.trace
        return TraceEntry(
            "",
            f"{years_words(back)}{value.label}",
            value=_number(trace.unrounded),
            rounded=_number(trace.rounded),
            unit=value.unit,
            level=value.level or "",
            clause=value.clause,
            formula=trace.words,
            substituted=f"{trace.substituted} {trace.conversion}".strip(),
            rounding=trace.rounding,
            operands=self._operands(trace.operands),
        )

    def _value(self, name: str, back: int) -> IndicatorValue | None:
        if name not in self._standard.indicators.by_id:
            return None
        return self._evaluation.calculator.indicator(name, back)

    def _operands(self, operands: Iterable[Operand]) -> tuple[TraceOperand, ...]:
        return tuple(
            TraceOperand(
                short_tag(operand_tag(self._standard, self._intake, o).removesuffix("/used")), o.value
            )
            for o in operands
        )

    def _level(self, name: str, back: int, aspect: str) -> TraceEntry | None:
        value = self._value(name, 0)
        basis = None if value is None else value.trace.level
        if value is None or basis is None:
            return None
        tags = [indicator_tag(self._standard, name)]
        tags += [f"lim:{name}/{level}" for level in self._standard.indicators.levels if level in basis.limits]
        tags += [f"l:{other}" for other in basis.worst_of]
        return TraceEntry("", "", level=basis.level, clause=basis.clause, operands=_refer(tags))

    def _limit(self, name: str, back: int, aspect: str) -> TraceEntry | None:
        indicator = self._standard.indicators.by_id.get(name)
        thresholds = None if indicator is None else indicator.thresholds
        if indicator is None or thresholds is None:
            return None
        variant = self._intake.fact(thresholds.by).value if thresholds.by else None
        limits = thresholds.limits_for(variant if isinstance(variant, str) else None)
        limit = limits.levels.get(aspect) if limits else None
        label = f"{indicator.label}{self._standard.indicators.levels.get(aspect, aspect)}"
        return TraceEntry(
            "",
            label,
            value=_number(limit),
            unit=indicator.unit,
            clause=thresholds.clause or "",
            source=thresholds.source or "",
            status=_status(thresholds.status),
            basis=f"按“{variant}”取用" if isinstance(variant, str) else "",
        )

    def _derived(self, name: str, back: int, aspect: str) -> TraceEntry | None:
        derived = self._standard.indicators.derived_by_id.get(name)
        if derived is None or derived.formula is None:
            return None
        calculator = self._evaluation.calculator
        outcome = calculator.derived(name)
        reads = sorted(self._dependencies.name_reads(name) & set(self._standard.intake.fields))
        return TraceEntry(
            "",
            derived.label,
            value=outcome.isoformat() if isinstance(outcome, dt.date) else "",
            clause=derived.clause or "",
            source=derived.source or "",
            status=_status(derived.status),
            formula=calculator.condition_words(derived.formula),
            operands=_refer([f"f:{key}" for key in reads]),
        )

    def _constant(self, name: str, back: int, aspect: str) -> TraceEntry | None:
        constant = self._standard.indicators.constants_by_id.get(name)
        if constant is None:
            return None
        return TraceEntry(
            "",
            constant.label,
            value=plain(constant.value),
            unit=constant.unit,
            clause=constant.clause or "",
            source=constant.source or "",
            status=_status(constant.status),
        )

    def _factor(self, tag: str) -> TraceEntry:
        if tag not in self._factors:
            return TraceEntry(tag, "", source=OWN_FACTOR if tag.endswith("/own") else "")
        use, source = self._factors[tag]
        family = self._standard.factors[use.family]
        entry = family.entry(use.set, use.key)
        return TraceEntry(
            tag,
            f"{use.key}{family.label}",
            value=plain(use.coefficient),
            unit=f"{use.result.text}/{use.per.text}",
            source=source,
            status="" if entry is None else _status(entry.status),
        )

    # -- scores ----------------------------------------------------------------------------------------
    def _score(self, name: str, back: int, aspect: str) -> TraceEntry | None:
        row = self._rows.get(name)
        if row is None:
            return None
        criterion = row.criterion
        if aspect == "share":
            share = None if row.share is None else row.share * 100
            label = f"{name} 得分率"
            return replace(
                self._judged(row, "得分率"),
                label=label,
                value=_number(share),
                unit="%",
                operands=_refer([f"v:{name}"]),
            )
        if aspect:
            return TraceEntry("", f"{name} 分值", value=_number(criterion.points), clause=criterion.clause,
                              status=_status(criterion.points_status or criterion.status))  # fmt: skip
        tags = [f"v:{name}", f"s:{name}/points"]
        return replace(self._judged(row, "得分"), value=_number(row.score), operands=_refer(tags))

    def _verdict(self, name: str, back: int, aspect: str) -> TraceEntry | None:
        row = self._rows.get(name)
        if row is None:
            return None
        criterion = row.criterion
        tags = []
        if criterion.indicator is not None:
            tags = [indicator_tag(self._standard, criterion.indicator), f"l:{criterion.indicator}"]
        elif criterion.formulas:
            reads = self._dependencies.criterion_reads(criterion)
            tags = [f"f:{key}" for key in sorted(reads) if key in self._standard.intake.fields]
        return replace(self._judged(row, "自评结果"), value=row.verdict, operands=_refer(tags))

    @staticmethod
    def _judged(row: CriterionScore, what: str) -> TraceEntry:
        label = f"{row.criterion.id} {what}"
        return TraceEntry("", label, cell=_place(row.where), clause=row.criterion.clause, basis=row.basis,
                          status=_status(row.criterion.status))  # fmt: skip

    def _subcategory(self, name: str, back: int, aspect: str) -> TraceEntry | None:
        score = self._subs.get(name)
        if score is None:
            return None
        sub = score.subcategory
        values = {
            "": score.weighted, "points": score.points, "confirmed": score.confirmed,
            "weight": sub.weight, "max_points": sub.max_points,
        }  # fmt: skip
        tags = _scored(score, aspect)
        label = f"{sub.title} {SUB_WORDS.get(aspect, '得分')}"
        status = _status(sub.weight_status if aspect == "weight" else sub.status)
        formula = WEIGHTED_WORDS if aspect in ("", "confirmed") else ""
        return TraceEntry(
            "",
            label,
            value=_number(values.get(aspect)),
            status=status,
            formula=formula,
            operands=_refer(tags),
        )

    def _category(self, name: str, back: int, aspect: str) -> TraceEntry | None:
        score = self._categories.get(name)
        if score is None:
            return None
        weight, weighted, confirmed = category_sums(score)
        share = None if score.share is None else score.share * 100
        values = {
            "share": share,
            "": weighted,
            "confirmed": confirmed,
            "weights": weight,
            "weight": score.category.weight,
        }
        tags = [] if aspect == "weight" else _of_subs(score.subcategories, aspect)
        return TraceEntry("", "", value=_number(values.get(aspect)), operands=_refer(tags))

    def _total(self, name: str, back: int, aspect: str) -> TraceEntry:
        card = self._evaluation.scorecard
        total = card.printed if name == "printed" else card.whole
        values = {"": total.score, "confirmed": total.confirmed, "weight": total.weight}
        subs = [s for s in self._subs.values() if s.applicable and not (name == "printed" and s.provisional)]
        return TraceEntry("", "", value=_number(values.get(aspect)), operands=_refer(_of_subs(subs, aspect)))


def _of_subs(scores: Iterable[SubcategoryScore], aspect: str) -> list[str]:
    """The tags of the subcategories that a sum adds up."""
    ending = {"": "", "confirmed": "/confirmed"}.get(aspect, "/weight")
    return [f"sub:{s.subcategory.id}{ending}" for s in scores if s.subcategory.weight is not None]


def _scored(score: SubcategoryScore, aspect: str) -> list[str]:
    """The tags of the rows that a subcategory adds up, and its weight where it counts."""
    rows = [r for r in score.rows if r.score is not None and (aspect != "confirmed" or r.confirmed)]
    if aspect == "max_points":
        return [f"s:{r.criterion.id}/points" for r in score.rows if r.criterion.points is not None]
    if aspect == "weight":
        return []
    weight = [f"sub:{score.subcategory.id}/weight"] if aspect in ("", "confirmed") else []
    return [f"s:{r.criterion.id}" for r in rows] + weight


def _of_fact(fact: Fact, label: str) -> TraceEntry:
    value = value_record(fact.value) if isinstance(fact.value, Decimal | dt.date) else ""
    return TraceEntry("", label, value=str(value), unit=fact.unit or "", cell=_place(fact.source))


def _refer(tags: Iterable[str]) -> tuple[TraceOperand, ...]:
    return tuple(TraceOperand(short_tag(tag)) for tag in tags)


def _place(where: CellRef | None) -> str:
    if where is None:
        return ""
    return f"{where.sheet}!{where.cell}" if where.cell else where.sheet


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def _status(status: str) -> str:
    return "" if status == "printed" else STATUS_WORDS[status]
