"""Runs the worked cases of a pack the way a user would: data file → workbook → reading → evaluation."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.formula.values import Num
from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.quantity import plain, round_half_even
from pipeline.report.words import NOTHING, outcome_text
from pipeline.standard import Standard
from pipeline.standard.types import Case

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_CELL = re.compile(r"([a-z][a-z0-9_]*)\[(\d+)\]\.([a-z][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a case gave; `problems` are sentences, empty when everything agreed."""

    case: Case
    problems: tuple[str, ...]


def run_cases(standard: Standard) -> Iterator[CaseResult]:
    """Every case of the pack in order, then those of its later editions.

    A case without an evaluation date is tried with its own edition; with a date it is evaluated as a user's workbook is.
    """
    with tempfile.TemporaryDirectory(prefix="lvbao-cases-") as folder:
        for at, edition in enumerate((standard, *standard.editions)):
            for number, case in enumerate(edition.cases, 1):
                path = Path(folder) / f"case-{at}-{number}.xlsx"
                path.write_bytes(write_workbook(edition, read_data(case.facts, edition)))
                dated = standard.identity.roles.evaluation_date in case.facts
                evaluation = evaluate(path, standard if dated else edition)
                yield CaseResult(case, tuple(_of_edition(case, edition, evaluation)))


def _of_edition(case: Case, edition: Standard, evaluation: Evaluation) -> Iterator[str]:
    used = evaluation.standard.identity.edition
    if used != edition.identity.edition:
        yield f"评价日期落在 {used} 版，这个算例写在 {edition.identity.edition} 版；请改评价日期或移动算例"
        return
    yield from _compare(case, evaluation)


def _compare(case: Case, evaluation: Evaluation) -> Iterator[str]:
    for indicator_id, expected in case.expect.indicators.items():
        value = evaluation.indicators[indicator_id]
        if expected.value is not None and not _same(value.number, expected.value):
            got = "无" if value.number is None else format(value.number, "f")
            causes = f"（{'、'.join(value.trace.causes)}）" if value.trace.causes else ""
            yield f"指标 {indicator_id} 应为 {expected.value}，得到 {got}{causes}"
        if expected.level is not None and value.level != expected.level:
            yield f"指标 {indicator_id} 的水平应为 {expected.level}，得到 {value.level}"
    yield from _compare_cells(case, evaluation)
    for key, wanted in case.expect.derived.items():
        known = key in evaluation.standard.indicators.derived_by_id
        got = outcome_text(evaluation.calculator.derived(key), 0) if known else "没有这一项"
        if got != wanted:
            yield f"推定项 {key} 应为 {wanted}，得到 {got}"
    scores = _scores(evaluation)
    for key, wanted in case.expect.scores.items():
        got_score = scores.get(key)
        if not _same(got_score, wanted):
            yield f"得分 {key} 应为 {wanted}，得到 {'无' if got_score is None else plain(got_score)}"
    verdicts = {row.criterion.id: row.verdict for row in evaluation.scorecard.rows}
    for key, wanted in case.expect.verdicts.items():
        if verdicts.get(key) != wanted:
            yield f"评价要素 {key} 应为“{wanted}”，得到“{verdicts.get(key, '无')}”"
    shares = {row.criterion.id: row.share for row in evaluation.scorecard.rows}
    for key, wanted in case.expect.shares.items():
        share = shares.get(key)
        got_share = None if share is None else round_half_even(share * 100, 2)
        if not _same(got_share, wanted):
            yield f"得分率 {key} 应为 {wanted}%，得到 {'无' if got_share is None else plain(got_share) + '%'}"
    codes = {f.code for f in evaluation.findings}
    for code in case.expect.findings:
        if code not in codes:
            yield f"应有问题 {code}，没有发现"


def _compare_cells(case: Case, evaluation: Evaluation) -> Iterator[str]:
    """Computed columns, `table[2].column` being the second row, rounded as the pack says."""
    columns = {c.id: c for c in evaluation.standard.indicators.columns}
    for key, wanted in case.expect.cells.items():
        matched = _CELL.fullmatch(key)
        column = columns.get(f"{matched[1]}.{matched[3]}") if matched else None
        if matched is None or column is None:
            yield f"没有名为 {key} 的计算列（写法如 products[1].share）"
            continue
        row = int(matched[2]) - 1
        filled = 0 <= row < len(evaluation.intake.rows(column.table))
        value = evaluation.calculator.computed_cell(column.table, row, column.column) if filled else None
        if isinstance(value, Num):
            rounded = round_half_even(value.value, column.decimals)
            agreed, shown = _same(rounded, wanted), plain(rounded)
        else:
            shown = outcome_text(value, 0)
            agreed = wanted == shown if shown != NOTHING else _same(None, wanted)
        if not agreed:
            yield f"{key} 应为 {wanted}，得到 {'无' if shown == NOTHING else shown}"


def _same(got: Decimal | None, wanted: str) -> bool:
    """`null` in a case asks for no value."""
    if wanted in ("null", "") or not _NUMBER.fullmatch(wanted):
        return got is None and wanted in ("null", "")
    return got is not None and got == Decimal(wanted)


def _scores(evaluation: Evaluation) -> dict[str, Decimal | None]:
    """Scores by criterion id; weighted scores by subcategory and category id."""
    scores: dict[str, Decimal | None] = {}
    for category in evaluation.scorecard.categories:
        total = Decimal(0)
        for sub in category.subcategories:
            scores[sub.subcategory.id] = sub.weighted
            total += sub.weighted or Decimal(0)
            scores |= {row.criterion.id: row.score for row in sub.rows}
        scores[category.category.id] = total
    return scores
