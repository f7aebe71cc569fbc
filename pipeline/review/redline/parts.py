"""What deleted text needs of the older file: pictures, charts, numbering and styles that the newer one does not have."""

from __future__ import annotations

import hashlib
import posixpath
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from pipeline.report.ooxml import NS, Element, qn
from pipeline.report.package import Package, Relationship, rels_name
from pipeline.review.redline.pieces import canonical

_R: Final = f"{{{NS['r']}}}"
_STYLE_LINKS: Final = ("w:basedOn", "w:next", "w:link")
_STYLE_REFS: Final = tuple(qn(f"w:{n}") for n in ("pStyle", "rStyle", "tblStyle"))


class Digests:
    """What the relationships of a part lead to, as digests."""

    def __init__(self, package: Package, part: str) -> None:
        self._found = {r.id: _digest(package, r) for r in package.relationships(part)}

    def __call__(self, node: Element) -> str:
        """The digests of everything that the element refers to."""
        ids = [str(v) for n in node.iter() for k, v in sorted(n.attrib.items()) if str(k).startswith(_R)]
        return "".join(self._found.get(i, i) for i in ids)


def _digest(package: Package, relation: Relationship) -> str:
    if relation.external:
        return relation.target
    return hashlib.sha256(package.parts.get(relation.target, b"")).hexdigest()[:20]


@dataclass
class Transplant:
    """Brings elements of the older part into the newer one, with everything they refer to."""

    old: Package
    new: Package
    old_part: str
    new_part: str
    next_id: int
    _relations: dict[str, str] = field(default_factory=dict)
    _parts: dict[str, str] = field(default_factory=dict)
    _numbers: dict[str, str] = field(default_factory=dict)

    @cached_property
    def _known(self) -> dict[str, Relationship]:
        return {r.id: r for r in self.old.relationships(self.old_part)}

    @cached_property
    def _styles(self) -> set[str]:
        """The ids of the styles that the newer file has by now."""
        part = next(iter(self.new.of_type(".styles+xml")), None)
        return (
            set()
            if part is None
            else {str(s.get(qn("w:styleId"))) for s in self.new.xml(part).iter(qn("w:style"))}
        )

    def adopt(self, node: Element) -> Element:
        """The element, referring to the newer package only; it is changed in place."""
        known = self._known
        for part in node.iter():
            for name, value in list(part.attrib.items()):
                if str(name).startswith(_R) and str(value) in known:
                    part.set(name, self._relation(known[str(value)]))
            if part.tag == qn("wp:docPr"):
                part.set("id", str(self.next_id))
                self.next_id += 1
            elif part.tag == qn("w:numId"):
                part.set(qn("w:val"), self._number(str(part.get(qn("w:val"), "0"))))
            elif part.tag in _STYLE_REFS:
                self._style(str(part.get(qn("w:val"), "")))
        return node

    def _relation(self, relation: Relationship) -> str:
        if relation.id not in self._relations:
            target = relation.target if relation.external else self._copied(relation.target)
            same = (
                r.id
                for r in self.new.relationships(self.new_part)
                if (r.type, r.target, r.external) == (relation.type, target, relation.external)
            )
            found = next(same, None)
            self._relations[relation.id] = found or self._related(relation, target)
        return self._relations[relation.id]

    def _related(self, relation: Relationship, target: str) -> str:
        made = self.new.relate(self.new_part, relation.type, target)
        if relation.external:
            name = rels_name(self.new_part)
            root = self.new.xml(name)
            for node in root:
                if node.get("Id") == made:
                    node.set("Target", target)
                    node.set("TargetMode", "External")
            self.new.put_xml(name, root)
        return made

    def _copied(self, name: str) -> str:
        """The part in the newer package: its own where it is the same, else a copy with what that refers to."""
        if name in self._parts:
            return self._parts[name]
        if self.new.parts.get(name) == self.old.parts.get(name) or name not in self.old.parts:
            self._parts[name] = name
            return name
        stem, dot, extension = name.rpartition(".")
        target = self.new.free_name(f"{stem}-old{{}}{dot}{extension}")
        self._parts[name] = target
        self.new.parts[target] = self.old.parts[name]
        self.new.declare(target, self.old.content_type(name))
        relations = rels_name(name)
        if relations in self.old.parts:
            root = self.old.xml(relations)
            for node, relation in zip(root, self.old.relationships(name), strict=True):
                if not relation.external:
                    inner = self._copied(relation.target)
                    node.set("Target", posixpath.relpath("/" + inner, "/" + posixpath.dirname(target)))
            self.new.put_xml(rels_name(target), root)
        return target

    def _number(self, number: str) -> str:
        if number == "0":
            return number
        if number not in self._numbers:
            self._numbers[number] = self._numbering(number)
        return self._numbers[number]

    def _numbering(self, number: str) -> str:
        """The id in the newer file of a list that counts as the older one's."""
        part = next(iter(self.old.of_type(".numbering+xml")), None)
        mine = next(iter(self.new.of_type(".numbering+xml")), None)
        if part is None or mine is None:
            return number
        old, new = self.old.xml(part), self.new.xml(mine)
        wanted = _list(old, number)
        if wanted is None or (_list(new, number) is not None and _same_list(old, new, number)):
            return number
        abstract_id = str(wanted.find(qn("w:abstractNumId")).get(qn("w:val")))  # type: ignore[union-attr]
        abstract = next(
            (a for a in old.findall(qn("w:abstractNum")) if a.get(qn("w:abstractNumId")) == abstract_id), None
        )
        fresh = str(1 + max((int(str(n.get(qn("w:numId")))) for n in new.findall(qn("w:num"))), default=0))
        made = deepcopy(wanted)
        made.set(qn("w:numId"), fresh)
        if abstract is not None:
            own = str(
                1
                + max(
                    (int(str(a.get(qn("w:abstractNumId")))) for a in new.findall(qn("w:abstractNum"))),
                    default=0,
                )
            )
            copy = deepcopy(abstract)
            copy.set(qn("w:abstractNumId"), own)
            for name in ("w:nsid", "w:tmpl"):
                for node in copy.findall(qn(name)):
                    copy.remove(node)
            last = [i for i, n in enumerate(new) if n.tag == qn("w:abstractNum")]
            new.insert(last[-1] + 1 if last else 0, copy)
            made.find(qn("w:abstractNumId")).set(qn("w:val"), own)  # type: ignore[union-attr]
        numbers = [i for i, n in enumerate(new) if n.tag == qn("w:num")]
        new.insert(numbers[-1] + 1 if numbers else len(new), made)
        self.new.put_xml(mine, new)
        return fresh

    def _style(self, style: str) -> None:
        """Take over a style, with what it is based on, that the newer file lacks."""
        part = next(iter(self.old.of_type(".styles+xml")), None)
        mine = next(iter(self.new.of_type(".styles+xml")), None)
        if style in self._styles or part is None or mine is None:
            return
        new = self.new.xml(mine)
        styles = {str(s.get(qn("w:styleId"))): s for s in self.old.xml(part).findall(qn("w:style"))}
        todo = [style]
        while todo:
            name = todo.pop()
            if name in self._styles or name not in styles:
                continue
            self._styles.add(name)
            new.append(deepcopy(styles[name]))
            todo += [str(s.get(qn("w:val"))) for t in _STYLE_LINKS for s in styles[name].findall(qn(t))]
        self._styles.add(style)
        self.new.put_xml(mine, new)


def _list(root: Element, number: str) -> Element | None:
    return next((n for n in root.findall(qn("w:num")) if n.get(qn("w:numId")) == number), None)


def _same_list(old: Element, new: Element, number: str) -> bool:
    def whole(root: Element) -> tuple[str, str]:
        found = _list(root, number)
        assert found is not None
        inner = found.find(qn("w:abstractNumId"))
        abstract_id = None if inner is None else inner.get(qn("w:val"))
        abstract = next(
            (a for a in root.findall(qn("w:abstractNum")) if a.get(qn("w:abstractNumId")) == abstract_id),
            None,
        )
        return canonical(found), "" if abstract is None else canonical(abstract)

    return whole(old) == whole(new)
