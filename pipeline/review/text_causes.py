"""Why a text changed: figures that changed, hands, text inputs, and what remains: template, pack, program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.report.reading import Line, normal
from pipeline.review.causes import Causes
from pipeline.review.difference import Cause, Change
from pipeline.review.document import Block, Document, TableRow
from pipeline.review.hands import is_own, printed, typed_over, was_made
from pipeline.review.side import Side
from pipeline.review.walk import Walker

_LONG = 30


class TextCauses:
    """The causes of changes between two documents."""

    def __init__(
        self, old: Side, new: Side, causes: Causes, walker: Walker, inputs: Sequence[Change]
    ) -> None:
        self._old, self._new = old, new
        self._a, self._b = walker.old, walker.new
        self._causes, self._walker, self._inputs = causes, walker, inputs

    def of_text(
        self, changed: Sequence[str], old: Line, new: Line, row: TableRow | None, block: Block
    ) -> tuple[Cause, ...]:
        """Of a text that is in both reports; `changed` are the figures in it that differ."""
        hands = [*self._hands(self._a, old, "旧"), *self._hands(self._b, new, "新")]
        known = self._causes.of_all(changed)
        if hands:
            return tuple(dict.fromkeys([*hands, *known]))
        if known:
            same_text = old.masked == self._walker.line(new).masked
            return known if same_text else tuple(dict.fromkeys([*known, *self._told(old, new)]))
        return self._told(old, new) or self._causes.of_all(self._about(row, block)) or self.general()

    def of_one(self, block: Block, row: TableRow | None, old: bool) -> tuple[Cause, ...]:
        """Of a block or row that only one report has."""
        document, other = (self._a, self._b) if old else (self._b, self._a)
        what = "行" if row is not None else "内容"
        cells = row.cells if row is not None else [c for r in block.rows for c in r.cells]
        lines = [c.line for c in cells if not c.continued] if cells else [block.line]
        if block.kind not in ("chart", "picture"):
            if not all(is_own(document, line) for line in lines):
                return (Cause("hand", f"{'旧' if old else '新'}报告中手工增加或改写的{what}"),)
            said = [line for line in lines if line.masked]
            if said and all(was_made(other, line) for line in said):
                return (Cause("hand", f"{'新' if old else '旧'}报告中手工删去的{what}"),)
        whole, empty = Line(" | ".join(line.text for line in lines)), Line("")
        told = self._told(whole, empty) if old else self._told(empty, whole)
        tags = [
            s.tag if old else self._walker.names.get(s.tag, s.tag) for line in lines for s in line.figures
        ]
        return told or self._causes.of_all(tags) or self.general()

    def of_move(self) -> tuple[Cause, ...]:
        """Of a block or row that stands in another order."""
        return self.general() if self._differs() else (Cause("hand", "手工调整了先后次序"),)

    def of_chart(self, block: Block) -> tuple[Cause, ...]:
        """Of a chart whose numbers changed."""
        tags = [t for side in (self._old, self._new) for t in _chart_tags(side, block)]
        found = self._causes.of_all(tags)
        if found or self._differs():
            return found or self.general()
        return (Cause("hand", "图表数据在生成后改动过"),)

    def general(self) -> tuple[Cause, ...]:
        """What remains when nothing in particular explains a change: whatever else differs between the sides."""
        found: list[Cause] = []
        if self._differs("template_sha256"):
            found.append(Cause("template", "两份报告所用的模板不同"))
        found += self._causes.rules()
        if self._differs("workbook_sha256", "verification_sha256"):
            found.append(Cause("data", "由填报内容决定的文字"))
        return tuple(found) or self._causes.program() or (self._last(),)

    def _last(self) -> Cause:
        """The same data, pack, template and program give the same report: what differs was changed by hand."""
        a, b = self._old.receipt, self._new.receipt
        if all(
            a.get(k) and a.get(k) == b.get(k) for k in ("workbook_sha256", "pack_sha256", "template_sha256")
        ):
            return Cause("hand", "两份报告的数据、标准包和模板都相同，是生成之后改动的")
        return Cause("unknown", "报告没有带来源信息")

    def _differs(self, *keys: str) -> bool:
        a, b = self._old.receipt, self._new.receipt
        keys = keys or ("template_sha256", "pack_sha256", "workbook_sha256", "verification_sha256", "version")
        return any(a.get(k) and b.get(k) and a[k] != b[k] for k in keys)

    def _hands(self, document: Document, line: Line, which: str) -> Iterator[Cause]:
        over = [s for s in line.figures if typed_over(document, line, s)]
        for span in over:
            label = span.label or document.trace.entries[span.tag].label
            yield Cause(
                "hand",
                f"{which}报告中“{label}”由 {'、'.join(printed(document, span))} 改写为 {line.shown(span)}",
            )
        if not is_own(document, line):
            yield Cause("hand", f"{which}报告中这段文字在生成后改写过")

    def _told(self, old: Line, new: Line) -> tuple[Cause, ...]:
        """The text inputs whose words are those that changed."""
        found = []
        a, b = normal(old.text), normal(new.text)
        for change in self._inputs:
            before, after = normal(change.old), normal(change.new)
            come = len(after) > 1 and after in b and after not in a
            gone = len(before) > 1 and before in a and before not in b
            if come or gone:
                words = "文字有改动" if max(len(before), len(after)) > _LONG else change.delta
                cell = f"（{change.cell}）" if change.cell else ""
                found.append(Cause("data", f"{change.where} {words}{cell}"))
        return tuple(dict.fromkeys(found))

    def _about(self, row: TableRow | None, block: Block) -> list[str]:
        """The figures that a text speaks of without showing them: those of its row, of the chapter of an equation."""
        tags = [s.tag for s in row.figures] if row is not None else []
        if row is not None and row.key and ":" not in row.key:
            tags += [f"v:{row.key}", f"s:{row.key}"]
        if block.kind == "equation":
            near = [b for b in self._b.blocks if b.chapter == block.chapter]
            tags += [s.tag for b in near for s in b.figures if s.tag.startswith(("i:", "q:"))]
        return [self._walker.names.get(t, t) for t in tags]


def _chart_tags(side: Side, block: Block) -> Iterator[str]:
    for entry in side.document.trace.entries.values() if side.document else ():
        if entry.tag.startswith("chart:") and block.caption.startswith(entry.label):
            yield from side.links.get(entry.tag, ())
