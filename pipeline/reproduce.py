"""Whether a report is exactly what given inputs give: it is made again and compared, byte by byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.batch.manifest import source_of
from pipeline.clients import client_of
from pipeline.deliver import Made, Options, Produced, produce
from pipeline.files import read_bytes
from pipeline.findings import LvbaoError
from pipeline.report.errors import PackageError
from pipeline.report.package import read_package
from pipeline.report.safety import part_label
from pipeline.report_receipt import ReportReceipt, layout_engine, receipt_beside, receipt_inside

_SHORT = 12
_SHOWN_PARTS = 5


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing a report rests on: `problem` says how it differs now, "" when it does not."""

    what: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`exact`: the inputs give this very file. `edited`: it is no longer what was written, by the receipt beside it."""

    comparisons: tuple[Comparison, ...]
    exact: bool
    edited: bool | None
    parts: tuple[str, ...] = ()
    refused: str = ""

    @property
    def differing(self) -> tuple[str, ...]:
        """The inputs that differ."""
        return tuple(c.what for c in self.comparisons if c.problem)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the inputs are now; what is not given is looked for."""

    workbook: Path | None = None
    verification: Path | None = None
    template: Path | None = None
    standards: Path | None = None


def compare(report: Path, places: Places) -> Verdict:
    """Makes a report again from the inputs as they are now and compares. Raises LvbaoError when that is impossible."""
    docx = read_bytes(report, "报告")
    inside = receipt_inside(docx)
    beside = receipt_beside(report)
    edited = None if beside is None else beside["sha256"] != hashlib.sha256(docx).hexdigest()
    workbook = places.workbook or _workbook_of(report, inside)
    produced = produce(workbook, _options(inside, workbook, places))
    comparisons = tuple(_comparisons(inside, produced, beside))
    made = produced.made
    if made is None:
        return Verdict(comparisons, False, edited, refused="由现在的输入不能生成报告（核查表已过期）")
    same = made.docx == docx
    return Verdict(comparisons, same, edited, () if same else differing_parts(docx, made.docx))


def _workbook_of(report: Path, inside: ReportReceipt) -> Path:
    """The workbook by the manifest of the batch, or of that name beside the report. Raises LvbaoError."""
    found = source_of(report)
    beside = report.parent / Path(inside.inputs.workbook).name
    for path in (found, beside):
        if path is not None and path.is_file():
            return path
    raise LvbaoError(
        f"报告由 {inside.inputs.workbook}（SHA-256 {inside.inputs.workbook_sha256[:_SHORT]}…）生成，"
        f"请用 --workbook 指明这份录入表在哪里。"
    )


def _options(inside: ReportReceipt, workbook: Path, places: Places) -> Options:
    sheet = places.verification
    if sheet is None and inside.inputs.verification_sha256:
        sheet = client_of(workbook).verification
        if sheet is None:
            raise LvbaoError(
                f"报告用了核查表 {inside.inputs.verification}，请用 --verification 指明它在哪里。"
            )
    return Options(
        standard=inside.inputs.standard,
        standards_folder=places.standards,
        report=inside.asked.report or None,
        template=places.template,
        draft=True,
        page_numbers=inside.asked.page_numbers,
        verification=sheet,
        form=inside.asked.form or None,
    )


def _comparisons(
    was: ReportReceipt, produced: Produced, beside: Mapping[str, object] | None
) -> Iterator[Comparison]:
    then, made = was.inputs, produced.made
    now = produced.evaluation.receipt if made is None else made.receipt.inputs
    yield _hashes(f"录入表 {then.workbook}", then.workbook_sha256, now.workbook_sha256)
    if then.verification_sha256 or now.verification_sha256:
        yield _hashes(f"核查表 {then.verification}", then.verification_sha256, now.verification_sha256)
    files, present = dict(then.evidence_sha256), dict(now.evidence_sha256)
    for file in sorted({*files, *present}):
        yield _hashes(f"证明材料 {file}", files.get(file, ""), present.get(file, ""))
    versions = "" if then.pack_version == now.pack_version else f"版本 {then.pack_version}→{now.pack_version}"
    pack = _hashes(f"标准包 {then.standard} {then.pack_version}", then.pack_sha256, now.pack_sha256)
    yield Comparison(pack.what, versions or pack.problem)
    yield _hashes("系数表", then.factors_sha256, now.factors_sha256)
    if made is not None:
        template = _hashes("报告模板", then.template_sha256, now.template_sha256)
        hint = "；用的是自己的模板时，请用 --template 指明" if template.problem else ""
        yield Comparison(template.what, template.problem + hint)
    yield Comparison(
        f"程序 lvbao {then.version}", "" if then.version == now.version else f"现在是 {now.version}"
    )
    yield from _page_numbers(was, made, beside)


def _page_numbers(
    was: ReportReceipt, made: Made | None, beside: Mapping[str, object] | None
) -> Iterator[Comparison]:
    """The program that gave the page numbers stands only in the receipt beside the report."""
    if made is None or beside is None or not was.asked.page_numbers:
        return
    then, now = str(beside.get("layout", "")), layout_engine()
    yield Comparison(
        f"目录页码 {then or '由 Word 填写'}", "" if then == now else f"现在是 {now or '未安装 LibreOffice'}"
    )


def _hashes(what: str, then: str, now: str) -> Comparison:
    if then == now:
        return Comparison(what)
    if not now:
        return Comparison(what, "没有找到")
    if not then:
        return Comparison(what, "生成报告时没有用到")
    return Comparison(what, f"已改动（SHA-256 原为 {then[:_SHORT]}…，现为 {now[:_SHORT]}…）")


def differing_parts(one: bytes, other: bytes) -> tuple[str, ...]:
    """The parts in which two Word files differ, named for people; the container when it is none of them."""
    try:
        first, second = read_package(one).parts, read_package(other).parts
    except PackageError:
        return ("整个文件",)
    names = [n for n in sorted({*first, *second}) if first.get(n) != second.get(n)]
    if not names:
        return ("内容相同，只是打包方式不同（在 Word 或 WPS 中另存过）",)
    labels = list(dict.fromkeys(_label(name) for name in names))
    more = f"等 {len(labels)} 处" if len(labels) > _SHOWN_PARTS else ""
    return (*labels[:_SHOWN_PARTS], *([more] if more else []))


def _label(part: str) -> str:
    known = {
        "customXml/": "随附的凭据与计算过程",
        "word/charts/": "图",
        "word/embeddings/": "图的数据",
        "word/media/": "图片",
        "word/styles": "样式",
        "word/numbering": "编号",
        "word/settings": "文档设置",
    }
    return next((label for start, label in known.items() if part.startswith(start)), part_label(part))
