"""The house as it is documented: docs/templates.md and report_templates/_house/styles.xml say the same."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

from pipeline.report.ooxml import Element, qn
from tests.report.word_fixtures import HOUSE

DOCS = Path(__file__).parents[2] / "docs" / "templates.md"
SIZES = {
    52: "一号",
    44: "二号",
    36: "小二",
    32: "三号",
    30: "小三",
    28: "四号",
    24: "小四",
    21: "五号",
    18: "小五",
}


def described() -> dict[str, tuple[str, ...]]:
    """The rows of the table of styles: id → name, font, size, weight, line, alignment."""
    section = DOCS.read_text(encoding="utf-8").split("## The house styles", 1)[1].split("\n## ", 1)[0]
    rows = [
        re.split(r"\s*\|\s*", line.strip("| \n")) for line in section.splitlines() if line.startswith("| `")
    ]
    return {row[0].strip("`"): tuple(row[1:]) for row in rows}


def actual() -> dict[str, tuple[str, ...]]:
    """The same of the style sheet, what is inherited filled in."""
    root = etree.fromstring((HOUSE / "styles.xml").read_bytes())
    styles = {str(node.get(qn("w:styleId"))): node for node in root.iter(qn("w:style"))}
    wanted = described()
    return {id_: _row(styles, id_) for id_ in styles if id_ in wanted}


def _row(styles: dict[str, Element], id_: str) -> tuple[str, ...]:
    def found(path: str, attribute: str, otherwise: str) -> str:
        at: str | None = id_
        while at:
            node = styles[at].find(path)
            if node is not None:
                return str(node.get(qn(attribute), "true"))
            base = styles[at].find(qn("w:basedOn"))
            at = None if base is None else str(base.get(qn("w:val")))
        return otherwise

    size = int(found(f"{qn('w:rPr')}/{qn('w:sz')}", "w:val", "24"))
    line = int(found(f"{qn('w:pPr')}/{qn('w:spacing')}", "w:line", "240")) / 20
    rule = found(f"{qn('w:pPr')}/{qn('w:spacing')}", "w:lineRule", "auto")
    bold = found(f"{qn('w:rPr')}/{qn('w:b')}", "w:val", "0") not in ("0", "false")
    return (
        str(styles[id_].find(qn("w:name")).get(qn("w:val"))),  # type: ignore[union-attr]
        found(f"{qn('w:rPr')}/{qn('w:rFonts')}", "w:eastAsia", "仿宋"),
        f"{SIZES[size]} {size / 2:g}",
        "bold" if bold else "—",
        "single" if rule == "auto" else f"{'at least' if rule == 'atLeast' else 'exactly'} {line:g}",
        found(f"{qn('w:pPr')}/{qn('w:jc')}", "w:val", "both"),
    )


def test_the_table_of_styles_says_what_the_style_sheet_says() -> None:
    assert described() == actual()


def test_every_style_that_a_template_uses_is_in_the_table() -> None:
    root = etree.fromstring((HOUSE / "styles.xml").read_bytes())
    paragraphs = {
        str(node.get(qn("w:styleId")))
        for node in root.iter(qn("w:style"))
        if node.get(qn("w:type")) == "paragraph" and node.find(qn("w:qFormat")) is not None
    }
    assert paragraphs - set(described()) == set()


def test_the_formal_rules_hold() -> None:
    """正文 仿宋 小四, 行距最小值 24 磅; 一级标题 黑体 三号 加粗 左对齐; 其余标题 仿宋 加粗; 表格 五号."""
    rows = described()
    assert rows["BodyText"][1:5] == ("仿宋", "小四 12", "—", "at least 24")
    assert rows["Heading1"][1:] == ("黑体", "三号 16", "bold", "at least 24", "left")
    assert {rows[f"Heading{n}"][1:4] for n in (2, 3)} == {("仿宋", "四号 14", "bold")}
    assert rows["TableText"][1:3] == ("仿宋", "五号 10.5")
