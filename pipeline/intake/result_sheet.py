"""The first sheet of an annotated workbook: counts, completeness by sheet, every finding with a link to its cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from xlsxwriter.worksheet import Worksheet

from pipeline.finding_lists import WHOLE_FILE, counts, sheet_of, summary, worst
from pipeline.findings import SEVERITY_WORDS, Finding, Severity
from pipeline.intake.carried_cell import saveable
from pipeline.intake.completeness import count
from pipeline.intake.layout import RESULT_SHEET, SheetLayout
from pipeline.intake.left import Left
from pipeline.intake.marks import MOST_FINDINGS, blocks_text
from pipeline.intake.metrics import height
from pipeline.intake.sheet_book import Book, banner, print_setup, protect
from pipeline.intake.styles import SEVERITY_COLOURS
from pipeline.xlsx_text import write_text

_WIDTHS = (6.0, 9.0, 24.0, 34.0, 48.0, 48.0, 36.0, 16.0)
_LAST = len(_WIDTHS) - 1
_HEADERS = ("序号", "级别", "位置（点击跳转）", "填报项", "问题", "怎么改", "影响", "原文件中的位置")
_SHEET_HEADERS = ("序号", "状态", "工作表（点击跳转）", "必填项", "校验情况")
_LEFT_HEADERS = ("序号", "", "原文件中的位置", "", "内容", "说明")
_MOST_LEFT = 500
_HOW = (
    "有问题的单元格已着色（红：错误；黄：提示；蓝：说明）并附批注。请直接在本文件中改正、保存，再检查一次："
    "lvbao check 本文件 --annotate 新文件；改好的单元格，批注和颜色随之消失。本表由程序生成，检查时不读取。"
)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What an annotated workbook tells: findings by their cells in it; `restored` are faults of the client's layout
    that are gone in it; `left` is what could not be carried; `sources` gives the client's address where it differs."""

    file: str
    findings: tuple[Finding, ...]
    restored: tuple[Finding, ...] = ()
    left: tuple[Left, ...] = ()
    sources: Mapping[tuple[str, str], str] = field(default_factory=dict)


def write_result(book: Book, sheet: Worksheet, plans: Sequence[SheetLayout], feedback: Feedback) -> None:
    """Writes the sheet 校验结果."""
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    identity = book.standard.identity
    banner(book, sheet, 0, _LAST, RESULT_SHEET, "title", 34.0)
    source = (
        f"{feedback.file} · {identity.number} {identity.title} · 标准包 {identity.id} {identity.pack_version}"
    )
    banner(book, sheet, 1, _LAST, source, "intro", 20.0)
    mended = f"原文件另有 {len(feedback.restored)} 处版式问题，见表末。" if feedback.restored else ""
    banner(book, sheet, 2, _LAST, summary(feedback.findings) + mended, "heading", 28.0)
    banner(book, sheet, 3, _LAST, _HOW, "intro", height((_HOW, sum(_WIDTHS))))
    writer = _Writer(book, sheet, feedback, {plan.sheet.title for plan in plans})
    writer.sheets(plans)
    writer.findings()
    writer.left()
    writer.restored()
    sheet.hide_gridlines(2)
    sheet.freeze_panes(3, 0)
    print_setup(sheet, 0, 0)
    protect(sheet)


class _Writer:
    """Writes block after block; `row` is the next free row."""

    def __init__(self, book: Book, sheet: Worksheet, feedback: Feedback, titles: set[str]) -> None:
        self.book, self.sheet, self.feedback, self.titles = book, sheet, feedback, titles
        self.row = 4
        self.number = 0

    # -- blocks
    def sheets(self, plans: Sequence[SheetLayout]) -> None:
        """One line a sheet: what is required and filled, and the counts of its findings."""
        self._begin("一、各表情况", _SHEET_HEADERS)
        for number, plan in enumerate(plans, 1):
            title = plan.sheet.title
            counted = count(self.book, plan)
            own = [f for f in self.feedback.findings if f.where is not None and f.where.sheet == title]
            gravest = worst(own)
            rest = counted.required - counted.filled
            state = f"，还差 {rest} 项" if rest > 0 else "，已填完"
            filled = (
                f"{counted.required} 项，已填 {counted.filled} 项{state}" if counted.required else "无必填项"
            )
            state_word = "通过" if gravest is None else f"有{SEVERITY_WORDS[gravest]}"
            cells = (str(number), state_word, "", filled, counts(own) or "全部通过")
            self._line(cells, gravest, link=(title, "", title))
        self.row += 1

    def findings(self) -> None:
        """Every finding, sheet by sheet."""
        findings = self.feedback.findings
        if not findings:
            return
        self._begin("二、问题清单", _HEADERS if self.feedback.sources else _HEADERS[:-1])
        for title, group in groupby(findings[:MOST_FINDINGS], key=sheet_of):
            banner(self.book, self.sheet, self.row, _LAST, f"【{title}】", "table_title", 24.0)
            self.row += 1
            for found in group:
                self._finding(found)
        if len(findings) > MOST_FINDINGS:
            self._note(f"另有 {len(findings) - MOST_FINDINGS} 处没有列出，改正后再检查一次。")
        self.row += 1

    def left(self) -> None:
        """What stands in the client's file and not in this one."""
        if not self.feedback.left:
            return
        self._begin("没有带入本文件的内容（请核对，需要的请自行补入）", _LEFT_HEADERS)
        for number, left in enumerate(self.feedback.left[:_MOST_LEFT], 1):
            self._line((str(number), "", str(left.where), "", left.text, left.why), None)
        if len(self.feedback.left) > _MOST_LEFT:
            self._note(f"另有 {len(self.feedback.left) - _MOST_LEFT} 处没有列出。")
        self.row += 1

    def restored(self) -> None:
        """Faults of the client's layout that this workbook no longer has."""
        if not self.feedback.restored:
            return
        self._begin("原文件的版式问题（本文件已恢复标准版式，请核对相应内容）", _HEADERS[:5])
        for number, found in enumerate(self.feedback.restored, 1):
            where = str(found.where) if found.where is not None else WHOLE_FILE
            word = SEVERITY_WORDS[found.severity]
            self._line((str(number), word, where, "", found.message), found.severity)

    # -- lines
    def _begin(self, heading: str, headers: Sequence[str]) -> None:
        banner(self.book, self.sheet, self.row, _LAST, heading, "heading", 26.0)
        for column, word in enumerate(headers):
            self.sheet.write_string(self.row + 1, column, word, self.book.styles.of("header"))
        self.book.set_row(self.sheet, self.row + 1, 22.0)
        self.row += 2

    def _finding(self, found: Finding) -> None:
        self.number += 1
        where = found.where
        sheet, cell = (where.sheet, where.cell) if where is not None else ("", "")
        word, source = SEVERITY_WORDS[found.severity], self.feedback.sources.get((sheet, cell), "")
        label = where.label if where is not None else ""
        cells = (str(self.number), word, "", label, found.message, found.fix, blocks_text(found), source)
        link = (sheet, cell, f"{sheet}!{cell}" if cell else sheet or WHOLE_FILE)
        self._line(cells if self.feedback.sources else cells[:-1], found.severity, link)

    def _line(
        self, cells: Sequence[str], severity: Severity | None, link: tuple[str, str, str] | None = None
    ) -> None:
        """One row; the second cell gets the colour of the severity, the third is the link."""
        styles = self.book.styles
        for column, text in enumerate(cells):
            style = styles.of("count" if column < 2 else "plain")
            if column == 1 and severity is not None:
                style = styles.variant(style, bg_color=SEVERITY_COLOURS[severity])
            write_text(self.sheet, self.row, column, saveable(text), style)
        shown = list(zip(cells, _WIDTHS, strict=False))
        if link is not None:
            self._link(*link)
            shown.append((link[2], _WIDTHS[2]))
        self.book.set_row(self.sheet, self.row, height(*shown, least=20.0))
        self.row += 1

    def _link(self, sheet: str, cell: str, text: str) -> None:
        if sheet not in self.titles:
            self.sheet.write_string(self.row, 2, text, self.book.styles.of("plain"))
            return
        quoted = sheet.replace("'", "''")
        target = f"internal:'{quoted}'!{cell or 'A1'}"
        self.sheet.write_url(self.row, 2, target, self.book.styles.of("link"), text)

    def _note(self, text: str) -> None:
        banner(self.book, self.sheet, self.row, _LAST, text, "intro", 20.0)
        self.row += 1
