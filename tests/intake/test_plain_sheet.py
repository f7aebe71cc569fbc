"""The one search for plain sheets says yes only to what the thorough looks have nothing to say about."""

from __future__ import annotations

from xml.parsers.expat import ExpatError, ParserCreate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.celltags import addressed, filled_places, has_doubles
from pipeline.intake.plain_sheet import plain_sheet
from pipeline.intake.sheetxml import SheetMarks, _marks

HEAD = '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="urn:x"><cols><col min="1"/></cols>'
TAIL = '<mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>'
PLAIN_CELLS = [
    '<c r="A{n}"/>', '<c r="B{n}" s="3"/>', '<c r="B{n}"><v>1</v></c>', '<c r="C{n}" s="2" t="s"><v>12</v></c>',
    '<c r="D{n}" t="n"><v>-1.5E-3</v></c>', '<c r="Y{n}" t="b"><v>1</v></c>', '<c r="Z{n}" t="s"><v>0</v></c>',
]  # fmt: skip
ODD_CELLS = [
    '<c r="A{n}"><f>1+1</f><v>2</v></c>', '<c r="A{n}" t="e"><v>#N/A</v></c>', '<c r="B{n}" t="s"><v></v></c>',
    '<c r="B{n}" t="s"><v>x</v></c>', '<c r="B{n}" t="s"/>', '<c r="C{n}" t="inlineStr"><is><t>甲</t></is></c>',
    '<c r="C{n}" t="str"><v>甲</v></c>', "<c r='D{n}'/>", '<c s="1" r="D{n}"/>', "<c/>", '<c><v>1</v></c>',
    '<c r="d{n}"/>', '<c r="AA{n}"/>', '<c r="XFD{n}"/>', '<c r="A1{n}"/>', '<c r="$E{n}"/>', '<c r="E&#49;"/>',
    '<x:c r="E{n}"/>', '<c r="E{n}" vm="1"/>', '<c r="E{n}"><v>1&#48;</v></c>', "<!-- <c r='E{n}'/> -->", "乱",
    '<c r="E{n}"><v>1</v>', '<c r="E{n}" s="1" s="2"/>', '<c r="E{n}"><![CDATA[1]]></c>', '<c  r="E{n}"/>', "<f/>",
]  # fmt: skip
ROW_TAGS = ['<row r="{n}">', '<row r="{n}" spans="1:9" ht="20.25" customHeight="1" x14ac:dyDescent="0.2">']
ODD_ROW_TAGS = [
    "<row>",
    '<row r="{n}" ht="1" s="2" ht="3">',
    "<row r='{n}'>",
    '<row r="{n}" r="9">',
    '<row r="0">',
]


def sheet(rows: str, head: str = HEAD, tail: str = TAIL) -> bytes:
    """A sheet with these rows."""
    return f"{head}<sheetData>{rows}</sheetData>{tail}".encode()


def is_sound(xml: bytes) -> bool:
    """What the guard's parser says."""
    try:
        ParserCreate().Parse(xml, True)
    except (ExpatError, ValueError):
        return False
    return True


@st.composite
def rows(draw: st.DrawFn) -> str:
    """Up to four rows, mostly plain."""
    made = []
    for at in draw(st.lists(st.integers(1, 5), max_size=4)):
        tag = draw(st.sampled_from(ROW_TAGS * 50 + ODD_ROW_TAGS))
        cells = draw(st.lists(st.sampled_from(PLAIN_CELLS * 40 + ODD_CELLS), max_size=4))
        if draw(st.integers(0, 3)):
            cells.sort()  # as programs write them
        made.append((tag + "".join(cells) + "</row>").replace("{n}", str(at)))
    return "".join(made)


@given(
    rows(), st.sampled_from([HEAD, "<worksheet>", HEAD + '<c r="A1"/>']), st.sampled_from([TAIL, TAIL[1:]])
)
def test_a_plain_sheet_holds_nothing_that_a_thorough_look_would_find(data: str, head: str, tail: str) -> None:
    xml = sheet(data, head, tail)
    found = plain_sheet(xml)
    if found is None:
        return
    assert is_sound(xml) == is_sound(found.frame)
    assert not has_doubles(xml)
    assert addressed(xml) == xml
    assert _marks(xml, (), True) == SheetMarks()
    places = list(filled_places(xml.replace(b"/>", b"></c>")))
    assert all(column < 26 for _row, column in places)
    numbers = [row for row, _column in places]
    assert not numbers or max(numbers) - min(numbers) < found.height


@pytest.mark.parametrize("cell", PLAIN_CELLS)
@pytest.mark.parametrize("tag", ROW_TAGS)
def test_what_excel_wps_and_libreoffice_write_is_plain(tag: str, cell: str) -> None:
    found = plain_sheet(sheet(f"{tag}{cell}</row>".replace("{n}", "7") + '<row r="12"/>'))
    assert found is not None
    assert found.height == 6
    assert found.frame == sheet("")


def test_rows_that_go_up_and_down_are_plain_as_long_as_none_comes_twice() -> None:
    assert plain_sheet(sheet('<row r="3"/><row r="1"/>')) is not None
    assert plain_sheet(sheet('<row r="3"/><row r="1"/><row r="3"/>')) is None


@pytest.mark.parametrize("cell", ODD_CELLS)
def test_one_cell_that_is_written_otherwise_is_enough_for_the_thorough_look(cell: str) -> None:
    xml = sheet('<row r="7"><c r="A7"/></row><row r="8">' + cell.replace("{n}", "8") + "</row>")
    assert plain_sheet(xml) is None


@pytest.mark.parametrize("tag", ODD_ROW_TAGS)
def test_one_row_that_is_written_otherwise_is_enough_as_well(tag: str) -> None:
    assert plain_sheet(sheet(tag.replace("{n}", "8") + "</row>")) is None


@pytest.mark.parametrize(
    "cells",
    [
        '<c r="A8"/><c r="A8"/>',  # the same place twice
        '<c r="B8"/><c r="A8"/>',  # falling columns might come twice
        '<c r="A9"/>',  # a cell of another row
    ],
)
def test_cells_that_might_claim_a_place_twice_are_not_plain(cells: str) -> None:
    assert plain_sheet(sheet(f'<row r="8">{cells}</row>')) is None


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        (HEAD + "<!-- <sheetData></sheetData> -->", TAIL),
        (HEAD, "<!-- --></worksheet>"),
        (HEAD, '<sheetData><row r="1"><c r="A1"/></row></sheetData></worksheet>'),
        (HEAD, '<row r="1"/></worksheet>'),
        (HEAD, '<x:c r="A1"/></worksheet>'),
        (HEAD, "<c></c></worksheet>"),
        (HEAD + '<x:sheetData/>', TAIL),
    ],
)  # fmt: skip
def test_cells_or_comments_beside_the_rows_are_not_plain(head: str, tail: str) -> None:
    assert plain_sheet(sheet('<row r="1"/>', head, tail)) is None


def test_a_part_without_rows_is_not_plain() -> None:
    assert plain_sheet(b"<worksheet><sheetData/></worksheet>") is None
    assert plain_sheet(b"") is None
