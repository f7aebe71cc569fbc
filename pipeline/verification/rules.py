"""The rules of the trade over declared, verified and filled in: what is open, unexplained or contradictory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from pipeline.calc.calculator import Calculator
from pipeline.calc.rules import check_rules
from pipeline.calc.scorecard import NOT_MET, PARTLY, UNDECIDED, CriterionScore
from pipeline.evaluation import Evaluation
from pipeline.facts import Intake
from pipeline.findings import CellRef, Finding, nearest
from pipeline.messages import finding
from pipeline.quantity import fixed, plain
from pipeline.standard.types import RowTable, Standard, VerificationPack
from pipeline.standard.verification_sheet import SCORES_TABLE, VALUES_TABLE, combined
from pipeline.verification.answers import ScoreAnswer
from pipeline.verification.compare import ScoreComparison, ValueComparison

_LISTED = 6


def combined_intake(enterprise: Intake, verification: Intake) -> Intake:
    """The facts of both workbooks; their ids are distinct, as the pack was checked."""
    return Intake(
        facts={**enterprise.facts, **verification.facts},
        earlier=enterprise.earlier,
        tables={**enterprise.tables, **verification.tables},
        file=verification.file,
        places={**enterprise.places, **verification.places},
        refused=enterprise.refused | verification.refused,
    )


def pack_rules(
    standard: Standard, sheet: Standard, enterprise: Intake, verification: Intake
) -> list[Finding]:
    """The rules of verification.yaml, and what is required in the verification workbook."""
    values, scores = sheet.intake.tables[VALUES_TABLE], sheet.intake.tables[SCORES_TABLE]
    both = combined(standard, values, scores)
    calculator = Calculator(both, combined_intake(enterprise, verification))
    own = {*sheet.intake.fields, *sheet.intake.tables} - {VALUES_TABLE, SCORES_TABLE}
    codes = {rule.id for rule in both.intake.rules}
    found = check_rules(calculator)
    return [f for f in found if f.code in codes or f.subject.partition(".")[0] in own]


# -- values -------------------------------------------------------------------------------------------------
def value_findings(
    values: Iterable[ValueComparison], register: Iterable[str] | None, pack: VerificationPack, sheet: Intake
) -> Iterator[Finding]:
    """Values nobody verified, verified without proof, on unknown evidence, or deviating without a cause."""
    known = None if register is None else set(register)
    values = tuple(values)
    blank = [v.declared for v in values if not v.answer.is_given]
    unanswered = [d.label for d in blank if not _refused(sheet, VALUES_TABLE, d.key, "verified")]
    yield from _open(unanswered, VALUES_TABLE, sheet.places.get(VALUES_TABLE))
    for value in values:
        answer = value.answer
        if not answer.is_given:
            continue
        places = answer.places or {}
        for column, what, given in (
            ("method", "核查方式", answer.method),
            ("evidence", "证据编号", answer.evidence),
        ):
            if not given:
                yield finding(
                    "verification_value_evidence", value.declared.key, places.get(column), what=what
                )
        for number in answer.evidence:
            if known is not None and number not in known:
                near = nearest(number, sorted(known))
                words = f"（是否为“{near}”？）" if near else ""
                yield finding(
                    "evidence_unknown", value.declared.key, places.get("evidence"), number=number, near=words
                )
        if value.above and not answer.cause.strip():
            yield _cause_missing(value, pack, places.get("cause"))


def _refused(sheet: Intake, table: str, row: str, column: str) -> bool:
    """Whether the answer has a finding of its own already."""
    return bool({table, f"{table}[{row}]", f"{table}[{row}].{column}"} & sheet.refused)


def _open(rows: list[str], subject: str, place: CellRef | None) -> Iterator[Finding]:
    if rows:
        more = " 等" if len(rows) > _LISTED else ""
        listed = "、".join(rows[:_LISTED]) + more
        yield finding("verification_open", subject, place, count=str(len(rows)), rows=listed)


def _cause_missing(value: ValueComparison, pack: VerificationPack, place: CellRef | None) -> Finding:
    limit = f"超过重要性限值 {plain(pack.materiality)}%"
    if value.percent is None:
        words = f"“{value.declared.text}”改为“{value.verified_text}”"
        limit = "属于实质性差异"
    else:
        words = percent_text(value.percent)
    return finding("verification_cause_missing", value.declared.key, place, deviation=words, above=limit)


def percent_text(percent: Decimal) -> str:
    """`+5.3%`; more digits where two are not enough to see it."""
    decimals = 2 if abs(percent) >= Decimal("0.01") or percent == 0 else 4
    return f"{'+' if percent > 0 else ''}{fixed(percent, decimals)}%"


# -- scores -------------------------------------------------------------------------------------------------
def score_findings(
    scores: Iterable[ScoreComparison], answers: Mapping[str, ScoreAnswer], table: RowTable, sheet: Intake
) -> Iterator[Finding]:
    """Criteria nobody verified, and verdicts that differ without a reason."""
    asked = [s for s in scores if table.question(s.own.criterion.id, "verdict") is not None]
    blank = [s.own.criterion.id for s in asked if not _given(s, answers)]
    unanswered = [c for c in blank if not _refused(sheet, SCORES_TABLE, c, "verdict")]
    yield from _open(unanswered, SCORES_TABLE, sheet.places.get(SCORES_TABLE))
    for score in asked:
        criterion = score.own.criterion
        if _given(score, answers) and score.differs and not score.reason.strip():
            change = f"{_words(score.own)}改为{_words(score.verified)}"
            where = answers[criterion.id].verdict.source or answers[criterion.id].place
            name = f"{criterion.id} {criterion.texts[0][:24]}"
            yield finding("verification_reason_missing", criterion.id, where, criterion=name, change=change)


def _given(score: ScoreComparison, answers: Mapping[str, ScoreAnswer]) -> bool:
    answer = answers.get(score.own.criterion.id)
    return answer is not None and answer.is_given


def _words(score: CriterionScore) -> str:
    return score.verdict if score.score is None else f"{score.verdict} {plain(score.score)} 分"


# -- the conclusion -----------------------------------------------------------------------------------------
def conclusion_findings(
    pack: VerificationPack, sheet: Intake, verified: Evaluation, pending: frozenset[str]
) -> Iterator[Finding]:
    """A conclusion of conformity against veto conditions, basic requirements or mandatory rows."""
    role = pack.roles.conclusion
    fact = sheet.fact(role.field)
    if fact.value != role.met:
        return
    for why in (*_veto(pack, sheet), *_basic(verified, pending), *_mandatory(pack, verified)):
        where = fact.source or sheet.places.get(role.field)
        yield finding("verification_conclusion", role.field, where, conclusion=role.met, why=why)


def _veto(pack: VerificationPack, sheet: Intake) -> Iterator[str]:
    role = pack.roles.veto
    for row in sheet.rows(role.table) if role else ():
        assert role is not None
        result = row.fact(role.result).value
        if isinstance(result, str) and result != role.clear:
            yield f"否决条件“{row.fact(role.condition).value}”的核查结果为“{result}”"


def _basic(verified: Evaluation, pending: frozenset[str]) -> Iterator[str]:
    for row in verified.scorecard.basic_requirements.rows:
        clause = row.criterion.clause
        if row.verdict in (NOT_MET, PARTLY):
            yield f"基本要求第 {clause} 条的核查结论为“{row.verdict}”"
        elif row.verdict == UNDECIDED or row.criterion.id in pending:
            yield f"基本要求第 {clause} 条还没有核查"


def _mandatory(pack: VerificationPack, verified: Evaluation) -> Iterator[str]:
    if not pack.roles.conclusion.mandatory:
        return
    gates = {r.criterion.id for r in verified.scorecard.basic_requirements.rows}
    for row in verified.scorecard.rows:
        criterion = row.criterion
        if criterion.obligation == "mandatory" and row.verdict == NOT_MET and criterion.id not in gates:
            yield f"必选要求 {criterion.id}（{criterion.clause}）的核查结论为“不符合”"
