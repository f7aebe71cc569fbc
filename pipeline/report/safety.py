"""What a template must not contain: code, foreign files, fields that fetch, links to elsewhere."""

from __future__ import annotations

import re
from typing import Final

from pipeline.report.faults import Place, TemplateFault
from pipeline.report.ooxml import Element, qn
from pipeline.report.package import Package

_FETCHING = re.compile(
    r"^\s*(INCLUDE\w*|DDE\w*|IMPORT|LINK|EMBED|DATABASE|RD|MACROBUTTON|AUTOTEXT\w*|ASK|FILLIN|GOTOBUTTON|PRINT)\b",
    re.IGNORECASE,
)
_MACRO_TYPES: Final = ("vbaProject", "macroEnabled", "activeX", "vnd.ms-word.keyMapCustomizations")
_FOREIGN_KINDS: Final = {
    "aFChunk": "嵌入的外部文档（altChunk）",
    "subDocument": "子文档",
    "oleObject": "OLE 对象",
    "control": "ActiveX 控件",
    "attachedTemplate": "外部模板",
    "frame": "外部框架",
    "vbaProject": "宏",
}


def unsafe_content(package: Package) -> tuple[TemplateFault, ...]:
    """The faults of a package that make it unfit as a template, whatever its tags."""
    faults = list(_macros(package))
    for name in sorted(package.parts):
        if name.endswith(".rels"):
            faults.extend(_relationships(package, name))
        elif name.endswith(".xml") and name.startswith("word/"):
            faults.extend(_fields(package.xml(name), name))
    return tuple(faults)


def _unsafe(part: str, message: str, shown: str = "") -> TemplateFault:
    return TemplateFault("unsafe", message, Place(part_label(part)), shown)


def _macros(package: Package) -> list[TemplateFault]:
    types = package.parts.get("[Content_Types].xml", b"").decode("utf-8", "replace")
    return [
        _unsafe("[Content_Types].xml", "模板含有宏或控件，不予使用；请另存为不含宏的 .docx", word)
        for word in _MACRO_TYPES
        if word.lower() in types.lower()
    ]


def _relationships(package: Package, name: str) -> list[TemplateFault]:
    folder, _, base = name.rpartition("_rels/")
    part = folder + base.removesuffix(".rels")
    faults = []
    for rel in package.relationships(part):
        if rel.kind in _FOREIGN_KINDS:
            faults.append(_unsafe(part, f"模板含有{_FOREIGN_KINDS[rel.kind]}，不予使用", rel.target))
        elif rel.external and rel.kind != "hyperlink":
            faults.append(_unsafe(part, f"模板引用了外部文件（{rel.kind}），不予使用", rel.target))
        elif rel.external and not re.match(r"(https?|mailto):", rel.target, re.IGNORECASE):
            faults.append(_unsafe(part, "超链接只能指向网址或邮箱", rel.target))
        elif not rel.external and not rel.target.startswith("#") and rel.target not in package.parts:
            faults.append(_unsafe(part, "文件内部引用的部件不存在", rel.target))
    return faults


def _fields(root: Element, part: str) -> list[TemplateFault]:
    faults = []
    for code in field_codes(root):
        if _FETCHING.match(code):
            faults.append(_unsafe(part, "模板含有会取用外部内容的域，不予使用", " ".join(code.split())[:60]))
    for _chunk in root.iter(qn("w:altChunk"), qn("w:subDoc"), qn("w:object"), qn("w:control")):
        faults.append(_unsafe(part, "模板含有嵌入的外部内容，不予使用"))
    return faults


def field_codes(root: Element) -> list[str]:
    """The codes of all fields of a part, in order of their end; nested ones apart."""
    codes = [str(node.get(qn("w:instr"), "")) for node in root.iter(qn("w:fldSimple"))]
    stack: list[str] = []
    for node in root.iter(qn("w:fldChar"), qn("w:instrText")):
        kind = node.get(qn("w:fldCharType"))
        if kind == "begin":
            stack.append("")
        elif node.tag == qn("w:instrText"):
            if stack:
                stack[-1] += node.text or ""
            else:
                codes.append(node.text or "")
        elif kind == "end" and stack:
            codes.append(stack.pop())
    return [*codes, *stack]


def part_label(name: str) -> str:
    """What a part is called by people."""
    base = name.rpartition("/")[2]
    for prefix, label in (
        ("document", "正文"),
        ("header", "页眉"),
        ("footer", "页脚"),
        ("footnotes", "脚注"),
        ("endnotes", "尾注"),
        ("comments", "批注"),
        ("core", "文档属性"),
        ("app", "文档属性"),
        ("custom", "文档属性"),
    ):
        if base.startswith(prefix):
            return label
    return name
