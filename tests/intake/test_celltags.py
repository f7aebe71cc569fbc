"""The quick searches for cells say what the general ones say."""

from __future__ import annotations

from xml.parsers.expat import ExpatError, ParserCreate

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.intake.celltags import CELL_TAG, addressed, is_plain

CELLS = st.sampled_from(
    [
        '<c r="A1"/>', '<c r="A1"><v>1</v></c>', '<c r="AB12" s="3"><v>2</v></c>', '<c r="C7" t="s"><v>0</v></c>',
        '<c><v>1</v></c>', "<c/>", "<c r='B2'/>", '<c s="1" r="B3"/>', '<c\nr="D4"/>', '<c  r="E5"/>', '<x:c r="F6"/>',
        '<c r="a1"/>', '<c r="A01"/>', '<c r="$A$9"/>', '<col min="1"/>', '<cfRule r="A1"/>', "text:c ", '<c r="&#65;1"/>',
        "<f>a:c</f>", '<c r="XFD1048576"/>', '<c r="ABCD1"/>', '<c r="A12345678"/>',
    ]
)  # fmt: skip


def sheet(cells: list[str]) -> bytes:
    """A part with these pieces in a row."""
    return f'<d xmlns:x="x"><row r="1">{"".join(cells)}</row></d>'.encode()


@given(st.lists(CELLS, max_size=6))
def test_a_part_with_plain_tags_needs_no_address_written_in(cells: list[str]) -> None:
    xml = sheet(cells)
    try:
        ParserCreate().Parse(xml, True)
    except ExpatError:
        assume(False)
    if is_plain(xml):
        assert len(CELL_TAG.findall(xml)) == xml.count(b'<c r="')
        assert addressed(xml) == xml


@pytest.mark.parametrize(
    "odd", ["<c/>", "<c><v>1</v></c>", "<c r='A1'/>", '<c s="1" r="A1"/>', '<x:c r="A1"/>', '<c\tr="A1"/>']
)  # fmt: skip
def test_one_cell_that_is_written_otherwise_is_enough_for_the_general_search(odd: str) -> None:
    assert not is_plain(sheet(['<c r="B2"/>', odd]))


def test_a_usual_sheet_has_plain_tags() -> None:
    assert is_plain(sheet(['<c r="B2"/>', '<c r="D5" s="1"><v>1</v></c>', "<col/>", "<cfRule/>"]))
