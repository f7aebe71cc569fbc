"""Templates: strict, safe rendering of docxtpl's language into a Word package.

`check_template` tells all faults of a template against a context or its shape before anything is rendered;
`render` gives the document, or the faults and no document.
"""

from __future__ import annotations

import hashlib
import html
import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import jinja2
from jinja2 import TemplateError

from pipeline.report import cache
from pipeline.report.check import Checked, check_part
from pipeline.report.controls import Wrapper
from pipeline.report.errors import PackageError
from pipeline.report.faults import Place, TemplateFault
from pipeline.report.merge.guard import Spec, conforms, used_shape
from pipeline.report.ooxml import Element, kept_prefixes, parse, qn, without_idle_namespaces
from pipeline.report.outline import heading_styles
from pipeline.report.package import Package, Parts, read_package, write_package
from pipeline.report.provenance import unwrap
from pipeline.report.safety import part_label, unsafe_content
from pipeline.report.sandbox import Budget, ReportEnvironment, guarded
from pipeline.report.shapes import MapOf, shape_of, unused_names
from pipeline.report.tables import merge_marked_tables
from pipeline.report.tagged_part import TaggedPart
from pipeline.report.tags import read_tags
from pipeline.report.tidy import tidy_part, tidy_template_part
from pipeline.report.together import Heights, keep_rows_together

_BRACES: Final = re.compile(r"(?:^|>)([^<>]*(?:\{\{|\{%|\{#)[^<>]*)")
MAX_OUTPUT: Final = 100_000_000
_WORD_TYPES: Final = ("main", "header", "footer", "footnotes", "endnotes", "comments")
_REMEMBERED: Final = 16
_KIND: Final = "report"
_PROPERTY_TYPES: Final = ("core-properties", "extended-properties", "custom-properties")


@dataclass(frozen=True)
class Template:
    """A Word template, read and taken apart once; it can be checked and rendered many times."""

    package: Package
    faults: tuple[TemplateFault, ...]
    _accepted: list[Spec] = field(default_factory=list, compare=False)
    _digest: str = field(default="", compare=False)

    @classmethod
    def from_bytes(cls, data: bytes) -> Template:
        """Open a template. Raises PackageError when it is no Word document at all. The same bytes are opened once."""
        return _opened(data)

    @classmethod
    def _from_bytes(cls, data: bytes) -> Template:
        package = read_package(data)
        name = package.document_name
        if package.xml(name).tag != qn("w:document"):
            raise PackageError("这不是 Word 文档（可能是 Excel 或 PowerPoint 文件）。")
        types = package.parts["[Content_Types].xml"]
        package.parts["[Content_Types].xml"] = types.replace(b".template.main+xml", b".document.main+xml")
        return cls(package, unsafe_content(package))

    @classmethod
    def from_path(cls, path: Path) -> Template:
        """Open a template file. Raises PackageError when it is no Word document at all."""
        return cls.from_bytes(path.read_bytes())

    @cached_property
    def parts(self) -> tuple[TaggedPart, ...]:
        """Every part that can hold tags, taken apart."""
        found = []
        headings = heading_styles(self.package)
        for name in sorted(self.package.parts):
            if _is_tagged(self.package.content_type(name)):
                root = self.package.xml(name)
                tidy_template_part(root)
                unwrap(root)
                found.append(read_tags(name, part_label(name), root, headings))
        return tuple(found)

    @property
    def literal_texts(self) -> tuple[str, ...]:
        """Texts of the template itself that print braces and so look like tags without being any."""
        found = (text for part in self.parts for piece in part.pieces for text in _BRACES.findall(piece))
        return tuple(html.unescape(text) for text in found)

    def check(self, context: Mapping[str, Any] | MapOf) -> tuple[TemplateFault, ...]:
        """All faults of the template against a context (or its shape), in reading order."""
        return (*self.faults, *(fault for checked in self._checked(context) for fault in checked.faults))

    def used_names(self, context: Mapping[str, Any] | MapOf) -> frozenset[str]:
        """The dotted context names that the template uses; items of lists as `tables.products[].name`."""
        return frozenset(name for checked in self._checked(context) for name in checked.used)

    def unused_names(self, context: Mapping[str, Any] | MapOf) -> tuple[str, ...]:
        """The context names that the template never uses; what is wholly unused is named once."""
        return tuple(unused_names(_shape(context), self.used_names(context)))

    @cached_property
    def _environment(self) -> ReportEnvironment:
        return ReportEnvironment()

    @cached_property
    def _programs(self) -> Mapping[str, jinja2.Template]:
        """The compiled Jinja of each part."""
        return {part.name: self._environment.from_string(part.source) for part in self.parts if part.tags}

    def _faults_for(self, context: Mapping[str, Any]) -> tuple[TemplateFault, ...]:
        """As `check`; a context of a shape that was found in order before needs no new check."""
        if any(conforms(context, spec) for spec in self._accepted):
            return ()
        shape = _shape(context)
        checked = self._checked(shape)
        faults = (*self.faults, *(fault for each in checked for fault in each.faults))
        if not faults and isinstance(context, dict):
            spec = used_shape(shape, {name for each in checked for name in each.used})
            if spec is not None:
                self._accepted.insert(0, spec)
                del self._accepted[_REMEMBERED:]
                self._keep()
        return faults

    def _keep(self) -> None:
        """Keep a sound template as it was taken apart."""
        if self._digest and not any(part.faults for part in self.parts):
            codes = {part.name: self._environment.compile(part.source) for part in self.parts if part.tags}
            plain = ({**self.package.parts}, [part.plain() for part in self.parts], codes, self._accepted)
            cache.store(self._digest, _KIND, plain)

    def _checked(self, context: Mapping[str, Any] | MapOf) -> tuple[Checked, ...]:
        shape = _shape(context)
        environment = ReportEnvironment()
        return tuple(check_part(part, shape, environment) for part in self.parts)

    def render(
        self, context: Mapping[str, Any], *, lock: bool = False
    ) -> tuple[Package | None, tuple[TemplateFault, ...]]:
        """The rendered package, figures in content controls, tables merged; or None and the faults.

        `lock` makes Word refuse to change the figures.
        """
        faults = self._faults_for(context)
        if faults:
            return None, faults
        values = guarded(context, Budget())
        package = self.package.copy()
        wrapper = Wrapper(lock)
        found: list[TemplateFault] = []
        for part in self.parts:
            text, fault = _render_part(part, self._programs, values)
            text, left = wrapper.wrapped(text, usual=part.usual)
            root, broken = (None, fault) if fault else _parsed(part, text)
            if root is None:
                found += broken
                continue
            wrapper.wrap(root, left)
            heights, told = Heights(), text if part.usual else None
            tidy_part(root, heights, told)
            merge_marked_tables(root, told)
            keep_rows_together(root, heights)
            prefixes = kept_prefixes(text)
            without_idle_namespaces(root, prefixes)
            package.parts.put_tree(part.name, root, prefixes)
        return (None, tuple(found)) if found else (package, ())


@lru_cache(maxsize=8)
def _opened(data: bytes) -> Template:
    """The template of some bytes, from the user's cache or taken apart now."""
    digest = hashlib.sha256(data).hexdigest()
    kept = cache.load(digest, _KIND)
    if kept is None:
        return replace(Template._from_bytes(data), _digest=digest)
    contents, parts, codes, accepted = kept
    template = Template(Package(Parts(contents)), (), accepted, digest)
    environment = template._environment
    programs = {n: jinja2.Template.from_code(environment, code, {}) for n, code in codes.items()}
    template.__dict__.update(parts=tuple(map(TaggedPart.from_plain, parts)), _programs=programs)
    return template


def _shape(context: Mapping[str, Any] | MapOf) -> MapOf:
    shape = context if isinstance(context, MapOf) else shape_of(context)
    if not isinstance(shape, MapOf):
        raise TypeError("a report context is a mapping")
    return shape


def check_template(template: bytes, context: Mapping[str, Any] | MapOf) -> tuple[TemplateFault, ...]:
    """All faults of a template against a context or its shape; raises PackageError for other files."""
    return Template.from_bytes(template).check(context)


def render(template: bytes, context: Mapping[str, Any]) -> tuple[bytes | None, tuple[TemplateFault, ...]]:
    """Render a template; the bytes are None exactly when there are faults."""
    package, faults = Template.from_bytes(template).render(context)
    return (None if package is None else write_package(package)), faults


def _is_tagged(content_type: str) -> bool:
    name = content_type.removesuffix("+xml").rpartition(".")[2]
    return content_type.endswith("+xml") and (
        (name in _WORD_TYPES and "wordprocessingml" in content_type) or name in _PROPERTY_TYPES
    )


def _render_part(
    part: TaggedPart, programs: Mapping[str, jinja2.Template], values: Mapping[str, Any]
) -> tuple[str, tuple[TemplateFault, ...]]:
    """The rendered text of a part, or the fault."""
    if not part.tags:
        return "".join(part.pieces), ()
    pieces, size = [], 0
    try:
        for piece in programs[part.name].generate(values):
            pieces.append(piece)
            size += len(piece)
            if size > MAX_OUTPUT:
                return "", (TemplateFault("too_big", "渲染结果过大，已停止", Place(part_label(part.name))),)
    except (TemplateError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        return "", (_runtime_fault(part, error),)
    return "".join(pieces), ()


def _parsed(part: TaggedPart, text: str) -> tuple[Element | None, tuple[TemplateFault, ...]]:
    """The tree of a rendered part, or None and the fault. Raises PackageError where no tag can be to blame."""
    try:
        return parse(text.encode(), part.name), ()
    except PackageError as error:
        if not part.tags:
            raise
        message = f"渲染后的文档结构不完整（{error}），请检查标签的开始与结束是否在同一层"
        return None, (TemplateFault("not_well_formed", message, Place(part_label(part.name))),)


def _runtime_fault(part: TaggedPart, error: Exception) -> TemplateFault:
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"
    ]
    tag = part.tag_at(lines[-1] if lines else None)
    place, raw = (tag.place, tag.raw) if tag else (Place(part_label(part.name)), "")
    code = "unknown_name" if type(error).__name__ == "UndefinedError" else "wrong_type"
    return TemplateFault(code, str(error) or type(error).__name__, place, raw)
