"""Word packages: read with limits, written with the same bytes for the same parts."""

from __future__ import annotations

import hashlib
import io
import posixpath
import uuid
import zipfile
from collections.abc import Collection, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Final

from pipeline.report.errors import PackageError
from pipeline.report.merge.archive import Member, archive, kept_member, member_of, order, stretch
from pipeline.report.ooxml import NS, Element, el, parse, qn, serialise

MAX_PARTS: Final = 5_000
MAX_PART_BYTES: Final = 200_000_000
MAX_TOTAL_BYTES: Final = 400_000_000
_OTHER_FILES: Final = (
    (b"%pdf", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"<!doctype html", "网页"),
    (b"<html", "网页"),
    (b"<?xml", "XML"),
)
_DOCUMENT_REL: Final = f"{NS['r']}/officeDocument"


@dataclass(frozen=True)
class Relationship:
    """One relationship of a part; `target` is a part name, or an address when `external`."""

    id: str
    type: str
    target: str
    external: bool

    @property
    def kind(self) -> str:
        """The last word of the type: `header`, `hyperlink`, `image` …"""
        return self.type.rpartition("/")[2]


class Parts(MutableMapping[str, bytes]):
    """The bytes of parts by name. A part may be held as a tree, which becomes bytes when they are asked for."""

    def __init__(self, parts: Mapping[str, bytes] | None = None) -> None:
        self._bytes: dict[str, bytes | None] = dict(parts or {})
        self._trees: dict[str, Element] = {}
        self._prefixes: dict[str, Collection[str]] = {}
        self._kept = frozenset(self._bytes)
        self.types: tuple[dict[str, str], dict[str, str]] | None = None
        """The content types once they have been read, until they change."""

    def __getitem__(self, name: str) -> bytes:
        content = self._bytes[name]
        if content is None:
            content = self._bytes[name] = serialise(self._trees[name], self._prefixes.get(name))
        return content

    def __setitem__(self, name: str, content: bytes) -> None:
        self._bytes[name] = content
        self._trees.pop(name, None)
        self._prefixes.pop(name, None)
        self._changed(name)

    def __delitem__(self, name: str) -> None:
        del self._bytes[name]
        self._trees.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._bytes)

    def __len__(self) -> int:
        return len(self._bytes)

    def __contains__(self, name: object) -> bool:
        return name in self._bytes

    def tree(self, name: str) -> Element:
        """The one tree of a part. Who changes it puts it back."""
        if name not in self._trees:
            self._trees[name] = parse(self[name], name)
        return self._trees[name]

    def put_tree(self, name: str, root: Element, prefixes: Collection[str] | None = None) -> None:
        """Hold a tree as a part. `prefixes` stand in values of its attributes, for good; they are looked for otherwise."""
        self._trees[name] = root
        if prefixes is not None:
            self._prefixes[name] = prefixes
        self._bytes[name] = None
        self._changed(name)

    def _changed(self, name: str) -> None:
        self._kept -= {name}
        if name == "[Content_Types].xml":
            self.types = None

    def copy(self) -> Parts:
        """The same bytes; no tree is shared."""
        return Parts({name: self[name] for name in self})

    def member(self, name: str) -> Member:
        """A part packed for a file; what was never a tree is likely the same in other files (styles, fonts)."""
        made = kept_member if name in self._kept else member_of
        return made(name, self[name])


@dataclass
class Package:
    """The parts of a .docx by name (no leading slash); mutable on purpose, the workbench of one render."""

    parts: Parts = field(default_factory=Parts)

    def copy(self) -> Package:
        """Another workbench with the same parts."""
        return Package(self.parts.copy())

    def xml(self, name: str) -> Element:
        """The parsed tree of a part. Raises PackageError when it is missing or broken."""
        if name not in self.parts:
            raise PackageError(f"文件缺少部件 {name}。")
        return parse(self.parts[name], name)

    def tree(self, name: str) -> Element:
        """The one tree of a part, shared by all who look at it; who changes it puts it back with `put_xml`."""
        if name not in self.parts:
            raise PackageError(f"文件缺少部件 {name}。")
        return self.parts.tree(name)

    def put_xml(self, name: str, root: Element) -> None:
        """Store a tree as a part."""
        self.parts.put_tree(name, root)

    @property
    def document_name(self) -> str:
        """The name of the main document part."""
        for rel in self.relationships(""):
            if rel.type == _DOCUMENT_REL:
                return rel.target
            if rel.kind == "officeDocument":
                raise PackageError("这是“严格 Open XML”格式的文档，请在 Word 中另存为普通的 .docx。")
        raise PackageError("这不是 Word 文档：找不到正文部件。")

    def relationships(self, part: str) -> tuple[Relationship, ...]:
        """The relationships of a part ("" for the package), in file order."""
        name = rels_name(part)
        if name not in self.parts:
            return ()
        base = posixpath.dirname(part)
        found = []
        for node in self.tree(name):
            external = node.get("TargetMode") == "External"
            target = str(node.get("Target", ""))
            if not external:
                target = posixpath.normpath(posixpath.join("/", base, target)).lstrip("/")
            found.append(Relationship(str(node.get("Id", "")), str(node.get("Type", "")), target, external))
        return tuple(found)

    def relate(self, part: str, type_: str, target: str) -> str:
        """Add an internal relationship and return its id."""
        name = rels_name(part)
        root = self.tree(name) if name in self.parts else el("rel:Relationships")
        used = {str(node.get("Id")) for node in root}
        number = next(n for n in range(1, len(used) + 2) if f"rId{n}" not in used)
        address = posixpath.relpath("/" + target, "/" + posixpath.dirname(part))
        root.append(el("rel:Relationship", {"Id": f"rId{number}", "Type": type_, "Target": address}))
        self.put_xml(name, root)
        return f"rId{number}"

    def content_type(self, name: str) -> str:
        """The content type of a part, "" when none is declared."""
        overrides, defaults = self._content_types()
        found = overrides.get(name.lower())
        return defaults.get(name.rpartition(".")[2].lower(), "") if found is None else found

    def _content_types(self) -> tuple[dict[str, str], dict[str, str]]:
        """Types by part name and by extension, in small letters; of two the first counts."""
        if (known := self.parts.types) is not None:
            return known
        overrides: dict[str, str] = {}
        defaults: dict[str, str] = {}
        types = self.tree("[Content_Types].xml")
        for node in types.iter(qn("ct:Override")):
            part = str(node.get("PartName", "")).lstrip("/").lower()
            overrides.setdefault(part, str(node.get("ContentType", "")))
        for node in types.iter(qn("ct:Default")):
            defaults.setdefault(str(node.get("Extension", "")).lower(), str(node.get("ContentType", "")))
        self.parts.types = overrides, defaults
        return overrides, defaults

    def declare(self, name: str, content_type: str) -> None:
        """Declare the content type of a new part."""
        types = self.tree("[Content_Types].xml")
        types.append(el("ct:Override", {"PartName": f"/{name}", "ContentType": content_type}))
        self.put_xml("[Content_Types].xml", types)

    def declare_extension(self, extension: str, content_type: str) -> None:
        """Declare the content type of all parts of an extension, unless that is done."""
        types = self.tree("[Content_Types].xml")
        if any(str(n.get("Extension", "")).lower() == extension for n in types.iter(qn("ct:Default"))):
            return
        types.insert(0, el("ct:Default", {"Extension": extension, "ContentType": content_type}))
        self.put_xml("[Content_Types].xml", types)

    def free_name(self, pattern: str) -> str:
        """The first unused name of a pattern with one `{}`: `word/header{}.xml`."""
        return next(name for n in range(1, 100_000) if (name := pattern.format(n)) not in self.parts)

    def of_type(self, ending: str) -> tuple[str, ...]:
        """Names of the parts whose content type ends so, sorted."""
        overrides, defaults = self._content_types()
        return tuple(
            name
            for name in sorted(self.parts)
            if overrides.get(name.lower(), defaults.get(name.rpartition(".")[2].lower(), "")).endswith(ending)
        )


def rels_name(part: str) -> str:
    """Where the relationships of a part are kept."""
    folder, _, base = part.rpartition("/")
    return f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"


def read_package(data: bytes) -> Package:
    """Open a .docx. Raises PackageError for anything that is not a sane, unencrypted package."""
    if not data:
        raise PackageError("文件是空的（0 字节），不是 Word 文档。")
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise PackageError("文件是旧版 .doc 或已加密，请另存为未加密的 .docx。")
    for begins, kind in _OTHER_FILES:
        if data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(begins):
            raise PackageError(f"这是 {kind} 文件，不是 Word 文档；请在 Word 或 WPS 中另存为 .docx。")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            package = Package(Parts(_read_parts(opened)))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise PackageError("文件不是 Word 文档（.docx），或者已经损坏。") from error
    if "[Content_Types].xml" not in package.parts:
        raise PackageError("文件不是 Word 文档：缺少 [Content_Types].xml。")
    return package


def _read_parts(archive: zipfile.ZipFile) -> dict[str, bytes]:
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) > MAX_PARTS or sum(info.file_size for info in members) > MAX_TOTAL_BYTES:
        raise PackageError("文件解压后过大，为安全起见不予打开。")
    parts: dict[str, bytes] = {}
    for info in members:
        name = info.filename.replace("\\", "/").lstrip("/")
        if info.flag_bits & 1:
            raise PackageError("文件已加密，请先去掉密码。")
        if name in parts or ".." in name.split("/"):
            raise PackageError(f"文件内部结构不正常：部件 {name} 重复或路径越界。")
        if info.file_size > MAX_PART_BYTES:
            raise PackageError(f"文件部件 {name} 过大。")
        parts[name] = archive.read(info)
    return parts


def write_package(package: Package) -> bytes:
    """The bytes of a package: fixed order, fixed dates, fixed compression."""
    names = sorted(package.parts, key=order)
    return archive([stretch(package.parts.member(name) for name in names)])


def embed(package: Package, name: str, xml: bytes) -> str:
    """Embed a custom XML part, related to the main document; returns its part name.

    `name` gives the part its stable store id; Word and LibreOffice keep such parts when saving. A part with the
    same root, from the report that a template was made of, is replaced.
    """
    old = _embedded_name(package, str(parse(xml, name).tag))
    if old is not None:
        package.parts[old] = xml
        return old
    item = package.free_name("customXml/item{}.xml")
    properties = item.replace("item", "itemProps", 1)
    store = uuid.UUID(hashlib.sha256(f"lvbao:{name}".encode()).hexdigest()[:32], version=4)
    package.parts[item] = xml
    package.put_xml(
        properties,
        el("ds:datastoreItem", {"ds:itemID": f"{{{str(store).upper()}}}"}, el("ds:schemaRefs")),
    )
    package.declare(properties, "application/vnd.openxmlformats-officedocument.customXmlProperties+xml")
    package.relate(item, f"{NS['r']}/customXmlProps", properties)
    package.relate(package.document_name, f"{NS['r']}/customXml", item)
    return item


def embedded(package: Package, root_name: str) -> bytes | None:
    """The custom XML part whose root element has that local name, or None."""
    name = _embedded_name(package, root_name)
    return None if name is None else package.parts[name]


def _embedded_name(package: Package, root: str) -> str | None:
    """The custom XML part with that root element: `{namespace}name`, or a local name in any namespace."""
    for name in sorted(package.parts):
        if name.startswith("customXml/item") and name.endswith(".xml") and "Props" not in name:
            tag = str(parse(package.parts[name], name).tag)
            if root in (tag, tag.rpartition("}")[2]):
                return name
    return None


def set_core_property(package: Package, name: str, text: str) -> None:
    """Set one core property (`dc:title`, `dc:subject`, `cp:keywords` …) in docProps/core.xml."""
    root = package.xml("docProps/core.xml")
    node = root.find(qn(name))
    if node is None:
        node = el(name)
        root.append(node)
    node.text = text
    package.put_xml("docProps/core.xml", root)
