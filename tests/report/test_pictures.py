"""Pictures in the report: placed by a marker of the template, scaled, numbered, described, stored once."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from PIL import Image

from pipeline.picture import Picture, PictureKind
from pipeline.report import Rendered, SourceError, render_report
from pipeline.report.layout import convert, libreoffice
from pipeline.report.ooxml import Element, paragraph_text, qn, style_of
from pipeline.report.package import Package, read_package, write_package
from tests.report.word_fixtures import built, document

needs_office = pytest.mark.skipif(libreoffice() is None, reason="LibreOffice (soffice) is not installed")
needs_poppler = pytest.mark.skipif(
    which("pdfimages") is None, reason="poppler-utils (pdfimages) is not installed"
)

SOURCE = """
# 甲

{{ said }}

# 附录D 影印件 {.unnumbered}

{%p for p in pictures %}

::: picture key="{{ p.key }}" caption="{{ p.caption }}"

{%p endfor %}
"""
EMU_PER_CM = 360_000


def picture(size: tuple[int, int], colour: str = "red", kind: PictureKind = "png", text: str = "") -> Picture:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind.upper())
    return Picture(buffer.getvalue(), kind, *size, description=text)


PICTURES = {
    "evidence-1": picture((1155, 866), "red", "jpeg", "E01 电表"),
    "evidence-2": picture((1131, 1600), "blue", "png", 'E02 <证书> "甲"\n&乙'),
    "evidence-3": picture((96, 192), "green", "png", "E03 标签"),
}


def context(said: str = "正文", keys: Mapping[str, str] | None = None) -> dict[str, Any]:
    shown = keys or {f"evidence-{n}": f"E0{n}　材料" for n in (1, 2, 3)}
    return {"said": said, "pictures": [{"key": key, "caption": caption} for key, caption in shown.items()]}


def rendered(
    tmp_path: Path,
    given: Mapping[str, Any] | None = None,
    pictures: Mapping[str, Picture] = PICTURES,
    source: str = SOURCE,
) -> Rendered:
    return render_report(built(source, tmp_path), given or context(), page_numbers=False, pictures=pictures)


def finished(result: Rendered) -> bytes:
    assert result.faults == ()
    assert result.problems == ()
    assert result.docx is not None
    return result.docx


def drawings(data: bytes) -> list[Element]:
    return list(document(data).iter(qn("wp:inline")))


def media(package: Package) -> list[str]:
    return [name for name in sorted(package.parts) if name.startswith("word/media/")]


def test_pictures_stand_where_their_keys_were_with_their_captions_below(tmp_path: Path) -> None:
    paragraphs = list(document(finished(rendered(tmp_path))).iter(qn("w:p")))
    places = [n for n, p in enumerate(paragraphs) if p.find(f".//{qn('w:drawing')}") is not None]

    assert [style_of(paragraphs[n]) for n in places] == ["lvPicture"] * 3
    assert [paragraph_text(paragraphs[n]) for n in places] == [""] * 3
    below = [paragraphs[n + 1] for n in places]
    assert [style_of(p) for p in below] == ["FigureCaption"] * 3
    assert [paragraph_text(p) for p in below] == [
        "图 D-1　E01　材料",
        "图 D-2　E02　材料",
        "图 D-3　E03　材料",
    ]


def test_pictures_are_scaled_to_the_sizes_calculated_by_hand(tmp_path: Path) -> None:
    sizes = []
    for inline in drawings(finished(rendered(tmp_path))):
        extents = [*inline.iter(qn("wp:extent")), *inline.iter(qn("a:ext"))]
        assert len({(e.get("cx"), e.get("cy")) for e in extents}) == 1
        sizes.append(tuple(int(str(extents[0].get(k))) / EMU_PER_CM for k in ("cx", "cy")))

    # lying, 10 cm high: 10 × 1155 ÷ 866; upright, 20 cm high: 20 × 1131 ÷ 1600; one inch by two at 96 dpi
    assert sizes == [
        pytest.approx((13.337, 10), abs=0.001),
        pytest.approx((14.1375, 20), abs=0.001),
        (2.54, 5.08),
    ]


def test_every_picture_has_its_own_number_and_words_for_who_cannot_see_it(tmp_path: Path) -> None:
    properties = [inline.find(qn("wp:docPr")) for inline in drawings(finished(rendered(tmp_path)))]

    assert [(p.get("id"), p.get("descr")) for p in properties if p is not None] == [
        ("1", "E01 电表"),
        ("2", 'E02 <证书> "甲" &乙'),
        ("3", "E03 标签"),
    ]


def test_identical_pictures_are_stored_once_under_a_name_made_from_their_content(tmp_path: Path) -> None:
    twice = {"a": picture((40, 30), text="一"), "b": picture((40, 30), text="二"), "c": picture((40, 31))}
    package = read_package(finished(rendered(tmp_path, context(keys=dict.fromkeys(twice, "图")), twice)))

    digests = sorted(hashlib.sha256(p.data).hexdigest()[:16] for p in (twice["a"], twice["c"]))
    assert media(package) == [f"word/media/picture-{digest}.png" for digest in digests]
    assert [package.parts[name] for name in media(package)] == [
        p.data
        for d in digests
        for p in (twice["a"], twice["c"])
        if hashlib.sha256(p.data).hexdigest()[:16] == d
    ]
    images = [r.target for r in package.relationships("word/document.xml") if r.kind == "image"]
    assert sorted(images) == media(package)
    blips = [node.get(qn("r:embed")) for node in package.xml("word/document.xml").iter(qn("a:blip"))]
    assert len(blips) == 3
    assert len(set(blips)) == 2


def test_the_content_types_are_declared(tmp_path: Path) -> None:
    package = read_package(finished(rendered(tmp_path)))

    assert sorted({package.content_type(name) for name in media(package)}) == ["image/jpeg", "image/png"]


def test_the_same_pictures_give_the_same_bytes(tmp_path: Path) -> None:
    backwards = dict(reversed(PICTURES.items()))

    assert finished(rendered(tmp_path)) == finished(rendered(tmp_path, pictures=backwards))


def test_client_text_that_is_a_key_stays_text(tmp_path: Path) -> None:
    wicked = '</w:t></w:r></w:p><w:p><w:pPr><w:pStyle w:val="lvPicture"/></w:pPr><w:r><w:t>evidence-1'
    for said in ("evidence-1", "evidence-1\nevidence-2", wicked):
        data = finished(rendered(tmp_path, context(said, {"evidence-3": "图"})))
        assert len(drawings(data)) == 1
        assert [said.split("\n")[0] in paragraph_text(p) for p in document(data).iter(qn("w:p"))].count(
            True
        ) == 1


def test_a_key_without_picture_is_not_delivered(tmp_path: Path) -> None:
    result = rendered(tmp_path, context(keys={"evidence-9": "图"}))

    assert result.docx is None
    assert [(p.code, p.part) for p in result.problems] == [("unknown_picture", "正文")]
    assert "evidence-9" in result.problems[0].message


def test_a_template_whose_style_got_another_id_still_places_pictures(tmp_path: Path) -> None:
    package = read_package(built(SOURCE, tmp_path))
    for name in ("word/styles.xml", "word/document.xml"):
        package.parts[name] = re.sub(
            rb'((?:pStyle w:val|styleId)=")lvPicture"', rb'\1a17"', package.parts[name]
        )
    assert b'"a17"' in package.parts["word/document.xml"]
    result = render_report(write_package(package), context(), page_numbers=False, pictures=PICTURES)

    assert len(drawings(finished(result))) == 3


def test_a_template_without_the_style_is_left_alone(tmp_path: Path) -> None:
    data = finished(rendered(tmp_path, {"said": "x"}, PICTURES, "# 甲\n\n{{ said }}\n"))

    assert media(read_package(data)) == []


@pytest.mark.parametrize("options", ['key="x"', 'caption="x"', ""])
def test_a_picture_in_the_source_needs_key_and_caption(tmp_path: Path, options: str) -> None:
    with pytest.raises(SourceError, match="部件 picture 要写 key"):
        built(f"# 甲\n\n::: picture {options}\n", tmp_path)


def printed(data: bytes, folder: Path) -> tuple[list[str], list[tuple[int, int, int]]]:
    """Text of every page, and (page, width, height in points) of every picture, as LibreOffice prints them."""
    pdf = convert(data, "pdf", "pdf")
    assert pdf is not None
    path = folder / "printed.pdf"
    path.write_bytes(pdf)
    text = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    )
    listed = subprocess.run(["pdfimages", "-list", str(path)], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()[2:]]
    images = [
        (int(r[0]), round(int(r[3]) / int(r[12]) * 72), round(int(r[4]) / int(r[13]) * 72)) for r in rows
    ]
    return text.stdout.split("\f")[:-1], images


@needs_office
@needs_poppler
def test_libreoffice_prints_two_lying_pictures_on_a_page_and_one_upright(tmp_path: Path) -> None:
    four = {
        "a": picture((1155, 866), "red", "jpeg"),
        "b": picture((1155, 866), "blue", "jpeg"),
        "c": picture((1131, 1600), "green", "png"),
        "d": picture((96, 192), "black", "png"),
    }
    source = SOURCE.replace("{{ said }}", "{{ said }}\n\n::: pagebreak")
    pages, images = printed(
        finished(rendered(tmp_path, context(keys=dict.fromkeys(four, "图")), four, source)), tmp_path
    )

    on_page = [
        next(n for n, text in enumerate(pages, 1) if re.search(rf"图\s*D-{k}\b", text)) for k in (1, 2, 3, 4)
    ]
    assert on_page[0] == on_page[1] == on_page[2] - 1
    assert [page for page, _, _ in images] == on_page
    # 13.337 × 10 cm, 14.1375 × 20 cm, 2.54 × 5.08 cm in points; resolutions in the list are whole numbers
    for (_, width, height), wanted in zip(
        images, [(378, 283), (378, 283), (401, 567), (72, 144)], strict=True
    ):
        assert (width, height) == (pytest.approx(wanted[0], abs=3), pytest.approx(wanted[1], abs=3))
