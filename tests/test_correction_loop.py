"""A broken workbook goes from check to annotated file to corrections and back until nothing is left to say."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from pipeline.annotated import annotate
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.facts import Intake
from pipeline.findings import CellRef
from pipeline.intake.reader import read_workbook
from pipeline.standard.types import Standard
from tests.excel import Excel, Shown
from tests.hostile_workbooks.judge import facts_of
from tests.test_seeded_faults import (
    CONTRADICTIONS,
    ENERGY,
    LAND,
    MISSING,
    NUMBERS,
    OTHER_TYPES,
    Case,
    beside,
    desk,
    entry,
    header,
    put,
    split,
)

assert desk  # a fixture: the folder with the evidence files
MOST_ROUNDS = 6
_EPOCH = date(1899, 12, 30)
_FILE = "录入表.xlsx"
_OTHERS = ("evaluation year", "evaluation date", "emptied", "deleted")
"""What is not typed into one cell, or hides the other faults until it is mended."""


def typed_faults(sample: Excel) -> list[Case]:
    """Of the seeded faults those that are typed into one cell, one for each cell."""
    chosen: dict[tuple[str, str], Case] = {}
    for case in (*NUMBERS, *OTHER_TYPES, *MISSING, *CONTRADICTIONS):
        places = [place(sample) for _, place, _ in case[2]]
        if len(places) == 1 and not any(words in case[0] for words in _OTHERS):
            chosen.setdefault(places[0], case)
    return list(chosen.values())


def dates_of(intake: Intake) -> dict[CellRef, date]:
    """The dates of a workbook by their cells."""
    facts = [
        *intake.facts.values(),
        *(f for t in intake.tables for r in intake.rows(t) for f in r.facts.values()),
    ]
    return {f.source: f.value for f in facts if f.source is not None and isinstance(f.value, date)}


class Clerk:
    """Corrects what the findings name, by the papers: the clean workbook."""

    def __init__(self, papers: Excel, clean: Evaluation) -> None:
        self._papers = papers
        self._dates = {(p.sheet, p.cell): d for p, d in dates_of(clean.intake).items()}
        self._titles = {sheet.title for sheet in clean.standard.intake.sheets}
        self._seen: Counter[tuple[str, str]] = Counter()

    def correct(self, book: Excel, evaluation: Evaluation) -> None:
        """Types the right content into every cell that is named. Where that has not helped, goes over the whole sheet, and
        at last over all of them: the cause stands elsewhere, as the message says."""
        places = {(f.where.sheet, f.where.cell.partition(":")[0]) for f in evaluation.findings if f.where}
        self._seen.update(places)
        everywhere = any(self._seen[p] > 2 for p in places)
        for sheet in sorted(self._titles if everywhere else {s for s, _ in places}):
            named = {c for s, c in places if s == sheet}
            again = everywhere or any(self._seen[sheet, c] > 1 for c in named)
            self._type(book, sheet, named, again=again)

    def _type(self, book: Excel, sheet: str, named: set[str], *, again: bool) -> None:
        right, there = self._papers.contents(sheet), book.contents(sheet)
        for cell in sorted(right if again else named):
            if not again or right.get(cell) != there.get(cell):
                day = self._dates.get((sheet, cell))
                serial = Shown((day - _EPOCH).days, "yyyy-mm-dd") if day else None
                book.put(sheet, cell, serial or right.get(cell))


def corrected(path: Path, standard: Standard, clerk: Clerk) -> list[int]:
    """Sends a workbook round until it is clean; the numbers of findings of every round."""
    counts = []
    for _ in range(MOST_ROUNDS):
        evaluation = evaluate(path, standard)
        counts.append(len(evaluation.findings))
        annotated = annotate(read_workbook(path), evaluation, path.parent)
        if not evaluation.findings:
            assert "全部通过：没有发现问题。" in Excel(annotated.content).texts("校验结果").values()
            return counts
        book = Excel(annotated.content)
        shown = evaluate(_write(path, annotated.content), standard)
        assert shown.findings == annotated.findings
        clerk.correct(book, shown)
        book.save(path)
    raise AssertionError(f"{counts}: {[(f.code, str(f.where)) for f in evaluate(path, standard).findings]}")


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.fixture
def clean(sample: Excel, adhesive: Standard, desk: Path) -> Evaluation:
    return evaluate(sample.copy().save(desk / _FILE), adhesive)


def test_a_workbook_with_a_fault_in_every_corner_becomes_clean(
    sample: Excel,
    adhesive: Standard,
    clean: Evaluation,
    desk: Path,
) -> None:
    book = sample.copy()
    faults = typed_faults(sample)
    for _, seed, _ in faults:
        seed(book)

    counts = corrected(book.save(desk / _FILE), adhesive, Clerk(sample, clean))

    assert len(faults) > 50
    assert counts[0] > 50
    assert counts == sorted(counts, reverse=True)
    assert facts_of(evaluate(desk / _FILE, adhesive)) == facts_of(clean)


def test_a_workbook_whose_layout_was_spoilt_becomes_clean(
    sample: Excel,
    adhesive: Standard,
    clean: Evaluation,
    desk: Path,
) -> None:
    book = sample.copy()
    put(LAND, "约60000")(book)
    put(header(*ENERGY, "消耗量"), "消费量")(book)
    put(beside(LAND, right=-2), "用地总面积")(book)
    book.delete_row("用地与建筑", split(book.field("用地与建筑", "建筑物建筑面积"))[0])
    book.insert_rows("用地与建筑", 5, 3)
    book.insert_rows("能源", split(entry(*ENERGY, "消耗量", 4)(book)[1])[0], 2)
    book.rename_sheet("水污染物", "废水")

    counts = corrected(book.save(desk / _FILE), adhesive, Clerk(sample, clean))

    assert len(counts) <= 3
    assert facts_of(evaluate(desk / _FILE, adhesive)) == facts_of(clean)
