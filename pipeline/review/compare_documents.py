"""What changed in the text of a report: sentences, tables row by row, charts, pictures; and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Final

from pipeline.report.reading import Line, digest, normal
from pipeline.review.align import Pair, align_blocks, align_rows
from pipeline.review.causes import Causes
from pipeline.review.compare_values import Rename
from pipeline.review.difference import Act, Cause, Change, Group
from pipeline.review.document import Block, Cell, Document, Place, TableRow
from pipeline.review.segment import Piece, compare_texts, delta_text
from pipeline.review.side import Side

_RUNNING: Final = ("序号", "No.")
_SHOWN_NUMBERS: Final = 6


@dataclass
class Found:
    """What a comparison of two documents found, while it goes on."""

    changes: list[Change] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    renumbered: int = 0


class DocumentComparer:
    """Compares the documents of two sides. `inputs` are the changed inputs, whose texts explain changed sentences."""

    def __init__(
        self, old: Side, new: Side, causes: Causes, rename: Rename, inputs: Sequence[Change]
    ) -> None:
        assert old.document is not None
        assert new.document is not None
        self._old, self._new = old, new
        self._a: Document = old.document
        self._b: Document = new.document
        self._causes, self._rename, self._inputs = causes, rename, inputs
        self._names = {f.tag: rename(f.tag) for f in self._b.figures()}
        self.found = Found()

    def run(self) -> Found:
        """All changes in reading order."""
        before = [b for b in self._a.blocks if b.kind != "contents"]
        after = [b for b in self._b.blocks if b.kind != "contents"]
        renamed = [self._renamed(b) for b in after]
        for pair in align_blocks(before, renamed):
            old = None if pair.old is None else before[pair.old]
            new = None if pair.new is None else after[pair.new]
            self._block(old, new, pair.moved)
        return self.found

    def _renamed(self, block: Block) -> Block:
        """The block with the tags of the old side, so that rows that moved are recognised."""
        if all(self._names.get(s.tag, s.tag) == s.tag for s in block.figures):
            return block
        line = self._line(block.line)
        rows = tuple(
            replace(r, cells=tuple(replace(c, line=self._line(c.line)) for c in r.cells)) for r in block.rows
        )
        return replace(block, line=line, rows=rows)

    def _line(self, line: Line) -> Line:
        return replace(line, spans=tuple(replace(s, tag=self._names.get(s.tag, s.tag)) for s in line.spans))

    # -- blocks --------------------------------------------------------------------------------------------------
    def _block(self, old: Block | None, new: Block | None, moved: bool) -> None:
        if old is None or new is None:
            self._only(old, new)
            return
        if moved and old.chapter != new.chapter:
            self._moved(old, new)
        if old.kind == "table":
            self._table(old, new)
        elif old.kind in ("chart", "picture"):
            self._object(old, new)
        else:
            self._text(Place(old.index), Place(new.index), old.line, new.line, "text", None)
            if old.number != new.number and old.kind == "heading":
                self.found.renumbered += 1

    def _only(self, old: Block | None, new: Block | None) -> None:
        block = old or new
        assert block is not None
        document = self._a if old is not None else self._b
        act: Act = "removed" if old is not None else "added"
        if block.kind == "caption" and self._has_object(document, block):
            return
        text = _whole(block)
        group: Group = (
            "row" if block.kind == "table" else "object" if block.kind in ("chart", "picture") else "text"
        )
        where = document.where(Place(block.index), words=block.kind not in ("paragraph", "equation"))
        causes = self._only_causes(block, old is not None)
        self._add(
            group, act, where, text if act == "removed" else "", text if act == "added" else "", block, causes
        )

    @staticmethod
    def _has_object(document: Document, caption: Block) -> bool:
        """Whether the table or chart of a caption tells the same."""
        near = document.blocks[max(0, caption.index - 1) : caption.index + 2]
        return any(b.kind in ("table", "chart", "picture") and b.caption == caption.caption for b in near)

    def _moved(self, old: Block, new: Block) -> None:
        before, after = self._a.where(Place(old.index)), self._b.where(Place(new.index))
        self._add(
            "text" if old.kind != "table" else "row",
            "moved",
            after,
            before,
            after,
            new,
            self._text_causes((), old.line, new.line),
        )

    def _object(self, old: Block, new: Block) -> None:
        if old.data == new.data:
            return
        where = self._b.where(Place(new.index))
        if old.kind == "picture":
            self._add("object", "changed", where, "图片", "另一张图片", new, self._general())
            return
        before, after = ({(s, c): v for s, c, v in b.data} for b in (old, new))
        said = [
            f"{' '.join(k)} {delta_text(before.get(k, ''), after.get(k, ''))}"
            for k in dict.fromkeys([*before, *after])
            if before.get(k) != after.get(k)
        ]
        shown = "；".join(said[:_SHOWN_NUMBERS]) + (
            f" 等 {len(said)} 个数" if len(said) > _SHOWN_NUMBERS else ""
        )
        causes = self._causes.of_all(self._chart_tags(new)) or self._general()
        self._add("object", "changed", where, "", shown, new, causes)

    def _chart_tags(self, block: Block) -> Iterator[str]:
        for side in (self._old, self._new):
            for entry in side.document.trace.entries.values() if side.document else ():
                if entry.tag.startswith("chart:") and block.caption.startswith(entry.label):
                    yield from side.links.get(entry.tag, ())

    # -- tables --------------------------------------------------------------------------------------------------
    def _table(self, old: Block, new: Block) -> None:
        plain = self._renamed(new)
        for pair in align_rows(old.rows, plain.rows):
            self._row(old, new, pair)

    def _row(self, old: Block, new: Block, pair: Pair) -> None:
        if pair.old is None or pair.new is None:
            document, block, at = (
                (self._a, old, pair.old) if pair.old is not None else (self._b, new, pair.new)
            )
            assert at is not None
            row = block.rows[at]
            act: Act = "removed" if pair.old is not None else "added"
            if not row.text.replace("|", "").strip():
                return
            causes = self._row_causes(row, pair.old is not None)
            where = document.where(Place(block.index, at))
            self._add(
                "row",
                act,
                where,
                row.text if act == "removed" else "",
                row.text if act == "added" else "",
                block,
                causes,
                row,
            )
            return
        before, after = old.rows[pair.old], new.rows[pair.new]
        if pair.moved:
            where = self._b.where(Place(new.index, pair.new))
            causes = self._text_causes((), before.cells[0].line, after.cells[0].line)
            said = (f"第 {before.number} 行", f"第 {after.number} 行")
            self._add("row", "moved", where, *said, new, causes, after)
        for i, j in _cell_pairs(before.cells, after.cells):
            self._cell(old, new, pair, i, j)

    def _cell(self, old: Block, new: Block, pair: Pair, i: int | None, j: int | None) -> None:
        assert pair.old is not None
        assert pair.new is not None
        before = Cell(Line("")) if i is None else old.rows[pair.old].cells[i]
        after = Cell(Line("")) if j is None else new.rows[pair.new].cells[j]
        if before.continued and after.continued:
            return
        if before.continued != after.continued and normal(before.line.text) == normal(after.line.text):
            return
        if _is_running(before, after):
            self.found.renumbered += before.line.text != after.line.text
            return
        a = Place(old.index, pair.old, -1 if i is None else i)
        b = Place(new.index, pair.new, -1 if j is None else j)
        self._text(a, b, before.line, after.line, "row", new.rows[pair.new])

    # -- texts ---------------------------------------------------------------------------------------------------
    def _text(self, a: Place, b: Place, old: Line, new: Line, group: Group, row: TableRow | None) -> None:
        before, after = _same_numbers(old, new)
        where = self._b.where(
            b, words=group != "text" or self._b.block(b).kind in ("heading", "caption", "margin")
        )
        if normal(before) == normal(after):
            same_tags = [s.tag for s in old.figures] == [self._names.get(s.tag, s.tag) for s in new.figures]
            if normal(old.text) != normal(new.text):
                self.found.renumbered += 1
            elif not same_tags:
                self._controls(old, new, where, b, row)
            elif old.look != new.look:
                self.found.formats.append(where)
            return
        changed = self._changed_figures(old, new)
        causes = self._text_causes(changed, old, new, row, b)
        pieces = compare_texts(before, after)
        by_hand = any(c.kind == "hand" for c in causes)
        follows = bool(changed) and not by_hand and old.masked == self._line(new).masked
        self._add(group, "changed", where, before, after, self._b.block(b), causes, row, pieces, follows)

    def _controls(self, old: Line, new: Line, where: str, place: Place, row: TableRow | None) -> None:
        """The text is the same, but figures lost or won their provenance: nobody sees it, so it is no change of content."""
        lost = len(old.figures) - len(new.figures)
        self.found.formats.append(f"{where}（{'溯源标记少了' if lost > 0 else '溯源标记不同'}）")

    def _changed_figures(self, old: Line, new: Line) -> tuple[str, ...]:
        before, after = _figures(old), {self._names.get(t, t): x for t, x in _figures(new).items()}
        return tuple(t for t in dict.fromkeys([*before, *after]) if before.get(t) != after.get(t))

    # -- causes --------------------------------------------------------------------------------------------------
    def _text_causes(
        self,
        changed: Sequence[str],
        old: Line,
        new: Line,
        row: TableRow | None = None,
        place: Place | None = None,
    ) -> tuple[Cause, ...]:
        hands = [*self._hands(self._a, old, "旧"), *self._hands(self._b, new, "新")]
        known = self._causes.of_all(changed)
        if hands or known:
            same_text = old.masked == self._line(new).masked
            return tuple(
                dict.fromkeys([*hands, *known] if hands or same_text else [*known, *self._told(old, new)])
            )
        tags = [s.tag for s in row.figures] if row is not None else []
        if row is not None and row.key and ":" not in row.key:
            tags += [f"v:{row.key}", f"s:{row.key}"]
        if place is not None and self._b.block(place).kind == "equation":
            tags += self._chapter_tags(self._b.block(place))
        return self._told(old, new) or self._causes.of_all(map(self._rename, tags)) or self._general()

    def _told(self, old: Line, new: Line) -> tuple[Cause, ...]:
        """The text inputs whose words are those that changed."""
        found = []
        a, b = normal(old.text), normal(new.text)
        for change in self._inputs:
            before, after = normal(change.old), normal(change.new)
            if (len(after) > 1 and after in b and after not in a) or (
                len(before) > 1 and before in a and before not in b
            ):
                words = "文字有改动" if max(len(before), len(after)) > 30 else change.delta
                cell = f"（{change.cell}）" if change.cell else ""
                found.append(Cause("data", f"{change.where} {words}{cell}"))
        return tuple(dict.fromkeys(found))

    def _chapter_tags(self, block: Block) -> list[str]:
        """The indicators that the chapter of an equation speaks of."""
        near = [b for b in self._b.blocks if b.chapter == block.chapter]
        return [s.tag for b in near for s in b.figures if s.tag.startswith(("i:", "q:"))]

    def _hands(self, document: Document, line: Line, which: str) -> Iterator[Cause]:
        """What people did to a text after it was made."""
        for span in line.figures:
            entry = document.trace.entries.get(span.tag)
            text = line.shown(span)
            if entry is not None and entry.printed and normal(text) not in map(normal, entry.printed):
                yield Cause(
                    "hand",
                    f"{which}报告中“{span.label or entry.label}”由 {'、'.join(entry.printed)} 改写为 {text}",
                )
        if document.texts and line.masked and digest(line.masked) not in document.texts:
            yield Cause("hand", f"{which}报告中这段文字在生成后改写过")

    def _only_causes(self, block: Block, old: bool) -> tuple[Cause, ...]:
        document = self._a if old else self._b
        lines = [block.line] if block.kind != "table" else [c.line for r in block.rows for c in r.cells]
        if block.kind not in ("chart", "picture") and any(
            list(self._hands(document, line, "")) for line in lines
        ):
            return (Cause("hand", f"{'旧' if old else '新'}报告中手工{'增加' if not old else '改写'}的内容"),)
        other = self._b if old else self._a
        if (
            all(digest(line.masked) in other.texts for line in lines if line.masked)
            and other.texts
            and lines[0].masked
        ):
            return (Cause("hand", f"{'新' if old else '旧'}报告中手工删去的内容"),)
        empty = Line("")
        here = [Line(_whole(block)), empty] if old else [empty, Line(_whole(block))]
        return (
            self._told(*here)
            or self._causes.of_all(self._rename(s.tag) for s in block.figures)
            or self._general()
        )

    def _row_causes(self, row: TableRow, old: bool) -> tuple[Cause, ...]:
        document, other = (self._a, self._b) if old else (self._b, self._a)
        lines = [c.line for c in row.cells if not c.continued]
        if any(list(self._hands(document, line, "")) for line in lines):
            return (Cause("hand", f"{'旧' if old else '新'}报告中手工{'改写' if old else '增加'}的行"),)
        if other.texts and all(digest(line.masked) in other.texts for line in lines if line.masked):
            return (Cause("hand", f"{'新' if old else '旧'}报告中手工删去的行"),)
        whole, empty = Line(row.text), Line("")
        told = self._told(whole, empty) if old else self._told(empty, whole)
        rename = (lambda t: t) if old else self._rename
        return told or self._causes.of_all(rename(s.tag) for s in row.figures) or self._general()

    def _general(self) -> tuple[Cause, ...]:
        """What remains when nothing in particular explains a text: whatever else differs between the sides."""
        a, b = self._old.receipt, self._new.receipt

        def differs(*keys: str) -> bool:
            return any(a.get(k) and b.get(k) and a[k] != b[k] for k in keys)

        found: list[Cause] = []
        if differs("template_sha256"):
            found.append(Cause("template", "两份报告所用的模板不同"))
        found += self._causes.rules()
        if differs("workbook_sha256", "verification_sha256"):
            found.append(Cause("data", "由填报内容决定的文字"))
        return tuple(found) or self._causes.program() or (Cause("unknown", "两份报告的来源信息相同或缺失"),)

    def _add(
        self, group: Group, act: Act, where: str, old: str, new: str, block: Block, causes: tuple[Cause, ...],
        row: TableRow | None = None, pieces: tuple[Piece, ...] = (), follows: bool = False,
    ) -> None:  # fmt: skip
        topic = " › ".join(block.chapter[:2]) or block.part
        tag = row.key if row is not None and ":" not in row.key else ""
        self.found.changes.append(
            Change(group, act, where, old, new, topic, tag, pieces=pieces, causes=causes, follows=follows)
        )


def _whole(block: Block) -> str:
    if block.kind == "table":
        return f"{block.name}（{len(block.rows)} 行）"
    return block.name if block.kind in ("chart", "picture") else normal(block.line.text)


def _figures(line: Line) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for span in line.figures:
        found.setdefault(span.tag, []).append(normal(line.shown(span)))
    return found


def _same_numbers(old: Line, new: Line) -> tuple[str, str]:
    """Both texts, the automatic numbers of the old one replaced by those of the new one where there are as many."""
    before = [s for s in old.spans if s.kind == "auto"]
    after = [s for s in new.spans if s.kind == "auto"]
    if [s.tag for s in before] != [s.tag for s in after] or not before:
        return old.text, new.text
    pieces, at = [], 0
    for mine, other in zip(before, after, strict=True):
        pieces += [old.text[at : mine.start], new.shown(other)]
        at = mine.end
    return "".join([*pieces, old.text[at:]]), new.text


def _is_running(old: Cell, new: Cell) -> bool:
    """Whether a cell only counts the rows."""
    header = new.header or old.header
    return header in _RUNNING and old.line.text.strip().isdigit() and new.line.text.strip().isdigit()


def _cell_pairs(old: Sequence[Cell], new: Sequence[Cell]) -> Iterator[tuple[int | None, int | None]]:
    """The answering cells of two rows: by their place, or by their headers where columns came or went."""
    if len(old) == len(new):
        yield from ((n, n) for n in range(len(old)))
        return
    a = [c.header or normal(c.line.text) for c in old]
    b = [c.header or normal(c.line.text) for c in new]
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from zip(range(i1, i2), range(j1, j2), strict=True)
        else:
            yield from ((i, None) for i in range(i1, i2))
            yield from ((None, j) for j in range(j1, j2))
