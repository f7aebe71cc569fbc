"""Contents, captions and cross-references, right at first open.

Every number is computed here and cached in its field; Word shows the cached result without asking anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from pipeline.report.elements import CHAPTER_SEQ, SECTION_SEQ, run
from pipeline.report.elements import field as new_field
from pipeline.report.fieldtools import Field, iter_fields
from pipeline.report.ooxml import Element, el, nearest, node_text, paragraph_text, qn, val
from pipeline.report.outline import Outline, OutlineHeading, contents_style
from pipeline.report.package import Package, write_package

_APPENDIX = re.compile(r"^[表图] ?[A-Z]-\d")
_RESTART = re.compile(r"\\(?:r 1|s [12])\b")
RESTART_SECTIONS = "\\s 1 "
PageFinder = Callable[[bytes, tuple[str, ...]], Mapping[str, str] | None]


@dataclass(frozen=True)
class FieldsDone:
    """What was filled: lines of the contents, whether with pages, and references that lead nowhere."""

    entries: int
    page_numbers: bool
    dangling: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One line of the contents."""

    level: int
    title: str
    bookmark: str


def update_fields(package: Package, find_pages: PageFinder | None = None) -> FieldsDone:
    """Number captions, fill references and contents of a rendered package, in place.

    `find_pages` gives the page of each bookmark from a layout of the document (bytes of a .docx), or None
    when it cannot; without pages the contents hold the titles and are marked for Word to fill.
    """
    name = package.document_name
    document = package.tree(name)
    fields = list(iter_fields(document))
    outline = Outline(package)
    candidates = outline.candidates(document)
    _restore_chapter_numbers(fields, candidates)
    headings = list(outline.headings_among(candidates))
    _number_sequences(document, fields, headings)
    dangling = _fill_references(document, fields)
    contents = [field for field in fields if field.words[0] == "TOC" and "\\c" not in field.words]
    entries = _bookmark(document, headings)
    for field in contents:
        _fill_contents(package, field, entries, {})
    package.put_xml(name, document)
    pages = None
    if contents and entries and find_pages is not None:
        pages = find_pages(write_package(package), tuple(entry.bookmark for entry in entries))
    if contents:
        document = package.tree(name)
        _without_empty_texts(document)
        _write_pages(document, pages)
        package.put_xml(name, document)
    return FieldsDone(len(entries) if contents else 0, bool(pages), dangling)


def _without_empty_texts(document: Element) -> None:
    """Write `<w:t/>` where a result of no length was set, as a parser would read it."""
    for node in document.iter(qn("w:t"), qn("w:instrText")):
        if node.text == "":
            node.text = None


def _restore_chapter_numbers(fields: Sequence[Field], headings: Collection[Element]) -> None:
    """Give the house's caption fields their switches back; LibreOffice drops them when it saves a template."""
    captions = set()
    for field in fields:
        name = sequence_of(field)
        if name not in (CHAPTER_SEQ, SECTION_SEQ):
            continue
        home = nearest(field.begin, "w:p")
        if home in headings:
            field.set_code(f" SEQ {name} \\h {RESTART_SECTIONS if name == SECTION_SEQ else ''}")
            for node in field.results:
                node.text = ""
        else:
            field.set_code(f" SEQ {name} \\c ")
            captions.add(home)
    for field in fields:
        home = nearest(field.begin, "w:p")
        of_chapter = home in captions or (home is not None and _APPENDIX.match(paragraph_text(home)))
        if field.words[0] == "SEQ" and of_chapter and not re.search(r"\\[crsh]\b", field.code):
            field.set_code(f" {field.code} \\s 1 ")


def sequence_of(field: Field) -> str:
    """The name of the sequence that a SEQ field counts, "" for other fields."""
    words = field.words
    return words[1].strip('"') if words[0] == "SEQ" and len(words) > 1 else ""


def _number_sequences(document: Element, all_: Sequence[Field], headings: list[OutlineHeading]) -> None:
    """Write the results of SEQ fields as Word computes them, with resets that every program understands."""
    chapters = {heading.paragraph for heading in headings if heading.level == 1}
    counts: dict[str, int] = {}
    fresh: dict[int, set[str]] = {
        1: set(),
        2: set(),
    }  # sequences begun since the last chapter, the last section
    fields = {field.begin: field for field in all_ if sequence_of(field)}
    by_section = {
        nearest(field.begin, "w:p") for field in fields.values() if sequence_of(field) == SECTION_SEQ
    }
    for node in document.iter(qn("w:p"), qn("w:fldChar")):
        if node in chapters:
            fresh = {1: set(), 2: set()}
            counts.pop(SECTION_SEQ, None)
        field = fields.get(node)
        if field is None:
            continue
        name, code = sequence_of(field), field.code
        counting = "\\c" not in field.words
        if name == SECTION_SEQ and counting:
            fresh[2] = set()
        level = 2 if name != SECTION_SEQ and nearest(node, "w:p") in by_section else 1
        if _RESTART.search(code):
            first = name not in fresh[level]
            restart = r"\\r 1" if first else rf"\\s {level}"
            field.set_code(f" {_RESTART.sub(restart, code, count=1)} ")
            counts[name] = 0 if first else counts.get(name, 0)
            fresh[1].add(name)
            fresh[2].add(name)
        if counting:
            counts[name] = counts.get(name, 0) + 1
        if "\\h" not in field.words:
            field.set_result(str(counts.get(name, 0)))


def _fill_references(document: Element, fields: Sequence[Field]) -> tuple[str, ...]:
    """Write the results of REF fields; returns the bookmarks that do not exist."""
    starts: dict[str, Element] = {}
    for node in document.iter(qn("w:bookmarkStart")):
        starts.setdefault(str(node.get(qn("w:name"))), node)
    dangling = []
    for field in fields:
        if field.words[0] == "REF" and len(field.words) > 1:
            start = starts.get(field.words[1])
            if start is None:
                dangling.append(field.words[1])
            else:
                field.set_result(_bookmark_text(document, start))
    return tuple(dict.fromkeys(dangling))


def _bookmark_text(document: Element, start: Element) -> str:
    """The visible text of the bookmark that begins there."""
    home, id_ = nearest(start, "w:p"), start.get(qn("w:id"))
    if home is not None and any(node.get(qn("w:id")) == id_ for node in home.iter(qn("w:bookmarkEnd"))):
        document = home  # as a rule a bookmark ends in its own paragraph
    text, inside = "", False
    for node in document.iter(qn("w:bookmarkStart"), qn("w:bookmarkEnd"), qn("w:t"), qn("w:tab")):
        if node is start:
            inside = True
        elif inside and node.tag == qn("w:bookmarkEnd") and node.get(qn("w:id")) == start.get(qn("w:id")):
            break
        elif inside and node.tag == qn("w:t"):
            text += node_text(node)
    return text


def _bookmark(document: Element, headings: list[OutlineHeading]) -> list[Entry]:
    """Give every heading a bookmark for the contents; old ones of ours or Word's are replaced."""
    for node in list(document.iter(qn("w:bookmarkStart"))):
        if str(node.get(qn("w:name"), "")).startswith("_Toc"):
            for end in list(document.iter(qn("w:bookmarkEnd"))):
                if end.get(qn("w:id")) == node.get(qn("w:id")):
                    _detach(end)
            _detach(node)
    used = [int(str(node.get(qn("w:id"), "0"))) for node in document.iter(qn("w:bookmarkStart"))]
    next_id = max(used, default=-1) + 1
    entries: list[Entry] = []
    for heading in headings:
        if not heading.text:
            continue
        name = f"_Toc{len(entries) + 1:09d}"
        start = el("w:bookmarkStart", {"w:id": str(next_id), "w:name": name})
        properties = heading.paragraph.find(qn("w:pPr"))
        heading.paragraph.insert(0 if properties is None else 1, start)
        heading.paragraph.append(el("w:bookmarkEnd", {"w:id": str(next_id)}))
        entries.append(Entry(heading.level, heading.number + heading.text, name))
        next_id += 1
    return entries


def _fill_contents(package: Package, field: Field, entries: list[Entry], pages: Mapping[str, str]) -> None:
    """Replace the paragraphs of a contents field by one for each heading it asks for."""
    first, last = nearest(field.begin, "w:p"), None if field.end is None else nearest(field.end, "w:p")
    if (
        first is None
        or last is None
        or first.getparent() is None
        or first.getparent() is not last.getparent()
    ):
        return
    low, high = _levels(field.code)
    wanted = [entry for entry in entries if low <= entry.level <= high]
    made = [_entry(package, entry, pages.get(entry.bookmark, "")) for entry in wanted] or [el("w:p")]
    opening = new_field(f" {field.code} ", "")[:3]
    at = 1 if made[0].find(qn("w:pPr")) is not None else 0
    for node in reversed(opening):
        made[0].insert(at, node)
    made[-1].append(el("w:r", None, el("w:fldChar", {"w:fldCharType": "end"})))
    parent = first.getparent()
    if parent is None:
        return
    start, stop = parent.index(first), parent.index(last)
    section = last.find(f"{qn('w:pPr')}/{qn('w:sectPr')}")
    if section is not None and (properties := made[-1].find(qn("w:pPr"))) is not None:
        properties.append(section)
    parent[start : stop + 1] = made


def _levels(code: str) -> tuple[int, int]:
    found = re.search(r'\\o\s+"?(\d)-(\d)', code)
    return (int(found.group(1)), int(found.group(2))) if found else (1, 3)


def _entry(package: Package, entry: Entry, page: str) -> Element:
    link = el("w:hyperlink", {"w:anchor": entry.bookmark, "w:history": "1"}, run(entry.title))
    link.append(el("w:r", None, el("w:tab")))
    link.extend(new_field(f" PAGEREF {entry.bookmark} \\h ", page))
    return el("w:p", None, el("w:pPr", None, val("w:pStyle", contents_style(package, entry.level))), link)


def _write_pages(document: Element, pages: Mapping[str, str] | None) -> None:
    """Put page numbers into PAGEREF fields, or mark the contents for Word to fill."""
    for field in iter_fields(document):
        if field.words[0] == "PAGEREF" and pages and len(field.words) > 1 and field.words[1] in pages:
            field.set_result(pages[field.words[1]])
        elif field.words[0] == "TOC" and not pages:
            field.begin.set(qn("w:dirty"), "true")


def _detach(node: Element) -> None:
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)
