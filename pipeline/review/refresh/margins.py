"""Headers and footers of the draft: what the program wrote is renewed, what people wrote stays and is told."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Final

from pipeline.report.ooxml import NS, Element, qn
from pipeline.report.package import Package
from pipeline.report.reading import Line, digest, normal, read_paragraph
from pipeline.report.safety import part_label
from pipeline.report.text_part import margins_of
from pipeline.report.watermark import add_watermark, drop_watermark, has_watermark
from pipeline.review.document import short
from pipeline.review.redline.parts import Transplant
from pipeline.review.refresh.notes import Notes

_REFERENCES: Final = (qn("w:headerReference"), qn("w:footerReference"))
_ID: Final = f"{{{NS['r']}}}id"
EDITED: Final = "页眉页脚手工改写过，新报告里是右边的文字"
SECTIONS: Final = "草稿的分节手工改过，页眉页脚没有更新"
WATERMARK: Final = "草稿水印"


class Margins:
    """The headers and footers of a draft beside those of the new report; `draft` is changed in place."""

    def __init__(self, draft: Package, new: Package, notes: Notes) -> None:
        self._draft, self._new, self._notes = draft, new, notes
        self._own = margins_of(draft)

    def renew(self) -> None:
        """Renews every header and footer that both documents show in the same place, and the watermark."""
        self._notes.heading = self._notes.title = ""
        if _sections(self._draft) != _sections(self._new):
            self._tell_other_sections()
            self._watermark()
            return
        theirs = dict(_shown(self._new))
        done: set[str] = set()
        for place, part in _shown(self._draft):
            if part not in done and place in theirs:
                done.add(part)
                self._part(part, theirs[place])
        self._watermark()

    def _tell_other_sections(self) -> None:
        """Sections that people made: nothing tells which header answers to which."""
        said = _texts(self._draft)
        for label, text in _texts(self._new):
            if (label, text) not in said:
                self._notes.add("unsafe", label, "", short(text), SECTIONS)

    def _part(self, mine: str, theirs: str) -> None:
        draft, new = self._draft.xml(mine), self._new.xml(theirs)
        olds, news = list(draft.iter(qn("w:p"))), list(new.iter(qn("w:p")))
        before, after = [read_paragraph(p, {}) for p in olds], [read_paragraph(p, {}) for p in news]
        if [line.masked for line in before] == [line.masked for line in after]:
            return
        label = part_label(mine)
        adopt = Transplant(self._new, self._draft, theirs, mine, 30_000).adopt
        if len(olds) != len(news):
            said, wanted = ("　".join(normal(x.text) for x in lines) for lines in (before, after))
            self._notes.add("unsafe", label, short(said), short(wanted), EDITED)
            return
        for old, fresh, was, will in zip(olds, news, before, after, strict=True):
            self._paragraph(label, (old, was), (adopt(deepcopy(fresh)), will))
        self._draft.put_xml(mine, draft)

    def _paragraph(self, label: str, old: tuple[Element, Line], new: tuple[Element, Line]) -> None:
        if old[1].masked == new[1].masked:
            return
        said, wanted = short(normal(old[1].text)), short(normal(new[1].text))
        if old[1].masked and digest(old[1].masked) not in self._own:
            self._notes.add("unsafe", label, said, wanted, EDITED)
            return
        home = old[0].getparent()
        if home is not None:
            home.replace(old[0], new[0])
        self._notes.add("renewed", label, said, wanted)

    def _watermark(self) -> None:
        wanted = has_watermark(self._new)
        if wanted == has_watermark(self._draft):
            return
        if wanted:
            add_watermark(self._draft)
            self._notes.add("renewed", WATERMARK, "", "草稿")
        else:
            drop_watermark(self._draft)
            self._notes.add("renewed", WATERMARK, "草稿", "（已删除）")


def _shown(package: Package) -> Iterator[tuple[tuple[int, str, str], str]]:
    """Each header and footer by its section, kind and use, with its part."""
    parts = {r.id: r.target for r in package.relationships(package.document_name)}
    for number, section in enumerate(package.xml(package.document_name).iter(qn("w:sectPr"))):
        for node in section:
            if node.tag in _REFERENCES and str(node.get(_ID, "")) in parts:
                kind = str(node.tag).rpartition("}")[2]
                yield (number, kind, str(node.get(qn("w:type"), ""))), parts[str(node.get(_ID))]


def _sections(package: Package) -> int:
    return len(list(package.xml(package.document_name).iter(qn("w:sectPr"))))


def _texts(package: Package) -> list[tuple[str, str]]:
    """What the headers and footers say, figures and page numbers taken out; each text once."""
    found = [
        (part_label(part), read_paragraph(p, {}).masked)
        for part in sorted({part for _place, part in _shown(package)})
        for p in package.xml(part).iter(qn("w:p"))
    ]
    return list(dict.fromkeys((label, text) for label, text in found if text))
