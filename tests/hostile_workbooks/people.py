"""What people do to a workbook in good faith."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.excel import Excel
from tests.hostile_workbooks.corpus import CLEAN, Expect, faulty, kind, noted
from tests.hostile_workbooks.package import BOOK, changed, replaced, substituted

BASIC, SITE, ENERGY, PROOF, SELF = "基本信息", "用地与产出", "能源消耗", "证明材料", "自评价表"


def edited(clean: bytes, change: Callable[[Excel], None]) -> bytes:
    """The workbook after somebody has worked on it."""
    book = Excel(clean)
    change(book)
    with TemporaryDirectory() as folder:
        return book.save(Path(folder) / "x.xlsx").read_bytes()


def _edit(name: str, expect: Expect, change: Callable[[Excel], None]) -> None:
    @kind(name, expect)
    def make(clean: bytes) -> bytes:
        return edited(clean, change)


def _many(*changes: Callable[[Excel], None]) -> Callable[[Excel], None]:
    def run(book: Excel) -> None:
        for change in changes:
            change(book)

    return run


def _put(sheet: str, address: str, content: str | float | None) -> Callable[[Excel], None]:
    return lambda book: book.put(sheet, address, content)


# -- sheets ------------------------------------------------------------------------------------------------------
_edit(
    "a sheet renamed",
    noted(("sheet_renamed", "能源统计2024", "energy")),
    lambda b: b.rename_sheet(ENERGY, "能源统计2024"),
)
_edit(
    "two sheets' names exchanged",
    faulty(("table_missing", "能源消耗", "energy_use"), ("table_missing", "证明材料", "evidence")),
    _many(
        lambda b: b.rename_sheet(ENERGY, "x"),
        lambda b: b.rename_sheet(PROOF, ENERGY),
        lambda b: b.rename_sheet("x", PROOF),
    ),
)
_edit("a sheet deleted", faulty(("sheet_missing", ENERGY, "energy")), lambda b: b.delete_sheet(ENERGY))
_edit(
    "a sheet copied",
    noted(("sheet_duplicated", "能源消耗 (2)", "energy")),
    lambda b: b.copy_sheet(ENERGY, "能源消耗 (2)"),
)
_edit(
    "a blank behind a sheet's name",
    noted(("sheet_renamed", "能源消耗 ", "energy")),
    lambda b: b.rename_sheet(ENERGY, "能源消耗 "),
)
_edit("the instructions deleted", CLEAN, lambda b: b.delete_sheet("填写说明"))
_edit("the field dictionary deleted", CLEAN, lambda b: b.delete_sheet("字段对照表"))
_edit(
    "the hidden sheets deleted",
    noted(("identity_missing", "", "toy_standard")),
    _many(lambda b: b.delete_sheet("_lvbao"), lambda b: b.delete_sheet("_options")),
)


@kind("sheets in another order", CLEAN)
def _reordered(clean: bytes) -> bytes:
    import re

    def turned(match: re.Match[bytes]) -> bytes:
        return b"<sheets>" + b"".join(reversed(re.findall(rb"<sheet .*?/>", match.group(1)))) + b"</sheets>"

    return changed(clean, {BOOK: substituted(rb"<sheets>(.*?)</sheets>", turned)})


@kind("a hidden sheet", noted(("sheet_hidden", ENERGY, "energy")))
def _hidden(clean: bytes) -> bytes:
    return changed(
        clean, {BOOK: replaced('name="能源消耗" '.encode(), 'name="能源消耗" state="hidden" '.encode())}
    )


@kind("a very hidden sheet", noted(("sheet_hidden", ENERGY, "energy")))
def _very_hidden(clean: bytes) -> bytes:
    return changed(
        clean, {BOOK: replaced('name="能源消耗" '.encode(), 'name="能源消耗" state="veryHidden" '.encode())}
    )


@kind("the technical sheets shown", CLEAN)
def _shown(clean: bytes) -> bytes:
    return changed(clean, {BOOK: replaced(b' state="veryHidden"', b"")})


# -- rows and columns --------------------------------------------------------------------------------------------
_edit("rows inserted above everything", CLEAN, lambda b: b.insert_rows(SITE, 1, 5))
_edit("a row inserted between fields", CLEAN, lambda b: b.insert_rows(SITE, 6, 1))
_edit("a row inserted below a header", CLEAN, lambda b: b.insert_rows(ENERGY, 6, 1))
_edit("rows inserted within a table", CLEAN, lambda b: b.insert_rows(ENERGY, 7, 3))
_edit(
    "a column inserted before the answers",
    CLEAN,
    lambda b: b._shift(SITE, lambda r, c: (r, c + 1 if c >= 4 else c)),
)
_edit(
    "a column inserted within a table",
    CLEAN,
    lambda b: b._shift(ENERGY, lambda r, c: (r, c + 2 if c >= 4 else c)),
)
_edit(
    "everything moved down and to the right", CLEAN, lambda b: b._shift(ENERGY, lambda r, c: (r + 7, c + 3))
)
_SHIFTED = [("column_changed", "能源消耗!G5", "energy_use.factor_override")]
for _row in (6, 7, 8):
    _SHIFTED += [
        ("not_an_option", f"能源消耗!C{_row}", "energy_use.energy"),
        ("not_a_year", f"能源消耗!D{_row}", "energy_use.year"),
        ("not_a_number", f"能源消耗!E{_row}", "energy_use.amount"),
        ("missing", f"能源消耗!F{_row}", "energy_use.unit"),
    ]
_edit(
    "headers shifted by one against their data",
    faulty(*_SHIFTED),
    lambda b: _many(
        *(
            _put(ENERGY, f"{new}5", text)
            for new, text in zip("BCDEF", ("行", "能源种类", "年度", "消耗量", "计量单位"), strict=True)
        )
    )(b),
)
_edit(
    "the header row deleted",
    faulty(("table_missing", "能源消耗!A3", "energy_use")),
    lambda b: b.delete_row(ENERGY, 5),
)
_edit("the title and the remarks deleted", CLEAN, lambda b: b.delete_row(ENERGY, 1))
_edit("a field's row deleted", faulty(("label_missing", SITE, "land_area")), lambda b: b.delete_row(SITE, 4))
_edit("the column of units deleted", CLEAN, lambda b: b.delete_column(SITE, "C"))
_edit(
    "the column of answers deleted",
    faulty(("header_missing", "用地与产出!D3", "")),
    lambda b: b.delete_column(SITE, "D"),
)
_edit(
    "data cells merged",
    faulty(("merged_cells", "能源消耗!B6", "energy_use.energy")),
    lambda b: b.merge(ENERGY, "B6:B8"),
)
_edit(
    "answers merged across the years",
    faulty(("merged_cells", "用地与产出!D7", "gross_output_value")),
    lambda b: b.merge(SITE, "D7:F7"),
)
_edit(
    "a sum among the data",
    noted(("total_row_skipped", "能源消耗!B9", "energy_use")),
    _many(_put(ENERGY, "B9", "合计"), _put(ENERGY, "D9", 10100)),
)
_edit(
    "a subtotal between the data",
    noted(("total_row_skipped", "能源消耗!B7", "energy_use")),
    _many(lambda b: b.insert_rows(ENERGY, 7, 1), _put(ENERGY, "B7", "小计"), _put(ENERGY, "D7", 5000)),
)
_edit(
    "a remark below the data",
    noted(("remark_row_skipped", "能源消耗!B9", "energy_use")),
    _put(ENERGY, "B9", "注：数据取自能源台账"),
)
_edit(
    "a row typed twice",
    faulty(("duplicate_row", "能源消耗!B9", "energy_use")),
    _many(*(_put(ENERGY, f"{c}9", v) for c, v in zip("BCDE", ("电力", 2024, 5000, "kWh"), strict=True))),
)
_edit("a number typed far to the right", noted(), _put(SITE, "AZ40", 77037))
_edit("notes beside the table", CLEAN, _put(SITE, "K6", "这个数要再核对"))
_edit("a column heading with a line break and a star", CLEAN, _put(ENERGY, "D5", "消耗量\n*"))
_edit(
    "labels with blanks and colons",
    CLEAN,
    _many(_put(SITE, "B4", " 用 地 面 积："), _put(SITE, "B5", "建筑面积 *")),
)


# -- whose workbook it is ----------------------------------------------------------------------------------------
_edit(
    "another standard's workbook",
    faulty(("wrong_standard", "", "toy_standard")),
    lambda b: b.identify("standard", "gbt-36132-2025"),
)
_edit(
    "an older version of the pack",
    noted(("other_pack_version", "", "toy_standard")),
    lambda b: b.identify("pack_version", "0.0.1"),
)
_edit(
    "a newer version of the pack",
    noted(("other_pack_version", "", "toy_standard")),
    lambda b: b.identify("pack_version", "99.0.0"),
)
_edit(
    "a version that is no version",
    noted(("other_pack_version", "", "toy_standard")),
    lambda b: b.identify("pack_version", "最新版"),
)
_edit(
    "two versions mixed: an old identity over renamed labels",
    noted(("other_pack_version", "", "toy_standard"), ("label_changed", "用地与产出!B4", "land_area")),
    _many(lambda b: b.identify("pack_version", "0.0.1"), _put(SITE, "B4", "厂区用地总面积")),
)
_edit(
    "two versions mixed: an extra sheet of another one",
    noted(("sheet_extra", "附加信息", "")),
    lambda b: b.copy_sheet("_options", "附加信息"),
)


_SHEETS = ((BASIC, "basic"), (SITE, "site"), (ENERGY, "energy"), (PROOF, "proof"), (SELF, "self"))
_NOT_OURS = faulty(
    ("identity_missing", "", "toy_standard"),
    ("sheet_extra", "Sheet", ""),
    *(("sheet_missing", title, name) for title, name in _SHEETS),
)


@kind("a workbook that was never ours", _NOT_OURS)
def _foreign(clean: bytes) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["日期", "金额"])
    book.active.append(["2024-01-01", 100])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@kind("an empty workbook", _NOT_OURS)
def _blank(clean: bytes) -> bytes:
    from openpyxl import Workbook

    buffer = io.BytesIO()
    Workbook().save(buffer)
    return buffer.getvalue()
