"""汇总.xlsx: the tables of a batch for filtering and sorting, with native charts. The same batch gives the same bytes."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

import pandas as pd
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipeline.batch.job import State
from pipeline.batch.summary import OTHER_LEVELS, SHOWN, Indicators, Summary
from pipeline.intake.metrics import height
from pipeline.intake.package import with_flexible_rows
from pipeline.show import printable
from pipeline.xlsx_text import write_text

FILE: Final = "汇总.xlsx"
_CREATED: Final = dt.datetime(1980, 1, 1)  # fixed: the same batch gives the same bytes
_WIDTHS: Final = (26, 26, 20, 7, 11, 9, 9, 9, 11, 9, 9, 6, 6, 60, 40)
_NAME, _COLUMN = 36, 14
_TEXTS: Final = ("首要问题", "报告", "客户", "企业名称", "标准")
LEVEL_COLOURS: Final = ("#F4A6A6", "#FFE699", "#C6E0B4", "#8CC9A1", "#5FAE7F")
RED: Final = "#FF9B9B"
GREY: Final = "#D9D9D9"
ACCENT: Final = "#1F5F3F"
_LINK: Final = re.compile(rb'Target="[^"]*"(?= TargetMode="External")')
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")
_NUMBER: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_FONT: Final[dict[str, Any]] = {"font_name": "宋体", "font_size": 10}
_BORDER: Final[dict[str, Any]] = {**_FONT, "border": 1, "border_color": "#A6A6A6", "valign": "top"}
_A3: Final = 8


def summary_book(summary: Summary) -> bytes:
    """The workbook. Client text is written as text, never as a formula or a link."""
    target = io.BytesIO()
    book = Workbook(target, {"in_memory": True})
    book.set_properties({"title": "批量评价汇总", "created": _CREATED})
    writer = _Writer(book)
    writer.lines(summary.lines)
    for each in summary.indicators:
        writer.indicators(each)
    writer.distributions(summary)
    book.close()
    return with_flexible_rows(_with_slashes(target.getvalue()), writer.rows)


def _with_slashes(package: bytes) -> bytes:
    """The package with links as addresses are written: XlsxWriter writes them as only Windows understands."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/_rels/"):
                content = _LINK.sub(lambda m: m.group().replace(b"\\", b"/"), content)
            new.writestr(name, content)
    return target.getvalue()


class _Writer:
    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._names: set[str] = set()
        self.rows: dict[int, set[int]] = {}
        """Rows whose height was guessed, by the number of their sheet: programs that measure text may do it better."""
        self._head = book.add_format(
            {**_BORDER, "bold": True, "bg_color": "#DCEBE1", "text_wrap": True, "align": "center"}
        )
        self._text = book.add_format({**_BORDER, "text_wrap": True})
        self._centre = book.add_format({**_BORDER, "align": "center"})
        self._link = book.add_format({**_BORDER, "text_wrap": True, "font_color": "#0563C1", "underline": 1})
        self._title = book.add_format({**_FONT, "bold": True, "font_size": 13, "font_color": ACCENT})
        self._colours: dict[str, Format] = {}

    def _sheet(self, name: str) -> Worksheet:
        """A sheet whose name Excel takes: short, without the signs it forbids, used once."""
        clean = _NOT_IN_NAMES.sub("／", name)[:28]
        number, free = 1, clean
        while free.casefold() in self._names:
            number += 1
            free = f"{clean}{number}"
        self._names.add(free.casefold())
        sheet = self._book.add_worksheet(free)
        self.rows[len(self._names)] = set()
        sheet.set_paper(_A3)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def _fit(self, sheet: Worksheet, row: int, *cells: tuple[str, float]) -> None:
        """Gives a row the height that its (text, column width) need."""
        sheet.set_row(row, height(*cells))
        self.rows[len(self._names)].add(row)

    # -- one line a report --------------------------------------------------------------------------------------
    def lines(self, lines: pd.DataFrame) -> None:
        sheet = self._sheet("汇总")
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, 1)
        self._header(sheet, 0, SHOWN, _WIDTHS)
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        for row, line in enumerate(lines[list(SHOWN)].itertuples(index=False), 1):
            for column, value in enumerate(line):
                self._cell(sheet, row, column, value, SHOWN[column])
            self._fit(sheet, row, *((str(v or ""), w) for v, w in zip(line, _WIDTHS, strict=True)))
        sheet.autofilter(0, 0, max(len(lines), 1), len(SHOWN) - 1)

    def _cell(self, sheet: Worksheet, row: int, column: int, value: Any, heading: str) -> None:
        if heading == "报告" and value:
            # as Excel writes them: signs of the address escaped, other letters as they are
            address = "".join(quote(c) if c.isascii() else c for c in str(value))
            sheet.write_url(row, column, f"external:{address}", self._link, str(value))
        elif heading in _TEXTS:
            self._write(sheet, row, column, value, self._text)
        elif value and (colour := state_colour(heading, str(value))):
            self._write(sheet, row, column, value, self._coloured(f"state {colour}", {"bg_color": colour}))
        else:
            self.put(sheet, row, column, value, self._centre)

    def put(self, sheet: Worksheet, row: int, column: int, value: Any, look: Format) -> None:
        """A figure as a number that keeps its printed digits, everything else as text."""
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            decimals = len(value.partition(".")[2])
            sheet.write_number(row, column, float(Decimal(value)), self._number(decimals))
        elif isinstance(value, int):
            sheet.write_number(row, column, value, look)
        else:
            self._write(sheet, row, column, value, look)

    def _write(self, sheet: Worksheet, row: int, column: int, value: Any, look: Format) -> None:
        if value is None or value == "":
            sheet.write_blank(row, column, None, look)
        else:
            lines = "\n".join(printable(line) for line in str(value).split("\n"))
            write_text(sheet, row, column, lines, look)

    def _number(self, decimals: int) -> Format:
        return self._coloured(
            f"number {decimals}", {"num_format": f"0.{'0' * decimals}" if decimals else "0"}
        )

    def _coloured(self, name: str, look: dict[str, Any]) -> Format:
        if name not in self._colours:
            self._colours[name] = self._book.add_format({**_BORDER, "align": "center", **look})
        return self._colours[name]

    def _header(self, sheet: Worksheet, row: int, words: Sequence[str], widths: Sequence[float]) -> None:
        for column, word in enumerate(words):
            write_text(sheet, row, column, word, self._head)
        self._fit(sheet, row, *zip(words, widths, strict=True))

    # -- indicators ----------------------------------------------------------------------------------------------
    def indicators(self, each: Indicators) -> None:
        """Two sheets a standard: which level each report reaches, and the figures behind it."""
        ladder = [w for w in each.counts.columns if w not in OTHER_LEVELS]
        tables = [("等级", each.levels)]
        if any(value for values in each.values.to_numpy() for value in values):
            tables.append(("数值", each.values))
        for name, table in tables:
            sheet = self._sheet(f"{name} {each.number}")
            sheet.repeat_rows(0)
            sheet.freeze_panes(1, 1)
            widths = [_NAME, *[_COLUMN] * len(table.columns)]
            for column, width in enumerate(widths):
                sheet.set_column(column, column, width)
            self._header(sheet, 0, ["客户", *table.columns], widths)
            for row, (report, values) in enumerate(table.iterrows(), 1):
                write_text(sheet, row, 0, printable(str(report)), self._text)
                self._fit(sheet, row, (str(report), _NAME))
                for column, value in enumerate(values, 1):
                    look = self._level(value, ladder) if name == "等级" else self._centre
                    self.put(sheet, row, column, value, look)

    def _level(self, level: str, ladder: Sequence[str]) -> Format:
        return self._coloured(f"level {level}", {"bg_color": level_colour(level, ladder), "text_wrap": True})

    # -- distributions -------------------------------------------------------------------------------------------
    def distributions(self, summary: Summary) -> None:
        sheet = self._sheet("分布")
        sheet.set_column(0, 0, _NAME)
        sheet.set_column(1, 12, _COLUMN)
        row = self._charted(sheet, 0, "各状态份数", summary.states, "column", None)
        if len(summary.scores.columns):
            row = self._charted(
                sheet, row, "全表得分（暂拟）占满分的百分比，份数", summary.scores, "column", None
            )
        for each in summary.indicators:
            title = f"{each.number} 各指标达到的等级，份数"
            row = self._charted(sheet, row, title, each.counts, "bar", "percent_stacked")
            if (each.spread["份数"] != "").any():
                row = self._table(sheet, row, f"{each.number} 各指标的数值", each.spread)

    def _table(self, sheet: Worksheet, row: int, title: str, table: pd.DataFrame) -> int:
        sheet.write_string(row, 0, title, self._title)
        words = ["", *map(str, table.columns)]
        self._header(sheet, row + 1, words, [_NAME, *[_COLUMN] * len(table.columns)])
        for at, (label, values) in enumerate(table.iterrows(), row + 2):
            write_text(sheet, at, 0, str(label), self._text)
            for column, value in enumerate(values, 1):
                self.put(sheet, at, column, str(value), self._centre)
        return row + len(table) + 4

    def _charted(
        self, sheet: Worksheet, row: int, title: str, table: pd.DataFrame, kind: str, stacked: str | None
    ) -> int:
        """A table and its chart beside it; returns the first free row below both."""
        below = self._table(sheet, row, title, table)
        chart = self._book.add_chart({"type": kind, **({"subtype": stacked} if stacked else {})})
        first, last = row + 2, row + 1 + len(table)
        ladder = [w for w in table.columns if w not in OTHER_LEVELS]
        for column, name in enumerate(table.columns, 1):
            colour = level_colour(str(name), ladder) if stacked else _SERIES[(column - 1) % len(_SERIES)]
            chart.add_series(
                {
                    "name": [sheet.get_name(), row + 1, column],
                    "categories": [sheet.get_name(), first, 0, last, 0],
                    "values": [sheet.get_name(), first, column, last, column],
                    "fill": {"color": colour},
                    "data_labels": {} if stacked else {"value": True, "num_format": "0;;"},
                    "gap": 60,
                }
            )
        chart.set_title({"name": title, "name_font": {"size": 11}, "overlay": False})
        chart.set_legend({"position": "bottom"} if stacked or len(table.columns) > 1 else {"none": True})
        chart.set_y_axis(
            {"reverse": True, "interval_unit": 1, "num_font": {"size": 8}}
            if kind == "bar"
            else {"min": 0, "visible": False, "major_gridlines": {"visible": False}}
        )
        size = max(260, (30 if kind == "bar" else 26) * len(table) + 120)
        chart.set_size({"width": 620, "height": size})
        sheet.insert_chart(row, max(len(table.columns), 4) + 2, chart)
        return max(below, row + size // 20 + 2)


_SERIES: Final = (ACCENT, "#2E75B6", "#C55A11", "#7F6000", "#7030A0")


def state_colour(heading: str, value: str) -> str:
    """The ground of a cell that tells at a glance how a client stands; "" for none."""
    if heading == "状态":
        return {State.FINAL: "#C6E0B4", State.DRAFT: "#FFC24D"}.get(State(value), RED)
    return RED if (heading, value) == ("基本要求", "不符合") else ""


def level_colour(level: str, ladder: Sequence[str]) -> str:
    """From red for not reaching the lowest level to green for the highest; grey for what is no level."""
    if level not in ladder:
        return GREY if level else "#FFFFFF"
    if level.startswith("未达到"):
        return LEVEL_COLOURS[0]
    reached = [w for w in ladder if not w.startswith("未达到")]
    return LEVEL_COLOURS[1 + min(reached.index(level), len(LEVEL_COLOURS) - 2)]
