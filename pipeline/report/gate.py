"""The gate: what we deliver is checked once more as if somebody else had made it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from lxml import etree

from pipeline.report.errors import PackageError
from pipeline.report.fieldtools import iter_fields
from pipeline.report.ooxml import NS, Element, clean_text, nearest, paragraph_text, parse, qn
from pipeline.report.outline import Outline
from pipeline.report.package import Package
from pipeline.report.provenance import leaking_parts
from pipeline.report.safety import part_label
from pipeline.report.schema import schema_problems
from pipeline.report.soundness import is_sound, related_ids

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_SMALL: Final = 200_000
_STYLE_USES: Final = ("w:pStyle", "w:rStyle", "w:tblStyle")
_RELATED: Final = etree.XPath("//@r:*", namespaces={"r": NS["r"]}, smart_strings=False)


@dataclass(frozen=True)
class Problem:
    """One reason not to deliver a document: `code`, the part it stands in, and what is wrong."""

    code: str
    part: str
    message: str

    def __str__(self) -> str:
        return f"{self.part}：{self.message}"


def inspect(
    package: Package, client_text: Iterable[str] = (), required_sections: Sequence[str] = ()
) -> tuple[Problem, ...]:
    """All problems of a document that is ready to go out.

    `client_text` are the texts that came from the client: tags inside them are data, others are leftovers.
    `required_sections` are headings (without numbers) that must exist and hold text.
    """
    allowed = [clean_text(text) for text in client_text if "{" in text]
    main, outline = package.document_name, Outline(package)
    known = _Known(frozenset(outline.style_ids), frozenset(outline.list_ids))
    problems: list[Problem] = []
    try:
        problems += _relationships(package)
        problems += [
            Problem("leftover_mark", part_label(n), "残留内部标记字符") for n in leaking_parts(package)
        ]
        for name in sorted(package.parts):
            if not _is_word_part(name):
                continue
            label, content = part_label(name), package.parts[name]
            if b"{" in content:
                problems += _leftovers(package.tree(name), label, allowed)
            if len(content) < _SMALL:
                problems += _remembered(label, content, known)
            else:
                problems += _in_part(label, content, known, package.tree(name))
        document = package.tree(main)
    except PackageError as error:
        return (Problem("not_well_formed", "文档", str(error)),)
    problems += _references(document)
    problems += _sections(outline, document, required_sections)
    return tuple(dict.fromkeys(problems))


@dataclass(frozen=True, slots=True)
class _Known:
    """The ids of the styles and lists of a document."""

    styles: frozenset[str]
    numbers: frozenset[str]


@lru_cache(maxsize=256)
def _remembered(label: str, content: bytes, known: _Known) -> tuple[Problem, ...]:
    """The problems of a small part: most are the template's and the same in every report."""
    return _in_part(label, content, known, parse(content, label))


def _in_part(label: str, content: bytes, known: _Known, root: Element) -> tuple[Problem, ...]:
    """The problems inside a part whose bytes these are, and whose tree."""
    if root.tag in (qn("w:styles"), qn("w:numbering")):
        return ()
    problems: list[Problem] = []
    if not is_sound(content, known.styles, known.numbers):
        problems += _structure(root, label)
        problems += [Problem("schema", label, message) for message in schema_problems(root)]
        problems += _dangling(root, label, known)
    return (*problems, *_fields(root, label))


def client_texts(context: object) -> tuple[str, ...]:
    """Every text of a context that holds something like a tag."""
    if isinstance(context, str):
        return (context,) if "{" in context else ()
    if isinstance(context, Mapping):
        return tuple(text for key in context for text in client_texts(context[key]))
    if isinstance(context, Sequence):
        return tuple(text for item in context for text in client_texts(item))
    return ()


def _is_word_part(name: str) -> bool:
    return name.startswith("word/") and name.endswith(".xml") and "/theme/" not in name


def _leftovers(root: Element, label: str, allowed: Sequence[str]) -> Iterator[Problem]:
    for paragraph in root.iter(qn("w:p")):
        text = paragraph_text(paragraph)
        if "{" not in text:
            continue
        for known in sorted(allowed, key=len, reverse=True):
            text = text.replace(known, "")
        for tag in _TAG.findall(text):
            yield Problem("leftover_tag", label, f"遗留模板标签 {' '.join(tag.split())[:60]}")


def _structure(root: Element, label: str) -> list[Problem]:
    problems = []
    for cell in root.iter(qn("w:tc")):
        blocks = [child.tag for child in cell if child.tag in (qn("w:p"), qn("w:tbl"), qn("w:sdt"))]
        if not blocks or blocks[-1] == qn("w:tbl"):
            problems.append(Problem("cell_without_paragraph", label, "有单元格缺少段落，Word 会报告文件损坏"))
    for table in root.iter(qn("w:tbl")):
        if not any(nearest(row, "w:tbl") is table for row in table.iter(qn("w:tr"))):
            problems.append(Problem("table_without_row", label, "有表格没有任何行"))
    for name, what in (("w:bookmarkStart", "书签"), ("w:comment", "批注"), ("wp:docPr", "图形")):
        key = "id" if name.startswith("wp") else qn("w:id")
        problems += [
            Problem("duplicate_id", label, f"{what}编号重复：{id_}") for id_ in _doubled(root, name, key)
        ]
    problems += [
        Problem("duplicate_id", label, f"书签名重复：{name}")
        for name in _doubled(root, "w:bookmarkStart", qn("w:name"))
    ]
    return problems


def _doubled(root: Element, name: str, key: str) -> list[str]:
    seen: set[str] = set()
    doubled = []
    for node in root.iter(qn(name)):
        value = str(node.get(key, ""))
        if value in seen:
            doubled.append(value)
        seen.add(value)
    return doubled


def _dangling(root: Element, label: str, known: _Known) -> list[Problem]:
    problems = []
    for kind in _STYLE_USES:
        for node in root.iter(qn(kind)):
            if str(node.get(qn("w:val"), "")) not in known.styles:
                problems.append(Problem("dangling_style", label, f"样式不存在：{node.get(qn('w:val'))}"))
    for node in root.iter(qn("w:numId")):
        if str(node.get(qn("w:val"), "")) not in known.numbers | {"0"}:
            problems.append(Problem("dangling_numbering", label, f"编号不存在：{node.get(qn('w:val'))}"))
    starts = [str(node.get(qn("w:id"))) for node in root.iter(qn("w:bookmarkStart"))]
    ends = [str(node.get(qn("w:id"))) for node in root.iter(qn("w:bookmarkEnd"))]
    for id_ in sorted(set(starts) ^ set(ends)):
        problems.append(Problem("dangling_bookmark", label, f"书签没有成对出现：{id_}"))
    return problems


def _fields(root: Element, label: str) -> list[Problem]:
    depth, parts = 0, []
    for node in root.iter(qn("w:fldChar")):
        kind = node.get(qn("w:fldCharType"))
        if kind == "begin":
            depth += 1
            parts.append("begin")
        elif not parts or (kind == "separate" and parts[-1] == "separate"):
            return [Problem("unbalanced_field", label, "域的开始与结束不成对")]
        elif kind == "separate":
            parts[-1] = "separate"
        else:
            depth -= 1
            parts.pop()
    return [Problem("unbalanced_field", label, "域的开始与结束不成对")] if depth else []


def _references(document: Element) -> list[Problem]:
    names = {str(node.get(qn("w:name"))) for node in document.iter(qn("w:bookmarkStart"))}
    problems = []
    for field in iter_fields(document):
        if field.words[0] in ("REF", "PAGEREF") and len(field.words) > 1 and field.words[1] not in names:
            problems.append(Problem("dangling_reference", "正文", f"引用的对象不存在：{field.words[1]}"))
    for link in document.iter(qn("w:hyperlink")):
        anchor = link.get(qn("w:anchor"))
        if anchor and anchor not in names:
            problems.append(Problem("dangling_reference", "正文", f"链接的书签不存在：{anchor}"))
    return problems


def _relationships(package: Package) -> list[Problem]:
    problems = []
    for name in sorted(package.parts):
        if name.endswith(".rels"):
            folder, _, base = name.rpartition("_rels/")
            part = folder + base.removesuffix(".rels")
            for rel in package.relationships(part):
                if not rel.external and rel.target not in package.parts:
                    problems.append(
                        Problem("dangling_relationship", part_label(part), f"缺少部件 {rel.target}")
                    )
        elif name != "[Content_Types].xml" and not package.content_type(name):
            problems.append(Problem("undeclared_part", part_label(name), f"部件 {name} 没有内容类型"))
    for name in filter(_is_word_part, sorted(package.parts)):
        known = {rel.id for rel in package.relationships(name)}
        used = related_ids(package.parts[name])
        if used is None or not used <= known:
            used = set(_RELATED(package.tree(name)))  # type: ignore[arg-type]
        for id_ in sorted(used - known):
            problems.append(Problem("dangling_relationship", part_label(name), f"关系 {id_} 不存在"))
    return problems


def _sections(outline: Outline, document: Element, required: Sequence[str]) -> list[Problem]:
    if not required:
        return []
    headings = list(outline.headings(document))
    titles = {heading.paragraph for heading in headings}
    problems = []
    for title in required:
        at = next((n for n, heading in enumerate(headings) if _same(heading.text, title)), None)
        if at is None:
            problems.append(Problem("missing_section", "正文", f"缺少必备章节“{title}”"))
            continue
        level = headings[at].level
        stop = next((h.paragraph for h in headings[at + 1 :] if h.level <= level), None)
        if not _has_content(document, headings[at].paragraph, stop, titles):
            problems.append(Problem("empty_section", "正文", f"必备章节“{title}”没有内容"))
    return problems


def _same(left: str, right: str) -> bool:
    return "".join(left.split()) == "".join(right.split())


def _has_content(document: Element, start: Element, stop: Element | None, headings: set[Any]) -> bool:
    """Whether there is text between a heading and the next one of its rank."""
    beside = start.getparent() is not None and (stop is None or stop.getparent() is start.getparent())
    inside = beside  # from the heading on where both are children of one element, else from the top
    blocks: Iterable[Element] = start.itersiblings() if beside else (document,)
    for paragraph in (p for block in blocks for p in block.iter(qn("w:p"))):
        if paragraph is stop:
            return False
        if paragraph is start:
            inside = True
        elif inside and paragraph not in headings and paragraph_text(paragraph).strip():
            return True
    return False
