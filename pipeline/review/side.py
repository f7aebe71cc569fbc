"""One side of a comparison: a report, the JSON of an evaluation, or a workbook, brought to the same form."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from pipeline.deliver import Options, make_report, standard_for
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.export import SCHEMA, evaluation_record
from pipeline.files import read_bytes
from pipeline.findings import LvbaoError
from pipeline.report.faults import Place
from pipeline.report.provenance import Figure
from pipeline.report.reading import normal
from pipeline.report.trace_entries import trace_xml
from pipeline.report.trace_part import TracePart, read_trace
from pipeline.resources import find_standard
from pipeline.review.document import Document, TableRow
from pipeline.review.read import read_document, read_report
from pipeline.review.rebuild import evaluation_of
from pipeline.review.values import Value, unified, values_of_record, values_of_trace
from pipeline.standard import load_standard

SideKind = Literal["report", "json", "workbook"]
KIND_WORDS: Final[Mapping[SideKind, str]] = {"report": "报告", "json": "评价结果", "workbook": "录入表"}
RECEIPT_WORDS: Final = {
    "workbook_sha256": "录入表", "verification_sha256": "核查表", "standard": "标准包名称", "pack_version": "标准包版本",
    "pack_sha256": "标准包内容", "factors_sha256": "系数表", "template_sha256": "报告模板", "version": "程序版本",
    "evaluation_date": "评价日期",
}  # fmt: skip
UNSAID: Final = "（未写明）"


@dataclass(frozen=True)
class Side:
    """`values` by tag; `links` what each tag was computed from; `receipt` with the keys of `RECEIPT_WORDS`.

    `document` is the report itself, or for a workbook the report that it gives now (`rendered`).
    """

    name: str
    kind: SideKind
    values: Mapping[str, Value]
    receipt: Mapping[str, str]
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    document: Document | None = None
    evaluation: Evaluation | None = None
    rendered: bool = False
    enterprise: str = ""


def read_side(path: Path, options: Options | None = None) -> Side:
    """A side from a file, by its ending. Raises LvbaoError."""
    options = options or Options()
    if not path.exists():
        raise LvbaoError(f"找不到文件 {path}")
    ending = path.suffix.lower()
    if ending == ".docx":
        return of_report(read_report(path))
    if ending == ".json":
        return of_json(path, options)
    if ending in (".xlsx", ".xlsm"):
        return of_evaluation(evaluate(path, standard_for(path, options)), path.name)
    raise LvbaoError(f"{path.name} 不是报告（.docx）、评价结果（.json）或录入表（.xlsx）。")


def of_report(document: Document) -> Side:
    """The side of a report: what it carries inside."""
    receipt = {k.replace("-", "_").removeprefix("lvbao_"): v for k, v in document.receipt.items()}
    values = _with_row_names(values_of_trace(document.trace.entries), document)
    name = next((v.text for v in values.values() if v.tag == "f:enterprise_name"), "")
    return Side(document.name, "report", values, receipt, links_of(document.trace), document, enterprise=name)


def _with_row_names(values: Mapping[str, Value], document: Document) -> dict[str, Value]:
    """Table cells called by the words of their row instead of its number, which changes when rows come and go."""
    words: dict[str, str] = {}
    for block in document.blocks:
        for row in block.rows:
            for span in row.figures:
                stem, bracket, _column = span.tag.partition("]")
                if bracket and stem not in words:
                    words[stem] = row_words(row)
    return {t: _named(v, words.get(t.partition("]")[0], "")) for t, v in values.items()}


def _named(value: Value, words: str) -> Value:
    if not value.tag.startswith("t:") or not words:
        return value
    label = re.sub(r"第\d+行 ", f"“{words}”", value.label, count=1)
    return replace(value, label=label, row=words)


def row_words(row: TableRow) -> str:
    """The first texts of a row that are no numbers."""
    texts = (normal(c.line.text) for c in row.cells)
    return " ".join([t for t in texts if re.search(r"[\u3400-\u9fffA-Za-z]", t)][:3])


def of_json(path: Path, options: Options) -> Side:
    """The side of an evaluation's JSON; with the evaluation made again where the pack at hand is the one it was made by."""
    try:
        record = json.loads(read_bytes(path, "评价结果").decode("utf-8"))
    except ValueError:
        raise LvbaoError(f"{path.name} 不是 JSON 文件，或者已经损坏。") from None
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        raise LvbaoError(f"{path.name} 不是评价结果：应由 lvbao run --json 或 evaluation.json 得来。")
    made = _made_again(record, options)
    side = Side(path.name, "json", values_of_record(record), _receipt(record), _record_links(record))
    side = replace(side, enterprise=str(record.get("enterprise") or ""))
    return side if made is None else replace(side, evaluation=made, links=_links(made))


def of_evaluation(evaluation: Evaluation, name: str) -> Side:
    """The side of a workbook that was evaluated now."""
    record = evaluation_record(evaluation)
    return Side(
        name, "workbook", values_of_record(record), _receipt(record), _links(evaluation),
        evaluation=evaluation, enterprise=evaluation.enterprise,
    )  # fmt: skip


def rendered(side: Side, options: Options) -> Side:
    """A workbook's side with the report that it gives now; unchanged when none can be made."""
    if side.document is not None or side.kind != "workbook" or side.evaluation is None:
        return side
    try:
        made = make_report(side.evaluation, replace(options, draft=True, page_numbers=False))
    except LvbaoError:
        return side
    document = read_document(made.docx, side.name)
    receipt = {**side.receipt, "template_sha256": document.receipt.get("template-sha256", "")}
    return replace(side, document=document, rendered=True, receipt=receipt)


def _made_again(record: Mapping[str, Any], options: Options) -> Evaluation | None:
    try:
        standard = load_standard(find_standard(record["receipt"]["standard"], options.standards_folder))
        return evaluation_of(record, standard)
    except (LvbaoError, KeyError, TypeError):
        return None


def _receipt(record: Mapping[str, Any]) -> dict[str, str]:
    return {k: str(v or "") for k, v in record["receipt"].items() if k in RECEIPT_WORDS}


def _links(evaluation: Evaluation) -> Mapping[str, tuple[str, ...]]:
    """What every indicator, verdict and score was computed from."""
    card = evaluation.scorecard
    tags = [f"i:{i}" for i in evaluation.indicators]
    tags += [f"{kind}:{r.criterion.id}" for r in card.rows for kind in "sv"]
    tags += [f"sub:{s.subcategory.id}" for c in card.categories for s in c.subcategories]
    tags += [f"{tag}{aspect}" for tag in ("tot:printed", "tot:provisional") for aspect in ("", "/confirmed")]
    seeds = [Figure(tag, "", "", Place("")) for tag in tags]
    return links_of(read_trace(trace_xml(evaluation, seeds)))


def links_of(trace: TracePart) -> Mapping[str, tuple[str, ...]]:
    """The operands of every entry, by unified tags."""
    found: dict[str, dict[str, None]] = {}
    for entry in trace.entries.values():
        tag = unified(entry.tag)
        mine = found.setdefault(tag, {})
        mine.update({other: None for o in entry.operands if (other := unified(o.tag)) != tag})
    return {tag: tuple(others) for tag, others in found.items()}


def _record_links(record: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    return {tag: tuple(t for t, _ in v.operands) for tag, v in values_of_record(record).items() if v.operands}
