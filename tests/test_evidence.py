"""Evidence files: found only where they may lie, measured before they are decoded, cleaned, named in findings."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from shutil import copytree

import pytest
from PIL import Image, ImageOps

from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.evidence.images import prepare
from pipeline.evidence.names import parts_of, split_names, suggestion
from pipeline.intake.blank import write_workbook
from pipeline.intake.data_file import read_data
from pipeline.picture import Picture, printed_size, useful_pixels
from pipeline.standard import Standard, load_standard
from tests.conftest import TESTS

RED, BLUE = (200, 30, 30), (30, 30, 200)
Register = Callable[..., Evaluation]


def image(
    form: str = "PNG", size: tuple[int, int] = (300, 200), mode: str = "RGB", **options: object
) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    made = Image.new("RGB", size, RED)
    made.paste(BLUE, (size[0] // 2, 0, *size))
    buffer = io.BytesIO()
    (made.quantize(2) if mode == "P" else made.convert(mode)).save(buffer, form, **options)
    return buffer.getvalue()


def photograph(size: tuple[int, int] = (400, 300), orientation: int = 1) -> bytes:
    """A JPEG as a telephone writes it: held in some way, with place, time, camera and a comment."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 18.0, 30.5), 3: "E", 4: (120.0, 35.0, 2.5)})
    profile = b"SecretProfile" + bytes(200)
    return image("JPEG", size, exif=exif, comment=b"SecretComment", icc_profile=profile, dpi=(72, 72))


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large, in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.fixture(scope="session")
def toy_with_files(tmp_path_factory: pytest.TempPathFactory) -> Standard:
    """The toy pack with a column 文件名 in its evidence register."""
    folder = copytree(TESTS / "toy_standard", tmp_path_factory.mktemp("packs") / "toy_standard")
    name = "          - {id: name, label: 名称, type: text, required: true}\n"
    text = (folder / "intake.yaml").read_text(encoding="utf-8")
    assert name in text
    text = text.replace(name, name + "          - {id: file, label: 文件名, type: text}\n")
    (folder / "intake.yaml").write_text(text, encoding="utf-8")
    return load_standard(folder, TESTS / "toy_factors")


@pytest.fixture
def client(tmp_path: Path) -> Path:
    """The folder of one client, empty."""
    folder = tmp_path / "客户甲"
    folder.mkdir()
    return folder


@pytest.fixture
def register(toy_with_files: Standard, client: Path) -> Register:
    """File names for E01, E02 …, files by their path from the client's folder → evaluation of the workbook there."""

    def run(*names: str, files: Mapping[str, bytes] | None = None) -> Evaluation:
        for path, content in (files or {}).items():
            (client / path).parent.mkdir(parents=True, exist_ok=True)
            (client / path).write_bytes(content)
        rows = [{"number": f"E{n:02}", "name": f"材料{n}", "file": name} for n, name in enumerate(names, 1)]
        workbook = client / "录入表.xlsx"
        workbook.write_bytes(write_workbook(toy_with_files, read_data({"evidence": rows}, toy_with_files)))
        return evaluate(workbook, toy_with_files)

    return run


def found(evaluation: Evaluation) -> list[tuple[str, str, str]]:
    """The findings about evidence files as (code, cell, subject)."""
    return [
        (f.code, f.where.cell if f.where else "", f.subject)
        for f in evaluation.findings
        if f.code.startswith(("evidence_file", "evidence_folder"))
    ]


def messages(evaluation: Evaluation) -> list[str]:
    return [f.message for f in evaluation.findings if f.code.startswith(("evidence_file", "evidence_folder"))]


def opened(picture: Picture | None) -> Image.Image:
    assert picture is not None
    made = Image.open(io.BytesIO(picture.data))
    made.load()
    return made


# -- which files are found ---------------------------------------------------------------------------------
def test_files_in_the_folder_in_its_subfolders_and_beside_the_workbook_are_found(register: Register) -> None:
    evaluation = register(
        "甲.png", "附件/乙.png", "证照\\丙.png", "./丁.png", "  戊.png ",
        files={"附件/甲.png": image(), "附件/乙.png": image(), "附件/证照/丙.png": image(), "丁.png": image(), "附件/戊.png": image()},
    )  # fmt: skip

    assert found(evaluation) == []
    assert [(f.number, f.file) for f in evaluation.evidence.files] == [
        ("E01", "附件/甲.png"),
        ("E02", "附件/乙.png"),
        ("E03", "附件/证照/丙.png"),
        ("E04", "丁.png"),
        ("E05", "附件/戊.png"),
    ]


def test_the_receipt_holds_the_hash_of_each_original_file_once(register: Register) -> None:
    scan, report = image("TIFF"), b"%PDF-1.7 text"
    evaluation = register(
        "扫描.tif、报告.pdf", "扫描.tif", files={"附件/扫描.tif": scan, "附件/报告.pdf": report}
    )

    assert evaluation.receipt.evidence_sha256 == (
        ("附件/扫描.tif", hashlib.sha256(scan).hexdigest()),
        ("附件/报告.pdf", hashlib.sha256(report).hexdigest()),
    )


def test_several_names_in_a_cell_are_separated_by_either_sign(register: Register) -> None:
    evaluation = register(
        "甲.png、乙.png；丙.png\n丁.png", files={f"附件/{n}.png": image() for n in "甲乙丙丁"}
    )

    assert found(evaluation) == []
    assert [f.picture.description for f in evaluation.evidence.files if f.picture] == [
        f"E01 材料1（{n}/4）" for n in (1, 2, 3, 4)
    ]


def test_a_name_that_holds_the_separator_is_one_name_when_the_file_exists(register: Register) -> None:
    evaluation = register("平面图、竣工图.png", files={"附件/平面图、竣工图.png": image()})

    assert found(evaluation) == []
    assert [f.file for f in evaluation.evidence.files] == ["附件/平面图、竣工图.png"]


def test_documents_are_listed_and_not_shown(register: Register) -> None:
    files = {
        "附件/a.pdf": b"%PDF-1.4 x",
        "附件/b.docx": b"PK\x03\x04 x",
        "附件/c.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 x",
        "附件/d.ofd": b"PK\x03\x04 x",
    }
    evaluation = register("a.pdf", "b.docx", "c.xls", "d.ofd", files=files)

    assert found(evaluation) == []
    assert [f.picture for f in evaluation.evidence.files] == [None] * 4
    assert dict(evaluation.evidence.pictures) == {}


# -- findings ----------------------------------------------------------------------------------------------
def test_a_missing_file_is_a_warning_at_its_cell(register: Register) -> None:
    evaluation = register("甲.png", "", "丙.png、丁.png", files={"附件/甲.png": image()})

    assert found(evaluation) == [("evidence_file_missing", "D8", "evidence.file")] * 2
    assert messages(evaluation) == [
        "证明材料 E03 的文件“丙.png”没有找到",
        "证明材料 E03 的文件“丁.png”没有找到",
    ]


def test_a_missing_folder_is_one_finding(register: Register) -> None:
    evaluation = register("甲.png", "乙.png", "丙.png、丁.png", files={"戊.png": image()})

    assert found(evaluation) == [("evidence_folder_missing", "D6", "evidence.file")]
    assert messages(evaluation)[0].startswith(
        "录入表旁边没有“附件”文件夹，证明材料清单中的 4 个文件（甲.png、乙.png、丙.png等）"
    )


def test_a_register_without_file_names_asks_for_no_folder(register: Register) -> None:
    assert found(register("", "")) == []


@pytest.mark.parametrize(
    ("written", "exists", "meant"),
    [
        ("Scan.PNG", "scan.png", "scan.png"),
        ("ｅ０１.png", "e01.png", "e01.png"),
        ("E01营业执照.png", "E01 营业执照.png", "E01 营业执照.png"),
        ("E01 营业执照.jpg", "E01 营业执照.png", "E01 营业执照.png"),
        ("附件/a（1）.png", "a(1).png", "a(1).png"),
        ("A/b.png", "a/b.png", "a/b.png"),
    ],
)
def test_a_name_that_differs_in_case_or_width_is_offered_and_not_taken(
    register: Register, written: str, exists: str, meant: str
) -> None:
    evaluation = register(written, files={f"附件/{exists}": image()})

    assert found(evaluation) == [("evidence_file_missing", "D6", "evidence.file")]
    assert messages(evaluation)[0].endswith(f"没有找到，是否为“{meant}”")
    assert evaluation.evidence.files == ()


def test_a_neighbour_with_another_number_is_not_offered() -> None:
    assert suggestion("E01 证书.png", ["E02 证书.png"]) is None


@pytest.mark.parametrize(
    "written",
    [
        "../秘密.png",
        "附件/../../秘密.png",
        "附件\\..\\..\\秘密.png",
        "/etc/passwd",
        "C:\\秘密.png",
        "c:秘密.png",
        "\\\\server\\share\\秘密.png",
        "https://example.com/秘密.png",
    ],
)
def test_a_name_that_leads_elsewhere_is_an_error_and_nothing_is_read(
    register: Register, client: Path, written: str
) -> None:
    (client.parent / "秘密.png").write_bytes(image())
    evaluation = register(written, files={"附件/甲.png": image()})

    assert found(evaluation) == [("evidence_file_outside", "D6", "evidence.file")]
    assert not evaluation.is_final
    assert evaluation.evidence.files == ()


def test_files_of_another_client_below_the_same_folder_are_not_found(register: Register) -> None:
    evaluation = register("客户乙/附件/甲.png", files={"客户乙/附件/甲.png": image(), "附件/丙.png": image()})

    assert found(evaluation) == [("evidence_file_missing", "D6", "evidence.file")]


def test_a_link_out_of_the_folder_is_an_error(register: Register, client: Path) -> None:
    (client.parent / "秘密.png").write_bytes(image())
    (client.parent / "别处").mkdir()
    (client.parent / "别处" / "乙.png").write_bytes(image())
    (client / "附件").mkdir()
    (client / "附件" / "甲.png").symlink_to(client.parent / "秘密.png")
    (client / "附件" / "目录").symlink_to(client.parent / "别处")
    (client / "丙.png").symlink_to("../秘密.png")

    assert found(register("甲.png", "目录/乙.png", "丙.png")) == [
        ("evidence_file_outside", "D6", "evidence.file"),
        ("evidence_file_outside", "D7", "evidence.file"),
        ("evidence_file_outside", "D8", "evidence.file"),
    ]


def test_a_folder_that_is_itself_a_link_elsewhere_is_outside(register: Register, client: Path) -> None:
    (client.parent / "别处").mkdir()
    (client.parent / "别处" / "甲.png").write_bytes(image())
    (client / "附件").symlink_to(client.parent / "别处")

    assert found(register("甲.png")) == [("evidence_file_outside", "D6", "evidence.file")]


def test_a_link_within_the_folder_is_followed_and_one_to_nothing_is_missing(
    register: Register, client: Path
) -> None:
    (client / "附件").mkdir()
    (client / "附件" / "甲.png").write_bytes(image())
    (client / "附件" / "乙.png").symlink_to("甲.png")
    (client / "附件" / "丙.png").symlink_to("没有.png")
    (client / "附件" / "丁.png").symlink_to("丁.png")
    evaluation = register("乙.png", "丙.png", "丁.png")

    assert found(evaluation) == [
        ("evidence_file_missing", "D7", "evidence.file"),
        ("evidence_file_missing", "D8", "evidence.file"),
    ]
    assert [f.file for f in evaluation.evidence.files] == ["附件/甲.png"]


HEIC = b"\x00\x00\x00\x18ftypheic" + bytes(50)
WRONG_TYPE = [
    ("a.heic", HEIC, "“a.heic”的扩展名是 .heic，"),
    ("a.webp", image("WEBP"), "“a.webp”的扩展名是 .webp，"),
    ("a.exe", b"MZ" + bytes(50), "“a.exe”的扩展名是 .exe，"),
    ("a.svg", b"<svg/>", "“a.svg”的扩展名是 .svg，"),
    ("a", image(), "“a”没有扩展名，"),
    ("a.jpg", HEIC, "“a.jpg”的扩展名是 .jpg，内容却是报告不支持的图片格式，"),
    ("a.png", b"%PDF-1.4 x", "“a.png”的扩展名是 .png，内容却是PDF，"),
    ("a.pdf", image(), "“a.pdf”的扩展名是 .pdf，内容却是图片，"),
    ("a.docx", b"%PDF-1.4 x", "“a.docx”的扩展名是 .docx，内容却是PDF，"),
]


@pytest.mark.parametrize(
    ("name", "content", "says"), WRONG_TYPE, ids=[f"{n} {s[-8:]}" for n, _, s in WRONG_TYPE]
)
def test_a_wrong_type_is_a_warning(register: Register, name: str, content: bytes, says: str) -> None:
    evaluation = register(name, files={f"附件/{name}": content})

    assert found(evaluation) == [("evidence_file_type", "D6", "evidence.file")]
    assert says in messages(evaluation)[0]
    assert evaluation.receipt.evidence_sha256 == ()


def test_a_folder_in_place_of_a_file_is_a_wrong_type(register: Register, client: Path) -> None:
    (client / "附件" / "甲.png").mkdir(parents=True)

    assert found(register("甲.png")) == [("evidence_file_type", "D6", "evidence.file")]


def test_a_picture_under_the_ending_of_another_kind_of_picture_is_shown(register: Register) -> None:
    evaluation = register("甲.jpg", files={"附件/甲.jpg": image("PNG")})

    assert found(evaluation) == []
    assert [p.kind for p in evaluation.evidence.pictures.values()] == ["png"]


CORRUPT = {
    "empty": b"",
    "cut off": image("JPEG", (800, 600))[:2000],
    "noise": bytes(range(1, 200)),
    "a flipped bit": image()[:60] + b"\xff" + image()[61:],
    "a head alone": b"\x89PNG\r\n\x1a\n",
    "pixels missing": png_of(300, 200),
}


@pytest.mark.parametrize("content", CORRUPT.values(), ids=CORRUPT)
def test_a_corrupt_picture_is_a_warning(register: Register, content: bytes) -> None:
    evaluation = register("甲.png", "乙.png", files={"附件/甲.png": content, "附件/乙.png": image()})

    assert found(evaluation) == [("evidence_file_corrupt", "D6", "evidence.file")]
    assert [f.number for f in evaluation.evidence.files] == ["E02"]


def test_a_document_without_its_content_is_corrupt(register: Register) -> None:
    assert found(register("甲.pdf", files={"附件/甲.pdf": b"no pdf at all"})) == [
        ("evidence_file_corrupt", "D6", "evidence.file")
    ]


@pytest.mark.parametrize("size", [(10_000, 8_001), (60_000, 60_000)], ids=["large", "bomb"])
def test_a_picture_of_too_many_pixels_is_not_decoded(register: Register, size: tuple[int, int]) -> None:
    evaluation = register("甲.png", files={"附件/甲.png": png_of(*size)})

    assert found(evaluation) == [("evidence_file_too_big", "D6", "evidence.file")]
    assert messages(evaluation) == ["证明材料文件“甲.png”超过 8000 万像素，没有采用"]


def test_a_file_of_too_many_bytes_is_not_read(register: Register, client: Path) -> None:
    (client / "附件").mkdir()
    with (client / "附件" / "甲.png").open("wb") as stream:
        stream.write(image())
        stream.truncate(30_000_001)
    evaluation = register("甲.png")

    assert found(evaluation) == [("evidence_file_too_big", "D6", "evidence.file")]
    assert messages(evaluation) == ["证明材料文件“甲.png”超过 30 MB，没有采用"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_not_waited_for(register: Register, client: Path) -> None:
    (client / "附件").mkdir()
    os.mkfifo(client / "附件" / "甲.png")

    assert found(register("甲.png")) == [("evidence_file_type", "D6", "evidence.file")]


def test_a_register_without_a_file_column_has_no_files(toy: Standard, client: Path) -> None:
    rows = {"evidence": [{"number": "E01", "name": "材料"}]}
    (client / "录入表.xlsx").write_bytes(write_workbook(toy, read_data(rows, toy)))

    assert evaluate(client / "录入表.xlsx", toy).evidence.files == ()


# -- pictures ----------------------------------------------------------------------------------------------
FORMS = [
    *(("PNG", m) for m in ("1", "L", "P", "RGB", "RGBA", "LA", "I;16")),
    *(("JPEG", m) for m in ("L", "RGB", "CMYK")),
    *(("GIF", "P"), ("BMP", "RGB"), ("TIFF", "1"), ("TIFF", "RGB"), ("TIFF", "CMYK"), ("TIFF", "RGBA")),
]


@pytest.mark.parametrize(("form", "mode"), FORMS)
@pytest.mark.parametrize("size", [(300, 200), (3000, 2000)], ids=["as it is", "reduced"])
def test_every_form_and_mode_becomes_a_png_or_jpeg_that_looks_the_same(
    form: str, mode: str, size: tuple[int, int]
) -> None:
    made = prepare(
        image(form, size, "L" if mode == "I;16" else mode) if mode != "I;16" else sixteen_bits(size)
    )

    shown = Image.open(io.BytesIO(made.data))
    assert (made.kind, shown.size) == ("jpeg" if form == "JPEG" else "png", (made.width, made.height))
    assert shown.size == (min(size[0], 1299), min(size[1], 866))
    grey = mode in ("1", "L", "LA", "I;16")
    left, right = (shown.convert("L" if grey else "RGB").getpixel((x, 50)) for x in (5, shown.width - 5))
    wanted = [
        ImageOps.grayscale(Image.new("RGB", (1, 1), c)).getpixel((0, 0)) if grey else c for c in (RED, BLUE)
    ]
    if mode != "1":
        for got, want in ((left, wanted[0]), (right, wanted[1])):
            pairs = zip((got,), (want,), strict=True) if grey else zip(got, want, strict=True)  # type: ignore[arg-type]
            assert all(abs(a - b) <= 6 for a, b in pairs), (got, want)  # type: ignore[operator]


def sixteen_bits(size: tuple[int, int]) -> bytes:
    """The grey picture with 16 bits a pixel."""
    grey = Image.open(io.BytesIO(image("PNG", size, "L")))
    wide = Image.frombytes("I;16", size, b"".join(bytes((0, value)) for value in grey.tobytes()))
    buffer = io.BytesIO()
    wide.save(buffer, "PNG")
    return buffer.getvalue()


def test_transparent_becomes_white() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(buffer, "PNG")

    assert Image.open(io.BytesIO(prepare(buffer.getvalue()).data)).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [
        (1, (400, 300), (20, 150)),
        (3, (400, 300), (380, 150)),
        (6, (300, 400), (150, 20)),
        (8, (300, 400), (150, 380)),
    ],
)
def test_a_photograph_stands_upright(
    orientation: int, size: tuple[int, int], red_at: tuple[int, int]
) -> None:
    made = prepare(photograph(orientation=orientation))

    shown = Image.open(io.BytesIO(made.data))
    assert shown.size == (made.width, made.height) == size
    red, _green, blue = shown.getpixel(red_at)  # type: ignore[misc]
    assert red > 150 > blue


def test_place_camera_comment_and_profile_do_not_travel() -> None:
    original = photograph()
    assert all(
        secret in original for secret in (b"Exif", b"SecretCamera", b"SecretComment", b"SecretProfile")
    )
    made = prepare(original)

    assert not [s for s in (b"Exif", b"Secret", b"ICC_PROFILE", b"GPS", b"http") if s in made.data]
    shown = Image.open(io.BytesIO(made.data))
    assert dict(shown.getexif()) == {}
    assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_what_other_forms_carry_along_does_not_travel(form: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    original = (
        image(form, exif=exif, icc_profile=b"SecretProfile" + bytes(200), dpi=(300, 300)) + b"SecretTail"
    )

    shown = Image.open(io.BytesIO(prepare(original).data))
    assert b"Secret" not in prepare(original).data
    assert shown.info == {}


def test_several_pictures_in_a_telephones_file_are_one_photograph() -> None:
    second = Image.open(io.BytesIO(image("JPEG")))
    original = image("JPEG")
    buffer = io.BytesIO()
    Image.open(io.BytesIO(original)).save(buffer, "MPO", save_all=True, append_images=[second])

    made = prepare(buffer.getvalue())
    assert (made.kind, made.width, made.height, made.more_pages) == ("jpeg", 300, 200, False)


def test_a_scan_of_several_pages_shows_its_first_and_says_so(register: Register) -> None:
    pages = [Image.new("L", (200, 300), value) for value in (250, 10)]
    buffer = io.BytesIO()
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:])
    (file,) = register("扫描.tif", files={"附件/扫描.tif": buffer.getvalue()}).evidence.files

    assert file.remark == "多页文件的首页"
    assert opened(file.picture).getpixel((100, 100)) == 250


def test_the_same_files_give_the_same_bytes(register: Register) -> None:
    files = {"附件/甲.jpg": photograph((2400, 1800), 6), "附件/乙.png": image("PNG", (2400, 3000))}
    first = register("甲.jpg", "乙.png", files=files).evidence

    assert first == register("甲.jpg", "乙.png").evidence
    assert len(first.pictures) == 2


def test_a_file_named_in_two_rows_is_shown_twice(register: Register) -> None:
    shown = register("甲.png", "甲.png", files={"附件/甲.png": image()}).evidence.shown

    assert [(key, file.number) for key, file in shown.items()] == [
        ("evidence-1", "E01"),
        ("evidence-2", "E02"),
    ]


def test_a_large_lossless_picture_without_flat_colours_becomes_a_jpeg() -> None:
    noise = Image.effect_noise((1200, 1600), 90).convert("RGB")
    buffer = io.BytesIO()
    noise.save(buffer, "PNG")

    made = prepare(buffer.getvalue())
    assert made.kind == "jpeg"
    assert len(made.data) < len(buffer.getvalue()) / 3


# -- sizes, by hand ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("pixels", "centimetres"),
    [
        ((4000, 3000), (13.333, 10)),  # 4:3 lying: 10 cm high, 10 × 4 ÷ 3 wide
        ((3000, 4000), (15, 20)),  # 3:4 upright: both limits at once
        ((2480, 3508), (14.139, 20)),  # A4 at 300 dpi: 20 × 2480 ÷ 3508 wide
        ((4000, 1000), (15, 3.75)),  # a strip: 15 ÷ 4 high
        ((1000, 1000), (15, 15)),
        ((96, 192), (2.54, 5.08)),  # an inch by two at 96 dpi, not enlarged
        ((567, 378), (15, 10)),  # 567 ÷ 96 × 2.54 = 15.002 > 15
        ((560, 370), (14.817, 9.79)),  # just below both limits: 560 ÷ 96 × 2.54
    ],
)
def test_the_printed_size_is_as_calculated_by_hand(
    pixels: tuple[int, int], centimetres: tuple[float, float]
) -> None:
    printed = printed_size(*pixels)

    assert [emu / 360_000 for emu in printed] == pytest.approx(centimetres, abs=0.003)


@pytest.mark.parametrize(
    ("pixels", "kept"),
    [
        ((4000, 3000), (1155, 866)),  # 13.333 cm ÷ 2.54 × 220 = 1154.9; 10 cm → 866.1
        ((3000, 4000), (1299, 1732)),  # 15 cm → 1299.2; 20 cm → 1732.3
        ((600, 400), (600, 400)),  # 102 dpi on 15 cm: kept
        ((1300, 866), (1299, 865)),  # 15 cm → 1299.2; 9.9923 cm → 865.47
    ],
)
def test_no_more_pixels_are_kept_than_220_dpi_show(pixels: tuple[int, int], kept: tuple[int, int]) -> None:
    assert useful_pixels(*pixels) == kept


def test_no_side_is_longer_than_1600_pixels() -> None:
    made = prepare(image("JPEG", (3000, 4000)))

    assert (made.width, made.height) == (1200, 1600)  # 1299 × 1600 ÷ 1732


# -- names -------------------------------------------------------------------------------------------------
def test_names_are_split_and_taken_apart() -> None:
    assert split_names("甲.png、 乙.png；丙.png;、甲.png") == ("甲.png", "乙.png", "丙.png")
    assert parts_of("证照\\甲.png") == ("证照", "甲.png")
    assert [parts_of(name) for name in ("..", "a/..", "/a", "C:a", "a\x00b")] == [None] * 5
    assert parts_of("e\u0301.png") == ("é.png",)
