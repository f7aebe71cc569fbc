"""The rules of a pack, tried on the facts: what is said, where, and whether the client has confirmed it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, localcontext

from pipeline.calc.blame import Blamed
from pipeline.calc.calculator import Calculator
from pipeline.calc.say import PLACES, filled, say
from pipeline.calc.scope import Scope
from pipeline.findings import CellRef, Finding, Severity
from pipeline.formula import syntax as s
from pipeline.formula.evaluate import Evaluator
from pipeline.formula.figures import BLANK, Figure, Figures, Operation, Opposite, Terms, figures_of
from pipeline.formula.precision import Comparison, compared
from pipeline.formula.values import Num
from pipeline.quantity import PRECISION, fixed, plain
from pipeline.standard.types import Rule, Standard

_CONFIRMED = re.compile(
    r"(?:数据|数值|情况)?(?:已|经)?(?:核实|核对|确认|属实)(?:无误|属实)?[，,：:。；;\s]*(?P<reason>.*)", re.S
)
_LEAST_REASON = 2
_NOTHING_TO_DO = "无需修改；说明会印入报告附录。"
_COUNTED = frozenset("个 台 套 人 条 份 次 项 年".split())
_ASIDE = "（{}）"

RowAt = tuple[str, int]
"""Table and index of the row at hand."""


def tried(calculator: Calculator, rule: Rule, blamed: Blamed) -> Iterator[Finding]:
    """The findings of one rule: one for the workbook, or one for each row of its table."""
    places: list[RowAt | None] = [None]
    if rule.for_each is not None:
        places = [(rule.for_each, i) for i in range(len(calculator.intake.rows(rule.for_each)))]
    for row in places:
        if rule.when is not None and calculator.condition(rule.when, row) is not True:
            continue
        if _holds(calculator, rule, row) is False and not blamed.explain_rule(rule, row):
            yield _finding(calculator, rule, row, _compared(calculator, rule, row))


def _holds(calculator: Calculator, rule: Rule, row: RowAt | None) -> object:
    node = s.parse(rule.require)
    if rule.tolerance is not None and isinstance(node, s.Compare):
        sides = _compared(calculator, rule, row)
        return None if sides is None else sides.holds(node.op)
    return calculator.condition(rule.require, row)


def _finding(calculator: Calculator, rule: Rule, row: RowAt | None, sides: Comparison | None) -> Finding:
    words = {} if sides is None else _sides(calculator, rule, row, sides)
    used = PLACES.findall(rule.message + rule.fix)
    details = {e: words[e] if e in words else say(calculator, e, row) for e in used}
    severity, explanation, fix = Severity(rule.grade), "", filled(rule.fix, details.__getitem__)
    place = _explained_at(calculator.standard, rule)
    if severity is Severity.WARNING and place is not None:
        explanation = _explanation(calculator, rule, row)
        if explanation:
            severity, fix = Severity.EXPLAINED, _NOTHING_TO_DO
        else:
            fix += f"若属实，请在“{place}”栏写“已核实：”和原因，会写入报告。"
    return Finding(
        code=rule.id,
        severity=severity,
        subject=rule.at.partition("@")[0],
        where=_place(calculator, rule, row),
        details=details,
        message=filled(rule.message, details.__getitem__),
        fix=fix,
        why=rule.why + (f"（{rule.clause}）" if rule.clause else ""),
        explanation=explanation,
        stage=rule.stage or "",
    )


def _place(calculator: Calculator, rule: Rule, row: RowAt | None) -> CellRef | None:
    intake = calculator.intake
    table, dot, column = rule.at.partition(".")
    if dot and row is not None:
        source = intake.rows(table)[row[1]]
        return source.fact(column).source or source.source
    name, _, back = rule.at.partition("@")
    return intake.fact(name, int(back or 0)).source or intake.places.get(rule.at)


# -- the client's word -------------------------------------------------------------------------------------------
def _explained_at(standard: Standard, rule: Rule) -> str | None:
    """The heading of the column where the client may confirm what the rule doubts; None where there is none."""
    table, dot, _ = rule.at.partition(".")
    if rule.explain is not None:
        return standard.intake.tables[table].by_id[rule.explain].label
    if not dot:
        return "备注" if rule.at.partition("@")[0] in standard.intake.fields else None
    note = standard.intake.tables[table].note_column
    return note.label if note is not None else None


def _explanation(calculator: Calculator, rule: Rule, row: RowAt | None) -> str:
    """The client's words, if they confirm the value and give a reason; else ""."""
    table, dot, column = rule.at.partition(".")
    if not dot or row is None:
        text = calculator.intake.fact(rule.at.partition("@")[0]).note
    else:
        facts = calculator.intake.rows(table)[row[1]]
        value = facts.fact(rule.explain).value if rule.explain else facts.fact(column).note
        text = value if isinstance(value, str) else ""
    match = _CONFIRMED.match(text.strip())
    return text.strip() if match and len(match["reason"].strip()) >= _LEAST_REASON else ""


# -- the client's figures ----------------------------------------------------------------------------------------
def _compared(calculator: Calculator, rule: Rule, row: RowAt | None) -> Comparison | None:
    node = s.parse(rule.require)
    if not isinstance(node, s.Compare):
        return None
    evaluator = Evaluator(Scope(calculator, recording=False))
    bound = {row[0]: row[1]} if row else {}
    standard = calculator.standard
    with localcontext(prec=PRECISION):
        return compared(node, evaluator, bound, lambda n: _is_measured(standard, n), rule.permitted)


def _is_measured(standard: Standard, node: s.Name | s.Column) -> bool:
    """Whether the name is a figure of the workbook that was rounded when it was written: counts are not."""
    if isinstance(node, s.Column):
        asked = standard.intake.tables[node.table].by_id.get(node.column)
    else:
        asked = standard.intake.fields.get(node.id)
    return asked is not None and asked.type == "number" and asked.unit not in _COUNTED


def _sides(calculator: Calculator, rule: Rule, row: RowAt | None, sides: Comparison) -> dict[str, str]:
    node = s.parse(rule.require)
    assert isinstance(node, s.Compare)  # else there would be no sides
    return {
        "left": _number(sides.left),
        "right": _number(sides.right),
        "difference": _number(sides.difference),
        "left_parts": _parts(calculator, node.left, row),
        "right_parts": _parts(calculator, node.right, row),
    }


def _parts(calculator: Calculator, node: s.Node, row: RowAt | None) -> str:
    """`（1,180＋31）` where a side was computed from several figures, else ""."""
    evaluator = Evaluator(Scope(calculator, recording=False))
    with localcontext(prec=PRECISION):
        evaluator.run(node, {row[0]: row[1]} if row else None)
        figures = figures_of(node, evaluator)
    text = _text(figures)
    return "" if isinstance(figures, Figure) else _ASIDE.format(text)


def _text(figures: Figures) -> str:
    match figures:
        case Figure(text):
            return _grouped(text)
        case Terms(texts):
            return "＋".join(_grouped(t) for t in texts)
        case Opposite(operand):
            return f"－{_enclosed(operand)}"
        case Operation("+", left, right):
            return f"{_text(left)}＋{_text(right)}"
        case Operation("-", left, right):
            return f"{_text(left)}－{_enclosed(right)}"
        case Operation(op, left, right):
            return f"{_enclosed(left)}{'×' if op == '*' else '÷'}{_enclosed(right)}"


def _enclosed(figures: Figures) -> str:
    return _text(figures) if isinstance(figures, Figure) else _ASIDE.format(_text(figures))


def _grouped(text: str) -> str:
    return text if text == BLANK else f"{Decimal(text):,f}"


def _number(number: Num) -> str:
    measure = number.unit.text if number.unit is not None and number.unit.text != "1" else ""
    return f"{_grouped(_short(number.value))} {measure}".strip()


def _short(value: Decimal) -> str:
    """In full up to six decimals, else rounded to two."""
    return plain(value) if value.normalize().as_tuple().exponent in range(-6, 60) else fixed(value, 2)
