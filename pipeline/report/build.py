"""Build a Word template from its readable text source and the house."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pipeline.report.elements import (
    CHAPTER_SEQ,
    SECTION_SEQ,
    Counted,
    caption,
    caption_bookmark,
    hidden_field,
    paragraph,
    run,
    runs,
)
from pipeline.report.errors import SourceError
from pipeline.report.grids import (
    GridRow,
    alignments,
    column_widths,
    grid_row,
    read_form,
    read_table,
    table,
    total_row,
)
from pipeline.report.house import House, Manner, Section, assemble
from pipeline.report.includes import expanded
from pipeline.report.markers import CHART, DIAGRAM, EQUATION, PICTURE
from pipeline.report.ooxml import Element, el, qn, style_of, val
from pipeline.report.package import write_package
from pipeline.report.pages_front import cover_blocks, front_blocks, toc_blocks
from pipeline.report.source import Block, Heading, ListItem, Paragraph, Part, TagLine, inline, read_source
from pipeline.report.tables import merge_bookmark

_EACH = re.compile(r"^\s*(\w+)\s+in\s+(\S.*?)(\s+if\s+.*)?$")
_DRAWN_ID = re.compile(r"[a-z][a-z0-9_]*$")
_APPENDIX = re.compile(r"^附录\s*([A-Z])")


def build_template(source: Path, house: Path) -> bytes:
    """The .docx template of a text source. The same files give the same bytes.

    `source` is the .md file, `house` the folder with styles.xml and its fellows. The front matter may choose another
    look (`look`), numbering of headings (`headings`) and of captions (`captions`); files named by includes are read too.
    Raises SourceError with file and line when the source breaks the format.
    """
    try:
        text = source.read_text(encoding="utf-8")
        read = read_source(text)
        manner = Manner.of(read.matter)
        builder = _Builder(House.read(house, manner.look, manner.headings), manner)
        builder.blocks(expanded(read.blocks, source))
        return write_package(assemble(builder.house, read.matter, builder.finish()))
    except SourceError as error:
        raise SourceError(
            f"{source.name}：{error}", error.line if "第" not in str(error) else None
        ) from error


@dataclass
class _Chapter:
    """Where captions stand: digits of a numbered chapter, a letter of an appendix, "" elsewhere."""

    label: str = ""
    number: int = 0
    section: int = 0
    tables: int = 0
    loose_tables: int = 0
    figures: int = 0
    loose_figures: int = 0

    def next(self, label: str) -> int:
        """The number of the next caption of a kind: 表 or 图."""
        name = f"{'' if self.label else 'loose_'}{'tables' if label == '表' else 'figures'}"
        number = int(getattr(self, name)) + 1
        setattr(self, name, number)
        return number


_PLAIN: Final = Manner()


class _Builder:
    """Turns blocks into the children of w:body."""

    def __init__(self, house: House, manner: Manner = _PLAIN) -> None:
        self.house = house
        self._manner = manner
        self._lists = 0
        self._body: list[Element] = []
        self._section = Section("body", True, True) if manner.one_page else Section("front")
        self._section_start = 0
        self._started: set[str] = set()
        self._chapter = _Chapter()
        self._loose_parent = False
        self._bookmarks = 0
        self._restarted = 0
        self._list_ids: dict[int, int] = {}
        self._tag_lines: set[Element] = set()

    def blocks(self, blocks: Iterable[Block]) -> None:
        """Append blocks in order."""
        listed = list(blocks)
        for at, block in enumerate(listed):
            following = listed[at + 1] if at + 1 < len(listed) else None
            if isinstance(block, Part):
                self._part(block, following)
            else:
                self._plain(block)

    def finish(self) -> list[Element]:
        """The whole body with its last section."""
        return [*self._body, self._section_properties()]

    def _plain(self, block: Block) -> None:
        if isinstance(block, Heading):
            self._heading(block)
        elif isinstance(block, Paragraph):
            leads_on = bool(block.pieces) and block.pieces[-1].text.endswith("：")
            self._body.append(
                paragraph("BodyText", runs(block.pieces), [el("w:keepNext")] if leads_on else ())
            )
        elif isinstance(block, ListItem):
            self._body.append(self._list_item(block))
        elif isinstance(block, TagLine):
            made = paragraph("BodyText", [run(block.text)])
            self._tag_lines.add(made)
            self._body.append(made)

    def _heading(self, block: Heading) -> None:
        if block.level == 1 and self._section.kind != "body":
            self._end_section()
            self._section = Section("body", self._section.landscape)
        made = paragraph(f"Heading{block.level}{'' if block.numbered else 'Plain'}", runs(block.pieces))
        if block.level == 1:
            self._begin_chapter(block, made)
        elif block.numbered and self._manner.headings and self._loose_parent:
            raise SourceError("没有编号的一级标题下面，各级标题也要写 {.unnumbered}", block.line)
        elif block.numbered and block.level == 2 and self._manner.by_section:
            self._chapter.section += 1
            self._chapter.tables = self._chapter.figures = 0
            made.extend(hidden_field(f" SEQ {SECTION_SEQ} \\h \\s 1 "))
        elif block.numbered and block.level == 2 and self._loose_parent:
            self._lists += 1
            self.house.restart_headings(self._lists)
            self._restarted = self._lists
            self._loose_parent = False
        if block.numbered and block.level > 1 and self._restarted:
            level, number = (
                val("w:ilvl", str(block.level - 1)),
                val("w:numId", str(self.house.list_id(self._restarted))),
            )
            made[0].append(el("w:numPr", None, level, number))
        self._body.append(made)

    def _begin_chapter(self, block: Heading, made: Element) -> None:
        self._restarted = 0
        self._loose_parent = not block.numbered
        if block.numbered:
            self._chapter.number += 1
            self._chapter.label = str(self._chapter.number)
            made.extend(hidden_field(f" SEQ {CHAPTER_SEQ} \\h "))
        else:
            found = _APPENDIX.match(block.text)
            self._chapter.label = found.group(1) if found else ""
        self._chapter.tables = self._chapter.figures = self._chapter.section = 0

    def _list_item(self, item: ListItem) -> Element:
        level = val("w:ilvl", str(item.level))
        if not item.list_number:
            extra = [el("w:numPr", None, level, val("w:numId", "2"))] if item.level else []
            return paragraph("ListBullet", runs(item.pieces), extra)
        if item.list_number not in self._list_ids:
            self._lists += 1
            self.house.new_list(self._lists)
            self._list_ids[item.list_number] = self._lists
        number = self.house.list_id(self._list_ids[item.list_number])
        return paragraph(
            "ListNumber", runs(item.pieces), [el("w:numPr", None, level, val("w:numId", str(number)))]
        )

    def _part(self, part: Part, following: Block | None) -> None:
        if part.name == "cover":
            self._section = Section("cover")
            self._body.extend(cover_blocks(part, self._tag_lines))
            self._end_section()
            self._section = Section("front")
        elif part.name == "toc":
            self._body.extend(toc_blocks(part))
        elif part.name == "front":
            self._front(part)
        elif part.name == "landscape":
            self._landscape(part)
        elif part.name == "note":
            self._styled(part.blocks, "Note")
        elif part.name == "chart":
            self._body.extend(self._drawn(part, CHART, "charts"))
        elif part.name == "diagram":
            self._body.extend(self._drawn(part, DIAGRAM, "diagrams"))
        elif part.name == "equation":
            self._equation(part)
        elif part.name == "picture":
            self._body.extend(self._picture(part))
        elif part.name == "pagebreak":
            self._body.append(paragraph("BodyText", [el("w:r", None, el("w:br", {"w:type": "page"}))]))
        else:
            self._body.extend(self._form(part) if part.name == "form" else self._table(part))
            if self._body[-1].tag == qn("w:tbl") and _begins_with_table(following):
                self._body.append(paragraph("TableAfter"))

    def _equation(self, part: Part) -> None:
        """A paragraph that will become the equation of its key."""
        if "key" not in part.options:
            raise SourceError('equation 要写 key="…/symbolic" 或 key="…/substituted"', part.line)
        self._body.append(paragraph(EQUATION, runs(inline(part.options["key"]))))

    def _front(self, part: Part) -> None:
        opening, closing = front_blocks(part)
        self._body.extend(opening)
        self._styled(part.blocks, "FrontText")
        self._body.extend(closing)

    def _styled(self, blocks: Iterable[Block], style: str) -> None:
        for block in blocks:
            if isinstance(block, Paragraph):
                self._body.append(paragraph(style, runs(block.pieces)))
            elif isinstance(block, Heading):
                self._body.append(paragraph("FrontTitle", runs(block.pieces)))
            else:
                self.blocks([block])

    def _landscape(self, part: Part) -> None:
        first = part.blocks[0] if part.blocks else None
        if isinstance(first, Heading) and first.level == 1 and self._section.kind != "body":
            self._end_section()
            self._section = Section("body", landscape=True)
        elif len(self._body) > self._section_start:
            self._end_section()
        self._section = Section(self._section.kind, landscape=True)
        self.blocks(part.blocks)
        self._end_section()
        self._section = Section(self._section.kind)

    def _form(self, part: Part) -> list[Element]:
        rows, width = read_form(part)
        widths = column_widths(part.options.get("widths", ""), width, self._section.text_width, part.line)
        labels = part.options.get("labels")
        marked = (
            {int(n) - 1 for n in re.findall(r"\d+", labels)}
            if labels is not None
            else set(range(0, width, 2))
        )
        styles = ["TableLabel" if at in marked else "TableText" for at in range(width)]
        title = part.options.get("caption", part.options.get("title", ""))
        made = (
            [paragraph("FrontTitle", runs(inline(part.options["title"])))] if "title" in part.options else []
        )
        if "caption" in part.options:
            made.append(self._caption(part))
        return [*made, table("FormTable", rows, widths, styles, _plain(title), "")]

    def _table(self, part: Part) -> list[Element]:
        text = read_table(part)
        widths = column_widths(
            part.options.get("widths", ""), text.width, self._section.text_width, part.line
        )
        styles = alignments(part.options.get("align", ""), text.width, part.line)
        each = _EACH.match(part.options["each"]) if "each" in part.options else None
        if "each" in part.options and each is None:
            raise SourceError('each 应写作 each="row in 列表名"', part.line)
        rows = [*text.headers, *self._looped(part, text.body, text.width)]
        if "total" in part.options:
            rows.append(total_row(part.options["total"], part.line, text.width))
        merge = part.options.get("merge", "")
        note = f"合并列={merge}" if merge else ""
        caption_ = [self._caption(part)] if "caption" in part.options else []
        made = table("ReportTable", rows, widths, styles, _plain(part.options.get("caption", "")), note)
        if merge:
            self._mark_merge(made, merge)
        if each is None or each.group(3):
            return [*caption_, made]
        return self._unless_empty(part, each.group(2), caption_, made)

    def _mark_merge(self, made: Element, merge: str) -> None:
        """Say the columns to merge in a bookmark too: LibreOffice drops the alt text of tables."""
        id_ = str(self._bookmarks)
        self._bookmarks += 1
        first = made.find(f".//{qn('w:p')}")
        if first is not None:
            start = el("w:bookmarkStart", {"w:id": id_, "w:name": merge_bookmark(merge, id_)})
            first.insert(1, start)
            first.append(el("w:bookmarkEnd", {"w:id": id_}))

    def _looped(self, part: Part, body: tuple[GridRow, ...], width: int) -> list[GridRow]:
        each = part.options.get("each")
        if each is None:
            return list(body)
        begin = grid_row(f"{{%tr for {each} %}}", part.line, width)
        end = grid_row("{%tr endfor %}", part.line, width)
        if not re.search(r"\s+if\s+", each):
            return [begin, *body, end]
        otherwise = grid_row("{%tr else %}", part.line, width)
        return [begin, *body, otherwise, grid_row(_empty_text(part), part.line, width), end]

    def _unless_empty(
        self, part: Part, condition: str, caption_: list[Element], made: Element
    ) -> list[Element]:
        def tag(text: str) -> Element:
            line = paragraph("TableEmpty", [run(text)])
            self._tag_lines.add(line)
            return line

        instead = paragraph(
            "TableEmpty" if "id" in part.options else "BodyText", runs(inline(_empty_text(part)))
        )
        opening, otherwise, closing = tag(f"{{%p if {condition} %}}"), tag("{%p else %}"), tag("{%p endif %}")
        if "id" in part.options:
            return [*caption_, opening, made, otherwise, instead, closing]
        return [opening, *caption_, made, otherwise, instead, closing]

    def _drawn(self, part: Part, style: str, among: str) -> list[Element]:
        """The paragraph that becomes a chart or diagram, its caption below; other words where the data are missing."""
        if not {"id", "caption"} <= part.options.keys():
            raise SourceError(f'部件 {part.name} 要写 id="图的标识" 和 caption="图题"', part.line)
        id_ = part.options["id"]
        if not _DRAWN_ID.match(id_):
            raise SourceError(f"图的标识“{id_}”应为小写字母、数字和下划线", part.line)

        def tag(text: str) -> Element:
            line = paragraph("TableEmpty", [run(text)])
            self._tag_lines.add(line)
            return line

        text = part.options.get("empty", f"（数据不足，未绘制“{part.options['caption']}”。）")
        opening, otherwise, closing = (
            tag(f"{{%p if {among}.{id_} %}}"),
            tag("{%p else %}"),
            tag("{%p endif %}"),
        )
        drawn = [opening, paragraph(style, [run(id_)]), self._caption(part, "图")]
        return [*drawn, otherwise, paragraph("BodyText", runs(inline(text))), closing]

    def _picture(self, part: Part) -> list[Element]:
        """The paragraph that becomes the picture, its caption below."""
        if not {"key", "caption"} <= part.options.keys():
            raise SourceError('部件 picture 要写 key="图片的标识" 和 caption="图题"', part.line)
        return [paragraph(PICTURE, runs(inline(part.options["key"]))), self._caption(part, "图")]

    def _caption(self, part: Part, label: str = "表") -> Element:
        number = self._chapter.next(label)
        bookmark = None
        if "id" in part.options:
            name = caption_bookmark(part.options["id"])
            bookmark = el("w:bookmarkStart", {"w:id": str(self._bookmarks), "w:name": name})
            self._bookmarks += 1
        place = Counted(label, self._chapter.label, number)
        if self._manner.by_section:
            place = replace(place, section=self._chapter.section, close=True)
        return caption(place, inline(part.options["caption"]), bookmark)

    def _end_section(self) -> None:
        """Close the current section in its last paragraph, or in one of its own."""
        if len(self._body) == self._section_start:
            return
        last = self._body[-1]
        if last.tag != qn("w:p") or last in self._tag_lines or style_of(last).startswith("Heading"):
            last = paragraph("SectionEnd")
            self._body.append(last)
        last[0].append(self._section_properties())
        self._section_start = len(self._body)

    def _section_properties(self) -> Element:
        restart = self._section.kind not in self._started
        self._started.add(self._section.kind)
        return self._section.properties(restart)


def _begins_with_table(block: Block | None) -> bool:
    """Would the next block's table grow together with the one before it?"""
    return (
        isinstance(block, Part)
        and block.name in ("form", "table")
        and not block.options.keys() & {"caption", "title"}
    )


def _empty_text(part: Part) -> str:
    return part.options.get("empty", "（未填报）")


def _plain(text: str) -> str:
    return "".join(piece.text for piece in inline(text) if piece.kind in ("text", "tag"))
