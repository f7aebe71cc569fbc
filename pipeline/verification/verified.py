"""Verified values put in the place of declared ones, and what then rests on verified values alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from pipeline.calc.calculator import Calculator
from pipeline.calc.methods import judge
from pipeline.facts import Fact, Intake, Row
from pipeline.findings import Finding
from pipeline.quantity import MISSING, NotApplicable
from pipeline.standard.types import CRITERIA_TABLE, Standard
from pipeline.verification.answers import ScoreAnswer, ValueAnswer
from pipeline.verification.declared import Declared

NO_ANSWER = ValueAnswer(Fact(MISSING))


def settled(declared: Iterable[Declared], answers: Mapping[str, ValueAnswer]) -> dict[str, ValueAnswer]:
    """The answers, where 不适用 verified as declared keeps the reason that was declared."""
    result = dict(answers)
    for item in declared:
        answer = answers.get(item.key, NO_ANSWER)
        said, own = answer.verified.value, item.fact.value
        if isinstance(said, NotApplicable) and isinstance(own, NotApplicable) and not said.reason:
            result[item.key] = replace(answer, verified=replace(answer.verified, value=own))
    return result


def verified(intake: Intake, declared: Iterable[Declared], answers: Mapping[str, ValueAnswer]) -> Intake:
    """The facts with each verified value instead of the declared one; without an answer the declared one stays."""

    def answer(item: Declared) -> Fact | None:
        given = answers.get(item.key, NO_ANSWER).verified
        return None if given.is_missing else replace(given, note=given.note or item.fact.note)

    return _with_values(intake, declared, answer)


def proven_only(intake: Intake, declared: Iterable[Declared], answers: Mapping[str, ValueAnswer]) -> Intake:
    """The verified facts without those that nobody verified: what a confirmed result may rest on."""

    def blank(item: Declared) -> Fact | None:
        proven = answers.get(item.key, NO_ANSWER).is_proven
        return None if proven else Fact(MISSING, item.fact.unit, item.place)

    return _with_values(intake, declared, blank)


def _with_values(
    intake: Intake, declared: Iterable[Declared], new: Callable[[Declared], Fact | None]
) -> Intake:
    facts = dict(intake.facts)
    earlier = {back: dict(values) for back, values in intake.earlier.items()}
    tables = {name: [dict(row.facts) for row in rows] for name, rows in intake.tables.items()}
    refused = set(intake.refused)
    for item in declared:
        fact = new(item)
        if fact is None:
            continue
        if item.row is not None:
            tables[item.owner][item.row][item.column] = fact
            refused.discard(f"{item.owner}[{item.row + 1}].{item.column}")
        elif item.years_back:
            earlier.setdefault(item.years_back, {})[item.owner] = fact
            refused.discard(item.key)
        else:
            facts[item.owner] = fact
            refused.discard(item.key)
    rows = {
        n: tuple(Row(f, r.source) for f, r in zip(tables[n], intake.rows(n), strict=True)) for n in tables
    }
    return replace(intake, facts=facts, earlier=earlier, tables=rows, refused=frozenset(refused))


# -- criteria ----------------------------------------------------------------------------------
def with_scores(intake: Intake, standard: Standard, answers: Mapping[str, ScoreAnswer]) -> Intake:
    """The criteria with the third party's verdicts; the enterprise's stay where there are none, without evidence."""
    said = {str(r.fact("criterion").value): r for r in intake.rows(CRITERIA_TABLE)}
    rows = []
    for criterion in standard.scoring.criteria.values():
        row, answer = said.get(criterion.id), answers.get(criterion.id)
        facts = dict(row.facts) if row else {"criterion": Fact(criterion.id)}
        if answer is not None:
            facts["evidence"] = answer.evidence
            if answer.is_given:
                facts |= {"verdict": answer.verdict, "score": answer.score}
        rows.append(Row(facts, answer.place if answer else row.source if row else Row({}).source))
    refused = frozenset(
        r for r in intake.refused
        if not r.startswith(f"{CRITERIA_TABLE}[") or not _is_answered(r, answers)
    )  # fmt: skip
    return replace(intake, tables={**intake.tables, CRITERIA_TABLE: tuple(rows)}, refused=refused)


def _is_answered(refused: str, answers: Mapping[str, ScoreAnswer]) -> bool:
    criterion = refused.partition("[")[2].partition("]")[0]
    return criterion in answers and answers[criterion].is_given


def still_valid(findings: Iterable[Finding], declared: Iterable[Declared], answers: Mapping[str, ValueAnswer],
                scores: Mapping[str, ScoreAnswer]) -> tuple[Finding, ...]:  # fmt: skip
    """The findings of reading but those on declared values and verdicts that a verified one replaces."""
    replaced = {d.place for d in declared if d.place and answers.get(d.key, NO_ANSWER).is_given}
    rows = {f"{CRITERIA_TABLE}.{c}" for c in ("verdict", "score", "evidence")}
    judged = {c for c, a in scores.items() if a.is_given}

    def obsolete(found: Finding) -> bool:
        if found.where is not None and found.where in replaced:
            return True
        label = found.where.label if found.where else ""
        return found.subject in rows and label.split(" ")[0] in judged

    return tuple(f for f in findings if not obsolete(f))


# -- what is pending ----------------------------------------------------------------------------------------
def pending_indicators(whole: Calculator, proven: Calculator) -> frozenset[str]:
    """The indicators that come out otherwise from proven values alone."""
    return frozenset(
        i
        for i in whole.standard.indicators.by_id
        if (whole.indicator(i).value, whole.indicator(i).level, _limits(whole, i))
        != (proven.indicator(i).value, proven.indicator(i).level, _limits(proven, i))
    )


def _limits(calculator: Calculator, indicator: str) -> Mapping[str, Decimal]:
    basis = calculator.indicator(indicator).trace.level
    return basis.limits if basis else {}


def pending_criteria(
    whole: Calculator, proven: Calculator, answers: Mapping[str, ScoreAnswer]
) -> frozenset[str]:
    """The criteria without a verdict of the third party, or that rest on values, limits or points nobody proved."""
    open_indicators = pending_indicators(whole, proven)
    proven_points = {c.id: c.points for c in proven.standard.scoring.criteria.values()}
    pending = set()
    for criterion in whole.standard.scoring.criteria.values():
        if criterion.is_judged_by_program:
            is_open = criterion.indicator in open_indicators or judge(whole, criterion) != judge(
                proven, criterion
            )
        else:
            is_open = criterion.id not in answers or not answers[criterion.id].is_given
        if is_open or proven_points.get(criterion.id) != criterion.points:
            pending.add(criterion.id)
    return frozenset(pending)
