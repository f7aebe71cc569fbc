"""A part of a template taken apart: literal XML with tags between, and the Jinja source that they make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.report.faults import Place, TemplateFault


@dataclass(frozen=True)
class Tag:
    """One tag: `kind` is `{{` or `{%`, `scope` is "", p, tr, tc or r, `body` what stands inside."""

    kind: str
    scope: str
    body: str
    raw: str
    place: Place

    @property
    def word(self) -> str:
        """The statement word of a `{%` tag: for, if, endif …"""
        return self.body.split(maxsplit=1)[0] if self.kind == "{%" and self.body.strip() else ""


@dataclass(frozen=True)
class TaggedPart:
    """A part as literal XML pieces with tags between them: piece 0, tag 0, piece 1, tag 1, …"""

    name: str
    pieces: tuple[str, ...]
    tags: tuple[Tag, ...]
    faults: tuple[TemplateFault, ...]
    blocks_sound: bool = True
    places: tuple[Place, ...] = ()
    usual: bool = False
    """Word's names have their usual prefixes everywhere, so that the text of the part can be searched for them."""

    def plain(self) -> tuple[Any, ...]:
        """A part without faults as plain data for the cache."""
        tags = [(tag.kind, tag.scope, tag.body, tag.raw, _plain(tag.place)) for tag in self.tags]
        places = [_plain(place) for place in self.places]
        return self.name, self.pieces, tags, self.blocks_sound, places, self.usual

    @classmethod
    def from_plain(cls, plain: tuple[Any, ...]) -> TaggedPart:
        """The part that `plain` describes."""
        name, pieces, tags, sound, places, usual = plain
        made = tuple(Tag(kind, scope, body, raw, Place(*at)) for kind, scope, body, raw, at in tags)
        return cls(name, pieces, made, (), sound, tuple(Place(*place) for place in places), usual)

    @property
    def source(self) -> str:
        """The Jinja source of the part."""
        out = [_literal(self.pieces[0])]
        for tag, piece in zip(self.tags, self.pieces[1:], strict=True):
            close = "}}" if tag.kind == "{{" else "%}"
            out.append(f"{tag.kind}\n{tag.body} {close}")
            out.append(_literal(piece))
        return "".join(out)

    def in_order(self, faults: Iterable[TemplateFault]) -> tuple[TemplateFault, ...]:
        """Faults of this part in reading order, each once."""
        order = {place: at for at, place in reversed(list(enumerate(self.places)))}
        return tuple(sorted(dict.fromkeys(faults), key=lambda fault: order.get(fault.place, len(order))))

    def tag_at(self, line: int | None) -> Tag | None:
        """The tag that a line of the source belongs to."""
        index = (line or 0) - 2
        return self.tags[index] if 0 <= index < len(self.tags) else None


def _plain(place: Place) -> tuple[str, str, str]:
    return place.part, place.heading, place.text


def _literal(piece: str) -> str:
    return piece.replace("{", "{{ '{' }}")
