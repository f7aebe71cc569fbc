"""Page numbers from a layout: what stands on which page of a document whose pages are known by hand."""

from __future__ import annotations

import pytest

from pipeline.report.layout import libreoffice, page_labels
from pipeline.report.layout_copy import layout_copy
from pipeline.report.ooxml import qn
from pipeline.report.package import read_package
from tests.report.word_fixtures import docx

needs_office = pytest.mark.skipif(libreoffice() is None, reason="LibreOffice (soffice) is not installed")
BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
PAPER = '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="700" w:footer="700" w:gutter="0"/>'
FRONT_MATTER = f'<w:p><w:pPr><w:sectPr><w:type w:val="continuous"/>{PAPER}</w:sectPr></w:pPr></w:p>'
ROMAN = f'<w:p><w:pPr><w:sectPr>{PAPER}<w:pgNumType w:fmt="lowerRoman" w:start="4"/></w:sectPr></w:pPr></w:p>'


def marked(name: str, number: int) -> str:
    return (
        f'<w:p><w:bookmarkStart w:id="{number}" w:name="{name}"/><w:r><w:t>{name}</w:t></w:r>'
        f'<w:bookmarkEnd w:id="{number}"/></w:p>'
    )


def controlled(content: str) -> str:
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"


DOCUMENT = docx(
    marked("first", 1), BREAK, controlled(marked("second", 2)), FRONT_MATTER, BREAK, marked("roman", 3), ROMAN, BREAK,
    marked("last", 4),
)  # fmt: skip
"""Two pages of front matter whose section says nothing of numbers; iv and v (the mark on v, which LibreOffice's
references call 5); then on from 6, the page of the break, to 7."""


@needs_office
def test_a_page_has_its_printed_number_whatever_the_copy_has_in_front() -> None:
    names = ("first", "second", "roman", "last", "missing")

    assert page_labels(DOCUMENT, names) == {"first": "1", "second": "2", "roman": "5", "last": "7"}


@needs_office
def test_more_questions_than_a_page_holds_are_all_answered() -> None:
    many = docx(*(marked(f"at{number}", number) for number in range(130)))
    names = tuple(f"at{number}" for number in range(130))

    found = page_labels(many, names)

    assert found is not None
    assert list(found) == list(names)
    assert [found["at0"], sorted(found.values(), key=int) == list(found.values())] == ["1", True]


def test_the_copy_is_light_and_the_document_is_left_alone() -> None:
    before = bytes(DOCUMENT)

    copy, front = layout_copy(DOCUMENT, ["first"] * 45)

    package = read_package(copy)
    assert list(package.xml(package.document_name).iter(qn("w:sdt"))) == []
    assert front == 3  # 45 lines at 20 a page
    assert before == DOCUMENT


def test_nothing_is_laid_out_where_nothing_is_asked() -> None:
    assert page_labels(b"no document at all", ()) == {}
