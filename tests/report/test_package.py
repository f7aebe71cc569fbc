"""Files that are no sane Word documents are refused with a clear message."""

from __future__ import annotations

import io
import zipfile

import pytest

from pipeline.report import PackageError, Template
from pipeline.report.package import read_package, write_package
from tests.report.word_fixtures import docx, p


def test_writing_what_was_read_gives_the_same_bytes() -> None:
    once = write_package(read_package(docx(p("x"))))
    assert write_package(read_package(once)) == once


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "不是 Word 文档"),
        (b"PK\x03\x04 broken", "不是 Word 文档"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "旧版 .doc 或已加密"),
    ],
)
def test_other_files_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(PackageError, match=message):
        Template.from_bytes(data)


def test_a_zip_that_is_no_document_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(PackageError, match="缺少"):
        Template.from_bytes(buffer.getvalue())


def test_entities_are_never_expanded() -> None:
    bomb = '<!DOCTYPE w [<!ENTITY a "aaaa">]><w:document xmlns:w="urn:x">&a;</w:document>'
    with pytest.raises(PackageError, match="DOCTYPE"):
        Template.from_bytes(docx(p("x"), parts={"word/document.xml": bomb})).check({})


def test_paths_that_climb_out_are_refused() -> None:
    with pytest.raises(PackageError, match="越界"):
        read_package(docx(p("x"), parts={"../evil.xml": "<x/>"}))
