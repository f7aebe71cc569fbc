"""The data flow: one workbook and one standard become one Evaluation. One line a stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.calc.blame import Blamed
from pipeline.calc.blocking import blocked_by
from pipeline.calc.calculator import Calculator
from pipeline.calc.in_force import edition_for, factors_in_force, in_force
from pipeline.calc.rules import check_rules, try_rules
from pipeline.calc.scoring import OWN_PROOF, Proof, score
from pipeline.calc.trace import IndicatorValue
from pipeline.evaluation import Evaluation
from pipeline.evidence import NO_EVIDENCE, Evidence, read_evidence
from pipeline.facts import Intake
from pipeline.findings import SILENT, CellRef, Finding, cell_order
from pipeline.intake.read import read_intake
from pipeline.intake.reader import read_workbook
from pipeline.intake.workbook import Workbook
from pipeline.receipt import make_receipt
from pipeline.standard.types import Standard


def evaluate(path: Path, standard: Standard) -> Evaluation:
    """Reads, checks, calculates and scores one workbook.

    Goes on when facts are missing, so that one run tells everything that is wrong. Raises UnreadableFile when the
    file cannot be read at all.
    """
    workbook = read_workbook(path)
    intake, reading = read_intake(workbook, standard)
    evidence = read_evidence(intake, standard, path.parent)
    return evaluate_intake(intake, reading, workbook, standard, evidence)


def evaluate_intake(
    intake: Intake,
    reading: tuple[Finding, ...],
    workbook: Workbook,
    standard: Standard,
    evidence: Evidence = NO_EVIDENCE,
    proof: Proof = OWN_PROOF,
) -> Evaluation:
    """Checks, calculates and scores the facts of a workbook that has been read, with its evidence files.

    `proof` says which scores a third party confirms (`calc/scoring.py`).
    """
    standard = edition_for(standard, intake)  # the edition in force on the evaluation date
    calculator = Calculator(standard, intake)
    standard = calculator.standard  # with the limits and points that the workbook gives
    ruled = (*in_force(standard, intake), *check_rules(calculator, reading))
    indicators = {i: calculator.indicator(i) for i in standard.indicators.by_id}
    calculator.compute_columns()
    earlier = {back: _yearly(calculator, back) for back in (1, 2)}
    blamed = Blamed(standard, intake, (*reading, *ruled))
    known = (
        *reading,
        *ruled,
        *factors_in_force(calculator),
        *(f for f in calculator.findings if not blamed.explain_computed(f)),
    )
    scorecard, scored = score(calculator, known, proof)
    return Evaluation(
        standard=standard,
        intake=intake,
        indicators=indicators,
        earlier=earlier,
        scorecard=scorecard,
        findings=in_order((*known, *scored, *evidence.findings), standard, intake),
        calculator=calculator,
        receipt=make_receipt(workbook, standard, intake, evidence.hashes),
        evidence=evidence,
        on_trial=in_order(try_rules(calculator, known), standard, intake),
    )


def in_order(
    findings: Sequence[Finding], standard: Standard, intake: Intake | None = None
) -> tuple[Finding, ...]:
    """Findings as the form-filler meets them, with what each blocks: the whole file first, then cell by cell. With the
    intake, a cell of a keyed row blocks only what reads that row."""
    sheets = {sheet.title: n for n, sheet in enumerate(standard.intake.sheets)}

    def key(found: Finding) -> tuple[int, str, tuple[int, int], str]:
        where = found.where or CellRef("")
        return sheets.get(where.sheet, -1), where.sheet, cell_order(where.cell), found.code

    told = sorted(findings, key=key)
    return tuple(_blocking(f, () if f.severity in SILENT else blocked_by(f, standard, intake)) for f in told)


def _blocking(found: Finding, blocks: tuple[str, ...]) -> Finding:
    return found if found.blocks == blocks else replace(found, blocks=blocks)


def _yearly(calculator: Calculator, years_back: int) -> dict[str, IndicatorValue]:
    definitions = calculator.standard.indicators.by_id.values()
    return {i.id: calculator.indicator(i.id, years_back) for i in definitions if i.yearly}
