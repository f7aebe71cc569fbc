"""Pictures: a paragraph of style `lvPicture` that holds a key becomes the picture of that key.

The style is the template's; no text that is put in can make such a paragraph. Pictures are stored under a name made
from their content, each once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pipeline.picture import Picture, printed_size
from pipeline.report.gate import Problem
from pipeline.report.markers import PICTURE, marker_ids
from pipeline.report.ooxml import NS, Element, clean_text, el, paragraph_text, paragraphs_of_style, qn
from pipeline.report.package import Package
from pipeline.report.safety import part_label

_PARTS: Final = ("main+xml", "header+xml", "footer+xml", "footnotes+xml", "endnotes+xml")
_FRAME_EMU: Final = 6350  # a hairline around the picture: white paper would have no edge on a white page
_MAX_DESCRIPTION: Final = 250


def place_pictures(
    package: Package, pictures: Mapping[str, Picture], markers: Sequence[Element]
) -> tuple[Problem, ...]:
    """Put the pictures into a rendered package, in place; problems are keys that no picture has.

    `markers` are those of the main document; headers, footers and notes are looked through.
    """
    problems: list[Problem] = []
    style, main = marker_ids(package)[PICTURE], package.document_name
    for name in sorted(name for ending in _PARTS for name in package.of_type(ending)):
        root = package.tree(name)
        found = markers if name == main else paragraphs_of_style(root, [style])
        waiting = [p for p in found if not _is_filled(p)]
        numbers = _free_ids(root) if waiting else iter(())
        for marker in waiting:
            key = paragraph_text(marker).strip()
            if key in pictures:
                _fill(marker, pictures[key], _related(package, name, pictures[key]), next(numbers))
            else:
                message = f"没有名为“{key[:40]}”的图片可放在样式为 {PICTURE} 的段落"
                problems.append(Problem("unknown_picture", part_label(name), message))
        if waiting:
            package.put_xml(name, root)
    return tuple(problems)


def _is_filled(paragraph: Element) -> bool:
    return paragraph.find(f".//{qn('w:drawing')}") is not None


def _free_ids(root: Element) -> Iterator[int]:
    """Numbers that no drawing of the part has yet."""
    used = [str(node.get("id", "")) for node in root.iter(qn("wp:docPr"))]
    first = max((int(id_) for id_ in used if id_.isdigit()), default=0) + 1
    return iter(range(first, first + 1_000_000))


def _related(package: Package, part: str, picture: Picture) -> str:
    """The id of the part's relationship to the picture, which is stored if it is not there yet."""
    name = f"word/media/picture-{hashlib.sha256(picture.data).hexdigest()[:16]}.{picture.kind}"
    if name not in package.parts:
        package.parts[name] = picture.data
        package.declare_extension(picture.kind, f"image/{picture.kind}")
    for rel in package.relationships(part):
        if rel.target == name:
            return rel.id
    return package.relate(part, f"{NS['r']}/image", name)


def _fill(paragraph: Element, picture: Picture, relation: str, number: int) -> None:
    for child in list(paragraph):
        if child.tag != qn("w:pPr"):
            paragraph.remove(child)
    paragraph.append(el("w:r", None, el("w:drawing", None, _inline(picture, relation, number))))


def _inline(picture: Picture, relation: str, number: int) -> Element:
    width, height = (str(emu) for emu in printed_size(picture.width, picture.height))
    description = " ".join(clean_text(picture.description).split())[:_MAX_DESCRIPTION]
    named = {"id": str(number), "name": f"图片 {number}", "descr": description}
    graphic = el(
        "a:graphic", None, el("a:graphicData", {"uri": NS["pic"]}, _pic(relation, named, width, height))
    )
    edge = str(_FRAME_EMU)
    return el(
        "wp:inline",
        dict.fromkeys(("distT", "distB", "distL", "distR"), "0"),
        el("wp:extent", {"cx": width, "cy": height}),
        el("wp:effectExtent", dict.fromkeys("ltrb", edge)),
        el("wp:docPr", named),
        el("wp:cNvGraphicFramePr", None, el("a:graphicFrameLocks", {"noChangeAspect": "1"})),
        graphic,
    )


def _pic(relation: str, named: dict[str, str], width: str, height: str) -> Element:
    locks = el("a:picLocks", {"noChangeAspect": "1"})
    line = el("a:ln", {"w": str(_FRAME_EMU)}, el("a:solidFill", None, el("a:srgbClr", {"val": "BFBFBF"})))
    return el(
        "pic:pic",
        None,
        el("pic:nvPicPr", None, el("pic:cNvPr", named), el("pic:cNvPicPr", None, locks)),
        el(
            "pic:blipFill",
            None,
            el("a:blip", {"r:embed": relation}),
            el("a:stretch", None, el("a:fillRect")),
        ),
        el(
            "pic:spPr",
            None,
            el("a:xfrm", None, el("a:off", {"x": "0", "y": "0"}), el("a:ext", {"cx": width, "cy": height})),
            el("a:prstGeom", {"prst": "rect"}, el("a:avLst")),
            line,
        ),
    )
