"""The headings of a document with the numbers that Word will show: levels, texts, 一、（一）1.（1）."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from pipeline.report.ooxml import (
    Element,
    nearest,
    paragraph_text,
    paragraphs_of_style,
    parse,
    qn,
    style_of,
)
from pipeline.report.package import Package

_OUTLINE_LEVEL, _LOOK = qn("w:outlineLvl"), qn("w:pPr")
_DIGITS: Final = "零一二三四五六七八九"


@dataclass(frozen=True)
class OutlineHeading:
    """One heading: its paragraph, level (1–9), shown number ("" for none) and text."""

    paragraph: Element
    level: int
    number: str
    text: str


@dataclass(frozen=True)
class _Style:
    name: str = ""
    based_on: str = ""
    outline: int | None = None
    num_id: str | None = None
    level: int | None = None


@dataclass(frozen=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    legal: bool = False
    """All numbers in this level's text are arabic: 2.1 under 第二章."""


@dataclass
class _List:
    abstract: str
    restarts: dict[int, int] = field(default_factory=dict)
    used: bool = False


class Outline:
    """Reads styles and numbering of a package and counts its headings."""

    def __init__(self, package: Package) -> None:
        self._styles = _read_styles(package)
        self._levels, self._lists = _read_numbering(package)
        self._counts: dict[str, dict[int, int]] = {}

    def headings(self, document: Element) -> Iterator[OutlineHeading]:
        """The headings of the document in reading order, tables of contents and text boxes left out."""
        yield from self.headings_among(self.candidates(document))

    def headings_among(self, candidates: Collection[Element]) -> Iterator[OutlineHeading]:
        """The headings among the candidates of a document."""
        for paragraph in candidates:
            if nearest(paragraph, "w:p") is not None:
                continue
            style = self._resolved(style_of(paragraph))
            outline = _number_at(paragraph, "w:outlineLvl", style.outline)
            num_id, level = self._numbering(paragraph, style)
            number = self._next(num_id, level) if num_id not in ("", "0") and outline is not None else ""
            if outline is not None and outline < 9 and not _in_contents(paragraph):
                yield OutlineHeading(paragraph, outline + 1, number, _one_line(paragraph))

    def candidates(self, document: Element) -> list[Element]:
        """Paragraphs of a style that stands in the outline, or that say so themselves; no others count as headings."""
        titles = [id_ for id_ in self._styles if self._resolved(id_).outline is not None]
        found = paragraphs_of_style(document, titles)
        marks = (mark.getparent() for mark in document.iter(_OUTLINE_LEVEL))
        own = {p for m in marks if m is not None and m.tag == _LOOK and (p := m.getparent()) is not None}
        if not own:
            return found
        wanted = {*found, *own}
        return [paragraph for paragraph in document.iter(qn("w:p")) if paragraph in wanted]

    @property
    def style_ids(self) -> tuple[str, ...]:
        """The ids of all styles."""
        return tuple(self._styles)

    @property
    def list_ids(self) -> tuple[str, ...]:
        """The ids of all lists."""
        return tuple(self._lists)

    def is_heading_style(self, style_id: str) -> bool:
        """Does the style put its paragraphs into the outline?"""
        outline = self._resolved(style_id).outline
        return outline is not None and outline < 9

    def _resolved(self, style_id: str) -> _Style:
        outline, num_id, level = None, None, None
        for _step in range(20):
            style = self._styles.get(style_id)
            if style is None:
                break
            outline = style.outline if outline is None else outline
            num_id = style.num_id if num_id is None else num_id
            level = style.level if level is None else level
            style_id = style.based_on
        return _Style("", "", outline, num_id, level)

    def _numbering(self, paragraph: Element, style: _Style) -> tuple[str, int]:
        direct = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        num_id, level = style.num_id or "", style.level or 0
        if direct is not None:
            num_id = _value(direct, "w:numId") or num_id
            level = int(_value(direct, "w:ilvl") or level)
        return num_id, level

    def _next(self, num_id: str, level: int) -> str:
        list_ = self._lists.get(num_id)
        if list_ is None:
            return ""
        counts = self._counts.setdefault(list_.abstract, {})
        if not list_.used:
            list_.used = True
            for at, start in list_.restarts.items():
                counts[at] = start - 1
        levels = self._levels.get(list_.abstract, {})
        counts[level] = counts.get(level, levels.get(level, _Level()).start - 1) + 1
        for deeper in [at for at in counts if at > level]:
            del counts[deeper]
        shape = levels.get(level, _Level())
        text = shape.text
        for at in range(level + 1):
            inner = levels.get(at, _Level())
            text = text.replace(
                f"%{at + 1}", in_form(counts.get(at, inner.start), "decimal" if shape.legal else inner.form)
            )
        return text + ("" if shape.suffix == "nothing" else " ")


def in_form(number: int, form: str) -> str:
    """A number in one of Word's number formats; unknown ones count in digits."""
    if (
        form.startswith(("chineseCounting", "ideographTraditional", "japaneseCounting"))
        or form == "chineseLegalSimplified"
    ):
        return chinese_number(number)
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if form == "upperLetter" else letter.lower()
    if form in ("upperRoman", "lowerRoman"):
        return roman(number) if form == "upperRoman" else roman(number).lower()
    return "" if form in ("none", "bullet") else str(number)


def chinese_number(number: int) -> str:
    """一, 十, 十一, 二十, 一百零一 … up to 9999."""
    if number >= 10_000 or number <= 0:
        return str(number)
    out, pending = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            out += ("零" if pending and out else "") + _DIGITS[digit] + name
            pending = False
        else:
            pending = bool(out)
    return out.removeprefix("一") if out.startswith("一十") else out


def roman(number: int) -> str:
    """Roman capitals."""
    out = ""
    for value, sign in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    ):
        while number >= value:
            out, number = out + sign, number - value
    return out


def heading_styles(package: Package) -> frozenset[str]:
    """The ids of the styles that make headings, whatever Word or WPS calls them."""
    outline = Outline(package)
    return frozenset(style_id for style_id in outline.style_ids if outline.is_heading_style(style_id))


def style_id(package: Package, name: str, otherwise: str) -> str:
    """The id of the style of that name, whatever Word or WPS calls it; `otherwise` where there is none."""
    for part in package.of_type(".styles+xml"):
        for id_, style in _styles_in(package.parts[part]).items():
            if style.name == name:
                return id_
    return otherwise


def contents_style(package: Package, level: int) -> str:
    """The id of the style of contents entries of a level, whatever Word or WPS calls it."""
    for id_, style in _styles_in(package.parts["word/styles.xml"]).items():
        if style.name.lower() == f"toc {level}":
            return id_
    return f"TOC{level}"


def _read_styles(package: Package) -> dict[str, _Style]:
    styles: dict[str, _Style] = {}
    for name in package.of_type(".styles+xml"):
        styles |= _styles_in(package.parts[name])
    return styles


@lru_cache(maxsize=16)
def _styles_in(part: bytes) -> Mapping[str, _Style]:
    """The styles of a part. Reports of a template have the same, so they are read once."""
    styles: dict[str, _Style] = {}
    for node in parse(part).iter(qn("w:style")):
        properties = node.find(qn("w:pPr"))
        outline = None if properties is None else _value(properties, "w:outlineLvl")
        numbers = None if properties is None else properties.find(qn("w:numPr"))
        title = _value(node, "w:name").lower()
        if not outline and title.startswith("heading ") and title[8:].isdigit():
            outline = str(int(title[8:]) - 1)
        styles[str(node.get(qn("w:styleId"), ""))] = _Style(
            _value(node, "w:name"),
            _value(node, "w:basedOn"),
            int(outline) if outline else None,
            (_value(numbers, "w:numId") or None) if numbers is not None else None,
            int(_value(numbers, "w:ilvl") or 0)
            if numbers is not None and _value(numbers, "w:ilvl")
            else None,
        )
    return styles


def _read_numbering(package: Package) -> tuple[dict[str, dict[int, _Level]], dict[str, _List]]:
    levels: dict[str, dict[int, _Level]] = {}
    lists: dict[str, _List] = {}
    for name in package.of_type(".numbering+xml"):
        found, numbered = _numbering_in(package.parts[name])
        for abstract, shapes in found.items():
            levels.setdefault(abstract, {}).update(shapes)
        lists |= {id_: _List(abstract, dict(restarts)) for id_, abstract, restarts in numbered}
    return levels, lists


@lru_cache(maxsize=16)
def _numbering_in(
    part: bytes,
) -> tuple[Mapping[str, dict[int, _Level]], Sequence[tuple[str, str, Mapping[int, int]]]]:
    """Levels by abstract list, and each list as (id, abstract list, first numbers by level)."""
    levels: dict[str, dict[int, _Level]] = {}
    lists = []
    root = parse(part)
    for abstract in root.iter(qn("w:abstractNum")):
        found = levels.setdefault(str(abstract.get(qn("w:abstractNumId"))), {})
        for node in abstract.iter(qn("w:lvl")):
            found[int(str(node.get(qn("w:ilvl"), "0")))] = _Level(
                int(_value(node, "w:start") or 1),
                _value(node, "w:numFmt") or "decimal",
                _value(node, "w:lvlText"),
                _value(node, "w:suff") or "tab",
                node.find(qn("w:isLgl")) is not None,
            )
    for node in root.iter(qn("w:num")):
        restarts = {
            int(str(override.get(qn("w:ilvl"), "0"))): int(start)
            for override in node.iter(qn("w:lvlOverride"))
            if (start := _value(override, "w:startOverride"))
        }
        lists.append((str(node.get(qn("w:numId"))), _value(node, "w:abstractNumId"), restarts))
    return levels, lists


def _number_at(paragraph: Element, name: str, otherwise: int | None) -> int | None:
    node = paragraph.find(f"{qn('w:pPr')}/{qn(name)}")
    return otherwise if node is None else int(str(node.get(qn("w:val"), "9")))


def _in_contents(paragraph: Element) -> bool:
    return any(
        sdt.find(f"{qn('w:sdtPr')}/{qn('w:docPartObj')}") is not None
        for sdt in paragraph.iterancestors(qn("w:sdt"))
    )


def _one_line(paragraph: Element) -> str:
    return " ".join(paragraph_text(paragraph).split())


def _value(parent: Element, name: str) -> str:
    node = parent.find(qn(name))
    return "" if node is None else str(node.get(qn("w:val"), ""))
