"""The workbook was corrected after people had rewritten the draft: the numbers are new, their words stay."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openpyxl import load_workbook

from pipeline.cli import main
from pipeline.deliver import make_report
from pipeline.evaluate import evaluate
from pipeline.findings import LvbaoError
from pipeline.review.redline import redline
from pipeline.review.refresh import Refreshed, refresh
from pipeline.review.refresh.merge import TAKEN_OUT
from pipeline.standard import Standard
from tests.conftest import ROOT
from tests.programs import audit_findings, needs_audit, needs_sdk, sdk_findings
from tests.review.decide import outline
from tests.review.other_answers import OPTIONS, changed
from tests.review.test_redline import saved

SAMPLE = next((ROOT / "samples").glob("01-*")) / "录入表.xlsx"


@pytest.fixture(scope="module")
def draft(adhesive: Standard) -> bytes:
    return make_report(evaluate(SAMPLE, adhesive), OPTIONS).docx


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook with 用地面积 62000 instead of 60000 m²."""
    book = load_workbook(SAMPLE)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == 60000 and sheet.title == "用地与建筑":
                    cell.value = 62000
    folder = tmp_path_factory.mktemp("改正") / "客户"
    shutil.copytree(SAMPLE.parent, folder)
    book.save(folder / "录入表.xlsx")
    return folder / "录入表.xlsx"


@pytest.fixture(scope="module")
def new(adhesive: Standard, corrected: Path) -> bytes:
    return make_report(evaluate(corrected, adhesive), OPTIONS).docx


def edited(docx: bytes, edit: Callable[[Any], None]) -> bytes:
    document = Document(io.BytesIO(docx))
    edit(document.element.body)
    return saved(document)


def text(element: Any) -> str:
    return "".join(t.text or "" for t in element.iter(qn("w:t")))


def paragraph_with(body: Any, tag: str) -> Any:
    """The first paragraph of the body, outside tables, that shows the figure."""
    return next(p for p in body.findall(qn("w:p")) if tag in tags(p))


def tags(element: Any) -> list[str]:
    return [t.get(qn("w:val")) for t in element.iter(qn("w:tag"))]


def loose_text(paragraph: Any) -> Any:
    """A piece of prose that stands in no control."""
    return next(t for t in paragraph.iter(qn("w:t")) if t.getparent().getparent() is paragraph)


def flat(docx: bytes) -> list[Any]:
    return outline(docx)


def notes(found: Refreshed, kind: str) -> list[tuple[str, str]]:
    return [(n.old, n.new) for n in found.notes if n.kind == kind]


def test_without_edits_the_refreshed_draft_says_what_the_new_report_says(draft: bytes, new: bytes) -> None:
    found = refresh(draft, new)
    assert flat(found.docx) == flat(new)
    assert ("60000", "62000") in notes(found, "renewed")
    assert ("1.24", "1.20") in notes(found, "renewed")  # (70800 + 3600) / 62000 = 1.2
    assert notes(found, "kept") == notes(found, "unsafe") == []


def test_the_same_workbook_renews_nothing(draft: bytes) -> None:
    found = refresh(draft, draft)
    assert found.notes == ()
    assert flat(found.docx) == flat(draft)


def test_rewritten_prose_stays_to_the_letter_and_its_figures_are_new(draft: bytes, new: bytes) -> None:
    def rewrite(body: Any) -> None:
        loose_text(paragraph_with(body, "i:floor_area_ratio")).text = "经咨询师现场复核，"

    mine = edited(draft, rewrite)
    before = next(t for t in flat(mine) if "经咨询师现场复核" in t)
    after = next(t for t in flat(refresh(mine, new).docx) if "经咨询师现场复核" in t)
    assert "1.24" in before
    assert after == before.replace("60000", "62000").replace("1.24", "1.20").replace("42.0", "40.6")
    # 容积率 74400 / 62000 = 1.20; 建筑密度 25200 / 62000 = 40.645 … %


def test_what_people_added_and_took_out_stays_so(draft: bytes, new: bytes) -> None:
    def change(body: Any) -> None:
        gone = paragraph_with(body, "i:floor_area_ratio")
        added = OxmlElement("w:p")
        run = OxmlElement("w:r")
        words = OxmlElement("w:t")
        words.text = "本段为咨询机构的补充说明。"
        run.append(words)
        added.append(run)
        gone.addprevious(added)
        body.remove(gone)

    mine = edited(draft, change)
    result = [t for t in flat(refresh(mine, new).docx) if isinstance(t, str)]
    assert result.count("本段为咨询机构的补充说明。") == 1
    assert len(result) == len([t for t in flat(mine) if isinstance(t, str)])


def test_a_figure_typed_over_is_not_guessed_but_reported(draft: bytes, new: bytes) -> None:
    def type_over(body: Any) -> None:
        paragraph = paragraph_with(body, "i:floor_area_ratio")
        control = next(s for s in paragraph.iter(qn("w:sdt")) if "i:floor_area_ratio" in tags(s))
        next(control.iter(qn("w:t"))).text = "1.99"

    found = refresh(edited(draft, type_over), new)
    assert notes(found, "unsafe") == [("1.99", "1.20")]
    assert any(isinstance(t, str) and "1.99" in t for t in flat(found.docx))


def test_rows_come_and_go_with_the_data(adhesive: Standard, draft: bytes, tmp_path: Path) -> None:
    book = load_workbook(SAMPLE)
    gone = _empty_last_product(book)
    path = tmp_path / "录入表.xlsx"
    book.save(path)
    fewer = make_report(evaluate(path, adhesive), OPTIONS).docx
    assert flat(refresh(draft, fewer).docx) == flat(fewer)
    assert flat(refresh(fewer, draft).docx) == flat(draft)
    assert gone


def _empty_last_product(book: Any) -> str:
    sheet = book["产品"]
    rows = [
        r
        for r in sheet.iter_rows()
        if any(isinstance(c.value, str) and c.value.endswith("热熔胶") for c in r)
    ]
    name = next(c.value for c in rows[-1] if isinstance(c.value, str))
    for cell in rows[-1][1:]:
        cell.value = None
    return str(name)


@needs_audit
@needs_sdk
def test_the_refreshed_draft_is_valid_and_can_be_refreshed_again(
    draft: bytes, new: bytes, tmp_path: Path
) -> None:
    once = refresh(draft, new)
    assert refresh(once.docx, new).notes == ()
    path = tmp_path / "更新.docx"
    path.write_bytes(once.docx)
    assert audit_findings(path) == []
    assert sdk_findings(path) == []


def test_as_tracked_changes_all_accepted_is_the_refreshed_draft(draft: bytes, new: bytes) -> None:
    done = refresh(draft, new).docx
    tracked = redline(draft, done).docx
    assert outline(tracked, "ins") == flat(done)
    assert outline(tracked, "del") == flat(draft)


def test_a_document_without_provenance_is_refused() -> None:
    plain = Document()
    plain.add_paragraph("没有溯源的文件")
    with pytest.raises(LvbaoError, match="没有溯源信息"):
        refresh(saved(plain), saved(plain), "草稿.docx")


def test_the_command_writes_beside_the_draft_and_tells_what_to_look_at(
    draft: bytes, corrected: Path, tmp_path: Path
) -> None:
    path = tmp_path / "草稿.docx"
    path.write_bytes(draft)
    result = CliRunner().invoke(main, ["refresh", str(path), "--workbook", str(corrected)])
    assert result.exit_code == 0, result.output
    assert "容积率：1.24 → 1.20 (−0.04)" in result.output
    assert (tmp_path / "草稿.更新.docx").is_file()
    assert path.read_bytes() == draft
    same = CliRunner().invoke(main, ["refresh", str(path), "--workbook", str(corrected), "-o", str(path)])
    assert same.exit_code == 2
    assert "就是输入的文件，不能覆盖" in same.output


def test_a_renewed_draft_that_stands_there_already_is_never_written_over(
    draft: bytes, corrected: Path, tmp_path: Path
) -> None:
    path, renewed = tmp_path / "草稿.docx", tmp_path / "草稿.更新.docx"
    path.write_bytes(draft)
    command = ["refresh", str(path), "--workbook", str(corrected)]
    CliRunner().invoke(main, command)
    first = renewed.read_bytes()
    CliRunner().invoke(main, command)  # the same again: nothing to keep apart
    assert sorted(p.name for p in tmp_path.iterdir()) == ["草稿.docx", "草稿.更新.docx"]
    renewed.write_bytes(edited(first, lambda body: body.remove(body[0])))
    mine = renewed.read_bytes()
    said = CliRunner().invoke(main, command).output
    assert renewed.read_bytes() == mine
    assert (tmp_path / "草稿.更新（重新生成）.docx").read_bytes() == first
    assert "草稿.更新（重新生成）.docx" in said


# -- what people took out, and what they did not -----------------------------------------------------------------
SAMPLES = ("01", "02", "04", "05")


@pytest.fixture(scope="module")
def reports(adhesive: Standard) -> dict[str, bytes]:
    """The drafts of several enterprises, by the number of the sample: good, on the edge, full of gaps, failing."""
    return {
        number: make_report(
            evaluate(next((ROOT / "samples").glob(f"{number}-*")) / "录入表.xlsx", adhesive), OPTIONS
        ).docx
        for number in SAMPLES
    }


@pytest.mark.parametrize("other", [n for n in SAMPLES if n != "01"])
def test_an_untouched_draft_becomes_exactly_the_report_of_whatever_workbook(
    other: str, reports: dict[str, bytes]
) -> None:
    for old, new in (("01", other), (other, "01")):
        found = refresh(reports[old], reports[new])
        assert flat(found.docx) == flat(reports[new])
        assert {n.kind for n in found.notes} == {"renewed"}


def test_answers_that_were_missing_bring_every_paragraph_and_row_with_them(
    adhesive: Standard, draft: bytes, tmp_path: Path
) -> None:
    """The sentences that come with them begin alike (代入数值：) and stand elsewhere in the draft already."""
    gaps = changed(SAMPLE, adhesive, tmp_path, 产品_D4=None, 能源_D15=None)
    found = refresh(gaps, draft)
    assert flat(found.docx) == flat(draft)
    assert {n.kind for n in found.notes} == {"renewed"}
    assert outline(refresh(draft, gaps).docx) == outline(gaps)


def test_a_new_row_whose_words_stand_elsewhere_is_new_all_the_same(
    adhesive: Standard, draft: bytes, tmp_path: Path
) -> None:
    """发展与经营 row 25 of sample 1 is the first free row of the honours; C19 stands in the draft already."""
    sheet = load_workbook(SAMPLE)["发展与经营"]
    more = changed(
        SAMPLE, adhesive, tmp_path, 发展与经营_B25="高新技术企业", 发展与经营_C25=sheet["C19"].value
    )
    found = refresh(draft, more)
    assert flat(more) != flat(draft)
    assert flat(found.docx) == flat(more)
    assert notes(found, "unsafe") == notes(found, "kept") == []


def row_with(body: Any, words: str) -> Any:
    return next(r for r in body.iter(qn("w:tr")) if words in text(r))


def test_a_row_and_a_paragraph_taken_out_by_hand_stay_out_and_are_both_told(draft: bytes, new: bytes) -> None:
    def take_out(body: Any) -> None:
        body.remove(paragraph_with(body, "i:floor_area_ratio"))
        row = row_with(body, "内燃叉车")
        row.getparent().remove(row)

    mine = edited(draft, take_out)
    found = refresh(mine, new)
    told = [n for n in found.notes if n.kind == "unsafe"]
    assert [n.why for n in told] == [TAKEN_OUT, TAKEN_OUT]
    gone = next(t for t in flat(new) if isinstance(t, str) and t.startswith(told[0].new[:10]))
    assert ["容积率" in gone, "内燃叉车" in told[1].new] == [True, True]
    assert [len(flat(found.docx)), rows(found.docx)] == [len(flat(new)) - 1, rows(new) - 1]
    assert notes(found, "kept") == []


def rows(docx: bytes) -> int:
    return sum(len(t) for t in flat(docx) if isinstance(t, list))


def test_one_of_many_equal_sentences_taken_out_is_the_one_that_stays_out(
    adhesive: Standard, draft: bytes, new: bytes
) -> None:
    def equal(docx: bytes) -> list[int]:
        return [n for n, t in enumerate(flat(docx)) if isinstance(t, str) and t.startswith("代入数值：")]

    def take_out(body: Any) -> None:
        found = [p for p in body.findall(qn("w:p")) if text(p).startswith("代入数值：")]
        body.remove(found[3])

    found = refresh(edited(draft, take_out), new)
    assert equal(found.docx) == [n if n < equal(new)[3] else n - 1 for n in equal(new)[:3] + equal(new)[4:]]
    assert [n.why for n in found.notes if n.kind == "unsafe"] == [TAKEN_OUT]


def test_a_sentence_of_the_program_copied_elsewhere_by_hand_is_not_taken_for_the_programs(
    draft: bytes, new: bytes
) -> None:
    def copy(body: Any) -> None:
        paragraph = paragraph_with(body, "i:floor_area_ratio")
        body.insert(0, deepcopy(paragraph))

    found = refresh(edited(draft, copy), new)
    assert flat(found.docx)[1:] == flat(new)
    assert flat(found.docx)[0] == next(t for t in flat(new) if "容积率为 1.20" in t)
    assert [n.kind for n in found.notes if "手工增加" in n.where] == ["kept"]
