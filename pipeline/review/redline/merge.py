"""Two bodies as one with tracked changes: what was accepted gives the newer, what was rejected the older one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, Literal

from lxml import etree

from pipeline.report.ooxml import Element, el, qn
from pipeline.review.redline.align import align
from pipeline.review.redline.blocks import Block, ended, likeness, plain_text, row_likeness, row_name, split
from pipeline.review.redline.marks import Marker, paragraph_properties, unmark
from pipeline.review.redline.parts import Transplant
from pipeline.review.redline.pieces import Digest, Piece, canonical, pieces, unlocked
from pipeline.review.redline.shells import BLOCKS, content_of, fill, link_of, shell_of
from pipeline.review.redline.steps import Step, around, join_runs, same_figure, with_fixed
from pipeline.review.redline.texts import edits

Status = Literal["same", "inserted", "deleted"]
Shown = tuple[Status, Element]
_DRAWN: Final = tuple(qn(n) for n in ("w:drawing", "w:pict", "w:object", "m:oMath"))


@dataclass
class Merger:
    """Merges the containers of one part. `changes` counts the spots a reviewer has to decide on."""

    marker: Marker
    old_digest: Digest
    new_digest: Digest
    transplant: Transplant
    changes: int = 0

    def container(self, old: Element, new: Element) -> None:
        """Put the merged blocks into `new` in place of its own; other children (properties) stay."""
        olds, news = self._blocks(old, old=True), self._blocks(new)
        pairs = ended(align(olds, news, lambda b: (b.kind, b.text), likeness), olds, news)
        shown = [
            s
            for i, j in pairs
            for s in self._shown(None if i is None else olds[i], None if j is None else news[j])
        ]
        self._settle_end(shown)
        fill(new, [b.node for b in news], [node for _, node in shown])

    # -- blocks ---------------------------------------------------------------------------------------------
    def _blocks(self, container: Element, *, old: bool = False) -> list[Block]:
        found: list[Block] = []
        for node in container:
            if node.tag in BLOCKS:
                kind = str(node.tag).rpartition("}")[2]
                text = self._text(node, old) if kind == "p" else plain_text(node)
                title = found[-1].text if kind == "tbl" and found and found[-1].kind == "p" else ""
                found.append(Block(node, kind, text, title))
        return found

    def _text(self, paragraph: Element, old: bool) -> str:
        if next(paragraph.iter(*_DRAWN), None) is None:
            return plain_text(paragraph)
        found = self._pieces(paragraph, old=old)
        return "".join(p.text or ("\0" + p.key if p.kind == "atom" else "") for p in found)

    def _is_same(self, old: Element, new: Element) -> bool:
        """Whether two blocks are alike to the byte, with all that they refer to."""
        return etree.tostring(old, with_tail=False) == etree.tostring(new, with_tail=False) and (
            self.old_digest(old) == self.new_digest(new)
        )

    def _pieces(self, paragraph: Element, *, old: bool = False) -> list[Piece]:
        digest = self.old_digest if old else self.new_digest
        return pieces(paragraph, digest)

    def _shown(self, old: Block | None, new: Block | None) -> list[Shown]:
        if new is None:
            self.changes += 1
            return [] if old is None else self._deleted(old.node)
        if old is None:
            self.changes += 1
            return self._inserted(new.node)
        if self._is_same(old.node, new.node):
            return [("same", unlocked(deepcopy(new.node)))]
        if new.kind == "p":
            return [("same", self.paragraph(old.node, new.node))]
        if new.kind == "tbl":
            return self._tables(old.node, new.node)
        content = unlocked(deepcopy(new.node))
        inside, before = content.find(qn("w:sdtContent")), old.node.find(qn("w:sdtContent"))
        if inside is not None and before is not None:
            self.container(before, inside)
        return [("same", content)]

    # -- whole blocks ---------------------------------------------------------------------------------------
    def _deleted(self, node: Element) -> list[Shown]:
        if node.tag == qn("w:sdt"):
            content = node.find(qn("w:sdtContent"))
            return [
                s
                for child in (() if content is None else content)
                if child.tag in BLOCKS
                for s in self._deleted(child)
            ]
        if node.tag == qn("w:tbl"):
            table = self.transplant.adopt(shell_of(node))
            for row in node.findall(qn("w:tr")):
                table.append(self._deleted_row(row))
            return [("deleted", table)]
        return [("deleted", self._deleted_paragraph(node))]

    def _inserted(self, node: Element) -> list[Shown]:
        if node.tag == qn("w:sdt"):
            copy = unlocked(deepcopy(node))
            content = copy.find(qn("w:sdtContent"))
            if content is not None:
                fill(
                    content,
                    [c for c in content if c.tag in BLOCKS],
                    [n for c in content if c.tag in BLOCKS for _, n in self._inserted(c)],
                )
            return [("inserted", copy)]
        if node.tag == qn("w:tbl"):
            table = shell_of(node)
            for row in node.findall(qn("w:tr")):
                table.append(self._inserted_row(row))
            return [("inserted", table)]
        return [("inserted", self._inserted_paragraph(node))]

    def _deleted_paragraph(self, paragraph: Element) -> Element:
        made = el("w:p")
        properties = paragraph.find(qn("w:pPr"))
        if properties is not None:
            made.append(self.transplant.adopt(deepcopy(properties)))
        found = [p for p in self._pieces(paragraph, old=True) if p.kind != "fixed"]
        if found:
            made.append(self.transplant.adopt(self.marker.deleted(found)))
        self.marker.paragraph_mark(made, "w:del")
        return made

    def _inserted_paragraph(self, paragraph: Element) -> Element:
        made = el("w:p")
        properties = paragraph.find(qn("w:pPr"))
        if properties is not None:
            made.append(deepcopy(properties))
        steps: list[Step] = [
            ("keep" if p.kind == "fixed" else "insert", None, p) for p in self._pieces(paragraph)
        ]
        self._write(made, steps)
        self.marker.paragraph_mark(made, "w:ins")
        return made

    def _deleted_row(self, row: Element) -> Element:
        made = self.transplant.adopt(shell_of(row))
        for cell in row.findall(qn("w:tc")):
            shell = self.transplant.adopt(shell_of(cell))
            shell.extend(self._cell_of(cell, deleted=True))
            made.append(shell)
        self.marker.row(made, "w:del")
        return made

    def _inserted_row(self, row: Element) -> Element:
        made = shell_of(row)
        for cell in row.findall(qn("w:tc")):
            shell = shell_of(cell)
            shell.extend(self._cell_of(cell, deleted=False))
            made.append(shell)
        self.marker.row(made, "w:ins")
        return made

    def _cell_of(self, cell: Element, *, deleted: bool) -> Iterable[Element]:
        for child in cell:
            if child.tag in BLOCKS:
                for _, node in self._deleted(child) if deleted else self._inserted(child):
                    yield node

    # -- paragraphs -----------------------------------------------------------------------------------------
    def paragraph(self, old: Element, new: Element) -> Element:
        """One paragraph that became another one."""
        before, after = self._pieces(old, old=True), self._pieces(new)
        made = el("w:p")
        properties = new.find(qn("w:pPr"))
        if properties is not None:
            made.append(deepcopy(properties))
        older = old.find(qn("w:pPr"))
        if _properties(older) != _properties(properties):
            self.marker.paragraph_change(made, self._adopted(older))
        self._write(made, self._steps(before, after))
        return made

    def _adopted(self, properties: Element | None) -> Element | None:
        return None if properties is None else self.transplant.adopt(deepcopy(properties))

    def _steps(self, before: Sequence[Piece], after: Sequence[Piece]) -> list[Step]:
        content = [p for p in after if p.kind != "fixed"]
        steps: list[Step] = []
        for edit in edits([p for p in before if p.kind != "fixed"], content):
            if edit.same:
                steps += [("keep", o, n) for o, n in zip_longest(edit.old, edit.new)]
                continue
            self.changes += 1
            if same_figure(edit.old, edit.new):
                steps.append(("change", edit.old[0], edit.new[0]))
                continue
            steps += [("delete", p, None) for p in edit.old]
            steps += [("insert", None, p) for p in edit.new]
        return with_fixed(steps, after)

    def _write(self, paragraph: Element, steps: Sequence[Step]) -> None:
        """The steps as runs, insertions and deletions, inside the links and controls of the newer document."""
        shell: Element | None = None
        source: Element | None = None
        kind: str | None = None
        pending: list[Piece] = []

        def flush() -> None:
            nonlocal kind
            target = paragraph if shell is None else shell
            if pending and kind == "insert":
                target.append(self.marker.inserted(pending))
            elif pending and kind == "delete":
                target.append(self.transplant.adopt(self.marker.deleted(pending)))
            pending.clear()
            kind = None

        for at, (step, old, new) in enumerate(steps):
            inside = new.inside if new is not None else around(steps, at)
            if inside is not source:
                flush()
                source = inside
                shell = None if inside is None else link_of(inside)
                if shell is not None:
                    paragraph.append(shell)
                    shell = content_of(shell)
            if step in ("insert", "delete"):
                if step != kind:
                    flush()
                    kind = step
                piece = new if step == "insert" else old
                assert piece is not None
                pending.append(piece)
                continue
            flush()
            assert new is not None
            (paragraph if shell is None else shell).extend(self._kept(step, old, new))
        flush()
        join_runs(paragraph)

    def _kept(self, step: str, old: Piece | None, new: Piece) -> list[Element]:
        if step == "change":
            assert old is not None
            control = deepcopy(new.nodes[0])
            content = control.find(qn("w:sdtContent"))
            assert content is not None
            for plain in list(
                control.iter(qn("w:text"))
            ):  # LibreOffice drops tracked changes in plain-text controls
                plain.getparent().remove(plain)  # type: ignore[union-attr]
            runs = list(content)
            for run in runs:
                content.remove(run)
            content.append(self.transplant.adopt(self.marker.deleted([old])))
            insertion = self.marker.mark("w:ins")
            insertion.extend(runs)
            content.append(insertion)
            return [control]
        nodes = [deepcopy(node) for node in new.nodes]
        if old is not None and new.kind == "text" == old.kind and old.look != new.look:
            self.marker.run_change(nodes[0], old.nodes[0].find(qn("w:rPr")))
        return nodes

    # -- tables ---------------------------------------------------------------------------------------------
    def _tables(self, old: Element, new: Element) -> list[Shown]:
        olds, news = (
            [self._row(r) for r in old.findall(qn("w:tr"))],
            [self._row(r) for r in new.findall(qn("w:tr"))],
        )
        pairs = [split(p, olds, news) for p in align(olds, news, lambda r: r.text, row_likeness)]
        flat = [p for group in pairs for p in group]
        if not any(i is not None and j is not None for i, j in flat):
            self.changes += 2
            gap = el("w:p")  # two tables that touch would become one; this paragraph is in neither document
            self.marker.paragraph_mark(gap, "w:del")
            self.marker.paragraph_mark(gap, "w:ins")
            return [*self._deleted(old), ("same", gap), *self._inserted(new)]
        table = shell_of(new)
        for i, j in flat:
            table.append(
                self._merged_row(None if i is None else olds[i].node, None if j is None else news[j].node)
            )
        return [("same", table)]

    def _row(self, row: Element) -> Block:
        text = "\n".join(plain_text(c) for c in row.findall(qn("w:tc")))
        return Block(row, "tr", text, row_name(row))

    def _merged_row(self, old: Element | None, new: Element | None) -> Element:
        if new is None:
            assert old is not None
            self.changes += 1
            return self._deleted_row(old)
        if old is None:
            self.changes += 1
            return self._inserted_row(new)
        if self._is_same(old, new):
            return unlocked(deepcopy(new))
        made = shell_of(new)
        for before, after in zip(old.findall(qn("w:tc")), new.findall(qn("w:tc")), strict=True):
            cell = deepcopy(after)
            self.container(before, cell)
            was = before.find(qn("w:tcPr"))
            if _cell_properties(was) != _cell_properties(after.find(qn("w:tcPr"))):
                self.marker.cell_change(cell, was)
            made.append(cell)
        return made

    # -- the end of a container -----------------------------------------------------------------------------
    def _settle_end(self, shown: list[Shown]) -> None:
        """The last mark of a cell or body can neither be inserted nor deleted: the one before it is, in its place."""
        status, last = shown[-1] if shown else ("same", None)
        if status == "same" or last is None or last.tag != qn("w:p"):
            return
        before = next((n for s, n in reversed(shown[:-1]) if s == "same" and n.tag == qn("w:p")), None)
        if before is None:
            return
        unmark(last)
        self.marker.paragraph_mark(before, "w:ins" if status == "inserted" else "w:del")
        older = before.find(qn("w:pPr"))
        kept = None if older is None else deepcopy(older)
        if status == "deleted":  # accepted, the text before takes this mark: it must look as that text does
            mine, theirs = paragraph_properties(last), last.find(qn("w:pPr"))
            was = deepcopy(theirs) if theirs is not None else None
            for child in list(mine):
                mine.remove(child)
            mine.extend(deepcopy(c) for c in (kept if kept is not None else ()) if c.tag not in _MARKED)
            if _properties(was) != _properties(mine):
                self.marker.paragraph_change(last, was)
        elif _properties(kept) != _properties(last.find(qn("w:pPr"))):
            self.marker.paragraph_change(last, kept)


_MARKED: Final = frozenset(qn(f"w:{n}") for n in ("rPr", "sectPr", "pPrChange"))


def _properties(properties: Element | None) -> list[str]:
    return [canonical(c) for c in (() if properties is None else properties) if c.tag not in _MARKED]


def _cell_properties(properties: Element | None) -> list[str]:
    return [canonical(c) for c in (() if properties is None else properties) if c.tag != qn("w:tcW")]
