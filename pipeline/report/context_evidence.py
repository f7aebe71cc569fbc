"""The context of evidence: the pictures that a report shows, and what is asked for beside what is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.calc.evidence_list import AskedRow, Document, asked_evidence
from pipeline.evaluation import Evaluation
from pipeline.report import words as w
from pipeline.report.marks import compose, figure
from pipeline.standard.types import STATUS_WORDS

STATES = {
    "provided": "已提供",
    "not_cited": "已登记，评分表未引用（请核对）",
    "missing": "缺少",
    "optional": "未提供（如有）",
}


def pictures_context(evaluation: Evaluation) -> list[dict[str, Any]]:
    """The evidence files that can be shown; `key` is what a paragraph of style lvPicture holds."""
    return [
        {
            "key": key,
            "number": file.number,
            "name": file.name,
            "file": file.file,
            "caption": f"{file.number}　{file.name}" + (f"（{file.remark}）" if file.remark else ""),
        }
        for key, file in evaluation.evidence.shown.items()
    ]


def asked_context(evaluation: Evaluation, register: Sequence[Document]) -> dict[str, Any]:
    """What the score table asks for: every document with its state, those still to be prepared, one sentence."""
    rows = asked_evidence(evaluation.scorecard.rows, register)
    listed = [_row(evaluation, row) for row in rows]
    return {
        "rows": listed,
        "missing": [shown for shown, row in zip(listed, rows, strict=True) if row.state == "missing"],
        "sentence": _sentence(rows),
    }


def _row(evaluation: Evaluation, row: AskedRow) -> dict[str, Any]:
    scoring = evaluation.standard.scoring
    sub = scoring.subcategory_of[row.criterion.id]
    return {
        "id": row.item.id,
        "criterion": row.criterion.id,
        "subcategory": f"{sub.title} {row.criterion.clause}" if sub.weight is None else sub.title,
        "name": row.item.name,
        "optional": row.item.optional,
        "state": STATES[row.state],
        "missing": row.state == "missing",
        "numbers": w.numbers_text(row.numbers) or w.NOTHING,
        "source": row.item.source or "",
        "status_text": "" if row.item.status == "printed" else STATUS_WORDS[row.item.status],
    }


def _sentence(rows: Sequence[AskedRow]) -> str:
    if not rows:
        return ""
    wanted = [r for r in rows if not r.item.optional]
    states = {
        state: sum(1 for r in wanted if r.state == state) for state in ("provided", "not_cited", "missing")
    }
    text = compose(
        "应提供的证明材料共 {} 项（“如有”的另计），已提供 {} 项",
        _count(len(wanted), ""),
        _count(states["provided"], "/provided"),
    )
    if states["not_cited"]:
        text = compose("{}，已登记而评分表没有引用的 {} 项", text, _count(states["not_cited"], "/not_cited"))
    if states["missing"]:
        text = compose("{}，缺少 {} 项", text, _count(states["missing"], "/missing"))
    return compose("{}。", text)


def _count(number: int, part: str) -> str:
    return figure(str(number), f"n:asked{part}", "要求的证明材料项数")
