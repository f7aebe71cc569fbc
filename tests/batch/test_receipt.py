"""`lvbao receipt`: a report is exactly what its inputs give, or it is said which of them is another one."""

from __future__ import annotations

import json
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.package import read_package, write_package
from pipeline.report_receipt import _quoted, receipt_beside, receipt_inside
from tests.batch.shop import PACK, Shop, lvbao
from tests.conftest import ROOT

EXACT = "结论：重新生成的报告逐字节相同，这份报告正是由以上输入生成的。"


@pytest.fixture(scope="module")
def made(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A client in `in/甲` and its report in `out/甲`."""
    folder = tmp_path_factory.mktemp("made")
    shop.client(folder / "in" / "甲")
    assert shop.batch(folder / "in", "-o", folder / "out").exit_code == 0
    return folder


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    """The same at another place, free to be changed."""
    shutil.copytree(made, tmp_path / "copy")
    return tmp_path / "copy"


def receipt(shop: Shop, *arguments: str | Path) -> Result:
    """`lvbao receipt` with the shop's pack and template."""
    return lvbao("receipt", *arguments, *shop.options)


def report(folder: Path) -> Path:
    return folder / "out" / "甲" / "自评价报告.docx"


def test_a_report_of_a_batch_is_exactly_what_its_inputs_give(made: Path, shop: Shop) -> None:
    result = receipt(shop, report(made))

    assert result.exit_code == 0, result.output
    assert EXACT in result.output
    assert "录入表 录入表.xlsx：一致" in result.output
    assert "凭据文件：报告生成之后没有改动过" in result.output


def test_the_receipt_lies_beside_the_report_and_inside_it(made: Path) -> None:
    record, inside = receipt_beside(report(made)), receipt_inside(report(made).read_bytes())
    workbook = made / "in" / "甲" / "录入表.xlsx"

    assert record is not None
    assert record["sha256"] == sha256(report(made).read_bytes()).hexdigest()
    assert record["inputs"]["workbook_sha256"] == sha256(workbook.read_bytes()).hexdigest()
    assert (record["report"], record["draft"], record["page_numbers"]) == ("self_evaluation", False, False)
    evidence = [list(pair) for pair in inside.inputs.evidence_sha256]
    assert record["inputs"]["evidence_sha256"] == evidence
    assert evidence == sorted(
        [f"附件/{p.name}", sha256(p.read_bytes()).hexdigest()] for p in (workbook.parent / "附件").iterdir()
    )
    kept = {k: v for k, v in record["inputs"].items() if k != "evidence_sha256"}
    assert kept == {name: getattr(inside.inputs, name) for name in kept}


def test_a_report_far_from_its_batch_needs_to_be_told_its_workbook(
    made: Path, tmp_path: Path, shop: Shop
) -> None:
    lonely = tmp_path / "收到的报告.docx"
    lonely.write_bytes(report(made).read_bytes())

    lost = receipt(shop, lonely)
    assert lost.exit_code == 2
    assert "请用 --workbook 指明这份录入表在哪里" in lost.output

    found = receipt(shop, lonely, "--workbook", made / "in" / "甲" / "录入表.xlsx")
    assert found.exit_code == 0
    assert "报告旁边没有凭据文件" in found.output
    assert EXACT in found.output


def test_another_workbook_is_named(copy: Path, shop: Shop) -> None:
    (copy / "in" / "甲" / "录入表.xlsx").write_bytes(shop.workbook(land_area=100001))

    result = receipt(shop, report(copy))

    assert result.exit_code == 1
    assert "结论：不是由现在的输入生成的，变了的输入：录入表 录入表.xlsx。" in result.output
    assert "正文" in result.output


def test_other_evidence_is_named(copy: Path, shop: Shop) -> None:
    first, second, *_ = sorted((copy / "in" / "甲" / "附件").iterdir())
    first.unlink()
    second.write_bytes(second.read_bytes() + b"\0")

    result = receipt(shop, report(copy))

    assert result.exit_code == 1
    assert f"证明材料 附件/{first.name}：没有找到" in result.output
    assert f"证明材料 附件/{second.name}：已改动" in result.output


def test_another_pack_is_named(copy: Path, shop: Shop) -> None:
    standards = copy / "standards"
    shutil.copytree(shop.standards, standards)
    errata = standards / PACK / "errata.yaml"
    errata.write_text(errata.read_text(encoding="utf-8") + "\n# looked through once more\n", encoding="utf-8")

    result = receipt(Shop(standards, shop.template), report(copy))

    assert result.exit_code == 1
    assert "变了的输入：标准包 toy_standard 1.0.0。" in result.output


def test_an_edited_report_is_told_from_other_inputs(copy: Path, shop: Shop) -> None:
    package = read_package(report(copy).read_bytes())
    body = package.parts["word/document.xml"]
    package.parts["word/document.xml"] = body.replace("占地".encode(), "占天".encode(), 1)
    report(copy).write_bytes(write_package(package))

    result = receipt(shop, report(copy))

    assert result.exit_code == 1
    assert "重新生成的报告与它不同之处：正文" in result.output
    assert "结论：输入都没有变，报告本身在生成之后改动过。" in result.output


def test_a_report_saved_again_is_only_packed_differently(copy: Path, shop: Shop) -> None:
    parts = read_package(report(copy).read_bytes()).parts
    with zipfile.ZipFile(report(copy), "w", zipfile.ZIP_STORED) as file:
        for name, content in parts.items():
            file.writestr(name, content)

    assert "内容相同，只是打包方式不同" in receipt(shop, report(copy)).output


def test_a_draft_is_receipted_as_well(shop: Shop, tmp_path: Path) -> None:
    workbook = shop.client(tmp_path / "乙", land_area=None)
    lvbao("run", workbook, "-o", tmp_path / "out", "--draft", "--no-page-numbers", *shop.options)

    (draft,) = (tmp_path / "out").rglob("*.docx")
    record = json.loads((draft.parent / "自评价报告（草稿）.凭据.json").read_text(encoding="utf-8"))
    assert record["draft"] is True
    assert receipt(shop, draft, "--workbook", workbook).exit_code == 0


def test_another_template_that_does_not_fit_is_refused(made: Path, shop: Shop) -> None:
    other = ROOT / "report_templates" / "cpcif-adhesive-2022-draft" / "self_evaluation.docx"

    result = receipt(Shop(shop.standards, other), report(made))

    assert result.exit_code == 2
    assert "模板 self_evaluation.docx 有" in result.output


@pytest.mark.parametrize(
    "name", ["README.md", "report_templates/cpcif-adhesive-2022-draft/self_evaluation.docx"]
)
def test_what_is_no_report_of_ours_is_refused(name: str, shop: Shop) -> None:
    path = ROOT / name
    assert path.is_file()
    result = receipt(shop, path)
    assert result.exit_code == 2
    assert result.output.startswith("错误：")


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_an_attribute_is_quoted_as_the_standard_library_quotes_it(text: str) -> None:
    assert _quoted(text) == quoteattr(text)
