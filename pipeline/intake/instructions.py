"""The first sheet 填写说明: what to do, what the colours and the kinds of blank mean, how far one has come."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from pipeline.intake.completeness import Count, count
from pipeline.intake.layout import DICTIONARY_SHEET, SheetLayout
from pipeline.intake.metrics import height
from pipeline.intake.sheet_book import Book, banner, print_setup, protect

_WIDTHS = (6.0, 30.0, 12.0, 12.0, 14.0, 60.0)
_LAST = len(_WIDTHS) - 1
_STATUS_WORDS = {"draft": "草案", "enacted": "现行", "superseded": "已废止"}

STEPS = (
    "按工作表顺序填写，只填白色和黄色的单元格；灰绿色的标题、名称、单位不能改（工作表已加保护，没有密码）。",
    "数值只填数字，单位已写在“单位”栏或列名的括号里，不要把单位写进单元格；有下拉箭头的从列表中选择。",
    "从别处复制时请用“选择性粘贴—数值”，否则会冲掉下拉列表和格式。",
    "表格的行不够时，在表中间插入行后继续填写；不要改列名，不要删列。",
    "填完保存，在命令行运行 lvbao check 加本文件名：列出每处问题所在的单元格、改法和影响；没有问题时显示“全部通过”。",
)
KINDS_OF_BLANK = (
    ("留空", "还没有填。必填项留空会在检查时报错，程序不会当作 0。"),
    ("不适用", "本企业没有这回事。只有填写说明允许的项可填，并须在“备注”栏写明理由，理由会写入报告。"),
    ("未检出(<检出限)", "检测过，低于检出限，例如 未检出(<0.5)。只用于填写说明允许的检测数值。"),
    ("无", "文字项确实没有内容时填“无”；数值项确实为零时填 0。"),
)
_COLOURS = (
    ("required_sample", "必填，还没有填；填好后颜色消失。表头为黄色的列是必填列。"),
    ("conditional_sample", "满足条件时必填，条件写在“填写说明”栏。"),
    ("plain", "选填，或已经填好。"),
    ("idle", "不用填：由程序计算，或按前面的答案不涉及。"),
    ("label", "标题、名称、单位、说明，不能修改。"),
)


def write_instructions(book: Book, sheet: Worksheet, plans: Sequence[SheetLayout]) -> None:
    """Writes the instructions with the live counts of every topic sheet."""
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    identity = book.standard.identity
    banner(book, sheet, 0, _LAST, f"{identity.title} {book.standard.intake.document}", "title", 34.0)
    edition = (
        f"{identity.number}（{_STATUS_WORDS[identity.status]}）· 标准包 {identity.id} {identity.pack_version}"
    )
    banner(book, sheet, 1, _LAST, edition, "intro", height((edition, sum(_WIDTHS))))
    row = _heading(book, sheet, 2, "一、怎么填")
    for number, step in enumerate(book.standard.intake.steps or STEPS, start=1):
        _paragraph(book, sheet, row, f"{number}.", step)
        row += 1
    row = _heading(book, sheet, row, "二、颜色的意思")
    for purpose, words in _COLOURS:
        sheet.write_blank(row, 1, None, book.styles.of(purpose))
        _words(book, sheet, row, 2, words)
        row += 1
    row = _heading(book, sheet, row, "三、几种“没有数”")
    for word, words in KINDS_OF_BLANK:
        sheet.write_string(row, 1, word, book.styles.of("label"))
        _words(book, sheet, row, 2, words)
        row += 1
    row = _heading(book, sheet, row, "四、完成情况（随填写自动更新，点工作表名可跳转）")
    last_row = _write_counts(book, sheet, row, plans)
    note = f"填报项、单元格和标识的对照见工作表“{DICTIONARY_SHEET}”。必填项以 lvbao check 的结果为准。"
    banner(book, sheet, last_row + 1, _LAST, note, "intro", 20.0)
    sheet.hide_gridlines(2)
    print_setup(sheet, 0, 0)
    protect(sheet)


def _heading(book: Book, sheet: Worksheet, row: int, text: str) -> int:
    banner(book, sheet, row, _LAST, text, "heading", 26.0)
    return row + 1


def _paragraph(book: Book, sheet: Worksheet, row: int, mark: str, text: str) -> None:
    sheet.write_string(row, 0, mark, book.styles.of("mark"))
    _words(book, sheet, row, 1, text)


def _words(book: Book, sheet: Worksheet, row: int, first: int, text: str) -> None:
    """A text over the columns from `first` to the last."""
    sheet.merge_range(row, first, row, _LAST, "", book.styles.of("text"))
    sheet.write_string(row, first, text, book.styles.of("text"))
    book.set_row(sheet, row, height((text, sum(_WIDTHS[first:])), least=20.0))


def _write_counts(book: Book, sheet: Worksheet, row: int, plans: Sequence[SheetLayout]) -> int:
    """The table of counts; returns its last row."""
    for column, word in enumerate(("序号", "工作表", "必填项", "已填", "完成情况", "内容")):
        sheet.write_string(row, column, word, book.styles.of("header"))
    book.set_row(sheet, row, 24.0)
    counts = [count(book, plan) for plan in plans]
    first = row + 1
    for number, (plan, counted) in enumerate(zip(plans, counts, strict=True), start=1):
        row += 1
        sheet.write_number(row, 0, number, book.styles.of("number"))
        link = f"internal:'{plan.sheet.title}'!A1"
        sheet.write_url(row, 1, link, book.styles.of("link"), plan.sheet.title)
        _write_count(book, sheet, row, counted)
        about = contents(plan)
        sheet.write_string(row, 5, about, book.styles.of("plain"))
        book.set_row(sheet, row, height((about, _WIDTHS[5]), (plan.sheet.title, _WIDTHS[1]), least=20.0))
    row += 1
    total = Count(
        f"SUM(C{first + 1}:C{row})",
        sum(c.required for c in counts),
        f"SUM(D{first + 1}:D{row})",
        sum(c.filled for c in counts),
    )
    sheet.write_blank(row, 0, None, book.styles.of("header"))
    sheet.write_string(row, 1, "合计", book.styles.of("header"))
    _write_count(book, sheet, row, total)
    sheet.write_blank(row, 5, None, book.styles.of("plain"))
    book.set_row(sheet, row, 24.0)
    return row


def _write_count(book: Book, sheet: Worksheet, row: int, counted: Count) -> None:
    style = book.styles.of("count")
    sheet.write_formula(row, 2, f"={counted.required_formula}", style, counted.required)
    sheet.write_formula(row, 3, f"={counted.filled_formula}", style, counted.filled)
    required, filled = f"C{row + 1}", f"D{row + 1}"
    state = (
        f'=IF({required}=0,"无必填项",IF({filled}>={required},"已填完","还差 "&({required}-{filled})&" 项"))'
    )
    sheet.write_formula(row, 4, state, style, _state(counted))


def _state(counted: Count) -> str:
    if counted.required == 0:
        return "无必填项"
    if counted.filled >= counted.required:
        return "已填完"
    return f"还差 {counted.required - counted.filled} 项"


def contents(plan: SheetLayout) -> str:
    """What a sheet asks, in one line."""
    parts = [f"填报项 {len(plan.fields)} 个"] if plan.fields else []
    parts += [f"“{place.table.label}”" for place in plan.tables]
    text = "，".join(parts)
    return f"{text}（{plan.sheet.section}）" if plan.sheet.section else text
