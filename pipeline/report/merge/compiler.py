"""Compile a template: once per content, into a `Plan`. Imported only when no compiled form is at hand."""

from __future__ import annotations

import re
from types import CodeType
from typing import Final

from jinja2 import TemplateSyntaxError, nodes
from lxml import etree

from pipeline.report.check import Checked, check_part, walk
from pipeline.report.errors import PackageError
from pipeline.report.faults import Place, TemplateFault
from pipeline.report.merge.analysis import Sound, analyse, first_free_number
from pipeline.report.merge.archive import Member, member_of, members_of, order
from pipeline.report.merge.plan import Plan, Program
from pipeline.report.merge.program import NotPlain, python_source
from pipeline.report.merge.source import Taken, readable, take_apart
from pipeline.report.ooxml import Element, el, parse, qn
from pipeline.report.package import Package, read_package
from pipeline.report.safety import part_label, unsafe_content
from pipeline.report.sandbox import ReportEnvironment
from pipeline.report.shapes import MapOf
from pipeline.report.tagged_part import Tag, TaggedPart

_DECLARATION: Final = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
_WORD_TYPES: Final = ("main", "header", "footer", "footnotes", "endnotes", "comments")
_PROPERTY_TYPES: Final = ("core-properties", "extended-properties", "custom-properties")
_REWRITTEN: Final = ("styles", "numbering", "settings", "document-settings", "comments")
_BLANKS: Final = re.compile(rb">\s+<")
_PROPERTIES: Final = (
    "dc:creator",
    "dc:description",
    "dc:identifier",
    "dc:language",
    "dc:subject",
    "dc:title",
)
_BROKEN_LINE: Final = re.compile(r"(?:^|<w:t(?: [^>]*)?>)[^<]*[\t\n\x07\x0c]")
_DOUBTS: Final = {
    "unclosed": "标签没有闭合",
    "structure": "标签与它的位置不符（{%tr 要在表格行里，{%tc 要在单元格里）",
    "lost_text": "标签所在的段落、行或单元格还有别的文字，渲染后会丢失；请让标签独占",
}


class Opened:
    """A template that has been read: its parts with tags taken apart."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.package = read_package(data)
        self._document = self.package.document_name
        if self.package.xml(self._document).tag != qn("w:document"):
            raise PackageError("这不是 Word 文档（可能是 Excel 或 PowerPoint 文件）。")
        self._environment = ReportEnvironment()
        self._types = _content_types(self.package)
        self.taken = {name: _taken(self.package, name, kind) for name, kind in self._kinds()}
        self._trees: dict[str, list[nodes.Node]] = {}

    def _kinds(self) -> list[tuple[str, str]]:
        found = []
        for name in sorted(self.package.parts):
            type_ = self._types.get(name, "")
            kind = type_.removesuffix("+xml").rpartition(".")[2]
            word = kind in _WORD_TYPES and "wordprocessingml" in type_
            if type_.endswith("+xml") and (word or kind in _PROPERTY_TYPES):
                found.append((name, kind))
        return found

    # -- checking -------------------------------------------------------------------------------------------
    def check(self, shape: MapOf) -> tuple[tuple[TemplateFault, ...], frozenset[str]]:
        """All faults against a shape, and the names used; the quick way first, the one that tells places if it fails."""
        faults: list[TemplateFault] = []
        used: set[str] = set()
        for name, taken in self.taken.items():
            checked = self._quick(name, taken, shape) or check_part(
                self._part(name, taken, places=True), shape, self._environment
            )
            faults += checked.faults
            used |= checked.used
        return (*unsafe_content(self.package), *faults), frozenset(used)

    def _quick(self, name: str, taken: Taken, shape: MapOf) -> Checked | None:
        if taken.doubts:
            return None
        if not taken.marks:
            return Checked((), frozenset())
        if any(mark.scope and mark.kind == "{{" for mark in taken.marks):
            return None
        try:
            checked = walk(self._part(name, taken), self.tree(name), shape)
        except TemplateSyntaxError:
            return None
        return None if checked.faults else checked

    def tree(self, name: str) -> list[nodes.Node]:
        """The syntax tree of a part."""
        if name not in self._trees:
            self._trees[name] = self._environment.parse(self._part(name, self.taken[name]).source).body
        return self._trees[name]

    def _part(self, name: str, taken: Taken, *, places: bool = False) -> TaggedPart:
        """The part as the checker knows it; literals are `\\x01<number>;`."""
        label = part_label(name)
        pieces = tuple(f"\x01{number};" for number in range(len(taken.literals)))
        nowhere = Place(label)
        tags = tuple(
            Tag(m.kind, m.scope, m.body, m.raw, Place(label, text=readable(m.text)) if places else nowhere)
            for m in taken.marks
        )
        faults = tuple(
            TemplateFault(
                code, f"{_DOUBTS[code]}：{text}" if text else _DOUBTS[code], Place(label, text=raw), raw
            )
            for code, raw, text in taken.doubts
        )
        faults += tuple(
            TemplateFault(
                "forbidden", f"不支持 {{{{{tag.scope} …}}}} 形式，请改用 {{{{ … }}}}", tag.place, tag.raw
            )
            for tag in tags
            if tag.scope and tag.kind == "{{"
        )
        return TaggedPart(name, pieces, tags, faults, not faults)

    # -- compiling ------------------------------------------------------------------------------------------
    def plan(self) -> tuple[Plan | None, tuple[TemplateFault, ...]]:
        """The compiled template, or why its blocks do not fit its structure."""
        made: dict[str, Member | Program] = {}
        faults: list[TemplateFault] = []
        for name, taken in self.taken.items():
            if taken.doubts:
                faults += self._part(name, taken, places=True).faults
                continue
            sound = analyse(taken, name, body=name == self._document)
            label = part_label(name)
            faults += [
                TemplateFault(
                    "structure", "开始与结束不在同一层（段落用 {%p，表格行用 {%tr，成对使用）",
                    Place(label, text=readable(mark.text)), mark.raw,
                )
                for mark in sound.faulty
            ]  # fmt: skip
            if not faults:
                made[name] = self._compiled(name, taken, sound)
        if faults:
            return None, tuple(faults)
        kept = members_of(self._data, self.package.parts)
        for name, content in self.package.parts.items():
            if name not in made:
                changed = self._rewritten(name, content)
                made[name] = kept[name] if changed == content else member_of(name, changed)
        return Plan(tuple(made[name] for name in sorted(made, key=order))), ()

    def _compiled(self, name: str, taken: Taken, sound: Sound) -> Member | Program:
        broken = any(_BROKEN_LINE.search(literal.removeprefix(_DECLARATION)) for literal in sound.literals)
        special = broken or "\x03" in "".join(sound.literals) or sound.elastic
        if not taken.marks and not special:
            return member_of(name, sound.literals[0].encode())
        code: CodeType | None = None
        constants: tuple[bytes, ...] = ()
        if not broken:
            try:
                text, constants = python_source(self.tree(name), sound.literals)
                code = compile(text, f"<{name}>", "exec", optimize=2)
            except (NotPlain, TemplateSyntaxError):
                code, constants = None, ()  # the check tells what is wrong with the syntax
        literals = tuple(literal.encode() for literal in sound.literals)
        source = self._part(name, taken).source
        return Program(
            name,
            code,
            constants,
            source,
            literals,
            sound.elastic,
            sound.nested,
            first_free_number(sound.literals),
        )

    def _rewritten(self, name: str, content: bytes) -> bytes:
        """Parts that docxtpl parses and writes lose the blanks between their elements; a template is a document now."""
        if name == "[Content_Types].xml":
            return content.replace(b".template.main+xml", b".document.main+xml")
        kind = self._types.get(name, "").removesuffix("+xml").rpartition(".")[2]
        if kind in _REWRITTEN and _BLANKS.search(content):
            return (_DECLARATION + _text(_parsed(content, name))).encode()
        return content


def _content_types(package: Package) -> dict[str, str]:
    root = package.xml("[Content_Types].xml")
    defaults = {
        str(n.get("Extension", "")).lower(): str(n.get("ContentType", ""))
        for n in root.iter(qn("ct:Default"))
    }
    overrides = {
        str(n.get("PartName", "")).lstrip("/").lower(): str(n.get("ContentType", ""))
        for n in root.iter(qn("ct:Override"))
    }
    return {
        name: overrides.get(name.lower(), defaults.get(name.rpartition(".")[2].lower(), "")).replace(
            ".template.main+xml", ".document.main+xml"
        )
        for name in package.parts
    }


def _taken(package: Package, name: str, kind: str) -> Taken:
    root = _parsed(package.parts[name], name, blanks=kind in ("footnotes", "endnotes"))
    if kind == "core-properties":
        _complete(root)
    return take_apart(_DECLARATION + _text(root))


def _complete(root: Element) -> None:
    """The properties that docxtpl renders are there afterwards, if only empty."""
    for name in _PROPERTIES:
        if root.find(qn(name)) is None:
            root.append(el(name))


def _parsed(content: bytes, name: str, *, blanks: bool = False) -> Element:
    """A part as docxtpl reads it: blanks between elements gone, except in notes."""
    if b"<!DOCTYPE" in content:
        parse(content, name)  # refuses it
    parser = etree.XMLParser(remove_blank_text=not blanks, resolve_entities=False, no_network=True)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise PackageError(f"文件部件 {name} 不是合格的 XML：{error.msg}") from error


def _text(root: Element) -> str:
    return etree.tostring(root, encoding="unicode")
