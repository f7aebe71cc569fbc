"""An edited report against its data: the report that the data give now is laid beside it, text by text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pipeline.deliver import Options, make_report, report_of, standard_for
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.files import read_bytes
from pipeline.findings import LvbaoError
from pipeline.report.reading import Line, normal
from pipeline.resources import report_templates_folder
from pipeline.review.compare_documents import chart_text, whole
from pipeline.review.compare_values import renamer, same_rows
from pipeline.review.document import Block, Document, Place
from pipeline.review.faults import Edit, Fault, FaultKind
from pipeline.review.hands import is_own, typed_over, was_made
from pipeline.review.read import read_document, read_report
from pipeline.review.side import of_report
from pipeline.review.spot import spots
from pipeline.review.verify_line import Known, LineCheck
from pipeline.review.verify_table import table_faults
from pipeline.review.walk import Step, Walker, has_object
from pipeline.standard.types import Report, Standard
from pipeline.verification.verify import Verification
from pipeline.verification.verify import verify as read_verification

_LEAST_FACT: Final = 3
NO_DATA: Final = "录入表和报告的数值中都没有这些数"


@dataclass(frozen=True)
class Verified:
    """What was found. `exact`: the very template of the report was at hand; `same_workbook`: by its hash."""

    name: str
    faults: tuple[Fault, ...]
    edits: tuple[Edit, ...]
    same_workbook: bool
    exact: bool
    figures: int
    notes: tuple[str, ...] = ()


def verify_report(path: Path, workbook: Path, sheet: Path | None, options: Options) -> Verified:
    """Reads everything, makes the report anew and checks. Raises LvbaoError."""
    document = read_report(path)
    if not workbook.is_file():
        raise LvbaoError(f"找不到录入表 {workbook}")
    standard = standard_for(workbook, options)
    verification = None if sheet is None else read_verification(workbook, sheet, standard)
    if verification is not None and verification.stale:
        raise LvbaoError(f"{sheet} 已过期：录入表在核查之后改动过，请先更新核查表。")
    if verification is None and document.receipt.get("verification-sha256"):
        raise LvbaoError(f"{path.name} 是按核查值出的第三方报告，请用 --verification 给出核查表。")
    evaluation = evaluate(workbook, standard) if verification is None else verification.evaluation
    return verify_document(document, evaluation, verification, options)


def verify_document(
    document: Document, evaluation: Evaluation, verification: Verification | None, options: Options
) -> Verified:
    """The findings about a report that is open already."""
    if not document.trace.entries:
        raise LvbaoError(
            f"{document.name} 没有溯源信息，无法逐个核对数值：不是由 lvbao 生成的，或另存时丢失了。"
        )
    chosen, exact = _template(document, evaluation.standard, verification is not None, options)
    made = make_report(evaluation, chosen, verification)
    return _Verifier(document, read_document(made.docx, "按现有数据生成的报告"), evaluation, exact).run()


def _template(
    document: Document, standard: Standard, verified: bool, options: Options
) -> tuple[Options, bool]:
    """The kind of report whose template the document was made with; the pack's own one when none is known."""
    plain = replace(options, draft=True, page_numbers=False)
    wanted = document.receipt.get("template-sha256", "")
    if options.template is not None:
        return plain, _digest(options.template) == wanted
    reports = [r for r in standard.identity.reports if r.verification == verified]
    for report in reports:
        for form, path in _templates(report):
            if path.is_file() and _digest(path) == wanted:
                return replace(plain, report=report.id, form=form), True
    return replace(plain, report=report_of(standard, options.report, verification=verified).id), False


def _templates(report: Report) -> list[tuple[str | None, Path]]:
    root = report_templates_folder()
    forms = [(name, root / path) for name, path in report.forms.items()]
    return [*forms, *([(None, root / report.template)] if report.template else [])]


def _digest(path: Path) -> str:
    return hashlib.sha256(read_bytes(path, "模板")).hexdigest()


class _Verifier:
    """`ours` is the report as the data give it, `theirs` the edited one."""

    def __init__(self, theirs: Document, ours: Document, evaluation: Evaluation, exact: bool) -> None:
        self._theirs, self._ours, self._evaluation, self._exact = theirs, ours, evaluation, exact
        rename = renamer(same_rows(of_report(ours), of_report(theirs)))
        self._walker = Walker(ours, theirs, rename)
        self._known = _known(ours, evaluation)
        self._same = theirs.receipt.get("workbook-sha256") == evaluation.receipt.workbook_sha256
        self._found: list[Fault | Edit] = []

    def run(self) -> Verified:
        """All findings in the order of the report."""
        if self._exact:
            tables: dict[int, Block] = {}
            for step in self._walker.steps():
                self._step(step)
                if step.old is not None and step.new is not None and step.old.row >= 0:
                    tables[step.new.block] = self._ours.blocks[step.old.block]
            pairs = [(old, self._theirs.blocks[new]) for new, old in sorted(tables.items())]
            self._found += table_faults(self._ours, self._theirs, pairs)
        else:
            self._found += self._by_tags()
        self._found += self._evidence()
        self._found += self._contradictions()
        faults = tuple(f for f in dict.fromkeys(self._found) if isinstance(f, Fault))
        edits = tuple(e for e in dict.fromkeys(self._found) if isinstance(e, Edit))
        figures = len(list(self._theirs.figures()))
        return Verified(
            self._theirs.name, faults, edits, self._same, self._exact, figures, tuple(self._notes())
        )

    # -- step by step ----------------------------------------------------------------------------------------------
    def _step(self, step: Step) -> None:
        a, b = step.old, step.new
        if step.kind == "heading":
            return
        if step.moved and b is not None:
            self._found.append(Edit("移", self._theirs.where(b), "", self._said(self._theirs, b)))
        elif a is None and b is not None:
            self._added(b)
        elif b is None and a is not None:
            self._removed(a)
        elif step.kind == "object" and a is not None and b is not None:
            self._object(self._ours.block(a), self._theirs.block(b))
        elif a is not None and b is not None:
            where = self._theirs.where(b)
            pair = (self._ours.line(a), self._theirs.line(b))
            self._found += LineCheck(self._theirs, self._known, self._walker.names, *pair, where).run()

    def _added(self, place: Place) -> None:
        block = self._theirs.block(place)
        if block.kind == "caption" and has_object(self._theirs, block):
            return
        where, text = self._theirs.where(place), self._said(self._theirs, place)
        lines = self._lines(self._theirs, place)
        if (
            self._theirs.texts
            and all(is_own(self._theirs, line) for line in lines)
            and any(x.masked for x in lines)
        ):
            self._found.append(Fault("stale", where, text, "", words="按现在的数据不再有这一项"))
            return
        figures = [(line, s) for line in lines for s in line.figures]
        loose = [
            s
            for line in lines
            for s in spots(line.text)
            if s.kind == "number" and not any(f.start < s.end and s.start < f.end for f in line.spans)
        ]
        numbers = [
            f"{s.text} {s.unit}".strip() for s in loose if self._unsupported(s.text, s.unit, place.row >= 0)
        ]
        wrong = [line.shown(s) for line, s in figures if typed_over(self._theirs, line, s)]
        if numbers or wrong:
            kind = "row" if place.row >= 0 or block.kind == "table" else "number"
            said = "、".join(dict.fromkeys([*numbers, *wrong]))
            self._found.append(Fault(kind, where, said, "", words=f"{NO_DATA}（{text[:60]}）"))  # type: ignore[arg-type]
        else:
            self._found.append(Edit("增", where, "", text))

    def _unsupported(self, text: str, unit: str, in_table: bool) -> bool:
        return text.replace(",", "") not in self._known.numbers and (bool(unit) or in_table)

    def _removed(self, place: Place) -> None:
        block = self._ours.block(place)
        if block.kind == "caption" and has_object(self._ours, block):
            return
        lines = self._lines(self._ours, place)
        where, text = self._ours.where(place), self._said(self._ours, place)
        if block.kind in ("chart", "picture"):
            self._found.append(Edit("删", where, text))
            return
        if self._theirs.texts and not all(was_made(self._theirs, line) for line in lines if line.masked):
            self._found.append(Fault("stale", where, "", text, words="按现在的数据应有这一项，报告里没有"))
            return
        shown = [line.shown(s) for line in lines for s in line.figures]
        if shown:
            labels = dict.fromkeys(s.label for line in lines for s in line.figures if s.label)
            named = "、".join(list(labels)[:4])
            self._found.append(
                Fault("removed", where, "", "、".join(shown), named, words="连同所在的文字或行一起删去了")
            )
        else:
            self._found.append(Edit("删", where, text))

    def _object(self, ours: Block, theirs: Block) -> None:
        if ours.data == theirs.data:
            return
        where = self._theirs.where(Place(theirs.index))
        if ours.kind == "picture":
            self._found.append(Edit("改", where, "图片", "另一张图片"))
        else:
            words = "前为计算值，后为图中的数"
            kind: FaultKind = "chart" if self._same else "stale"
            self._found.append(Fault(kind, where, chart_text(ours, theirs), "", ours.caption, words=words))

    def _lines(self, document: Document, place: Place) -> list[Line]:
        block = document.block(place)
        if place.cell >= 0:
            return [document.line(place)]
        rows = [block.rows[place.row]] if place.row >= 0 else list(block.rows)
        return [c.line for r in rows for c in r.cells if not c.continued] or [block.line]

    @staticmethod
    def _said(document: Document, place: Place) -> str:
        block = document.block(place)
        if place.cell >= 0:
            return normal(document.line(place).text)
        return block.rows[place.row].text if place.row >= 0 else whole(block)

    # -- without the template ----------------------------------------------------------------------------------------
    def _by_tags(self) -> Iterator[Fault | Edit]:
        """Figures by their tags alone, and texts that are not the report's own."""
        for place, line in self._theirs.lines():
            where = self._theirs.where(place)
            for span in line.figures:
                said, right = normal(line.shown(span)), self._known.figures.get(span.tag, frozenset())
                if not right or said in right:
                    continue
                wanted = "、".join(sorted(right))
                if typed_over(self._theirs, line, span):
                    yield Fault("typed_over", where, said, wanted, span.label, span.tag)
                else:
                    yield Fault("stale", where, said, wanted, span.label, span.tag)
            if not is_own(self._theirs, line):
                yield Edit("改", where, "", normal(line.text))

    # -- the report with itself --------------------------------------------------------------------------------------
    def _evidence(self) -> Iterator[Fault]:
        """Numbers of evidence that are cited but stand in no register of the report."""
        table = self._evaluation.standard.identity.roles.evidence
        rows = self._evaluation.intake.rows(table) if table else ()
        codes = {str(r.fact("number").value) for r in rows if not r.fact("number").is_missing}
        stems = {re.sub(r"\d+$", "", code) for code in codes if re.fullmatch(r"[A-Za-z]+\d+", code)}
        if not stems:
            return
        pattern = re.compile(
            rf"(?<![A-Za-z0-9!])(?:{'|'.join(sorted(map(re.escape, stems)))})\d{{2,}}(?![A-Za-z0-9])"
        )
        listed = self._registers(codes)
        seen: set[tuple[str, str]] = set()
        for place, line in self._theirs.lines():
            for code in pattern.findall(line.text):
                row = self._theirs.where(place)
                if listed and code not in listed and (code, row) not in seen:
                    seen.add((code, row))
                    words = "附件目录中没有这个编号" if code in codes else "没有这个编号的证明材料"
                    yield Fault("evidence", row, code, "", words=words)

    def _registers(self, codes: set[str]) -> set[str]:
        """The numbers that every register of the report lists: tables whose first column holds most of the numbers."""
        found: set[str] | None = None
        for block in self._theirs.blocks:
            firsts = {normal(r.cells[0].line.text) for r in block.rows if r.cells}
            if block.kind == "table" and len(firsts & codes) * 2 > len(codes):
                found = firsts if found is None else found & firsts
        return found or set()

    def _contradictions(self) -> Iterator[Fault]:
        """A figure that says different things in different places, none of which is told already."""
        told = {f.tag for f in self._found if isinstance(f, Fault)}
        said: dict[str, dict[str, str]] = {}
        for figure in self._theirs.figures():
            said.setdefault(figure.tag, {}).setdefault(normal(figure.text), self._theirs.where(figure.place))
        for tag, texts in said.items():
            numbers = {re.sub(r"[^\d.−-]", "", t) for t in texts}
            printed = (
                {normal(t) for t in self._theirs.trace.entries[tag].printed}
                if tag in self._theirs.trace.entries
                else set()
            )
            if tag not in told and len(numbers) > 1 and not set(texts) <= printed:
                where = "；".join(f"{text}（{place}）" for text, place in texts.items())
                yield Fault("contradiction", where, "、".join(texts), "", tag=tag)

    def _notes(self) -> Iterator[str]:
        if not self._theirs.texts:
            yield "报告没有带原文摘要（早期版本生成的），手工改写的句子只凭与重新生成的报告比较。"
        if not self._exact:
            yield "找不到生成这份报告的模板（可用 --template 给出），只按溯源标记逐个核对数值，删去的数值和改写前的原文不能列出。"


def _known(ours: Document, evaluation: Evaluation) -> Known:
    figures: dict[str, set[str]] = {}
    for found in ours.figures():
        figures.setdefault(found.tag, set()).add(normal(found.text))
    numbers = {s.text.replace(",", "") for _place, line in ours.lines() for s in spots(line.text)}
    return Known({t: frozenset(x) for t, x in figures.items()}, frozenset(numbers), _facts(evaluation))


def _facts(evaluation: Evaluation) -> Mapping[str, str]:
    """Short texts of the workbook by label, each text once."""
    found: dict[str, str] = {}
    for name, field in evaluation.standard.intake.fields.items():
        value = evaluation.intake.fact(name).value
        words = normal(value) if isinstance(value, str) and field.type not in ("long_text", "choice") else ""
        if len(words) >= _LEAST_FACT and words not in found.values():
            found[field.label] = words
    return found
