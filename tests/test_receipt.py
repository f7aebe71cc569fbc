"""`lvbao receipt`: a report is exactly what its inputs give, or it is said which of them is another one."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from pipeline.report.package import read_package, write_package
from pipeline.report_receipt import receipt_beside, receipt_inside
from tests.batch.shop import batch, client, lvbao
from tests.conftest import ROOT
from tests.excel import Excel

EXACT = "结论：重新生成的报告逐字节相同，这份报告正是由以上输入生成的。"


@pytest.fixture(scope="module")
def made(sample_bytes: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A client in `in/甲` and its report in `out/甲`."""
    folder = tmp_path_factory.mktemp("made")
    client(folder / "in" / "甲", sample_bytes)
    assert batch(folder / "in", "-o", folder / "out").exit_code == 0
    return folder


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    """The same at another place, free to be changed."""
    shutil.copytree(made, tmp_path / "copy")
    return tmp_path / "copy"


def report(folder: Path) -> Path:
    return folder / "out" / "甲" / "自评价报告.docx"


def test_a_report_of_a_batch_is_exactly_what_its_inputs_give(made: Path) -> None:
    result = lvbao("receipt", report(made))

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


def test_a_report_far_from_its_batch_needs_to_be_told_its_workbook(made: Path, tmp_path: Path) -> None:
    lonely = tmp_path / "收到的报告.docx"
    lonely.write_bytes(report(made).read_bytes())

    lost = lvbao("receipt", lonely)
    assert lost.exit_code == 2
    assert "请用 --workbook 指明这份录入表在哪里" in lost.output

    found = lvbao("receipt", lonely, "--workbook", made / "in" / "甲" / "录入表.xlsx")
    assert found.exit_code == 0
    assert "报告旁边没有凭据文件" in found.output
    assert EXACT in found.output


def test_another_workbook_is_named(copy: Path, sample: Excel) -> None:
    book = sample.copy()
    book.put("用地与建筑", book.field("用地与建筑", "用地面积"), 61000)
    book.save(copy / "in" / "甲" / "录入表.xlsx")

    result = lvbao("receipt", report(copy))

    assert result.exit_code == 1
    assert "结论：不是由现在的输入生成的，变了的输入：录入表 录入表.xlsx。" in result.output
    assert "正文" in result.output


def test_other_evidence_is_named(copy: Path) -> None:
    first, second, *_ = sorted((copy / "in" / "甲" / "附件").iterdir())
    first.unlink()
    second.write_bytes(second.read_bytes() + b"\0")

    result = lvbao("receipt", report(copy))

    assert result.exit_code == 1
    assert f"证明材料 附件/{first.name}：没有找到" in result.output
    assert f"证明材料 附件/{second.name}：已改动" in result.output


def test_another_pack_is_named(copy: Path) -> None:
    standards = copy / "standards"
    shutil.copytree(ROOT / "standards", standards)
    errata = standards / "cpcif-adhesive-2022-draft" / "errata.yaml"
    errata.write_text(errata.read_text(encoding="utf-8") + "\n# looked through once more\n", encoding="utf-8")

    result = lvbao("receipt", report(copy), "--standards", standards)

    assert result.exit_code == 1
    assert "变了的输入：标准包 cpcif-adhesive-2022-draft 1.0.0。" in result.output


def test_an_edited_report_is_told_from_other_inputs(copy: Path) -> None:
    package = read_package(report(copy).read_bytes())
    body = package.parts["word/document.xml"]
    package.parts["word/document.xml"] = body.replace("绿色工厂".encode(), "绿色工场".encode(), 1)
    report(copy).write_bytes(write_package(package))

    result = lvbao("receipt", report(copy))

    assert result.exit_code == 1
    assert "重新生成的报告与它不同之处：正文" in result.output
    assert "结论：输入都没有变，报告本身在生成之后改动过。" in result.output


def test_a_report_saved_again_is_only_packed_differently(copy: Path) -> None:
    import zipfile

    parts = read_package(report(copy).read_bytes()).parts
    with zipfile.ZipFile(report(copy), "w", zipfile.ZIP_STORED) as file:
        for name, content in parts.items():
            file.writestr(name, content)

    assert "内容相同，只是打包方式不同" in lvbao("receipt", report(copy)).output


def test_a_draft_is_receipted_as_well(made: Path, sample: Excel, tmp_path: Path) -> None:
    book = sample.copy()
    book.put("用地与建筑", book.field("用地与建筑", "用地面积"), "约60000")
    workbook = client(tmp_path / "乙", b"")
    book.save(workbook)
    lvbao("run", workbook, "-o", tmp_path / "out", "--draft", "--no-page-numbers")

    (draft,) = (tmp_path / "out").rglob("*.docx")
    assert (
        json.loads((draft.parent / "自评价报告（草稿）.凭据.json").read_text(encoding="utf-8"))["draft"]
        is True
    )
    assert lvbao("receipt", draft, "--workbook", workbook).exit_code == 0


@pytest.mark.parametrize(
    "name", ["README.md", "report_templates/cpcif-adhesive-2022-draft/self_evaluation.docx"]
)
def test_what_is_no_report_of_ours_is_refused(name: str) -> None:
    path = ROOT / name
    assert path.is_file()
    result = lvbao("receipt", path)
    assert result.exit_code == 2
    assert result.output.startswith("错误：")
