"""From the enterprise's workbook and the filled verification sheet to the verified evaluation. One line a stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.calc.calculator import Calculator
from pipeline.calc.scoring import Proof
from pipeline.evaluate import evaluate_intake, in_order
from pipeline.evaluation import Evaluation
from pipeline.evidence import read_evidence
from pipeline.facts import Intake
from pipeline.findings import Finding, LvbaoError
from pipeline.intake.identity import WORKBOOK_KEY
from pipeline.intake.read import read_intake
from pipeline.intake.reader import read_workbook
from pipeline.intake.workbook import Workbook
from pipeline.standard.types import IntakeSchema, RowTable, Standard, VerificationPack
from pipeline.standard.verification_sheet import SCORES_TABLE
from pipeline.verification import verified as v
from pipeline.verification.answers import ScoreAnswer, ValueAnswer, score_answers, value_answers
from pipeline.verification.compare import (
    IndicatorComparison,
    ScoreComparison,
    ValueComparison,
    compare_indicators,
    compare_scores,
    compare_values,
)
from pipeline.verification.declared import Declared, declared_values
from pipeline.verification.rules import conclusion_findings, pack_rules, score_findings, value_findings
from pipeline.verification.schema import pack_of, verification_standard
from pipeline.verification.stale import is_stale, stale_findings


@dataclass(frozen=True)
class Verification:
    """A verification and what it gives.

    `declared` is the enterprise's own evaluation, `evaluation` the one over verified values with the findings of
    everything. `standard` and `intake` are those of the verification sheet. When it is `stale`, nothing was compared.
    """

    pack: VerificationPack
    declared: Evaluation
    evaluation: Evaluation
    standard: Standard
    intake: Intake
    workbook: str
    workbook_sha256: str
    stale: bool = False
    values: tuple[ValueComparison, ...] = ()
    indicators: tuple[IndicatorComparison, ...] = ()
    scores: tuple[ScoreComparison, ...] = ()


def verify(workbook_path: Path, sheet_path: Path, standard: Standard) -> Verification:
    """Reads both workbooks and evaluates with verified values. Raises UnreadableFile, or LvbaoError for a wrong file."""
    pack = pack_of(standard)
    workbook, sheet = read_workbook(workbook_path), read_workbook(sheet_path)
    check_is_sheet(sheet)
    intake, reading = read_intake(workbook, standard)
    evidence = read_evidence(intake, standard, workbook_path.parent)
    declared = evaluate_intake(intake, reading, workbook, standard, evidence)
    asked = verification_standard(declared)
    if is_stale(sheet, workbook):
        return _stale(pack, declared, asked, sheet)
    answers, found = read_intake(sheet, asked)
    return verify_intake(declared, reading, workbook, asked, sheet, answers, found)


def check_is_sheet(sheet: Workbook) -> None:
    """Raises LvbaoError for a workbook that is no verification sheet."""
    if WORKBOOK_KEY not in sheet.identity:
        raise LvbaoError(f"{sheet.file} 不是核查表（由 lvbao verify-sheet 生成）。")


def _stale(pack: VerificationPack, declared: Evaluation, asked: Standard, sheet: Workbook) -> Verification:
    findings = (*stale_findings(sheet, asked), *declared.findings)
    empty = Intake({}, file=sheet.file)
    evaluation = replace(declared, findings=findings)
    return Verification(pack, declared, evaluation, asked, empty, sheet.file, sheet.digest, stale=True)


def verify_intake(
    declared: Evaluation,
    reading: tuple[Finding, ...],
    workbook: Workbook,
    asked: Standard,
    sheet: Workbook,
    answers: Intake,
    found: tuple[Finding, ...],
) -> Verification:
    """The verification over facts that have been read; `reading` are the findings of the enterprise's workbook."""
    standard, pack = declared.standard, pack_of(declared.standard)
    items = declared_values(declared)
    values, scores = v.settled(items, value_answers(answers)), score_answers(answers)
    facts = v.verified(declared.intake, items, values)
    facts = v.with_scores(facts, standard, scores)
    pending = _pending(standard, facts, items, values, scores)
    left = v.still_valid(reading, items, values, scores)
    proof = Proof(pending.criteria, frozenset(_found_on_site(pack, answers)))
    evaluation = evaluate_intake(facts, left, workbook, standard, declared.evidence, proof)
    receipt = replace(evaluation.receipt, verification=sheet.file, verification_sha256=sheet.digest)
    evaluation = replace(evaluation, receipt=receipt)
    result = Verification(
        pack, declared, evaluation, asked, answers, sheet.file, sheet.digest,
        values=compare_values(items, values, pack.materiality),
        indicators=compare_indicators(declared, evaluation, pending.indicators),
        scores=compare_scores(declared, evaluation, scores, pending.criteria),
    )  # fmt: skip
    own = (*found, *_findings(result, scores, pending.criteria))
    sheets = (*standard.intake.sheets, *asked.intake.sheets)
    both = replace(asked, intake=IntakeSchema(sheets))
    findings = in_order((*evaluation.findings, *own), both)
    return replace(result, evaluation=replace(evaluation, findings=findings))


@dataclass(frozen=True, slots=True)
class _Pending:
    indicators: frozenset[str]
    criteria: frozenset[str]


def _pending(
    standard: Standard,
    facts: Intake,
    items: tuple[Declared, ...],
    values: Mapping[str, ValueAnswer],
    scores: Mapping[str, ScoreAnswer],
) -> _Pending:
    whole = Calculator(standard, facts)
    proven = Calculator(standard, v.proven_only(facts, items, values))
    return _Pending(v.pending_indicators(whole, proven), v.pending_criteria(whole, proven, scores))


def _found_on_site(pack: VerificationPack, sheet: Intake) -> list[str]:
    """The numbers of the evidence that the third party found itself."""
    facts = (row.fact("number") for row in sheet.rows(pack.roles.evidence))
    return [str(fact.value) for fact in facts if not fact.is_missing]


def _findings(
    result: Verification, scores: Mapping[str, ScoreAnswer], pending: frozenset[str]
) -> tuple[Finding, ...]:
    """The rules of the trade and of the pack."""
    sheet, standard = result.intake, result.declared.standard
    evidence = standard.identity.roles.evidence
    register = None
    if evidence is not None:
        register = [str(r.fact("number").value) for r in result.declared.intake.rows(evidence)]
        register += _found_on_site(result.pack, sheet)
    table = result.standard.intake.tables[SCORES_TABLE]
    assert isinstance(table, RowTable)
    return (
        *value_findings(result.values, register, result.pack, sheet),
        *score_findings(result.scores, scores, table, sheet),
        *conclusion_findings(result.pack, sheet, result.evaluation, pending),
        *pack_rules(standard, result.standard, result.evaluation.intake, sheet),
    )
