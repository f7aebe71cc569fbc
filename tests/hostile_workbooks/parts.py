"""Parts that are missing, extra, renamed or point nowhere."""

from __future__ import annotations

from tests.hostile_workbooks.corpus import CLEAN, faulty, kind, noted, refused
from tests.hostile_workbooks.package import (
    BASIC,
    BOOK,
    BOOK_RELS,
    DOCUMENT_RELATIONS,
    SITE,
    STRINGS,
    STYLES,
    TYPES,
    changed,
    packed,
    parts_of,
    registered,
    related,
    replaced,
    substituted,
    with_parts,
    without,
)

MACRO_TYPE = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
BOOK_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


@kind("without content types", CLEAN)
def _no_types(clean: bytes) -> bytes:
    return without(clean, TYPES)


@kind("broken content types", CLEAN)
def _broken_types(clean: bytes) -> bytes:
    return changed(clean, {TYPES: replaced(b"</Types>", b"")})


@kind("without package relations", refused("file_damaged"))
def _no_root_relations(clean: bytes) -> bytes:
    return without(clean, "_rels/.rels")


@kind("without the workbook's relations", refused("file_damaged"))
def _no_relations(clean: bytes) -> bytes:
    return without(clean, BOOK_RELS)


@kind("without the workbook part", refused("file_damaged"))
def _no_book(clean: bytes) -> bytes:
    return without(clean, BOOK)


@kind("without shared texts", refused("file_damaged"))
def _no_strings(clean: bytes) -> bytes:
    return without(clean, STRINGS)


@kind(
    "without styles: a date is a bare number then", faulty(("not_a_date", "基本信息!D7", "evaluation_date"))
)
def _no_styles(clean: bytes) -> bytes:
    return without(clean, STYLES)


@kind("without a sheet's part", refused("file_damaged"))
def _no_sheet(clean: bytes) -> bytes:
    return without(clean, SITE)


@kind("without theme and properties", CLEAN)
def _no_trimmings(clean: bytes) -> bytes:
    return without(
        clean, "xl/theme/theme1.xml", "docProps/app.xml", "docProps/core.xml", "docProps/custom.xml"
    )


@kind("a sheet's part without content", refused("file_damaged"))
def _empty_sheet(clean: bytes) -> bytes:
    return packed({**parts_of(clean), SITE: b""})


@kind("a sheet's part cut off", refused("file_damaged"))
def _cut_sheet(clean: bytes) -> bytes:
    parts = parts_of(clean)
    return packed({**parts, SITE: parts[SITE][: len(parts[SITE]) // 2]})


@kind("a sheet's part with other than XML", refused("file_damaged"))
def _binary_sheet(clean: bytes) -> bytes:
    return packed({**parts_of(clean), SITE: bytes(range(1, 256)) * 9})


@kind("no sheet at all", refused("file_damaged"))
def _no_sheets(clean: bytes) -> bytes:
    return changed(clean, {BOOK: substituted(rb"<sheets>.*</sheets>", b"<sheets/>")})


@kind("a relation that is not there", refused("file_damaged"))
def _dangling(clean: bytes) -> bytes:
    return changed(clean, {BOOK: replaced(b'r:id="rId3"', b'r:id="rId77"')})


@kind("duplicate relation ids", refused("file_damaged"))
def _duplicate_ids(clean: bytes) -> bytes:
    return changed(clean, {BOOK_RELS: replaced(b'Id="rId2"', b'Id="rId3"')})


@kind("two sheets over one part", refused("file_damaged"))
def _shared_part(clean: bytes) -> bytes:
    return changed(clean, {BOOK: replaced(b'r:id="rId2"', b'r:id="rId3"')})


@kind("two sheets of the same name", refused("file_damaged"))
def _same_name(clean: bytes) -> bytes:
    return changed(clean, {BOOK: replaced('name="基本信息"'.encode(), 'name="用地与产出"'.encode())})


@kind("absolute targets of relations", CLEAN)
def _absolute_targets(clean: bytes) -> bytes:
    return changed(clean, {BOOK_RELS: replaced(b'Target="worksheets', b'Target="/xl/worksheets')})


@kind("a sheet's part under another name", CLEAN)
def _renamed_part(clean: bytes) -> bytes:
    data = changed(
        clean,
        {
            BOOK_RELS: replaced(b"worksheets/sheet3.xml", b"worksheets/a-b.xml"),
            TYPES: replaced(b"worksheets/sheet3.xml", b"worksheets/a-b.xml"),
        },
    )
    parts = parts_of(data)
    return packed({name.replace("sheet3.xml", "a-b.xml"): content for name, content in parts.items()})


@kind("the workbook part in another folder", refused("file_not_xlsx"))
def _other_folder(clean: bytes) -> bytes:
    return packed(
        {n.replace("xl/", "book/"): c.replace(b"xl/", b"book/") for n, c in parts_of(clean).items()}
    )


@kind("macros", refused("file_macros"), "录入表.xlsm")
def _macros(clean: bytes) -> bytes:
    data = changed(clean, {TYPES: replaced(BOOK_TYPE, MACRO_TYPE)})
    return with_parts(data, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


@kind("macros renamed to .xlsx", refused("file_macros"))
def _macros_renamed(clean: bytes) -> bytes:
    return with_parts(clean, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


@kind("a macro type without macros", refused("file_macros"))
def _macro_type(clean: bytes) -> bytes:
    return changed(clean, {TYPES: replaced(BOOK_TYPE, MACRO_TYPE)})


@kind("Excel 4 macro sheets", refused("file_macros"))
def _old_macros(clean: bytes) -> bytes:
    return with_parts(clean, {"xl/macrosheets/sheet1.xml": b"<x/>"})


@kind("links to other workbooks", noted(("external_links", "", "")))
def _external(clean: bytes) -> bytes:
    link = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    return with_parts(clean, {"xl/externalLinks/externalLink1.xml": link})


@kind("a relation to a file on the network", CLEAN)
def _network(clean: bytes) -> bytes:
    return related(clean, "attachedTemplate", r"\\example.com\share\x.xlsx", ' TargetMode="External"')


@kind("a digital signature", CLEAN)
def _signed(clean: bytes) -> bytes:
    signature = b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo/></Signature>'
    return with_parts(clean, {"_xmlsignatures/origin.sigs": b"", "_xmlsignatures/sig1.xml": signature})


@kind("pictures, drawings and charts", CLEAN)
def _drawings(clean: bytes) -> bytes:
    drawing = b'<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"/>'
    return with_parts(
        clean,
        {
            "xl/media/image1.png": b"\x89PNG\r\n\x1a\n",
            "xl/drawings/drawing1.xml": drawing,
            "xl/charts/chart1.xml": b'<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"/>',
        },
    )


@kind("embedded objects and controls", CLEAN)
def _embedded(clean: bytes) -> bytes:
    return with_parts(clean, {"xl/embeddings/oleObject1.bin": b"\xd0\xcf", "xl/activeX/activeX1.bin": b"x"})


@kind("queries, custom XML and printer settings", CLEAN)
def _customs(clean: bytes) -> bytes:
    return with_parts(
        clean,
        {
            "customXml/item1.xml": "<DataMashup>含中文</DataMashup>".encode("utf-16"),
            "xl/queryTables/queryTable1.xml": b"<queryTable/>",
            "xl/printerSettings/printerSettings1.bin": b"\0" * 400,
        },
    )


@kind("comments of the client", CLEAN)
def _comments(clean: bytes) -> bytes:
    comments = (
        '<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><authors><author>张三</author>'
        '</authors><commentList><comment ref="D4" authorId="0"><text><t>老王问过了</t></text></comment>'
        "</commentList></comments>"
    )
    return registered(clean, "xl/comments1.xml", comments.encode(), "application/vnd.x.comments+xml")


@kind("threaded comments and persons", CLEAN)
def _threads(clean: bytes) -> bytes:
    threads = (
        '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        '<threadedComment ref="D4" id="{1}"><text>再核对</text></threadedComment></ThreadedComments>'
    )
    return with_parts(
        clean,
        {
            "xl/threadedComments/threadedComment1.xml": threads.encode(),
            "xl/persons/person.xml": b"<personList/>",
        },
    )


@kind("a comments part that is broken", refused("file_damaged"))
def _broken_comments(clean: bytes) -> bytes:
    return with_parts(clean, {"xl/comments1.xml": b"<comments><commentList>"})


@kind("a chart sheet", CLEAN)
def _chart_sheet(clean: bytes) -> bytes:
    sheet = f'<sheet name="图表1" sheetId="90" r:id="rId900" xmlns:r="{DOCUMENT_RELATIONS}"/></sheets>'
    data = changed(clean, {BOOK: replaced(b"</sheets>", sheet.encode())})
    data = related(data, "chartsheet", "chartsheets/sheet1.xml")
    content = b'<chartsheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    return with_parts(data, {"xl/chartsheets/sheet1.xml": content})


@kind(
    "hundreds of sheets",
    noted(*(("sheet_duplicated", name, "basic") for name in sorted(f"S{n}" for n in range(300)))),
)
def _many_sheets(clean: bytes) -> bytes:
    number = 300
    sheets = "".join(f'<sheet name="S{n}" sheetId="{100 + n}" r:id="r{n}"/>' for n in range(number))
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{DOCUMENT_RELATIONS}/worksheet" Target="worksheets/x{n}.xml"/>'
        for n in range(number)
    )
    data = changed(
        clean,
        {
            BOOK: replaced(b"</sheets>", sheets.encode() + b"</sheets>"),
            BOOK_RELS: replaced(b"</Relationships>", relations.encode() + b"</Relationships>"),
        },
    )
    basic = parts_of(clean)[BASIC]
    return with_parts(data, {f"xl/worksheets/x{n}.xml": basic for n in range(number)})
